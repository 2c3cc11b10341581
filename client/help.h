/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What --help says. */

#include <stdio.h>

#include "client/options.h"

/* The help of a command, or with COMMAND_NONE that of the whole. */
void help_print(FILE *out, enum command command);
