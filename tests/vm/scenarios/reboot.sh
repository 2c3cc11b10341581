# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# An orderly reboot in mid-copy, all under systemd: the shutdown does not hang or wait for the copy,
# and the move goes on after the boot.
#vm timeout 1080

guest=$vm_home/scenarios/reboot.guest

vm_disk pv0 300M
vm_disk pv1 300M bps=16M

vm_boot systemd "$guest" start
vm_finish 600
vm_boot systemd "$guest" finish
vm_finish 600
