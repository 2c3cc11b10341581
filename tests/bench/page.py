# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables in Markdown, and their places in a page: between `<!-- table NAME -->` and `<!-- end -->`."""

import re
import sys


def table(head, rows):
    lines = [head, ['---'] * len(head), *rows]
    return '\n'.join('| ' + ' | '.join(line) + ' |' for line in lines)


def replace_tables(path, tables):
    with open(path) as file:
        page = file.read()
    for name, text in tables.items():
        page, count = re.subn(rf'(<!-- table {name} -->\n).*?(<!-- end -->)',
                              lambda m, new=text: f'{m[1]}{new}\n{m[2]}', page, flags=re.S)
        if count != 1:
            sys.exit(f'{path} has no place for the table {name}')
    with open(path, 'w') as file:
        file.write(page)
