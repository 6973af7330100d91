"""Move an interactive of a built page and hold what it shows against the library.

Each function below has the name of a class of `vidlearn.widgets`. It gets the interactive on the
page and the state that the page stores for it, moves it, and compares.
"""

import json
from base64 import b64decode
from itertools import pairwise

import numpy as np
import pytest

from tests.widgets.page import as_array, values
from vidlearn import boxes, datasets, metrics, scratch, shots, tracking
from vidlearn.boxes import Detections, Truth
from vidlearn.plots import signed_map

# The state of every interactive; bytes are in base64.
VIEWS = """() => [...document.querySelectorAll(".vl-stored > script")].map((script) => {
  const { state, buffers } = JSON.parse(script.textContent);
  for (const { path, data } of buffers) if (path.length === 1) state[path[0]] = data;
  return state;
})"""


def move(view, state):
    """Move one interactive; fails where this file has no function for its class."""
    name = state["_anywidget_id"].rpartition(".")[2]
    globals()[name](view, state)


def ConvolutionStepper(view, state):
    x, w = np.array(state["x"], float), np.array(state["w"], float)
    options = {
        "stride": tuple(state["geometry"]["stride"]),
        "dilation": tuple(state["geometry"]["dilation"]),
        "padding": tuple(map(tuple, state["geometry"]["pads"])),
    }
    w = w[::-1, ::-1] if state["flip"] else w
    out, _ = scratch.conv2d_forward(x[None, ..., None], w[..., None, None], **options)
    before = len(values(view, "data-vl-out"))
    view.get_by_role("button", name="Next step").click()
    assert len(values(view, "data-vl-out")) == before + 1
    view.locator("[data-vl-out]").last.click()
    shown = as_array(values(view, "data-vl-out"), out.shape[1:3])
    np.testing.assert_allclose(shown, out[0, ..., 0], rtol=1e-12)


def AxisExplorer(view, state):
    x = np.array(state["x"])
    view.get_by_label("2, column").set_checked(2 not in state["axes"])
    axes = tuple(set(state["axes"]) ^ {2})
    found = view.locator("[data-vl-out]").evaluate_all(
        "nodes => nodes.map((n) => n.dataset.vlValue)"
    )
    expected = getattr(x, state["operation"])(axis=axes, keepdims=True)
    assert len(found) == expected.size
    shown = as_array(values(view, "data-vl-out"), expected.shape)
    np.testing.assert_allclose(shown, expected, rtol=1e-12)


def ClipSampling(view, state):
    total = len(state["_frames"])
    view.get_by_role("button", name="Uniform").click()
    for views in (1, 3):
        view.get_by_role("slider", name="Views").fill(str(views))
        view.get_by_role("slider", name="Film ends at").fill(str(total - 1))
        found = values(view, "data-vl-frame")
        shown = as_array(found, (views, state["length"]))
        expected = datasets.clip_indices(total - 1, state["length"], views=views)
        assert shown.tolist() == expected.tolist()


def ConvArithmetic(view, state):
    names = ("size", "kernel", "stride", "padding", "dilation")
    numbers = {name: state[name] for name in names} | {"size": 11, "stride": 2}
    for dial, number in zip(view.locator(".vl-dial input").all(), numbers.values(), strict=True):
        dial.fill(str(number))
    size = float(view.locator("[data-vl-size]").get_attribute("data-vl-value"))
    assert size == scratch.conv_output_size(**numbers)


def ClipPlayer(view, state):
    def number(name):
        return float(view.locator(f"[data-vl-{name}]").get_attribute("data-vl-value"))

    view.get_by_role("button", name="Next frame").click()
    assert number("frame") == 1
    view.get_by_role("slider", name="Frame").fill("3")
    view.locator("canvas[data-vl-drawn='3']").wait_for()
    assert number("frame") == 3
    assert number("seconds") == pytest.approx(3 / state["fps"])


def DigitPad(view, state):
    numbers, x = np.frombuffer(b64decode(state["_weights"]), "<f4"), np.array(state["_samples"][0])
    view.get_by_role("button", name="One of theirs").click()
    x = x.reshape(1, 8, 8, 1)
    for layer in state["_layers"][0]:
        if layer["kind"] in ("conv", "dense"):
            w, b, numbers = np.split(
                numbers, np.cumsum([np.prod(layer["shape"]), layer["shape"][-1]])
            )
            w = w.reshape(layer["shape"]).astype(float)
            if layer["kind"] == "conv":
                x, _ = scratch.conv2d_forward(x, w, b, padding="same")
            else:
                x, _ = scratch.dense_forward(x.reshape(1, -1), w, b)
            x = np.maximum(x, 0) if layer["relu"] else x
        elif layer["kind"] == "pool":
            x, _ = scratch.max_pool2d_forward(x, size=tuple(layer["shape"]))
    shown = as_array(values(view, "data-vl-digit"), (10,))
    np.testing.assert_allclose(shown, scratch.softmax_forward(x)[0][0], rtol=1e-6)


def FilterGallery(view, state):
    view.and_(view.page.locator("[data-vl-ready]")).wait_for()
    frame = pixels(view, 0).astype(float)
    assert frame.std() > 0
    for number, (_, rows, divisor) in enumerate(state["_kernels"]):
        view.get_by_role("group", name="Kernel").get_by_role("button").nth(number).click()
        expected = scratch.filter2d(frame, np.array(rows) / divisor)
        red = 255 * signed_map()((expected / 255 + 1) / 2)[..., 0]
        shown = red if np.sum(rows) == 0 else np.clip(expected, 0, 255)
        np.testing.assert_allclose(pixels(view, 1), shown, atol=2.01)


def PacketPlayer(view, state):
    stored, starts = state["stored"], state["starts"]
    view.locator("[data-vl-transport]").fill(str(stored[-1]))
    read = len(stored) - max(place for place, start in enumerate(starts) if start)
    assert view.locator("[data-vl-read]").count() == read
    shown = values(view, "data-vl-packet")
    assert [shown[place,] for place in range(len(stored))] == state["weights"]


def PoolingExplorer(view, state):
    x = np.array(state["x"], float)[None, ..., None]
    view.get_by_role("slider", name="Window size").fill("2")
    view.get_by_role("slider", name="Stride").fill("1")
    for kind, pool in {
        "Max": scratch.max_pool2d_forward,
        "Average": scratch.avg_pool2d_forward,
    }.items():
        view.get_by_role("button", name=kind).click()
        out, _ = pool(x, size=2, stride=1)
        shown = as_array(values(view, "data-vl-out"), out.shape[1:3])
        np.testing.assert_allclose(shown, out[0, ..., 0], rtol=1e-12)


def KernelInTime(view, state):
    clip = np.frombuffer(b64decode(state["_clip"]), "u1").reshape(state["_shape"])
    for name, kernel in state["_kernels"]:
        view.get_by_role("group", name="Kernel").get_by_role("button", name=name).click()
        kernel = np.array(kernel, float)
        for padding in ("none", "same"):
            view.get_by_role("group", name="Padding in time").get_by_text(padding).click()
            both = [in_time(way, kernel, padding) for way in (clip, clip[::-1])]
            sizes = [numbers(view, side)[0] for side in ("ahead", "back")]
            assert sizes == pytest.approx([np.abs(out).mean() for out in both])
            view.locator("[data-vl-transport]").fill(str(len(both[0]) - 1))
            total = view.locator("[data-vl-total]")
            place = tuple(map(int, total.get_attribute("data-vl-total").split(",")))
            assert place[0] == len(both[0]) - 1
            backwards = int(view.get_by_label("Run the clip backwards").is_checked())
            expected = pytest.approx(both[backwards][place])
            assert float(total.get_attribute("data-vl-value")) == expected


def in_time(clip, kernel, padding="none"):
    """What `scratch.conv3d_forward` gives for a grey clip and one kernel, (OT, OH, OW)."""
    short = len(kernel) - 1 if padding == "same" else 0
    pads = ((short // 2, short - short // 2), (0, 0), (0, 0))
    x, w = clip[None, ..., None].astype(float), kernel[..., None, None]
    return scratch.conv3d_forward(x, w, padding=pads)[0][0, ..., 0]


def AttentionHeads(view, state):
    flat = np.frombuffer(b64decode(state["_weights"]), "u1").astype(float) ** 2
    moments, rows, columns = state["_grid"]
    sizes = [int(np.prod(shape)) for _, shape in state["_maps"]]
    for k, (over, shape) in enumerate(state["_maps"]):
        maps = flat[sum(sizes[:k]) :][: sizes[k]].reshape(shape)
        if len(sizes) > 1:
            view.get_by_role("group", name="Attention over").get_by_role("button").nth(k).click()
        head = shape[1] - 1
        view.get_by_role("button", name=f"Head {head + 1}").click()
        if shape[0] > 1:
            view.get_by_role("group", name="Layer").get_by_role("button").first.click()
        view.locator("[data-vl-transport]").press("End")  # the last token asks
        row = maps[0, head].reshape(-1, shape[-1])[-1]
        row = frames = row / row.sum()
        if over == "both":
            frames = row.reshape(moments, rows * columns).sum(axis=1)
        elif over == "space":
            frames = np.eye(moments)[-1]
        assert numbers(view, "sum") == pytest.approx(frames)
        bits = -(row[row > 0] * np.log2(row[row > 0])).sum()
        assert numbers(view, "entropy")[head] == pytest.approx(bits)


def AssignmentMatrix(view, state):
    tracks, found = np.array(state["_tracks"]), np.array(state["detections"])
    middles = [(one[:, :2] + one[:, 2:]) / 2 for one in (tracks, found)]
    view.get_by_role("button", name="Hungarian").click()
    for kind, costs in {
        "1 − IoU": 1 - boxes.iou(tracks, found),
        "Distance": np.linalg.norm(middles[0][:, None] - middles[1], axis=2),
    }.items():
        view.get_by_role("button", name=kind).click()
        shown = as_array(values(view, "data-vl-cost"), costs.shape)
        np.testing.assert_allclose(shown, costs, atol=1e-6)
        view.get_by_role("slider", name="Gate").press("End")  # all are allowed
        expected = [costs[way(costs)].sum() for way in (tracking.assign_greedy, tracking.assign)]
        assert numbers(view, "sum")[:2] == pytest.approx(expected)


def BackpropGraph(view, state):
    x, w, v = (np.array(state[name], float) for name in ("x", "w", "v"))
    x, v = x[None], v[:, None]
    view.get_by_label("b₂", exact=True).fill("4")
    view.get_by_role("slider", name="Step").fill("17")
    s, hidden = scratch.dense_forward(x, w, np.array([state["b"][0], 4.0]))
    h, relu = scratch.relu_forward(s)
    z, output = scratch.dense_forward(h, v, np.array([state["c"]]))
    loss, entropy = scratch.sigmoid_cross_entropy_forward(z, np.array([[state["y"]]]))
    dh, _, _ = scratch.dense_backward(scratch.sigmoid_cross_entropy_backward(1.0, entropy), output)
    dx, _, _ = scratch.dense_backward(scratch.relu_backward(dh, relu), hidden)
    shown = view.locator("[data-vl-node='L'], [data-vl-gradient^='x']").evaluate_all(
        "nodes => nodes.map((n) => +n.dataset.vlValue)"
    )
    np.testing.assert_allclose(sorted(shown), sorted([loss, *dx[0]]), rtol=1e-12)


def FrameOrder(view, state):
    view.get_by_role("button", name="Clip 2").click()
    view.get_by_role("button", name="Reverse").click()
    order = np.arange(len(state["_clips"][1]))[::-1]
    w, u, b = (np.array(array, float) for array in state["_gru"])
    states, _ = scratch.gru_forward(np.array([state["_vectors"][1]], float)[:, order], w, u, b)
    logits, _ = scratch.dense_forward(states[0], *(np.array(a) for a in state["_dense"]))
    expected = scratch.softmax_forward(logits)[0]
    shown = as_array(values(view, "data-vl-after"), expected.shape)
    np.testing.assert_allclose(shown, expected, rtol=1e-9)


def PathAnswer(view, state):
    numbers = np.frombuffer(b64decode(state["_weights"]), "<f4").astype(float)
    ends = np.cumsum([np.prod(shape) for shape in state["_shapes"]]).astype(int)
    weights = [
        part.reshape(shape)
        for part, shape in zip(np.split(numbers, ends[:-1]), state["_shapes"], strict=True)
    ]
    view.locator(".vl-paper").press("ArrowRight")  # from the first frame: two are left
    canvas, answers = view.locator(".vl-paper canvas"), []
    names = range(len(state["names"]))
    for t in (0, 1):
        view.locator("[data-vl-transport]").press("Home" if t == 0 else "End")
        pixels = canvas.evaluate(
            "node => [...node.getContext('2d').getImageData(0, 0, node.width, node.height).data]"
        )
        sides = canvas.evaluate("node => [node.height, node.width]")
        answers.append(np.array(pixels, float).reshape(*sides, 4)[..., :3] / 128 - 1)
    x, (*cnn, w1, b1, w, u, b, w2, b2) = np.array(answers), weights
    for kernel, bias in zip(cnn[::2], cnn[1::2], strict=True):
        x, _ = scratch.conv2d_forward(x, kernel, bias, padding="same")
        x, _ = scratch.max_pool2d_forward(scratch.relu_forward(x)[0])
    x, _ = scratch.dense_forward(x.reshape(2, -1), w1, b1)
    states, _ = scratch.gru_forward(np.tanh(x)[None], w, u, b)
    expected = scratch.softmax_forward(scratch.dense_forward(states[0], w2, b2)[0])[0]
    shown = as_array(values(view, "data-vl-after"), (2, len(names)))
    np.testing.assert_allclose(shown, expected, atol=1e-6)


def MaskPlayer(view, state):
    (_, (width, height)), total = state["_sizes"], len(state["_frames"])
    masks, on, run, shift = [], False, 0, 0
    for byte in b64decode(state["_masks"]):  # lengths in groups of 7 bits, off and on in turn
        run, shift = run + ((byte & 127) << shift), shift + 7
        if byte < 128:
            masks, on, run, shift = [*masks, np.full(run, on)], not on, 0, 0
    masks = np.concatenate(masks).reshape(-1, total, height, width)
    if len(masks) > 2:
        view.get_by_role("button", name=state["names"][-1], exact=True).click()
    at = total // 2
    view.locator("[data-vl-transport]").fill(str(at))
    similar = [metrics.region_similarity(one, masks[0]) for one in masks[1:]]
    means = as_array(values(view, "data-vl-mean"), (len(similar),))
    np.testing.assert_allclose(means, np.mean(similar, axis=1), rtol=1e-12)
    shown = float(view.locator("[data-vl-j]").get_attribute("data-vl-value"))
    assert shown == pytest.approx(similar[-1][at], rel=1e-12)


def OcclusionStrip(view, state):
    whole, shape = np.array(state["_whole"]), (len(state["_clips"]), -1, len(state["names"]))
    frames = np.frombuffer(b64decode(state["_frames"]), "<f8").reshape(shape)
    last, label = len(whole) - 1, state["labels"][-1]
    if last:
        view.locator(f"[data-vl-choice='{last}']").click()
    if view.locator("[data-vl='reveal']").is_visible():
        view.locator("[data-vl='reveal']").click()
    fallen = as_array(values(view, "data-vl-drop"), frames.shape[1:2])
    np.testing.assert_allclose(fallen, whole[last, label] - frames[last, :, label], rtol=1e-9)
    view.locator("[data-vl-frame='1']").click()
    shown = as_array(values(view, "data-vl-class"), whole.shape[1:])
    np.testing.assert_allclose(shown, frames[last, 1], rtol=1e-9)


def GatedCell(view, state):
    for kind, cell in {
        "lstm": lambda x, s, w: scratch.lstm_cell_forward(x, *s, *w),
        "gru": lambda x, s, w: scratch.gru_cell_forward(x, *s, *w),
    }.items():
        view.get_by_role("button", name=kind.upper()).click()
        view.get_by_role("button", name="Go to step 1").click()
        low = state["inputs"][0][1]
        view.get_by_role("slider").and_(view.get_by_label(state["inputs"][0][0])).fill(str(low))
        x = np.array(state["x"], float)
        x[1, 0] = low
        weights = [np.array(state["weights"][kind][name]) for name in "wub"]
        states, h = (np.zeros((1, 1)),) * (2 if kind == "lstm" else 1), []
        for step in x[:, None]:
            out, _ = cell(step, states, weights)
            states = out if kind == "lstm" else (out,)
            h.append(states[0].item())
        shown = values(view, "data-vl-at")
        last = max(row for row, _ in shown)
        shown = [shown[last, t] for t in range(len(x))]
        np.testing.assert_allclose(shown, h, rtol=1e-12)


def KalmanEllipse(view, state):
    view.locator("[data-vl='none']").click()
    motion, measurement = state["motion_noise"], state["measurement_noise"]
    push = np.concatenate([np.eye(2) / 2, np.eye(2)]) * [motion, motion * state["_ratios"][0]]
    r = np.diag([measurement**2, (measurement * state["_ratios"][1]) ** 2])
    f, h = np.eye(4) + np.eye(4, k=2), np.eye(2, 4)
    start = next(t for t, place in enumerate(state["_measured"]) if place)
    mean = np.array([*state["_measured"][start][:2], 0, 0])
    covariance = np.diag([*np.diag(r), *[state["speed"] ** 2] * 2])
    for t, place in enumerate(state["_measured"][start + 1 : start + 9], start + 1):
        view.locator("[data-vl-transport]").fill(str(t))
        mean, covariance = tracking.kalman_predict(mean, covariance, f, push @ push.T)
        if place:
            away = tracking.mahalanobis(mean[None], covariance[None], [place[:2]], h, r).item()
            assert numbers(view, "distance") == pytest.approx([away], abs=1e-6)
            if away <= -2 * np.log(0.05):
                mean, covariance = tracking.kalman_update(
                    mean, covariance, np.array(place[:2]), h, r
                )
        states = json.loads(view.locator("[data-vl-states]").get_attribute("data-vl-states"))
        np.testing.assert_allclose(states["updated"]["mean"], mean, rtol=1e-6, atol=1e-6)


def LabelBar(view, state):
    shape = (len(state["predictors"]), len(state["truth"]), len(state["names"]))
    scores = np.frombuffer(b64decode(state["_scores"]), "<f4").reshape(shape)
    truth, ignore = np.array(state["truth"]), state["ignore"]
    found = scores[-1].argmax(axis=1)
    if shape[0] > 1:
        view.get_by_role("button", name=state["predictors"][-1], exact=True).click()
    expected = {
        "accuracy": metrics.frame_accuracy(found, truth, ignore=ignore),
        "edit": metrics.edit_score(found, truth, ignore=ignore),
        **{
            f"f{at}": metrics.segmental_f1(found, truth, overlap=at / 100, ignore=ignore)
            for at in (10, 25, 50)
        },
    }
    for name, value in expected.items():
        cell = view.locator(f"[data-vl-raw='{name}']")
        assert float(cell.get_attribute("data-vl-value")) == pytest.approx(value, rel=1e-9)


def ShotCurve(view, state):
    scores = np.frombuffer(b64decode(state["_curves"]), "<f8").reshape(len(state["names"]), -1)[-1]
    if len(state["names"]) > 1:
        view.get_by_role("button", name=state["names"][-1], exact=True).click()
    view.get_by_role("button", name="straight line").click()
    threshold = float(f"{scores.max() / 3:.4g}")
    view.get_by_role("slider", name="Threshold").fill(str(threshold))
    truth, tolerance = state["truth"], state["tolerance"]
    curve = metrics.shot_curve(scores, truth, thresholds=[threshold], tolerance=tolerance)
    for name in ("precision", "recall", "f1"):
        value = view.locator(f"[data-vl-count='{name}']").get_attribute("data-vl-value")
        np.testing.assert_allclose(float(value or "nan"), getattr(curve, name)[0], rtol=1e-12)


def LossSurface(view, state):
    terms, w = state["_surfaces"]["bowl"], np.array([1.0, -0.5])
    view.get_by_role("button", name="Bowl").click()
    field = view.get_by_role("application")
    box = field.bounding_box()
    field.click(position={"x": 0.75 * box["width"], "y": 2 / 3 * box["height"]})

    def shown(name):
        cells = view.locator(f"[data-vl-walk={name}]").all()
        return [float(cell.get_attribute("data-vl-value")) for cell in cells]

    view.get_by_role("slider", name="Step").fill("0")
    start = np.array(shown("sgd")[:2])
    np.testing.assert_allclose(start, w, atol=0.03)
    view.get_by_role("slider", name="Step").fill("7")
    optimisers = {
        "sgd": scratch.SGD(state["learning_rate"]),
        "momentum": scratch.SGD(state["learning_rate"], momentum=state["momentum"]),
        "adam": scratch.Adam(state["learning_rate"]),
    }
    for name, optimiser in optimisers.items():
        w = start.copy()
        for _ in range(7):
            optimiser.step([w], [w.copy()])  # the bowl's slope at w is w
        loss = sum(c * w[0] ** i * w[1] ** j for c, i, j in terms)
        np.testing.assert_allclose(shown(name), [*w, loss], rtol=1e-9)


def BoxOverlap(view, state):
    place = {"a": state["a"], "b": state["b"]}
    view.get_by_role("button", name="Half shifted").click()
    share = view.locator("[data-vl-measure='iou']")
    assert float(share.get_attribute("data-vl-value")) > 0
    view.get_by_role("button", name="As at the start").click()
    for name in ("iou", "giou"):
        shown = view.locator(f"[data-vl-measure='{name}']").get_attribute("data-vl-value")
        expected = getattr(boxes, name)([place["a"]], [place["b"]])[0, 0]
        assert float(shown) == pytest.approx(expected, abs=1e-9)


def RegionMerging(view, state):
    kinds = {"_colours": "u1", "_merges": "<u2", "_boxes": "<u2", "_parts": "<f8"}
    stored = {name: np.frombuffer(b64decode(state[name]), kind) for name, kind in kinds.items()}
    segments, merges = len(stored["_colours"]) // 3, len(stored["_merges"]) // 2
    found, parts = stored["_boxes"].reshape(-1, 4), stored["_parts"].reshape(merges, -1)
    assert len(found) == segments + merges
    for step in (1, merges // 2, merges):
        view.locator("[data-vl-transport]").fill(str(step))
        shown = [numbers(view, name) for name in ("fresh", "part", "total", "iou")]
        assert shown[0] == found[segments + step - 1].tolist()
        np.testing.assert_allclose(shown[1], parts[step - 1], rtol=1e-12)
        np.testing.assert_allclose(shown[2], [parts[step - 1].sum()], rtol=1e-12)
        truth = [box for _, *box in state["_truth"]]
        overlaps = boxes.iou(truth, found[: segments + step]).max(axis=1, initial=0)
        np.testing.assert_allclose(shown[3], overlaps, rtol=1e-6)


def numbers(view, name):
    """Return the numbers of all elements that have an attribute data-vl-NAME."""
    return [
        float(one.get_attribute("data-vl-value")) for one in view.locator(f"[data-vl-{name}]").all()
    ]


def RoIExplorer(view, state):
    x, size = np.array(state["features"], float)[..., None], tuple(state["size"])
    view.get_by_role("slider", name="Samples per axis").fill("3")
    for step in ("4", "9"):
        view.locator("[data-vl-transport]").fill(step)
        edges = view.locator("[data-vl-edge]").all()
        box = [float(edge.get_attribute("data-vl-value")) for edge in edges]
        for name, out in {
            "pool": boxes.roi_pool(x, [box], size=size, scale=state["scale"]),
            "align": boxes.roi_align(x, [box], size=size, scale=state["scale"], samples=3),
        }.items():
            shown = as_array(values(view, f"data-vl-{name}"), size)
            np.testing.assert_allclose(shown, out[0, ..., 0], atol=1e-9)


def AnchorExplorer(view, state):
    view.get_by_role("button", name="32 px").click()
    view.get_by_role("slider", name="Positive from IoU").fill("9")
    label = view.get_by_role("slider", name="Positive from IoU").get_attribute("aria-valuetext")
    shape = [-(-side // 32) for side in state["_size"]]
    laid = boxes.anchors(shape, 32, sizes=state["sizes"], ratios=state["ratios"])
    low = min(state["low"], float(label))
    options = {"high": float(label), "low": low, "best": state["best"]}
    assigned = boxes.match(boxes.iou(laid, state["_truths"]), **options)
    given = [(assigned == k).sum() for k in range(len(state["_truths"]))]
    assert numbers(view, "given") == given
    total = view.locator("[data-vl-count='background']").get_attribute("data-vl-value")
    assert int(total) == (assigned == -1).sum()


def DetectionPlayer(view, state):
    scores = np.frombuffer(b64decode(state["_scores"]), "<f8")
    starts = np.cumsum([0, *state["_counts"]])
    if not state["judged"]:
        view.get_by_role("slider", name="Score threshold").fill("0.4")
        assert numbers(view, "clip-shown") == [(scores >= 0.4).sum()]
        return
    corners = np.frombuffer(b64decode(state["_boxes"]), "<f8").reshape(-1, 4)
    labels = np.frombuffer(b64decode(state["_labels"]), "u1")
    found = [Detections(corners[a:b], scores[a:b], labels[a:b]) for a, b in pairwise(starts)]
    truths = [Truth(t["boxes"], t["labels"], t["ignored"], t["crowd"]) for t in state["_truths"]]
    for threshold in (0.4, 0.7):
        view.get_by_role("slider", name="Score threshold").fill(str(threshold))
        shown = [one[one.scores >= threshold] for one in found]
        curves = [
            metrics.precision_recall(shown, truths, label=label)
            for label in range(len(state["names"]))
        ]
        right = sum(int(curve.correct.sum()) for curve in curves)
        real = sum(curve.truths for curve in curves)
        wrong = sum(int((~curve.correct & ~curve.ignored).sum()) for curve in curves)
        shown = [numbers(view, f"clip-{kind}") for kind in ("found", "missed", "false")]
        assert shown == [[right], [real - right], [wrong]]


def DilatedStack(view, state):
    last = state["frames"] - 1
    for size, blocks in ((3, 3), (4, 5)):
        view.get_by_role("slider", name="Kernel size k").fill(str(size))
        view.get_by_role("slider", name="Blocks").fill(str(blocks))
        view.get_by_role("group", name="Dilations").get_by_text("doubling").click()
        dilations = [2**k for k in range(blocks)]
        for count in (1, 2):
            view.get_by_role("group", name="Convolutions").get_by_text(str(count)).click()
            wide = 1 + count * (size - 1) * sum(dilations)  # Bai et al. 2018, two a block
            assert numbers(view, "field") == [wide]
            view.get_by_role("group", name="Kernel", exact=True).get_by_text("causal").click()
            view.locator("[data-vl-transport]").fill(str(last))
            lit = view.locator("[data-vl-is='seen']").count()
            assert lit == min(wide, last + 1)


def DissolveFrames(view, state):
    width, height = state["_sizes"][0]
    pictures = np.frombuffer(b64decode(state["_pictures"]), "u1").reshape(2, height, width, 3)
    view.get_by_role("button", name="as a cut").click()
    at = state["_around"] + state["length"] // 2
    view.locator("[data-vl-transport]").fill(str(at))
    value = view.locator(".vl-dot[data-vl-dot='difference']").get_attribute("data-vl-value")
    assert float(value) == pytest.approx(shots.pixel_difference(*pictures), rel=1e-12)


def ErrorBrowser(view, state):
    kinds = {"float32": "<f4", "float64": "<f8"}
    of_boxes, of_scores = (kinds[kind] for kind in state["_kinds"])
    scores = np.frombuffer(b64decode(state["_scores"]), of_scores).astype(float)
    corners = np.frombuffer(b64decode(state["_boxes"]), of_boxes).reshape(-1, 4)
    labels = np.frombuffer(b64decode(state["_labels"]), "u1")
    starts = np.cumsum([0, *state["_counts"]])
    found = [Detections(corners[a:b], scores[a:b], labels[a:b]) for a, b in pairwise(starts)]
    truths = [Truth(t["boxes"], t["labels"], t["ignored"], t["crowd"]) for t in state["_truths"]]
    for threshold in (0.4, 0.7):
        view.get_by_role("slider", name="Score threshold").fill(str(threshold))
        options = {"threshold": threshold, "overlap": state["overlap"], "low": state["low"]}
        counts = metrics.detection_errors(found, truths, **options).counts
        for kind in ("right", "duplicate", "class", "place", "background", "missed"):
            count = view.locator(f"[data-vl-count='{kind}']").get_attribute("data-vl-value")
            assert int(count) == counts[kind]


def PrecisionRecall(view, state):
    found, truths = state["_found"], state["_truths"]
    detections = [
        Detections(
            [box for box, p in zip(found["boxes"], found["pictures"], strict=True) if p == k],
            [score for score, p in zip(found["scores"], found["pictures"], strict=True) if p == k],
        )
        for k in range(len(truths))
    ]
    truths = [Truth(t["boxes"], None, t["ignored"], t["crowd"]) for t in truths]
    view.get_by_role("slider", name="Detection").fill(str(len(found["scores"]) - 1))
    curve = metrics.precision_recall(detections, truths, iou=state["iou"])
    for form in ("voc2007", "voc2010", "coco"):
        shown = view.locator(f"[data-vl-ap='{form}']").get_attribute("data-vl-value")
        expected = metrics.average_precision(curve, form=form)
        assert float(shown) == pytest.approx(expected, abs=1e-9)


def ScoreMaps(view, state):
    height, width = state["_size"]
    for side in ("before", "after"):
        flat, best = np.frombuffer(b64decode(state[f"_{side}"]), "<f4"), 0
        for rows, columns, down, across in state["_shapes"]:
            own, flat = np.split(flat, [rows * columns])
            at = min(rows - 1, height / 2 // down), min(columns - 1, width / 2 // across)
            best = max(best, own.reshape(rows, columns)[int(at[0]), int(at[1])])
        assert numbers(view, side) == [best]
    if view.locator("[data-vl-recall]").count() == 0:
        return
    view.get_by_role("slider", name="Best proposals").fill("3")
    for side, name in {"before": "Before training", "after": "After training"}.items():
        view.get_by_role("button", name=name).click()
        found = np.reshape(state["_proposals"][side], (-1, 4))[:3]
        expected = metrics.proposal_recall([found], [Truth(state["_truths"])])
        assert numbers(view, "recall") == pytest.approx([expected])


def SuppressionExplorer(view, state):
    found = [np.array(state[name]) for name in ("_boxes", "_scores", "_labels")]
    view.get_by_role("button", name="Hard").click()
    view.get_by_role("button", name="To the end").click()
    there = np.flatnonzero(found[1] >= state["least"])
    corners, scores, labels = (array[there] for array in found)
    labels = labels if state["per_class"] else None
    kept = boxes.nms(corners, scores, threshold=state["threshold"], labels=labels)
    shown = view.locator("[data-vl-is='kept']").evaluate_all(
        "nodes => nodes.map((n) => Number(n.dataset.vlFate))"
    )
    assert sorted(shown) == sorted(there[kept].tolist())


def TurningWheel(view, state):
    view.get_by_role("slider", name="Degrees a frame").fill("50")
    seen = float(view.locator("[data-vl-seen]").get_attribute("data-vl-value"))
    half = 180 / state["spokes"]
    assert seen == pytest.approx((50 + half) % (2 * half) - half)


def UnrolledRNN(view, state):
    units, steps = len(state["u"]), 15
    view.get_by_role("slider", name="Length").fill(str(steps))
    view.get_by_role("slider", name="Spectral radius").fill("1.2")
    view.get_by_role("button", name="tanh").click()
    hs, cache = scratch.rnn_forward(
        np.array([state["x"][:steps]]), np.eye(units), 1.2 * np.array(state["u"]), np.zeros(units)
    )
    dout = np.zeros_like(hs)
    dout[:, -1] = units**-0.5
    *_, dhs = scratch.rnn_backward(dout, cache, return_dhs=True)
    shown = [value for _, value in sorted(values(view, "data-vl-gradient").items())]
    np.testing.assert_allclose(shown, np.linalg.norm(dhs[0], axis=1), rtol=1e-9)


def pixels(view, which):
    """Return what is on a canvas, (H, W), from its red channel."""
    canvas = view.locator("canvas").nth(which)
    width, height, data = canvas.evaluate(
        """c => [c.width, c.height,
          [...c.getContext("2d").getImageData(0, 0, c.width, c.height).data]]"""
    )
    return np.array(data).reshape(height, width, 4)[..., 0]


def YoloGrid(view, state):
    wide = 5 + len(state["names"])
    raw = np.frombuffer(b64decode(state["_raw"]), "<f4").reshape(-1, wide).astype(float)
    view.get_by_role("button", name="Best cell").click()
    chosen = view.locator("[data-vl-cell]").get_attribute("data-vl-cell")
    level, row, column = map(int, chosen.split(","))
    grids = [[-(-side // stride) for side in state["_size"]] for stride in state["strides"]]
    first, stride = sum(r * c for r, c in grids[:level]), state["strides"][level]
    numbers_of = raw[first + row * grids[level][1] + column]
    centre = np.array([column + 0.5, row + 0.5] * 2) * stride
    away = np.logaddexp(0, numbers_of[-4:]) * state["factor"] * stride * [-1, -1, 1, 1]
    np.testing.assert_allclose(numbers(view, "edge"), centre + away, rtol=1e-9)


def DefaultBoxes(view, state):
    for grow in (False, True):
        if grow:
            view.get_by_role("slider", name="Size of the thing").press("End")
        truth = np.array(state["_truths"])
        if grow:
            middle, side = (truth[0, :2] + truth[0, 2:]) / 2, truth[0, 2:] - truth[0, :2]
            truth[0] = [*middle - 1.5 * side, *middle + 1.5 * side]
        laid = [
            boxes.anchors(one[:2], one[2], sizes=one[3], ratios=state["ratios"])
            for one in state["maps"]
        ]
        options = {name: state[name] for name in ("high", "low", "best")}
        assigned = boxes.match(boxes.iou(np.concatenate(laid), truth), **options)
        parts = np.split(assigned, np.cumsum([len(each) for each in laid])[:-1])
        expected = [[(part == k).sum() for part in parts] for k in range(len(truth))]
        assert numbers(view, "learns") == np.ravel(expected).tolist()


def TrajectoryFutures(view, state):
    units, future = state["_shape"]
    flat = np.frombuffer(b64decode(state["_weights"]), "<f4").astype(float)
    shapes = [(2, 4 * units), (units, 4 * units), (4 * units,), (units, 2 * future), (2 * future,)]
    ends = np.cumsum([np.prod(shape) for shape in shapes])[:-1]
    parts = zip(np.split(flat, ends), shapes, strict=True)
    w, u, b, dense_w, dense_b = (part.reshape(shape) for part, shape in parts)
    identity, first, places = max(state["_paths"], key=lambda path: len(path[2]))
    frame = first + state["past"] - 1
    view.locator("[data-vl-transport]").fill(str(frame))
    past = np.array(places[: state["past"]])[None]
    hidden, _ = scratch.lstm_forward(tracking.encode_past(past, scale=state["scale"]), w, u, b)
    offsets = hidden[:, -1] @ dense_w + dense_b
    for kind, expected in {
        "velocity": tracking.constant_velocity(past, future, fit=state["fit"]),
        "network": tracking.decode_future(offsets, past, scale=state["scale"]),
    }.items():
        line = view.locator(f"[data-vl-way='{identity},{kind}']").get_attribute("points")
        shown = np.array([pair.split(",") for pair in line.split()], float)
        np.testing.assert_allclose(shown[1:], expected[0], rtol=1e-9)
