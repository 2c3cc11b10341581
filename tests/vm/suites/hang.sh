# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Nothing hangs for long, and nothing is left hanging: the daemon is killed at its swaps, a disk hangs,
# udevd is stuck.
#
# The second argument is the number of kills, the third how many seconds they may take; without them
# it is what fits into two minutes. For a long run:
#	tests/vm/run --timeout 7200 tests/vm/suites/hang.sh '' 1000 6000
#vm disk pv0 192M
#vm disk pv1 192M
#vm disk pv2 192M
#vm disk pv3 192M
#vm timeout 2400
#vm brief 'swaps|source that hangs' 200 25
. guest/lib.sh

kills=${2:-300}
kills_s=${3:-120}
# Outlives the cases: what was done, in numbers.
deeds=/root/deeds
: >"$deeds"

killed_at_the_swaps() {
	mkvg vg 0 1
	mklv_in_segments vg/lv 64 0 3
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 8
	writer_start /mnt/lv 8 50
	throttle 1
	mkdir -p "$(dirname "$socket")"
	DAEMON_LOG=$work/daemon.log python3 /run/payload/guest/kills.py "$kills" "$kills_s" vg/lv \
		"$(pv 0)" "$(pv 1)" /usr/lib/pvmoved-tests/pvmoved --foreground --state-dir "$state_dir" --socket "$socket" |
		tee -a "$deeds"
	writer_is_well /mnt/lv
	fixed_files_are_whole /mnt/lv

	# The real program ends what is under way, and moves the LV once more.
	throttle_off
	daemon_start
	pvmovectl status
	for move in $(unfinished_moves); do
		pvmovectl resume "$move" || :
		pvmovectl wait "$move" || :
	done
	[ -z "$(unfinished_moves)" ] || fail "unfinished: $(unfinished_moves)"
	pvmovectl start --wait "$(where_it_is vg/lv)"
	writer_stop /mnt/lv
	fixed_files_are_whole /mnt/lv
	nothing_left vg
	umount /mnt/lv
	fsck_is_clean vg/lv
}

where_it_is() {
	ranges_of "$1" | cut -d: -f1
}

unfinished_moves() {
	pvmovectl status --json | python3 -c '
import json, sys
for move in json.load(sys.stdin)["moves"]:
	if move["state"] not in ("done", "aborted", "failed"):
		print(move["id"])'
}

# ---- a disk that hangs ---------------------------------------------------------------------------

# A PV on disk N that can be made to hang. It begins 1 MiB into the disk, so that LVM does not see the
# disk as a second PV like it.
hanging_pv() {
	local disk

	disk=$(pv "$1")
	dmsetup create "$2" --table "0 $(($(blockdev --getsz "$disk") - 2048)) linear $disk 2048"
	pvcreate -qq -ff -y "/dev/mapper/$2"
}

hang() {
	dmsetup suspend --noflush --nolockfs "$1"
}

# Two VGs, a move under way in each; $move is the one whose PVs can hang, $other the other.
two_moves() {
	# On a slow machine it hangs for longer than the kernel likes.
	echo 0 >/proc/sys/kernel/hung_task_timeout_secs
	mkvg one 0 1
	mklv one/a 64M 0
	mkfs_mount ext4 one/a
	fixed_files /mnt/a 8
	hanging_pv 2 "$1"
	hanging_pv 3 "$2"
	vgcreate -qq -s 1M two "/dev/mapper/$1" "/dev/mapper/$2"
	lvcreate -qq -y -Wn -L 128M -n b two "/dev/mapper/$1"
	mkfs_mount ext4 two/b
	fixed_files /mnt/b 8
	# What the application will write over, in all parts of the LV.
	dd if=/dev/zero of=/mnt/b/direct bs=1M count=40 oflag=direct conv=fsync status=none
	trap goes_on EXIT
	throttle 1
	daemon_start
	start_move "$(pv 0)" "$(pv 1)"
	other=$move
	start_move "/dev/mapper/$1" "/dev/mapper/$2"
	wait_mid_copy "$move"
}

# A case that fails must not leave it hanging: nothing could be taken down.
goes_on() {
	dmsetup resume slow || :
}

# What is copied already is written on both sides, the rest to the source.
writing_to_the_hung_disk() {
	dd if=/dev/zero of=/mnt/b/direct bs=256k count=160 oflag=direct conv=notrunc,fsync status=none &
	application=$!
	wait_until 60 "the application hangs" grep -q '^State:.*D' "/proc/$application/status"
}

the_daemon_answers() {
	timeout 20 pvmovectl status
}

# Nothing was for ever: the application goes on, the move ends well.
it_is_all_well_again() {
	wait "$application" || fail "the application was told of an error"
	move_ends_as "$move" "$1"
	throttle_off
	fixed_files_are_whole /mnt/a
	fixed_files_are_whole /mnt/b
	nothing_left one
	nothing_left two
	umount /mnt/a /mnt/b
	fsck_is_clean one/a
	fsck_is_clean two/b
	vgremove -qq -ff -y two
	trap - EXIT
	dmsetup remove slow quick
}

a_disk_hangs_in_mid_copy() {
	two_moves "$1" "$2"
	hang slow
	writing_to_the_hung_disk
	throttle_off
	the_daemon_answers
	# LVM itself hangs as soon as it is to look at all disks; the other move must not need that.
	pvmovectl wait "$other"
	is_on_without_lvm one-a 1
	# Its table cannot be swapped before the disk answers; the daemon says so, and answers itself.
	timeout 20 pvmovectl abort "$move"
	the_daemon_answers
	kill -0 $application || fail "the application was not held up by the disk"
	dmsetup resume slow
	it_is_all_well_again aborted
}

# With LVM a look at where it is would hang.
is_on_without_lvm() {
	dmsetup table "$1" | grep -q " linear $(cat "/sys/class/block/$(basename "$(pv "$2")")/dev") " ||
		fail "$1 is at: $(dmsetup table "$1")"
}

the_source_hangs() {
	a_disk_hangs_in_mid_copy slow quick
}

the_destination_hangs() {
	a_disk_hangs_in_mid_copy quick slow
}

# The executor of a swap waits for the disk; its daemon is killed, and so is the next.
a_daemon_is_killed_while_a_swap_waits_for_a_disk() {
	two_moves slow quick
	hang slow
	writing_to_the_hung_disk
	timeout 20 pvmovectl pause "$move"
	wait_until 60 "an executor waits for the disk" an_executor_waits
	daemon_kill
	daemon_start
	the_daemon_answers
	daemon_kill
	dmsetup resume slow
	throttle_off
	daemon_start
	# With the journal's word the move is paused, whatever became of the swap.
	wait_until 60 "the move can be resumed" pvmovectl resume "$move"
	pvmovectl wait "$other"
	it_is_all_well_again 'done'
}

an_executor_waits() {
	local pid

	for pid in $(pgrep -x pvmoved-dm); do
		! grep -qE 'dm_|_rh_|suspend' "/proc/$pid/stack" || return 0
	done
	return 1
}

# ---- udevd ---------------------------------------------------------------------------------------

# What LVM does waits for udev for ever, what we do ten seconds each time.
udevd_is_stuck() {
	mkvg vg 0 1
	mklv_in_segments vg/lv 32 0 2
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 8
	writer_start /mnt/lv 8 50
	udevadm settle
	udevd_stops
	daemon_start
	start_move "$(pv 0)" "$(pv 1)"
	wait_until 60 "the leg is being made" leg_is_there
	the_daemon_answers
	daemon_kill
	daemon_start
	the_daemon_answers
	pvmovectl wait "$move"
	the_daemon_answers
	udevd_goes_on
	! dmsetup udevcookies | grep 0x || fail "cookies are left"
	writer_stop /mnt/lv
	fixed_files_are_whole /mnt/lv
	is_on vg/lv 1
	nothing_left vg
	umount /mnt/lv
	fsck_is_clean vg/lv
}

leg_is_there() {
	dmsetup info -c --noheadings -o name | grep -q pvmoved
}

run_case 'a daemon that is killed at its swaps leaves every device active, swappable and right' \
	killed_at_the_swaps $((kills_s + 400))
sed 's/^/# /' "$deeds"
run_case 'a source that hangs holds up neither the daemon nor another VG, and costs nothing' the_source_hangs 600
run_case 'a destination that hangs does not either' the_destination_hangs 600
run_case 'a daemon may be killed while a swap waits for a disk that hangs' \
	a_daemon_is_killed_while_a_swap_waits_for_a_disk 600
run_case 'a move goes on, slowly, while udevd is stuck' udevd_is_stuck 900
end_cases
