# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# PVs on disks that fail as they are told: device-mapper devices below the PV. Each begins 1 MiB into
# its disk, so that LVM does not see the disk as a second PV like it.

# faulty_pv N NAME: a PV /dev/mapper/NAME on disk N that works, for now.
faulty_pv() {
	local disk size

	disk=$(pv "$1")
	size=$(($(blockdev --getsz "$disk") - 2048))
	echo "$disk $size" >"$work/faulty.$2"
	dmsetup create "$2" --table "0 $size linear $disk 2048"
	wipefs -qaf "/dev/mapper/$2" # an earlier case has had a PV there
	pvcreate -qq -y "/dev/mapper/$2"
}

# faulty_table NAME TARGET [FIRST LEN]...: the table in which these sectors, ascending, have that
# target ("error", or "flakey" with its features), and all others work.
faulty_table() {
	local name=$1 target=$2 disk size at=0 first len
	shift 2

	read -r disk size <"$work/faulty.$name"
	while [ $# -gt 0 ]; do
		first=$1 len=$2
		shift 2
		[ "$first" -eq "$at" ] || echo "$at $((first - at)) linear $disk $((at + 2048))"
		case $target in
		error) echo "$first $len error" ;;
		# Up for 0 s, down for an hour.
		*) echo "$first $len flakey $disk $((first + 2048)) 0 3600 1 $target" ;;
		esac
		at=$((first + len))
	done
	[ "$at" -eq "$size" ] || echo "$at $((size - at)) linear $disk $((at + 2048))"
}

faulty_load() {
	local name=$1

	dmsetup load "$name"
	# What is below another device must not wait for it.
	dmsetup suspend --noflush --nolockfs "$name"
	dmsetup resume "$name"
}

# Neither reading nor writing: faulty_fails NAME FIRST LEN [FIRST LEN]...
faulty_fails() {
	faulty_table "$1" error "${@:2}" | faulty_load "$1"
}

# Reading works, writing does not.
faulty_fails_writes() {
	faulty_table "$1" error_writes "${@:2}" | faulty_load "$1"
}

# All of it, LVM's metadata too.
faulty_dies() {
	local size

	read -r _ size <"$work/faulty.$1"
	echo "0 $size error" | faulty_load "$1"
}

faulty_works() {
	faulty_table "$1" error | faulty_load "$1"
}

# It answers nothing until faulty_goes_on.
faulty_hangs() {
	dmsetup suspend --noflush --nolockfs "$1"
}

faulty_goes_on() {
	dmsetup resume "$1"
}

# unplug_pv N takes the disk away from the running machine; late_disks_appear brings it back.
unplug_pv() {
	local name

	name=$(basename "$(pv "$1")")
	echo 1 >"$(readlink -f "/sys/block/$name/device/..")/remove"
	wait_until 60 "pv$1 is gone" test ! -e "/dev/$name"
	udevadm settle --timeout=30
}

# ---- a wedge ---------------------------------------------------------------------------------------

# Executors leave a mark here for as long as they swap mirrors.
marks=/run/pvmoved-swaps

# slow_pv TARGET: the PV /dev/mapper/late on disk 1: "delay" where writes take a while, so that there is
# always one that a swap waits for; "linear" in a later boot. It begins 1 MiB into the disk, so that LVM
# does not see the disk as a second PV like it.
slow_pv() {
	local disk target

	disk=$(pv 1)
	target="linear $disk 2048"
	[ "$1" != delay ] || target="delay $disk 2048 0 $disk 2048 100"
	dmsetup create late --table "0 $(($(blockdev --getsz "$disk") - 2048)) $target"
}

# There is none where a swap is over before anybody looks, or when there is nothing to swap.
wait_for_a_mark() {
	local deadline=$((SECONDS + 10))

	until compgen -G "$marks/*" >/dev/null; do
		[ $SECONDS -lt $deadline ] || return 1
	done
}

# An LV vg/lv under a writer, from whose disk a move goes to one with slow writes.
lv_that_can_be_wedged() {
	# Whatever is stuck in the wedged device stays so.
	echo 0 >/proc/sys/kernel/hung_task_timeout_secs
	slow_pv delay
	vgcreate -qq -y -s 1M vg "$(pv 0)" /dev/mapper/late
	mklv_in_segments vg/lv 64 0 3
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 8
	writer_start /mnt/lv 8 100
}

# As an admin would: both the daemon and its executors, at best while one of them swaps mirrors.
kill_in_a_swap() {
	wait_for_a_mark && pkill -KILL pvmoved
	wait "$(daemon_pid)" 2>/dev/null || :
}
