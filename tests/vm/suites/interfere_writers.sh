# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# LVM commands of others that change the VG all the time, while small moves reserve, commit and
# release in it: no update is lost, neither theirs nor ours. The second argument is the number of
# rounds; a round is one edit of pvmoved's before which somebody else has changed the VG since the
# last one. 150 of them take about five minutes of an idle core:
#	tests/vm/run tests/vm/suites/interfere_writers.sh '' 150
#vm disk pv0 64M
#vm disk pv1 64M
#vm disk pv2 256M
#vm timeout 2400
#vm long
. guest/lib.sh

rounds_wanted=${2:-20}

# What a move's edits leave in the log: reserved, committed, released.
edits() {
	grep -cE '→ (arming \(reserved|switching \(committed|done \(finished)' "$work/daemon.log" || :
}

# Each of the two notes, for each of its updates, how many edits of pvmoved's there were until then.
tag_forever() {
	local i

	for ((i = 1; ; i++)); do
		[ ! -e "$work/enough" ] || break
		lvchange -qq --addtag "t$i" vg/bystander || break
		echo "$(edits) t$i" >>"$work/tagged"
	done
}

# Every second LV is removed again.
create_forever() {
	local i

	for ((i = 1; ; i++)); do
		[ ! -e "$work/enough" ] || break
		lvcreate -qq -y -an -Zn -Wn -l 1 -n "c$i" vg "$(pv 2)" || break
		echo "$(edits) c$i" >>"$work/created"
		[ $((i % 2)) = 0 ] || continue
		lvremove -qq -f "vg/c$i" || break
		echo "$(edits) c$i" >>"$work/removed"
	done
}

# move_forever LV: there and back.
move_forever() {
	local from=0 to=1 swap

	while [ ! -e "$work/enough" ]; do
		pvmovectl start --wait -n "$1" "$(pv $from)" "$(pv $to)" || break
		echo "$1" >>"$work/moved"
		swap=$from from=$to to=$swap
	done
}

# By how much a command alone raises the VG's sequence number.
steps_of() {
	local before

	before=$(seqno_of vg)
	"$@"
	steps=$(($(seqno_of vg) - before))
}

rounds() {
	cat "$work/tagged" "$work/created" "$work/removed" 2>/dev/null | cut -d' ' -f1 | sort -u |
		awk -v edits="$(edits)" '$1 < edits' | wc -l
}

lines() {
	wc -l <"$work/$1"
}

is_enough() {
	[ "$(rounds)" -ge "$rounds_wanted" ]
}

are_as_noted() {
	local found expected

	found=$(lvs --noheadings -o lv_tags vg/bystander | tr -d ' ' | tr ',' '\n' | grep '^t' | sort)
	expected=$(cut -d' ' -f2 "$work/tagged" | sort)
	[ "$found" = "$expected" ] || fail "tags are lost or new: $found, not $expected"
	found=$(lvs --noheadings -o lv_name vg | tr -d ' ' | grep '^c' | sort)
	expected=$(cut -d' ' -f2 "$work/created" "$work/removed" | sort | uniq -u)
	[ "$found" = "$expected" ] || fail 'LVs are lost or back'
}

nobody_loses_an_update() {
	local before per_tag per_create per_remove expected pids=() pid steps

	mkvg vg 0 1 2
	mklv vg/lv 12M 0
	mklv vg/idle 2M 0
	mklv vg/bystander 1M 2
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 2
	writer_start /mnt/lv 2 50
	head -c 2M /dev/urandom | tee "$work/idle" >/dev/vg/idle
	steps_of lvchange -qq --addtag alone vg/bystander && per_tag=$steps
	steps_of lvcreate -qq -y -an -Zn -Wn -l 1 -n alone vg && per_create=$steps
	steps_of lvremove -qq -f vg/alone && per_remove=$steps
	touch "$work/removed"
	daemon_start
	before=$(seqno_of vg)
	for loop in tag_forever create_forever 'move_forever lv' 'move_forever idle'; do
		# shellcheck disable=SC2086 # words on purpose
		(trap - ERR && $loop) >>"$work/loops.log" 2>&1 &
		pids+=($!)
	done
	wait_until 1800 "$rounds_wanted rounds" is_enough
	touch "$work/enough"
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	are_as_noted
	expected=$((before + per_tag * $(lines tagged) + per_create * $(lines created) +
		per_remove * $(lines removed) + 3 * $(lines moved)))
	[ "$(seqno_of vg)" = $expected ] || fail "seqno $(seqno_of vg), not $expected: an update is lost"
	[ "$(edits)" = $((3 * $(lines moved))) ] || fail "$(edits) edits for $(lines moved) moves"
	blockdev --flushbufs /dev/vg/idle
	cmp "$work/idle" /dev/vg/idle
	writer_stop /mnt/lv
	fixed_files_are_whole /mnt/lv
	daemon_stop
	nothing_left vg
	umount /mnt/lv
	fsck_is_clean vg/lv
	echo "$(rounds) rounds: $(edits) edits by $(lines moved) moves among $(lines tagged) tags," \
		"$(lines created) LVs created and $(lines removed) removed; nothing is lost" >/run/rounds
}

run_case 'no update is lost when others change the VG all the time' nobody_loses_an_update 2100
[ ! -e /run/rounds ] || echo "# $(</run/rounds)"
end_cases
