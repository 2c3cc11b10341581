# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Building, from a machine that may have nothing for it yet.

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

need_build_tools() {
	need_packages cmake:cmake ninja:ninja-build gcc:gcc /usr/include/stdio.h:libc6-dev \
		pkg-config:pkg-config /usr/include/libdevmapper.h:libdevmapper-dev \
		/usr/include/event2/event.h:libevent-dev /usr/include/json-c/json.h:libjson-c-dev \
		/usr/include/systemd/sd-daemon.h:libsystemd-dev /usr/include/ini.h:libinih-dev "$@"
}

need_test_tools() {
	need_packages ansible-playbook:ansible-core
	need_build_tools /usr/include/cmocka.h:libcmocka-dev python3:python3 systemd-analyze:systemd \
		clang-format:clang-format clang-tidy:clang-tidy cppcheck:cppcheck shellcheck:shellcheck \
		tmux:tmux script:bsdutils zsh:zsh fish:fish \
		/usr/lib/python3/dist-packages/jsonschema/__init__.py:python3-jsonschema
}

# libFuzzer comes with clang's runtime.
need_fuzz_tools() {
	need_packages clang-14:clang-14 \
		/usr/lib/llvm-14/lib/clang/14.0.6/lib/linux/libclang_rt.fuzzer-x86_64.a:libclang-rt-14-dev
}

need_vm_tools() {
	need_packages qemu-system-x86_64:qemu-system-x86 qemu-img:qemu-utils mmdebstrap:mmdebstrap \
		mke2fs:e2fsprogs sfdisk:fdisk lintian:lintian rpmbuild:rpm rpmlint:rpmlint \
		dpkg-shlibdeps:dpkg-dev file:file
}

# build PRESET [CMAKE-OPTION...]: says nothing unless it fails.
build() {
	local preset=$1 log
	shift

	say "building ($preset)"
	log=$(mktemp)
	if ! (cd "$repo" && cmake --preset "$preset" "$@" && cmake --build "build/$preset") >"$log" 2>&1; then
		cat "$log" >&2
		rm -f "$log"
		return 1
	fi
	rm -f "$log"
}
