/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/options.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/units.h"

/* What a command may be given. For options also their value for getopt_long(): above all letters.
 */
enum {
	TAKES_NAME = 1 << 8,
	TAKES_TO = 1 << 9,
	TAKES_WAIT = 1 << 10,
	TAKES_WATCH = 1 << 11,
	TAKES_DRY_RUN = 1 << 12,
	TAKES_REQUEST_ID = 1 << 13,
	TAKES_JSON = 1 << 14,
	TAKES_PVS = 1 << 15,
	TAKES_ID = 1 << 16,
	NEEDS_ID = 1 << 17,
	TAKES_VERIFY = 1 << 18,
	TAKES_LIMIT = 1 << 19,
	TAKES_ALL = 1 << 20,
	TAKES_RATE = 1 << 21,
	TAKES_MAX_LATENCY = 1 << 22,
};

static const struct option long_options[] = {
	{"name", required_argument, NULL, TAKES_NAME},
	{"to", required_argument, NULL, TAKES_TO},
	{"wait", no_argument, NULL, TAKES_WAIT},
	{"watch", no_argument, NULL, TAKES_WATCH},
	{"dry-run", no_argument, NULL, TAKES_DRY_RUN},
	{"request-id", required_argument, NULL, TAKES_REQUEST_ID},
	{"verify", no_argument, NULL, TAKES_VERIFY},
	{"limit", required_argument, NULL, TAKES_LIMIT},
	{"max-latency", required_argument, NULL, TAKES_MAX_LATENCY},
	{"all", no_argument, NULL, TAKES_ALL},
	{"json", no_argument, NULL, TAKES_JSON},
	{"socket", required_argument, NULL, 's'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static const char *const names[] = {
#define C(code, name) [COMMAND_##code] = (name),
	COMMAND_LIST(C)
#undef C
};

static const int takes[] = {
	[COMMAND_START] = TAKES_NAME | TAKES_TO | TAKES_WAIT | TAKES_DRY_RUN | TAKES_REQUEST_ID |
			  TAKES_VERIFY | TAKES_LIMIT | TAKES_MAX_LATENCY | TAKES_JSON | TAKES_PVS,
	[COMMAND_STATUS] = TAKES_ID | TAKES_WATCH | TAKES_JSON,
	[COMMAND_WAIT] = TAKES_ID | NEEDS_ID | TAKES_JSON,
	[COMMAND_PAUSE] = TAKES_ID | NEEDS_ID | TAKES_JSON,
	[COMMAND_RESUME] = TAKES_ID | NEEDS_ID | TAKES_JSON,
	[COMMAND_ABORT] = TAKES_ID | NEEDS_ID | TAKES_WAIT | TAKES_JSON,
	[COMMAND_LIMIT] = TAKES_ALL | TAKES_RATE | TAKES_MAX_LATENCY | TAKES_JSON,
	[COMMAND_INFO] = TAKES_JSON,
	[COMMAND_METRICS] = 0,
};

_Static_assert(sizeof(takes) / sizeof(takes[0]) == COMMAND_COUNT, "each command has its line");

/* The lowest limit that the daemon takes. */
#define LIMIT_MIN_BYTES_S 65536u
/* The lowest and the highest bound of a latency that it takes. */
#define MAX_LATENCY_MIN_US 100u
#define MAX_LATENCY_MAX_US 60000000u

/* A command line being read. */
struct parser {
	const struct client *client;
	struct options options;
	int given; /* TAKES_ bits of the options that stood there */
};

const char *command_name(enum command command)
{
	return names[command];
}

static enum command find_command(const char *name)
{
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++)
		if (strcmp(names[i], name) == 0)
			return (enum command)i;
	return COMMAND_NONE;
}

static bool path_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static enum exit_code parse_pv(const struct client *client, const char *text,
			       struct pv_argument *pvp)
{
	switch (argument_parse_pv(text, path_exists, pvp)) {
	case 0:
		return EXIT_OK;
	case ARGUMENT_NOT_A_PATH:
		return client_fail(client, EXIT_USAGE,
				   "%s: name a PV by the path of its device, as /dev/sdb", text);
	case ARGUMENT_OPEN_RANGE:
		return client_fail(client, EXIT_USAGE,
				   "%s: a range needs an end, as /dev/sdb:100-199 has", text);
	case ARGUMENT_BAD_RANGE:
		return client_fail(client, EXIT_USAGE,
				   "%s: a range of extents is :PE, :PE-PE or :PE+COUNT", text);
	case ARGUMENT_TOO_MANY_RANGES:
		return client_fail(client, EXIT_USAGE, "more than %d ranges of one PV",
				   ARGUMENT_RANGES_MAX);
	default:
		return client_fail(client, EXIT_FAILED, "out of memory");
	}
}

static enum exit_code add_destination(struct parser *parser, const char *text)
{
	struct options *options = &parser->options;
	struct pv_argument *destinations = reallocarray(
		options->destinations, options->destination_count + 1, sizeof(*destinations));
	enum exit_code code;

	if (!destinations)
		return client_fail(parser->client, EXIT_FAILED, "out of memory");
	options->destinations = destinations;
	code = parse_pv(parser->client, text, &destinations[options->destination_count]);
	if (code == EXIT_OK)
		options->destination_count++;
	return code;
}

/* As units_parse_rate() reads it, but for what no daemon would take. */
static enum exit_code parse_limit(const struct client *client, const char *text,
				  uint64_t *limit_bytes_sp)
{
	uint64_t limit_bytes_s = 0;

	assert(text);
	if (strcmp(text, "none") == 0) {
		*limit_bytes_sp = 0;
		return EXIT_OK;
	}
	if (units_parse_rate(text, &limit_bytes_s) < 0 || limit_bytes_s > INT64_MAX)
		return client_fail(client, EXIT_USAGE,
				   "%s is not a rate; 20m and 1.5g/s are, in bytes a second, or "
				   "\"none\"",
				   text);
	if (limit_bytes_s < LIMIT_MIN_BYTES_S)
		return client_fail(client, EXIT_USAGE,
				   "%s is less than can be kept to; the lowest limit is 64k a "
				   "second, or \"pvmovectl pause\" the move",
				   text);
	*limit_bytes_sp = limit_bytes_s;
	return EXIT_OK;
}

/* "20ms", "20": milliseconds, too; "none". */
static enum exit_code parse_max_latency(const struct client *client, const char *text,
					uint64_t *max_latency_usp)
{
	uint64_t max_latency_us = 0;

	assert(text);
	if (strcmp(text, "none") == 0) {
		*max_latency_usp = 0;
		return EXIT_OK;
	}
	if (units_parse_latency(text, &max_latency_us) < 0 || max_latency_us < MAX_LATENCY_MIN_US ||
	    max_latency_us > MAX_LATENCY_MAX_US)
		return client_fail(client, EXIT_USAGE,
				   "%s is not a time from 100us to 60s, as 20ms is, nor \"none\"",
				   text);
	*max_latency_usp = max_latency_us;
	return EXIT_OK;
}

/* What getopt_long() makes of an option it does not like. */
static enum exit_code refuse_option(const struct client *client, int kind, const char *text)
{
	/* optopt is a letter for short options only: 0 or a TAKES_ bit otherwise */
	char letter[] = {'-', (char)optopt, '\0'};
	bool is_short = optopt > 0 && optopt < TAKES_NAME && strncmp(text, "--", 2) != 0;

	return client_fail(client, EXIT_USAGE, "%s %s; see \"pvmovectl --help\"",
			   is_short ? letter : text,
			   kind == ':' ? "needs a value" : "is not an option");
}

static enum exit_code take_option(struct parser *parser, int option, const char *text)
{
	struct options *options = &parser->options;
	enum exit_code code;

	if (optarg && !*optarg)
		return client_fail(parser->client, EXIT_USAGE,
				   "an option has an empty value; see "
				   "\"pvmovectl --help\"");
	switch (option) {
	case 's':
		options->socket_path = optarg;
		return EXIT_OK;
	case 'h':
		options->help = true;
		return EXIT_OK;
	case 'V':
		options->version = true;
		return EXIT_OK;
	case 'n':
		option = TAKES_NAME;
		__attribute__((fallthrough));
	case TAKES_NAME:
		options->lv = optarg;
		break;
	case TAKES_TO:
		code = add_destination(parser, optarg);
		if (code != EXIT_OK)
			return code;
		break;
	case TAKES_LIMIT:
		code = parse_limit(parser->client, optarg, &options->limit_bytes_s);
		if (code != EXIT_OK)
			return code;
		break;
	case TAKES_MAX_LATENCY:
		code = parse_max_latency(parser->client, optarg, &options->max_latency_us);
		if (code != EXIT_OK)
			return code;
		options->has_max_latency = true;
		break;
	case TAKES_REQUEST_ID:
		options->request_id = optarg;
		break;
	case TAKES_WAIT:
	case TAKES_WATCH:
	case TAKES_DRY_RUN:
	case TAKES_VERIFY:
	case TAKES_ALL:
	case TAKES_JSON:
		break;
	default:
		return refuse_option(parser->client, option, text);
	}
	parser->given |= option;
	return EXIT_OK;
}

/* All options and no operands, which getopt_long() puts last; *firstp: the first of those. */
static enum exit_code parse_options(struct parser *parser, int argc, char *const argv[],
				    int *firstp)
{
	int option;

	optind = 0; /* glibc: begin anew */
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":hn:", long_options, NULL)) != -1) {
		enum exit_code code = take_option(parser, option, argv[optind - 1]);

		if (code != EXIT_OK)
			return code;
	}
	parser->options.wait = parser->given & TAKES_WAIT;
	parser->options.watch = parser->given & TAKES_WATCH;
	parser->options.dry_run = parser->given & TAKES_DRY_RUN;
	parser->options.verify = parser->given & TAKES_VERIFY;
	parser->options.all = parser->given & TAKES_ALL;
	parser->options.json = parser->given & TAKES_JSON;
	*firstp = optind;
	return EXIT_OK;
}

/* Options that the command does not have, or that say nothing together. */
static enum exit_code check_options(const struct parser *parser)
{
	const struct client *client = parser->client;
	const char *name = names[parser->options.command];
	int wrong = parser->given & ~takes[parser->options.command];

	for (const struct option *option = long_options; option->name; option++)
		if (option->val >= TAKES_NAME && (wrong & option->val))
			return client_fail(client, EXIT_USAGE,
					   "%s has no option --%s; see \"pvmovectl %s --help\"",
					   name, option->name, name);
	if (parser->options.dry_run && (parser->options.wait || parser->options.request_id))
		return client_fail(client, EXIT_USAGE,
				   "with --dry-run nothing is started, so there is nothing to %s",
				   parser->options.wait ? "--wait for" : "give a --request-id");
	return EXIT_OK;
}

/* limit ID RATE, limit ID --max-latency TIME, or limit --all RATE. */
static enum exit_code parse_rate_operands(struct parser *parser, int count, char *const operands[])
{
	struct options *options = &parser->options;

	if (options->all && options->has_max_latency)
		return client_fail(parser->client, EXIT_USAGE,
				   "--max-latency is one move's: the configuration has the one "
				   "that moves begin with (max_latency in [copy])");
	if (count != (options->all || options->has_max_latency ? 1 : 2))
		return client_fail(parser->client, EXIT_USAGE,
				   "limit needs the ID of a move, or --all, and a rate or "
				   "\"none\", or the ID and --max-latency; see \"pvmovectl limit "
				   "--help\"");
	if (!options->all && argument_parse_id(operands[0], &options->id) < 0)
		return client_fail(parser->client, EXIT_USAGE,
				   "%s is not the ID of a move, which is a number from 1",
				   operands[0]);
	if (options->has_max_latency)
		return EXIT_OK;
	return parse_limit(parser->client, operands[count - 1], &options->limit_bytes_s);
}

static enum exit_code parse_operands(struct parser *parser, int count, char *const operands[])
{
	const struct client *client = parser->client;
	struct options *options = &parser->options;
	const char *name = names[options->command];
	int kind = takes[options->command];
	enum exit_code code = EXIT_OK;

	if (kind & TAKES_RATE)
		return parse_rate_operands(parser, count, operands);
	if ((kind & NEEDS_ID) && count == 0)
		return client_fail(client, EXIT_USAGE,
				   "%s needs the ID of a move; \"pvmovectl status\" lists them",
				   name);
	if ((kind & TAKES_PVS) && count == 0)
		return client_fail(client, EXIT_USAGE,
				   "%s needs the PV to empty; see \"pvmovectl %s --help\"", name,
				   name);
	if (!(kind & TAKES_PVS) && count > ((kind & TAKES_ID) ? 1 : 0))
		return client_fail(client, EXIT_USAGE,
				   "%s: more than \"%s\" takes; see \"pvmovectl "
				   "%s --help\"",
				   operands[count - 1], name, name);
	if ((kind & TAKES_ID) && count == 1 && argument_parse_id(operands[0], &options->id) < 0)
		return client_fail(client, EXIT_USAGE,
				   "%s is not the ID of a move, which is a number from 1",
				   operands[0]);
	if (!(kind & TAKES_PVS))
		return EXIT_OK;
	code = parse_pv(client, operands[0], &options->source);
	for (int i = 1; code == EXIT_OK && i < count; i++)
		code = add_destination(parser, operands[i]);
	return code;
}

static enum exit_code parse_all(struct parser *parser, int argc, char *const argv[])
{
	const struct client *client = parser->client;
	int first;
	enum exit_code code = parse_options(parser, argc, argv, &first);

	if (code != EXIT_OK)
		return code;
	if (first < argc) {
		parser->options.command = find_command(argv[first]);
		if (parser->options.command == COMMAND_NONE)
			return client_fail(client, EXIT_USAGE,
					   "%s is not a command; see \"pvmovectl --help\"",
					   argv[first]);
	}
	if (parser->options.help || parser->options.version)
		return EXIT_OK;
	if (parser->options.command == COMMAND_NONE)
		return client_fail(client, EXIT_USAGE, "no command; see \"pvmovectl --help\"");
	code = check_options(parser);
	if (code != EXIT_OK)
		return code;
	return parse_operands(parser, argc - first - 1, argv + first + 1);
}

enum exit_code options_parse(const struct client *client, int argc, char *const argv[],
			     struct options *optionsp)
{
	struct parser parser = {.client = client};
	enum exit_code code = parse_all(&parser, argc, argv);

	if (code == EXIT_OK)
		*optionsp = parser.options;
	else
		options_deinit(&parser.options);
	return code;
}

void options_deinit(struct options *options)
{
	for (size_t i = 0; i < options->destination_count; i++)
		pv_argument_deinit(&options->destinations[i]);
	free(options->destinations);
	pv_argument_deinit(&options->source);
	*options = (struct options){0};
}
