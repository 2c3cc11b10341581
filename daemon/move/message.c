/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/message.h"

static const struct {
	const char *name;
	const char *id;
} messages[MESSAGE_COUNT] = {
#define X(code, name, id) [MESSAGE_##code] = {name, id},
	MESSAGE_LIST(X)
#undef X
};

/* A state or a reason without a message does not compile. */
#define X(code, name) [PASS_##code] = MESSAGE_STATE_##code,
static const enum message of_state[PASS_STATE_COUNT] = {PASS_STATE_LIST(X)};
#undef X
#define MESSAGE_REASON_NONE MESSAGE_NONE
#define X(code, name)       [REASON_##code] = MESSAGE_REASON_##code,
static const enum message of_reason[PASS_REASON_COUNT] = {PASS_REASON_LIST(X)};
#undef X

const char *message_id(enum message message)
{
	return messages[message].id;
}

enum message message_of_state(enum pass_state state)
{
	return of_state[state];
}

enum message message_of_reason(enum pass_reason reason)
{
	return of_reason[reason];
}

void message_print(FILE *out)
{
	for (int i = 1; i < MESSAGE_COUNT; i++)
		fprintf(out, "%s %s\n", messages[i].id, messages[i].name);
}
