/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Disks that begin to fail in the midst of a play. Internal to the play. */

#include "tests/crash/play.h"

/* Brings the play's fault about, once, when its time has come. */
void faults_strike(struct play *play);
