import numpy as np
import pytest

from tests.widgets.hosted import host
from vidlearn import boxes
from vidlearn.boxes import Truth
from vidlearn.widgets import DefaultBoxes

MAPS = [(6, 9, 8, [14, 20]), (3, 5, 16, [32]), (2, 3, 32, [45])]
RATIOS = (0.6, 1.5)
TRUTH = Truth([[10, 6, 27, 22], [30, 4, 66, 40], [12.5, 20, 20, 41], [29, 5, 64, 41]], [0, 2, 1, 2])
NAMES = ["coin", "cup", "horse"]


@pytest.fixture
def frame():
    return np.random.default_rng(0).integers(0, 256, (48, 72, 3), np.uint8)


def make(frame, **options):
    return DefaultBoxes(frame, TRUTH, MAPS, **{"ratios": RATIOS, "names": NAMES, **options})


def numbers(page, name):
    return page.locator(f"[data-vl-{name}]").evaluate_all("n => n.map((x) => +x.dataset.vlValue)")


def agrees(page, truths, **options):
    """Hold all counts against the library."""
    laid = [
        boxes.anchors((rows, columns), stride, sizes=sizes, ratios=RATIOS)
        for rows, columns, stride, sizes in MAPS
    ]
    overlaps = boxes.iou(np.concatenate(laid), truths)
    assigned = boxes.match(overlaps, **{"high": 0.5, "low": 0.4, **options})
    parts = np.split(assigned, np.cumsum([len(each) for each in laid])[:-1])
    learns = [[(part == k).sum() for part in parts] for k in range(len(truths))]
    assert numbers(page, "learns") == np.ravel(learns).tolist()
    assert numbers(page, "positive") == [(part >= 0).sum() for part in parts]
    assert numbers(page, "ignored") == [(part == -2).sum() for part in parts]
    assert numbers(page, "background") == [(part == -1).sum() for part in parts]
    np.testing.assert_allclose(numbers(page, "peak"), overlaps.max(axis=0), atol=1e-4)
    return parts


def test_repr_tells_frame_things_and_boxes(frame):
    assert repr(make(frame)) == (
        "DefaultBoxes(frame 72×48, 4 things; 258 default boxes on 3 maps, 10 positive)"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"truth": np.zeros((0, 4))}, "truth must hold 1 to 12 boxes. Received: 0"),
        ({"truth": [[3, 3, 3, 9]]}, "truth must hold boxes x1 < x2 and y1 < y2"),
        ({"maps": []}, "maps must be 1 to 6 with 1 to 8000 default boxes"),
        ({"maps": [(90, 90, 1, [9])]}, "Received: 1 with 16200"),
        ({"maps": [(3, 4, 8, [])]}, "maps must hold rows, columns, stride and sizes"),
        ({"maps": [(3, 4, [9])]}, "maps must hold rows, columns, stride and sizes"),
        ({"maps": [(3, 4.5, 8, [9])]}, "maps must hold"),
        ({"low": 0.6}, "low must not be above high"),
        ({"high": 1.2}, "high must be a number from 0 to 1"),
        ({"names": ["coin"]}, "names must hold one for each label, from 0 to 2"),
    ],
)
def test_default_boxes_rejects_what_it_cannot_show(frame, options, message):
    options = {"truth": TRUTH, "maps": MAPS, "ratios": RATIOS, "names": NAMES, **options}
    with pytest.raises(ValueError, match=message):
        DefaultBoxes(frame, options.pop("truth"), options.pop("maps"), **options)


@pytest.mark.browser
def test_counts_equal_the_library_for_all_thresholds(opened, frame):
    page = opened(make(frame))
    agrees(page, TRUTH.boxes)
    places = [round(k / 20, 2) for k in range(1, 20)]
    for high, low in ((0.65, 0.3), (0.35, 0.35), (0.9, 0.05)):
        for name, value in (("Positive from IoU", high), ("Background below IoU", low)):
            page.get_by_role("slider", name=name).fill(str(places.index(value)))
        agrees(page, TRUTH.boxes, high=high, low=low)
    page.get_by_role("checkbox", name="Each thing gets its best box").uncheck()
    agrees(page, TRUTH.boxes, high=0.9, low=0.05, best=False)
    assert "no default box" in page.locator(".vl-line").inner_text()


@pytest.mark.browser
def test_one_threshold_pushes_the_other(opened, frame):
    page = opened(make(frame))
    page.get_by_role("slider", name="Positive from IoU").fill("3")
    agrees(page, TRUTH.boxes, high=0.2, low=0.2)
    page.get_by_role("slider", name="Background below IoU").fill("9")
    agrees(page, TRUTH.boxes, high=0.5, low=0.5)


@pytest.mark.browser
def test_a_thing_that_grows_goes_to_the_map_of_larger_boxes(opened, frame):
    page = opened(make(frame))
    page.get_by_role("button", name="coin").click()
    for percent, place in ((50, 3), (100, 8), (200, 14), (300, 17)):
        page.get_by_role("slider", name="Size of the thing").fill(str(place))
        grown = TRUTH.boxes.astype(float)
        wide, high = 17 * percent / 200, 16 * percent / 200
        grown[0] = [18.5 - wide, 14 - high, 18.5 + wide, 14 + high]
        parts = agrees(page, grown)
    assert (parts[0] == 0).sum() == 0 < (parts[2] == 0).sum()


@pytest.mark.browser
def test_arrows_and_drags_move_the_chosen_thing(opened, frame):
    page = opened(make(frame))
    field = page.get_by_role("application").nth(1)
    field.press("ArrowRight")
    field.press("Shift+ArrowDown")
    moved = TRUTH.boxes.astype(float)
    moved[0] += [1, 8, 1, 8]
    agrees(page, moved)
    box = field.bounding_box()
    scale = box["width"] / 72

    def at(x, y):
        return box["x"] + x * scale, box["y"] + y * scale

    page.mouse.move(*at(16, 36))  # within cup (and the moved coin ends above it)
    page.mouse.down()
    page.mouse.move(*at(19, 31), steps=4)
    page.mouse.up()
    moved[2] += [3, -5, 3, -5]
    learns = numbers(page, "learns")
    assert page.get_by_role("button", name="cup").get_attribute("aria-pressed") == "true"
    agrees(page, moved)
    page.locator("[data-vl='reset']").click()
    assert numbers(page, "learns") != learns
    agrees(page, TRUTH.boxes)


@pytest.mark.browser
def test_what_is_drawn_is_what_is_counted(opened, frame):
    page = opened(make(frame))
    parts = agrees(page, TRUTH.boxes)
    page.get_by_role("button", name="horse 1").click()
    drawn = page.locator("path.vl-learns").evaluate_all(
        "nodes => nodes.map((n) => (n.getAttribute('d') ?? '').split('Z').length - 1)"
    )
    assert drawn == [(part == 1).sum() if k == 1 else 0 for part in parts for k in range(4)]
    assert page.locator("path.vl-ignored[d]").count() == 0
    page.get_by_role("checkbox", name="Show the ignored ones").check()
    shown = page.locator("path.vl-ignored").evaluate_all(
        "nodes => nodes.map((n) => (n.getAttribute('d') ?? '').split('Z').length - 1)"
    )
    assert shown == numbers(page, "ignored")


@pytest.mark.browser
def test_python_hears_what_the_reader_chose(browser, frame):
    page = browser.new_page()
    host(page, make(frame))
    page.get_by_role("slider", name="Positive from IoU").fill("12")
    page.get_by_role("checkbox", name="Each thing gets its best box").uncheck()
    assert page.evaluate("put") == {"high": 0.65, "best": False}
    page.close()
