# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The power is cut in mid-copy, twice; then a whole system boots and finishes the move by itself,
# although the VG's destination turns up 20 s late.
#vm timeout 1440

guest=$vm_home/scenarios/power_cut.guest

vm_disk pv0 300M
vm_disk pv1 300M bps=16M late

vm_boot script "$guest" start
if vm_wait_for '^# mid-copy' 540; then
	vm_cut
	vm_boot systemd "$guest" again
	if vm_wait_for '^# mid-copy' 450; then
		vm_cut
		vm_late=1
		vm_boot systemd "$guest" finish
		vm_finish 720
	fi
fi
