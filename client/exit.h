/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* How pvmovectl ends; scripts rely on these numbers, and pvmovectl(1) lists them. */
enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NO_SUCH_MOVE = 3,
	EXIT_UNREACHABLE = 4,
	EXIT_NOT_PERMITTED = 5,
	EXIT_CONFLICT = 6,
	EXIT_NOT_AS_AWAITED = 7,
	EXIT_INTERRUPTED = 130, /* as a shell shows a command that SIGINT ended */
};
