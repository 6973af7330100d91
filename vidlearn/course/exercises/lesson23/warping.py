"""A mask carried along a flow: in NumPy, and how it goes wrong."""

import numpy as np


def warp(mask, flow):
    """Ask of each pixel where it was a frame ago, and whether the mask was there."""
    height, width = mask.shape
    y, x = np.mgrid[:height, :width]
    row = np.rint(y + flow[..., 1]).astype(int)
    column = np.rint(x + flow[..., 0]).astype(int)
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    return inside & mask[row.clip(0, height - 1), column.clip(0, width - 1)]


def warp_cases():
    rng = np.random.default_rng(23)
    line = np.array([[0, 1, 1, 0, 0]], bool), np.tile([-1.0, 0.0], (1, 5, 1))
    corner = np.zeros((3, 5), bool), np.tile([2.0, -1.0], (3, 5, 1))
    corner[0][0, 2:] = corner[0][2, :2] = True
    edge = np.ones((3, 4), bool), np.tile([-1.0, 1.0], (3, 4, 1))
    edge[0][1, 1] = False
    parts = rng.random((6, 8)) < 0.5, np.tile([-0.7, 1.6], (6, 8, 1))
    parts[0][:, 0] = True
    blob = np.zeros((9, 12), bool)
    blob[2:6, 3:8] = True
    turned = blob, np.round(rng.uniform(-3, 3, (9, 12, 2)), 1) + 0.03
    return [line, corner, edge, parts, turned]


def _moved(*, sign=1, signs=(1, 1), exchanged=False, beyond="outside", rounded=np.rint):
    """Return the reference with some of its parts changed."""

    def answer(mask, flow):
        height, width = mask.shape
        y, x = np.mgrid[:height, :width]
        right, down = (flow[..., 1], flow[..., 0]) if exchanged else (flow[..., 0], flow[..., 1])
        row = rounded(y + sign * signs[0] * down).astype(int)
        column = rounded(x + sign * signs[1] * right).astype(int)
        near = mask[row.clip(0, height - 1), column.clip(0, width - 1)]
        if beyond == "clipped":
            return near
        if beyond == "wraps round":
            return mask[row % height, column % width]
        rows, columns = (row >= 0) & (row < height), (column >= 0) & (column < width)
        if beyond in ("rows", "columns", "above zero"):
            below = (row < height) & (column < width)
            return {"rows": rows, "columns": columns, "above zero": below}[beyond] & near
        inside = rows & columns
        if beyond == "kept":
            return np.where(inside, near, mask)
        return inside & near if beyond == "outside" else ~inside | near

    return answer


def _forwards(mask, flow, sign=-1):
    """Send each pixel of the mask off, to where the flow is read at its old place."""
    height, width = mask.shape
    found = np.zeros_like(mask)
    rows, columns = np.nonzero(mask)
    row = np.rint(rows + sign * flow[rows, columns, 1]).astype(int)
    column = np.rint(columns + sign * flow[rows, columns, 0]).astype(int)
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    found[row[inside], column[inside]] = True
    return found


def _as_one(mask, flow):
    """Move the whole mask by the mean of the flow in it."""
    return _moved()(mask, np.broadcast_to(flow[mask].mean(axis=0), flow.shape))


def _unmoved(mask, flow):
    return mask.copy()


SIGN, TURN, CLIP = {"sign": -1}, {"exchanged": True}, {"beyond": "clipped"}
as_given = _moved(**SIGN, **TURN, **CLIP)
"""The function to repair: the wrong way along the flow, rows for columns, the edge drawn out."""

WARP_MISTAKES = {
    "as-given": as_given,
    "exchanged-clipped": _moved(**TURN, **CLIP),
    "minus-clipped": _moved(**SIGN, **CLIP),
    "minus-exchanged": _moved(**SIGN, **TURN),
    "clipped": _moved(**CLIP),
    "exchanged": _moved(**TURN),
    "minus": _moved(**SIGN),
    "wraps-round": _moved(beyond="wraps round"),
    "kept-beyond": _moved(beyond="kept"),
    "full-beyond": _moved(beyond="full"),
    "cut-off": _moved(rounded=np.trunc),
    "floor": _moved(rounded=np.floor),
    "ceil": _moved(rounded=np.ceil),
    "minus-rows": _moved(signs=(-1, 1)),
    "minus-columns": _moved(signs=(1, -1)),
    "inside-rows": _moved(beyond="rows"),
    "inside-columns": _moved(beyond="columns"),
    "not-below-zero": _moved(beyond="above zero"),
    "forwards": _forwards,
    "forwards-plus": lambda mask, flow: _forwards(mask, flow, sign=1),
    "as-one": _as_one,
    "unmoved": _unmoved,
}
