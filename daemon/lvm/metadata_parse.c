/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "daemon/lvm/metadata_tree.h"
#include "daemon/lvm/names.h"
#include "daemon/lvm/section.h"
#include "daemon/lvm/soundness.h"

/* LVM counts extents in 32 bits. */
#define EXTENTS_MAX UINT32_MAX

/* A group being parsed, and its names, sorted. */
struct parse {
	struct vg *vg;
	struct name *pv_keys;
	struct name *lv_names;
};

static void parse_deinit(struct parse *parse)
{
	vg_free(parse->vg);
	free(parse->pv_keys);
	free(parse->lv_names);
}

static size_t count_sections(const struct dm_config_node *parent)
{
	size_t count = 0;

	for (const struct dm_config_node *node = parent ? parent->child : NULL; node;
	     node = node->sib)
		count += tree_is_section(node);
	return count;
}

static int parse_pv(const struct dm_config_node *node, struct vg_pv *pv)
{
	struct section section = {.node = node};
	const struct dm_config_value *status = section_may_strings(&section, "status");
	const struct dm_config_value *flags = section_may_strings(&section, "flags");
	const char *device = section_may_string(&section, "device");

	section_need_id(&section, &pv->id);
	pv->key = section_copy_string(&section, node->key);
	pv->pe_start_sectors = section_need_number(&section, "pe_start", SOUNDNESS_SECTORS_MAX);
	pv->pe_count = section_need_number(&section, "pe_count", EXTENTS_MAX);
	if (section.error)
		return section.error;
	pv->allocatable = tree_list_has(status, "ALLOCATABLE");
	/* For a device it does not find LVM writes "[unknown]" or the like. */
	pv->missing = tree_list_has(status, "MISSING") || tree_list_has(flags, "MISSING") ||
		      !device || device[0] != '/';
	if (!pv->missing)
		pv->device = section_copy_string(&section, device);
	return section.error;
}

static int parse_pvs(struct parse *parse, struct section *group)
{
	const struct dm_config_node *pvs = tree_find_section(group->node, "physical_volumes");
	size_t count = count_sections(pvs);
	struct vg *vg = parse->vg;

	if (count == 0)
		return -EBADMSG;
	vg->pvs = section_new_array(group, count, sizeof(*vg->pvs));
	parse->pv_keys = section_new_array(group, count, sizeof(*parse->pv_keys));
	if (group->error)
		return group->error;
	for (const struct dm_config_node *node = pvs->child; node; node = node->sib) {
		size_t i = vg->pv_count;
		int r;

		if (!tree_is_section(node))
			return -EBADMSG;
		vg->pv_count++;
		parse->pv_keys[i] = (struct name){.text = node->key, .index = i};
		r = parse_pv(node, &vg->pvs[i]);
		if (r < 0)
			return r;
	}
	return names_sort(parse->pv_keys, count);
}

/* All of an LV but its segments, which may name LVs that come later. */
static int parse_lv(const struct dm_config_node *node, struct vg_lv *lv)
{
	struct section section = {.node = node};
	const struct dm_config_value *status = section_may_strings(&section, "status");
	const struct dm_config_value *flags = section_may_strings(&section, "flags");
	const struct dm_config_value *tags = section_may_strings(&section, "tags");
	size_t tag_count = 0;

	section_need_id(&section, &lv->id);
	if (!lvm_name_is_valid(node->key))
		return -EBADMSG;
	lv->name = section_copy_string(&section, node->key);
	lv->visible = tree_list_has(status, "VISIBLE");
	lv->writable = tree_list_has(status, "WRITE") || tree_list_has(flags, "WRITE_LOCKED");
	lv->locked = tree_list_has(status, "LOCKED");
	lv->is_pvmove = tree_list_has(status, "PVMOVE");
	for (const struct dm_config_value *tag = tags; tag; tag = tag->next)
		tag_count++;
	lv->tags = section_new_array(&section, tag_count, sizeof(*lv->tags));
	for (; tags && !section.error; tags = tags->next)
		lv->tags[lv->tag_count++] = section_copy_string(&section, tags->v.str);
	return section.error;
}

/* An area on another LV: it is a component of the one that the segment belongs to. */
static int note_lower_lv(const struct parse *parse, const char *text, struct vg_lv *lv)
{
	const struct name *lower = names_find(parse->lv_names, parse->vg->lv_count, text);

	if (!lower)
		return -EBADMSG;
	parse->vg->lvs[lower->index].is_component = true;
	lv->is_pvmove |= lower->is_pvmove;
	return 0;
}

/*
 * Reads the areas of a segment: pairs of a volume's name and a first extent.
 * A PV goes before an LV of the same name, as in LVM.
 */
static int parse_areas(const struct parse *parse, const struct dm_config_value *value,
		       uint64_t area_extents, struct vg_lv *lv, struct vg_segment *segment)
{
	const struct vg *vg = parse->vg;

	for (; value; value = value->next->next) {
		const struct name *pv;
		uint64_t first_pe;

		if (value->type != DM_CFG_STRING || !value->next || value->next->type != DM_CFG_INT)
			return -EBADMSG;
		pv = names_find(parse->pv_keys, vg->pv_count, value->v.str);
		if (!pv) {
			if (note_lower_lv(parse, value->v.str, lv) < 0)
				return -EBADMSG;
			continue;
		}
		first_pe = (uint64_t)value->next->v.i;
		if (first_pe > vg->pvs[pv->index].pe_count ||
		    area_extents > vg->pvs[pv->index].pe_count - first_pe)
			return -EBADMSG;
		segment->areas[segment->area_count++] = (struct vg_area){
			.pv = pv->index,
			.first_pe = first_pe,
			.extent_count = area_extents,
		};
	}
	return 0;
}

/*
 * Marks what a segment names elsewhere than in its areas: "pool", "origin",
 * "raids" and a dozen more. New ones may come, so all keys count but those known
 * to hold something else (lvm2 2.03.39): at worst an LV that is called as some
 * mode is refused.
 */
static void mark_components(const struct parse *parse, const struct dm_config_node *segment,
			    const struct vg_lv *lv)
{
	static const char *const others[] = {
		"type",   "tags",     "stripes", "mirrors",       "cache_mode",
		"policy", "discards", "mode",    "internal_hash",
	};

	for (const struct dm_config_node *node = segment->child; node; node = node->sib) {
		bool names_lvs = true;

		for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
			names_lvs = names_lvs && strcmp(node->key, others[i]) != 0;
		for (const struct dm_config_value *value = names_lvs ? node->v : NULL; value;
		     value = value->next) {
			const struct name *name = NULL;

			if (value->type == DM_CFG_STRING)
				name = names_find(parse->lv_names, parse->vg->lv_count,
						  value->v.str);
			if (name && &parse->vg->lvs[name->index] != lv)
				parse->vg->lvs[name->index].is_component = true;
		}
	}
}

static size_t count_values(const struct dm_config_node *node)
{
	size_t count = 0;

	for (const struct dm_config_value *value = node->v; value; value = value->next)
		count++;
	return count;
}

/*
 * The keys under which segments stand on PVs: "stripes" share the segment's
 * extents out, "mirrors" each have them all. Other types stand on LVs alone.
 */
static int parse_segment(const struct parse *parse, const struct dm_config_node *node,
			 struct vg_lv *lv, struct vg_segment *segment)
{
	struct section section = {.node = node};
	const struct dm_config_node *stripes = tree_find(node, "stripes");
	const struct dm_config_node *areas = stripes ? stripes : tree_find(node, "mirrors");
	uint64_t share;
	size_t count;

	segment->first_le = section_need_number(&section, "start_extent", EXTENTS_MAX);
	segment->extent_count = section_need_number(&section, "extent_count", EXTENTS_MAX);
	segment->type = section_copy_string(&section, section_need_string(&section, "type"));
	if (section.error)
		return section.error;
	if (segment->extent_count == 0)
		return -EBADMSG;
	mark_components(parse, node, lv);
	if (!areas)
		return 0;
	count = count_values(areas) / 2;
	share = stripes ? count : 1;
	if (count == 0 || segment->extent_count % share != 0)
		return -EBADMSG;
	segment->areas = section_new_array(&section, count, sizeof(*segment->areas));
	if (section.error)
		return section.error;
	return parse_areas(parse, areas->v, segment->extent_count / share, lv, segment);
}

/* Every section below an LV is a segment, as in LVM. */
static int parse_segments(const struct parse *parse, const struct dm_config_node *node,
			  struct vg_lv *lv)
{
	struct section section = {.node = node};
	size_t count = count_sections(node);
	uint64_t next_le = 0;

	if (section_need_number(&section, "segment_count", EXTENTS_MAX) != count)
		return -EBADMSG;
	lv->segments = section_new_array(&section, count, sizeof(*lv->segments));
	if (section.error)
		return section.error;
	for (const struct dm_config_node *child = node->child; child; child = child->sib) {
		struct vg_segment *segment = &lv->segments[lv->segment_count];
		int r;

		if (!tree_is_section(child))
			continue;
		lv->segment_count++;
		r = parse_segment(parse, child, lv, segment);
		if (r < 0)
			return r;
		if (segment->first_le != next_le)
			return -EBADMSG;
		next_le += segment->extent_count;
	}
	return next_le <= EXTENTS_MAX ? 0 : -EBADMSG;
}

static int parse_lvs(struct parse *parse, struct section *group)
{
	const struct dm_config_node *lvs = tree_find_section(group->node, "logical_volumes");
	size_t count = count_sections(lvs);
	struct vg *vg = parse->vg;
	size_t i = 0;
	int r;

	vg->lvs = section_new_array(group, count, sizeof(*vg->lvs));
	parse->lv_names = section_new_array(group, count, sizeof(*parse->lv_names));
	if (group->error || count == 0)
		return group->error;
	for (const struct dm_config_node *node = lvs->child; node; node = node->sib) {
		if (!tree_is_section(node))
			return -EBADMSG;
		i = vg->lv_count++;
		parse->lv_names[i] = (struct name){.text = node->key, .index = i};
		r = parse_lv(node, &vg->lvs[i]);
		if (r < 0)
			return r;
		parse->lv_names[i].is_pvmove = vg->lvs[i].is_pvmove;
	}
	r = names_sort(parse->lv_names, count);
	if (r < 0)
		return r;
	i = 0;
	for (const struct dm_config_node *node = lvs->child; node; node = node->sib) {
		r = parse_segments(parse, node, &vg->lvs[i++]);
		if (r < 0)
			return r;
	}
	return 0;
}

static int parse_group(struct parse *parse, const struct dm_config_node *node)
{
	struct section section = {.node = node};
	const struct dm_config_value *status = section_may_strings(&section, "status");
	const struct dm_config_value *flags = section_may_strings(&section, "flags");
	struct vg *vg = section_new_array(&section, 1, sizeof(*vg));
	int r;

	if (!vg)
		return -ENOMEM;
	parse->vg = vg;
	if (!lvm_name_is_valid(node->key))
		return -EBADMSG;
	vg->name = section_copy_string(&section, node->key);
	section_need_id(&section, &vg->id);
	vg->seqno = section_need_number(&section, "seqno", UINT32_MAX);
	vg->extent_size_sectors = section_need_number(&section, "extent_size", UINT32_MAX);
	vg->system_id = section_copy_string(&section, section_may_string(&section, "system_id"));
	vg->lock_type = section_copy_string(&section, section_may_string(&section, "lock_type"));
	if (section.error)
		return section.error;
	if (vg->extent_size_sectors == 0)
		return -EBADMSG;
	vg->exported = tree_list_has(status, "EXPORTED");
	vg->writable = tree_list_has(status, "WRITE") || tree_list_has(flags, "WRITE_LOCKED");
	r = parse_pvs(parse, &section);
	if (r == 0)
		r = parse_lvs(parse, &section);
	return r == 0 ? soundness_check(vg) : r;
}

/* True when the top of the tree says that it is the text of a VG, in the only version there is. */
static bool is_group_text(const struct dm_config_tree *tree)
{
	struct dm_config_node top = {.child = tree->root};
	const char *contents;
	uint64_t version;

	return tree_read_string(&top, "contents", &contents) == 0 &&
	       strcmp(contents, "Text Format Volume Group") == 0 &&
	       tree_read_number(&top, "version", 1, &version) == 0 && version == 1;
}

int metadata_parse_tree(const char *text, size_t len_bytes, struct dm_config_tree **treep,
			struct vg **vgp)
{
	cleanup(parse_deinit) struct parse parse = {0};
	_tree_ struct dm_config_tree *tree = NULL;
	const struct dm_config_node *group;
	int r;

	if (len_bytes > METADATA_TEXT_MAX)
		return -E2BIG;
	r = tree_parse(text, len_bytes, &tree);
	if (r < 0)
		return r;
	group = tree_only_section(tree);
	if (!group || !is_group_text(tree))
		return -EBADMSG;
	r = parse_group(&parse, group);
	if (r < 0)
		return r;
	*vgp = steal_pointer(&parse.vg);
	*treep = steal_pointer(&tree);
	return 0;
}

int metadata_parse(const char *text, size_t len_bytes, struct vg **vgp)
{
	_tree_ struct dm_config_tree *tree = NULL;

	return metadata_parse_tree(text, len_bytes, &tree, vgp);
}
