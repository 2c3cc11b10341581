/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A whole machine behind daemon/move/ports.h: disks, kernel, LVM, journal,
 * clock and applications, in one process, deterministic, and outliving the
 * mover. Every call of a port is counted, and one of them can be a trap: the
 * daemon dies there, or the call fails. After a death all calls do nothing
 * and complete never, until the world is told what became of the machine.
 *
 * Things happen one at a time, in an order drawn from a seed: an effect, a
 * completion, a copied region, a timer, and applications' writes between any two.
 */

#include <sys/queue.h>

#include "daemon/move/mover.h"
#include "daemon/move/ports.h"
#include "tests/fake/app.h"
#include "tests/fake/journal.h"

#define WORLD_DISKS_MAX 6

/* C(enumerator, name of the port, it changes something) */
#define WORLD_CALL_LIST(C)                   \
	C(RECORD, "record", true)            \
	C(LIST_PVS, "list_pvs", false)       \
	C(READ_VG, "read_vg", false)         \
	C(FIND_MIRROR, "find_mirror", false) \
	C(EDIT_VG, "edit_vg", true)          \
	C(SET_ACTIVE, "set_active", true)    \
	C(OBSERVE, "observe", false)         \
	C(CREATE, "create", true)            \
	C(SWAP, "swap", true)                \
	C(REMOVE, "remove", true)            \
	C(FLUSH, "flush", true)              \
	C(COMPARE, "compare", false)         \
	C(MEASURE, "measure", false)         \
	C(HOLD, "hold", true)

#define C(code, name, changes) WORLD_##code,
enum world_call { WORLD_CALL_LIST(C) };
#undef C

const char *world_call_name(enum world_call call);
bool world_call_changes_something(enum world_call call);
/* Runs in an executor or as a child, which outlives the daemon and may finish at any time. */
bool world_call_can_be_late(enum world_call call);

enum world_trap_kind {
	TRAP_NONE,
	TRAP_DIE_BEFORE, /* the call has no effect any more */
	TRAP_DIE_AFTER,  /* it has, but nobody hears of it */
	TRAP_DIE_LATE,   /* it has, but only after the next daemon has begun */
	TRAP_FAIL,       /* the call fails without an effect */
	TRAP_FAIL_AFTER, /* it has its effect and is reported as failed */
	TRAP_HOOK,       /* something else happens just before it, unless LVM's locks forbid that */
	TRAP_DIE_WEDGED, /* the executor dies in its swap, and the daemon with it */
	TRAP_FAIL_WEDGED, /* the executor dies in its swap */
};

struct world_trap {
	uint64_t at; /* number of the call, from 1 */
	enum world_trap_kind kind;
	int code;       /* for failures */
	unsigned times; /* so many calls of the kind fail in a row */
	void (*hook)(void *arg);
	void *arg;
};

enum world_end { WORLD_DAEMON_KILLED, WORLD_POWER_CUT };

struct world_request;
TAILQ_HEAD(world_queue, world_request);

/* What the kernel counts of how long the application's I/O takes, of all LVs together. */
struct fake_latency {
	uint64_t ios, slow_ios; /* that come with each look at them */
	uint64_t bound_us;      /* 0: nothing is counted */
	int error;              /* the kernel cannot count; 0: it can */
	struct dm_latency counted;
};

struct world {
	struct fake_disk disks[WORLD_DISKS_MAX];
	size_t disk_count;
	struct fake_dm dm;
	struct fake_lvm lvm;
	struct fake_journal journal;
	struct fake_app app;
	struct fake_random random;

	/* one daemon's life */
	struct mover *mover; /* borrowed; NULL: none runs */
	bool dead;
	struct world_queue requests;
	uint64_t wake_at_us; /* monotonic; 0: no timer */
	bool is_deaf;        /* to what happens to devices */

	/* the calls of all daemons */
	uint64_t call_count;
	enum world_call *calls;
	size_t call_room;
	struct world_trap trap;
	unsigned trap_failures; /* calls that have failed so far */

	/* the machine */
	bool vg_is_locked;          /* by an edit */
	struct world_queue orphans; /* what dead daemons have begun */
	uint64_t monotonic_us;
	uint64_t step_count;
	unsigned boot;
	char boot_id[UUID_TEXT_SIZE];
	unsigned id_count;
	unsigned late_steps; /* after a reboot the groups come only so many steps later */
	uint64_t appear_at_step;
	struct preflight_host host;
	bool swaps_hang; /* no swap ends: one of the disks below hangs */
	struct fake_latency latency;
	uint64_t
		app_io_count; /* what the kernel has counted of the applications' I/O, of all LVs */
	bool compare_hangs;   /* no comparison ends: one of its disks hangs */
	bool is_restless;     /* no comparison ever sees anything at rest */
};

/* disk_pes: how many extents each disk holds, up to the first 0. */
void world_init(struct world *world, const uint64_t disk_pes[WORLD_DISKS_MAX],
		const struct fake_vg_spec vgs[FAKE_VGS_MAX], uint64_t seed);
void world_deinit(struct world *world);

/* The ports; their context is the world. */
const struct ports *world_ports(void);

/*
 * Lets the next thing happen. Returns false when nothing can ever happen any
 * more, or the daemon is dead.
 */
bool world_step(struct world *world);

/* After a death: what is left is there for the next daemon, which has no trap set yet. */
void world_end(struct world *world, enum world_end how);
