# SPDX-License-Identifier: GPL-2.0-or-later
"""Drives the daemon with the Varlink project's own Python client: varlink_client.py SOURCE DEST.

Moves what is on SOURCE to DEST. Fails at the first answer that is wrong.
"""
import sys
import varlink

ADDRESS = "unix:/run/pvmoved/org.pvmoved"
INTERFACE = "org.pvmoved"


def check(what, good):
	if not good:
		sys.exit(f"wrong: {what}")
	print(f"right: {what}")


def expect_error(what, name, parameters, call):
	try:
		answer = call()
	except varlink.VarlinkError as error:
		found = (error.error(), error.parameters())
		check(f"{what}: {found}", found == (f"{INTERFACE}.{name}", parameters))
		return
	sys.exit(f"wrong: {what}: {answer}")


def check_introspection(client):
	client.get_interfaces()
	check("the daemon names its interfaces", set(client.info["interfaces"]) >= {INTERFACE, "org.varlink.service"})
	# The client parses the definition, and refuses methods and parameters that are not in it.
	interface = client.get_interface(INTERFACE)
	check("its definition is understood", {"Start", "Plan", "List", "Abort"} <= {m for m in interface.members})


def check_calls(service, source, dest):
	check("GetInfo has the boot's id", service.GetInfo()["boot_id"] == open("/proc/sys/kernel/random/boot_id").read().strip())
	check("nothing is moved yet", service.List()["moves"] == [])
	request = {"source": {"device": source}, "destinations": [{"device": dest}], "request_id": "by python"}
	plan = service.Plan(request)
	check("Plan has passes", [each["lv"] for each in plan["passes"]] == ["lv"] and plan["total_bytes"] > 0)
	expect_error("no PV", "NoSuchPv", {"device": "/dev/null", "devices_file": None}, lambda: service.Plan({"source": {"device": "/dev/null"}}))
	expect_error("no move", "NoSuchMove", {"id": 77}, lambda: service.Abort(77))
	move = service.Start(request)["move"]
	check("Start answers with the move", move["id"] == 1 and move["source"] == source)
	check("a request that was sent again starts nothing", service.Start(request)["move"]["uuid"] == move["uuid"])
	expect_error("a second move of the LV", "Conflict", {"lv": "vg/lv", "id": 1}, lambda: service.Start({"source": {"device": source}}))
	return move["id"]


def check_oneway(service, move):
	"""No answer comes: the next call gets its own."""
	service.Pause(move, _oneway=True)
	check("a call without an answer was carried out", service.List(move)["moves"][0]["state"] in ("paused", "running"))
	service.Resume(move, _oneway=True)


def check_stream(service, move):
	seq = 0
	states = []
	for answer in service.List(move, _more=True):
		(each,) = answer["moves"]
		if each["seq"] <= seq:
			sys.exit(f"wrong: seq {each['seq']} after {seq}")
		seq = each["seq"]
		states.append(each["state"])
	check("the stream ends with the end of the move", states[-1] == "done" and len(states) > 2)


def main(source, dest):
	with varlink.Client.new_with_address(ADDRESS) as client:
		check_introspection(client)
		with client.open(INTERFACE) as service, client.open(INTERFACE) as stream:
			move = check_calls(service, source, dest)
			check_oneway(service, move)
			check_stream(stream, move)


main(*sys.argv[1:])
