#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""scale_report.py RESULTS PAGE: the tables of what tests/bench/scale measured, into PAGE."""

import json
import sys

sys.dont_write_bytecode = True

from page import replace_tables, table  # after the line that keeps the folder clean

STATES = ['reserving', 'arming', 'copying', 'committing', 'switching', 'retiring']


def word(value):
    return '–' if value is None else f'{value:g}' if isinstance(value, (int, float)) else value


def main():
    with open(sys.argv[1]) as lines:
        results = [json.loads(line) for line in lines if line.strip()]
    size = {}
    for result in results:
        size.setdefault((result['what'], result['count']), {})[result['measure']] = result

    def rows(measures, cells):
        return [[what, word(count), *map(word, cells(found))] for (what, count), found in size.items()
                if any(measure in found for measure in measures)]

    def moved(found):
        move = found.get('move') or {}
        arm = found.get('arm') or {}
        states = move.get('states_ms', {})
        return [found.get('plan', {}).get('ms'), found.get('plan', {}).get('vgs_ms'),
                arm.get('ms') or move.get('armed_ms'), arm.get('lvm_ms') or move.get('armed_lvm_ms'), move.get('ms'),
                move.get('lvm_commands') or arm.get('lvm_commands'), move.get('lvm_ms') or arm.get('lvm_ms'),
                *(states.get(s) for s in STATES)]

    def held(found):
        daemon, status = found.get('daemon', {}), found.get('status', {})
        return [*(status.get(k) for k in ('answer_ms', 'answer_bytes', 'ms', 'version_ms')),
                *(daemon.get(k) for k in ('rss_kib', 'peak_kib', 'cpu_ms'))]

    def flown(found):
        flight = found['flight']
        return [flight['started_ms'], flight['ms'], flight['lvm_commands'], flight['lvm_ms'], flight['mirrors'],
                found.get('abort', {}).get('ms')]

    def watched(found):
        watch = found['watch']
        return [watch['served'], watch['told_per_s'], watch['cpu_ms_per_s'], watch['rss_kib']]

    def woken(found):
        return [found['wakeups'].get(k) for k in ('wakeups', 'requests', 'slept', 'executors', 'cpu_ms')]

    replace_tables(sys.argv[2], {
        'scale-moves': table(
            ['what', 'so many', 'plan', '`vgs`', 'until it copies', 'of that LVM', 'whole move', 'LVM commands', 'their time', *STATES],
            rows(['plan', 'move', 'arm'], moved)),
        'scale-flight': table(['what', 'so many', 'all started', 'all copying', 'LVM commands', 'their time', 'mirrors that copy',
                               'all taken back'], rows(['flight'], flown)),
        'scale-daemon': table(
            ['what', 'so many', 'answer of the daemon, ms', 'its bytes', '`status`, ms', '`--version`, ms', 'resident, KiB',
             'peak, KiB', 'CPU so far, ms'], rows(['daemon', 'status'], held)),
        'scale-watchers': table(['what', 'so many', 'served', 'messages per s', 'CPU, ms per s', 'resident, KiB'],
                                rows(['watch'], watched)),
        'scale-wakeups': table(['what', 'so many', 'wakeups in 10 s', 'requests to executors', 'sleeps of all', 'executors', 'CPU, ms'], rows(['wakeups'], woken)),
    })


main()
