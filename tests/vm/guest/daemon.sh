# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The program under test: the daemon as run by hand, and what the client says of its moves.

state_dir=/var/lib/pvmoved
socket=/run/pvmoved/org.pvmoved
daemon_program=pvmoved

# daemon_start [OPTION...] returns when the daemon answers. Its words go to $work/daemon.log, of all
# its lives.
daemon_start() {
	daemon_launch "$@"
	wait_until 60 "the daemon answers" daemon_answers
}

# The same without waiting for its answer.
daemon_launch() {
	mkdir -p "$(dirname "$socket")"
	# A session of its own: the deadline of a case must not kill an executor in mid-swap.
	setsid "$daemon_program" --foreground --state-dir "$state_dir" --socket "$socket" "$@" </dev/null \
		>>"$work/daemon.log" 2>&1 &
	echo $! >"$work/daemon.pid"
}

# daemon_start_failing FAILPOINTS [OPTION...]: the daemon that has failpoints, with these set; see
# daemon/move/failpoint.h. It may be dead or stopped any time from now on; not so before it answers.
daemon_start_failing() {
	local points=$1
	shift

	daemon_program=/usr/lib/pvmoved-tests/pvmoved PVMOVED_FAILPOINTS=$points daemon_start "$@"
}

no_executor() {
	! pgrep -x pvmoved-dm >/dev/null
}

daemon_is_stopped() {
	grep -q '^State:.*stopped' "/proc/$(daemon_pid)/status"
}

# daemon_launch_failing FAILPOINTS [OPTION...]: the same without waiting for its answer, for points
# that it comes to by itself.
daemon_launch_failing() {
	local points=$1
	shift

	daemon_program=/usr/lib/pvmoved-tests/pvmoved PVMOVED_FAILPOINTS=$points daemon_launch "$@"
}

# daemon_dies POINT: waits until the daemon has died there.
daemon_dies() {
	local pid status=0

	pid=$(daemon_pid)
	wait_until 60 "the daemon dies at $1" has_ended "$pid"
	wait "$pid" || status=$?
	rm "$work/daemon.pid"
	[ "$status" = 137 ] || fail "the daemon was to die at $1, and ended with status $status"
}

# It has stopped, by a failpoint.
daemon_stands() {
	local stat

	stat=$(<"/proc/$(daemon_pid)/stat") || fail "the daemon has ended: $(tail -n 5 "$work/daemon.log")"
	[[ $stat == *') T '* ]]
}

daemon_pid() {
	cat "$work/daemon.pid"
}

daemon_answers() {
	kill -0 "$(daemon_pid)" 2>/dev/null || fail "the daemon has ended: $(tail -n 5 "$work/daemon.log")"
	pvmovectl status >/dev/null 2>&1
}

# daemon_stop: with SIGTERM; it takes a moment, and waits for no copy.
daemon_stop() {
	local pid started_ms status=0 took_ms

	pid=$(daemon_pid)
	started_ms=$(date +%s%3N)
	kill -TERM "$pid"
	wait "$pid" || status=$?
	took_ms=$(($(date +%s%3N) - started_ms))
	rm "$work/daemon.pid"
	[ "$status" = 0 ] || fail "the daemon ended with status $status on SIGTERM"
	[ "$took_ms" -lt 10000 ] || fail "the daemon took $took_ms ms to end on SIGTERM"
}

daemon_kill() {
	local pid

	pid=$(daemon_pid)
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null || :
	rm "$work/daemon.pid"
}

# Of a build with sanitizers. Leaks are looked for at an orderly end only, so it gets one.
daemon_end_sanitized() {
	[ -e "$work/daemon.pid" ] && grep -q libasan "/proc/$(daemon_pid)/maps" 2>/dev/null || return 0
	kill -TERM "$(daemon_pid)"
	timeout 60 tail -s 0.1 --pid="$(daemon_pid)" -f /dev/null
	rm "$work/daemon.pid"
}

# What AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer have found, in the daemon, its
# executors or the client, is a failure whatever else came of the case.
sanitizers_are_content() {
	local found words='ERROR: (Address|Leak)Sanitizer|runtime error:|AddressSanitizer:DEADLYSIGNAL'

	found=$(
		grep -sahE "$words" "$work"/*.log
		[ ! -d /run/systemd/system ] || journalctl --no-pager -q -u pvmoved.service -g "$words" -o cat
	)
	[ -z "$found" ] || { echo "FAILED: a sanitizer complains: $found"; return 1; }
}

# The daemon only: its executors leave by themselves, and one that is killed in a swap wedges the
# device until the next boot.
daemon_kill_all() {
	local round

	[ ! -e "$work/daemon.pid" ] || kill -KILL "$(daemon_pid)"
	for round in {1..50}; do
		pgrep -x pvmoved >/dev/null || return 0
		sleep 0.1
	done
	echo "executors are still there $((round / 10)) s after their daemon:"
	ps -C pvmoved -o pid,stat,wchan:32,args
	pkill -KILL -x pvmoved
}

# move_field ID FIELD: of status --json; fails when there is no such move.
move_field() {
	pvmovectl status --json | python3 -c '
import json, sys
for move in json.load(sys.stdin)["moves"]:
	if move["id"] == int(sys.argv[1]):
		value = move[sys.argv[2]]
		print("null" if value is None else value)
		sys.exit()
sys.exit(1)' "$1" "$2"
}

# The id of the move that was started last.
last_move() {
	pvmovectl status --json |
		python3 -c 'import json, sys; print(max(m["id"] for m in json.load(sys.stdin)["moves"]))'
}

# start_move ARGUMENT... starts a move and sets $move to its id.
start_move() {
	pvmovectl start "$@"
	move=$(last_move)
}

# wait_mid_copy ID: until the kernel has copied some of it; fails when all is copied already, for
# then the case does not test what it says.
wait_mid_copy() {
	wait_until 60 "move $1 is copying" move_is_copying "$1"
}

move_is_copying() {
	local state copied total

	state=$(move_field "$1" state)
	case $state in
	queued) return 1 ;;
	running) ;;
	*) fail "move $1 is $state: too late to be caught in mid-copy" ;;
	esac
	copied=$(move_field "$1" copied_bytes)
	total=$(move_field "$1" total_bytes)
	[ "$copied" != null ] && [ "$total" != null ] || return 1
	[ "$copied" -lt "$total" ] || fail "move $1 has copied all: too late to be caught in mid-copy"
	[ "$copied" -gt 0 ]
}

# move_ends_as ID STATE
move_ends_as() {
	local status=0 state

	pvmovectl wait "$1" || status=$?
	state=$(move_field "$1" state)
	[ "$state" = "$2" ] || fail "move $1 ended as $state, not $2"
	case $2 in
	done) [ "$status" = 0 ] ;;
	*) [ "$status" = 7 ] ;;
	esac || fail "pvmovectl wait $1 ended with status $status for a move that is $2"
}

# step_of PAGE STEP prints a block of commands of the documentation: what is between ```sh STEP and ```.
step_of() {
	sed -n "/^\`\`\`sh $2\$/,/^\`\`\`\$/{/^\`\`\`/!p}" "$1" | grep . || fail "there is no step $2 in $1"
}

# by_hand STEP...: runs these blocks of docs/recovery.md.
by_hand() {
	local step

	for step in "$@"; do
		step_of /usr/share/doc/pvmoved/recovery.md "$step" | tee "$work/step"
		# It sets variables for the next.
		. "$work/step"
	done
}

# follow PAGE STEP: runs a block as somebody would who types what stands there, says yes when asked, and
# stops at what fails.
follow() {
	step_of "$1" "$2" | tee "$work/step"
	(yes 2>/dev/null || :) | bash -ex "$work/step"
}
