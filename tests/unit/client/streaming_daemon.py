# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon with three moves that streams them to whoever follows, and does what it is asked to:
streaming_daemon.py SOCKET. Move 9 may not be aborted."""
import json, os, selectors, socket, sys

MIB = 1 << 20


def move(id, state, lv, source, destinations, copied, rate, **more):
	passed = {
		"lv": lv, "lv_uuid": "u", "state": "done" if state == "done" else "copying",
		"total_bytes": 1000 * MIB, "copied_bytes": copied * MIB,
	}
	return {
		"id": id, "uuid": f"u{id}", "vg": "vg0", "vg_uuid": "v", "source": source, "lv": None,
		"destinations": destinations, "request_id": None, "state": state, "waiting": False, "queue": None,
		"stalled_since_us": None, "passes": [passed], "total_bytes": 1000 * MIB,
		"copied_bytes": copied * MIB, "verified_bytes": None,
		"rate_bytes_s": rate and rate * MIB, "eta_us": 65000000 if rate else None,
		"limit_bytes_s": None, "created_us": 1700000000000000, "finished_us": None, "seq": id,
	} | more


moves = {
	7: move(7, "running", "home", "/dev/sdb", ["/dev/sdc"], 500, 20, limit_bytes_s=20 * MIB),
	9: move(9, "running", "root", "/dev/sdb", ["/dev/sdd"], 250, 10),
	3: move(3, "done", "old", "/dev/sde", [], 1000, None),
}
followers = set()


def send(connection, message):
	try:
		connection.sendall(json.dumps(message).encode() + b"\0")
	except OSError:
		followers.discard(connection)


def change(id, state):
	moves[id] |= {"state": state, "rate_bytes_s": None, "eta_us": None}
	if state == "running":
		moves[id]["rate_bytes_s"] = 20 * MIB
	for follower in list(followers):
		send(follower, {"parameters": {"moves": [moves[id]]}, "continues": True})


def answer(connection, call):
	method = call["method"].rpartition(".")[2]
	id = call["parameters"].get("id")
	if method == "List" and call.get("more"):
		followers.add(connection)
		send(connection, {"parameters": {"moves": list(moves.values())}, "continues": True})
	elif (method, id) == ("Abort", 9):
		send(connection, {"error": "org.pvmoved.TooLate", "parameters": {"id": id}})
	else:
		change(id, {"Pause": "paused", "Resume": "running", "Abort": "aborted"}[method])
		send(connection, {"parameters": {"move": moves[id]}})


selector = selectors.DefaultSelector()
server = socket.socket(socket.AF_UNIX)
# Nobody connects before it listens.
server.bind(sys.argv[1] + ".new")
server.listen()
os.rename(sys.argv[1] + ".new", sys.argv[1])
selector.register(server, selectors.EVENT_READ)
while True:
	for key, _ in selector.select():
		if key.fileobj is server:
			selector.register(server.accept()[0], selectors.EVENT_READ)
			continue
		received = key.fileobj.recv(65536)
		if received:
			answer(key.fileobj, json.loads(received.rstrip(b"\0")))
		else:
			selector.unregister(key.fileobj)
			followers.discard(key.fileobj)
