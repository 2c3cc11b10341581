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
#define _vg_  cleanup(vg_freep)

#define VG_ID "2h1pYr-G7DG-4pKB-Zkcb-gouW-RW3g-xune7s"
#define DATA  "Yl9yYI-CcHd-98IA-yzSw-WWpc-HRrP-LWuyqY"
#define OTHER "6RZ7Wr-qg3e-RTI3-h9Ax-PSrm-86as-NV3Zuq"
#define PV0   "9eW9z0-IUN8-X4ql-RVPa-JllD-8L8v-FJfDpd"
#define PV2   "kcx3px-MduU-0gn3-tow6-W08N-Ho9C-dO6wZp"
#define NAME  RESERVATION_NAME_PREFIX "1_1"

#define VGS_JSON(name) \
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

/* Of those who share a lock. Nobody who has it keeps it for so long, unless the test says so. */
#define SHARE_WAIT_MS 30000

/* What became of one request. */
struct ending {
	struct fixture *fixture;
	bool done;
	int code;
	char message[8192];
	struct vg *vg;
	enum metadata_stage stage; /* after an edit */
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
		.etc = fixture->dir,
		.lock_timeout_ms = lock_timeout_ms,
		.command_timeout_ms = command_timeout_ms,
		.share_wait_ms = SHARE_WAIT_MS,
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

static void note(struct ending *ending, const struct outcome *result)
{
	assert_false(ending->done);
	ending->done = true;
	ending->code = result->code;
	snprintf(ending->message, sizeof(ending->message), "%s", result->message);
	if (ending->free_lvm) {
		lvm_free(ending->fixture->lvm);
		ending->fixture->lvm = NULL;
	}
}

static void on_done(void *arg, const struct outcome *result)
{
	note(arg, result);
}

static void on_vg(void *arg, const struct outcome *result, struct vg *vg)
{
	struct ending *ending = arg;

	assert_int_equal(vg != NULL, result->code == 0);
	ending->vg = vg;
	note(ending, result);
}

static void on_edited(void *arg, const struct outcome *result, struct vg *vg)
{
	struct ending *ending = arg;

	assert_int_equal(vg != NULL, result->code == 0);
	if (vg)
		ending->stage = metadata_stage(vg, &reservation);
	vg_free(vg);
	note(ending, result);
}

static void on_pvs(void *arg, const struct outcome *result, const struct lvm_pv *pvs,
		   size_t pv_count)
{
	struct ending *ending = arg;

	assert_int_equal(pvs != NULL, result->code == 0);
	ending->pv_count = pv_count;
	note(ending, result);
}

static bool guard(void *arg, const struct vg *vg)
{
	struct ending *ending = arg;
	_close_ int fd = -1;
	char path[PATH_MAX];

	assert_false(ending->asked);
	assert_string_equal(vg->id.text, VG_ID);
	/* It is asked under the lock. */
	snprintf(path, sizeof(path), "%s/locks/V_%s", ending->fixture->dir, vg->name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_SH | LOCK_NB), -1);
	ending->asked = true;
	return ending->answer;
}

static void begin_edit(struct fixture *fixture, enum metadata_edit edit, struct ending *ending)
{
	*ending = (struct ending){.fixture = fixture};
	lvm_edit_vg(fixture->lvm, edit, &reservation, NULL, NULL, on_edited, ending);
	assert_false(ending->done);
}

static void edit(struct fixture *fixture, enum metadata_edit kind, int expected)
{
	struct ending ending;

	begin_edit(fixture, kind, &ending);
	loop_until(fixture->base, &ending.done);
	if (ending.code != expected)
		print_error("%s\n", ending.message);
	assert_int_equal(ending.code, expected);
}

static struct ending read_vg(struct fixture *fixture)
{
	struct ending ending = {.fixture = fixture};

	lvm_read_vg(fixture->lvm, &vg_id, on_vg, &ending);
	assert_false(ending.done);
	loop_until(fixture->base, &ending.done);
	return ending;
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
	struct ending ending = read_vg(*state);

	assert_int_equal(ending.code, 0);
	assert_string_equal(ending.message, "");
	assert_string_equal(ending.vg->name, "multi");
	assert_int_equal(ending.vg->lv_count, 5);
	assert_true(folder_is_empty(*state, "run/metadata"));
	vg_free(ending.vg);
}

static void the_name_of_a_vg_is_asked_for_once(void **state)
{
	for (size_t i = 0; i < 3; i++) {
		struct ending ending = read_vg(*state);

		assert_int_equal(ending.code, 0);
		vg_free(ending.vg);
	}
	assert_int_equal(count_calls(*state, "vgs "), 1);
	assert_int_equal(count_calls(*state, "vgcfgbackup "), 3);
}

/* A disk of another VG that hangs must not hold up what concerns this one. */
static void once_read_lvm_is_shown_the_disks_of_the_vg_only(void **state)
{
	struct fixture *fixture = *state;
	struct ending ending = read_vg(fixture);

	vg_free(ending.vg);
	assert_int_equal(count_calls(fixture, "--devices"), 0);
	edit(fixture, METADATA_RESERVE, 0);
	/* Read, restore, read again. */
	assert_int_equal(count_calls(fixture, "--devices /dev/vda,/dev/vdb,/dev/vdc\n"), 3);
}

static void a_vg_that_is_not_whole_on_its_known_disks_is_sought_on_all(void **state)
{
	struct fixture *fixture = *state;
	struct ending ending = read_vg(fixture);
	_free_ char *whole = folder_read(fixture->dir, "vgs/multi");
	_free_ char *lost = text_replace(whole, "status = []\n\t\t\tflags = []",
					 "status = []\n\t\t\tflags = [\"MISSING\"]");

	vg_free(ending.vg);
	folder_write(fixture->dir, lost, "lost");
	folder_write(fixture->dir,
		     "case $* in *--devices*) cp \"$dir/lost\" \"$file\"; exit 0;; esac",
		     "on.vgcfgbackup");
	for (unsigned i = 1; i <= 2; i++) {
		ending = read_vg(fixture);
		assert_int_equal(ending.code, 0);
		assert_false(ending.vg->pvs[2].missing);
		vg_free(ending.vg);
		assert_int_equal(count_calls(fixture, "--devices"), i);
	}

	folder_write(fixture->dir, "case $* in *--devices*) exit 5;; esac", "on.vgcfgbackup");
	ending = read_vg(fixture);
	assert_int_equal(ending.code, 0);
	vg_free(ending.vg);
	assert_int_equal(count_calls(fixture, "--devices"), 3);
}

static void a_vg_with_a_missing_disk_is_sought_on_all(void **state)
{
	struct fixture *fixture = *state;
	_free_ char *whole = folder_read(fixture->dir, "vgs/multi");
	_free_ char *lost = text_replace(whole, "status = []\n\t\t\tflags = []",
					 "status = []\n\t\t\tflags = [\"MISSING\"]");

	folder_write(fixture->dir, lost, "vgs/multi");
	for (unsigned i = 0; i < 2; i++) {
		struct ending ending = read_vg(fixture);

		assert_int_equal(ending.code, 0);
		assert_true(ending.vg->pvs[2].missing);
		vg_free(ending.vg);
	}
	assert_int_equal(count_calls(fixture, "--devices"), 0);
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
	struct ending ending = read_vg(fixture);

	vg_free(ending.vg);
	rename_vg(fixture, VGS_JSON("renamed"));
	ending = read_vg(fixture);
	assert_int_equal(ending.code, 0);
	assert_string_equal(ending.vg->name, "renamed");
	vg_free(ending.vg);
	edit(fixture, METADATA_RESERVE, 0);
	assert_stage(fixture, "renamed", STAGE_RESERVED);
}

static void another_vg_with_the_old_name_is_not_taken_for_it(void **state)
{
	struct fixture *fixture = *state;
	struct ending ending = read_vg(fixture);
	_free_ char *linear = sample_read("linear");
	_free_ char *impostor = text_replace(linear, "\nlinear {", "\nmulti {");
	_free_ char *after = NULL;

	vg_free(ending.vg);
	rename_vg(fixture, VGS_JSON("renamed"));
	folder_write(fixture->dir, impostor, "vgs/multi");
	edit(fixture, METADATA_RESERVE, 0);
	assert_stage(fixture, "renamed", STAGE_RESERVED);
	after = folder_read(fixture->dir, "vgs/multi");
	assert_string_equal(after, impostor);
	ending = read_vg(fixture);
	assert_int_equal(ending.code, 0);
	assert_string_equal(ending.vg->name, "renamed");
	vg_free(ending.vg);
}

static void a_vg_that_is_not_there_is_not_found(void **state)
{
	struct fixture *fixture = *state;
	struct ending ending;

	folder_write(fixture->dir, "{\"report\":[{\"vg\":[]}]}", "vgs.json");
	ending = read_vg(fixture);
	assert_int_equal(ending.code, -ENOENT);
	edit(fixture, METADATA_RESERVE, -ENOENT);
}

static void a_vg_that_went_away_is_not_found(void **state)
{
	struct fixture *fixture = *state;
	struct ending ending = read_vg(fixture);

	vg_free(ending.vg);
	rename_vg(fixture, "{\"report\":[{\"vg\":[]}]}");
	ending = read_vg(fixture);
	assert_int_equal(ending.code, -ENOENT);
}

static void trouble_with_another_vg_does_not_matter(void **state)
{
	struct fixture *fixture = *state;
	struct ending ending;

	folder_write(fixture->dir, "echo '  Cannot process volume group x' >&2; exit 5",
		     "after.vgs");
	ending = read_vg(fixture);
	assert_int_equal(ending.code, 0);
	vg_free(ending.vg);
}

static void what_lvm_says_is_handed_on(void **state)
{
	struct fixture *fixture = *state;
	struct ending ending;

	folder_write(fixture->dir, "echo '  Cannot process volume group multi' >&2; exit 5",
		     "on.vgcfgbackup");
	ending = read_vg(fixture);
	assert_int_equal(ending.code, -EIO);
	assert_string_equal(ending.message, "Cannot process volume group multi");
}

static void nonsense_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct ending ending;

	folder_write(fixture->dir, "nonsense", "vgs/multi");
	ending = read_vg(fixture);
	assert_int_equal(ending.code, -EBADMSG);
	folder_write(fixture->dir, "echo nonsense; exit 0", "on.vgs");
	assert_int_equal(new_lvm(fixture, 30000, 30000), 0);
	ending = read_vg(fixture);
	assert_int_equal(ending.code, -EBADMSG);
	folder_write(fixture->dir, "head -c 20000000 /dev/zero; exit 0", "on.vgs");
	ending = read_vg(fixture);
	assert_true(ending.code < 0);
}

static void a_command_that_hangs_is_given_up(void **state)
{
	struct fixture *fixture = *state;
	struct ending ending;

	assert_int_equal(new_lvm(fixture, 30000, 200), 0);
	folder_write(fixture->dir, "while :; do :; done", "on.vgs");
	ending = read_vg(fixture);
	assert_int_equal(ending.code, -ETIMEDOUT);
	assert_string_equal(ending.message, "lvm vgs took longer than 0.2 s");
}

static void pvs_are_listed(void **state)
{
	struct fixture *fixture = *state;
	struct ending ending = {.fixture = fixture};

	folder_write(fixture->dir,
		     "{\"report\":[{\"pv\":[{\"pv_name\":\"/dev/null\", \"pv_uuid\":\"" PV0
		     "\", \"vg_name\":\"\", \"vg_uuid\":\"\"}]}]}",
		     "pvs.json");
	lvm_list_pvs(fixture->lvm, on_pvs, &ending);
	loop_until(fixture->base, &ending.done);
	assert_int_equal(ending.code, 0);
	assert_int_equal(ending.pv_count, 1);
}

static void a_vg_that_was_in_the_list_is_not_looked_for(void **state)
{
	struct fixture *fixture = *state;
	struct ending ending = {.fixture = fixture};

	folder_write(fixture->dir,
		     "{\"report\":[{\"pv\":[{\"pv_name\":\"/dev/null\", \"pv_uuid\":\"" PV0
		     "\", \"vg_name\":\"multi\", \"vg_uuid\":\"" VG_ID "\"}]}]}",
		     "pvs.json");
	lvm_list_pvs(fixture->lvm, on_pvs, &ending);
	loop_until(fixture->base, &ending.done);
	ending = read_vg(fixture);
	assert_int_equal(ending.code, 0);
	vg_free(ending.vg);
	assert_int_equal(count_calls(fixture, "vgs "), 0);
}

static void list_pvs(struct fixture *fixture)
{
	struct ending ending = {.fixture = fixture};

	folder_write(fixture->dir, "{\"report\":[{\"pv\":[]}]}", "pvs.json");
	lvm_list_pvs(fixture->lvm, on_pvs, &ending);
	loop_until(fixture->base, &ending.done);
	assert_int_equal(ending.code, 0);
}

static void settings_are_asked_for_when_they_may_have_changed(void **state)
{
	struct fixture *fixture = *state;
	struct lvm_settings settings;

	folder_write(fixture->dir, "devices {\n\tissue_discards=1\n}\n", "devices.section");
	for (int i = 0; i < 3; i++)
		list_pvs(fixture);
	assert_int_equal(count_calls(fixture, "lvmconfig"), 1);
	lvm_get_settings(fixture->lvm, &settings);
	assert_true(settings.issue_discards);

	folder_write(fixture->dir, "devices {\n\tissue_discards=0\n}\n", "devices.section");
	folder_write(fixture->dir, "changed\n", "lvm.conf");
	list_pvs(fixture);
	list_pvs(fixture);
	assert_int_equal(count_calls(fixture, "lvmconfig"), 2);
	lvm_get_settings(fixture->lvm, &settings);
	assert_false(settings.issue_discards);
}

static void settings_that_cannot_be_told_hinder_nobody(void **state)
{
	struct fixture *fixture = *state;
	struct lvm_settings settings;

	folder_write(fixture->dir, "exit 3", "on.lvmconfig");
	list_pvs(fixture);
	lvm_get_settings(fixture->lvm, &settings);
	assert_false(settings.issue_discards);
	folder_write(fixture->dir, "echo nonsense; exit 0", "on.lvmconfig");
	folder_write(fixture->dir, "changed\n", "lvm.conf");
	list_pvs(fixture);
	lvm_get_settings(fixture->lvm, &settings);
	assert_false(settings.issue_discards);
}

static void a_devices_file_counts_once_it_is_there(void **state)
{
	struct fixture *fixture = *state;
	struct lvm_settings settings;

	folder_write(fixture->dir,
		     "devices {\n\tuse_devicesfile=1\n\tdevicesfile=\"system.devices\"\n}\n",
		     "devices.section");
	list_pvs(fixture);
	lvm_get_settings(fixture->lvm, &settings);
	assert_string_equal(settings.devices_file, "");
	folder_write(fixture->dir, "VERSION=1.1.1\n", "devices/system.devices");
	lvm_get_settings(fixture->lvm, &settings);
	assert_non_null(strstr(settings.devices_file, "/devices/system.devices"));
}

static void a_list_of_pvs_is_not_made_of_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct ending ending = {.fixture = fixture};

	folder_write(fixture->dir, "{\"report\":[{\"pv\":[]}]}", "pvs.json");
	folder_write(fixture->dir, "echo '  Locked out' >&2; exit 5", "after.pvs");
	lvm_list_pvs(fixture->lvm, on_pvs, &ending);
	loop_until(fixture->base, &ending.done);
	assert_int_equal(ending.code, -EIO);
	assert_string_equal(ending.message, "Locked out");
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
	snprintf(config, sizeof(config), "--config global{locking_dir=\"%s/lock/" VG_ID "\"}",
		 fixture->run_dir);
	/* Read, restore, read again. */
	assert_int_equal(count_calls(fixture, config), 3);
	assert_true(folder_has(fixture->dir, "run/lock/" VG_ID));
}

static void an_edit_hands_out_the_metadata_that_it_leaves(void **state)
{
	static const struct {
		enum metadata_edit kind;
		enum metadata_stage expected;
	} edits[] = {
		{METADATA_RESERVE, STAGE_RESERVED},
		{METADATA_RESERVE, STAGE_RESERVED}, /* nothing to do */
		{METADATA_COMMIT, STAGE_COMMITTED},
		{METADATA_RELEASE, STAGE_RELEASED},
	};
	struct fixture *fixture = *state;
	struct ending ending;

	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		begin_edit(fixture, edits[i].kind, &ending);
		loop_until(fixture->base, &ending.done);
		assert_int_equal(ending.code, 0);
		assert_int_equal(ending.stage, edits[i].expected);
	}
}

static void lvms_own_backup_is_kept_up_to_date(void **state)
{
	struct fixture *fixture = *state;

	edit(fixture, METADATA_RESERVE, 0);
	assert_int_equal(count_calls(fixture, "vgcfgbackup -qq multi"), 0);
	edit(fixture, METADATA_COMMIT, 0);
	/* Nobody waits for this one, but whoever asks for the VG next comes after it. */
	vg_free(read_vg(fixture).vg);
	assert_int_equal(count_calls(fixture, "vgcfgbackup -qq multi"), 1);
	/* It is a service, not a condition. */
	folder_write(fixture->dir, "[ \"$file\" ] || exit 5", "on.vgcfgbackup");
	edit(fixture, METADATA_RELEASE, 0);
	assert_int_equal(count_calls(fixture, "vgcfgbackup -qq multi"), 2);
}

/* Moves the one reservation to its end, and makes another by the write that releases it. */
static void release_and_reserve(struct fixture *fixture, const struct reservation *next)
{
	struct ending ending = {.fixture = fixture};

	edit(fixture, METADATA_RESERVE, 0);
	edit(fixture, METADATA_COMMIT, 0);
	lvm_edit_vg(fixture->lvm, METADATA_RELEASE, &reservation, next, NULL, on_edited, &ending);
	loop_until(fixture->base, &ending.done);
	assert_int_equal(ending.code, 0);
	assert_stage(fixture, "multi", STAGE_RELEASED);
	assert_int_equal(count_calls(fixture, "vgcfgrestore"), 3);
}

static enum metadata_stage find_stage(const struct fixture *fixture, const struct reservation *of)
{
	_free_ char *text = folder_read(fixture->dir, "vgs/multi");
	_vg_ struct vg *vg = text_parse(text);

	return metadata_stage(vg, of);
}

static struct reservation other_reservation(struct run *run, const char *lv)
{
	struct reservation other = {
		.vg = {VG_ID},
		.id = {"hidden-hidd-hidd-hidd-hidd-hidd-hidde2"},
		.name = RESERVATION_NAME_PREFIX "1_2",
		.runs = run,
		.run_count = 1,
	};

	snprintf(other.lv.text, sizeof(other.lv.text), "%s", lv);
	return other;
}

static void one_write_releases_and_reserves(void **state)
{
	struct run run = {.first_le = 0,
			  .extent_count = 8,
			  .source_pv = {PV0},
			  .source_pe = 10,
			  .dest_pv = {PV2},
			  .dest_pe = 40};
	const struct reservation next = other_reservation(&run, OTHER);

	release_and_reserve(*state, &next);
	assert_int_equal(find_stage(*state, &next), STAGE_RESERVED);
}

static void one_write_releases_an_lv_and_reserves_more_of_it(void **state)
{
	struct run run = {.first_le = 10,
			  .extent_count = 10,
			  .source_pv = {PV0},
			  .source_pe = 20,
			  .dest_pv = {PV2},
			  .dest_pe = 40};
	const struct reservation next = other_reservation(&run, DATA);

	release_and_reserve(*state, &next);
	assert_int_equal(find_stage(*state, &next), STAGE_RESERVED);
}

static void what_cannot_be_reserved_along_does_not_hinder_a_release(void **state)
{
	/* Somebody else lies there. */
	struct run run = {.first_le = 0,
			  .extent_count = 8,
			  .source_pv = {PV0},
			  .source_pe = 10,
			  .dest_pv = {PV2},
			  .dest_pe = 0};
	const struct reservation next = other_reservation(&run, OTHER);

	release_and_reserve(*state, &next);
	assert_int_equal(find_stage(*state, &next), STAGE_UNRESERVED);
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
	struct ending ending = {.fixture = fixture, .answer = false};

	lvm_edit_vg(fixture->lvm, METADATA_RESERVE, &reservation, NULL, guard, on_edited, &ending);
	loop_until(fixture->base, &ending.done);
	assert_true(ending.asked);
	assert_int_equal(ending.code, -ECANCELED);
	assert_stage(fixture, "multi", STAGE_UNRESERVED);
	ending = (struct ending){.fixture = fixture, .answer = true};
	lvm_edit_vg(fixture->lvm, METADATA_RESERVE, &reservation, NULL, guard, on_edited, &ending);
	loop_until(fixture->base, &ending.done);
	assert_true(ending.asked);
	assert_int_equal(ending.code, 0);
	assert_stage(fixture, "multi", STAGE_RESERVED);
}

static void thin_lvs_need_force(void **state)
{
	struct fixture *fixture = *state;
	_free_ char *sample = sample_read("thin");
	_vg_ struct vg *vg = text_parse(sample);
	struct reservation thin = reservation;
	struct run run = {.first_le = 0, .extent_count = 2, .dest_pe = 100};
	struct ending ending = {.fixture = fixture};
	_free_ char *json = NULL;

	folder_write(fixture->dir, sample, "vgs/thin");
	json = text_replace(VGS_JSON("thin"), VG_ID, vg->id.text);
	folder_write(fixture->dir, json, "vgs.json");
	thin.vg = vg->id;
	thin.lv = vg_find_lv_by_name(vg, "pool_tmeta")->id;
	run.source_pv = vg->pvs[1].id;
	run.dest_pv = vg->pvs[0].id;
	thin.runs = &run;
	lvm_edit_vg(fixture->lvm, METADATA_RESERVE, &thin, NULL, NULL, on_edited, &ending);
	loop_until(fixture->base, &ending.done);
	assert_int_equal(ending.code, 0);
	assert_int_equal(count_calls(fixture, " thin --force "), 1);
}

static void a_failed_restore_is_reported_with_its_words(void **state)
{
	struct fixture *fixture = *state;
	struct ending ending;

	folder_write(fixture->dir, "echo '  Restore failed.' >&2; exit 5", "on.vgcfgrestore");
	begin_edit(fixture, METADATA_RESERVE, &ending);
	loop_until(fixture->base, &ending.done);
	assert_int_equal(ending.code, -EIO);
	assert_string_equal(ending.message, "Restore failed.");
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
	struct ending ending;
	_close_ int other = take_lock_file(fixture, "V_multi");

	assert_int_equal(new_lvm(fixture, 100, 30000), 0);
	begin_edit(fixture, METADATA_RESERVE, &ending);
	loop_until(fixture->base, &ending.done);
	assert_int_equal(ending.code, -ETIMEDOUT);
	assert_non_null(strstr(ending.message, "/locks/V_multi is locked by somebody else"));
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

/* --- children that take their time --- */

/* A FIFO; a fake LVM that reads it to its end is held up until the test closes it. */
#define WAIT_AT_GATE "cat \"$dir/gate\"\n"

static void make_gate(const struct fixture *fixture, const char *script)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/gate", fixture->dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	folder_write(fixture->dir, WAIT_AT_GATE, "%s", script);
}

/* Runs the loop until a child is at the gate. Returns the descriptor that keeps it shut. */
static int wait_at_gate(const struct fixture *fixture)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/gate", fixture->dir);
	while ((fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0) {
		assert_int_equal(errno, ENXIO);
		loop_once(fixture->base);
	}
	return fd;
}

static bool lock_is_free(const struct fixture *fixture, const char *name)
{
	_close_ int fd = -1;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/locks/%s", fixture->dir, name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static void requests_for_one_vg_run_in_turn(void **state)
{
	struct fixture *fixture = *state;
	struct ending reserved, committed, released, read = {.fixture = fixture};

	begin_edit(fixture, METADATA_RESERVE, &reserved);
	begin_edit(fixture, METADATA_COMMIT, &committed);
	lvm_read_vg(fixture->lvm, &vg_id, on_vg, &read);
	begin_edit(fixture, METADATA_RELEASE, &released);
	loop_until(fixture->base, &read.done);
	assert_true(reserved.done && committed.done && !released.done);
	assert_int_equal(reserved.code, 0);
	assert_int_equal(committed.code, 0);
	assert_int_equal(read.code, 0);
	assert_int_equal(metadata_stage(read.vg, &reservation), STAGE_COMMITTED);
	vg_free(read.vg);
	loop_until(fixture->base, &released.done);
	assert_int_equal(released.code, 0);
}

static void requests_for_other_vgs_do_not_wait(void **state)
{
	struct fixture *fixture = *state;
	_free_ char *linear = sample_read("linear");
	_vg_ struct vg *vg = text_parse(linear);
	struct ending slow, quick = {.fixture = fixture};
	_free_ char *json = NULL;
	_close_ int gate = -1;

	make_gate(fixture, "on.vgcfgrestore");
	folder_write(fixture->dir, linear, "vgs/linear");
	begin_edit(fixture, METADATA_RESERVE, &slow);
	gate = wait_at_gate(fixture);
	json = text_replace(VGS_JSON("linear"), VG_ID, vg->id.text);
	folder_write(fixture->dir, json, "vgs.json");
	lvm_read_vg(fixture->lvm, &vg->id, on_vg, &quick);
	loop_until(fixture->base, &quick.done);
	assert_int_equal(quick.code, 0);
	vg_free(quick.vg);
	assert_false(slow.done);
	close(steal_fd(&gate));
	loop_until(fixture->base, &slow.done);
	assert_int_equal(slow.code, 0);
}

static void a_writer_that_takes_too_long_keeps_the_lock(void **state)
{
	struct fixture *fixture = *state;
	struct ending ending;
	_close_ int gate = -1;

	assert_int_equal(new_lvm(fixture, 30000, 2000), 0);
	make_gate(fixture, "on.vgcfgrestore");
	begin_edit(fixture, METADATA_RESERVE, &ending);
	gate = wait_at_gate(fixture);
	loop_until(fixture->base, &ending.done);
	assert_int_equal(ending.code, -ETIMEDOUT);
	assert_string_equal(ending.message, "lvm vgcfgrestore took longer than 2.0 s");
	assert_false(lock_is_free(fixture, "V_multi"));
	assert_true(lock_is_free(fixture, "P_global"));
	assert_stage(fixture, "multi", STAGE_UNRESERVED);
	/* The next edit waits for it, and finds what it has done. */
	begin_edit(fixture, METADATA_RESERVE, &ending);
	loop_once(fixture->base);
	close(steal_fd(&gate));
	loop_until(fixture->base, &ending.done);
	assert_int_equal(ending.code, 0);
	assert_int_equal(count_calls(fixture, "vgcfgrestore"), 1);
}

static void a_writer_outlives_us_and_keeps_the_lock(void **state)
{
	struct fixture *fixture = *state;
	struct ending ending;
	_close_ int gate = -1;
	_close_ int lock = -1;
	char path[PATH_MAX];

	make_gate(fixture, "on.vgcfgrestore");
	begin_edit(fixture, METADATA_RESERVE, &ending);
	gate = wait_at_gate(fixture);
	lvm_free(fixture->lvm);
	fixture->lvm = NULL;
	loop_once(fixture->base);
	assert_false(ending.done);
	assert_false(lock_is_free(fixture, "V_multi"));
	assert_stage(fixture, "multi", STAGE_UNRESERVED);
	close(steal_fd(&gate));
	/* Until it ends. */
	snprintf(path, sizeof(path), "%s/locks/V_multi", fixture->dir);
	lock = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	assert_stage(fixture, "multi", STAGE_RESERVED);
	/* The next daemon clears its file away. */
	assert_int_equal(new_lvm(fixture, 30000, 30000), 0);
	assert_true(folder_is_empty(fixture, "run/metadata"));
}

static void a_reader_does_not_outlive_us(void **state)
{
	struct fixture *fixture = *state;
	struct ending ending = {.fixture = fixture};
	_close_ int gate = -1;
	_close_ int life = -1;
	char path[PATH_MAX], byte;

	snprintf(path, sizeof(path), "%s/life", fixture->dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	life = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	make_gate(fixture, "on.vgcfgbackup");
	/* The shell itself, which is the child, reads the gate and holds the life line. */
	folder_write(fixture->dir, "exec 7>\"$dir/life\"; read word <\"$dir/gate\"\n",
		     "on.vgcfgbackup");
	lvm_read_vg(fixture->lvm, &vg_id, on_vg, &ending);
	gate = wait_at_gate(fixture);
	lvm_free(fixture->lvm);
	fixture->lvm = NULL;
	fcntl(life, F_SETFL, 0);
	assert_int_equal(read(life, &byte, 1), 0);
	loop_once(fixture->base);
	assert_false(ending.done);
}

static void a_lock_is_given_back_when_we_go(void **state)
{
	struct fixture *fixture = *state;
	struct ending ending;
	_close_ int gate = -1;

	make_gate(fixture, "after.vgcfgbackup");
	begin_edit(fixture, METADATA_RESERVE, &ending);
	gate = wait_at_gate(fixture);
	assert_false(lock_is_free(fixture, "V_multi"));
	lvm_free(fixture->lvm);
	fixture->lvm = NULL;
	assert_true(lock_is_free(fixture, "V_multi"));
	assert_true(folder_is_empty(fixture, "run/metadata"));
}

static void a_callback_may_free_the_lvm(void **state)
{
	struct fixture *fixture = *state;
	struct ending first, second;

	begin_edit(fixture, METADATA_RESERVE, &first);
	first.free_lvm = true;
	begin_edit(fixture, METADATA_COMMIT, &second);
	loop_until(fixture->base, &first.done);
	assert_int_equal(first.code, 0);
	loop_once(fixture->base);
	assert_false(second.done);
	assert_true(lock_is_free(fixture, "V_multi"));
}

/* --- sharing a lock --- */

struct share {
	bool done;
	struct vg_lock *lock;
};

static void on_shared(void *arg, struct vg_lock *lock)
{
	struct share *share = arg;

	assert_false(share->done);
	*share = (struct share){.done = true, .lock = lock};
}

static void begin_share(struct fixture *fixture, struct share *share)
{
	*share = (struct share){0};
	lvm_share_vg(fixture->lvm, &vg_id, on_shared, share);
	assert_false(share->done);
}

/* Somebody else's V_multi. */
static int lock_multi(const struct fixture *fixture)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/locks", fixture->dir);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/locks/V_multi", fixture->dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	return fd;
}

static void a_shared_lock_keeps_writers_off_until_it_is_released(void **state)
{
	struct fixture *fixture = *state;
	struct share first, second;
	struct ending ending;

	begin_share(fixture, &first);
	begin_share(fixture, &second);
	loop_until(fixture->base, &first.done);
	loop_until(fixture->base, &second.done);
	assert_non_null(first.lock);
	assert_non_null(second.lock);
	vg_lock_release(first.lock);
	begin_edit(fixture, METADATA_RESERVE, &ending);
	for (int i = 0; i < 100; i++)
		loop_once(fixture->base);
	assert_false(lock_is_free(fixture, "V_multi"));
	assert_stage(fixture, "multi", STAGE_UNRESERVED);
	vg_lock_release(second.lock);
	loop_until(fixture->base, &ending.done);
	assert_int_equal(ending.code, 0);
}

static void a_lock_is_shared_once_its_holder_gives_it_back(void **state)
{
	struct fixture *fixture = *state;
	_close_ int holder = lock_multi(fixture);
	struct share share;

	begin_share(fixture, &share);
	for (int i = 0; i < 100; i++)
		loop_once(fixture->base);
	assert_false(share.done);
	close(steal_fd(&holder));
	loop_until(fixture->base, &share.done);
	assert_non_null(share.lock);
	vg_lock_release(share.lock);
}

static void a_share_has_no_turn_among_the_vgs_requests(void **state)
{
	struct fixture *fixture = *state;
	struct ending slow = {.fixture = fixture};
	struct share share;
	_close_ int gate = -1;

	make_gate(fixture, "on.vgcfgbackup");
	lvm_read_vg(fixture->lvm, &vg_id, on_vg, &slow);
	gate = wait_at_gate(fixture);
	begin_share(fixture, &share);
	loop_until(fixture->base, &share.done);
	assert_non_null(share.lock);
	vg_lock_release(share.lock);
	assert_false(slow.done);
	close(steal_fd(&gate));
	loop_until(fixture->base, &slow.done);
	vg_free(slow.vg);
}

static void who_keeps_a_lock_is_not_waited_for_twice(void **state)
{
	struct fixture *fixture = *state;
	_close_ int holder = lock_multi(fixture);
	struct share share;

	fixture->lvm->setup.share_wait_ms = 300;
	begin_share(fixture, &share);
	loop_until(fixture->base, &share.done);
	assert_null(share.lock);
	/* From now on it would be noticed. */
	fixture->lvm->setup.share_wait_ms = 24 * 3600 * 1000;
	for (int i = 0; i < 2; i++) {
		begin_share(fixture, &share);
		loop_until(fixture->base, &share.done);
		assert_null(share.lock);
	}
	close(steal_fd(&holder));
	begin_share(fixture, &share);
	loop_until(fixture->base, &share.done);
	assert_non_null(share.lock);
	vg_lock_release(share.lock);
	/* It has been free: whoever has it now is somebody else. */
	fixture->lvm->setup.share_wait_ms = 300;
	holder = lock_multi(fixture);
	begin_share(fixture, &share);
	loop_once(fixture->base);
	loop_once(fixture->base);
	assert_false(share.done);
	loop_until(fixture->base, &share.done);
	assert_null(share.lock);
}

static void a_share_of_a_vg_that_is_not_there_ends_without_a_lock(void **state)
{
	struct fixture *fixture = *state;
	struct share share;

	folder_write(fixture->dir, VGS_JSON("other"), "vgs.json");
	folder_write(fixture->dir, "exit 5", "on.vgs");
	begin_share(fixture, &share);
	loop_until(fixture->base, &share.done);
	assert_null(share.lock);
}

/* --- competition --- */

static void on_locked(void *arg, int code, const char *path)
{
	(void)path;
	*(int *)arg = code;
}

/* Adds one to the VG's seqno under LVM's locks, as another program would. */
static void add_to_seqno(struct event_base *base, const char *dir)
{
	_free_ char *text = NULL;
	_free_ char *changed = NULL;
	struct vg_lock *lock;
	char locks[PATH_MAX], new[PATH_MAX], path[PATH_MAX];
	char *number, *end;
	unsigned long seqno;
	int code = 1;

	snprintf(locks, sizeof(locks), "%s/locks", dir);
	snprintf(path, sizeof(path), "%s/vgs/multi", dir);
	snprintf(new, sizeof(new), "%s/vgs.other", dir);
	assert_int_equal(
		vg_lock_take(base, locks, "multi", VG_LOCK_EDIT, 30000, on_locked, &code, &lock),
		0);
	while (code == 1)
		event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(code, 0);
	text = folder_read(dir, "vgs/multi");
	number = strpbrk(strstr(text, "seqno"), "0123456789");
	seqno = strtoul(number, &end, 10);
	assert_true(asprintf(&changed, "%.*s%lu%s", (int)(number - text), text, seqno + 1, end) >
		    0);
	folder_write(dir, changed, "vgs.other");
	assert_int_equal(rename(new, path), 0);
	vg_lock_release(lock);
}

#define ADDITIONS 30

static pid_t start_competitor(const char *dir)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct event_base *base = event_base_new();

		for (size_t i = 0; i < ADDITIONS; i++)
			add_to_seqno(base, dir);
		_exit(0);
	}
	assert_true(pid > 0);
	return pid;
}

static void no_update_is_lost_among_competitors(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid = start_competitor(fixture->dir);
	_free_ char *text = NULL;
	_vg_ struct vg *vg = NULL;
	int status = -1;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		edit(fixture, METADATA_RESERVE, 0);
		edit(fixture, METADATA_RELEASE, 0);
	}
	assert_int_equal(status, 0);
	edit(fixture, METADATA_RESERVE, 0);
	text = folder_read(fixture->dir, "vgs/multi");
	vg = text_parse(text);
	assert_int_equal(vg->seqno, 9 + ADDITIONS);
	assert_int_equal(metadata_stage(vg, &reservation), STAGE_RESERVED);
}

/* --- activation --- */

static int set_active(struct fixture *fixture, const char *lv_text, bool active)
{
	struct ending ending = {.fixture = fixture};
	struct lvm_id lv;

	assert_int_equal(lvm_id_parse(lv_text, &lv), 0);
	lvm_set_active(fixture->lvm, &vg_id, &lv, active, on_done, &ending);
	assert_false(ending.done);
	loop_until(fixture->base, &ending.done);
	return ending.code;
}

static void an_lv_is_activated_and_deactivated(void **state)
{
	assert_int_equal(set_active(*state, OTHER, true), 0);
	assert_int_equal(count_calls(*state, "lvchange -ay -K multi/other"), 1);
	assert_int_equal(set_active(*state, OTHER, false), 0);
	assert_int_equal(count_calls(*state, "lvchange -an multi/other"), 1);
}

static void an_lv_in_use_is_busy(void **state)
{
	static const char *const words[] = {
		"Logical volume multi/other contains a filesystem in use.",
		"Logical volume multi/other in use.",
		"Logical volume multi/other is used by another device.",
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < 3; i++) {
		char script[256];

		snprintf(script, sizeof(script), "echo '  %s' >&2; exit 5", words[i]);
		folder_write(fixture->dir, script, "on.lvchange");
		assert_int_equal(set_active(fixture, OTHER, false), -EBUSY);
		assert_int_equal(set_active(fixture, OTHER, true), -EIO);
	}
	folder_write(fixture->dir, "echo '  Something else.' >&2; exit 5", "on.lvchange");
	assert_int_equal(set_active(fixture, OTHER, false), -EIO);
}

static void an_lv_that_is_not_there_is_not_activated(void **state)
{
	assert_int_equal(set_active(*state, PV0, true), -ENOENT);
	assert_int_equal(count_calls(*state, "lvchange"), 0);
}

/* --- the beginning --- */

static void a_new_lvm_clears_away_what_was_left(void **state)
{
	struct fixture *fixture = *state;

	folder_write(fixture->dir, "old", "run/metadata/old");
	assert_int_equal(new_lvm(fixture, 30000, 30000), 0);
	assert_true(folder_is_empty(fixture, "run/metadata"));
}

static void a_run_folder_that_lvm_would_misread_is_refused(void **state)
{
	static const char *const dirs[] = {"/tmp/%s", "/tmp/\"", "/tmp/\\", "/tmp/\n"};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		struct lvm *lvm = NULL;

		assert_int_equal(lvm_new(fixture->base, dirs[i], &lvm), -EINVAL);
		assert_null(lvm);
	}
}

static void a_run_folder_that_is_not_there_is_an_error(void **state)
{
	struct fixture *fixture = *state;
	struct lvm *lvm = NULL;

	assert_int_equal(lvm_new(fixture->base, "/no/such/folder", &lvm), -ENOENT);
	assert_null(lvm);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static int silence(void **state)
{
	(void)state;
	text_errors_silence();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_vg_is_read_by_its_id),
		TEST(the_name_of_a_vg_is_asked_for_once),
		TEST(once_read_lvm_is_shown_the_disks_of_the_vg_only),
		TEST(a_vg_that_is_not_whole_on_its_known_disks_is_sought_on_all),
		TEST(a_vg_with_a_missing_disk_is_sought_on_all),
		TEST(a_vg_that_was_renamed_is_found),
		TEST(another_vg_with_the_old_name_is_not_taken_for_it),
		TEST(a_vg_that_is_not_there_is_not_found),
		TEST(a_vg_that_went_away_is_not_found),
		TEST(trouble_with_another_vg_does_not_matter),
		TEST(what_lvm_says_is_handed_on),
		TEST(nonsense_is_refused),
		TEST(a_command_that_hangs_is_given_up),
		TEST(pvs_are_listed),
		TEST(a_vg_that_was_in_the_list_is_not_looked_for),
		TEST(settings_are_asked_for_when_they_may_have_changed),
		TEST(settings_that_cannot_be_told_hinder_nobody),
		TEST(a_devices_file_counts_once_it_is_there),
		TEST(a_list_of_pvs_is_not_made_of_nothing),
		TEST(edits_are_written_one_after_the_other),
		TEST(children_of_an_edit_lock_elsewhere),
		TEST(an_edit_hands_out_the_metadata_that_it_leaves),
		TEST(lvms_own_backup_is_kept_up_to_date),
		TEST(one_write_releases_and_reserves),
		TEST(one_write_releases_an_lv_and_reserves_more_of_it),
		TEST(what_cannot_be_reserved_along_does_not_hinder_a_release),
		TEST(an_edit_that_is_done_already_writes_nothing),
		TEST(an_edit_out_of_turn_is_refused),
		TEST(an_edit_of_a_lost_lv_says_so),
		TEST(the_guard_has_the_last_word),
		TEST(thin_lvs_need_force),
		TEST(a_failed_restore_is_reported_with_its_words),
		TEST(a_restore_that_failed_but_wrote_has_succeeded),
		TEST(a_restore_that_lies_is_found_out),
		TEST(a_lock_that_is_not_to_be_had_is_named),
		TEST(a_locking_dir_that_makes_no_sense_is_refused),
		TEST(requests_for_one_vg_run_in_turn),
		TEST(requests_for_other_vgs_do_not_wait),
		TEST(a_writer_that_takes_too_long_keeps_the_lock),
		TEST(a_writer_outlives_us_and_keeps_the_lock),
		TEST(a_reader_does_not_outlive_us),
		TEST(a_lock_is_given_back_when_we_go),
		TEST(a_callback_may_free_the_lvm),
		TEST(a_shared_lock_keeps_writers_off_until_it_is_released),
		TEST(a_lock_is_shared_once_its_holder_gives_it_back),
		TEST(a_share_has_no_turn_among_the_vgs_requests),
		TEST(who_keeps_a_lock_is_not_waited_for_twice),
		TEST(a_share_of_a_vg_that_is_not_there_ends_without_a_lock),
		TEST(no_update_is_lost_among_competitors),
		TEST(an_lv_is_activated_and_deactivated),
		TEST(an_lv_in_use_is_busy),
		TEST(an_lv_that_is_not_there_is_not_activated),
		TEST(a_new_lvm_clears_away_what_was_left),
		TEST(a_run_folder_that_lvm_would_misread_is_refused),
		TEST(a_run_folder_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, silence, NULL);
}
