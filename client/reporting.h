/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Commands that say of all moves what people look back for, and what monitoring wants to know. */

#include "client/client.h"
#include "client/options.h"

enum exit_code reporting_run_history(const struct client *client, const struct options *options);
/* Its exit statuses are those of enum check_verdict. */
enum exit_code reporting_run_check(const struct client *client, const struct options *options);
enum exit_code reporting_run_metrics(const struct client *client, const struct options *options);
