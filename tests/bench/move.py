#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""move.py DEST COMMAND...: runs the command and prints as JSON how long it took, how much reached
DEST (a disk's name), how fast in between (from a tenth to nine tenths of it), and the CPU time of
the machine meanwhile. The samples are taken from the kernel's counters of the disk."""

import json
import os
import subprocess
import sys
import time


def written_bytes(disk):
    with open(f'/sys/block/{disk}/stat') as stat:
        return int(stat.read().split()[6]) * 512


def cpu_busy_s():
    with open('/proc/stat') as stat:
        user, nice, system, _, _, irq, softirq = map(int, stat.readline().split()[1:8])
    return (user + nice + system + irq + softirq) / os.sysconf('SC_CLK_TCK')


def reached(samples, amount):
    return next(when for when, written in samples if written >= amount)


def main():
    disk, command = sys.argv[1], sys.argv[2:]
    base, busy, start = written_bytes(disk), cpu_busy_s(), time.monotonic()
    samples = [(start, 0)]
    child = subprocess.Popen(command, stdout=sys.stderr)
    while child.poll() is None:
        time.sleep(0.05)
        samples.append((time.monotonic(), written_bytes(disk) - base))
    whole = time.monotonic() - start
    total = samples[-1][1]
    copying = reached(samples, total * 0.9) - reached(samples, total * 0.1) if total else 0
    print(json.dumps({
        'status': child.returncode,
        'whole_s': round(whole, 2),
        'written_bytes': total,
        'copy_bytes_s': round(total * 0.8 / copying) if copying else None,
        'cpu_s': round(cpu_busy_s() - busy, 2),
    }))


main()
