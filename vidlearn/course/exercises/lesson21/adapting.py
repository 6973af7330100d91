"""A threshold that looks around: in NumPy, and how it goes wrong."""

import numpy as np


def adaptive(differences, ratio, least, window):
    """Compare each difference with the mean of its neighbours, itself left out."""
    found = []
    for t in range(1, len(differences)):
        before = differences[max(t - window, 1) : t]
        after = differences[t + 1 : t + 1 + window]
        around = np.mean([*before, *after])
        if differences[t] >= least and differences[t] >= ratio * around:
            found.append(t)
    return np.array(found, int)


def adaptive_cases():
    rng = np.random.default_rng(21)
    still = np.array([0, 1, 2, 40, 2, 1, 1, 30, 3, 1.0])
    pan = np.array([0, 1, 2, 30, 31, 30, 29, 31, 2, 1, 1, 40, 1, 2.0])
    first = np.array([0, 50, 2, 3, 2, 9, 1, 1, 1, 35, 1.0])
    noisy = np.round(rng.gamma(1.5, 3.0, 60), 2)
    noisy[[7, 20, 21, 44]] += 30
    noisy[0] = 0
    begins = np.array([0, 30, 30, 29, 1, 1, 1, 1, 1, 1.0])
    return [
        (still, 3.0, 8.0, 2),
        (pan, 3.0, 8.0, 2),
        (first, 3.0, 8.0, 2),
        (begins, 3.0, 8.0, 4),
        (noisy, 2.5, 10.0, 4),
        (noisy, 4.0, 6.0, 1),
        (np.array([0, 3, 4, 3, 25, 3, 4, 3, 12, 3.0]), 2.0, 15.0, 3),
        (np.array([0, 5, 5, 10, 5, 5.0]), 2.0, 10.0, 2),
    ]


def _looked(*, itself=False, before=True, after=True, zero=1, least=True, rate=True, late=0,
            pool=np.mean, spread=1.0, padded=False, minus=False, early=False):  # fmt: skip
    """Return the reference with one thing done otherwise."""

    def answer(differences, ratio, floor, window):
        found = []
        window = max(int(window * spread), 1)
        for t in range(1, len(differences)):
            start = t - window if early else max(t - window, zero)
            around = [
                *(differences[start:t] if before else []),
                *(differences[t : t + 1] if itself else []),
                *(differences[t + 1 : t + 1 + window] if after else []),
            ]
            mean = pool(around) if around else 0.0
            if padded:
                mean = np.sum(around) / (2 * window)
            enough = differences[t] - mean >= ratio if minus else differences[t] >= ratio * mean
            if (differences[t] >= floor or not least) and (enough or not rate):
                found.append(t + late)
        return np.array(found, int)

    return answer


def _mask(differences, ratio, least, window):
    mask = np.zeros(len(differences), bool)
    mask[adaptive(differences, ratio, least, window)] = True
    return mask


def _strict(differences, ratio, least, window):
    """Ask for more where as much is enough."""
    return _looked()(differences, np.nextafter(ratio, np.inf), np.nextafter(least, np.inf), window)


def _either(differences, ratio, least, window):
    """Take what passes one of the two."""
    one = _looked(least=False)(differences, ratio, least, window)
    return np.union1d(one, _looked(rate=False)(differences, ratio, least, window))


def _of_all(differences, ratio, least, window):
    """Compare with the mean of the whole film."""
    far = differences >= ratio * np.mean(differences[1:])
    return np.flatnonzero(far & (differences >= least))


ADAPTIVE_MISTAKES = {
    "itself-counted": _looked(itself=True),
    "before-only": _looked(after=False),
    "after-only": _looked(before=False),
    "frame-0-counted": _looked(zero=0),
    "negative-start": _looked(early=True),
    "no-least": _looked(least=False),
    "least-only": _looked(rate=False),
    "either": _either,
    "strict": _strict,
    "of-all": _of_all,
    "largest": _looked(pool=np.max),
    "middle": _looked(pool=np.median),
    "half-window": _looked(spread=0.5),
    "twice-window": _looked(spread=2.0),
    "padded": _looked(padded=True),
    "minus": _looked(minus=True),
    "frame-before": _looked(late=-1),
    "mask": _mask,
}
