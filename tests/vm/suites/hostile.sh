# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Clients that mean no good, and ordinary users at that, while a move is copying: the daemon keeps
# what it holds for them bounded, others are served all along, root always, and the move ends with
# its data right.
#vm disk pv0 384M
#vm disk pv1 384M
#vm timeout 900
. guest/lib.sh

# Any sanitizer's own memory is not the daemon's.
rss_ceiling_mb() {
	if grep -q libasan "/proc/$(daemon_pid)/maps"; then
		echo 512
	else
		# Unread answers have 32 MiB, and each of the 256 connections a call of 256 KiB and 64
		# KiB read ahead, which makes 80; but here only some hold anything at all.
		echo 64
	fi
}

# user UID COMMAND...: an ordinary user who is in the socket's group.
user() {
	local uid=$1
	shift

	setpriv --reuid="$uid" --regid=nogroup --groups=pvmoved "$@"
}

# But for one to each executor, of which some stay for the next requests.
descriptors() {
	echo $(($(find "/proc/$(daemon_pid)/fd" -mindepth 1 | wc -l) - $(executors)))
}

executors() {
	pgrep -xc pvmoved-dm
}

memory_peak_kb() {
	sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$(daemon_pid)/status"
}

# An LV with data and a writer on it, a move of it that takes its time, and a bystander who asks for
# the moves over and over.
a_move_is_copying() {
	mkvg vg 0 1
	mklv vg/lv 320M 0
	mklv vg/other 8M 1
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 8
	writer_start /mnt/lv 8 50
	daemon_start
	throttle 1
	start_move "$(pv 0)" "$(pv 1)"
	wait_mid_copy "$move"
	echo 5 >"/proc/$(daemon_pid)/clear_refs"
	memory_before=$(memory_peak_kb)
	descriptors_before=$(descriptors)
	flood "$socket" bystander >"$work/bystander.log" 2>&1 &
	bystander=$!
}

# No more than four executors stay idle, and one may be at work.
has_descriptors() {
	[ "$(descriptors)" = "$1" ] && [ "$(executors)" -le 5 ]
}

nothing_came_of_it() {
	local peak

	kill -TERM "$bystander"
	wait "$bystander" || fail "the bystander was not served: $(<"$work/bystander.log")"
	note "$(<"$work/bystander.log")"
	wait_until 60 "the daemon has as many descriptors as before ($descriptors_before)" \
		has_descriptors "$descriptors_before"
	peak=$((($(memory_peak_kb) - memory_before) / 1024))
	note "the daemon's memory grew by at most $peak MiB"
	[ "$peak" -lt "$(rss_ceiling_mb)" ] || fail "the daemon's memory grew by $peak MiB"
	writer_is_well /mnt/lv
	move_is_copying "$move" || fail "move $move is not copying any more"
	throttle 100
	move_ends_as "$move" 'done'
	writer_stop /mnt/lv
	is_on vg/lv 1
	source_is_empty "$(pv 0)"
	fixed_files_are_whole /mnt/lv
	umount /mnt/lv
	fsck_is_clean vg/lv
	nothing_left vg
}

# holding NAME UID HOW N: N connections held in the background; returns when all that are let in are.
holding() {
	local name=$1 uid=$2
	shift 2

	# A shell in between would keep the signal for itself.
	(
		trap - ERR
		exec setpriv --reuid="$uid" --regid=nogroup --groups=pvmoved \
			flood "$socket" hold "$@" >"$work/$name" 2>&1
	) &
	holders+=($!)
	wait_until 120 "$name are held" test -s "$work/$name"
	echo "$name: $(<"$work/$name")"
}

let_go() {
	kill -TERM "${holders[@]}"
	wait "${holders[@]}" || fail 'a client ended with an error'
	holders=()
}

connections() {
	local uid
	local -a holders=()

	a_move_is_copying
	user 2001 flood "$socket" drop 10000
	holding half 2001 half 40
	grep -q '^32 of 40 are in$' "$work/half" || fail 'a user has another share than 32 connections'
	for uid in 2002 2003 2004 2005 2006 2007; do
		holding "silent$uid" $uid nothing 32
	done
	# Now others have all there is for them, and root still has his.
	fails_with 4 user 2008 pvmovectl status
	pvmovectl status "$move" >/dev/null
	pvmovectl pause "$move"
	pvmovectl resume "$move"
	let_go
	wait_until 60 'there is room again' user 2008 pvmovectl status
	nothing_came_of_it
	[ "$(grep -c 'rpc:' "$work/daemon.log")" -lt 100 ] || fail 'the log is flooded'
}

# At most two plans for other users than root are made at a time, each of one command at a time.
watch_commands() {
	local most=0 now

	while [ -e "$work/watching" ]; do
		now=$(pgrep -c -x lvm) || :
		[ "$now" -le "$most" ] || most=$now
		sleep 0.05
	done
	echo "$most" >"$work/most"
}

calls() {
	local watcher
	local -a holders=()

	a_move_is_copying
	flood "$socket" bad
	holding watchers 2001 watch 32
	holding unread 2002 unread 8
	: >"$work/watching"
	watch_commands &
	watcher=$!
	holding plans 2003 plan 12
	pvmovectl start --dry-run -n vg/other "$(pv 1)" "$(pv 0)"
	rm "$work/watching"
	wait $watcher
	note "at most $(<"$work/most") commands of LVM's at a time"
	[ "$(<"$work/most")" -gt 0 ] || fail 'no command was seen: the case does not test what it says'
	# Two plans, root's, and one of the move itself.
	[ "$(<"$work/most")" -le 4 ] || fail 'plans of users run more commands at a time than they may'
	let_go
	nothing_came_of_it
}

run_case 'ten thousand connections, and all that can be held, disturb neither root nor a move' connections 400
run_case 'calls without end, answers left unread and plans by the dozen are borne as well' calls 400
end_cases
