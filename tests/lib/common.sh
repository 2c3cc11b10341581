# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What every script on the host's side shares: words for people, the cache, and prerequisites.

# All go to stderr: stdout of a script is its result.
say() {
	echo "== $*" >&2
}

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

cache_dir() {
	echo "${PVMOVED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pvmoved}"
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

need_debian() {
	[ "$(uname -m)" = x86_64 ] || die "this needs an x86-64 machine; this one is $(uname -m)"
	command -v apt-get >/dev/null ||
		die "this needs Debian 12 (it installs what is missing with apt-get), and there is no apt-get here"
}

need_root() {
	[ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
		die "this installs packages: run it as root, or install sudo"
}

# need_packages THING:PACKAGE... installs the packages whose THING is missing: a command, or a
# file when it begins with a slash. One look, no package manager, when nothing is missing.
need_packages() {
	local entry thing
	local -a missing=()

	for entry in "$@"; do
		have_thing "${entry%%:*}" || missing+=("${entry#*:}")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	need_debian
	need_root
	say "installing ${missing[*]}"
	apt_install "${missing[@]}" || die "apt-get could not install: ${missing[*]}"
	for entry in "$@"; do
		thing=${entry%%:*}
		have_thing "$thing" || die "$thing is still missing after installing ${entry#*:}"
	done
}

have_thing() {
	case $1 in
	/*) [ -e "$1" ] ;;
	*) PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null ;;
	esac
}

apt_install() {
	local log status=0

	log=$(mktemp)
	# Package lists may be old or absent: try with what is there, then with fresh ones.
	apt_get install "$@" >"$log" 2>&1 ||
		{ apt_get update >>"$log" 2>&1 && apt_get install "$@" >>"$log" 2>&1; } ||
		status=$?
	[ "$status" = 0 ] || tail -n 20 "$log" >&2
	rm -f "$log"
	return "$status"
}

apt_get() {
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -y -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 --no-install-recommends "$@"
}
