"""Films of one coin for lesson 08: it flies, bounces, and goes behind a wall."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal

WALL = 0.35  # the coin cannot be seen where |x| is below it
RIM = 0.9  # where it bounces
ROWS, COLUMNS = 120, 160


def coin_paths(count, steps, seed):
    """Draw paths of coins that fly straight on and bounce from four walls.

    Parameters
    ----------
    count, steps : int
        N paths of T moments.
    seed : int or numpy.random.Generator
        Of places, ways and speeds.

    Returns
    -------
    ndarray
        (N, T, 2) x and y, each from -0.9 to 0.9.
    """
    rng = np.random.default_rng(seed)
    place, way = rng.uniform(-RIM, RIM, (count, 2)), rng.uniform(0, 2 * np.pi, count)
    move = rng.uniform(0.08, 0.16, (count, 1)) * np.stack([np.cos(way), np.sin(way)], axis=-1)
    found = []
    for _ in range(steps):
        found.append(place)
        place = place + move
        out = np.abs(place) > RIM
        place = np.where(out, np.sign(place) * 2 * RIM - place, place)
        move = np.where(out, -move, move)
    return np.stack(found, axis=1)


def in_view(paths):
    """Tell where a coin is not behind the wall.

    Parameters
    ----------
    paths : ndarray
        (..., 2).

    Returns
    -------
    ndarray
        (...) bool.
    """
    return np.abs(paths[..., 0]) > WALL


def bounced_unseen(paths):
    """Tell where a coin has bounced behind the wall since it was last seen.

    Parameters
    ----------
    paths : ndarray
        (..., T, 2).

    Returns
    -------
    ndarray
        (..., T) bool; nowhere while it is in view.
    """
    falls = np.diff(paths[..., 1], axis=-1) > 0
    turns = np.zeros(paths.shape[:-1], int)
    turns[..., 2:] = np.cumsum(falls[..., 1:] != falls[..., :-1], axis=-1)
    known = np.maximum.accumulate(np.where(in_view(paths), turns, 0), axis=-1)
    return turns > known


def what_is_seen(paths):
    """Make the input of a network: x, y and 1 while the coin is in view, else three zeros.

    Parameters
    ----------
    paths : ndarray
        (..., 2).

    Returns
    -------
    ndarray
        (..., 3) float32.
    """
    seen = in_view(paths)[..., None]
    return np.concatenate([np.where(seen, paths, 0), seen], axis=-1).astype(np.float32)


def straight_on(path):
    """Foretell each next place as if the coin always flew on as it was last seen to fly.

    Parameters
    ----------
    path : ndarray
        (T, 2), nan or anything while it is behind the wall.

    Returns
    -------
    ndarray
        (T, 2): at t, the place foretold for t + 1.
    """
    seen = in_view(path)
    place, move, found = np.zeros(2), np.zeros(2), []
    for t in range(len(path)):
        if seen[t] and t and seen[t - 1]:
            move = path[t] - path[t - 1]
        place = path[t] if seen[t] else place + move
        found.append(place + move)
    return np.array(found)


def coin_film(path, *, marks=(), times=2):
    """Film a coin that goes along a path and behind a wall, with marks over it.

    Parameters
    ----------
    path : ndarray
        (T, 2).
    marks : sequence of (ndarray, (int, int, int))
        Places (T, 2) to be ringed, and the colour of the ring.
    times : int
        How much larger than 120 x 160.

    Returns
    -------
    ndarray
        (T, 120 times, 160 times, 3) uint8.
    """
    from PIL import ImageDraw

    ground, wall, coin = _stage(times)
    film = []
    for t, place in enumerate(path):
        frame = ground.copy()
        x, y = _pixel(place, times)
        frame.paste(coin, (x - coin.width // 2, y - coin.height // 2), coin)
        frame.paste(*wall)
        pen = ImageDraw.Draw(frame)
        for places, colour in marks:
            x, y = _pixel(places[t], times)
            reach = 11 * times
            pen.ellipse((x - reach, y - reach, x + reach, y + reach), outline=colour, width=3)
        film.append(np.asarray(frame))
    return np.array(film)


def coin_in(film):
    """Find what moves in a film: the middle of what differs from the median of all frames.

    Parameters
    ----------
    film : ndarray
        (T, H, W, 3) uint8.

    Returns
    -------
    ndarray
        (T, 3): x and y, as in :func:`coin_film`, and 1, or three zeros where too little differs.
    """
    grey = film.mean(axis=-1)
    differs = np.abs(grey - np.median(grey, axis=0)) > 25
    rows, columns = film.shape[1:3]
    found = np.zeros((len(film), 3), np.float32)
    for t, mask in enumerate(differs):
        if mask.sum() > 0.002 * mask.size:
            y, x = np.argwhere(mask).mean(axis=0)
            found[t] = (2 * x / columns - 1) / RIM, (2 * y / rows - 1) / RIM, 1
    return found


def ringed(film, places, colour=(230, 159, 0)):
    """Draw a ring into each frame of a film, at places from -0.9 to 0.9.

    Parameters
    ----------
    film : ndarray
        (T, H, W, 3) uint8.
    places : ndarray
        (T, 2).
    colour : (int, int, int)
        Of the ring.

    Returns
    -------
    ndarray
        Shaped like `film`.
    """
    from PIL import Image, ImageDraw

    rows, columns = film.shape[1:3]
    reach, out = rows // 11, []
    for frame, (x, y) in zip(film, np.asarray(places), strict=True):
        picture = Image.fromarray(frame)
        x, y = (x * RIM + 1) / 2 * columns, (y * RIM + 1) / 2 * rows
        box = (x - reach, y - reach, x + reach, y + reach)
        ImageDraw.Draw(picture).ellipse(box, outline=colour, width=3)
        out.append(np.asarray(picture))
    return np.array(out)


def next_score(answer):
    """Say how far off an answer's next places are, on hidden paths, on the average.

    Parameters
    ----------
    answer : callable
        ``answer(seen)`` gets the places so far (t, 2), nan behind the wall, and returns the next.

    Returns
    -------
    float
        Mean distance, where the whole picture is 1.8 wide.

    Raises
    ------
    Refusal
        If two finite numbers do not come back.
    """
    paths, off = coin_paths(24, 61, 808), []
    hidden = np.where(in_view(paths)[..., None], paths, np.nan)
    for path, seen in zip(paths, hidden, strict=True):
        for t in range(12, 60, 2):
            found = answer(seen[: t + 1].copy())
            if (found is None or found is Ellipsis) and not off:
                raise NotImplementedError
            try:
                found = np.asarray(found, float).ravel()
            except Exception:  # no numbers, too large ones, or an object that refuses
                found = np.zeros(0)
            if found.shape != (2,) or not np.isfinite(found).all():
                raise Refusal(
                    "Return two finite numbers, x and y of the next place. After "
                    f"{t + 1} places, {in_view(path[: t + 1]).sum()} of them in view, something "
                    "else came."
                )
            off.append(np.linalg.norm(found - path[t + 1]))
    return float(np.mean(off))


def _pixel(place, times):
    return round((80 + 72 * place[0]) * times), round((60 + 54 * place[1]) * times)


@cache
def _stage(times):
    """Return the ground, the wall with its place, and the coin, as pictures."""
    from PIL import Image

    from vidlearn.synthetic import picture
    from vidlearn.synthetic.cutouts import cutout

    size = COLUMNS * times, ROWS * times
    lawn = np.asarray(Image.fromarray(picture("grass")).convert("L").resize(size))[..., None]
    ground = Image.fromarray((lawn * [0.14, 0.3, 0.18] + [8, 30, 14]).astype(np.uint8))
    half = round((72 * WALL + 5) * times)
    brick = Image.fromarray(picture("brick")).convert("RGB").resize((2 * half, size[1]))
    coin = Image.fromarray(cutout("coin", np.random.default_rng(3)), "RGBA")
    coin = coin.resize((18 * times, 18 * times))
    return ground, (brick, (size[0] // 2 - half, 0)), coin
