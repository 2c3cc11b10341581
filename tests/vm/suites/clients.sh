# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Clients that others have written: systemd's varlinkctl, and the Varlink project's Python client.
#vm disk pv0 160M
#vm disk pv1 160M
#vm timeout 500
#vm debian trixie
#vm trixie
. guest/lib.sh

socket=/run/pvmoved/org.pvmoved
definition=/usr/share/varlink/org.pvmoved.varlink

an_lv_and_a_daemon() {
	mkvg vg 0 1
	mklv_in_segments vg/lv 64 0 3
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 8
	daemon_start
}

all_is_moved() {
	source_is_empty "$(pv 0)"
	fixed_files_are_whole /mnt/lv
	nothing_left vg
	umount /mnt/lv
	fsck_is_clean vg/lv
}

by_varlinkctl() {
	local interface

	an_lv_and_a_daemon
	fails_with 0 varlinkctl info $socket
	said 'Interfaces: *org.pvmoved'
	for interface in org.pvmoved org.varlink.service; do
		varlinkctl introspect $socket $interface >"$work/introspected"
		varlinkctl validate-idl "$work/introspected"
	done
	varlinkctl validate-idl $definition
	fails_with 0 varlinkctl call $socket org.pvmoved.GetInfo '{}'
	said '"version"'
	fails_with 1 varlinkctl call $socket org.pvmoved.Abort '{"id":9}'
	said 'org.pvmoved.NoSuchMove'
	fails_with 1 varlinkctl call $socket org.pvmoved.Abort '{"id":"nine"}'
	said 'org.varlink.service.InvalidParameter'
	fails_with 1 varlinkctl call $socket org.pvmoved.Fly '{}'
	said 'org.varlink.service.MethodNotFound'
	throttle 5
	varlinkctl call $socket org.pvmoved.Start "{\"request\":{\"source\":{\"device\":\"$(pv 0)\"}}}"
	varlinkctl call --oneway $socket org.pvmoved.Pause '{"id":1}'
	wait_until 60 'the move is paused' move_is_paused
	varlinkctl call $socket org.pvmoved.Resume '{"id":1}'
	throttle_off
	# The stream of one move ends with it.
	varlinkctl call --more --json=short $socket org.pvmoved.List '{"id":1}' >"$work/stream"
	[ "$(grep -c '"state":"running"' "$work/stream")" -gt 0 ] || fail 'the stream has shown no running move'
	tail -n 1 "$work/stream" | grep -q '"state":"done"' || fail 'the stream has not ended with the move'
	all_is_moved
}

move_is_paused() {
	[ "$(move_field 1 state)" = paused ]
}

by_python() {
	an_lv_and_a_daemon
	throttle 5
	python3 guest/varlink_client.py "$(pv 0)" "$(pv 1)"
	all_is_moved
}

# json_is DEFINITION COMMAND...: notes what it prints as something that has to be that by the installed
# schema; its status is ours.
json_is() {
	local definition=$1 status=0
	shift

	"$@" --json >"$work/printed" || status=$?
	sed "s/^/$definition /" "$work/printed" >>"$work/lines"
	return $status
}

every_command() {
	an_lv_and_a_daemon
	json_is info pvmovectl info
	json_is plan pvmovectl start --dry-run "$(pv 0)" "$(pv 1)"
	json_is limit_all pvmovectl limit --all 500m
	throttle 5
	json_is start pvmovectl start --limit 100m "$(pv 0)" "$(pv 1)"
	fails_with 6 json_is error pvmovectl start "$(pv 0)"
	pvmovectl status --watch --json 1 | sed 's/^/status /' >"$work/watched" &
	json_is wait pvmovectl pause 1
	json_is status pvmovectl status
	json_is wait pvmovectl resume 1
	json_is wait pvmovectl limit 1 none
	throttle_off
	json_is wait pvmovectl wait 1
	wait $!
	json_is status pvmovectl status
	json_is start pvmovectl start "$(pv 0)"
	fails_with 1 json_is error pvmovectl abort 1
	fails_with 3 json_is error pvmovectl wait 9
	[ "$(wc -l <"$work/watched")" -gt 2 ] || fail 'watching has shown no change'
	# One Python for all: it takes seconds to start.
	sort -u "$work/lines" "$work/watched" | python3 guest/schema.py 15
	all_is_moved
}

run_case 'every command prints JSON as its schema has it' every_command
run_case "systemd's varlinkctl reads the interface, and starts, pauses and watches a move" by_varlinkctl
run_case "the Varlink project's Python client does so, too" by_python
end_cases
