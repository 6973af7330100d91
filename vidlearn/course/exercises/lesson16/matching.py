"""Who is who: the gate, the assignment and the number of a new one, to be repaired."""

import numpy as np

GATE = 9.21  # of a measurement that is a track's own, 99 in 100 lie nearer (chi-square, 2 numbers)
FAR = 1e6


def who_is_who(means, covariances, ids, found, h, r, fresh):
    """Say whose each found centre is: the identity of a track, or a new one."""
    from scipy.optimize import linear_sum_assignment

    costs = np.zeros((len(ids), len(found)))
    for k, (mean, covariance) in enumerate(zip(means, covariances, strict=True)):
        inverse = np.linalg.inv(h @ covariance @ h.T + r)
        for n, z in enumerate(found):
            away = z - h @ mean
            costs[k, n] = away @ inverse @ away
    costs[costs > 9.21] = 1e6  # outside the gate
    who = np.full(len(found), -1)
    for k, n in zip(*linear_sum_assignment(costs), strict=True):
        if costs[k, n] <= 9.21:
            who[n] = ids[k]
    new = np.flatnonzero(who < 0)
    who[new] = fresh + np.arange(len(new))
    return who


def as_given(means, covariances, ids, found, h, r, fresh):
    """Gate by the noise alone, take the nearest pair first, number the new ones by the frame."""
    costs = np.zeros((len(ids), len(found)))
    for k, (mean, _) in enumerate(zip(means, covariances, strict=True)):
        inverse = np.linalg.inv(r)
        for n, z in enumerate(found):
            away = z - h @ mean
            costs[k, n] = away @ inverse @ away
    who = np.full(len(found), -1)
    while costs.min(initial=np.inf) <= GATE:
        k, n = np.unravel_index(costs.argmin(), costs.shape)
        who[n] = ids[k]
        costs[k], costs[:, n] = np.inf, np.inf
    new = np.flatnonzero(who < 0)
    who[new] = len(ids) + np.arange(len(new))
    return who


def match_cases():
    """Return inputs: one track, two that are nearly alike, new ones, none, and many."""
    h = np.eye(2, 4)
    r = np.diag([2.0, 1.0])
    sure, unsure = np.diag([1.0, 1, 2, 2]), np.diag([16.0, 9, 2, 2])

    def at(*places):
        return np.array([[*place, 3, -1] for place in places], float)

    one = at((40, 30)), np.array([unsure]), np.array([7]), np.array([[48.0, 25]]), h, r, 12
    # By themselves, each likes the first best; the second track can take no other.
    torn = (
        at((40, 30), (43, 30)),
        np.array([unsure, sure]),
        np.array([7, 4]),
        np.array([[42.0, 30], [35, 32]]),
    )
    gone = at((40, 30), (90, 60)), np.array([unsure, sure]), np.array([9, 3])
    return [
        one,
        (at((40, 30)), np.array([sure]), np.array([7]), np.array([[46.0, 33]]), h, r, 12),
        (at((40, 30)), np.array([sure / 5]), np.array([7]), np.array([[42.5, 28]]), h, r, 12),
        (*torn, h, r, 12),
        (*gone, np.array([[10.0, 80], [42, 27], [120, 20]]), h, r, 31),
        (
            np.zeros((0, 4)),
            np.zeros((0, 4, 4)),
            np.zeros(0, int),
            np.array([[5.0, 6], [7, 8]]),
            h,
            r,
            1,
        ),
        (*gone, np.zeros((0, 2)), h, r, 31),
        _stolen(h, r),
        _many(61, np.array([[1.0, 0, 0.2, 0], [0.1, 1, 0, 0]])),
        _many(14784, np.array([[1.0, 0, 0.8, 0], [0.6, 1, 0, 0.5]])),
    ]


def _stolen(h, r):
    """One track has lost its thing; the sum of all costs would tear the other from its own."""
    means = np.array([[40.0, 30, 0, 0], [44, 30, 0, 0]])
    spreads = np.array([np.diag([1.0, 1, 1, 1])] * 2)
    found = np.array([[43.5, 30.0], [58, 30]])
    return means, spreads, np.array([2, 5]), found, h, r, 8


def _many(seed, h):
    """Draw a crowd with a leaning measurement, more tracks than found."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(4, 6))
    means = np.concatenate([rng.uniform(0, 40, (7, 2)), rng.normal(size=(7, 2))], axis=1)
    spreads = (1 + rng.random((7, 1, 1))) * (root @ root.T)
    found = (means @ h.T)[rng.permutation(7)[:5]] + 2.5 * rng.normal(size=(5, 2))
    found = np.concatenate([found, [[95.0, 3]]])
    r = np.array([[2.0, 0.7], [0.7, 1.5]])
    return means, spreads, rng.permutation(20)[:7], found, h, r, 40


def given(means, covariances, ids, found, h, r, fresh):
    """Describe an input."""
    lines = [
        f"track {number}: predicted at {np.round(h @ mean, 1).tolist()}, "
        f"spread {np.round(np.sqrt(np.diag(h @ p @ h.T)), 1).tolist()}"
        for number, mean, p in zip(ids[:4], means, covariances, strict=False)
    ]
    more = [f"and {len(ids) - 4} tracks more"] if len(ids) > 4 else []
    noise = np.round(np.sqrt(np.diag(r)), 1).tolist()
    seen = f"found: {np.round(found, 1).tolist()}, noise {noise}"
    return "\n".join([*(lines or ["no track"]), *more, seen, f"the first free number: {fresh}"])


def told(who, means, covariances, ids, found, h, r, fresh):
    """Return identities as whole numbers, whatever holds them."""
    from vidlearn.course.exercises import Refusal

    try:
        numbers = [float(each) for each in who]
        plain = np.asarray([int(each) for each in numbers])
    except (TypeError, ValueError, OverflowError):
        kind = type(who).__name__
        raise Refusal(
            f"Return one whole number for each found centre, {len(found)} here, as an array. "
            f"What came is of the type {kind}."
        ) from None
    if plain.shape != (len(found),):
        raise Refusal(
            f"Return one identity for each found centre: {len(found)} here. Yours: {len(plain)}."
        )
    if (plain != numbers).any():
        raise Refusal("Identities are whole numbers. There is a fraction among yours.")
    return plain


# What goes wrong: each part of the reference may be replaced -----------------------------------


def _by_s(p, h, r):
    return np.linalg.inv(h @ p @ h.T + r)


def _by_r(p, h, r):
    return np.linalg.inv(r)


def _best(costs):
    """Return the pairs of the smallest sum inside the gate."""
    from scipy.optimize import linear_sum_assignment

    held = np.where(costs > GATE, FAR, costs)
    pairs = zip(*linear_sum_assignment(held), strict=True)
    return [(k, n) for k, n in pairs if held[k, n] <= GATE]


def _greedy(costs):
    left, pairs = costs.copy(), []
    while left.min(initial=np.inf) <= GATE:
        k, n = np.unravel_index(left.argmin(), left.shape)
        pairs.append((k, n))
        left[k], left[:, n] = np.inf, np.inf
    return pairs


def _row_by_row(costs):
    """Let each track take, in turn, the nearest that is left."""
    left, pairs = costs.copy(), []
    for k in range(len(costs)):
        if left.shape[1] and left[k].min() <= GATE:
            pairs.append((k, left[k].argmin()))
            left[:, pairs[-1][1]] = np.inf
    return pairs


def _gate_after(costs):
    from scipy.optimize import linear_sum_assignment

    pairs = zip(*linear_sum_assignment(costs), strict=True)
    return [(k, n) for k, n in pairs if costs[k, n] <= GATE]


def _no_gate(costs):
    from scipy.optimize import linear_sum_assignment

    return list(zip(*linear_sum_assignment(costs), strict=True))


def _gated(bound, far=FAR, keep=None):
    """Return the best pairing with another gate, or another cost beyond it."""

    def pairs(costs):
        from scipy.optimize import linear_sum_assignment

        held = np.where(costs > bound, far, costs)
        kept = keep or (lambda cost: cost <= bound)
        both = zip(*linear_sum_assignment(held), strict=True)
        return [(k, n) for k, n in both if kept(held[k, n])]

    return pairs


def _largest(costs):
    from scipy.optimize import linear_sum_assignment

    held = np.where(costs > GATE, -FAR, costs)
    pairs = zip(*linear_sum_assignment(held, maximize=True), strict=True)
    return [(k, n) for k, n in pairs if held[k, n] >= 0]


def _nearest_each(costs):
    """Let each found centre ask by itself, so that two may get one identity."""
    columns = range(costs.shape[1]) if len(costs) else ()
    pairs = [(costs[:, n].argmin(), n) for n in columns]
    return [(k, n) for k, n in pairs if costs[k, n] <= GATE]


def _from_fresh(new, ids, fresh):
    return fresh + np.arange(new)


def _by_the_frame(new, ids, fresh):
    return len(ids) + np.arange(new)


def _variant(inverse=_by_s, pairs=_best, number=_from_fresh, cost=lambda squared: squared):
    """Return the reference with other parts."""

    def who(means, covariances, ids, found, h, r, fresh):
        costs = np.zeros((len(ids), len(found)))
        for k, n in np.ndindex(costs.shape):
            away = found[n] - h @ means[k]
            costs[k, n] = cost(away @ inverse(covariances[k], h, r) @ away)
        identity = np.full(len(found), -1)
        for k, n in pairs(costs):
            identity[n] = ids[k]
        new = np.flatnonzero(identity < 0)
        identity[new] = number(len(new), ids, fresh)
        return identity

    return who


def _places(means, covariances, ids, found, h, r, fresh):
    """Give the row of a track in place of its identity."""
    return who_is_who(means, covariances, np.arange(len(ids)), found, h, r, fresh)


MATCH_MISTAKES = {
    "as-given": as_given,
    "r-and-greedy": _variant(_by_r, _greedy),
    "r-and-ids": _variant(inverse=_by_r, number=_by_the_frame),
    "greedy-and-ids": _variant(pairs=_greedy, number=_by_the_frame),
    "by-r": _variant(inverse=_by_r),
    "greedy": _variant(pairs=_greedy),
    "by-the-frame": _variant(number=_by_the_frame),
    "h-ignored": _variant(inverse=lambda p, h, r: np.linalg.inv(p[:2, :2] + r)),
    "r-twice": _variant(inverse=lambda p, h, r: np.linalg.inv(h @ p @ h.T + 2 * r)),
    "by-p": _variant(inverse=lambda p, h, r: np.linalg.inv(h @ p @ h.T)),
    "pixels": _variant(inverse=lambda p, h, r: np.eye(2)),
    "not-inverted": _variant(inverse=lambda p, h, r: h @ p @ h.T + r),
    "root": _variant(cost=np.sqrt),
    "row-by-row": _variant(pairs=_row_by_row),
    "gate-after": _variant(pairs=_gate_after),
    "far-kept": _variant(pairs=_gated(GATE, keep=lambda cost: True)),
    "infinite": _variant(pairs=_gated(GATE, far=np.inf)),
    "far-is-free": _variant(pairs=_gated(GATE, far=0)),
    "free-left-out": _variant(pairs=_gated(GATE, far=0, keep=lambda cost: 0 < cost <= GATE)),
    "narrow-gate": _variant(pairs=_gated(3.03)),
    "wide-gate": _variant(pairs=_gated(20.0)),
    "no-gate": _variant(pairs=_no_gate),
    "nearest-each": _variant(pairs=_nearest_each),
    "largest": _variant(pairs=_largest),
    "places": _places,
    "one-number": _variant(number=lambda new, ids, fresh: fresh),
    "from-zero": _variant(number=lambda new, ids, fresh: np.arange(new)),
    "highest": _variant(number=lambda new, ids, fresh: max(ids, default=0) + 1 + np.arange(new)),
    "one-more": _variant(number=lambda new, ids, fresh: fresh + 1 + np.arange(new)),
    "no-new": _variant(number=lambda new, ids, fresh: -1),
}
