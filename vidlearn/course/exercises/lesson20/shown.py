"""What attention looks at, made visible: windows of films, places that glow, small tables."""

import numpy as np

GLOW = np.array([255, 200, 0], float)
FRAME = (86, 180, 233)


def windows_of(frames, *, size=16, stride=4):
    """Cut overlapping windows out of every frame; bring each to mean 0 and spread 1.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    size, stride : int
        Pixels of a window, and from one to the next.

    Returns
    -------
    tokens : ndarray
        (T, R, C, D) float32, a row of numbers for each window.
    places : ndarray
        (R, C, 2) x and y of the windows' middles in pixels.
    """
    small = frames.astype(np.float32)
    cut = np.lib.stride_tricks.sliding_window_view(small, (size, size), axis=(1, 2))
    cut = cut[:, ::stride, ::stride, :, ::2, ::2]  # every other pixel is enough
    tokens = cut.reshape(*cut.shape[:3], -1)
    tokens = tokens - tokens.mean(axis=-1, keepdims=True)
    tokens /= tokens.std(axis=-1, keepdims=True) + 8  # even walls stay near 0
    rows, columns = tokens.shape[1:3]
    y, x = np.mgrid[:rows, :columns] * stride + size / 2
    return tokens, np.stack([x, y], axis=-1)


def window_at(places, x, y):
    """Return row and column of the window whose middle lies nearest to a point."""
    away = np.hypot(*(places - (x, y)).transpose(2, 0, 1))
    return np.unravel_index(away.argmin(), away.shape)


def glowing(frames, weights, *, asked=None, times=1, gamma=0.5):
    """Darken frames and let glow what is looked at.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    weights : ndarray
        (T, R, C): a weight for each part of a grid that covers the frames.
    asked : tuple, optional
        Frame, then x1, y1, x2, y2 of the window that asks; a box is drawn there.
    times : int
        By how much the frames are enlarged.
    gamma : float
        Below 1, small weights glow too.

    Returns
    -------
    ndarray
        (T, times * H, times * W, 3) uint8.
    """
    from PIL import Image, ImageDraw

    height, width = frames.shape[1:3]
    shares = (weights / weights.max()) ** gamma
    film = []
    for t, (frame, share) in enumerate(zip(frames, shares, strict=True)):
        size = times * width, times * height
        glow = Image.fromarray(share.astype(np.float32)).resize(size, Image.Resampling.BILINEAR)
        alpha = 0.8 * np.clip(np.asarray(glow), 0, 1)[..., None]
        large = np.asarray(Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC), float)
        mixed = 0.55 * large * (1 - alpha) + GLOW * alpha
        picture = Image.fromarray(mixed.round().astype(np.uint8))
        if asked is not None and t == asked[0]:
            box = [times * side for side in asked[1:]]
            ImageDraw.Draw(picture).rectangle(box, outline=FRAME, width=max(2, times))
        film.append(np.asarray(picture))
    return np.array(film)


def boxed(frames, asked, *, times=1, last=None):
    """Enlarge frames, and draw the window that asks into its own frame, or into the first few.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    asked : tuple
        Frame, then x1, y1, x2, y2.
    times : int
        By how much the frames are enlarged.
    last : int, optional
        The last frame with the box.

    Returns
    -------
    ndarray
        (T, times * H, times * W, 3) uint8.
    """
    from PIL import Image, ImageDraw

    first, *box = asked
    film = []
    for t, frame in enumerate(frames):
        size = times * frame.shape[1], times * frame.shape[0]
        picture = Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC)
        if first <= t <= (first if last is None else last):
            sides = [times * side for side in box]
            ImageDraw.Draw(picture).rectangle(sides, outline=FRAME, width=max(2, times))
        film.append(np.asarray(picture))
    return np.array(film)


def padded(weights):
    """Lay a border of nothing round the weights of windows, so that they cover whole frames.

    Parameters
    ----------
    weights : ndarray
        (T, R, C), of windows of 16 pixels every 4.

    Returns
    -------
    ndarray
        (T, R + 4, C + 4).
    """
    return np.pad(weights, ((0, 0), (2, 2), (2, 2)))


def kernels_film(w, *, large=9, columns=12):
    """Play kernels through time: their slices one after another, blue above 0, orange below.

    Parameters
    ----------
    w : ndarray
        (KT, KH, KW, C, F).
    large : int
        Pixels for each number.
    columns : int
        Kernels in a row.

    Returns
    -------
    ndarray
        (KT, height, width, 3) uint8.
    """
    from vidlearn.plots import paint

    grey = w.sum(axis=3)  # what they do with a grey picture
    grey = grey / np.abs(grey).max(axis=(0, 1, 2))
    times, height, width, count = grey.shape
    rows = -(-count // columns)
    shape = times, rows * (height + 1) - 1, columns * (width + 1) - 1
    sheet = np.zeros(shape)
    gap = np.ones(shape, bool)
    for n in range(count):
        top, left = n // columns * (height + 1), n % columns * (width + 1)
        sheet[:, top : top + height, left : left + width] = grey[..., n]
        gap[:, top : top + height, left : left + width] = False
    film = np.array(paint(sheet, 1))
    film[gap] = 255
    return film.repeat(large, axis=1).repeat(large, axis=2)
