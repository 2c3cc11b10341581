# SPDX-License-Identifier: GPL-2.0-or-later
# Completes pvmovectl's commands and options, ids of moves, PVs and LVs. Who may not ask LVM or the daemon
# gets none of these, and no message.

function __pvmovectl_ids --description 'ids of moves in any of these states, or of all'
    pvmovectl status 2>/dev/null | while read --local id state rest
        string match --quiet --regex '^[0-9]+$' -- $id; or continue
        test (count $argv) -eq 0; or contains -- $state $argv; or continue
        printf '%s\t%s\n' $id $state
    end
end

function __pvmovectl_unfinished
    __pvmovectl_ids | string match --invert --regex '\t(done|aborted|failed)$'
end

function __pvmovectl_pvs
    pvs --readonly --noheadings -o pv_name -S 'vg_name!=""' 2>/dev/null | string trim
end

function __pvmovectl_lvs
    lvs --readonly --noheadings --separator / -o vg_name,lv_name -S 'lv_role=public' 2>/dev/null | string trim
end

function __pvmovectl_vgs
    vgs --readonly --noheadings -o vg_name 2>/dev/null | string trim
end

# The command, or nothing when there is none yet.
function __pvmovectl_command
    set --local words (commandline --tokenize --cut-at-cursor --current-process)
    set --local skip 0
    for word in $words[2..]
        if test $skip = 1
            set skip 0
        else if contains -- $word --socket --color
            set skip 1
        else if not string match --quiet -- '-*' $word
            echo $word
            return
        end
    end
end

function __pvmovectl_none
    test -z (__pvmovectl_command)
end

function __pvmovectl_is
    contains -- (__pvmovectl_command) $argv
end

complete -c pvmovectl -f
complete -c pvmovectl -n __pvmovectl_none -a start -d 'start a move'
complete -c pvmovectl -n __pvmovectl_none -a status -d 'show all moves, or all of one'
complete -c pvmovectl -n __pvmovectl_none -a top -d 'show them live'
complete -c pvmovectl -n __pvmovectl_none -a wait -d 'wait until a move has ended'
complete -c pvmovectl -n __pvmovectl_none -a pause -d 'stop copying, and keep what is copied'
complete -c pvmovectl -n __pvmovectl_none -a resume -d 'go on with a paused move'
complete -c pvmovectl -n __pvmovectl_none -a abort -d 'undo what is not committed yet'
complete -c pvmovectl -n __pvmovectl_none -a limit -d 'copy no faster'
complete -c pvmovectl -n __pvmovectl_none -a history -d 'show moves that have ended'
complete -c pvmovectl -n __pvmovectl_none -a info -d 'show which daemon answers'
complete -c pvmovectl -n __pvmovectl_none -a check -d 'be a plugin of Nagios or Icinga'
complete -c pvmovectl -n __pvmovectl_none -a metrics -d 'print numbers for Prometheus'
complete -c pvmovectl -n __pvmovectl_none -l version -d 'show the version'
complete -c pvmovectl -l socket -r -F -d 'talk to the daemon at this socket'
complete -c pvmovectl -l color -x -a 'auto always never' -d 'when to colour'
complete -c pvmovectl -s h -l help -d 'show what there is'

complete -c pvmovectl -n '__pvmovectl_is start' -a '(__pvmovectl_pvs)'
complete -c pvmovectl -n '__pvmovectl_is status' -a '(__pvmovectl_ids)'
complete -c pvmovectl -n '__pvmovectl_is wait abort limit pause' -a '(__pvmovectl_unfinished)'
complete -c pvmovectl -n '__pvmovectl_is resume' -a '(__pvmovectl_ids paused)'

complete -c pvmovectl -n '__pvmovectl_is start history' -s n -l name -x -a '(__pvmovectl_lvs)' -d 'this LV only'
complete -c pvmovectl -n '__pvmovectl_is start history' -l to -x -a '(__pvmovectl_pvs)' -d 'a destination'
complete -c pvmovectl -n '__pvmovectl_is start' -l verify -d 'read both sides back and compare them'
complete -c pvmovectl -n '__pvmovectl_is start' -l limit -x -a none -d 'copy no faster'
complete -c pvmovectl -n '__pvmovectl_is start limit' -l max-latency -x -a none -d 'give way to applications'
complete -c pvmovectl -n '__pvmovectl_is start abort' -l wait -d 'wait until it has ended'
complete -c pvmovectl -n '__pvmovectl_is start' -l dry-run -d 'show what would be done'
complete -c pvmovectl -n '__pvmovectl_is start' -l request-id -x -d 'your own name for this request'
complete -c pvmovectl -n '__pvmovectl_is status' -l watch -d 'go on showing'
complete -c pvmovectl -n '__pvmovectl_is limit' -l all -d 'all moves together'
complete -c pvmovectl -n '__pvmovectl_is metrics' -l output -r -F -d 'replace this file'
complete -c pvmovectl -n '__pvmovectl_is history' -l since -x -a 'today yesterday' -d 'that ended then or later'
complete -c pvmovectl -n '__pvmovectl_is history' -l until -x -a 'today yesterday' -d 'that ended then or earlier'
complete -c pvmovectl -n '__pvmovectl_is history' -l result -x -a 'done aborted failed' -d 'how they ended'
complete -c pvmovectl -n '__pvmovectl_is history' -l vg -x -a '(__pvmovectl_vgs)' -d 'of this VG'
complete -c pvmovectl -n '__pvmovectl_is history' -l from -x -a '(__pvmovectl_pvs)' -d 'off this PV'
complete -c pvmovectl -n '__pvmovectl_is history' -l last -x -d 'so many, the latest'
complete -c pvmovectl -n '__pvmovectl_is check' -l warning -x -d 'a stall is one after so long'
complete -c pvmovectl -n '__pvmovectl_is check' -l critical -x -d 'a stall is too long after so long'
complete -c pvmovectl -n '__pvmovectl_is check' -l failed-within -x -d 'a failure is of late for so long'
complete -c pvmovectl -n '__pvmovectl_is start status wait pause resume abort limit history info' -l json \
    -d 'print one line of JSON'
