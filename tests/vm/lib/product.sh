# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# How the program under test gets into a machine: as on any Debian, by dpkg installing the package of
# the build. It does so once, in a machine of its own; what is there afterwards is the root file system
# that all other machines with this package begin with. What only tests need goes in beside it at each
# boot.

# Reads VM_BUILD_DIR (a build folder; with VM_PACKAGE its package lies in /run/payload/package, beside the
# README and an archive of what it depends on, and is the script's to install), and VM_TREE (files to copy over the root); with neither the machine is plain
# Debian. Sets vm_root.
vm_stage_product() {
	local log=$VM_DIR/install.log

	vm_root=$vm_image/root.img
	[ ! "${VM_TREE:-}" ] || cp -a "$VM_TREE" "$VM_DIR/payload/tree"
	[ "${VM_BUILD_DIR:-}" ] || return 0
	make_package "$VM_BUILD_DIR" "$VM_DIR/payload/package"
	if [ "${VM_PACKAGE:-}" ]; then
		cp -r "$vm_home/../../README.md" "$vm_image/packages" "$VM_DIR/payload/package/"
		return
	fi
	vm_install_package "$VM_DIR/payload/package"/pvmoved_*.deb
	rm -r "$VM_DIR/payload/package"
	DESTDIR=$VM_DIR/payload/tree cmake --install "$VM_BUILD_DIR" --prefix /usr --strip --component tests \
		>"$log" 2>&1 || { cat "$log"; die "cannot install the tests' programs from $VM_BUILD_DIR"; }
}

# The machines that want the same package wait for the first of them.
vm_install_package() {
	local folder name

	folder=$(cache_dir)/vm/installed
	name=$(basename "$vm_image")-$(sha256sum <"$1" | cut -c1-16)
	mkdir -p "$folder"
	exec 9>"$folder/$(basename "$vm_image").lock"
	flock 9
	[ -e "$folder/$name.qcow2" ] || vm_boot_to_install "$folder/$name.qcow2"
	vm_root=$folder/$name.qcow2
	touch "$vm_root"
	exec 9>&-
}

vm_boot_to_install() {
	local final=$1 shown=$vm_quiet attempt

	say "installing the package in a machine (once for each build)"
	vm_quiet=1
	for attempt in first last; do
		vm_new_root
		vm_boot script "$vm_home/guest/install"
		vm_finish 150
		[ "$vm_failures" != 0 ] || break
		# All other machines wait for this one. One boot of some 65 seems to have hung before its script
		# began (by its times; nothing else of it is known). What dpkg has said anything about is not
		# tried again.
		if [ "$attempt" = last ] || [ -s "$vm_tap" ]; then
			cat "$vm_tap"
			die "the package cannot be installed"
		fi
		say "the machine has not got as far as the package: once more"
		vm_failures=0
	done
	vm_quiet=$shown vm_boots=0
	rm "$VM_DIR"/tap.*.log "$VM_DIR"/console.*.log
	# Those of builds that are gone.
	find "$(dirname "$final")" -name '*.qcow2' -mtime +0 -delete
	mv "$VM_DIR/root.qcow2" "$final.$$"
	mv "$final.$$" "$final"
}
