# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Limits, on disks of 20 MiB/s. Rates are those of the disks themselves, not what the daemon says of
# them. What is a quarter too fast fails a case, and what is not even a quarter of the limit in all: a
# machine may be slow, and at times. The figures are printed; how exact limits are, the benchmark and the
# model of tests/unit/policy tell.
#vm disk pv0 500M bps=20M
#vm disk pv1 500M bps=20M
#vm disk pv2 500M bps=20M
#vm timeout 600
#vm brief 'two moves|put back|gives way|large regions|has the VG'
. guest/lib.sh

parameter=/sys/module/dm_mirror/parameters/raid1_resync_throttle
note_file=/run/pvmoved-throttle
mib=1048576

# What somebody else had set before us; a value that nothing but putting it back leads to.
admins=83

parameter_is() {
	[ "$(<$parameter)" = "$1" ]
}

it_is_put_back() {
	wait_until 60 'the parameter is put back' parameter_is $admins
	[ ! -e $note_file ] || fail "$note_file is left"
}

# near MIB WHAT RATES: the most in any ten seconds is no more than a quarter above that, and nobody starves.
near() {
	local limit=$(($1 * mib)) what=$2 name least most whole

	while read -r name least most whole; do
		[ "$name" = "${3:-all}" ] || continue
		note "$what, limit $1 MiB/s: $(awk -v l=$limit -v a="$least" -v b="$most" -v c="$whole" \
			'BEGIN { printf "%.2f to %.2f of it over any 10 s, %.2f in all", a / l, b / l, c / l }')"
		[ "$most" -le $((limit * 5 / 4)) ] || fail "$what: $most bytes in a second, with a limit of $limit"
		[ "$whole" -ge $((limit / 4)) ] || fail "$what: only $whole bytes in a second, with a limit of $limit"
	done <"$work/rates"
}

# watch_disks SECONDS read|write N...
watch_disks() {
	local seconds=$1 way=$2 n
	local -a disks=()
	shift 2

	for n in "$@"; do
		disks+=("$(pv "$n")")
	done
	python3 /run/payload/guest/rates.py "$seconds" 10 "$way" "${disks[@]}" >"$work/rates"
}

lvs_on_one_disk() {
	throttle $admins
	mkvg vg 0 1 2
	mklv vg/one 220M 0
	mklv vg/two 220M 0
	daemon_start
}

end_them() {
	pvmovectl limit --all none
	daemon_stop
	it_is_put_back
	daemon_start
	for move in "$@"; do
		pvmovectl abort --wait "$move" || [ $? = 7 ] || :
	done
	nothing_left vg
}

one_move() {
	local mb

	lvs_on_one_disk
	start_move --limit 1m -n one "$(pv 0)" "$(pv 1)"
	wait_mid_copy "$move"
	for mb in 1 5; do
		pvmovectl limit "$move" ${mb}m
		[ "$(move_field "$move" limit_bytes_s)" = $((mb * mib)) ]
		watch_disks 14 write 1
		near $mb 'one move'
	done
	pvmovectl status "$move" | grep -q 'Limit *5.00 MiB/s'
	# What begins in mid-copy is limited as well, and the other way round.
	pvmovectl limit "$move" none
	it_is_put_back
	pvmovectl wait "$move"
	it_is_put_back
	start_move --limit 18m -n two "$(pv 0)" "$(pv 1)"
	wait_mid_copy "$move"
	watch_disks 11 write 1
	near 18 'one move'
	pvmovectl wait "$move"
	it_is_put_back
	nothing_left vg
}

two_moves() {
	local first

	lvs_on_one_disk
	start_move --limit 2m -n one "$(pv 0)" "$(pv 1)"
	first=$move
	start_move --limit 5m -n two "$(pv 0)" "$(pv 2)"
	wait_mid_copy "$move"
	wait_mid_copy "$first"
	watch_disks 14 write 1 2
	near 2 'two moves, the slower one' "$(pv 1)"
	near 5 'two moves, the faster one' "$(pv 2)"
	pvmovectl limit "$move" none
	watch_disks 11 write 1 2
	near 2 'beside one without a limit' "$(pv 1)"
	note "the one without a limit: $(awk '$1 ~ /vd/ { rate = $4 } END { printf "%.1f MiB/s", rate / 1048576 }' "$work/rates")"
	end_them "$first" "$move"
}

the_host() {
	local first

	lvs_on_one_disk
	disks_turn 0 # both at a time
	pvmovectl limit --all 4m
	start_move -n one "$(pv 0)" "$(pv 1)"
	first=$move
	start_move -n two "$(pv 0)" "$(pv 2)"
	wait_mid_copy "$move"
	wait_mid_copy "$first"
	watch_disks 12 write 1 2
	near 4 'both moves of a host' all
	daemon_stop
	parameter_is $admins || fail "the parameter is $(<$parameter) after the daemon's end"
	daemon_start
	pvmovectl info | grep -q 'Limit of all *4.00 MiB/s'
	end_them "$first" "$move"
}

# What had begun without a limit is much, and has to be held back; what a limited move begins is often
# copied before anybody looks.
hold_back() {
	pvmovectl limit "$move" none
	# What a pause takes away may still be in the table, or what a daemon draws anew that has just begun.
	wait_until 60 'it copies, and the daemon has seen it' is_copying
	wait_until 60 'much is being copied' much_is_begun
	pvmovectl limit "$move" 1m
	wait_until 60 'the copying is held back' parameter_is 1
}

is_copying() {
	pvmovectl status "$move" | grep -qE '^one +copying .* [0-9]+%'
}

much_is_begun() {
	dmsetup table vg-one-pvmoved | awk '$3 == "mirror" && $7 == "sync" && $2 > 65536 { much = 1 } END { exit !much }'
}

ways_out() {
	throttle $admins
	mkvg vg 0 1
	mklv vg/one 480M 0
	daemon_start
	start_move "$(pv 0)" "$(pv 1)"
	wait_mid_copy "$move"
	hold_back
	pvmovectl pause "$move"
	it_is_put_back
	pvmovectl resume "$move"
	hold_back
	daemon_stop
	it_is_put_back
	daemon_start
	kill_while_held
	daemon_start
	[ "$(move_field "$move" limit_bytes_s)" = $mib ]
	pvmovectl limit "$move" none
	it_is_put_back
	kill_while_held
	fails_with 0 pvmoved --release vg --yes
	it_is_put_back
	nothing_left vg
}

# By chance the daemon has just let go when it is killed.
kill_while_held() {
	local round

	for round in {1..5}; do
		hold_back
		daemon_kill
		! parameter_is 1 || return 0
		echo "round $round: it had let go"
		daemon_start
	done
	fail 'the daemon was never killed while it held the copying back'
}

reading_back() {
	lvs_on_one_disk
	lvremove -qq -y vg/two
	start_move --verify -n one "$(pv 0)" "$(pv 1)"
	wait_until 120 'it is verifying' is_verifying
	pvmovectl limit "$move" 4m
	watch_disks 14 read 1
	near 4 'reading back'
	pvmovectl limit "$move" none
	move_ends_as "$move" 'done'
	[ "$(move_field "$move" verified_bytes)" = "$(move_field "$move" total_bytes)" ]
	nothing_left vg
}

is_verifying() {
	pvmovectl status "$move" | grep -q verifying
}

# latency_is PYTHON: of what the status says of how the LV fares.
latency_is() {
	pvmovectl status --json "$move" |
		python3 -c 'import json, sys; l = json.load(sys.stdin)["moves"][0]["latency"]; sys.exit(not (l and eval(sys.argv[1])))' "$1"
}

counts_of_ours() {
	dmsetup message vg-one 0 @stats_list pvmoved
}

one_count_of_ours() {
	[ "$(counts_of_ours | wc -l)" = 1 ]
}

no_count_of_ours() {
	[ -z "$(counts_of_ours)" ]
}

# Somebody who uses the LV all the time, for as long as the case lasts.
reader() {
	exec python3 -c '
import mmap, os, random
fd = os.open("/dev/vg/one", os.O_RDONLY | os.O_DIRECT)
page = mmap.mmap(-1, 4096)
case = os.getppid()
while os.getppid() == case:
	os.preadv(fd, [page], 4096 * random.randrange(220 << 8))'
}

gives_way() {
	local user

	lvs_on_one_disk
	reader &
	user=$!
	start_move --max-latency 5s -n one "$(pv 0)" "$(pv 1)"
	wait_mid_copy "$move"
	wait_until 60 'I/O is counted, and none is slow' latency_is 'l["ios"] > 10 and l["slow_ios"] == 0'
	one_count_of_ours
	pvmovectl status "$move" | grep -q 'Latency *up to 5000 ms, longer for 0 of'
	daemon_kill
	daemon_start
	[ "$(move_field "$move" max_latency_us)" = 5000000 ]
	# Slower than that is all I/O of an emulated machine.
	pvmovectl limit "$move" --max-latency 100us
	wait_until 60 'slow I/O makes the copying stand aside' latency_is 'l["slow_ios"] > 0 and l["aside"]'
	wait_until 60 'the kernel is held back' parameter_is 1
	one_count_of_ours
	pvmovectl limit "$move" --max-latency none
	wait_until 60 'nothing is counted any more' no_count_of_ours
	it_is_put_back
	pvmovectl limit "$move" --max-latency 5s
	move_ends_as "$move" 'done'
	wait_until 60 'nothing is counted after the end' no_count_of_ours
	fails_with 1 pvmovectl limit "$move" --max-latency none
	fails_with 2 pvmovectl limit "$move" --max-latency 99us
	kill "$user"
	wait "$user" || :
	nothing_left vg
}

# copies_in_regions_of SECTORS
copies_in_regions_of() {
	dmsetup table vg-one-pvmoved |
		awk -v size="$1" '$3 == "mirror" && $7 == "sync" && $6 == size { right = 1 } END { exit !right }'
}

# configure LINE: in [copy], of the daemon that runs.
configure() {
	mkdir -p /etc/pvmoved/pvmoved.conf.d
	printf '[copy]\n%s\n' "$1" >/etc/pvmoved/pvmoved.conf.d/case.conf
	kill -HUP "$(daemon_pid)"
}

large_regions() {
	local user

	lvs_on_one_disk
	disks_turn 1
	start_move -n one "$(pv 0)" "$(pv 1)"
	wait_mid_copy "$move"
	wait_until 60 'nobody uses the disks, and regions are large' copies_in_regions_of 32768
	reader &
	user=$!
	wait_until 60 'somebody does, and they are small' copies_in_regions_of 4096
	configure 'hdd_region = 8M'
	kill "$user"
	wait "$user" || :
	wait_until 60 'they are as large as they are configured by now' copies_in_regions_of 16384
	move_ends_as "$move" 'done'
	rm /etc/pvmoved/pvmoved.conf.d/case.conf
	nothing_left vg
}

# As a command of LVM's does, which is done only when the file still has its name.
lock_vg() {
	while :; do
		exec {vg_lock}>>/run/lock/lvm/V_vg
		flock "$vg_lock"
		[ "/proc/self/fd/$vg_lock" -ef /run/lock/lvm/V_vg ] && return
		unlock_vg
	done
}

unlock_vg() {
	exec {vg_lock}>&-
}

leg_table() {
	dmsetup table vg-one-pvmoved
}

leg_is_drawn_anew() {
	[ "$(leg_table)" != "$table" ]
}

locked_vg() {
	local table

	lvs_on_one_disk
	start_move --limit 2m -n one "$(pv 0)" "$(pv 1)"
	wait_mid_copy "$move"
	lock_vg
	table=$(leg_table)
	sleep 4
	! leg_is_drawn_anew || fail 'a table was swapped while somebody else had the VG'
	unlock_vg
	wait_until 60 'windows are drawn again' leg_is_drawn_anew
	# A command that asks "y/n?" keeps the lock for as long as nobody answers.
	lock_vg
	table=$(leg_table)
	wait_until 60 'it is not waited for any longer' leg_is_drawn_anew
	grep -q 'VG vg is locked by somebody else for long' "$work/daemon.log"
	table=$(leg_table)
	wait_until 8 'nor again' leg_is_drawn_anew
	unlock_vg
	pvmovectl limit "$move" none
	move_ends_as "$move" 'done'
	nothing_left vg
}

run_case 'one move keeps to its limit, changed as it goes' one_move 240
run_case 'two moves keep to limits of their own, and one without is not held' two_moves 240
run_case 'all moves together keep to the limit of the host, which is remembered' the_host 180
run_case 'what was changed in the kernel is put back on every way out' ways_out 180
run_case 'copying gives way to the I/O of its LV' gives_way 240
run_case 'disks that turn are copied in large regions while nobody else uses them' large_regions 120
run_case 'no table is swapped while a command of LVM has the VG' locked_vg 240
run_case 'reading back keeps to the limit' reading_back 180
end_cases
