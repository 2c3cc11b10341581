# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The dm layer alone on a real kernel, with udev and LVM, through the command dm_on_kernel. A suite
# of tests/vm: it runs in the machine, with the command in its PATH.
#vm disk pv0 192M
#vm disk pv1 192M
#vm timeout 1800
#vm brief 'whole move|leg|swap|table|once|read-only|in use|suspended|flushing|udev|taken away|compare|latencies'
. guest/lib.sh

# The LV of most cases: three segments on pv0, with a file system; $work/here is its table. Its copy
# goes to pv1, which LVM does not know: $work/there is the LV's table then.
some_lv() {
	mkvg vg 0
	mklv_in_segments vg/lv 48 0 3
	mkfs_mount ext4 vg/lv
	uuid=$(dmsetup info -c --noheadings -o uuid vg-lv)
	leg=$uuid-pvmoved
	dmsetup table vg-lv >"$work/here"
	awk -v dev="$(dev_of "$(pv 1)")" '{ print $1, $2, "linear", dev, 2048 + $1 }' "$work/here" >"$work/there"
}

dev_of() {
	lsblk -dno MAJ:MIN "$1" | tr -d ' '
}

linear_to() {
	echo "0 $(blockdev --getsz /dev/vg/lv) linear $(dev_of "$1") 0"
}

# mirrors FROM TO [nosync]: two tables with the same targets become one that copies.
mirrors() {
	paste -d' ' "$1" "$2" | awk -v sync="${3:-sync}" '{
		print $1, $2, "mirror core 2 512", sync, 2, $4, $5, $9, $10,
			"1 handle_errors"
	}'
}

# put_on_leg FROM: the LV goes through a leg that passes everything on.
put_on_leg() {
	dm_on_kernel create vg-lv-pvmoved "$leg" "$1"
	linear_to /dev/mapper/vg-lv-pvmoved >"$work/through"
	dm_on_kernel swap "$uuid" visible "$work/through"
}

move() {
	local from=$1 to=$2

	put_on_leg "$from"
	sees "$leg" '^vg-lv-pvmoved .* active rw open=1$'
	mirrors "$from" "$to" >"$work/mirrors"
	dm_on_kernel swap "$leg" hidden "$work/mirrors"
	timeout 60 dm_on_kernel wait-synced "$leg"
	sees "$leg" '^  64/64 alive alive$'
	dm_on_kernel flush "$(dev_of "$(pv 1)")"
	dm_on_kernel swap "$uuid" visible "$to"
	dm_on_kernel remove "$leg"
	sees "$leg" '^absent$'
}

# sees UUID PATTERN
sees() {
	dm_on_kernel observe "$1" >"$work/seen"
	cat "$work/seen"
	grep -qE -e "$2" "$work/seen" || fail "not seen: $2"
}

nothing_waits_for() {
	dmsetup info -c --noheadings -o tables_loaded "$1" | grep -q '^Live$' ||
		fail "a table of $1 waits to be made the live one"
}

no_cookie_is_left() {
	! dmsetup udevcookies | grep 0x || fail "cookies are left"
}

a_whole_move_there_and_back() {
	some_lv
	links_start vg/lv
	fixed_files /mnt/lv 8
	writer_start /mnt/lv 8
	move "$work/here" "$work/there"
	fixed_files_are_whole /mnt/lv
	move "$work/there" "$work/here"
	no_cookie_is_left
	writer_stop /mnt/lv
	links_stop
	fixed_files_are_whole /mnt/lv
	umount /mnt/lv
	fsck_is_clean vg/lv
}

a_leg_is_no_file_system_to_udev() {
	local device

	some_lv
	put_on_leg "$work/here"
	mirrors "$work/here" "$work/there" >"$work/mirrors"
	dm_on_kernel swap "$leg" hidden "$work/mirrors"
	udevadm settle
	udevadm info /dev/mapper/vg-lv-pvmoved | tee "$work/udev"
	grep -q 'DM_UUID=LVM-.*-pvmoved' "$work/udev" || fail "udev has not seen the leg"
	! grep -E 'ID_FS|by-uuid|by-id' "$work/udev" || fail "udev has looked into the leg"
	device=$(readlink -e /dev/vg/lv)
	[ "$(readlink -e "/dev/disk/by-uuid/$(blkid -s UUID -o value /dev/vg/lv)")" = "$device" ] ||
		fail "the by-uuid link is stolen"
}

# Whatever is seen while tables are swapped is one of the tables, and belongs together.
observing_never_sees_half_a_swap() {
	some_lv
	writer_start /mnt/lv 8
	put_on_leg "$work/here"
	mirrors "$work/here" "$work/there" >"$work/mirrors"
	mirrors "$work/here" "$work/there" nosync >"$work/nosync"
	(
		trap - ERR
		while [ ! -e "$work/enough" ]; do
			dm_on_kernel observe "$leg" || break
		done >"$work/seen.all" 2>&1
	) &
	for _ in 1 2 3 4 5 6; do
		dm_on_kernel swap "$leg" hidden "$work/mirrors"
		dm_on_kernel swap "$leg" hidden "$work/here"
		dm_on_kernel swap "$leg" hidden "$work/nosync"
	done
	touch "$work/enough"
	wait $!
	! grep ': E' "$work/seen.all" || fail "observing has failed"
	awk '/ nosync / { getline; split($1, n, "/"); if (n[1] != n[2]) exit 1 }' "$work/seen.all" ||
		fail "a mirror that has nothing to copy is seen copying"
	writer_stop /mnt/lv
}

# The destination fails while it is copied to: an event tells, and the writes that wait for somebody
# to do something about it go on when the leg passes everything on to the source again.
a_failed_leg_is_told_by_an_event() {
	some_lv
	writer_start /mnt/lv 8
	put_on_leg "$work/here"
	dmsetup create bad --table "0 393216 error"
	sed "s/linear [0-9:]* /linear $(dev_of /dev/mapper/bad) /" "$work/there" >"$work/nowhere"
	mirrors "$work/here" "$work/nowhere" >"$work/mirrors"
	dm_on_kernel swap "$leg" hidden "$work/mirrors"
	timeout 20 dm_on_kernel wait-failed "$leg"
	sees "$leg" '^  .* alive (sync|write)-failed$'
	dm_on_kernel swap "$leg" hidden "$work/here"
	dmsetup remove --retry bad
	writer_stop /mnt/lv
}

a_table_that_cannot_be_loaded_changes_nothing() {
	some_lv
	writer_start /mnt/lv 8
	echo "0 $(blockdev --getsz /dev/vg/lv) linear 240:77 0" >"$work/bad"
	fails_with 1 dm_on_kernel swap "$uuid" visible "$work/bad"
	said '^1: E.* device-mapper: reload ioctl on .* failed'
	sees "$uuid" '^vg-lv .* active rw'
	nothing_waits_for vg-lv
	fails_with 1 dm_on_kernel create nothing "$leg" "$work/bad"
	sees "$leg" '^absent$'
	fails_with 1 dm_on_kernel swap LVM-nobody hidden "$work/here"
	said '^1: ENXIO'
	no_cookie_is_left
	writer_stop /mnt/lv
}

names_and_uuids_are_given_once() {
	some_lv
	dm_on_kernel create vg-lv-pvmoved "$leg" "$work/here"
	fails_with 1 dm_on_kernel create vg-lv-pvmoved "$leg-2" "$work/here"
	said '^1: EBUSY'
	fails_with 1 dm_on_kernel create other "$leg" "$work/here"
	said '^1: EBUSY'
	sees "$leg" '^vg-lv-pvmoved .* active rw open=0$'
	dm_on_kernel remove "$leg"
	dm_on_kernel remove "$leg"
}

a_device_in_use_is_not_removed() {
	some_lv
	put_on_leg "$work/here"
	fails_with 1 dm_on_kernel remove "$leg"
	said '^1: EBUSY device-mapper: remove ioctl on .* failed: Device or resource busy'
	no_cookie_is_left
	dm_on_kernel swap "$uuid" visible "$work/here"
	dm_on_kernel remove "$leg"
}

a_device_that_is_read_only_stays_so() {
	some_lv
	umount /mnt/lv
	lvchange -pr vg/lv
	sees "$uuid" '^vg-lv .* active ro '
	dm_on_kernel swap "$uuid" visible "$work/there"
	sees "$uuid" '^vg-lv .* active ro '
	[ "$(blockdev --getro /dev/vg/lv)" = 1 ] || fail "it can be written to"
}

# What LVM loads and we do not know is seen as such; what is suspended is looked at without waiting.
foreign_tables_and_suspended_devices_are_seen() {
	some_lv
	umount /mnt/lv
	put_on_leg "$work/here"
	dmsetup suspend --noflush --nolockfs vg-lv-pvmoved
	timeout 60 dm_on_kernel observe "$leg" | grep ' suspended rw ' || fail "it is not seen suspended"
	# The swap would be a resume too.
	fails_with 1 dm_on_kernel swap "$leg" hidden "$work/there"
	said 'EBUSY.*suspended'
	sees "$leg" ' suspended rw '
	dmsetup resume vg-lv-pvmoved
	dm_on_kernel swap "$leg" hidden "$work/there"
	sees "$leg" ' active rw '
	dmsetup load vg-lv-pvmoved --table "0 $(blockdev --getsz /dev/vg/lv) striped 1 8 $(dev_of "$(pv 1)") 2048"
	dmsetup resume vg-lv-pvmoved
	sees "$leg" '^0 98304 other '
	dmsetup create empty -u empty --notable
	sees empty '^empty .* active rw open=0$'
	dmsetup remove --retry empty
}

flushing_takes_a_device_that_is_there() {
	dm_on_kernel flush "$(dev_of "$(pv 0)")" -- flush "$(dev_of "$(findmnt -no SOURCE /)")"
	fails_with 1 dm_on_kernel flush 240:77
	said '^1: ENXIO'
}

# A disk that does not answer: its executor waits, others go on, and the swap is not lost when the
# program that asked for it is killed. The next program's swap of the same device comes after it.
a_disk_that_hangs_holds_up_its_own_swap_only() {
	local pid table

	dmsetup create slow --table "0 98304 linear $(dev_of "$(pv 1)") 2048"
	echo "0 98304 linear $(dev_of /dev/mapper/slow) 0" >"$work/slow"
	table="0 98304 linear $(dev_of "$(pv 1)") 2048"
	echo "$table" >"$work/quick"
	dm_on_kernel create a LVM-a "$work/slow" -- create b LVM-b "$work/slow"
	dmsetup suspend --noflush slow
	dd if=/dev/mapper/a of=/dev/null iflag=direct bs=4k count=1 &
	wait_until 60 "a read of the disk hangs" reading a
	dm_on_kernel swap LVM-a hidden "$work/quick" -- swap LVM-b hidden "$work/quick" \
		-- flush "$(dev_of "$(pv 0)")" >"$work/swaps" 2>&1 &
	pid=$!
	wait_until 60 "the other requests are done" has_lines 2 "$work/swaps"
	! grep '^1:' "$work/swaps" || fail "the swap did not wait for the disk"
	sees LVM-b "^$table"
	timeout 60 dm_on_kernel observe LVM-a

	executors_are_safe
	pkill -TERM -x pvmoved-dm
	kill -KILL $pid
	wait_until 60 "the idle executors leave" executors_are 1
	echo "0 98304 linear $(dev_of "$(pv 1)") 4096" >"$work/next"
	dm_on_kernel swap LVM-a hidden "$work/next" &
	pid=$!
	wait_until 60 "the next swap waits its turn" grep -q -- '-> FLOCK' /proc/locks
	dmsetup resume slow
	wait $pid
	wait_until 60 "the last executor leaves" executors_are 0
	sees LVM-a "^$(<"$work/next")"
	dm_on_kernel remove LVM-a -- remove LVM-b
	dmsetup remove --retry slow
	no_cookie_is_left
}

executors_are_safe() {
	local pid

	for pid in $(pgrep -x pvmoved-dm); do
		[ "$(<"/proc/$pid/oom_score_adj")" = -1000 ] || fail "the OOM killer may take an executor"
		# The sanitizer makes mlockall() do nothing.
		grep -qE 'VmLck:\s+[1-9]' "/proc/$pid/status" || grep -q libasan "/proc/$pid/maps" ||
			fail "an executor is not locked in memory"
		[ "$(readlink "/proc/$pid/cwd")" = / ] || fail "an executor holds a folder"
	done
}

reading() {
	[ "$(awk '{ print $9 }' "/sys/block/$(basename "$(readlink -e "/dev/mapper/$1")")/stat")" = 1 ]
}

has_lines() {
	[ "$(wc -l <"$2")" = "$1" ]
}

executors_are() {
	[ "$(pgrep -xc pvmoved-dm)" = "$1" ]
}

a_stuck_udevd_holds_up_nothing_for_long() {
	local took_s

	some_lv
	udevadm settle
	udevd_stops
	took_s=$SECONDS
	dm_on_kernel create vg-lv-pvmoved "$leg" "$work/here"
	took_s=$((SECONDS - took_s))
	((took_s >= 9 && took_s <= 15)) || fail "it took $took_s s, not ten"
	no_cookie_is_left
	# libdevmapper has made the node that udev did not make.
	[ "$(dev_of /dev/mapper/vg-lv-pvmoved)" ] || fail "there is no node"
	dm_on_kernel remove "$leg"
	[ ! -e /dev/mapper/vg-lv-pvmoved ] || fail "the node is still there"
	udevd_goes_on
	no_cookie_is_left
	[ ! -e /dev/mapper/vg-lv-pvmoved ] || fail "udev has brought the node back"
}

without_udev_nodes_are_still_made() {
	some_lv
	udevadm settle
	udevadm control --exit
	wait_until 60 "udevd ends" udevd_has_ended
	rm -f /run/udev/control
	dm_on_kernel create vg-lv-pvmoved "$leg" "$work/here"
	[ "$(dev_of /dev/mapper/vg-lv-pvmoved)" ] || fail "there is no node"
	linear_to /dev/mapper/vg-lv-pvmoved >"$work/through"
	dm_on_kernel swap "$uuid" visible "$work/through"
	dm_on_kernel swap "$uuid" visible "$work/here"
	dm_on_kernel remove "$leg"
	[ ! -e /dev/mapper/vg-lv-pvmoved ] || fail "the node is still there"
	/lib/systemd/systemd-udevd --daemon
}

# Semaphores that others have leaked must not keep an LV from being swapped.
without_semaphores_udev_is_not_waited_for() {
	local limits

	some_lv
	udevadm settle
	limits=$(</proc/sys/kernel/sem)
	echo "32000 1024000000 500 0" >/proc/sys/kernel/sem
	put_on_leg "$work/here"
	dm_on_kernel swap "$uuid" visible "$work/here"
	echo "$limits" >/proc/sys/kernel/sem
	udevadm settle
	udevadm info /dev/mapper/vg-lv-pvmoved | tee "$work/udev"
	! grep -E 'ID_FS|by-uuid|by-id' "$work/udev" || fail "udev has looked into the leg"
	dm_on_kernel remove "$leg"
	no_cookie_is_left
}

udevd_has_ended() {
	! pgrep -x systemd-udevd >/dev/null
}

# compares LEN VERDICT: the first LEN sectors of $first and $second.
compares() {
	dm_on_kernel compare "$first" "$second" "$1" | tee "$work/said"
	grep -q "^1: 0 $2\$" "$work/said" || fail "it does not say: $2"
}

stretches_are_compared() {
	local first second

	first=$(dev_of "$(pv 0)")
	second=$(dev_of "$(pv 1)")
	head -c 16M /dev/urandom >"$work/content"
	dd if="$work/content" of="$(pv 0)" bs=1M oflag=direct status=none
	dd if="$work/content" of="$(pv 1)" bs=1M oflag=direct status=none
	compares 32768 'equal 0 0'
	printf x | dd of="$(pv 1)" bs=1 seek=$((20000 * 512 + 7)) conv=notrunc,fsync status=none
	compares 32768 'different 20000 1'
	fails_with 1 dm_on_kernel compare "$first" "$second" 32776
	said EINVAL
	dmsetup create bad --table "0 10000 linear $(pv 0) 0
		10000 8 error
		10008 22760 linear $(pv 0) 10008"
	first=$(dev_of /dev/mapper/bad)
	compares 32768 'first-unreadable 10000 1'
	dmsetup remove --retry bad
}

# Both sides of a mirror that is written to all the time.
what_is_written_to_is_equal_all_the_same() {
	local first second

	some_lv
	put_on_leg "$work/here"
	mirrors "$work/here" "$work/there" >"$work/mirrors"
	dm_on_kernel swap "$leg" hidden "$work/mirrors"
	timeout 60 dm_on_kernel wait-synced "$leg"
	writer_start /mnt/lv 8 2000
	for _ in 1 2 3 4 5 6 7 8; do
		# The first segment, which lies at the same place of both disks; LVM's label lies before.
		dmsetup create one --table "0 32768 linear $(pv 0) 2048"
		dmsetup create two --table "0 32768 linear $(pv 1) 2048"
		first=$(dev_of /dev/mapper/one) second=$(dev_of /dev/mapper/two)
		compares 32768 'equal 0 0'
		dmsetup remove --retry one two
	done
	writer_stop /mnt/lv
}

# The next daemon may have looked before it was there: nobody would take it away.
a_device_made_for_a_daemon_that_has_gone_is_taken_away() {
	some_lv
	udevadm settle
	udevd_stops
	dm_on_kernel create vg-lv-pvmoved "$leg" "$work/here" &
	wait_until 60 "the device is made" sees_quietly "$leg" '^vg-lv-pvmoved '
	kill -KILL $!
	wait_until 60 "its executor leaves" executors_are 0
	sees "$leg" '^absent$'
	udevd_goes_on
	no_cookie_is_left
}

# In a shell of its own: what is not seen yet ends that one only.
sees_quietly() (
	sees "$@" >/dev/null 2>&1
)

# ---- wedges --------------------------------------------------------------------------------------

marks=/run/pvmoved-swaps

# An executor died in a swap before this one, and this one takes long: for the disk, not for ever.
a_slow_disk_is_no_wedge() {
	local pid

	dmsetup create slow --table "0 98304 linear $(dev_of "$(pv 1)") 2048"
	echo "0 98304 linear $(dev_of /dev/mapper/slow) 0" >"$work/slow"
	echo "0 98304 linear $(dev_of "$(pv 1)") 2048" >"$work/quick"
	dm_on_kernel create a LVM-a "$work/slow"
	mkdir -p $marks
	: >$marks/LVM-a
	dmsetup suspend --noflush slow
	trap 'dmsetup resume slow' EXIT
	dd if=/dev/mapper/a of=/dev/null iflag=direct bs=4k count=1 &
	wait_until 60 "a read of the disk hangs" reading a
	dm_on_kernel swap LVM-a hidden "$work/quick" >"$work/swap" 2>&1 &
	pid=$!
	# Longer than it takes to call a device wedged.
	sleep 20
	[ ! -s "$work/swap" ] || fail "it did not wait: $(<"$work/swap")"
	trap - EXIT
	dmsetup resume slow
	wait $pid
	[ ! -e $marks/LVM-a ] || fail "the mark is still there"
	dm_on_kernel remove LVM-a
	dmsetup remove --retry slow
}

# The same with a udevd that is stuck, for which each swap waits ten seconds.
a_stuck_udevd_is_no_wedge() {
	some_lv
	put_on_leg "$work/here"
	mirrors "$work/here" "$work/there" nosync >"$work/mirrors"
	dm_on_kernel swap "$leg" hidden "$work/mirrors"
	udevadm settle
	udevd_stops
	dm_on_kernel swap "$leg" hidden "$work/mirrors" &
	wait_until 60 "an executor swaps" test -e "$marks/$leg"
	kill -KILL $!
	dm_on_kernel swap "$leg" hidden "$work/here"
	[ ! -e "$marks/$leg" ] || fail "the mark is still there"
	udevd_goes_on
	dm_on_kernel swap "$uuid" visible "$work/here"
	dm_on_kernel remove "$leg"
}

# Executors are killed in the middle of swaps until the kernel's mirrors never come out of one again.
# Writes to the destination take a while, so that there is always one that a swap waits for.
a_wedged_device_is_recognised() {
	local try pid began

	# The stuck child stays for good.
	echo 0 >/proc/sys/kernel/hung_task_timeout_secs
	some_lv
	dmsetup create late --table "0 393216 delay $(pv 1) 0 0 $(pv 1) 0 200"
	sed "s/linear [0-9:]* /linear $(dev_of /dev/mapper/late) /" "$work/there" >"$work/later"
	mirrors "$work/here" "$work/later" >"$work/mirrors"
	put_on_leg "$work/here"
	dm_on_kernel swap "$leg" hidden "$work/mirrors"
	writer_start /mnt/lv 8
	for try in {1..60}; do
		dm_on_kernel swap "$leg" hidden "$work/mirrors" &
		pid=$!
		wait_until 60 "an executor swaps" test -e "$marks/$leg"
		sleep "0.$((RANDOM % 30 + 100))"
		pkill -KILL -x pvmoved-dm || :
		wait $pid || :
		began=$SECONDS
		dm_on_kernel swap "$leg" hidden "$work/mirrors" >"$work/said" 2>&1 && continue
		cat "$work/said"
		said '^1: EOWNERDEAD the device is wedged until the next boot$'
		echo "# wedged by killed swap $try, seen after $((SECONDS - began)) s" >>"$deeds"
		break
	done
	[ -s "$deeds" ] || fail "no wedge in $try killed swaps"
	# From now on at once, since nobody tries any more.
	fails_with 1 dm_on_kernel swap "$leg" hidden "$work/here" -- remove "$leg"
	said '^1: EOWNERDEAD'
	said '^2: EOWNERDEAD'
	# The LV is none the worse.
	dm_on_kernel swap "$uuid" visible "$work/here"
	writer_stop /mnt/lv
	umount /mnt/lv
	fsck_is_clean vg/lv
}

run_case 'a whole move, there and back, under a writer' a_whole_move_there_and_back
run_case 'a leg is no file system to udev' a_leg_is_no_file_system_to_udev
run_case 'observing never sees half a swap' observing_never_sees_half_a_swap
run_case 'a failed leg is told by an event' a_failed_leg_is_told_by_an_event
run_case 'a table that cannot be loaded changes nothing' a_table_that_cannot_be_loaded_changes_nothing
run_case 'names and UUIDs are given once' names_and_uuids_are_given_once
run_case 'a device in use is not removed' a_device_in_use_is_not_removed
run_case 'a device that is read-only stays so' a_device_that_is_read_only_stays_so
run_case 'foreign tables and suspended devices are seen' foreign_tables_and_suspended_devices_are_seen
run_case 'flushing takes a device that is there' flushing_takes_a_device_that_is_there
run_case 'a disk that hangs holds up its own swap only' a_disk_that_hangs_holds_up_its_own_swap_only
run_case 'a stuck udevd holds up nothing for long' a_stuck_udevd_holds_up_nothing_for_long
run_case 'without udev nodes are still made' without_udev_nodes_are_still_made
run_case 'without semaphores udev is not waited for' without_semaphores_udev_is_not_waited_for
# measures BOUND_US 'IOS SLOW'
measures() {
	dm_on_kernel measure "$uuid" "$1" | tee "$work/said"
	grep -qx "1: 0 $2" "$work/said"
}

reads() {
	dd if=/dev/vg/lv of=/dev/null bs=4k count="$1" iflag=direct status=none
}

latencies_are_counted() {
	mkvg vg 0
	mklv vg/lv 20M 0
	uuid=$(dmsetup info -c --noheadings -o uuid vg-lv)
	measures 60000000 '0 0'
	reads 3
	measures 60000000 '3 0'
	measures 60000000 '0 0'
	# No I/O is done in a microsecond.
	measures 1 '0 0'
	reads 5
	measures 1 '5 5'
	# What others count stays, what we have left does not.
	dmsetup message vg-lv 0 @stats_create - /1 somebody
	dmsetup message vg-lv 0 @stats_create - /1 pvmoved
	dmsetup message vg-lv 0 @stats_delete 0
	dmsetup message vg-lv 0 @stats_create 0+8 /1 pvmoved
	measures 1000000 '0 0'
	reads 2
	measures 1000000 '2 0'
	[ "$(dmsetup message vg-lv 0 @stats_list pvmoved | wc -l)" = 1 ]
	measures 0 '0 0'
	[ -z "$(dmsetup message vg-lv 0 @stats_list pvmoved)" ]
	[ "$(dmsetup message vg-lv 0 @stats_list | wc -l)" = 1 ]
	fails_with 1 dm_on_kernel measure nobody 1000
}

run_case 'latencies are counted by one bound, and what others count is left alone' latencies_are_counted
run_case 'two stretches are compared, and what differs is named' stretches_are_compared
run_case 'what is written to all the time compares as equal' what_is_written_to_is_equal_all_the_same
run_case 'a device made for a daemon that has gone is taken away' \
	a_device_made_for_a_daemon_that_has_gone_is_taken_away
run_case 'a slow disk is no wedge' a_slow_disk_is_no_wedge
run_case 'a stuck udevd is no wedge' a_stuck_udevd_is_no_wedge
# Last: what is wedged cannot be taken down.
deeds=/root/deeds
: >"$deeds"
last='a device that a killed executor has wedged is recognised'
if [[ -z $case_filter || $last =~ $case_filter ]]; then
	run_step "$last" a_wedged_device_is_recognised 400
	cat "$deeds"
fi
end_cases
