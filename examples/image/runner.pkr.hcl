# An AMI of Ubuntu 24.04 with boxlite-bwrap-apparmor baked in. The file boxlite-bwrap-apparmor.sources of your
# repository belongs beside this one:
#
#     packer init . && packer build .

packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.3.0"
    }
  }
}

source "amazon-ebs" "runner" {
  ami_name      = "boxlite-runner-{{timestamp}}"
  instance_type = "t3.small"
  ssh_username  = "ubuntu"

  source_ami_filter {
    owners      = ["099720109477"] # Canonical
    most_recent = true
    filters = {
      name                = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*"
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
  }
}

build {
  sources = ["source.amazon-ebs.runner"]

  provisioner "file" {
    source      = "${path.root}/boxlite-bwrap-apparmor.sources"
    destination = "/tmp/boxlite-bwrap-apparmor.sources"
  }

  provisioner "shell" {
    inline = [
      "cloud-init status --wait",
      "sudo install -m 644 /tmp/boxlite-bwrap-apparmor.sources /etc/apt/sources.list.d/",
    ]
  }

  # The hook for mmdebstrap, with the builder itself as the system to bake the package into.
  provisioner "shell" {
    script          = "${path.root}/customize-hook"
    execute_command = "chmod +x {{ .Path }}; sudo {{ .Path }} /"
  }
}
