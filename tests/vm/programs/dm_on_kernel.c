/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dm layer as a command, for scripts that try it on a real kernel:
 *
 *	dm_on_kernel REQUEST [-- REQUEST]...
 *
 *	observe UUID                     what is there, in lines
 *	create NAME UUID TABLE           TABLE: a file with dmsetup's lines
 *	swap UUID visible|hidden TABLE
 *	remove UUID
 *	flush MAJOR:MINOR
 *	compare MAJOR:MINOR MAJOR:MINOR LEN   so many sectors from the beginning; prints "VERDICT
 *	                                 OFF LEN"
 *	measure UUID BOUND_US            how many I/Os, and how many slower; 0: no more; prints "IOS
 *SLOW" wait-synced UUID                 until all its mirrors are, looking only when an event comes
 *	wait-failed UUID                 until a leg of one of them is not alive
 *
 * The requests are all made at once; each prints "REQUEST-NUMBER: CODE MESSAGE" when it ends.
 * The exit status is 0 when all ended with 0.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "common/cleanup.h"
#include "daemon/dm/dm.h"

#define MAX_REQUESTS 100

struct request {
	unsigned number;
	const char *waits_for; /* UUID of a device whose next event is looked at */
	bool for_failure;
};

struct run {
	struct event_base *base;
	struct dm *dm;
	struct request requests[MAX_REQUESTS];
	unsigned unfinished;
	bool failed;
};

static struct run run;

static _Noreturn void usage(const char *what)
{
	fprintf(stderr, "dm_on_kernel: bad %s; see its source\n", what);
	exit(2);
}

static void end_request(struct request *request, int code, const char *message)
{
	request->waits_for = NULL;
	printf("%u: %s %s\n", request->number, code ? strerrorname_np(-code) : "0", message);
	fflush(stdout);
	if (code)
		run.failed = true;
	if (--run.unfinished == 0)
		event_base_loopbreak(run.base);
}

static void on_done(void *arg, const struct outcome *outcome)
{
	end_request(arg, outcome->code, outcome->message);
}

static bool mirrors_are_synced(const struct dm_device *device)
{
	for (size_t i = 0; i < device->table.count; i++)
		if (device->table.targets[i].type == DM_MIRROR &&
		    device->mirrors[i].synced_regions < device->mirrors[i].total_regions)
			return false;
	return true;
}

static bool a_leg_has_failed(const struct dm_device *device)
{
	for (size_t i = 0; i < device->table.count; i++)
		if (device->table.targets[i].type == DM_MIRROR &&
		    (device->mirrors[i].source != DM_LEG_ALIVE ||
		     device->mirrors[i].dest != DM_LEG_ALIVE))
			return true;
	return false;
}

static void look(struct request *request)
{
	cleanup(dm_device_deinit) struct dm_device device = {0};
	int r = dm_observe(run.dm, request->waits_for, &device);

	if (!r && !device.present)
		r = -ENXIO;
	if (r || (request->for_failure ? a_leg_has_failed(&device) : mirrors_are_synced(&device)))
		end_request(request, r, "");
}

static void on_event(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < MAX_REQUESTS; i++)
		if (run.requests[i].waits_for)
			look(&run.requests[i]);
}

static void print_target(const struct dm_target *target, const struct dm_mirror_status *mirror)
{
	static const char *const health[] = {"alive", "write-failed", "sync-failed", "read-failed",
					     "unknown"};
	char params[256] = "";

	if (target->type != DM_OTHER)
		dm_target_format(target, params, sizeof(params));
	printf("%" PRIu64 " %" PRIu64 " %s %s\n", target->start_sectors, target->len_sectors,
	       dm_target_type_name(target->type) ?: "other", params);
	if (target->type == DM_MIRROR)
		printf("  %" PRIu64 "/%" PRIu64 " %s %s\n", mirror->synced_regions,
		       mirror->total_regions, health[mirror->source], health[mirror->dest]);
}

static int observe(const char *uuid)
{
	cleanup(dm_device_deinit) struct dm_device device = {0};
	int r = dm_observe(run.dm, uuid, &device);

	if (r)
		return r;
	if (!device.present) {
		printf("absent\n");
		return 0;
	}
	printf("%s %u:%u %s %s open=%u\n", device.name, major(device.dev), minor(device.dev),
	       device.suspended ? "suspended" : "active", device.read_only ? "ro" : "rw",
	       device.open_count);
	for (size_t i = 0; i < device.table.count; i++)
		print_target(&device.table.targets[i], &device.mirrors[i]);
	return 0;
}

static void read_line(char *line, struct dm_table *table)
{
	uint64_t start_sectors = strtoull(line, &line, 10);
	uint64_t len_sectors = strtoull(line, &line, 10);
	const char *type = strtok(line, " ");
	const char *params = strtok(NULL, "\n");
	struct dm_target target;

	if (!type || !params ||
	    dm_target_parse(start_sectors, len_sectors, type, params, &target) ||
	    dm_table_append(table, &target))
		usage("table");
}

static void read_table(const char *path, struct dm_table *table)
{
	FILE *file = fopen(path, "re");
	char line[512];

	if (!file)
		usage(path);
	while (fgets(line, sizeof(line), file))
		read_line(line, table);
	fclose(file);
}

static dev_t read_dev(const char *text)
{
	struct dm_target target;
	char params[64];

	snprintf(params, sizeof(params), "%s 0", text);
	if (dm_target_parse(0, 1, "linear", params, &target) || target.type != DM_LINEAR)
		usage(text);
	return target.source_dev;
}

static void on_compared(void *arg, const struct outcome *outcome,
			const struct dm_comparison_result *found)
{
	static const char *const verdicts[] = {"equal", "different", "unsettled",
					       "first-unreadable", "second-unreadable"};
	char text[128] = "";

	if (found)
		snprintf(text, sizeof(text), "%s %" PRIu64 " %" PRIu64, verdicts[found->verdict],
			 found->off_sectors, found->len_sectors);
	end_request(arg, outcome->code, found ? text : outcome->message);
}

static void on_measured(void *arg, const struct outcome *outcome, const struct dm_latency *latency)
{
	char text[64] = "";

	if (latency)
		snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu64, latency->ios,
			 latency->slow_ios);
	end_request(arg, outcome->code, latency ? text : outcome->message);
}

static void make_request(struct request *request, int argc, char **argv)
{
	cleanup(dm_table_deinit) struct dm_table table = {0};

	if (argc == 2 && strcmp(argv[0], "observe") == 0) {
		end_request(request, observe(argv[1]), "");
	} else if (argc == 4 && strcmp(argv[0], "create") == 0) {
		read_table(argv[3], &table);
		dm_create(run.dm, argv[1], argv[2], &table, on_done, request);
	} else if (argc == 4 && strcmp(argv[0], "swap") == 0) {
		bool visible = strcmp(argv[2], "visible") == 0;

		read_table(argv[3], &table);
		dm_swap(run.dm, argv[1], &table, visible ? DM_VISIBLE : DM_HIDDEN, on_done,
			request);
	} else if (argc == 2 && strcmp(argv[0], "remove") == 0) {
		dm_remove(run.dm, argv[1], on_done, request);
	} else if (argc == 2 && strcmp(argv[0], "flush") == 0) {
		dm_flush(run.dm, read_dev(argv[1]), on_done, request);
	} else if (argc == 3 && strcmp(argv[0], "measure") == 0) {
		dm_measure(run.dm, argv[1], strtoull(argv[2], NULL, 10), on_measured, request);
	} else if (argc == 4 && strcmp(argv[0], "compare") == 0) {
		const struct dm_comparison what = {.first_dev = read_dev(argv[1]),
						   .second_dev = read_dev(argv[2]),
						   .len_sectors = strtoull(argv[3], NULL, 10)};

		dm_compare(run.dm, &what, on_compared, request);
	} else if (argc == 2 && strncmp(argv[0], "wait-", 5) == 0) {
		request->waits_for = argv[1];
		request->for_failure = strcmp(argv[0], "wait-failed") == 0;
		look(request);
	} else {
		usage(argc > 0 ? argv[0] : "request");
	}
}

int main(int argc, char **argv)
{
	unsigned number = 0;
	int r;

	signal(SIGPIPE, SIG_IGN);
	run.base = event_base_new();
	r = dm_new(run.base, on_event, NULL, &run.dm);
	if (r) {
		fprintf(stderr, "dm_on_kernel: %s\n", strerrorname_np(-r));
		return 1;
	}
	/* One more than there are, lest the loop be left before the last is made. */
	run.unfinished = 1;
	for (int i = 1; i < argc; i++) {
		int first = i;

		while (i < argc && strcmp(argv[i], "--") != 0)
			i++;
		if (++number >= MAX_REQUESTS)
			usage("number of requests");
		run.unfinished++;
		run.requests[number].number = number;
		make_request(&run.requests[number], i - first, argv + first);
	}
	if (--run.unfinished > 0)
		event_base_dispatch(run.base);
	dm_free(run.dm);
	event_base_free(run.base);
	return run.failed;
}
