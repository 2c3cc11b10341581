/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * From the text of a call to the method that answers it: is it a call, does
 * the method exist, may this client call it, are the parameters as they should be.
 */

#include <stddef.h>

struct call;

/*
 * Takes one message for a call whose service, send and privileged are set and which is not open.
 * Returns 0, with the call answered (an error is an answer too) or open; -EBADMSG when the message
 * is no Varlink call, for which Varlink knows no answer; -ENOMEM.
 */
int dispatch_message(struct call *call, const char *text, size_t len_bytes);
