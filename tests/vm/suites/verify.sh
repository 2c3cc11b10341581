# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Moves that are verified: both sides are read back under writers. A destination that gives back
# something else than it was given ends the move.
#vm disk pv0 160M
#vm disk pv1 160M
#vm timeout 900
. guest/lib.sh

lv_mb=48

# soft_pv N NAME: a PV on disk N through a device of its own, which can be suspended and bent. It
# begins 1 MiB into the disk, so that LVM does not see the disk as a second PV like it.
soft_pv() {
	local disk size

	disk=$(pv "$1")
	size=$(($(blockdev --getsz "$disk") - 2048))
	dmsetup create "$2" --table "0 $size linear $disk 2048"
	pvcreate -qq -y "/dev/mapper/$2"
}

# bend_pv N NAME FIRST TARGET: 8 sectors of that PV from FIRST on are that from now on.
bend_pv() {
	local disk size

	disk=$(pv "$1")
	size=$(($(blockdev --getsz "$disk") - 2048))
	dmsetup load "$2" <<-TABLE
		0 $3 linear $disk 2048
		$3 8 $4
		$(($3 + 8)) $((size - $3 - 8)) linear $disk $(($3 + 8 + 2048))
	TABLE
	dmsetup resume "$2"
}

# An LV at the beginning of the source, data in it, and a writer at work. The daemon is up to the case.
start_of_a_case() {
	soft_pv 0 source
	soft_pv 1 dest
	vgcreate -qq -s 1M vg /dev/mapper/source /dev/mapper/dest
	lvcreate -qq -y -l $lv_mb -n lv vg /dev/mapper/source
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 8
	before=$(ranges_of vg/lv)
	writer_start /mnt/lv 4 50
}

end_of_a_case() {
	writer_stop /mnt/lv
	table_is_plain vg/lv
	nothing_left vg
	fixed_files_are_whole /mnt/lv
	umount /mnt/lv
	fsck_is_clean vg/lv
	vgremove -qq -ff -y vg
	dmsetup remove source dest
}

start_verified_move() {
	start_move --verify /dev/mapper/source /dev/mapper/dest
}

# start_stopping: a daemon that stops ahead of its first comparison, and a move that has come there.
start_stopping() {
	daemon_start_failing verify:before=stop@1
	start_verified_move
	wait_until 120 'the daemon stops before it compares' daemon_is_stopped
}

daemon_goes_on() {
	kill -CONT "$(daemon_pid)"
}

pass_is() {
	[ "$(pvmovectl status --json "$move" |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["moves"][0]["passes"][0]["state"])')" = "$1" ]
}

it_is_done_and_verified() {
	move_ends_as "$move" 'done'
	[ "$(move_field "$move" verified_bytes)" = "$(move_field "$move" total_bytes)" ]
	[ "$(move_field "$move" total_bytes)" = $((lv_mb << 20)) ]
	it_is_on_dest
}

it_is_on_dest() {
	[ "$(ranges_of vg/lv | cut -d: -f1)" = /dev/mapper/dest ] || fail "the LV is at $(ranges_of vg/lv)"
}

it_is_where_it_was() {
	[ "$(ranges_of vg/lv)" = "$before" ] || fail "the LV is at $(ranges_of vg/lv), not at $before"
}

# One block is written over and over, so that the two sides differ time and again.
hot_block_start() {
	fio --name=hot --filename=/mnt/lv/hot --size=4k --bs=4k --rw=write --direct=1 --ioengine=psync \
		--time_based --runtime=3600 --rate_iops=100 --output="$work/hot.log" &
	echo $! >"$work/fio_hot.pid"
	wait_until 60 'the hot block is there' test -s /mnt/lv/hot
}

hot_block_stop() {
	local pid

	pid=$(<"$work/fio_hot.pid")
	kill -0 "$pid" || fail 'the hot block was not written to the end'
	kill -INT "$pid"
	wait_until 60 'the writing of the hot block ends' has_ended "$pid"
	rm "$work/fio_hot.pid"
}

healthy() {
	start_of_a_case
	hot_block_start
	daemon_start
	start_verified_move
	it_is_done_and_verified
	grep -q 'copying → verifying (unverified)' "$work/daemon.log"
	fails_with 0 pvmovectl status "$move"
	said '100% verified'
	hot_block_stop
	end_of_a_case
}

# Sector 100000 of the PV is in logical extent (100000 - 2048) / 2048 = 47.
something_else() {
	local disk

	start_of_a_case
	start_stopping
	disk=$(pv 1)
	dd if=/dev/urandom of="$disk" seek=1024 count=8 oflag=direct conv=notrunc status=none
	bend_pv 1 dest 100000 "linear $disk 1024"
	daemon_goes_on
	move_ends_as "$move" failed
	fails_with 0 pvmovectl status "$move"
	said 'verification failed: .*vg/lv: logical extents 47 to 47 '
	said 'sectors 100000 to 100007 of /dev/mapper/source, 100000 to 100007 of /dev/mapper/dest'
	it_is_where_it_was
	end_of_a_case
}

# All is on the destination by then, and a disk like that is no place to stay.
source_going_bad() {
	start_of_a_case
	start_stopping
	bend_pv 0 source 100000 error
	daemon_goes_on
	move_ends_as "$move" 'done'
	fails_with 0 pvmovectl status "$move"
	# 64 KiB around them are left out.
	said 'not all was verified: .*sectors 99968 to 100095 of /dev/mapper/source'
	[ "$(move_field "$move" verified_bytes)" = $(((lv_mb << 20) - 65536)) ]
	it_is_on_dest
	end_of_a_case
}

killed() {
	start_of_a_case
	daemon_start_failing verify:after=kill@3
	start_verified_move
	wait_until 120 'the daemon dies' has_ended "$(daemon_pid)"
	rm "$work/daemon.pid"
	writer_is_well /mnt/lv
	daemon_start
	it_is_done_and_verified
	end_of_a_case
}

# The destination hangs, and with it the comparison, and what is written to the LV; nothing else does.
paused() {
	start_of_a_case
	start_stopping
	dmsetup suspend dest
	daemon_goes_on
	pvmovectl pause "$move"
	wait_until 60 'it is paused' pass_is paused
	dmsetup resume dest
	writer_is_well /mnt/lv
	table_uses_leg vg/lv
	pass_is paused
	pvmovectl resume "$move"
	it_is_done_and_verified
	end_of_a_case
}

aborted() {
	start_of_a_case
	start_stopping
	dmsetup suspend dest
	daemon_goes_on
	pvmovectl abort "$move"
	wait_until 60 'it is being undone' pass_is undoing
	dmsetup resume dest
	move_ends_as "$move" aborted
	it_is_where_it_was
	end_of_a_case
}

run_case 'an LV under writers, one of which writes one block over and over, is found equal' healthy
run_case 'a destination that gives back something else ends the move, with the sectors named' something_else
run_case 'a source that goes bad while it is verified is left, with the sectors named' source_going_bad
run_case 'a daemon that is killed while it verifies begins anew and ends well' killed
run_case 'a move is paused while its comparison hangs' paused
run_case 'a move is aborted while its comparison hangs' aborted
end_cases
