/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/grammar.h"
#include "common/cleanup.h"

/* What check finds too long by default: a stall, and how long ago a failure is no news. */
#define CRITICAL_US UINT64_C(300000000)
#define FAILED_US   UINT64_C(86400000000)

/* A command line being read. */
struct parser {
	const struct client *client;
	struct options options;
	int given;             /* TAKES_ bits of the options that stood there */
	int filter, threshold; /* the last option of each kind, or 0 */
};

static enum exit_code add_destination(struct parser *parser, const char *text)
{
	struct options *options = &parser->options;
	struct pv_argument *destinations = reallocarray(
		options->destinations, options->destination_count + 1, sizeof(*destinations));
	enum exit_code code;

	if (!destinations)
		return client_fail(parser->client, EXIT_FAILED, "out of memory");
	options->destinations = destinations;
	code = value_parse_pv(parser->client, text, &destinations[options->destination_count]);
	if (code == EXIT_OK)
		options->destination_count++;
	return code;
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

/* Which moves history shows. */
static enum exit_code take_filter(struct parser *parser, int option)
{
	struct history_filter *filter = &parser->options.filter;
	const struct client *client = parser->client;

	switch (option) {
	case TAKES_SINCE:
		return value_parse_time(client, optarg, &filter->since_us);
	case TAKES_UNTIL:
		return value_parse_time(client, optarg, &filter->until_us);
	case TAKES_RESULT:
		return value_parse_result(client, optarg, &filter->result);
	case TAKES_LAST:
		return value_parse_count(client, optarg, &filter->last);
	case TAKES_VG:
		filter->vg = optarg;
		return EXIT_OK;
	default:
		filter->source = optarg;
		return EXIT_OK;
	}
}

/* What check finds too long. */
static enum exit_code take_threshold(struct parser *parser, int option)
{
	struct check_limits *limits = &parser->options.limits;
	uint64_t *span_usp = option == TAKES_WARNING    ? &limits->warning_us
			     : option == TAKES_CRITICAL ? &limits->critical_us
							: &limits->failed_us;

	return value_parse_span(parser->client, optarg, span_usp);
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
	case 'c':
		return value_parse_colouring(parser->client, optarg, &options->colouring);
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
		code = value_parse_limit(parser->client, optarg, &options->limit_bytes_s);
		if (code != EXIT_OK)
			return code;
		options->has_limit = true;
		break;
	case TAKES_OUTPUT:
		options->output = optarg;
		break;
	case TAKES_MAX_LATENCY:
		code = value_parse_max_latency(parser->client, optarg, &options->max_latency_us);
		if (code != EXIT_OK)
			return code;
		options->has_max_latency = true;
		break;
	case TAKES_SINCE:
	case TAKES_UNTIL:
	case TAKES_VG:
	case TAKES_FROM:
	case TAKES_RESULT:
	case TAKES_LAST:
		parser->filter = option;
		code = take_filter(parser, option);
		if (code != EXIT_OK)
			return code;
		break;
	case TAKES_WARNING:
	case TAKES_CRITICAL:
	case TAKES_FAILED_WITHIN:
		parser->threshold = option;
		code = take_threshold(parser, option);
		if (code != EXIT_OK)
			return code;
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
	parser->given |= option & TAKES_MASK;
	return EXIT_OK;
}

/* All options and no operands, which getopt_long() puts last; *firstp: the first of those. */
static enum exit_code parse_options(struct parser *parser, int argc, char *const argv[],
				    int *firstp)
{
	int option;

	optind = 0; /* glibc: begin anew */
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":hn:", grammar_options, NULL)) != -1) {
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

static bool stood_there(const struct parser *parser, int option)
{
	if ((option & ~TAKES_MASK) != 0)
		return option == parser->filter || option == parser->threshold;
	return (parser->given & option) != 0;
}

/* Options that the command does not have, or that say nothing together. */
static enum exit_code check_options(const struct parser *parser)
{
	const struct client *client = parser->client;
	const char *name = command_name(parser->options.command);
	int wrong = parser->given & ~grammar_takes(parser->options.command);

	for (const struct option *option = grammar_options; option->name; option++)
		if (option->val >= TAKES_NAME && (wrong & option->val & TAKES_MASK) &&
		    stood_there(parser, option->val))
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
	return value_parse_limit(parser->client, operands[count - 1], &options->limit_bytes_s);
}

static enum exit_code parse_operands(struct parser *parser, int count, char *const operands[])
{
	const struct client *client = parser->client;
	struct options *options = &parser->options;
	const char *name = command_name(options->command);
	int kind = grammar_takes(options->command);
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
	code = value_parse_pv(client, operands[0], &options->source);
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
		parser->options.command = grammar_find_command(argv[first]);
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
	struct parser parser = {
		.client = client,
		.options.limits = {.critical_us = CRITICAL_US, .failed_us = FAILED_US},
	};
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
