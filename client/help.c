/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/help.h"

static const char overview[] =
	"Usage: pvmovectl COMMAND [OPTION]... [OPERAND]...\n"
	"\n"
	"Moves live LVM extents from one PV to others, by way of the daemon pvmoved.\n"
	"\n"
	"Commands:\n"
	"  start SOURCE [DEST]...  start a move\n"
	"  status [ID]             show all moves, or all of one\n"
	"  top                     show them live on all of the terminal\n"
	"  wait ID                 wait until a move has ended\n"
	"  pause ID                stop copying, and keep what is copied\n"
	"  resume ID               go on with a paused move\n"
	"  abort ID                undo what is not committed yet\n"
	"  limit ID RATE           copy no faster; \"none\" takes the limit off\n"
	"  limit --all RATE        the same for all moves together\n"
	"  history                 show moves that have ended\n"
	"  info                    show which daemon answers\n"
	"  check                   be a plugin of Nagios or Icinga\n"
	"  metrics                 print numbers for Prometheus\n"
	"\n"
	"Options of all commands:\n"
	"  --json                  print the answer, or the error, as one line of JSON\n"
	"  --socket PATH           talk to the daemon at this socket\n"
	"                          (usually /run/pvmoved/org.pvmoved)\n"
	"  --color WHEN            auto, always or never; auto: on a terminal, unless\n"
	"                          NO_COLOR is set\n"
	"  -h, --help              show this, or with a command what that one takes\n"
	"  --version               show the version\n"
	"\n"
	"Examples:\n"
	"  pvmovectl start --dry-run /dev/sdb /dev/sdc    what would be moved where?\n"
	"  pvmovectl start --wait /dev/sdb /dev/sdc       empty sdb onto sdc, and watch\n"
	"  pvmovectl start -n home /dev/sdb               move the LV home off sdb\n"
	"  pvmovectl status                               what is going on?\n"
	"  pvmovectl abort 7                              put back what move 7 was at\n"
	"\n"
	"Exit status: 0 done, 1 failed, 2 wrong usage, 3 no such move, 4 daemon not\n"
	"reachable, 5 not permitted, 6 conflict with another move, 7 the move that was\n"
	"waited for failed or was aborted, 130 interrupted. More: man pvmovectl\n";

static const char start[] =
	"Usage: pvmovectl start [OPTION]... SOURCE[:PE[-PE]]... [DEST[:PE[-PE]]...]...\n"
	"\n"
	"Starts a move of all that is on the PV SOURCE, or on these extents of it, to the\n"
	"PVs DEST; without any, to wherever there is room in the VG. Returns at once; the\n"
	"daemon goes on by itself, after a reboot too. Nothing to move is a success.\n"
	"\n"
	"  -n, --name LV        move this LV only: LV, VG/LV or /dev/VG/LV\n"
	"  --to DEST            a destination, as the operands behind SOURCE are\n"
	"  --verify             before an LV is put onto its destination for good, read\n"
	"                       both sides back and compare them; where they differ the\n"
	"                       move fails, and the LV stays on its source\n"
	"  --limit RATE         copy no faster than RATE bytes a second (20m, 1.5g); see\n"
	"                       \"pvmovectl limit --help\"\n"
	"  --max-latency TIME   give way to applications, so that no more than one in a\n"
	"                       hundred I/Os of the LV takes longer (20ms, 1.5s)\n"
	"  --wait               wait until the move has ended, and show how far it is\n"
	"  --dry-run            show what would be moved where, and do nothing\n"
	"  --request-id ID      your own name for this request: a second start with the\n"
	"                       same one starts nothing and shows the move of the first\n"
	"  --json               print {\"move\": ...}, null when there is nothing to move;\n"
	"                       with --wait the move as it ended, with --dry-run the plan\n"
	"\n"
	"Examples:\n"
	"  pvmovectl start /dev/sdb                       empty sdb\n"
	"  pvmovectl start /dev/sdb /dev/sdc /dev/sdd     onto these two\n"
	"  pvmovectl start -n vg0/home /dev/sdb /dev/sdc  one LV of it\n"
	"  pvmovectl start /dev/sdb:1000-1999 /dev/sdc    a thousand extents of it\n"
	"  pvmovectl start /dev/sdb:1000+1000 /dev/sdc    the same ones\n"
	"  pvmovectl start --verify /dev/sdb /dev/sdc     trust nothing\n"
	"  pvmovectl start --limit 50m /dev/sdb           take your time\n"
	"  pvmovectl start --max-latency 10ms /dev/sdb    the database comes first\n"
	"  pvmovectl start --wait /dev/sdb && vgreduce vg0 /dev/sdb\n";

static const char status[] =
	"Usage: pvmovectl status [OPTION]... [ID]\n"
	"\n"
	"Shows all moves, unfinished ones first; or with an ID all of that one: how far\n"
	"each of its LVs is, and why it is not further. Moves that share a disk that\n"
	"turns take turns; one that waits says behind which, and what stalls says so.\n"
	"\n"
	"  --watch              go on showing changes, until interrupted or, with an ID,\n"
	"                       until the move has ended\n"
	"  --json               print {\"moves\": [...]}; with --watch one such line for\n"
	"                       all moves and then one for each change\n"
	"\n"
	"Examples:\n"
	"  pvmovectl status\n"
	"  pvmovectl status 7\n"
	"  pvmovectl status --watch\n"
	"  pvmovectl status --json | jq '.moves[] | select(.state == \"failed\")'\n";

static const char wait[] =
	"Usage: pvmovectl wait [--json] ID\n"
	"\n"
	"Waits until the move has ended, and shows how far it is. Interrupting it leaves\n"
	"the move alone. The daemon may be restarted meanwhile. Exits with 7 when the\n"
	"move failed or was aborted.\n"
	"\n"
	"  --json               print nothing but {\"move\": ...} as it ended\n"
	"\n"
	"Examples:\n"
	"  pvmovectl wait 7\n"
	"  pvmovectl wait 7 && vgreduce vg0 /dev/sdb\n";

static const char pause[] =
	"Usage: pvmovectl pause [--json] ID\n"
	"\n"
	"Stops copying. What is copied stays mirrored, and the move stays as it is until\n"
	"it is resumed or aborted.\n"
	"\n"
	"Example:\n"
	"  pvmovectl pause 7\n";

static const char resume[] = "Usage: pvmovectl resume [--json] ID\n"
			     "\n"
			     "Goes on with a paused move.\n"
			     "\n"
			     "Example:\n"
			     "  pvmovectl resume 7\n";

static const char abort_[] =
	"Usage: pvmovectl abort [--wait] [--json] ID\n"
	"\n"
	"Undoes a move: LVs that are not committed yet stay where they were, with all\n"
	"that was written to them in the meantime. LVs that have moved stay moved.\n"
	"\n"
	"  --wait               wait until it has ended; exits with 7 when it ended\n"
	"                       otherwise than aborted\n"
	"  --json               print {\"move\": ...}; with --wait as it ended\n"
	"\n"
	"Example:\n"
	"  pvmovectl abort --wait 7\n";

static const char limit[] =
	"Usage: pvmovectl limit [--json] ID RATE|none\n"
	"       pvmovectl limit [--json] ID --max-latency TIME|none\n"
	"       pvmovectl limit [--json] --all RATE|none\n"
	"\n"
	"Copies no more than RATE bytes a second of a move, or of all moves together,\n"
	"from now on. Units are powers of 1024: 512k, 20m, 1.5g; \"/s\" may follow. The\n"
	"lowest is 64k. Reading back for --verify keeps to it as well. That of a move holds\n"
	"until its end, that of --all until it is changed, after a reboot too.\n"
	"\n"
	"While a limit holds copying back, dm-mirrors of LVM's own are held back as well.\n"
	"While no daemon runs, no more is copied than what was begun, a few seconds' worth.\n"
	"\n"
	"  --all                one limit for all moves together, besides their own\n"
	"  --max-latency TIME   give way to applications, so that of the I/O of the LV being\n"
	"                       moved no more than one in a hundred takes longer: 20ms, 1.5s\n"
	"  --json               print {\"move\": ...}; with --all {\"limit_bytes_s\": ...}\n"
	"\n"
	"Examples:\n"
	"  pvmovectl limit 7 20m\n"
	"  pvmovectl limit 7 none\n"
	"  pvmovectl limit 7 --max-latency 20ms\n"
	"  pvmovectl limit --all 100m/s\n";

static const char info[] =
	"Usage: pvmovectl info [--json]\n"
	"\n"
	"Shows which daemon answers: its version, where it keeps its journal, since\n"
	"when it runs and how many moves it has to finish.\n"
	"\n"
	"Example:\n"
	"  pvmovectl info\n";

static const char history[] =
	"Usage: pvmovectl history [OPTION]...\n"
	"\n"
	"Shows moves that have ended, the latest first, as far as the daemon remembers them\n"
	"(\"moves\" in [history] of pvmoved.conf).\n"
	"\n"
	"  --since TIME         that ended then or later: 2026-11-22, \"2026-11-22 10:30\",\n"
	"                       10:30, today, yesterday, -2h, \"3d ago\", @SECONDS\n"
	"  --until TIME         that ended then or earlier\n"
	"  --result RESULT      done, aborted or failed\n"
	"  --vg VG              of this VG\n"
	"  -n, --name LV        with this LV: LV, VG/LV or /dev/VG/LV\n"
	"  --from PV            off this PV\n"
	"  --to PV              that were to go to this PV\n"
	"  --last N             the N latest of them\n"
	"  --json               print {\"moves\": [...]}\n"
	"\n"
	"Examples:\n"
	"  pvmovectl history --since yesterday --result failed\n"
	"  pvmovectl history --from /dev/sdb --last 1\n";

static const char check[] =
	"Usage: pvmovectl check [OPTION]...\n"
	"\n"
	"Prints one line as plugins of Nagios and Icinga do, with performance data, and exits\n"
	"with 0 (OK), 1 (WARNING), 2 (CRITICAL) or 3 (UNKNOWN: the daemon does not answer,\n"
	"or these options are wrong).\n"
	"\n"
	"WARNING: a move stalls, waits for something outside, or left a device that only the\n"
	"next boot takes away. CRITICAL: a move stalls for too long, or failed lately.\n"
	"\n"
	"  --warning TIME       a stall is one after so long (0s): 30s, 5min, 2h, 1d\n"
	"  --critical TIME      a stall is too long after so long (5min)\n"
	"  --failed-within TIME a failure is of late for so long (1d); 0s: never\n"
	"\n"
	"It asks the daemon, which that starts by its socket if it was stopped.\n"
	"\n"
	"Example:\n"
	"  pvmovectl check --critical 15min --failed-within 2h\n";

static const char metrics[] =
	"Usage: pvmovectl metrics [--output FILE]\n"
	"\n"
	"Prints what the daemon says of itself and its moves in the text format of\n"
	"Prometheus. When it does not answer, that is all that is printed (pvmoved_up 0),\n"
	"and the exit status is not 0. Of moves that have ended there are counts only.\n"
	"\n"
	"  --output FILE        replace FILE with it at one go, so that a reader never finds\n"
	"                       half of it; readable by all\n"
	"\n"
	"pvmoved-metrics.timer does that each minute for node_exporter's textfile collector.\n"
	"\n"
	"Example:\n"
	"  pvmovectl metrics --output /var/lib/prometheus/node-exporter/pvmoved.prom\n";

static const char top[] =
	"Usage: pvmovectl top\n"
	"\n"
	"Shows moves live on all of the terminal: what all come to, what is read and\n"
	"written for them on each disk, and each move with its state, progress, rate, time\n"
	"left, limit, bound of the latency (\"20 ms, 1/4\": copying is narrowed to a quarter;\n"
	"\"20 ms, aside\": it stands aside) and place in a queue. The selected one is said in\n"
	"words below. What a narrow terminal has no room for is left out.\n"
	"\n"
	"  q                    quit; the moves go on\n"
	"  up, down, k, j       select a move; Page Up, Page Down, Home, End, g, G\n"
	"  p, r                 pause or resume it (root)\n"
	"  a                    abort it, after a question that y answers (root)\n"
	"\n"
	"A disk that is one of several destinations is written \"up to\" a rate: the daemon\n"
	"does not say which of them it writes to.\n"
	"\n"
	"\"pvmovectl status --watch\" does without a terminal.\n"
	"\n"
	"Example:\n"
	"  pvmovectl top\n";

void help_print(FILE *out, enum command command)
{
	static const char *const texts[] = {
		[COMMAND_NONE] = overview,   [COMMAND_START] = start, [COMMAND_STATUS] = status,
		[COMMAND_WAIT] = wait,       [COMMAND_PAUSE] = pause, [COMMAND_RESUME] = resume,
		[COMMAND_ABORT] = abort_,    [COMMAND_LIMIT] = limit, [COMMAND_INFO] = info,
		[COMMAND_HISTORY] = history, [COMMAND_CHECK] = check, [COMMAND_METRICS] = metrics,
		[COMMAND_TOP] = top,
	};

	fputs(texts[command], out);
}
