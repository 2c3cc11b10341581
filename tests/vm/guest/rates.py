#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""rates.py SECONDS SPAN read|write DISK...: watches the disks for SECONDS, and prints for each, and
for all together, the least and the most bytes a second of any SPAN seconds, and those of the whole."""
import os
import sys
import time

COLUMN = {'read': 2, 'write': 6}


def total(disk, column):
    with open(f'/sys/class/block/{os.path.basename(disk)}/stat', encoding='ascii') as stat:
        return int(stat.read().split()[column]) * 512


def rates(samples, span):
    """Of all pairs of samples that are so far apart, as near as they come."""
    found = []
    for i, (begin, before) in enumerate(samples):
        for end, after in samples[i + 1:]:
            if end - begin >= span:
                found.append((after - before) / (end - begin))
                break
    return found


def main():
    seconds, span, column = float(sys.argv[1]), float(sys.argv[2]), COLUMN[sys.argv[3]]
    disks = sys.argv[4:]
    samples = []
    start = time.monotonic()
    while not samples or samples[-1][0] < start + seconds:
        now = time.monotonic()
        samples.append((now, [total(disk, column) for disk in disks]))
        time.sleep(0.1)
    series = [(disk, [(at, counts[i]) for at, counts in samples]) for i, disk in enumerate(disks)]
    series.append(('all', [(at, sum(counts)) for at, counts in samples]))
    for name, points in series:
        found = rates(points, span)
        whole = (points[-1][1] - points[0][1]) / (points[-1][0] - points[0][0])
        print(name, round(min(found)), round(max(found)), round(whole))


main()
