# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Disks that fail under a move: it is undone, the LV stays where it was with all its data, and the
# user is told which disk and which extents.
#vm disk pv0 192M
#vm disk pv1 192M
#vm timeout 900
. guest/lib.sh

# failing_pv N NAME FIRST: a PV on disk N that, once break_pv is called, fails in 8 sectors from FIRST
# on. It begins 1 MiB into the disk, so that LVM does not see the disk as a second PV like it.
failing_pv() {
	local disk size

	disk=$(pv "$1")
	size=$(($(blockdev --getsz "$disk") - 2048))
	dmsetup create "$2" --table "0 $size linear $disk 2048"
	cat >"$work/$2.broken" <<-EOF
		0 $3 linear $disk 2048
		$3 8 error
		$(($3 + 8)) $((size - $3 - 8)) linear $disk $(($3 + 8 + 2048))
	EOF
	pvcreate -qq -y "/dev/mapper/$2"
}

break_pv() {
	dmsetup load "$1" <"$work/$1.broken"
	dmsetup resume "$1"
}

# start_of_a_case PV FIRST: a VG on two PVs, of which PV (source or dest) fails from FIRST on; an LV of
# 64 extents of 1 MiB at the beginning of the source, data in it, and a daemon.
start_of_a_case() {
	failing_pv 0 source "$2"
	failing_pv 1 dest "$2"
	vgcreate -qq -s 1M vg /dev/mapper/source /dev/mapper/dest
	echo vg >>"$work/vgs"
	lvcreate -qq -y -l 64 -n lv vg /dev/mapper/source
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 8
	before=$(ranges_of vg/lv)
	daemon_start
	break_pv "$1"
}

it_was_undone() {
	[ "$(ranges_of vg/lv)" = "$before" ] || fail "the LV is at $(ranges_of vg/lv), not at $before"
	table_is_plain vg/lv
	nothing_left vg
	fixed_files_are_whole /mnt/lv
	umount /mnt/lv
	fsck_is_clean vg/lv
	vgremove -qq -ff -y vg
	dmsetup remove source dest
}

# Sector 100000 of the PV is in logical extent (100000 - 2048) / 2048 = 47.
source_that_cannot_be_read() {
	local named first last

	start_of_a_case source 100000
	fails_with 7 pvmovectl start --wait /dev/mapper/source /dev/mapper/dest
	[ "$(move_field 1 state)" = failed ]
	fails_with 0 pvmovectl status 1
	said 'logical extents'
	pvmovectl status 1 --json >"$work/status"
	named=$(grep -oE 'logical extents [0-9]+ to [0-9]+' "$work/status" | head -n 1)
	first=$(echo "$named" | cut -d' ' -f3)
	last=$(echo "$named" | cut -d' ' -f5)
	[ "$first" -le 47 ] || fail "$named: the bad one, 47, is not among them"
	[ "$last" -ge 47 ] || fail "$named: the bad one, 47, is not among them"
	it_was_undone
}

destination_that_cannot_be_written() {
	start_of_a_case dest 100000
	fails_with 7 pvmovectl start --wait /dev/mapper/source /dev/mapper/dest
	[ "$(move_field 1 state)" = failed ]
	fails_with 0 pvmovectl status 1
	said 'destination'
	it_was_undone
}

# What it would have been otherwise: LVM's own pvmove says that all is well.
lvms_pvmove_on_the_same_sectors() {
	start_of_a_case source 100000
	dd if=/dev/vg/lv of="$work/was" bs=1M count=47 iflag=direct status=none
	umount /mnt/lv
	pvmove -qq -i1 /dev/mapper/source /dev/mapper/dest && echo "# LVM's pvmove: exit status 0"
	# The extent with the bad sectors reads without an error now, whatever it holds.
	dd if=/dev/vg/lv of=/dev/null bs=1M skip=47 count=1 iflag=direct status=none
	vgremove -qq -ff -y vg
	dmsetup remove source dest
}

run_case 'a source that cannot be read ends the move, with the extents named' source_that_cannot_be_read
run_case 'a destination that cannot be written ends the move' destination_that_cannot_be_written
run_case "LVM's pvmove turns sectors that cannot be read into sectors that can" lvms_pvmove_on_the_same_sectors
end_cases
