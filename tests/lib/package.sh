# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The packages, from a build folder.

# The times of its files: that of its last change, so that one build makes the same package each time.
package_time() {
	date +%s -d "$(sed -n 's/^ -- .*>  //p' "$(dirname "${BASH_SOURCE[0]}")/../../systemd/debian/changelog" | head -n 1)"
}

# make_package BUILD-DIR FOLDER puts pvmoved.deb into the folder.
make_package() {
	need_packages dpkg-shlibdeps:dpkg-dev file:file
	run_cpack "$1" "$2" DEB pvmoved.deb
}

# make_rpm BUILD-DIR FOLDER puts pvmoved.rpm into the folder.
make_rpm() {
	need_packages rpmbuild:rpm file:file
	run_cpack "$1" "$2" RPM pvmoved.rpm
}

run_cpack() {
	local build folder=$2 generator=$3 name=$4 log

	build=$(realpath "$1")
	mkdir -p "$folder"
	log=$folder/cpack.log
	# A place of its own, for others may make one of the same build.
	(cd "$folder" && SOURCE_DATE_EPOCH=$(package_time) \
		cpack --config "$build/CPackConfig.cmake" -G "$generator" -B "$folder/cpack") >"$log" 2>&1 ||
		{ cat "$log" >&2; die "cannot make a package of $build"; }
	mv "$folder"/cpack/pvmoved[_-]*."${name##*.}" "$folder/$name"
	rm -rf "$folder/cpack" "$log"
}
