import numpy as np
import pytest

from tests.widgets.hosted import host
from tests.widgets.page import values
from vidlearn import boxes
from vidlearn.boxes import Truth
from vidlearn.widgets import AnchorExplorer

FRAME = np.random.default_rng(1).integers(0, 256, (60, 90, 3), np.uint8)
TRUTH = Truth([[10, 8, 33, 29], [40, 20, 62, 57], [44, 23, 60, 58], [2, 40, 7, 52]], [1, 0, 1, 1])
NAMES = ["coin", "cup"]


def make(truth=TRUTH, **options):
    options = {"sizes": (16, 27), "names": NAMES} | options
    return AnchorExplorer(FRAME, truth, **options)


def matched(truth=TRUTH, *, stride=16, sizes=(16, 27), ratios=(0.5, 1, 2), **options):
    """Assigned truths and IoU, by the library, with the cells of a map of this frame."""
    shape = [-(-side // stride) for side in FRAME.shape[:2]]
    overlaps = boxes.iou(boxes.anchors(shape, stride, sizes=sizes, ratios=ratios), truth.boxes)
    return boxes.match(overlaps, **options), overlaps, shape


def compare(page, **options):
    """Hold the counts, and what each truth got, against the library."""
    assigned, overlaps, _ = matched(**options)
    shown = page.locator("[data-vl-count]").evaluate_all(
        "nodes => nodes.map((n) => [n.dataset.vlCount, Number(n.dataset.vlValue)])"
    )
    assert dict(shown) == {
        "anchors": len(assigned),
        "positive": (assigned >= 0).sum(),
        "ignored": (assigned == -2).sum(),
        "background": (assigned == -1).sum(),
    }
    truths = range(overlaps.shape[1])
    given = values(page, "data-vl-given")
    assert given == {(k,): (assigned == k).sum() for k in truths}
    best = values(page, "data-vl-best")
    assert best == {(k,): overlaps[:, k].max() for k in truths}
    return assigned


def walk(page, shape):
    """Go through all cells by the keyboard; return verdict and IoU of each anchor."""
    verdicts, overlaps = [], []
    scene = page.get_by_role("application")
    for _ in range(shape[0] + shape[1]):
        scene.press("ArrowLeft")
        scene.press("ArrowUp")
    for i in range(shape[0]):
        for j in range(shape[1]):
            heading = page.locator(".vl-right .vl-caption").inner_text()
            assert heading == f"Anchors of the cell in row {i}, column {j}"
            verdicts += [v for _, v in sorted(values(page, "data-vl-verdict").items())]
            overlaps += [v for _, v in sorted(values(page, "data-vl-iou").items())]
            scene.press("ArrowRight")
        for _ in range(shape[1]):
            scene.press("ArrowLeft")
        scene.press("ArrowDown")
    return verdicts, overlaps


def test_repr_tells_what_the_library_matches():
    assert repr(make(high=0.6, low=0.2)) == (
        "AnchorExplorer(frame 90×60, 4 truths, stride 16; 144 anchors: "
        f"{(matched(high=0.6, low=0.2)[0] >= 0).sum()} positive, "
        f"{(matched(high=0.6, low=0.2)[0] == -2).sum()} ignored)"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"truth": Truth([])}, "truth must hold 1 to 12 boxes. Received: 0"),
        ({"truth": Truth([[5, 5, 5, 9]])}, "x1 < x2 and y1 < y2. Received: .5.0, 5.0, 5.0, 9.0"),
        ({"names": ["coin"]}, "names must hold one for each label, from 0 to 1. Received: 1"),
        ({"high": 0.3, "low": 0.4}, "low must not be above high. Received: low=0.4, high=0.3"),
        ({"high": 1.2}, "high must be a number from 0 to 1"),
        ({"stride": 2}, "stride must be a whole number from 4 to 64. Received: 2"),
        ({"sizes": (8, 0)}, "sizes must be 1 to 4 numbers above 0"),
        ({"ratios": [1] * 6}, "ratios must be 1 to 5 numbers above 0"),
    ],
)
def test_explorer_rejects_what_it_cannot_show(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)


def test_things_of_one_class_are_numbered():
    assert make()._names == ["cup 1", "coin", "cup 2", "cup 3"]
    assert make(names=None)._names == ["1", "2", "3", "4"]


@pytest.mark.browser
def test_counts_equal_the_library_whatever_is_chosen(opened):
    page = opened(make())
    compare(page)
    page.get_by_role("button", name="8 px", exact=True).click()
    compare(page, stride=8)
    page.get_by_role("slider", name="Positive from IoU").fill("9")
    compare(page, stride=8, high=0.45)
    page.get_by_label("Each truth gets its best").uncheck()
    assigned = compare(page, stride=8, high=0.45, best=False)
    assert 3 not in assigned, "the small one gets none"
    assert "Without an anchor: cup 3." in page.locator(".vl-region").inner_text()
    assert page.locator(".vl-none").inner_text().startswith("cup 3")
    page.get_by_role("button", name="3:1").click()
    usual = (0.33, 0.5, 1, 2, 3)
    compare(page, stride=8, high=0.45, best=False, ratios=usual)
    page.get_by_role("slider", name="Sizes").fill("4")  # half as large
    assert page.get_by_role("slider", name="Sizes").get_attribute("aria-valuetext") == "8 · 14 px"
    compare(page, stride=8, high=0.45, best=False, ratios=usual, sizes=(8, 14))
    page.get_by_role("button", name="Reset").click()
    compare(page)


@pytest.mark.browser
def test_each_anchor_of_each_cell_equals_the_library(opened):
    page = opened(make(stride=32, high=0.5, low=0.1))
    assigned, overlaps, shape = matched(stride=32, high=0.5, low=0.1)
    verdicts, shown = walk(page, shape)
    assert verdicts == assigned.tolist()
    assert shown == overlaps.max(axis=1).tolist()
    assert {-2, -1, 0} <= set(verdicts)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("top", "high", "expected"), [(16, 0.7, [1, 1, 4, 4, 1]), (14, 0.1, [1, 1, 2, 2, 1])]
)
def test_ties_and_contested_anchors_go_where_the_library_puts_them(opened, top, high, expected):
    # Pairs of equal truths, one of which ties between cells; squares of 32 round their centres.
    between = [16, top, 48, 48]
    truth = Truth([[4, 4, 30, 28], [4, 4, 30, 28], between, between, [70, 8, 85, 28]])
    options = {"stride": 32, "sizes": [32], "ratios": [1], "high": high, "low": 0.05}
    page = opened(make(truth, names=None, **options))
    assigned, overlaps, shape = matched(truth, **options)
    tied = (overlaps == overlaps.max(axis=0)).sum(axis=0)
    assert tied.tolist() == expected
    assert walk(page, shape)[0] == assigned.tolist()
    page.get_by_role("button", name="Back to all").click()
    compare(page, truth=truth, **options)


@pytest.mark.browser
def test_exactly_a_threshold_counts_as_reached(opened):
    # Half of a square of 32: IoU 0.5 exactly.
    truth = Truth([[0, 0, 32, 16]])
    page = opened(make(truth, stride=32, sizes=[32], ratios=[1], high=0.5, low=0.5, best=False))
    assert values(page, "data-vl-given") == {(0,): 1}
    page.get_by_role("slider", name="Positive from IoU").fill("11")  # 0.55
    assert values(page, "data-vl-given") == {(0,): 0}
    assert page.locator("[data-vl-count='ignored']").inner_text() == "1"


@pytest.mark.browser
def test_thresholds_push_each_other(opened):
    page = opened(make())
    high = page.get_by_role("slider", name="Positive from IoU")
    low = page.get_by_role("slider", name="Background below IoU")
    low.fill("18")
    assert [one.get_attribute("aria-valuetext") for one in (high, low)] == ["0.90", "0.90"]
    high.fill("4")
    assert [one.get_attribute("aria-valuetext") for one in (high, low)] == ["0.20", "0.20"]
    compare(page, high=0.2, low=0.2)


@pytest.mark.browser
def test_a_click_chooses_the_cell_under_it_and_a_second_all(opened):
    page = opened(make())
    scene = page.get_by_role("application")
    box = scene.bounding_box()
    margin = round(0.07 * 90)
    scale = box["width"] / (90 + 2 * margin)
    place = {"x": scale * (margin + 2.5 * 16), "y": scale * (margin + 1.2 * 16)}
    scene.click(position=place)
    heading = page.locator(".vl-right .vl-caption")
    assert heading.inner_text() == "Anchors of the cell in row 1, column 2"
    assert page.locator("[data-vl-verdict]").count() == 6
    page.locator("[data-vl-verdict='1']").hover()
    assert page.locator(".vl-path-lit").count() == 1
    scene.click(position=place)
    assert heading.inner_text() == "What learns each truth"
    scene.press("ArrowRight")
    assert page.locator("[data-vl-verdict]").count() == 6
    scene.press("Escape")
    assert page.locator("[data-vl-verdict]").count() == 0


@pytest.mark.browser
def test_python_learns_what_was_chosen(browser):
    page = browser.new_page()
    host(page, make())
    page.get_by_role("button", name="32 px").click()
    page.get_by_role("button", name="1:1", exact=True).click()
    page.get_by_role("slider", name="Sizes").fill("12")
    assert page.evaluate("put") == {"stride": 32, "ratios": [1], "sizes": [32, 54]}
    page.close()


def test_state_stays_small():
    frame = np.random.default_rng(0).integers(0, 256, (720, 1280, 3), np.uint8)
    state = AnchorExplorer(frame, Truth([[100, 100, 300, 400]]), sizes=[128]).get_state()
    assert len(state["_picture"]) < 120_000
    assert state["_size"] == [720, 1280]
