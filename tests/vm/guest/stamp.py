# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes that can be proved after a power cut.

	stamp.py write FILE MB NOTES...	until SIGTERM; any number of FILE MB NOTES
	stamp.py fill FILE MB NOTES	once, and no more
	stamp.py check FILE NOTES

FILE may be a block device.

Each 4 KiB block of FILE holds its own number, a sequence number and a checksum. A block is written,
synced, and only then noted (number, sequence) in NOTES, which is synced as well and lies on another
disk. So whatever is noted was acknowledged, and has to be found: that write, or a later one of the
same block. The file is written in full before the first note, so that every block is checked; and
notes of an older content of FILE are gone, durably, before that. "noted" is said after the first note.
"""
import os, random, signal, struct, sys, zlib

BLOCK = 4096
HEAD = struct.Struct("<4sIQI")
NOTE = struct.Struct("<IQ")


def make_block(number, sequence):
	body = struct.pack("<QQ", number, sequence) * ((BLOCK - HEAD.size) // 16)
	body = body.ljust(BLOCK - HEAD.size, b"\0")
	return HEAD.pack(b"PVMV", number, sequence, zlib.crc32(body)) + body


def read_block(fd, number):
	"""The sequence number of a whole block; None when it is torn, garbage, or another one's."""
	data = os.pread(fd, BLOCK, number * BLOCK)
	if len(data) != BLOCK:
		return None
	sequence = HEAD.unpack_from(data)[2]
	return sequence if data == make_block(number, sequence) else None


class Stamped:
	"""A file that is being stamped."""

	def __init__(self, path, mb, notes_path):
		self.count = int(mb) * 1048576 // BLOCK
		self.sequence = 0
		self.notes = os.open(notes_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
		os.fsync(self.notes)
		self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
		for number in range(self.count):
			os.pwrite(self.fd, make_block(number, 0), number * BLOCK)
		os.fsync(self.fd)

	def note(self, batch):
		os.write(self.notes, b"".join(NOTE.pack(*stamp) for stamp in batch))
		os.fdatasync(self.notes)

	def write_some(self):
		batch = []
		for number in random.sample(range(self.count), 8):
			self.sequence += 1
			os.pwrite(self.fd, make_block(number, self.sequence), number * BLOCK)
			batch.append((number, self.sequence))
		os.fdatasync(self.fd)
		self.note(batch)


def fill(*file):
	Stamped(*file).note([(0, 0)])


def write(*args):
	running = True

	def stop(*_):
		nonlocal running
		running = False

	signal.signal(signal.SIGTERM, stop)
	files = [Stamped(*args[i : i + 3]) for i in range(0, len(args), 3)]
	for file in files:
		file.write_some()
	print("noted", flush=True)
	while running:
		for file in files:
			file.write_some()


def check(path, notes_path):
	notes = open(notes_path, "rb").read()
	# A power cut may tear the last one.
	notes = notes[: len(notes) // NOTE.size * NOTE.size]
	newest = {}
	for number, sequence in NOTE.iter_unpack(notes):
		newest[number] = max(sequence, newest.get(number, 0))
	fd = os.open(path, os.O_RDONLY)
	bad = 0
	for number in range(os.lseek(fd, 0, os.SEEK_END) // BLOCK):
		found, expected = read_block(fd, number), newest.get(number, 0)
		if found is None or found < expected:
			bad += 1
			print(f"block {number}: {'garbage' if found is None else found}, expected {expected} or later")
	print(f"{len(notes) // NOTE.size} acknowledged writes in {len(newest)} blocks, {bad} blocks wrong")
	return 1 if bad or not newest else 0


if __name__ == "__main__":
	sys.exit({"write": write, "fill": fill, "check": check}[sys.argv[1]](*sys.argv[2:]))
