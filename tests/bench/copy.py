#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""copy.py SOURCE DEST: copies one block device to another past the page cache, eight pieces of 512 KiB
at a time. It is what user space can do at best with an LV that nobody writes to: the reference of the
benchmark, not a contender."""

import mmap
import os
import sys
import threading

PIECE = 512 << 10
AT_ONCE = 8

source = os.open(sys.argv[1], os.O_RDONLY | os.O_DIRECT)
dest = os.open(sys.argv[2], os.O_WRONLY | os.O_DIRECT)
size = os.lseek(source, 0, os.SEEK_END)
offsets = iter(range(0, size, PIECE))
lock = threading.Lock()
failed = []


def work():
    page = mmap.mmap(-1, PIECE)
    try:
        while True:
            with lock:
                offset = next(offsets, None)
            if offset is None or failed:
                return
            got = os.preadv(source, [memoryview(page)[:min(PIECE, size - offset)]], offset)
            if os.pwritev(dest, [memoryview(page)[:got]], offset) != got:
                raise OSError('short write')
    except OSError as error:
        failed.append(error)


threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
os.fsync(dest)
sys.exit(f'copy.py: {failed[0]}' if failed else 0)
