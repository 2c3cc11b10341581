# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers one call as a daemon with three moves does: three_moves.py SOCKET."""
import json, os, socket, sys


def move(id, state):
	return {
		"id": id, "uuid": f"u{id}", "vg": "vg0", "vg_uuid": "v", "source": "/dev/sdb", "lv": None,
		"destinations": [], "request_id": None, "state": state, "waiting": False, "queue": None,
		"stalled_since_us": None, "passes": [], "total_bytes": 4096, "copied_bytes": 10,
		"verified_bytes": None, "rate_bytes_s": None, "eta_us": None, "limit_bytes_s": None,
		"created_us": 1700000000000000, "finished_us": None, "seq": id,
	}


server = socket.socket(socket.AF_UNIX)
server.settimeout(20)
# Nobody connects before it listens.
server.bind(sys.argv[1] + ".new")
server.listen()
os.rename(sys.argv[1] + ".new", sys.argv[1])
connection, _ = server.accept()
connection.settimeout(20)
connection.recv(65536)
moves = [move(3, "done"), move(7, "running"), move(12, "paused")]
connection.sendall(json.dumps({"parameters": {"moves": moves}}).encode() + b"\0")
