/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Conversions between sectors, bytes and extents that refuse to overflow, and
 * sizes and durations as people type and read them. Pure.
 */

#include <stdint.h>

/* device-mapper's and LVM's sector, whatever the device's own block size. */
#define SECTOR_BYTES 512u

/* Room for any text that the formatters write, with its NUL. */
#define UNITS_TEXT_MAX 24

/* Each returns 0, or -EOVERFLOW when the result does not fit. */
int units_sectors_to_bytes(uint64_t sectors, uint64_t *bytesp);
int units_extents_to_sectors(uint64_t extents, uint64_t extent_sectors, uint64_t *sectorsp);
int units_extents_to_bytes(uint64_t extents, uint64_t extent_sectors, uint64_t *bytesp);

/* Each returns 0, or -EINVAL for what is not a whole number of sectors or extents. */
int units_bytes_to_sectors(uint64_t bytes, uint64_t *sectorsp);
int units_sectors_to_extents(uint64_t sectors, uint64_t extent_sectors, uint64_t *extentsp);

/*
 * Reads a number without sign or blank, up to something else, which *textp points at then. Returns
 * 0, -EINVAL where there is none, or -EOVERFLOW; *textp is as it was then.
 */
int units_parse_digits(const char **textp, uint64_t *valuep);

/*
 * Reads a size as a command line gives it: a number in decimal, at most three
 * places behind a point, then at most one unit: b (bytes, also without a unit),
 * s (sectors), k, m, g, t, p. As in LVM's own commands units are powers of 1024
 * in either case; "KiB" and the like say the same, while "KB", which elsewhere
 * means 1000, is refused. No sign and no space. The result is rounded down to
 * bytes. Returns 0, -EINVAL for what is not a size, or -EOVERFLOW.
 */
int units_parse_bytes(const char *text, uint64_t *bytesp);

/* Reads a rate: a size, and "/s" behind it if one likes. Returns as units_parse_bytes(). */
int units_parse_rate(const char *text, uint64_t *rate_bytes_sp);

/*
 * Reads a latency: a number as above, and "us", "ms" or "s"; without a unit it is milliseconds. The
 * result is rounded down to microseconds. Returns 0, -EINVAL or -EOVERFLOW.
 */
int units_parse_latency(const char *text, uint64_t *latency_usp);

/* "0 B", "1023 B", "1.50 GiB": two places, rounded down. */
void units_format_bytes(uint64_t bytes, char text[UNITS_TEXT_MAX]);

/* The two largest units, rounded down: "59s", "1m05s", "1h02m", "3d04h". */
void units_format_duration(uint64_t duration_us, char text[UNITS_TEXT_MAX]);
