/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/crash/scenario.h"

#include <string.h>

/* Three segments of different lengths on the source and one elsewhere, which stays. */
#define SEGMENTED_LV                                                                       \
	{                                                                                  \
		.name = "data", .segments = { {0, 2, 3}, {2, 1, 1}, {0, 9, 5}, {0, 6, 1} } \
	}

static const struct scenario scenarios[] = {
	{
		.name = "segments",
		.disk_pes = {16, 20, 8},
		.vgs = {{"vg", 0, 3, {SEGMENTED_LV}}},
		.moves = {{.wanted = true,
			   .source = 0,
			   .destinations = {1},
			   .destination_count = 1}},
	},
	{
		.name = "two-lvs",
		.disk_pes = {12, 16},
		.vgs = {{"vg",
			 0,
			 2,
			 {{.name = "one", .segments = {{0, 0, 3}}},
			  {.name = "kept", .segments = {{1, 0, 2}}},
			  {.name = "two", .segments = {{0, 4, 2}, {0, 8, 2}}}}}},
		.moves = {{.wanted = true, .source = 0}},
	},
	{
		/* Three passes of one LV, and one of another. */
		.name = "parts",
		.disk_pes = {16, 20},
		.vgs = {{"vg",
			 0,
			 2,
			 {{.name = "pieces",
			   .segments = {{0, 0, 1},
					{0, 2, 1},
					{1, 0, 1},
					{0, 4, 2},
					{0, 8, 1},
					{0, 10, 1}}},
			  {.name = "whole", .segments = {{0, 12, 2}}}}}},
		.moves = {{.wanted = true, .source = 0}},
		.pass_runs_max = 2,
	},
	{
		.name = "two-destinations",
		.disk_pes = {12, 4, 8},
		.vgs = {{"vg", 0, 3, {{.name = "big", .segments = {{0, 1, 9}}}}}},
		.moves = {{.wanted = true,
			   .source = 0,
			   .destinations = {1, 2},
			   .destination_count = 2}},
	},
	{
		.name = "inactive",
		.disk_pes = {8, 8},
		.vgs = {{"vg",
			 0,
			 2,
			 {{.name = "off",
			   .inactive = true,
			   .stays_down = true,
			   .segments = {{0, 2, 4}}},
			  {.name = "on", .segments = {{0, 0, 2}}}}}},
		.moves = {{.wanted = true, .source = 0}},
	},
	{
		.name = "inactive-until-boot",
		.disk_pes = {8, 8},
		.vgs = {{"vg", 0, 2, {{.name = "off", .inactive = true, .segments = {{0, 2, 4}}}}}},
		.moves = {{.wanted = true, .source = 0}},
	},
	{
		.name = "abort",
		.disk_pes = {16, 20, 8},
		.vgs = {{"vg", 0, 3, {SEGMENTED_LV}}},
		.moves = {{.wanted = true,
			   .source = 0,
			   .destinations = {1},
			   .destination_count = 1}},
		.script = SCRIPT_ABORT,
	},
	{
		.name = "abort-second",
		.disk_pes = {12, 16},
		.vgs = {{"vg",
			 0,
			 2,
			 {{.name = "one",
			   .inactive = true,
			   .stays_down = true,
			   .segments = {{0, 0, 2}}},
			  {.name = "two", .segments = {{0, 4, 5}}}}}},
		.moves = {{.wanted = true, .source = 0}},
		.script = SCRIPT_ABORT,
	},
	{
		.name = "pause",
		.disk_pes = {12, 12},
		.vgs = {{"vg", 0, 2, {{.name = "data", .segments = {{0, 1, 4}, {0, 7, 3}}}}}},
		.moves = {{.wanted = true, .source = 0}},
		.script = SCRIPT_PAUSE,
	},
	{
		.name = "late-vg",
		.disk_pes = {8, 8},
		.vgs = {{"vg",
			 0,
			 2,
			 {{.name = "data", .segments = {{0, 1, 4}}},
			  {.name = "more", .segments = {{0, 5, 2}}}}}},
		.moves = {{.wanted = true, .source = 0}},
		.late_steps = 40,
	},
	{
		.name = "two-vgs",
		.disk_pes = {6, 6, 6, 6},
		.vgs = {{"vg", 0, 2, {{.name = "data", .segments = {{0, 1, 4}}}}},
			{"other", 2, 2, {{.name = "data", .segments = {{2, 0, 2}, {2, 3, 2}}}}}},
		.moves = {{.wanted = true, .source = 0}, {.wanted = true, .source = 2}},
	},
	{
		.name = "one-lv-each",
		.disk_pes = {10, 10},
		.vgs = {{"vg",
			 0,
			 2,
			 {{.name = "one", .segments = {{0, 0, 3}}},
			  {.name = "two", .segments = {{0, 4, 3}}}}}},
		.moves = {{.wanted = true, .source = 0, .lv = "one"},
			  {.wanted = true, .source = 0, .lv = "two"}},
	},
	{
		/* The first lets the second go on when it is paused, and then waits for it. */
		.name = "turns",
		.disk_pes = {6, 6},
		.vgs = {{"vg",
			 0,
			 2,
			 {{.name = "one", .segments = {{0, 0, 3}}},
			  {.name = "two", .segments = {{0, 4, 2}}}}}},
		.moves = {{.wanted = true, .source = 0, .lv = "one"},
			  {.wanted = true, .source = 0, .lv = "two"}},
		.script = SCRIPT_PAUSE,
		.disks_turn = true,
	},
	{
		.name = "there-and-back",
		.disk_pes = {6, 8},
		.vgs = {{"vg", 0, 2, {{.name = "data", .segments = {{0, 1, 2}, {0, 4, 1}}}}}},
		.moves = {{.wanted = true, .source = 0},
			  {.wanted = true, .source = 1, .in_turn = true}},
	},
	{
		.name = "verify",
		.disk_pes = {6, 8},
		.vgs = {{"vg", 0, 2, {{.name = "data", .segments = {{0, 1, 2}, {0, 4, 1}}}}}},
		.moves = {{.wanted = true, .source = 0, .verify = true},
			  {.wanted = true, .source = 1, .in_turn = true, .verify = true}},
	},
	{
		.name = "verify-pause",
		.disk_pes = {8, 8},
		.vgs = {{"vg",
			 0,
			 2,
			 {{.name = "one", .segments = {{0, 0, 2}}},
			  {.name = "two", .segments = {{0, 4, 2}}}}}},
		.moves = {{.wanted = true, .source = 0, .verify = true}},
		.script = SCRIPT_PAUSE_VERIFYING,
	},
	{
		.name = "limits",
		.disk_pes = {8, 8},
		.vgs = {{"vg",
			 0,
			 2,
			 {{.name = "one", .segments = {{0, 0, 3}}},
			  {.name = "two", .segments = {{0, 4, 3}}}}}},
		.moves = {{.wanted = true, .source = 0, .lv = "one", .limit_bytes_s = 2 << 20},
			  {.wanted = true,
			   .source = 0,
			   .lv = "two",
			   .limit_bytes_s = 1 << 20,
			   .verify = true}},
	},
};

const struct scenario *scenario_list(size_t *countp)
{
	*countp = sizeof(scenarios) / sizeof(scenarios[0]);
	return scenarios;
}

const struct scenario *scenario_find(const char *name)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		if (strcmp(scenarios[i].name, name) == 0)
			return &scenarios[i];
	return NULL;
}
