/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "client/style.h"

/* What xterm and all that came after it understand; a console without another screen ignores it. */
#define OTHER_SCREEN "\033[?1049h\033[?25l"
#define USUAL_SCREEN "\033[?25h\033[?1049l"
#define HOME         "\033[H"
#define CLEAR_SCREEN "\033[2J"
#define CLEAR_LINE   "\033[K"
#define CLEAR_REST   "\033[J"
#define LAST_LINE    "\033[999;1H"

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH, SIGCONT};

/* Blocks the signals, and makes the descriptor that tells of them. */
static int catch_signals(struct terminal *terminal)
{
	sigset_t mask;
	int fd;

	sigemptyset(&mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction action;

		/* one that is ignored would be seen all the same */
		if (sigaction(signals[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(&mask, signals[i]);
	}
	fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	sigprocmask(SIG_BLOCK, &mask, &terminal->mask_before);
	terminal->signal_fd = fd;
	return 0;
}

/* Keys come one by one and unseen; those that send signals go on to. ^S would stop the drawing, and
 * with it all else. */
static void enter(const struct terminal *terminal)
{
	struct termios modes = terminal->modes_before;

	modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
	modes.c_iflag &= ~(tcflag_t)(IXON | ICRNL);
	modes.c_cc[VMIN] = 1;
	modes.c_cc[VTIME] = 0;
	tcsetattr(terminal->fd, TCSADRAIN, &modes);
	fputs(OTHER_SCREEN HOME CLEAR_SCREEN, terminal->out);
	fflush(terminal->out);
}

/* Without another screen the last picture stays, and what comes next belongs below it. */
static void leave(const struct terminal *terminal)
{
	fputs(STYLE_PLAIN LAST_LINE "\r\n" USUAL_SCREEN, terminal->out);
	fflush(terminal->out);
	tcsetattr(terminal->fd, TCSADRAIN, &terminal->modes_before);
}

static bool can_be_read(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_ACCMODE) == O_RDWR;
}

int terminal_open(struct terminal *terminal, int fd, FILE *out)
{
	int ret;

	terminal->signal_fd = -1;
	if (fd < 0 || !can_be_read(fd) || tcgetattr(fd, &terminal->modes_before) < 0)
		return -ENOTTY;
	terminal->fd = fd;
	terminal->out = out;
	ret = catch_signals(terminal);
	if (ret == 0)
		enter(terminal);
	return ret;
}

void terminal_close(struct terminal *terminal)
{
	struct signalfd_siginfo pending;

	if (terminal->signal_fd < 0)
		return;
	leave(terminal);
	/* what came too late ends nothing any more */
	while (read(terminal->signal_fd, &pending, sizeof(pending)) > 0)
		;
	sigprocmask(SIG_SETMASK, &terminal->mask_before, NULL);
	close(terminal->signal_fd);
	terminal->signal_fd = -1;
}

void terminal_clear(const struct terminal *terminal)
{
	fputs(HOME CLEAR_SCREEN, terminal->out);
}

void terminal_show(const struct terminal *terminal, const char *lines)
{
	FILE *out = terminal->out;

	fputs(HOME, out);
	for (;;) {
		size_t len_bytes = strcspn(lines, "\n");

		fwrite(lines, 1, len_bytes, out);
		fputs(CLEAR_LINE, out);
		if (!lines[len_bytes])
			break;
		fputs("\r\n", out);
		lines += len_bytes + 1;
	}
	fputs(CLEAR_REST, out);
	fflush(out);
}

/* Stops as if the signal had not been caught. Goes on at once where no shell looks after it. */
static void stop(const struct terminal *terminal)
{
	sigset_t mask, pending;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTSTP);
	leave(terminal);
	/* where the shell has taken the terminal already, leaving it was a stop, and is over */
	if (sigpending(&pending) < 0 || !sigismember(&pending, SIGCONT)) {
		sigprocmask(SIG_UNBLOCK, &mask, NULL);
		raise(SIGTSTP);
		sigprocmask(SIG_BLOCK, &mask, NULL);
	}
	enter(terminal);
}

int terminal_take_signals(struct terminal *terminal)
{
	struct signalfd_siginfo pending;

	while (read(terminal->signal_fd, &pending, sizeof(pending)) == sizeof(pending))
		switch ((int)pending.ssi_signo) {
		case SIGWINCH:
			break;
		case SIGTSTP:
			stop(terminal);
			break;
		case SIGCONT:
			/* after a SIGSTOP, too: the shell had the terminal meanwhile */
			enter(terminal);
			break;
		default:
			return (int)pending.ssi_signo;
		}
	return 0;
}

size_t terminal_read(const struct terminal *terminal, char *bytes, size_t size_bytes)
{
	ssize_t len_bytes = read(terminal->fd, bytes, size_bytes);

	return len_bytes > 0 ? (size_t)len_bytes : 0;
}
