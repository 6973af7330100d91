import numpy as np
import pytest

from tests.widgets.hosted import host
from vidlearn import metrics
from vidlearn.boxes import Detections, Truth
from vidlearn.widgets import PrecisionRecall

FORMS = ("voc2007", "voc2010", "coco")


def world(seed=0, pictures=5):
    """Pictures of two sizes with truths, some difficult, some crowds, and detections near them."""
    rng = np.random.default_rng(seed)
    frames, detections, truths = [], [], []
    for k in range(pictures):
        height, width = [(60, 90), (80, 50)][k % 2]
        frames.append(rng.integers(0, 256, (height, width, 3), np.uint8))
        count = rng.integers(0, 5) if k else 4
        start = rng.uniform(0, (width - 25, height - 25), (count, 2))
        boxes = np.hstack([start, start + rng.uniform(8, 25, (count, 2))])
        labels = rng.integers(0, 2, count)
        difficult, crowd = rng.random((2, count)) < 0.15
        truths.append(Truth(boxes, labels, difficult, crowd))
        near = boxes.repeat(3, axis=0) + rng.normal(0, 2.5, (3 * count, 4))
        near = np.vstack([near, [[1, 2, 9, 12], [3, 5, 30, 20]]])
        near[:, 2:] = np.maximum(near[:, 2:], near[:, :2])
        scores = rng.integers(1, 20, len(near)) / 20  # ties
        labels = np.r_[labels.repeat(3), rng.integers(0, 2, 2)]
        detections.append(Detections(near, scores, labels))
    return frames, detections, truths


def small(**options):
    """Right, taken already, too little overlap, nothing near, nothing in the picture, right."""
    frames = [np.full((60, 90, 3), shade, np.uint8) for shade in (40, 120, 200)]
    detections = [
        Detections([[10, 10, 30, 30], [10, 11, 30, 31], [70, 40, 80, 50]], [0.9, 0.8, 0.6]),
        Detections([[0, 0, 10, 10], [20, 20, 50, 50]], [0.7, 0.4]),
        Detections([[5, 5, 9, 9]], [0.5]),
    ]
    truths = [Truth([[10, 10, 30, 32]]), Truth([[0, 4, 10, 14], [20, 22, 50, 50]]), Truth([])]
    return PrecisionRecall(frames, detections, truths, **options)


def number(page, name):
    return float(page.locator(f"[data-vl-{name}]").get_attribute("data-vl-value"))


def go(page, step):
    page.locator("[data-vl-transport]").fill(str(step))


def compare(page, curve, steps):
    for step in steps:
        go(page, step)
        so_far = slice(0, step + 1)
        assert number(page, "precision") == pytest.approx(curve.precision[step], abs=1e-12)
        assert number(page, "recall") == pytest.approx(curve.recall[step], abs=1e-12)
        assert number(page, "right") == curve.correct[so_far].sum()
        assert number(page, "wrong") == (~curve.correct & ~curve.ignored)[so_far].sum()
        assert number(page, "missed") == curve.truths - curve.correct[so_far].sum()
        for form in FORMS:
            ap = metrics.average_precision(curve.precision[so_far], curve.recall[so_far], form=form)
            assert number(page, f"ap='{form}'") == pytest.approx(ap, abs=1e-9)


def test_repr_tells_counts_and_average_precision():
    # precision 1, 1/2, 1/3, 1/4, 1/5, 1/3 at recall 1/3 ... 2/3: 34 points of 1, 33 of 1/3
    assert repr(small()) == (
        "PrecisionRecall(6 detections, 3 truths, 3 pictures, IoU 0.5; AP 0.446)"
    )


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"frames": []}, ValueError, "frames must be 1 to 24 pictures. Received: 0"),
        ({"frames": [np.zeros((4, 4))] * 5}, ValueError, r"frames\[0\] must be a uint8 picture"),
        ({"detections": 3}, TypeError, "detections must be a list of .*Detections.*: int"),
        ({"truths": [None] * 5}, TypeError, "truths must be a list of vidlearn.boxes.Truth"),
        ({"truths": [Truth([])]}, ValueError, "truths must be one for each picture, 5"),
        ({"label": 7}, ValueError, "detections must hold 1 to 200 of label 7. Received: 0"),
        ({"truths": [Truth([])] * 5}, ValueError, "truths must hold at least one of label 0"),
        ({"iou": 0}, ValueError, "iou must be a number above 0 and at most 1"),
        ({"max_width": 0}, ValueError, "max_width must be at least 1"),
    ],
)
def test_curve_rejects_what_it_cannot_show(change, error, message):
    given = dict(zip(("frames", "detections", "truths"), world(), strict=True)) | change
    lists = [given.pop(name) for name in ("frames", "detections", "truths")]
    with pytest.raises(error, match=message):
        PrecisionRecall(*lists, **given)


def test_curve_rejects_more_than_a_notebook_should_hold():
    noise = np.random.default_rng(0).integers(0, 256, (20, 300, 400, 3), np.uint8)
    found, truth = Detections([[1, 1, 9, 9]], [1]), Truth([[1, 1, 9, 9]])
    with pytest.raises(ValueError, match=r"the first \d+ take \d+ kB .*max_width than 400"):
        PrecisionRecall(list(noise), [found] * 20, [truth] * 20, max_width=400)
    many = Detections(np.tile([[1, 1, 9, 9]], (201, 1)), np.ones(201))
    with pytest.raises(ValueError, match="Received: 201"):
        PrecisionRecall([noise[0]], [many], [truth])


def test_state_of_a_dozen_photographs_stays_small():
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (12, 15, 20, 3), np.uint8)  # as smooth as photographs are
    frames = coarse.repeat(8, axis=1).repeat(8, axis=2)
    found, truth = Detections([[1, 1, 9, 9]], [1]), Truth([[1, 1, 9, 9]])
    widget = PrecisionRecall(list(frames), [found] * 12, [truth] * 12)
    assert sum(map(len, widget.get_state()["_pictures"])) < 120_000


@pytest.mark.browser
@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_numbers_equal_the_library_at_every_step(opened, seed, label):
    frames, detections, truths = world(seed)
    page = opened(PrecisionRecall(frames, detections, truths, label=label, iou=0.4))
    curve = metrics.precision_recall(detections, truths, label=label, iou=0.4)
    assert 0 < curve.correct.sum() < len(curve)
    assert int(page.locator("[data-vl-transport]").get_attribute("max")) == len(curve) - 1
    compare(page, curve, range(0, len(curve), 2))
    page.get_by_role("slider", name="IoU threshold").fill("14")
    curve = metrics.precision_recall(detections, truths, label=label, iou=0.75)
    compare(page, curve, (0, len(curve) // 2, len(curve) - 1))


@pytest.mark.browser
def test_each_detection_is_told_right_or_why_not(opened):
    page = opened(small())
    expected = [
        ("✓ Detection 1, score 0.90: right.", "IoU 0.91 with a truth that was still free."),
        ("✗ Detection 2, score 0.80: wrong.", "IoU 0.91, but detection 1 has taken this truth"),
        ("✗ Detection 3, score 0.70: wrong.", "IoU 0.43 is below 0.50."),
        ("✗ Detection 4, score 0.60: wrong.", "It touches no truth."),
        ("✗ Detection 5, score 0.50: wrong.", "There is nothing of this class in the picture."),
        ("✓ Detection 6, score 0.40: right.", "IoU 0.93 with a truth that was still free."),
    ]
    shades = []
    for step, (verdict, reason) in enumerate(expected):
        go(page, step)
        assert page.locator(".vl-verdict").inner_text() == verdict
        assert page.locator(".vl-reason").inner_text().startswith(reason)
        picture = [0, 0, 1, 0, 2, 1][step]
        page.locator(f"canvas[data-vl-drawn='{picture}']").wait_for()
        shades.append(
            page.locator("canvas").evaluate(
                "c => c.getContext('2d').getImageData(40, 30, 1, 1).data[0]"
            )
        )
    assert np.abs(np.array(shades) - [40, 40, 120, 40, 200, 120]).max() < 6
    assert page.locator(".vl-line").inner_text() == (
        "Detection 6, score 0.40: right. IoU 0.93 with a truth that was still free. "
        "Precision 0.33, recall 0.67."
    )


@pytest.mark.browser
def test_the_picture_shows_the_box_the_truth_and_who_took_it(opened):
    page = opened(small())
    kinds = "nodes => nodes.map((n) => n.dataset.vlBox)"
    for step, expected in enumerate(
        [["best", "right"], ["best", "earlier", "wrong"], ["best", "truth", "wrong"]]
    ):
        go(page, step)
        assert page.locator("[data-vl-box]").evaluate_all(kinds) == expected
    place = page.locator("[data-vl-box='wrong']").evaluate("n => [n.style.left, n.style.width]")
    assert place == ["0%", f"{100 * 10 / 90}%"[: len(place[1]) - 1] + "%"]


RULES = {
    # both truths overlap the first detection by 80 / 120, and the last of equals is taken
    "the last of equals": (
        Detections([[10, 10, 20, 20], [12, 10, 22, 20]], [0.9, 0.8]),
        Truth([[8, 10, 18, 20], [12, 10, 22, 20]]),
        [True, False],
    ),
    # the difficult truth overlaps more, but those that count come first
    "what counts comes first": (
        Detections([[10, 10, 20, 20], [10, 10, 20, 20]], [0.9, 0.8]),
        Truth([[10, 10, 20, 20], [10, 10, 20, 17]], difficult=[True, False]),
        [True, False],
    ),
    # the recall is 3 / 10 = 0.3, which 3 * 0.1 misses
    "three of ten": (
        Detections([[5 * k, 0, 5 * k + 4, 9] for k in range(3)], [0.9, 0.8, 0.7]),
        Truth([[5 * k, 0, 5 * k + 4, 9] for k in range(10)]),
        [True, True, True],
    ),
}


@pytest.mark.browser
@pytest.mark.parametrize("rule", RULES)
def test_rules_are_those_of_the_library(opened, rule):
    found, truth, correct = RULES[rule]
    page = opened(PrecisionRecall([np.zeros((60, 90, 3), np.uint8)], [found], [truth]))
    curve = metrics.precision_recall([found], [truth])
    assert curve.correct.tolist() == correct
    compare(page, curve, range(len(curve)))


@pytest.mark.browser
def test_a_difficult_truth_counts_neither_way(opened):
    frame = np.zeros((60, 90, 3), np.uint8)
    truth = Truth([[10, 10, 30, 30], [50, 10, 80, 40]], difficult=[True, False])
    found = Detections([[10, 10, 30, 30], [50, 10, 80, 40]], [0.9, 0.8])
    page = opened(PrecisionRecall([frame], [found], [truth]))
    assert page.locator(".vl-verdict").inner_text() == "– Detection 1, score 0.90: not counted."
    assert number(page, "precision") == 0
    go(page, 1)
    assert number(page, "precision") == number(page, "recall") == 1
    assert page.locator(".vl-point").count() == 1


@pytest.mark.browser
def test_forms_shade_what_they_average(opened):
    frames, detections, truths = world(1)
    page = opened(PrecisionRecall(frames, detections, truths))
    page.locator("[data-vl-transport]").press("End")
    assert page.locator(".vl-area, .vl-stem").count() == 0
    for name, form, count in (("VOC 2007", "voc2007", 11), ("COCO", "coco", 101)):
        page.get_by_role("button", name=name, exact=True).click()
        stems = page.locator("[data-vl-stem]").evaluate_all(
            "nodes => nodes.map((n) => Number(n.dataset.vlValue))"
        )
        assert len(stems) == count
        assert np.mean(stems) == pytest.approx(number(page, f"ap='{form}'"), abs=1e-12)
    page.get_by_role("button", name="VOC 2010").click()
    points = page.locator(".vl-area").get_attribute("points").split()
    x, y = np.array([point.split(",") for point in points], float).T
    area = abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2  # the shoelace formula
    box = page.locator(".vl-rule").evaluate_all(
        "n => [n[0], n.at(-1)].map((l) => [l.x1, l.x2, l.y1].map((v) => v.baseVal.value))"
    )
    whole = (box[0][1] - box[0][0]) * abs(box[0][2] - box[1][2])
    assert area / whole == pytest.approx(number(page, "ap='voc2010'"), abs=1e-6)


@pytest.mark.browser
def test_a_press_on_the_scores_moves_the_threshold(opened):
    page = opened(small())
    strip = page.locator(".vl-strip svg").bounding_box()
    bars = page.locator(".vl-score")
    third = bars.nth(2).bounding_box()
    page.mouse.move(third["x"] + third["width"] / 2, strip["y"] + 50)
    page.mouse.down()
    assert page.locator("[data-vl-transport]").input_value() == "2"
    assert page.locator(".vl-limit + text").text_content() == "score threshold 0.70"
    page.mouse.move(strip["x"] + strip["width"] + 50, strip["y"] + 50)
    page.mouse.up()
    assert page.locator("[data-vl-transport]").input_value() == "5"
    assert page.locator(".vl-score.vl-is-later").count() == 0
    assert page.locator(".vl-score.vl-is-right").count() == 2


@pytest.mark.browser
def test_a_finger_goes_on_and_moves_the_threshold(opened):
    page = opened(small(), width=400, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Next detection").tap()
    assert page.locator("[data-vl-transport]").input_value() == "1"
    page.locator(".vl-score").nth(4).tap(position={"x": 10, "y": 5}, force=True)
    assert page.locator("[data-vl-transport]").input_value() == "4"


@pytest.mark.browser
def test_the_keys_walk_and_python_learns_the_iou(browser):
    page = browser.new_page()
    frames = [np.zeros((60, 90, 3), np.uint8)]
    found, truth = Detections([[1, 1, 9, 9], [2, 2, 9, 9]], [0.9, 0.1]), Truth([[1, 1, 9, 9]])
    host(page, PrecisionRecall(frames, [found], [truth]))
    page.get_by_role("button", name="Next detection").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("[data-vl-transport]").input_value() == "1"
    page.keyboard.press("Home")
    assert page.locator("[data-vl-transport]").input_value() == "0"
    page.get_by_role("slider", name="IoU threshold").fill("0")
    assert page.evaluate("put") == {"iou": 0.05}
    page.close()
