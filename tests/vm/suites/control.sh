# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Moves that are caught in mid-copy: aborted, left alone by their daemon, met by other moves. The
# kernel's copying is held back until they are caught.
#vm disk pv0 300M
#vm disk pv1 300M bps=16M
#vm disk pv2 300M
#vm disk pv3 300M bps=16M
#vm timeout 1800
#vm brief 'abort|mirror copying|no daemon|paused|conflict|watched|refuses'
. guest/lib.sh

# A VG on PVs 0 and 1, a mounted LV of 160 MiB in three segments on 0, data in it, a writer at work,
# and a move to 1 in mid-copy.
start_of_a_case() {
	mkvg vg 0 1
	mklv_in_segments vg/lv 160 0 3
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 24
	links_start vg/lv
	writer_start /mnt/lv 8
	daemon_start
	throttle 10
	start_move "$(pv 0)" "$(pv 1)"
	wait_mid_copy "$move"
}

end_of_a_case() {
	writer_stop /mnt/lv
	links_stop
	fixed_files_are_whole /mnt/lv
	table_is_plain vg/lv
	nothing_left vg
	umount /mnt/lv
	fsck_is_clean vg/lv
}

moved() {
	throttle_off
	move_ends_as "$move" 'done'
	source_is_empty "$(pv 0)"
	is_on vg/lv 1
}

abort() {
	local before after

	start_of_a_case
	before=$(ranges_of vg/lv)
	# Written during the copy, it has to be on the source afterwards.
	stamps_start /mnt/lv 2
	head -c 4M /dev/urandom >/mnt/lv/during
	sync -f /mnt/lv
	sha256sum /mnt/lv/during >"$work/during"
	pvmovectl abort "$move"
	move_ends_as "$move" aborted
	stamps_stop
	after=$(ranges_of vg/lv)
	[ "$after" = "$before" ] || fail "the LV is at $after, not at $before"
	source_is_empty "$(pv 1)"
	forget_cached /mnt/lv/during
	sha256sum --quiet -c "$work/during"
	stamps_are_there /mnt/lv
	end_of_a_case
	fails_with 1 pvmovectl abort "$move"
	said 'ended already'
}

# Which leg it is: another one would mean that copying began anew.
leg() {
	dmsetup info -c --noheadings -o uuid,major,minor,name | grep -e -pvmoved
}

# Holds what the next two cases share: the daemon goes by $1, comes back, and goes on.
adopted_after() {
	local before leg_before leg_meanwhile

	start_of_a_case
	leg_before=$(leg)
	before=$(move_field "$move" copied_bytes)
	"$1"
	leg_meanwhile=$(leg) || fail 'the leg is gone with the daemon'
	[ "$leg_meanwhile" = "$leg_before" ]
	table_uses_leg vg/lv
	writer_is_well /mnt/lv
	daemon_start
	[ "$(leg)" = "$leg_before" ] || fail "not the same leg: $(leg), before it was $leg_before"
	wait_until 60 'the move runs again' move_has_copied "$move" "$before"
	moved
	end_of_a_case
}

move_has_copied() {
	local copied

	copied=$(move_field "$1" copied_bytes)
	[ "$copied" != null ] || return 1
	[ "$copied" -ge "$2" ] || fail "it begins anew: $copied bytes copied, before there were $2"
}

killed() {
	adopted_after daemon_kill
}

terminated() {
	adopted_after daemon_stop
}

killed_over_and_over() {
	local round

	start_of_a_case
	for round in 1 2 3 4 5; do
		daemon_kill
		daemon_start
	done
	moved
	end_of_a_case
}

finished_without_daemon() {
	start_of_a_case
	daemon_kill
	throttle_off
	wait_until 90 'the kernel has copied all' all_regions_are_in_sync
	table_uses_leg vg/lv
	daemon_start
	moved
	end_of_a_case
}

all_regions_are_in_sync() {
	dmsetup status "$(dm_of vg/lv)-pvmoved" | awk '$3 == "mirror" {
		n = NF
		for (i = 4; i <= n; i++)
			if (split($i, r, "/") == 2 && r[1] != r[2])
				bad = 1
		} END { exit bad }'
}

paused() {
	local before

	start_of_a_case
	pvmovectl pause "$move"
	wait_until 60 'nothing is being copied' nothing_is_copied
	before=$(move_field "$move" copied_bytes)
	[ "$(move_field "$move" state)" = paused ]
	[ "$before" -gt 0 ] || fail 'what was copied is lost'
	# Neither time nor another daemon makes it go on.
	throttle_off
	daemon_kill
	daemon_start
	wait_until 60 'the new daemon has looked at it' move_has_copied "$move" "$before"
	[ "$(move_field "$move" copied_bytes)" = "$before" ] || fail 'it went on by itself'
	nothing_is_copied
	table_uses_leg vg/lv
	writer_is_well /mnt/lv
	pvmovectl resume "$move"
	moved
	end_of_a_case
}

# No mirror of the leg has regions to copy.
nothing_is_copied() {
	! dmsetup table "$(dm_of vg/lv)-pvmoved" | grep -q ' sync '
}

two_vgs() {
	local first second

	mkvg one 0 1
	mkvg two 2 3
	mklv one/a 96M 0
	mklv two/b 96M 2
	mkfs_mount ext4 one/a
	mkfs_mount ext4 two/b
	fixed_files /mnt/a 16
	fixed_files /mnt/b 16
	daemon_start
	throttle 10
	start_move "$(pv 0)" "$(pv 1)"
	first=$move
	start_move "$(pv 2)" "$(pv 3)"
	second=$move
	wait_until 60 'both are copying at once' both_are_copying "$first" "$second"
	throttle_off
	move_ends_as "$first" 'done'
	move_ends_as "$second" 'done'
	source_is_empty "$(pv 0)"
	source_is_empty "$(pv 2)"
	nothing_left one
	nothing_left two
	fixed_files_are_whole /mnt/a
	fixed_files_are_whole /mnt/b
	umount /mnt/a /mnt/b
	fsck_is_clean one/a
	fsck_is_clean two/b
}

both_are_copying() {
	move_is_copying "$1" && move_is_copying "$2"
}

second_move_of_the_same_lv() {
	start_of_a_case
	fails_with 6 pvmovectl start "$(pv 0)" "$(pv 1)"
	said "by move $move"
	fails_with 6 pvmovectl start -n vg/lv "$(pv 0)"
	moved
	end_of_a_case
}

# shows LINE: before long a line of the screen matches, blanks run together.
shows() {
	wait_until 60 "the screen shows $1" screen_shows "$1"
}

screen_shows() {
	tmux capture-pane -p >"$work/screen.log"
	shown "$1"
}

# The same of the screen that was looked at last.
shown() {
	tr -s ' ' <"$work/screen.log" | grep -qE -- "$1"
}

# The move is on a terminal of tmux's, live, and keys pressed there pause and resume it.
live_view_works() {
	local rate='[0-9.]+ [KM]iB/s'

	tmux -f /dev/null new-session -d -x 120 -y 24 'pvmovectl top; echo "<$?>"; sleep 600'
	shows "^pvmoved: 1 under way, [0-9]+% of 160.00 MiB, $rate, 1 running$"
	shown "^$(pv 0) $rate -$"
	shown "^$(pv 1) - $rate$"
	shown "^>$move running .* lv [^ ]+ [0-9]+% $rate "
	tmux send-keys p
	shows "^>$move paused "
	wait_until 60 'nothing is being copied' nothing_is_copied
	tmux send-keys r
	shows "^>$move running "
}

looking_on() {
	start_of_a_case
	fails_with 0 pvmovectl status
	said 'running'
	fails_with 0 pvmovectl status "$move"
	pvmovectl status --json | python3 -m json.tool >/dev/null
	fails_with 0 pvmovectl check
	said '^PVMOVED OK - 1 running, .* running=1;'
	pvmovectl history | grep -q 'No such move'
	live_view_works
	throttle_off
	timeout 120 pvmovectl status "$move" --watch >"$work/watched"
	cat "$work/watched"
	grep -q 'done' "$work/watched"
	shows "^>$move done .* 100% "
	tmux send-keys q
	shows '^<0>'
	tmux kill-server
	moved
	pvmovectl history --since -1h --vg vg --from "$(pv 0)" --to "$(pv 1)" -n lv --result 'done' |
		grep -qE "^ *$move +done .* $(pv 0) -> $(pv 1) +lv "
	pvmovectl history --until -1h | grep -q 'No such move'
	fails_with 3 pvmovectl check --socket /run/nobody
	said '^PVMOVED UNKNOWN - '
	end_of_a_case
}

lvm_does_not_interfere() {
	start_of_a_case
	# With the lock flag LVM refuses by itself what would pull the LV from under the move.
	fails_with 5 lvextend -l +1 vg/lv
	fails_with 5 lvremove -y vg/lv
	fails_with 5 lvrename vg/lv vg/other
	fails_with 0 lvs -a vg
	! grep -qi warning "$work/said" || fail 'lvs warns'
	moved
	end_of_a_case
}

run_case 'an abort in mid-copy leaves the LV as it was, with what was written since' abort
run_case 'a killed daemon finds its mirror copying and goes on' killed
run_case 'SIGTERM ends the daemon in a second and the move goes on later' terminated
run_case 'a daemon that is killed over and over gets it done' killed_over_and_over
run_case 'what the kernel finished while there was no daemon is committed' finished_without_daemon
run_case 'a paused move copies nothing, whatever the daemon does, and goes on when asked' paused
run_case 'two VGs are moved at once' two_vgs
run_case 'a second move of the same LV is a conflict' second_move_of_the_same_lv
run_case 'a move can be watched to its end, live on a terminal too' looking_on
run_case 'LVM refuses to change the LV in mid-copy, and warns of nothing' lvm_does_not_interfere
end_cases
