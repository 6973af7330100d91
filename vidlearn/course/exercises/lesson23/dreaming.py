"""The challenge: dreams of one's own, by the network that they have taught."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises.lesson23.shown import film_of

JUDGED = (22, 58, 10)  # films in which the thing is hidden for a while
PART, BATCH, RATE = (48, 64), 8, 0.015


def moved(picture, *, shift=(0, 0), angle=0.0, scale=1.0, about=None):
    """Move, turn and enlarge a picture or a mask.

    Parameters
    ----------
    picture : ndarray
        (H, W, 3) uint8, or (H, W) bool.
    shift : (float, float)
        To the right and down, in pixels.
    angle : float
        In radians.
    scale : float
        Above 1 it grows.
    about : (float, float), optional
        x and y of what stays while it turns and grows; by default the middle of the picture.

    Returns
    -------
    ndarray
        As `picture`; what comes in from outside is black, or False.
    """
    import cv2

    height, width = picture.shape[:2]
    x, y = about or ((width - 1) / 2, (height - 1) / 2)
    matrix = cv2.getRotationMatrix2D((float(x), float(y)), np.degrees(angle), scale)
    matrix[:, 2] += shift
    if picture.dtype == bool:
        soft = cv2.warpAffine(picture.astype(np.float32), matrix, (width, height))
        return soft > 0.5
    return cv2.warpAffine(picture, matrix, (width, height))


@cache
def _scene(seed):
    """Return the frames of a film, the true masks, and frame 0 with the thing taken out."""
    from vidlearn.masks.dreams import taken_out

    film = film_of(seed)
    truth = film.mask_of(0)
    return film.frames, truth, taken_out(film.frames[0], truth[0])


def dream_of(dream, seed=20):
    """Make a batch of dreams, to look at.

    Parameters
    ----------
    dream : callable
        As the challenge asks for it.
    seed : int
        Of the film.

    Returns
    -------
    pictures : ndarray
        (8, 72, 96, 3) uint8.
    masks : ndarray
        (8, 72, 96) bool.
    """
    frames, truth, ground = _scene(seed)
    rng = np.random.default_rng(seed)
    pairs = [_asked(dream, frames[0], truth[0], ground, rng) for _ in range(BATCH)]
    return tuple(np.stack(part) for part in zip(*pairs, strict=True))


def taught_by(dream, seed=20):
    """Teach the network that ships by dreams, and say how well it sees the film.

    Parameters
    ----------
    dream : callable
        ``dream(frame, mask, ground, rng)`` returns a picture (H, W, 3) and the thing's mask in it.
    seed : int
        Of the film, as `film_of` takes it.

    Returns
    -------
    float
        Mean J of all frames but the first, 0 to 1; None where the dream returns None.

    Raises
    ------
    Refusal
        If a dream is no picture with a mask.
    """
    import keras

    from vidlearn.course.presets import choose
    from vidlearn.masks import load_base, predict_masks
    from vidlearn.metrics import region_similarity
    from vidlearn.models import mask_loss

    frames, truth, ground = _scene(seed)
    steps = choose(tiny=4, cpu=175, gpu=350)
    rng = np.random.default_rng([23, seed])
    model = load_base()
    model.compile(keras.optimizers.Adam(RATE), mask_loss, jit_compile=False)
    for step in range(steps):
        inputs = np.zeros((BATCH, *PART, 4), np.uint8)  # nobody says where to look
        known = np.zeros((BATCH, *PART), bool)
        for k in range(BATCH):
            came = _asked(dream, frames[0], truth[0], ground, rng)
            if came is None:
                return None
            top, left = (rng.integers(a - b + 1) for a, b in zip(truth[0].shape, PART, strict=True))
            part = slice(top, top + PART[0]), slice(left, left + PART[1])
            inputs[k, ..., :3], known[k] = came[0][part], came[1][part]
        model.optimizer.learning_rate = RATE * (0.5 + 0.5 * np.cos(np.pi * step / steps))
        model.train_on_batch(inputs, known)
    found = predict_masks(model, frames) > 0.5
    return float(region_similarity(found[1:], truth[1:]).mean())


def dream_score(answer):
    """Judge dreams by what the network that they taught sees in films, see `taught_by`.

    Parameters
    ----------
    answer : callable

    Returns
    -------
    float
        The mean over hidden films; None where the answer returns None.
    """
    from vidlearn.course.presets import choose

    values = []
    for seed in JUDGED[: choose(tiny=1, cpu=2, gpu=3)]:
        values.append(taught_by(answer, seed))
        if values[-1] is None:
            return None
    return float(np.mean(values))


def _asked(dream, frame, mask, ground, rng):
    """Ask for a dream: a picture (H, W, 3) uint8 and its mask (H, W) bool, or None."""
    came = dream(frame.copy(), mask.copy(), ground.copy(), rng)
    if came is None or came is Ellipsis:
        return None
    try:
        picture, known = (np.asarray(part) for part in came)
        fine = picture.shape == frame.shape and picture.dtype.kind in "uif"
        fine = fine and known.shape == mask.shape and known.dtype.kind in "bui"
        fine = fine and np.isfinite(picture).all() and not np.setdiff1d(known, (0, 1)).size
    except (TypeError, ValueError):
        fine = False
    if not fine:
        raise Refusal(
            f"Return a picture {frame.shape} of numbers from 0 to 255, and with it the mask "
            f"{mask.shape}, True where the thing is to be seen: `return picture, where`."
        )
    if picture.dtype.kind == "f" and frame.max() > 2 and picture.max() <= 1:
        raise Refusal("Your picture goes from 0 to 1, where 255 is white: multiply it by 255.")
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8), known.astype(bool)
