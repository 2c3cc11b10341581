#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""history.py JOURNAL COUNT: the one move in that journal (docs/journal.md), which has ended, so many times."""

import json
import struct
import sys

HEADER = struct.Struct('<8sI4x8sQ')  # magic, version, file id, first sequence number
RECORD = b'\xffREC'


def make_table():
    for crc in range(256):
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
        yield crc


TABLE = list(make_table())


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xff]
    return struct.pack('<I', crc ^ 0xffffffff)


def records(data):
    at = HEADER.size
    while data[at:at + 4] == RECORD:
        length = struct.unpack_from('<I', data, at + 4)[0]
        yield json.loads(data[at + 20:at + 20 + length])
        at += 20 + length


def as_it_ended(data):
    """One record for all: the move's, with its pass as the last record of that says."""
    move, last = None, None
    for record in records(data):
        move = record.get('move', move)
        last = record.get('pass', last)
    if not move or not last or last['state'] != 'done':
        sys.exit('there is no move in it that is done')
    move['finished_us'] = last['at_us']
    move['passes'][0].update({key: last[key] for key in last if key in move['passes'][0]})
    return move


def main():
    path, count = sys.argv[1], int(sys.argv[2])
    with open(path, 'rb') as file:
        data = file.read()
    magic, version, file_id, _ = HEADER.unpack_from(data)
    move = as_it_ended(data)
    front = magic + struct.pack('<I', version)
    back = file_id + struct.pack('<Q', 1)
    written = [front, crc32c(front + back), back]
    for number in range(1, count + 1):
        move.update(id=number, uuid=f'00000000-0000-4000-8000-{number:012}')
        text = json.dumps({'version': 1, 'move': move}).encode()
        head = RECORD + struct.pack('<IQ', len(text), number)
        written += [head, crc32c(file_id + head + text), text]
    with open(path, 'wb') as file:
        file.write(b''.join(written))


main()
