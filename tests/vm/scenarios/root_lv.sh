# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The LV of the root file system, which holds the daemon, its journal and LVM's own files, is moved;
# the power is cut in mid-copy.
#vm timeout 1800

guest=$vm_home/scenarios/root_lv.guest

vm_disk pv0 1200M
vm_disk pv1 1200M bps=48M

vm_boot script "$guest" install
vm_finish 450
vm_boot lv:sys/root "$guest" start
if vm_wait_for '^# mid-copy' 450; then
	vm_cut
	vm_boot lv:sys/root "$guest" finish
	vm_finish 720
	vm_boot script "$guest" inspect
	vm_finish 360
fi
