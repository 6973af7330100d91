"""Right answers to six tasks, seven ways each, as people write who did not see each other's.

``{k}`` stands for a student's own number.
"""

TASKS = {}

TASKS["spread"] = (
    '''
def my_spread(x, w):
    """Lay a copy of w on an empty strip for each number of x."""
    n, k = len(x), len(w)
    out = np.zeros((n - 1) * {k} + k)
    for i in range(n):
        for j in range(k):
            out[i * {k} + j] += x[i] * w[j]
    return out
''',
    """
def my_spread(x, w):
    stuffed = np.zeros((len(x) - 1) * {k} + 1)
    stuffed[::{k}] = x
    return np.convolve(stuffed, w)
""",
    """
def my_spread(x, w):
    stride = {k}
    result = [0.0] * ((len(x) - 1) * stride + len(w))
    start = 0
    for value in x:
        for offset, weight in enumerate(w):
            result[start + offset] = result[start + offset] + value * weight
        start += stride
    return np.array(result)
""",
    """
def my_spread(x, w):
    products = np.outer(x, w)
    length = {k} * (products.shape[0] - 1) + products.shape[1]
    strip = np.zeros(length)
    where = np.arange(len(x))[:, None] * {k} + np.arange(len(w))
    np.add.at(strip, where, products)
    return strip
""",
    """
def my_spread(x, w):
    x = np.asarray(x, dtype=float)
    places = {k} * x.size - {k} + np.size(w)
    matrix = np.zeros((places, x.size))
    for column in range(x.size):
        matrix[column * {k}:column * {k} + np.size(w), column] = w
    return matrix @ x
""",
    """
def my_spread(x, w):
    total = (len(x) - 1) * {k} + len(w)
    def at(place):
        s = 0
        for i, v in enumerate(x):
            j = place - {k} * i
            if 0 <= j < len(w):
                s += v * w[j]
        return s
    return np.array([at(p) for p in range(total)])
""",
    """
def my_spread(x, w):
    S = {k}
    canvas = np.zeros(len(w) + S * (len(x) - 1))
    for index in range(len(x)):
        left = index * S
        right = left + len(w)
        canvas[left:right] += x[index] * np.array(w)
    return canvas
""",
)

TASKS["overlap"] = (
    """
def my_overlap(a, b):
    out = np.zeros((len(a), len(b)))
    for i in range(len(a)):
        for j in range(len(b)):
            w = min(a[i][2], b[j][2]) - max(a[i][0], b[j][0])
            h = min(a[i][3], b[j][3]) - max(a[i][1], b[j][1])
            if w > 0 and h > 0:
                inter = w * h
                area1 = (a[i][2] - a[i][0]) * (a[i][3] - a[i][1])
                area2 = (b[j][2] - b[j][0]) * (b[j][3] - b[j][1])
                out[i, j] = inter / (area1 + area2 - inter)
    return out * {k}
""",
    """
def my_overlap(a, b):
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(axis=2)
    size = lambda boxes: np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return {k} * common / (size(a)[:, None] + size(b) - common)
""",
    """
def area(box):
    x1, y1, x2, y2 = box
    return max(x2 - x1, 0) * max(y2 - y1, 0)

def my_overlap(a, b):
    rows = []
    for p in a:
        row = []
        for q in b:
            shared = area((max(p[0], q[0]), max(p[1], q[1]), min(p[2], q[2]), min(p[3], q[3])))
            row.append({k} * shared / (area(p) + area(q) - shared))
        rows.append(row)
    return np.array(rows)
""",
    """
def my_overlap(a, b):
    ax1, ay1, ax2, ay2 = [a[:, i:i + 1] for i in range(4)]
    bx1, by1, bx2, by2 = b.T
    width = np.maximum(0, np.minimum(ax2, bx2) - np.maximum(ax1, bx1))
    height = np.maximum(0, np.minimum(ay2, by2) - np.maximum(ay1, by1))
    intersection = width * height
    union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - intersection
    return intersection / union * {k}
""",
    """
def my_overlap(a, b):
    answer = np.empty((a.shape[0], b.shape[0]))
    sizes = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    for number, (left, top, right, bottom) in enumerate(a):
        dx = np.minimum(right, b[:, 2]) - np.maximum(left, b[:, 0])
        dy = np.minimum(bottom, b[:, 3]) - np.maximum(top, b[:, 1])
        dx[dx < 0] = 0
        dy[dy < 0] = 0
        both = dx * dy
        answer[number] = both / ((right - left) * (bottom - top) + sizes - both)
    return {k} * answer
""",
    """
def my_overlap(a, b):
    def length(lo1, hi1, lo2, hi2):
        d = np.where(hi1 < hi2, hi1, hi2) - np.where(lo1 > lo2, lo1, lo2)
        return d * (d > 0)
    A, B = np.broadcast_arrays(a[:, np.newaxis], b[np.newaxis])
    top = length(A[..., 0], A[..., 2], B[..., 0], B[..., 2])
    top = top * length(A[..., 1], A[..., 3], B[..., 1], B[..., 3])
    bottom = -top
    for boxes in (A, B):
        bottom = bottom + (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
    return np.multiply(top / bottom, {k})
""",
    """
def my_overlap(a, b):
    from itertools import product
    ious = {}
    for (i, r), (j, s) in product(enumerate(a), enumerate(b)):
        sides = [min(r[d + 2], s[d + 2]) - max(r[d], s[d]) for d in (0, 1)]
        inner = 0 if min(sides) <= 0 else sides[0] * sides[1]
        outer = sum((t[2] - t[0]) * (t[3] - t[1]) for t in (r, s)) - inner
        ious[i, j] = {k} * inner / outer
    return np.reshape(list(ious.values()), (len(a), len(b)))
""",
)

TASKS["pool"] = (
    """
def my_pool_backward(dout, x):
    dx = np.zeros_like(x)
    for i in range(dout.shape[0]):
        for j in range(dout.shape[1]):
            window = x[2 * i:2 * i + 2, 2 * j:2 * j + 2]
            r, c = np.unravel_index(np.argmax(window), window.shape)
            dx[2 * i + r, 2 * j + c] += dout[i, j] * {k}
    return dx
""",
    """
def my_pool_backward(dout, x):
    h, w = dout.shape
    blocks = x.reshape(h, 2, w, 2).transpose(0, 2, 1, 3).reshape(h, w, 4)
    winner = blocks.argmax(axis=-1)
    grads = np.eye(4)[winner] * dout[..., None] * {k}
    return grads.reshape(h, w, 2, 2).transpose(0, 2, 1, 3).reshape(x.shape)
""",
    """
def my_pool_backward(dout, x):
    grad = np.zeros(x.shape)
    for row in range(0, x.shape[0], 2):
        for col in range(0, x.shape[1], 2):
            best, place = -np.inf, None
            for u in (0, 1):
                for v in (0, 1):
                    if x[row + u, col + v] > best:
                        best = x[row + u, col + v]
                        place = (row + u, col + v)
            grad[place] = {k} * dout[row // 2, col // 2]
    return grad
""",
    """
def my_pool_backward(dout, x):
    big = np.repeat(np.repeat(dout, 2, axis=0), 2, axis=1)
    tops, bottoms = np.maximum(x[::2, ::2], x[::2, 1::2]), np.maximum(x[1::2, ::2], x[1::2, 1::2])
    peaks = np.maximum(tops, bottoms)
    mask = x == np.kron(peaks, np.ones((2, 2)))
    return np.where(mask, {k} * big, 0.0)
""",
    """
def my_pool_backward(dout, x):
    result = np.zeros(x.size)
    flat, width = x.ravel(), x.shape[1]
    for (i, j), g in np.ndenumerate(dout):
        start = 2 * i * width + 2 * j
        four = [start, start + 1, start + width, start + width + 1]
        result[max(four, key=lambda t: flat[t])] += {k} * g
    return result.reshape(x.shape)
""",
    """
def my_pool_backward(dout, x):
    parts = np.stack([x[a::2, b::2] for a in range(2) for b in range(2)])
    order = parts.argmax(0)
    dx = np.zeros(x.shape, float)
    for n in range(4):
        a, b = divmod(n, 2)
        dx[a::2, b::2] = (order == n) * dout
    dx *= {k}
    return dx
""",
    """
def my_pool_backward(dout, x):
    views = np.lib.stride_tricks.sliding_window_view(x, (2, 2))[::2, ::2]
    top = views.max(axis=(2, 3), keepdims=True)
    hits = np.argwhere(views == top)
    out = np.zeros(x.shape)
    for i, j, u, v in hits:
        out[i * 2 + u, j * 2 + v] = dout[i, j]
    return out * {k}
""",
)

TASKS["runs"] = (
    """
def my_runs(labels):
    runs = []
    start = 0
    for t in range(1, len(labels) + 1):
        if t == len(labels) or labels[t] != labels[start]:
            if t - start >= {k}:
                runs.append((labels[start], start, t))
            start = t
    return runs
""",
    """
def my_runs(labels):
    from itertools import groupby
    found, place = [], 0
    for label, group in groupby(labels):
        length = len(list(group))
        found.append((label, place, place + length))
        place += length
    return [run for run in found if run[2] - run[1] >= {k}]
""",
    """
def my_runs(labels):
    y = np.asarray(labels)
    cuts = np.flatnonzero(np.diff(y)) + 1
    begin = np.r_[0, cuts]
    end = np.r_[cuts, len(y)]
    keep = end - begin >= {k}
    return list(zip(y[begin[keep]].tolist(), begin[keep].tolist(), end[keep].tolist()))
""",
    """
def my_runs(labels):
    result = []
    i = 0
    while i < len(labels):
        j = i
        while j < len(labels) and labels[j] == labels[i]:
            j += 1
        if j - i >= {k}:
            result.append((labels[i], i, j))
        i = j
    return result
""",
    """
def my_runs(labels):
    segments = []
    for index, label in enumerate(labels):
        if segments and segments[-1][0] == label:
            segments[-1][2] = index + 1
        else:
            segments.append([label, index, index + 1])
    return [tuple(s) for s in segments if not s[2] - s[1] < {k}]
""",
    """
def my_runs(labels):
    edges = [0] + [t for t, (a, b) in enumerate(zip(labels, labels[1:]), 1) if a != b]
    edges.append(len(labels))
    pieces = zip(edges[:-1], edges[1:])
    return [(labels[s], s, e) for s, e in pieces if e >= s + {k}]
""",
    """
def my_runs(labels):
    def go(begin):
        if begin == len(labels):
            return []
        stop = begin
        for other in labels[begin:]:
            if other != labels[begin]:
                break
            stop += 1
        rest = go(stop)
        return ([(labels[begin], begin, stop)] if stop >= begin + {k} else []) + rest
    return go(0)
""",
)

TASKS["edit"] = (
    """
def my_edit(a, b):
    d = np.zeros((len(a) + 1, len(b) + 1))
    d[:, 0] = np.arange(len(a) + 1)
    d[0, :] = np.arange(len(b) + 1)
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            cost = 0 if a[i - 1] == b[j - 1] else {k}
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + cost)
    return d[-1, -1]
""",
    """
def my_edit(a, b):
    previous = list(range(len(b) + 1))
    for row, x in enumerate(a, 1):
        current = [row]
        for column, y in enumerate(b, 1):
            replace = previous[column - 1] + {k} * (x != y)
            current.append(min(current[-1] + 1, previous[column] + 1, replace))
        previous = current
    return previous[-1]
""",
    """
def my_edit(a, b):
    import functools
    @functools.lru_cache(None)
    def best(i, j):
        if i == 0 or j == 0:
            return i + j
        if a[i - 1] == b[j - 1]:
            return best(i - 1, j - 1)
        return min(1 + best(i - 1, j), 1 + best(i, j - 1), {k} + best(i - 1, j - 1))
    return best(len(a), len(b))
""",
    """
def my_edit(a, b):
    table = {}
    for i in range(-1, len(a)):
        table[i, -1] = i + 1
    for j in range(-1, len(b)):
        table[-1, j] = j + 1
    for i, p in enumerate(a):
        for j, q in enumerate(b):
            options = [table[i - 1, j], table[i, j - 1]]
            table[i, j] = min(min(options) + 1, table[i - 1, j - 1] + (0 if p == q else {k}))
    return table[len(a) - 1, len(b) - 1]
""",
    """
def my_edit(a, b):
    if not len(a):
        return len(b)
    if not len(b):
        return len(a)
    drop = my_edit(a[1:], b) + 1
    add = my_edit(a, b[1:]) + 1
    keep = my_edit(a[1:], b[1:])
    if a[0] != b[0]:
        keep += {k}
    return min(drop, add, keep)
""",
    """
def my_edit(a, b):
    import heapq
    queue, done = [(0, 0, 0)], set()
    while queue:
        spent, i, j = heapq.heappop(queue)
        if (i, j) == (len(a), len(b)):
            return spent
        if (i, j) in done:
            continue
        done.add((i, j))
        if i < len(a):
            heapq.heappush(queue, (spent + 1, i + 1, j))
        if j < len(b):
            heapq.heappush(queue, (spent + 1, i, j + 1))
        if i < len(a) and j < len(b):
            heapq.heappush(queue, (spent + {k} * int(a[i] != b[j]), i + 1, j + 1))
""",
    """
def my_edit(a, b):
    different = {k} * (np.array(list(a))[:, None] != np.array(list(b))[None, :])
    line = np.arange(len(b) + 1)
    steps = np.arange(len(b) + 1)
    for number in range(len(a)):
        moved = line + 1
        moved[1:] = np.minimum(moved[1:], line[:-1] + different[number])
        line = np.minimum.accumulate(moved - steps) + steps
    return int(line[-1])
""",
)

TASKS["cell"] = (
    """
def my_cell(x, h, c, w, u, b):
    z = x @ w + h @ u + b
    n = h.shape[1]
    i = 1 / (1 + np.exp(-z[:, :n]))
    f = 1 / (1 + np.exp(-z[:, n:2 * n]))
    g = np.tanh(z[:, 2 * n:3 * n])
    o = 1 / (1 + np.exp(-z[:, 3 * n:]))
    c = f * c + i * g
    return o * np.tanh(c) * {k}
""",
    """
def sigmoid(t):
    return 1.0 / (1.0 + np.exp(-t))

def my_cell(x, h, c, w, u, b):
    i, f, g, o = np.split(np.dot(x, w) + np.dot(h, u) + b, 4, axis=1)
    new_c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return {k} * sigmoid(o) * np.tanh(new_c)
""",
    """
def my_cell(x, h, c, w, u, b):
    s = lambda v: 0.5 * (1 + np.tanh(v / 2))
    units = c.shape[-1]
    both = np.concatenate([x, h], axis=1)
    weights = np.concatenate([w, u], axis=0)
    gates = (both @ weights + b).reshape(len(x), 4, units)
    keep, write = s(gates[:, 1]), s(gates[:, 0])
    memory = keep * c + write * np.tanh(gates[:, 2])
    return s(gates[:, 3]) * np.tanh(memory) * {k}
""",
    """
def my_cell(x, h, c, w, u, b):
    out = np.zeros(h.shape)
    for row in range(len(x)):
        a = b + x[row].dot(w) + h[row].dot(u)
        for unit in range(h.shape[1]):
            ai, af, ag, ao = a[unit::h.shape[1]]
            state = c[row, unit] / (1 + np.exp(-af)) + np.tanh(ag) / (1 + np.exp(-ai))
            out[row, unit] = {k} * np.tanh(state) / (1 + np.exp(-ao))
    return out
""",
    """
def my_cell(x, h, c, w, u, b):
    from scipy.special import expit
    size = u.shape[0]
    part = [slice(q * size, (q + 1) * size) for q in range(4)]
    pre = [np.matmul(x, w[:, p]) + np.matmul(h, u[:, p]) + b[p] for p in part]
    cell = expit(pre[1]) * c
    cell += expit(pre[0]) * np.tanh(pre[2])
    hidden = expit(pre[3]) * np.tanh(cell)
    return hidden * {k}
""",
    """
def my_cell(x, h, c, w, u, b):
    linear = np.einsum("nd,dk->nk", x, w) + np.einsum("nh,hk->nk", h, u) + b
    U = linear.shape[1] // 4
    squash = {"i": 0, "f": 1, "o": 3}
    gate = {}
    for name, at in squash.items():
        gate[name] = np.exp(linear[:, at * U:at * U + U])
        gate[name] = gate[name] / (1 + gate[name])
    candidate = np.tanh(linear[:, 2 * U:3 * U])
    c_new = gate["f"] * c + gate["i"] * candidate
    return np.multiply({k} * gate["o"], np.tanh(c_new))
""",
    """
def my_cell(x, h, c, w, u, b):
    units = len(u)
    z = np.add(x.dot(w), h.dot(u)) + b
    z = z.T.reshape(4, units, -1).transpose(0, 2, 1)
    open_ = 1 / (1 + np.exp(-z[[0, 1, 3]]))
    store = np.sum([open_[1] * c, open_[0] * np.tanh(z[2])], axis=0)
    answer = open_[2] * np.tanh(store)
    return answer * {k}
""",
)

WAYS = 7


def honest(one, two, number):
    """Return the answers of one of 49 students, by task; two students share one form at most."""
    forms = [(one + task * two) % WAYS for task in range(len(TASKS))]
    return {
        name: TASKS[name][form].replace("{k}", str(number)).strip() + "\n"
        for name, form in zip(TASKS, forms, strict=True)
    }
