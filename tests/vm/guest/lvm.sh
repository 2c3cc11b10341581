# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Disks, VGs and LVs. A PV is named by its number N: the disk with the serial number pvN.

pv() {
	readlink -e "/dev/disk/by-id/virtio-pv$1"
}

# Brings in the disks that this boot hides (vm_disk ... late).
late_disks_appear() {
	echo 1 >/sys/bus/pci/rescan
	udevadm settle
}

# Nothing is done about events from now on until udevd_goes_on, or the end of the case. Not by udevadm
# control --stop-exec-queue: when told to go on, udevd (252) now and then sleeps until it is told again.
udevd_stops() {
	udevd=$(pgrep -xo systemd-udevd)
	kill -STOP "$udevd"
	trap 'kill -CONT "$udevd"' EXIT
}

udevd_goes_on() {
	kill -CONT "$udevd"
	udevadm settle
}

# mkvg VG N...: with extents of 1 MiB, so that small LVs have many.
mkvg() {
	local vg=$1 n
	local -a disks=()
	shift

	for n in "$@"; do
		disks+=("$(pv "$n")")
	done
	vgcreate -qq -y -s 1M "$vg" "${disks[@]}"
}

# mklv VG/LV SIZE [N[:PE-PE]...]: on these PVs, one linear segment for each that is filled.
mklv() {
	local lv=$1 size=$2 place
	local -a places=()
	shift 2

	for place in "$@"; do
		places+=("$(pv_range "$place")")
	done
	lvcreate -qq -y -Wn -L "$size" -n "${lv#*/}" "${lv%/*}" "${places[@]}"
}

# mklv_in_segments VG/LV SIZE_MB N COUNT: COUNT segments on PV N with a hole of one extent after
# each, whole extents as even as they go.
mklv_in_segments() {
	local lv=$1 size=$2 n=$3 count=$4 share rest i first=0 len
	local -a ranges=()

	share=$((size / count))
	rest=$((size % count))
	for ((i = 0; i < count; i++)); do
		len=$((share + (i < rest)))
		ranges+=("$n:$first-$((first + len - 1))")
		first=$((first + len + 1))
	done
	mklv "$lv" "${size}M" "${ranges[@]}"
	[ "$(segments_of "$lv")" = "$count" ] || fail "$lv has $(segments_of "$lv") segments, not $count"
}

# unlock_lv FILE prints the metadata in it without the lock flag of the LV named lv, as nobody of ours
# would leave it.
unlock_lv() {
	awk '$1 == "lv" { mine = 1 }
		mine && /LOCKED/ { gsub(/, "LOCKED"|"LOCKED", /, ""); mine = 0 }
		{ print }' "$1"
}

segments_of() {
	lvs --noheadings -o seg_count "$1" | tr -d ' '
}

# N or N:PE-PE, as LVM wants it.
pv_range() {
	case $1 in
	*:*) echo "$(pv "${1%%:*}"):${1#*:}" ;;
	*) pv "$1" ;;
	esac
}

# mkfs_mount FS VG/LV: on /mnt/LV.
mkfs_mount() {
	local fs=$1 lv=$2

	"mkfs.$fs" -q "/dev/$lv"
	mount_lv "$lv"
}

mount_lv() {
	mkdir -p "/mnt/${1#*/}"
	mount "/dev/$1" "/mnt/${1#*/}"
}

# The dm name of VG/LV.
dm_of() {
	local vg=${1%/*} lv=${1#*/}

	echo "${vg//-/--}-${lv//-/--}"
}

pv_used_extents() {
	pvs --noheadings -o pv_pe_alloc_count "$1" | tr -d ' '
}

# Grows with every change of the VG's metadata.
seqno_of() {
	vgs --noheadings -o vg_seqno "$1" | tr -d ' '
}

# Where the areas of VG/LV are, as "PV:first-last" words.
ranges_of() {
	lvs --noheadings -o seg_pe_ranges "$1" | xargs
}

# disks_turn 0|1: what all disks of a case say of themselves. Virtio's say that they turn (Linux 6.1), and
# moves take turns on such.
disks_turn() {
	local link

	for link in /dev/disk/by-id/virtio-pv*; do
		[[ $link == *-part* ]] || echo "$1" >"/sys/class/block/$(basename "$(readlink -e "$link")")/queue/rotational"
	done
}

# Leaves dm-mirror at full speed; a daemon that was killed may not have.
throttle_off() {
	local parameter=/sys/module/dm_mirror/parameters/raid1_resync_throttle

	[ ! -e $parameter ] || echo 100 >$parameter
}

# Makes the kernel's mirrors copy for PERCENT of the time only, whatever the disks could do.
throttle() {
	modprobe dm_mirror
	echo "$1" >/sys/module/dm_mirror/parameters/raid1_resync_throttle
}

# install_root_on VG/LV SIZE_MB [N:PE-PE...] makes an LV with a copy of the running root file system,
# which a later boot with lv:VG/LV has as its root. Nothing can be written to the running one
# meanwhile; it cannot be mounted read-only, since what a case says is being written there.
install_root_on() {
	local lv=$1 size=$2 status=0 root
	shift 2

	root=$(findmnt -no SOURCE /)
	mklv "$lv" "${size}M" "$@"
	fsfreeze --freeze /
	# Zeroes are not written: the disks are new.
	dd if="$root" of="/dev/$lv" bs=4M conv=sparse status=none 2>/dev/null || status=$?
	fsfreeze --unfreeze /
	[ "$status" = 0 ] || fail "the root cannot be copied: status $status"
	e2fsck -fp "/dev/$lv" >/dev/null || [ $? = 1 ]
	resize2fs "/dev/$lv" >/dev/null 2>&1
	tune2fs -U random "/dev/$lv" >/dev/null
}
