# SPDX-License-Identifier: GPL-2.0-or-later
"""The states of a pass, from what `pvmoved --dump-states` prints. Where things are drawn is decided
here; what is drawn is not: each arrow stands for changes of state that the table has, and each change
that the table has needs its arrow."""
from svg import Picture

WIDTH, HEIGHT = 900, 600
BOX_WIDTH, BOX_HEIGHT = 104, 36

# state: left edge, top edge, colour. Before the commit the LV is on its source, then on its destination.
PLACES = {
    "queued": (16, 130, "plain"),
    "reserving": (160, 130, "first"),
    "arming": (298, 130, "first"),
    "copying": (436, 130, "first"),
    "verifying": (584, 130, "first"),
    "committing": (752, 130, "first"),
    "paused": (436, 232, "first"),
    "held": (298, 352, "plain"),
    "undoing": (436, 352, "first"),
    "switching": (752, 352, "second"),
    "retiring": (752, 446, "second"),
    "failed": (160, 540, "plain"),
    "aborted": (298, 540, "plain"),
    "done": (752, 540, "second"),
}
BEFORE = ["reserving", "arming", "copying", "paused", "verifying", "committing"]

# An arrow: from which states, to which, along which lines, and words with their place and anchor.
# Words in double quotes are events of the table, each of them of every change that the arrow stands for.
# A line ends with a tip unless it says otherwise.
PLAIN, TIP = False, True
ARROWS = [
    (["queued"], ["reserving"], [([(120, 148), (160, 148)], TIP)], []),
    (["reserving"], ["arming"], [([(264, 148), (298, 148)], TIP)], []),
    (["arming"], ["copying"], [([(402, 148), (436, 148)], TIP)], []),
    (["copying"], ["verifying"], [([(540, 148), (584, 148)], TIP)], []),
    (["verifying"], ["committing"], [([(688, 148), (752, 148)], TIP)], [(718, 142, '"verified"', "middle")]),
    # over the top: forward …
    (["arming", "copying"], ["committing"],
     [([(386, 130), (386, 90), (780, 90), (780, 130)], TIP), ([(500, 130), (500, 90)], PLAIN)],
     [(575, 86, '"in sync"', "middle")]),
    (["arming"], ["verifying"], [([(370, 130), (370, 114), (610, 114), (610, 130)], TIP)],
     [(554, 110, '"unverified"', "middle")]),
    # … and back
    (["copying", "verifying", "committing"], ["arming"],
     [([(820, 130), (820, 66), (330, 66), (330, 130)], TIP), ([(470, 130), (470, 66)], PLAIN),
      ([(650, 130), (650, 66)], PLAIN)],
     [(575, 61, "after a reboot, or when the leg has to be made anew", "middle")]),
    (["verifying", "committing"], ["copying"],
     [([(780, 166), (780, 190), (520, 190), (520, 166)], TIP), ([(664, 166), (664, 190)], PLAIN)],
     [(722, 206, '"mirror idle"', "middle")]),
    # pause
    (["copying"], ["paused"], [([(470, 166), (470, 232)], TIP)], [(478, 218, '"pause"', "start")]),
    (["verifying"], ["paused"], [([(610, 166), (610, 250), (540, 250)], TIP)], [(548, 244, '"pause"', "start")]),
    (["paused"], ["arming"], [([(436, 250), (374, 250), (374, 166)], TIP)], [(381, 245, '"resume"', "start")]),
    # out of all of them
    (BEFORE, ["held"], [([(324, 286), (324, 352)], TIP)], [(316, 312, '"LV changed"', "end")]),
    (BEFORE, ["undoing"], [([(488, 286), (488, 352)], TIP)],
     [(498, 312, '"abort", a disk that fails, what cannot be done', "start")]),
    (["held"], ["arming"], [([(350, 352), (350, 166)], TIP)], [(358, 312, "put right", "start")]),
    (["held"], ["undoing"], [([(402, 370), (436, 370)], TIP)], []),
    # the commit
    (["committing"], ["switching"], [([(804, 166), (804, 352)], TIP)], [(796, 330, '"committed"', "end")]),
    (["committing"], ["retiring"], [([(856, 148), (880, 148), (880, 464), (856, 464)], TIP)], []),
    (["switching"], ["undoing"], [([(752, 370), (540, 370)], TIP)],
     [(646, 364, "metadata say source", "middle")]),
    (["held", "undoing"], ["switching", "retiring"],
     [([(370, 388), (370, 420), (772, 420), (772, 446)], TIP), ([(520, 388), (520, 420)], PLAIN),
      ([(772, 420), (772, 388)], TIP)],
     [(646, 414, "metadata say destination", "middle")]),
    (["switching"], ["retiring"], [([(804, 388), (804, 446)], TIP)], []),
    (["retiring"], ["switching"], [([(832, 446), (832, 388)], TIP)], []),
    (["retiring"], ["done"], [([(804, 482), (804, 540)], TIP)], []),
    # the other ends
    (["queued", "undoing"], ["failed", "aborted"],
     [([(68, 166), (68, 510), (456, 510)], PLAIN), ([(456, 388), (456, 510)], PLAIN),
      ([(212, 510), (212, 540)], TIP), ([(350, 510), (350, 540)], TIP)],
     []),
]


def read(text):
    """{(state, next): events}, without what leads from a state to itself; and all states by name."""
    changes, states = {}, set()
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 4 or cells[0] == "state" or cells[0].startswith("-"):
            continue
        state, event, _, following = cells
        states |= {state, following}
        if state != following:
            changes.setdefault((state, following), set()).add(event)
    return changes, states


def compare(changes, states):
    """Sees that the picture shows the table, all of it and nothing else."""
    drawn = set()
    if states != set(PLACES):
        raise SystemExit(f"states.py: the table and the picture differ in states: {states ^ set(PLACES)}")
    for sources, targets, _, words in ARROWS:
        pairs = {(source, target) for source in sources for target in targets}
        drawn |= pairs
        for _, _, text, _ in words:
            for event in text.split('"')[1::2]:
                for pair in pairs & set(changes):
                    if event not in changes[pair]:
                        raise SystemExit(f"states.py: {pair[0]} → {pair[1]} is not for \"{event}\"")
    if drawn != set(changes):
        raise SystemExit(f"states.py: without an arrow: {set(changes) - drawn};"
                         f" not in the table: {drawn - set(changes)}")


def is_on(point, line):
    return any(min(a[0], b[0]) <= point[0] <= max(a[0], b[0])
               and min(a[1], b[1]) <= point[1] <= max(a[1], b[1]) for a, b in zip(line, line[1:]))


def draw_arrow(picture, lines, words):
    for points, tip in lines:
        picture.path(points, tip)
    # Lines that belong together meet at a dot; those that only cross do not.
    for points, _ in lines:
        for end in (points[0], points[-1]):
            if any(points is not other and is_on(end, other) for other, _ in lines):
                picture.dot(*end)
    for x, y, text, anchor in words:
        picture.text(x, y, text.replace('"', ""), "soft", anchor)


def draw(text):
    changes, states = read(text)
    compare(changes, states)
    picture = Picture(WIDTH, HEIGHT, "The states of a pass",
                      "From queued through reserving, arming, copying, verifying and committing to "
                      "switching, retiring and done, and the ways back.")
    picture.text(16, 26, "The states of a pass", anchor="start", also=" bold")
    for x, colour, words in ((200, "first", "the metadata say: on its source"),
                             (440, "second", "the metadata say: on its destination")):
        picture.box(x, 14, 16, 16, colour, rim=True)
        picture.text(x + 24, 26, words, "soft", "start")
    picture.frame(146, 44, 724, 242)
    for _, _, lines, words in ARROWS:
        draw_arrow(picture, lines, words)
    for state, (x, y, colour) in PLACES.items():
        picture.box(x, y, BOX_WIDTH, BOX_HEIGHT, colour, rim=True, round_by=6)
        picture.text(x + BOX_WIDTH // 2, y + 23, state)
    return picture.whole()
