/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Replies as a daemon would give them. In all JSON of these tests ' stands for ". */

struct json_object;

/* A move that copies at a rate, as text that sample_list() takes; destinations: a JSON list. */
#define SAMPLE_COPYING(id, source, destinations, rate)                                      \
	"{'id':" #id ",'uuid':'0f0e','state':'running','waiting':false,'vg':'vg0',"         \
	"'vg_uuid':'v','source':'" source "','lv':null,'destinations':" destinations ","    \
	"'passes':[],'total_bytes':1048576,'copied_bytes':524288,'rate_bytes_s':" #rate "," \
	"'eta_us':null,'created_us':1700000000000000,'finished_us':null,'request_id':null," \
	"'seq':1}"

/* Members of a move, without braces. The passes are a JSON list. */
#define SAMPLE_MOVE(id, state, total, copied, passes)                                         \
	"{'id':" #id ",'uuid':'0f0e','state':'" state "','waiting':false,'vg':'vg0',"         \
	"'vg_uuid':'v','source':'/dev/sdb','lv':null,'destinations':['/dev/sdc'],"            \
	"'passes':" passes ",'total_bytes':" #total ",'copied_bytes':" #copied ","            \
	"'rate_bytes_s':null,'eta_us':null,'created_us':1700000000000000,'finished_us':null," \
	"'request_id':null,'seq':1}"

#define SAMPLE_PASS(lv, state, total, copied, reason)                            \
	"{'lv':'" lv "','lv_uuid':'u','state':'" state "','total_bytes':" #total \
	",'copied_bytes':" #copied ",'reason':" reason "}"

/* A reply of List with move 7 of 4 KiB and its one pass; more follow, or not. */
#define SAMPLE_NEWS(state, copied, pass_state)                                       \
	"{'parameters':{'moves':[" SAMPLE_MOVE(                                      \
		7, state, 4096, copied,                                              \
		"[" SAMPLE_PASS("home", pass_state, 4096, copied, "null") "]") "]}," \
									       "'continues':true}"
#define SAMPLE_LAST_NEWS(state, copied, passes) \
	"{'parameters':{'moves':[" SAMPLE_MOVE(7, state, 4096, copied, passes) "]}}"

/* The call that follows move 7. */
#define SAMPLE_FOLLOW "{'parameters':{'id':7},'method':'org.pvmoved.List','more':true}"

/* Parses; what cannot be parsed fails the test. Owned. */
struct json_object *sample_parse(const char *text);

/* The same for a list of what is given without brackets. */
struct json_object *sample_list(const char *text);

/* The text with " for '. On the heap. */
char *sample_quote(const char *text);
