# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Disks that fail in places, under a move and under a writer: it is undone or completed, no write
# that was acknowledged is lost, and the user is told which disk, which extents and sectors, and what
# to do.
#vm disk pv0 192M
#vm disk pv1 192M
#vm timeout 1500
. guest/lib.sh

# The LV has 64 extents of 1 MiB at the beginning of the source, so that its first sector is sector
# 2048 of the PV, and extent N begins at 2048 + N * 2048.
lv_first=2048
lv_sectors=131072

# start_of_a_case [FAILPOINTS]: a VG on two PVs that can be made to fail, source and dest; an LV, a
# file system with data on it, and a daemon.
start_of_a_case() {
	faulty_pv 0 source
	faulty_pv 1 dest
	vgcreate -qq -s 1M vg /dev/mapper/source /dev/mapper/dest
	lvcreate -qq -y -Wn -l 64 -n lv vg /dev/mapper/source
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 8
	before=$(ranges_of vg/lv)
	if [ $# -gt 0 ]; then
		daemon_start_failing "$1"
	else
		daemon_start
	fi
}

it_was_undone() {
	[ "$(ranges_of vg/lv)" = "$before" ] || fail "the LV is at $(ranges_of vg/lv), not at $before"
	table_is_plain vg/lv
	nothing_left vg
	fixed_files_are_whole /mnt/lv
}

end_of_a_case() {
	umount /mnt/lv
	fsck_is_clean vg/lv
}

# read_trouble MOVE: what the status says of the disk that failed, as data, in the variables side, device,
# pv_uuid, first_le, le_count, first_sector, sector_count and exact.
read_trouble() {
	eval "$(pvmovectl status "$1" --json | python3 -c '
import json, shlex, sys
move = next(m for m in json.load(sys.stdin)["moves"] if m["id"] == int(sys.argv[1]))
for field, value in move["passes"][0]["trouble"].items():
	print(f"{field}={shlex.quote(str(value))}")' "$1")"
}

# names_the_place MOVE SIDE SECTOR: that disk, and a place that holds that sector of its PV and the
# logical extent on it; as data, and in the words that the client found for it.
names_the_place() {
	local sector=$3 le=$((($3 - lv_first) / 2048)) name=/dev/mapper/${2/destination/dest}
	local side device pv_uuid first_le le_count first_sector sector_count exact

	read_trouble "$1"
	[ "$side" = "$2" ]
	[ "$device" = "$name" ]
	[ "$pv_uuid" = "$(pvs --noheadings -o pv_uuid "$name" | tr -d ' ')" ]
	((first_le <= le && le < first_le + le_count)) || fail "extents $first_le+$le_count do not hold $le"
	if [ "$side" = source ]; then
		# Not only somewhere near: the source was read, and those two it was.
		[ "$exact $first_sector $sector_count $le_count" = "True $sector 2 1" ]
	else
		((first_sector <= sector && sector < first_sector + sector_count)) ||
			fail "sectors $first_sector+$sector_count do not hold $sector"
	fi
	fails_with 0 pvmovectl status "$1"
	said "sectors? [0-9]+.* of $name \(logical extent"
}

start_of_the_lv=$lv_first
middle_of_the_lv=100000
end_of_the_lv=$((lv_first + lv_sectors - 2))

# limit_where SECTOR IS: once under a limit, where nobody listens before the next window is due.
limit_where() {
	[ "$1" = "$2" ] && echo 16M || echo none
}

source_that_cannot_be_read() {
	local sector id=0

	start_of_a_case
	writer_start /mnt/lv 4 50
	# Two sectors: ext4 keeps nothing in the first two of its device.
	for sector in $start_of_the_lv $middle_of_the_lv $end_of_the_lv; do
		id=$((id + 1))
		faulty_fails source "$sector" 2
		fails_with 7 pvmovectl start --wait --limit "$(limit_where "$sector" $middle_of_the_lv)" /dev/mapper/source /dev/mapper/dest
		[ "$(move_field $id state)" = failed ]
		names_the_place $id source "$sector"
		said 'LV lv stays where it was, with all that can be read of it: .*backup.* replace /dev/mapper/source'
		it_was_undone
		writer_is_well /mnt/lv
	done
	faulty_fails source "$start_of_the_lv" 2 60000 8 "$middle_of_the_lv" 2 "$end_of_the_lv" 2
	fails_with 7 pvmovectl start --wait /dev/mapper/source /dev/mapper/dest
	it_was_undone
	writer_stop /mnt/lv
	faulty_works source
	end_of_a_case
}

destination_that_cannot_be_written() {
	local sector id=0

	start_of_a_case
	writer_start /mnt/lv 4 50
	for sector in $start_of_the_lv $middle_of_the_lv $end_of_the_lv; do
		id=$((id + 1))
		faulty_fails_writes dest "$sector" 2
		# Not farther on: such a disk fails to be flushed, too, which is seen where mirrors are in sync.
		fails_with 7 pvmovectl start --wait --limit "$(limit_where "$sector" $start_of_the_lv)" /dev/mapper/source /dev/mapper/dest
		[ "$(move_field $id state)" = failed ]
		names_the_place $id destination "$sector"
		said 'LV lv is whole where it was: start the move again with another destination, and replace /dev/mapper/dest'
		it_was_undone
		writer_is_well /mnt/lv
	done
	writer_stop /mnt/lv
	note "longest wait of the writer, three destinations failing under it: $(writer_longest_wait_ms /mnt/lv) ms"
	end_of_a_case
}

# The file system cannot be written any more, as without a move. What was acknowledged is there.
source_that_cannot_be_written_in_mid_copy() {
	start_of_a_case
	throttle 5
	stamps_start /mnt/lv
	start_move /dev/mapper/source /dev/mapper/dest
	wait_mid_copy "$move"
	faulty_fails_writes source "$lv_first" "$lv_sectors"
	move_ends_as "$move" failed
	fails_with 0 pvmovectl status "$move"
	said 'source cannot be written: .*/dev/mapper/source'
	said 'LV lv stays where it was, with all that was written to it: .*replace /dev/mapper/source'
	[ "$(ranges_of vg/lv)" = "$before" ]
	table_is_plain vg/lv
	nothing_left vg
	kill -KILL "$(<"$work/stamps.pid")" 2>/dev/null || :
	umount /mnt/lv || umount -l /mnt/lv
	faulty_works source
	wait_until 60 'the file system is let go of' lv_is_closed vg/lv
	e2fsck -fp /dev/vg/lv || [ $? = 1 ]
	mount_lv vg/lv
	stamps_are_there /mnt/lv
	fixed_files_are_whole /mnt/lv
}

lv_is_closed() {
	[ "$(dmsetup info -c --noheadings -o open "$(dm_of "$1")")" = 0 ]
}

# stopped_at FAILPOINTS: a move under a writer, whose daemon stands still there.
stopped_at() {
	start_of_a_case "$1"
	writer_start /mnt/lv 4 50
	start_move /dev/mapper/source /dev/mapper/dest
	wait_until 60 "the daemon stops at $1" daemon_is_stopped
}

# A write that only one side has taken: the writer waits, and has not been told anything.
mirror_has_failed() {
	dmsetup status vg-lv-pvmoved | grep -qE ' [AD]D | D[AD] '
}

it_was_completed() {
	move_ends_as "$move" "done"
	writer_stop /mnt/lv
	is_on_dest
	table_is_plain vg/lv
	nothing_left vg
	fixed_files_are_whole /mnt/lv
	end_of_a_case
}

is_on_dest() {
	[[ $(ranges_of vg/lv) == /dev/mapper/dest:* ]] || fail "the LV is at $(ranges_of vg/lv)"
}

source_that_cannot_be_written_after_full_sync() {
	local point=$1

	stopped_at "$point"
	faulty_fails_writes source "$lv_first" "$lv_sectors"
	wait_until 60 'a write fails' mirror_has_failed
	kill -CONT "$(daemon_pid)"
	it_was_completed
}

source_fails_before_the_commit() {
	source_that_cannot_be_written_after_full_sync commit:before=stop
}

source_fails_after_the_commit() {
	source_that_cannot_be_written_after_full_sync switch-LV:before=stop@1
}

destination_fails_before_the_commit() {
	stopped_at commit:before=stop
	faulty_fails_writes dest "$lv_first" "$lv_sectors"
	wait_until 60 'a write fails' mirror_has_failed
	kill -CONT "$(daemon_pid)"
	move_ends_as "$move" failed
	writer_stop /mnt/lv
	fails_with 0 pvmovectl status "$move"
	said 'destination failed: .*/dev/mapper/dest'
	it_was_undone
	end_of_a_case
}

# A write that fails on one side waits for the daemon: for its next start when it is dead.
destination_fails_while_the_daemon_is_dead() {
	local died_ms

	start_of_a_case
	throttle 5
	writer_start /mnt/lv 4 50
	start_move /dev/mapper/source /dev/mapper/dest
	wait_mid_copy "$move"
	daemon_kill
	died_ms=$(date +%s%3N)
	faulty_fails_writes dest "$lv_first" "$lv_sectors"
	wait_until 60 'the destination is noticed' mirror_has_failed_copy
	daemon_start
	note "the daemon was dead for $(($(date +%s%3N) - died_ms)) ms"
	move_ends_as "$move" failed
	writer_stop /mnt/lv
	note "longest wait of the writer: $(writer_longest_wait_ms /mnt/lv) ms"
	it_was_undone
	end_of_a_case
}

mirror_has_failed_copy() {
	dmsetup status vg-lv-pvmoved | grep -qE ' A[DS] '
}

# What it would have been otherwise: LVM's own pvmove on the same sectors.
lvms_pvmove_on_the_same_sectors() {
	local status=0

	faulty_pv 0 source
	faulty_pv 1 dest
	vgcreate -qq -s 1M vg /dev/mapper/source /dev/mapper/dest
	lvcreate -qq -y -Wn -l 64 -n lv vg /dev/mapper/source
	# No byte of it is 0 or what the destination holds.
	head -c 64M /dev/zero | tr '\0' s | dd of=/dev/vg/lv bs=1M count=64 iflag=fullblock oflag=direct status=none
	head -c 64M /dev/zero | tr '\0' d | dd of=/dev/mapper/dest bs=1M seek=1 count=64 iflag=fullblock oflag=direct status=none
	faulty_fails source "$middle_of_the_lv" 8
	pvmove -i1 /dev/mapper/source /dev/mapper/dest >"$work/said" 2>&1 || status=$?
	cat "$work/said"
	note "LVM's pvmove, 8 sectors of the source unreadable: exit status $status, $(grep -o 'Moved: [0-9.]*%' "$work/said" | tail -n 1)"
	lvs -o+devices vg
	forget_cached /dev/vg/lv
	note "the LV then reads without an error, and of its bytes are no longer what was written:" \
		"$(dd if=/dev/vg/lv bs=1M iflag=direct status=none | tr -d s | wc -c)" \
		"(of 4096 that could not be read)"
	[ "$status" = 0 ] || note "this LVM does better than 2.03.16"
}

run_case 'a source that cannot be read at its start, middle, end or in several places ends the move, with the place named' source_that_cannot_be_read 300
run_case 'a destination that cannot be written at its start, middle or end ends the move, with the place named' destination_that_cannot_be_written 300
run_case 'a source that fails writes in mid-copy ends the move, and all that was acknowledged is there' source_that_cannot_be_written_in_mid_copy
run_case 'a source that fails writes after full sync does not end the move' source_fails_before_the_commit
run_case 'a source that fails writes after the commit does not end the move' source_fails_after_the_commit
run_case 'a destination that fails writes after full sync ends the move, and no write is lost' destination_fails_before_the_commit
run_case 'a destination that fails while the daemon is dead makes writes wait for its return, and fails none' destination_fails_while_the_daemon_is_dead
run_case "LVM's pvmove turns sectors that cannot be read into sectors that can" lvms_pvmove_on_the_same_sectors
end_cases
