"""What lesson 22 draws: a film above curves, and where two methods differ."""

import numpy as np

HIGH, LEFT, GAP = 48, 8, 4  # pixels of a curve, at its sides, and above it
INK, GREY, BAND, TRAP = "#333333", "#bbbbbb", "#cfe3f1", "#f6dfcf"


def both_curves(frames, curves, *, truth=None, traps=(), times=3):
    """Draw curves under a film, up to the frame of now.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    curves : dict of str to array_like
        (T,) numbers from 0 on.
    truth : ndarray, optional
        (N, 2) transitions, drawn as blue bands as far as the film has come.
    traps : sequence of (str, int, int)
        Drawn as orange bands.
    times : int
        By how much frames are enlarged.

    Returns
    -------
    ndarray
        (T, height, width, 3) uint8, both sides even.
    """
    from PIL import Image, ImageDraw, ImageFont

    total, height, width = len(frames), times * frames.shape[1], times * frames.shape[2]
    width += width % 2
    high = height + len(curves) * (GAP + HIGH)
    high += high % 2
    x = LEFT + np.arange(total) * (width - 2 * LEFT) / max(total - 1, 1)
    bands = [(a, max(b, a + 1), BAND) for a, b in ([] if truth is None else truth)]
    bands += [(a, b, TRAP) for name, a, b in traps]
    lines, font = [], ImageFont.load_default(12)
    for k, curve in enumerate(curves.values()):
        low = height + (k + 1) * (GAP + HIGH) - 4
        lines.append(low - np.asarray(curve, float) / max(np.max(curve), 1e-9) * (HIGH - 10))
    film = np.empty((total, high, width, 3), np.uint8)
    for t, frame in enumerate(frames):
        page = Image.new("RGB", (width, high), "#ffffff")
        page.paste(Image.fromarray(frame).resize((width, height), Image.Resampling.BICUBIC))
        draw = ImageDraw.Draw(page)
        for a, b, colour in bands:
            if a <= t:
                ends = (x[a] - 2, height + GAP, x[min(b - 1, t)] + 2, high)
                draw.rectangle(ends, fill=colour)
        for k, (name, y) in enumerate(zip(curves, lines, strict=True)):
            if t:
                draw.line(list(zip(x[: t + 1], y[: t + 1], strict=True)), fill=INK, width=2)
            draw.text((LEFT, height + k * (GAP + HIGH) + GAP), name, fill=INK, font=font)
        draw.line([(x[t], height + GAP), (x[t], high)], fill=GREY)
        film[t] = page
    return film


def differing(one, other, *, near=1):
    """List the transitions that only one of two methods has found.

    Parameters
    ----------
    one, other : list of vidlearn.shots.Transition
    near : int
        Frames that may lie between two that are the same.

    Returns
    -------
    list of (str, int)
        "first" or "second", and the frame in the middle, sorted by frame.
    """
    only = []
    for name, here, there in (("first", one, other), ("second", other, one)):
        for each in here:
            met = any(each.start - near <= o.end and o.start <= each.end + near for o in there)
            if not met:
                only.append((name, (each.start + each.end) // 2))
    return sorted(only, key=lambda pair: pair[1])
