"""Two exercises of lesson 11: how well two boxes agree, and which of many to keep."""

import numpy as np

# box-iou -------------------------------------------------------------------------------


def box_iou(a, b):
    """Divide what two boxes share by what they cover together."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    inside = max(width, 0) * max(height, 0)
    areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return inside / (areas - inside)


def iou_cases():
    """Pairs of boxes: shifted, one inside the other, touching, apart in x, in y and in both."""
    pairs = [
        ([0, 0, 5, 2], [1, 0, 6, 2]),
        ([1, 2, 8, 6], [3, 1, 6, 9]),
        ([2, 1, 9, 8], [4, 3, 7, 5]),
        ([0, 0, 4, 3], [4, 1, 6, 3]),
        ([1, 1, 3, 4], [5, 2, 9, 6]),
        ([2, 1, 8, 3], [3, 5, 6, 9]),
        ([6, 7, 9, 9], [1, 2, 4, 3]),
        ([12.5, 3, 20, 18], [10, 9.5, 17, 30]),
    ]
    return [(np.array(a, float), np.array(b, float)) for a, b in pairs]


def _sides(a, b):
    """Return width and height of what two boxes share; below 0 where they are apart."""
    return min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])


def _area(a):
    return (a[2] - a[0]) * (a[3] - a[1])


def _inside(a, b):
    width, height = _sides(a, b)
    return max(width, 0) * max(height, 0)


def _read_as_xywh(a, b):
    return box_iou([a[0], a[1], a[0] + a[2], a[1] + a[3]], [b[0], b[1], b[0] + b[2], b[1] + b[3]])


def _areas_of_xywh(a, b):
    inside = _inside(a, b)
    return inside / (a[2] * a[3] + b[2] * b[3] - inside)


def _plus_one(a, b):
    return box_iou([a[0], a[1], a[2] + 1, a[3] + 1], [b[0], b[1], b[2] + 1, b[3] + 1])


def _shared_twice(a, b):
    return _inside(a, b) / (_area(a) + _area(b))


def _not_clipped(a, b):
    width, height = _sides(a, b)
    return width * height / (_area(a) + _area(b) - width * height)


def _product_clipped(a, b):
    width, height = _sides(a, b)
    inside = max(width * height, 0)
    return inside / (_area(a) + _area(b) - inside)


def _sizes_for_signs(a, b):
    width, height = _sides(a, b)
    inside = abs(width) * abs(height)
    return inside / (_area(a) + _area(b) - inside)


def _hull(a, b):
    return (max(a[2], b[2]) - min(a[0], b[0])) * (max(a[3], b[3]) - min(a[1], b[1]))


def _hull_for_inside(a, b):
    return _hull(a, b) / (_area(a) + _area(b) - _hull(a, b))


def _hull_for_union(a, b):
    return _inside(a, b) / _hull(a, b)


def _over_smaller(a, b):
    return _inside(a, b) / min(_area(a), _area(b))


def _over_larger(a, b):
    return _inside(a, b) / max(_area(a), _area(b))


def _dice(a, b):
    return 2 * _inside(a, b) / (_area(a) + _area(b))


def _one_side_free(a, b, *, clipped):
    """Clip one side of what is shared, 0 for the width or 1 for the height, and not the other."""
    sides = list(_sides(a, b))
    sides[clipped] = max(sides[clipped], 0)
    inside = sides[0] * sides[1]
    return inside / (_area(a) + _area(b) - inside)


def _shared_added(a, b):
    return _inside(a, b) / (_area(a) + _area(b) + _inside(a, b))


def _no_brackets(a, b):
    return _inside(a, b) / _area(a) + _area(b) - _inside(a, b)


def _inverted(a, b):
    inside = _inside(a, b)
    return (_area(a) + _area(b) - inside) / inside if inside else np.inf


IOU_MISTAKES = {
    "shared-twice": _shared_twice,
    "inverted": _inverted,
    "not-clipped": _not_clipped,
    "product-clipped": _product_clipped,
    "height-not-clipped": lambda a, b: _one_side_free(a, b, clipped=0),
    "width-not-clipped": lambda a, b: _one_side_free(a, b, clipped=1),
    "never-shared": lambda a, b: 0.0,
    "shared-added": _shared_added,
    "no-brackets": _no_brackets,
    "union-only": lambda a, b: _area(a) + _area(b) - _inside(a, b),
    "distance": lambda a, b: 1 - box_iou(a, b),
    "sizes-for-signs": _sizes_for_signs,
    "plus-one": _plus_one,
    "hull-for-inside": _hull_for_inside,
    "hull-for-union": _hull_for_union,
    "over-smaller": _over_smaller,
    "over-first": lambda a, b: _inside(a, b) / _area(a),
    "over-second": lambda a, b: _inside(a, b) / _area(b),
    "over-larger": _over_larger,
    "dice": _dice,
    "read-as-xywh": _read_as_xywh,
    "areas-of-xywh": _areas_of_xywh,
    "inside-only": _inside,
    "percent": lambda a, b: 100 * box_iou(a, b),
}

# nms -----------------------------------------------------------------------------------


def nms(boxes, scores, threshold):
    """Keep each box, best first, unless it overlaps one that was kept."""
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        if all(box_iou(boxes[i], boxes[j]) <= threshold for j in kept):
            kept.append(i)
    return kept


def nms_cases():
    """Boxes by hand, with a chain and an overlap of exactly the threshold; then drawn clusters."""
    pair = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [20, 5, 26, 12]], float)
    chain = np.array([[4, 0, 14, 8], [30, 30, 38, 40], [0, 0, 10, 8], [8, 0, 18, 8]], float)
    exact = np.array([[0, 0, 4, 2], [0, 0, 4, 4], [9, 9, 12, 12]], float)
    cases = [
        (pair, np.array([0.7, 0.9, 0.8]), 0.5),
        (chain, np.array([0.8, 0.6, 0.9, 0.7]), 0.3),
        (exact, np.array([0.6, 0.9, 0.4]), 0.5),
    ]
    rng = np.random.default_rng(4)
    for count, threshold in ((9, 0.5), (14, 0.3), (20, 0.6)):
        corners = np.repeat(rng.uniform(0, 60, (3, 2)), 8, axis=0)[:count]
        corners = rng.permutation(corners + rng.uniform(-7, 7, (len(corners), 2)))
        sides = rng.uniform(14, 22, (len(corners), 2))
        boxes = np.concatenate([corners, corners + sides], axis=1).round(1)
        cases.append((boxes, rng.permutation(len(boxes)) / 25 + 0.1, threshold))
    return cases


def _order(scores):
    return np.argsort(-scores, kind="stable")


def _table(boxes):
    return np.array([[box_iou(a, b) for b in boxes] for a in boxes])


def _against(boxes, order, threshold, rivals):
    """Keep boxes in an order, each compared with those that `rivals(before, kept)` picks."""
    overlaps, kept = _table(boxes), []
    for place, i in enumerate(order):
        before = list(order[:place])
        if all(overlaps[i, j] <= threshold for j in rivals(before, kept)):
            kept.append(i)
    return kept


def _wrong_side(boxes, scores, threshold):
    overlaps, kept = _table(boxes), []
    for i in _order(scores):
        if all(overlaps[i, j] > threshold for j in kept):
            kept.append(i)
    return kept


def _drops_at_tie(boxes, scores, threshold):
    overlaps, kept = _table(boxes), []
    for i in _order(scores):
        if all(overlaps[i, j] < threshold for j in kept):
            kept.append(i)
    return kept


def _one_clear_is_enough(boxes, scores, threshold):
    overlaps, kept = _table(boxes), []
    for i in _order(scores):
        if not kept or any(overlaps[i, j] <= threshold for j in kept):
            kept.append(i)
    return kept


def _removes_while_looping(boxes, scores, threshold):
    overlaps, rest, kept = _table(boxes), list(_order(scores)), []
    for i in rest:
        kept.append(i)
        for j in rest:
            if j != i and overlaps[i, j] > threshold:
                rest.remove(j)
    return kept


def _dropped(boxes, scores, threshold):
    kept = nms(boxes, scores, threshold)
    return [i for i in _order(scores) if i not in kept]


def _places(boxes, scores, threshold):
    order = list(_order(scores))
    return [order.index(i) for i in nms(boxes, scores, threshold)]


def _mask(boxes, scores, threshold):
    return np.isin(np.arange(len(boxes)), nms(boxes, scores, threshold))


def _cut_by_score(boxes, scores, threshold):
    """Cut by score, not by overlap."""
    return [i for i in _order(scores) if scores[i] > threshold]


NMS_MISTAKES = {
    "ascending": lambda b, s, t: _against(b, _order(-s), t, lambda before, kept: kept),
    "unsorted": lambda b, s, t: _against(b, np.arange(len(b)), t, lambda before, kept: kept),
    "wrong-side": _wrong_side,
    "drops-at-tie": _drops_at_tie,
    "compares-with-all": lambda b, s, t: _against(b, _order(s), t, lambda before, kept: before),
    "neighbours-only": lambda b, s, t: _against(b, _order(s), t, lambda before, kept: before[-1:]),
    "last-kept-only": lambda b, s, t: _against(b, _order(s), t, lambda before, kept: kept[-1:]),
    "best-only": lambda b, s, t: _against(b, _order(s), t, lambda before, kept: kept[:1]),
    "one-clear-is-enough": _one_clear_is_enough,
    "none-kept": lambda b, s, t: [],
    "removes-while-looping": _removes_while_looping,
    "dropped": _dropped,
    "worst-first": lambda b, s, t: nms(b, s, t)[::-1],
    "keeps-all": lambda b, s, t: list(_order(s)),
    "by-index": lambda b, s, t: sorted(nms(b, s, t)),
    "mask": _mask,
    "places": _places,
    "boxes": lambda b, s, t: b[nms(b, s, t)],
    "scores": lambda b, s, t: s[nms(b, s, t)],
    "by-score": _cut_by_score,
    "best-alone": lambda b, s, t: nms(b, s, t)[:1],
}
