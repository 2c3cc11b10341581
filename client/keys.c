/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/keys.h"

#define ESCAPE '\033'

/* Of a sequence's last character and, where that is a tilde, the number before it. */
static int name_sequence(char last, long number)
{
	switch (last) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	case '~':
		return number == 5   ? KEY_PAGE_UP
		       : number == 6 ? KEY_PAGE_DOWN
		       : number == 1 ? KEY_HOME
		       : number == 4 ? KEY_END
				     : KEY_OTHER;
	default:
		return KEY_OTHER;
	}
}

/* Behind ESC: "[", parameters and a last character; or "O" and one character, in application mode.
 */
static int take_sequence(const char **bytesp, const char *end)
{
	const char *at = *bytesp;
	long number = 0;

	if (at == end || (*at != '[' && *at != 'O'))
		return KEY_ESCAPE;
	for (at++; at < end && *at >= 0x20 && *at < 0x40; at++)
		if (*at >= '0' && *at <= '9' && number < 1000)
			number = number * 10 + (*at - '0');
	if (at == end) {
		*bytesp = end;
		return KEY_OTHER;
	}
	*bytesp = at + 1;
	return name_sequence(*at, number);
}

int keys_take(const char **bytesp, const char *end)
{
	unsigned char byte = (unsigned char)*(*bytesp)++;

	if (byte == ESCAPE)
		return take_sequence(bytesp, end);
	return byte < 0x80 ? byte : KEY_OTHER;
}
