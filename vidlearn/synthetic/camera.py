"""How a camera moves over a picture, and what it sees of it, quickly: many frames a second."""

import numpy as np
from scipy import ndimage

MOVES = ("still", "pan", "zoom", "roll", "handheld", "shake")
"""What a camera does through a whole shot."""
SUDDEN = ("fast pan", "whip pan", "crash zoom", "jolt")
"""What it does for some frames of one: much changes, and yet the shot goes on."""
SHUTTER = 0.5  # part of a frame's time in which light comes in


def smooth_noise(frames, channels, smooth, rng):
    """Draw noise that changes slowly.

    Parameters
    ----------
    frames, channels : int
        T and C.
    smooth : float
        Standard deviation, in frames, of the bell with which it is smoothed.
    rng : numpy.random.Generator
        Draws it.

    Returns
    -------
    ndarray
        (T, C) float64 of mean 0 and standard deviation 1.

    Examples
    --------
    >>> noise = smooth_noise(50000, 2, 3.0, np.random.default_rng(0))
    >>> noise.std(0).round(1).tolist(), np.diff(noise, axis=0).std(0).round(1).tolist()
    ([1.0, 1.0], [0.2, 0.2])
    """
    raw = rng.standard_normal((frames + 2, channels))
    return ndimage.gaussian_filter1d(raw, smooth, 0, mode="wrap")[1:-1] / _shrunk(frames, smooth)


def _shrunk(frames, smooth):
    """Return by what smoothing shrinks white noise that wraps round."""
    bell = np.zeros(frames + 2)
    bell[0] = 1
    return np.linalg.norm(ndimage.gaussian_filter1d(bell, smooth, mode="wrap"))


def eased(part):
    """Go from 0 to 1, slow at both ends: 3 p^2 - 2 p^3.

    Parameters
    ----------
    part : array_like
        Any numbers; below 0 count as 0, above 1 as 1.

    Returns
    -------
    ndarray
        The same shape, float64.

    Examples
    --------
    >>> eased([-1, 0, 0.25, 0.5, 1]).tolist()
    [0.0, 0.0, 0.15625, 0.5, 1.0]
    """
    part = np.clip(part, 0, 1)
    return part * part * (3 - 2 * part)


def camera_moves(move, frames, rng, *, sudden=()):
    """Plan a camera's way.

    Parameters
    ----------
    move : str
        One of `MOVES`.
    frames : int
        T.
    rng : numpy.random.Generator
        Draws direction, speed and strength.
    sudden : sequence of (str, int, int)
        For each sudden move its name, one of `SUDDEN`, and the frames [start, stop) it takes.

    Returns
    -------
    ndarray
        (T, 4) float64: how far the view has gone to the right and down, in widths and heights of
        the frame; zoom; roll in radians.
    """
    way = np.tile([0.0, 0.0, 1.0, 0.0], (frames, 1))
    time = np.arange(frames) / max(frames - 1, 1)
    part = eased(time) if rng.random() < 0.5 else time
    seconds = frames / 25
    if move == "pan":
        angle = rng.uniform(0, 2 * np.pi)
        reach = min(1.2, seconds * rng.uniform(0.03, 0.25))
        way[:, :2] = reach * part[:, None] * [np.cos(angle), 0.4 * np.sin(angle)]
    elif move == "zoom":
        growth = min(np.log(1.8), seconds * rng.uniform(0.02, 0.15)) * rng.choice([-1, 1])
        way[:, 2] = np.exp(growth * (part - (growth < 0)))
    elif move == "roll":
        turn = min(0.6, seconds * rng.uniform(0.02, 0.15)) * rng.choice([-1, 1])
        way[:, 3] = turn * (part - 0.5)
    elif move in ("handheld", "shake"):
        strength, smooth = (0.012, 5.0) if move == "handheld" else (0.02, 1.6)
        noise = strength * rng.uniform(0.4, 1.3) * smooth_noise(frames, 3, smooth, rng)
        way[:, :2], way[:, 3] = noise[:, :2], 0.5 * noise[:, 2]
    for name, start, stop in sudden:
        _suddenly(way, name, start, stop, rng)
    return way


def _suddenly(way, name, start, stop, rng):
    """Add a sudden move to a way; where it leads, the camera stays."""
    span = stop - start
    part = eased((np.arange(len(way)) - start + 1) / (span + 1))
    turn = rng.choice([-1, 1])
    if name == "jolt":
        swell = np.sin(np.pi * (np.arange(span) + 1) / (span + 1))[:, None]
        jolt = swell * smooth_noise(span, 3, 0.8, rng)
        way[start:stop, :2] += rng.uniform(0.04, 0.09) * jolt[:, :2]
        way[start:stop, 3] += 0.05 * jolt[:, 2]
    elif name == "crash zoom":
        way[:, 2] *= np.exp(np.log(rng.uniform(1.7, 2.6)) * (part if turn > 0 else 1 - part))
    elif name in SUDDEN:
        reach = rng.uniform(0.9, 2.0) if name == "whip pan" else span * rng.uniform(0.05, 0.1)
        way[:, 0] += turn * reach * part
        way[:, 1] += 0.25 * reach * rng.uniform(-1, 1) * part


def views(grounds, way, centre, detail, size, film):
    """Write what a camera sees of a picture, or of one picture a frame.

    What moves by more than a pixel while the shutter is open is blurred along its way. Beyond its
    edges a picture goes on as its own mirror image.

    Parameters
    ----------
    grounds : callable
        Given a frame's number, the picture (h, w, 3) uint8; all of one size.
    way : ndarray
        (T, 4) as `camera_moves` gives it.
    centre : ndarray
        (2,) x and y in the picture, in its pixels, where the view's middle begins.
    detail : float
        Pixels of the picture for a pixel of the frame, at zoom 1.
    size : (int, int)
        H and W.
    film : ndarray
        (T, H, W, 3) uint8, written.
    """
    import cv2

    height, width = size
    middle = np.array([width, height]) / 2
    places = centre + detail * way[:, :2] * [width, height]
    speeds = np.gradient(places, axis=0) if len(way) > 1 else np.zeros((1, 2))
    speeds = speeds * (SHUTTER / detail * way[:, 2:3])  # pixels of the frame
    still = np.zeros(len(way), bool)
    still[1:] = (way[1:] == way[:-1]).all(1)
    before = None
    for t, (scale, roll) in enumerate(zip(detail / way[:, 2], way[:, 3], strict=True)):
        ground = grounds(t)
        if still[t] and ground is before:
            film[t] = film[t - 1]
            continue
        c, s = scale * np.cos(roll), scale * np.sin(roll)
        turn = np.array([[c, -s], [s, c]])
        shift = places[t] - turn @ (middle - 0.5) - 0.5
        seen = cv2.warpAffine(
            ground, np.column_stack([turn, shift]), (width, height), dst=film[t],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT_101,
        )  # fmt: skip
        if np.abs(speeds[t]).max() > 1:
            seen = cv2.filter2D(seen, -1, streak(speeds[t]), borderType=cv2.BORDER_REPLICATE)
        film[t], before = seen, ground


def streak(speed):
    """Draw the trace of a point that moves: a line of weights that sum to 1.

    Parameters
    ----------
    speed : array_like
        (2,) how far it comes, right and down, in pixels.

    Returns
    -------
    ndarray
        (n, n) float32, n odd.

    Examples
    --------
    >>> streak([2, 0]).round(2).tolist()
    [[0.0, 0.0, 0.0], [0.25, 0.5, 0.25], [0.0, 0.0, 0.0]]
    """
    reach = int(np.ceil(np.abs(speed).max() / 2))
    steps = 8 * reach + 1
    along = np.linspace(-0.5, 0.5, steps)[:, None] * np.asarray(speed) + reach  # (steps, 2): x, y
    first = np.floor(along + 1e-9).astype(int)
    (fx, fy), (x, y) = (along - first).T, first.T
    weights = np.zeros((2 * reach + 2, 2 * reach + 2))
    ends = np.full(steps, 1.0)
    ends[[0, -1]] = 0.5
    for right in (0, 1):
        for down in (0, 1):
            part = np.abs(1 - right - fx) * np.abs(1 - down - fy)
            np.add.at(weights, (y + down, x + right), ends * part)
    kernel = weights[:-1, :-1]
    return (kernel / kernel.sum()).astype(np.float32)
