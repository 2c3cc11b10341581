/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char help[] =
	"pvmoved owns the moves of live LVM extents between disks; pvmovectl asks for them.\n"
	"\n"
	"usage: pvmoved [--foreground] [--config FILE] [--state-dir DIR] [--run-dir DIR]\n"
	"               [--socket PATH]\n"
	"       pvmoved --check-config [--config FILE]\n"
	"       pvmoved --release VG [--dry-run] [--yes] [--config FILE] [--state-dir DIR]\n"
	"               [--run-dir DIR]\n"
	"       pvmoved --dump-states | --list-messages | --list-failpoints | --help | --version\n"
	"\n"
	"  --foreground      run by hand: log to standard error, make the socket ourselves\n"
	"  --config FILE     the configuration (/etc/pvmoved/pvmoved.conf), and FILE.d/*.conf;\n"
	"                    /dev/null for none\n"
	"  --check-config    say whether it is right, print what it comes to, and end\n"
	"  --state-dir DIR   the journal's folder (/var/lib/pvmoved)\n"
	"  --run-dir DIR     for temporary files and the socket (/run/pvmoved)\n"
	"  --socket PATH     the socket (org.pvmoved in the run folder)\n"
	"  --release VG      while no daemon runs: make a VG plain LVM again\n"
	"  --dry-run         with --release: only say what would be done\n"
	"  --yes             with --release: do not ask\n"
	"  --dump-states     print the state machine as a table\n"
	"  --list-messages   print the ids of log messages (MESSAGE_ID)\n"
	"  --list-failpoints print where a debug build can be made to fail\n"
	"  --help            print this text\n"
	"  --version         print the version\n"
	"\n"
	"As a service:       systemctl enable --now pvmoved.socket pvmoved.service\n"
	"By hand, as root:   pvmoved --foreground\n"
	"Then:               pvmovectl start --wait /dev/SOURCE /dev/DESTINATION\n"
	"\n"
	"It may be stopped at any time: the kernel goes on copying, and the next start\n"
	"takes every move up where it is. See pvmoved(8).\n";

void options_parse(int argc, char **argv, struct options *options)
{
	enum {
		STATE_DIR = 256,
		RUN_DIR,
		SOCKET,
		DUMP_STATES,
		LIST_MESSAGES,
		LIST_FAILPOINTS,
		CONFIG,
		CHECK_CONFIG,
		RELEASE,
		DRY_RUN,
		YES
	};
	static const struct option long_options[] = {
		{"foreground", no_argument, NULL, 'f'},
		{"config", required_argument, NULL, CONFIG},
		{"check-config", no_argument, NULL, CHECK_CONFIG},
		{"state-dir", required_argument, NULL, STATE_DIR},
		{"run-dir", required_argument, NULL, RUN_DIR},
		{"socket", required_argument, NULL, SOCKET},
		{"release", required_argument, NULL, RELEASE},
		{"dry-run", no_argument, NULL, DRY_RUN},
		{"yes", no_argument, NULL, YES},
		{"dump-states", no_argument, NULL, DUMP_STATES},
		{"list-messages", no_argument, NULL, LIST_MESSAGES},
		{"list-failpoints", no_argument, NULL, LIST_FAILPOINTS},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	int option;

	*options = (struct options){0};
	while ((option = getopt_long(argc, argv, "fhV", long_options, NULL)) != -1) {
		switch (option) {
		case 'f':
			options->foreground = true;
			break;
		case CONFIG:
			options->config_path = optarg;
			break;
		case CHECK_CONFIG:
			options->check_config = true;
			break;
		case STATE_DIR:
			options->state_dir = optarg;
			break;
		case RUN_DIR:
			options->run_dir = optarg;
			break;
		case SOCKET:
			options->socket_path = optarg;
			break;
		case DUMP_STATES:
			options->dump_states = true;
			break;
		case LIST_MESSAGES:
			options->list_messages = true;
			break;
		case LIST_FAILPOINTS:
			options->list_failpoints = true;
			break;
		case RELEASE:
			options->release_vg = optarg;
			break;
		case DRY_RUN:
			options->dry_run = true;
			break;
		case YES:
			options->yes = true;
			break;
		case 'h':
			fputs(help, stdout);
			exit(EXIT_SUCCESS);
		case 'V':
			puts("pvmoved " PVMOVED_VERSION);
			exit(EXIT_SUCCESS);
		default:
			fputs("pvmoved: see pvmoved --help\n", stderr);
			exit(EXIT_USAGE);
		}
	}
	if (!options->release_vg && (options->dry_run || options->yes)) {
		fputs("pvmoved: --dry-run and --yes go with --release VG\n", stderr);
		exit(EXIT_USAGE);
	}
	if (optind < argc) {
		fprintf(stderr, "pvmoved: unexpected argument '%s'; see pvmoved --help\n",
			argv[optind]);
		exit(EXIT_USAGE);
	}
}

void options_complete(struct options *options, const struct config *config)
{
	if (!options->state_dir)
		options->state_dir = config->state_dir;
	if (!options->run_dir)
		options->run_dir = config->run_dir;
	if (!options->socket_path && config->socket[0] != '\0')
		options->socket_path = config->socket;
}
