# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Interference: what an admin may run while a move is under way, and what comes of it. The table says
# it all; docs/interference.md tells it to admins. suites/interfere_*.sh run it, a phase each.
#
# The machine: vg on the PVs 0, 1 and 2. vg/lv is mounted and written to, vg/idle is used by nobody;
# both are moved from 0 to 1, and back the next time. vg/bystander lies on 2. PV 3 is in no VG, PV 4
# is the VG second.

# The phases: in mid-copy; all is equal on both sides, and the daemon is stopped before it changes
# the metadata; the metadata names the destination, and the daemon is stopped before it puts the LV
# there. A row: which LV is moved | the command | what comes of it in each of the phases | what it
# says when it is refused | what puts the machine right again for the next row.
#
#	no	it is refused, status 5; neither the metadata nor a table has changed
#	ok	it is done, the LV goes through the leg as before, and the move ends done
#	off	it is done, and the LV no longer goes through the leg; the move ends done all the same
#	back:R	it is done; the move ends failed for the reason R, the LV on its source
#	wait:R	it is done; the move waits for the reason R, until it is put right; then it ends done
#	-	not tried
#
# A status that differs from that stands behind a sign of equality. What has a plus sign is tried only
# when all is asked for, which takes three times as long:
#	tests/vm/run tests/vm/suites/interfere_copy.sh '' all
interference() {
	cat <<-'EOF2'
		lv   | lvextend -y -l +1 vg/lv                    | no | no | no  | locked | lvreduce -qq -f -y -l -1 vg/lv
		lv   | lvresize -y -l +1 vg/lv                    | no | no | no  | locked | lvreduce -qq -f -y -l -1 vg/lv
		idle | lvreduce -f -y -l -1 vg/idle               | no | no | no  | locked | lvextend -qq -y -l +1 vg/idle $dest
		lv   | lvremove -f vg/lv                          | no | no | no  | locked|in use |
		idle | lvremove -f vg/idle                        | no | no | no  | locked |
		lv   | lvremove -f vg/$reservation                | no | no | no  | locked |
		lv   | lvrename vg/lv vg/other                    | no | no | no  | locked | lvrename -qq vg/other vg/lv
		lv   | lvrename vg/$reservation vg/other          | no | no | no  | internal |
		lv   | vgrename vg renamed                        | off | off | off+ | | vgrename -qq renamed vg
		lv   | lvchange --refresh vg/lv                   | off | off | off+ | |
		idle | lvchange -p r vg/idle                      | off+ | off | off+ | | is_read_only vg/idle && lvchange -qq -p rw vg/idle
		lv   | lvchange -an vg/lv                         | no | no | no  | in use |
		idle | lvchange -an vg/idle                       | off+ | off | off+ | | lvchange -qq -ay vg/idle
		lv   | lvchange -ay vg/lv                         | ok | ok | ok  | |
		lv   | lvchange --addtag mine vg/lv               | ok | ok | ok  | | lvchange -qq --deltag mine vg/lv
		lv   | lvchange --addtag mine vg/bystander        | ok | ok | ok  | | lvchange -qq --deltag mine vg/bystander
		lv   | lvchange -ay -K vg/$reservation            | no | no | no  | not permitted |
		lv   | vgchange -an vg                            | no | no | no  | in use |
		lv   | vgchange -ay vg                            | ok | ok | ok  | |
		lv   | vgchange --addtag mine vg                  | ok | ok | ok  | | vgchange -qq --deltag mine vg
		lv   | vgchange --refresh vg                      | off+ | off+ | off+ | |
		lv   | lvcreate -y -s -l 2 -n snap vg/lv          | no | no | no  | locked | lvremove -qq -f vg/snap
		idle | lvconvert -y --type raid1 -m1 vg/idle $third | no | no | no  | locked | lvconvert -qq -y -m0 vg/idle $third
		idle | lvconvert -y --type thin-pool vg/idle      | no | no | no  | locked | lvremove -qq -ff -y vg/idle; make_idle
		lv   | lvcreate -y -an -Zn -Wn -l 100%FREE -n all vg | ok | ok | ok | | lvremove -qq -f vg/all
		lv   | pvmove -i1 -n lv $source                   | no | no | no  | locked|[Nn]o data |
		lv   | pvmove -i1 $source $third                  | ok | ok | ok  | | pvmove -qq -i1 -n idle $third $source
		lv   | pvmove -i1 $there $third                   | no | no | no  | locked|[Nn]o data | pvmove -qq -i1 -n lv $third $dest
		lv   | vgreduce vg $source                        | no | no | no  | still in use |
		lv   | vgreduce vg $dest                          | no | no | no  | still in use |
		lv   | pvremove $source                           | no | no | no  | is used by VG |
		lv   | pvremove $dest                             | no | no | no  | is used by VG |
		lv   | vgsplit vg new $source                     | no | no | -   | must be inactive |
		lv   | split_off $source                          | -  | -  | wait:vg_absent | | merge_again
		lv   | vgsplit vg new $dest                       | -  | -  | no  | must be inactive |
		lv   | split_off $dest                            | wait:vg_absent+ | wait:vg_absent+ | - | | merge_again
		lv   | vgmerge second vg                          | no | no | no  | active |
		lv   | vgmerge vg second                          | ok | ok | ok  | | vgsplit -qq vg second $fourth
		lv   | vgexport vg                                | no | no | no  | active |
		lv   | vgextend vg $spare                         | ok | ok | ok  | | vgreduce -qq vg $spare
		lv   | pvresize $source                           | ok | ok | ok  | |
		lv   | pvresize $dest                             | ok | ok | ok  | |
		lv   | vgck vg                                    | ok | ok | ok  | |
		lv   | vgck --updatemetadata vg                   | ok | ok | ok  | |
		lv   | vgcfgrestore -y -f $work/old vg            | back:lv_changed+ | back:lv_changed | back:lv_changed+ | | vgcfgrestore -qq -y -f $work/new vg
		lv   | dmsetup remove --noudevsync vg-lv          | no=1 | no=1 | no=1 | busy |
		lv   | dmsetup remove --noudevsync vg-lv-pvmoved  | no=1 | no=1 | no=1 | busy |
		idle | dmsetup remove vg-idle                     | back:table_foreign+ | back:table_foreign | off+ | | lvchange -qq -ay vg/idle
		lv   | dmsetup suspend vg-lv                      | wait:suspended+ | wait:suspended+ | wait:suspended | | dmsetup resume vg-lv
		lv   | dmsetup suspend vg-lv-pvmoved              | wait:suspended+ | wait:suspended+ | wait:suspended+ | | dmsetup resume vg-lv-pvmoved
		lv   | dmsetup load vg-lv --table "$bogus"        | ok | ok | ok  | |
		lv   | dmsetup load vg-lv-pvmoved --table "$bogus" | ok | ok | ok  | |
		lv   | reload vg-lv "$on_source"                  | off+ | off+ | -   | |
		idle | reload vg-idle "$on_source"                | off+ | off+ | wait:table_foreign+ | | reload vg-idle "$on_dest"
		idle | reload vg-idle "$bogus"                    | back:table_foreign+ | back:table_foreign+ | - | | lvchange --refresh vg/idle
		lv   | reload vg-lv-pvmoved "$on_source"          | ok+ | ok+ | -   | |
		idle | reload vg-idle-pvmoved "$on_source"        | -  | -  | wait:table_foreign+ | | reload vg-idle-pvmoved "$on_dest"
		idle | reload vg-idle-pvmoved "$bogus"            | back:table_foreign+ | back:table_foreign+ | - | |
		idle | reload vg-idle-pvmoved "$bogus"            | -  | -  | wait:table_foreign+ | | reload vg-idle-pvmoved "$on_dest"
	EOF2
}

# ---- the table as arrays --------------------------------------------------------------------

row_moved=() row_command=() row_outcome=() row_says=() row_then=()

trim() {
	local text=$1

	text=${text#"${text%%[![:space:]]*}"}
	printf '%s' "${text%"${text##*[![:space:]]}"}"
}

# Reads the table; of the outcomes only those of this phase. In a pattern "|" means "or": it is
# between the cells of the outcomes and the last cell.
read_table() {
	local line says outcome
	local -a cells

	while read -r line; do
		IFS='|' read -ra cells <<<"$line|"
		says=$(IFS='|' && echo "${cells[*]:5:${#cells[@]}-6}")
		row_moved+=("$(trim "${cells[0]}")")
		row_command+=("$(trim "${cells[1]}")")
		outcome=$(trim "${cells[$1]}")
		[ "$extent" = all ] || [[ $outcome != *+ ]] || outcome=-
		row_outcome+=("${outcome%+}")
		row_says+=("$(trim "$says")")
		row_then+=("$(trim "${cells[-1]}")")
	done <<<"$(interference)"
}

# ---- the machine ----------------------------------------------------------------------------

make_idle() {
	mklv vg/idle "${idle_mb}M" "$to"
	dd if=/dev/urandom of=/dev/vg/idle bs=1M count=3 oflag=direct status=none
	idle_sum >"$work/idle"
}

# Of its first three extents: the last is there to be taken away.
idle_sum() {
	dd if=/dev/vg/idle bs=1M count=3 iflag=direct status=none | sha256sum
}

set_up() {
	mkvg vg 0 1 2
	to=0
	mklv vg/lv "${lv_mb}M" 0
	make_idle
	mklv vg/bystander 4M 2
	mkvg second 4
	pvcreate -qq -y "$(pv 3)"
	mkfs_mount ext4 vg/lv
	fixed_files /mnt/lv 2
	writer_start /mnt/lv 3
}

# ---- a move that is caught in the phase -----------------------------------------------------

# How much of the LV is copied, in percent, by what the kernel says of the leg.
percent_copied() {
	dmsetup status "$(dm_of "vg/$1")-pvmoved" 2>/dev/null | awk '
		$3 == "mirror" { for (i = 4; i <= NF; i++) if (split($i, r, "/") == 2) { done += r[1]; all += r[2] } }
		END { print all ? int(100 * done / all) : 0 }'
}

is_mid_copy() {
	local percent

	percent=$(percent_copied "$1")
	[ "$percent" -gt 0 ] && [ "$percent" -lt 60 ]
}

# Moves the LV to where it is not, and returns when the move is in the phase. Sets what commands of
# the table use.
catch_move() {
	local lv=$1

	from=0 to=1
	[[ $(ranges_of "vg/$lv") == "$(pv 0):"* ]] || from=1 to=0
	source=$(pv $from) dest=$(pv $to) third=$(pv 2) spare=$(pv 3) fourth=$(pv 4)
	vgcfgbackup -qq -f "$work/old" vg
	armed_before=$(times_armed 2>/dev/null)
	case $phase in
	copy) throttle 1 && daemon_start ;;
	commit) daemon_start_failing commit:before=stop@1 ;;
	switch) daemon_start_failing commit:after=stop@1 ;;
	esac
	pvmovectl start -n "$lv" "$source" "$dest" >"$work/started"
	cat "$work/started"
	move=$(grep -oE '[0-9]+' "$work/started" | head -n 1)
	if [ "$phase" = copy ]; then
		wait_until 200 'the kernel copies' is_mid_copy "$lv"
	else
		wait_until 200 'the daemon has stopped' daemon_is_stopped
		table_uses_leg "vg/$lv"
	fi
	reservation=$(lvs -a --noheadings -o lv_name -S 'tags=pvmoved' vg | tr -d ' []')
	vgcfgbackup -qq -f "$work/new" vg
	there="$dest:$(pvs --noheadings -o pvseg_start,pvseg_size,lv_name --segments "$dest" | tr -d '[]' |
		awk -v lv="$lv" -v res="$reservation" '$3 == lv || $3 == res { print $1 "-" $1 + $2 - 1 }')"
	draw_tables "$lv"
}

# Tables by which somebody else may replace ours.
draw_tables() {
	local len

	len=$(blockdev --getsz "/dev/vg/$1")
	on_source="0 $len linear $source $(first_sector "$1" "$source")"
	on_dest="0 $len linear $dest $(first_sector "$1" "$dest")"
	bogus="0 $len error"
}

# Where on that PV the LV or its reservation begins.
first_sector() {
	local pe

	pe=$(pvs --noheadings -o pvseg_start,lv_name --segments "$2" | tr -d '[]' |
		awk -v lv="$1" -v res="$reservation" '$2 == lv || $2 == res { print $1 }')
	echo $((2048 + pe * 2048))
}

reload() {
	dmsetup load "$1" --table "$2" && dmsetup resume --noflush --nolockfs "$1"
}

# vg/idle may lie there: it has to be inactive for that.
split_off() {
	lvchange -qq -an vg/idle && vgsplit vg new "$1"
}

merge_again() {
	vgmerge -qq vg new && lvchange -qq -ay vg/idle
}

is_read_only() {
	[ "$(blockdev --getro "/dev/$1")" = 1 ] || fail "$1 can be written"
}

let_go() {
	throttle_off
	kill -CONT "$(daemon_pid)"
}

# Why the move is not what was asked.
move_reason() {
	pvmovectl status --json | python3 -c '
import json, sys
for move in json.load(sys.stdin)["moves"]:
	if move["id"] == int(sys.argv[1]):
		for each in move["passes"]:
			print(each["reason"]["code"] if each["reason"] else "none")' "$1"
}

is_waiting_for() {
	[ "$(move_field "$move" waiting)" = True ] && [ "$(move_reason "$move")" = "$1" ]
}

# ---- what came of it ------------------------------------------------------------------------

# All that no refused command may change. The daemon itself redraws the leg in mid-copy.
fingerprint() {
	seqno_of vg
	dmsetup table | grep -v '^vg-.*-pvmoved:' | sort
	dmsetup ls | sort
}

is_on_leg() {
	[[ $(dmsetup deps -o devname "$(dm_of "vg/$1")" 2>/dev/null) == *pvmoved* ]]
}

# run_command ROW: does it, and checks what can be seen at once.
run_command() {
	local row=$1 outcome=${row_outcome[$1]} status=0 before

	[[ $outcome != *=* ]] || status=${outcome#*=}
	[[ $outcome != no ]] || status=5
	before=$(fingerprint)
	echo "--- ${row_command[row]}"
	fails_with "$status" eval "${row_command[row]}"
	case $outcome in
	no*)
		said "${row_says[row]}"
		[ "$(fingerprint)" = "$before" ] || fail "refused, but something has changed: $before -> $(fingerprint)"
		;;
	ok*)
		is_on_leg "${row_moved[row]}" || has_ended_undisturbed || fail "the LV was put off the leg"
		[ ! "${row_then[row]}" ] || eval "${row_then[row]}" || fail "not put right by: ${row_then[row]}"
		;;
	off*)
		# In mid-copy the daemon is awake, and may have put it back already.
		[ "$phase" = copy ] || ! is_on_leg "${row_moved[row]}" || fail "the LV is still on the leg"
		;;
	esac
}

# Where a command takes longer than what was left to copy.
has_ended_undisturbed() {
	[ "$phase" = copy ] && move_ends_as "$move" 'done' && [ "$(times_armed)" = $((armed_before + 1)) ]
}

# How often LVs have been put on legs.
times_armed() {
	grep -c ' → arming ' "$work/daemon.log" || :
}

ends_done() {
	move_ends_as "$move" 'done'
	[ ! "$1" ] || eval "$1"
	is_on "vg/$2" "$to"
}

ends_failed() {
	move_ends_as "$move" failed
	[ "$(move_reason "$move")" = "$1" ] || fail "it failed for the reason $(move_reason "$move"), not $1"
}

# What the move has come to; then nothing of it is left, and no data is lost.
it_ends() {
	local row=$1 lv=${row_moved[$1]} outcome=${row_outcome[$1]}

	case $outcome in
	back:*)
		ends_failed "${outcome#*:}"
		is_on "vg/$lv" "$from"
		;;
	wait:*)
		wait_until 200 "the move waits: ${outcome#*:}" is_waiting_for "${outcome#*:}"
		timeout 10 pvmovectl status "$move"
		eval "${row_then[row]}"
		ends_done '' "$lv"
		;;
	off*)
		ends_done "${row_then[row]}" "$lv"
		[ "$phase" = switch ] || [ "$(times_armed)" -ge $((armed_before + 2)) ] ||
			fail 'the copying did not begin anew'
		;;
	*) ends_done '' "$lv" ;;
	esac
	case $outcome in
	back:lv_changed) ;;
	back:*) [ ! "${row_then[row]}" ] || eval "${row_then[row]}" ;;
	esac
	daemon_stop
	nothing_left vg
	writer_is_well /mnt/lv
	[ "$(idle_sum)" = "$(<"$work/idle")" ] || fail 'vg/idle has changed'
}

# All of them, whatever becomes of one.
run_rows() {
	local row status wrong=

	for row in "${rows[@]}"; do
		# A copy that is nearly over is let go, and the LV caught again when it is back beside the others.
		if [ "$move" ] && [ "$phase" = copy ] && ! is_mid_copy "${row_moved[row]}"; then
			let_go
			it_ends "$row"
			catch_move "${row_moved[row]}"
			let_go
			it_ends "$row"
			move=
		fi
		[ "$move" ] || catch_move "${row_moved[row]}"
		set +e
		(set -e && run_command "$row")
		status=$?
		set -e
		[ $status = 0 ] || wrong+=" | ${row_command[row]}"
	done
	let_go
	it_ends "$row"
	[ ! "$wrong" ] || fail "otherwise than the table says:$wrong"
	fixed_files_are_whole /mnt/lv
}

at_the_end() {
	writer_stop /mnt/lv
	fixed_files_are_whole /mnt/lv
	umount /mnt/lv
	fsck_is_clean vg/lv
	! dmsetup info -c --noheadings -o suspended | grep -q Suspended || fail 'something is suspended'
}

# ---- running them ---------------------------------------------------------------------------

# in_step NAME FUNCTION [SECONDS]: a step, on a machine that was taken down if the one before failed.
# Neither may be called where its status is tested; see run_step.
in_step() {
	local status

	if [ ! "$machine_is_ready" ]; then
		run_step "a machine for what is run $phase_words" set_up 240
		machine_is_ready=1
	fi
	run_step "$@"
	status=$?
	[ $status != 0 ] || return 0
	case_clean_up >/dev/null 2>&1 || echo 'Bail out! the machine cannot be cleaned up'
	rm -rf "$work"
	mkdir -p "$work"
	machine_is_ready=
}

count() {
	tried=$((tried + ${#rows[@]}))
}

# Those that change nothing, or nothing of the move's, are run in one stop of the daemon.
run_together() {
	local lv=$1 row

	rows=()
	for row in "${!row_command[@]}"; do
		[ "${row_moved[row]}" != "$lv" ] || [[ ${row_outcome[row]} != @(no|ok|no=*) ]] || rows+=("$row")
	done
	[ ${#rows[@]} -gt 0 ] || return 0
	in_step "$phase_words, ${#rows[@]} commands are refused or do no harm to vg/$lv" run_rows 1800
	count
}

run_each() {
	local row

	for row in "${!row_command[@]}"; do
		[[ ${row_outcome[row]} != @(no|ok|no=*|-) ]] || continue
		rows=("$row")
		[[ "$phase_words: ${row_command[row]}" =~ $case_filter ]] || continue
		in_step "$phase_words: ${row_command[row]}: ${row_outcome[row]}" run_rows 600
		count
	done
}

# interfere PHASE [all]: copy, commit or switch
interfere() {
	phase=$1
	extent=${2:-}
	tried=0
	lv_mb=12 idle_mb=4
	machine_is_ready=
	move=
	case $phase in
	copy)
		# At its slowest the kernel copies half a MiB a second: time enough for a command.
		lv_mb=36 idle_mb=16
		phase_words='in mid-copy' && read_table 2
		;;
	commit) phase_words='before the commit' && read_table 3 ;;
	switch) phase_words='before the switch' && read_table 4 ;;
	esac
	if [[ together =~ $case_filter ]]; then
		run_together lv
		run_together idle
	fi
	run_each
	in_step "what was written while commands interfered is there" at_the_end
	echo "# $tried of ${#row_command[@]} commands were tried $phase_words"
	case_clean_up >/dev/null 2>&1
	end_cases
}
