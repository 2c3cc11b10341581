# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables before, during and after a move, from what play_tables prints: the mover's own, in a
fake world. Which moments are shown is decided here; what they show is not."""
from svg import Picture

WIDTH = 900
LEFT, RIGHT = 104, 16
PANEL = 122
ROWS = (22, 42, 66, 86)  # LV and leg in the kernel, LV and reservation in the metadata
HEIGHT = 18
STAYS = "sdd"
COLOURS = {"sdb": "first", "sdc": "second", "sdd": "third", "leg": "fourth"}


class Scene:
    def __init__(self, state, extent, names):
        self.state, self.extent, self.names = state, extent, dict(names)
        self.tables, self.metadata = {}, {}

    def goes_to(self, device, kind):
        """Where the targets of that kind of a device lead, in order."""
        return [target[3] for target in self.tables.get(device, []) if target[2] == kind]

    def lv(self):
        return self.tables["home"]

    def leg(self):
        return self.tables.get("leg", [])

    def lvm(self):
        return self.metadata["home"]

    def reserved(self):
        return [segment for name, segments in self.metadata.items() if name != "home" for segment in segments]

    def is_on_leg(self):
        return any("leg" in target[3] for target in self.lv())

    def kinds(self):
        return [target[2] for target in self.leg()]


def short(name):
    return {"vg0-home": "home", "vg0-home-pvmoved": "leg"}[name]


def add_target(scene, words):
    device, start, length, kind, *params = words
    start, length = int(start), int(length)
    if kind == "linear":
        target = (start, length, "linear", [scene.names[params[0]]])
    else:
        # core 2 REGION SYNC 2 SOURCE OFFSET DESTINATION OFFSET …
        sync, source, destination = params[3], params[5], params[7]
        target = (start, length, sync, [scene.names[source], scene.names[destination]])
    scene.tables.setdefault(short(device), []).append(target)


def read(text):
    extent, names, scenes = 0, {}, []
    for line in text.splitlines():
        kind, *words = line.split()
        if kind == "extent":
            extent = int(words[0])
        elif kind == "disk":
            names[words[0]] = words[1]
        elif kind == "scene":
            scenes.append([Scene(words[0], extent, names), []])
        elif kind == "device":
            scenes[-1][0].names[words[0]] = short(words[1])
        elif kind == "live":
            scenes[-1][1].append(words)
        elif kind == "lvm":
            name, first, count, disk, _ = words
            scenes[-1][0].metadata.setdefault(name, []).append((int(first) * extent, int(count) * extent, disk))
    for scene, targets in scenes:
        for words in targets:  # an LV may lead to a device that is printed after it
            add_target(scene, words)
    return [scene for scene, _ in scenes]


# The moments, in order: what is said of it, and what makes it one. The first that has it is shown.
MOMENTS = [
    ("home is on sdd and sdb", lambda s: not s.leg() and not s.reserved()),
    ("its moving part goes through the leg, which passes through; room is reserved on sdc",
     lambda s: s.is_on_leg() and set(s.kinds()) == {"linear"}),
    ("the first run is being copied, the other one waits", lambda s: "sync" in s.kinds() and "linear" in s.kinds()),
    ("the first is equal on both disks, the other one is being copied",
     lambda s: "sync" in s.kinds() and "nosync" in s.kinds()),
    ("all is equal: each write goes to both disks", lambda s: set(s.kinds()) == {"nosync"}),
    ("one edit of the metadata: home is on sdc, and sdb is reserved",
     lambda s: set(s.kinds()) == {"nosync"} and s.lvm()[1][2] == "sdc"),
    ("the leg passes through to sdc", lambda s: s.is_on_leg() and s.goes_to("leg", "linear")
     and s.lvm()[1][2] == "sdc"),
    ("the LV goes there itself", lambda s: not s.is_on_leg() and s.leg()),
    ("the leg and the reservation are gone", lambda s: not s.leg() and not s.reserved()),
]
MIRRORS = {"sync": "copying", "nosync": "equal"}


def choose(scenes):
    chosen, rest = [], list(scenes)
    for words, fits in MOMENTS:
        while rest and not fits(rest[0]):
            rest.pop(0)
        if not rest:
            raise SystemExit(f"tables.py: no moment is like this one: {words}")
        chosen.append((words, rest.pop(0)))
    return chosen


class Panel:
    def __init__(self, picture, top, scene):
        self.picture, self.top, self.scene = picture, top, scene
        total = sum(target[1] for target in scene.lv())
        self.scale = (WIDTH - LEFT - RIGHT) / total

    def label(self, row, text):
        y, height = ROWS[row], HEIGHT
        self.picture.text(LEFT - 10, self.top + y + height - 5, text, "soft", "end")

    def cell(self, row, start, length, disks, text):
        y, height = ROWS[row], HEIGHT
        left, right = (LEFT + round(edge * self.scale) for edge in (start, start + length))
        part = height // len(disks)
        for i, disk in enumerate(disks):
            self.picture.box(left, self.top + y + i * part, right - left, part, COLOURS[disk])
        self.picture.lines.append(f'<rect class="rim" x="{left}" y="{self.top + y}" width="{right - left}"'
                                  f' height="{height}"/>')
        self.picture.text((left + right) // 2, self.top + y + height - 5, text, also=" mono")

    def runs(self):
        """[(start on the LV, start on the leg, length)]. What is laid run by run is drawn below the runs."""
        runs, start = [], 0
        for begin, length, _, to in self.scene.lv():
            if to != [STAYS]:
                runs.append((begin, start, length))
                start += length
        return runs

    def run_cells(self, row, start, length, disks, text):
        for begin, first, size in self.runs():
            low, high = max(start, first), min(start + length, first + size)
            if low < high:
                self.cell(row, begin + low - first, high - low, disks, text)

    def draw_lv(self):
        self.label(0, "LV home")
        for start, length, kind, to in self.scene.lv():
            self.cell(0, start, length, to, f"{kind} {to[0]}")

    def draw_leg(self):
        if self.scene.leg():
            self.label(1, "its leg")
        for start, length, kind, to in self.scene.leg():
            text = f"mirror {' + '.join(to)}, {MIRRORS[kind]}" if kind in MIRRORS else f"linear {to[0]}"
            self.run_cells(1, start, length, to, text)

    def draw_metadata(self):
        self.label(2, "metadata")
        for start, length, disk in self.scene.lvm():
            self.cell(2, start, length, [disk], disk)
        if self.scene.reserved():
            self.label(3, "reservation")
        for start, length, disk in self.scene.reserved():
            self.run_cells(3, start, length, [disk], disk)


def draw(text):
    chosen = choose(read(text))
    picture = Picture(WIDTH, 44 + len(chosen) * PANEL, "The tables of a move",
                      "The LV home is moved off sdb: " + "; ".join(words for words, _ in chosen) + ".")
    picture.text(16, 26, "The tables of a move", anchor="start", also=" bold")
    for x, disk in ((200, "sdb"), (280, "sdc"), (360, "sdd"), (440, "leg")):
        picture.box(x, 14, 16, 16, COLOURS[disk], rim=True)
        picture.text(x + 24, 26, disk, "soft", "start")
    for i, (words, scene) in enumerate(chosen):
        top = 44 + i * PANEL
        panel = Panel(picture, top, scene)
        picture.text(16, top + 16, f"{i + 1}. {scene.state}: {words}", anchor="start")
        panel.draw_lv()
        panel.draw_leg()
        panel.draw_metadata()
    return picture.whole()
