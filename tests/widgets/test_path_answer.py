import numpy as np
import pytest

from tests.widgets.page import as_array, values
from vidlearn.synthetic import along, pieces
from vidlearn.widgets import PathAnswer

NAMES = ["clockwise", "anticlockwise", "neither"]
SIZE, FILTERS, FEATURES, UNITS, WINDOW = (24, 28), (5, 4), 6, 7, 5
PATH = [(0.1 + 0.1 * t, 0.2 + 0.07 * t * (-1) ** t) for t in range(8)]


@pytest.fixture(scope="module")
def network():
    """A network of Keras with weights of no pattern, for clips of WINDOW frames."""
    from vidlearn.models import build_cnn_rnn

    model = build_cnn_rnn((WINDOW, *SIZE, 3), 3, filters=FILTERS, features=FEATURES, units=UNITS)
    rng = np.random.default_rng(8)
    model.set_weights(
        [rng.normal(size=w.shape) / np.sqrt(np.prod(w.shape[:-1])) * 1.5 for w in model.weights]
    )
    return model


@pytest.fixture
def parts(network):
    things, photographs = pieces(["cup", "coin"], ["cat", "grass"], size=SIZE, seed=4)
    return {
        "weights": network.get_weights(), "names": NAMES, "things": things,
        "photographs": photographs, "window": WINDOW, "path": PATH,
    }  # fmt: skip


def keras_says(network, clip):
    """What Keras says after each frame, from the last WINDOW: (T, K)."""
    from vidlearn.models import build_rnn, frame_vectors, predict_clips

    count = -(-len(clip) // WINDOW) * WINDOW
    padded = np.concatenate([clip, np.repeat(clip[-1:], count - len(clip), axis=0)])
    windows = padded.reshape(-1, WINDOW, *clip.shape[1:])
    vectors = frame_vectors(network, windows).reshape(count, -1)[: len(clip)]
    head = build_rnn((None, FEATURES), 3, units=UNITS)
    head.set_weights(network.get_weights()[-5:])
    return np.array(
        [predict_clips(head, vectors[max(0, t - WINDOW + 1) : t + 1]) for t in range(len(clip))]
    )


def shown_frame(page):
    """The picture on the screen as numbers, (H, W, 3)."""
    pixels = page.locator(".vl-paper canvas").evaluate(
        "node => [...node.getContext('2d').getImageData(0, 0, node.width, node.height).data]"
    )
    return np.array(pixels).reshape(*SIZE, 4)[..., :3]


def path_of(page):
    """The places of the frames, from the line drawn through them."""
    corners = page.locator(".vl-trail").get_attribute("points").split()
    return np.array([[float(v) / 100 for v in corner.split(",")] for corner in corners])


def turns(path):
    """Twice the area between two places and the middle: above 0 is clockwise on the screen."""
    (x, y), (then_x, then_y) = (path[:-1] - 0.5).T, (path[1:] - 0.5).T
    return x * then_y - y * then_x


def assert_as_keras(page, network, clip):
    expected = keras_says(network, clip)
    shown = as_array(values(page, "data-vl-after"), expected.shape)
    np.testing.assert_allclose(shown, expected, atol=1e-4)
    at = int(page.locator(".vl-paper canvas").get_attribute("data-vl-drawn"))
    said = as_array(values(page, "data-vl-class"), (len(NAMES),))
    np.testing.assert_allclose(said, expected[at], atol=1e-4)
    return at


def test_repr_tells_pictures_and_network(parts):
    assert repr(PathAnswer(**parts)) == (
        "PathAnswer(2 things, 2 photographs of 28×24; 2 convolutions, GRU with 7 units, 3 classes)"
    )


def test_path_is_what_was_given_or_a_circle(parts):
    np.testing.assert_allclose(PathAnswer(**parts).path, PATH, atol=1e-5)
    circle = np.array(PathAnswer(**{**parts, "path": None}).path) - 0.5
    np.testing.assert_allclose(np.hypot(*circle.T), 0.28, atol=1e-4)
    assert (circle[0] < circle[1]).tolist() == [False, True]  # downwards from the right: clockwise


def test_weights_take_four_bytes_each(parts):
    count = sum(array.size for array in parts["weights"])
    assert len(PathAnswer(**parts)._weights) == 4 * count


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"names": ["one"]}, "names must be 2 to 6 classes. Received: 1"),
        ({"names": ["one", "two"]}, r"weights\[9\] must have shape \(7, 2\)"),
        ({"things": {}}, "things must hold at least one"),
        ({"things": {"cup": np.zeros((4, 4, 4), np.uint8)}}, r"things must be uint8 \(H, W, 5\)"),
        ({"photographs": {"a": np.zeros((24, 28, 3))}}, r"photographs must be uint8 \(H, W, 3\)"),
        ({"photographs": {"a": np.zeros((24, 32, 3), np.uint8)}}, r"weights\[4\] must have shape"),
        ({"names": "abc"}, "names must be words in a list, one for each class. Received: 'abc'"),
        ({"names": ["one", "two", None]}, "names must be words in a list"),
        ({"things": [np.zeros((4, 4, 5), np.uint8)]}, "things must be a dict by name"),
        ({"things": {"cup": np.zeros((1, 4, 5), np.uint8)}}, "2 pixels a side at least.*'cup'"),
        ({"window": 0}, "window must be 1 or more"),
        ({"window": 5.0}, "window must be 1 or more, a whole number. Received: 5.0"),
        ({"window": "5"}, "window must be 1 or more"),
        ({"fps": 0}, "fps must be a number above 0"),
        ({"fps": np.inf}, "fps must be a number above 0"),
        ({"fps": None}, "fps must be a number above 0"),
        ({"path": [(0.1, 0.2), (0.3,)]}, "path must be"),
        ({"path": [("a", "b"), ("c", "d")]}, "path must be"),
        ({"path": [(0.5, 0.5)]}, "T from 2 to 100"),
        ({"path": [(0.5, 0.5), (np.nan, 0.1)]}, "path must be"),
    ],
)
def test_path_answer_rejects_what_does_not_fit(parts, changed, message):
    with pytest.raises(ValueError, match=message):
        PathAnswer(**{**parts, **changed})


def test_path_answer_rejects_weights_of_another_network(parts):
    weights = parts["weights"]
    with pytest.raises(ValueError, match="three for the GRU"):
        PathAnswer(**{**parts, "weights": weights[:-1]})
    with pytest.raises(ValueError, match=r"weights\[0\] must have shape an odd kernel"):
        PathAnswer(**{**parts, "weights": [weights[0][1:], *weights[1:]]})
    with pytest.raises(ValueError, match="finite"):
        PathAnswer(**{**parts, "weights": [weights[0] * np.inf, *weights[1:]]})
    with pytest.raises(ValueError, match="beyond 1e38"):
        PathAnswer(**{**parts, "weights": [weights[0].astype(float) * 1e300, *weights[1:]]})
    for odd in (None, 5, "weights", [None] * 11, [["a"]] * 11, [[[1], [2, 3]]] * 11):
        with pytest.raises(ValueError, match="weights must hold numbers in arrays"):
            PathAnswer(**{**parts, "weights": odd})


def test_the_rate_stays_above_0_and_numpy_s_numbers_are_taken(parts):
    widget = PathAnswer(**{**parts, "fps": np.float32(2.5), "window": np.int64(5)})
    with pytest.raises(ValueError, match="fps must be a number above 0"):
        widget.fps = 0
    assert (widget.fps, widget._window) == (2.5, 5)


@pytest.mark.browser
def test_pictures_and_answers_equal_the_library_and_keras(opened, parts, network):
    page = opened(PathAnswer(**parts))
    clip = along(PATH, parts["things"]["cup"], parts["photographs"]["cat"])
    assert assert_as_keras(page, network, clip) == 0
    for t in range(len(PATH)):
        assert np.abs(shown_frame(page) - clip[t]).max() <= 1
        page.get_by_role("button", name="Next frame").click()
    assert assert_as_keras(page, network, clip) == len(PATH) - 1
    page.get_by_label("Thing").select_option("coin")
    page.get_by_label("Photograph").select_option("grass")
    clip = along(PATH, parts["things"]["coin"], parts["photographs"]["grass"])
    assert assert_as_keras(page, network, clip) == len(PATH) - 1


@pytest.mark.browser
def test_a_path_is_drawn_and_answered_while_it_is_drawn(opened, parts, network):
    page = opened(PathAnswer(**parts))
    box = page.locator(".vl-paper").bounding_box()

    def to(x, y):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])

    to(0.2, 0.3)
    page.mouse.down()
    for k in range(12):
        to(0.2 + 0.05 * k, 0.3 + 0.03 * k)
        page.wait_for_timeout(60)
    assert page.locator(".vl-held").count() == 1
    assert page.locator(".vl-column").count() >= 3  # answers before the path is done
    page.mouse.up()
    page.locator("[data-vl='pause']").click()
    path = path_of(page)
    assert np.allclose(path[0], (0.2, 0.3), atol=0.06)
    assert (np.diff(path, axis=0) > -1e-6).all()
    assert path[-1, 0] > 0.5
    clip = along(path, parts["things"]["cup"], parts["photographs"]["cat"])
    assert_as_keras(page, network, clip)


@pytest.mark.browser
def test_arrow_keys_walk_the_thing_a_frame_at_a_time(opened, parts, network):
    page = opened(PathAnswer(**parts))
    page.locator(".vl-paper").focus()
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    start = np.array(PATH[0])
    steps = np.cumsum([(0, 0), (0.1, 0), (0, 0.1), (-0.2, 0)], axis=0)
    np.testing.assert_allclose(path_of(page), np.clip(start + steps, 0.02, 0.98), atol=1e-4)
    assert page.evaluate("document.activeElement.className").startswith("vl-paper")


@pytest.mark.browser
def test_backwards_and_fewer_frames_keep_the_path(opened, parts):
    page = opened(PathAnswer(**parts), reduced_motion="reduce")
    page.get_by_role("button", name="Circle", exact=True).click()
    ahead = path_of(page)
    assert len(ahead) == 20  # four seconds
    page.get_by_role("button", name="Backwards").click()
    back = path_of(page)
    assert len(back) == 20
    assert (turns(ahead) > 0).all()
    assert (turns(back) < 0).all()
    page.get_by_label("Frames a second").select_option("3")
    assert len(path_of(page)) == 12
