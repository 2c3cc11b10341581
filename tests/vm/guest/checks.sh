# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What must hold after a move. Each says what is wrong and fails.

source_is_empty() {
	local used

	used=$(pv_used_extents "$1")
	[ "$used" = 0 ] || fail "$1 has $used allocated extents"
}

# nothing_left VG: no device, reservation, flag or tag of a move, and LVM is content.
nothing_left() {
	local vg=$1 found text=$work/metadata

	found=$(dmsetup info -c --noheadings -o name,uuid | grep -i pvmoved) || :
	[ -z "$found" ] || fail "a device is left: $found"
	found=$(lvs -a --noheadings -o lv_full_name,lv_tags "$vg" | grep -i pvmoved) || :
	[ -z "$found" ] || fail "an LV or a tag is left: $found"
	vgcfgbackup -qq -f "$text" "$vg"
	# The text's own comments tell of commands that made it.
	found=$(sed 's/#.*//' "$text" | grep -vE '^[[:space:]]*(description|creation_host)' | grep -iE 'LOCKED|pvmoved') || :
	[ -z "$found" ] || fail "the metadata of $vg still holds: $found"
	vgck "$vg" || fail "vgck finds something wrong with $vg"
	found=$(lvs -a "$vg" 2>&1 >/dev/null) || fail "lvs fails"
	[ -z "$found" ] || fail "lvs warns: $found"
}

# fsck_is_clean VG/LV: the LV must not be mounted.
fsck_is_clean() {
	local device=/dev/$1 fs

	fs=$(blkid -p -s TYPE -o value "$device")
	blockdev --flushbufs "$device"
	case $fs in
	ext4) e2fsck -fn "$device" || fail "e2fsck finds errors on $1" ;;
	xfs) xfs_repair -n "$device" || fail "xfs_repair finds errors on $1" ;;
	*) fail "$1 has no file system that can be checked, but \"$fs\"" ;;
	esac
}

# links_start VG/LV watches the by-uuid link of the file system from now on; links_stop fails if it
# has ever pointed anywhere but at the LV.
links_start() {
	local link device

	udevadm settle --timeout=30
	link=/dev/disk/by-uuid/$(blkid -s UUID -o value "/dev/$1")
	device=$(readlink -e "/dev/$1")
	[ "$(readlink -e "$link")" = "$device" ] || fail "$link is $(readlink -e "$link"), not $device"
	: >"$work/links"
	mkfifo "$work/links.tick"
	(
		trap - ERR
		# No process is started here: 50 looks a second must cost an emulated CPU little.
		while [ -e "$work/links" ]; do
			[ "$link" -ef "$device" ] || echo "not the LV" >>"$work/links"
			read -r -t 0.02 _ <>"$work/links.tick" || :
		done
	) &
	echo $! >"$work/links.pid"
}

links_stop() {
	local found

	kill -0 "$(<"$work/links.pid")" || fail "the by-uuid link was not watched to the end"
	udevadm settle --timeout=30
	found=$(sort "$work/links" | uniq -c)
	rm "$work/links" "$work/links.tick"
	[ -z "$found" ] || fail "the by-uuid link has pointed elsewhere (looks, 50 a second): $found"
}

# is_on VG/LV N: all its areas are on that PV.
is_on() {
	local lv=$1 n=$2 disk range

	disk=$(pv "$n")
	for range in $(ranges_of "$lv"); do
		# LVM may know it by the name of a link.
		[ "${range%%:*}" -ef "$disk" ] || fail "$lv is not all on pv$n ($disk): $(ranges_of "$lv")"
	done
}

# The LV's live table is as LVM would load it: no leg.
table_is_plain() {
	local below

	below=$(dmsetup deps -o devname "$(dm_of "$1")")
	[[ $below != *pvmoved* ]] || fail "the table of $1 still uses a leg: $below"
}

# The opposite.
table_uses_leg() {
	local below

	below=$(dmsetup deps -o devname "$(dm_of "$1")")
	[[ $below == *pvmoved* ]] || fail "the table of $1 uses no leg: $below"
}
