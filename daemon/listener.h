/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The listening socket: systemd's when it hands one over, our own otherwise. */

#define LISTENER_GROUP "pvmoved"

/*
 * Takes systemd's socket, or makes one at path: mode 0660, for the group
 * LISTENER_GROUP where that exists. A stale socket is replaced. Returns a descriptor,
 * -EADDRINUSE when somebody listens there, or another negative errno.
 */
int listener_open(const char *path);
