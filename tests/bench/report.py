#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""report.py RESULTS FOLDER [PAGE]: plots (SVG) in FOLDER of what tests/bench/run measured, and its tables
between the marks `<!-- table NAME -->` and `<!-- end -->` of PAGE; what is between them is replaced."""

import sys

sys.dont_write_bytecode = True

import summary  # after the line that keeps the folder clean
import svg
from page import replace_tables, table

KINDS = {'ssd': 'SSD, 200 MB/s', 'nvme': 'NVMe, 2 GB/s', 'hdd': 'hard disk, 100 MB/s'}
NO_MOVE = 'nobody'


def kinds_of(results, part):
    return [k for k in KINDS if summary.contenders(results, k, part)]


def model_table(results):
    rows = [[KINDS[kind], what, f'{rate:.1f}', f'{expected:.1f}', f'{rate / expected:.3f}',
             f'{ms:.3f}', f'{expected_ms:.3f}', f'{ms / expected_ms:.2f}']
            for kind in KINDS
            for what, rate, expected, ms, expected_ms in summary.model_lines(results, kind)]
    return table(['disk', 'load', 'MB/s', 'made for', 'ratio', 'mean ms', 'made for', 'ratio'], rows)


def idle_table(results, part='idle'):
    rows = []
    for kind in kinds_of(results, part):
        sides = summary.contenders(results, kind, part)
        base = summary.figure(sides['pvmove'], 'whole_s') if 'pvmove' in sides else None
        for who, moves in sides.items():
            whole = summary.figure(moves, 'whole_s')
            mirrors = summary.figure(moves, 'mirrors')
            rows.append([
                KINDS[kind], who, str(len(moves)),
                summary.text(summary.share_of_limit(moves), '.2f'), f'{whole:.1f}',
                summary.text(base and base / whole, '.2f'), f"{summary.figure(moves, 'cpu_s'):.1f}",
                f"{mirrors:.0f} × {summary.figure(moves, 'region_kib'):.0f} KiB" if mirrors else '–'])
    return table(['disk', 'who', 'times', 'copying, of the limit', 'whole command, s',
                  '× pvmove', 'CPU, s', 'mirrors'], rows)


def load_table(results):
    rows = []
    for kind in kinds_of(results, 'load'):
        for who, moves in summary.contenders(results, kind, 'load').items():
            phase = 'before' if who == NO_MOVE else 'copy'
            rows.append([
                KINDS[kind], 'no move' if who == NO_MOVE else who,
                summary.text(summary.share_of_limit(moves), '.2f'),
                *(summary.text(summary.latency_ms(moves, phase, which), '.2f')
                  for which in ('p50_us', 'p99_us', 'max_us')),
                summary.text(scaled_iops(moves, phase), '.0f'),
                summary.text(summary.figure(moves, phase, 'count'), '.0f'),
                summary.text(summary.stall_ms(moves, 'arm'), '.0f'),
                summary.text(summary.stall_ms(moves, 'switch'), '.0f')])
    return table(['disk', 'who', 'copying, of the limit', 'p50 ms', 'p99 ms', 'max ms', 'I/Os per s', 'I/Os',
                  'stall at arm, ms of the clock', 'at switch'], rows)


def limits_table(results):
    rows = [[KINDS[kind], who, str(rounds), f'{asked / 1e6:.2f}', f'{asked / disk * 100:.0f} %',
             f'{least:.3f}', f'{most:.3f}', f'{whole:.3f}']
            for kind in KINDS
            for who, asked, disk, least, most, whole, rounds in summary.limit_lines(results, kind)]
    return table(['disk', 'limit', 'times', 'MB/s of the clock', 'of the disk', 'least in any 10 s',
                  'most', 'in all'], rows)


def widths(move):
    """How wide it was copied, 1 being the widest and 0 not at all, by the second."""
    return [(s, 0 if steps is None else 0.5 ** steps) for s, steps, _, _ in move['figures'].get('narrowed', [])]


def count_changes(move):
    curve = [width for _, width in widths(move)]
    return sum(a != b for a, b in zip(curve, curve[1:]))


def guard_table(results):
    rows = []
    for kind in kinds_of(results, 'guard'):
        for who, moves in summary.contenders(results, kind, 'guard').items():
            guarded = [m for m in moves if widths(m)]
            seen = [m['figures']['narrowed'][-1] for m in guarded]
            slow = summary.median([slow_ios / ios for _, _, ios, slow_ios in seen if ios])
            rows.append([
                KINDS[kind], who, str(len(moves)), summary.text(summary.share_of_limit(moves), '.2f'),
                *(summary.text(summary.latency_ms(moves, 'copy', which), '.2f')
                  for which in ('p50_us', 'p99_us', 'max_us')),
                summary.text(slow and slow * 100, '.2f') if guarded else '–',
                summary.text(summary.median([count_changes(m) for m in guarded]), '.0f'),
                f"{summary.figure(moves, 'whole_s'):.0f}"])
    return table(['disk', 'who', 'times', 'copying, of the limit', 'p50 ms', 'p99 ms', 'max ms',
                  'above the bound, %', 'changes of the width', 'whole command, s'], rows)


def width_plot(results):
    kind = kinds_of(results, 'guard')[0]
    series = [(who, widths(moves[0])) for who, moves in summary.contenders(results, kind, 'guard').items()
              if widths(moves[0])]
    return svg.lines(f'How wide a copy is that gives way ({KINDS[kind]}; the first round)', series, 'seconds',
                     'of the widest')


def scaled_iops(moves, phase):
    iops = summary.figure(moves, phase, 'iops')
    return iops and iops * moves[0]['dilation']


def rate_plot(results):
    groups = []
    for kind in kinds_of(results, 'idle'):
        rows = [(who, summary.share_of_limit(moves) or 0)
                for who, moves in summary.contenders(results, kind, 'idle').items()]
        groups.append((KINDS[kind], [(who, share, f'{share:.2f}') for who, share in rows]))
    return svg.bars('Copying, as a share of what the disks can do', groups, (1, 'the limit'))


def whole_plot(results):
    kind = kinds_of(results, 'idle')[0]
    sides = summary.contenders(results, kind, 'idle')
    moves = next(iter(sides.values()))[0]
    limit_s = (moves['size_mb'] << 20) * moves['dilation'] / summary.LIMIT_BYTES_S[kind]
    rows = [(who, summary.figure(moves, 'whole_s')) for who, moves in sides.items()]
    return svg.bars(f'Whole command, seconds ({KINDS[kind]}; commands at the speed of an emulated CPU)',
                    [(kind, [(who, s, f'{s:.1f} s') for who, s in rows])],
                    (limit_s, f'size / limit: {limit_s:.1f} s'))


def latency_plot(results):
    groups = []
    for kind in kinds_of(results, 'load'):
        rows = []
        for who, moves in summary.contenders(results, kind, 'load').items():
            p99 = summary.latency_ms(moves, 'before' if who == NO_MOVE else 'copy', 'p99_us')
            if p99 is not None:
                share = summary.share_of_limit(moves)
                note = '' if who == NO_MOVE else f', copying at {summary.text(share, ".2f")}'
                rows.append(('no move' if who == NO_MOVE else who, p99, f'{p99:.1f} ms{note}'))
        groups.append((KINDS[kind], rows))
    return svg.bars('p99 of a 4 KiB random load while copying', groups)


def progress_plot(results):
    kind = kinds_of(results, 'idle')[0]
    series = []
    for who, moves in summary.contenders(results, kind, 'idle').items():
        # The run in the middle stands for all.
        moves = sorted(moves, key=lambda m: m['figures']['whole_s'])
        curve = moves[len(moves) // 2]['figures']['curve']
        series.append((who, [(s, written / (1 << 20)) for s, written in curve]))
    return svg.lines(f'MiB at the destination over the time of the whole command ({KINDS[kind]})', series,
                     'seconds', 'MiB')


def main():
    results, folder = summary.load(sys.argv[1]), sys.argv[2]
    for name, plot in (('rate', rate_plot), ('whole', whole_plot), ('latency', latency_plot),
                       ('progress', progress_plot), ('width', width_plot)):
        if name == 'width' and not kinds_of(results, 'guard'):
            continue
        with open(f'{folder}/{name}.svg', 'w') as file:
            file.write(plot(results))
    if len(sys.argv) < 4:
        return
    tables = {'model': model_table(results), 'idle': idle_table(results), 'load': load_table(results),
              'segments': idle_table(results, 'segments'), 'limits': limits_table(results), 'guard': guard_table(results)}
    replace_tables(sys.argv[3], tables)


main()
