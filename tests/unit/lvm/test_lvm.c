/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/lvm/lock.h"
#include "daemon/lvm/lvm.h"
#include "daemon/lvm/request.h"
#include "tests/unit/lvm/folder.h"
#include "tests/unit/lvm/loop.h"
#include "tests/unit/lvm/sample.h"

DEFINE_CLEANUP(struct vg *, vg_freep, vg_free)
#define _vg_ cleanup(vg_freep)

#define VG_ID "2h1pYr-G7DG-4pKB-Zkcb-gouW-RW3g-xune7s"
#define DATA  "Yl9yYI-CcHd-98IA-yzSw-WWpc-HRrP-LWuyqY"
#define OTHER "6RZ7Wr-qg3e-RTI3-h9Ax-PSrm-86as-NV3Zuq"
#define PV0   "9eW9z0-IUN8-X4ql-RVPa-JllD-8L8v-FJfDpd"
#define PV2   "kcx3px-MduU-0gn3-tow6-W08N-Ho9C-dO6wZp"
#define NAME  RESERVATION_NAME_PREFIX "1_1"

#define VGS_JSON(name)                                                                             \
	"{\"report\":[{\"vg\":[{\"vg_uuid\":\"" VG_ID "\", \"vg_name\":\"" name "\"}]}]}"

static const struct lvm_id vg_id = {VG_ID};

static struct run runs[] = {
	{.first_le = 0, .extent_count = 10, .source_pv = {PV0}, .dest_pv = {PV2}, .dest_pe = 20},
};
static const struct reservation reservation = {
	.vg = {VG_ID},
	.lv = {DATA},
	.id = {"hidden-hidd-hidd-hidd-hidd-hidd-hidden"},
	.name = NAME,
	.runs = runs,
	.run_count = 1,
};

/* samples/multi.vg as VG "multi" of a fake LVM in a folder. */
struct fixture {
	struct event_base *base;
	char *dir;
	char *run_dir;
	char *binary;
	struct lvm *lvm;
};

/* What became of one request. */
struct outcome {
	struct fixture *fixture;
	bool done;
	int code;
	char message[8192];
	struct vg *vg;
	size_t pv_count;
	/* Does this in the callback. */
	bool free_lvm;
	/* For guards. */
	bool asked;
	bool answer;
};

static int new_lvm(struct fixture *fixture, uint32_t lock_timeout_ms, uint32_t command_timeout_ms)
{
	struct lvm_setup setup = {
		.binary = fixture->binary,
		.sysfs = "/sys",
		.lock_timeout_ms = lock_timeout_ms,
		.command_timeout_ms = command_timeout_ms,
	};

	lvm_free(fixture->lvm);
	fixture->lvm = NULL;
	return lvm_new_with(fixture->base, fixture->run_dir, &setup, &fixture->lvm);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	_free_ char *sample = sample_read("multi");
	char here[PATH_MAX];
	char target[PATH_MAX + 16];

	assert_non_null(fixture);
	fixture->base = event_base_new();
	fixture->dir = folder_make();
	assert_true(asprintf(&fixture->run_dir, "%s/run", fixture->dir) > 0);
	assert_true(asprintf(&fixture->binary, "%s/lvm", fixture->dir) > 0);
	assert_int_equal(mkdir(fixture->run_dir, 0700), 0);
	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(target, sizeof(target), "%s/fake_lvm", here);
	assert_int_equal(symlink(target, fixture->binary), 0);
	folder_write(fixture->dir, sample, "vgs/multi");
	folder_write(fixture->dir, VGS_JSON("multi"), "vgs.json");
	folder_write(fixture->dir, "", "log");
	assert_int_equal(new_lvm(fixture, 30000, 30000), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	lvm_free(fixture->lvm);
	event_base_free(fixture->base);
	folder_remove(fixture->dir);
	free(fixture->run_dir);
	free(fixture->binary);
	free(fixture);
	return 0;
}

static void note(struct outcome *outcome, const struct lvm_result *result)
{
	assert_false(outcome->done);
	outcome->done = true;
	outcome->code = result->code;
	snprintf(outcome->message, sizeof(outcome->message), "%s", result->message);
	if (outcome->free_lvm) {
		lvm_free(outcome->fixture->lvm);
		outcome->fixture->lvm = NULL;
	}
}

static void on_done(void *arg, const struct lvm_result *result)
{
	note(arg, result);
}

static void on_vg(void *arg, const struct lvm_result *result, struct vg *vg)
{
	struct outcome *outcome = arg;

	assert_int_equal(vg != NULL, result->code == 0);
	outcome->vg = vg;
	note(outcome, result);
}

static void on_pvs(void *arg, const struct lvm_result *result, const struct lvm_pv *pvs,
		   size_t pv_count)
{
	struct outcome *outcome = arg;

	assert_int_equal(pvs != NULL, result->code == 0);
	outcome->pv_count = pv_count;
	note(outcome, result);
}

static bool guard(void *arg, const struct vg *vg)
{
	struct outcome *outcome = arg;
	_close_ int fd = -1;
	char path[PATH_MAX];

	assert_false(outcome->asked);
	assert_string_equal(vg->id.text, VG_ID);
	/* It is asked under the lock. */
	snprintf(path, sizeof(path), "%s/locks/V_%s", outcome->fixture->dir, vg->name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_SH | LOCK_NB), -1);
	outcome->asked = true;
	return outcome->answer;
}

static void begin_edit(struct fixture *fixture, enum metadata_edit edit, struct outcome *outcome)
{
	*outcome = (struct outcome){.fixture = fixture};
	lvm_edit_vg(fixture->lvm, edit, &reservation, NULL, on_done, outcome);
	assert_false(outcome->done);
}

static void edit(struct fixture *fixture, enum metadata_edit kind, int expected)
{
	struct outcome outcome;

	begin_edit(fixture, kind, &outcome);
	loop_until(fixture->base, &outcome.done);
	if (outcome.code != expected)
		print_error("%s\n", outcome.message);
	assert_int_equal(outcome.code, expected);
}

static struct outcome read_vg(struct fixture *fixture)
{
	struct outcome outcome = {.fixture = fixture};

	lvm_read_vg(fixture->lvm, &vg_id, on_vg, &outcome);
	assert_false(outcome.done);
	loop_until(fixture->base, &outcome.done);
	return outcome;
}

static void assert_stage(const struct fixture *fixture, const char *vg_name,
			 enum metadata_stage expected)
{
	char name[256];
	_free_ char *text = NULL;
	_vg_ struct vg *vg = NULL;

	snprintf(name, sizeof(name), "vgs/%s", vg_name);
	text = folder_read(fixture->dir, name);
	vg = text_parse(text);
	assert_int_equal(metadata_stage(vg, &reservation), expected);
}

/* How often the log of calls has the words. */
static size_t count_calls(const struct fixture *fixture, const char *words)
{
	_free_ char *log = folder_read(fixture->dir, "log");
	size_t count = 0;

	for (const char *place = log; (place = strstr(place, words)); place++)
		count++;
	return count;
}

static bool folder_is_empty(const struct fixture *fixture, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", fixture->dir, name);
	/* rmdir is as good a question as any. */
	return rmdir(path) == 0 && mkdir(path, 0700) == 0;
}

/* --- reading --- */

static void a_vg_is_read_by_its_id(void **state)
{
	struct outcome outcome = read_vg(*state);

	assert_int_equal(outcome.code, 0);
	assert_string_equal(outcome.message, "");
	assert_string_equal(outcome.vg->name, "multi");
	assert_int_equal(outcome.vg->lv_count, 5);
	assert_true(folder_is_empty(*state, "run/metadata"));
	vg_free(outcome.vg);
}

static void the_name_of_a_vg_is_asked_for_once(void **state)
{
	for (size_t i = 0; i < 3; i++) {
		struct outcome outcome = read_vg(*state);

		assert_int_equal(outcome.code, 0);
		vg_free(outcome.vg);
	}
	assert_int_equal(count_calls(*state, "vgs "), 1);
	assert_int_equal(count_calls(*state, "vgcfgbackup "), 3);
}

static void rename_vg(struct fixture *fixture, const char *json)
{
	_free_ char *text = folder_read(fixture->dir, "vgs/multi");
	_free_ char *renamed = text_replace(text, "\nmulti {", "\nrenamed {");
	char path[PATH_MAX];

	folder_write(fixture->dir, renamed, "vgs/renamed");
	folder_write(fixture->dir, json, "vgs.json");
	snprintf(path, sizeof(path), "%s/vgs/multi", fixture->dir);
	assert_int_equal(unlink(path), 0);
}

static void a_vg_that_was_renamed_is_found(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome = read_vg(fixture);

	vg_free(outcome.vg);
	rename_vg(fixture, VGS_JSON("renamed"));
	outcome = read_vg(fixture);
	assert_int_equal(outcome.code, 0);
	assert_string_equal(outcome.vg->name, "renamed");
	vg_free(outcome.vg);
	edit(fixture, METADATA_RESERVE, 0);
	assert_stage(fixture, "renamed", STAGE_RESERVED);
}

static void another_vg_with_the_old_name_is_not_taken_for_it(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome = read_vg(fixture);
	_free_ char *linear = sample_read("linear");
	_free_ char *impostor = text_replace(linear, "\nlinear {", "\nmulti {");
	_free_ char *after = NULL;

	vg_free(outcome.vg);
	rename_vg(fixture, VGS_JSON("renamed"));
	folder_write(fixture->dir, impostor, "vgs/multi");
	edit(fixture, METADATA_RESERVE, 0);
	assert_stage(fixture, "renamed", STAGE_RESERVED);
	after = folder_read(fixture->dir, "vgs/multi");
	assert_string_equal(after, impostor);
	outcome = read_vg(fixture);
	assert_int_equal(outcome.code, 0);
	assert_string_equal(outcome.vg->name, "renamed");
	vg_free(outcome.vg);
}

static void a_vg_that_is_not_there_is_not_found(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome;

	folder_write(fixture->dir, "{\"report\":[{\"vg\":[]}]}", "vgs.json");
	outcome = read_vg(fixture);
	assert_int_equal(outcome.code, -ENOENT);
	edit(fixture, METADATA_RESERVE, -ENOENT);
}

static void a_vg_that_went_away_is_not_found(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome = read_vg(fixture);

	vg_free(outcome.vg);
	rename_vg(fixture, "{\"report\":[{\"vg\":[]}]}");
	outcome = read_vg(fixture);
	assert_int_equal(outcome.code, -ENOENT);
}

static void trouble_with_another_vg_does_not_matter(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome;

	folder_write(fixture->dir, "echo '  Cannot process volume group x' >&2; exit 5",
		     "after.vgs");
	outcome = read_vg(fixture);
	assert_int_equal(outcome.code, 0);
	vg_free(outcome.vg);
}

static void what_lvm_says_is_handed_on(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome;

	folder_write(fixture->dir, "echo '  Cannot process volume group multi' >&2; exit 5",
		     "on.vgcfgbackup");
	outcome = read_vg(fixture);
	assert_int_equal(outcome.code, -EIO);
	assert_string_equal(outcome.message, "Cannot process volume group multi");
}

static void nonsense_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome;

	folder_write(fixture->dir, "nonsense", "vgs/multi");
	outcome = read_vg(fixture);
	assert_int_equal(outcome.code, -EBADMSG);
	folder_write(fixture->dir, "echo nonsense; exit 0", "on.vgs");
	assert_int_equal(new_lvm(fixture, 30000, 30000), 0);
	outcome = read_vg(fixture);
	assert_int_equal(outcome.code, -EBADMSG);
	folder_write(fixture->dir, "head -c 20000000 /dev/zero; exit 0", "on.vgs");
	outcome = read_vg(fixture);
	assert_true(outcome.code < 0);
}

static void a_command_that_hangs_is_given_up(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome;

	assert_int_equal(new_lvm(fixture, 30000, 200), 0);
	folder_write(fixture->dir, "while :; do :; done", "on.vgcfgbackup");
	outcome = read_vg(fixture);
	assert_int_equal(outcome.code, -ETIMEDOUT);
	assert_string_equal(outcome.message, "lvm vgcfgbackup took longer than 0.2 s");
}

static void pvs_are_listed(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome = {.fixture = fixture};

	folder_write(fixture->dir,
		     "{\"report\":[{\"pv\":[{\"pv_name\":\"/dev/null\", \"pv_uuid\":\"" PV0
		     "\", \"vg_name\":\"\", \"vg_uuid\":\"\"}]}]}",
		     "pvs.json");
	lvm_list_pvs(fixture->lvm, on_pvs, &outcome);
	loop_until(fixture->base, &outcome.done);
	assert_int_equal(outcome.code, 0);
	assert_int_equal(outcome.pv_count, 1);
}

static void a_list_of_pvs_is_not_made_of_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome = {.fixture = fixture};

	folder_write(fixture->dir, "{\"report\":[{\"pv\":[]}]}", "pvs.json");
	folder_write(fixture->dir, "echo '  Locked out' >&2; exit 5", "after.pvs");
	lvm_list_pvs(fixture->lvm, on_pvs, &outcome);
	loop_until(fixture->base, &outcome.done);
	assert_int_equal(outcome.code, -EIO);
	assert_string_equal(outcome.message, "Locked out");
}

/* --- editing --- */

static void edits_are_written_one_after_the_other(void **state)
{
	struct fixture *fixture = *state;

	edit(fixture, METADATA_RESERVE, 0);
	assert_stage(fixture, "multi", STAGE_RESERVED);
	edit(fixture, METADATA_COMMIT, 0);
	assert_stage(fixture, "multi", STAGE_COMMITTED);
	edit(fixture, METADATA_RELEASE, 0);
	assert_stage(fixture, "multi", STAGE_RELEASED);
	assert_int_equal(count_calls(fixture, "vgcfgrestore "), 3);
	assert_int_equal(count_calls(fixture, "vgcfgrestore -qq --yes -f "), 3);
	assert_int_equal(count_calls(fixture, "--force"), 0);
	assert_int_equal(count_calls(fixture, "lvmconfig"), 1);
	assert_true(folder_is_empty(fixture, "run/metadata"));
	assert_true(folder_is_empty(fixture, "locks"));
}

static void children_of_an_edit_lock_elsewhere(void **state)
{
	struct fixture *fixture = *state;
	char config[PATH_MAX];

	edit(fixture, METADATA_RESERVE, 0);
	snprintf(config, sizeof(config), "--config global{locking_dir=\"%s/lock/" VG_ID "\"}\n",
		 fixture->run_dir);
	/* Read, restore, read again. */
	assert_int_equal(count_calls(fixture, config), 3);
	assert_true(folder_has(fixture->dir, "run/lock/" VG_ID));
}

static void lvms_own_backup_is_kept_up_to_date(void **state)
{
	struct fixture *fixture = *state;

	edit(fixture, METADATA_RESERVE, 0);
	assert_int_equal(count_calls(fixture, "vgcfgbackup -qq multi"), 0);
	edit(fixture, METADATA_COMMIT, 0);
	assert_int_equal(count_calls(fixture, "vgcfgbackup -qq multi"), 1);
	/* It is a service, not a condition. */
	folder_write(fixture->dir, "[ \"$file\" ] || exit 5", "on.vgcfgbackup");
	edit(fixture, METADATA_RELEASE, 0);
	assert_int_equal(count_calls(fixture, "vgcfgbackup -qq multi"), 2);
}

static void an_edit_that_is_done_already_writes_nothing(void **state)
{
	static const enum metadata_edit kinds[] = {METADATA_RESERVE, METADATA_COMMIT,
						   METADATA_RELEASE};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < 3; i++) {
		edit(fixture, kinds[i], 0);
		edit(fixture, kinds[i], 0);
		assert_int_equal(count_calls(fixture, "vgcfgrestore"), i + 1);
	}
}

static void an_edit_out_of_turn_is_refused(void **state)
{
	struct fixture *fixture = *state;

	edit(fixture, METADATA_COMMIT, -ESTALE);
	edit(fixture, METADATA_RELEASE, 0); /* there is nothing to release */
	assert_int_equal(count_calls(fixture, "vgcfgrestore"), 0);
	assert_true(folder_is_empty(fixture, "locks"));
}

static void an_edit_of_a_lost_lv_says_so(void **state)
{
	struct fixture *fixture = *state;
	_free_ char *text = folder_read(fixture->dir, "vgs/multi");
	_free_ char *lost = text_replace(text, "Yl9yYI", "gone00");

	folder_write(fixture->dir, lost, "vgs/multi");
	edit(fixture, METADATA_RESERVE, -ENOENT);
	edit(fixture, METADATA_COMMIT, -ENOENT);
	edit(fixture, METADATA_RELEASE, 0);
}

static void the_guard_has_the_last_word(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome = {.fixture = fixture, .answer = false};

	lvm_edit_vg(fixture->lvm, METADATA_RESERVE, &reservation, guard, on_done, &outcome);
	loop_until(fixture->base, &outcome.done);
	assert_true(outcome.asked);
	assert_int_equal(outcome.code, -ECANCELED);
	assert_stage(fixture, "multi", STAGE_UNRESERVED);
	outcome = (struct outcome){.fixture = fixture, .answer = true};
	lvm_edit_vg(fixture->lvm, METADATA_RESERVE, &reservation, guard, on_done, &outcome);
	loop_until(fixture->base, &outcome.done);
	assert_true(outcome.asked);
	assert_int_equal(outcome.code, 0);
	assert_stage(fixture, "multi", STAGE_RESERVED);
}

static void thin_lvs_need_force(void **state)
{
	struct fixture *fixture = *state;
	_free_ char *sample = sample_read("thin");
	_vg_ struct vg *vg = text_parse(sample);
	struct reservation thin = reservation;
	struct run run = {.first_le = 0, .extent_count = 2, .dest_pe = 100};
	struct outcome outcome = {.fixture = fixture};
	_free_ char *json = NULL;

	folder_write(fixture->dir, sample, "vgs/thin");
	json = text_replace(VGS_JSON("thin"), VG_ID, vg->id.text);
	folder_write(fixture->dir, json, "vgs.json");
	thin.vg = vg->id;
	thin.lv = vg_find_lv_by_name(vg, "pool_tmeta")->id;
	run.source_pv = vg->pvs[1].id;
	run.dest_pv = vg->pvs[0].id;
	thin.runs = &run;
	lvm_edit_vg(fixture->lvm, METADATA_RESERVE, &thin, NULL, on_done, &outcome);
	loop_until(fixture->base, &outcome.done);
	assert_int_equal(outcome.code, 0);
	assert_int_equal(count_calls(fixture, " thin --force "), 1);
}

static void a_failed_restore_is_reported_with_its_words(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome;

	folder_write(fixture->dir, "echo '  Restore failed.' >&2; exit 5", "on.vgcfgrestore");
	begin_edit(fixture, METADATA_RESERVE, &outcome);
	loop_until(fixture->base, &outcome.done);
	assert_int_equal(outcome.code, -EIO);
	assert_string_equal(outcome.message, "Restore failed.");
	assert_stage(fixture, "multi", STAGE_UNRESERVED);
	assert_true(folder_is_empty(fixture, "locks"));
}

static void a_restore_that_failed_but_wrote_has_succeeded(void **state)
{
	struct fixture *fixture = *state;

	folder_write(fixture->dir, "echo '  Some scan failed.' >&2; exit 5", "after.vgcfgrestore");
	edit(fixture, METADATA_RESERVE, 0);
}

static void a_restore_that_lies_is_found_out(void **state)
{
	struct fixture *fixture = *state;

	folder_write(fixture->dir, "exit 0", "on.vgcfgrestore");
	edit(fixture, METADATA_RESERVE, -EBADMSG);
}

static int take_lock_file(const struct fixture *fixture, const char *name)
{
	char path[PATH_MAX];
	int fd;

	folder_write(fixture->dir, "", "locks/%s", name);
	snprintf(path, sizeof(path), "%s/locks/%s", fixture->dir, name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	return fd;
}

static void a_lock_that_is_not_to_be_had_is_named(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome;
	_close_ int other = take_lock_file(fixture, "V_multi");

	assert_int_equal(new_lvm(fixture, 100, 30000), 0);
	begin_edit(fixture, METADATA_RESERVE, &outcome);
	loop_until(fixture->base, &outcome.done);
	assert_int_equal(outcome.code, -ETIMEDOUT);
	assert_non_null(strstr(outcome.message, "/locks/V_multi is locked by somebody else"));
	assert_stage(fixture, "multi", STAGE_UNRESERVED);
	/* The next one may have it. */
	close(steal_fd(&other));
	edit(fixture, METADATA_RESERVE, 0);
}

static void a_locking_dir_that_makes_no_sense_is_refused(void **state)
{
	static const char *const scripts[] = {
		"echo 'locking_dir=\"relative\"'; exit 0",
		"echo 'locking_dir=5'; exit 0",
		"echo 'nonsense'; exit 0",
		"exit 0",
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++) {
		folder_write(fixture->dir, scripts[i], "on.lvmconfig");
		edit(fixture, METADATA_RESERVE, -EBADMSG);
	}
	folder_write(fixture->dir, "exit 3", "on.lvmconfig");
	edit(fixture, METADATA_RESERVE, -EIO);
}
