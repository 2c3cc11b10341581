/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/report.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

DEFINE_CLEANUP(struct json_tokener *, json_tokener_freep, json_tokener_free)

/* { "report": [ { "pv": [ { "pv_name": "…" } ] } ] } */
#define DEPTH_MAX 8

/* A list of rows, in a report that holds them. */
struct rows {
	struct json_object *report;
	struct json_object *list;
};

static void rows_deinit(struct rows *rows)
{
	json_object_put(rows->report);
}

static struct json_object *member(struct json_object *object, const char *key, json_type type)
{
	struct json_object *value;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, type))
		return NULL;
	return value;
}

static int parse_rows(const char *text, size_t len_bytes, const char *kind, struct rows *rows)
{
	cleanup(json_tokener_freep) struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *reports;

	if (!tokener)
		return -ENOMEM;
	if (len_bytes > INT_MAX)
		return -EBADMSG;
	rows->report = json_tokener_parse_ex(tokener, text, (int)len_bytes);
	reports = member(rows->report, "report", json_type_array);
	if (!reports)
		return -EBADMSG;
	rows->list = member(json_object_array_get_idx(reports, 0), kind, json_type_array);
	return rows->list ? 0 : -EBADMSG;
}

/* A string without a NUL in it, borrowed, or NULL. */
static const char *row_string(struct json_object *row, const char *key)
{
	struct json_object *value = member(row, key, json_type_string);
	const char *text;

	if (!value)
		return NULL;
	text = json_object_get_string(value);
	return strlen(text) == (size_t)json_object_get_string_len(value) ? text : NULL;
}

int report_find_vg(const char *text, size_t len_bytes, const struct lvm_id *vg,
		   char namep[LVM_NAME_MAX])
{
	cleanup(rows_deinit) struct rows rows = {0};
	int r = parse_rows(text, len_bytes, "vg", &rows);

	if (r < 0)
		return r;
	for (size_t i = 0; i < json_object_array_length(rows.list); i++) {
		struct json_object *row = json_object_array_get_idx(rows.list, i);
		const char *id = row_string(row, "vg_uuid");
		const char *name = row_string(row, "vg_name");

		if (!id || !name || !lvm_name_is_valid(name))
			return -EBADMSG;
		if (strcmp(id, vg->text) != 0)
			continue;
		memcpy(namep, name, strlen(name) + 1);
		return 0;
	}
	return -ENOENT;
}

/* Instead of a path LVM prints "[unknown]" or the like for a PV that it does not find. */
static bool pv_is_missing(struct json_object *row)
{
	const char *device = row_string(row, "pv_name");

	return device && device[0] != '/';
}

static int parse_pv(struct json_object *row, struct lvm_pv *pv)
{
	const char *device = row_string(row, "pv_name");
	const char *id = row_string(row, "pv_uuid");
	const char *vg_name = row_string(row, "vg_name");
	const char *vg = row_string(row, "vg_uuid");

	if (!device || !id || lvm_id_parse(id, &pv->id) < 0 || !vg_name || !vg)
		return -EBADMSG;
	/* Both or none. */
	if (*vg_name ? !lvm_name_is_valid(vg_name) || lvm_id_parse(vg, &pv->vg) < 0 : *vg != '\0')
		return -EBADMSG;
	pv->device = strdup(device);
	pv->vg_name = strdup(vg_name);
	return pv->device && pv->vg_name ? 0 : -ENOMEM;
}

int report_parse_pvs(const char *text, size_t len_bytes, struct lvm_pv **pvsp, size_t *countp)
{
	cleanup(rows_deinit) struct rows rows = {0};
	struct lvm_pv *pvs;
	size_t row_count;
	size_t count = 0;
	int r = parse_rows(text, len_bytes, "pv", &rows);

	if (r < 0)
		return r;
	row_count = json_object_array_length(rows.list);
	pvs = calloc(row_count + 1, sizeof(*pvs));
	if (!pvs)
		return -ENOMEM;
	for (size_t i = 0; i < row_count && r == 0; i++) {
		struct json_object *row = json_object_array_get_idx(rows.list, i);

		if (!pv_is_missing(row))
			r = parse_pv(row, &pvs[count++]);
	}
	if (r < 0) {
		report_free_pvs(pvs, count);
		return r;
	}
	*pvsp = pvs;
	*countp = count;
	return 0;
}

void report_free_pvs(struct lvm_pv *pvs, size_t count)
{
	if (!pvs)
		return;
	for (size_t i = 0; i < count; i++) {
		free(pvs[i].device);
		free(pvs[i].vg_name);
	}
	free(pvs);
}
