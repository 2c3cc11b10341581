# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What is refused: a typed error, one clear sentence, nothing changed, and the daemon goes on.
#vm disk pv0 128M
#vm disk pv1 128M
#vm disk pv2 128M
#vm disk pv3 128M
#vm timeout 1260
. guest/lib.sh

rpc=/run/payload/guest/rpc.py

# refused STATUS SAYS ARGUMENT...: pvmovectl start with these ends with STATUS, prints one line that
# says SAYS, and touches nothing.
refused() {
	local status=$1 says=$2 before
	shift 2

	before=$(vgs --noheadings -o vg_name,vg_seqno)
	fails_with "$status" pvmovectl start "$@"
	said "$says"
	[ "$(wc -l <"$work/said")" = 1 ] || fail 'that is not one line'
	[ "$(vgs --noheadings -o vg_name,vg_seqno)" = "$before" ] || fail 'metadata was touched'
	daemon_answers || fail 'the daemon answers no more'
}

bad_names() {
	mkvg vg 0 1
	mkvg other 2
	mklv vg/lv 8M 0
	pvcreate -qq -y "$(pv 3)"
	daemon_start
	refused 1 'not a PV' /dev/does-not-exist "$(pv 1)"
	refused 1 'not a PV' /dev/nvme0n1 "$(pv 1)"
	refused 1 'in no VG' "$(pv 3)" "$(pv 1)"
	refused 1 'no LV absent in VG vg' -n absent "$(pv 0)" "$(pv 1)"
	refused 1 'no LV' -n other/lv "$(pv 0)" "$(pv 1)"
	refused 1 'both source and destination' "$(pv 0)" "$(pv 0)"
	refused 1 'another VG \(other\)' "$(pv 0)" "$(pv 2)"
	refused 1 'in no VG' "$(pv 0)" "$(pv 3)"
	refused 1 'has no extents' "$(pv 0):100-900" "$(pv 1)"
	is_on vg/lv 0
	nothing_left vg
}

unsupported_types() {
	mkvg vg 0 1
	lvcreate -qq -y --type thin-pool -L 32M -n pool vg "$(pv 0)"
	lvcreate -qq -y -V 16M -n thin --thinpool pool vg
	daemon_start
	refused 1 'part of another LV' "$(pv 0)" "$(pv 1)"
	lvremove -qq -y vg/pool
	lvcreate -qq -y --type raid1 -m 1 -L 16M -n mirrored vg
	refused 1 'part of another LV' "$(pv 0)" "$(pv 1)"
}

unusable_vgs() {
	mkvg vg 0 1
	mklv vg/lv 8M 0
	vgchange -qq -an vg
	vgexport -qq vg
	daemon_start
	refused 1 'is exported' "$(pv 0)" "$(pv 1)"
	vgimport -qq vg
	vgchange -qq -y --systemid someone-else --config 'local{extra_system_ids=["someone-else"]}' vg
	refused 1 'system ID' "$(pv 0)" "$(pv 1)"
}

bad_usage() {
	daemon_start
	fails_with 2 pvmovectl
	fails_with 2 pvmovectl no-such-command
	fails_with 2 pvmovectl start
	fails_with 2 pvmovectl start --no-such-option /dev/vda
	fails_with 2 pvmovectl abort not-a-number
	fails_with 3 pvmovectl abort 99
	said 'no move 99'
	fails_with 3 pvmovectl wait 99
	fails_with 3 pvmovectl status 99
	fails_with 0 pvmovectl --help
	said 'start'
	daemon_stop
	fails_with 4 pvmovectl status
	fails_with 2 pvmoved --no-such-option
}

# as GROUP COMMAND...: nobody, with that group besides his own.
as() {
	local group=$1
	shift

	setpriv --reuid=nobody --regid=nogroup --groups="$group" "$@"
}

not_root() {
	mkvg vg 0 1
	mklv vg/lv 8M 0
	daemon_start
	getent group pvmoved >/dev/null || fail 'there is no group pvmoved'
	fails_with 0 as pvmoved pvmovectl status
	fails_with 5 as pvmoved pvmovectl start "$(pv 0)" "$(pv 1)"
	fails_with 5 as pvmoved pvmovectl abort 1
	fails_with 5 as nogroup pvmovectl status
	fails_with 5 as nogroup pvmovectl start "$(pv 0)" "$(pv 1)"
	is_on vg/lv 0
	nothing_left vg
}

bad_messages() {
	daemon_start
	python3 $rpc "$socket"
	daemon_answers || fail 'the daemon answers no more'
}

# The state folder after one finished move.
used_state() {
	mkvg vg 0 1
	mklv vg/lv 8M 0
	daemon_start
	pvmovectl start --wait "$(pv 0)" "$(pv 1)"
	daemon_stop
}

damaged_journal() {
	local journal=$state_dir/journal size before

	used_state
	size=$(stat -c %s "$journal")
	# A bit in the midst: good records follow.
	python3 - "$journal" $((size / 3)) <<-'EOF'
		import sys
		with open(sys.argv[1], 'r+b') as f:
		    f.seek(int(sys.argv[2]))
		    byte = f.read(1)[0]
		    f.seek(int(sys.argv[2]))
		    f.write(bytes([byte ^ 0x10]))
	EOF
	before=$(sha256sum "$journal")
	fails_with 4 timeout 20 pvmoved --foreground --state-dir "$state_dir" --socket "$socket"
	said "$journal"
	[ "$(sha256sum "$journal")" = "$before" ] || fail 'the journal was changed'
}

torn_journal() {
	local journal=$state_dir/journal

	used_state
	truncate -s -3 "$journal"
	daemon_start
	pvmovectl status >/dev/null
	daemon_stop
}

second_daemon() {
	daemon_start
	fails_with 3 timeout 20 pvmoved --foreground --state-dir "$state_dir" --socket /run/other.socket
	daemon_answers || fail 'the first daemon answers no more'
	fails_with 3 timeout 20 pvmoved --foreground --state-dir /run/other-state --socket "$socket"
	daemon_answers || fail 'the first daemon answers no more'
	daemon_stop
	# A killed one leaves its socket and its lock file behind.
	daemon_start
	daemon_kill
	daemon_start
}

# with_lvm_setting SETTINGS COMMAND...: with these in the section "devices" of LVM's local configuration.
with_lvm_setting() {
	local conf=/etc/lvm/lvmlocal.conf status=0
	printf 'devices { %s }\n' "$1" >$conf
	shift

	"$@" || status=$?
	rm -r $conf /etc/lvm/devices 2>/dev/null || true
	return $status
}

hidden_by_the_devices_file() {
	mkdir /etc/lvm/devices
	printf 'VERSION=1.1.1\nIDTYPE=devname IDNAME=%s DEVNAME=%s PVID=%s\n' "$1" "$1" "$2" \
		>/etc/lvm/devices/system.devices
	refused 1 "devices file /etc/lvm/devices/system.devices, and \"lvmdevices --adddev $3\"" "$1" "$3"
}

# without_module NAME COMMAND...: with a kernel that cannot find that module.
without_module() {
	local name=$1 file status=0
	shift

	modprobe -r "$name"
	file=$(modinfo -n "$name")
	mv "$file" "$file.away"
	"$@" || status=$?
	mv "$file.away" "$file"
	return $status
}

doomed() {
	local pvid

	mkvg vg 0 1
	mklv vg/lv 8M 0
	pvid=$(pvs --noheadings -o pv_uuid "$(pv 0)" | tr -d ' -')
	daemon_start
	blockdev --setro "$(pv 1)"
	refused 1 "is read-only; make it writable with \"blockdev --setrw" "$(pv 0)" "$(pv 1)"
	refused 1 'not enough free extents' "$(pv 0)"
	blockdev --setrw "$(pv 1)"
	without_module dm_mirror refused 1 'no device-mapper target "mirror"' "$(pv 0)" "$(pv 1)"
	with_lvm_setting 'use_devicesfile = 1' hidden_by_the_devices_file \
		"$(readlink -f "$(pv 0)")" "$pvid" "$(readlink -f "$(pv 1)")"
	# None of it is remembered, and the kernel loads the module by itself.
	pvmovectl start --dry-run "$(pv 0)" "$(pv 1)"
	[ -d /sys/module/dm_mirror ] || fail 'dm_mirror was not loaded'
	nothing_left vg
}

# warned CODES ARGUMENT...: a dry run with these warns of just the codes, in that order.
warned() {
	local codes=$1 said
	shift

	pvmovectl start --dry-run --json "$@" >"$work/plan"
	said=$(python3 -c 'import json, sys; print(*(w["code"] for w in json.load(sys.stdin)["warnings"]))' <"$work/plan")
	[ "$said" = "$codes" ] || fail "it warns of '$said', not of '$codes'"
}

# How many discards the disk of PV n has got.
discards() {
	awk '{print $12}' "/sys/class/block/$(basename "$(readlink -f "$(pv "$1")")")/stat"
}

no_discards_but_by_hand() {
	local before

	warned issue_discards "$(pv 0)" "$(pv 1)"
	before=$(discards 0)
	pvmovectl start --wait "$(pv 0)" "$(pv 1)" >"$work/out" 2>"$work/err"
	grep -q 'pvmovectl: warning: LVM is told to discard' "$work/err" || fail 'the start does not warn'
	grep -q 'move 1: LVM is told to discard' "$work/daemon.log" || fail 'the log does not warn'
	[ "$(discards 0)" = "$before" ] || fail 'the move discards what it frees: the warning is wrong'
	lvcreate -qq -y -Wn -Zn -l 100%PVS -n trim vg "$(pv 0)"
	lvremove -qq -y vg/trim
	[ "$(discards 0)" -gt "$before" ] || fail 'what the warning advises discards nothing'
}

worth_knowing() {
	local large

	modprobe scsi_debug dev_size_mb=64 physblk_exp=3
	wait_until 60 'the disk with large blocks is there' test -b /dev/sda
	large=/dev/sda
	mkvg vg 0 1 2 3
	vgextend -qq vg $large
	mklv vg/lv 16M 0
	daemon_start
	warned '' "$(pv 0)" "$(pv 1)"
	warned physical_blocks "$(pv 0)" $large
	vgreduce -qq vg $large
	blockdev --setro "$(pv 3)"
	warned pv_read_only "$(pv 0)" "$(pv 1)"
	blockdev --setrw "$(pv 3)"
	with_lvm_setting 'issue_discards = 1' no_discards_but_by_hand
	nothing_left vg
	modprobe -r scsi_debug
}

run_case 'names that are wrong are refused' bad_names
run_case 'LVs of types that cannot be moved are named' unsupported_types
run_case 'exported and foreign VGs are refused' unusable_vgs
run_case 'bad usage has its exit statuses' bad_usage
run_case 'only root may move, and only the group may look' not_root
run_case 'malformed, oversized and unknown messages get typed errors' bad_messages
run_case 'a damaged journal stops the daemon and is kept' damaged_journal
run_case 'a journal that was torn at its end is read up to there' torn_journal
run_case 'a second daemon is refused' second_daemon
run_case 'what could not end well is refused before it begins' doomed
run_case 'what is worth knowing first is said in a dry run and at the start' worth_knowing
end_cases
