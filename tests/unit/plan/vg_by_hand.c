/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/plan/vg_by_hand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

static void *grow(void *items, size_t count, size_t size)
{
	void *grown = reallocarray(items, count + 1, size);

	if (!grown)
		abort();
	memset((char *)grown + count * size, 0, size);
	return grown;
}

static char *copy_text(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	return copy;
}

struct lvm_id hand_id(char kind, size_t number)
{
	struct lvm_id id;

	snprintf(id.text, sizeof(id.text), "%c00000-0000-0000-0000-0000-0000-%06zu", kind,
		 number % 1000000);
	return id;
}

dev_t hand_dev(size_t pv)
{
	return makedev(8, (unsigned)pv);
}

static char *device_name(size_t pv)
{
	char text[32];

	snprintf(text, sizeof(text), "/dev/pv%zu", pv);
	return copy_text(text);
}

struct vg *hand_vg(size_t pv_count, uint64_t pe_count)
{
	struct vg *vg = grow(NULL, 0, sizeof(*vg));

	vg->id = hand_id('g', 0);
	vg->name = copy_text("vg");
	vg->seqno = 1;
	vg->extent_size_sectors = EXTENT_SECTORS;
	vg->writable = true;
	for (; vg->pv_count < pv_count; vg->pv_count++) {
		vg->pvs = grow(vg->pvs, vg->pv_count, sizeof(vg->pvs[0]));
		vg->pvs[vg->pv_count] = (struct vg_pv){
			.id = hand_id('p', vg->pv_count),
			.device = device_name(vg->pv_count),
			.pe_start_sectors = PE_START_SECTORS,
			.pe_count = pe_count,
			.allocatable = true,
			.dev = hand_dev(vg->pv_count),
			.logical_block_bytes = 512,
		};
	}
	return vg;
}

struct vg_lv *hand_add_lv(struct vg *vg, const char *name)
{
	struct vg_lv *lv;

	vg->lvs = grow(vg->lvs, vg->lv_count, sizeof(vg->lvs[0]));
	lv = &vg->lvs[vg->lv_count];
	lv->id = hand_id('l', vg->lv_count++);
	lv->name = copy_text(name);
	lv->visible = true;
	lv->writable = true;
	return lv;
}

static struct vg_segment *add_segment(struct vg_lv *lv, const char *type, uint64_t extent_count)
{
	struct vg_segment *segment;
	uint64_t first_le = 0;

	if (lv->segment_count > 0) {
		segment = &lv->segments[lv->segment_count - 1];
		first_le = segment->first_le + segment->extent_count;
	}
	lv->segments = grow(lv->segments, lv->segment_count, sizeof(lv->segments[0]));
	segment = &lv->segments[lv->segment_count++];
	segment->first_le = first_le;
	segment->extent_count = extent_count;
	segment->type = copy_text(type);
	return segment;
}

static void add_area(struct vg_segment *segment, size_t pv, uint64_t first_pe,
		     uint64_t extent_count)
{
	segment->areas = grow(segment->areas, segment->area_count, sizeof(segment->areas[0]));
	segment->areas[segment->area_count++] =
		(struct vg_area){.pv = pv, .first_pe = first_pe, .extent_count = extent_count};
}

void hand_add_linear(struct vg_lv *lv, size_t pv, uint64_t first_pe, uint64_t extent_count)
{
	add_area(add_segment(lv, "striped", extent_count), pv, first_pe, extent_count);
}

void hand_add_stacked(struct vg_lv *lv, const char *type, uint64_t extent_count)
{
	add_segment(lv, type, extent_count);
}

void hand_add_striped(struct vg_lv *lv, size_t pv_a, size_t pv_b, uint64_t extent_count)
{
	struct vg_segment *segment = add_segment(lv, "striped", extent_count);

	add_area(segment, pv_a, 0, extent_count / 2);
	add_area(segment, pv_b, 0, extent_count / 2);
}

void hand_add_tag(struct vg_lv *lv, const char *tag)
{
	lv->tags = grow(lv->tags, lv->tag_count, sizeof(lv->tags[0]));
	lv->tags[lv->tag_count++] = copy_text(tag);
}

static struct pv_choice make_choice(size_t pv)
{
	return (struct pv_choice){
		.device = device_name(pv), .dev = hand_dev(pv), .pv = hand_id('p', pv)};
}

struct move_request *hand_request(size_t source_pv)
{
	struct move_request *request = grow(NULL, 0, sizeof(*request));

	request->source = make_choice(source_pv);
	return request;
}

void hand_add_destination(struct move_request *request, size_t pv)
{
	request->destinations = grow(request->destinations, request->destination_count,
				     sizeof(request->destinations[0]));
	request->destinations[request->destination_count++] = make_choice(pv);
}

void hand_add_range(struct pv_choice *choice, uint64_t first_pe, uint64_t extent_count)
{
	choice->ranges = grow(choice->ranges, choice->range_count, sizeof(choice->ranges[0]));
	choice->ranges[choice->range_count++] =
		(struct pe_range){.first_pe = first_pe, .extent_count = extent_count};
}

void hand_set_lv(struct move_request *request, const char *lv)
{
	free(request->lv);
	request->lv = copy_text(lv);
}

uint64_t hand_random(uint64_t *seed, uint64_t below)
{
	/* Knuth's MMIX; its upper bits are good enough for tests. */
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (*seed >> 33) % below;
}
