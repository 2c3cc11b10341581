/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Whether a daemon, or what one has left behind, is at work: asked of /proc,
 * without connecting to a socket, since that would make systemd start a daemon.
 */

#include <stdbool.h>
#include <sys/types.h>

/* True when somebody (a daemon, or systemd for it) listens on the path. proc: "/proc". */
bool alone_is_listened_on(const char *proc, const char *socket_path);

/* An executor of any daemon: it may be about to swap a table. 0: none. */
pid_t alone_find_executor(const char *proc);
