/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/release/alone.h"
#include "tests/unit/lvm/folder.h"

/* As Linux 6.1 prints it. */
#define HEAD      "Num       RefCount Protocol Flags    Type St Inode Path\n"
#define ADDRESS   "ffff888003c4e400: 00000002 00000000 "
#define LISTENS   "00010000 0001 01"
#define CONNECTED "00000000 0001 03"
#define SOCKET    "/run/pvmoved/org.pvmoved"

static int setup(void **state)
{
	*state = folder_make();
	return 0;
}

static int teardown(void **state)
{
	folder_remove(*state);
	return 0;
}

static void a_listener_is_found_by_its_path(void **state)
{
	folder_write(*state,
		     HEAD ADDRESS LISTENS " 16170 /run/other\n" ADDRESS LISTENS " 16171 " SOCKET
					  "\n",
		     "net/unix");
	assert_true(alone_is_listened_on(*state, SOCKET));
	assert_true(alone_is_listened_on(*state, "/run/other"));
	assert_false(alone_is_listened_on(*state, "/run/pvmoved"));
}

static void a_connection_is_no_listener(void **state)
{
	folder_write(*state,
		     HEAD ADDRESS CONNECTED " 16170 " SOCKET "\n" ADDRESS LISTENS " 16171\n",
		     "net/unix");
	assert_false(alone_is_listened_on(*state, SOCKET));
}

static void a_path_with_spaces_is_one_path(void **state)
{
	folder_write(*state, HEAD ADDRESS LISTENS " 16170 /run/a b c\n", "net/unix");
	assert_true(alone_is_listened_on(*state, "/run/a b c"));
	assert_false(alone_is_listened_on(*state, "/run/a"));
}

static void without_proc_nobody_listens(void **state)
{
	assert_false(alone_is_listened_on(*state, SOCKET));
	assert_int_equal(alone_find_executor(*state), 0);
}

static void an_executor_is_found_by_its_name(void **state)
{
	folder_write(*state, "pvmoved\n", "12/comm");
	folder_write(*state, "pvmoved-dm\n", "self/comm");
	folder_write(*state, "pvmoved-dmx\n", "14/comm");
	assert_int_equal(alone_find_executor(*state), 0);
	folder_write(*state, "pvmoved-dm\n", "13/comm");
	assert_int_equal(alone_find_executor(*state), 13);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_listener_is_found_by_its_path, setup, teardown),
		cmocka_unit_test_setup_teardown(a_connection_is_no_listener, setup, teardown),
		cmocka_unit_test_setup_teardown(a_path_with_spaces_is_one_path, setup, teardown),
		cmocka_unit_test_setup_teardown(without_proc_nobody_listens, setup, teardown),
		cmocka_unit_test_setup_teardown(an_executor_is_found_by_its_name, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
