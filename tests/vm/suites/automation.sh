# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The play of the documentation, as Ansible plays it, with what is installed. Ansible is slow in an
# emulated machine; in a usual test run the play meets commands that stand in for these.
#vm disk pv0 160M
#vm disk pv1 160M
#vm timeout 900
#vm long
#vm debian bookworm
. guest/lib.sh

play=/usr/share/doc/pvmoved/examples/evacuate.yml

# evacuate CHANGES: plays it, and sees how much it says that it has changed.
evacuate() {
	fails_with 0 ansible-playbook -i localhost, -c local -e "source=$(pv 0) change=one poll_s=1 escalate=false" \
		-e ansible_python_interpreter=/usr/bin/python3 $play
	said "changed=$1 "
}

a_play_empties_a_disk() {
	local seqno

	mkvg vg 0 1
	mklv_in_segments vg/lv 64 0 3
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 8
	daemon_start
	evacuate 3
	[ -z "$(pvs --noheadings -o vg_name "$(pv 0)" | tr -d ' ')" ] || fail 'the disk is in its VG'
	move_ends_as 1 'done'
	seqno=$(seqno_of vg)
	evacuate 0
	[ "$(seqno_of vg)" = "$seqno" ] || fail 'the metadata was changed by the second play'
	[ "$(last_move)" = 1 ] || fail 'a second move was started'
	fixed_files_are_whole /mnt/lv
	nothing_left vg
	umount /mnt/lv
	fsck_is_clean vg/lv
}

run_case "Ansible empties a disk and takes it out of its VG, and a second time changes nothing" \
	a_play_empties_a_disk 600
end_cases
