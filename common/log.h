/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Writes messages for the administrator. Where standard error is a stream of
 * the systemd journal, each goes there as an entry with fields of its own, or
 * as a line with sd-daemon's "<N>" prefix when the journal does not take it;
 * anywhere else as a plain line. Blocks on that write only. Knows nothing of moves.
 *
 * Levels are those of <syslog.h>: LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG.
 * The fields in use are MESSAGE_ID, and PVMOVED_ with MOVE, UUID, VG, LV, STATE and REASON.
 */

#include <stddef.h>
#include <syslog.h>

/* One structured field; a plain line does not show it. A NULL value leaves the field out. */
struct log_field {
	const char *name;
	const char *value;
};

/* Most fields of a message; a programmer's limit. */
#define LOG_FIELDS_MAX 8
/* Longest message and longest field (name, '=' and value) in bytes; the rest is cut. */
#define LOG_TEXT_MAX  2048
#define LOG_FIELD_MAX 320

/*
 * Sets the least important level that is written and finds out where standard
 * error leads. Until it is called, messages up to LOG_INFO are plain lines.
 */
void log_init(int max_level);

/*
 * Writes one message; control characters in it become spaces, so that it stays
 * one line. The format may hold %m. errno is kept.
 */
__attribute__((format(printf, 4, 5))) void log_write(int level, const struct log_field *fields,
						     size_t field_count, const char *format, ...);

#define log_error(...)   log_write(LOG_ERR, NULL, 0, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, NULL, 0, __VA_ARGS__)
#define log_info(...)    log_write(LOG_INFO, NULL, 0, __VA_ARGS__)
#define log_debug(...)   log_write(LOG_DEBUG, NULL, 0, __VA_ARGS__)
