"""What changes much in a film and is no boundary: flashes, fast cameras, titles, freezes."""

import numpy as np

from vidlearn.synthetic.camera import SUDDEN, eased
from vidlearn.synthetic.takes import add_noise, shoot
from vidlearn.synthetic.things import Thing, cutouts, thing_of

# name: least and most frames
SPANS = {
    "flash": (1, 3),
    "light": (1, 2),
    "flicker": (8, 40),
    "fast pan": (8, 25),
    "whip pan": (4, 8),
    "crash zoom": (4, 10),
    "jolt": (4, 12),
    "crossing": (6, 20),
    "split screen": (8, 50),
    "title": (8, 60),
    "part fades": (10, 40),
    "freeze": (3, 20),
    "doubled": (8, 60),
    "noise": (3, 40),
    "jpeg": (8, 60),
}
TRAPS = (*SPANS, "bars", "codec")
"""What can be asked for. "light" is a change that stays, "bars" lie over some shots in a row,
"codec" is of the whole film."""


def set_trap(name, clip, start, stop, world, rng):
    """Change frames of a clip in place, but for what the camera does (`SUDDEN`).

    Parameters
    ----------
    name : str
        A key of `SPANS`.
    clip : ndarray
        (T, H, W, 3) uint8.
    start, stop : int
        The frames it takes. What stays, stays to the clip's end.
    world : str
        Where other pictures come from: "seen" or "new".
    rng : numpy.random.Generator
        Draws how.
    """
    if name not in SUDDEN:
        _MAKE[name](clip, start, stop, world, rng)


def _flash(clip, start, stop, world, rng):
    """A camera's flash: white, strongest where it is nearest, and gone."""
    middle = rng.uniform(0.2, 0.8, 2)
    y, x = ((np.arange(n) + 0.5) / n for n in clip.shape[1:3])
    near = np.exp(-((x - middle[0]) ** 2 + (y[:, None] - middle[1]) ** 2) / rng.uniform(0.3, 2))
    strength = rng.uniform(0.5, 1) * near[..., None]
    for k, t in enumerate(range(start, stop)):
        part = strength * 0.55**k
        clip[t] = np.rint(clip[t] + part * (255 - clip[t].astype(np.float32)))


def _lit(clip, gains):
    """Multiply frames (T, H, W, 3) by (T, 3), in place."""
    levels = np.arange(256)
    for frame, gain in zip(clip, gains, strict=True):
        table = np.clip(np.rint(levels[:, None] * gain), 0, 255).astype(np.uint8)
        for c in range(3):
            frame[..., c] = table[:, c][frame[..., c]]


def _light(clip, start, stop, world, rng):
    bright = clip[start].mean()
    gain = rng.uniform(0.35, 0.65) if bright > 90 else rng.uniform(1.5, 2.4)
    tint = gain * rng.uniform(0.85, 1.1, 3)
    part = np.arange(1, len(clip) - start + 1)[:, None] / (stop - start)
    _lit(clip[start:], 1 + np.minimum(part, 1) * (tint - 1))


def _flicker(clip, start, stop, world, rng):
    time = np.arange(stop - start)
    waves = np.sin(time * rng.uniform(0.5, 3)) + 0.7 * rng.standard_normal(len(time))
    _lit(clip[start:stop], np.tile(1 + rng.uniform(0.1, 0.35) * waves[:, None], 3).clip(0.2, 2))


def _crossing(clip, start, stop, world, rng):
    """Something large passes near the camera, out of focus, and hides much or all."""
    height, width = clip.shape[1:3]
    stock = cutouts(world)
    longest = height * rng.uniform(0.9, 1.8)
    rgba = thing_of(stock[rng.integers(len(stock))], longest, blur=0.02 * longest)
    reach = rgba.shape[1] / 2
    span = stop - start
    part = (np.arange(span) + 1) / (span + 1)
    x = -reach + part * (width + 2 * reach)
    x = x if rng.random() < 0.5 else width - x
    y = np.full(span, height * rng.uniform(0.35, 0.75))
    still = np.full(span, rng.uniform(-0.3, 0.3))
    Thing(rgba, np.stack([x, y], 1), still, np.ones(span)).lay_on(clip[start:stop])


def _split_screen(clip, start, stop, world, rng):
    """Another film takes a part of the picture, and leaves again."""
    height, width = clip.shape[1:3]
    side = rng.choice(["left", "right", "corner"])
    if side == "corner":
        high, wide = (max(4, round(n * rng.uniform(0.3, 0.45))) for n in (height, width))
        top, left = round(0.06 * height), round((0.94 - wide / width) * width)
    else:
        high, wide = height, width // 2
        top, left = 0, 0 if side == "left" else width - wide
    clip[start:stop, top : top + high, left : left + wide] = shoot(
        stop - start, (high, wide), world, rng
    )


def _title(clip, start, stop, world, rng):
    import cv2

    height, width = clip.shape[1:3]
    fine = max(1, round(360 / height))  # drawn large and shrunk
    canvas = np.zeros((height * fine, width * fine), np.uint8)
    letters = "ABCDEFGHIKLMNOPRSTUVWabcdefghiklmnoprstuvw"
    size = rng.uniform(0.05, 0.16) * canvas.shape[0] / 22
    left, top = canvas.shape[1] * rng.uniform(0.04, 0.2), canvas.shape[0] * rng.uniform(0.2, 0.75)
    for line in range(rng.integers(1, 4)):
        words = (rng.choice(list(letters), rng.integers(2, 8)) for _ in range(rng.integers(1, 4)))
        text = " ".join(map("".join, words))
        place = int(left), int(top + line * 34 * size)
        cv2.putText(canvas, text, place, 2, size, 255, max(1, int(2 * size)), cv2.LINE_AA)
    alpha = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    alpha = alpha[..., None].astype(np.float32) / 255
    colour = np.float32([(255, 255, 255), (255, 235, 60)][rng.integers(2)])
    if clip[start].mean() > 140:
        colour = np.float32([10, 10, 10])
    box = np.zeros((height, width, 1), np.float32)
    if rng.random() < 0.4:  # a plate behind it
        rows = np.flatnonzero(alpha.any((1, 2)))
        box[max(0, rows[0] - 1) : rows[-1] + 2] = rng.uniform(0.5, 1)
    plate = 255 - colour
    ramp = rng.choice([1, 6])  # at once, or softly
    for t in range(start, stop):
        part = min(1, (t - start + 1) / ramp, (stop - t) / ramp)
        frame = clip[t] + part * box * (plate - clip[t])
        clip[t] = np.rint(frame + part * alpha * (colour - frame))


def _part_fades(clip, start, stop, world, rng):
    """A part of the picture fades away and stays so."""
    height, width = clip.shape[1:3]
    y, x = ((np.arange(n) + 0.5) / n for n in (height, width))
    along = rng.choice([0, 1, 2])
    distance = (x[None], y[:, None], 1.4 * np.hypot(x - 0.5, y[:, None] - 0.5))[along]
    distance = 1 - distance if rng.random() < 0.5 else distance
    region = eased((rng.uniform(0.35, 0.6) - distance) / 0.1 + 0.5)
    region = np.broadcast_to(region, (height, width))[..., None].astype(np.float32)
    colour = np.float32(0 if rng.random() < 0.7 else 255)
    for t in range(start, len(clip)):
        part = region * min(1, (t - start + 1) / (stop - start))
        clip[t] = np.rint(clip[t] + part * (colour - clip[t]))


def _freeze(clip, start, stop, world, rng):
    clip[start:stop] = clip[start]


def _doubled(clip, start, stop, world, rng):
    times = rng.integers(2, 4)
    at = np.arange(stop - start)
    clip[start:stop] = clip[start:stop][at // times * times]


def _noise(clip, start, stop, world, rng):
    add_noise(clip[start:stop], rng.uniform(12, 35), rng)


def _jpeg(clip, start, stop, world, rng):
    import cv2

    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(4, 20))]
    for frame in clip[start:stop]:
        _, packed = cv2.imencode(".jpg", frame, quality)
        frame[:] = cv2.imdecode(packed, cv2.IMREAD_COLOR)


_MAKE = {
    "flash": _flash,
    "light": _light,
    "flicker": _flicker,
    "crossing": _crossing,
    "split screen": _split_screen,
    "title": _title,
    "part fades": _part_fades,
    "freeze": _freeze,
    "doubled": _doubled,
    "noise": _noise,
    "jpeg": _jpeg,
}


def add_bars(film, rng):
    """Lay black bars above and below, or left and right, over a film (T, H, W, 3), in place."""
    height, width = film.shape[1:3]
    if rng.random() < 0.6:
        bar = max(1, round(height * rng.uniform(0.08, 0.16)))
        film[:, :bar], film[:, height - bar :] = 0, 0
    else:
        bar = max(1, round(width * rng.uniform(0.1, 0.22)))
        film[:, :, :bar], film[:, :, width - bar :] = 0, 0


def through_codec(film, fps, rng):
    """Write a film strongly compressed, and read it back.

    Parameters
    ----------
    film : ndarray
        (T, H, W, 3) uint8.
    fps : float
        Frames per second.
    rng : numpy.random.Generator
        Draws how strongly: crf 32 to 42.

    Returns
    -------
    ndarray
        (T, H, W, 3) uint8 with real artefacts of H.264.
    """
    import tempfile
    import warnings
    from pathlib import Path

    from vidlearn.video import VideoWarning, read_video, write_video

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", VideoWarning)  # of sides that are odd
        path = Path(folder) / "film.mp4"
        write_video(path, film, fps=fps, crf=int(rng.integers(32, 43)))
        return read_video(path)[:, : film.shape[1], : film.shape[2]]
