# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# pvmoved --release where a machine was rebooted in mid-copy, with systemd around it and somebody at a
# terminal; and of a leg that is wedged in truth, with the reboot that takes it away.
#vm timeout 2400
#vm long

guest=$vm_home/scenarios/release_boots.guest

vm_disk pv0 300M
vm_disk pv1 300M

vm_boot systemd "$guest" start
vm_finish 600
vm_boot systemd "$guest" release
vm_finish 600
vm_boot script "$guest" wedge
vm_finish 900
vm_boot script "$guest" after
vm_finish 300
