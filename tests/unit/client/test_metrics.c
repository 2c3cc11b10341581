/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"
#include "sample.h"

#define INFO                                                                                  \
	"{'parameters':{'version':'1.2','boot_id':'b','state_dir':'/s','started_us':1500001," \
	"'limit_bytes_s':null,'moves_unfinished':1}}"

/* The line stands there as a whole. */
static void assert_has(const struct run *run, const char *line)
{
	size_t len = strlen(line);

	for (const char *place = run->out; (place = strstr(place, line)); place += len)
		if ((place == run->out || place[-1] == '\n') && place[len] == '\n')
			return;
	fail_msg("no line %s in\n%s", line, run->out);
}

static struct run run_metrics_to(const char *line, const char *moves)
{
	char *list = NULL;
	struct run run;

	assert_true(asprintf(&list, "{'parameters':{'moves':[%s]}}", moves) > 0);
	{
		const struct fake_step script[] = {
			{FAKE_EXPECT, "GetInfo"}, {FAKE_SEND, INFO}, {FAKE_AWAIT_EOF, NULL},
			{FAKE_EXPECT, "List"},    {FAKE_SEND, list}, {FAKE_AWAIT_EOF, NULL},
			{FAKE_END, NULL},
		};

		run = run_client(line, script);
	}
	free(list);
	return run;
}

static struct run run_metrics(const char *moves)
{
	return run_metrics_to("metrics", moves);
}

static void a_move_under_way_has_its_numbers(void **state)
{
	struct run run = run_metrics(SAMPLE_MOVE(7, "running", 4096, 1024, "[]"));

	(void)state;
	assert_int_equal(run.code, EXIT_OK);
	assert_has(&run, "pvmoved_up 1");
	assert_has(&run, "pvmoved_info{version=\"1.2\"} 1");
	assert_has(&run, "pvmoved_start_time_seconds 1.500001");
	assert_has(&run, "pvmoved_moves{state=\"running\"} 1");
	assert_has(&run, "pvmoved_moves{state=\"failed\"} 0");
	assert_has(&run,
		   "pvmoved_move_copied_bytes{move=\"7\",vg=\"vg0\",source=\"/dev/sdb\"} 1024");
	assert_has(&run, "pvmoved_move_created_timestamp_seconds{move=\"7\",vg=\"vg0\","
			 "source=\"/dev/sdb\"} 1700000000.000000");
	run_free(&run);
}

static void what_is_not_known_has_no_sample(void **state)
{
	struct run run = run_metrics(SAMPLE_MOVE(7, "running", 4096, null, "[]"));

	(void)state;
	assert_int_equal(run.code, EXIT_OK);
	assert_null(strstr(run.out, "pvmoved_move_copied_bytes"));
	assert_null(strstr(run.out, "pvmoved_move_rate_bytes_per_second"));
	assert_null(strstr(run.out, "pvmoved_limit_bytes_per_second"));
	assert_null(strstr(run.out, "null"));
	run_free(&run);
}

static void moves_that_have_ended_are_counted_only(void **state)
{
	struct run run = run_metrics(SAMPLE_MOVE(3, "failed", 4096, 0,
						 "[]") "," SAMPLE_MOVE(4, "failed", 4096, 0, "[]"));

	(void)state;
	assert_has(&run, "pvmoved_moves{state=\"failed\"} 2");
	assert_null(strstr(run.out, "move=\""));
	run_free(&run);
}

#define FAILED(id, side, device, count)                                                            \
	SAMPLE_MOVE(id, "failed", 4096, 0,                                                         \
		    "[{'lv':'home','lv_uuid':'u','state':'failed','total_bytes':4096,"             \
		    "'copied_bytes':0,'reason':null,'trouble':{'side':'" side "','device':" device \
		    ",'pv_uuid':'P-" side "','first_le':0,'le_count':1,'first_sector':8,"          \
		    "'sector_count':" #count ",'exact':true}}]")

static void disks_that_failed_moves_have_the_most_sectors_of_one(void **state)
{
	struct run run = run_metrics(FAILED(3, "source", "'/dev/sdb'", 16) "," FAILED(
		4, "source", "'/dev/sdx'", 8) "," FAILED(5, "destination", "null", 24));

	(void)state;
	assert_int_equal(run.code, EXIT_OK);
	assert_has(&run, "pvmoved_failed_sectors{side=\"source\",pv=\"P-source\","
			 "device=\"/dev/sdx\"} 16");
	assert_has(&run, "pvmoved_failed_sectors{side=\"destination\",pv=\"P-destination\","
			 "device=\"\"} 24");
	assert_null(strstr(run.out, "sdb"));
	run_free(&run);
}

static void labels_are_escaped(void **state)
{
	struct run run = run_metrics(
		"{'id':1,'uuid':'u','state':'running','waiting':true,'vg':'a\\\\b\\\"c\\nd',"
		"'vg_uuid':'v','source':'/dev/sdb','lv':null,'destinations':[],'passes':[],"
		"'total_bytes':1,'copied_bytes':0,'rate_bytes_s':null,'eta_us':null,'created_us':1,"
		"'finished_us':null,'request_id':null,'seq':1}");

	(void)state;
	assert_int_equal(run.code, EXIT_OK);
	assert_has(&run, "pvmoved_move_waiting{move=\"1\",vg=\"a\\\\b\\\"c\\nd\","
			 "source=\"/dev/sdb\"} 1");
	run_free(&run);
}

static void a_daemon_that_is_not_there_is_not_up(void **state)
{
	struct run run = run_client("--socket /nonexistent metrics",
				    (const struct fake_step[]){{FAKE_END, NULL}});

	(void)state;
	assert_int_equal(run.code, EXIT_UNREACHABLE);
	assert_has(&run, "pvmoved_up 0");
	assert_null(strstr(run.out, "pvmoved_moves"));
	run_free(&run);
}

/* A folder with a file in it, and the command line that replaces that. */
struct folder {
	char path[32], file[48], line[80];
	size_t count; /* of files, when it was left */
	struct stat status;
	char text[4096]; /* of the file */
};

static struct folder folder_with_a_file(void)
{
	struct folder folder = {.path = "/tmp/pvmovectl-metrics-XXXXXX"};
	FILE *file;

	assert_non_null(mkdtemp(folder.path));
	snprintf(folder.file, sizeof(folder.file), "%s/x.prom", folder.path);
	snprintf(folder.line, sizeof(folder.line), "metrics --output %s", folder.file);
	file = fopen(folder.file, "w");
	assert_non_null(file);
	fputs("old\n", file);
	fclose(file);
	return folder;
}

static void folder_leave(struct folder *folder)
{
	DIR *dir = opendir(folder->path);
	FILE *file = fopen(folder->file, "r");

	assert_non_null(dir);
	assert_non_null(file);
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
		folder->count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
	folder->text[fread(folder->text, 1, sizeof(folder->text) - 1, file)] = '\0';
	assert_int_equal(fstat(fileno(file), &folder->status), 0);
	fclose(file);
	closedir(dir);
	unlink(folder->file);
	rmdir(folder->path);
}

static void a_file_is_replaced_and_nothing_is_left_beside_it(void **state)
{
	struct folder folder = folder_with_a_file();
	mode_t mask = umask(077);
	struct run run = run_metrics_to(folder.line, "");

	(void)state;
	umask(mask);
	folder_leave(&folder);
	assert_int_equal(run.code, EXIT_OK);
	assert_string_equal(run.out, "");
	assert_non_null(strstr(folder.text, "\npvmoved_up 1\n"));
	assert_null(strstr(folder.text, "old"));
	assert_int_equal(folder.status.st_mode & 07777, 0644);
	assert_int_equal(folder.count, 1);
	run_free(&run);
}

static void the_file_says_that_the_daemon_is_not_up(void **state)
{
	struct folder folder = folder_with_a_file();
	struct run run = run_client(folder.line, NULL);

	(void)state;
	folder_leave(&folder);
	assert_int_equal(run.code, EXIT_UNREACHABLE);
	assert_non_null(strstr(folder.text, "\npvmoved_up 0\n"));
	run_free(&run);
}

/* There is a folder in the file's place. */
static void a_file_that_cannot_be_replaced_leaves_nothing_beside_it(void **state)
{
	struct folder folder = folder_with_a_file();
	struct run run;

	(void)state;
	unlink(folder.file);
	assert_int_equal(mkdir(folder.file, 0700), 0);
	run = run_metrics_to(folder.line, "");
	assert_int_equal(run.code, EXIT_FAILED);
	assert_non_null(strstr(run.err, "x.prom: Is a directory; name a file"));
	assert_int_equal(rmdir(folder.file), 0);
	assert_int_equal(rmdir(folder.path), 0);
	run_free(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_move_under_way_has_its_numbers),
		cmocka_unit_test(what_is_not_known_has_no_sample),
		cmocka_unit_test(moves_that_have_ended_are_counted_only),
		cmocka_unit_test(disks_that_failed_moves_have_the_most_sectors_of_one),
		cmocka_unit_test(labels_are_escaped),
		cmocka_unit_test(a_daemon_that_is_not_there_is_not_up),
		cmocka_unit_test(a_file_is_replaced_and_nothing_is_left_beside_it),
		cmocka_unit_test(the_file_says_that_the_daemon_is_not_up),
		cmocka_unit_test(a_file_that_cannot_be_replaced_leaves_nothing_beside_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
