import json

import numpy as np
import pytest

from tests.widgets.hosted import host
from tests.widgets.page import states
from vidlearn import metrics, synthetic
from vidlearn.boxes import Detections, Truth
from vidlearn.metrics.errors import KINDS
from vidlearn.widgets import ErrorBrowser, error_browser

NAMES = ["coin", "cup", "digit"]
FRAMES = list(np.random.default_rng(1).integers(0, 256, (7, 60, 90, 3), np.uint8))
SIZES = {"small": (0, 250), "large": (250, 1e4)}
MISTAKES = [*KINDS[1:-1], "missed"]


def world(seed=0, count=7, dtype=np.float64):
    """Truths, some difficult or crowds; detections near them, twice, elsewhere; scores tie."""
    rng = np.random.default_rng(seed)
    found, truths = [], []
    for _ in range(count):
        start = rng.uniform((0, 0), (60, 35), (4, 2))
        real = np.hstack([start, start + rng.uniform(10, 25, (4, 2))])
        labels = rng.integers(0, 3, 4)
        truths.append(Truth(real, labels, rng.random(4) < 0.2, rng.random(4) < 0.15))
        near = np.repeat(real, 3, axis=0) + rng.normal(0, 2.5, (12, 4))
        guessed = np.where(rng.random(12) < 0.8, np.repeat(labels, 3), rng.integers(0, 3, 12))
        scores = rng.integers(0, 21, 12) / 20
        found.append(Detections(near.astype(dtype), scores.astype(dtype), guessed))
    return found, truths


def make(seed=0, **options):
    found, truths = world(seed)
    return ErrorBrowser(FRAMES, found, truths, **{"names": NAMES, "sizes": SIZES} | options)


def counted(page, kind):
    return float(page.locator(f"[data-vl-count='{kind}']").get_attribute("data-vl-value"))


def leafed(page):
    """{(picture, row): IoU} of all that is listed, leafing through its pages."""
    found = {}
    while True:
        found |= {
            tuple(map(int, item.split(","))): float(value)
            for item, value in page.locator("[data-vl-item]").evaluate_all(
                "nodes => nodes.map((n) => [n.dataset.vlItem, n.dataset.vlValue])"
            )
        }
        if page.locator("[data-vl='next'][aria-disabled]").count():
            return found
        page.locator("[data-vl='next']").click()


def expected(errors, kind):
    """The same by the library."""
    if kind == "missed":
        rows = errors.fate == "missed"
        places = zip(errors.truth_picture[rows], errors.truth_index[rows], strict=True)
        return {(int(p), int(n)): 0.0 for p, n in places}
    rows = errors.kind == kind
    columns = zip(errors.picture[rows], errors.index[rows], errors.overlap[rows], strict=True)
    return {(int(p), int(n)): float(shared) for p, n, shared in columns}


def test_repr_tells_the_counts_of_the_library():
    errors = metrics.detection_errors(*world(), threshold=0.4)
    counts = ", ".join(f"{kind} {count}" for kind, count in errors.counts.items() if count)
    assert repr(make(threshold=0.4)) == f"ErrorBrowser(7 pictures; from score 0.4 on: {counts})"
    nothing = ErrorBrowser(FRAMES[:1], [Detections([], [])], [Truth([])])
    assert repr(nothing) == "ErrorBrowser(1 picture; from score 0.5 on: nothing)"
    assert nothing.poster()[0] == "image/jpeg"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"frames": []}, ValueError, r"frames must be 1 to 200\. Received: 0"),
        ({"found": np.zeros(7)}, TypeError, "found must be a list of .*Detections"),
        ({"truths": None}, TypeError, "truths must be a list of Truth"),
        ({"truths": world()[1][:6]}, ValueError, "truths must be one for each frame, 7.*: 6"),
        ({"names": NAMES[:2]}, ValueError, "names must hold one for each label, from 0 to 2.*2 n"),
        ({"threshold": 1.1}, ValueError, "threshold must be a number from 0 to 1"),
        ({"overlap": 0}, ValueError, "overlap must be a number above 0"),
        ({"low": 0.6}, ValueError, r"low must be at most overlap = 0\.5"),
        ({"sizes": {"odd": (3, 1)}}, ValueError, "sizes must give each name"),
        ({"frames": [f / 255 for f in FRAMES]}, ValueError, r"frames\[0\] must be a uint8 picture"),
    ],
)
def test_browser_rejects_what_it_cannot_show(options, error, message):
    found, truths = world()
    given = {"frames": FRAMES, "found": found, "truths": truths, "names": NAMES} | options
    with pytest.raises(error, match=message):
        ErrorBrowser(given.pop("frames"), given.pop("found"), given.pop("truths"), **given)


def test_kind_rejects_what_is_none():
    with pytest.raises(ValueError, match='kind must be one of "mistakes", "right", "duplicate"'):
        make().kind = "wrong"


def test_sixty_pictures_stay_well_under_400_kb_in_a_notebook():
    stills = synthetic.stills(60, (120, 160), seed=2)
    rng = np.random.default_rng(0)
    found = []
    for truth in stills.truths:
        boxes = np.repeat(truth.boxes, 4, 0) + rng.normal(0, 2, (4 * len(truth), 4)).astype("f")
        boxes = np.hstack(
            [np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])]
        )
        scores = rng.random(len(boxes)).astype("f")
        found.append(Detections(boxes, scores, np.repeat(truth.labels, 4)))
    browser = ErrorBrowser(list(stills.frames), found, stills.truths, names=stills.names)
    assert browser._kinds == ["float32", "float32"], "what a network returns takes half"
    assert len(json.dumps(states([browser]))) < 360_000


def test_a_noisy_set_is_pressed_until_it_fits_and_refused_where_it_cannot(monkeypatch):
    plain = sum(map(len, make()._frames))
    monkeypatch.setattr(error_browser, "MOST_BYTES", 3 * plain // 4)
    assert 0 < sum(map(len, make()._frames)) <= 3 * plain // 4
    monkeypatch.setattr(error_browser, "MOST_BYTES", plain // 10)
    with pytest.raises(ValueError, match="frames are too much for a notebook: 7 of them"):
        make()


@pytest.mark.browser
@pytest.mark.parametrize("seed", [0, 5])
def test_counts_equal_the_library_at_every_threshold(opened, seed):
    page = opened(make(seed))
    for threshold in np.arange(21) / 20:
        page.get_by_role("slider", name="Score threshold").fill(f"{threshold:g}")
        errors = metrics.detection_errors(*world(seed), threshold=threshold, sizes=SIZES)
        shown = {kind: counted(page, kind) for kind in [*MISTAKES, "right"]}
        assert shown == {kind: errors.counts[kind] for kind in shown}
        assert counted(page, "mistakes") == sum(shown[kind] for kind in MISTAKES)
        missed = {
            name: float(page.locator(f"[data-vl-size={name}]").get_attribute("data-vl-value"))
            for name in errors.by_size
        }
        assert missed == {name: missed for name, (_, missed) in errors.by_size.items()}


@pytest.mark.browser
@pytest.mark.parametrize(
    ("seed", "dtype", "overlap", "low"),
    [(0, np.float64, 0.5, 0.1), (3, np.float32, 0.7, 0.35)],
    ids=["double", "single"],
)
def test_each_kind_lists_what_the_library_lists(opened, seed, dtype, overlap, low):
    found, truths = world(seed, dtype=dtype)
    options = {"overlap": overlap, "low": low}
    page = opened(ErrorBrowser(FRAMES, found, truths, names=NAMES, threshold=0.25, **options))
    errors = metrics.detection_errors(found, truths, threshold=0.25, **options)
    total = {}
    for kind in [*MISTAKES, "right"]:
        page.locator(f"[data-vl-choice='{kind}']").click()
        by_library = expected(errors, kind)
        listed = leafed(page)
        assert listed.keys() == by_library.keys(), kind
        np.testing.assert_allclose(
            [listed[place] for place in sorted(listed)],
            [by_library[place] for place in sorted(listed)],
            rtol=1e-12,
        )
        total[kind] = len(listed)
    assert min(total.values()) > 0, total


@pytest.mark.browser
def test_exactly_the_ends_count(opened):
    # IoU exactly 0.5, exactly 0.1; scores exactly the threshold.
    truth = Truth([[10, 10, 20, 20], [40, 10, 50, 20]], [1, 0])
    found = Detections([[10, 10, 20, 15], [40, 10, 50, 11]], [0.7, 0.7], [1, 0])
    page = opened(ErrorBrowser(FRAMES[:1], [found], [truth], names=NAMES, threshold=0.7))
    assert [counted(page, kind) for kind in ("right", "place", "missed")] == [1, 1, 1]
    page.get_by_role("slider", name="Score threshold").fill("0.71")
    assert [counted(page, kind) for kind in ("right", "place", "missed")] == [0, 0, 2]


@pytest.mark.browser
def test_a_mistake_is_shown_in_its_picture_and_said(opened):
    truth = Truth([[10, 12, 30, 32], [40, 10, 60, 40]], [1, 0], [False, True])
    found = Detections([[10, 12, 30, 32], [12, 12, 32, 32]], [0.9, 0.8], [1, 2])
    page = opened(ErrorBrowser(FRAMES[:2], [found] * 2, [truth] * 2, names=NAMES))
    page.locator("[data-vl-choice='class']").click()
    page.locator("[data-vl-thumb='1']").click()
    page.locator(".vl-large canvas[data-vl-drawn='1']").wait_for()
    assert page.locator(".vl-line").inner_text() == (
        "2 of 2, picture 1. Score 0.80. The place is right, IoU 0.82, the class is not: "
        "cup, not digit."
    )
    drawn = page.locator(".vl-large [data-vl-one]").evaluate_all(
        "nodes => nodes.map((n) => [n.dataset.vlOne, n.textContent])"
    )
    assert drawn == [
        ["truth", ""],
        ["uncounted", ""],
        ["right", ""],
        ["class", "class: 0.80 digit"],
    ]
    screen = page.locator(".vl-large").bounding_box()
    box = page.locator(".vl-large .vl-chosen").bounding_box()
    assert box["x"] - screen["x"] == pytest.approx(12 / 90 * screen["width"], abs=0.5)
    assert box["y"] - screen["y"] == pytest.approx(12 / 60 * screen["height"], abs=0.5)
    assert box["width"] == pytest.approx(20 / 90 * screen["width"], abs=0.5)
    page.get_by_label("The other boxes of the picture").uncheck()
    assert page.locator(".vl-large [data-vl-one]").evaluate_all(
        "nodes => nodes.map((n) => n.dataset.vlOne)"
    ) == ["truth", "class"]


@pytest.mark.browser
def test_a_thumb_shows_the_part_of_the_picture_that_it_is_about(opened):
    # A picture of two halves, stored at half its size: a box in the right one sees only that.
    frame = np.zeros((200, 400, 3), np.uint8)
    frame[:, 200:] = (200, 40, 40)
    found = Detections([[300, 80, 340, 120]], [0.9])
    page = opened(ErrorBrowser([frame], [found], [Truth([])], max_width=200))
    page.locator(".vl-thumb canvas[data-vl-drawn='0']").wait_for()
    pixels = page.locator(".vl-thumb canvas").evaluate(
        "(c) => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]"
    )
    pixels = np.array(pixels).reshape(-1, 4)[:, :3]
    np.testing.assert_allclose(pixels, np.tile([200, 40, 40], (len(pixels), 1)), atol=6)
    screen = page.locator(".vl-thumb .vl-screen").bounding_box()
    box = page.locator(".vl-thumb [data-vl-one]").bounding_box()
    middle = box["x"] + box["width"] / 2 - screen["x"]
    assert middle == pytest.approx(screen["width"] / 2, abs=1)
    assert box["width"] == pytest.approx(screen["width"] / 1.5, abs=1)


@pytest.mark.browser
def test_orders_and_keys_walk_through_the_list(opened):
    page = opened(make(threshold=0.1))
    page.locator("[data-vl-choice='duplicate']").click()

    def scores():
        return [float(t.split()[0]) for t in page.locator(".vl-said").all_inner_texts()]

    assert scores() == sorted(scores(), reverse=True)
    page.get_by_label("First").select_option("doubtful")
    assert scores() == sorted(scores())
    count = int(counted(page, "duplicate"))
    assert count > 13

    def at():
        return int(page.locator(".vl-line").inner_text().split()[0])

    page.locator("[data-vl-thumb='0']").focus()
    for key, place in (("ArrowRight", 2), ("PageDown", 14), ("ArrowLeft", 13), ("End", count)):
        page.keyboard.press(key)
        assert at() == place
        current = page.locator("[aria-current]")
        assert current.count() == 1
        assert int(current.get_attribute("data-vl-thumb")) == place - 1
        assert current.evaluate("node => node === document.activeElement")
    page.keyboard.press("Home")
    assert at() == 1


@pytest.mark.browser
def test_of_what_is_not_there_nothing_is_shown(opened):
    page = opened(ErrorBrowser(FRAMES[:1], [Detections([], [])], [Truth([])], names=NAMES))
    assert page.locator(".vl-thumb").count() == 0
    assert page.locator(".vl-line").inner_text() == "None of this kind from this score on."
    assert page.locator(".vl-large:visible").count() == 0


@pytest.mark.browser
def test_python_learns_what_was_chosen_and_pictures_may_differ_in_size(browser):
    page = browser.new_page()
    frames = [FRAMES[0], FRAMES[1][:40, :50]]
    found = [Detections([[5, 5, 30, 30]], [0.9])] * 2
    host(page, ErrorBrowser(frames, found, [Truth([])] * 2))
    page.get_by_role("slider", name="Score threshold").fill("0.62")
    page.locator("[data-vl-choice='background']").click()
    assert page.evaluate("put") == {"threshold": 0.62, "kind": "background"}
    page.locator("[data-vl-thumb='1']").click()
    page.locator(".vl-large canvas[data-vl-drawn='1']").wait_for()
    size = page.locator(".vl-large canvas").evaluate("(c) => [c.width, c.height]")
    assert size == [50, 40]
    page.close()
