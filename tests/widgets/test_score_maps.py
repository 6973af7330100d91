import numpy as np
import pytest

from tests.widgets.hosted import host
from tests.widgets.page import values
from vidlearn import metrics
from vidlearn.boxes import Detections, Truth
from vidlearn.widgets import ScoreMaps

FRAME = np.random.default_rng(1).integers(0, 256, (60, 90, 3), np.uint8)
TRUTH = Truth([[10, 8, 33, 29], [40, 20, 62, 57], [60, 5, 85, 25]], [1, 0, 1])
NAMES = ["coin", "cup"]
RNG = np.random.default_rng(4)
BEFORE = [RNG.random((8, 12, 3)), RNG.random((4, 6, 2))]
AFTER = [RNG.random((8, 12, 3)) ** 4, RNG.random((4, 6, 2)) ** 4]


def proposals(seed, count):
    """Boxes near the truths and elsewhere, in no order of merit."""
    rng = np.random.default_rng(seed)
    near = TRUTH.boxes[rng.integers(0, 3, count)] + rng.normal(0, 6, (count, 4))
    near[:, 2:] = np.maximum(near[:, 2:], near[:, :2])
    return near


PAIR = proposals(1, 9), proposals(2, 14)


def make(before=BEFORE, after=AFTER, **options):
    options = {"proposals": PAIR, "truth": TRUTH, "names": NAMES} | options
    return ScoreMaps(FRAME, before, after, **options)


def number(page, name):
    return float(page.locator(f"[data-vl-{name}]").get_attribute("data-vl-value"))


def expected(which, count, truth=TRUTH):
    return metrics.proposal_recall([PAIR[which][:count]], [truth])


def test_repr_tells_the_recall_by_the_library():
    first, second = (round(3 * expected(k, 4)) for k in (0, 1))
    assert repr(make(count=4)) == (
        "ScoreMaps(frame 90×60, 2 maps; of 3 things the 4 best proposals cover "
        f"{first} before, {second} after)"
    )
    assert repr(make(BEFORE[0], AFTER[0], proposals=None)) == "ScoreMaps(frame 90×60, 1 map)"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"before": [BEFORE[0]]}, r"after must hold maps of the sizes of before, \[\(8, 12\)\]"),
        ({"after": [AFTER[0] - 3, AFTER[1]]}, "after must hold scores from 0 to 1.*sigmoid"),
        ({"before": np.zeros(4)}, r"before must hold scores.*shape \(4,\)"),
        ({"proposals": [PAIR[0]]}, "proposals must be two: before and after. Received: 1"),
        ({"proposals": [[[5, 5, 4, 9]], []]}, "proposals must be boxes"),
        ({"truth": Truth(np.tile([1, 2, 3, 4], (13, 1)))}, "truth must hold at most 12.*: 13"),
        ({"names": ["coin"]}, "names must hold one for each label, from 0 to 1. Received: 1"),
        ({"count": -1}, "count must be a whole number from 0 to 300. Received: -1"),
        ({"blend": 1.5}, "blend must be a number from 0 to 1"),
        ({"shown": "now"}, 'shown must be "after" or "before"'),
    ],
)
def test_maps_rejects_what_it_cannot_show(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)


def test_large_maps_are_refused():
    big = np.zeros((200, 200))
    with pytest.raises(ValueError, match=r"before must have at most 20000 cells. Received: 40000"):
        ScoreMaps(FRAME, big, big)


def test_detections_come_by_falling_score_without_what_fills_up():
    found = Detections(PAIR[0][:4], [0.2, 0.9, 0.0, 0.4])
    shown = make(proposals=(found, PAIR[1]))._proposals
    np.testing.assert_array_equal(shown["before"], PAIR[0][[1, 3, 0]])
    np.testing.assert_array_equal(shown["after"], PAIR[1])


def test_what_does_not_count_is_left_out():
    truth = Truth(TRUTH.boxes, TRUTH.labels, [False, True, False], [False, False, True])
    assert make(truth=truth)._truths == TRUTH.boxes[:1].tolist()


@pytest.mark.browser
def test_recall_and_coverage_equal_the_library_for_every_count(opened):
    page = opened(make())
    slider = page.get_by_role("slider", name="Best proposals")
    for which, name in enumerate(("Before training", "After training")):
        page.get_by_role("button", name=name).click()
        for count in (0, 1, 4, 9, 14):
            slider.fill(str(count))
            assert number(page, "recall") == pytest.approx(expected(which, count))
            drawn = page.locator(".vl-lines").get_attribute("data-vl-drawn")
            assert int(drawn) == min(count, len(PAIR[which]))
            covers = values(page, "data-vl-cover")
            for k in range(3):
                one = TRUTH[k]
                best = metrics.average_best_overlap([PAIR[which][:count]], [one]) if count else 0
                assert covers[k,] == pytest.approx(best)
    ticked = page.locator(".vl-tag.vl-got").all_inner_texts()
    covered = [k for k in range(3) if expected(1, 14, TRUTH[k]) == 1]
    assert ticked == [f"✓ {['cup 1', 'coin', 'cup 2'][k]}" for k in covered]
    assert covered


@pytest.mark.browser
def test_exactly_half_covers(opened):
    pair = ([], [[0, 0, 10, 5], [0, 0, 10, 20.1]])
    page = opened(make(truth=Truth([[0, 0, 10, 10]]), names=None, proposals=pair, count=1))
    assert number(page, "recall") == 1
    assert page.locator(".vl-since").inner_text() == "from proposal 1 on"
    page.get_by_role("button", name="Before training").click()
    assert number(page, "recall") == 0
    assert page.locator(".vl-since").inner_text() == "by no proposal"


@pytest.mark.browser
def test_the_scores_of_a_place_are_the_highest_of_its_cells(opened):
    page = opened(make())
    scene = page.get_by_role("application")
    box = scene.bounding_box()
    x, y = 76.5, 37.5
    scene.click(position={"x": x / 90 * box["width"], "y": y / 60 * box["height"]})

    def best(maps, levels=(0, 1), x=x, y=y):
        cells = [maps[k][int(y // (8 * 2**k)), int(x // (8 * 2**k))].max() for k in levels]
        return pytest.approx(max(cells), abs=1e-7)

    assert (number(page, "before"), number(page, "after")) == (best(BEFORE), best(AFTER))
    page.get_by_role("button", name="Stride 16").click()
    assert (number(page, "before"), number(page, "after")) == (best(BEFORE, [1]), best(AFTER, [1]))
    scene.press("ArrowUp")
    assert number(page, "after") == best(AFTER, [1], y=y - 16)
    page.get_by_role("button", name="Stride 8").click()
    scene.press("ArrowLeft")
    assert number(page, "before") == best(BEFORE, [0], x=x - 8, y=y - 16)
    assert page.locator(".vl-reading").inner_text().startswith("Objectness at x = 68")


@pytest.mark.browser
def test_the_map_is_painted_from_its_cells(opened):
    after = np.zeros((8, 12))
    after[2, 5] = 1
    page = opened(make(np.full((8, 12), 0.5), after, proposals=None), reduced_motion="reduce")

    def pixel(x, y):
        heat = page.locator(".vl-heat")
        return heat.evaluate(
            "(c, [x, y]) => [...c.getContext('2d').getImageData(x, y, 1, 1).data]", [x, y]
        )

    assert pixel(41, 17)[:3] == [252, 253, 191]
    assert pixel(39, 17)[:3] == [0, 0, 4]
    assert pixel(47, 23)[:3] == [252, 253, 191]
    page.get_by_role("button", name="Before training").click()
    page.locator("[data-vl-painted='before']").wait_for()
    assert pixel(41, 17)[:3] == [183, 55, 121]
    page.get_by_role("slider", name="Blend").fill("0.2")
    assert page.locator(".vl-heat").evaluate("c => c.style.opacity") == "0.2"


@pytest.mark.browser
def test_it_glides_from_one_map_to_the_other_and_space_does_too(opened):
    page = opened(make())
    page.get_by_role("application").press(" ")
    page.locator("[data-vl-painted='before']").wait_for()
    pressed = page.get_by_role("button", name="Before training").get_attribute("aria-pressed")
    assert pressed == "true"
    page.get_by_role("slider", name="Blend").press(" ")
    page.locator("[data-vl-painted='after']").wait_for()


@pytest.mark.browser
def test_without_truth_or_proposals_the_maps_remain(opened):
    page = opened(make(truth=None, names=None, proposals=None))
    assert page.locator("[data-vl-recall]").count() == 0
    assert page.get_by_role("slider").count() == 1
    page.get_by_role("button", name="Before training").click()
    assert page.locator(".vl-line").inner_text().startswith("Before training")


@pytest.mark.browser
def test_python_learns_what_was_chosen(browser):
    page = browser.new_page()
    host(page, make())
    page.get_by_role("button", name="Before training").click()
    page.get_by_role("slider", name="Best proposals").fill("6")
    page.get_by_role("slider", name="Blend").fill("0.4")
    assert page.evaluate("put") == {"shown": "before", "count": 6, "blend": 0.4}
    page.close()


def test_state_stays_small():
    frame = np.random.default_rng(0).integers(0, 256, (720, 1280, 3), np.uint8)
    maps = [np.random.default_rng(0).random((90, 160, 6)), np.zeros((45, 80, 6))]
    state = ScoreMaps(frame, maps, maps).get_state()
    assert len(state["_picture"]) + len(state["_before"]) + len(state["_after"]) < 300_000
    assert state["_shapes"] == [[90, 160, 8, 8], [45, 80, 16, 16]]
