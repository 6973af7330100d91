"""Schedules: functions that give the learning rate of every step, steps counting from 0.

They are for `learning_rate` of an optimiser, and give the numbers of Keras's of the same names.
Here `rate` is a learning rate, not the share that dropout drops.
"""

from math import cos, floor, inf, pi

from ._checks import check_flag, check_number, is_number


def exponential_decay(rate, *, decay_steps, decay_rate, staircase=False):
    """Multiply the learning rate by decay_rate every decay_steps.

    Parameters
    ----------
    rate : float
        At step 0.
    decay_steps : int
    decay_rate : float
    staircase : bool
        In jumps, instead of a little at each step.

    Returns
    -------
    callable
        f(step) -> float

    Raises
    ------
    ValueError
        If an argument is no number of its range.

    Examples
    --------
    >>> schedule = exponential_decay(0.8, decay_steps=10, decay_rate=0.25)
    >>> schedule(0), schedule(5), schedule(10)
    (0.8, 0.4, 0.2)
    """
    rate, decay_steps = _check_rate("rate", rate), _check_steps("decay_steps", decay_steps, 1)
    decay_rate = check_number("decay_rate", decay_rate, "be above 0", lambda r: 0 < r < inf)
    check_flag("staircase", staircase)

    def schedule(step):
        periods = step / decay_steps
        return rate * decay_rate ** (floor(periods) if staircase else periods)

    return schedule


def cosine_decay(rate, *, decay_steps, alpha=0.0, warmup_target=None, warmup_steps=0):
    """Let the learning rate fall along half a cosine, after a warm-up where one is asked for.

    Parameters
    ----------
    rate : float
        At step 0.
    decay_steps : int
        Steps of the fall, not counting the warm-up.
    alpha : float
        Where the fall ends, as a share of where it begins.
    warmup_target : float, optional
        The rate rises to it in a straight line, and falls from it; no warm-up by default.
    warmup_steps : int

    Returns
    -------
    callable
        f(step) -> float

    Raises
    ------
    ValueError
        If an argument is no number of its range.

    References
    ----------
    Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017, eq. 5.

    Examples
    --------
    >>> schedule = cosine_decay(0.0, decay_steps=100, warmup_target=1.0, warmup_steps=10)
    >>> [round(schedule(step), 3) for step in (0, 5, 10, 60, 110, 999)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.0]
    """
    rate, decay_steps = _check_rate("rate", rate), _check_steps("decay_steps", decay_steps, 1)
    warmup_steps = _check_steps("warmup_steps", warmup_steps, 0)
    alpha = check_number("alpha", alpha, "lie between 0 and 1", lambda a: 0 <= a <= 1)
    if warmup_target is not None:
        warmup_target = _check_rate("warmup_target", warmup_target)
    if (warmup_target is None) != (warmup_steps == 0):
        raise ValueError(
            "warmup_target and warmup_steps belong together; "
            f"received warmup_target={warmup_target} and warmup_steps={warmup_steps}."
        )
    top, warm = (rate, 0) if warmup_target is None else (warmup_target, warmup_steps)

    def schedule(step):
        if step < warm:
            return rate + (top - rate) * step / warm
        share = min((step - warm) / decay_steps, 1)
        return top * (alpha + (1 - alpha) * (1 + cos(pi * share)) / 2)

    return schedule


def piecewise_constant(boundaries, values):
    """Change the learning rate after certain steps.

    Parameters
    ----------
    boundaries : list of int
        Last step of each value but the last one, rising.
    values : list of float
        One more than boundaries.

    Returns
    -------
    callable
        f(step) -> float

    Raises
    ------
    ValueError
        If an argument is no number of its range.

    Examples
    --------
    >>> schedule = piecewise_constant([100, 200], [0.1, 0.01, 0.001])
    >>> schedule(100), schedule(101), schedule(201)
    (0.1, 0.01, 0.001)
    """
    boundaries, values = _list("boundaries", boundaries), _list("values", values)
    values = [_check_rate("values", value) for value in values]
    numbers = all(map(is_number, boundaries))
    if len(values) != len(boundaries) + 1 or not numbers or sorted(boundaries) != boundaries:
        raise ValueError(
            "boundaries must rise, and values hold one entry more; "
            f"received boundaries={boundaries} and values={values}."
        )

    def schedule(step):
        return values[sum(step > boundary for boundary in boundaries)]

    return schedule


def _check_rate(name, value):
    return check_number(name, value, "be a finite number of 0 or more", lambda r: 0 <= r < inf)


def _check_steps(name, value, least):
    if not (is_number(value) and least <= value < inf):
        raise ValueError(f"{name} must be {least} or more; received {name}={value!r}.")
    return value


def _list(name, values):
    try:
        return list(values)
    except TypeError:
        raise TypeError(f"{name} must be a list of numbers; received {values!r}.") from None
