import numpy as np
import pytest

from tests.widgets.hosted import host
from vidlearn.metrics import evaluate_shots, shot_curve
from vidlearn.metrics.shots.curve import peaks
from vidlearn.shots import adaptive_threshold, thresholds
from vidlearn.widgets import ShotCurve
from vidlearn.widgets import shot_curve as module

TOTAL = 90
FRAMES = np.random.default_rng(3).integers(0, 256, (TOTAL, 10, 14, 3), np.uint8)
TRUTH = [[8, 8], [12, 12], [20, 27], [28, 28], [40, 40], [55, 70], [71, 75], [88, 88]]
TRAPS = [("flash", 33, 34), ("fast pan", 44, 52)]


def curves():
    rng = np.random.default_rng(5)
    spikes = rng.exponential(4, TOTAL)
    spikes[[8, 12, 29, 33, 40, 56, 89]] += 60
    share = np.clip(rng.normal(0.1, 0.1, TOTAL), 0, 1)
    share[[7, 13, 20, 21, 22, 23, 24, 41, 60, 61, 62, 72]] = 0.9
    return {
        "spikes": spikes,
        "whole numbers": rng.integers(0, 30, TOTAL),  # with many equals
        "a score": share,
        "nothing": np.zeros(TOTAL),
    }


def make(**options):
    given = {"curves": curves(), "truth": TRUTH, "traps": TRAPS} | options
    return ShotCurve(FRAMES, given.pop("curves"), given.pop("truth"), **given)


# Move sliders; then counts and rates, the frames on the line, what was found and whom it matched.
MOVE = """(values) => {
  for (const [name, value] of Object.entries(values)) {
    const input = document.querySelector(`input[aria-label="${name}"]`);
    input.value = value;
    input.dispatchEvent(new Event("input"));
  }
  const all = (name) => [...document.querySelectorAll(name)].map((node) => node.dataset);
  return [
    Object.fromEntries(all("[data-vl-count]").map((one) => [one.vlCount, one.vlValue])),
    document.querySelector(".vl-plot").dataset.vlOver,
    all("[data-vl-found]").map((one) => [Number(one.vlFound), Number(one.vlValue)]),
  ];
}"""


def compare(page, scores, over, tolerance, **sliders):
    """Move sliders and hold what a page shows against the metrics; returns how many were hit."""
    counts, frames, found = page.evaluate(
        MOVE, {name.replace("_", " "): value for name, value in sliders.items()}
    )
    assert [*map(int, frames.split())] == np.flatnonzero(over).tolist()
    at = peaks(np.where(over, scores, -1.0), -0.5)
    assert [t for t, _ in found] == at.tolist()
    real = evaluate_shots(np.stack([at, at], 1), TRUTH, tolerance=tolerance)
    for name in ("hits", "false_alarms", "misses"):
        assert int(counts[name]) == getattr(real.all, name)
    rates = [float(counts[name] or "nan") for name in ("precision", "recall", "f1")]
    np.testing.assert_allclose(rates, [real.precision, real.recall, real.f1], rtol=1e-12)
    matched = [(k, truth) for k, (_, truth) in enumerate(found) if truth >= 0]
    assert matched == [(i, j) for _, i, j in real.hits.tolist()]
    return len(matched)


def test_repr_tells_film_and_curves():
    assert repr(make()) == (
        "ShotCurve(90 frames of 14×10, 8 transitions, 2 traps; spikes, whole numbers, a score, "
        "nothing)"
    )
    plain = make(curves=np.arange(TOTAL), truth=[[3, 3]], traps=())
    assert repr(plain) == "ShotCurve(90 frames of 14×10, 1 transition)"
    assert plain.thresholds == [44.5]
    assert plain.kinds == ["cut"]
    ours = (thresholds.RATIO, thresholds.LEAST, thresholds.WINDOW)
    assert (plain.ratio, plain.least, plain.window) == ours


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"curves": np.zeros(89)}, r"curves must hold a finite number.*\(89,\)"),
        ({"curves": {"a": np.full(TOTAL, np.nan)}}, "curve 'a' must hold a finite number"),
        ({"curves": {str(k): np.zeros(TOTAL) for k in range(7)}}, "curves must be 1 to 6. .* 7"),
        ({"truth": [[5, 4]]}, "truth must have 0 <= start <= end <= 90"),
        ({"truth": [[5, 91]]}, "truth must have 0 <= start <= end <= 90"),
        ({"kinds": ["cut"]}, "kinds must be one for each of the 8 transitions"),
        ({"traps": [("flash", 9, 9)]}, "traps must be .* 0 <= start < end <= 90.*'flash', 9, 9"),
        ({"traps": [("flash", 9.5, 11)]}, "traps must be .*whole numbers.*'flash', 9.5, 11"),
        ({"traps": ("flash", 9, 11)}, "traps must be .*Received: 'flash'"),
        ({"tolerance": -1}, "tolerance must be a whole number from 0 to 30"),
        ({"fps": 0}, "fps must be a number above 0"),
    ],
)
def test_what_cannot_be_shown_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)


def test_traits_are_refused_and_long_films_keep_the_frames_that_matter(monkeypatch):
    widget = make()
    assert widget.thresholds == [one.max() / 2 for one in curves().values()]
    wrong = [("frame", 90), ("frame", -1), ("curve", 4), ("curve", -1), ("thresholds", [1.0])]
    for name, value in wrong:
        with pytest.raises(ValueError, match=f"{name} must be .*Received"):
            setattr(widget, name, value)
    monkeypatch.setattr(module, "MOST_PICTURES", 60)
    stored = make()._stored
    edges = {t for pair in TRUTH for t in pair}
    assert {0, TOTAL - 1, 33, *edges} <= {*stored}
    assert {t - 1 for t in edges} <= {*stored}
    assert len(stored) <= 60


def test_the_poster_tells_what_lies_within_the_tolerance():
    curve, all_of_it = np.eye(TOTAL)[50] * 9, [("codec", 0, TOTAL)]
    early, late = (
        make(curves=curve, truth=[[48, 48]], traps=all_of_it, tolerance=tolerance).poster()[1]
        for tolerance in (1, 2)
    )
    assert early != late


@pytest.mark.browser
@pytest.mark.parametrize("tolerance", [0, 3])
def test_browser_counts_as_the_metrics_do(opened, tolerance):
    page = opened(make(tolerance=tolerance))
    for name, scores in curves().items():
        page.get_by_role("button", name=name, exact=True).click()
        page.get_by_role("button", name="straight line").click()
        high, given = max(float(scores.max()), 1e-9), scores.astype(float)
        for share in (0.0, 0.1, 0.35, 0.6, 1.0):
            threshold = float(f"{share * high:.4g}")
            hits = compare(page, given, scores > threshold, tolerance, Threshold=share * high)
            curve = shot_curve(scores, TRUTH, thresholds=[threshold], tolerance=tolerance)
            assert hits == curve.hits[0]
        page.get_by_role("button", name="adaptive line").click()
        times = 100 if scores.max() <= 1 else 1
        for ratio, window, least in ((2.5, 2, 10), (1.2, 1, 0), (3, 5, 20), (1, 12, 4.5)):
            frames = adaptive_threshold(times * scores, ratio, least=least, window=window)
            sliders = {"Ratio_to_the_frames_around": ratio, "Frames_around": window}
            over = np.isin(np.arange(TOTAL), frames)
            compare(page, given, over, tolerance, **sliders, Least_value=least)


@pytest.mark.browser
@pytest.mark.parametrize("width", [1000, 400])
def test_the_line_is_dragged_and_a_click_shows_both_frames(opened, width):
    page = opened(make(), width=width, has_touch=width == 400)
    plot, grip = page.locator(".vl-plot"), page.locator(".vl-grip")
    plot.scroll_into_view_if_needed()
    before = page.get_by_role("slider", name="Threshold").input_value()
    box, handle = plot.bounding_box(), grip.bounding_box()
    x, y = box["x"] + box["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 30, steps=3)
    page.mouse.up()
    now = float(page.get_by_role("slider", name="Threshold").input_value())
    assert now < float(before)
    middle = grip.bounding_box()
    assert middle["y"] + middle["height"] / 2 == pytest.approx(y + 30, abs=1)
    assert page.locator("[data-vl-transport]").input_value() == "0", "a drag goes nowhere"

    mark = page.locator("[data-vl-found='40']").bounding_box()
    at = mark["x"] + mark["width"] / 2
    (page.touchscreen.tap if width == 400 else page.mouse.click)(at, mark["y"] + 20)
    assert page.locator("[data-vl-transport]").input_value() == "40"
    for side, frame in enumerate((39, 40)):
        assert page.locator(f"[data-vl-side='{side}'] canvas[data-vl-drawn]").get_attribute(
            "aria-label"
        ) == (f"Frame {frame}")
    where = page.locator(".vl-where")
    assert where.inner_text().startswith("Frame 40, 1.60 s: 6")
    assert where.inner_text().endswith("A hit: cut at frame 40.")
    page.locator("[data-vl-trap='1']").focus()
    assert where.inner_text() == "fast pan, frames 44 to 51."
    assert page.locator("[data-vl-lit='1']").count() == 1
    page.mouse.move(box["x"] + 5, box["y"])


@pytest.mark.browser
def test_keys_walk_and_python_learns(browser):
    page = browser.new_page()
    widget = make(curves={"spikes": curves()["spikes"]}, traps=[("flash", 33, 34)])
    widget.thresholds = [45.0]
    host(page, widget)
    bar = page.locator("[data-vl-transport]")
    bar.focus()
    walk = {"PageDown": [8, 12, 20, 29], "PageUp": [20], "ArrowRight": [21]}  # 20 is missed
    for key, at in [(key, at) for key, places in walk.items() for at in places]:
        page.keyboard.press(key)
        assert bar.input_value() == str(at)
    assert "Missed: dissolve, frames 20 to 26." in page.locator(".vl-where").inner_text()
    high = float(curves()["spikes"].max())
    page.keyboard.press("ArrowUp")
    page.get_by_role("slider", name="Threshold").focus()
    page.keyboard.press("ArrowUp")
    (put,) = page.evaluate("put.thresholds")
    assert put == pytest.approx(45 + 2 * high / 100, rel=1e-3)
    page.get_by_role("button", name="adaptive line").click()
    page.get_by_role("slider", name="Frames around", exact=True).fill("3")
    put = page.evaluate("put")
    assert {name: put[name] for name in ("adaptive", "window", "frame")} == {
        "adaptive": True,
        "window": 3,
        "frame": 21,
    }
    page.evaluate("change({ thresholds: [30], adaptive: false, frame: 33 })")
    page.locator("[data-vl-side='1'] canvas[aria-label='Frame 33']").wait_for()
    assert page.get_by_role("slider", name="Threshold").input_value() == "30"
    page.close()
