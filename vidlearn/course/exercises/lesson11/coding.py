"""A box as a correction of an anchor, and what becomes of it by one slip."""

import numpy as np


def encode_box(box, anchor):
    """Write a box as a correction of an anchor, in parts of the anchor."""
    w, h = box[2] - box[0], box[3] - box[1]
    wa, ha = anchor[2] - anchor[0], anchor[3] - anchor[1]
    x, y = box[0] + w / 2, box[1] + h / 2
    xa, ya = anchor[0] + wa / 2, anchor[1] + ha / 2
    return (x - xa) / wa, (y - ya) / ha, np.log(w / wa), np.log(h / ha)


def encode_cases():
    return [
        ((48.0, 40.0, 80.0, 104.0), (40.0, 40.0, 72.0, 72.0)),  # 8 right, 16 down; twice as high
        ((10.0, 20.0, 14.0, 28.0), (10.0, 20.0, 14.0, 28.0)),
        ((3.0, 5.0, 13.0, 9.0), (2.0, 2.0, 22.0, 34.0)),
        ((31.5, 12.25, 52.0, 71.0), (40.0, 30.0, 64.0, 46.0)),
    ]


def _encoding(*, centred=True, divided=True, upright=True):
    """Return the planted function with some of its three faults mended."""

    def encode(box, anchor):
        w, h = box[2] - box[0], box[3] - box[1]
        wa, ha = anchor[2] - anchor[0], anchor[3] - anchor[1]
        half = 0.5 if centred else 0
        dx = box[0] + half * w - anchor[0] - half * wa
        dy = box[1] + half * h - anchor[1] - half * ha
        parts = (wa, ha) if divided else (1, 1)
        sign = 1 if upright else -1
        return dx / parts[0], dy / parts[1], sign * np.log(w / wa), sign * np.log(h / ha)

    return encode


def _plain_ratios(box, anchor):
    dx, dy, dw, dh = encode_box(box, anchor)
    return dx, dy, np.exp(dw), np.exp(dh)


def _parts_of_the_box(box, anchor):
    dx, dy, dw, dh = encode_box(box, anchor)
    return dx / np.exp(dw), dy / np.exp(dh), dw, dh


def _crosswise(box, anchor):
    dx, dy, dw, dh = encode_box(box, anchor)
    ratio = (anchor[2] - anchor[0]) / (anchor[3] - anchor[1])
    return dx * ratio, dy / ratio, dw, dh


def _from_box_to_anchor(box, anchor):
    dx, dy, dw, dh = encode_box(box, anchor)
    return -dx, -dy, dw, dh


def _xywh(box, anchor):
    ends = [(b[0], b[1], b[0] + b[2], b[1] + b[3]) for b in (box, anchor)]
    return encode_box(*ends)


def _in_order_of_axes(box, anchor):
    dx, dy, dw, dh = encode_box(box, anchor)
    return dx, dw, dy, dh


ENCODE_MISTAKES = {
    "as-given": _encoding(centred=False, divided=False, upright=False),
    "centred": _encoding(divided=False, upright=False),
    "divided": _encoding(centred=False, upright=False),
    "upright": _encoding(centred=False, divided=False),
    "not-centred": _encoding(centred=False),
    "not-divided": _encoding(divided=False),
    "ratio-inverted": _encoding(upright=False),
    "plain-ratios": _plain_ratios,
    "parts-of-the-box": _parts_of_the_box,
    "crosswise": _crosswise,
    "from-box-to-anchor": _from_box_to_anchor,
    "xywh": _xywh,
    "order": _in_order_of_axes,
    "anchor-first": lambda box, anchor: encode_box(anchor, box),
}
