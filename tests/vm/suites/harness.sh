# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The harness itself, against real LVM and without the program under test: its checks pass when all
# is well and, more to the point, fail when something is wrong.
#vm disk pv0 192M
#vm disk pv1 192M
#vm timeout 540
#vm brief 'healthy|left behind|spoiled data is found|acknowledged write|failed and endless'
. guest/lib.sh

# must_fail WHAT COMMAND...: the check must find what was planted, and say WHAT.
must_fail() {
	local what=$1
	shift

	if ("$@") >"$work/found" 2>&1; then
		fail "not noticed: $*"
	fi
	cat "$work/found"
	grep -q -e "$what" "$work/found" || fail "noticed, but for another reason than \"$what\": $*"
}

all_is_well() {
	mkvg vg 0 1
	mklv_in_segments vg/lv 46 0 3
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 8
	links_start vg/lv
	writer_start /mnt/lv 8
	stamps_start /mnt/lv 2
	is_on vg/lv 0
	source_is_empty "$(pv 1)"
	table_is_plain vg/lv
	stamps_stop
	writer_stop /mnt/lv
	links_stop
	fixed_files_are_whole /mnt/lv
	stamps_are_there /mnt/lv
	umount /mnt/lv
	fsck_is_clean vg/lv
	nothing_left vg
}

xfs_is_checked_too() {
	mkvg vg 0 1
	mklv vg/lv 320M
	mkfs_mount xfs vg/lv
	umount /mnt/lv
	fsck_is_clean vg/lv
}

remains_are_found() {
	mkvg vg 0 1
	mklv vg/lv 8M 0
	nothing_left vg
	must_fail 'allocated extents' source_is_empty "$(pv 0)"
	must_fail 'not all on pv1' is_on vg/lv 1

	lvcreate -qq -y -an -Zn -Wn -l 2 -n lvpvmoved_1 vg
	must_fail 'an LV or a tag' nothing_left vg
	lvremove -qq -y vg/lvpvmoved_1

	lvchange -qq --addtag pvmoved vg/lv
	must_fail 'an LV or a tag' nothing_left vg
	lvchange -qq --deltag pvmoved vg/lv

	dmsetup create vg-lv-pvmoved --table '0 8 zero'
	must_fail 'a device is left' nothing_left vg
	dmsetup remove vg-lv-pvmoved
	dmsetup create other --uuid LVM-xyz-pvmoved --table '0 8 zero'
	must_fail 'a device is left' nothing_left vg
	dmsetup remove other

	vgcfgbackup -qq -f "$work/vg" vg
	sed -i 's/"VISIBLE"/"VISIBLE", "LOCKED"/' "$work/vg"
	vgcfgrestore -qq --yes -f "$work/vg" vg
	must_fail 'LOCKED' nothing_left vg
	sed -i 's/, "LOCKED"//' "$work/vg"
	vgcfgrestore -qq --yes -f "$work/vg" vg
	nothing_left vg
}

# Garbage below the file system, where only the checks can see it.
spoil() {
	local file=$1 block

	sync -f "$file"
	block=$(filefrag -s -v "$file" | awk '$1 == "0:" { print $4 + 0; exit }')
	dd if=/dev/urandom of=/dev/vg/lv bs=4k seek="$block" count=4 oflag=direct status=none
	forget_cached "$file"
}

spoiled_data_is_found() {
	mkvg vg 0 1
	mklv vg/lv 64M 0
	mkfs.ext4 -q -b 4096 /dev/vg/lv
	mount_lv vg/lv
	fixed_files /mnt/lv 4
	stamps_start /mnt/lv 2
	stamps_stop
	spoil /mnt/lv/fixed1
	must_fail 'have changed' fixed_files_are_whole /mnt/lv
	spoil /mnt/lv/stamps
	must_fail 'acknowledged writes are missing' stamps_are_there /mnt/lv
}

a_lost_write_is_found() {
	mkvg vg 0 1
	mklv vg/lv 64M 0
	mkfs_mount ext4 vg/lv
	stamps_start /mnt/lv 1
	cp /mnt/lv/stamps "$work/older"
	wait_until 60 'a hundred writes are noted' is_larger_than 1200 "$work/acknowledged"
	stamps_stop
	stamps_are_there /mnt/lv
	cp "$work/older" /mnt/lv/stamps
	must_fail 'acknowledged writes are missing' stamps_are_there /mnt/lv
}

is_larger_than() {
	[ "$(stat -c %s "$2")" -gt "$1" ]
}

the_writer_finds_spoiled_data() {
	mkvg vg 0 1
	mklv vg/lv 64M 0
	mkfs.ext4 -q -b 4096 /dev/vg/lv
	mount_lv vg/lv
	writer_start /mnt/lv 1 1000
	writer_is_well /mnt/lv
	# Over and over, for what is written anew is right again.
	wait_until 60 'the writer notices' writer_ended_after_spoiling
	must_fail 'the writer in /mnt/lv has ended' writer_is_well /mnt/lv
}

writer_ended_after_spoiling() {
	spoil /mnt/lv/written
	! (writer_is_well /mnt/lv) >/dev/null
}

a_stolen_link_is_found() {
	local thief

	mkvg vg 0 1
	mklv vg/lv 16M 0
	mkfs_mount ext4 vg/lv
	links_start vg/lv
	thief=$(dmsetup create thief --addnodeoncreate --table "$(dmsetup table vg-lv)" && echo thief)
	udevadm settle
	dmsetup remove "$thief"
	must_fail 'has pointed elsewhere' links_stop
}

spoiled_file_system_is_found() {
	mkvg vg 0 1
	mklv vg/lv 16M 0
	mkfs.ext4 -q -b 4096 /dev/vg/lv
	dd if=/dev/urandom of=/dev/vg/lv bs=4k seek=2 count=8 oflag=direct status=none
	must_fail 'e2fsck finds errors' fsck_is_clean vg/lv
}

machinery() {
	[ "$(printf '%s\n' a b | wc -l)" = 2 ]
	fails_with 3 sh -c 'echo "No such thing" >&2; exit 3'
	said 'such thing'
	must_fail 'did not say' said 'another thing'
	must_fail 'status 0, not 3' fails_with 3 true
	must_fail 'not within 1 s: never' wait_until 1 never false
}

# What a case that fails prints is read here, not by the host.
failed_cases_are_noticed() {
	(
		work=$work/inner
		mkdir -p "$work"
		case_count=0
		false_command() { true; false; true; }
		set +e
		run_step 'errexit is in force' false_command
		run_step 'failing is failing' fail
		run_step 'a deadline holds' never_ends 1
		run_step 'a good one is good' true
		run_step 'its status is tested' true || :
		run_step 'a leak is heard of' leaks
		rm "$work/daemon.log"
		run_step 'what is undefined is heard of' does_what_is_undefined
		true
	) >"$work/tap"
	cat "$work/tap"
	[ "$(grep -c '^not ok' "$work/tap")" = 6 ] || fail 'not six of seven have failed'
	[ "$(grep -c 'FAILED: a sanitizer complains: ' "$work/tap")" = 2 ] || fail 'sanitizers are not heard'
	grep -q '^ok 4 - a good one is good' "$work/tap" || fail 'the good one is not good'
	grep -q '^#   FAILED: status 1 of: false' "$work/tap" || fail 'errexit is not in force'
	grep -q '^#   FAILED: not finished within 1 s' "$work/tap" || fail 'no deadline held'
	grep -q '^#   FAILED: run_step was called where' "$work/tap" || fail 'a test of its status is not noticed'
	grep -q '^# -- dmsetup table' "$work/tap" || fail 'the state is not shown'
}

# As the daemon's log has it, in cases in which all else is well.
leaks() {
	echo '==123==ERROR: LeakSanitizer: detected memory leaks' >"$work/daemon.log"
}

does_what_is_undefined() {
	echo '/src/common/units.c:30:2: runtime error: signed integer overflow' >"$work/daemon.log"
}

never_ends() {
	sleep 1000
}

run_case 'all checks pass on a healthy LV' all_is_well
run_case 'an XFS is checked as well' xfs_is_checked_too
run_case 'what a move could leave behind is found' remains_are_found
run_case 'spoiled data is found' spoiled_data_is_found
run_case 'a lost acknowledged write is found' a_lost_write_is_found
run_case 'a running writer finds spoiled data' the_writer_finds_spoiled_data
run_case 'a by-uuid link that pointed elsewhere for a moment is found' a_stolen_link_is_found
run_case 'a spoiled file system is found' spoiled_file_system_is_found
run_case 'the helpers for cases tell success from failure' machinery
run_case 'failed and endless cases are noticed' failed_cases_are_noticed
end_cases
