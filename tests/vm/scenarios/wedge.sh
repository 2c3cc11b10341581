# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The daemon and its executors are killed together in mid-copy until a leg is wedged: the LV is taken
# off it, the move ends well through another one in the same boot, and after a reboot nothing is left.
#vm timeout 1500

guest=$vm_home/scenarios/wedge.guest

vm_disk pv0 192M
vm_disk pv1 192M

vm_boot script "$guest" wedge
vm_finish 900
vm_boot script "$guest" after
vm_finish 400
