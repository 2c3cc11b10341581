/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The crash matrix.
 *
 *	test_crash			everything, for some minutes
 *	test_crash MODE [SCENARIO]	a part of it
 *	test_crash play SCENARIO [(before|after|late|wedged) CALL (kill|cut)]...
 *		   [fault CALL (unreadable|source|destination|corrupt)]
 *					one play, with what the daemons log
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/log.h"
#include "tests/crash/matrix.h"
#include "tests/fake/memory.h"

#define TESTS_MAX     256
#define TEST_NAME_MAX 128

struct part {
	char name[TEST_NAME_MAX];
	const struct matrix_mode *mode;
	const struct scenario *scenario;
};

static uint64_t all_played;

static void every_play_keeps_the_truth(void **state)
{
	const struct part *part = *state;
	const struct plot undisturbed = {0};
	struct plot_calls calls;
	struct matrix_count count = {0};

	assert_true(plot_play(&undisturbed, part->scenario, &calls));
	part->mode->play(part->scenario, &calls, &count);
	printf("# %s: %" PRIu64 " calls, %" PRIu64 " plays\n", part->name, calls.count,
	       count.played);
	free(calls.calls);
	all_played += count.played;
	assert_int_equal(count.broken, 0);
}

static int run_parts(const char *mode, const char *scenario)
{
	static struct part parts[TESTS_MAX];
	static struct CMUnitTest tests[TESTS_MAX];
	size_t mode_count = 0;
	size_t scenario_count = 0;
	const struct matrix_mode *modes = matrix_modes(&mode_count);
	const struct scenario *scenarios = scenario_list(&scenario_count);
	size_t count = 0;
	int failed;

	for (size_t i = 0; i < mode_count * scenario_count; i++) {
		struct part *part = &parts[count];

		part->mode = &modes[i / scenario_count];
		part->scenario = &scenarios[i % scenario_count];
		if ((mode && strcmp(mode, part->mode->name) != 0) ||
		    (scenario && strcmp(scenario, part->scenario->name) != 0))
			continue;
		snprintf(part->name, sizeof(part->name), "%s (%s)", part->mode->claim,
			 part->scenario->name);
		tests[count] = (struct CMUnitTest){.name = part->name,
						   .test_func = every_play_keeps_the_truth,
						   .initial_state = part};
		count++;
	}
	if (count == 0) {
		fprintf(stderr, "no such mode or scenario\n");
		return EXIT_FAILURE;
	}
	failed = _cmocka_run_group_tests("crash matrix", tests, count, NULL, NULL);
	printf("# crash matrix: %" PRIu64 " plays in %zu parts, %d broken\n", all_played, count,
	       failed);
	return failed;
}

/* Takes three words of the command line. */
static bool add_word(struct plot *plot, char **words)
{
	uint64_t call = strtoull(words[1], NULL, 10);

	if (strcmp(words[0], "fault") == 0) {
		plot->fault.at_call = call;
		plot->fault.kind = *words[2] == 'u'   ? FAULT_SOURCE_UNREADABLE
				   : *words[2] == 's' ? FAULT_SOURCE_UNWRITABLE
				   : *words[2] == 'c' ? FAULT_DEST_CORRUPTING
						      : FAULT_DEST_UNWRITABLE;
		plot->may_fail = true;
		return true;
	}
	if (plot->point_count == PLOT_POINTS_MAX)
		return false;
	plot->points[plot->point_count++] = (struct plot_point){
		.at = call,
		.kind = *words[0] == 'b'   ? TRAP_DIE_BEFORE
			: *words[0] == 'a' ? TRAP_DIE_AFTER
			: *words[0] == 'w' ? TRAP_DIE_WEDGED
					   : TRAP_DIE_LATE,
		.end = *words[2] == 'k' ? WORLD_DAEMON_KILLED : WORLD_POWER_CUT,
	};
	return true;
}

static int play_one(int argc, char **argv)
{
	const struct scenario *scenario = argc > 0 ? scenario_find(argv[0]) : NULL;
	struct plot plot = {0};

	if (!scenario)
		return EXIT_FAILURE;
	for (int i = 1; i + 2 < argc; i += 3)
		if (!add_word(&plot, &argv[i]))
			return EXIT_FAILURE;
	log_init(LOG_DEBUG);
	return plot_play(&plot, scenario, NULL) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1 && strcmp(argv[1], "play") == 0)
		return play_one(argc - 2, argv + 2);
	/* What the daemons have to say of a matrix fills a disk. */
	log_init(LOG_EMERG);
	return run_parts(argc > 1 ? argv[1] : NULL, argc > 2 ? argv[2] : NULL);
}
