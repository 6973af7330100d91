"""Frames a second, timed on a detector that keeps its own clock."""


def frames_a_second(forward, decode, suppress, pictures, size, clock):
    """Let it compile, then time all that a picture needs, and count pictures."""
    forward(pictures[:size])
    began = clock()
    for k in range(0, len(pictures), size):
        outputs = forward(pictures[k : k + size])
        for boxes, scores in decode(outputs):
            suppress(boxes, scores)
    return len(pictures) / (clock() - began)


class Bench:
    """A detector that does nothing, and a clock that says how long it would have taken.

    Parameters
    ----------
    compiling, forward, decoding, suppressing : float
        Seconds: of the first call, of a picture in `forward` and in `decode`, of an NMS.
    call : float
        Seconds that each call of `forward` takes besides.
    """

    def __init__(self, compiling, call, forward, decoding, suppressing):
        self.seconds, self.compiled = 0.0, False
        self.compiling, self.call, self.each = compiling, call, forward
        self.decoding, self.suppressing = decoding, suppressing

    def clock(self):
        return self.seconds

    def forward(self, pictures):
        self.seconds += self.call + self.each * len(pictures)
        if not self.compiled:
            self.seconds += self.compiling
            self.compiled = True
        return [("outputs", k) for k in range(len(pictures))]

    def decode(self, outputs):
        self.seconds += self.decoding * len(outputs)
        return [("boxes", "scores") for _ in outputs]

    def suppress(self, boxes, scores):
        self.seconds += self.suppressing

    def __repr__(self):
        return "a detector with a clock of its own"


TIMES = [
    ((2.0, 0.0, 0.01, 0.01, 0.02), 8, 4),
    ((3.0, 0.05, 0.002, 0.001, 0.004), 10, 4),
    ((1.5, 0.01, 0.003, 0.002, 0.001), 7, 16),
    ((4.0, 0.02, 0.001, 0.0, 0.003), 33, 16),
    ((2.5, 0.004, 0.002, 0.001, 0.002), 5, 1),
]


def speed_cases():
    cases = []
    for times, count, size in TIMES:
        bench = Bench(*times)
        pictures = [f"picture {k}" for k in range(count)]
        cases.append((bench.forward, bench.decode, bench.suppress, pictures, size, bench.clock))
    return cases


def told(forward, decode, suppress, pictures, size, clock):
    """Describe a case: what takes how long."""
    bench = clock.__self__
    return (
        f"{len(pictures)} pictures, batches of size = {size}\n"
        f"forward:  {1000 * bench.call:g} ms a call and {1000 * bench.each:g} ms a picture;"
        f" the first call {1000 * bench.compiling:g} ms more\n"
        f"decode:   {1000 * bench.decoding:g} ms a picture\n"
        f"suppress: {1000 * bench.suppressing:g} ms a picture"
    )


def _timed(*, whole=False, warm=False, count=lambda pictures, size, rounds: rounds * size):
    """Return the planted function with some of its three faults mended.

    `whole` may also be "decode": then the clock runs on until the boxes are there.
    """

    def timed(forward, decode, suppress, pictures, size, clock):
        if warm:
            forward(pictures[:size])
        seconds, rounds = 0.0, 0
        for k in range(0, len(pictures), size):
            began = clock()
            outputs = forward(pictures[k : k + size])
            if not whole:
                seconds += clock() - began
            found = decode(outputs)
            if whole == "decode":
                seconds += clock() - began
            for boxes, scores in found:
                suppress(boxes, scores)
            if whole is True:
                seconds += clock() - began
            rounds += 1
        return count(pictures, size, rounds) / seconds

    return timed


def _pictures(pictures, size, rounds):
    return len(pictures)


def _rounds(pictures, size, rounds):
    return rounds


def _upside_down(forward, decode, suppress, pictures, size, clock):
    return 1 / frames_a_second(forward, decode, suppress, pictures, size, clock)


def _milliseconds(forward, decode, suppress, pictures, size, clock):
    return 1000 / frames_a_second(forward, decode, suppress, pictures, size, clock)


def _warm_up_timed(forward, decode, suppress, pictures, size, clock):
    began = clock()
    forward(pictures[:size])
    for k in range(0, len(pictures), size):
        for boxes, scores in decode(forward(pictures[k : k + size])):
            suppress(boxes, scores)
    return len(pictures) / (clock() - began)


def _first_batch_left_out(forward, decode, suppress, pictures, size, clock):
    """Take the first batch for the warm-up, and leave it out of time and count."""
    seconds, count = 0.0, 0
    for k in range(0, len(pictures), size):
        began, batch = clock(), pictures[k : k + size]
        for boxes, scores in decode(forward(batch)):
            suppress(boxes, scores)
        if k:
            seconds, count = seconds + clock() - began, count + len(batch)
    return count / seconds


SPEED_MISTAKES = {
    "as-given": _timed(),
    "rest-and-count": _timed(warm=True),
    "first-and-count": _timed(whole=True),
    "first-and-rest": _timed(count=_pictures),
    "count": _timed(whole=True, warm=True),
    "first": _timed(whole=True, count=_pictures),
    "rest": _timed(warm=True, count=_pictures),
    "no-nms": _timed(whole="decode", warm=True, count=_pictures),
    "no-nms-and-first": _timed(whole="decode", count=_pictures),
    "no-nms-and-count": _timed(whole="decode", warm=True),
    "batches-counted": _timed(whole=True, warm=True, count=_rounds),
    "batches-of-forward": _timed(count=_rounds),
    "warm-up-timed": _warm_up_timed,
    "first-batch-left-out": _first_batch_left_out,
    "seconds-a-picture": _upside_down,
    "milliseconds": _milliseconds,
}


boast = _timed()
"""The function to repair, as it stands in the lesson."""


def timed_parts(forward, decode, suppress, pictures, size, clock):
    """Time the three parts of a detector.

    Parameters
    ----------
    forward, decode, suppress : callable
        As `frames_a_second` takes them; compiled already.
    pictures : ndarray
        (N, H, W, 3) uint8.
    size : int
        Pictures at a time.
    clock : callable
        Tells seconds.

    Returns
    -------
    dict of str to float
        Milliseconds a picture.
    """
    spent = {"the network": 0.0, "decoding": 0.0, "NMS": 0.0}
    for k in range(0, len(pictures), size):
        times = [clock()]
        outputs = forward(pictures[k : k + size])
        times.append(clock())
        found = list(decode(outputs))
        times.append(clock())
        for boxes, scores in found:
            suppress(boxes, scores)
        times.append(clock())
        for name, began, ended in zip(spent, times, times[1:], strict=False):
            spent[name] += 1000 * (ended - began) / len(pictures)
    return spent
