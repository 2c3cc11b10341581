# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Clients that others have written: systemd's varlinkctl, and the Varlink project's Python client.
#vm disk pv0 160M
#vm disk pv1 160M
#vm timeout 400
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

run_case "systemd's varlinkctl reads the interface, and starts, pauses and watches a move" by_varlinkctl
run_case "the Varlink project's Python client does so, too" by_python
end_cases
