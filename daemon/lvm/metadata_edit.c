/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "daemon/lvm/metadata_tree.h"
#include "daemon/lvm/segments.h"

DEFINE_CLEANUP(struct vg *, vg_freep, vg_free)

/* The text being edited, as values and as a tree. */
struct edit {
	const struct reservation *reservation;
	struct vg *vg;
	struct dm_config_tree *tree;
};

static void edit_deinit(struct edit *edit)
{
	vg_free(edit->vg);
	if (edit->tree)
		dm_config_destroy(edit->tree);
}

/* The section of all LVs; it is there when any LV is. */
static struct dm_config_node *find_lvs(const struct edit *edit)
{
	return tree_find_section(tree_only_section(edit->tree), "logical_volumes");
}

static struct dm_config_node *find_lv(const struct edit *edit, const struct lvm_id *id)
{
	return tree_find_section(find_lvs(edit), vg_find_lv(edit->vg, id)->name);
}

static int append_linear(struct pieces *pieces, const struct vg_pv *pv, uint64_t first_pe,
			 uint64_t extent_count)
{
	struct piece piece = {
		.extent_count = extent_count,
		.pv_key = pv->key,
		.first_pe = first_pe,
		.moved = true,
	};

	return pieces_append(pieces, &piece);
}

/* Makes the hidden LV hold the destination, or else the source, of all runs. */
static int write_hidden_segments(const struct edit *edit, struct dm_config_node *hidden, bool dest)
{
	cleanup(pieces_deinit) struct pieces pieces = {0};

	for (size_t i = 0; i < edit->reservation->run_count; i++) {
		const struct run *run = &edit->reservation->runs[i];
		const struct lvm_id *pv = dest ? &run->dest_pv : &run->source_pv;
		int r = append_linear(&pieces, vg_find_pv(edit->vg, pv),
				      dest ? run->dest_pe : run->source_pe, run->extent_count);

		if (r < 0)
			return r;
	}
	return pieces_write(&pieces, edit->tree, hidden);
}

/* True when the destination of the run exists and none of the used areas touches it. */
static bool dest_is_free(const struct vg *vg, const struct run *run, const struct vg_area *areas,
			 size_t area_count)
{
	const struct vg_pv *pv = vg_find_pv(vg, &run->dest_pv);

	if (!pv || run->dest_pe > pv->pe_count || run->extent_count > pv->pe_count - run->dest_pe)
		return false;
	for (size_t i = 0; i < area_count; i++)
		if (&vg->pvs[areas[i].pv] == pv &&
		    areas[i].first_pe < run->dest_pe + run->extent_count &&
		    run->dest_pe < areas[i].first_pe + areas[i].extent_count)
			return false;
	return true;
}

static int check_dest(const struct edit *edit)
{
	_free_ struct vg_area *areas = NULL;
	size_t count;
	int r = vg_used_areas(edit->vg, &areas, &count);

	if (r < 0)
		return r;
	for (size_t i = 0; i < edit->reservation->run_count; i++)
		if (!dest_is_free(edit->vg, &edit->reservation->runs[i], areas, count))
			return -EBUSY;
	return 0;
}

/*
 * The hidden LV as `lvcreate --setautoactivation n --addtag pvmoved` would
 * write it, but for VISIBLE, which it lacks, and LOCKED. Without a creation_host
 * it needs no creation_time.
 */
static int add_hidden_lv(const struct edit *edit)
{
	static const char *const status[] = {"READ", "WRITE", "LOCKED"};
	const struct reservation *reservation = edit->reservation;
	struct dm_config_node *hidden;
	int r = tree_add_section(edit->tree, find_lvs(edit), reservation->name, &hidden);

	if (r == 0)
		r = tree_set_string(edit->tree, hidden, "id", reservation->id.text);
	for (size_t i = 0; i < sizeof(status) / sizeof(*status) && r == 0; i++)
		r = tree_list_add(edit->tree, hidden, "status", status[i]);
	if (r == 0)
		r = tree_list_add(edit->tree, hidden, "flags", "NOAUTOACTIVATE");
	if (r == 0)
		r = tree_list_add(edit->tree, hidden, "tags", RESERVATION_TAG);
	return r == 0 ? write_hidden_segments(edit, hidden, true) : r;
}

static int reserve(const struct edit *edit, enum metadata_stage stage)
{
	int r;

	if (stage != STAGE_UNRESERVED)
		return -ESTALE;
	if (vg_find_lv(edit->vg, &edit->reservation->lv)->locked)
		return -EBUSY;
	if (vg_find_lv_by_name(edit->vg, edit->reservation->name))
		return -EEXIST;
	r = check_dest(edit);
	if (r == 0)
		r = add_hidden_lv(edit);
	if (r == 0)
		r = tree_list_add(edit->tree, find_lv(edit, &edit->reservation->lv), "status",
				  "LOCKED");
	return r;
}

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * The piece of the LV that begins at extent le of the segment and ends where
 * the segment ends or a run begins or ends, whichever is first. run: the first
 * one that ends behind le, or NULL.
 */
static struct piece cut_piece(const struct vg *vg, const struct vg_segment *segment, uint64_t le,
			      const struct run *run)
{
	uint64_t end_le = segment->first_le + segment->extent_count;
	struct piece piece = {0};

	if (run && run->first_le <= le) {
		piece.moved = true;
		piece.extent_count = min(end_le, run->first_le + run->extent_count) - le;
		piece.pv_key = vg_find_pv(vg, &run->dest_pv)->key;
		piece.first_pe = run->dest_pe + (le - run->first_le);
		return piece;
	}
	piece.extent_count = (run ? min(end_le, run->first_le) : end_le) - le;
	if (vg_segment_is_linear(segment)) {
		piece.pv_key = vg->pvs[segment->areas[0].pv].key;
		piece.first_pe = segment->areas[0].first_pe + (le - segment->first_le);
	}
	return piece;
}

/* Moves the extents of the runs of the LV to their destinations. */
static int write_moved_segments(const struct edit *edit, const struct vg_lv *lv,
				struct dm_config_node *node)
{
	cleanup(pieces_deinit) struct pieces pieces = {0};
	const struct run *run = edit->reservation->runs;
	const struct run *runs_end = run + edit->reservation->run_count;
	const struct dm_config_node *origin = node->child;
	uint64_t le = 0;

	for (size_t i = 0; i < lv->segment_count; i++, origin = origin->sib) {
		const struct vg_segment *segment = &lv->segments[i];

		while (!tree_is_section(origin))
			origin = origin->sib;
		while (le < segment->first_le + segment->extent_count) {
			struct piece piece;
			int r;

			while (run < runs_end && run->first_le + run->extent_count <= le)
				run++;
			piece = cut_piece(edit->vg, segment, le, run < runs_end ? run : NULL);
			piece.origin = origin;
			r = pieces_append(&pieces, &piece);
			if (r < 0)
				return r;
			le += piece.extent_count;
		}
	}
	return pieces_write(&pieces, edit->tree, node);
}

static int commit(const struct edit *edit, enum metadata_stage stage)
{
	const struct vg_lv *lv = vg_find_lv(edit->vg, &edit->reservation->lv);
	struct dm_config_node *node;
	int r;

	if (stage != STAGE_RESERVED)
		return -ESTALE;
	node = find_lv(edit, &lv->id);
	r = write_moved_segments(edit, lv, node);
	return r < 0 ? r
		     : write_hidden_segments(edit, find_lv(edit, &edit->reservation->id), false);
}

/* LVM writes no section for no LVs. */
static void drop_empty_lvs(const struct edit *edit)
{
	struct dm_config_node *lvs = find_lvs(edit);

	if (!lvs->child)
		dm_config_remove_node(tree_only_section(edit->tree), lvs);
}

static int release(const struct edit *edit)
{
	const struct vg_lv *lv = vg_find_lv(edit->vg, &edit->reservation->lv);

	if (!vg_find_lv(edit->vg, &edit->reservation->id))
		return -ESTALE;
	dm_config_remove_node(find_lvs(edit), find_lv(edit, &edit->reservation->id));
	drop_empty_lvs(edit);
	/* LVM's pvmove sets it, too. */
	if (!lv || lv->is_pvmove)
		return 0;
	return tree_list_remove(edit->tree, find_lv(edit, &lv->id), "status", "LOCKED");
}

static int clear(const struct edit *edit)
{
	bool found = false;
	int r = 0;

	for (size_t i = 0; i < edit->vg->lv_count && r == 0; i++) {
		const struct vg_lv *lv = &edit->vg->lvs[i];

		if (reservation_made_lv(lv))
			dm_config_remove_node(find_lvs(edit), find_lv(edit, &lv->id));
		else if (reservation_locked_lv(lv))
			r = tree_list_remove(edit->tree, find_lv(edit, &lv->id), "status",
					     "LOCKED");
		else
			continue;
		found = true;
	}
	if (found)
		drop_empty_lvs(edit);
	return r == 0 && !found ? -ESTALE : r;
}

static bool is_clear(const struct vg *vg)
{
	for (size_t i = 0; i < vg->lv_count; i++)
		if (reservation_made_lv(&vg->lvs[i]) || reservation_locked_lv(&vg->lvs[i]))
			return false;
	return true;
}

bool metadata_edit_is_done(enum metadata_edit kind, const struct vg *vg,
			   const struct reservation *reservation)
{
	switch (kind) {
	case METADATA_RESERVE:
		return metadata_stage(vg, reservation) == STAGE_RESERVED;
	case METADATA_COMMIT:
		return metadata_stage(vg, reservation) == STAGE_COMMITTED &&
		       reservation_lv_is_on_dest(vg, reservation);
	case METADATA_RELEASE:
		return !vg_find_lv(vg, &reservation->id);
	case METADATA_CLEAR:
		return is_clear(vg);
	}
	return false;
}

static int edit_apply(const struct edit *edit, enum metadata_edit kind)
{
	enum metadata_stage stage = metadata_stage(edit->vg, edit->reservation);

	switch (kind) {
	case METADATA_RESERVE:
		return reserve(edit, stage);
	case METADATA_COMMIT:
		return commit(edit, stage);
	case METADATA_RELEASE:
		return release(edit);
	case METADATA_CLEAR:
		return clear(edit);
	}
	return -EINVAL;
}

int metadata_edit(const char *text, size_t len_bytes, enum metadata_edit kind,
		  const struct reservation *reservation, char **textp)
{
	cleanup(edit_deinit) struct edit edit = {.reservation = reservation};
	cleanup(vg_freep) struct vg *edited = NULL;
	_free_ char *edited_text = NULL;
	int r;

	r = metadata_parse_tree(text, len_bytes, &edit.tree, &edit.vg);
	if (r == 0)
		r = edit_apply(&edit, kind);
	if (r == 0)
		r = tree_write(edit.tree, &edited_text);
	/* LVM believes what it is told to restore, so this must be just what was meant. */
	if (r == 0)
		r = metadata_parse(edited_text, strlen(edited_text), &edited);
	if (r < 0)
		return r;
	if (!edited || !metadata_edit_is_done(kind, edited, reservation))
		return -EBADMSG;
	*textp = steal_pointer(&edited_text);
	return 0;
}
