# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Nothing hangs for long, and nothing is left hanging: the daemon is killed at its swaps, a disk hangs,
# udevd is stuck.
#
# The second argument is the number of kills, the third how many seconds they may take; without them
# it is what fits into three minutes. For a long run:
#	tests/vm/run --timeout 7200 tests/vm/suites/hang.sh '' 1000 6000
#vm disk pv0 192M
#vm disk pv1 192M
#vm disk pv2 192M
#vm disk pv3 192M
#vm timeout 1500
. guest/lib.sh

kills=${2:-300}
kills_s=${3:-300}
# Outlives the cases: what was done, in numbers.
deeds=/root/deeds
: >"$deeds"

killed_at_the_swaps() {
	mkvg vg 0 1
	mklv_in_segments vg/lv 64 0 3
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 8
	writer_start /mnt/lv 8 100
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

run_case 'a daemon that is killed at its swaps leaves every device active, swappable and right' \
	killed_at_the_swaps $((kills_s + 400))
sed 's/^/# /' "$deeds"
end_cases
