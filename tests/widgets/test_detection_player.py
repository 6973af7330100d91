import numpy as np
import pytest

from tests.widgets.hosted import host
from vidlearn import metrics
from vidlearn.boxes import Detections, Truth
from vidlearn.widgets import DetectionPlayer, detection_player

NAMES = ["coin", "cup", "digit"]
FRAMES = np.random.default_rng(1).integers(0, 256, (7, 60, 90, 3), np.uint8)


def world(seed=0, count=7):
    """Truths, some difficult or crowds; detections near them, twice, elsewhere; scores tie."""
    rng = np.random.default_rng(seed)
    found, truths = [], []
    for _ in range(count):
        start = rng.uniform((0, 0), (60, 35), (4, 2))
        real = np.hstack([start, start + rng.uniform(10, 25, (4, 2))])
        labels = rng.integers(0, 3, 4)
        truths.append(Truth(real, labels, rng.random(4) < 0.2, rng.random(4) < 0.15))
        near = np.repeat(real, 3, axis=0) + rng.normal(0, 2.5, (12, 4))
        guessed = np.where(rng.random(12) < 0.8, np.repeat(labels, 3), rng.integers(0, 3, 12))
        found.append(Detections(near, rng.integers(0, 21, 12) / 20, guessed))
    return found, truths


def make(seed=0, **options):
    found, truths = world(seed)
    return DetectionPlayer(FRAMES, found, **{"truths": truths, "names": NAMES} | options)


def expected(found, truths, threshold):
    """found, missed and false of each frame, by the library."""
    shown = [one[one.scores >= threshold] for one in found]
    counts = np.zeros((len(found), 3), int)
    for label in range(3):
        curve = metrics.precision_recall(shown, truths, label=label, iou=0.5)
        np.add.at(counts[:, 0], curve.picture[curve.correct], 1)
        np.add.at(counts[:, 2], curve.picture[~curve.correct & ~curve.ignored], 1)
    real = [int((~one.difficult & ~one.crowd).sum()) for one in truths]
    counts[:, 1] = real - counts[:, 0]
    return counts


def number(page, name):
    return float(page.locator(f"[data-vl-{name}]").get_attribute("data-vl-value"))


def numbers(page, where):
    return [number(page, f"{where}-{kind}") for kind in ("found", "missed", "false")]


def test_repr_tells_the_rates_by_the_library():
    found, truths = world()
    right, missed, wrong = expected(found, truths, 0.5).sum(axis=0)
    above = sum(int((one.scores >= 0.5).sum()) for one in found)
    assert repr(make()) == (
        f"DetectionPlayer(7 frames of 90×60; from score 0.5 on {above} detections, "
        f"precision {right / (right + wrong):.2f}, recall {right / (right + missed):.2f})"
    )
    nothing = DetectionPlayer(FRAMES, [Detections([], [])] * 7, truths=truths, names=NAMES)
    assert repr(nothing).endswith("on 0 detections, precision –, recall 0.00)")
    assert repr(make(truths=None)).endswith(f"from score 0.5 on {above} detections)")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"frames": []}, ValueError, "frames must be 1 to 300. Received: 0"),
        ({"found": np.zeros(7)}, TypeError, "detections must be a list of .*Detections"),
        ({"truths": [None] * 7}, TypeError, "truths must be a list of .*Truth, one for each frame"),
        ({"truths": world()[1][:6]}, ValueError, "truths must be one for each frame, 7.*: 6"),
        ({"names": NAMES[:2]}, ValueError, "names must hold one for each label, from 0 to 2.*2 n"),
        ({"threshold": 1.1}, ValueError, "threshold must be a number from 0 to 1"),
        ({"fps": 0}, ValueError, "fps must be a number above 0"),
        ({"frames": FRAMES / 255}, ValueError, r"frames\[0\] must be a uint8 picture"),
        ({"frames": [*FRAMES[:6], FRAMES[6, :50]]}, ValueError, "frames must have one size"),
    ],
)
def test_player_rejects_what_it_cannot_show(options, error, message):
    found, truths = world()
    given = {"frames": FRAMES, "found": found, "truths": truths, "names": NAMES} | options
    with pytest.raises(error, match=message):
        DetectionPlayer(given.pop("frames"), given.pop("found"), **given)


def test_player_rejects_a_frame_that_is_not_there():
    player = make()
    with pytest.raises(ValueError, match=r"frame must be from 0 to 6\. Received: 7"):
        player.frame = 7


def test_too_many_detections_are_told_to_leave_the_doubtful_out():
    many = [Detections(np.tile([1.0, 2, 8, 9], (900, 1)), np.full(900, 0.1))] * 7
    with pytest.raises(ValueError, match=r"detections must be at most 6000.*Received: 6300"):
        DetectionPlayer(FRAMES, many)


def test_a_noisy_clip_is_pressed_until_it_fits_and_refused_where_it_cannot(monkeypatch):
    plain = sum(map(len, make()._frames))
    monkeypatch.setattr(detection_player, "MOST_BYTES", 3 * plain // 4)
    assert 0 < sum(map(len, make()._frames)) <= 3 * plain // 4
    monkeypatch.setattr(detection_player, "MOST_BYTES", plain // 10)
    with pytest.raises(ValueError, match="frames are too much for a notebook: 7 of them"):
        make()


def test_state_stays_small():
    frames = np.repeat(np.repeat(FRAMES[:, ::3, ::3], 12, axis=1), 12, axis=2)
    found, truths = world()
    player = DetectionPlayer(frames, found, truths=truths)
    assert player._sizes[0] == (320, 213)
    assert sum(map(len, player._frames)) < 100_000


@pytest.mark.browser
@pytest.mark.parametrize("seed", [0, 5])
def test_counts_equal_the_library_in_every_frame_at_every_threshold(opened, seed):
    page = opened(make(seed))
    found, truths = world(seed)
    for threshold in (0.5, 0.05, 0.85):
        page.get_by_role("slider", name="Score threshold").fill(str(threshold))
        counts = expected(found, truths, threshold)
        for frame in range(7):
            page.locator("[data-vl-transport]").fill(str(frame))
            assert numbers(page, "here") == counts[frame].tolist()
        right, missed, wrong = counts.sum(axis=0)
        assert numbers(page, "clip") == [right, missed, wrong]
        assert number(page, "precision") == pytest.approx(right / (right + wrong))
        assert number(page, "recall") == pytest.approx(right / (right + missed))
    assert counts.sum(axis=0).min() > 0


@pytest.mark.browser
def test_exactly_the_threshold_and_exactly_half_count(opened):
    # 10 x 10 against 10 x 5: IoU 0.5. The second of the same class is a false alarm.
    truth = Truth([[10, 10, 20, 20], [40, 10, 60, 40]], [1, 0])
    found = Detections([[10, 10, 20, 15], [10, 10, 20, 20], [40, 10, 60, 40]], [0.9, 0.8, 0.7])
    found = Detections(found.boxes, found.scores, [1, 1, 0])
    page = opened(DetectionPlayer(FRAMES[:1], [found], truths=[truth], names=NAMES, threshold=0.7))
    assert numbers(page, "here") == [2, 0, 1]
    page.get_by_role("slider", name="Score threshold").fill("0.71")
    assert numbers(page, "here") == [1, 1, 1]
    page.get_by_role("slider", name="Score threshold").fill("0.9")
    assert numbers(page, "here") == [1, 1, 0], "the one with an IoU of exactly 0.5"
    page.get_by_role("slider", name="Score threshold").fill("0.91")
    assert numbers(page, "here") == [0, 2, 0]
    rate = page.locator("[data-vl-precision]")
    assert rate.inner_text() == "–", "no box, no precision"
    assert page.locator(".vl-line").inner_text() == (
        "Frame 0, 0.00 s: 0 of 2 found, false alarms: 0."
    )


@pytest.mark.browser
def test_found_missed_and_false_look_apart_and_say_what_they_are(opened):
    truth = Truth([[10, 10, 30, 30], [40, 10, 60, 40], [70, 40, 80, 50]], [1, 0, 2])
    truth = Truth(truth.boxes, truth.labels, [False, False, True])
    found = Detections([[10, 10, 30, 31], [60, 5, 85, 25], [70, 40, 80, 50]], [0.9, 0.6, 0.8])
    found = Detections(found.boxes, found.scores, [1, 0, 2])
    page = opened(DetectionPlayer(FRAMES[:2], [found] * 2, truths=[truth] * 2, names=NAMES))
    page.locator("canvas[data-vl-drawn='0']").wait_for()
    drawn = page.locator("[data-vl-one]").evaluate_all(
        "nodes => nodes.map((n) => [n.dataset.vlOne, n.textContent,"
        " getComputedStyle(n).borderTopStyle])"
    )
    assert drawn == [
        ["truth", "", "solid"],
        ["missed", "missed coin", "dotted"],
        ["uncounted", "", "dashed"],
        ["false", "✗ coin 0.60", "dashed"],
        ["passed", "digit 0.80", "solid"],
        ["found", "cup 0.90", "solid"],
    ]
    assert numbers(page, "here") == [1, 1, 1]
    page.get_by_label("Outline what is there").uncheck()
    assert page.locator("[data-vl-one='truth']:visible").count() == 0
    assert page.locator("[data-vl-one='missed']:visible").count() == 1


@pytest.mark.browser
def test_a_box_lies_where_it_was_found(opened):
    found = [Detections([[9, 30, 45, 54]], [0.9])]
    page = opened(DetectionPlayer(FRAMES[:1], found, max_width=45))
    page.locator("canvas[data-vl-drawn='0']").wait_for()
    screen = page.locator(".vl-screen").bounding_box()
    box = page.locator("[data-vl-one='shown']").bounding_box()
    assert screen["width"] >= 384
    assert box["x"] - screen["x"] == pytest.approx(0.1 * screen["width"], abs=0.5)
    assert box["y"] - screen["y"] == pytest.approx(0.5 * screen["height"], abs=0.5)
    assert box["width"] == pytest.approx(0.4 * screen["width"], abs=0.5)
    assert box["height"] == pytest.approx(0.4 * screen["height"], abs=0.5)


@pytest.mark.browser
def test_without_truths_detections_are_counted_and_not_judged(opened):
    found, _ = world()
    page = opened(make(truths=None))
    page.get_by_role("slider", name="Score threshold").fill("0.3")
    page.locator("[data-vl-transport]").fill("4")
    shown = [int((one.scores >= 0.3).sum()) for one in found]
    assert number(page, "here-shown") == shown[4]
    assert number(page, "clip-shown") == sum(shown)
    assert page.locator("[data-vl-recall]").count() == 0
    page.locator("canvas[data-vl-drawn='4']").wait_for()
    assert page.locator("[data-vl-one='shown']").count() == shown[4]


@pytest.mark.browser
def test_the_clip_plays_and_boxes_go_with_its_frames(opened):
    page = opened(make(fps=20))
    page.get_by_role("button", name="Play").click()
    page.locator("canvas[data-vl-drawn='3']").wait_for()
    page.get_by_role("button", name="Pause").click()
    step = page.locator("[data-vl-transport]").input_value()
    page.locator(f"canvas[data-vl-drawn='{step}']").wait_for()
    found, truths = world()
    above = int((found[int(step)].scores >= 0.5).sum())
    assert page.locator("[data-vl-one]").count() == above + len(truths[int(step)])


@pytest.mark.browser
def test_python_learns_what_was_chosen(browser):
    page = browser.new_page()
    host(page, make())
    page.get_by_role("slider", name="Score threshold").fill("0.62")
    page.get_by_role("button", name="Next frame").click()
    assert page.evaluate("put") == {"threshold": 0.62, "frame": 1}
    page.close()
