"""A claim over several seeds, and over several splits of the data: mean and range."""

import numpy as np

from vidlearn.course.describe import brief
from vidlearn.course.result import in_notebook
from vidlearn.messages import text


def over_seeds(f, seeds, *, splits=None, name=None, digits=3):
    """Run a claim once for each seed, print mean and range, and return the values.

    One run shows that something can happen. Several show whether it does: give what is drawn at
    random (weights, order of the batches) by the seed, and what the data are by the split.

    Parameters
    ----------
    f : callable
        ``f(seed)``, with splits ``f(seed, split)``, returns a number, or a dict of numbers.
    seeds : int or sequence of int
        The seeds; a number stands for ``range(seeds)``.
    splits : sequence, optional
        The splits; each seed runs on each.
    name : str, optional
        What the number is, for the printed line.
    digits : int
        Digits after the point.

    Returns
    -------
    ndarray or dict of str to ndarray
        Shape (S,), with splits (P, S): a row for each split.

    Raises
    ------
    TypeError
        If seeds, splits or digits are something else, or f does not return a number or a dict of
        numbers; that is told after its first run.
    ValueError
        If there is nothing to run, or f returns other names for another seed.

    Examples
    --------
    >>> values = over_seeds(lambda seed: 0.9 + seed / 100, [1, 2, 3], name="accuracy")
    accuracy: mean 0.920, from 0.910 to 0.930 (3 seeds)
    >>> values
    array([0.91, 0.92, 0.93])
    """
    seeds = _seeds(seeds)
    rows = [None] if splits is None else _listed("splits", splits, "range(3)")
    if not seeds or not rows:
        raise ValueError(f"seeds and splits must not be empty, got {seeds} and {splits}.")
    if not _is_int(digits) or digits < 0:
        raise TypeError(f"digits must be a whole number, 0 or more. Received: {brief(digits)}")
    show, values = _counter(len(seeds) * len(rows)), []
    try:
        for split in rows:
            for seed in seeds:
                values.append(f(seed) if splits is None else f(seed, split))
                _check(values[-1], values[0], seed)
                show(len(values))
    finally:
        show(None)
    shape = (len(seeds),) if splits is None else (len(rows), len(seeds))
    count = _count(len(seeds), None if splits is None else len(rows))
    if isinstance(values[0], dict):
        found = {key: np.reshape([row[key] for row in values], shape) for key in values[0]}
        width = max(len(str(key)) for key in found)
        for key, numbers in found.items():
            print(_line(str(key).ljust(width), numbers, digits, count))
        return found
    numbers = np.reshape(np.asarray(values, float), shape)
    print(_line(name or text("seeds")["value"], numbers, digits, count))
    return numbers


def _is_int(value):
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _seeds(seeds):
    """Return a list of seeds; a number stands for that many."""
    if _is_int(seeds):
        return list(range(seeds))
    found = _listed("seeds", seeds, "3, or [1, 2, 3]")
    if not all(map(_is_int, found)):
        raise TypeError(f"seeds must be whole numbers, as in [1, 2, 3]. Received: {brief(found)}")
    return found


def _listed(name, values, example):
    try:
        if not isinstance(values, str | bytes | bool):
            return list(values)
    except TypeError:
        pass
    raise TypeError(f"{name} must be a sequence, such as {example}. Received: {brief(values)}")


def _check(value, first, seed):
    """Say at once when f returns what has no mean, before minutes go by."""
    parts = list(value.values()) if isinstance(value, dict) else [value]
    if not parts or not all(map(_is_number, parts)):
        raise TypeError(
            f"f must return a number, or a dict of numbers. For seed {seed} it returned "
            f"{brief(value)}. End it with return, as in `return accuracy`."
        )
    names, before = (set(v) if isinstance(v, dict) else None for v in (value, first))
    if names != before:
        raise ValueError(
            "f must return the same names for every seed. First it returned "
            f"{brief(first)}, and for seed {seed} {brief(value)}."
        )


def _is_number(value):
    try:
        number = np.asarray(value)
    except Exception:  # ragged, or an object that refuses
        return False
    return number.dtype.kind in "biuf" and number.size == 1


def _line(name, numbers, digits, count):
    figures = {"mean": numbers.mean(), "low": numbers.min(), "high": numbers.max()}
    figures = {key: f"{value:.{digits}f}" for key, value in figures.items()}
    return text("seeds")["line"].format(name=name, count=count, **figures)


def _count(seeds, splits):
    words = text("seeds")
    if splits is None:
        return words["one" if seeds == 1 else "seeds"].format(seeds=seeds)
    return words["one_split" if splits == 1 else "splits"].format(seeds=seeds, splits=splits)


def _counter(total):
    """Return what shows how many runs are done: in a notebook one line, drawn again in place."""
    if not in_notebook() or total < 2:
        return lambda done: None
    from IPython.display import display

    words = text("seeds")["step"]

    def page(done):
        bar = f"<progress value='{done}' max='{total}' style='width:12em'></progress>"
        line = words.format(done=done, total=total)
        return {"text/html": f"<div class='vl-training'>{bar} {line}</div>", "text/plain": line}

    handle = display(page(0), raw=True, display_id=True)

    def show(done):
        if done is None:  # the line printed below says it all
            handle.update({"text/html": "", "text/plain": ""}, raw=True)
        else:
            handle.update(page(done), raw=True)

    return show
