import numpy as np
import pytest

from tests.widgets.page import as_array, values
from vidlearn.scratch import dense_forward, gru_forward, softmax_forward
from vidlearn.widgets import FrameOrder

FRAMES, FEATURES, UNITS = 7, 5, 4
NAMES = ["clockwise", "anticlockwise", "still"]


@pytest.fixture
def parts():
    rng = np.random.default_rng(8)
    clips = rng.integers(0, 256, (2, FRAMES, 20, 24, 3), dtype=np.uint8)
    vectors = rng.normal(size=(2, FRAMES, FEATURES)).astype(np.float32)
    shapes = (FEATURES, 3 * UNITS), (UNITS, 3 * UNITS), (2, 3 * UNITS)
    gru = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
    dense = [3 * rng.normal(size=(UNITS, 3)).astype(np.float32), rng.normal(size=3)]
    return {"clips": clips, "vectors": vectors, "gru": gru, "dense": dense, "labels": [2, 0]}


def library(widget, clip, order):
    """What the network says after each frame, from the numbers that the browser got: (T, K)."""
    w, u, b = (np.array(array) for array in widget._gru)
    vectors = np.array(widget._vectors)[clip, order]
    states, _ = gru_forward(vectors[None], w, u, b)
    logits, _ = dense_forward(states[0], *(np.array(array) for array in widget._dense))
    return softmax_forward(logits)[0]


def order_of(page):
    cards = page.locator(".vl-thumb")
    return [int(cards.nth(k).get_attribute("data-vl-frame")) for k in range(cards.count())]


def assert_as_library(page, widget, clip=0):
    order = order_of(page)
    expected = library(widget, clip, order)
    shown = as_array(values(page, "data-vl-after"), expected.shape)
    np.testing.assert_allclose(shown, expected, rtol=1e-9)
    place = int(
        page.locator(".vl-thumb[aria-current]").evaluate(
            "node => [...node.parentNode.children].indexOf(node)"
        )
    )
    said = as_array(values(page, "data-vl-class"), (len(NAMES),))
    np.testing.assert_allclose(said, expected[place], rtol=1e-9)
    return order


def test_repr_tells_clips_and_network(parts):
    assert repr(FrameOrder(**parts, names=NAMES)) == (
        "FrameOrder(2 clips of 7 frames of 24×20; GRU with 4 units, 3 classes)"
    )


def test_weights_keep_the_digits_of_float32(parts):
    widget = FrameOrder(**parts, names=NAMES)
    for given, kept in zip(
        [*parts["gru"], parts["vectors"]], [*widget._gru, widget._vectors], strict=True
    ):
        np.testing.assert_allclose(np.array(kept), given, rtol=1e-6)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"clips": np.zeros((2, 7, 20, 24, 3))}, r"clips must be uint8 \(N, T, H, W, 3\)"),
        ({"clips": np.zeros((2, 17, 8, 8, 3), np.uint8)}, "T from 2 to 16"),
        ({"clips": np.zeros((2, 7, 20, 0, 3), np.uint8)}, "clips must be uint8"),
        ({"clips": [np.zeros((7, 20, 24, 3)), np.zeros((5, 20, 24, 3))]}, "clips must be uint8"),
        ({"names": ["one"]}, "names must be 2 to 6 classes. Received: 1"),
        ({"names": "abc"}, "names must be words in a list"),
        ({"labels": ["a", "b"]}, "labels must be 2 numbers from 0 to 2"),
        ({"labels": [0.5, 1]}, "labels must be 2 numbers from 0 to 2"),
        ({"labels": None}, "labels must be 2 numbers from 0 to 2"),
        ({"vectors": None}, "vectors must hold numbers in arrays. Received: object"),
        ({"gru": [np.zeros((5, 12)), np.zeros((4, 12))]}, "gru must be 3 arrays. Received: 2"),
        ({"gru": [5, 5, 5]}, "gru must hold numbers in arrays"),
        ({"dense": [np.zeros((4, 3)), np.zeros(3), np.zeros(3)]}, "dense must be 2 arrays"),
        ({"dense": None}, "dense must be 2 arrays. Received: 1"),
        ({"max_width": "96"}, "max_width must be at least 1"),
        ({"labels": [0, 3]}, "labels must be 2 numbers from 0 to 2"),
        ({"labels": [0]}, "labels must be 2 numbers"),
        ({"vectors": np.zeros((2, 6, 5))}, r"vectors must have shape \(2, 7, 5\)"),
        ({"vectors": np.zeros((2, 7, 6))}, r"w of gru must have shape \(6, 12\)"),
        ({"dense": [np.zeros((4, 2)), np.zeros(2)]}, r"w of dense must have shape \(4, 3\)"),
        ({"vectors": np.full((2, 7, 5), np.nan)}, "vectors must hold finite numbers"),
    ],
)
def test_frame_order_rejects_what_does_not_fit(parts, changed, message):
    with pytest.raises(ValueError, match=message):
        FrameOrder(**{**parts, "names": NAMES, **changed})


@pytest.mark.parametrize("order", [[None] * 7, ["a"] * 7, [[0]] * 7, [True, *range(6)], [0.5] * 7])
def test_frame_order_rejects_what_is_no_order(parts, order):
    widget = FrameOrder(**parts, names=NAMES)
    with pytest.raises(ValueError, match="order must hold each frame from 0 to 6 once"):
        widget.order = order
    assert widget.order == list(range(7))


@pytest.mark.browser
def test_probabilities_equal_the_library_in_every_order(opened, parts):
    widget = FrameOrder(**parts, names=NAMES)
    page = opened(widget)
    filmed = list(range(FRAMES))
    assert assert_as_library(page, widget) == filmed
    page.get_by_role("button", name="Reverse").click()
    assert assert_as_library(page, widget) == filmed[::-1]
    page.get_by_role("button", name="As filmed").click()
    page.get_by_role("button", name="Every third frame").click()
    assert assert_as_library(page, widget) == [3 * t % FRAMES for t in filmed]
    page.get_by_role("button", name="Shuffle").click()
    assert sorted(assert_as_library(page, widget)) == filmed
    page.get_by_role("button", name="Clip 2").click()
    assert assert_as_library(page, widget, clip=1) == filmed


@pytest.mark.browser
def test_buttons_and_keys_move_one_frame(opened, parts):
    widget = FrameOrder(**parts, names=NAMES)
    page = opened(widget)
    page.locator(".vl-thumb").nth(2).click()
    page.get_by_role("button", name="Move earlier").click()
    assert assert_as_library(page, widget) == [0, 2, 1, 3, 4, 5, 6]
    page.get_by_role("button", name="Move later").click()
    page.get_by_role("button", name="Move later").click()
    assert assert_as_library(page, widget) == [0, 1, 3, 2, 4, 5, 6]
    page.locator(".vl-thumb").nth(3).focus()
    page.keyboard.press("Shift+ArrowRight")
    assert assert_as_library(page, widget) == [0, 1, 3, 4, 2, 5, 6]
    assert page.evaluate("document.activeElement.dataset.vlFrame") == "2"
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.dataset.vlFrame") == "4"
    assert order_of(page) == [0, 1, 3, 4, 2, 5, 6]


@pytest.mark.browser
def test_a_frame_is_dragged_to_another_place(opened, parts):
    widget = FrameOrder(**parts, names=NAMES)
    page = opened(widget)
    cards = page.locator(".vl-thumb")
    places = [cards.nth(k).bounding_box() for k in (1, 2, 3, 4)]
    middles = [(box["x"] + box["width"] / 2, box["y"] + 20) for box in places]
    page.mouse.move(*middles[0])
    page.mouse.down()
    for middle in middles[1:]:
        page.mouse.move(*middle)
    page.mouse.up()
    page.mouse.move(*middles[0])
    assert assert_as_library(page, widget) == [0, 2, 3, 4, 1, 5, 6]


@pytest.mark.browser
def test_pictures_follow_the_order(opened, parts):
    page = opened(FrameOrder(**parts, names=NAMES))
    page.get_by_role("button", name="Reverse").click()
    for place in (0, FRAMES - 1):
        frame = FRAMES - 1 - place
        page.locator(f".vl-thumb:nth-child({place + 1}) [data-vl-drawn='0,{frame}']").wait_for()
    page.locator(".vl-big[data-vl-drawn='0,0']").wait_for()
    page.get_by_role("button", name="Previous frame").click()
    assert "frame 1" in page.locator(".vl-line").inner_text()


@pytest.mark.browser
def test_the_text_says_whether_the_order_is_as_filmed(opened, parts):
    page = opened(FrameOrder(**parts, names=NAMES), width=400)
    note = page.locator(".vl-note").first
    assert note.inner_text() == "As filmed. This clip's class: still."
    page.get_by_role("button", name="Reverse").click()
    assert "not one of them new" in note.inner_text()
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide
