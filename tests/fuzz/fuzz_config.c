/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file of the configuration. Every complaint has a line of the file and can be shown on a
 * terminal; whatever was taken is within its bounds, and is the same when it is written out and
 * read again.
 */
#include <stdbool.h>
#include <string.h>

#include "common/cleanup.h"
#include "daemon/config/text.h"
#include "daemon/config/value.h"
#include "tests/fuzz/input.h"

static unsigned line_count;
static size_t told;

static void on_complaint(void *arg, const char *file, unsigned line, const char *text)
{
	(void)arg;
	CLAIM(strcmp(file, "file") == 0);
	CLAIM(line >= 1 && line <= line_count);
	CLAIM(strlen(text) > 0);
	for (; *text != '\0'; text++)
		CLAIM(*text >= ' ' && *text <= '~');
	told++;
}

static bool may_be_taken(const struct config_key *key, uint64_t number)
{
	/* no rate at all is below any */
	if (key->kind == CONFIG_RATE && number == 0)
		return true;
	if (key->kind == CONFIG_REGION && (number & (number - 1)) != 0)
		return false;
	return number >= key->min && number <= key->max;
}

static void check_value(const struct config *config, const struct config_key *key)
{
	const void *where = (const char *)config + key->offset;
	char text[CONFIG_TEXT_SIZE];
	struct config again;

	config_format_value(config, key, text);
	if (key->kind == CONFIG_PATH)
		CLAIM(memchr(where, '\0', CONFIG_PATH_SIZE));
	else if (key->kind != CONFIG_LEVEL)
		CLAIM(may_be_taken(key, *(const uint64_t *)where));
	if (text[0] == '\0')
		return;
	config_init(&again);
	CLAIM(config_set_value(&again, key, text) == 0);
	CLAIM(config_value_equal(config, &again, key));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	static const struct config_listener listener = {on_complaint, NULL};
	struct input input = input_begin(bytes, len_bytes);
	_free_ char *text = input_rest(&input, &len_bytes);
	struct config config;

	told = 0;
	line_count = 1;
	for (size_t i = 0; i < len_bytes; i++)
		line_count += text[i] == '\n';
	config_init(&config);
	CLAIM(config_parse("file", text, len_bytes, &config, &listener) == told);
	for (size_t i = 0; i < config_key_count; i++)
		check_value(&config, &config_keys[i]);
	return 0;
}
