/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/wiring.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-id128.h>
#include <time.h>

#include "common/file.h"
#include "common/log.h"
#include "daemon/dm/hold.h"
#include "daemon/lvm/holders.h"

static bool journal_is_large(const struct wiring *wiring)
{
	uint64_t size_bytes = journal_size(wiring->journal);

	return size_bytes > wiring->compact_bytes && size_bytes / 2 > wiring->compacted_bytes;
}

static int record(void *ctx, const char *payload, size_t len_bytes)
{
	struct wiring *wiring = ctx;
	int r = journal_append(wiring->journal, payload, len_bytes);

	/* Not from in here: what is being recorded is not yet part of the mover's list. */
	if (r == 0 && journal_is_large(wiring))
		event_active(wiring->compact, EV_TIMEOUT, 0);
	if (wiring->notify)
		notify_change(wiring->notify);
	return r;
}

static void list_pvs(void *ctx, lvm_pvs_fn *done, void *arg)
{
	lvm_list_pvs(((struct wiring *)ctx)->lvm, done, arg);
}

static void read_vg(void *ctx, const struct lvm_id *vg, lvm_vg_fn *done, void *arg)
{
	lvm_read_vg(((struct wiring *)ctx)->lvm, vg, done, arg);
}

static void edit_vg(void *ctx, enum metadata_edit edit, const struct reservation *reservation,
		    const struct reservation *next, lvm_guard_fn *guard, lvm_vg_fn *done, void *arg)
{
	lvm_edit_vg(((struct wiring *)ctx)->lvm, edit, reservation, next, guard, done, arg);
}

static void set_active(void *ctx, const struct lvm_id *vg, const struct lvm_id *lv, bool active,
		       outcome_fn *done, void *arg)
{
	lvm_set_active(((struct wiring *)ctx)->lvm, vg, lv, active, done, arg);
}

/* "MemAvailable:   12345 kB", which counts what the kernel can give back at once. 0: not known. */
static uint64_t free_memory_bytes(void)
{
	static const char key[] = "MemAvailable:";
	char text[1024];
	const char *found =
		file_read_text("/proc/meminfo", text, sizeof(text)) == 0 ? strstr(text, key) : NULL;

	return found ? strtoull(found + strlen(key), NULL, 10) * 1024 : 0;
}

static void look_at_host(void *ctx, struct preflight_host *hostp)
{
	struct lvm_settings settings;

	lvm_get_settings(((struct wiring *)ctx)->lvm, &settings);
	hostp->issue_discards = settings.issue_discards;
	hostp->memory_bytes = free_memory_bytes();
	snprintf(hostp->devices_file, sizeof(hostp->devices_file), "%s", settings.devices_file);
}

static void find_mirror(void *ctx, outcome_fn *done, void *arg)
{
	dm_find_target(((struct wiring *)ctx)->dm, dm_target_type_name(DM_MIRROR), done, arg);
}

static int observe(void *ctx, const char *uuid, struct dm_device *devicep)
{
	return dm_observe(((struct wiring *)ctx)->dm, uuid, devicep);
}

static void heed(void *ctx, bool heeds)
{
	dm_heed_events(((struct wiring *)ctx)->dm, heeds);
}

static void create(void *ctx, const char *name, const char *uuid, const struct dm_table *table,
		   outcome_fn *done, void *arg)
{
	dm_create(((struct wiring *)ctx)->dm, name, uuid, table, done, arg);
}

static void swap(void *ctx, const struct lvm_id *vg, const char *uuid, const struct dm_table *table,
		 enum dm_visibility visibility, outcome_fn *done, void *arg)
{
	swapper_swap(&((struct wiring *)ctx)->swapper, vg, uuid, table, visibility, done, arg);
}

static void remove_device(void *ctx, const char *uuid, outcome_fn *done, void *arg)
{
	dm_remove(((struct wiring *)ctx)->dm, uuid, done, arg);
}

static void flush(void *ctx, dev_t dev, outcome_fn *done, void *arg)
{
	dm_flush(((struct wiring *)ctx)->dm, dev, done, arg);
}

static void compare(void *ctx, const struct dm_comparison *what, dm_compare_fn *done, void *arg)
{
	dm_compare(((struct wiring *)ctx)->dm, what, done, arg);
}

static void measure(void *ctx, const char *uuid, uint64_t bound_us, dm_latency_fn *done, void *arg)
{
	dm_measure(((struct wiring *)ctx)->dm, uuid, bound_us, done, arg);
}

static int count_io(void *ctx, dev_t pv, uint64_t *countp)
{
	(void)ctx;
	return holders_count_io(pv, "/sys", countp);
}

static int hold(void *ctx, bool held)
{
	((struct wiring *)ctx)->holds = true;
	return held ? hold_copying(&hold_usual_paths) : hold_let_go(&hold_usual_paths);
}

static uint64_t clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static uint64_t now_us(void *ctx)
{
	(void)ctx;
	return clock_us(CLOCK_REALTIME);
}

static uint64_t monotonic_us(void *ctx)
{
	(void)ctx;
	return clock_us(CLOCK_MONOTONIC);
}

static void wake_after(void *ctx, uint64_t delay_ms)
{
	struct wiring *wiring = ctx;
	struct timeval delay = {.tv_sec = (time_t)(delay_ms / 1000),
				.tv_usec = (suseconds_t)(delay_ms % 1000 * 1000)};

	if (event_add(wiring->wake, &delay) < 0)
		log_error("cannot set a timer");
}

static void new_uuid(void *ctx, char uuid[UUID_TEXT_SIZE])
{
	sd_id128_t id = SD_ID128_NULL;

	(void)ctx;
	if (sd_id128_randomize(&id) < 0)
		log_error("no random numbers for a UUID");
	snprintf(uuid, UUID_TEXT_SIZE, SD_ID128_UUID_FORMAT_STR, SD_ID128_FORMAT_VAL(id));
}

static struct lvm_id new_lvm_id(void *ctx)
{
	(void)ctx;
	return lvm_id_generate();
}

static const char *boot_id(void *ctx)
{
	return ((struct wiring *)ctx)->boot_id;
}

const struct ports wiring_ports = {
	.record = record,
	.list_pvs = list_pvs,
	.read_vg = read_vg,
	.edit_vg = edit_vg,
	.set_active = set_active,
	.count_io = count_io,
	.look_at_host = look_at_host,
	.find_mirror = find_mirror,
	.observe = observe,
	.heed = heed,
	.create = create,
	.swap = swap,
	.remove = remove_device,
	.flush = flush,
	.compare = compare,
	.measure = measure,
	.hold = hold,
	.now_us = now_us,
	.monotonic_us = monotonic_us,
	.wake_after = wake_after,
	.new_uuid = new_uuid,
	.new_lvm_id = new_lvm_id,
	.boot_id = boot_id,
};

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct wiring *wiring = arg;

	(void)fd;
	(void)what;
	mover_wake(wiring->mover);
}

static void on_compact(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	wiring_compact_journal(arg);
}

void wiring_compact_journal(struct wiring *wiring)
{
	int r;

	if (!journal_is_large(wiring))
		return;
	r = journal_compact(wiring->journal, mover_keep, wiring->mover);
	if (r < 0)
		log_warning("cannot compact the journal: %s", strerror(-r));
	wiring->compacted_bytes = journal_size(wiring->journal);
}

int wiring_init(struct wiring *wiring)
{
	sd_id128_t boot;
	int r = sd_id128_get_boot(&boot);

	if (r < 0)
		return r;
	snprintf(wiring->boot_id, sizeof(wiring->boot_id), SD_ID128_UUID_FORMAT_STR,
		 SD_ID128_FORMAT_VAL(boot));
	wiring->compact_bytes = WIRING_COMPACT_BYTES;
	wiring->swapper = (struct swapper){.base = wiring->base,
					   .lvm = wiring->lvm,
					   .dm = wiring->dm,
					   .hold_ms = SWAPPER_HOLD_MS};
	wiring->wake = evtimer_new(wiring->base, on_wake, wiring);
	wiring->compact = evtimer_new(wiring->base, on_compact, wiring);
	return wiring->wake && wiring->compact ? 0 : -ENOMEM;
}

/* No daemon, no limit: whatever copies on must not be held back for ever. */
static void let_go(const struct wiring *wiring)
{
	int r = wiring->holds ? hold_let_go(&hold_usual_paths) : 0;

	if (r < 0)
		log_warning("cannot put the parameter raid1_resync_throttle of dm_mirror back: %s",
			    strerror(-r));
}

void wiring_deinit(struct wiring *wiring)
{
	let_go(wiring);
	swapper_deinit(&wiring->swapper);
	if (wiring->wake)
		event_free(wiring->wake);
	if (wiring->compact)
		event_free(wiring->compact);
}
