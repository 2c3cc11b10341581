/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the daemon says of moves, plans and itself, checked and as C values.
 * Texts and lists are borrowed from the JSON that was read. A member that the
 * interface file does not name is ignored; daemons may be newer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

/* A number that the daemon says is not known. */
#define VIEW_UNKNOWN UINT64_MAX

/* Where a disk has failed a pass, in sectors of 512 bytes of the PV's device. */
struct trouble_view {
	const char *side;   /* NULL: no disk has, and all else means nothing */
	const char *device; /* NULL: not known */
	const char *pv_uuid;
	uint64_t first_le;
	uint64_t le_count;
	uint64_t first_sector;
	uint64_t sector_count;
	bool exact; /* all of these sectors; otherwise some of them */
};

struct pass_view {
	const char *lv;
	const char *state;
	uint64_t total_bytes;
	uint64_t copied_bytes;   /* or VIEW_UNKNOWN */
	uint64_t verified_bytes; /* or VIEW_UNKNOWN: nobody asked for it */
	const char *wedged;      /* devices, with spaces in between; NULL: none */
	const char *unverified;  /* what could not be compared; NULL: nothing */
	const char *reason_code; /* NULL: none */
	const char *reason_text;
	struct trouble_view trouble;
	const char *waits_code; /* NULL: for nothing */
	const char *waits_text;
};

struct move_view {
	uint64_t id;
	const char *uuid;
	const char *state;
	bool waiting;
	const char *vg;
	const char *source;
	const char *lv;                   /* NULL: all */
	struct json_object *destinations; /* of texts; none: any */
	struct json_object *passes;       /* see view_get_pass() */
	uint64_t queue_place;      /* so many moves go first; VIEW_UNKNOWN: it waits for none */
	uint64_t queue_behind;     /* the last of them … */
	const char *queue_disk;    /* … and the disk that is shared; NULL: not known */
	uint64_t stalled_since_us; /* since the epoch; VIEW_UNKNOWN: it does not stall */
	uint64_t total_bytes;
	uint64_t copied_bytes;   /* or VIEW_UNKNOWN */
	uint64_t verified_bytes; /* or VIEW_UNKNOWN: nobody asked for it */
	uint64_t rate_bytes_s;   /* or VIEW_UNKNOWN */
	uint64_t eta_us;         /* or VIEW_UNKNOWN */
	uint64_t limit_bytes_s;  /* or VIEW_UNKNOWN: none */
	uint64_t max_latency_us; /* or VIEW_UNKNOWN: any */
	uint64_t ios;            /* of its LV; VIEW_UNKNOWN: not counted, nor the next two */
	uint64_t slow_ios;       /* that took longer than max_latency_us */
	uint64_t narrowed;       /* so often to half */
	bool aside;              /* that was not enough: nothing is copied just now */
	uint64_t created_us;     /* since the epoch */
	uint64_t finished_us;    /* since the epoch, or VIEW_UNKNOWN */
	const char *request_id;  /* NULL: none */
};

struct run_view {
	uint64_t first_le;
	uint64_t extent_count;
	const char *source;
	uint64_t source_pe;
	const char *destination;
	uint64_t destination_pe;
};

struct planned_pass_view {
	const char *lv;
	uint64_t total_bytes;
	struct json_object *runs; /* see view_get_run() */
};

struct plan_view {
	const char *vg;
	struct json_object *passes; /* see view_get_planned_pass() */
	uint64_t total_bytes;
	uint64_t peak_bytes;
	uint64_t free_bytes;
};

struct warning_view {
	const char *code;
	const char *text;
};

struct info_view {
	const char *version;
	const char *boot_id;
	const char *state_dir;
	uint64_t started_us;    /* since the epoch */
	uint64_t limit_bytes_s; /* of all moves together, or VIEW_UNKNOWN: none */
	uint64_t moves_unfinished;
};

/*
 * Each reads an object and all that is in it. Returns 0, or -EBADMSG for one
 * that is not what the interface says.
 */
int view_read_move(struct json_object *object, struct move_view *movep);
int view_read_plan(struct json_object *object, struct plan_view *planp);
int view_read_info(struct json_object *object, struct info_view *infop);
/* An answer that is a limit alone; VIEW_UNKNOWN: none. */
int view_read_limit(struct json_object *object, uint64_t *limit_bytes_sp);

/* The list of warnings in an answer, NULL of a daemon that knows of none. */
int view_read_warnings(struct json_object *object, struct json_object **warningsp);

/* One of a list. Its owner was read, so this cannot fail; i is below the list's length. */
struct pass_view view_get_pass(const struct move_view *move, size_t i);
struct planned_pass_view view_get_planned_pass(const struct plan_view *plan, size_t i);
struct run_view view_get_run(const struct planned_pass_view *pass, size_t i);
struct warning_view view_get_warning(struct json_object *warnings, size_t i);
const char *view_get_destination(const struct move_view *move, size_t i);

/* Length of such a list. */
size_t view_count(const struct json_object *list);

/* Nothing will change any more. */
bool view_move_is_ended(const struct move_view *move);

/* The first pass that has not ended; false when there is none. */
bool view_find_current_pass(const struct move_view *move, struct pass_view *passp);

/* Its copying has the n-th part under way of what it could, to spare the latency; 1: all of it. */
uint64_t view_get_narrowing(const struct move_view *move);

/* So many of its passes left a device that stays until the next boot. */
size_t view_count_wedged(const struct move_view *move);

/* Whole percents, rounded down so that 100 is all of it; 0 for what is not known. */
unsigned view_percent(uint64_t copied_bytes, uint64_t total_bytes);

/* Room for what view_format_done() writes, with its NUL. */
#define VIEW_DONE_MAX 8
/* "42%", or "?%" for what the daemon does not know yet. */
void view_format_done(uint64_t copied_bytes, uint64_t total_bytes, char text[VIEW_DONE_MAX]);
