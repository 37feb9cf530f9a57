# shellcheck shell=bash disable=SC2034 # what is set here is used where this is read
# The machine that every guest is: one processor, since two crashed under emulation, and no mitigations of the
# flaws of a real one, of which page-table isolation costs an emulated TLB with every system call.

# start_machine ACCELERATOR DISK PAYLOAD LOG ARGUMENT...: QEMU in the background, its process in $qemu.
start_machine() {
    accelerator=$1 machine_disk=$2 machine_payload=$3 machine_log=$4
    shift 4
    : >"$machine_log.result"
    case $accelerator in
        kvm) cpu=host ;;
        tcg) cpu=Nehalem ;; # newer instructions cost more to emulate than they save: 33 s a boot, 80 s with "max"
    esac
    timeout --kill-after=5 "${BOOT_LIMIT:-1200}" qemu-system-x86_64 -accel "$accelerator" -cpu "$cpu" \
        -smp 1 -m 1024 -nic none -no-reboot -display none -nodefaults \
        -kernel "$KERNEL" ${INITRD:+-initrd "$INITRD"} \
        -append "root=/dev/vda rw console=ttyS0 panic=1 quiet mitigations=off apparmor=1 security=apparmor${COMMAND_LINE:+ $COMMAND_LINE}" \
        -drive "file=$machine_disk,if=virtio,format=qcow2,cache=unsafe" \
        -drive "file=$machine_payload,if=virtio,format=raw,readonly=on" \
        -serial "file:$machine_log.console" -serial "file:$machine_log.result" "$@" 2>"$machine_log.qemu" &
    qemu=$!
}

# Whether KVM is worth a try: /dev/kvm may open and still not run a guest, so that what counts is whether one came up.
no_kvm=$cache/no-kvm-$(cat /proc/sys/kernel/random/boot_id)
may_have_kvm() { [ -w /dev/kvm ] && [ ! -e "$no_kvm" ]; }

# A payload disk is as large as any other, so that a guest that is kept may meet one it has not seen.
payload_size=67108864
