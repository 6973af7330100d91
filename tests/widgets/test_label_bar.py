from itertools import pairwise

import numpy as np
import pytest

from tests.widgets.hosted import host
from vidlearn.metrics import edit_score, frame_accuracy, segmental_f1, segments
from vidlearn.widgets import LabelBar, label_bar

TOTAL, NAMES = 83, ["walk", "clap", "turn left", "stand"]
FRAMES = np.random.default_rng(3).integers(0, 256, (TOTAL, 10, 14, 3), np.uint8)
TRUTH = [3] * 9 + [0] * 21 + [1] * 4 + [0] * 8 + [2] * 17 + [3] * 24


def probabilities(seed=0, noise=1.2, truth=TRUTH):
    logits = 2 * np.eye(4)[truth] + noise * np.random.default_rng(seed).normal(size=(len(truth), 4))
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True)


def make(**options):
    given = {"truth": TRUTH, "scores": probabilities(), "names": NAMES, "fps": 10} | options
    return LabelBar(FRAMES, given.pop("truth"), given.pop("scores"), **given)


def smoothed(scores, *, smoothing="average", window=1, least=1):
    """The labels after smoothing, by plain loops over labels."""
    scores, half = scores.astype(np.float32).astype(float), window // 2
    raw, found = scores.argmax(axis=1), []
    for t in range(len(scores)):
        near = slice(max(0, t - half), t + half + 1)
        votes = np.bincount(raw[near], minlength=scores.shape[1])
        vote = raw[t] if votes[raw[t]] == votes.max() else votes.argmax()
        found.append(scores[near].mean(axis=0).argmax() if smoothing == "average" else vote)
    found = np.array(found)
    while True:
        parts = segments(found)
        long = parts[:, 1] - parts[:, 0]
        at = int(long.argmin())
        if len(parts) == 1 or long[at] >= least:
            return found
        around = [-1 if k < 0 or k >= len(parts) else long[k] for k in (at - 1, at + 1)]
        other = at + 1 if around[1] > around[0] else at - 1
        found[parts[at, 0] : parts[at, 1]] = parts[other, 2]


def bar_of(page, name):
    """The labels that a bar shows, frame by frame."""
    nodes = page.locator(f"[data-vl-bar='{name}'] [data-vl-span]").evaluate_all(
        "nodes => nodes.map((n) => [Number(n.dataset.vlSpan), Number(n.dataset.vlValue)])"
    )
    starts = [start for start, _ in nodes] + [TOTAL]
    return [
        label
        for (a, b), (_, label) in zip(pairwise(starts), nodes, strict=True)
        for _ in range(a, b)
    ]


def numbers(page, which):
    """accuracy, edit, f10, f25, f50, segments of a column; NaN for a dash."""
    cells = page.locator(f"[data-vl-{which}]").all()
    return [float(cell.get_attribute("data-vl-value") or "nan") for cell in cells]


def expected(found, truth=TRUTH, ignore=()):
    return [
        frame_accuracy(found, truth, ignore=ignore),
        edit_score(found, truth, ignore=ignore),
        *(segmental_f1(found, truth, overlap=at, ignore=ignore) for at in (0.1, 0.25, 0.5)),
        int((~np.isin(segments(found)[:, 2], list(ignore))).sum()),
    ]


def slide(page, **values):
    names = {"window": "Over so many frames", "least": "Shortest segment"}
    for name, value in values.items():
        place = (value - 1) // 2 if name == "window" else value
        page.get_by_role("slider", name=names[name]).fill(str(place))


def test_repr_tells_film_and_networks():
    assert repr(make()) == "LabelBar(83 frames of 14×10, 6 segments, 4 classes)"
    two = make(scores={"one frame": probabilities(), "TCN": probabilities(1)})
    assert repr(two) == "LabelBar(83 frames of 14×10, 6 segments, 4 classes; one frame, TCN)"
    assert repr(make(truth=[0] * TOTAL)).endswith("1 segment, 4 classes)")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"truth": TRUTH[:82]}, r"truth must be a whole number for each of the 83 frames.*\(82,\)"),
        ({"truth": [-2] * TOTAL}, "-1 for none.*from -2"),
        ({"names": NAMES[:3]}, "names must hold one for each label, from 0 to 3"),
        ({"scores": probabilities()[:82]}, r"scores must hold finite numbers of shape \(83, 4\)"),
        ({"scores": {"TCN": probabilities()[:, :3]}}, r"scores of 'TCN' must hold.*\(83, 3\)"),
        ({"scores": np.full((TOTAL, 4), np.nan)}, "scores must hold finite numbers"),
        ({"scores": [4] * TOTAL}, "scores must be labels from 0 to 3. Received: 4 to 4"),
        ({"scores": {}}, "scores must be of 1 to 4 networks. Received: 0"),
        ({"scores": {str(k): probabilities() for k in range(5)}}, "1 to 4 networks. Received: 5"),
        ({"window": 4}, "window must be odd, .* Received: 4"),
        ({"window": 123}, "window must be a whole number from 1 to 121"),
        ({"least": 0}, "least must be a whole number from 1 to 200"),
        ({"smoothing": "median"}, 'smoothing must be "average" or "majority"'),
        ({"fps": 0}, "fps must be a number above 0"),
    ],
)
def test_bar_rejects_what_it_cannot_show(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)


def test_bar_rejects_films_that_do_not_fit(monkeypatch):
    with pytest.raises(ValueError, match=r"frames must be 2 to 2000\. Received: 1"):
        LabelBar(FRAMES[:1], [0], [0], names=["walk"])
    with pytest.raises(ValueError, match="frames must have one size"):
        LabelBar([FRAMES[0], FRAMES[1, :5]], [0, 0], [0, 0], names=["walk"])
    monkeypatch.setattr(label_bar, "MOST_NUMBERS", 2 * TOTAL * 4 - 1)
    two = {"one frame": probabilities(), "TCN": probabilities(1)}
    with pytest.raises(ValueError, match="2 × 83 × 4 numbers, where 663 are allowed"):
        make(scores=two)


def test_bar_rejects_a_frame_and_a_network_that_are_not_there():
    bar = make()
    with pytest.raises(ValueError, match=r"frame must be from 0 to 82\. Received: 83"):
        bar.frame = 83
    with pytest.raises(ValueError, match=r"predictor must be from 0 to 0\. Received: 1"):
        bar.predictor = 1


def test_state_of_a_lesson_stays_small():
    film = np.random.default_rng(0).integers(60, 200, (600, 8, 8, 3), np.uint8)
    film = film.repeat(12, 1).repeat(12, 2)
    truth = np.arange(600) // 50
    scores = {name: np.eye(13)[truth] for name in ("one frame", "TCN")}
    bar = LabelBar(film, truth, scores, names=[str(k) for k in range(13)])
    assert bar._every == 4
    assert len(bar._frames) == 150
    assert sum(map(len, bar._frames)) + len(bar._scores) < 200_000


@pytest.mark.browser
@pytest.mark.parametrize("smoothing", ["average", "majority"])
@pytest.mark.parametrize("ignore", [(), (3,)])
def test_numbers_equal_the_library_at_every_window_and_length(opened, smoothing, ignore):
    page = opened(make(smoothing=smoothing, ignore=ignore))
    raw = probabilities().argmax(axis=1)
    assert bar_of(page, "truth") == TRUTH
    assert bar_of(page, "raw") == raw.tolist()
    np.testing.assert_allclose(numbers(page, "raw"), expected(raw, ignore=ignore), rtol=1e-9)
    for window, least in [(1, 1), (3, 1), (9, 1), (1, 4), (5, 6), (61, 1), (1, 60), (15, 12)]:
        slide(page, window=window, least=least)
        found = smoothed(probabilities(), smoothing=smoothing, window=window, least=least)
        assert bar_of(page, "smoothed") == found.tolist(), (window, least)
        np.testing.assert_allclose(
            numbers(page, "smoothed"), expected(found, ignore=ignore), rtol=1e-9
        )
        np.testing.assert_allclose(numbers(page, "raw"), expected(raw, ignore=ignore), rtol=1e-9)


@pytest.mark.browser
def test_many_predictions_equal_the_library(opened):
    rng = np.random.default_rng(9)
    for _ in range(4):  # four networks a page
        truth = rng.integers(-1, 4, 12).repeat(rng.multinomial(TOTAL - 12, np.full(12, 1 / 12)) + 1)
        scores = {}
        for k in range(4):
            moved = np.roll(truth, rng.integers(-9, 9)) if k else truth
            scores[f"number {k}"] = np.where(rng.random(TOTAL) < 0.8 + k / 20, moved, 0).clip(0)
        page = opened(make(truth=truth, scores=scores, ignore=(-1,)))
        for name, found in scores.items():
            page.get_by_role("button", name=name).click()
            shown = numbers(page, "raw")
            np.testing.assert_allclose(shown, expected(found, truth, (-1,)), rtol=1e-9)
            found = smoothed(np.eye(4)[found], smoothing="majority", least=3)
            page.get_by_role("button", name="the label of most frames").click()
            slide(page, least=3)
            shown = numbers(page, "smoothed")
            np.testing.assert_allclose(shown, expected(found, truth, (-1,)), rtol=1e-9)


@pytest.mark.browser
def test_an_overlap_of_exactly_a_half_counts_and_a_truth_is_taken_once(opened):
    # 8 of 16 frames: IoU 0.5 exactly. The second found segment of the same truth is wrong.
    truth = [0] * 16 + [1] * (TOTAL - 16)
    found = [0] * 8 + [2] * 4 + [0] * 4 + [1] * (TOTAL - 16)
    page = opened(make(truth=truth, scores=found))
    shown = dict(
        zip(["accuracy", "edit", "f10", "f25", "f50"], numbers(page, "raw")[:5], strict=True)
    )
    assert shown["f50"] == pytest.approx(2 * 2 / (4 + 2))  # right 2, found 4, truth 2
    assert shown["f10"] == shown["f50"]
    assert shown["edit"] == pytest.approx(50)
    assert shown["accuracy"] == pytest.approx((TOTAL - 4) / TOTAL)


@pytest.mark.browser
def test_where_nothing_counts_there_is_a_dash(opened):
    page = opened(make(truth=[3] * TOTAL, scores=[3] * TOTAL, ignore=(3,)))
    assert np.isnan(numbers(page, "raw")[:5]).all()
    assert page.locator("[data-vl-raw='f50']").inner_text() == "–"
    assert numbers(page, "raw")[5] == 0


@pytest.mark.browser
def test_of_equals_the_frame_s_own_label_and_the_neighbour_before_win(opened):
    found = [0] * 10 + [1] * 2 + [0] * 10 + [2, 1, 3] + [2] * (TOTAL - 25)
    page = opened(make(scores=found, smoothing="majority"))
    slide(page, window=3)
    shown = bar_of(page, "smoothed")
    assert shown[9:13] == [0, 1, 1, 0]
    assert shown[22:25] == [2, 1, 3], "each label once: the frame keeps its own"
    page = opened(make(scores=[0] * 6 + [3] * 2 + [1] * 6 + [2] * (TOTAL - 14), least=3))
    shown = bar_of(page, "smoothed")
    assert shown == [0] * 8 + [1] * 6 + [2] * (TOTAL - 14), "of equal neighbours the one before"


@pytest.mark.browser
def test_jitter_is_told(opened):
    flat = np.array(TRUTH)
    jitter = np.where(np.arange(TOTAL) % 8 == 3, (flat + 1) % 4, flat)
    page = opened(make(scores={"steady": flat, "jitters": jitter}, least=2))
    line = page.locator(".vl-line")
    assert line.inner_text() == (
        "100 % of the frames are right; 6 segments, 6 in truth, edit score 100. Smoothed: 100 % of "
        "the frames, 6 segments, edit score 100."
    )
    page.get_by_role("button", name="jitters").click()
    accuracy, edit, *_, count = expected(jitter)
    assert line.inner_text().startswith(
        f"{100 * accuracy:.0f} % of the frames are right, and there are {count} segments where "
        f"the truth has 6: edit score {edit:.0f}. Smoothed: "
    )
    assert accuracy > 0.85
    assert edit < 30


@pytest.mark.browser
def test_wrong_frames_are_marked_where_they_are(opened):
    found = np.array(TRUTH)
    found[[4, 5, 6, 40]] = 1
    page = opened(make(scores=found, ignore=(0,)))  # frame 40 is of a label that does not count
    marks = page.locator("[data-vl-errors='raw'] [data-vl-wrong]")
    assert [mark.get_attribute("data-vl-wrong") for mark in marks.all()] == ["3"]
    bar, mark = page.locator("[data-vl-bar='raw']").bounding_box(), marks.first.bounding_box()
    assert mark["x"] - bar["x"] == pytest.approx(4 / TOTAL * bar["width"], abs=1)
    assert mark["width"] == pytest.approx(3 / TOTAL * bar["width"], abs=1)


@pytest.mark.browser
@pytest.mark.parametrize("width", [1000, 400])
def test_a_click_on_a_segment_goes_there(opened, width):
    page = opened(make(), width=width)
    page.locator(".vl-ground").scroll_into_view_if_needed()
    bar = page.locator("[data-vl-bar='truth']").bounding_box()
    page.mouse.click(bar["x"] + 36.5 / TOTAL * bar["width"], bar["y"] + 9)
    assert page.locator("[data-vl-transport]").input_value() == "36"
    shown = page.locator("[data-vl-now]").evaluate_all(
        "nodes => nodes.map((node) => [node.dataset.vlNow, Number(node.dataset.vlValue)])"
    )
    raw = int(probabilities()[36].argmax())
    assert shown == [["truth", TRUTH[36]], ["raw", raw], ["smoothed", raw]]
    cursor = page.locator(".vl-cursor").bounding_box()
    middle = cursor["x"] + cursor["width"] / 2 - bar["x"]
    assert middle == pytest.approx(36.5 / TOTAL * bar["width"], abs=1)


@pytest.mark.browser
def test_page_keys_go_from_segment_to_segment(opened):
    page = opened(make(scores=TRUTH))
    bar = page.locator("[data-vl-transport]")
    bar.focus()
    walk = {"PageDown": [9, 30, 34, 42, 59], "ArrowRight": [60], "PageUp": [59, 42], "End": [82]}
    for key, at in [(key, at) for key, places in walk.items() for at in places]:
        page.keyboard.press(key)
        assert bar.input_value() == str(at)
    page.keyboard.press("PageDown")
    assert bar.input_value() == "82", "no segment starts behind it"


@pytest.mark.browser
def test_long_films_keep_time_with_fewer_pictures(opened, monkeypatch):
    monkeypatch.setattr(label_bar, "MOST_PICTURES", 30)
    page = opened(make())
    page.locator("[data-vl-transport]").fill("47")
    page.locator("canvas[data-vl-drawn='15']").wait_for()  # every third is stored: 45
    assert "Frame 47, 4.70 s." in page.locator(".vl-where").inner_text()


@pytest.mark.browser
def test_thirteen_labels_have_thirteen_looks(opened):
    truth = np.arange(TOTAL) * 13 // TOTAL
    page = opened(make(truth=truth, scores=truth, names=[f"action {k}" for k in range(13)]))
    looks = page.locator("[data-vl-bar='truth'] [data-vl-span]").evaluate_all(
        """nodes => nodes.map((node) => {
          const style = getComputedStyle(node);
          return `${style.backgroundColor} ${style.backgroundImage}`;
        })"""
    )
    assert len(set(looks)) == len(looks) == 13


@pytest.mark.browser
def test_python_learns_what_was_chosen(browser):
    page = browser.new_page()
    host(page, make(scores={"one frame": probabilities(), "TCN": probabilities(1)}))
    page.get_by_role("button", name="TCN").click()
    slide(page, window=9, least=5)
    page.locator("[data-vl-transport]").fill("12")
    assert page.evaluate("put") == {"predictor": 1, "window": 9, "least": 5, "frame": 12}
    page.close()
