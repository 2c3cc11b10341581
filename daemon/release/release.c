/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/release/release.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/protocol.h"
#include "daemon/dm/hold.h"
#include "daemon/release/act.h"
#include "daemon/release/alone.h"
#include "daemon/release/explain.h"
#include "daemon/wiring.h"

/* How long executors of a daemon that was killed may take to leave, and moves to end, in seconds.
 */
#define LEAVE_S 10
#define END_S   60
/* The same when a wedged leg may keep them from ending before the next boot. */
#define END_WEDGED_S 5

struct release {
	const struct options *options;
	struct wiring wiring;
	struct act act;
	int lock_fd; /* holds the state folder when the journal does not; -1: it does */
};

static int fail(const char *what, const char *name, int error)
{
	fprintf(stderr, "pvmoved: cannot %s %s: %s\n", what, name, strerror(-error));
	return EXIT_FAILURE;
}

/* ---- being alone ------------------------------------------------------- */

static int check_nobody_listens(const struct options *options)
{
	char path[PATH_MAX];

	if (options->socket_path)
		snprintf(path, sizeof(path), "%s", options->socket_path);
	else
		snprintf(path, sizeof(path), "%s/%s", options->run_dir, PROTOCOL_INTERFACE);
	if (!alone_is_listened_on("/proc", path))
		return EXIT_SUCCESS;
	fprintf(stderr,
		"pvmoved: a daemon runs, or systemd would start one: somebody listens on %s. Let "
		"'pvmovectl abort' end the moves, or 'systemctl stop pvmoved.socket "
		"pvmoved.service' and run this again\n",
		path);
	return EXIT_BUSY;
}

/* One that was killed leaves executors that finish what they have begun. */
static int wait_for_executors(void)
{
	const struct timespec while_ns = {.tv_nsec = 100000000};

	for (int i = 0; i < LEAVE_S * 10; i++) {
		if (alone_find_executor("/proc") == 0)
			return EXIT_SUCCESS;
		nanosleep(&while_ns, NULL);
	}
	fprintf(stderr,
		"pvmoved: process %d of a pvmoved is still at a device: another daemon runs, or a "
		"disk hangs, or the device is wedged. Do not kill it; wait, or reboot, and run "
		"this again\n",
		(int)alone_find_executor("/proc"));
	return EXIT_BUSY;
}

/* ---- the journal ------------------------------------------------------- */

static int say_busy(const char *state_dir)
{
	fprintf(stderr, "pvmoved: a daemon has the state folder %s: stop it and run this again\n",
		state_dir);
	return EXIT_BUSY;
}

/* A journal that cannot be read is left as it is, and does without being told. */
static int do_without_journal(struct release *release, const struct journal_damage *damage)
{
	const char *state_dir = release->options->state_dir;
	int r = journal_lock_folder(state_dir, &release->lock_fd);

	mover_free(release->wiring.mover);
	release->wiring.mover = NULL;
	if (r == -EWOULDBLOCK)
		return say_busy(state_dir);
	if (r < 0)
		return fail("lock the folder", state_dir, r);
	fprintf(stderr,
		"pvmoved: the journal %s/journal is damaged at byte %" PRIu64
		" (%s); it is not needed here, and left as it is: rename it before a daemon is "
		"started\n",
		state_dir, damage->off_bytes, damage->what);
	return EXIT_SUCCESS;
}

static int open_journal(struct release *release)
{
	const char *state_dir = release->options->state_dir;
	struct journal_damage damage = {0};
	int r = journal_open(state_dir, mover_replay, release->wiring.mover, &damage,
			     &release->wiring.journal);

	if (r == -EWOULDBLOCK)
		return say_busy(state_dir);
	if (r == -EBADMSG)
		return do_without_journal(release, &damage);
	return r < 0 ? fail("open the journal in", state_dir, r) : EXIT_SUCCESS;
}

static void on_move(void *arg, const struct move *move)
{
	struct release *release = arg;

	if (explain_count_moves(release->wiring.mover, &move->vg) == 0)
		event_base_loopbreak(release->wiring.base);
}

static const struct pass *find_unfinished(const struct mover *mover, const struct lvm_id *vg,
					  uint64_t *idp)
{
	const struct move *move = NULL;

	while ((move = mover_next_move(mover, move))) {
		if (!lvm_id_equal(&move->vg, vg) || move_is_terminal(move))
			continue;
		*idp = move->id;
		return move_current_pass(move);
	}
	return NULL;
}

/*
 * With no reservation and no leg there, all that the state machine finds to do
 * is to deactivate an LV that it had activated, and to write down the end.
 */
static int end_moves(struct release *release)
{
	struct mover *mover = release->wiring.mover;
	bool is_wedged = release->act.wedged_count > 0;
	const struct timeval patience = {.tv_sec = is_wedged ? END_WEDGED_S : END_S};
	const struct pass *pass;
	uint64_t id = 0;

	if (explain_count_moves(mover, &release->act.vg_id) == 0)
		return EXIT_SUCCESS;
	mover_set_watch(mover, on_move, release);
	if (mover_begin_end_of(mover, &release->act.vg_id) < 0)
		return fail("write", "the journal", -EIO);
	event_base_loopexit(release->wiring.base, &patience);
	if (explain_count_moves(mover, &release->act.vg_id) > 0)
		event_base_dispatch(release->wiring.base);
	pass = find_unfinished(mover, &release->act.vg_id, &id);
	if (!pass)
		return EXIT_SUCCESS;
	if (is_wedged) {
		printf("move %" PRIu64
		       " ends in the journal when a daemon starts after the next boot\n",
		       id);
		return EXIT_SUCCESS;
	}
	fprintf(stderr,
		"pvmoved: the VG is plain LVM again, but move %" PRIu64
		" has not ended in the journal: %s is %s: %s\n",
		id, pass->lv_name, pass_state_name(pass->state), pass->reason_text);
	return EXIT_FAILURE;
}

/* ---- the whole --------------------------------------------------------- */

static int start(struct release *release)
{
	struct wiring *wiring = &release->wiring;
	const char *run_dir = release->options->run_dir;
	int r;

	signal(SIGPIPE, SIG_IGN);             /* the executors' sockets */
	r = wiring_ports.hold(wiring, false); /* for a daemon that was killed */
	if (r < 0)
		return fail("put back", HOLD_PARAMETER, r);
	wiring->base = event_base_new();
	if (!wiring->base)
		return fail("make", "the event loop", -ENOMEM);
	if (mkdir(run_dir, 0755) < 0 && errno != EEXIST)
		return fail("make the folder", run_dir, -errno);
	r = dm_new(wiring->base, NULL, NULL, &wiring->dm);
	if (r < 0)
		return fail("use", "device-mapper", r);
	r = lvm_new(wiring->base, run_dir, &wiring->lvm);
	if (r < 0)
		return fail("use LVM with the folder", run_dir, r);
	r = wiring_init(wiring);
	if (r == 0)
		r = act_init(&release->act, wiring->base, wiring->dm, wiring->lvm);
	return r < 0 ? fail("prepare", "the timers", r) : EXIT_SUCCESS;
}

/* In the order of the daemon's. */
static void stop(struct release *release)
{
	struct wiring *wiring = &release->wiring;

	act_deinit(&release->act);
	lvm_free(wiring->lvm);
	dm_free(wiring->dm);
	wiring_deinit(wiring);
	mover_free(wiring->mover);
	journal_close(wiring->journal);
	if (release->lock_fd >= 0)
		close(release->lock_fd);
	if (wiring->base)
		event_base_free(wiring->base);
	libevent_global_shutdown();
}

/* Nothing is changed yet, nor can a daemon begin to change anything. */
static int prepare(struct release *release)
{
	int status;

	status = check_nobody_listens(release->options);
	if (status != EXIT_SUCCESS)
		return status;
	if (mover_new(&wiring_ports, &release->wiring, &release->wiring.mover) < 0)
		return fail("make", "the mover", -ENOMEM);
	status = open_journal(release);
	if (status == EXIT_SUCCESS)
		status = wait_for_executors();
	return status == EXIT_SUCCESS ? start(release) : status;
}

static int confirm(const struct options *options)
{
	char line[8] = "";

	if (options->yes)
		return EXIT_SUCCESS;
	if (!isatty(STDIN_FILENO)) {
		fputs("pvmoved: nothing was changed: say --yes, or run this on a terminal\n",
		      stderr);
		return EXIT_FAILURE;
	}
	fputs("Type yes to go on: ", stdout);
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) && strcmp(line, "yes\n") == 0)
		return EXIT_SUCCESS;
	fputs("pvmoved: nothing was changed\n", stderr);
	return EXIT_FAILURE;
}

static int run(struct release *release)
{
	const struct options *options = release->options;
	struct act *act = &release->act;
	const struct survey_item *trouble, *item;
	int status;

	if (act_find_vg(act, options->release_vg) < 0 || act_look(act) < 0)
		return EXIT_FAILURE;
	trouble = survey_trouble(&act->survey);
	if (trouble) {
		explain_trouble(&act->survey, trouble);
		return EXIT_FAILURE;
	}
	if (survey_next(&act->survey, &item) == SURVEY_NOTHING &&
	    explain_count_moves(release->wiring.mover, &act->vg_id) == 0) {
		printf("VG %s is plain LVM: there is nothing to release\n", act->vg->name);
		return EXIT_SUCCESS;
	}
	explain_release(&act->survey, release->wiring.mover);
	if (options->dry_run)
		return EXIT_SUCCESS;
	status = confirm(options);
	if (status != EXIT_SUCCESS)
		return status;
	if (act_release(act) < 0)
		return EXIT_FAILURE;
	status = release->wiring.mover ? end_moves(release) : EXIT_SUCCESS;
	if (status == EXIT_SUCCESS)
		printf("VG %s is plain LVM again\n", act->vg->name);
	return status;
}

int release_run(const struct options *options)
{
	struct release release = {.options = options, .lock_fd = -1};
	int status = prepare(&release);

	if (status == EXIT_SUCCESS)
		status = run(&release);
	if (fflush(stdout) != 0 && status == EXIT_SUCCESS)
		status = EXIT_FAILURE;
	stop(&release);
	return status;
}
