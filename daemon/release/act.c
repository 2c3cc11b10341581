/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/release/act.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "daemon/move/failpoint.h"
#include "daemon/release/explain.h"

/* Steps beyond these change nothing: three for each device, and the edit, which may be tried anew.
 */
#define STEPS_MAX(device_count) (3 * (device_count) + 10)

static void forget_devices(struct survey_device *devices, size_t count)
{
	for (size_t i = 0; i < count; i++)
		dm_device_deinit(&devices[i].device);
	free(devices);
}

static void forget_look(struct act *act)
{
	survey_deinit(&act->survey);
	forget_devices(act->devices, act->device_count);
	act->devices = NULL;
	act->device_count = 0;
	vg_free(act->vg);
	act->vg = NULL;
}

/* ---- waiting ----------------------------------------------------------- */

static void finish(struct act *act, int code, const char *message)
{
	act->code = code;
	snprintf(act->message, sizeof(act->message), "%s", message);
	event_base_loopbreak(act->base);
}

static void on_done(void *arg, const struct outcome *outcome)
{
	finish(arg, outcome->code, outcome->message);
}

static void on_edited(void *arg, const struct outcome *outcome, struct vg *vg)
{
	vg_free(vg);
	finish(arg, outcome->code, outcome->message);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	finish(arg, -ETIMEDOUT, "");
}

/* patience_s: 0 for what has a deadline of its own. Returns how it ended. */
static int await(struct act *act, time_t patience_s)
{
	const struct timeval patience = {.tv_sec = patience_s};

	act->code = -EIO;
	if (patience_s > 0 && evtimer_add(act->timer, &patience) < 0)
		return -ENOMEM;
	event_base_dispatch(act->base);
	evtimer_del(act->timer);
	return act->code;
}

int act_init(struct act *act, struct event_base *base, struct dm *dm, struct lvm *lvm)
{
	*act = (struct act){.base = base, .dm = dm, .lvm = lvm};
	act->timer = evtimer_new(base, on_timer, act);
	return act->timer ? 0 : -ENOMEM;
}

void act_deinit(struct act *act)
{
	forget_look(act);
	if (act->timer)
		event_free(act->timer);
	act->timer = NULL;
}

/* ---- looking ----------------------------------------------------------- */

static void on_pvs(void *arg, const struct outcome *outcome, const struct lvm_pv *pvs,
		   size_t pv_count)
{
	struct act *act = arg;
	const struct lvm_pv *found = NULL;

	for (size_t i = 0; i < pv_count; i++) {
		if (strcmp(pvs[i].vg_name, act->vg_name) != 0)
			continue;
		if (found && !lvm_id_equal(&found->vg, &pvs[i].vg)) {
			finish(act, -ENOTUNIQ, "there are two VGs of that name");
			return;
		}
		found = &pvs[i];
	}
	if (found)
		act->vg_id = found->vg;
	finish(act, outcome->code == 0 && !found ? -ENOENT : outcome->code,
	       found || outcome->code < 0 ? outcome->message : "there is no such VG");
}

static int complain(const struct act *act, const char *what, const char *which, int r)
{
	fprintf(stderr, "pvmoved: cannot %s %s: %s\n", what, which,
		*act->message ? act->message : strerror(-r));
	return r;
}

int act_find_vg(struct act *act, const char *vg_name)
{
	int r;

	act->vg_name = vg_name;
	lvm_list_pvs(act->lvm, on_pvs, act);
	r = await(act, 0);
	return r < 0 ? complain(act, "find VG", vg_name, r) : 0;
}

static void on_vg(void *arg, const struct outcome *outcome, struct vg *vg)
{
	struct act *act = arg;

	act->vg = vg;
	finish(act, outcome->code, outcome->message);
}

static bool is_wedged(const struct act *act, const char *uuid)
{
	for (size_t i = 0; i < act->wedged_count; i++)
		if (strcmp(act->wedged[i].text, uuid) == 0)
			return true;
	return false;
}

/* Looks at all devices of the VG. Returns 0 with both owned by the caller, or a negative errno. */
static int look_at_devices(struct act *act, struct survey_device **devicesp, size_t *countp)
{
	_free_ struct dm_uuid *uuids = NULL;
	struct survey_device *devices;
	char prefix[DM_ID_MAX] = "LVM-";
	size_t count = 0;
	int r;

	lvm_id_plain(&act->vg_id, prefix + strlen(prefix));
	r = list_uuids("/sys", prefix, &uuids, &count);
	if (r < 0)
		return r;
	devices = calloc(count + 1, sizeof(*devices));
	if (!devices)
		return -ENOMEM;
	for (size_t i = 0; i < count && r == 0; i++) {
		memcpy(devices[i].uuid, uuids[i].text, sizeof(devices[i].uuid));
		devices[i].wedged = is_wedged(act, uuids[i].text);
		r = dm_observe(act->dm, uuids[i].text, &devices[i].device);
	}
	if (r < 0) {
		forget_devices(devices, count);
		return r;
	}
	*devicesp = devices;
	*countp = count;
	return 0;
}

/* LVM writes no metadata of a VG that is not complete, and tables cannot be drawn. */
static int check_is_complete(const struct vg *vg)
{
	for (size_t i = 0; i < vg->pv_count; i++) {
		if (!vg->pvs[i].missing && vg->pvs[i].dev != 0)
			continue;
		fprintf(stderr,
			"pvmoved: the PV with UUID %s of VG %s is missing: bring it back first, or "
			"see "
			"docs/recovery.md; nothing was changed\n",
			vg->pvs[i].id.text, vg->name);
		return -ENODEV;
	}
	return 0;
}

int act_look(struct act *act)
{
	int r;

	forget_look(act);
	lvm_read_vg(act->lvm, &act->vg_id, on_vg, act);
	r = await(act, 0);
	if (r < 0)
		return complain(act, "read VG", act->vg_name, r);
	r = check_is_complete(act->vg);
	if (r < 0)
		return r;
	act->message[0] = '\0';
	r = look_at_devices(act, &act->devices, &act->device_count);
	if (r == 0)
		r = survey_make(act->vg, act->devices, act->device_count, &act->survey);
	return r < 0 ? complain(act, "look at the devices of VG", act->vg_name, r) : 0;
}

/* ---- acting ------------------------------------------------------------ */

/* Asked under the VG's lock: with the metadata of now too, the edit must be what is next. */
static bool is_next_still(void *arg, const struct vg *vg)
{
	struct act *act = arg;
	struct survey_device *devices = NULL;
	struct survey survey = {0};
	const struct survey_item *item;
	size_t count = 0;
	bool is_edit = false;

	if (look_at_devices(act, &devices, &count) == 0 &&
	    survey_make(vg, devices, count, &survey) == 0)
		is_edit = !survey_trouble(&survey) && survey_next(&survey, &item) == SURVEY_EDIT;
	survey_deinit(&survey);
	forget_devices(devices, count);
	return is_edit;
}

/* A test kills us at the same places as the daemon, by the same names. */
static enum pass_action action_of(enum survey_step step)
{
	switch (step) {
	case SURVEY_CLEAR_LEG:
		return ACTION_CLEAR_LEG;
	case SURVEY_DETACH:
		return ACTION_DETACH;
	case SURVEY_REMOVE_LEG:
		return ACTION_REMOVE_LEG;
	case SURVEY_EDIT:
		return ACTION_RELEASE;
	case SURVEY_NOTHING:
		break;
	}
	return ACTION_NONE;
}

static int begin_step(struct act *act, enum survey_step step, const struct survey_item *item)
{
	const struct reservation all = {.vg = act->vg_id};

	switch (step) {
	case SURVEY_CLEAR_LEG:
		dm_swap(act->dm, item->leg->uuid, &item->plain_leg, DM_HIDDEN, on_done, act);
		return ACT_PATIENCE_S;
	case SURVEY_DETACH:
		dm_swap(act->dm, item->device->uuid, &item->plain_lv, DM_VISIBLE, on_done, act);
		return ACT_PATIENCE_S;
	case SURVEY_REMOVE_LEG:
		dm_remove(act->dm, item->leg->uuid, on_done, act);
		return ACT_PATIENCE_S;
	default:
		lvm_edit_vg(act->lvm, METADATA_CLEAR, &all, NULL, is_next_still, on_edited, act);
		return 0;
	}
}

static const char *name_of_step(const struct act *act, enum survey_step step,
				const struct survey_item *item)
{
	if (step == SURVEY_EDIT)
		return act->vg->name;
	return step == SURVEY_DETACH ? item->device->device.name : item->leg->device.name;
}

static int explain_failure(const struct act *act, enum survey_step step,
			   const struct survey_item *item, int r)
{
	const char *name = name_of_step(act, step, item);

	if (step == SURVEY_EDIT)
		return complain(act, "write the metadata of VG", name, r);
	if (r == -ETIMEDOUT) {
		fprintf(stderr,
			"pvmoved: %s does not let itself be changed: one of its disks hangs, or "
			"the "
			"device is wedged until the next boot. All data are safe, with a reboot "
			"too; "
			"run this again then\n",
			name);
		return r;
	}
	if (r == -EBUSY && step == SURVEY_REMOVE_LEG) {
		fprintf(stderr,
			"pvmoved: %s is in use: see 'dmsetup ls --tree' and run this again\n",
			name);
		return r;
	}
	return complain(act, step == SURVEY_REMOVE_LEG ? "remove" : "give a new table to", name, r);
}

/* Returns 0 when there is something to look at again, or a negative errno. */
static int take_step(struct act *act, enum survey_step step, const struct survey_item *item)
{
	int r = failpoint_reach_action(FAILPOINT_BEFORE, action_of(step));

	if (r == 0)
		r = await(act, begin_step(act, step, item));
	if (r == 0)
		r = failpoint_reach_action(FAILPOINT_AFTER, action_of(step));
	/* The LV can be taken off a leg that is wedged, which is then left alone. */
	if (r == -EOWNERDEAD && step != SURVEY_DETACH && step != SURVEY_EDIT &&
	    act->wedged_count < ACT_WEDGED_MAX) {
		memcpy(act->wedged[act->wedged_count++].text, item->leg->uuid, DM_ID_MAX);
		printf("%s is wedged; it stays until the next boot, and does no harm\n",
		       item->leg->device.name);
		return 0;
	}
	/* What led to the edit has changed, or the device is gone by now: look again. */
	if ((r == -ECANCELED && step == SURVEY_EDIT) || (r == -ENXIO && step != SURVEY_EDIT))
		return 0;
	if (r < 0)
		return explain_failure(act, step, item, r);
	explain_step(&act->survey, step, item);
	return 0;
}

/*
 * LVM flushes nothing of what it writes (2.03.16). Before tables follow the metadata, and before
 * this ends well, a power cut must not be able to take that version back.
 */
static int make_stable(struct act *act)
{
	if (act->is_stable && act->stable_seqno == act->vg->seqno)
		return 0;
	for (size_t i = 0; i < act->vg->pv_count; i++) {
		int r;

		dm_flush(act->dm, act->vg->pvs[i].dev, on_done, act);
		r = await(act, ACT_PATIENCE_S);
		if (r < 0)
			return complain(act, "flush the PV with UUID", act->vg->pvs[i].id.text, r);
	}
	act->is_stable = true;
	act->stable_seqno = act->vg->seqno;
	return 0;
}

int act_release(struct act *act)
{
	for (size_t steps = 0;; steps++) {
		const struct survey_item *item;
		enum survey_step step;
		int r = act_look(act);

		if (r < 0)
			return r;
		item = survey_trouble(&act->survey);
		if (item) {
			explain_trouble(&act->survey, item);
			return -EINVAL;
		}
		r = make_stable(act);
		if (r < 0)
			return r;
		step = survey_next(&act->survey, &item);
		if (step == SURVEY_NOTHING)
			return 0;
		if (steps > STEPS_MAX(act->device_count)) {
			fprintf(stderr,
				"pvmoved: somebody changes VG %s all the time: run this again when "
				"nobody does\n",
				act->vg->name);
			return -EBUSY;
		}
		r = take_step(act, step, item);
		if (r < 0)
			return r;
	}
}
