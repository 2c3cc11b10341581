#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""summary.py RESULTS: medians of what tests/bench/run measured (a JSON object per line), and ratios to
pvmove's default. Latencies are of the disk's time (divided by the dilation), seconds and stalls of the
clock. Also what report.py reckons with."""

import json
import statistics
import sys

LIMIT_BYTES_S = {'ssd': 200e6, 'nvme': 2e9, 'hdd': 100e6}


def load(path):
    with open(path) as lines:
        return [json.loads(line) for line in lines if line.strip()]


def median(values):
    values = [v for v in values if v is not None]
    return statistics.median(values) if values else None


def contenders(results, kind, part):
    """Each contender's moves, in the order of the first round."""
    sides = {}
    for result in results:
        if result['kind'] == kind and result.get('part') == part:
            sides.setdefault(result['who'], []).append(result)
    return sides


def figure(moves, *path):
    """The median of a figure, or None where it was not measured."""
    values = []
    for move in moves:
        value = move['figures']
        for key in path:
            value = value.get(key) if value else None
        values.append(value)
    return median(values)


def share_of_limit(moves):
    rate = figure(moves, 'copy_bytes_s')
    return rate and rate * moves[0]['dilation'] / LIMIT_BYTES_S[moves[0]['kind']]


def latency_ms(moves, phase, which):
    us = figure(moves, phase, which)
    return us and us / moves[0]['dilation'] / 1000


def stall_ms(moves, phase):
    us = figure(moves, phase, 'max_us')
    return us and us / 1000


def text(value, form):
    return '–' if value is None else format(value, form)


def model_lines(results, kind):
    for result in results:
        if result['kind'] == kind and 'model' in result:
            f = result['figures']
            yield (result['model'], f['bytes_s'] / 1e6, f['expected_bytes_s'] / 1e6,
                   f['mean_us'] / 1000, f['expected_us'] / 1000)


def show(results):
    for kind in dict.fromkeys(r['kind'] for r in results):
        print(f'{kind}:')
        for what, rate, expected, ms, expected_ms in model_lines(results, kind):
            print(f'  {what:28} {rate:8.1f} MB/s, made for {expected:8.1f} ({rate / expected:.3f});'
                  f' mean {ms:.3f} ms, made for {expected_ms:.3f}')
        for part in ('idle', 'load', 'guard', 'segments'):
            sides = contenders(results, kind, part)
            base = figure(sides['pvmove'], 'whole_s') if 'pvmove' in sides else None
            for who, moves in sides.items():
                whole = figure(moves, 'whole_s')
                print(f'  {part:8} {who:28} {len(moves)} x: whole {whole:6.1f} s'
                      f' ({text(base and base / whole, ".2f")} x pvmove), copying at'
                      f' {text(share_of_limit(moves), ".2f")} of the limit,'
                      f' CPU {figure(moves, "cpu_s"):.1f} s,'
                      f' {text(figure(moves, "mirrors"), ".0f")} x {text(figure(moves, "region_kib"), ".0f")} KiB')
                if part in ('load', 'guard'):
                    phase = 'copy' if who != 'nobody' else 'before'
                    print(f'           p50 {text(latency_ms(moves, phase, "p50_us"), ".2f")}'
                          f' p99 {text(latency_ms(moves, phase, "p99_us"), ".2f")}'
                          f' max {text(latency_ms(moves, phase, "max_us"), ".2f")} ms,'
                          f' {text(figure(moves, phase, "iops"), ".0f")} I/Os per s of the clock; stall at arm'
                          f' {text(stall_ms(moves, "arm"), ".0f")}, at switch {text(stall_ms(moves, "switch"), ".0f")} ms')


if __name__ == '__main__':
    show(load(sys.argv[1]))
