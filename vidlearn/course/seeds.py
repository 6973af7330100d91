"""A claim over several seeds, and over several splits of the data: mean and range."""

import numpy as np

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

    Examples
    --------
    >>> values = over_seeds(lambda seed: 0.9 + seed / 100, [1, 2, 3], name="accuracy")
    accuracy: mean 0.920, from 0.910 to 0.930 (3 seeds)
    >>> values
    array([0.91, 0.92, 0.93])
    """
    seeds = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    rows = [None] if splits is None else list(splits)
    if not seeds or not rows:
        raise ValueError(f"seeds and splits must not be empty, got {seeds} and {splits}.")
    show, values = _counter(len(seeds) * len(rows)), []
    try:
        for split in rows:
            for seed in seeds:
                values.append(f(seed) if splits is None else f(seed, split))
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
