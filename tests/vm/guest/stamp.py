# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes that can be proved after a power cut.

	stamp.py write FILE MB NOTES	until SIGTERM
	stamp.py check FILE NOTES

Each 4 KiB block of FILE holds its own number, a sequence number and a checksum. A block is written,
synced, and only then noted (number, sequence) in NOTES, which is synced as well and lies on another
disk. So whatever is noted was acknowledged, and has to be found: that write, or a later one of the
same block. The file is written in full before the first note, so that every block is checked.
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


def write(path, mb, notes_path):
	running = True

	def stop(*_):
		nonlocal running
		running = False

	signal.signal(signal.SIGTERM, stop)
	count = mb * 1048576 // BLOCK
	fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
	for number in range(count):
		os.pwrite(fd, make_block(number, 0), number * BLOCK)
	os.fsync(fd)
	notes = os.open(notes_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
	sequence = 0
	while running:
		batch = random.sample(range(count), 8)
		for number in batch:
			sequence += 1
			os.pwrite(fd, make_block(number, sequence), number * BLOCK)
		os.fdatasync(fd)
		first = sequence - len(batch) + 1
		os.write(notes, b"".join(NOTE.pack(n, first + i) for i, n in enumerate(batch)))
		os.fdatasync(notes)


def check(path, notes_path):
	notes = open(notes_path, "rb").read()
	# A power cut may tear the last one.
	notes = notes[: len(notes) // NOTE.size * NOTE.size]
	newest = {}
	for number, sequence in NOTE.iter_unpack(notes):
		newest[number] = max(sequence, newest.get(number, 0))
	fd = os.open(path, os.O_RDONLY)
	bad = 0
	for number in range(os.fstat(fd).st_size // BLOCK):
		found, expected = read_block(fd, number), newest.get(number, 0)
		if found is None or found < expected:
			bad += 1
			print(f"block {number}: {'garbage' if found is None else found}, expected {expected} or later")
	print(f"{len(notes) // NOTE.size} acknowledged writes in {len(newest)} blocks, {bad} blocks wrong")
	return 1 if bad or not newest else 0


if __name__ == "__main__":
	if sys.argv[1] == "write":
		write(sys.argv[2], int(sys.argv[3]), sys.argv[4])
	else:
		sys.exit(check(sys.argv[2], sys.argv[3]))
