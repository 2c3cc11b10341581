# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Disks that hang, and disks that are gone: the move waits or is undone, the LV works on its source
# all the while, no I/O of an application waits longer than the disk does, and the user is told which
# disk, and what to do.
#vm disk pv0 160M
#vm disk pv1 160M
#vm disk pv2 160M
#vm timeout 1500
#vm brief 'unplugged leaves'
. guest/lib.sh

# A disk is silent for so long; a figure for those who run this by hand: 60.
hang_s=${2:-20}
# What an I/O may wait beyond that on a machine that is busy with other things. It is what the kernel
# copies at the moment that comes on top; nothing of pvmoved's takes part in it.
slack_s=15

an_lv_with_data() {
	mkvg vg 0 1
	mklv vg/lv 48M 0
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 8
	before=$(ranges_of vg/lv)
}

start_of_a_case() {
	an_lv_with_data
	throttle 1
	daemon_start
}

# caught_at FAILPOINT: a move under a writer, its daemon stopped there.
caught_at() {
	an_lv_with_data
	stamps_start /mnt/lv
	daemon_start_failing "$1=stop@1"
	start_move "$(pv 0)" "$(pv 1)"
	wait_until 90 'the daemon stops at its failpoint' daemon_is_stopped
}

# start_on_layers: the same on PVs that can be told to hang.
start_on_layers() {
	faulty_pv 0 source
	faulty_pv 1 dest
	vgcreate -qq -s 1M vg /dev/mapper/source /dev/mapper/dest
	lvcreate -qq -y -Wn -l 48 -n lv vg /dev/mapper/source
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 8
	throttle 1
	daemon_start
}

it_was_undone() {
	[ "$(ranges_of vg/lv)" = "$before" ] || fail "the LV is at $(ranges_of vg/lv), not at $before"
	table_is_plain vg/lv
	nothing_left vg
	fixed_files_are_whole /mnt/lv
	umount /mnt/lv
	fsck_is_clean vg/lv
}

waits_for_pv() {
	pvmovectl status "$1" --json | python3 -c '
import json, sys
move = next(m for m in json.load(sys.stdin)["moves"] if m["id"] == int(sys.argv[1]))
waits = move["passes"][0]["waits_for"]
sys.exit(not (move["waiting"] and waits and waits["code"] == "pv_missing" and waits["text"] == sys.argv[2]))' "$1" "$2"
}

pv_uuid() {
	pvs --noheadings -o pv_uuid "$(pv "$1")" | tr -d ' '
}

# A write that is on stable storage, within the time.
can_be_written() {
	timeout 30 dd if=/dev/urandom of="$1/proof" bs=4k count=16 conv=fsync status=none ||
		fail "$1 cannot be written"
}

a_disk_that_hangs() {
	local name=$1 other_ms longest_ms

	start_on_layers
	writer_start /mnt/lv 4 50
	start_move /dev/mapper/source /dev/mapper/dest
	wait_mid_copy "$move"
	faulty_hangs "$name"
	# The daemon answers all the while.
	other_ms=$(status_for "$hang_s")
	faulty_goes_on "$name"
	throttle_off
	move_ends_as "$move" "done"
	writer_stop /mnt/lv
	longest_ms=$(writer_longest_wait_ms /mnt/lv)
	note "the $name hung for $hang_s s: longest wait of the writer $longest_ms ms, of pvmovectl status $other_ms ms"
	((longest_ms < (hang_s + slack_s) * 1000)) || fail "a write has waited for $longest_ms ms"
	((other_ms < slack_s * 1000)) || fail "pvmovectl status took $other_ms ms"
	[[ $(ranges_of vg/lv) == /dev/mapper/dest:* ]] || fail "the LV is at $(ranges_of vg/lv)"
	nothing_left vg
	fixed_files_are_whole /mnt/lv
	umount /mnt/lv
	fsck_is_clean vg/lv
}

# status_for SECONDS: asks again and again, and prints the longest time it took, in ms.
status_for() {
	local end=$((SECONDS + $1)) longest_ms=0 started_ms took_ms

	while [ $SECONDS -lt $end ]; do
		started_ms=$(date +%s%3N)
		pvmovectl status >/dev/null
		took_ms=$(($(date +%s%3N) - started_ms))
		[ "$took_ms" -le "$longest_ms" ] || longest_ms=$took_ms
		sleep 2
	done
	echo "$longest_ms"
}

a_source_that_hangs() {
	a_disk_that_hangs source
}

a_destination_that_hangs() {
	a_disk_that_hangs dest
}

a_destination_that_is_unplugged() {
	local uuid

	start_of_a_case
	uuid=$(pv_uuid 1)
	writer_start /mnt/lv 4 50
	start_move "$(pv 0)" "$(pv 1)"
	wait_mid_copy "$move"
	unplug_pv 1
	wait_until 60 'it waits for the PV' waits_for_pv "$move" "$uuid"
	fails_with 0 pvmovectl status "$move"
	said 'destination failed'
	said 'waits: a PV is missing'
	said "LV lv is whole where it was.*PV $uuid of VG vg is missing.* attach"
	table_is_plain vg/lv
	can_be_written /mnt/lv
	writer_stop /mnt/lv
	note "a destination was unplugged: longest wait of the writer $(writer_longest_wait_ms /mnt/lv) ms"
	late_disks_appear
	move_ends_as "$move" failed
	it_was_undone
}

# Nobody is there when the disk goes; the next daemon takes the LV off the mirrors, which keep writes.
a_destination_that_is_unplugged_without_a_daemon() {
	local uuid

	start_of_a_case
	uuid=$(pv_uuid 1)
	stamps_start /mnt/lv
	start_move "$(pv 0)" "$(pv 1)"
	wait_mid_copy "$move"
	daemon_kill
	unplug_pv 1
	wait_until 60 'the mirror notices' mirror_has_failed
	daemon_start
	wait_until 60 'it waits for the PV' waits_for_pv "$move" "$uuid"
	fails_with 0 pvmovectl status "$move"
	said 'destination failed'
	table_is_plain vg/lv
	can_be_written /mnt/lv
	stamps_stop
	late_disks_appear
	move_ends_as "$move" failed
	stamps_are_there /mnt/lv
	it_was_undone
}

mirror_has_failed() {
	dmsetup status vg-lv-pvmoved | grep -qE ' (A[DSR]|[DSR]A|[DSR][DSR]) '
}

has_no_leg() {
	! dmsetup info -c --noheadings -o name | grep -q pvmoved
}

# Never to come back: another disk takes its place, as LVM has it. (vgreduce --removemissing --force
# does not touch a LOCKED LV: seen with 2.03.16.)
a_destination_that_stays_away() {
	local uuid

	start_of_a_case
	uuid=$(pv_uuid 1)
	writer_start /mnt/lv 4 50
	start_move "$(pv 0)" "$(pv 1)"
	wait_mid_copy "$move"
	unplug_pv 1
	wait_until 60 'the LV is off the mirrors' has_no_leg
	pvcreate --uuid "$uuid" --restorefile /etc/lvm/backup/vg "$(pv 2)"
	move_ends_as "$move" failed
	writer_stop /mnt/lv
	nothing_left vg
	[ "$(pv_uuid 2)" = "$uuid" ]
	it_was_undone
	late_disks_appear
}

# The LV is as dead as its disk is, and no deader: when that is back, what was acknowledged is there.
a_source_that_is_unplugged() {
	local uuid

	start_of_a_case
	uuid=$(pv_uuid 0)
	stamps_start /mnt/lv
	start_move "$(pv 0)" "$(pv 1)"
	wait_mid_copy "$move"
	unplug_pv 0
	wait_until 60 'it waits for the PV' waits_for_pv "$move" "$uuid"
	fails_with 0 pvmovectl status "$move"
	said "PV $uuid of VG vg is missing"
	kill -KILL "$(<"$work/stamps.pid")" 2>/dev/null || :
	wait_until 60 'no I/O hangs' has_ended "$(<"$work/stamps.pid")"
	umount /mnt/lv || umount -l /mnt/lv
	late_disks_appear
	before=$(pv 0):${before#*:} # it may have come back by another name
	move_ends_as "$move" failed
	comes_back_with_its_disk
	it_was_undone
}

# goes_after_the_commit FAILPOINT: the metadata have the LV on the disk that goes.
goes_after_the_commit() {
	local uuid

	caught_at "$1"
	uuid=$(pv_uuid 1)
	unplug_pv 1
	kill -CONT "$(daemon_pid)"
	wait_until 60 'it waits for the PV' waits_for_pv "$move" "$uuid"
	fails_with 0 pvmovectl status "$move"
	said "PV $uuid of VG vg is missing"
}

# The mirrors are in place: what was acknowledged is read from the other disk, writes wait. It comes back
# under another number, so that nobody knows whether it is the same.
a_destination_that_is_unplugged_after_the_commit() {
	goes_after_the_commit commit:after
	said 'if it is lost, the other disk has all data'
	timeout 30 dd if=/mnt/lv/fixed1 of=/dev/null bs=64k iflag=direct status=none || fail 'it cannot be read'
	late_disks_appear
	wait_until 60 'the move waits for somebody' says_that_sides_differ
	daemon_stop
	fails_with 1 pvmoved --release vg --yes
	by_hand name not-committed stay
	stamps_stop
	stamps_are_there /mnt/lv
	fixed_files_are_whole /mnt/lv
	umount /mnt/lv
	dmsetup remove vg-lv
	dmsetup remove vg-lv-pvmoved
	by_hand text edit restore
	nothing_left vg
}

says_that_sides_differ() {
	[[ $(pvmovectl status "$move") == *'the metadata and the tables name different sides'* ]]
}

# The LV is on its destination but for the leg: it is as dead as its disk, and no deader.
a_destination_that_is_unplugged_after_the_last_mirror() {
	goes_after_the_commit switch-LV:before
	wait_until 60 'no I/O hangs' has_ended "$(<"$work/stamps.pid")"
	rm "$work/stamps.pid"
	umount /mnt/lv || umount -l /mnt/lv
	late_disks_appear
	wait_until 60 'the move waits for somebody' says_that_sides_differ
	lvchange --refresh vg/lv
	move_ends_as "$move" 'done'
	comes_back_with_its_disk
	it_went_forward
}

# A file system that met errors is taken up anew.
comes_back_with_its_disk() {
	vgchange -qq -an vg
	vgchange -qq -ay vg
	e2fsck -fp /dev/vg/lv || [ $? = 1 ]
	mount_lv vg/lv
	stamps_are_there /mnt/lv
}

# All is on both sides, the metadata still have the LV on the disk that goes.
a_source_that_is_unplugged_in_sync() {
	local uuid

	caught_at commit:before
	uuid=$(pv_uuid 0)
	unplug_pv 0
	kill -CONT "$(daemon_pid)"
	wait_until 60 'it waits for the PV' waits_for_pv "$move" "$uuid"
	fails_with 0 pvmovectl status "$move"
	said "PV $uuid of VG vg is missing"
	late_disks_appear
	move_ends_as "$move" 'done'
	stamps_stop
	stamps_are_there /mnt/lv
	it_went_forward
}

it_went_forward() {
	table_is_plain vg/lv
	nothing_left vg
	[[ $(ranges_of vg/lv) != "$before" ]] || fail 'the LV is where it was'
	fixed_files_are_whole /mnt/lv
	umount /mnt/lv
	fsck_is_clean vg/lv
}

run_case 'a source that hangs for a while makes nothing fail' a_source_that_hangs 300
run_case 'a destination that hangs for a while makes nothing fail' a_destination_that_hangs 300
run_case 'a destination that is unplugged leaves the LV at work on its source, and is undone when it is back' a_destination_that_is_unplugged 200
run_case 'so it is when the daemon was dead at that moment' a_destination_that_is_unplugged_without_a_daemon 200
run_case 'a destination that stays away is undone when another disk has its place' a_destination_that_stays_away 200
run_case 'a source that is unplugged costs nothing that was acknowledged' a_source_that_is_unplugged 200
run_case 'a destination that is unplugged after the commit and comes back as another is not trusted' a_destination_that_is_unplugged_after_the_commit 300
run_case 'one that is unplugged when the leg has left the source costs nothing that was acknowledged' a_destination_that_is_unplugged_after_the_last_mirror 300
run_case 'a source that is unplugged when all is in sync is left for the destination when it is back' a_source_that_is_unplugged_in_sync 300
end_cases
