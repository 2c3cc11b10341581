/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Requests to LVM on their way: one queue per VG, and the steps that several
 * kinds of request share. Inside the layer only; lvm.h is its face.
 *
 * A request is a chain of steps, each begun by the completion of the step
 * before it, until one of them calls request_finish().
 */

#include <sys/queue.h>

#include "daemon/lvm/command.h"
#include "daemon/lvm/known.h"
#include "daemon/lvm/lock.h"
#include "daemon/lvm/lvm.h"
#include "daemon/lvm/settings.h"

/* What lvm_new() takes for granted. Tests set other things. */
struct lvm_setup {
	const char *binary; /* the lvm program */
	const char *sysfs;
	const char *etc; /* the folder of LVM's configuration */
	uint32_t lock_timeout_ms;
	uint32_t command_timeout_ms;
	uint32_t share_wait_ms;
};

/* As lvm_new(), with another setup; its strings are borrowed as long as the lvm lives. */
int lvm_new_with(struct event_base *base, const char *run_dir, const struct lvm_setup *setup,
		 struct lvm **lvmp);

struct lvm {
	struct event_base *base;
	struct lvm_setup setup;
	char *run_dir;
	char *locking_dir; /* LVM's own; NULL until an edit has asked */
	struct commands *commands;
	TAILQ_HEAD(, request) requests; /* in order of arrival */
	struct known_vgs known;
	struct lvm_settings settings; /* as they were last asked for … */
	struct settings_stamp asked;  /* … when the files were these */
	bool has_asked;
	struct lvm_id waited_for; /* the VG whose lock was waited for in vain; "": none */
};

struct request;
typedef void request_step_fn(struct request *request);
typedef void request_command_fn(struct request *request, const struct command_result *result);

struct request_kind {
	bool has_no_turn; /* neither waits for other requests about the VG nor is waited for */
	request_step_fn *begin;
	request_step_fn *located; /* after request_locate_vg(): vg_name is set */
	request_step_fn *read;    /* after request_read_vg(): vg and text are set */
	/* Tells whoever asked. Must not touch the lvm, which may be gone then. */
	void (*report)(struct request *request, const struct outcome *result);
};

struct request {
	TAILQ_ENTRY(request) link;
	struct lvm *lvm;
	const struct request_kind *kind;
	struct event *start;
	bool begun;
	union {
		lvm_pvs_fn *pvs;
		lvm_vg_fn *vg;
		outcome_fn *done;
		lvm_shared_fn *shared;
	} done;
	void *arg;

	/* The step under way. */
	struct command *command;
	request_command_fn *command_done;
	bool writing; /* the command is one that is never killed */

	/* The VG, if the request is about one. */
	struct lvm_id vg_id;
	char vg_name[LVM_NAME_MAX];
	bool name_is_fresh; /* looked up, or found right, by this request */
	bool sees_all;      /* the VG was not complete on the devices that were known */
	char *devices;      /* what the next commands may see; NULL: everything */
	struct vg_lock *lock;
	char *private_locks; /* the children's --config while lock is held */
	char *path;          /* of the metadata text, in run_dir */
	char *text;
	size_t text_len;
	struct vg *vg;

	/* What else the kinds need. */
	struct {
		enum metadata_edit kind;
		struct reservation reservation;
		struct reservation next; /* to be reserved in the same write, … */
		bool has_next;           /* … if there is one and it can be */
		lvm_guard_fn *guard;
		bool written;
		char *failure; /* what vgcfgrestore said when it failed */
	} edit;
	struct {
		struct lvm_id lv;
		bool active;
	} activation;
	struct {
		struct lvm_pv *list;
		size_t count;
	} pvs;
	struct vg_lock *shared;
};

/*
 * A new request about a VG, or with NULL about none. Never NULL: without memory
 * for it there would be nobody to tell, and the process ends. (It is made to.)
 */
struct request *request_new(struct lvm *lvm, const struct request_kind *kind,
			    const struct lvm_id *vg, void *arg);
/* Appends it to its VG's queue; takes it over. */
void request_submit(struct request *request);
/* Gives up a request without telling anyone. */
void request_free(struct request *request);
/* Ends a request. message: borrowed, NULL for none. */
void request_finish(struct request *request, int code, const char *message);

/* Runs the lvm program with these arguments, ended by NULL; then done. */
void request_run(struct request *request, const char *const *args, bool writes,
		 request_command_fn *done);
/* Finds where LVM has its lock files (lvm->locking_dir), then as request_locate_vg(). */
void request_find_locks(struct request *request);
/* Finds the VG's name; then kind->located. */
void request_locate_vg(struct request *request);
/* Reads the VG's metadata, under the request's lock if it has one; then kind->read. */
void request_read_vg(struct request *request);
/* The report of a kind whose done is a lvm_vg_fn: hands out the VG as it was last read. */
void request_report_vg(struct request *request, const struct outcome *result);
