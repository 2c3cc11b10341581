# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures as text: shapes at whole pixels in the order in which they are asked for, so that the same
picture is the same file. Two sets of colours, for light and dark, on a ground of the picture's own:
whoever shows it may have either."""
from xml.sax.saxutils import escape

# name: (property, light, dark)
COLOURS = {
    "ground": ("fill", "#ffffff", "#161b22"),
    "text": ("fill", "#1f2328", "#e6edf3"),
    "soft": ("fill", "#59636e", "#9aa5b1"),
    "line": ("stroke", "#59636e", "#9aa5b1"),
    "head": ("fill", "#59636e", "#9aa5b1"),
    "rim": ("stroke", "#1f2328", "#e6edf3"),
    "plain": ("fill", "#f6f8fa", "#262c36"),
    "first": ("fill", "#fbe3c8", "#6e4311"),
    "second": ("fill", "#cbe8d4", "#1d5a33"),
    "third": ("fill", "#dde3ea", "#3d4652"),
    "fourth": ("fill", "#d6e4fb", "#274a82"),
}


def style():
    def rules(which):
        return "".join(f".{name}{{{values[0]}:{values[which]}}}" for name, values in COLOURS.items())

    return (f"text{{font-family:sans-serif;font-size:13px}}.mono{{font-family:monospace}}"
            f".bold{{font-weight:bold}}.line,.rim{{fill:none}}rect{{shape-rendering:crispEdges}}{rules(1)}"
            f"@media (prefers-color-scheme:dark){{{rules(2)}}}")


class Picture:
    def __init__(self, width, height, title, description):
        self.lines = [
            "<!-- SPDX-License-Identifier: GPL-2.0-or-later; drawn by tests/pictures/draw, do not edit -->",
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
            f' height="{height}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(description)}</desc>",
            f"<style>{style()}</style>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
            ' orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker></defs>',
        ]
        self.box(0, 0, width, height, "ground")

    def box(self, x, y, width, height, colour, rim=False, round_by=0):
        corner = f' rx="{round_by}"' if round_by else ""
        shape = f'x="{x}" y="{y}" width="{width}" height="{height}"{corner}'
        self.lines.append(f'<rect class="{colour}" {shape}/>')
        if rim:
            self.lines.append(f'<rect class="rim" {shape}/>')

    def frame(self, x, y, width, height):
        self.lines.append(f'<rect class="line" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"'
                          ' stroke-dasharray="4 4"/>')

    def text(self, x, y, text, colour="text", anchor="middle", also=""):
        self.lines.append(f'<text class="{colour}{also}" x="{x}" y="{y}" text-anchor="{anchor}">'
                          f"{escape(text)}</text>")

    def path(self, points, tip=True, dashed=False):
        d = "M" + " ".join(f"{x} {y}" for x, y in points)
        more = ' marker-end="url(#tip)"' if tip else ""
        more += ' stroke-dasharray="5 3"' if dashed else ""
        self.lines.append(f'<path class="line" d="{d}"{more}/>')

    def dot(self, x, y):
        self.lines.append(f'<circle class="head" cx="{x}" cy="{y}" r="3"/>')

    def whole(self):
        return "\n".join(self.lines + ["</svg>", ""])
