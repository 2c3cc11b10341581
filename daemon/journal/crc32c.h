/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* CRC32C, the checksum of RFC 3720 (Castagnoli's polynomial). Pure. */

#include <stddef.h>
#include <stdint.h>

/*
 * The checksum of bytes that follow on those whose checksum is crc (0 for
 * none), so that pieces may be given one after the other.
 */
uint32_t crc32c(uint32_t crc, const void *bytes, size_t len_bytes);
