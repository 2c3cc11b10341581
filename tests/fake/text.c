/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fake/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "tests/fake/memory.h"

struct lvm_id fake_text_id(char kind, unsigned number)
{
	struct lvm_id id;

	snprintf(id.text, sizeof(id.text), "fake%c0-0000-0000-0000-0000-0000-%06u", kind,
		 number % 1000000);
	return id;
}

static void put_pv(FILE *stream, unsigned key, unsigned number, const struct fake_disk *disk)
{
	uint64_t len_sectors = disk->cell_count * FAKE_CELL_SECTORS;

	fprintf(stream,
		"\t\tpv%u {\n\t\t\tid = \"%s\"\n\t\t\tdevice = \"%s\"\n"
		"\t\t\tstatus = [\"ALLOCATABLE\"]\n\t\t\tflags = []\n"
		"\t\t\tdev_size = %" PRIu64 "\n\t\t\tpe_start = %u\n\t\t\tpe_count = %" PRIu64
		"\n\t\t}\n",
		key, fake_lvm_pv_id(number).text, disk->path, len_sectors, FAKE_PE_START,
		(len_sectors - FAKE_PE_START) / FAKE_EXTENT_SECTORS);
}

static void put_segment(FILE *stream, size_t number, uint64_t first_le,
			const struct fake_segment_spec *segment, unsigned first_disk)
{
	fprintf(stream,
		"\t\t\tsegment%zu {\n\t\t\t\tstart_extent = %" PRIu64
		"\n\t\t\t\textent_count = %" PRIu64 "\n\t\t\t\ttype = \"striped\"\n"
		"\t\t\t\tstripe_count = 1\n\t\t\t\tstripes = [\n\t\t\t\t\t\"pv%u\", %" PRIu64
		"\n\t\t\t\t]\n\t\t\t}\n",
		number, first_le, segment->extent_count, segment->disk - first_disk,
		segment->first_pe);
}

static void put_lv(FILE *stream, const struct fake_lv_spec *spec, const struct fake_lv *lv,
		   unsigned first_disk)
{
	size_t segment_count = 0;
	uint64_t first_le = 0;

	while (segment_count < FAKE_SEGMENTS_MAX && spec->segments[segment_count].extent_count > 0)
		segment_count++;
	fprintf(stream,
		"\t\t%s {\n\t\t\tid = \"%s\"\n\t\t\tstatus = [\"READ\", \"WRITE\", \"VISIBLE\"]\n"
		"\t\t\tflags = []\n\t\t\tcreation_time = 1700000000\n"
		"\t\t\tcreation_host = \"fake\"\n\t\t\tsegment_count = %zu\n",
		lv->name, lv->id.text, segment_count);
	for (size_t i = 0; i < segment_count; i++) {
		put_segment(stream, i + 1, first_le, &spec->segments[i], first_disk);
		first_le += spec->segments[i].extent_count;
	}
	fputs("\t\t}\n", stream);
}

char *fake_text_make(const struct fake_vg_spec *spec, const struct fake_vg *vg,
		     const struct fake_disk *disks)
{
	char *text = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&text, &len);

	if (!stream)
		abort();
	fprintf(stream,
		"contents = \"Text Format Volume Group\"\nversion = 1\ndescription = \"\"\n"
		"creation_host = \"fake\"\ncreation_time = 1700000000\n\n"
		"%s {\n\tid = \"%s\"\n\tseqno = 1\n\tformat = \"lvm2\"\n"
		"\tstatus = [\"RESIZEABLE\", \"READ\", \"WRITE\"]\n\tflags = []\n"
		"\textent_size = %u\n\tmax_lv = 0\n\tmax_pv = 0\n\tmetadata_copies = 0\n"
		"\n\tphysical_volumes {\n",
		vg->name, vg->id.text, FAKE_EXTENT_SECTORS);
	for (unsigned i = 0; i < vg->disk_count; i++)
		put_pv(stream, i, vg->first_disk + i, &disks[vg->first_disk + i]);
	fputs("\t}\n\n\tlogical_volumes {\n", stream);
	for (size_t i = 0; i < vg->lv_count; i++)
		put_lv(stream, &spec->lvs[i], &vg->lvs[i], vg->first_disk);
	fputs("\t}\n}\n", stream);
	if (fclose(stream) != 0)
		abort();
	return text;
}

/* True at the digit of a whole word "pv0" or "pv1", quoted or not. */
static bool is_pv_digit(const char *text, size_t at)
{
	return at >= 3 && (text[at] == '0' || text[at] == '1') &&
	       strncmp(&text[at - 2], "pv", 2) == 0 && !isalnum((unsigned char)text[at - 3]) &&
	       text[at - 3] != '_' && (text[at + 1] == '"' || text[at + 1] == ' ');
}

char *fake_text_export(const char *text, uint64_t seqno)
{
	char *exported = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&exported, &len);
	const char *line = strstr(text, "seqno");

	if (!stream || !line)
		abort();
	for (size_t i = 0; text[i]; i++) {
		if (&text[i] == line) {
			fprintf(stream, "seqno = %" PRIu64, seqno);
			i += strcspn(line, "\n");
		}
		fputc(is_pv_digit(text, i) ? text[i] ^ 1 : text[i], stream);
	}
	if (fclose(stream) != 0)
		abort();
	return exported;
}
