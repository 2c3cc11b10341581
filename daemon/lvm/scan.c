/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/scan.h"

#include <ctype.h>
#include <string.h>

/*
 * libdevmapper's parser recurses into sections, its writer puts whole strings
 * on the stack, and both take much that LVM never writes. So text is scanned
 * first, token by token as that parser (1.02.185) would cut it, and anything
 * else than this is refused:
 *
 *	text    = { item }
 *	item    = key "{" { item } "}" | key "=" value
 *	value   = single | "[" [ single { "," single } ] "]"
 *	single  = whole number | "string in double quotes"
 *	key     = characters of LVM names
 *
 * with comments from # to the end of a line. The scan checks tokens, depth and
 * lengths; the parser checks the grammar.
 */
#define DEPTH_MAX  16
#define KEY_MAX    256
#define STRING_MAX 65536

/* What may stand between the values of our texts and the next token. */
static bool ends_number(const char *p, const char *end)
{
	return p == end || isspace((unsigned char)*p) || strchr(",]}#", *p);
}

/* Each returns what follows the token at p, or NULL for one that is refused. */
static const char *scan_string(const char *p, const char *end)
{
	const char *start = p++;

	while (p < end && *p != '"')
		p += *p == '\\' ? 2 : 1;
	if (p >= end || (size_t)(p - start) > STRING_MAX)
		return NULL;
	return p + 1;
}

static const char *scan_number(const char *p, const char *end)
{
	const char *digits;

	if (*p == '-' || *p == '+')
		p++;
	for (digits = p; p < end && isdigit((unsigned char)*p); p++)
		;
	return p > digits && ends_number(p, end) ? p : NULL;
}

static const char *scan_key(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && (isalnum((unsigned char)*p) || strchr("_+.-", *p)))
		p++;
	/* The parser ends a key just here; with another character it would go on. */
	if (p == start || p - start > KEY_MAX ||
	    (p < end && !isspace((unsigned char)*p) && !strchr("#={}", *p)))
		return NULL;
	return p;
}

bool scan_is_plain(const char *text, size_t len_bytes)
{
	const char *end = text + len_bytes;
	unsigned depth = 0;
	bool value_follows = false;

	if (memchr(text, '\0', len_bytes))
		return false;
	for (const char *p = text; p < end;) {
		if (isspace((unsigned char)*p)) {
			p++;
			continue;
		}
		if (*p == '#') {
			p = memchr(p, '\n', (size_t)(end - p));
			if (!p)
				return true;
			continue;
		}
		if (strchr("{}[],=", *p)) {
			if (*p == '{' && ++depth > DEPTH_MAX)
				return false;
			if (*p == '}' && depth-- == 0)
				return false;
			value_follows = strchr("=[,", *p);
			p++;
			continue;
		}
		if (!value_follows)
			p = scan_key(p, end);
		else
			p = *p == '"' ? scan_string(p, end) : scan_number(p, end);
		if (!p)
			return false;
		value_follows = false;
	}
	return true;
}
