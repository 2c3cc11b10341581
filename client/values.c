/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/values.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "common/units.h"

/* The lowest limit that the daemon takes. */
#define LIMIT_MIN_BYTES_S 65536u
/* The lowest and the highest bound of a latency that it takes. */
#define MAX_LATENCY_MIN_US 100u
#define MAX_LATENCY_MAX_US 60000000u

static bool path_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

enum exit_code value_parse_pv(const struct client *client, const char *text,
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

/* As units_parse_rate() reads it, but for what no daemon would take. */
enum exit_code value_parse_limit(const struct client *client, const char *text,
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

enum exit_code value_parse_colouring(const struct client *client, const char *text,
				     enum colouring *colouringp)
{
	static const char *const words[] = {"auto", "always", "never"};

	assert(text);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(text, words[i]) == 0) {
			*colouringp = (enum colouring)i;
			return EXIT_OK;
		}
	return client_fail(client, EXIT_USAGE, "--color is auto, always or never, not %s", text);
}

/* "20ms", "20": milliseconds, too; "none". */
enum exit_code value_parse_max_latency(const struct client *client, const char *text,
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
