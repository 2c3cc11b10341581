/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What "pvmovectl top" shows, and what keys do to it: the moves as they were told last, which of
 * them is selected, a question, a notice. Knows nothing of terminals, sizes, or how it is drawn;
 * what is to be asked of the daemon it only wishes for.
 */

#include <stdbool.h>
#include <stdint.h>

#include "client/moves.h"

struct json_object;

/* Any explanation fits; longer ones are cut. */
#define DASHBOARD_NOTICE_MAX 512

enum dashboard_link {
	LINK_AWAITED, /* the daemon has said nothing yet */
	LINK_THERE,
	LINK_LOST, /* what is shown is how it was */
};

/* Embedded by its owner; zeroes are one that has been told nothing. The fields are for reading. */
struct dashboard {
	struct moves moves;
	enum dashboard_link link;
	uint64_t selected_id; /* of a move that is there; 0: there are none */
	uint64_t asked_id;    /* of the move that is to be aborted, if the answer is yes; 0: no
				 question */
	char notice[DASHBOARD_NOTICE_MAX]; /* until the next key; "": none */
};

enum wish_kind {
	WISH_NOTHING,
	WISH_QUIT,
	WISH_REDRAW, /* from scratch */
	WISH_PAUSE,
	WISH_RESUME,
	WISH_ABORT,
};

struct wish {
	enum wish_kind kind;
	uint64_t id; /* of the move, for the last three */
};

void dashboard_deinit(struct dashboard *dashboard);

/*
 * Takes in moves of a stream, clean of control characters; all: these are all there are. The
 * selection stays with its move. Returns as moves_update().
 */
int dashboard_update(struct dashboard *dashboard, struct json_object *list, bool all);

/* The stream is lost. A question is dropped: what it is about may have changed. */
void dashboard_lose(struct dashboard *dashboard);

/* Takes a key, as keys.h has it, and returns what it is to do beside what it did already. */
struct wish dashboard_press(struct dashboard *dashboard, int key);

/* Gives a notice, which is cleaned. */
void dashboard_tell(struct dashboard *dashboard, const char *text);

/* Where the selected move stands in the list; 0 when there are none. */
size_t dashboard_position(const struct dashboard *dashboard);
