import io

import numpy as np
import pytest
from PIL import Image

from vidlearn.widgets import ClipPlayer, media

FPS = 12.5


def grey_steps(total=10, height=24, width=40):
    """Frame t has the grey value 20 t: whoever shows another frame is found out."""
    frames = np.zeros((total, height, width, 3), np.uint8)
    frames += (20 * np.arange(total, dtype=np.uint8))[:, None, None, None]
    return frames


def test_repr_tells_the_size_given_not_the_size_stored():
    player = ClipPlayer(grey_steps(), FPS, max_width=20)
    assert repr(player) == "ClipPlayer(10 frames of 40×24, 12.5 per second)"
    assert player._sizes == ((20, 12), (40, 24))
    assert Image.open(io.BytesIO(player._frames[3])).size == (20, 12)


def test_small_frames_are_not_enlarged():
    assert ClipPlayer(grey_steps(2), FPS, max_width=400)._sizes == ((40, 24), (40, 24))


def test_frames_may_be_grey_and_come_from_a_generator():
    player = ClipPlayer((frame[..., 0] for frame in grey_steps(3)), 25)
    shown = np.asarray(Image.open(io.BytesIO(player._frames[2])))
    assert shown.shape == (24, 40, 3)
    assert abs(int(shown.mean()) - 40) <= 2


def test_marks_and_cuts_are_sorted_whole_numbers_without_repeats():
    player = ClipPlayer(grey_steps(), FPS, marks=np.array([7, 2, 7]), cuts=(5.0, 3))
    assert (player.marks, player.cuts) == ([2, 7], [3, 5])
    player.marks = []
    assert player.marks == []


def test_boxes_carry_one_number_for_each_label_and_those_without_area_are_left_out():
    boxes = [[[0, 0, 4, 4], [5, 5, 9, 9]], [[1, 1, 4, 4], [0, 0, 0, 0]]]
    player = ClipPlayer(grey_steps(2), FPS, boxes=np.array(boxes), labels=["car", "cat"])
    assert player._labels == ["car", "cat"]
    assert player._boxes == [[[0, 0, 4, 4, 0], [5, 5, 9, 9, 1]], [[1, 1, 4, 4, 0]]]


def test_labels_may_change_from_frame_to_frame():
    boxes = [[[0, 0, 4, 4]], [], [[5, 5, 9, 9], [0, 0, 4, 4]]]
    player = ClipPlayer(grey_steps(3), FPS, boxes=boxes, labels=[["a"], [], ["b", "a"]])
    assert [[row[4] for row in rows] for rows in player._boxes] == [[0], [], [1, 0]]


@pytest.mark.parametrize(
    ("frames", "options", "message"),
    [
        (np.zeros((3, 4, 5, 3)), {}, r"frame 0 must be a uint8 picture.*float64.*\(255 \* frame\)"),
        (np.zeros((3, 4, 5, 4), np.uint8), {}, r"uint8 picture.*shape \(4, 5, 4\)"),
        ([], {}, "at least one frame"),
        ([np.zeros((4, 5), np.uint8), np.zeros((5, 4), np.uint8)], {}, "must have one size"),
        (grey_steps(), {"fps": 0}, "fps must be a number above 0.*Received: 0.*25 is a fair guess"),
        (grey_steps(), {"marks": [3, 10]}, r"marks must lie between 0 and 9.*\[3, 10\]"),
        (grey_steps(), {"cuts": [0]}, "cuts must lie between 1 and 9"),
        (grey_steps(), {"marks": [0.5]}, "marks must be a sequence of whole numbers"),
        (grey_steps(), {"boxes": [[[0, 0, 1, 1]]]}, "each of the 10 frames. Received 1"),
        (grey_steps(1), {"boxes": [[[0, 0, 1, 1]]], "labels": ["a", "b"]}, "2 labels for the 1"),
        (grey_steps(1), {"boxes": [[[0, 0, np.inf, 5]]]}, "finite numbers.*infinity.*frame 0"),
        (grey_steps(1), {"boxes": [[[np.nan, 0, 5, 5]]]}, "finite numbers"),
        (grey_steps(), {"labels": ["a"]}, "labels name boxes"),
        (grey_steps(), {"max_width": 0}, "max_width must be at least 1"),
    ],
)
def test_player_rejects_what_it_cannot_show(frames, options, message):
    with pytest.raises(ValueError, match=message):
        ClipPlayer(frames, **{"fps": FPS, **options})


def test_player_rejects_more_than_a_notebook_should_hold(monkeypatch):
    monkeypatch.setattr(media, "MOST_BYTES", 20_000)
    noise = np.random.default_rng(0).integers(0, 256, (50, 60, 80, 3), np.uint8)

    def endless():
        while True:
            yield from noise

    with pytest.raises(ValueError, match=r"too much for a notebook.*frames\[::2\]"):
        ClipPlayer(endless(), FPS)


def number(page, name):
    return float(page.locator(f"[data-vl-{name}]").get_attribute("data-vl-value"))


def drawn(page, frame):
    """Wait until a frame is drawn, and return the grey value in the middle of the picture."""
    canvas = page.locator(f"canvas[data-vl-drawn='{frame}']")
    canvas.wait_for()
    return canvas.evaluate(
        "c => c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[1]"
    )


@pytest.mark.browser
def test_every_frame_is_drawn_with_its_number_and_its_time(opened):
    page = opened(ClipPlayer(grey_steps(), FPS))
    for frame in range(10):
        assert abs(drawn(page, frame) - 20 * frame) <= 2
        assert number(page, "frame") == frame
        assert number(page, "seconds") == pytest.approx(frame / FPS)
        page.get_by_role("button", name="Next frame").click()
    assert page.locator("[data-vl-seconds]").inner_text() == "0.720 s"


@pytest.mark.browser
def test_keys_and_slider_go_to_frames_and_say_the_shot_and_the_mark(opened):
    page = opened(ClipPlayer(grey_steps(), FPS, marks=[1, 6], cuts=[4, 7]))
    slider = page.get_by_role("slider", name="Frame")
    slider.focus()
    page.keyboard.press("End")
    assert number(page, "frame") == 9
    slider.fill("6")
    where = page.locator(".vl-where")
    assert where.inner_text() == "shot 2 of 3, frames 4 to 6 · sampled frame 2 of 2"
    assert slider.get_attribute("aria-valuetext") == "Frame 7 of 10"
    page.get_by_role("button", name="Previous frame").focus()
    page.keyboard.press("ArrowRight")
    assert where.inner_text() == "shot 3 of 3, frames 7 to 9"
    page.keyboard.press("Home")
    assert number(page, "frame") == 0


@pytest.mark.browser
def test_marks_stand_under_the_thumb_and_cuts_between_two_frames(opened):
    page = opened(ClipPlayer(grey_steps(), FPS, marks=[6], cuts=[4]))
    strip = page.locator(".vl-strip").bounding_box()

    def place(name):
        box = page.locator(f".vl-strip .vl-{name}").bounding_box()
        return (box["x"] + box["width"] / 2 - strip["x"]) / strip["width"] * 9

    assert place("mark") == pytest.approx(6, abs=0.05)
    assert place("cut") == pytest.approx(3.5, abs=0.05)


@pytest.mark.browser
def test_playing_goes_round_and_pauses(opened):
    page = opened(ClipPlayer(grey_steps(4), 50))
    assert number(page, "frame") == 0  # nothing plays unasked
    page.locator("select").select_option("2")
    page.get_by_role("button", name="Play").click()
    page.evaluate(
        """() => new Promise((done) => {
          let before = -1, rounds = 0;
          const node = document.querySelector("[data-vl-frame]");
          new MutationObserver(() => {
            const now = Number(node.dataset.vlValue);
            if (now < before && ++rounds === 2) done();
            before = now;
          }).observe(node, { attributes: true });
        })"""
    )
    page.get_by_role("button", name="Pause").click()
    paused = number(page, "frame")
    page.wait_for_timeout(100)
    assert number(page, "frame") == paused


@pytest.mark.browser
def test_reduced_motion_plays_once_when_asked(opened):
    page = opened(ClipPlayer(grey_steps(4), 50), reduced_motion="reduce")
    page.get_by_role("button", name="Play").click()
    drawn(page, 3)
    page.get_by_role("button", name="Play").wait_for()
    assert number(page, "frame") == 3


@pytest.mark.browser
def test_boxes_lie_where_their_pixels_are(opened):
    boxes = np.zeros((10, 2, 4))
    boxes[2] = [[10, 12, 30, 18], [0, 0, 0, 0]]
    page = opened(ClipPlayer(grey_steps(), FPS, boxes=boxes, labels=["cat", "car"], max_width=20))
    page.get_by_role("slider").fill("2")
    drawn(page, 2)
    screen, box = (page.locator(name).bounding_box() for name in (".vl-screen", ".vl-box"))
    scale = screen["width"] / 40
    found = [box["x"] - screen["x"], box["y"] - screen["y"], box["width"], box["height"]]
    np.testing.assert_allclose(found, np.array([10, 12, 20, 6]) * scale, atol=0.5)
    assert page.locator(".vl-box").inner_text() == "cat"
    page.get_by_role("slider").fill("3")
    drawn(page, 3)
    assert page.locator(".vl-box").count() == 0
