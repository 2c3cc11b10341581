/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/config/value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "common/units.h"

static const struct {
	const char *name;
	int level;
} levels[] = {
	{"error", LOG_ERR},
	{"warning", LOG_WARNING},
	{"info", LOG_INFO},
	{"debug", LOG_DEBUG},
};

/* What does not fit is out of any range. */
static int parse_number(const char **textp, uint64_t *numberp)
{
	int r = units_parse_digits(textp, numberp);

	return r == -EOVERFLOW ? -ERANGE : r;
}

static int parse_count(const char *text, uint64_t *countp)
{
	int r = parse_number(&text, countp);

	return r == 0 && *text != '\0' ? -EINVAL : r;
}

static int parse_duration(const char *text, uint64_t *duration_msp)
{
	static const struct {
		const char *name;
		uint64_t ms;
	} units[] = {{"", 1000}, {"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}};
	const char *unit = text;
	uint64_t number;
	int r = parse_number(&unit, &number);

	if (r < 0)
		return r;
	while (*unit == ' ')
		unit++;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(unit, units[i].name) == 0)
			return __builtin_mul_overflow(number, units[i].ms, duration_msp) ? -ERANGE
											 : 0;
	return -EINVAL;
}

static int parse_level(const char *text, uint64_t *levelp)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (strcmp(text, levels[i].name) == 0) {
			*levelp = (uint64_t)levels[i].level;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_bytes(const char *text, uint64_t *bytesp)
{
	int r = units_parse_bytes(text, bytesp);

	return r == -EOVERFLOW ? -ERANGE : r;
}

static int parse_region(const char *text, uint64_t *bytesp)
{
	uint64_t bytes = 0;
	int r = parse_bytes(text, &bytes);

	if (r < 0)
		return r;
	if ((bytes & (bytes - 1)) != 0)
		return -EINVAL;
	*bytesp = bytes;
	return 0;
}

/* "none" is below any bound. */
static int set_rate(uint64_t *rate_bytes_sp, const struct config_key *key, const char *text)
{
	uint64_t rate_bytes_s = 0;
	int r = strcmp(text, "none") == 0 ? 0 : units_parse_rate(text, &rate_bytes_s);

	if (r < 0)
		return r == -EOVERFLOW ? -ERANGE : r;
	if (strcmp(text, "none") != 0 && (rate_bytes_s < key->min || rate_bytes_s > key->max))
		return -ERANGE;
	*rate_bytes_sp = rate_bytes_s;
	return 0;
}

static int set_path(char path[CONFIG_PATH_SIZE], const char *text)
{
	if (text[0] != '/')
		return -EINVAL;
	if (strlen(text) >= CONFIG_PATH_SIZE)
		return -ERANGE;
	strcpy(path, text);
	return 0;
}

int config_set_value(struct config *config, const struct config_key *key, const char *text)
{
	void *where = (char *)config + key->offset;
	uint64_t number = 0;
	int r = -EINVAL;

	switch (key->kind) {
	case CONFIG_PATH:
		return set_path(where, text);
	case CONFIG_COUNT:
		r = parse_count(text, &number);
		break;
	case CONFIG_BYTES:
		r = parse_bytes(text, &number);
		break;
	case CONFIG_REGION:
		r = parse_region(text, &number);
		break;
	case CONFIG_RATE:
		return set_rate(where, key, text);
	case CONFIG_DURATION:
		r = parse_duration(text, &number);
		break;
	case CONFIG_LEVEL:
		r = parse_level(text, &number);
		break;
	}
	if (r < 0)
		return r;
	if (key->kind != CONFIG_LEVEL && (number < key->min || number > key->max))
		return -ERANGE;
	*(uint64_t *)where = number;
	return 0;
}

static bool is_size(enum config_kind kind)
{
	return kind == CONFIG_BYTES || kind == CONFIG_REGION || kind == CONFIG_RATE;
}

static void format_number(const struct config_key *key, uint64_t number,
			  char text[CONFIG_TEXT_SIZE])
{
	const uint64_t kib = 1024, mib = kib * 1024;

	if (is_size(key->kind) && number % mib == 0)
		snprintf(text, CONFIG_TEXT_SIZE, "%" PRIu64 "M", number / mib);
	else if (is_size(key->kind) && number % kib == 0)
		snprintf(text, CONFIG_TEXT_SIZE, "%" PRIu64 "K", number / kib);
	else if (key->kind == CONFIG_DURATION && number % 1000 == 0)
		snprintf(text, CONFIG_TEXT_SIZE, "%" PRIu64 "s", number / 1000);
	else
		snprintf(text, CONFIG_TEXT_SIZE, "%" PRIu64 "%s", number,
			 key->kind == CONFIG_DURATION ? "ms" : "");
}

void config_format_value(const struct config *config, const struct config_key *key,
			 char text[CONFIG_TEXT_SIZE])
{
	const void *where = (const char *)config + key->offset;

	if (key->kind == CONFIG_PATH) {
		snprintf(text, CONFIG_TEXT_SIZE, "%s", (const char *)where);
		return;
	}
	format_number(key, *(const uint64_t *)where, text);
	if (key->kind == CONFIG_RATE && *(const uint64_t *)where == 0)
		snprintf(text, CONFIG_TEXT_SIZE, "none");
	if (key->kind != CONFIG_LEVEL)
		return;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (*(const uint64_t *)where == (uint64_t)levels[i].level)
			snprintf(text, CONFIG_TEXT_SIZE, "%s", levels[i].name);
}

void config_describe_kind(const struct config_key *key, char text[CONFIG_TEXT_SIZE])
{
	char least[CONFIG_TEXT_SIZE], most[CONFIG_TEXT_SIZE];
	const char *what = key->kind == CONFIG_BYTES      ? "size"
			   : key->kind == CONFIG_REGION   ? "power of two"
			   : key->kind == CONFIG_DURATION ? "duration"
							  : "number";

	switch (key->kind) {
	case CONFIG_PATH:
		snprintf(text, CONFIG_TEXT_SIZE, "a path from / on of less than %d bytes",
			 CONFIG_PATH_SIZE);
		return;
	case CONFIG_LEVEL:
		snprintf(text, CONFIG_TEXT_SIZE, "error, warning, info or debug");
		return;
	case CONFIG_RATE:
		format_number(key, key->min, least);
		snprintf(text, CONFIG_TEXT_SIZE, "none, or %.32s a second or more", least);
		return;
	default:
		format_number(key, key->min, least);
		format_number(key, key->max, most);
		snprintf(text, CONFIG_TEXT_SIZE, "a %s from %.32s to %.32s", what, least, most);
	}
}

bool config_value_equal(const struct config *a, const struct config *b,
			const struct config_key *key)
{
	const void *of_a = (const char *)a + key->offset;
	const void *of_b = (const char *)b + key->offset;

	if (key->kind == CONFIG_PATH)
		return strcmp(of_a, of_b) == 0;
	return *(const uint64_t *)of_a == *(const uint64_t *)of_b;
}
