/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/when.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/units.h"

#define USEC_PER_SEC UINT64_C(1000000)

static int parse_seconds(const char *text, uint64_t *time_usp)
{
	uint64_t seconds;
	int r = units_parse_digits(&text, &seconds);

	if (r == 0 && *text)
		r = -EINVAL;
	if (r == 0 && __builtin_mul_overflow(seconds, USEC_PER_SEC, time_usp))
		r = -EOVERFLOW;
	return r;
}

int when_parse_span(const char *text, uint64_t *span_usp)
{
	static const struct {
		const char *name;
		uint64_t seconds;
	} units[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}};
	const char *unit = text;
	uint64_t number;
	int r = units_parse_digits(&unit, &number);

	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(unit, units[i].name) == 0)
			return __builtin_mul_overflow(number, units[i].seconds * USEC_PER_SEC,
						      span_usp)
				       ? -EOVERFLOW
				       : 0;
	return -EINVAL;
}

/* "-2h", "2h ago" */
static int parse_ago(const char *text, uint64_t now_us, uint64_t *time_usp)
{
	static const char ago[] = " ago";
	size_t len = strlen(text);
	char span[32];
	uint64_t span_us;
	int r;

	if (*text == '-')
		text++;
	else if (len > strlen(ago) && strcmp(text + len - strlen(ago), ago) == 0)
		len -= strlen(ago);
	else
		return -EINVAL;
	if ((size_t)snprintf(span, sizeof(span), "%.*s", (int)len, text) >= sizeof(span))
		return -EINVAL;
	r = when_parse_span(span, &span_us);
	if (r == 0 && span_us > now_us)
		r = -EOVERFLOW;
	if (r == 0)
		*time_usp = now_us - span_us;
	return r;
}

/* What the format does not name is as it is in *parts. */
static bool matches(const char *text, const char *format, struct tm *parts)
{
	struct tm read = *parts;
	const char *end = strptime(text, format, &read);

	if (!end || *end)
		return false;
	*parts = read;
	return true;
}

/* The day in local time, at midnight. */
static bool find_day(uint64_t now_us, int days_back, struct tm *parts)
{
	time_t now = (time_t)(now_us / USEC_PER_SEC);

	if (!localtime_r(&now, parts))
		return false;
	parts->tm_mday -= days_back;
	parts->tm_hour = parts->tm_min = parts->tm_sec = 0;
	return true;
}

static int parse_calendar(const char *text, uint64_t now_us, uint64_t *time_usp)
{
	static const char *const formats[] = {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d",
					      "%H:%M:%S", "%H:%M"};
	struct tm parts;
	time_t seconds;
	bool is_read = strcmp(text, "today") == 0 || strcmp(text, "yesterday") == 0;

	if (!find_day(now_us, *text == 'y', &parts))
		return -EOVERFLOW;
	for (size_t i = 0; !is_read && i < sizeof(formats) / sizeof(formats[0]); i++)
		is_read = matches(text, formats[i], &parts);
	if (!is_read)
		return -EINVAL;
	parts.tm_isdst = -1;
	seconds = mktime(&parts);
	if (seconds < 0)
		return -EOVERFLOW;
	*time_usp = (uint64_t)seconds * USEC_PER_SEC;
	return 0;
}

int when_parse(const char *text, uint64_t now_us, uint64_t *time_usp)
{
	int r;

	if (strcmp(text, "now") == 0) {
		*time_usp = now_us;
		return 0;
	}
	if (*text == '@')
		return parse_seconds(text + 1, time_usp);
	r = parse_ago(text, now_us, time_usp);
	return r == -EINVAL ? parse_calendar(text, now_us, time_usp) : r;
}
