# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completes pvmovectl's commands and options, ids of moves, PVs and LVs. Who may not ask LVM or the daemon
# gets none of these, and no message.

# Ids of the moves that awk finds right; $2 is the state.
_pvmovectl_ids() {
	pvmovectl status 2>/dev/null | awk "\$1 ~ /^[0-9]+\$/ && ($1) { print \$1 }"
}

_pvmovectl_pvs() {
	pvs --readonly --noheadings -o pv_name -S 'vg_name!=""' 2>/dev/null
}

_pvmovectl_lvs() {
	lvs --readonly --noheadings --separator / -o vg_name,lv_name -S 'lv_role=public' 2>/dev/null
}

# What is an option's value, or "": what stands behind --name, for example.
_pvmovectl_value() {
	case $1 in
	-n | --name) _pvmovectl_lvs ;;
	--to | --from) _pvmovectl_pvs ;;
	--vg) vgs --readonly --noheadings -o vg_name 2>/dev/null ;;
	--result) echo 'done' aborted failed ;;
	--since | --until) echo today yesterday ;;
	--last | --warning | --critical | --failed-within | --request-id) echo '' ;;
	--limit | --max-latency) echo none ;;
	--color) echo auto always never ;;
	*) return 1 ;;
	esac
}

_pvmovectl_options() {
	case $1 in
	start) echo --name --to --verify --limit --max-latency --wait --dry-run --request-id --json ;;
	status) echo --watch --json ;;
	abort) echo --wait --json ;;
	limit) echo --all --max-latency --json ;;
	wait | pause | resume | info) echo --json ;;
	history) echo --since --until --result --vg --name --from --to --last --json ;;
	check) echo --warning --critical --failed-within ;;
	metrics) echo --output ;;
	'') echo --version ;;
	esac
	echo --socket --color --help
}

# What is in single quotes is for awk.
# shellcheck disable=SC2016
_pvmovectl_operands() {
	case $1 in
	start) _pvmovectl_pvs ;;
	status) _pvmovectl_ids 1 ;;
	wait | abort | limit | pause) _pvmovectl_ids '$2 !~ /^(done|aborted|failed)$/' ;;
	resume) _pvmovectl_ids '$2 == "paused"' ;;
	esac
}

_pvmovectl() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' i words

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--socket | --color | --output) i=$((i + 1)) ;;
		-*) ;;
		*) command=${COMP_WORDS[i]}; break ;;
		esac
	done
	if [[ $before == --@(socket|output) ]]; then
		compopt -o default
		return
	elif ! words=$(_pvmovectl_value "$before"); then
		if [[ $word == -* ]]; then
			words=$(_pvmovectl_options "$command")
		elif [ ! "$command" ]; then
			words='start status wait pause resume abort limit info history check metrics top'
		else
			words=$(_pvmovectl_operands "$command")
		fi
	fi
	# Names of PVs and LVs hold no blanks, quotes or backslashes (lvm(8)).
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _pvmovectl pvmovectl
