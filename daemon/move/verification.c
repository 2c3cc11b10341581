/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/verification.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * What was found is cut out of what is left in multiples of this, so that what
 * is left can be read past the page cache: no logical block is larger.
 */
#define BLOCK_SECTORS 8u

/* Bad sectors have bad neighbours, each of which would cost the disk's patience: leave out so much.
 */
#define UNREADABLE_SECTORS 128u

/* Room kept for the "and 7 more" behind the places that fit a text. */
#define MORE_TEXT_MAX 16

static bool stretches_are_full(const struct leg_stretches *stretches)
{
	return stretches->count == VERIFICATION_HITS_MAX;
}

static void add_hit(struct leg_stretches *stretches, const struct leg_stretch *hit)
{
	if (!stretches_are_full(stretches))
		stretches->items[stretches->count++] = *hit;
}

/* Puts a stretch behind all others. When there is no room for it, it is given up. */
static void put_off(struct verification *verification, const struct leg_stretch *stretch,
		    unsigned tries)
{
	size_t room = sizeof(verification->todo) / sizeof(verification->todo[0]);

	if (stretch->len_sectors == 0)
		return;
	if (tries == VERIFICATION_TRIES_MAX || verification->todo_count == room) {
		add_hit(&verification->restless, stretch);
		return;
	}
	verification->todo[verification->todo_count].stretch = *stretch;
	verification->todo[verification->todo_count++].tries = tries;
}

/*
 * A destination that cannot be read has failed, whatever else there is to say
 * of it; and a source with so many bad places should be left, not read on.
 */
static bool verification_is_over(const struct verification *verification)
{
	return verification->todo_count == 0 || stretches_are_full(&verification->differing) ||
	       stretches_are_full(&verification->restless) ||
	       stretches_are_full(&verification->source_unreadable) ||
	       verification->dest_unreadable.count > 0;
}

/* The run that a sector of the leg lies in. */
static const struct leg_run *find_run(const struct leg_geometry *geometry, uint64_t sector)
{
	const struct leg_run *run = geometry->runs;

	while (sector >= run->leg_start_sectors + run->len_sectors)
		run++;
	return run;
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static struct verification_piece
cut_piece(const struct leg_stretch *todo, const struct leg_geometry *geometry, uint64_t max_sectors)
{
	const struct leg_run *run = find_run(geometry, todo->start_sectors);
	uint64_t skip_sectors = todo->start_sectors - run->leg_start_sectors;
	uint64_t len_sectors = lesser(todo->len_sectors, VERIFICATION_PIECE_SECTORS);

	len_sectors = lesser(len_sectors, max_sectors);
	len_sectors = lesser(len_sectors, run->len_sectors - skip_sectors);
	return (struct verification_piece){
		.stretch = {todo->start_sectors, len_sectors},
		.comparison = {.first_dev = run->source_dev,
			       .second_dev = run->dest_dev,
			       .first_off_sectors = run->source_sectors + skip_sectors,
			       .second_off_sectors = run->dest_sectors + skip_sectors,
			       .len_sectors = len_sectors},
	};
}

bool verification_next(struct verification *verification, const struct leg_geometry *geometry,
		       uint64_t max_sectors, struct verification_piece *piecep)
{
	if (!verification->has_begun) {
		*verification = (struct verification){.has_begun = true};
		put_off(verification, &(struct leg_stretch){0, geometry->len_sectors}, 0);
	}
	if (verification_is_over(verification))
		return false;
	*piecep = cut_piece(&verification->todo[0].stretch, geometry, max_sectors);
	return true;
}

/* Takes the first so many sectors off what is to be done; returns as how many tries they count. */
static unsigned take_off(struct verification *verification, uint64_t len_sectors)
{
	struct leg_stretch *first = &verification->todo[0].stretch;
	unsigned tries = verification->todo[0].tries;

	first->start_sectors += len_sectors;
	first->len_sectors -= len_sectors;
	if (first->len_sectors == 0)
		memmove(&verification->todo[0], &verification->todo[1],
			--verification->todo_count * sizeof(verification->todo[0]));
	return tries;
}

/* Where in the piece something was found; all of it when that makes no sense. */
static struct leg_stretch find_hit(const struct verification_piece *piece,
				   const struct dm_comparison_result *found)
{
	const struct leg_stretch *whole = &piece->stretch;

	if (found->len_sectors == 0 || found->off_sectors >= whole->len_sectors ||
	    found->len_sectors > whole->len_sectors - found->off_sectors)
		return *whole;
	return (struct leg_stretch){whole->start_sectors + found->off_sectors, found->len_sectors};
}

/* A hit with the rest of its blocks of that size, still within the piece. */
static struct leg_stretch widen_hit(const struct verification_piece *piece,
				    const struct leg_stretch *hit, uint64_t block_sectors)
{
	const struct leg_stretch *whole = &piece->stretch;
	uint64_t first = hit->start_sectors - whole->start_sectors;
	uint64_t end = first + hit->len_sectors;

	first -= first % block_sectors;
	end += (block_sectors - end % block_sectors) % block_sectors;
	return (struct leg_stretch){whole->start_sectors + first,
				    lesser(end, whole->len_sectors) - first};
}

void verification_note(struct verification *verification, const struct verification_piece *piece,
		       const struct dm_comparison_result *found)
{
	const struct leg_stretch *whole = &piece->stretch;
	struct leg_stretch hit = find_hit(piece, found);
	struct leg_stretch blocks = widen_hit(
		piece, &hit,
		found->verdict == DM_FIRST_UNREADABLE ? UNREADABLE_SECTORS : BLOCK_SECTORS);
	struct leg_stretch before = {whole->start_sectors,
				     blocks.start_sectors - whole->start_sectors};
	unsigned tries;

	if (found->verdict == DM_EQUAL) {
		take_off(verification, whole->len_sectors);
		verification->equal_sectors += whole->len_sectors;
		return;
	}
	/* Of what lies before the hit nothing was said: it is looked at again, later. */
	tries = take_off(verification, before.len_sectors + blocks.len_sectors);
	put_off(verification, &before, tries);
	switch (found->verdict) {
	case DM_DIFFERENT:
		add_hit(&verification->differing, &hit);
		break;
	case DM_UNSETTLED:
		put_off(verification, &blocks, tries + 1);
		break;
	case DM_FIRST_UNREADABLE:
		add_hit(&verification->source_unreadable, &blocks);
		break;
	case DM_SECOND_UNREADABLE:
		add_hit(&verification->dest_unreadable, &hit);
		break;
	case DM_EQUAL:
		break;
	}
}

enum verification_verdict verification_judge(const struct verification *verification)
{
	if (!verification->has_begun || !verification_is_over(verification))
		return VERIFICATION_UNFINISHED;
	if (verification->differing.count > 0)
		return VERIFICATION_DIFFERENT;
	if (verification->dest_unreadable.count > 0)
		return VERIFICATION_DEST_UNREADABLE;
	return verification->restless.count > 0 ? VERIFICATION_UNSETTLED : VERIFICATION_EQUAL;
}

/* ---- words ------------------------------------------------------------- */

static const char *device_of(const struct vg *vg, dev_t dev)
{
	const struct vg_pv *pv = vg_find_pv_by_dev(vg, dev);

	return pv && pv->device ? pv->device : "?";
}

static int describe_place(const struct leg_stretch *place, const struct vg *vg,
			  const struct leg_run *run, char *text, size_t size_bytes)
{
	uint64_t skip = place->start_sectors - run->leg_start_sectors;
	uint64_t last = skip + place->len_sectors - 1;
	uint64_t first_le = (run->lv_start_sectors + skip) / vg->extent_size_sectors;
	uint64_t last_le = (run->lv_start_sectors + last) / vg->extent_size_sectors;

	return snprintf(text, size_bytes,
			"logical extents %" PRIu64 " to %" PRIu64 " (sectors %" PRIu64
			" to %" PRIu64 " of %s, %" PRIu64 " to %" PRIu64 " of %s)",
			first_le, last_le, run->source_sectors + skip, run->source_sectors + last,
			device_of(vg, run->source_dev), run->dest_sectors + skip,
			run->dest_sectors + last, device_of(vg, run->dest_dev));
}

/* The place with number *ip and those that go on where it ends; *ip is then the next one's. */
static struct leg_stretch join_places(const struct leg_stretches *places, const struct leg_run *run,
				      size_t *ip)
{
	struct leg_stretch place = places->items[(*ip)++];
	uint64_t run_end = run->leg_start_sectors + run->len_sectors;

	while (*ip < places->count &&
	       places->items[*ip].start_sectors == place.start_sectors + place.len_sectors &&
	       places->items[*ip].start_sectors < run_end)
		place.len_sectors += places->items[(*ip)++].len_sectors;
	return place;
}

void verification_describe(const struct leg_stretches *places, const struct vg *vg,
			   const struct leg_geometry *geometry, char *text, size_t size_bytes)
{
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0; i < places->count;) {
		size_t left = places->count - i;
		const struct leg_run *run = find_run(geometry, places->items[i].start_sectors);
		struct leg_stretch place = join_places(places, run, &i);
		size_t room = size_bytes - used;
		int len = snprintf(text + used, room, "%s", used ? "; " : "");

		len += describe_place(&place, vg, run, text + used + len, room - (size_t)len);
		if ((size_t)len + MORE_TEXT_MAX > room) {
			snprintf(text + used, room, "%sand %zu more", used ? "; " : "", left);
			return;
		}
		used += (size_t)len;
	}
}
