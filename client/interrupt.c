/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/interrupt.h"

#include <sys/signalfd.h>
#include <unistd.h>

void interrupt_catch(struct interrupt *interrupt)
{
	struct sigaction action;
	sigset_t mask;

	interrupt->fd = -1;
	/* a job in the background of a script ignores it; a signalfd would see it all the same */
	if (sigaction(SIGINT, NULL, &action) < 0 || action.sa_handler == SIG_IGN)
		return;
	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	interrupt->fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (interrupt->fd >= 0)
		sigprocmask(SIG_BLOCK, &mask, &interrupt->mask_before);
}

void interrupt_release(struct interrupt *interrupt)
{
	struct signalfd_siginfo pending;

	if (interrupt->fd < 0)
		return;
	if (read(interrupt->fd, &pending, sizeof(pending)) < 0)
		pending.ssi_signo = 0; /* none had come */
	sigprocmask(SIG_SETMASK, &interrupt->mask_before, NULL);
	close(interrupt->fd);
	interrupt->fd = -1;
}
