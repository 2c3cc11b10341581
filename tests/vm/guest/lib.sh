# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What a script in a test machine has at hand.
. /run/payload/guest/cases.sh
. /run/payload/guest/lvm.sh
. /run/payload/guest/faulty.sh
. /run/payload/guest/data.sh
. /run/payload/guest/checks.sh
. /run/payload/guest/daemon.sh
