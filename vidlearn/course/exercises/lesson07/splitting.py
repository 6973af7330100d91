"""A repair: frames of one film on both sides, and a mean that has seen the test."""

import numpy as np

from vidlearn.course.exercises import Exercise, Refusal
from vidlearn.messages import text


def split_films(films, labels, seed):
    """Draw films, not frames; measure mean and spread on those to learn from."""
    order = np.random.default_rng(seed).permutation(len(films))
    cut = len(order) * 3 // 4
    here, new = order[:cut], order[cut:]
    count, shape = films.shape[1], films.shape[2:]
    x_train, x_new = films[here].reshape(-1, *shape), films[new].reshape(-1, *shape)
    y_train, y_new = np.repeat(labels[here], count), np.repeat(labels[new], count)
    mean, std = x_train.mean(axis=0), x_train.std(axis=0) + 0.001
    return (x_train - mean) / std, y_train, (x_new - mean) / std, y_new


def _as_given(films, labels, seed):
    frames, y = films.reshape(-1, *films.shape[2:]), np.repeat(labels, films.shape[1])
    frames = (frames - frames.mean(axis=0)) / (frames.std(axis=0) + 0.001)
    order = np.random.default_rng(seed).permutation(len(frames))
    cut = len(order) * 3 // 4
    return frames[order[:cut]], y[order[:cut]], frames[order[cut:]], y[order[cut:]]


def _drawn(films, labels, seed, frames_apart=False, twice=False):
    """Return the raw frames of films that were drawn; or of frames, the first fault."""
    rng, count, shape = np.random.default_rng(seed), films.shape[1], films.shape[2:]
    if frames_apart:
        x, y = films.reshape(-1, *shape), np.repeat(labels, count)
        order = rng.permutation(len(x))
        cut = len(order) * 3 // 4
        return x[order[:cut]], y[order[:cut]], x[order[cut:]], y[order[cut:]]
    order = rng.permutation(len(films))
    other = rng.permutation(len(films)) if twice else order
    cut = len(order) * 3 // 4
    parts = order[:cut], other[cut:]
    (x, y), (x_new, y_new) = (
        (films[i].reshape(-1, *shape), np.repeat(labels[i], count)) for i in parts
    )
    return x, y, x_new, y_new


def _scaled(parts, *sources):
    """Standardise what is to learn from, and what is new, by the frames of a source each."""
    x, y, x_new, y_new = parts
    by = {"train": x, "new": x_new, "all": np.concatenate([x, x_new])}
    x, x_new = (
        (part - by[name].mean(axis=0)) / (by[name].std(axis=0) + 0.001)
        for part, name in zip((x, x_new), sources, strict=True)
    )
    return x, y, x_new, y_new


def _at_once(films, labels, seed):
    """Standardise by one mean and one spread for all pixels."""
    x, y, x_new, y_new = _drawn(films, labels, seed)
    return (x - x.mean()) / x.std(), y, (x_new - x.mean()) / x.std(), y_new


def _new_left_raw(films, labels, seed):
    return (*split_films(films, labels, seed)[:2], *_drawn(films, labels, seed)[2:])


def _labels_in_turn(films, labels, seed):
    """Repeat all labels in turn, where each stands for a film's frames in a row."""
    x, y, x_new, y_new = split_films(films, labels, seed)
    count = films.shape[1]
    return x, np.tile(y[::count], count), x_new, np.tile(y_new[::count], count)


def _cases():
    """Small films whose first number rises from frame to frame of all films: it names them."""
    cases = []
    for number, (count, length, rows, columns) in enumerate(((8, 3, 2, 2), (12, 5, 2, 3))):
        rng = np.random.default_rng(20 + number)
        films = rng.uniform(size=(count, length, rows, columns)) + rng.uniform(
            size=(count, 1, 1, 1)
        )
        names = rng.permutation(count)
        films[..., 0, 0] = (names[:, None] + np.arange(length) / length) / count
        cases.append((films, rng.permutation(np.arange(count) % 2), number))
    return cases


def told(result, films, labels, seed):
    """Say of a split what matters, whatever the order of its frames."""
    words = text("lesson07")["exercises"]["split-films"]
    x, y, x_new, y_new = _four(result, films, words)
    raw = films.reshape(-1, *films.shape[2:])
    here, new = _which(x[:, 0, 0], x_new[:, 0, 0], raw[:, 0, 0])
    film = np.repeat(np.arange(len(films)), films.shape[1])
    by = {"train": raw[here], "all": raw, "new": raw[new]}
    said = {
        words["both"]: len(np.intersect1d(film[here], film[new])),
        words["count"]: len(np.unique(film[here])),
        words["scale"]: _source(by, raw[here], x),
        words["scale_new"]: _source(by, raw[new], x_new),
    }
    truth = np.repeat(labels, films.shape[1])
    return said | {words["labels"]: bool((truth[here] == y).all() and (truth[new] == y_new).all())}


def _which(came, came_new, names):
    """Say which frame each is: by its rank if all were scaled alike, or if the new were not."""
    frames = np.argsort(names)
    if np.isin(came_new, names).all() and len(np.unique(came_new)) == len(came_new):
        new = frames[np.searchsorted(names, came_new, sorter=frames)]
        rest = frames[~np.isin(frames, new)]
        return rest[np.argsort(np.argsort(came, kind="stable"))], new
    found = frames[np.argsort(np.argsort(np.concatenate([came, came_new]), kind="stable"))]
    return found[: len(came)], found[len(came) :]


def _source(by, frames, came):
    """Name the source by which frames were standardised; "none" where they are as they were."""
    if np.allclose(frames, came):
        return "none"
    found = (name for name in by if _by(by[name], frames, came))
    whole = (f"{name}, all pixels at once" for name in by if _by(by[name], frames, came, None))
    return next(found, None) or next(whole, "?")


def _by(source, frames, came, axis=0):
    """Tell whether frames were standardised by a source, with a little in the spread or not."""
    mean, std = source.mean(axis=axis), source.std(axis=axis)
    return np.allclose((frames - mean) / std, came, rtol=0.02, atol=0.02)


def _four(result, films, words):
    try:
        parts = [np.asarray(part, float) for part in result]
    except (TypeError, ValueError):
        raise Refusal(words["four"]) from None
    if len(parts) != 4:
        raise Refusal(words["four"])
    x, y, x_new, y_new = parts
    if any(part.ndim != 3 or part.shape[1:] != films.shape[2:] for part in (x, x_new)):
        raise Refusal(words["frames"].format(shape=films.shape[2:], came=(x.shape, x_new.shape)))
    if y.shape != (len(x),) or y_new.shape != (len(x_new),):
        raise Refusal(words["one_each"].format(came=(y.shape, y_new.shape)))
    total = films.shape[0] * films.shape[1]
    if len(x) + len(x_new) != total:
        raise Refusal(words["all"].format(total=total, came=len(x) + len(x_new)))
    return x, y, x_new, y_new


EXERCISES = [
    Exercise(
        "split-films",
        split_films,
        _cases,
        {
            "as-given": _as_given,
            "mean-still-leaks": lambda *a: _scaled(_drawn(*a), "all", "all"),
            "frames-still-leak": lambda *a: _scaled(
                _drawn(*a, frames_apart=True), "train", "train"
            ),
            "each-by-itself": lambda *a: _scaled(_drawn(*a), "train", "new"),
            "drawn-twice": lambda *a: _scaled(_drawn(*a, twice=True), "train", "train"),
            "labels-in-turn": _labels_in_turn,
            "not-standardised": _drawn,
            "not-by-the-pixel": _at_once,
            "new-left-raw": _new_left_raw,
            "by-the-new": lambda *a: _scaled(_drawn(*a), "new", "new"),
        },
        kind="repair",
        measure=told,
    ),
]
