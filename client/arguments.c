/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

/* Reads digits up to max from *textp and moves it behind them. Returns 0 or -EINVAL. */
static int parse_number(const char **textp, uint64_t max, uint64_t *numberp)
{
	size_t len = strspn(*textp, "0123456789");
	uint64_t number = 0;

	if (len == 0)
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, (uint64_t)((*textp)[i] - '0'), &number))
			return -EINVAL;
	if (number > max)
		return -EINVAL;
	*textp += len;
	*numberp = number;
	return 0;
}

int argument_parse_id(const char *text, uint64_t *idp)
{
	uint64_t id;

	if (parse_number(&text, INT64_MAX, &id) < 0 || *text || id == 0)
		return -EINVAL;
	*idp = id;
	return 0;
}

/* Reads one range up to the next colon or the end. LVM's PE numbers have 32 bits. */
static int parse_range(const char **textp, struct pe_span *spanp)
{
	uint64_t first_pe = 0, last_pe, extent_count = 1;
	bool has_first = parse_number(textp, UINT32_MAX, &first_pe) == 0;

	if (**textp == '-') { /* as for pvmove, "-PE" begins at the start of the PV */
		(*textp)++;
		if (has_first && (**textp == ':' || **textp == '\0'))
			return ARGUMENT_OPEN_RANGE;
		if (parse_number(textp, UINT32_MAX, &last_pe) < 0 || last_pe < first_pe)
			return ARGUMENT_BAD_RANGE;
		extent_count = last_pe - first_pe + 1;
	} else if (!has_first) {
		return ARGUMENT_BAD_RANGE;
	} else if (**textp == '+') {
		(*textp)++;
		if (parse_number(textp, UINT32_MAX, &extent_count) < 0 || extent_count == 0)
			return ARGUMENT_BAD_RANGE;
	}
	if (**textp != ':' && **textp != '\0')
		return ARGUMENT_BAD_RANGE;
	*spanp = (struct pe_span){first_pe, extent_count};
	return 0;
}

/* Reads ":RANGE" as often as it stands there. */
static int parse_ranges(const char *text, struct pv_argument *pv)
{
	size_t count = 0;

	for (const char *c = text; *c; c++)
		if (*c == ':')
			count++;
	if (count == 0)
		return 0;
	if (count > ARGUMENT_RANGES_MAX)
		return ARGUMENT_TOO_MANY_RANGES;
	pv->spans = calloc(count, sizeof(*pv->spans));
	if (!pv->spans)
		return -ENOMEM;
	while (*text) {
		int ret;

		text++;
		ret = parse_range(&text, &pv->spans[pv->span_count]);
		if (ret != 0)
			return ret;
		pv->span_count++;
	}
	return 0;
}

/* Takes the backslashes away as LVM's commands do: before a colon, an at sign or a backslash. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (*from == '\\' && from[1] && strchr(":@\\", from[1]))
			from++;
		*to++ = *from;
	}
	*to = '\0';
}

static bool is_escaped(const char *text, size_t at)
{
	size_t backslashes = 0;

	while (backslashes < at && text[at - backslashes - 1] == '\\')
		backslashes++;
	return backslashes % 2 == 1;
}

/*
 * The next place further left than end where the text can be cut: at a colon
 * with nothing but a range between it and end. Returns end when there is none.
 */
static size_t previous_cut(const char *text, size_t end)
{
	size_t at = end;

	while (at > 0 && strchr("0123456789+-", text[at - 1]))
		at--;
	if (at == 0 || text[at - 1] != ':' || is_escaped(text, at - 1))
		return end;
	return at - 1;
}

static int copy_device(const char *text, size_t len, char **devicep)
{
	char *device = strndup(text, len);

	if (!device)
		return -ENOMEM;
	unescape(device);
	*devicep = device;
	return 0;
}

/* Finds the length of the device's name within the text, and the name. */
static int find_device(const char *text, argument_exists_fn *exists, char **devicep, size_t *lenp)
{
	size_t end = strlen(text);

	for (size_t cuts = 0;; cuts++) {
		_free_ char *device = NULL;
		size_t previous = previous_cut(text, end);
		int ret = copy_device(text, end, &device);

		if (ret < 0)
			return ret;
		if (exists(device) || previous == end) {
			*devicep = steal_pointer(&device);
			*lenp = end;
			return 0;
		}
		if (cuts > ARGUMENT_RANGES_MAX)
			return ARGUMENT_TOO_MANY_RANGES;
		end = previous;
	}
}

int argument_parse_pv(const char *text, argument_exists_fn *exists, struct pv_argument *pvp)
{
	struct pv_argument pv = {0};
	size_t len;
	int ret;

	if (*text != '/')
		return ARGUMENT_NOT_A_PATH;
	ret = find_device(text, exists, &pv.device, &len);
	if (ret == 0)
		ret = parse_ranges(text + len, &pv);
	if (ret != 0) {
		pv_argument_deinit(&pv);
		return ret;
	}
	*pvp = pv;
	return 0;
}

void pv_argument_deinit(struct pv_argument *pv)
{
	free(pv->device);
	free(pv->spans);
	*pv = (struct pv_argument){0};
}
