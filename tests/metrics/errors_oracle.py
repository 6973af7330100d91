"""The kinds of errors, the confusion matrix and the costs once more, in plain loops."""


def iou(a, b):
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    common = max(wide, 0) * max(high, 0)
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common
    return common / union if union else 0.0


def inside(a, b):
    wide = max(min(a[2], b[2]) - max(a[0], b[0]), 0)
    high = max(min(a[3], b[3]) - max(a[1], b[1]), 0)
    area = (a[2] - a[0]) * (a[3] - a[1])
    return wide * high / area if area else 0.0


def picture_errors(found, truth, overlap, low):
    """Return kind and truth of every detection of one picture."""
    boxes, reals = found.boxes.tolist(), truth.boxes.tolist()
    rows = [("", -1)] * len(boxes)
    taken = set()
    for d in sorted(range(len(boxes)), key=lambda d: -found.scores[d]):
        for kind in ("right", "ignored"):
            best, most = None, overlap
            for t, real in enumerate(reals):
                passed = truth.crowd[t] or truth.difficult[t]
                if truth.labels[t] != found.labels[d] or passed != (kind == "ignored"):
                    continue
                if t in taken and not truth.crowd[t]:
                    continue
                shared = (inside if truth.crowd[t] else iou)(boxes[d], real)
                if shared >= most:
                    best, most = t, shared
            if best is not None:
                taken.add(best)
                rows[d] = kind, best
                break
        else:
            rows[d] = _wrong(boxes[d], found.labels[d], truth, reals, overlap, low)
    return rows


def _wrong(box, label, truth, reals, overlap, low):
    for kind, own, least in (
        ("duplicate", True, overlap),
        ("class", False, overlap),
        ("place", True, low),
        ("class and place", False, low),
    ):
        best, most = -1, -1
        for t, real in enumerate(reals):
            if truth.crowd[t] or truth.difficult[t] or (truth.labels[t] == label) != own:
                continue
            if iou(box, real) > most:
                best, most = t, iou(box, real)
        if most >= least:
            return kind, best
    return "background", -1


def confusion(found, truths, count, threshold, overlap):
    matrix = [[0] * (count + 1) for _ in range(count + 1)]
    for one, truth in zip(found, truths, strict=True):
        kinds = picture_errors(one, truth, overlap, overlap)
        ds = [d for d in range(len(one)) if one.scores[d] >= threshold and kinds[d][0] != "ignored"]
        ts = [t for t in range(len(truth)) if not (truth.crowd[t] or truth.difficult[t])]
        while True:
            best = None
            for t in ts:
                for d in ds:
                    shared = iou(one.boxes[d].tolist(), truth.boxes[t].tolist())
                    rank = (shared, one.scores[d], -t, -d)
                    if shared >= overlap and (best is None or rank > best[0]):
                        best = rank, t, d
            if best is None:
                break
            _, t, d = best
            ts.remove(t)
            ds.remove(d)
            matrix[truth.labels[t]][one.labels[d]] += 1
        for t in ts:
            matrix[truth.labels[t]][count] += 1
        for d in ds:
            matrix[count][one.labels[d]] += 1
    return matrix
