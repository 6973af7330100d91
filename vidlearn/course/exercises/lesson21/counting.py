"""What was found, held against what is true: to repair, and how it goes wrong."""

from itertools import combinations

import numpy as np


def scores(found, truth, tolerance):
    """Take each true cut at most once: the earliest that is near and still free."""
    free, hits = list(truth), 0
    for cut in found:
        near = [true for true in free if abs(true - cut) <= tolerance]
        if near:
            free.remove(near[0])
            hits += 1
    precision, recall = hits / len(found), hits / len(truth)
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return precision, recall, f1


def score_cases():
    return [
        ([10, 40, 70], [10, 40, 90], 1),
        ([10, 41, 70, 99], [10, 40, 90], 1),
        ([10, 11, 12, 60], [11, 60, 80], 1),
        ([9, 10, 30, 31, 32, 70], [10, 31, 72, 90], 2),
        ([20, 50], [19, 21, 50, 52], 1),
        ([5], [9], 3),
        ([14, 33, 60], [14, 35, 61], 0),
    ]


def _counted(*, twice=False, strict=False, plain=False, exchanged=False):
    """Return an answer with some of the faults."""

    def answer(found, truth, tolerance):
        reach = tolerance - 1 if strict else tolerance
        free, hits = list(truth), 0
        for cut in found:
            near = [true for true in free if abs(true - cut) <= reach]
            if near:
                hits += 1
                if not twice:
                    free.remove(near[0])
        precision, recall = hits / len(found), hits / len(truth)
        if exchanged:
            precision, recall = recall, precision
        if plain:
            return precision, recall, (precision + recall) / 2
        f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
        return precision, recall, f1

    return answer


def _with(hits_of):
    """Return an answer that counts hits in its own way."""

    def answer(found, truth, tolerance):
        hits = hits_of(np.array(found), np.array(truth), tolerance)
        precision, recall = hits / len(found), hits / len(truth)
        f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
        return precision, recall, f1

    return answer


def _seen_from_the_truth(found, truth, tolerance):
    """Count true cuts that have a found one near; one found cut may serve two."""
    return sum((np.abs(found - true) <= tolerance).any() for true in truth)


def _exactly(found, truth, tolerance):
    return len(np.intersect1d(found, truth))


def _in_step(found, truth, tolerance):
    """Compare the first with the first, the second with the second."""
    return sum(abs(a - b) <= tolerance for a, b in zip(found, truth, strict=False))


def _late_only(found, truth, tolerance):
    free, hits = list(truth), 0
    for cut in found:
        near = [true for true in free if 0 <= cut - true <= tolerance]
        if near:
            free.remove(near[0])
            hits += 1
    return hits


def _other_f1(f1_of):
    def answer(found, truth, tolerance):
        precision, recall, _ = scores(found, truth, tolerance)
        return precision, recall, f1_of(precision, recall)

    return answer


def _half_f1(p, r):
    return p * r / (p + r) if p + r else 0.0


FAULTS = ("twice", "strict", "plain")
LEFT = {
    "-".join(some): _counted(**dict.fromkeys(some, True))
    for count in (1, 2)
    for some in combinations(FAULTS, count)
}
SCORE_MISTAKES = {
    "as-given": _counted(twice=True, strict=True, plain=True),
    **LEFT,
    "exchanged": _counted(exchanged=True),
    "seen-from-the-truth": _with(_seen_from_the_truth),
    "exactly": _with(_exactly),
    "in-step": _with(_in_step),
    "late-only": _with(_late_only),
    "geometric": _other_f1(lambda p, r: (p * r) ** 0.5),
    "half": _other_f1(_half_f1),
    "product": _other_f1(lambda p, r: p * r),
}
