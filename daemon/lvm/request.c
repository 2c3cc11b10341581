/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/request.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "daemon/lvm/device.h"
#include "daemon/lvm/report.h"
#include "daemon/lvm/tree.h"

/* Arguments of one command, with the program's path, --config, --devices and the NULL. */
#define ARGS_MAX 16

/* --- the queue --- */

static void on_start(evutil_socket_t fd, short events, void *arg)
{
	struct request *request = arg;

	(void)fd;
	(void)events;
	request->kind->begin(request);
}

struct request *request_new(struct lvm *lvm, const struct request_kind *kind,
			    const struct lvm_id *vg, void *arg)
{
	struct request *request = calloc(1, sizeof(*request));

	if (!request)
		abort();
	request->lvm = lvm;
	request->kind = kind;
	request->arg = arg;
	if (vg)
		request->vg_id = *vg;
	request->start = event_new(lvm->base, -1, 0, on_start, request);
	if (!request->start)
		abort();
	return request;
}

static bool is_in_the_way(const struct request *ahead, const struct request *request)
{
	return *request->vg_id.text && lvm_id_equal(&ahead->vg_id, &request->vg_id) &&
	       !ahead->kind->has_no_turn && !request->kind->has_no_turn;
}

/* Begins every request that no earlier one about the same VG is ahead of. */
static void begin_requests(struct lvm *lvm)
{
	struct request *request, *ahead;

	TAILQ_FOREACH(request, &lvm->requests, link)
	{
		if (request->begun)
			continue;
		TAILQ_FOREACH(ahead, &lvm->requests, link)
		{
			if (ahead == request || is_in_the_way(ahead, request))
				break;
		}
		if (ahead == request) {
			request->begun = true;
			event_active(request->start, EV_TIMEOUT, 0);
		}
	}
}

void request_submit(struct request *request)
{
	TAILQ_INSERT_TAIL(&request->lvm->requests, request, link);
	begin_requests(request->lvm);
}

/* Ends what is under way. An edit's child that goes on writing keeps its lock and its file. */
static void let_go(struct request *request)
{
	if (request->command)
		command_cancel(request->command);
	request->command = NULL;
	if (request->writing && request->lock) {
		vg_lock_abandon(request->lock);
	} else {
		vg_lock_release(request->lock);
		if (request->path)
			unlink(request->path);
	}
	request->lock = NULL;
	free(request->path);
	request->path = NULL;
}

void request_free(struct request *request)
{
	let_go(request);
	event_free(request->start);
	vg_free(request->vg);
	report_free_pvs(request->pvs.list, request->pvs.count);
	reservation_deinit(&request->edit.reservation);
	reservation_deinit(&request->edit.next);
	free(request->edit.failure);
	free(request->private_locks);
	free(request->devices);
	free(request->text);
	free(request);
}

void request_finish(struct request *request, int code, const char *message)
{
	struct outcome result = {.code = code, .message = message ? message : ""};

	let_go(request);
	TAILQ_REMOVE(&request->lvm->requests, request, link);
	begin_requests(request->lvm);
	request->kind->report(request, &result);
	request_free(request);
}

/* --- commands --- */

static void on_command(void *arg, const struct command_result *result)
{
	struct request *request = arg;

	request->command = NULL;
	/* One that writes and timed out is still at it. */
	if (result->code != -ETIMEDOUT)
		request->writing = false;
	request->command_done(request, result);
}

void request_run(struct request *request, const char *const *args, bool writes,
		 request_command_fn *done)
{
	const char *argv[ARGS_MAX] = {request->lvm->setup.binary};
	struct command_spec spec = {
		.argv = argv,
		.stdin_fd = request->lock && writes ? vg_lock_fd(request->lock) : -1,
		.writes = writes,
		.timeout_ms = request->lvm->setup.command_timeout_ms,
	};
	size_t count = 1;
	int r;

	for (; *args; args++)
		argv[count++] = *args;
	if (request->lock) {
		argv[count++] = "--config";
		argv[count++] = request->private_locks;
	}
	if (request->devices) {
		argv[count++] = "--devices";
		argv[count++] = request->devices;
	}
	request->command_done = done;
	request->writing = writes;
	r = command_start(request->lvm->commands, &spec, on_command, request, &request->command);
	if (r == 0)
		return;
	request->writing = false;
	request_finish(request, r, NULL);
}

/* --- where the locks are --- */

/* Reads `locking_dir="/run/lock/lvm"`. */
static int parse_locking_dir(const struct command_result *result, char **dirp)
{
	_tree_ struct dm_config_tree *tree = NULL;
	struct dm_config_node top = {0};
	const char *text;
	int r = tree_parse(result->output, result->output_len, &tree);

	if (r < 0)
		return r;
	top.child = tree->root;
	if (tree_read_string(&top, "locking_dir", &text) < 0 || text[0] != '/')
		return -EBADMSG;
	*dirp = strdup(text);
	return *dirp ? 0 : -ENOMEM;
}

static void on_config(struct request *request, const struct command_result *result)
{
	struct lvm *lvm = request->lvm;
	int r = result->code;

	if (r == 0 && !lvm->locking_dir)
		r = parse_locking_dir(result, &lvm->locking_dir);
	if (r < 0)
		request_finish(request, r, result->errors);
	else
		request_locate_vg(request);
}

void request_find_locks(struct request *request)
{
	static const char *const args[] = {"lvmconfig", "--type", "full", "global/locking_dir",
					   NULL};

	if (request->lvm->locking_dir)
		request_locate_vg(request);
	else
		request_run(request, args, false, on_config);
}

/* --- the name of a VG --- */

static void show_devices(struct request *request)
{
	const struct known_vg *known = known_find(&request->lvm->known, &request->vg_id);

	free(request->devices);
	request->devices = NULL;
	/* Without memory LVM sees everything. */
	if (known && known->devices && !request->sees_all)
		request->devices = strdup(known->devices);
}

static void on_names(struct request *request, const struct command_result *result)
{
	int r;

	if (result->code < 0 && result->code != -EIO) {
		request_finish(request, result->code, result->errors);
		return;
	}
	r = report_find_vg(result->output, result->output_len, &request->vg_id, request->vg_name);
	/* Trouble with another VG fails the command, too. */
	if (r < 0) {
		request_finish(request, result->code < 0 ? result->code : r, result->errors);
		return;
	}
	request->name_is_fresh = true;
	request->kind->located(request);
}

static void ask_name(struct request *request)
{
	request_run(request, (const char *const[]){"vgs", REPORT_OPTIONS, REPORT_VG_FIELDS, NULL},
		    false, on_names);
}

void request_locate_vg(struct request *request)
{
	const struct known_vg *known = known_find(&request->lvm->known, &request->vg_id);

	if (!known) {
		ask_name(request);
		return;
	}
	memcpy(request->vg_name, known->name, sizeof(request->vg_name));
	request->kind->located(request);
}

/* The VG was not found by its name: with another name once more, if the name may be to blame. */
static void locate_again(struct request *request, int code, const char *message)
{
	if (request->name_is_fresh) {
		request_finish(request, code, message);
		return;
	}
	vg_lock_release(request->lock);
	request->lock = NULL;
	request->sees_all = true;
	show_devices(request);
	ask_name(request);
}

/* --- the metadata of a VG --- */

/* Makes a file for the request's metadata text. */
static int make_file(struct request *request)
{
	_close_ int fd = -1;
	_free_ char *path = NULL;

	if (asprintf(&path, "%s/metadata/XXXXXX", request->lvm->run_dir) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	request->path = steal_pointer(&path);
	return 0;
}

static int read_file(struct request *request)
{
	_close_ int fd = open(request->path, O_RDONLY | O_CLOEXEC);
	_free_ char *text = NULL;
	struct stat st;
	ssize_t len;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if ((size_t)st.st_size > METADATA_TEXT_MAX)
		return -EBADMSG;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	len = read(fd, text, (size_t)st.st_size);
	if (len < 0)
		return -errno;
	free(request->text);
	request->text = steal_pointer(&text);
	request->text_len = (size_t)len;
	return 0;
}

/* A PV whose device went away meanwhile stays without facts. */
static void look_at_devices(struct request *request)
{
	for (size_t i = 0; i < request->vg->pv_count; i++) {
		struct vg_pv *pv = &request->vg->pvs[i];
		struct device device = {0};

		if (pv->missing)
			continue;
		device_look(pv->device, request->lvm->setup.sysfs, &device);
		pv->dev = device.dev;
		pv->logical_block_bytes = device.logical_block_bytes;
		pv->physical_block_bytes = device.physical_block_bytes;
		pv->read_only = device.read_only;
		pv->degraded = device.degraded;
		pv->rotational = device.rotational;
		pv->queue_requests = device.queue_requests;
		pv->request_max_bytes = device.request_max_bytes;
		memcpy(pv->disks, device.disks, sizeof(pv->disks));
		pv->disk_count = device.disk_count;
	}
}

static bool has_missing_pvs(const struct vg *vg)
{
	for (size_t i = 0; i < vg->pv_count; i++)
		if (vg->pvs[i].missing)
			return true;
	return false;
}

/* The VG is not what, or not where, it was; LVM is to look everywhere. */
static void read_from_everywhere(struct request *request)
{
	request->sees_all = true;
	request_read_vg(request);
}

static void on_backup(struct request *request, const struct command_result *result)
{
	struct vg *vg = NULL;
	int r;

	if (result->code == -EIO && request->devices) {
		read_from_everywhere(request);
		return;
	}
	if (result->code == -EIO) {
		locate_again(request, -EIO, result->errors);
		return;
	}
	r = result->code;
	if (r == 0)
		r = read_file(request);
	if (r == 0)
		r = metadata_parse(request->text, request->text_len, &vg);
	if (!vg) {
		request_finish(request, r == -E2BIG ? -EBADMSG : r, result->errors);
		return;
	}
	vg_free(request->vg);
	request->vg = vg;
	if (!lvm_id_equal(&vg->id, &request->vg_id)) {
		locate_again(request, -ENOENT, NULL);
		return;
	}
	if (has_missing_pvs(vg) && request->devices) {
		read_from_everywhere(request);
		return;
	}
	request->name_is_fresh = true;
	known_note(&request->lvm->known, request->vg_name, request->vg);
	look_at_devices(request);
	request->kind->read(request);
}

void request_read_vg(struct request *request)
{
	int r = request->path ? 0 : make_file(request);

	if (r < 0) {
		request_finish(request, r, NULL);
		return;
	}
	show_devices(request);
	/* LVM refuses to read a foreign VG, in words that say so. */
	request_run(request,
		    (const char *const[]){"vgcfgbackup", "-qq", "-f", request->path,
					  request->vg_name, NULL},
		    false, on_backup);
}

void request_report_vg(struct request *request, const struct outcome *result)
{
	request->done.vg(request->arg, result,
			 result->code == 0 ? steal_pointer(&request->vg) : NULL);
}
