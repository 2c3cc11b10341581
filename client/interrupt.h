/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* SIGINT as a descriptor to poll, while there is something to say before ending. */

#include <signal.h>

struct interrupt {
	int fd; /* readable once SIGINT came; −1: SIGINT is ignored, or ends the program as ever */
	sigset_t mask_before;
};

void interrupt_catch(struct interrupt *interrupt);
/* Takes back what interrupt_catch() did, a SIGINT that came too. */
void interrupt_release(struct interrupt *interrupt);
