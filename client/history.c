/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/history.h"

#include <string.h>
#include <sys/stat.h>

static bool is_same_device(const char *a, const char *b)
{
	struct stat first, second;

	if (strcmp(a, b) == 0)
		return true;
	return stat(a, &first) == 0 && stat(b, &second) == 0 && S_ISBLK(first.st_mode) &&
	       S_ISBLK(second.st_mode) && first.st_rdev == second.st_rdev;
}

/* "lv", "vg/lv", "/dev/vg/lv" */
static bool names_lv(const char *text, const char *vg, const char *lv)
{
	size_t vg_len = strlen(vg);

	if (strncmp(text, "/dev/", strlen("/dev/")) == 0)
		text += strlen("/dev/");
	if (strncmp(text, vg, vg_len) == 0 && text[vg_len] == '/')
		text += vg_len + 1;
	return strcmp(text, lv) == 0;
}

static bool has_lv(const struct move_view *move, const char *lv)
{
	for (size_t i = 0; i < view_count(move->passes); i++)
		if (names_lv(lv, move->vg, view_get_pass(move, i).lv))
			return true;
	return false;
}

static bool has_destination(const struct move_view *move, const char *device)
{
	for (size_t i = 0; i < view_count(move->destinations); i++)
		if (is_same_device(device, view_get_destination(move, i)))
			return true;
	return false;
}

static bool is_let_through(const struct history_filter *filter, const struct move_view *move)
{
	if (!view_move_is_ended(move) || move->finished_us == VIEW_UNKNOWN)
		return false;
	if (filter->since_us != 0 && move->finished_us < filter->since_us)
		return false;
	if (filter->until_us != 0 && move->finished_us > filter->until_us)
		return false;
	if (filter->vg && strcmp(filter->vg, move->vg) != 0)
		return false;
	if (filter->result && strcmp(filter->result, move->state) != 0)
		return false;
	if (filter->lv && !has_lv(move, filter->lv))
		return false;
	if (filter->source && !is_same_device(filter->source, move->source))
		return false;
	return !filter->destination || has_destination(move, filter->destination);
}

void history_filter_moves(const struct history_filter *filter, struct moves *moves)
{
	uint64_t left = filter->last > 0 ? filter->last : UINT64_MAX;
	size_t kept = 0;

	/* They come with the latest first. */
	for (size_t i = 0; i < moves->count; i++) {
		struct moves_entry entry = moves->entries[i];

		if (left > 0 && is_let_through(filter, &entry.view)) {
			left--;
			moves->entries[i] = moves->entries[kept];
			moves->entries[kept++] = entry;
		}
	}
	moves_truncate(moves, kept);
}
