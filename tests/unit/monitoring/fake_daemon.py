# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers GetInfo and List once each, with moves that have every number: fake_daemon.py SOCKET."""
import json, os, socket, sys

INFO = {"version": "1.2", "boot_id": "b", "state_dir": "/s", "started_us": 1, "limit_bytes_s": 1000, "moves_unfinished": 2}


def move(id, state, **more):
	known = {
		"id": id, "uuid": f"u{id}", "state": state, "waiting": False, "vg": "vg0", "vg_uuid": "v",
		"source": "/dev/sdb", "lv": None, "destinations": [], "passes": [], "total_bytes": 4096,
		"copied_bytes": 10, "verified_bytes": 5, "rate_bytes_s": 5, "eta_us": 12345678,
		"created_us": 1700000000000000, "finished_us": None, "request_id": None, "seq": id,
		"limit_bytes_s": 77, "stalled_since_us": None, "queue": None,
	}
	return {**known, **more}


FAILED = {
	"lv": "home", "lv_uuid": "u", "state": "failed", "total_bytes": 4096, "copied_bytes": 0, "verified_bytes": None,
	"unverified": None, "wedged": None, "reason": {"code": "source_unreadable", "text": ""}, "waits_for": None,
	"trouble": {"side": "source", "device": "/dev/sdb", "pv_uuid": "p", "first_le": 0, "le_count": 1,
		"first_sector": 8, "sector_count": 8, "exact": True},
}
MOVES = [
	move(1, "running", max_latency_us=20000, latency={"ios": 9, "slow_ios": 1, "narrowed": 0, "aside": False}, stalled_since_us=1700000001000000),
	move(2, "queued", queue={"place": 1, "behind": 1, "disk": "/dev/sda"}),
	move(3, "failed", passes=[FAILED]),
]
REPLIES = {"org.pvmoved.GetInfo": INFO, "org.pvmoved.List": {"moves": MOVES}}

server = socket.socket(socket.AF_UNIX)
server.settimeout(20)
# Nobody connects before it listens.
server.bind(sys.argv[1] + ".new")
server.listen()
os.rename(sys.argv[1] + ".new", sys.argv[1])
for _ in REPLIES:
	connection, _ = server.accept()
	connection.settimeout(20)
	call = json.loads(connection.recv(65536).rstrip(b"\0"))
	connection.sendall(json.dumps({"parameters": REPLIES[call["method"]]}).encode() + b"\0")
	connection.close()
