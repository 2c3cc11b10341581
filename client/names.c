/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/names.h"

#include <string.h>

/* Names shown of a list; the rest is counted. */
#define NAMES_MAX 3

/* Writes what comes before the i-th name of a list. Returns whether that name is to follow. */
static bool write_separator(FILE *out, size_t i, size_t count)
{
	if (i == NAMES_MAX) {
		fprintf(out, ",+%zu", count - i);
		return false;
	}
	if (i > 0)
		fputc(',', out);
	return true;
}

static const char *shorten(const char *path)
{
	static const char prefix[] = "/dev/";

	return strncmp(path, prefix, strlen(prefix)) == 0 ? path + strlen(prefix) : path;
}

static void write_destinations(FILE *out, const struct move_view *move, bool is_short)
{
	size_t count = view_count(move->destinations);

	if (count == 0)
		fputs("any", out);
	for (size_t i = 0; i < count && write_separator(out, i, count); i++) {
		const char *destination = view_get_destination(move, i);

		fputs(is_short ? shorten(destination) : destination, out);
	}
}

void names_write_destinations(FILE *out, const struct move_view *move)
{
	write_destinations(out, move, false);
}

void names_write_short_way(FILE *out, const struct move_view *move, const char *arrow,
			   bool is_counted)
{
	size_t count = view_count(move->destinations);

	fprintf(out, "%s %s ", shorten(move->source), arrow);
	if (is_counted && count > 1)
		fprintf(out, "%zu PVs", count);
	else
		write_destinations(out, move, true);
}

/* An LV in many pieces has several passes, one after the other. */
static bool is_named_before(const struct move_view *move, size_t i)
{
	return i > 0 && strcmp(view_get_pass(move, i).lv, view_get_pass(move, i - 1).lv) == 0;
}

void names_write_lvs(FILE *out, const struct move_view *move)
{
	size_t count = 0, written = 0;

	for (size_t i = 0; i < view_count(move->passes); i++)
		count += !is_named_before(move, i);
	for (size_t i = 0; i < view_count(move->passes); i++) {
		if (is_named_before(move, i))
			continue;
		if (!write_separator(out, written++, count))
			return;
		fputs(view_get_pass(move, i).lv, out);
	}
}
