/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A terminal that is drawn on as a whole, on its other screen where it has one, with keys read as
 * they are pressed; and the signals that have to do with it, as a descriptor to poll. However it
 * comes to an end but for SIGKILL, the terminal is then as it was. Knows nothing of what is drawn.
 */

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <termios.h>

/* Embedded by its owner; the fields are its own. Unused: signal_fd −1. */
struct terminal {
	int fd;
	FILE *out;
	int signal_fd; /* readable when terminal_take_signals() has something to do */
	sigset_t mask_before;
	struct termios modes_before;
};

/*
 * Takes the terminal over. fd, out: the same terminal, borrowed. Signals wait from now on for
 * terminal_take_signals(), but those that are ignored. Returns 0; -ENOTTY for what is no terminal,
 * or one that cannot be read from; or what the system said.
 */
int terminal_open(struct terminal *terminal, int fd, FILE *out);

/* Gives the terminal back as it was. Nothing, for one that was not opened. */
void terminal_close(struct terminal *terminal);

/* Begins with an empty screen. */
void terminal_clear(const struct terminal *terminal);

/* Shows lines apart by line feeds, as many as the screen has at most, and nothing else. */
void terminal_show(const struct terminal *terminal, const char *lines);

/*
 * Answers the signals that have come: stops the program after SIGTSTP, with the terminal given back
 * until it goes on. Returns 0 when all is to be shown again, or the signal that is to end
 * the program.
 */
int terminal_take_signals(struct terminal *terminal);

/* Reads what was typed, which is known to be there. Returns how many bytes; 0: the terminal is
 * gone. */
size_t terminal_read(const struct terminal *terminal, char *bytes, size_t size_bytes);
