"""SORT as one would write it down: one thing at a time, one number at a time, all pairings tried.

No matrix is in it. As nothing ties u, v, s and r to each other, each is a filter of its own: of a
place and a velocity, and of r alone.
"""

from math import sqrt

EDGE, PUSH, START = 0.1, 0.05, 0.25


class Line:
    """A place and its velocity."""

    def __init__(self, place, error, start):
        self.x, self.v = place, 0.0
        self.xx, self.xv, self.vv = error**2, 0.0, start**2

    def predict(self, push):
        self.x += self.v
        self.xx += 2 * self.xv + self.vv + push**2 / 4
        self.xv += self.vv + push**2 / 2
        self.vv += push**2

    def off(self, z, error):
        return (z - self.x) ** 2 / (self.xx + error**2)

    def update(self, z, error):
        s = self.xx + error**2
        kx, kv, y = self.xx / s, self.xv / s, z - self.x
        self.x += kx * y
        self.v += kv * y
        self.vv -= kv * self.xv
        self.xv *= 1 - kx
        self.xx *= 1 - kx


class Thing:
    def __init__(self, box, score, label):
        self.score, self.label = score, label
        self.identity, self.hits, self.missed = 0, 1, 0
        u, v, s, r = observed(box)
        errors = self.errors(s, r)
        starts = [START * side for side in self.sides(s, r)]
        self.u, self.v, self.s = (
            Line(z, e, t) for z, e, t in zip((u, v, s), errors, starts, strict=False)
        )
        self.r, self.rr = r, errors[3] ** 2

    @staticmethod
    def sides(s, r):
        """Width, height, twice the area, the shape: what an error is a share of."""
        width, height = max(sqrt(s / r), 1), max(sqrt(s * r), 1)
        return width, height, 2 * width * height, height / width

    def errors(self, s, r):
        width, height, area, ratio = self.sides(s, r)
        return EDGE * width / sqrt(2), EDGE * height / sqrt(2), EDGE * area, 2 * EDGE * ratio

    def predict(self):
        if self.s.x + self.s.v <= 0:
            self.s.v = 0.0
        self.expected = self.errors(self.s.x, self.r)
        *pushes, change = (PUSH * side for side in self.sides(self.s.x, self.r))
        for line, push in zip((self.u, self.v, self.s), pushes, strict=True):
            line.predict(push)
        self.rr += change**2

    def off(self, box):
        lines = zip((self.u, self.v, self.s), observed(box), self.expected, strict=False)
        shape = (observed(box)[3] - self.r) ** 2 / (self.rr + self.expected[3] ** 2)
        return sum(line.off(z, error) for line, z, error in lines) + shape

    def update(self, box, score):
        z = observed(box)
        for line, seen, error in zip((self.u, self.v, self.s), z, self.expected, strict=False):
            line.update(seen, error)
        k = self.rr / (self.rr + self.expected[3] ** 2)
        self.r += k * (z[3] - self.r)
        self.rr *= 1 - k
        self.score, self.missed, self.hits = score, 0, self.hits + 1

    def box(self):
        width, height = sqrt(self.s.x / self.r), sqrt(self.s.x * self.r)
        x, y = self.u.x - width / 2, self.v.x - height / 2
        return x, y, x + width, y + height


def observed(box):
    width, height = box[2] - box[0], box[3] - box[1]
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, width * height, height / width


def overlap(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    area = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return width * height / (area - width * height)


def pairings(costs, row=0, taken=()):
    """Return the best of all pairings: (pairs left out, cost, pairs)."""
    if row == len(costs):
        return 0, 0.0, ()
    lost, total, pairs = pairings(costs, row + 1, taken)
    best = lost + 1, total, pairs
    for column, cost in costs[row].items():
        if column not in taken:
            lost, total, pairs = pairings(costs, row + 1, (*taken, column))
            best = min(best, (lost, total + cost, ((row, column), *pairs)))
    return best


def sort_naive(
    film, *, least=0.3, birth=3, early=True, coast=10, tell=1, farthest=None, by_label=True
):
    """Track a film, a list of lists of (box, score, label); return rows (frame, id, box ...)."""
    things, told, rows = [], 0, []
    for frame, found in enumerate(film):
        costs = []
        for thing in things:
            thing.predict()
            costs.append({})
            for k, (box, _, label) in enumerate(found):
                touch = overlap(thing.box(), box)
                fits = touch > 0 and touch >= least and (label == thing.label or not by_label)
                if fits and (farthest is None or thing.off(box) <= farthest):
                    costs[-1][k] = 1 - touch
        pairs = dict(pairings(costs)[2])
        for row, thing in enumerate(things):
            if row in pairs:
                thing.update(*found[pairs[row]][:2])
            else:
                thing.missed += 1
        things = [t for t in things if t.missed <= (coast if t.identity else 0)]
        things += [Thing(*found[k]) for k in range(len(found)) if k not in pairs.values()]
        for thing in things:
            if not thing.identity and thing.hits >= (min(birth, frame + 1) if early else birth):
                told += 1
                thing.identity = told
        rows += [
            (frame, t.identity, t.box(), t.score, t.label)
            for t in things
            if t.identity and t.missed <= tell
        ]
    return rows
