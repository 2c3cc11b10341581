#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Small reckonings for bench.guest:

figures.py say KEY=VALUE...      prints a result; values are JSON, or else words
figures.py expect SIZE DEPTH JUMPS   bytes/s and us for requests of SIZE by what the model's parameters come to
figures.py model FIO-JSON BYTES_S US DILATION   what fio measured of the model, beside what it is made for"""

import json
import sys

PARAMETERS = '/sys/module/modeldisk/parameters'


def say(words):
    result = {}
    for word in words:
        key, value = word.split('=', 1)
        try:
            result[key] = json.loads(value)
        except ValueError:
            result[key] = value
    print('result', json.dumps(result))


def parameter(name):
    with open(f'{PARAMETERS}/{name}') as file:
        return int(file.read())


def expect(size, depth, jumps):
    medium_ns = parameter('request_ns') + size * 1e9 / parameter('bytes_s')
    if jumps:
        medium_ns += parameter('seek_ns') + parameter('rotation_ns') // 2
    # So long a request takes when there are always so many: the medium serves one after the other.
    request_ns = max(medium_ns + parameter('latency_ns'), depth * medium_ns)
    print(round(depth * size / request_ns * 1e9), round(request_ns / 1e3))


def model(fio_json, bytes_s, us, dilation):
    with open(fio_json) as file:
        job = json.load(file)['jobs'][0]
    side = max(job['read'], job['write'], key=lambda s: s['io_bytes'])
    print(json.dumps({
        'bytes_s': side['bw_bytes'] * int(dilation), 'expected_bytes_s': int(bytes_s),
        'mean_us': round(side['clat_ns']['mean'] / 1000 / int(dilation)), 'expected_us': int(us)}))


match sys.argv[1]:
    case 'say':
        say(sys.argv[2:])
    case 'expect':
        expect(*map(int, sys.argv[2:5]))
    case 'model':
        model(*sys.argv[2:6])
