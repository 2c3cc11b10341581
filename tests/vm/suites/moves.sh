# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What can be moved, and that it arrives.
#vm disk pv0 1200M
#vm disk pv1 1200M
#vm disk pv2 64M
#vm timeout 1800
#vm brief 'gibibyte|300 pieces|busy LV|several|all LVs|XFS|named|two destinations|too small|dry run|nothing'
#vm trixie 'there and back|holds the state'
. guest/lib.sh

a_busy_gibibyte() {
	mkvg vg 0 1
	mklv_in_segments vg/lv 1024 0 3
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 64
	links_start vg/lv
	writer_start /mnt/lv 16
	daemon_start
	pvmovectl start --wait "$(pv 0)" "$(pv 1)"
	writer_is_well /mnt/lv
	source_is_empty "$(pv 0)"
	is_on vg/lv 1
	table_is_plain vg/lv
	nothing_left vg
	[ "$(move_field 1 state)" = 'done' ]
	[ "$(move_field 1 copied_bytes)" = "$(move_field 1 total_bytes)" ]
	[ "$(move_field 1 total_bytes)" = $((1024 << 20)) ]
	writer_stop /mnt/lv
	links_stop
	fixed_files_are_whole /mnt/lv
	umount /mnt/lv
	fsck_is_clean vg/lv
}

there_and_back() {
	mkvg vg 0 1
	mklv vg/lv 64M 0
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 16
	writer_start /mnt/lv 8
	daemon_start
	pvmovectl start --wait "$(pv 0)" "$(pv 1)"
	pvmovectl start --wait "$(pv 1)" "$(pv 0)"
	is_on vg/lv 0
	source_is_empty "$(pv 1)"
	[ "$(last_move)" = 2 ]
	writer_stop /mnt/lv
	fixed_files_are_whole /mnt/lv
	nothing_left vg
}

# One whole, one in two segments, one that is only partly on the source, one inactive.
several_lvs() {
	local elsewhere

	mkvg vg 0 1
	mklv vg/whole 40M 0
	mklv vg/parts 20M 0:100-109 0:120-129
	mklv vg/half 20M 0:200-209 1:0-9
	mklv vg/idle 12M 0
	mkfs_mount ext4 vg/whole
	mkfs_mount ext4 vg/parts
	mkfs_mount ext4 vg/half
	mkfs.ext4 -q /dev/vg/idle
	lvchange -qq -an vg/idle
	fixed_files /mnt/whole 8
	fixed_files /mnt/half 4
	elsewhere=$(ranges_of vg/half | grep -o "$(pv 1):[0-9-]*")
	daemon_start
	pvmovectl start --wait "$(pv 0)" "$(pv 1)"
	source_is_empty "$(pv 0)"
	nothing_left vg
	[[ "$(ranges_of vg/half)" == *"$elsewhere"* ]] || fail "what was not on the source has moved"
	[ ! -e /dev/vg/idle ] || fail 'vg/idle was left active'
	fixed_files_are_whole /mnt/whole
	fixed_files_are_whole /mnt/half
	umount /mnt/whole /mnt/parts /mnt/half
	lvchange -qq -ay vg/idle
	fsck_is_clean vg/whole
	fsck_is_clean vg/half
	fsck_is_clean vg/idle
}

an_xfs_and_a_swap() {
	mkvg vg 0 1
	mklv vg/xfs 320M 0
	mklv vg/swap 32M 0
	mkfs_mount xfs vg/xfs
	mkswap -q /dev/vg/swap
	swapon /dev/vg/swap
	fixed_files /mnt/xfs 16
	writer_start /mnt/xfs 8
	daemon_start
	pvmovectl start --wait "$(pv 0)"
	source_is_empty "$(pv 0)"
	grep -q /dev/dm /proc/swaps
	writer_stop /mnt/xfs
	fixed_files_are_whole /mnt/xfs
	swapoff -a
	umount /mnt/xfs
	fsck_is_clean vg/xfs
	nothing_left vg
}

one_lv_by_name() {
	local name

	mkvg vg 0 1
	daemon_start
	for name in a vg/b /dev/vg/c; do
		mklv "vg/${name##*/}" 8M 0
	done
	for name in a vg/b /dev/vg/c; do
		pvmovectl start --wait -n "$name" "$(pv 0)" "$(pv 1)"
		is_on "vg/${name##*/}" 1
	done
	source_is_empty "$(pv 0)"
	mklv vg/d 8M 0
	mklv vg/e 8M 0
	pvmovectl start --wait -n d "$(pv 0)" "$(pv 1)"
	is_on vg/d 1
	is_on vg/e 0
	nothing_left vg
}

both_destinations() {
	mkvg vg 0 1 2
	# pv1 keeps 20 extents free, pv2 has 63.
	mklv vg/filler "$(($(pv_extents 1) - 20))M" 1
	mklv vg/lv 70M 0
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 16
	daemon_start
	pvmovectl start --wait "$(pv 0)" "$(pv 1)" "$(pv 2)"
	source_is_empty "$(pv 0)"
	[[ $(ranges_of vg/lv) == *"$(pv 1):"* && $(ranges_of vg/lv) == *"$(pv 2):"* ]]
	fixed_files_are_whole /mnt/lv
	nothing_left vg
}

pv_extents() {
	pvs --noheadings -o pv_pe_count "$(pv "$1")" | tr -d ' '
}

too_small() {
	local seqno

	mkvg vg 0 2
	mklv vg/lv 100M 0
	daemon_start
	seqno=$(seqno_of vg)
	fails_with 1 pvmovectl start --wait "$(pv 0)" "$(pv 2)"
	said '100 needed'
	said '63 free'
	[ "$(seqno_of vg)" = "$seqno" ] || fail 'the metadata was touched'
	is_on vg/lv 0
	nothing_left vg
}

a_plan_only() {
	local seqno

	mkvg vg 0 1
	mklv vg/lv 48M 0
	daemon_start
	seqno=$(seqno_of vg)
	fails_with 0 pvmovectl start --dry-run "$(pv 0)" "$(pv 1)"
	said 'lv'
	said '48'
	pvmovectl start --dry-run --json "$(pv 0)" "$(pv 1)" | python3 -m json.tool >"$work/plan"
	grep -q "$((48 << 20))" "$work/plan"
	[ "$(seqno_of vg)" = "$seqno" ] || fail 'the metadata was touched'
	is_on vg/lv 0
	fails_with 0 pvmovectl status
	! move_field 1 state || fail 'a plan became a move'
}

nothing_to_move() {
	mkvg vg 0 1
	mklv vg/lv 8M 1
	daemon_start
	fails_with 0 pvmovectl start --wait "$(pv 0)" "$(pv 1)"
	said '[Nn]othing to move'
	nothing_left vg
}

state_folder_on_the_moved_lv() {
	mkvg vg 0 1
	mklv vg/lv 64M 0
	mkfs.ext4 -q /dev/vg/lv
	mkdir -p "$state_dir"
	mount /dev/vg/lv "$state_dir"
	fixed_files "$state_dir" 8
	daemon_start
	pvmovectl start --wait "$(pv 0)" "$(pv 1)"
	source_is_empty "$(pv 0)"
	daemon_stop
	fixed_files_are_whole "$state_dir"
	daemon_start
	[ "$(move_field 1 state)" = 'done' ]
	daemon_stop
	umount "$state_dir"
	fsck_is_clean vg/lv
	nothing_left vg
}

# pass_is N STATE: of the move's passes, from 0.
pass_is() {
	pvmovectl status --json "$move" |
		python3 -c 'import json, sys; p = json.load(sys.stdin)["moves"][0]["passes"]
sys.exit(len(p) != 2 or p[int(sys.argv[1])]["state"] != sys.argv[2])' "$1" "$2"
}

# More than a pass may have mirrors; the daemon is killed in the second pass, and the move given up there.
many_pieces() {
	local piece pieces=()

	mkvg vg 0 1
	for piece in {0..598..2}; do
		pieces+=("0:$piece-$piece")
	done
	mklv vg/lv 300M "${pieces[@]}"
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 16
	writer_start /mnt/lv 8
	daemon_start
	start_move "$(pv 0)" "$(pv 1)"
	wait_until 120 'the second pass copies' pass_is 1 copying
	pass_is 0 'done'
	daemon_kill
	daemon_start
	pass_is 0 'done'
	pvmovectl abort "$move"
	move_ends_as "$move" aborted
	pass_is 0 'done'
	table_is_plain vg/lv
	nothing_left vg
	pvmovectl start --wait "$(pv 0)" "$(pv 1)"
	is_on vg/lv 1
	source_is_empty "$(pv 0)"
	table_is_plain vg/lv
	nothing_left vg
	writer_stop /mnt/lv
	fixed_files_are_whole /mnt/lv
	umount /mnt/lv
	fsck_is_clean vg/lv
}

run_case 'a busy LV of 1 GiB in three segments is moved' a_busy_gibibyte 240
run_case 'an LV is moved there and back under one writer' there_and_back
run_case 'all LVs of a PV are moved at once, in parts and inactive ones too' several_lvs
run_case 'an LV in 300 pieces is moved in two passes' many_pieces 240
run_case 'an XFS and a swap in use are moved' an_xfs_and_a_swap
run_case 'only the LV that was named is moved' one_lv_by_name
run_case 'two destinations are both used when one is too small' both_destinations
run_case 'a destination that is too small is refused with the numbers' too_small
run_case 'a dry run says what would be done and does nothing' a_plan_only
run_case 'nothing to move is success' nothing_to_move
run_case 'the LV that holds the state folder is moved' state_folder_on_the_moved_lv
end_cases
