/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/refusal.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define REFUSAL_COUNT (sizeof(refusal_names) / sizeof(refusal_names[0]))

static const char *const refusal_names[] = {
#define R(code, name) [REFUSAL_##code] = (name),
	REFUSAL_LIST(R)
#undef R
};

static bool is_utf8_continuation(char byte)
{
	return ((unsigned char)byte & 0xC0) == 0x80;
}

/* Cuts between characters, never within one: half a character is not a JSON string. */
static void copy_text(char to[REFUSAL_TEXT_MAX], const char *from)
{
	size_t len_bytes = from ? strlen(from) : 0;

	if (len_bytes >= REFUSAL_TEXT_MAX) {
		len_bytes = REFUSAL_TEXT_MAX - 1;
		while (len_bytes > 0 && is_utf8_continuation(from[len_bytes]))
			len_bytes--;
	}
	if (len_bytes > 0)
		memcpy(to, from, len_bytes);
	to[len_bytes] = '\0';
}

void refusal_set(struct refusal *refusal, enum refusal_code code, const char *subject,
		 const char *detail)
{
	*refusal = (struct refusal){.code = code};
	copy_text(refusal->subject, subject);
	copy_text(refusal->detail, detail);
}

const char *refusal_name(enum refusal_code code)
{
	return (size_t)code < REFUSAL_COUNT ? refusal_names[code] : NULL;
}

enum refusal_code refusal_from_name(const char *name)
{
	for (size_t code = REFUSAL_NONE + 1; code < REFUSAL_COUNT; code++)
		if (strcmp(refusal_names[code], name) == 0)
			return (enum refusal_code)code;
	return REFUSAL_NONE;
}
