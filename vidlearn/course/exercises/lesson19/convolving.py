"""A convolution over time that looks back only: in NumPy, and how it goes wrong."""

import numpy as np


def causal_conv(x, w, dilation):
    """Put zeros before the first frame; the kernel's last row then lies on the frame of now."""
    back = (len(w) - 1) * dilation
    padded = np.pad(x, ((back, 0), (0, 0)))
    taps = [padded[k * dilation : k * dilation + len(x)] @ w[k] for k in range(len(w))]
    return np.sum(taps, axis=0)


def conv_cases():
    rng = np.random.default_rng(19)
    by_hand = np.array([[1], [2], [4], [8], [16]]), np.array([[[100]], [[1]]]), 2
    sizes = [
        (9, 3, 2, 4, 2),
        (14, 2, 3, 2, 3),
        (8, 4, 3, 1, 1),
        (6, 2, 1, 3, 4),
        (17, 2, 4, 5, 4),
        (4, 2, 3, 2, 3),
    ]  # of which the last is shorter than the kernel's reach
    drawn = [(rng.normal(size=(frames, channels)), rng.normal(size=(taps, channels, filters)), d)
             for frames, channels, taps, filters, d in sizes]  # fmt: skip
    whole = rng.integers(-9, 9, (7, 2)), rng.normal(size=(2, 2, 3)), 3
    return [by_hand, *drawn, whole]


def _conv(*, before=1.0, mode="constant", step=None, turned=False, late=0):
    """Return the reference with other zeros, other steps or another order.

    `before` is the share of the padding that stands before the first frame; `step` takes the
    dilation and gives the one that is used; `late` is by how many frames the answer comes late.
    """

    def convolved(x, w, dilation):
        used = step(dilation) if step else dilation
        more = (len(w) - 1) * used
        first = int(before * more)
        padded = np.pad(x, ((first + late, more - first), (0, 0)), mode=mode)
        rows = w[::-1] if turned else w
        taps = [padded[k * used : k * used + len(x)] @ row for k, row in enumerate(rows)]
        return np.sum(taps, axis=0)

    return convolved


def _valid(x, w, dilation, zeros=0):
    """Answer only where the kernel fits, with some zeros before."""
    back = (len(w) - 1) * dilation
    padded = np.pad(x, ((zeros, 0), (0, 0)))
    places = max(len(padded) - back, 0)
    taps = [padded[k * dilation : k * dilation + places] @ w[k] for k in range(len(w))]
    return np.sum(taps, axis=0)


def _too_few_zeros(x, w, dilation):
    """Pad as if the kernel were not dilated."""
    return _valid(x, w, dilation, zeros=len(w) - 1)


def _too_many_zeros(x, w, dilation):
    """Put as many zeros before as the kernel has rows, times the dilation: one step too many."""
    return _valid(x, w, dilation, zeros=len(w) * dilation)[: len(x)]


def _read_side_by_side(x, w, dilation):
    """Pad for a dilated kernel, then read neighbouring rows."""
    padded = np.pad(x, (((len(w) - 1) * dilation, 0), (0, 0)))
    return np.sum([padded[k : k + len(x)] @ w[k] for k in range(len(w))], axis=0)


def _without_frame_0(x, w, dilation):
    """Ask whether a frame's number is above 0 where it may be 0 as well."""
    rest = np.array(x)
    rest[:1] = 0
    return causal_conv(rest, w, dilation)


def _whole_terms(x, w, dilation):
    """Add up in an array of the film's type, which cuts every product."""
    back = (len(w) - 1) * dilation
    padded = np.pad(x, ((back, 0), (0, 0)))
    out = np.zeros((len(x), w.shape[2]), x.dtype)
    for k in range(len(w)):
        for c in range(x.shape[1]):
            terms = padded[k * dilation : k * dilation + len(x), c, None] * w[k, c]
            out += terms.astype(x.dtype)
    return out


def _late_start(x, w, dilation):
    """Begin at the first frame at which the whole kernel lies in the film."""
    out = causal_conv(x, w, dilation)
    out[: (len(w) - 1) * dilation] = 0
    return out


def _stride(x, w, dilation):
    """Take the dilation for a stride."""
    return causal_conv(x, w, 1)[::dilation]


def _channel_by_channel(x, w, dilation):
    """Give each channel an answer of its own."""
    back = (len(w) - 1) * dilation
    padded = np.pad(x, ((back, 0), (0, 0)))
    return sum(padded[k * dilation : k * dilation + len(x), :, None] * w[k] for k in range(len(w)))


CONV_MISTAKES = {
    "same": _conv(before=0.5),
    "ahead": _conv(before=0.0),
    "no-dilation": _conv(step=lambda d: 1),
    "turned": _conv(turned=True),
    "valid": _valid,
    "too-few-zeros": _too_few_zeros,
    "without-now": _conv(late=1),
    "one-further": _conv(step=lambda d: d + 1),
    "one-nearer": _conv(step=lambda d: max(1, d - 1)),
    "too-many-zeros": _too_many_zeros,
    "read-side-by-side": _read_side_by_side,
    "without-frame-0": _without_frame_0,
    "now-alone": lambda x, w, dilation: x @ w[-1],
    "relu": lambda x, w, dilation: np.maximum(causal_conv(x, w, dilation), 0),
    "power": _conv(step=lambda d: 2**d),
    "edge": _conv(mode="edge"),
    "wrapped": _conv(mode="wrap"),
    "late-start": _late_start,
    "stride": _stride,
    "turned-ahead": _conv(before=0.0, turned=True),
    "same-no-dilation": _conv(before=0.5, step=lambda d: 1),
    "one-number": lambda x, w, dilation: causal_conv(x, w, dilation).sum(axis=1, keepdims=True),
    "channel-by-channel": _channel_by_channel,
    "mean": lambda x, w, dilation: causal_conv(x, w, dilation) / len(w),
    "whole-terms": _whole_terms,
    "whole-numbers": lambda x, w, dilation: causal_conv(x, w, dilation).astype(x.dtype),
}
