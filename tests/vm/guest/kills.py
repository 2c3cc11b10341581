# SPDX-License-Identifier: GPL-2.0-or-later
"""Kills the daemon at the swaps, over and over.

	kills.py COUNT SECONDS VG/LV DISK DISK COMMAND...

COMMAND is the daemon with failpoints; each life of it is stopped ahead of whatever it is to do to a
device, let go, and killed at random within the next milliseconds: before its executor has been asked,
while that is at it, or after it. What there is to do to a device is made by pausing, resuming,
aborting and finishing moves of the LV between the two disks. After each kill no device may be
suspended or have a table that waits, and the LV's own table has to be swappable. Stops after
COUNT kills, or after SECONDS with what it has done by then; a move may be left in any state.
"""
import collections, json, os, random, signal, socket, subprocess, sys, time

SOCKET = "/run/pvmoved/org.pvmoved"
STEPS = ["create-leg", "attach-LV-to-leg", "redraw-leg", "clear-leg", "detach-LV", "switch-LV", "remove-leg"]
THROTTLE = "/sys/module/dm_mirror/parameters/raid1_resync_throttle"
# A machine may be many times slower than an idle one.
PATIENCE_S = 120


def fail(what):
	print(f"FAILED: {what}")
	sys.exit(1)


def say(*command, data=None):
	return subprocess.run(command, input=data, check=True, capture_output=True, text=True).stdout


def throttle(percent):
	with open(THROTTLE, "w") as file:
		file.write(str(percent))


# ---- processes -----------------------------------------------------------------------------------


def state_of(pid):
	with open(f"/proc/{pid}/stat") as file:
		return file.read().rpartition(")")[2].split()[0]


def executors():
	found = 0
	for pid in filter(str.isdigit, os.listdir("/proc")):
		try:
			with open(f"/proc/{pid}/comm") as file:
				found += file.read() == "pvmoved-dm\n"
		except OSError:
			pass
	return found


def wait_until(what, condition):
	deadline = time.monotonic() + PATIENCE_S
	while not condition():
		if time.monotonic() > deadline:
			fail(f"not within {PATIENCE_S} s: {what}")
		time.sleep(0.02)


# ---- the daemon ----------------------------------------------------------------------------------


class Daemon:
	def __init__(self, command, log):
		points = ",".join(f"{step}:before=stop" for step in STEPS)
		self.log_from = log.tell()
		self.child = subprocess.Popen(
			command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
			env=dict(os.environ, PVMOVED_FAILPOINTS=points), start_new_session=True)

	def is_stopped(self):
		if self.child.poll() is not None:
			fail(f"the daemon ended with {self.child.returncode}")
		return state_of(self.child.pid) in "Tt"

	def call(self, method, parameters):
		"""The reply's parameters; None when there is no answer now, or a refusal."""
		try:
			with socket.socket(socket.AF_UNIX) as s:
				s.settimeout(0.3)
				s.connect(SOCKET)
				s.sendall(json.dumps({"method": "org.pvmoved." + method, "parameters": parameters}).encode() + b"\0")
				data = b""
				while not data.endswith(b"\0"):
					part = s.recv(65536)
					if not part:
						return None
					data += part
		except OSError:
			return None
		reply = json.loads(data[:-1])
		return None if "error" in reply else reply["parameters"]

	def let_go_and_kill(self):
		os.kill(self.child.pid, signal.SIGCONT)
		# Most of what an executor does takes a few milliseconds; waiting for udev takes longer.
		time.sleep(random.random() ** 3 * 0.1)
		self.child.kill()
		self.child.wait()


def step_of(log_path, log_from):
	"""The step that the last failpoint named."""
	with open(log_path, errors="replace") as file:
		file.seek(log_from)
		for line in reversed(file.read().splitlines()):
			if "failpoint " in line:
				return line.split("failpoint ")[1].split(":")[0]
	return "?"


# ---- what there is to do -------------------------------------------------------------------------


finishing = False  # the move under way shall come to its end


def give_work(daemon, lv, disks):
	"""Asks for something that will end in a swap; nothing when the daemon is about to do one anyway."""
	global finishing
	reply = daemon.call("List", {})
	if reply is None or daemon.is_stopped():
		return
	open_moves = [m for m in reply["moves"] if m["state"] in ("running", "queued", "paused", "held", "aborting")]
	if not open_moves:
		throttle(1)
		finishing = False
		here = say("lvs", "--noheadings", "-o", "seg_pe_ranges", lv).split(":")[0].strip()
		there = disks[1 - disks.index(here)]
		daemon.call("Start", {"request": {"source": {"device": here}, "destinations": [{"device": there}]}})
		return
	move = open_moves[0]
	state = move["passes"][0]["state"]
	if state == "paused":
		daemon.call("Resume", {"id": move["id"]})
	elif state == "copying" and not finishing:
		what = random.random()
		if what < 0.6:
			daemon.call("Pause", {"id": move["id"]})
		elif what < 0.85:
			daemon.call("Abort", {"id": move["id"]})
		else:
			finishing = True
			throttle(100)


def wait_for_a_swap(daemon, lv, disks):
	asked = 0
	deadline = time.monotonic() + PATIENCE_S
	while not daemon.is_stopped():
		if time.monotonic() > deadline:
			fail(f"nothing has come to a swap within {PATIENCE_S} s: {daemon.call('List', {})}")
		if time.monotonic() - asked > 0.5:
			give_work(daemon, lv, disks)
			asked = time.monotonic()
		time.sleep(0.02)


def check_devices(lv):
	name = lv.replace("/", "-")
	for line in say("dmsetup", "info", "-c", "--noheadings", "--separator", " ", "-o", "suspended,tables_loaded,name").splitlines():
		if not line.startswith("Active Live "):
			fail(f"after a kill a device is: {line}")
	say("dmsetup", "load", name, data=say("dmsetup", "table", name))
	say("dmsetup", "resume", "--noflush", "--nolockfs", name)


def main():
	count, seconds, lv, disks, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:6], sys.argv[6:]
	log_path = os.environ["DAEMON_LOG"]
	began = time.monotonic()
	killed_at = collections.Counter()
	outlived = 0
	with open(log_path, "a") as log:
		while sum(killed_at.values()) < count and time.monotonic() - began < seconds:
			daemon = Daemon(command, log)
			wait_for_a_swap(daemon, lv, disks)
			# A leg is taken away again by an executor whose daemon has gone: every other one may stay.
			while step_of(log_path, daemon.log_from) == "create-leg" and random.random() < 0.5:
				os.kill(daemon.child.pid, signal.SIGCONT)
				time.sleep(0.05)
				wait_for_a_swap(daemon, lv, disks)
			daemon.let_go_and_kill()
			outlived += executors() > 0
			killed_at[step_of(log_path, daemon.log_from)] += 1
			wait_until("the executors end", lambda: executors() == 0)
			check_devices(lv)
	took = time.monotonic() - began
	print(f"{sum(killed_at.values())} kills in {took:.0f} s, executors still there after {outlived}: {dict(killed_at)}")
	for step in STEPS:
		if not killed_at[step] and sum(killed_at.values()) >= 250:
			fail(f"not one kill at {step}")


main()
