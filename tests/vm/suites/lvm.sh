# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The lvm layer alone on real VGs, among LVM's own commands, through the command lvm_on_disks
# (tests/vm/programs).
#vm disk pv0 256M
#vm disk pv1 256M
#vm disk pv2 256M
#vm timeout 1500
#vm trixie 'edits are taken|nobody touches|overlap|missing PV'
. guest/lib.sh

hidden=lvpvmoved_on_disks

vg_id() {
	vgs --foreign --noheadings -o vg_uuid "$1" | tr -d ' '
}

lv_id() {
	lvs -a --noheadings -o lv_uuid "$1" | tr -d ' '
}

pv_id() {
	pvs --noheadings -o pv_uuid "$(pv "$1")" | tr -d ' '
}

# vg/lv in three segments, mounted: pv0 0–29, pv0 40–49, pv1 0–19. What is on pv0 moves to pv2 10–49.
some_lv() {
	mkvg vg 0 1 2
	mklv vg/lv 60M 0:0-29 0:40-49 1:0-19
	mklv vg/other 5M 0
	mkfs_mount ext4 vg/lv
	vg=$(vg_id vg)
	lv=$(lv_id vg/lv)
	there=("0:30:$(pv_id 0):0:$(pv_id 2):10" "30:10:$(pv_id 0):40:$(pv_id 2):40")
	back=("0:30:$(pv_id 2):10:$(pv_id 0):0" "30:10:$(pv_id 2):40:$(pv_id 0):40")
}

# sees PATTERN in what lvm_on_disks reads of the VG
sees() {
	lvm_on_disks read "$vg" >"$work/seen"
	cat "$work/seen"
	grep -qE -e "$1" "$work/seen" || fail "not seen: $1"
}

edits_are_taken_while_the_lv_is_mounted() {
	some_lv
	vgcfgbackup -qq -f "$work/before" vg
	lvm_on_disks reserve "$vg" "$lv" "${there[@]}"
	sees "^lv lv visible locked pv0:0\+30 pv0:40\+10 pv1:0\+20$"
	sees "^lv $hidden locked pv2:10\+40$"
	[ -z "$(lvs -a vg 2>&1 >/dev/null)" ] || fail "lvs warns of a reservation"
	vgck vg
	lvm_on_disks commit "$vg" "$lv" "${there[@]}"
	sees "^lv lv visible locked pv2:10\+40 pv1:0\+20$"
	sees "^lv $hidden locked pv0:0\+30 pv0:40\+10$"
	vgck vg
	lvm_on_disks release "$vg" "$lv" "${there[@]}"
	[ "$(pv_used_extents "$(pv 0)")" = 5 ] || fail "pv0 is not free"
	vgck vg
	# Nothing was copied: the live table has been right all the time, and the way back makes
	# the metadata right again.
	for edit in reserve commit release; do
		lvm_on_disks $edit "$vg" "$lv" "${back[@]}"
	done
	nothing_left vg
	sees "^lv lv visible pv0:0\+30 pv0:40\+10 pv1:0\+20$"
	is_as_before
}

# The metadata is as it was in $work/before, and LVM's own backup says so.
is_as_before() {
	local text

	for text in "$work/before" /etc/lvm/backup/vg; do
		# What is different in each.
		sed -E '/^#|description|creation_time|seqno/d' "$text" >"$work/${text##*/}.compared"
	done
	cmp "$work/before.compared" "$work/vg.compared"
}

reserving_is_undone_without_a_trace() {
	some_lv
	vgcfgbackup -qq -f "$work/before" vg
	lvm_on_disks reserve "$vg" "$lv" "${there[@]}"
	lvm_on_disks release "$vg" "$lv" "${there[@]}"
	nothing_left vg
	is_as_before
}

nobody_touches_what_is_reserved() {
	some_lv
	lvm_on_disks reserve "$vg" "$lv" "${there[@]}"
	fails_with 5 lvremove -f -y vg/lv
	fails_with 5 lvremove -f -y vg/$hidden
	fails_with 5 lvextend -l +1 vg/lv
	fails_with 5 lvextend -l +1 vg/$hidden
	fails_with 5 lvrename vg/$hidden free
	fails_with 5 lvchange -ay vg/$hidden
	fails_with 5 lvchange --deltag pvmoved vg/$hidden
	fails_with 5 lvconvert -y --type mirror -m 1 vg/lv
	fails_with 5 pvmove -i 0 "$(pv 2)"
	fails_with 5 vgreduce vg "$(pv 2)"
	fails_with 5 lvcreate -y -an -Zn -Wn -l 1 -n intruder vg "$(pv 2):10-10"
	vgchange -ay vg
	vgchange -aay vg
	! dmsetup ls | grep pvmoved || fail "the reservation is active"
	sees "^lv $hidden locked pv2:10\+40$"
}

what_is_taken_is_not_reserved() {
	some_lv
	fails_with 1 lvm_on_disks reserve "$vg" "$lv" "0:30:$(pv_id 0):0:$(pv_id 1):19"
	said '^EBUSY'
	fails_with 1 lvm_on_disks commit "$vg" "$lv" "${there[@]}"
	said '^ESTALE'
	fails_with 1 lvm_on_disks reserve "$vg" "$vg" "${there[@]}"
	said '^ENOENT'
	nothing_left vg
}

# The last line of defence, which we count on and never come to.
lvm_itself_refuses_an_overlap() {
	mkvg vg 0
	mklv vg/a 5M 0:0-4
	mklv vg/b 5M 0:5-9
	vgcfgbackup -qq -f "$work/text" vg
	sed -i 's/"pv0", 5/"pv0", 3/' "$work/text"
	fails_with 5 vgcfgrestore --yes -f "$work/text" vg
}

a_vg_with_thin_lvs_is_edited() {
	mkvg vg 0 1
	lvcreate -qq -y -L 40M -n pool -T vg
	lvcreate -qq -y -V 30M -n thin -T vg/pool
	mklv vg/lv 10M 0:100-109
	mkfs_mount ext4 vg/thin
	vg=$(vg_id vg)
	lv=$(lv_id vg/lv)
	for edit in reserve commit release; do
		lvm_on_disks $edit "$vg" "$lv" "0:10:$(pv_id 0):100:$(pv_id 1):100"
	done
	sees '^lv lv visible pv1:100\+10$'
	nothing_left vg
	touch /mnt/thin/file
}

# vgcfgrestore waits in the middle, for the lock that it takes in our own folder, and we are killed.
the_lock_outlives_us_while_lvm_writes() {
	local ours theirs

	some_lv
	cat >"$work/lvm" <<-EOF
		#!/bin/bash
		if [ "\$1" = vgcfgrestore ]; then
			exec 9>>/run/lvm_on_disks/lock/$vg/V_vg
			flock 9
			sleep infinity &
			echo \$! >$work/holder
			exec 9>&-
			echo \$\$ >$work/pid
		fi
		exec /usr/sbin/lvm "\$@"
	EOF
	chmod +x "$work/lvm"
	LVM_BINARY=$work/lvm lvm_on_disks reserve "$vg" "$lv" "${there[@]}" &
	ours=$!
	wait_until 60 'vgcfgrestore runs' test -s "$work/pid"
	theirs=$(<"$work/pid")
	wait_until 60 'vgcfgrestore waits' grep -qE -e "-> FLOCK .* $theirs " /proc/locks
	kill -KILL $ours
	wait $ours || :
	grep -q vgcfgrestore "/proc/$theirs/cmdline" || fail "it was not lvm that waited"
	! flock -n -x /run/lock/lvm/V_vg true || fail "the lock is free"
	kill "$(<"$work/holder")"
	# This one waits for the lock.
	vgchange -qq --addtag late vg
	sees "^lv $hidden locked pv2:10\+40$"
	[ "$(vgs --noheadings -o tags vg | tr -d ' ')" = late ] || fail "an update is lost"
	lvm_on_disks release "$vg" "$lv" "${there[@]}"
	[ -z "$(ls /run/lvm_on_disks/metadata)" ] || fail "a file is left"
}

no_update_is_lost_among_lvm_commands() {
	local i edit

	some_lv
	(
		trap - ERR
		for i in $(seq 10); do
			lvcreate -qq -y -an -Zn -Wn -l 1 -n "c$i" vg "$(pv 1)" && vgchange -qq --addtag "t$i" vg
		done
		touch "$work/enough"
	) >/dev/null 2>&1 &
	while [ ! -e "$work/enough" ]; do
		for edit in reserve release; do
			lvm_on_disks $edit "$vg" "$lv" "${there[@]}"
		done
	done
	wait $!
	[ "$(lvs --noheadings -o lv_name vg | grep -c '^ *c')" = 10 ] || fail "LVs are lost"
	[ "$(vgs --noheadings -o tags vg | tr , '\n' | grep -c t)" = 10 ] || fail "tags are lost"
	nothing_left vg
}

a_vg_is_found_under_its_new_name() {
	some_lv
	umount /mnt/lv
	lvm_on_disks reserve "$vg" "$lv" "${there[@]}"
	vgrename -qq vg renamed
	sees '^vg renamed$'
	lvm_on_disks release "$vg" "$lv" "${there[@]}"
	nothing_left renamed
}

a_locked_vg_does_not_hold_up_another() {
	mkvg vg 0
	mkvg locked 1
	vg=$(vg_id vg)
	# Until the case is over.
	flock -x /run/lock/lvm/V_locked sleep 100 &
	wait_until 60 'the VG is locked' is_locked locked
	COMMAND_MS=20000 lvm_on_disks list
	COMMAND_MS=20000 lvm_on_disks read "$vg"
	kill $!
	wait
}

is_locked() {
	! flock -n -x "/run/lock/lvm/V_$1" true
}

an_lv_in_use_is_not_deactivated() {
	some_lv
	fails_with 1 lvm_on_disks deactivate "$vg" "$lv"
	said '^EBUSY .*in use'
	umount /mnt/lv
	lvm_on_disks deactivate "$vg" "$lv"
	[ ! -e /dev/vg/lv ]
	lvm_on_disks activate "$vg" "$lv"
	[ -e /dev/vg/lv ]
}

an_exported_vg_is_read_and_a_foreign_one_is_not() {
	mkvg vg 0
	mklv vg/lv 5M
	vgchange -qq -an vg
	vg=$(vg_id vg)
	vgexport -qq vg
	sees '^vg vg exported$'
	vgimport -qq vg
	vgchange -qq -y --systemid elsewhere vg
	fails_with 1 lvm_on_disks read "$vg"
	said '^EIO Cannot access VG vg with system ID elsewhere'
	lvm_on_disks list
	wipefs -qa "$(pv 0)"
}

# Last, for the disk does not come back.
a_missing_pv_is_seen_and_nothing_is_written() {
	some_lv
	umount /mnt/lv
	lvchange -an vg/lv
	echo 1 >"/sys/block/$(basename "$(pv 2)")/device/../remove"
	sees '^pv pv2 missing 0:0 0$'
	lvm_on_disks list >"$work/list"
	[ "$(grep -c '^pv' "$work/list")" = 2 ] || fail "$(<"$work/list")"
	fails_with 1 lvm_on_disks reserve "$vg" "$lv" "${there[@]}"
	said 'marked as missing'
	vgreduce -qq --removemissing vg
}

run_case 'edits are taken while the LV is mounted' edits_are_taken_while_the_lv_is_mounted
run_case 'reserving is undone without a trace' reserving_is_undone_without_a_trace
run_case 'nobody touches what is reserved' nobody_touches_what_is_reserved
run_case 'what is taken is not reserved' what_is_taken_is_not_reserved
run_case 'LVM itself refuses an overlap' lvm_itself_refuses_an_overlap
run_case 'a VG with thin LVs is edited' a_vg_with_thin_lvs_is_edited
run_case 'the lock outlives us while LVM writes' the_lock_outlives_us_while_lvm_writes
run_case 'no update is lost among LVM commands' no_update_is_lost_among_lvm_commands
run_case 'a VG is found under its new name' a_vg_is_found_under_its_new_name
run_case 'a locked VG does not hold up another' a_locked_vg_does_not_hold_up_another
run_case 'an LV in use is not deactivated' an_lv_in_use_is_not_deactivated
run_case 'an exported VG is read and a foreign one is not' \
	an_exported_vg_is_read_and_a_foreign_one_is_not
run_case 'a missing PV is seen and nothing is written' a_missing_pv_is_seen_and_nothing_is_written
end_cases
