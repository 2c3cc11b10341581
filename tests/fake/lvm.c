/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fake/lvm.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "common/cleanup.h"
#include "daemon/lvm/tree.h"
#include "tests/fake/memory.h"
#include "tests/fake/text.h"

DEFINE_CLEANUP(struct vg *, vg_freep, vg_free)

void fake_lvm_init(struct fake_lvm *lvm, struct fake_disk *disks, struct fake_dm *dm)
{
	*lvm = (struct fake_lvm){.disks = disks, .dm = dm};
}

void fake_lvm_deinit(struct fake_lvm *lvm)
{
	for (size_t i = 0; i < lvm->vg_count; i++) {
		free(lvm->vgs[i].text);
		free(lvm->vgs[i].stable_text);
	}
	*lvm = (struct fake_lvm){0};
}

struct lvm_id fake_lvm_pv_id(unsigned number)
{
	return fake_text_id('p', number);
}

static struct fake_vg *find_vg(const struct fake_lvm *lvm, const struct lvm_id *id)
{
	for (size_t i = 0; i < lvm->vg_count; i++)
		if (lvm->vgs[i].present && lvm_id_equal(&lvm->vgs[i].id, id))
			return (struct fake_vg *)&lvm->vgs[i];
	return NULL;
}

static const struct fake_lv *find_lv(const struct fake_vg *vg, const struct lvm_id *id)
{
	for (size_t i = 0; i < vg->lv_count; i++)
		if (lvm_id_equal(&vg->lvs[i].id, id))
			return &vg->lvs[i];
	return NULL;
}

/* ---- reading ----------------------------------------------------------- */

struct lvm_pv *fake_lvm_list_pvs(const struct fake_lvm *lvm, size_t *countp)
{
	struct lvm_pv *pvs = fake_alloc(lvm->dm->disk_count, sizeof(*pvs));
	size_t count = 0;

	for (size_t i = 0; i < lvm->vg_count; i++) {
		const struct fake_vg *vg = &lvm->vgs[i];

		for (unsigned j = 0; vg->present && j < vg->disk_count; j++) {
			const struct fake_disk *disk = &lvm->disks[vg->first_disk + j];

			pvs[count++] = (struct lvm_pv){
				.device = fake_strdup(disk->path),
				.dev = disk->dev,
				.id = fake_lvm_pv_id(vg->first_disk + j),
				.vg_name = fake_strdup(vg->name),
				.vg = vg->id,
			};
		}
	}
	*countp = count;
	return pvs;
}

void fake_lvm_free_pvs(struct lvm_pv *pvs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(pvs[i].device);
		free(pvs[i].vg_name);
	}
	free(pvs);
}

/* What `pvs` and sysfs say of the devices that the metadata names by UUID alone. */
static void add_device_facts(const struct fake_lvm *lvm, const struct fake_vg *group, struct vg *vg)
{
	for (size_t i = 0; i < vg->pv_count; i++) {
		struct vg_pv *pv = &vg->pvs[i];
		unsigned number = group->first_disk;

		while (number < group->first_disk + group->disk_count) {
			struct lvm_id id = fake_lvm_pv_id(number);

			if (lvm_id_equal(&id, &pv->id))
				break;
			number++;
		}
		free(pv->device);
		pv->device = NULL;
		pv->missing = number == group->first_disk + group->disk_count ||
			      !lvm->disks[number].attached;
		if (pv->missing)
			continue;
		pv->device = fake_strdup(lvm->disks[number].path);
		pv->dev = lvm->disks[number].dev;
		pv->logical_block_bytes = 512;
		pv->rotational = lvm->disks[number].rotational;
		pv->disks[0] = (struct vg_disk){.dev = pv->dev, .rotational = pv->rotational};
		snprintf(pv->disks[0].name, sizeof(pv->disks[0].name), "fake%u", number);
		pv->disk_count = 1;
	}
}

int fake_lvm_read(const struct fake_lvm *lvm, const struct lvm_id *id, struct vg **vgp)
{
	const struct fake_vg *group = find_vg(lvm, id);
	int r;

	if (!group)
		return -ENOENT;
	r = metadata_parse(group->text, strlen(group->text), vgp);
	if (r == 0)
		add_device_facts(lvm, group, *vgp);
	return r;
}

/* ---- changing ---------------------------------------------------------- */

static void write_text(struct fake_vg *group, const char *text, uint64_t seqno)
{
	free(group->text);
	group->text = fake_text_export(text, seqno);
	group->revision++;
}

int fake_lvm_edit(struct fake_lvm *lvm, enum metadata_edit edit,
		  const struct reservation *reservation, const struct reservation *next,
		  fake_guard_fn *guard, void *arg)
{
	cleanup(vg_freep) struct vg *vg = NULL;
	struct fake_vg *group = find_vg(lvm, &reservation->vg);
	char *text = NULL, *with_next = NULL;
	int r = fake_lvm_read(lvm, &reservation->vg, &vg);

	if (r < 0)
		return r;
	if (metadata_edit_is_done(edit, vg, reservation))
		return 0;
	if (guard && !guard(arg, vg))
		return -ECANCELED;
	r = metadata_edit(group->text, strlen(group->text), edit, reservation, &text);
	if (r < 0)
		return r;
	if (next && metadata_edit(text, strlen(text), METADATA_RESERVE, next, &with_next) < 0)
		next = NULL;
	write_text(group, next ? with_next : text, vg->seqno + 1);
	free(with_next);
	free(text);
	return 0;
}

void fake_lvm_settle_edits(struct fake_vg *vg)
{
	free(vg->stable_text);
	vg->stable_text = fake_strdup(vg->text);
}

void fake_lvm_flushed(struct fake_lvm *lvm, const struct fake_disk *disk)
{
	for (size_t i = 0; i < lvm->vg_count; i++) {
		const struct fake_disk *first = &lvm->disks[lvm->vgs[i].first_disk];

		if (disk >= first && disk < first + lvm->vgs[i].disk_count)
			fake_lvm_settle_edits(&lvm->vgs[i]);
	}
}

void fake_lvm_forget_edits(struct fake_vg *vg)
{
	free(vg->text);
	vg->text = fake_strdup(vg->stable_text);
	vg->revision++;
}

/* The table that LVM gives an LV. Returns 0, or -EIO when a PV of it is missing. */
static int make_table(const struct vg *vg, const struct lvm_id *id, struct dm_table *table)
{
	const struct vg_lv *lv = vg_find_lv(vg, id);

	for (size_t i = 0; lv && i < lv->segment_count; i++) {
		const struct vg_segment *segment = &lv->segments[i];
		const struct vg_pv *pv = &vg->pvs[segment->areas[0].pv];
		const struct dm_target target = {
			.len_sectors = segment->extent_count * vg->extent_size_sectors,
			.type = DM_LINEAR,
			.source_dev = pv->dev,
			.source_sectors = pv->pe_start_sectors +
					  segment->areas[0].first_pe * vg->extent_size_sectors,
		};

		if (pv->missing)
			return -EIO;
		if (dm_table_append(table, &target) < 0)
			abort();
	}
	return lv ? 0 : -ENOENT;
}

static int activate(struct fake_lvm *lvm, const struct fake_vg *group, const struct fake_lv *lv)
{
	cleanup(vg_freep) struct vg *vg = NULL;
	cleanup(dm_table_deinit) struct dm_table table = {0};
	char name[DM_NAME_MAX];
	int r = fake_lvm_read(lvm, &group->id, &vg);

	if (r == 0)
		r = make_table(vg, &lv->id, &table);
	if (r < 0 || fake_dm_find(lvm->dm, lv->uuid))
		return r;
	snprintf(name, sizeof(name), "%s-%s", group->name, lv->name);
	return fake_dm_create(lvm->dm, name, lv->uuid, &table);
}

/* The leg that the LV is on, or NULL. */
static const struct fake_device *find_leg_under(const struct fake_dm *dm, const struct fake_lv *lv)
{
	const struct fake_device *device = fake_dm_find(dm, lv->uuid);

	for (size_t i = 0; device && i < device->live.table.count; i++)
		for (size_t j = 0; j < dm->device_count; j++)
			if (dm->devices[j]->dev == device->live.table.targets[i].source_dev)
				return dm->devices[j];
	return NULL;
}

/*
 * LVM takes a device whose UUID is the LV's with a suffix for a part of it, and, when the LV is on
 * it, down with it; one that the LV is not on it leaves alone (seen with 2.03.16).
 */
static int deactivate(struct fake_lvm *lvm, const struct fake_lv *lv)
{
	const struct fake_device *leg = find_leg_under(lvm->dm, lv);
	int r = fake_dm_remove(lvm->dm, lv->uuid);

	return r == 0 && leg ? fake_dm_remove(lvm->dm, leg->uuid) : r;
}

int fake_lvm_set_active(struct fake_lvm *lvm, const struct lvm_id *vg_id,
			const struct lvm_id *lv_id, bool active)
{
	struct fake_vg *vg = find_vg(lvm, vg_id);
	const struct fake_lv *lv = vg ? find_lv(vg, lv_id) : NULL;

	if (!lv)
		return -ENOENT;
	return active ? activate(lvm, vg, lv) : deactivate(lvm, lv);
}

int fake_lvm_refresh(struct fake_lvm *lvm, const struct fake_vg *group, const struct fake_lv *lv)
{
	cleanup(vg_freep) struct vg *vg = NULL;
	cleanup(dm_table_deinit) struct dm_table table = {0};
	int r = fake_lvm_read(lvm, &group->id, &vg);

	if (r == 0)
		r = make_table(vg, &lv->id, &table);
	return r < 0 ? r : fake_dm_swap(lvm->dm, lv->uuid, &table);
}

int fake_lvm_layer(struct fake_lvm *lvm, const struct fake_vg *group, const struct fake_lv *lv)
{
	cleanup(vg_freep) struct vg *vg = NULL;
	cleanup(dm_table_deinit) struct dm_table table = {0};
	cleanup(dm_table_deinit) struct dm_table over = {0};
	char name[DM_NAME_MAX];
	char uuid[DM_ID_MAX];
	int r = fake_lvm_read(lvm, &group->id, &vg);

	if (r == 0)
		r = make_table(vg, &lv->id, &table);
	if (r < 0)
		return r;
	snprintf(name, sizeof(name), "%s-%s-real", group->name, lv->name);
	snprintf(uuid, sizeof(uuid), "%s-real", lv->uuid);
	r = fake_dm_create(lvm->dm, name, uuid, &table);
	if (r < 0)
		return r;
	if (dm_table_append(&over, &(struct dm_target){
					   .len_sectors = dm_table_len(&table),
					   .type = DM_LINEAR,
					   .source_dev = fake_dm_find(lvm->dm, uuid)->dev,
				   }) < 0)
		abort();
	return fake_dm_swap(lvm->dm, lv->uuid, &over);
}

int fake_lvm_remove(struct fake_lvm *lvm, struct fake_vg *group, struct fake_lv *lv)
{
	cleanup(vg_freep) struct vg *vg = NULL;
	_tree_ struct dm_config_tree *tree = NULL;
	_free_ char *text = NULL;
	struct dm_config_node *lvs;
	int r = fake_lvm_read(lvm, &group->id, &vg);

	if (r == 0)
		r = fake_dm_remove(lvm->dm, lv->uuid);
	if (r == 0)
		r = tree_parse(group->text, strlen(group->text), &tree);
	if (r < 0)
		return r;
	lvs = tree_find_section(tree_only_section(tree), "logical_volumes");
	dm_config_remove_node(lvs, tree_find_section(lvs, lv->name));
	if (!lvs->child)
		dm_config_remove_node(tree_only_section(tree), lvs);
	if (tree_write(tree, &text) < 0)
		abort();
	write_text(group, text, vg->seqno + 1);
	lv->removed = true;
	return 0;
}

void fake_lvm_unlock_reservations(struct fake_lvm *lvm, struct fake_vg *group)
{
	cleanup(vg_freep) struct vg *vg = NULL;
	_tree_ struct dm_config_tree *tree = NULL;
	_free_ char *text = NULL;
	struct dm_config_node *lvs;

	if (fake_lvm_read(lvm, &group->id, &vg) < 0 ||
	    tree_parse(group->text, strlen(group->text), &tree) < 0)
		abort();
	lvs = tree_find_section(tree_only_section(tree), "logical_volumes");
	for (size_t i = 0; i < vg->lv_count; i++)
		if (vg->lvs[i].tag_count > 0 &&
		    tree_list_remove(tree, tree_find_section(lvs, vg->lvs[i].name), "status",
				     "LOCKED") < 0)
			abort();
	if (tree_write(tree, &text) < 0)
		abort();
	write_text(group, text, vg->seqno + 1);
}

/* ---- groups ------------------------------------------------------------ */

static void set_attached(struct fake_lvm *lvm, const struct fake_vg *vg, bool attached)
{
	for (unsigned i = 0; i < vg->disk_count; i++)
		lvm->disks[vg->first_disk + i].attached = attached;
}

void fake_lvm_set_present(struct fake_lvm *lvm, struct fake_vg *vg, bool present)
{
	vg->present = present;
	set_attached(lvm, vg, present);
	for (size_t i = 0; present && i < vg->lv_count; i++)
		if (!vg->lvs[i].stays_down && !vg->lvs[i].removed &&
		    activate(lvm, vg, &vg->lvs[i]) < 0)
			abort();
}

static void add_lv(struct fake_vg *vg, const struct fake_lv_spec *spec, unsigned number)
{
	struct fake_lv *lv = &vg->lvs[vg->lv_count++];
	char plain_vg[LVM_ID_PLAIN_LEN + 1];
	char plain_lv[LVM_ID_PLAIN_LEN + 1];

	lv->name = spec->name;
	lv->id = fake_text_id('l', number);
	lv->stays_down = spec->stays_down;
	lvm_id_plain(&vg->id, plain_vg);
	lvm_id_plain(&lv->id, plain_lv);
	snprintf(lv->uuid, sizeof(lv->uuid), "LVM-%s%s", plain_vg, plain_lv);
	for (size_t i = 0; i < FAKE_SEGMENTS_MAX; i++)
		lv->extent_count += spec->segments[i].extent_count;
}

void fake_lvm_add(struct fake_lvm *lvm, const struct fake_vg_spec *spec)
{
	unsigned number = (unsigned)lvm->vg_count;
	struct fake_vg *vg = &lvm->vgs[lvm->vg_count++];

	*vg = (struct fake_vg){
		.name = spec->name,
		.id = fake_text_id('v', number),
		.present = true,
		.first_disk = spec->first_disk,
		.disk_count = spec->disk_count,
	};
	for (unsigned i = 0; i < FAKE_LVS_MAX && spec->lvs[i].name; i++)
		add_lv(vg, &spec->lvs[i], number * FAKE_LVS_MAX + i);
	vg->text = fake_text_make(spec, vg, lvm->disks);
	fake_lvm_settle_edits(vg);
	for (size_t i = 0; i < vg->lv_count; i++)
		if (!spec->lvs[i].inactive && activate(lvm, vg, &vg->lvs[i]) < 0)
			abort();
}
