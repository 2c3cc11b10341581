/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "daemon/lvm/request.h"

static void note_wait(struct request *request, int code)
{
	struct lvm *lvm = request->lvm;
	bool is_known = lvm_id_equal(&lvm->waited_for, &request->vg_id);

	if (code == -ETIMEDOUT && !is_known) {
		lvm->waited_for = request->vg_id;
		log_warning("VG %s is locked by somebody else for long: "
			    "tables of its LVs are swapped without its lock",
			    request->vg_name);
	} else if (code == 0 && is_known) {
		lvm->waited_for = (struct lvm_id){0};
	}
}

static void on_lock(void *arg, int code, const char *path)
{
	struct request *request = arg;

	(void)path;
	note_wait(request, code);
	if (code == 0)
		request->shared = steal_pointer(&request->lock);
	request_finish(request, code, NULL);
}

static void take_lock(struct request *request)
{
	const struct lvm *lvm = request->lvm;
	bool in_vain = lvm_id_equal(&lvm->waited_for, &request->vg_id);
	int r = vg_lock_take(lvm->base, lvm->locking_dir, request->vg_name, VG_LOCK_SHARE,
			     in_vain ? 0 : lvm->setup.share_wait_ms, on_lock, request,
			     &request->lock);

	if (r < 0)
		request_finish(request, r, NULL);
}

static void report_shared(struct request *request, const struct outcome *result)
{
	(void)result;
	request->done.shared(request->arg, request->shared);
}

void lvm_share_vg(struct lvm *lvm, const struct lvm_id *vg, lvm_shared_fn *done, void *arg)
{
	static const struct request_kind kind = {
		.has_no_turn = true,
		.begin = request_find_locks,
		.located = take_lock,
		.report = report_shared,
	};
	struct request *request = request_new(lvm, &kind, vg, arg);

	request->done.shared = done;
	request_submit(request);
}
