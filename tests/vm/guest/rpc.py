# SPDX-License-Identifier: GPL-2.0-or-later
"""Talks to the daemon as no client should: rpc.py SOCKET. Fails at the first answer that is wrong.

What is not a message ends its own connection and no other; what is a message and wrong gets a typed
error, and the connection lives on.
"""
import json, socket, sys

MIB = 1048576


def connect():
	s = socket.socket(socket.AF_UNIX)
	s.settimeout(20)
	s.connect(sys.argv[1])
	return s


def receive(s):
	"""One message, or None when the daemon hung up."""
	data = b""
	while not data.endswith(b"\0"):
		try:
			# Not beyond the message: the next one may be there already.
			ahead = s.recv(65536, socket.MSG_PEEK)
			part = s.recv(ahead.find(b"\0") + 1 or len(ahead) or 1)
		except ConnectionResetError:
			return None
		if not part:
			return None
		data += part
	return json.loads(data[:-1])


def send(s, data):
	try:
		s.sendall(data)
	except (BrokenPipeError, ConnectionResetError):
		pass


def call(s, method, parameters=None):
	message = {"method": method}
	if parameters is not None:
		message["parameters"] = parameters
	send(s, json.dumps(message).encode() + b"\0")
	return receive(s)


def check(what, good):
	if not good:
		sys.exit(f"wrong: {what}")
	print(f"right: {what}")


def error_of(reply):
	return (reply or {}).get("error")


def check_errors():
	s = connect()
	service = "org.varlink.service."
	for method, parameters, error in [
		("org.pvmoved.NoSuchMethod", {}, service + "MethodNotFound"),
		("no.such.interface.Method", {}, service + "InterfaceNotFound"),
		("org.pvmoved.List", {"no_such_parameter": 1}, service + "InvalidParameter"),
		("org.pvmoved.List", {"id": "one"}, service + "InvalidParameter"),
		("org.pvmoved.List", {"id": 1.5}, service + "InvalidParameter"),
		("org.pvmoved.Abort", {}, service + "InvalidParameter"),
		("org.pvmoved.Abort", {"id": -1}, None),
		("org.pvmoved.Abort", {"id": 77}, "org.pvmoved.NoSuchMove"),
		("org.pvmoved.Start", {}, service + "InvalidParameter"),
		("org.pvmoved.Start", {"request": {"source": "/dev/vda"}}, service + "InvalidParameter"),
		("org.pvmoved.Start", {"request": {"source": {"device": "/dev/none"}}}, "org.pvmoved.NoSuchPv"),
	]:
		found = error_of(call(s, method, parameters))
		check(f"{method} {parameters} is {found}", found == error if error else bool(found))
	check("the connection lives on", "moves" in call(s, "org.pvmoved.List", {})["parameters"])


def check_oneway():
	s = connect()
	send(s, b'{"method":"org.pvmoved.NoSuchMethod","oneway":true}\0')
	reply = call(s, "org.pvmoved.List", {})
	check("a oneway call gets no answer, not even an error", "moves" in reply["parameters"])


def check_hang_ups():
	bystander = connect()
	for what, data in [
		("no JSON", b"this is no message\0"),
		("an array", b"[1,2]\0"),
		("an empty message", b"\0"),
		("no method", b'{"parameters":{}}\0'),
		("a method that is a number", b'{"method":1}\0'),
		("not UTF-8", b'{"method":"\xff\xfe"}\0'),
		("deep nesting", b'{"method":"org.pvmoved.List","parameters":{"a":' + b"[" * 5000 + b"]" * 5000 + b"}}\0"),
		("an endless message", b'{"method":"' + b"a" * (4 * MIB)),
		("an oversized message", b'{"method":"' + b"a" * (4 * MIB) + b'"}\0'),
	]:
		s = connect()
		send(s, data)
		reply = receive(s)
		check(f"{what}: {reply}", reply is None or error_of(reply))
		check(f"others are served after {what}", "moves" in call(bystander, "org.pvmoved.List", {})["parameters"])


def check_pieces():
	s = connect()
	for byte in b'{"method":"org.varlink.service.GetInfo"}':
		s.sendall(bytes([byte]))
	s.sendall(b'\0{"method":"org.pvmoved.List"}\0')
	check("a message may come in pieces", "interfaces" in receive(s)["parameters"])
	check("and the next right behind it", "moves" in receive(s)["parameters"])


def check_introspection():
	s = connect()
	reply = call(s, "org.varlink.service.GetInterfaceDescription", {"interface": "org.pvmoved"})
	check("the interface describes itself", "method Start" in reply["parameters"]["description"])


check_errors()
check_oneway()
check_pieces()
check_introspection()
check_hang_ups()
