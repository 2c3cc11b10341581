# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The packages, from a build folder.

# The times of its files: that of its last change, so that one build makes the same package each time.
package_time() {
	date +%s -d "$(sed -n 's/^ -- .*>  //p' "$(dirname "${BASH_SOURCE[0]}")/../../systemd/debian/changelog" | head -n 1)"
}

# make_package BUILD-DIR FOLDER puts pvmoved_VERSION_ARCHITECTURE.deb into the folder. One is kept in the build
# folder for as long as what goes into it is the same: each machine asks for it.
make_package() {
	local kept key lock

	need_packages dpkg-shlibdeps:dpkg-dev file:file
	kept=$(realpath "$1")/kept-package
	key=$(package_key "$1")
	mkdir -p "$kept" "$2"
	exec {lock}>"$kept/lock"
	flock "$lock"
	if [ "$(cat "$kept/key" 2>/dev/null)" != "$key" ]; then
		rm -f "$kept/key" "$kept"/*.deb
		run_cpack "$1" "$kept" DEB
		echo "$key" >"$kept/key"
	fi
	cp "$kept"/*.deb "$2/"
	exec {lock}>&-
}

# Of what is installed, and of all that decides how it is packed.
package_key() {
	local tree recipe

	recipe=$(dirname "${BASH_SOURCE[0]}")/../../systemd
	tree=$(mktemp -d)
	DESTDIR=$tree cmake --install "$1" --prefix /usr >/dev/null
	{
		find "$tree" -type f -printf '%M %P ' -exec sha256sum -z {} +
		cat "$1/CPackConfig.cmake" "$1"/scripts/debian/* "$recipe"/debian/* "$recipe/stage.cmake"
	} | sed -z "s,$tree,," | sha256sum
	rm -rf "$tree"
}

# make_rpm BUILD-DIR FOLDER puts pvmoved-VERSION.ARCHITECTURE.rpm into the folder.
make_rpm() {
	need_packages rpmbuild:rpm file:file
	run_cpack "$1" "$2" RPM
}

run_cpack() {
	local build folder=$2 generator=$3 log

	build=$(realpath "$1")
	mkdir -p "$folder"
	log=$folder/cpack.log
	# A place of its own, for others may make one of the same build.
	(cd "$folder" && SOURCE_DATE_EPOCH=$(package_time) \
		cpack --config "$build/CPackConfig.cmake" -G "$generator" -B "$folder/cpack") >"$log" 2>&1 ||
		{ cat "$log" >&2; die "cannot make a package of $build"; }
	mv "$folder/cpack"/pvmoved[_-]*."${generator,,}" "$folder/"
	rm -rf "$folder/cpack" "$log"
}
