#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""move.py DEST SIZE_MB LOAD WORK COMMAND...: runs the command and prints as JSON how long it took, how fast
SIZE_MB reached DEST (a disk's name) in mid-copy (from a tenth to nine tenths of it), the CPU time of the
machine meanwhile, and which mirrors copied. With LOAD (I/Os per second, 4 KiB each, half of them writes)
fio works on the LV meanwhile, and its latencies are told for before, amid and after the copying.

What fio writes reaches DEST too and is not told from copies: it is the same for all, a few per cent."""

import glob
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

CURVE_POINTS = 40


def written_bytes(disk):
    with open(f'/sys/block/{disk}/stat') as stat:
        return int(stat.read().split()[6]) * 512


def cpu_busy_s():
    with open('/proc/stat') as stat:
        user, nice, system, _, _, irq, softirq = map(int, stat.readline().split()[1:8])
    return (user + nice + system + irq + softirq) / os.sysconf('SC_CLK_TCK')


def mirrors_now():
    """How many mirrors copy, and the size of their regions."""
    table = subprocess.run(['dmsetup', 'table'], capture_output=True, text=True).stdout
    regions = [int(r) for r in re.findall(r' mirror core \d+ (\d+) (?!nosync)', table)]
    return {'mirrors': len(regions), 'region_kib': max(regions, default=0) // 2}


class Load:
    """fio at a fixed rate on the LV; its log has a line `ms, ns, direction, ...` for each I/O."""

    def __init__(self, rate, work):
        self.log = f'{work}/load'
        for old in glob.glob(self.log + '_*'):
            os.unlink(old)
        self.fio = subprocess.Popen([
            'fio', '--name=load', '--filename=/dev/vg/lv', '--rw=randrw', '--bs=4k', '--direct=1',
            '--ioengine=libaio', '--iodepth=32', f'--rate_iops={rate // 2},{rate // 2}',
            '--time_based', '--runtime=3600', f'--write_lat_log={self.log}', '--log_unix_epoch=1',
            '--randrepeat=1', f'--output={self.log}.out'])
        time.sleep(3)

    def end(self):
        time.sleep(0.5)
        self.fio.send_signal(signal.SIGINT)
        self.fio.wait()
        # Pairs of s since the epoch, and us.
        done = []
        for name in glob.glob(self.log + '_lat.*.log'):
            with open(name) as log:
                for line in log:
                    ms, ns = line.split(',')[:2]
                    done.append((int(ms) / 1000, int(ns) / 1000))
        return done


class Watcher:
    """What the status says, as it goes on, of how a copy gives way: seconds, steps, I/Os, slow ones."""

    def __init__(self):
        self.begin, self.curve = time.time(), []
        self.child = subprocess.Popen(['pvmovectl', 'status', '--watch', '--json'], stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL, text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.child.stdout:
            for move in json.loads(line)['moves']:
                seen = move['latency']
                if seen:
                    steps = seen['narrowed']
                    self.curve.append([round(time.time() - self.begin, 2), None if seen['aside'] else steps,
                                       seen['ios'], seen['slow_ios']])

    def end(self):
        self.child.terminate()
        return self.curve


def latencies(done, begin_s, end_s):
    us = sorted(latency for when, latency in done if begin_s <= when < end_s)
    if not us:
        return {'count': 0}
    return {
        'count': len(us),
        'iops': round(len(us) / (end_s - begin_s), 1),
        'p50_us': round(us[len(us) // 2]),
        'p99_us': round(us[min(len(us) - 1, len(us) * 99 // 100)]),
        'max_us': round(us[-1]),
    }


def reached(samples, amount):
    return next((when for when, written in samples if written >= amount), None)


def main():
    disk, size, rate, work = sys.argv[1], int(sys.argv[2]) << 20, int(sys.argv[3]), sys.argv[4]
    command = sys.argv[5:]
    load = Load(rate, work) if rate else None
    watcher = Watcher() if '--max-latency' in command else None
    base, busy, begin = written_bytes(disk), cpu_busy_s(), time.time()
    samples, mirrors = [(begin, 0)], None
    child = subprocess.Popen(command, stdout=sys.stderr)
    while child.poll() is None:
        time.sleep(0.05)
        samples.append((time.time(), written_bytes(disk) - base))
        if mirrors is None and samples[-1][1] > size / 2:
            mirrors = mirrors_now()
    end = time.time()
    busy = cpu_busy_s() - busy
    early, late = reached(samples, size * 0.1), reached(samples, size * 0.9)
    figures = {
        'status': child.returncode,
        'whole_s': round(end - begin, 2),
        'copy_bytes_s': round(size * 0.8 / (late - early)) if late and late > early else None,
        'cpu_s': round(busy, 2),
        **(mirrors or {}),
        'curve': [[round(when - begin, 2), written]
                  for when, written in samples[::max(1, len(samples) // CURVE_POINTS)]],
    }
    if watcher:
        figures['narrowed'] = watcher.end()
    if load:
        done = load.end()
        first, last = reached(samples, size * 0.01), reached(samples, size * 0.99)
        figures['before'] = latencies(done, begin - 2, begin)
        if first and last:
            figures['arm'] = latencies(done, begin, first)
            figures['copy'] = latencies(done, first, last)
            figures['switch'] = latencies(done, last, end + 0.4)
    print(json.dumps(figures))


main()
