# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The file system under the journal is full, read-only or fails: moves hold where they are and say why,
# LVs go on working, nothing is lost, and it goes on from there.
#vm disk pv0 192M
#vm disk pv1 192M
#vm disk pv2 32M
#vm timeout 900
#vm brief 'without any room|journal fails'
. guest/lib.sh

# The state folder is a file system of that size of its own.
state_in_memory() {
	mkdir -p "$state_dir"
	mount -t tmpfs -o "size=$1" tmpfs "$state_dir"
}

fill_up() {
	dd if=/dev/zero of="$state_dir/filler" bs=4k 2>/dev/null || :
	[ "$(df --output=avail "$state_dir" | tail -n 1)" -eq 0 ] || fail 'the file system is not full'
}

# In both, a writer that verifies what it reads goes on all the while.
data_is_there() {
	mkfs_mount ext4 "$1"
	fixed_files "/mnt/${1#*/}" 4
	writer_start "/mnt/${1#*/}" 4 50
}

data_is_right() {
	writer_stop "/mnt/${1#*/}"
	fixed_files_are_whole "/mnt/${1#*/}"
	umount "/mnt/${1#*/}"
	fsck_is_clean "$1"
}

move_is() {
	[ "$(move_field "$1" state)" = "$2" ]
}

# says ID PATTERN: in its status.
status_says() {
	pvmovectl status "$1" | grep -qE "$2"
}

moves_under_way_need_no_more_room() {
	state_in_memory 256k
	mkvg vg 0 1
	mklv vg/lv 48M 0
	mklv vg/two 16M 0
	data_is_there vg/lv
	daemon_start
	throttle 5
	start_move "$(pv 0)" "$(pv 1)"
	wait_mid_copy "$move"
	fill_up
	throttle 100
	move_ends_as "$move" 'done'
	data_is_right vg/lv
	source_is_empty "$(pv 0)"
	nothing_left vg
}

# While the page that the journal ends in has room for such small records, they succeed.
pause_and_resume_until_refused() {
	while pvmovectl pause "$1" && pvmovectl resume "$1"; do
		:
	done >"$work/said" 2>&1
	cat "$work/said"
}

# Too small for any room to be taken ahead; the last page of the file holds less than the six passes.
a_move_waits_for_room() {
	local n

	state_in_memory 24k
	mkvg vg 0 1
	mklv vg/lv 48M 0
	for n in 2 3 4 5 6; do
		mklv vg/lv$n 4M 0
	done
	data_is_there vg/lv
	daemon_start
	throttle 5
	start_move "$(pv 0)" "$(pv 1)"
	wait_mid_copy "$move"
	fill_up
	throttle 100
	wait_until 90 'the status names the journal' status_says "$move" \
		'the journal cannot be written: No space left on device; it goes on by itself'
	[ "$(move_field "$move" waiting)" = True ]
	move_is "$move" running
	pause_and_resume_until_refused "$move"
	said 'No space left on device; make room'
	writer_is_well /mnt/lv
	rm "$state_dir/filler"
	pvmovectl resume "$move"
	move_ends_as "$move" 'done'
	data_is_right vg/lv
	source_is_empty "$(pv 0)"
	nothing_left vg
	daemon_stop
	daemon_start
	move_is "$move" 'done'
}

# A record of many runs needs more than the last page of the file has left.
a_move_that_cannot_be_noted_is_not_begun() {
	local before

	state_in_memory 24k
	mkvg vg 0 1
	mklv_in_segments vg/lv 60 0 30
	daemon_start
	fill_up
	before=$(seqno_of vg)
	fails_with 1 pvmovectl start "$(pv 0)" "$(pv 1)"
	said 'cannot write its journal: No space left on device; make room'
	[ "$(seqno_of vg)" = "$before" ] || fail 'metadata was touched'
	table_is_plain vg/lv
	rm "$state_dir/filler"
	pvmovectl start --wait "$(pv 0)" "$(pv 1)"
	nothing_left vg
}

# The disk of the journal as a device that can be made to fail.
journal_disk() {
	local disk

	disk=$(pv 2)
	case $1 in
	good) echo "0 $(blockdev --getsz "$disk") linear $disk 0" ;;
	bad) echo "0 $(blockdev --getsz "$disk") error" ;;
	esac
}

turn_disk() {
	journal_disk "$1" | dmsetup load journal
	dmsetup suspend --noflush --nolockfs journal
	dmsetup resume journal
}

mirror_is_synced() {
	local status

	status=$(dmsetup status vg-lv-pvmoved)
	[[ $status =~ \ ([0-9]+)/([0-9]+)\  ]] && [ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
}

a_failing_disk_stops_all_until_a_restart() {
	local before first second

	journal_disk good | dmsetup create journal
	mkfs.ext4 -q /dev/mapper/journal
	mkdir -p "$state_dir"
	mount -o errors=remount-ro /dev/mapper/journal "$state_dir"
	mkvg vg 0 1
	mklv vg/lv 112M 0
	mklv vg/second 60M 1
	mklv vg/other 4M 0
	data_is_there vg/lv
	disks_turn 0 # two moves at a time
	daemon_start
	throttle 1
	start_move -n vg/lv "$(pv 0)" "$(pv 1)"
	first=$move
	wait_mid_copy "$first"
	start_move -n vg/second "$(pv 1)" "$(pv 0)"
	second=$move
	wait_mid_copy "$second"
	turn_disk bad
	fails_with 1 pvmovectl pause "$first"
	said 'cannot write its journal: .*restart pvmoved'
	before=$(seqno_of vg)
	status_says "$first" 'the journal cannot be written: .*restarted'
	status_says "$second" 'the journal cannot be written: .*restarted'
	grep -q 'cannot write the journal: .*until the daemon is started again' "$work/daemon.log" ||
		fail 'the log does not say it'
	# The kernel copies on; what would come next is not done, though it is asked for again.
	throttle 100
	wait_until 90 'the kernel has copied all' mirror_is_synced
	turn_disk good
	fails_with 1 pvmovectl abort "$first"
	fails_with 1 pvmovectl start -n vg/other "$(pv 0)" "$(pv 1)"
	said 'cannot write its journal'
	move_is "$first" running
	[ "$(seqno_of vg)" = "$before" ] || fail 'metadata was changed without a record'
	table_uses_leg vg/lv
	writer_is_well /mnt/lv
	daemon_stop
	umount "$state_dir"
	e2fsck -fy /dev/mapper/journal || [ $? -le 2 ]
	mount /dev/mapper/journal "$state_dir"
	daemon_start
	move_ends_as "$first" 'done'
	move_ends_as "$second" 'done'
	data_is_right vg/lv
	nothing_left vg
	daemon_stop
	umount "$state_dir"
	vgremove -qq -ff -y vg
	dmsetup remove --retry journal
}

a_read_only_journal_is_named() {
	state_in_memory 1M
	mkvg vg 0 1
	mklv vg/lv 48M 0
	data_is_there vg/lv
	daemon_start
	throttle 5
	start_move "$(pv 0)" "$(pv 1)"
	wait_mid_copy "$move"
	daemon_kill
	mount -o remount,ro "$state_dir"
	fails_with 1 timeout 60 pvmoved --foreground --state-dir "$state_dir" --socket "$socket"
	said "cannot open the journal in $state_dir: Read-only file system"
	writer_is_well /mnt/lv
	table_uses_leg vg/lv
	mount -o remount,rw "$state_dir"
	throttle 100
	daemon_start
	move_ends_as "$move" 'done'
	data_is_right vg/lv
	nothing_left vg
}

run_case 'moves that are under way end although the file system is full' moves_under_way_need_no_more_room
run_case 'without any room a move waits, says why, and goes on when there is some' a_move_waits_for_room 500
run_case 'a move that cannot be written down is not begun' a_move_that_cannot_be_noted_is_not_begun
run_case 'when the journal fails nothing more is done, all moves say so, and a restart goes on' \
	a_failing_disk_stops_all_until_a_restart 240
run_case 'a read-only journal is named, and a start on a writable one goes on' a_read_only_journal_is_named
end_cases
