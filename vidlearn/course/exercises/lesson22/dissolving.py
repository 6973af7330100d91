"""Two shots joined by a dissolve, and what a network is to say of each frame: in NumPy."""

import numpy as np


def dissolve(old, new, length):
    """Let the end of the old shot and the beginning of the new one run at once, mixed."""
    total = len(old) + len(new) - length
    start = len(old) - length
    share = (np.arange(1, length + 1) / (length + 1))[:, None, None, None]
    mixed = (1 - share) * old[start:] + share * new[:length]
    film = np.concatenate([old[:start], np.rint(mixed).astype(np.uint8), new[length:]])
    begins, during = np.zeros(total), np.zeros(total)
    begins[start + length // 2] = 1
    during[start : start + max(length, 1)] = 1
    return film, begins, during


def dissolve_cases():
    rng = np.random.default_rng(22)

    def clip(frames, low=0, high=256):
        return rng.integers(low, high, (frames, 2, 3, 3)).astype(np.uint8)

    by_hand = np.full((4, 1, 1, 3), 30, np.uint8), np.full((5, 1, 1, 3), 180, np.uint8)
    return [
        (*by_hand, 2),
        (clip(9), clip(8), 4),
        (clip(7, 0, 120), clip(9, 120, 256), 6),
        (clip(3), clip(4), 0),  # a cut
        (clip(6, 0, 64) * 4, clip(7, 0, 64) * 4, 3),  # of four parts: no halves to be rounded
    ]


def _joined(
    *, share=None, cut=np.rint, ahead=0, exchanged=False, still="", apart=False, black=False,
    one="middle", many="mixed", light=False,
):  # fmt: skip
    """Return the reference with one thing done otherwise."""

    def answer(old, new, length):
        start, steps = len(old) - length, np.arange(1, length + 1)
        w = steps / (length + 1) if share is None else share(steps, length)
        w = np.asarray(w, float)[:, None, None, None]
        tail, head = old[start:].astype(float), new[:length].astype(float)
        if still in ("old", "both"):
            tail = np.repeat(old[max(start - 1, 0)][None], length, 0).astype(float)
        if still in ("new", "both"):
            head = np.repeat(new[length][None], length, 0).astype(float)
        if exchanged:
            tail, head = head, tail
        mixed = (1 - w) * tail + w * head
        if black:
            mixed = np.where(w < 0.5, (1 - 2 * w) * tail, (2 * w - 1) * head)
        if light:
            mixed = np.minimum(tail + w * head, 255)
        mixed = cut(mixed).astype(np.uint8)
        if apart:  # nothing overlaps: the mixed frames come on top
            film, start = np.concatenate([old, mixed, new]), len(old)
        else:
            film = np.concatenate([old[:start], mixed, new[length:]])
        begins, during = np.zeros(len(film)), np.zeros(len(film))
        stop = start + length
        place = {"middle": start + length // 2, "start": start, "end": stop,
                 "last": max(stop - 1, 0), "early": start + (length - 1) // 2,
                 "before": start + length // 2 - 1}.get(one)  # fmt: skip
        if place is not None:
            begins[place] = 1
        elif one == "all":
            begins[start : max(stop, start + 1)] = 1
        elif one == "edges":
            begins[[start, stop]] = 1
        middle = start + length // 2
        a, b = {"mixed": (start, max(stop, start + 1)), "no cut": (start, stop),
                "one more": (start, stop + 1), "one before": (start - 1, stop),
                "after": (start, len(film)), "middle": (middle, middle)}[many]  # fmt: skip
        during[a : b + (many == "middle")] = 1
        return film, begins, during

    return answer


def _from_behind(old, new, length):
    """Take the last frames by a negative index: of none of them, that is all."""
    film, begins, during = dissolve(old, new, length)
    return (
        (film, begins, during) if length else (new.copy(), begins[: len(new)], during[: len(new)])
    )


def _wrapped(old, new, length):
    """Mix in whole numbers of eight bits, which wrap round."""
    film, begins, during = dissolve(old, new, length)
    start = len(old) - length
    k = np.arange(1, length + 1, dtype=np.uint8)[:, None, None, None]
    n = np.uint8(length + 1)
    film[start : start + length] = ((n - k) * old[start:] + k * new[:length]) // n
    return film, begins, during


def _floats(old, new, length):
    """Leave the mixture as it is, with fractions."""
    start = len(old) - length
    share = (np.arange(1, length + 1) / (length + 1))[:, None, None, None]
    mixed = (1 - share) * old[start:] + share * new[:length]
    return np.concatenate([old[:start], mixed, new[length:]]), *dissolve(old, new, length)[1:]


DISSOLVE_MISTAKES = {
    "cut-off": _joined(cut=np.floor),
    "fractions": _floats,
    "wraps-round": _wrapped,
    "from-behind": _from_behind,
    "pure-ends": _joined(share=lambda k, n: (k - 1) / max(n - 1, 1)),
    "pure-start": _joined(share=lambda k, n: (k - 1) / max(n, 1)),
    "from-zero": _joined(share=lambda k, n: (k - 1) / (n + 1)),
    "pure-end": _joined(share=lambda k, n: k / max(n, 1)),
    "half": _joined(share=lambda k, n: 0.5 + 0 * k),
    "exchanged": _joined(exchanged=True),
    "both-still": _joined(still="both"),
    "old-still": _joined(still="old"),
    "new-still": _joined(still="new"),
    "apart": _joined(apart=True),
    "through-black": _joined(black=True),
    "laid-over": _joined(light=True),
    "begins-at-start": _joined(one="start"),
    "begins-at-end": _joined(one="end"),
    "begins-at-last": _joined(one="last"),
    "begins-early": _joined(one="early"),
    "begins-before": _joined(one="before"),
    "begins-all": _joined(one="all"),
    "begins-edges": _joined(one="edges"),
    "begins-never": _joined(one="never"),
    "cut-unmarked": _joined(many="no cut"),
    "during-one-more": _joined(many="one more"),
    "during-one-before": _joined(many="one before"),
    "during-after": _joined(many="after"),
    "during-middle": _joined(many="middle"),
}
