# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# pvmoved --release, and docs/recovery.md by hand: from whatever a daemon that does not come back has
# left, with its journal or without, back to a VG that is LVM's alone.
#vm disk pv0 200M
#vm disk pv1 200M
#vm timeout 1500
#vm brief 'mid-copy without|committed, on one PV|removed by force|by hand: mid-copy$'
. guest/lib.sh

# A VG, a mounted LV of 80 MiB in two segments on PV 0, with data, and another LV there.
start_of_a_case() {
	mkvg vg 0 1
	mklv_in_segments vg/lv 80 0 2
	mklv vg/other 8M 0
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 8
}

start_of_a_case_under_a_writer() {
	start_of_a_case
	writer_start /mnt/lv 4
}

# Caught in mid-copy: the kernel's copying is held back to the end of the case.
caught_in_mid_copy() {
	daemon_start
	throttle 2
	start_move "$(pv 0)" "$(pv 1)"
	wait_mid_copy "$move"
}

left_in_mid_copy() {
	caught_in_mid_copy
	daemon_kill
	executors_have_left
	table_uses_leg vg/lv
}

# left_at FAILPOINT: the daemon dies there.
left_at() {
	daemon_start_failing "$1=kill"
	pvmovectl start "$(pv 0)" "$(pv 1)" || :
	daemon_dies
}

daemon_dies() {
	wait_until 90 "the daemon dies at its failpoint" has_ended "$(daemon_pid)"
	rm "$work/daemon.pid"
	executors_have_left
}

executors_have_left() {
	wait_until 60 'the executors leave' no_executor
}

released() {
	fails_with 0 pvmoved --release vg --yes
	said 'VG vg is plain LVM again'
	! grep -q waits "$work/said" || fail 'something was tried that failed'
	data_is_right
}

# The LV works, LVM can do what it likes with it, and nothing of pvmoved is there.
data_is_right() {
	[ ! -e "$work/fio_mnt_lv.pid" ] || writer_stop /mnt/lv
	fixed_files_are_whole /mnt/lv
	table_is_plain vg/lv
	nothing_left vg
	lvextend -qq -L +8M vg/lv "$(pv 1)"
	umount /mnt/lv
	vgchange -qq -an vg
	vgchange -qq -ay vg
	fsck_is_clean vg/lv
}

# The LV that the daemon had not come to is where it was, and a daemon that starts now has nothing to
# do: its only move ended as $1.
move_has_ended_as() {
	local before

	is_on vg/other 0
	before=$(seqno_of vg)
	daemon_start
	[ "$(move_field 1 state)" = "$1" ] || fail "the move is $(move_field 1 state), not $1"
	daemon_stop
	[ "$(seqno_of vg)" = "$before" ] || fail 'the daemon has touched the VG'
}

lies_on_dest() {
	[[ $(ranges_of vg/lv) != *"$(pv 0)":* ]] || fail "the LV is at $(ranges_of vg/lv)"
}

mid_copy() {
	start_of_a_case_under_a_writer
	left_in_mid_copy
	# Asked by nobody: it says what it would do, and does nothing.
	fails_with 1 pvmoved --release vg </dev/null
	said "vg/lv: is taken off its leg, and put where the metadata have it: $(pv 0)"
	said 'lvpvmoved_1_1: extents .* are free again'
	said 'move 1: ends'
	said 'say --yes'
	fails_with 0 pvmoved --release vg --dry-run
	table_uses_leg vg/lv
	released
	move_has_ended_as aborted
	fails_with 0 pvmoved --release vg --yes
	said 'nothing to release'
}

committed_on_one_pv() {
	start_of_a_case_under_a_writer
	daemon_start_failing commit:before=stop,commit:after=kill
	pvmovectl start "$(pv 0)" "$(pv 1)"
	wait_until 90 'the daemon stops at its failpoint' daemon_is_stopped
	dd if="$(pv 1)" of="$work/old" bs=1M count=1 iflag=direct status=none
	kill -CONT "$(daemon_pid)"
	daemon_dies
	# Only PV 0 has got the commit.
	dd if="$work/old" of="$(pv 1)" bs=1M count=1 oflag=direct conv=notrunc status=none
	fails_with 0 pvmoved --release vg --dry-run
	said "vg/lv: is taken off its leg, and put where the metadata have it: $(pv 1)"
	released
	lies_on_dest
	# What of the move was not begun is not begun any more.
	move_has_ended_as aborted
}

retiring_without_journal() {
	start_of_a_case
	left_at remove-leg:before
	rm -r "$state_dir"
	fails_with 0 pvmoved --release vg --dry-run
	said 'vg-lv-pvmoved, which nothing leads through, is removed'
	released
	lies_on_dest
}

refused() {
	local before

	before=$(seqno_of vg)
	fails_with "$@"
	table_uses_leg vg/lv
	[ "$(seqno_of vg)" = "$before" ] || fail 'the VG was touched'
}

daemon_runs() {
	start_of_a_case
	caught_in_mid_copy
	pvmovectl pause "$move"
	wait_until 60 'the move is paused' move_is_paused
	refused 3 pvmoved --release vg --yes
	said 'somebody listens'
	# Each of the signs is enough.
	refused 3 pvmoved --release vg --yes --socket /run/other
	said 'has the state folder'
	refused 3 pvmoved --release vg --yes --socket /run/other --state-dir /run/other
	said 'process [0-9]* of a pvmoved is still at a device'
	daemon_kill
	# As systemd does for a daemon that is stopped: to connect would start one.
	python3 -c '
import os, socket, sys
os.unlink(sys.argv[1])
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen()
s.accept()' "$socket" &
	echo $! >"$work/stamps.listener.pid"
	wait_until 60 'somebody listens' grep -q "00010000.*$socket" /proc/net/unix
	refused 3 pvmoved --release vg --yes
	said 'systemctl stop'
	kill -0 "$(<"$work/stamps.listener.pid")" || fail 'it has connected'
	kill "$(<"$work/stamps.listener.pid")"
	wait "$(<"$work/stamps.listener.pid")" || :
	refused 1 pvmoved --release no-such-vg --yes
	said 'no such VG'
	refused 2 pvmoved --yes
	released_with_damaged_journal
}

move_is_paused() {
	[ "$(move_field "$move" state)" = paused ]
}

released_with_damaged_journal() {
	printf X | dd of="$state_dir/journal" conv=notrunc status=none
	cp "$state_dir/journal" "$work/journal"
	released
	said 'the journal .* is damaged'
	cmp "$work/journal" "$state_dir/journal"
}

# Out of the metadata, as no command of LVM would do it.
remove_lv_by_force() {
	vgcfgbackup -qq -f "$work/text" vg
	sed -i '/^\t\tlv {/,/^\t\t}/d' "$work/text"
	vgcfgrestore -qq --yes -f "$work/text" vg
}

lv_removed() {
	start_of_a_case
	left_in_mid_copy
	umount /mnt/lv
	remove_lv_by_force
	refused_for_the_device
	dmsetup remove vg-lv
	fails_with 0 pvmoved --release vg --yes
	nothing_left vg
	lvcreate -qq -y -l 100%FREE -n new vg "$(pv 1)"
	move_has_ended_as aborted
}

refused_for_the_device() {
	fails_with 1 pvmoved --release vg --yes
	said "dmsetup remove vg-lv'"
	dmsetup info vg-lv-pvmoved >/dev/null || fail 'the leg was removed'
	reserved vg || fail 'the reservation was removed'
}

reserved() {
	[[ $(lvs -a --noheadings -o lv_name "$1") == *lvpvmoved_* ]]
}

# release_killed FAILPOINT: a release dies there.
release_killed() {
	PVMOVED_FAILPOINTS=$1=kill fails_with 137 /usr/lib/pvmoved-tests/pvmoved --release vg --yes
	executors_have_left
	fixed_files_are_whole /mnt/lv
}

killed() {
	start_of_a_case
	left_in_mid_copy
	release_killed detach-LV:after
	table_is_plain vg/lv
	# Before the reservation is given back, a daemon goes on with the move; so does a second release.
	daemon_start
	wait_mid_copy 1
	daemon_kill
	executors_have_left
	release_killed clear-leg:after
	table_uses_leg vg/lv
	release_killed remove-leg:after
	reserved vg
	release_killed release:after
	released
	move_has_ended_as aborted
}

# As the executor reports a device that cannot be swapped in this boot: by the mark that it leaves.
wedged() {
	local mark

	start_of_a_case
	left_in_mid_copy
	mark=/run/pvmoved-swaps/$(dmsetup info -c --noheadings -o uuid vg-lv-pvmoved)
	mkdir -p /run/pvmoved-swaps
	echo wedged >"$mark"
	fails_with 0 pvmoved --release vg --yes
	said 'vg-lv-pvmoved is wedged; it stays until the next boot'
	table_is_plain vg/lv
	# In truth it is not, and goes without a boot.
	rm "$mark"
	dmsetup remove vg-lv-pvmoved
	data_is_right
	daemon_start
	move_ends_as 1 aborted
	is_on vg/other 0
}

no_link_is_led_astray() {
	udevadm settle --timeout=30
	[ "$(readlink -e "/dev/disk/by-uuid/$(findmnt -no UUID /mnt/lv)")" = "$(readlink -e /dev/vg/lv)" ] ||
		fail 'the by-uuid link points elsewhere'
}

mid_copy_by_hand() {
	start_of_a_case_under_a_writer
	left_in_mid_copy
	by_hand look name
	grep -q LOCKED /root/vg.before
	by_hand not-committed detach
	table_is_plain vg/lv
	by_hand remove-leg text edit restore journal
	no_link_is_led_astray
	data_is_right
	is_on vg/other 0
}

committed_by_hand() {
	start_of_a_case_under_a_writer
	left_at commit:after
	by_hand look name committed detach
	table_is_plain vg/lv
	by_hand remove-leg text edit restore
	no_link_is_led_astray
	data_is_right
	lies_on_dest
	# The daemon finds out, and goes on with the rest of the move.
	daemon_start
	move_ends_as 1 'done'
	is_on vg/other 1
}

rebooted_by_hand() {
	start_of_a_case
	left_in_mid_copy
	umount /mnt/lv
	vgchange -qq -an vg
	no_leg || fail 'LVM has not taken the leg down with its LV'
	vgchange -qq -ay vg
	mount_lv vg/lv
	by_hand text edit restore journal
	data_is_right
	is_on vg/other 0
}

no_leg() {
	[[ $(dmsetup ls) != *pvmoved* ]]
}

run_case 'mid-copy without its daemon: the LV goes back, under a writer' mid_copy
run_case 'committed, on one PV only, and not switched: the LV goes on' committed_on_one_pv
run_case 'switched and not retired, and the journal is lost' retiring_without_journal
run_case 'nothing is released while a daemon runs or would be started' daemon_runs
run_case 'a release that is killed at any step is finished by the next, or left by a daemon' killed
run_case 'an LV is taken off a leg that is wedged' wedged
run_case 'an LV that was removed by force leaves nothing behind' lv_removed
run_case 'by hand: mid-copy' mid_copy_by_hand
run_case 'by hand: committed and not switched' committed_by_hand
run_case 'by hand: mid-copy, after a reboot' rebooted_by_hand
end_cases
