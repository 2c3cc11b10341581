# SPDX-License-Identifier: GPL-2.0-or-later
"""Two kinds of plots as SVG text, for report.py: horizontal bars in groups, and lines over time."""

from html import escape

WIDTH = 760
LEFT = 230
ROW = 22
COLOURS = ['#888888', '#0b6fb8', '#b5651d', '#3c8d40', '#8a4fa3', '#c23b3b', '#5b8a8a']


def colour_of(label, place=None):
    """A contender looks the same in all plots; pvmoved is blue. Others by their place, where they have one."""
    known = ['pvmove', 'pvmoved', 'pvmove -i1', 'copy in user space', 'pvmove -i0']
    if label in known:
        return COLOURS[known.index(label)]
    return COLOURS[5 + len(label) % 2 if place is None else 1 + place % (len(COLOURS) - 1)]


def label(x, y, words, anchor='start', bold=False):
    weight = ' font-weight="bold"' if bold else ''
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight}>{escape(words)}</text>'


def page(height, body):
    return '\n'.join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}"'
        ' font-family="sans-serif" font-size="12" fill="#222222">',
        f'<rect width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>', *body, '</svg>', ''])


def bars(title, groups, line=None):
    """groups: (name, [(label, value, words)]); line: a value that is marked, with what it means."""
    most = max([value for _, rows in groups for _, value, _ in rows] + ([line[0]] if line else []))
    scale = (WIDTH - LEFT - 190) / most
    body, y = [label(10, 22, title, bold=True)], 40
    top = y
    for name, rows in groups:
        if len(groups) > 1:
            body.append(label(10, y + 14, name, bold=True))
            y += ROW
        for who, value, words in rows:
            body.append(label(LEFT - 8, y + 14, who, 'end'))
            body.append(f'<rect x="{LEFT}" y="{y + 3}" width="{value * scale:.1f}" height="{ROW - 6}"'
                        f' fill="{colour_of(who)}"/>')
            body.append(label(LEFT + value * scale + 6, y + 14, words))
            y += ROW
        y += 8
    if line:
        x = LEFT + line[0] * scale
        body.append(f'<path d="M{x:.1f} {top} V{y}" stroke="#222222" stroke-dasharray="4 3"/>')
        body.append(label(x, y + 14, line[1], 'middle'))
        y += ROW
    return page(y + 6, body)


def lines(title, series, x_words, y_words):
    """series: (label, [(x, y)])."""
    left, top, bottom = 60, 40, 300
    x_most = max(x for _, points in series for x, _ in points)
    y_most = max(y for _, points in series for _, y in points)
    x_scale, y_scale = (WIDTH - left - 20) / x_most, (bottom - top) / y_most
    body = [label(10, 22, title, bold=True),
            f'<path d="M{left} {top} V{bottom} H{WIDTH - 20}" fill="none" stroke="#222222"/>',
            label(WIDTH - 20, bottom + 32, x_words, 'end'), label(left + 6, top + 4, y_words)]
    for i in range(6):
        body.append(label(left + x_most * i / 5 * x_scale, bottom + 16, f'{x_most * i / 5:.0f}', 'middle'))
        body.append(label(left - 6, bottom - y_most * i / 5 * y_scale + 4, f'{y_most * i / 5:.2g}' if y_most < 5
                          else f'{y_most * i / 5:.0f}', 'end'))
    for i, (who, points) in enumerate(series):
        path = ' '.join(f'{left + x * x_scale:.1f},{bottom - y * y_scale:.1f}' for x, y in points)
        body.append(f'<polyline points="{path}" fill="none" stroke="{colour_of(who, i)}" stroke-width="2"/>')
        body.append(f'<rect x="{left + 10}" y="{bottom + 44 + i * 18}" width="14" height="10"'
                    f' fill="{colour_of(who, i)}"/>')
        body.append(label(left + 30, bottom + 53 + i * 18, who))
    return page(bottom + 54 + len(series) * 18, body)
