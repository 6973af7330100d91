"""VOC's rules written down once more, in plain loops: the algorithm of its development kit."""


def evaluate(detections, truths, label, least):
    """Return whether each ranked detection is true, whether false, and the number of truths."""
    rows = []
    for picture, found in enumerate(detections):
        for box, score, own in zip(found.boxes.tolist(), found.scores, found.labels, strict=True):
            if own == label:
                rows.append((score, picture, box))
    rows.sort(key=lambda row: -row[0])
    seen, true, false = set(), [], []
    for _, picture, box in rows:
        most, best = -1.0, None
        truth = truths[picture]
        for k, other in enumerate(truth.boxes.tolist()):
            if truth.labels[k] != label:
                continue
            width = min(box[2], other[2]) - max(box[0], other[0]) + 1
            height = min(box[3], other[3]) - max(box[1], other[1]) + 1
            if width > 0 and height > 0:
                common = width * height
                union = _area(box) + _area(other) - common
                if common / union > most:
                    most, best = common / union, k
        hit = most >= least
        difficult = hit and truth.difficult[best]
        again = hit and (picture, best) in seen
        true.append(hit and not difficult and not again)
        false.append(not hit or (again and not difficult))
        if hit and not difficult:
            seen.add((picture, best))
    count = sum(((t.labels == label) & ~t.difficult).sum() for t in truths)
    return true, false, int(count)


def _area(box):
    return (box[2] - box[0] + 1) * (box[3] - box[1] + 1)


def average_precision(true, false, count, form):
    """Return the area of VOC 2010, or the 11-point mean of VOC 2007, with exact tenths."""
    hits = wrong = 0
    recall, precision = [], []
    for t, f in zip(true, false, strict=True):
        hits, wrong = hits + t, wrong + f
        recall.append(hits / count)
        precision.append(hits / (hits + wrong) if hits + wrong else 0.0)
    if form == "voc2007":
        tenths = [k / 10 for k in range(11)]
        rows = list(zip(precision, recall, strict=True))
        return sum(max([p for p, r in rows if r >= t], default=0.0) for t in tenths) / 11
    recall, precision = [0.0, *recall, 1.0], [0.0, *precision, 0.0]
    for k in range(len(precision) - 2, -1, -1):
        precision[k] = max(precision[k], precision[k + 1])
    return sum((recall[k] - recall[k - 1]) * precision[k] for k in range(1, len(recall)))
