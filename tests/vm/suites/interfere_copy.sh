# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What an admin may run while a move is under way: in mid-copy. The table is in
# guest/interference.sh.
#vm disk pv0 64M bps=8M
#vm disk pv1 64M bps=8M
#vm disk pv2 64M
#vm disk pv3 32M
#vm disk pv4 32M
#vm timeout 3600
#vm brief 'vgrename|refresh'
. guest/lib.sh
. guest/interference.sh

interfere copy "${2:-}"
