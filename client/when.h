/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Times and spans of time as people type them. Pure but for the local time zone. */

#include <stdint.h>

/*
 * Reads a span: a number and "s", "min", "h", "d" or "w". Returns 0, -EINVAL for what is none, or
 * -EOVERFLOW.
 */
int when_parse_span(const char *text, uint64_t *span_usp);

/*
 * Reads a point in time, since the epoch, as journalctl(1) takes them: "2026-11-22",
 * "2026-11-22 10:30", with seconds too, "10:30", "today", "yesterday", "now", "@1700000000", and
 * "-2h" or "2h ago". now_us is since the epoch. Returns as above.
 */
int when_parse(const char *text, uint64_t now_us, uint64_t *time_usp);
