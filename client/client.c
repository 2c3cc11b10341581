/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/client.h"

#include <stdarg.h>
#include <sys/ioctl.h>

#include "client/text.h"

/* Longest message, longer ones are cut; any explanation fits with words around it. */
#define MESSAGE_MAX 2560

/* Of a terminal that does not say. */
#define DEFAULT_COLUMNS 80
#define DEFAULT_LINES   24

struct client_size client_size(const struct client *client)
{
	struct client_size size = {DEFAULT_COLUMNS, DEFAULT_LINES};
	struct winsize window;

	if (client->terminal_fd < 0)
		return (struct client_size){0};
	if (ioctl(client->terminal_fd, TIOCGWINSZ, &window) < 0)
		return size;
	if (window.ws_col > 0)
		size.columns = window.ws_col;
	if (window.ws_row > 0)
		size.lines = window.ws_row;
	return size;
}

void client_say(const struct client *client, const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	text_clean(message);
	fprintf(client->err, "pvmovectl: %s\n", message);
}
