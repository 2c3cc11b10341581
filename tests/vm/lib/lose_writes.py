# SPDX-License-Identifier: GPL-2.0-or-later
"""What a disk with a volatile cache holds after a power cut.

	lose_writes.py NOTES IMAGE none|all|start|NUMBER

NOTES is what QEMU's blklogwrites noted of one boot, in the format of dm-log-writes: every write and
flush in the order in which they were completed. IMAGE is the disk as it was before, and is made
what the power cut left: all that was flushed or written through, and of the rest nothing, everything,
what is in the disk's first MiB (where LVM keeps its metadata), or some of it. In the last case NUMBER
seeds the choice: a write is there, or lost, or torn, its sectors each there or lost. A later write can
be there without an earlier one, as with a real cache.

Prints how many writes were lost, wholly or in part.
"""
import mmap, random, struct, sys

SECTOR = 512
START = 2048
ENTRY = struct.Struct("<4Q")  # sector, sectors, flags, length of text
FLUSH, FUA, DISCARD, MARK = 1, 2, 4, 8
MAGIC = 0x6A736677736872


def entries(notes):
	"""Yields (sector, data, flags). Ends at what the death of QEMU left unwritten."""
	at = SECTOR
	while at + ENTRY.size <= len(notes):
		sector, count, flags, text_len = ENTRY.unpack_from(notes, at)
		if count == 0 and flags == 0:
			return
		if flags & (DISCARD | MARK) or text_len:
			sys.exit("the notes hold what nobody asks these disks for")
		at += SECTOR
		yield sector, notes[at : at + count * SECTOR], flags
		at += count * SECTOR


def put(image, sector, data):
	image.seek(sector * SECTOR)
	image.write(data)


def put_some(image, sector, data, chance):
	"""Returns whether something is missing."""
	fate = chance.choice(("there", "lost", "torn"))
	missing = 0
	for i in range(0, len(data), SECTOR):
		if fate == "there" or (fate == "torn" and chance.random() < 0.5):
			put(image, sector + i // SECTOR, data[i : i + SECTOR])
		else:
			missing = 1
	return missing


def main(notes_path, image_path, what):
	with open(notes_path, "rb") as file, open(image_path, "r+b") as image:
		notes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
		# The head is written with the first flush.
		if struct.unpack_from("<Q", notes)[0] not in (MAGIC, 0):
			sys.exit("these are no notes of writes")
		cached = []
		for sector, data, flags in entries(notes):
			if flags & FLUSH:
				for write in cached:
					put(image, *write)
				cached = []
			if data and flags & FUA:
				put(image, sector, data)
			elif data:
				cached.append((sector, data))
		if what == "none":
			lost = len(cached)
		elif what == "all":
			for write in cached:
				put(image, *write)
			lost = 0
		elif what == "start":
			lost = sum(sector >= START for sector, _ in cached)
			for sector, data in cached:
				if sector < START:
					put(image, sector, data)
		else:
			chance = random.Random(f"{what} {notes_path.rsplit('/', 1)[-1]}")
			lost = sum(put_some(image, *write, chance) for write in cached)
	print(lost)


main(*sys.argv[1:])
