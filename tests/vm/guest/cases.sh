# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Cases: each runs in a shell of its own with a deadline, prints one TAP line, and is cleaned up
# after. Only a failed one prints what it said. Files of a case lie in $work, which is on the root
# disk so that the steps of a scenario find them after a power cut.

case_count=0
case_filter=${1:-}
work=/root/case
mkdir -p "$work"

# fail MESSAGE ends the case. So does any command that fails (errexit), with its line.
fail() {
	echo "FAILED: $*"
	exit 1
}

# wait_until SECONDS WHAT COMMAND...: looks ten times a second until COMMAND succeeds.
wait_until() {
	local seconds=$1 what=$2 deadline
	shift 2

	deadline=$((SECONDS + seconds))
	until "$@"; do
		[ $SECONDS -lt $deadline ] || fail "not within $seconds s: $what"
		sleep 0.1
	done
}

# fails_with STATUS COMMAND... checks a command's exit status; what it said is in $work/said.
fails_with() {
	local expected=$1 status=0
	shift

	"$@" >"$work/said" 2>&1 || status=$?
	cat "$work/said"
	[ "$status" = "$expected" ] || fail "status $status, not $expected, of: $*"
}

# said PATTERN checks what the last fails_with caught.
said() {
	grep -qE -e "$1" "$work/said" || fail "it did not say \"$1\""
}

# note TEXT...: a figure that is to be seen of a case that has passed as well.
note() {
	echo "$*" | tee -a "$work/notes"
}

# run_case NAME FUNCTION [SECONDS]: NAME is a sentence. Cases know nothing of each other.
run_case() {
	local daemon_ends_with_case=1

	[[ -z $case_filter || $1 =~ $case_filter ]] || return 0
	rm -rf "$work"
	mkdir -p "$work"
	run_step "$@"
	if ! case_clean_up >/run/clean.log 2>&1; then
		case_count=$((case_count + 1))
		echo "not ok $case_count - the machine can be cleaned up after \"$1\""
		sed 's/^/# /' /run/clean.log
		echo "Bail out! nothing after this would mean anything"
		exit 1
	fi
}

# run_step NAME FUNCTION [SECONDS]: the same without taking anything down before or after, for the
# boots of a scenario: the next step, or the next boot, goes on from there.
# Never to be called where its status is tested (after if or !, before && or ||): there bash takes
# errexit away from all that is called, subshells too, and a command that fails would end no case.
run_step() {
	local name=$1 function=$2 seconds=${3:-240} started=$SECONDS status

	case_count=$((case_count + 1))
	dmesg -C
	case_in_own_shell "$function" "$seconds" >"$work/said.$case_count" 2>&1
	status=$?
	[ ! "${daemon_ends_with_case:-}" ] || daemon_end_sanitized
	sanitizers_are_content >>"$work/said.$case_count" 2>&1 || status=1
	if [ "$status" = 0 ]; then
		echo "ok $case_count - $name # $((SECONDS - started)) s"
		[ ! -e "$work/notes" ] || sed 's/^/# /' "$work/notes"
	else
		echo "not ok $case_count - $name"
		case_diagnose "$status" "$work/said.$case_count" 2>&1 | sed 's/^/# /'
	fi
	sync -f "$work"
	return "$status"
}

end_cases() {
	echo "1..$case_count"
}

# A process group of its own, so that a deadline takes its children too.
case_in_own_shell() {
	local function=$1 seconds=$2 pid watchdog status=0

	set -m
	(
		set +m -uo pipefail
		# Not to be told from $-, which says "e" even where it is ignored.
		(
			set -e
			false
			exit 99
		)
		[ $? != 99 ] || fail "run_step was called where its status is tested"
		set -Ee
		trap 'echo "FAILED: status $? of: $BASH_COMMAND (line ${BASH_LINENO[0]} in ${FUNCNAME[0]:-script})"' ERR
		"$function"
	) &
	pid=$!
	(
		sleep "$seconds"
		echo "FAILED: not finished within $seconds s"
		ps --ppid 2 -p 2 -N -o pid,stat,wchan:32,args
		kill -KILL -- -$pid
	) &
	watchdog=$!
	set +m
	wait $pid || status=$?
	kill -KILL -- -$watchdog 2>/dev/null
	wait $watchdog 2>/dev/null
	return $status
}

case_diagnose() {
	echo "status $1; it said:"
	sed 's/^/  /' "$2"
	case_show_state
}

# Everything that says where the extents and the tables are. No command here may hang on a wedged
# device for long.
case_show_state() {
	local log

	for log in "$work"/*.log; do
		[ ! -s "$log" ] || { echo "-- $(basename "$log")"; tail -n 80 "$log"; }
	done
	case_show dmsetup table
	case_show dmsetup status
	case_show dmsetup info -c -o name,uuid,open,suspended,tables_loaded,events
	case_show lvs -a -o+devices,seg_pe_ranges,lv_tags
	case_show pvs --segments
	case_show findmnt -t ext4,xfs
	if [ -d /run/systemd/system ]; then
		case_show ls -la /run/pvmoved
		case_show systemctl --no-pager status pvmoved.socket pvmoved.service
		case_show journalctl --no-pager -n 60 -u pvmoved.socket -u pvmoved.service
	fi
	echo "-- dmesg"
	dmesg | tail -n 40
}

case_show() {
	echo "-- $*"
	timeout 10 "$@" 2>&1
}

# Takes down whatever a case has left, however it ended; fails when something cannot be.
case_clean_up() {
	local disk

	writers_kill
	pkill -KILL -x flood
	daemon_kill_all
	unmount_all
	forget_vgs
	rm -rf /var/lib/pvmoved /run/pvmoved /etc/lvm/archive/* /etc/lvm/backup/*
	throttle_off
	disks_turn 1
	for disk in /dev/disk/by-id/virtio-pv*; do
		[ ! -e "$disk" ] || timeout 20 wipefs -qaf "$disk"
	done
	if dmsetup ls | grep -v 'No devices'; then
		echo "these devices cannot be removed"
		dmsetup info -c
		return 1
	fi
}

unmount_all() {
	local mount

	# The deepest first.
	findmnt -rno TARGET | grep -E '^(/mnt/|/var/lib/pvmoved$)' | tac | while read -r mount; do
		timeout 30 umount "$mount" || umount -l "$mount"
	done
	swapoff -a
}

# First as LVM would, then by force; those below another device go in the second round.
forget_vgs() {
	local name

	for name in $(timeout 20 vgs --noheadings -o vg_name); do
		timeout 30 vgchange -qq -an "$name"
	done
	for name in $(dm_names) $(dm_names) $(dm_names); do
		timeout 10 dmsetup remove --noudevsync "$name"
	done 2>/dev/null
}

dm_names() {
	dmsetup ls | sed -n 's/\t.*//p'
}

# leave_by COMMAND...: how the machine goes down after the script's end mark, when not at once:
# systemctl reboot, or poweroff.
leave_by() {
	echo "$*" >/run/leave-by
}
