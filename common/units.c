/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define USEC_PER_SEC 1000000u
#define MINUTE_S     UINT64_C(60)
#define HOUR_S       (60 * MINUTE_S)
#define DAY_S        (24 * HOUR_S)

/* Behind the point; with more, thousandths of the largest unit would no longer fit. */
#define FRACTION_DIGITS_MAX 3

static int multiply(uint64_t a, uint64_t b, uint64_t *productp)
{
	uint64_t product;

	if (__builtin_mul_overflow(a, b, &product))
		return -EOVERFLOW;
	*productp = product;
	return 0;
}

int units_sectors_to_bytes(uint64_t sectors, uint64_t *bytesp)
{
	return multiply(sectors, SECTOR_BYTES, bytesp);
}

int units_extents_to_sectors(uint64_t extents, uint64_t extent_sectors, uint64_t *sectorsp)
{
	return multiply(extents, extent_sectors, sectorsp);
}

int units_extents_to_bytes(uint64_t extents, uint64_t extent_sectors, uint64_t *bytesp)
{
	uint64_t sectors;
	int r = units_extents_to_sectors(extents, extent_sectors, &sectors);

	return r < 0 ? r : units_sectors_to_bytes(sectors, bytesp);
}

static int divide(uint64_t a, uint64_t b, uint64_t *quotientp)
{
	if (b == 0 || a % b != 0)
		return -EINVAL;
	*quotientp = a / b;
	return 0;
}

int units_bytes_to_sectors(uint64_t bytes, uint64_t *sectorsp)
{
	return divide(bytes, SECTOR_BYTES, sectorsp);
}

int units_sectors_to_extents(uint64_t sectors, uint64_t extent_sectors, uint64_t *extentsp)
{
	return divide(sectors, extent_sectors, extentsp);
}

int units_parse_digits(const char **textp, uint64_t *valuep)
{
	const char *text = *textp;
	uint64_t value = 0;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	for (; isdigit((unsigned char)*text); text++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value))
			return -EOVERFLOW;
	*textp = text;
	*valuep = value;
	return 0;
}

/* Reads what may stand behind the whole number; *thousandthsp is 0 if nothing does. */
static int parse_fraction(const char **textp, uint64_t *thousandthsp)
{
	const char *text = *textp;
	uint64_t thousandths = 0;
	int digits;
	int r;

	if (*text != '.') {
		*thousandthsp = 0;
		return 0;
	}
	*textp = ++text;
	r = units_parse_digits(textp, &thousandths);
	if (r < 0 || *textp - text > FRACTION_DIGITS_MAX)
		return -EINVAL;
	for (digits = (int)(*textp - text); digits < FRACTION_DIGITS_MAX; digits++)
		thousandths *= 10;
	*thousandthsp = thousandths;
	return 0;
}

/* The unit must take up the whole text. Returns its bytes, or 0 for what is not a unit. */
static uint64_t parse_unit(const char *text)
{
	static const char binary[] = "kmgtp";
	const char *letter;

	if (*text == '\0' || strcasecmp(text, "b") == 0)
		return 1;
	if (strcasecmp(text, "s") == 0)
		return SECTOR_BYTES;
	letter = strchr(binary, tolower((unsigned char)*text));
	if (!letter || (text[1] != '\0' && strcasecmp(text + 1, "ib") != 0))
		return 0;
	return UINT64_C(1) << (10 * (letter - binary + 1));
}

/* The unit must take up the whole text. Returns its microseconds, or 0 for what is not a unit. */
static uint64_t parse_time_unit(const char *text)
{
	if (*text == '\0' || strcmp(text, "ms") == 0)
		return 1000;
	if (strcmp(text, "us") == 0)
		return 1;
	return strcmp(text, "s") == 0 ? USEC_PER_SEC : 0;
}

/* A number with at most three places behind a point, and a unit. */
static int parse_quantity(const char *text, uint64_t (*parse)(const char *unit), uint64_t *valuep)
{
	uint64_t whole, thousandths, unit, value;
	int r;

	r = units_parse_digits(&text, &whole);
	if (r < 0)
		return r;
	r = parse_fraction(&text, &thousandths);
	if (r < 0)
		return r;
	unit = parse(text);
	if (unit == 0)
		return -EINVAL;
	r = multiply(whole, unit, &value);
	if (r < 0)
		return r;
	if (__builtin_add_overflow(value, unit * thousandths / 1000, &value))
		return -EOVERFLOW;
	*valuep = value;
	return 0;
}

int units_parse_bytes(const char *text, uint64_t *bytesp)
{
	return parse_quantity(text, parse_unit, bytesp);
}

int units_parse_latency(const char *text, uint64_t *latency_usp)
{
	return parse_quantity(text, parse_time_unit, latency_usp);
}

int units_parse_rate(const char *text, uint64_t *rate_bytes_sp)
{
	char size[64];
	size_t len_bytes = strlen(text);

	if (len_bytes >= 2 && strcmp(text + len_bytes - 2, "/s") == 0)
		len_bytes -= 2;
	if (len_bytes >= sizeof(size))
		return -EINVAL;
	memcpy(size, text, len_bytes);
	size[len_bytes] = '\0';
	return units_parse_bytes(size, rate_bytes_sp);
}

void units_format_bytes(uint64_t bytes, char text[UNITS_TEXT_MAX])
{
	static const char prefixes[] = "KMGTPE";
	uint64_t value = bytes; /* in 1/1024 of the unit */
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(text, UNITS_TEXT_MAX, "%" PRIu64 " B", bytes);
		return;
	}
	for (; value >= UINT64_C(1024) * 1024; value /= 1024)
		unit++;
	snprintf(text, UNITS_TEXT_MAX, "%" PRIu64 ".%02" PRIu64 " %ciB", value / 1024,
		 value % 1024 * 100 / 1024, prefixes[unit]);
}

void units_format_duration(uint64_t duration_us, char text[UNITS_TEXT_MAX])
{
	uint64_t s = duration_us / USEC_PER_SEC;

	if (s < MINUTE_S)
		snprintf(text, UNITS_TEXT_MAX, "%" PRIu64 "s", s);
	else if (s < HOUR_S)
		snprintf(text, UNITS_TEXT_MAX, "%" PRIu64 "m%02" PRIu64 "s", s / MINUTE_S,
			 s % MINUTE_S);
	else if (s < DAY_S)
		snprintf(text, UNITS_TEXT_MAX, "%" PRIu64 "h%02" PRIu64 "m", s / HOUR_S,
			 s % HOUR_S / MINUTE_S);
	else
		snprintf(text, UNITS_TEXT_MAX, "%" PRIu64 "d%02" PRIu64 "h", s / DAY_S,
			 s % DAY_S / HOUR_S);
}
