#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures for scale.guest; each prints a line `result {...}`. WHAT COUNT say what the figure grows with.

scale.py text FILE lvs|small|segments N     the text of a VG with N LVs of an extent, N larger ones to
                                            move, or with an LV in N segments
scale.py plan|move|arm WHAT COUNT SRC DEST  a dry run; a move, with the time in each state and in LVM's
                                            commands; a move until it copies
scale.py flight WHAT COUNT SRC DEST         moves of the small LVs, until all copy; leaves them so
scale.py land COUNT                         takes them all back
scale.py status WHAT COUNT SOCKET           pvmovectl status, with --json, and the daemon's answer alone
scale.py daemon WHAT COUNT PID              memory and CPU of the daemon until now
scale.py watch WHAT COUNT SOCKET PID        the same with COUNT clients that watch, in ten seconds
scale.py wakeups WHAT COUNT PID             how often the daemon and its executors woke in ten seconds (x86-64)"""

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid

TRACING = '/sys/kernel/tracing'
# Extents of the LVs that many moves are of: at a hundredth of the time none is copied before all are under way.
SMALL = 96


def say(what, count, **figures):
    print('result', json.dumps({'what': what, 'count': int(count), **figures}))


def segment(number, le, pv, pe, extents=1):
    return (f'segment{number} {{\nstart_extent = {le}\nextent_count = {extents}\ntype = "striped"\n'
            f'stripe_count = 1\nstripes = [ "{pv}", {pe} ]\n}}\n')


def lv_uuid():
    digits = uuid.uuid4().hex
    return '-'.join([digits[:6], *(digits[i:i + 4] for i in range(6, 26, 4)), digits[26:32]])


def vg_text(path, shape, number):
    """The VG has one LV, `lv`, of four extents on pv0."""
    with open(path) as file:
        text = file.read()
    begin = text.index('logical_volumes {')
    if shape in ('lvs', 'small'):
        # Inactive LVs of an extent each on the other PV, or larger ones to be moved, behind the first.
        def stretch(i):
            return segment(1, 0, 'pv1', i) if shape == 'lvs' else segment(1, 0, 'pv0', 4 + SMALL * i, SMALL)

        more = ''.join(
            f'lv{i} {{\nid = "{lv_uuid()}"\nstatus = ["READ", "WRITE", "VISIBLE"]\nflags = []\n'
            f'creation_time = 1\ncreation_host = "x"\nsegment_count = 1\n{stretch(i)}}}\n'
            for i in range(number - (shape == 'lvs')))
        begin += len('logical_volumes {')
        return text[:begin] + '\n' + more + text[begin:]
    body = ''.join(segment(i + 1, i, 'pv0', 2 * i) for i in range(number))
    return re.sub(r'segment_count = 1\b.*?stripes = \[.*?\]\s*\}', lambda m: f'segment_count = {number}\n{body}',
                  text, count=1, flags=re.S)


def seconds_of(command, times=5):
    """The median of some runs, in ms."""
    took = []
    for _ in range(times):
        begin = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        took.append(time.monotonic() - begin)
    return round(statistics.median(took) * 1000)


def trace(name, value):
    with open(f'{TRACING}/{name}', 'w') as file:
        file.write(value)


def trace_begin():
    if not os.path.exists(f'{TRACING}/trace'):
        subprocess.run(['mount', '-t', 'tracefs', 'tracefs', TRACING], check=True)
    trace('tracing_on', '0')
    trace('trace', '')
    trace('trace_clock', 'mono')
    for event in ('exec', 'exit'):
        trace(f'events/sched/sched_process_{event}/enable', '1')
    trace('tracing_on', '1')


def trace_end(until=float('inf')):
    """How many LVM commands began before that time, and how long they took all together in ms."""
    trace('tracing_on', '0')
    began, ms, count = {}, 0, 0
    with open(f'{TRACING}/trace') as lines:
        for line in lines:
            found = re.search(r' (\d+\.\d+): sched_process_(\w+): (.*)', line)
            if not found:
                continue
            when, event, rest = float(found[1]), found[2], found[3]
            pid = re.search(r'\bpid=(\d+)', rest)[1]
            if event == 'exec' and re.search(r'filename=\S*/(lvm|(vg|lv|pv)(?!move)\w+)\b', rest):
                if when < until:
                    began[pid] = when
            elif event == 'exit' and pid in began:
                ms += (when - began.pop(pid)) * 1000
                count += 1
    return count, round(ms)


def plan(what, count, source, dest):
    say(what, count, measure='plan', ms=seconds_of(['pvmovectl', 'start', '--dry-run', source, dest]),
        vgs_ms=seconds_of(['vgs', 'vg']), pvs_ms=seconds_of(['pvs', source]))


def move(what, count, source, dest):
    states, state, since, copying = {}, 'start', time.monotonic(), None
    begin = since
    trace_begin()
    with subprocess.Popen(['pvmovectl', 'start', '--wait', source, dest], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True) as child:
        said = ''
        for line in child.stdout:
            said += line
            now = time.monotonic()
            found = re.search(r'; \S+: (\w+)$', line)
            if found and found[1] != state:
                states[state] = states.get(state, 0) + now - since
                state, since = found[1], now
                copying = copying or (now if state == 'copying' else None)
    states[state] = states.get(state, 0) + time.monotonic() - since
    if child.returncode:
        sys.exit(f'the move failed: {said}')
    end = time.monotonic()
    commands, commands_ms = trace_end()
    say(what, count, measure='move', ms=round((end - begin) * 1000), lvm_commands=commands, lvm_ms=commands_ms,
        armed_ms=copying and round((copying - begin) * 1000), armed_lvm_ms=copying and trace_end(copying)[1],
        states_ms={s: round(t * 1000) for s, t in states.items()})


def moves():
    answer = subprocess.run(['pvmovectl', 'status', '--json'], check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)['moves']


def wait_for(what, is_so, seconds, every=1.0):
    """Until that is so of the moves."""
    end = time.monotonic() + seconds
    while not is_so(moves()):
        if time.monotonic() > end:
            sys.exit(f'it does not come to this: {what}')
        time.sleep(every)


def flight(what, count, source, dest):
    begin = time.monotonic()
    trace_begin()
    for i in range(int(count)):
        subprocess.run(['pvmovectl', 'start', '-n', f'lv{i}', source, dest], check=True, stdout=subprocess.DEVNULL)
    started = time.monotonic()
    wait_for('all copy', lambda all_of: all(p['state'] == 'copying' for m in all_of for p in m['passes']), 1200)
    took = time.monotonic() - begin
    commands, commands_ms = trace_end()
    mirrors = subprocess.run(['dmsetup', 'table'], check=True, capture_output=True, text=True).stdout
    say(what, count, measure='flight', started_ms=round((started - begin) * 1000), ms=round(took * 1000),
        lvm_commands=commands, lvm_ms=commands_ms, mirrors=len(re.findall(r' mirror \S+ \d+ \d+ sync', mirrors)))


def land(count):
    begin = time.monotonic()
    for i in range(1, int(count) + 1):
        subprocess.run(['pvmovectl', 'abort', str(i)], check=True, stdout=subprocess.DEVNULL)
    wait_for('all are aborted', lambda all_of: sum(m['state'] == 'aborted' for m in all_of) == int(count), 1200)
    say('moves under way', count, measure='abort', ms=round((time.monotonic() - begin) * 1000))


def arm(what, count, source, dest):
    begin = time.monotonic()
    trace_begin()
    subprocess.run(['pvmovectl', 'start', source, dest], check=True, stdout=subprocess.DEVNULL)
    while True:
        passes = moves()[-1]['passes']
        if passes and all(p['state'] == 'copying' for p in passes):
            break
        if time.monotonic() - begin > 300:
            sys.exit(f'it does not come to copying: {passes}')
        time.sleep(0.05)
    took = time.monotonic() - begin
    commands, commands_ms = trace_end()
    say(what, count, measure='arm', ms=round(took * 1000), lvm_commands=commands, lvm_ms=commands_ms)


def answer_ms(path):
    """Of the daemon alone: from the call to the end of the answer, on a connection that is there; and its size."""
    took, size = [], 0
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        for _ in range(9):
            begin, size = time.monotonic(), 0
            client.sendall(b'{"method":"org.pvmoved.List"}\0')
            while True:
                data = client.recv(1 << 20)
                size += len(data)
                if not data or data.endswith(b'\0'):
                    break
            took.append(time.monotonic() - begin)
    return round(statistics.median(took) * 1000, 1), size


def status(what, count, path):
    alone_ms, size = answer_ms(path)
    client = ['pvmovectl', '--socket', path]
    say(what, count, measure='status', ms=seconds_of([*client, 'status']),
        json_ms=seconds_of([*client, 'status', '--json']), version_ms=seconds_of([*client, '--version']),
        answer_ms=alone_ms, answer_bytes=size)


def cpu_ms(pid):
    with open(f'/proc/{pid}/stat') as file:
        fields = file.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 // os.sysconf('SC_CLK_TCK')


def status_field(pid, name):
    with open(f'/proc/{pid}/status') as file:
        return int(re.search(rf'^{name}:\s*(\d+)', file.read(), re.M)[1])


def daemon(what, count, pid):
    say(what, count, measure='daemon', rss_kib=status_field(pid, 'VmRSS'), peak_kib=status_field(pid, 'VmHWM'),
        cpu_ms=cpu_ms(pid))


def drain(watcher, counts, i):
    try:
        while data := watcher.recv(65536):
            counts[i] += data.count(b'\0')
    except OSError:
        pass


def watch(what, count, path, pid):
    watchers, counts = [], [0] * int(count)
    for i in range(int(count)):
        watcher = socket.socket(socket.AF_UNIX)
        watcher.connect(path)
        watcher.sendall(b'{"method":"org.pvmoved.List","more":true}\0')
        threading.Thread(target=drain, args=(watcher, counts, i), daemon=True).start()
        watchers.append(watcher)
    time.sleep(2)
    before_ms, told = cpu_ms(pid), sum(counts)
    time.sleep(10)
    say(what, count, measure='watch', cpu_ms_per_s=(cpu_ms(pid) - before_ms) / 10, served=sum(c > 0 for c in counts),
        told_per_s=(sum(counts) - told) / 10, rss_kib=status_field(pid, 'VmRSS'))
    for watcher in watchers:
        watcher.shutdown(socket.SHUT_RDWR)


def wakeups(what, count, pid):
    """Returns of the daemon from waiting, requests that executors took, and how often any of them slept."""
    pids = [pid, *subprocess.run(['pgrep', '-x', 'pvmoved-dm'], capture_output=True, text=True).stdout.split()]
    trace_begin()
    trace('events/raw_syscalls/sys_exit/filter', 'id == 232 || id == 281 || (id == 0 && ret == 4)')
    trace('set_event_pid', ' '.join(pids))
    time.sleep(3)
    slept = {p: status_field(p, 'voluntary_ctxt_switches') for p in pids}
    before_ms = cpu_ms(pid)
    trace('events/raw_syscalls/sys_exit/enable', '1')
    time.sleep(10)
    trace('events/raw_syscalls/sys_exit/enable', '0')
    with open(f'{TRACING}/trace') as file:
        lines = [line for line in file if ' sys_exit: ' in line]
    requests = sum(': NR 0 ' in line for line in lines)
    trace('set_event_pid', '')
    say(what, count, measure='wakeups', cpu_ms=cpu_ms(pid) - before_ms, executors=len(pids) - 1,
        wakeups=len(lines) - requests, requests=requests,
        slept=sum(status_field(p, 'voluntary_ctxt_switches') - slept[p] for p in pids))


def main():
    verb, arguments = sys.argv[1], sys.argv[2:]
    if verb == 'text':
        print(vg_text(arguments[0], arguments[1], int(arguments[2])))
    else:
        {'plan': plan, 'move': move, 'arm': arm, 'flight': flight, 'land': land, 'status': status, 'daemon': daemon,
         'watch': watch, 'wakeups': wakeups}[verb](*arguments)


main()
