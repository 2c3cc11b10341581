/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdint.h>

/*
 * Waits until udev has done its part for an ioctl that was given this cookie
 * (0: none), and gives the cookie back. lvm2 and dmsetup wait for ever; here a
 * udevd that is stuck is given ten seconds, and then the cookie is dropped.
 */
void udev_wait_cookie(uint32_t cookie);
