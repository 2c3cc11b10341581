# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Which accelerator the test machines run on. /dev/kvm is no proof: inside some virtual machines it
# is there, takes a guest, and never gets its kernel past the first instructions. So the kernel is
# booted once with nothing to mount, and has to get as far as missing its root file system. The
# answer holds until the host reboots. PVMOVED_VM_ACCEL=tcg or =kvm overrides.

# Prints QEMU's options.
accel_options() {
	case $(accel_name "$1") in
	kvm) echo "-accel kvm" ;;
	# A plainer CPU is emulated faster: a boot takes a third less than with -cpu max. Without rdrand
	# the kernel has to find its first random numbers in the jitter of an emulated clock, and a
	# program that wants some early spins meanwhile, for minutes at worst (seen on Linux 6.1).
	*) echo "-accel tcg,thread=multi -cpu qemu64,+rdrand" ;;
	esac
}

accel_name() {
	local vmlinuz=$1 memo answer

	if [ "${PVMOVED_VM_ACCEL:-}" ]; then
		echo "$PVMOVED_VM_ACCEL"
		return
	fi
	memo=$(cache_dir)/vm/accel
	if ! answer=$(accel_remembered "$memo"); then
		answer=tcg
		! accel_kvm_boots "$vmlinuz" || answer=kvm
		# Renamed into place, for machines are started at the same time.
		accel_memo "$answer" >"$memo.$$"
		mv "$memo.$$" "$memo"
	fi
	echo "$answer"
}

accel_memo() {
	echo "$(</proc/sys/kernel/random/boot_id) $1"
}

accel_remembered() {
	local boot answer

	read -r boot answer 2>/dev/null <"$1" || return
	[ "$boot" = "$(</proc/sys/kernel/random/boot_id)" ] && echo "$answer"
}

accel_kvm_boots() {
	[ -w /dev/kvm ] || return
	timeout 10 qemu-system-x86_64 -accel kvm -M q35 -smp 2 -m 256 -nodefaults -display none \
		-no-reboot -kernel "$1" -append 'console=ttyS0 panic=-1' -serial stdio \
		</dev/null 2>/dev/null | grep -q 'Unable to mount root fs'
}
