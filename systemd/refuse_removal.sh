# Legs are devices, and reservations are LVs, that nothing but this package can take away.
kernel_or_lvm_has_moves() {
	dmsetup info -c --noheadings -o uuid 2>/dev/null | grep -q '^LVM-.*-pvmoved' ||
		lvs -a --noheadings -o lv_tags 2>/dev/null | grep -qw pvmoved
}

# The daemon knows of those, too, that have not begun.
daemon_has_moves() {
	pvmovectl status --json 2>/dev/null |
		grep -qE '"state": ?"(queued|running|paused|held|aborting)"'
}

refuse_removal_in_mid_move() {
	if daemon_has_moves || kernel_or_lvm_has_moves; then
		cat >&2 <<-EOF
			pvmoved is not removed: moves are under way, and without it they cannot be ended.
			"pvmovectl status" shows them. Wait for them (pvmovectl wait), abort them (pvmovectl
			abort), or give a VG back to LVM (pvmoved --release VG); then remove the package.
		EOF
		exit 1
	fi
}