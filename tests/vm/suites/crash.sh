# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The daemon dies at every place where it can be made to, under a writer that verifies what it reads.
# Each plot is one move: a daemon dies before a step; the next one goes on, and dies after that step;
# a third one, the real program, finishes. The list of places is the daemon's own, and one that no
# plot comes to is an error.
#
# With "all" as second argument (tests/vm/run --timeout 7200 tests/vm/suites/crash.sh "" all) each
# place has plots of its own besides: to die there once, to die there twice, and to fail there; and a
# move is made by daemons that die after every single step.
#vm disk pv0 96M
#vm disk pv1 96M
#vm disk pv2 96M
#vm timeout 1500
#vm brief 'any step of a move'
. guest/lib.sh

extent=${2:-each}
# Outlives the cases: one line for each thing that was done.
deeds=/root/deeds
: >"$deeds"
# Places that nothing here comes to, each with its reason.
declare -A unreachable=(
	[put-back:after]='it is done as one of detach-LV, remove-leg and release, and is over as these are'
)

# ---- what there is -------------------------------------------------------------------------------

# A VG on PVs 0, 1 and 2, of which the last takes no data but in its first extent. vg/lv lies in
# two segments, mounted, with files that do not change and a writer; vg/idle is inactive.
stage() {
	broken_pv
	mkvg vg 0 1
	vgextend -qq vg /dev/mapper/broken
	mklv vg/lv 12M 0:0-5 0:8-13
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 4
	mklv vg/idle 4M 0:20-23
	head -c 4M /dev/urandom | tee "$work/idle" >/dev/vg/idle
	lvchange -qq -an vg/idle
	writer_start /mnt/lv 2 50
	home=0
	idle_home=$(pv 0)
}

# Begins 1 MiB into the disk, so that LVM does not see the disk as a second PV like it. LVM looks for
# foreign signatures at its end.
broken_pv() {
	local disk size

	disk=$(pv 2)
	size=$(($(blockdev --getsz "$disk") - 2048))
	dmsetup create broken --table "0 $size linear $disk 2048"
	# What an earlier case has left, if it failed.
	wipefs -qaf /dev/mapper/broken
	pvcreate -qq -y /dev/mapper/broken
	dmsetup load broken <<-TABLE
		0 4096 linear $disk 2048
		4096 $((size - 8192)) error
		$((size - 4096)) 4096 linear $disk $((size - 2048))
	TABLE
	dmsetup resume broken
}

strike() {
	local written

	written=$(writer_stop /mnt/lv | grep -oE 'wrote [0-9]+')
	echo "written ${written#* }" >>"$deeds"
	nothing_left vg
	umount /mnt/lv
	fsck_is_clean vg/lv
	lvchange -qq -ay vg/idle
	cmp /dev/vg/idle "$work/idle" || fail 'the inactive LV has changed'
	vgremove -qq -ff -y vg
	dmsetup remove --retry broken
}

# At the end of every plot: vg/lv is on that PV, as LVM would have it; vg/idle is inactive; nothing is
# left. (nothing_left, which asks LVM for more, comes once for all plots.)
all_is_well() {
	local text=$work/metadata places

	writer_is_well /mnt/lv
	fixed_files_are_whole /mnt/lv
	places=$(dmsetup table vg-lv | cut -d' ' -f4 | sort -u)
	[ "$places" = "$(lsblk -dno MAJ:MIN "$(pv "$1")" | tr -d ' ')" ] ||
		fail "vg/lv is not on pv$1: $(dmsetup table vg-lv)"
	! dmsetup info -c --noheadings -o name,uuid | grep -E -- '-pvmoved|^vg-idle:' || fail 'a device is left'
	vgcfgbackup -qq -f "$text" vg
	! sed -n '/^vg {/,$p' "$text" | grep -E 'LOCKED|pvmoved' || fail 'something is left in the metadata'
}

# ---- daemons that die ----------------------------------------------------------------------------

# One plot, from nothing to its end. $1 says what the daemons' fates are, one word for each, as
# POINT=kill or POINT=fail@1; what is asked for is done by ask_PLOT, once, and the plot is ended
# and checked by end_PLOT, by a daemon that nothing happens to.
play() {
	local plot=$1 fate first=1
	shift

	echo "-- $plot: $*"
	rm -rf "$state_dir"
	"before_$plot"
	for fate in "$@"; do
		daemon_launch_failing "$fate$([ -z "$first" ] || "also_$plot")"
		[ -z "$first" ] || "ask_$plot"
		first=
		case $fate in
		*=kill*) daemon_dies "$fate" ;;
		esac
		writer_is_well /mnt/lv
		# Words on purpose.
		# shellcheck disable=SC2086
		printf 'did %s\n' ${fate//,/ } >>"$deeds"
	done
	if [ -e "$work/daemon.pid" ]; then
		"end_$plot"
		check_failures "$fate"
	else
		daemon_start
		"end_$plot"
	fi
	all_is_well "$home"
	daemon_kill
	echo "played $plot" >>"$deeds"
}

# The daemon has come to all that it was to fail at, and has said so.
check_failures() {
	local one

	for one in ${1//,/ }; do
		grep -q "failpoint ${one%%=*}: fail" "$work/daemon.log" || fail "it never came to ${one%%=*}"
	done
}

# The daemon may die before it answers.
try() {
	"$@" || :
}

elsewhere() {
	pv $((1 - home))
}

status_says() {
	pvmovectl status 1 | grep -q "$1"
}

# Until the daemon's journal says that the move has been asked for: it dies later.
ask_for_move() {
	wait_until 60 'the daemon answers' daemon_answers
	: >"$work/daemon.log"
	try pvmovectl start "$@"
	grep -q 'move 1 of' "$work/daemon.log" || fail 'no move has begun'
}

# What happens to the first daemon of a plot besides.
also_move() { :; }
also_inactive() { :; }
also_pause() { :; }
also_broken() { :; }
also_held() { :; }
also_changed() { :; }
also_verify() { :; }

before_move() { :; }
ask_move() {
	ask_for_move -n vg/lv "$(pv "$home")" "$(elsewhere)"
}
end_move() {
	move_ends_as 1 'done'
	home=$((1 - home))
}

before_inactive() { :; }
ask_inactive() {
	ask_for_move -n vg/idle "$idle_home" "$(elsewhere_of_idle)"
}
elsewhere_of_idle() {
	if [ "$idle_home" = "$(pv 0)" ]; then pv 1; else pv 0; fi
}
end_inactive() {
	move_ends_as 1 'done'
	idle_home=$(elsewhere_of_idle)
}

# Paused as soon as the copying begins, however fast it is. (One that is paused before its turn does
# not begin.)
ask_pause() {
	ask_move
	wait_until 60 'the move has begun' grep -q 'queued → ' "$work/daemon.log"
	try pvmovectl pause 1
}
before_pause() { :; }
end_pause() {
	wait_until 60 'the move is paused' status_says 'lv: paused'
	table_uses_leg vg/lv
	pvmovectl resume 1
	end_move
}

# Aborted when all is mirrored, just ahead of the commit, for which there is time as long as the
# destination cannot be flushed.
also_abort() {
	echo ',flush-destination:before=stop@1,flush-destination:before=fail'
}
ask_abort() {
	ask_move
	wait_until 120 'the daemon stands ahead of the commit' daemon_stands
	kill -CONT "$(daemon_pid)"
	try pvmovectl abort 1
}
before_abort() { :; }
end_abort() {
	move_ends_as 1 aborted
}

before_broken() { :; }
ask_broken() {
	ask_for_move -n vg/lv "$(pv "$home")" /dev/mapper/broken
}
end_broken() {
	move_ends_as 1 failed
	status_says 'destination'
}

# Somebody takes the lock off the LV between two daemons, and puts it back later.
before_held() {
	daemon_start
	ask_pause
	wait_until 60 'the move is paused' status_says 'lv: paused'
	daemon_kill
	vgcfgbackup -qq -f "$work/locked" vg
	unlock_lv "$work/locked" >"$work/unlocked"
	! cmp -s "$work/locked" "$work/unlocked" || fail 'the LV was not locked'
	vgcfgrestore -qq --yes -f "$work/unlocked" vg
}
ask_held() { :; }
end_held() {
	wait_until 60 'the move is held' status_says 'lv: held'
	vgcfgrestore -qq --yes -f "$work/locked" vg
	pvmovectl resume 1
	end_move
}

# It is not put right, but aborted.
before_changed() {
	before_held
}
ask_changed() {
	wait_until 60 'the move is held' status_says 'lv: held'
	try pvmovectl abort 1
}
end_changed() {
	move_ends_as 1 aborted
}

before_verify() { :; }
ask_verify() {
	ask_for_move --verify -n vg/lv "$(pv "$home")" "$(elsewhere)"
}
end_verify() {
	end_move
}

# ---- which plot comes to which step --------------------------------------------------------------

steps_of() {
	case $1 in
	move)
		echo enter-reserving reserve enter-arming create-leg attach-LV-to-leg enter-copying \
			redraw-leg enter-committing flush-destination commit enter-switching switch-LV \
			enter-retiring remove-leg release finish enter-done
		;;
	abort) echo enter-undoing clear-leg detach-LV remove-leg release enter-aborted ;;
	pause) echo enter-paused redraw-leg ;;
	inactive) echo activate-LV finish ;;
	broken) echo clear-leg enter-failed ;;
	held) echo enter-held ;;
	changed) echo put-back ;;
	verify) echo enter-verifying verify ;;
	esac
}

# Dies before each step, then after it.
deaths() {
	local plot step

	stage
	for plot in "$@"; do
		for step in $(steps_of "$plot"); do
			die_around "$plot" "$step"
		done
	done
	# The second of a kind: the leg's swap has been done, and it is the LV's turn.
	[ "$1" != move ] || play move switch-LV:before=kill@2 switch-LV:after=kill
	strike
}

die_around() {
	if [ "${unreachable[$2:after]:-}" ]; then
		play "$1" "$2:before=kill"
	else
		play "$1" "$2:before=kill" "$2:after=kill"
	fi
}

# With "all": each place alone.
single_deaths() {
	local plot step

	stage
	for plot in "$@"; do
		for step in $(steps_of "$plot"); do
			deaths_of_one "$plot" "$step:before"
			[ "${unreachable[$step:after]:-}" ] || deaths_of_one "$plot" "$step:after"
		done
	done
	strike
}

# To die there once; twice, where the next daemon comes to it again; and to fail there.
deaths_of_one() {
	play "$1" "$2=kill"
	case $2 in
	*:after) ;;
	*) play "$1" "$2=kill" "$2=kill" ;;
	esac
	play "$1" "$2=fail@1"
}

# Dies after every single step, so that no daemon takes more than one.
one_step_in_a_life() {
	local points life

	stage
	points=$(list_failpoints | sed -n 's/:after$/:after=kill/p' | paste -sd,)
	rm -rf "$state_dir"
	for life in {1..60}; do
		daemon_launch_failing "$points"
		[ "$life" != 1 ] || ask_move
		daemon_dies 'its next step'
		echo 'did any:after=kill' >>"$deeds"
		! grep -aq '"done"' "$state_dir/journal" || break
	done
	echo "it took $life daemons"
	daemon_start
	end_move
	all_is_well "$home"
	daemon_kill
	echo 'played move' >>"$deeds"
	strike
}

# Each action fails once: before it, it is not begun; after it, it was done, and is reported as failed.
# Five failures in a row without a success are too many: every second action for the latter.
failures() {
	stage
	play move "$(failing before 1 move)"
	play move "$(failing after 2 move)"
	play move "$(failing after 2 move 1)"
	play abort "$(failing before 1 abort)"
	play inactive "$(failing before 1 inactive)"
	strike
}

# failing SIDE EACH PLOT [FIRST]: a list of failpoints, of each EACHth action of the plot. A record is
# tried again after 10 s only: with "all".
failing() {
	local side=$1 each=$2 n=${4:-0} step points=

	for step in $(steps_of "$3"); do
		case $step in
		enter-*) ;;
		*) [ $((n++ % each)) != 0 ] || points+=,$step:$side=fail@1 ;;
		esac
	done
	echo "${points#,}"
}

none_is_forgotten() {
	local point

	list_failpoints >"$work/points"
	[ -s "$work/points" ]
	while read -r point; do
		grep -q "^did $point=kill" "$deeds" || [ "${unreachable[$point]:-}" ] ||
			fail "no plot dies at $point: give it one, or say in \"unreachable\" why not"
	done <"$work/points"
}

list_failpoints() {
	/usr/lib/pvmoved-tests/pvmoved --list-failpoints
}

count() {
	grep -cE "$1" "$deeds" || :
}

deaths_in_a_move() { deaths move; }
deaths_in_others() { deaths abort pause inactive broken held changed verify; }
every_one_in_a_move() { single_deaths move; }
every_one_in_others() { single_deaths abort pause inactive broken held changed verify; }

run_case 'a daemon dies at any step of a move, and the next one finishes it' deaths_in_a_move 900
run_case 'or of one that is aborted, paused, held, verified, fails, or is of an inactive LV' deaths_in_others 900
run_case 'an action that fails, before or after it is done, is tried again' failures 600
if [ "$extent" = all ]; then
	run_case 'daemons that die after every single step get it done together' one_step_in_a_life 600
	run_case 'each place of a move alone: to die there, once or twice, and to fail' every_one_in_a_move 3600
	run_case 'and of the others' every_one_in_others 3600
fi
[ "$case_filter" ] || run_case 'no place is forgotten' none_is_forgotten
echo "# crash: $(count ^played) moves, $(count '=kill') deaths at $(grep -oE '^did [^=]*' "$deeds" | sort -u |
	grep -vc any) places, $(count '=fail') failures, $(awk '$1 == "written" { n += $2 } END { print n + 0 }' "$deeds") blocks written and verified, nothing lost"
end_cases
