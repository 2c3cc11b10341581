/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fake/journal.h"

#include "tests/fake/memory.h"

void fake_journal_clear(struct fake_journal *journal)
{
	for (size_t i = 0; i < journal->count; i++)
		free(journal->records[i]);
	free(journal->records);
	*journal = (struct fake_journal){0};
}

int fake_journal_append(struct fake_journal *journal, const char *payload, size_t len_bytes)
{
	if (journal->error < 0)
		return journal->error;
	journal->records =
		realloc(journal->records, (journal->count + 1) * sizeof(*journal->records));
	if (!journal->records)
		abort();
	journal->records[journal->count++] = fake_strndup(payload, len_bytes);
	return 0;
}

int fake_journal_keep(void *sink, const char *payload, size_t len_bytes)
{
	return fake_journal_append(sink, payload, len_bytes);
}
