#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""summary.py LOG: medians of the `result` lines of a benchmark, and ratios to pvmove's default."""

import json
import statistics
import sys

LIMIT_BYTES_S = 200e6

moves = {}
for line in open(sys.argv[1]):
    line = line.removeprefix('# ')
    if not line.startswith('result '):
        continue
    result = json.loads(line[7:])
    if 'model' in result:
        rate = result['bytes_s'] * result['dilation']
        print(f"{result['model']:30} {rate / LIMIT_BYTES_S:.3f} of the limit, "
              f"p50 {result['p50_us'] / result['dilation']:.0f} us, undilated")
    else:
        moves.setdefault(result['who'], []).append(result)


def median(who, field):
    values = [m['figures'][field] for m in moves[who] if m['figures'][field] is not None]
    return statistics.median(values) if values else float('nan')


for who, done in moves.items():
    ratio = median('pvmove', 'whole_s') / median(who, 'whole_s') if 'pvmove' in moves else 0
    print(f"{who:30} {len(done)} times: whole {median(who, 'whole_s'):6.1f} s"
          f" ({ratio:.2f} x pvmove), copying at"
          f" {median(who, 'copy_bytes_s') * done[0]['dilation'] / LIMIT_BYTES_S:.2f} of the limit,"
          f" CPU {median(who, 'cpu_s'):.1f} s")
