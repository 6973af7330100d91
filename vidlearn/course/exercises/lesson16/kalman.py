"""A step of the Kalman filter: predict widens, update narrows, nothing seen only predicts."""

import numpy as np


def kalman_step(mean, covariance, z, f, q, h, r):
    """Predict; then update by what was measured, if anything was."""
    mean = f @ mean
    covariance = f @ covariance @ f.T + q
    if z is None:
        return mean, covariance
    spread = h @ covariance @ h.T + r  # S, of what a measurement may say
    gain = covariance @ h.T @ np.linalg.inv(spread)  # K
    mean = mean + gain @ (z - h @ mean)
    covariance = covariance - gain @ h @ covariance
    return mean, covariance


RETURNS = ("mean", "covariance")


def step_cases():
    """Return inputs: one number, nothing seen, a place with its speed, then a plane askew."""

    def one(number):
        return np.array([[float(number)]])

    line = np.array([[1.0, 1], [0, 1]]), np.array([[0.5, 0.25], [0.25, 2]])
    place = np.array([[1.0, 0]]), one(3)
    state = np.array([10.0, 2]), np.array([[4.0, 1], [1, 3]])
    cases = [
        (np.array([10.0]), one(4), None, one(1.5), one(2), one(1), one(3)),
        (np.array([10.0]), one(4), np.array([17.0]), one(1.5), one(2), one(1), one(3)),
        (*state, None, *line, *place),
        (*state, np.array([15.0]), *line, *place),
    ]
    rng = np.random.default_rng(16)
    for size, seen in ((3, 2), (4, 2)):
        f = np.eye(size) + 0.4 * rng.normal(size=(size, size))
        h = rng.normal(size=(seen, size))
        p, q, r = (_spread(rng, side) for side in (size, size, seen))
        cases.append((4 * rng.normal(size=size), p, 4 * rng.normal(size=seen), f, q, h, r))
    cases.append((*cases[-1][:2], None, *cases[-1][3:]))
    return cases


def _spread(rng, side):
    """Return a covariance matrix that leans."""
    root = rng.normal(size=(side, side + 2))
    return root @ root.T


def given(mean, covariance, z, f, q, h, r):
    """Describe an input."""
    seen = "None" if z is None else z.round(3).tolist()
    if len(mean) == 1:
        numbers = zip("fqhr", (f, q, h, r), strict=True)
        rest = ", ".join(f"{name} = {matrix.item():g}" for name, matrix in numbers)
        return f"mean = {mean.item():g}, covariance = {covariance.item():g}, z = {seen}, {rest}"
    return (
        f"{len(mean)} numbers in the state, {len(h)} of them measured, z = {seen}\n"
        f"mean = {mean.round(3).tolist()}\ncovariance =\n{covariance.round(3)}\n"
        f"f =\n{f.round(3)}\nh =\n{h.round(3)}"
    )


def _predicted(mean, covariance, f, q):
    return f @ mean, f @ covariance @ f.T + q


def _updated(mean, covariance, z, h, r):
    gain = covariance @ h.T @ np.linalg.inv(h @ covariance @ h.T + r)
    return mean + gain @ (z - h @ mean), covariance - gain @ h @ covariance


def _step(predict=_predicted, update=_updated):
    """Return the reference with another prediction or another update."""

    def step(mean, covariance, z, f, q, h, r):
        mean, covariance = predict(mean, covariance, f, q)
        return (mean, covariance) if z is None else update(mean, covariance, z, h, r)

    return step


def _gained(gain, *, innovation=None, narrow=None):
    """Return the reference with another gain K, innovation or narrowing."""

    def update(mean, covariance, z, h, r):
        k = gain(covariance, h, h @ covariance @ h.T, r)
        news = innovation(z, h @ mean) if innovation else z - h @ mean
        after = narrow(covariance, k, h) if narrow else covariance - k @ h @ covariance
        return mean + k @ news, after

    return _step(update=update)


def _gain(p, h, s, r):
    return p @ h.T @ np.linalg.inv(s + r)


def _update_first(mean, covariance, z, f, q, h, r):
    """Update by the old prediction, then move on."""
    if z is not None:
        mean, covariance = _updated(mean, covariance, z, h, r)
    return _predicted(mean, covariance, f, q)


def _no_prediction(mean, covariance, z, f, q, h, r):
    """Predict only when nothing was seen."""
    if z is None:
        return _predicted(mean, covariance, f, q)
    return _updated(mean, covariance, z, h, r)


def _stands_still(mean, covariance, z, f, q, h, r):
    """Change nothing when nothing was seen."""
    return (mean, covariance) if z is None else kalman_step(mean, covariance, z, f, q, h, r)


def _never_predicts(mean, covariance, z, f, q, h, r):
    """Update, or change nothing."""
    return (mean, covariance) if z is None else _updated(mean, covariance, z, h, r)


def _old_mean(mean, covariance, z, f, q, h, r):
    """Hold the measurement against where the thing was."""
    if z is None:
        return _predicted(mean, covariance, f, q)
    ahead, covariance = _predicted(mean, covariance, f, q)
    gain = _gain(covariance, h, h @ covariance @ h.T, r)
    return ahead + gain @ (z - h @ mean), covariance - gain @ h @ covariance


def _old_covariance(mean, covariance, z, f, q, h, r):
    """Take the gain from before the prediction."""
    if z is None:
        return _predicted(mean, covariance, f, q)
    gain = _gain(covariance, h, h @ covariance @ h.T, r)
    mean, covariance = _predicted(mean, covariance, f, q)
    return mean + gain @ (z - h @ mean), covariance - gain @ h @ covariance


def _predicted_twice(mean, covariance, z, f, q, h, r):
    """Predict, and once more where something was seen."""
    mean, covariance = _predicted(mean, covariance, f, q)
    return (mean, covariance) if z is None else kalman_step(mean, covariance, z, f, q, h, r)


def _none_not_asked(mean, covariance, z, f, q, h, r):
    """Update in any case."""
    return _updated(*_predicted(mean, covariance, f, q), z, h, r)


def _zeros_seen(mean, covariance, z, f, q, h, r):
    """Take nothing seen for a measurement of zeros."""
    return kalman_step(mean, covariance, np.zeros(len(h)) if z is None else z, f, q, h, r)


def _no_return(mean, covariance, z, f, q, h, r):
    """Return nothing where nothing was seen."""
    return None if z is None else kalman_step(mean, covariance, z, f, q, h, r)


def _elementwise(mean, covariance, z, f, q, h, r):
    """Write every product with a star."""
    mean, covariance = f * mean, f * covariance * f.T + q
    if z is None:
        return mean, covariance
    gain = covariance * h.T / (h * covariance * h.T + r)
    return mean + gain * (z - h * mean), covariance - gain * h * covariance


def _by_truth(mean, covariance, z, f, q, h, r):
    """Ask whether the measurement is true, which an array of several numbers cannot say."""
    mean, covariance = _predicted(mean, covariance, f, q)
    return _updated(mean, covariance, z, h, r) if z else (mean, covariance)


def _swapped(*args):
    mean, covariance = kalman_step(*args)
    return covariance, mean


STEP_MISTAKES = {
    "update-first": _update_first,
    "no-prediction": _no_prediction,
    "stands-still": _stands_still,
    "never-predicts": _never_predicts,
    "no-q": _step(lambda m, p, f, q: (f @ m, f @ p @ f.T)),
    "f-transposed": _step(lambda m, p, f, q: (f @ m, f.T @ p @ f + q)),
    "f-once": _step(lambda m, p, f, q: (f @ m, f @ p + q)),
    "elementwise": _step(lambda m, p, f, q: (f @ m, f * p * f.T + q)),
    "elementwise-throughout": _elementwise,
    "mean-kept": _step(lambda m, p, f, q: (m, f @ p @ f.T + q)),
    "covariance-not-moved": _step(lambda m, p, f, q: (f @ m, p + q)),
    "gain-without-r": _gained(lambda p, h, s, r: p @ h.T @ np.linalg.pinv(s)),
    "gain-by-r": _gained(lambda p, h, s, r: p @ h.T @ np.linalg.inv(r)),
    "gain-without-covariance": _gained(lambda p, h, s, r: h.T @ s @ np.linalg.inv(s + r)),
    "not-inverted": _gained(lambda p, h, s, r: p @ h.T @ (s + r)),
    "divided": _gained(lambda p, h, s, r: p @ h.T @ (1 / (s + r))),
    "sign": _gained(_gain, innovation=lambda z, seen: seen - z),
    "no-innovation": _gained(_gain, innovation=lambda z, seen: z),
    "not-narrowed": _gained(_gain, narrow=lambda p, k, h: p),
    "one-for-identity": _gained(_gain, narrow=lambda p, k, h: (1 - k @ h) @ p),
    "narrowed-askew": _gained(_gain, narrow=lambda p, k, h: p - p @ k @ h),
    "no-q-nor-narrowed": _step(
        lambda m, p, f, q: (f @ m, f @ p @ f.T),
        lambda m, p, z, h, r: (_updated(m, p, z, h, r)[0], p),
    ),
    "no-q-and-f-once": _step(lambda m, p, f, q: (f @ m, f @ p)),
    "no-r-and-sign": _gained(
        lambda p, h, s, r: p @ h.T @ np.linalg.pinv(s), innovation=lambda z, seen: seen - z
    ),
    "widened": _gained(_gain, narrow=lambda p, k, h: p + k @ h @ p),
    "r-added": _step(lambda m, p, f, q: (f @ m, f @ p @ f.T + q), lambda *a: _with_r(*a)),
    "predicted-twice": _predicted_twice,
    "none-not-asked": _none_not_asked,
    "zeros-seen": _zeros_seen,
    "no-return": _no_return,
    "old-mean": _old_mean,
    "old-covariance": _old_covariance,
    "by-truth": _by_truth,
    "swapped": _swapped,
}


def _with_r(mean, covariance, z, h, r):
    """Add the noise of the measurement to the state's own spread."""
    mean, after = _updated(mean, covariance, z, h, r)
    return mean, after + h.T @ r @ h
