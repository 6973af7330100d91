from itertools import product

import numpy as np
import pytest

from tests.widgets.hosted import host
from tests.widgets.page import as_array, values
from vidlearn.datasets import clip_indices
from vidlearn.metrics import segments
from vidlearn.widgets import ClipSampling, clip_sampling

TOTAL = 47
FRAMES = np.random.default_rng(2).integers(0, 256, (TOTAL, 12, 17, 3), np.uint8)
NAMES = ["walk", "clap", "turn left"]
ACTIONS = [-1] * 5 + [0] * 13 + [2] * 2 + [1] * 9 + [-1] * 4 + [0] * 14


class Told(np.random.Generator):
    """A generator that draws what it was told."""

    def __init__(self, draws):
        super().__init__(np.random.PCG64(0))
        self.draws = list(draws)

    def integers(self, high, size=None):
        drawn = self.draws.pop(0)
        assert np.shape(drawn) == (size or ())
        assert (np.asarray(drawn) >= 0).all()
        assert (np.asarray(drawn) < high).all(), "beyond what may be drawn"
        return drawn


def make(**options):
    return ClipSampling(FRAMES, 10, **{"actions": ACTIONS, "names": NAMES} | options)


def fill(page, **dials):
    names = {"length": "Frames in a clip", "step": "Step", "views": "Views", "end": "Film ends at"}
    for name, value in dials.items():
        page.get_by_role("slider", name=names[name]).fill(str(value))


def shown_indices(page, views, length):
    return as_array(values(page, "data-vl-frame"), (views, length)).astype(int)


def number(page, name):
    return float(page.locator(f"[data-vl-{name}]").first.get_attribute("data-vl-value"))


def draws_of(shown, mode, length, end):
    """What chance must have given for these frames."""
    if mode == "random":
        return list(shown[:, 0])
    edges = np.arange(length + 1) * end // length
    return [shown - edges[:-1]]


def chances(mode, start, stop, *, length, step, views, end):
    """By counting every draw there is: how probable is a frame from start to stop - 1?"""
    if mode in ("uniform", "dense"):
        chosen = clip_indices(end, length, mode=mode, step=step, views=views)
        return float(((chosen >= start) & (chosen < stop)).any())
    if mode == "random":
        room = max(0, end - ((length - 1) * step + 1))
        draws = [[k] for k in range(room + 1)]
    else:
        edges = np.arange(length + 1) * end // length
        wide = np.maximum(np.diff(edges), 1)
        draws = [[np.array([one])] for one in product(*map(range, wide))]
    hits = [
        ((start <= chosen) & (chosen < stop)).any()
        for draw in draws
        for chosen in [clip_indices(end, length, mode=mode, step=step, rng=Told(draw))]
    ]
    return 1 - (1 - np.mean(hits)) ** views


def test_repr_tells_film_and_strategy():
    assert repr(make(mode="dense", views=3)) == (
        "ClipSampling(47 frames of 17×12, 10 per second, 3 actions; dense, 3 clips of 16 frames, "
        "step 2)"
    )
    plain = ClipSampling(FRAMES[:2], 12.5, mode="uniform")
    assert repr(plain) == (
        "ClipSampling(2 frames of 17×12, 12.5 per second; uniform, 1 clip of 16 frames)"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"frames": FRAMES[:1]}, "frames must be 2 to 600. Received: 1. Show a part"),
        ({"frames": FRAMES / 255}, r"frames\[0\] must be a uint8 picture"),
        ({"frames": [*FRAMES[:46], FRAMES[46, :9]]}, "frames must have one size"),
        ({"fps": 0}, "fps must be a number above 0"),
        ({"actions": ACTIONS[:46]}, r"actions must be a whole number.*47 frames.*\(46,\)"),
        ({"actions": np.array(ACTIONS, float)}, "Received dtype float64"),
        ({"actions": [-2] * 47}, "-1 for none.*from -2"),
        (
            {"names": NAMES[:2]},
            "names must hold one for each label, from 0 to 2.*Received: 2 names",
        ),
        ({"names": [str(k) for k in range(25)]}, "at most 24. Received: 25 names"),
        ({"mode": "views"}, 'mode must be one of "random", "segments", "uniform", "dense"'),
        ({"length": 33}, "length must be a whole number from 1 to 32"),
        ({"step": 0}, "step must be a whole number from 1 to 32"),
        ({"views": 11}, "views must be a whole number from 1 to 10"),
    ],
)
def test_sampling_rejects_what_it_cannot_show(options, message):
    given = {"frames": FRAMES, "fps": 10, "actions": ACTIONS, "names": NAMES} | options
    with pytest.raises(ValueError, match=message):
        ClipSampling(given.pop("frames"), given.pop("fps"), **given)


def test_a_film_cannot_end_after_its_end():
    with pytest.raises(ValueError, match=r"end must be from 1 to 47\. Received: 48"):
        make().end = 48


def test_state_of_a_lesson_stays_small_and_too_much_is_refused(monkeypatch):
    film = np.random.default_rng(0).integers(60, 200, (300, 8, 8, 3), np.uint8)
    film = film.repeat(6, 1).repeat(8, 2)
    assert sum(map(len, ClipSampling(film, 12)._frames)) <= 170_000
    monkeypatch.setattr(clip_sampling, "MOST_BYTES", 20_000)
    with pytest.raises(ValueError, match="frames are too much for a notebook: 300 of them"):
        ClipSampling(film, 12)


@pytest.mark.browser
@pytest.mark.parametrize("mode", ["random", "segments", "uniform", "dense"])
def test_frames_equal_the_library_at_every_setting(opened, mode):
    page = opened(make(mode=mode))
    for length, step, views, end in [
        (16, 2, 1, 47), (8, 3, 4, 47), (5, 9, 2, 47), (7, 1, 6, 30),
        (16, 2, 3, 20), (32, 4, 2, 9), (1, 5, 10, 47), (4, 1, 2, 1), (3, 32, 3, 44),
    ]:  # fmt: skip
        stepped = {"step": step} if mode in ("random", "dense") else {}
        fill(page, length=length, views=views, end=end, **stepped)
        shown = shown_indices(page, views, length)
        rng = Told(draws_of(shown, mode, length, end)) if mode in ("random", "segments") else None
        expected = clip_indices(end, length, mode=mode, step=step, views=views, rng=rng)
        assert shown.tolist() == expected.tolist(), (length, step, views, end)


@pytest.mark.browser
def test_views_are_laid_like_numpy_rounds(opened):
    # The middle one of three starts at 2.5, which is rounded to 2; then at 3.5, rounded to 4.
    page = opened(make(mode="dense", length=4, step=1, views=3))
    for end, start in [(9, 2), (11, 4)]:
        fill(page, end=end)
        assert shown_indices(page, 3, 4)[:, 0].tolist() == [0, start, end - 4]
        expected = clip_indices(end, 4, mode="dense", step=1, views=3)
        assert shown_indices(page, 3, 4).tolist() == expected.tolist()


@pytest.mark.browser
@pytest.mark.parametrize("mode", ["random", "segments", "uniform", "dense"])
def test_hits_and_chances_equal_a_count_of_all_draws(opened, mode):
    page = opened(make(mode=mode))
    spans = segments(ACTIONS)
    spans = spans[spans[:, 2] >= 0]
    for length, step, views, end in [(2, 8, 1, 47), (3, 9, 3, 30), (5, 4, 2, 12)]:
        stepped = {"step": step} if mode in ("random", "dense") else {}
        fill(page, length=length, views=views, end=end, **stepped)
        chosen = shown_indices(page, views, length)
        options = {"length": length, "step": step, "views": views, "end": end}
        for k, (start, stop, _) in enumerate(np.minimum(spans, [end, end, 99])):
            hits = ((chosen >= start) & (chosen < stop)).sum()
            assert values(page, "data-vl-hits")[(k,)] == hits
            expected = chances(mode, start, stop, **options)
            assert values(page, "data-vl-chance")[(k,)] == pytest.approx(expected, abs=1e-9)


@pytest.mark.browser
def test_what_the_clip_reaches_over_by_hand(opened):
    page = opened(make(mode="dense", length=5, step=4))
    assert [number(page, name) for name in ("first", "last")] == [15, 31]
    assert number(page, "seconds") == pytest.approx(1.7)
    assert number(page, "share") == pytest.approx(17 / 47)
    assert number(page, "repeats") == 0
    said = page.locator(".vl-line").inner_text()
    assert said == "Sees: walk, turn left, clap. Misses: nothing."


@pytest.mark.browser
def test_a_short_film_is_told_and_what_is_held_is_seen(opened):
    page = opened(make(mode="dense", length=5, step=4))
    fill(page, end=10)
    assert shown_indices(page, 1, 5).tolist() == [[0, 4, 8, 9, 9]]
    assert number(page, "repeats") == 1
    assert page.locator(".vl-thumb.vl-held").count() == 1
    assert page.locator(".vl-line").inner_text() == (
        "Sees: walk. Misses: turn left, clap. The clip would need 17 frames, the film has 10: it "
        "starts at frame 0 and holds the last frame."
    )
    page.get_by_role("button", name="Uniform").click()
    fill(page, end=3)
    assert shown_indices(page, 1, 5).tolist() == [[0, 0, 1, 2, 2]]
    assert "The clip has 5 frames, the film 3" in page.locator(".vl-line").inner_text()
    place = page.locator(".vl-beyond").bounding_box()
    line = page.locator(".vl-line-of-time").bounding_box()
    assert place["x"] - line["x"] == pytest.approx(3 / 47 * line["width"], abs=1)
    assert place["x"] + place["width"] == pytest.approx(line["x"] + line["width"], abs=1)


@pytest.mark.browser
def test_a_random_window_is_dragged_slid_and_drawn_again(opened):
    page = opened(make(length=5, step=3))
    line = page.locator(".vl-line-of-time").bounding_box()

    def press(share):
        page.mouse.move(line["x"] + share * line["width"], line["y"] + 20)

    press(0.2)
    page.mouse.down()
    press(0.5)
    page.mouse.up()
    assert shown_indices(page, 1, 5).tolist() == [[17, 20, 23, 26, 29]]
    start = page.get_by_role("slider", name="Start")
    assert start.input_value() == "17"
    start.focus()
    page.keyboard.press("ArrowRight")
    assert shown_indices(page, 1, 5)[0, 0] == 18
    start.fill("46")
    assert shown_indices(page, 1, 5)[0].tolist() == [34, 37, 40, 43, 46]
    assert start.input_value() == "34", "no clip reaches beyond the end"
    places = set()
    for _ in range(8):
        page.get_by_role("button", name="Draw again").click()
        places.add(int(shown_indices(page, 1, 5)[0, 0]))
    assert len(places) > 1
    assert places <= set(range(35))


@pytest.mark.browser
def test_what_chance_gave_stays_while_a_slider_moves(opened):
    page = opened(make(mode="segments", length=6))
    before = shown_indices(page, 1, 6)
    fill(page, views=3)
    assert shown_indices(page, 3, 6)[0].tolist() == before[0].tolist()
    assert len({tuple(row) for row in shown_indices(page, 3, 6).tolist()}) == 3
    fill(page, views=1)
    assert shown_indices(page, 1, 6).tolist() == before.tolist()


@pytest.mark.browser
def test_marks_and_names_stand_at_their_frames(opened):
    page = opened(make(mode="uniform", length=4))
    line = page.locator(".vl-line-of-time").bounding_box()
    for k, frame in enumerate(clip_indices(47, 4)[0]):
        mark = page.locator(f"[data-vl-frame='0,{k}']").bounding_box()
        assert mark["x"] - line["x"] == pytest.approx(frame / 47 * line["width"], abs=1)
    first = page.locator("[data-vl-span='5']").bounding_box()
    assert first["x"] - line["x"] == pytest.approx(5 / 47 * line["width"], abs=1)
    assert first["width"] == pytest.approx(13 / 47 * line["width"], abs=1)
    assert page.locator("[data-vl-span='5']").inner_text() == "walk"


@pytest.mark.browser
def test_the_clip_plays_view_after_view(opened):
    page = opened(make(mode="dense", length=3, step=5, views=2))
    shown = clip_indices(47, 3, mode="dense", step=5, views=2)
    big = page.locator(".vl-screen canvas")
    for chosen in shown.ravel():
        page.locator(f".vl-screen canvas[data-vl-drawn='{chosen}']").wait_for()
        assert big.get_attribute("aria-label").count(f"frame {chosen}, ") == 1
        page.keyboard.press("ArrowRight") if chosen != shown[0, 0] else page.locator(
            "[data-vl-transport]"
        ).press("ArrowRight")
    assert page.locator(".vl-where").inner_text() == "View 2 of 2, frame 46, 4.60 s: walk"
    page.get_by_role("button", name="Play").click()
    page.locator(f".vl-screen canvas[data-vl-drawn='{shown[0, 1]}']").wait_for()
    page.get_by_role("button", name="Pause").click()


@pytest.mark.browser
def test_python_learns_what_was_chosen(browser):
    page = browser.new_page()
    host(page, make(mode="uniform"))
    page.get_by_role("button", name="Dense window").click()
    fill(page, length=3, step=5, views=2)
    put = page.evaluate("put")
    assert put["indices"] == clip_indices(47, 3, mode="dense", step=5, views=2).tolist()
    assert {key: put[key] for key in ("mode", "length", "step", "views")} == {
        "mode": "dense", "length": 3, "step": 5, "views": 2,
    }  # fmt: skip
    page.close()


@pytest.mark.browser
def test_a_film_without_actions_has_no_table_of_them(opened):
    page = opened(ClipSampling(FRAMES, 10, mode="dense", length=4, step=2))
    assert page.locator(".vl-hits, .vl-runs").locator("visible=true").count() == 0
    assert page.locator(".vl-where").inner_text() == "Frame 20, 2.00 s: nothing"
    assert shown_indices(page, 1, 4).tolist() == clip_indices(47, 4, mode="dense", step=2).tolist()
