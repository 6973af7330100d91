"""A kernel that slides through time as well: in loops, and how it goes wrong."""

import numpy as np


def conv_in_time(clip, kernel):
    """Lay each slice of the kernel on a frame of its own, and add up."""
    (frames, rows, columns), (kt, kh, kw) = clip.shape, kernel.shape
    out = np.zeros((frames - kt + 1, rows - kh + 1, columns - kw + 1))
    for t in range(frames - kt + 1):
        for q in range(kt):
            for i in range(rows - kh + 1):
                for j in range(columns - kw + 1):
                    window = clip[t + q, i : i + kh, j : j + kw]
                    out[t, i, j] += np.sum(window * kernel[q])
    return out


def fast(clip, kernel):
    """Do the same without loops."""
    windows = np.lib.stride_tricks.sliding_window_view(clip, kernel.shape)
    return np.tensordot(windows, kernel, 3).astype(float)


def time_cases():
    rng = np.random.default_rng(17)
    whole = np.arange(6.0).reshape(3, 1, 2), np.array([[[1.0]], [[10.0]]])
    sizes = [((4, 3, 3), (2, 2, 1)), ((5, 4, 6), (3, 2, 3)), ((4, 5, 4), (4, 3, 2)),
             ((6, 4, 5), (1, 2, 2))]  # fmt: skip
    return [whole] + [(rng.normal(size=a), rng.normal(size=b)) for a, b in sizes]


def _faulty(*, image=True, places=True, last=True):
    """Return the planted function with some of its three faults mended."""

    def convolved(clip, kernel):
        (frames, rows, columns), (kt, kh, kw) = clip.shape, kernel.shape
        count = frames if places else frames - kt + 1
        out = np.zeros((count, rows - kh + 1, columns - kw + 1))
        for t in range(count):
            for q in range(kt):
                frame = clip[t if image else t + q]
                found = fast(frame[None], kernel[q : q + 1])[0]
                out[t] = found if last else out[t] + found
        return out

    return convolved


as_given = _faulty()
"""The function to repair, as it stands in the lesson."""


def _padded(before, mode="constant"):
    """Add frames, before or behind, so that as many come out as go in."""

    def convolved(clip, kernel):
        more = len(kernel) - 1
        ends = {"before": (more, 0), "behind": (0, more), "both": (more // 2, more - more // 2)}
        return fast(np.pad(clip, (ends[before], (0, 0), (0, 0)), mode=mode), kernel)

    return convolved


def _over_the_end(clip, kernel):
    """Mend the frames, and go on to places where no frame is left."""
    (frames, rows, columns), (kt, kh, kw) = clip.shape, kernel.shape
    out = np.zeros((frames, rows - kh + 1, columns - kw + 1))
    for t in range(frames):
        for q in range(kt):
            out[t] += fast(clip[t + q][None], kernel[q : q + 1])[0]
    return out


def _zeros_at_the_end(clip, kernel):
    out = fast(clip, kernel)
    return np.concatenate([out, np.zeros((len(kernel) - 1, *out.shape[1:]))])


def _other_axes(*order):
    """Take time for another axis."""

    def convolved(clip, kernel):
        return fast(clip, kernel.transpose(order))

    return convolved


def _slice_by_slice(clip, kernel):
    """Give every slice its own map and add none of them up."""
    return np.concatenate([fast(clip, part[None]) for part in kernel])


TIME_MISTAKES = {
    "as-given": as_given,
    "image-and-places": _faulty(last=False),
    "image-and-last": _faulty(places=False),
    "image": _faulty(places=False, last=False),
    "last": _faulty(image=False, places=False),
    "over-the-end": _over_the_end,
    "zeros-at-the-end": _zeros_at_the_end,
    "waits-at-the-end": _padded("behind", "edge"),
    "runs-out": _padded("behind"),
    "zeros-before": _padded("before"),
    "zeros-around": _padded("both"),
    "one-short": lambda clip, kernel: fast(clip, kernel)[:-1],
    "turned-in-time": lambda clip, kernel: fast(clip, kernel[::-1]),
    "turned": lambda clip, kernel: fast(clip, kernel[::-1, ::-1, ::-1]),
    "time-last": _other_axes(1, 2, 0),
    "time-second": _other_axes(1, 0, 2),
    "mean": lambda clip, kernel: fast(clip, kernel) / len(kernel),
    "one-picture": lambda clip, kernel: fast(clip, kernel).sum(axis=0),
    "first-only": lambda clip, kernel: fast(clip, kernel)[:1],
    "slice-by-slice": _slice_by_slice,
    "one-slice-for-all": lambda clip, kernel: fast(clip, np.repeat(kernel[:1], len(kernel), 0)),
    "differences": lambda clip, kernel: fast(np.diff(clip, axis=0, prepend=clip[:1]), kernel),
}
