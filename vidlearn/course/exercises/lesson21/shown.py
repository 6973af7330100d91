"""What lesson 21 shows: films above a curve that is drawn while they play."""

import numpy as np

HIGH, LEFT, GAP = 84, 8, 6  # pixels of the curve, at its sides, and above it
BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#bbbbbb"


def curved(frames, curve, *, line=None, cuts=None, times=3):
    """Draw a curve under a film, up to the frame of now.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    curve : ndarray
        (T,) numbers from 0 on.
    line : float, optional
        A threshold, drawn across; what reaches it is a dot.
    cuts : sequence of int, optional
        True cuts: dots there are blue, others orange.
    times : int
        By how much frames are enlarged.

    Returns
    -------
    ndarray
        (T, height, width, 3) uint8, both sides even.
    """
    from PIL import Image, ImageDraw

    total, height, width = len(frames), times * frames.shape[1], times * frames.shape[2]
    width += width % 2
    high = height + GAP + HIGH
    high += high % 2
    film = np.empty((total, high, width, 3), np.uint8)
    x = LEFT + np.arange(total) * (width - 2 * LEFT) / max(total - 1, 1)
    top = max(float(np.max(curve)), line or 0.0, 1e-9) * 1.08
    y = high - 4 - np.asarray(curve, float) / top * (HIGH - 8)
    level = None if line is None else high - 4 - line / top * (HIGH - 8)
    for t, frame in enumerate(frames):
        page = Image.new("RGB", (width, high), "#ffffff")
        large = Image.fromarray(frame).resize((width, height), Image.Resampling.BICUBIC)
        page.paste(large, (0, 0))
        draw = ImageDraw.Draw(page)
        if level is not None:
            draw.line([(LEFT, level), (width - LEFT, level)], fill=GREY, width=2)
        for k in range(1, t + 1):
            over = line is not None and curve[k] >= line
            fine = over and cuts is not None and np.abs(np.asarray(cuts) - k).min() <= 1
            shade = (BLUE if fine or cuts is None else ORANGE) if over else "#444444"
            draw.line([(x[k - 1], y[k - 1]), (x[k], y[k])], fill="#444444", width=2)
            if over:
                draw.ellipse([x[k] - 4, y[k] - 4, x[k] + 4, y[k] + 4], fill=shade)
        draw.line([(x[t], height + GAP), (x[t], high - 2)], fill=GREY)
        film[t] = page
    return film


def rows_of(results):
    """Print what was found, a method a row.

    Parameters
    ----------
    results : dict of str to vidlearn.metrics.ShotMetrics
    """
    print(f"{'':26}{'cuts':>22}{'gradual':>26}")
    print(f"{'':26}" + 2 * "  precision  recall     F1")
    for name, each in results.items():
        row = "".join(
            f"{part.precision:11.2f}{part.recall:8.2f}{part.f1:7.2f}"
            for part in (each.cuts, each.gradual)
        )
        print(f"{name:26}{row}")


def strips(film, places, *, around=2):
    """Cut out what lies around some frames, one below the other.

    Parameters
    ----------
    film : ndarray
        (T, H, W, 3) uint8.
    places : sequence of int
        Frames in the middle.
    around : int
        Frames before and behind.

    Returns
    -------
    ndarray
        (N * H, (2 around + 1) * W, 3) uint8.
    """
    rows = []
    for place in places:
        at = np.clip(np.arange(place - around, place + around + 1), 0, len(film) - 1)
        rows.append(np.concatenate(list(film[at]), axis=1))
    return np.concatenate(rows)
