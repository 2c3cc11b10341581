/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lvm layer as a command, for scripts that try it on real VGs:
 *
 *	lvm_on_disks list
 *	lvm_on_disks read VG
 *	lvm_on_disks activate|deactivate VG LV
 *	lvm_on_disks reserve|commit|release VG LV RUN...
 *
 * VG, LV and PVs are UUIDs; RUN is FIRST-LE:COUNT:SOURCE-PV:PE:DEST-PV:PE. Prints what there is to
 * show, then "CODE MESSAGE"; the exit status is 0 when CODE is. LVM_BINARY and COMMAND_MS stand
 * in for the lvm program and the deadline.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "common/cleanup.h"
#include "daemon/lvm/lvm.h"
#include "daemon/lvm/request.h"

#define RUN_DIR  "/run/lvm_on_disks"
#define MAX_RUNS 16

static struct event_base *base;
static int code;

static _Noreturn void usage(const char *what)
{
	fprintf(stderr, "lvm_on_disks: bad %s; see its source\n", what);
	exit(2);
}

static void end(const struct outcome *result)
{
	code = result->code;
	printf("%s %s\n", code ? strerrorname_np(-code) : "0", result->message);
	event_base_loopbreak(base);
}

static void on_done(void *arg, const struct outcome *result)
{
	(void)arg;
	end(result);
}

static void on_edited(void *arg, const struct outcome *result, struct vg *vg)
{
	(void)arg;
	vg_free(vg);
	end(result);
}

static void on_pvs(void *arg, const struct outcome *result, const struct lvm_pv *pvs,
		   size_t pv_count)
{
	(void)arg;
	for (size_t i = 0; i < pv_count; i++)
		printf("pv %s %u:%u %s %s\n", pvs[i].device, major(pvs[i].dev), minor(pvs[i].dev),
		       pvs[i].id.text, *pvs[i].vg_name ? pvs[i].vg_name : "-");
	end(result);
}

static void print_lv(const struct vg *vg, const struct vg_lv *lv)
{
	printf("lv %s%s%s%s%s", lv->name, lv->visible ? " visible" : "",
	       lv->locked ? " locked" : "", lv->is_pvmove ? " pvmove" : "",
	       lv->is_component ? " component" : "");
	for (size_t s = 0; s < lv->segment_count; s++)
		for (size_t a = 0; a < lv->segments[s].area_count; a++) {
			const struct vg_area *area = &lv->segments[s].areas[a];

			printf(" %s:%" PRIu64 "+%" PRIu64, vg->pvs[area->pv].key, area->first_pe,
			       area->extent_count);
		}
	printf("\n");
}

static void on_vg(void *arg, const struct outcome *result, struct vg *vg)
{
	(void)arg;
	if (vg) {
		printf("vg %s%s%s%s\n", vg->name, vg->exported ? " exported" : "",
		       vg->system_id ? " of " : "", vg->system_id ? vg->system_id : "");
		for (size_t i = 0; i < vg->pv_count; i++)
			printf("pv %s %s %u:%u %" PRIu32 "%s\n", vg->pvs[i].key,
			       vg->pvs[i].device ? vg->pvs[i].device : "missing",
			       major(vg->pvs[i].dev), minor(vg->pvs[i].dev),
			       vg->pvs[i].logical_block_bytes,
			       vg->pvs[i].rotational ? " rotational" : "");
		for (size_t i = 0; i < vg->lv_count; i++)
			print_lv(vg, &vg->lvs[i]);
		vg_free(vg);
	}
	end(result);
}

static struct lvm_id parse_id(const char *text)
{
	struct lvm_id id;

	if (!text || lvm_id_parse(text, &id) < 0)
		usage("UUID");
	return id;
}

static struct run parse_run(const char *text)
{
	char source[64], dest[64];
	struct run run;

	if (sscanf(text, "%" SCNu64 ":%" SCNu64 ":%63[^:]:%" SCNu64 ":%63[^:]:%" SCNu64,
		   &run.first_le, &run.extent_count, source, &run.source_pe, dest,
		   &run.dest_pe) != 6)
		usage("RUN");
	run.source_pv = parse_id(source);
	run.dest_pv = parse_id(dest);
	return run;
}

static void edit(struct lvm *lvm, enum metadata_edit kind, char **args)
{
	struct run runs[MAX_RUNS];
	struct reservation reservation = {
		.vg = parse_id(args[0]),
		.lv = parse_id(args[1]),
		.id = {"pvmove-ddis-kspv-move-ddis-kspv-movedd"},
		.name = RESERVATION_NAME_PREFIX "on_disks",
		.runs = runs,
	};

	for (args += 2; *args && reservation.run_count < MAX_RUNS; args++)
		runs[reservation.run_count++] = parse_run(*args);
	lvm_edit_vg(lvm, kind, &reservation, NULL, NULL, on_edited, NULL);
}

static void begin(struct lvm *lvm, const char *what, char **args)
{
	struct lvm_id vg = {""}, lv;

	if (strcmp(what, "list") == 0) {
		lvm_list_pvs(lvm, on_pvs, NULL);
		return;
	}
	vg = parse_id(args[0]);
	if (strcmp(what, "read") == 0) {
		lvm_read_vg(lvm, &vg, on_vg, NULL);
		return;
	}
	lv = parse_id(args[1]);
	if (strcmp(what, "activate") == 0 || strcmp(what, "deactivate") == 0)
		lvm_set_active(lvm, &vg, &lv, what[0] == 'a', on_done, NULL);
	else if (strcmp(what, "reserve") == 0)
		edit(lvm, METADATA_RESERVE, args);
	else if (strcmp(what, "commit") == 0)
		edit(lvm, METADATA_COMMIT, args);
	else if (strcmp(what, "release") == 0)
		edit(lvm, METADATA_RELEASE, args);
	else
		usage("request");
}

int main(int argc, char **argv)
{
	const char *binary = getenv("LVM_BINARY");
	const char *timeout_ms = getenv("COMMAND_MS");
	struct lvm_setup setup = {
		.binary = binary ? binary : "/usr/sbin/lvm",
		.sysfs = "/sys",
		.etc = "/etc/lvm",
		.lock_timeout_ms = 60000,
		.command_timeout_ms = timeout_ms ? (uint32_t)strtoul(timeout_ms, NULL, 10) : 60000,
	};
	struct lvm *lvm;

	if (argc < 2)
		usage("request");
	base = event_base_new();
	mkdir(RUN_DIR, 0700);
	if (!base || lvm_new_with(base, RUN_DIR, &setup, &lvm) < 0) {
		fprintf(stderr, "lvm_on_disks: cannot begin\n");
		return 2;
	}
	begin(lvm, argv[1], argv + 2);
	event_base_dispatch(base);
	lvm_free(lvm);
	event_base_free(base);
	return code ? 1 : 0;
}
