# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The harness itself, as seen from outside: disks outlive a power cut, each way to boot works, and a
# machine that goes wrong is noticed.
#vm timeout 720

guest=$vm_home/scenarios/harness_boots.guest

# must_be_noticed WHAT COMMAND...: in a shell of its own, whose failures are not this test's.
must_be_noticed() {
	local what=$1 said
	shift

	said=$("$@"; echo "failures: $vm_failures") || :
	if grep -q "failures: 0" <<<"$said" || ! grep -q -e "$what" <<<"$said"; then
		echo "$said"
		vm_fail "not noticed: $what"
		return
	fi
	echo "ok - noticed: $what" | tee -a "$VM_DIR/tap.noticed.log"
}

# Judges made-up words of the script ($1) and of the kernel ($2).
judge_words() {
	vm_tap=$VM_DIR/made-up.tap
	vm_console=$VM_DIR/made-up.console
	printf '%s\n' "$1" >"$vm_tap"
	printf '%s\n' "$2" >"$vm_console"
	vm_judge
}

vm_disk pv0 1400M
vm_disk pv1 128M

vm_boot script "$guest" before_power_cut
if vm_wait_for '^# stamping' 120; then
	vm_cut
	vm_boot systemd "$guest" after_power_cut
	vm_finish 150
	vm_boot lv:sys/root "$guest" on_lvm
	vm_finish 150
fi

vm_boot script "$guest" panics
vm_expected_complaints='Kernel panic'
must_be_noticed 'the machine died' vm_finish 60
vm_reap
vm_boot script "$guest" hangs
must_be_noticed 'within 3 s' vm_wait_for 'what is never said' 3
vm_reap
must_be_noticed '1 failed in boot .*: a thing works' judge_words 'not ok 2 - a thing works' ''
must_be_noticed 'the kernel complained' judge_words 'ok 1 - a' '[  1.0] WARNING: CPU: 0 PID: 1 at a.c:1'
must_be_noticed 'the kernel complained' judge_words 'ok 1 - a' '[ 9.0] INFO: task a:1 blocked for more than 60 seconds.'
