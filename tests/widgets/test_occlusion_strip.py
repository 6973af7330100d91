from types import SimpleNamespace

import numpy as np
import pytest

from tests.widgets.hosted import host
from tests.widgets.page import as_array, values
from vidlearn.models import occlusion
from vidlearn.widgets import OcclusionStrip, occlusion_strip

NAMES = ["open", "close", "wave"]
CLIPS = np.random.default_rng(4).integers(0, 256, (2, 7, 18, 22, 3), np.uint8)
LABELS = [2, 0]
WEIGHTS = np.random.default_rng(5).normal(size=(7 * 18 * 22 * 3, 3)) / 40


def predict(clips):
    """A linear model of every pixel, with a softmax."""
    logits = (clips.reshape(len(clips), -1) / 255 - 0.5) @ WEIGHTS
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def make(clips=CLIPS, labels=LABELS, names=NAMES, *, ask=predict, **options):
    told = {key: options.pop(key) for key in ("window", "fill", "grid") if key in options}
    found = [occlusion(ask, clip, **told) for clip in clips]
    return OcclusionStrip(clips, found, labels, names, **options), found


def steady(drops, label=0):
    """What a model might have found: by how much each frame lets the class fall from 0.9."""
    frames = np.array([[0.9 - drop, 0.1 + drop] for drop in drops])
    frames = frames if label == 0 else frames[:, ::-1]
    whole = np.array([0.9, 0.1] if label == 0 else [0.1, 0.9])
    return SimpleNamespace(whole=whole, frames=frames, places=None, window=1, fill="grey")


def shown_drops(page, count=7):
    return as_array(values(page, "data-vl-drop"), (count,))


def shown_classes(page):
    return as_array(values(page, "data-vl-class"), (3,))


def reveal(page):
    page.get_by_role("button", name="Show what each frame is worth").click()


def frame(page, number):
    return page.locator(f"[data-vl-frame='{number}']")


def away(page):
    page.mouse.move(2, 2)


def test_repr_tells_clips_and_what_covers():
    assert repr(make()[0]) == (
        "OcclusionStrip(2 clips of 7 frames of 22×18, 3 classes; the mean frame covers 1 frame)"
    )
    one = make(CLIPS[:1], [0], window=3, fill="previous")[0]
    assert repr(one).endswith(
        "(1 clip of 7 frames of 22×18, 3 classes; the frame before covers 3 frames)"
    )


def test_probabilities_are_stored_exactly():
    widget, found = make(grid=(2, 3))
    frames = np.frombuffer(widget._frames, "<f8").reshape(2, 7, 3)
    np.testing.assert_array_equal(frames, [one.frames for one in found])
    places = np.frombuffer(widget._places, "<f4").reshape(2, 7, 2, 3)
    for n, one in enumerate(found):
        np.testing.assert_allclose(places[n], one.drop_of_places(LABELS[n]), rtol=1e-6)


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"clips": CLIPS / 255}, ValueError, r"clips must be uint8 \(N, T, H, W, 3\).*float64"),
        ({"clips": np.zeros((13, 7, 8, 8, 3), np.uint8)}, ValueError, "N from 1 to 12"),
        ({"clips": np.zeros((1, 33, 8, 8, 3), np.uint8)}, ValueError, "T from 2 to 32"),
        ({"clips": CLIPS[:1]}, ValueError, "labels must be 1 numbers from 0 to 2"),
        ({"labels": [0, 3]}, ValueError, r"from 0 to 2, one for each clip. Received: \[0, 3\]"),
        ({"names": ["one"]}, ValueError, "names must be 2 to 20 classes. Received: 1"),
        (
            {"names": NAMES[:2], "labels": [0, 1]},
            ValueError,
            r"whole of found must have shape \(2,\)",
        ),
        (
            {"found": [np.zeros((7, 3))] * 2},
            TypeError,
            "list of vidlearn.models.Occlusion.*ndarray",
        ),
        ({"found": make()[1][:1]}, ValueError, "found must be one for each clip, 2. Received: 1"),
        (
            {"found": [make()[1][0], make(window=2)[1][1]]},
            ValueError,
            "found must have one window, fill and grid",
        ),
        (
            {"found": make(CLIPS[:, :6], ask=lambda c: np.full((len(c), 3), 1 / 3))[1]},
            ValueError,
            r"frames of found must have shape \(7, 3\). Received: \[\(6, 3\)\]",
        ),
        ({"fps": 0}, ValueError, "fps must be a number above 0"),
    ],
)
def test_strip_rejects_what_it_cannot_show(changed, error, message):
    given = {"clips": CLIPS, "found": make()[1], "labels": LABELS, "names": NAMES} | changed
    with pytest.raises(error, match=message):
        OcclusionStrip(**given)


def test_strip_rejects_clips_and_frames_that_are_not_there():
    widget, _ = make()
    with pytest.raises(ValueError, match=r"clip must be from 0 to 1\. Received: 2"):
        widget.clip = 2
    for covered in (-2, 7):
        with pytest.raises(
            ValueError, match=f"covered must be a frame from 0 to 6, or -1.*{covered}"
        ):
            widget.covered = covered


def test_state_of_a_lesson_stays_small_and_too_much_is_refused(monkeypatch):
    clips = np.random.default_rng(0).integers(60, 200, (6, 16, 8, 8, 3), np.uint8)
    clips = clips.repeat(6, 2).repeat(6, 3)  # 48 x 48
    found = [
        SimpleNamespace(
            whole=np.full(10, 0.1),
            frames=np.full((16, 10), 0.1),
            places=np.full((16, 6, 6, 10), 0.1),
            window=2,
            fill="mean",
        )
    ] * 6
    widget = OcclusionStrip(clips, found, [0] * 6, [str(k) for k in range(10)])
    pictures = sum(len(one) for clip in widget._clips for one in clip) + sum(
        map(len, widget._means)
    )
    assert pictures + len(widget._frames) + len(widget._places) < 180_000
    monkeypatch.setattr(occlusion_strip, "MOST_BYTES", 10_000)
    with pytest.raises(ValueError, match="frames are too much for a notebook"):
        OcclusionStrip(clips, found, [0] * 6, [str(k) for k in range(10)])


@pytest.mark.browser
@pytest.mark.parametrize("options", [{}, {"window": 3, "fill": "previous"}, {"fill": "grey"}])
def test_numbers_equal_the_library_for_every_clip_and_frame(opened, options):
    widget, found = make(**options)
    page = opened(widget)
    for clip, (one, label) in enumerate(zip(found, LABELS, strict=True)):
        page.get_by_role("button", name=f"{clip + 1}: {NAMES[label]}").click()
        np.testing.assert_allclose(shown_classes(page), one.whole, rtol=1e-9)
        reveal(page)
        np.testing.assert_allclose(shown_drops(page), one.drop(label), rtol=1e-9, atol=1e-12)
        for t in (0, 3, 6):
            frame(page, t).click()
            away(page)
            np.testing.assert_allclose(shown_classes(page), one.frames[t], rtol=1e-9)
        page.get_by_role("button", name="Cover nothing").click()
        np.testing.assert_allclose(shown_classes(page), one.whole, rtol=1e-9)


@pytest.mark.browser
def test_the_bars_are_hidden_until_the_reader_has_looked_and_for_each_clip_anew(opened):
    page = opened(make()[0])
    assert page.locator("[data-vl-drop], .vl-fall:visible").count() == 0
    assert page.locator(".vl-line").inner_text() == "No frame is marked yet."
    frame(page, 4).click()
    assert frame(page, 4).get_attribute("aria-pressed") == "true"
    assert page.locator(".vl-line").inner_text() == "Your guess: frame 4."
    assert page.locator("[data-vl-drop]").count() == 0, "a guess covers nothing"
    reveal(page)
    assert page.locator("[data-vl-drop]").count() == 7
    page.get_by_role("button", name="2: open").click()
    assert page.locator("[data-vl-drop]").count() == 0
    page.get_by_role("button", name="1: wave").click()
    assert page.locator("[data-vl-drop]").count() == 7
    assert frame(page, 4).locator(".vl-flag").inner_text() == "guess"


@pytest.mark.browser
@pytest.mark.parametrize(
    ("guess", "drops", "says"),
    [
        (
            2,
            [0.1, 0, 0.6, -0.05],
            "Right, your frame: without frame 2 the probability of “open” falls most, by 0.60.",
        ),
        (
            3,
            [0.1, 0, 0.6, -0.05],
            "Your guess, frame 3, is worth −0.05. Most falls without frame 2",
        ),
        (
            None,
            [0.1, 0, 0.6, -0.05],
            "Most falls without frame 2: the probability of “open” drops by 0.60.",
        ),
        (1, [0.01, 0, 0.04, -0.05], "No single frame matters here: without frame 2"),
    ],
)
def test_the_guess_is_judged(opened, guess, drops, says):
    page = opened(OcclusionStrip(CLIPS[:1, :4], [steady(drops)], [0], NAMES[:2]))
    if guess is not None:
        frame(page, guess).click()
    reveal(page)
    assert page.locator(".vl-ask").inner_text().startswith(says)


@pytest.mark.browser
def test_bars_go_up_for_falls_and_down_for_rises_in_their_shares(opened):
    page = opened(OcclusionStrip(CLIPS[:1, :4], [steady([0.1, 0, 0.6, -0.2])], [0], NAMES[:2]))
    reveal(page)
    bars = [box.bounding_box() for box in page.locator(".vl-fall").all()]
    high = [bar["height"] for bar in bars]
    assert high[2] == pytest.approx(6 * high[0], rel=0.02)
    assert high[3] == pytest.approx(2 * high[0], rel=0.02)
    assert bars[2]["y"] + high[2] == pytest.approx(bars[3]["y"], abs=1), "one line for both"


@pytest.mark.browser
def test_what_stands_in_the_place_is_shown(opened):
    for fill, drawn in {
        "mean": "0,mean",
        "previous": "0,2",
        "grey": "grey",
    }.items():
        page = opened(make(fill=fill, window=2)[0])
        reveal(page)
        frame(page, 3).click()
        away(page)
        page.locator(f".vl-screen canvas[data-vl-drawn='{drawn}']").wait_for()
        hidden = page.locator(".vl-thumb.vl-covered").evaluate_all(
            "nodes => nodes.map((node) => node.dataset.vlFrame)"
        )
        assert hidden == ["3", "4"]
        assert page.locator(".vl-badge").inner_text() == "frame 3, covered"
        page.keyboard.press("ArrowLeft")
        page.locator(".vl-screen canvas[data-vl-drawn='0,2']").wait_for()
        assert page.locator(".vl-badge").is_hidden()


@pytest.mark.browser
def test_the_mouse_covers_for_a_look_and_a_click_for_good(opened):
    widget, found = make()
    page = opened(widget)
    frame(page, 5).hover()
    np.testing.assert_allclose(shown_classes(page), found[0].whole, rtol=1e-9)
    reveal(page)
    frame(page, 5).hover()
    np.testing.assert_allclose(shown_classes(page), found[0].frames[5], rtol=1e-9)
    away(page)
    np.testing.assert_allclose(shown_classes(page), found[0].whole, rtol=1e-9)
    frame(page, 5).click()
    away(page)
    np.testing.assert_allclose(shown_classes(page), found[0].frames[5], rtol=1e-9)
    frame(page, 5).click()
    away(page)
    np.testing.assert_allclose(shown_classes(page), found[0].whole, rtol=1e-9)


@pytest.mark.browser
def test_keys_walk_guess_and_cover(opened):
    widget, found = make()
    page = opened(widget)
    frame(page, 0).focus()
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert page.locator(".vl-line").inner_text() == "Your guess: frame 2."
    reveal(page)
    assert page.evaluate("document.activeElement.dataset.vlFrame") == "2"
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    np.testing.assert_allclose(shown_classes(page), found[0].frames[6], rtol=1e-9)
    said = page.locator(".vl-line").inner_text()
    before, after = found[0].whole[2], found[0].frames[6, 2]
    way = "falls" if round(after, 2) < round(before, 2) else "rises"
    assert said == f"Frame 6 covered: “wave” {way} from {before:.2f} to {after:.2f}."


@pytest.mark.browser
def test_places_equal_the_library_and_stand_in_their_cells(opened):
    widget, found = make(grid=(2, 3), window=2)
    page = opened(widget)
    assert page.get_by_label("Show which places matter").is_hidden()
    reveal(page)
    page.get_by_label("Show which places matter").check()
    for clip, label in enumerate(LABELS):
        page.get_by_role("button", name=f"{clip + 1}: {NAMES[label]}").click()
        if clip:
            assert page.locator(".vl-places").is_hidden(), "each clip asks for a guess"
            reveal(page)
        for t in (0, 5):
            page.locator("[data-vl-transport]").fill(str(t))
            shown = as_array(values(page, "data-vl-place"), (6,)).reshape(2, 3)
            expected = found[clip].drop_of_places(label)[t].astype(np.float32)
            np.testing.assert_allclose(shown, expected, rtol=1e-9)
    screen = page.locator(".vl-screen").bounding_box()
    cell = page.locator("[data-vl-place='5']").bounding_box()
    assert cell["x"] - screen["x"] == pytest.approx(2 / 3 * screen["width"], abs=1)
    assert cell["y"] - screen["y"] == pytest.approx(screen["height"] / 2, abs=1)


@pytest.mark.browser
def test_the_clip_plays_with_its_cover(opened):
    page = opened(make(fill="grey", fps=10)[0])
    reveal(page)
    frame(page, 2).click()
    away(page)
    page.evaluate(
        """() => {
          const canvas = document.querySelector(".vl-screen canvas");
          window.drawn = new Set();
          new MutationObserver(() => drawn.add(canvas.dataset.vlDrawn))
            .observe(canvas, { attributeFilter: ["data-vl-drawn"] });
        }"""
    )
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("drawn.has('grey') && drawn.size > 3")
    page.get_by_role("button", name="Pause").click()
    assert "0,2" not in page.evaluate("[...drawn]"), "the covered frame itself is never seen"


@pytest.mark.browser
def test_python_learns_what_was_chosen(browser):
    page = browser.new_page()
    host(page, make()[0])
    page.get_by_role("button", name="2: open").click()
    reveal(page)
    frame(page, 3).click()
    assert page.evaluate("put") == {"clip": 1, "covered": 3}
    page.close()


@pytest.mark.browser
def test_a_strip_that_python_covers_is_open(opened):
    widget, found = make()
    widget.covered = 4
    page = opened(widget)
    np.testing.assert_allclose(shown_classes(page), found[0].frames[4], rtol=1e-9)
    assert page.locator("[data-vl-drop]").count() == 7
