import numpy as np
import pytest

from tests.widgets.hosted import host
from tests.widgets.page import values
from vidlearn import boxes
from vidlearn.boxes import Detections
from vidlearn.widgets import SuppressionExplorer

NAMES = ["a cat", "a dog", "a hen"]
FRAME = np.random.default_rng(1).integers(0, 256, (60, 90, 3), np.uint8)


def crowd(count=40, seed=0):
    """Detections that overlap by little and by much, with ties, of three classes."""
    rng = np.random.default_rng(seed)
    middle = np.repeat(rng.uniform((10, 10), (80, 50), (count // 4, 2)), 4, axis=0)
    start = middle - rng.uniform(3, 12, (count, 2))
    end = middle + rng.uniform(3, 12, (count, 2))
    scores = rng.integers(0, 21, count) / 20
    return Detections(np.hstack([start, end]), scores, rng.integers(0, 3, count))


def make(found=None, **options):
    return SuppressionExplorer(FRAME, crowd() if found is None else found, names=NAMES, **options)


def fates(page):
    """What has become of each detection: {index: "kept", "struck", "waiting" or "low"}."""
    found = page.locator("[data-vl-is]").evaluate_all(
        "nodes => nodes.map((n) => [n.dataset.vlFate, n.dataset.vlIs])"
    )
    return {int(index): fate for index, fate in found}


def expected(found, *, method, threshold, sigma, least, per_class):
    """Kept indices and new scores, by the library."""
    there = np.flatnonzero(found.scores >= least)
    some = found[there]
    labels = some.labels if per_class else None
    if method == "hard":
        kept = boxes.nms(some.boxes, some.scores, threshold=threshold, labels=labels)
        return there[kept], some.scores[kept]
    options = {"method": method, "sigma": sigma, "threshold": threshold, "least": least}
    kept, scores = boxes.soft_nms(some.boxes, some.scores, labels=labels, **options)
    return there[kept], scores


def compare(page, found, **options):
    page.get_by_role("button", name="To the end").click()
    kept, scores = expected(found, **options)
    assert {k for k, fate in fates(page).items() if fate == "kept"} == set(kept.tolist())
    shown = values(page, "data-vl-score")
    np.testing.assert_allclose([shown[k,] for k in kept], scores, rtol=1e-12)
    total = int(page.locator("[data-vl-count='kept']").get_attribute("data-vl-value"))
    assert total == len(kept)
    steps = page.locator("[data-vl-transport]").get_attribute("max")
    assert int(steps) == len(kept)


def test_repr_tells_detections_and_rule():
    assert repr(make()) == (
        "SuppressionExplorer(40 detections, 3 classes, frame 90×60; hard, IoU threshold 0.5)"
    )
    assert repr(make(method="gaussian", sigma=0.3)).endswith("; gaussian, sigma 0.3)")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"found": np.zeros((3, 4))}, TypeError, "detections must be a .*Received: ndarray"),
        ({"found": Detections([], [])}, ValueError, "detections must be 1 to 120.*Received: 0"),
        ({"found": crowd(124)}, ValueError, r"Received: 124. Show the best: detections\["),
        ({"found": Detections([[5, 5, 4, 9]], [1])}, ValueError, "box 0, .5.0, 5.0, 4.0, 9.0"),
        ({"found": Detections([[1, 2, 3, 4]], [1], [3])}, ValueError, "names must hold one for"),
        ({"threshold": 1.1}, ValueError, "threshold must be a number from 0 to 1. Received: 1.1"),
        ({"sigma": 0}, ValueError, "sigma must be a number above 0 and at most 2"),
        ({"least": -0.1}, ValueError, "least must be a number from 0 to 1"),
        ({"method": "soft"}, ValueError, 'method must be one of "hard", "linear", "gaussian"'),
    ],
)
def test_explorer_rejects_what_it_cannot_show(options, error, message):
    with pytest.raises(error, match=message):
        make(**options)


def test_explorer_rejects_a_frame_that_is_none():
    with pytest.raises(ValueError, match="frame must be a uint8 picture"):
        SuppressionExplorer(FRAME / 255, crowd())


@pytest.mark.browser
@pytest.mark.parametrize("per_class", [True, False], ids=["per class", "all classes"])
@pytest.mark.parametrize("method", ["hard", "linear", "gaussian"])
def test_what_is_kept_equals_the_library(opened, method, per_class):
    found = crowd(seed=3)
    labels = {"hard": "Hard", "linear": "Soft, linear", "gaussian": "Soft, Gaussian"}
    page = opened(make(found))
    page.get_by_role("button", name=labels[method], exact=True).click()
    page.get_by_label("Each class by itself").set_checked(per_class)
    options = {"method": method, "sigma": 0.5, "threshold": 0.5, "least": 0.001}
    compare(page, found, **options, per_class=per_class)
    name = "Sigma" if method == "gaussian" else "IoU threshold"
    page.get_by_role("slider", name=name).fill("2")
    page.get_by_role("slider", name="Score threshold").fill("5")
    options |= {"sigma": 0.2, "threshold": 0.1, "least": 0.15}
    compare(page, found, **options, per_class=per_class)


@pytest.mark.browser
def test_exactly_the_threshold_is_allowed_and_ties_go_to_the_first(opened):
    # 3 with 1 has IoU 1/2, 4 with 0 a little more; 0 and 2 have one score.
    found = Detections(
        [[0, 0, 10, 10], [20, 0, 30, 10], [0, 1, 10, 10], [20, 0, 30, 5], [0, 0, 10, 5.1]],
        [0.5, 0.9, 0.5, 0.4, 0.3],
    )
    page = opened(SuppressionExplorer(FRAME, found))
    page.get_by_role("button", name="To the end").click()
    assert fates(page) == {0: "kept", 1: "kept", 2: "struck", 3: "kept", 4: "struck"}


@pytest.mark.browser
def test_one_step_strikes_out_what_the_best_overlaps(opened):
    found = Detections(
        [[10, 10, 20, 20], [10, 10, 20, 18], [50, 5, 70, 40], [12, 10, 22, 20]],
        [0.6, 0.9, 0.7, 0.55],
    )
    page = opened(SuppressionExplorer(FRAME, found))
    line = page.locator(".vl-line")
    assert line.inner_text() == (
        "4 detections, the best first. Each step takes the best that is left."
    )
    assert set(fates(page).values()) == {"waiting"}
    page.get_by_role("button", name="Next step").click()
    # the best is box 1, 80 large: with box 0 80 / 100, with box 3 64 / 116
    assert fates(page) == {0: "struck", 1: "kept", 2: "waiting", 3: "struck"}
    assert line.inner_text() == (
        "Take 1, the best that is left (0.90). It strikes out what overlaps it by more than 0.50: "
        "3 (IoU 0.80), 4 (IoU 0.55)."
    )
    looks = [page.locator(f"[data-vl-one='{k}']").get_attribute("class") for k in range(4)]
    assert ["vl-as-hit" in looks[0], "vl-as-now" in looks[1]] == [True, True]
    page.keyboard.press("Tab")
    page.locator("[data-vl-transport]").press("ArrowRight")
    assert line.inner_text().startswith("Take 2, the best that is left (0.70). Nothing")
    assert "vl-as-struck" in page.locator("[data-vl-one='0']").get_attribute("class")
    page.get_by_label("Show what is struck out").uncheck()
    assert page.locator("[data-vl-one]:visible").count() == 2


@pytest.mark.browser
def test_soft_suppression_lowers_scores_and_tells_from_what_to_what(opened):
    found = Detections([[0, 0, 10, 10], [0, 0, 10, 8], [50, 5, 70, 40]], [0.9, 0.8, 0.7])
    page = opened(SuppressionExplorer(FRAME, found, method="linear"))
    page.locator("[data-vl-transport]").press("ArrowRight")
    assert values(page, "data-vl-score")[1,] == pytest.approx(0.8 * 0.2)
    assert "2 (IoU 0.80: 0.80 → 0.16)" in page.locator(".vl-line").inner_text()
    row = page.locator("[data-vl-fate='1']")
    assert row.get_attribute("data-vl-is") == "waiting"
    assert "was 0.80" in row.inner_text()
    page.locator("[data-vl-transport]").press("End")
    assert row.get_attribute("data-vl-is") == "kept", "taken last"
    page.get_by_role("slider", name="Score threshold").fill("6")  # 0.2
    page.get_by_role("button", name="To the end").click()
    assert row.get_attribute("data-vl-is") == "struck"
    assert "fell to 0.16" in row.inner_text()


@pytest.mark.browser
def test_exactly_the_least_score_stays(opened):
    found = Detections([[0, 0, 4, 4], [0, 0, 4, 3], [20, 20, 24, 24]], [0.9, 0.8, 0.2])
    page = opened(SuppressionExplorer(FRAME, found, method="linear", least=0.2))
    page.get_by_role("button", name="To the end").click()
    assert values(page, "data-vl-score")[1,] == 0.2  # 0.8 * (1 - 0.75)
    assert set(fates(page).values()) == {"kept"}
    kept, _ = boxes.soft_nms(found.boxes, found.scores, method="linear", least=0.2)
    assert sorted(kept) == [0, 1, 2]


@pytest.mark.browser
def test_a_click_in_the_list_goes_to_the_step_that_decided_it(opened):
    found = crowd(seed=5)
    page = opened(make(found))
    page.get_by_role("button", name="To the end").click()
    struck = [k for k, fate in fates(page).items() if fate == "struck"][-1]
    row = page.locator(f"[data-vl-fate='{struck}']")
    row.click()
    assert "vl-as-hit" in row.get_attribute("class")
    row.hover()
    assert "vl-lit" in page.locator(f"[data-vl-one='{struck}']").get_attribute("class")


@pytest.mark.browser
def test_one_class_needs_no_switch_and_keeps_its_place_in_the_steps(opened):
    found = crowd(seed=6)
    page = opened(SuppressionExplorer(FRAME, Detections(found.boxes, found.scores)))
    assert page.get_by_label("Each class by itself").count() == 0
    page.locator("[data-vl-transport]").press("ArrowRight")
    page.locator("[data-vl-transport]").press("ArrowRight")
    page.get_by_role("slider", name="IoU threshold").fill("8")
    assert page.locator("[data-vl-transport]").input_value() == "2"


@pytest.mark.browser
def test_a_finger_steps_and_chooses(opened):
    page = opened(make(), width=400, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Soft, linear").tap()
    page.get_by_role("button", name="Next step").tap()
    assert page.locator("[data-vl-transport]").input_value() == "1"
    assert list(fates(page).values()).count("kept") == 1


@pytest.mark.browser
def test_paper_gets_the_whole_list(opened):
    page = opened(make(crowd(100)), width=688)
    cut = "n => n.scrollHeight > n.clientHeight + 1"
    assert page.locator(".vl-list").evaluate(cut)
    page.emulate_media(media="print")
    assert not page.locator(".vl-list").evaluate(cut)


@pytest.mark.browser
def test_the_list_shows_the_row_of_the_step(opened):
    page = opened(make(crowd(100)))
    page.get_by_role("button", name="To the end").click()
    seen = page.locator("[aria-current='step']").evaluate(
        """n => {
          const [row, list] = [n, n.parentElement].map((node) => node.getBoundingClientRect());
          return row.top >= list.top && row.bottom <= list.bottom + 1;
        }"""
    )
    assert seen


@pytest.mark.browser
def test_python_learns_what_was_chosen(browser):
    page = browser.new_page()
    host(page, make())
    page.get_by_role("button", name="Soft, Gaussian").click()
    page.get_by_role("slider", name="Sigma").fill("0")
    page.get_by_label("Each class by itself").uncheck()
    assert page.evaluate("put") == {"method": "gaussian", "sigma": 0.05, "per_class": False}
    page.close()


def test_state_stays_small():
    frame = np.random.default_rng(0).integers(0, 256, (720, 1280, 3), np.uint8)
    explorer = SuppressionExplorer(frame, crowd(120), names=NAMES)
    assert len(explorer.get_state()["_picture"]) < 120_000
    assert explorer.get_state()["_size"] == [720, 1280]
