#!/bin/bash
# User-data that makes a fresh host ready for sandboxes, and then goes on with the runner's own set-up.
set -euo pipefail
exec > >(tee -a /var/log/runner-setup.log) 2>&1
export DEBIAN_FRONTEND=noninteractive

# In place of these lines: the file boxlite-bwrap-apparmor.sources of your repository.
cat >/etc/apt/sources.list.d/boxlite-bwrap-apparmor.sources <<'END'
Types: deb
URIs: https://apt.example.com/boxlite
Suites: stable
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 the key that signs it
 -----END PGP PUBLIC KEY BLOCK-----
END

# A host that cannot be made ready stops the set-up here. Without this line it goes on, and the log says
# what is in the way.
echo boxlite-bwrap-apparmor boxlite-bwrap-apparmor/strict boolean true | debconf-set-selections

# apt's own timers may hold its lock on a host that has just booted; no terminal keeps the log free of progress.
apt-get update
apt-get install --yes -o DPkg::Lock::Timeout=300 -o DPkg::Use-Pty=false boxlite-bwrap-apparmor

# Sandboxes work from here on; the rest of the runner's set-up follows.
