import numpy as np
import pytest

from tests.widgets.hosted import host
from tests.widgets.page import as_array, values
from vidlearn.boxes import roi_align, roi_pool
from vidlearn.widgets import RoIExplorer

BOX = [22, 18, 100, 70]


@pytest.fixture
def x():
    return np.random.default_rng(4).integers(-9, 100, (7, 9)) / 4


@pytest.fixture
def explorer(x):
    return RoIExplorer(x, box=BOX, size=(2, 3), scale=1 / 16)


def edges(page):
    """The box that is shown, in pixels of the picture."""
    return [float(n) for n in page.locator("[data-vl-edge]").evaluate_all(READ)]


READ = "nodes => nodes.map((n) => n.dataset.vlValue)"


def agrees(page, x, size, scale, samples=2):
    """Hold both outputs against the library for the box that is shown; returns the box."""
    box = edges(page)
    options = {"size": size, "scale": scale}
    for name, out in {
        "pool": roi_pool(x[..., None], [box], **options),
        "align": roi_align(x[..., None], [box], samples=samples, **options),
    }.items():
        shown = as_array(values(page, f"data-vl-{name}"), size)
        np.testing.assert_allclose(shown, out[0, ..., 0], atol=1e-9, err_msg=f"{name} {box}")
    return box


def test_repr_tells_map_stride_box_and_bins(explorer):
    assert repr(explorer) == "RoIExplorer(map 7×9, stride 16, box 22, 18, 100, 70, bins 2×3)"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"box": [22, 18, 129, 70]}, "box must hold x1 < x2 from 0 to 128 and y1 < y2 from 0 to 9"),
        ({"box": [22, 18, 22, 70]}, "box must hold x1 < x2"),
        ({"box": [22, 70, 100, 18]}, "box must hold x1 < x2"),
        ({"box": [-1, 18, 100, 70]}, "one of the map's 7×9 cells free"),
        ({"box": [1, 2, 3]}, r"box must have shape \(4,\)"),
        ({"size": (2, 8)}, "size must be two whole numbers .*, each from 1 to 7"),
        ({"size": 2}, "size must be two whole numbers"),
        ({"size": (2, 2, 2)}, "size must be two whole numbers"),
        ({"scale": 0}, "scale must be a number above 0 and at most 1. Received: 0. It is 1 / str"),
        ({"samples": 5}, "samples must be a whole number from 1 to 4"),
        ({"features": np.zeros((2, 13))}, "features must have at most 12 rows"),
        ({"features": np.zeros((1, 9))}, "features must have at least 2 rows and columns"),
    ],
)
def test_explorer_rejects_what_it_cannot_show(x, options, message):
    with pytest.raises(ValueError, match=message):
        RoIExplorer(**{"features": x, "box": BOX, "scale": 1 / 16, **options})


def test_a_box_that_leaves_the_map_later_is_rejected(explorer):
    with pytest.raises(ValueError, match="box must hold"):
        explorer.box = [0, 0, 500, 20]
    explorer.box = [0, 0, 128, 96]
    assert explorer.box == [0, 0, 128, 96]


@pytest.mark.browser
@pytest.mark.parametrize("way", ["Shift right", "Shift down"])
@pytest.mark.parametrize("size", [(2, 3), (1, 1), (7, 5)], ids=str)
def test_both_outputs_equal_the_library_all_along_a_shift(opened, x, way, size):
    page = opened(RoIExplorer(x, box=BOX, size=size, scale=1 / 16))
    page.get_by_role("button", name=way).click()
    boxes = []
    for step in range(11):
        page.locator("[data-vl-transport]").fill(str(step))
        boxes.append(agrees(page, x, size, 1 / 16))
    moved = np.array(boxes) - BOX
    along = [1, 0, 1, 0] if way == "Shift right" else [0, 1, 0, 1]
    np.testing.assert_allclose(moved, 1.6 * np.arange(11)[:, None] * along, atol=1e-9)


@pytest.mark.browser
def test_sliders_stretch_the_box_and_set_the_samples(opened, x):
    page = opened(RoIExplorer(x, box=[2.25, 1, 5.5, 4.5], size=(3, 2)))
    for name, way, times in (("Left edge", "ArrowRight", 7), ("Width", "ArrowLeft", 12)):
        page.get_by_role("slider", name=name).focus()
        for _ in range(times):
            page.keyboard.press(way)
    page.get_by_role("slider", name="Top edge").fill("-10")
    page.get_by_role("slider", name="Height").fill("9")
    for samples in (1, 3, 4, 2):
        page.get_by_role("slider", name="Samples per axis").fill(str(samples))
        box = agrees(page, x, (3, 2), 1.0, samples)
        assert page.locator("[data-vl-sample]").count() == samples**2
    np.testing.assert_allclose(box, [2.95, 0, 5.0, 4.4], atol=1e-9)


@pytest.mark.browser
def test_no_slider_takes_the_box_off_the_map_or_away(opened, x):
    page = opened(RoIExplorer(x, box=[2, 1, 5, 4]))
    for name in ("Left edge", "Top edge", "Width", "Height"):
        page.get_by_role("slider", name=name).press("End")
    assert edges(page) == [5, 3, 8, 6]  # a cell is left for the shift
    for name in ("Left edge", "Top edge", "Width", "Height"):
        page.get_by_role("slider", name=name).press("Home")
    np.testing.assert_allclose(edges(page), [0, 0, 0.1, 0.1], atol=1e-9)
    page.get_by_role("slider", name="Width").press("End")
    assert edges(page)[2] == 8
    agrees(page, x, (2, 2), 1.0)


@pytest.mark.browser
def test_drag_moves_the_box_by_tenths_of_a_cell(opened, explorer, x):
    page = opened(explorer)
    grip = page.locator(".vl-pool .vl-grip")
    box, side = grip.bounding_box(), page.locator(".vl-pool .vl-feature").first.bounding_box()
    start = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 0.72 * side["width"], start[1] - 0.31 * side["height"], steps=5)
    page.mouse.up()
    moved = np.array(BOX) + 16 * np.array([0.7, -0.3, 0.7, -0.3])
    np.testing.assert_allclose(agrees(page, x, (2, 3), 1 / 16), moved, atol=1e-9)
    assert page.locator(".vl-pool [aria-selected='true']").count() == 0
    assert page.locator("[data-vl-pool='0,0']").get_attribute("aria-selected") == "true"


@pytest.mark.browser
def test_a_finger_drags_the_box_and_the_page_does_not_scroll(opened, explorer, x):
    page = opened(explorer, width=400, has_touch=True, is_mobile=True)
    grip = page.locator(".vl-align .vl-grip")
    grip.scroll_into_view_if_needed()
    box, top = grip.bounding_box(), page.evaluate("scrollY")
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    side = page.locator(".vl-align .vl-feature").first.bounding_box()["width"]
    touch = page.context.new_cdp_session(page)

    def send(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    send("touchStart", place)
    for share in (0.2, 0.5, 1.0):
        send("touchMove", {"x": place["x"], "y": place["y"] + share * side})
    send("touchEnd")
    page.wait_for_function(
        "() => document.querySelector(\"[data-vl-edge='1']\").dataset.vlValue > 33"
    )
    assert agrees(page, x, (2, 3), 1 / 16) == [22, 34, 100, 86]
    assert page.evaluate("scrollY") == top
    page.locator(".vl-align .vl-feature").nth(2 * 9 + 6).click(force=True)  # a tap still chooses
    assert page.locator("[data-vl-pool='0,2']").get_attribute("aria-selected") == "true"


@pytest.mark.browser
def test_arrow_keys_on_a_map_move_the_box(opened, explorer, x):
    page = opened(explorer)
    page.locator(".vl-map.vl-align").focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    moved = np.add(BOX, [3.2, 14.4, 3.2, 14.4])
    np.testing.assert_allclose(agrees(page, x, (2, 3), 1 / 16), moved, atol=1e-9)
    page.locator("[data-vl='reset']").click()
    assert edges(page) == BOX


@pytest.mark.browser
def test_weights_of_the_chosen_sample_by_hand(opened):
    x = np.array([[0, 0, 0], [0, 8, 40], [0, 2, 4.0]])
    page = opened(RoIExplorer(x, box=[1.75, 1.0, 2.0, 2.0], size=(1, 1), samples=1))
    # one sample, at (1.875, 1.5): 0.375 of a cell right of the middle of cell (1, 1)
    shown = page.locator(".vl-products [data-vl-value]").evaluate_all(READ)
    assert list(map(float, shown)) == [8 * 0.625, 40 * 0.375, 0, 0]
    assert page.locator(".vl-sum").last.inner_text() == "20.00"
    assert float(page.locator("[data-vl-align]").get_attribute("data-vl-value")) == 20
    assert page.locator(".vl-corner").count() == 2


@pytest.mark.browser
def test_a_click_chooses_a_bin_or_a_sample(opened, explorer):
    page = opened(explorer)
    page.locator(".vl-align .vl-point").nth(-3).click(force=True)
    chosen = page.locator("[aria-selected='true']")
    before = chosen.evaluate_all("nodes => nodes.map((n) => n.dataset.vlSample)")
    page.locator("[data-vl-align='1,2']").click()
    assert page.locator("[data-vl-pool='1,2']").get_attribute("aria-selected") == "true"
    assert before[-1] != "0,0"
    page.keyboard.press("ArrowUp")
    assert page.locator("[data-vl-pool='0,2']").get_attribute("aria-selected") == "true"
    assert "row 0, column 2" in page.locator(".vl-line").inner_text()


@pytest.mark.browser
def test_the_curve_tells_where_pool_jumps_by_hand(opened):
    x = np.zeros((4, 5))
    x[1:3] = [1, 2, 4, 8, 16]
    page = opened(RoIExplorer(x, box=[1.2, 0.8, 2.9, 1.6], size=(1, 1)))
    # the right edge 2.9 rounds to 3 up to a shift of 0.6, then to 4; the left changes no maximum
    told = page.locator(".vl-told").inner_text()
    assert told.startswith("Over one cell RoI pool jumps at 0.6 and notices nothing in between.")
    pool = page.locator("[data-vl-pool]")
    for step, value in ((5, "8"), (6, "16"), (10, "16"), (0, "8")):
        page.locator("[data-vl-transport]").fill(str(step))
        assert pool.get_attribute("data-vl-value") == value
    page.get_by_role("button", name="Shift down").click()
    assert "RoI pool notices nothing at all" in page.locator(".vl-told").inner_text()


@pytest.mark.browser
def test_the_next_cell_of_the_notebook_can_read_where_the_box_went(browser, explorer):
    page = host(browser.new_page(), explorer)
    page.get_by_role("slider", name="Left edge").press("ArrowRight")
    page.get_by_role("slider", name="Samples per axis").fill("3")
    assert page.evaluate("put") == {"box": [23.6, 18, 101.6, 70], "samples": 3}
    page.locator("[data-vl='reset']").click()
    assert page.evaluate("put") == {"box": BOX, "samples": 2}
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("scale", [0.7, 0.9, 1e-6, 1 / 16])
def test_a_box_pushed_to_the_border_is_taken_back_by_python(browser, x, scale):
    """Where a stride is no power of 2, the steps of the browser end a rounding off the border."""
    box = np.array([0.13, 0.2, 1.43, 2.9]) / scale
    explorer = RoIExplorer(x, box=box, scale=scale)
    page = host(browser.new_page(), explorer)
    for dial in page.locator("input[type=range]").all()[:4]:
        dial.focus()
        for key in ("Home", "End"):
            page.keyboard.press(key)
            explorer.box = page.evaluate("put.box")
    height, width = x.shape
    ends = np.array([width - 1, height - 1]) / scale
    assert (explorer.box[2:] <= ends).all()
    assert (ends - explorer.box[2:] < 0.1 / scale).all()  # a step fits no more
    page.close()


def test_what_is_off_the_border_by_more_than_rounding_is_rejected(explorer):
    for edge, by in ((0, -0.01), (2, 0.01)):
        box = [0.0, 0.0, 128.0, 96.0]
        box[edge] += by
        with pytest.raises(ValueError, match="box must hold"):
            explorer.box = box
