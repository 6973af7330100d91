import numpy as np
import pytest

from tests.widgets.hosted import host
from vidlearn import boxes
from vidlearn.widgets import BoxOverlap

A, B = [1.0, 1.0, 7.0, 5.0], [4.0, 3.0, 9.0, 7.0]
MEASURES = ("iou", "giou", "diou", "ciou")


def make(a=A, b=B, **options):
    return BoxOverlap(a, b, **{"size": (8, 12), **options})


def numbers(page, kind):
    """What the table says: {name: number} of the areas or the measures."""
    found = page.locator(f"[data-vl-{kind}]").evaluate_all(
        f"nodes => nodes.map((n) => [n.getAttribute('data-vl-{kind}'), n.dataset.vlValue])"
    )
    return {name: float(value) for name, value in found}


def compare(page, a, b):
    expected = [getattr(boxes, name)(np.array([a]), np.array([b]))[0, 0] for name in MEASURES]
    shown = numbers(page, "measure")
    np.testing.assert_allclose([shown[name] for name in MEASURES], expected, rtol=0, atol=1e-9)


def pull(page, name, right, down, corner=None):
    """Drag a box, or a corner of it, by units of the grid."""
    scene = page.locator(".vl-scene").bounding_box()
    what = f"body='{name}'" if corner is None else f"grip='{name}{corner}'"
    place = page.locator(f"[data-vl-{what}]").bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    by = right * scene["width"] / 12, down * scene["height"] / 8
    page.mouse.move(x + by[0] / 2, y + by[1] / 2, steps=3)
    page.mouse.move(x + by[0], y + by[1], steps=3)
    page.mouse.up()


def test_repr_tells_boxes_and_iou():
    assert repr(make()) == "BoxOverlap(boxes 1, 1, 7, 5 and 4, 3, 9, 7 of 12×8, IoU 0.158)"
    assert BoxOverlap(A, B).get_state()["_size"] == [10, 12]  # 7 and 9, and 3 in 10 of room


def test_a_frame_gives_the_size_and_is_stored_small():
    frame = np.random.default_rng(0).integers(0, 256, (90, 1200, 3), np.uint8)
    overlap = BoxOverlap([900, 10, 1200, 90], [1, 2, 3, 4], frame=frame)
    assert overlap.get_state()["_size"] == [90, 1200]
    assert 0 < len(overlap.get_state()["_picture"]) < 40_000


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"a": [1, 1, 1, 5]}, r"a must be x1, y1, x2, y2 with x1 < x2.*Received: \[1.0, 1.0, 1.0"),
        ({"b": [4, 3, 9, 8.5]}, "b must be .* inside a frame 12 wide and 8 high.*'xywh'"),
        ({"b": [5, 6, 4, 2]}, "b must be x1, y1, x2, y2"),
        ({"a": [-1, 0, 4, 4]}, "a must be"),
        ({"a": [1, 2, 3]}, r"a must have shape \(4,\)"),
        ({"a": [1, 2, 3, np.nan]}, r"a must have shape \(4,\) and hold finite numbers"),
        ({"size": (8, np.inf)}, r"size must be \(height, width\).*inf"),
        ({"size": (0, 12)}, r"size must be \(height, width\), both above 0. Received: \(0, 12\)"),
        ({"size": 12}, "size must be"),
        ({"frame": np.zeros((8, 12, 3), np.uint8)}, "size must be left out with a frame"),
        ({"size": None, "frame": np.zeros((8, 12, 3))}, "frame must be a uint8 picture"),
    ],
)
def test_overlap_rejects_what_it_cannot_show(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)


@pytest.mark.browser
def test_numbers_by_hand(opened):
    page = opened(make())
    assert numbers(page, "area") == {"a": 24, "b": 20, "inside": 6, "union": 38, "hull": 48}
    shown = numbers(page, "measure")
    assert shown["iou"] == pytest.approx(6 / 38)
    assert shown["giou"] == pytest.approx(6 / 38 - 10 / 48)
    assert shown["diou"] == pytest.approx(6 / 38 - (2.5**2 + 2**2) / (8**2 + 6**2))
    v = 4 / np.pi**2 * (np.arctan(6 / 4) - np.arctan(5 / 4)) ** 2
    alpha = v / (1 - 6 / 38 + v)
    assert shown["ciou"] == pytest.approx(shown["diou"] - alpha * v)
    sums = page.locator(".vl-reckoning").all_inner_texts()
    assert sums[:7] == [
        "6 × 4",
        "5 × 4",
        "3 × 2",
        "24 + 20 − 6",
        "8 × 6",
        "6 / 38",
        "0.158 − (48 − 38) / 48",
    ]
    assert page.locator(".vl-line").inner_text() == "A and B share 6 of 38: IoU 0.158, GIoU −0.050."


@pytest.mark.browser
def test_measures_equal_the_library_wherever_the_boxes_are(opened):
    rng = np.random.default_rng(4)
    for a, b in ((A, B), ([0.5, 0.25, 3, 7.5], [6, 1, 11.75, 1.5]), (A, A), (A, [2, 2, 3, 4.5])):
        compare(opened(make(a, b)), a, b)
    for _ in range(3):
        start, side = rng.uniform(0, 4, (2, 2)), rng.uniform(0.1, 4, (2, 2))
        a, b = np.hstack([start, start + side]).tolist()
        compare(opened(make(a, b)), a, b)


@pytest.mark.browser
def test_the_mouse_drags_boxes_and_corners(opened):
    page = opened(make())
    pull(page, "b", 3, -2)
    compare(page, A, [7, 1, 12, 5])
    pull(page, "b", 3, -9)  # no further than the edge, and whole
    compare(page, A, [7, 0, 12, 4])
    pull(page, "a", -1, 2, corner=2)  # the lower left corner
    compare(page, [0, 1, 7, 7], [7, 0, 12, 4])
    pull(page, "a", 9, 9, corner=0)  # never past the opposite one
    compare(page, [6, 6, 7, 7], [7, 0, 12, 4])
    assert "are apart" in page.locator(".vl-line").inner_text()


@pytest.mark.browser
def test_the_keys_move_what_has_the_focus(opened):
    page = opened(make())
    page.locator("[data-vl-body='a']").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "Shift+ArrowRight"):
        page.keyboard.press(key)
    compare(page, [4, 3, 10, 7], B)
    page.locator("[data-vl-grip='b1']").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    compare(page, [4, 3, 10, 7], [4, 2, 8, 7])
    label = page.locator("[data-vl-grip='b1']").get_attribute("aria-label")
    assert label == "Box B, upper right corner: 8, 2. Arrow keys move the corner."


@pytest.mark.browser
def test_a_finger_drags_a_box_and_the_page_stays(opened):
    page = opened(make(), width=400, has_touch=True, is_mobile=True)
    scene = page.locator(".vl-scene").bounding_box()
    body = page.locator("[data-vl-body='b']").bounding_box()
    x, y = body["x"] + body["width"] / 2, body["y"] + body["height"] / 2
    by = -2 * scene["width"] / 12, -1 * scene["height"] / 8
    session = page.context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", [(x, y)]),
        ("touchMove", [(x + by[0] / 2, y + by[1] / 2)]),
        ("touchMove", [(x + by[0], y + by[1])]),
        ("touchEnd", []),
    ):
        places = [{"x": px, "y": py} for px, py in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})
    compare(page, A, [2, 2, 7, 6])
    assert page.evaluate("scrollY") == 0


@pytest.mark.browser
def test_a_finger_can_hold_a_small_box_and_boxes_at_the_edge_widen_no_page(opened):
    page = opened(make([0, 0, 1.5, 1.5], [10, 6, 12, 8]), width=360, has_touch=True, is_mobile=True)
    under = page.locator("[data-vl-body='a']").evaluate(
        """n => {
          const { left, top, width, height } = n.getBoundingClientRect();
          const under = document.elementFromPoint(left + width / 2, top + height / 2);
          return under.closest("[data-vl-body]")?.dataset.vlBody;
        }"""
    )
    assert under == "a"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 720])
def test_large_areas_find_room(opened, width):
    page = opened(
        make([10, 10, 910, 610], [303.25, 203.5, 1269.75, 711.25], size=(720, 1280)), width=width
    )
    page.get_by_label("Show DIoU and CIoU").check()
    beyond = page.locator(".vl-right *").evaluate_all(
        """nodes => nodes.filter((node) => node.getBoundingClientRect().right
          > document.querySelector(".vl-parts").getBoundingClientRect().right + 1).length"""
    )
    assert beyond == 0


@pytest.mark.browser
def test_nothing_is_spoken_until_the_box_is_let_go(opened):
    page = opened(make())
    body = page.locator("[data-vl-body='b']").bounding_box()
    page.mouse.move(body["x"] + 60, body["y"] + 60)
    page.mouse.down()
    page.mouse.move(body["x"] + 120, body["y"] + 60, steps=4)
    assert page.locator("[aria-live]").get_attribute("aria-live") == "off"
    page.mouse.up()
    assert page.locator("[aria-live]").get_attribute("aria-live") == "polite"


@pytest.mark.browser
def test_places_show_the_facts_worth_knowing(opened):
    page = opened(make())
    expected = {
        "Touching": 0,
        "Half shifted": 1 / 3,
        "Inside": 1 / 4,
        "Equal": 1,
        "As at the start": 6 / 38,
        "Far apart": 0,
    }
    for name, iou in expected.items():
        page.get_by_role("button", name=name).click()
        assert numbers(page, "measure")["iou"] == pytest.approx(iou)
        inside = page.locator("[data-vl-body]").evaluate_all(
            """nodes => nodes.every((node) => {
              const [box, scene] = [node, node.parentElement].map((n) => n.getBoundingClientRect());
              return box.left > scene.left - 2 && box.right < scene.right + 2
                && box.top > scene.top - 2 && box.bottom < scene.bottom + 2;
            })"""
        )
        assert inside
    assert numbers(page, "measure")["giou"] < -0.4
    pull(page, "a", 0, 1)
    assert page.locator("[data-vl-choice][aria-pressed='true']").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("a", [[0, 0, 12, 8], [8, 0, 12, 8], [0, 6, 12, 8], [11, 7, 12, 8]])
def test_places_fit_wherever_box_a_is(opened, a):
    page = opened(make(a, B))
    for name in ("Touching", "Half shifted", "Far apart"):
        page.get_by_role("button", name=name).click()
        shown = numbers(page, "area")
        assert shown["b"] > 0
        if name != "Half shifted" and a != [0, 0, 12, 8]:
            assert shown["inside"] == 0


@pytest.mark.browser
def test_shading_can_be_taken_away_and_more_measures_asked_for(opened):
    page = opened(make())
    for name, label in (
        ("inside", "intersection"),
        ("union", "union"),
        ("hull", "box around both"),
    ):
        shade = page.locator(f".vl-scene > .vl-shade.vl-{name}")
        assert shade.is_visible()
        page.get_by_label(label, exact=True).uncheck()
        assert not shade.is_visible()
    assert page.locator("[data-vl-measure='ciou']:visible").count() == 0
    assert page.locator("circle").count() == 2
    page.get_by_label("Show DIoU and CIoU").check()
    assert page.locator("[data-vl-measure='ciou']:visible").count() == 1
    assert page.locator("circle").count() == 4


@pytest.mark.browser
def test_the_trace_says_iou_is_flat_where_giou_is_not(opened):
    page = opened(make())
    ends = {}
    for name in ("iou", "giou"):
        points = page.locator(f"polyline.vl-curve-{name}").get_attribute("points").split()
        ends[name] = np.array([point.split(",") for point in points[-20:]], float)[:, 1]
    assert np.ptp(ends["iou"]) == 0
    assert (np.diff(ends["giou"]) > 0).all()  # downwards, on and on


@pytest.mark.browser
def test_python_learns_where_the_boxes_are(browser):
    page = browser.new_page()
    host(page, make())
    page.locator("[data-vl-body='b']").focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("put") == {"b": [3, 3, 8, 7]}
    page.get_by_role("button", name="Reset").click()
    assert page.evaluate("put") == {"b": B}
    page.close()


@pytest.mark.browser
def test_a_frame_lies_under_the_boxes(opened):
    frame = np.zeros((80, 120, 3), np.uint8)
    frame[:, 60:] = 255
    page = opened(make([10, 10, 70, 50], [40, 30, 90, 70], frame=frame, size=None))
    page.locator(".vl-scene canvas[data-vl-drawn]").wait_for()
    pixels = page.locator(".vl-scene canvas").evaluate(
        "c => [10, 100].map((x) => c.getContext('2d').getImageData(x, 40, 1, 1).data[0])"
    )
    assert pixels[0] < 20
    assert pixels[1] > 235
    assert numbers(page, "area")["inside"] == 600
