# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Several moves at a time: those that share a disk that turns take turns, all others go side by side; and
# a copy that stalls says so.
#vm disk pv0 700M
#vm disk pv1 352M
#vm disk pv2 352M
#vm disk pv3 352M
#vm disk pv4 352M
#vm timeout 600
#vm brief 'take turns|stalls'
. guest/lib.sh

# Two of disk 0, in the kernel alone; what an earlier case has left in them is wiped.
make_partitions() {
	local disk

	disk=$(pv 0)
	[ -e "${disk}1" ] || addpart "$disk" 1 2048 696320
	[ -e "${disk}2" ] || addpart "$disk" 2 700416 696320
	udevadm settle
	wipefs -qaf "${disk}1" "${disk}2"
}

# Three moves: the first two have nothing in common but disk 0, of which each has a partition; the third
# has disks of its own. They take long enough to be looked at.
three_moves() {
	local disk vg

	disk=$(pv 0)
	make_partitions
	vgcreate -qq -y -s 1M one "${disk}1" "$(pv 1)"
	vgcreate -qq -y -s 1M two "${disk}2" "$(pv 2)"
	mkvg three 3 4
	lvcreate -qq -y -Wn -L 240M -n lv one "${disk}1"
	lvcreate -qq -y -Wn -L 240M -n lv two "${disk}2"
	mklv three/lv 240M 3
	for vg in one two three; do
		dd if=/dev/urandom of="/dev/$vg/lv" bs=1M count=8 conv=fsync status=none
		head -c 8M "/dev/$vg/lv" | sha256sum >"$work/$vg.sum"
	done
	throttle 1
	daemon_start
	start_move "${disk}1" "$(pv 1)"
	first=$move
	start_move "${disk}2" "$(pv 2)"
	second=$move
	start_move "$(pv 3)" "$(pv 4)"
	third=$move
}

# What the others have shown needs no end; the first goes on when they are gone.
three_moves_end_well() {
	local vg

	pvmovectl abort "$third"
	pvmovectl abort "$second"
	throttle_off
	move_ends_as "$first" "done"
	move_ends_as "$second" aborted
	move_ends_as "$third" aborted
	for vg in one two three; do
		head -c 8M "/dev/$vg/lv" | sha256sum | cmp - "$work/$vg.sum"
		nothing_left "$vg"
	done
}

is_queued_behind() {
	[ "$(move_field "$1" queue)" = "{'place': 1, 'behind': $2, 'disk': '$(pv 0)'}" ]
}

taking_turns() {
	local found

	disks_turn 1
	three_moves
	wait_mid_copy "$first"
	wait_mid_copy "$third"
	# Both at once, and the second has not been touched.
	wait_mid_copy "$first"
	is_queued_behind "$second" "$first" || fail "move $second: $(move_field "$second" queue)"
	[ "$(move_field "$third" queue)" = null ]
	[ "$(move_field "$second" state)" = queued ]
	found=$(lvs -a --noheadings -o lv_name two | grep pvmoved) || :
	[ -z "$found" ] || fail "$found is there although the move waits"
	pvmovectl status | grep "queued, behind $first "
	pvmovectl status "$second" | grep "place 1 on $(pv 0), behind move $first; lv: queued"

	note 'the order is the same after the daemon was killed'
	daemon_kill
	daemon_start
	wait_until 60 "move $second waits again" is_queued_behind "$second" "$first"
	wait_mid_copy "$first"
	[ "$(move_field "$second" state)" = queued ]

	note 'a pause lets the next go on, then it is the other that waits, until an abort'
	pvmovectl pause "$first"
	wait_mid_copy "$second"
	pvmovectl resume "$first"
	wait_until 60 "move $first waits" is_queued_behind "$first" "$second"
	wait_mid_copy "$second"
	three_moves_end_well
}

side_by_side() {
	disks_turn 0
	three_moves
	wait_mid_copy "$first"
	wait_mid_copy "$second"
	wait_mid_copy "$third"
	wait_mid_copy "$first"
	[ "$(move_field "$second" queue)" = null ]
	three_moves_end_well
}

# ---- a disk that hangs ---------------------------------------------------------------------------

goes_on() {
	dmsetup resume slow || :
}

is_stalled() {
	[ "$(move_field "$1" stalled_since_us)" != null ]
}

is_not_stalled() {
	[ "$(move_field "$1" stalled_since_us)" = null ]
}

stalling() {
	local disk stalls

	disk=$(pv 1)
	dmsetup create slow --table "0 $(($(blockdev --getsz "$disk") - 2048)) linear $disk 2048"
	pvcreate -qq -ff -y /dev/mapper/slow
	vgcreate -qq -y -s 1M vg /dev/mapper/slow "$(pv 2)"
	lvcreate -qq -y -Wn -L 128M -n lv vg /dev/mapper/slow
	trap goes_on EXIT
	throttle 1
	daemon_start
	start_move /dev/mapper/slow "$(pv 2)"
	wait_mid_copy "$move"
	is_not_stalled "$move"
	dmsetup suspend --noflush --nolockfs slow
	wait_until 120 "move $move stalls" is_stalled "$move"
	pvmovectl status | grep ' stalled '
	pvmovectl status "$move" | grep 'Nothing was copied since .* suspended ("dmsetup info")'

	dmsetup resume slow
	wait_until 60 "move $move goes on" is_not_stalled "$move"
	throttle_off
	move_ends_as "$move" "done"
	stalls=$(grep -c 'nothing was copied for' "$work/daemon.log")
	[ "$stalls" = 1 ] || fail "told $stalls times that it stalls"
	grep -q 'copies again' "$work/daemon.log"
	nothing_left vg
	vgremove -qq -ff -y vg
	dmsetup remove slow
}

run_case 'moves that share a disk that turns take turns, and others go side by side' taking_turns 300
run_case 'moves that share a disk that does not turn go side by side' side_by_side 300
run_case 'a copy from a disk that is suspended stalls, once, until it is resumed' stalling 300
end_cases
