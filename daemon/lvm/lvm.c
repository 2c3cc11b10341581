/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/lvm.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "daemon/lvm/device.h"
#include "daemon/lvm/report.h"
#include "daemon/lvm/request.h"

DEFINE_CLEANUP(DIR *, closedirp, closedir)

/*
 * In run_dir: "metadata" holds the text files of requests under way, "lock" a
 * locking_dir for each VG's children (of its own, so that one that hangs does not hold up the
 * others).
 */
static int prepare_folder(const char *run_dir, const char *name)
{
	_free_ char *path = NULL;

	if (asprintf(&path, "%s/%s", run_dir, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

/* Removes what a daemon that was killed left behind. */
static int empty_folder(const char *run_dir, const char *name)
{
	_free_ char *path = NULL;
	cleanup(closedirp) DIR *dir = NULL;
	const struct dirent *entry;

	if (asprintf(&path, "%s/%s", run_dir, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (entry->d_type == DT_REG && unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			return -errno;
	return 0;
}

int lvm_new_with(struct event_base *base, const char *run_dir, const struct lvm_setup *setup,
		 struct lvm **lvmp)
{
	struct lvm *lvm;
	int r;

	/* LVM reads paths as printf templates and inside quoted strings. */
	if (strpbrk(run_dir, "%\"\\\n"))
		return -EINVAL;
	r = prepare_folder(run_dir, "metadata");
	if (r == 0)
		r = prepare_folder(run_dir, "lock");
	if (r == 0)
		r = empty_folder(run_dir, "metadata");
	if (r < 0)
		return r;
	lvm = calloc(1, sizeof(*lvm));
	if (!lvm)
		return -ENOMEM;
	lvm->base = base;
	lvm->setup = *setup;
	TAILQ_INIT(&lvm->requests);
	TAILQ_INIT(&lvm->known);
	lvm->run_dir = strdup(run_dir);
	lvm->commands = commands_new(base);
	if (!lvm->run_dir || !lvm->commands) {
		lvm_free(lvm);
		return -ENOMEM;
	}
	*lvmp = lvm;
	return 0;
}

int lvm_new(struct event_base *base, const char *run_dir, struct lvm **lvmp)
{
	static const struct lvm_setup setup = {
		.binary = "/usr/sbin/lvm",
		.sysfs = "/sys",
		.etc = "/etc/lvm",
		.lock_timeout_ms = 60000,
		.command_timeout_ms = 60000,
		.share_wait_ms = LVM_SHARE_WAIT_MS,
	};

	return lvm_new_with(base, run_dir, &setup, lvmp);
}

void lvm_set_timeouts(struct lvm *lvm, uint32_t lock_timeout_ms, uint32_t command_timeout_ms)
{
	lvm->setup.lock_timeout_ms = lock_timeout_ms;
	lvm->setup.command_timeout_ms = command_timeout_ms;
}

void lvm_free(struct lvm *lvm)
{
	struct request *request;

	if (!lvm)
		return;
	while ((request = TAILQ_FIRST(&lvm->requests))) {
		TAILQ_REMOVE(&lvm->requests, request, link);
		request_free(request);
	}
	known_deinit(&lvm->known);
	commands_free(lvm->commands);
	free(lvm->locking_dir);
	free(lvm->run_dir);
	free(lvm);
}

/* --- all PVs --- */

static void on_pvs(struct request *request, const struct command_result *result)
{
	int r;

	if (result->code < 0 && result->code != -EIO) {
		request_finish(request, result->code, result->errors);
		return;
	}
	r = report_parse_pvs(result->output, result->output_len, &request->pvs.list,
			     &request->pvs.count);
	/* A VG that LVM cannot make sense of fails the command, but not the list. */
	if (result->code < 0 && (r < 0 || request->pvs.count == 0)) {
		request_finish(request, result->code, result->errors);
		return;
	}
	for (size_t i = 0; r == 0 && i < request->pvs.count; i++) {
		struct lvm_pv *pv = &request->pvs.list[i];
		struct device device = {0};

		/* A device that went away meanwhile stays without a number. */
		device_look(pv->device, request->lvm->setup.sysfs, &device);
		pv->dev = device.dev;
		if (*pv->vg_name)
			known_note_name(&request->lvm->known, pv->vg_name, &pv->vg);
	}
	request_finish(request, r, NULL);
}

static void ask_pvs(struct request *request)
{
	request_run(request, (const char *const[]){"pvs", REPORT_OPTIONS, REPORT_PV_FIELDS, NULL},
		    false, on_pvs);
}

/* Settings that cannot be told keep nobody from moving: no more than warnings hang on them. */
static void on_settings(struct request *request, const struct command_result *result)
{
	struct lvm *lvm = request->lvm;

	lvm->settings = (struct lvm_settings){0};
	if (result->code == 0)
		(void)lvm_settings_parse(result->output, result->output_len, lvm->setup.etc,
					 &lvm->settings);
	ask_pvs(request);
}

/* A command for them at each move would be one too many. */
static void begin_pvs(struct request *request)
{
	struct lvm *lvm = request->lvm;
	struct settings_stamp now = settings_take_stamp(lvm->setup.etc);

	if (lvm->has_asked && settings_stamp_equal(&now, &lvm->asked)) {
		ask_pvs(request);
		return;
	}
	lvm->asked = now;
	lvm->has_asked = true;
	request_run(request, (const char *const[]){"lvmconfig", "--type", "full", "devices", NULL},
		    false, on_settings);
}

static void report_pvs(struct request *request, const struct outcome *result)
{
	bool ok = result->code == 0;

	request->done.pvs(request->arg, result, ok ? request->pvs.list : NULL,
			  ok ? request->pvs.count : 0);
}

void lvm_list_pvs(struct lvm *lvm, lvm_pvs_fn *done, void *arg)
{
	static const struct request_kind kind = {.begin = begin_pvs, .report = report_pvs};
	struct request *request = request_new(lvm, &kind, NULL, arg);

	request->done.pvs = done;
	request_submit(request);
}

void lvm_get_settings(const struct lvm *lvm, struct lvm_settings *settingsp)
{
	*settingsp = lvm->settings;
	if (access(settingsp->devices_file, F_OK) < 0)
		settingsp->devices_file[0] = '\0';
}

/* --- one VG --- */

static void finish_read(struct request *request)
{
	request_finish(request, 0, NULL);
}

void lvm_read_vg(struct lvm *lvm, const struct lvm_id *vg, lvm_vg_fn *done, void *arg)
{
	static const struct request_kind kind = {
		.begin = request_locate_vg,
		.located = request_read_vg,
		.read = finish_read,
		.report = request_report_vg,
	};
	struct request *request = request_new(lvm, &kind, vg, arg);

	request->done.vg = done;
	request_submit(request);
}

/* --- activation --- */

static void on_activated(struct request *request, const struct command_result *result)
{
	bool in_use = strstr(result->errors, " in use") || strstr(result->errors, " is used by ");

	if (result->code == -EIO && !request->activation.active && in_use)
		request_finish(request, -EBUSY, result->errors);
	else
		request_finish(request, result->code, result->errors);
}

static void set_active(struct request *request)
{
	const struct vg_lv *lv = vg_find_lv(request->vg, &request->activation.lv);
	char path[2 * LVM_NAME_MAX];

	if (!lv) {
		request_finish(request, -ENOENT, NULL);
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", request->vg->name, lv->name);
	request_run(request,
		    request->activation.active
			    ? (const char *const[]){"lvchange", "-ay", "-K", path, NULL}
			    : (const char *const[]){"lvchange", "-an", path, NULL},
		    true, on_activated);
}

static void report_done(struct request *request, const struct outcome *result)
{
	request->done.done(request->arg, result);
}

void lvm_set_active(struct lvm *lvm, const struct lvm_id *vg, const struct lvm_id *lv, bool active,
		    outcome_fn *done, void *arg)
{
	static const struct request_kind kind = {
		.begin = request_locate_vg,
		.located = request_read_vg,
		.read = set_active,
		.report = report_done,
	};
	struct request *request = request_new(lvm, &kind, vg, arg);

	request->done.done = done;
	request->activation.lv = *lv;
	request->activation.active = active;
	request_submit(request);
}
