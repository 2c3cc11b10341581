/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/dm/list.h"
#include "tests/unit/lvm/folder.h"

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

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct dm_uuid *)a)->text, ((const struct dm_uuid *)b)->text);
}

static void devices_are_found_by_the_beginning_of_their_uuid(void **state)
{
	_free_ struct dm_uuid *uuids = NULL;
	size_t count = 0;

	folder_write(*state, "LVM-aaa-pvmoved\n", "block/dm-0/dm/uuid");
	folder_write(*state, "LVM-aaa\n", "block/dm-1/dm/uuid");
	folder_write(*state, "LVM-bbb\n", "block/dm-2/dm/uuid");
	folder_write(*state, "\n", "block/dm-3/dm/uuid");
	folder_write(*state, "LVM-aaa\n", "block/sda/dm/uuid");
	folder_write(*state, "", "block/dm-4/size");
	assert_int_equal(list_uuids(*state, "LVM-aaa", &uuids, &count), 0);
	assert_int_equal(count, 2);
	qsort(uuids, count, sizeof(*uuids), compare);
	assert_string_equal(uuids[0].text, "LVM-aaa");
	assert_string_equal(uuids[1].text, "LVM-aaa-pvmoved");
}

static void a_uuid_of_the_greatest_length_is_read_whole(void **state)
{
	_free_ struct dm_uuid *uuids = NULL;
	char uuid[DM_ID_MAX + 1];
	size_t count = 0;

	memset(uuid, 'x', sizeof(uuid));
	uuid[DM_ID_MAX - 1] = '\n';
	uuid[DM_ID_MAX] = '\0';
	folder_write(*state, uuid, "block/dm-0/dm/uuid");
	assert_int_equal(list_uuids(*state, "x", &uuids, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(strlen(uuids[0].text), DM_ID_MAX - 1);
}

static void no_sysfs_is_an_error(void **state)
{
	_free_ struct dm_uuid *uuids = NULL;
	size_t count = 0;

	assert_int_equal(list_uuids(*state, "", &uuids, &count), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(devices_are_found_by_the_beginning_of_their_uuid,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_uuid_of_the_greatest_length_is_read_whole, setup,
						teardown),
		cmocka_unit_test_setup_teardown(no_sysfs_is_an_error, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
