/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/explain.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "common/protocol.h"
#include "common/units.h"

/* Room for a size in parentheses. */
#define SIZE_TEXT_MAX (UNITS_TEXT_MAX + 3)

#define SAY(...)      snprintf(text, EXPLAIN_TEXT_MAX, __VA_ARGS__)

/* " (1.00 GiB)", or nothing when it does not fit a number. */
static void format_extents(uint64_t extents, uint64_t extent_bytes, char text[SIZE_TEXT_MAX])
{
	char size[UNITS_TEXT_MAX];
	uint64_t bytes;

	*text = '\0';
	if (__builtin_mul_overflow(extents, extent_bytes, &bytes))
		return;
	units_format_bytes(bytes, size);
	snprintf(text, SIZE_TEXT_MAX, " (%s)", size);
}

static void explain_no_space(const struct refusal *refusal, char text[EXPLAIN_TEXT_MAX])
{
	char needed[SIZE_TEXT_MAX], available[SIZE_TEXT_MAX];

	format_extents(refusal->needed_extents, refusal->extent_bytes, needed);
	format_extents(refusal->free_extents, refusal->extent_bytes, available);
	SAY("not enough free extents in %s: %" PRIu64 " needed%s, %" PRIu64
	    " free%s; extend the VG or name another destination",
	    refusal->subject, refusal->needed_extents, needed, refusal->free_extents, available);
}

/* Those about the PVs and LVs that were named. */
static void explain_choice(const struct refusal *refusal, char text[EXPLAIN_TEXT_MAX])
{
	const char *subject = refusal->subject, *detail = refusal->detail;

	switch (refusal->code) {
	case REFUSAL_NO_SUCH_PV:
		if (*detail)
			SAY("%s is not a PV that LVM sees: it goes by the devices file %s, and "
			    "\"lvmdevices --adddev %s\" adds to it",
			    subject, detail, subject);
		else
			SAY("%s is not a PV; \"pvs\" lists those there are", subject);
		break;
	case REFUSAL_PV_NOT_IN_VG:
		SAY("PV %s is in no VG; name one that is, or add it with \"vgextend\"", subject);
		break;
	case REFUSAL_NO_SUCH_LV:
		SAY("there is no LV %s in VG %s; \"lvs %s\" lists those there are", subject, detail,
		    detail);
		break;
	case REFUSAL_SAME_PV:
		SAY("%s is both source and destination; name another destination", subject);
		break;
	case REFUSAL_OTHER_VG:
		SAY("PV %s is in another VG (%s) than the source; name a destination in the "
		    "source's VG",
		    subject, detail);
		break;
	case REFUSAL_BAD_RANGE:
		SAY("PV %s has no extents %s; they count from 0, and \"pvs -o "
		    "pv_name,pv_pe_count\" shows how many there are",
		    subject, detail);
		break;
	case REFUSAL_UNSUPPORTED_LV:
		if (strcmp(detail, "hidden") == 0 || strcmp(detail, "component") == 0)
			SAY("LV %s is a part of another LV (of a thin pool, a RAID, a snapshot or "
			    "the like), which pvmoved cannot move; pick other LVs with -n, or take "
			    "pvmove for this one",
			    subject);
		else
			SAY("LV %s is of type %s, which pvmoved cannot move; pick other LVs with "
			    "-n, or "
			    "take pvmove for this one",
			    subject, detail);
		break;
	case REFUSAL_BLOCK_SIZE:
		SAY("%s has larger logical blocks than the source %s; name another destination",
		    subject, detail);
		break;
	case REFUSAL_PV_READ_ONLY:
		SAY("%s is read-only; make it writable with \"blockdev --setrw %s\", or name "
		    "another destination",
		    subject, subject);
		break;
	default:
		assert(!"a refusal of a choice");
	}
}

/* Those about what state a VG, an LV or pvmoved is in. */
static void explain_condition(const struct refusal *refusal, char text[EXPLAIN_TEXT_MAX])
{
	const char *subject = refusal->subject, *detail = refusal->detail;

	switch (refusal->code) {
	case REFUSAL_LV_LOCKED:
		SAY("LV %s is locked by another operation, such as a pvmove; try again when that "
		    "has ended",
		    subject);
		break;
	case REFUSAL_VG_EXPORTED:
		SAY("VG %s is exported; import it with \"vgimport %s\" first", subject, subject);
		break;
	case REFUSAL_VG_SHARED:
		SAY("VG %s is shared (lock type %s), which pvmoved does not support; take pvmove "
		    "for it",
		    subject, detail);
		break;
	case REFUSAL_VG_READ_ONLY:
		SAY("VG %s is read-only; make it writable with \"vgchange -p rw %s\" first",
		    subject, subject);
		break;
	case REFUSAL_VG_PARTIAL:
		SAY("VG %s lacks the PV with UUID %s; bring that back first", subject, detail);
		break;
	case REFUSAL_LVM_FAILED:
		SAY("%s failed: %s; nothing was changed, try again when that is put right", subject,
		    detail);
		break;
	case REFUSAL_JOURNAL_FAILED:
		SAY("pvmoved cannot write its journal: %s; make room where it is (\"pvmovectl "
		    "info\" says where) and try again, or, if it is something else, put that right "
		    "and restart pvmoved",
		    detail);
		break;
	case REFUSAL_NO_TARGET:
		SAY("the kernel has no device-mapper target \"%s\" and cannot load it; \"modprobe "
		    "dm-%s\" says why",
		    subject, subject);
		break;
	case REFUSAL_TOO_FRAGMENTED:
		SAY("LV %s is moved in %" PRIu64 " pieces at a time, each of which takes a mirror, "
		    "and the memory that is free is enough for %" PRIu64
		    "; free some memory, move a part of it, by a range of the disk's extents "
		    "(DISK:FIRST-LAST), or name a destination with room in one piece",
		    subject, refusal->pieces, refusal->pieces_max);
		break;
	case REFUSAL_NO_MEMORY:
		SAY("pvmoved is short of memory; try again later");
		break;
	default:
		assert(!"a refusal of a condition");
	}
}

enum exit_code explain_refusal(const struct refusal *refusal, char text[EXPLAIN_TEXT_MAX])
{
	uint64_t id = refusal->move_id;

	switch (refusal->code) {
	case REFUSAL_CONFLICT:
		SAY("LV %s is being moved already, by move %" PRIu64
		    "; wait for that with \"pvmovectl wait %" PRIu64 "\" or abort it",
		    refusal->subject, id, id);
		return EXIT_CONFLICT;
	case REFUSAL_NO_SUCH_MOVE:
		SAY("there is no move %" PRIu64 "; \"pvmovectl status\" lists all", id);
		return EXIT_NO_SUCH_MOVE;
	case REFUSAL_MOVE_ENDED:
		SAY("move %" PRIu64 " has ended already (%s); \"pvmovectl status %" PRIu64
		    "\" shows how",
		    id, refusal->detail, id);
		return EXIT_FAILED;
	case REFUSAL_TOO_LATE:
		SAY("all of move %" PRIu64 " is committed, so it can no longer be aborted; let it "
		    "end, then move the other way",
		    id);
		return EXIT_FAILED;
	case REFUSAL_NO_SPACE:
		explain_no_space(refusal, text);
		return EXIT_FAILED;
	case REFUSAL_LV_LOCKED:
	case REFUSAL_VG_EXPORTED:
	case REFUSAL_VG_SHARED:
	case REFUSAL_VG_READ_ONLY:
	case REFUSAL_VG_PARTIAL:
	case REFUSAL_LVM_FAILED:
	case REFUSAL_JOURNAL_FAILED:
	case REFUSAL_NO_TARGET:
	case REFUSAL_TOO_FRAGMENTED:
	case REFUSAL_NO_MEMORY:
		explain_condition(refusal, text);
		return EXIT_FAILED;
	default:
		explain_choice(refusal, text);
		return EXIT_FAILED;
	}
}

/* A text among the parameters of the standard's errors, or "?". */
static const char *get_text(const struct json_object *parameters, const char *key)
{
	const char *text = "?";

	(void)protocol_read_text(json_object_object_get(parameters, key), &text);
	return text;
}

enum exit_code explain_error(const char *error, const struct json_object *parameters,
			     char text[EXPLAIN_TEXT_MAX])
{
	struct refusal refusal;

	if (protocol_refusal_from_json(error, parameters, &refusal) == 0)
		return explain_refusal(&refusal, text);
	if (strcmp(error, VARLINK_PERMISSION_DENIED) == 0) {
		SAY("not permitted: root may change moves, and the socket's group may look; try "
		    "again with sudo");
		return EXIT_NOT_PERMITTED;
	}
	if (strcmp(error, VARLINK_INVALID_PARAMETER) == 0)
		SAY("pvmoved does not accept what it was given as \"%s\"; correct that, or see "
		    "with \"pvmovectl info\" whether it is older than this client",
		    get_text(parameters, "parameter"));
	else if (strcmp(error, VARLINK_METHOD_NOT_FOUND) == 0 ||
		 strcmp(error, VARLINK_METHOD_NOT_IMPLEMENTED) == 0)
		SAY("pvmoved has no method %s; see with \"pvmovectl info\" whether it is older "
		    "than this client",
		    get_text(parameters, "method"));
	else
		SAY("pvmoved answered with the error %s; its log may say more", error);
	return EXIT_FAILED;
}

enum exit_code explain_connection(int error, const char *path, char text[EXPLAIN_TEXT_MAX])
{
	switch (error) {
	case -EACCES:
	case -EPERM:
		SAY("no permission to talk to pvmoved at %s; try again with sudo", path);
		return EXIT_NOT_PERMITTED;
	case -ENAMETOOLONG:
		SAY("%s is too long for a socket's path; name another", path);
		return EXIT_USAGE;
	case -E2BIG:
		SAY("this is more than one request can hold; name fewer ranges");
		return EXIT_FAILED;
	case -ENOMEM:
		SAY("out of memory; try again later");
		return EXIT_FAILED;
	case -EBADMSG:
	case -EMSGSIZE:
		SAY("what came from %s is no answer of pvmoved's; see what listens there", path);
		return EXIT_FAILED;
	case -ETIMEDOUT:
	case -EAGAIN:
		SAY("pvmoved at %s does not answer; see \"systemctl status pvmoved\"", path);
		return EXIT_UNREACHABLE;
	case -ECONNRESET:
	case -EPIPE:
		SAY("pvmoved went away before it answered; \"pvmovectl status\" shows what it has "
		    "done");
		return EXIT_UNREACHABLE;
	default:
		SAY("cannot reach pvmoved at %s: %s; start it with \"systemctl start pvmoved\"",
		    path, strerror(-error));
		return EXIT_UNREACHABLE;
	}
}

const char *explain_reason(const char *code)
{
	static const struct {
		const char *code, *text;
	} reasons[] = {
		{"vg_absent", "its VG, or a PV it needs, is not there"},
		{"pv_missing", "a PV is missing"},
		{"lv_gone", "the LV was removed"},
		{"lv_changed", "the LV was changed by someone else"},
		{"no_space", "not enough free extents"},
		{"source_unreadable", "the source cannot be read"},
		{"source_failed", "the source cannot be written"},
		{"destination_failed", "the destination failed"},
		{"verify_failed", "verification failed"},
		{"table_foreign", "the LV's device-mapper table was changed by someone else"},
		{"suspended", "a device was suspended by someone else; \"dmsetup resume\" it"},
		{"lvm_failed", "an LVM command failed"},
		{"dm_failed", "device-mapper failed"},
		{"journal_failed", "the journal cannot be written"},
		{"aborted", "aborted"},
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(reasons[i].code, code) == 0)
			return reasons[i].text;
	return code;
}
