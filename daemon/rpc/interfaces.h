/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The Varlink interfaces that the daemon offers, with the text of their
 * definitions as it stands in the .varlink files beside this one. The array is
 * written by embed.cmake when the daemon is built.
 */

#define INTERFACE_COUNT 2

struct interface {
	const char *name;
	const char *text;
};

extern const struct interface interfaces[INTERFACE_COUNT];

/* The interface of that name, or NULL. */
const struct interface *interface_find(const char *name);
