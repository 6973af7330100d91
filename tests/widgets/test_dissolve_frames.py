import cv2
import numpy as np
import pytest

from tests.widgets.hosted import host
from vidlearn.shots import (
    gradual,
    histogram,
    histogram_distance,
    pixel_difference,
    spread_parabola,
    twin_comparison,
)
from vidlearn.widgets import DissolveFrames, dissolve_frames

rng = np.random.default_rng(2)
FIRST = rng.normal(70, 30, (18, 24, 3)).clip(0, 255).astype(np.uint8)
LAST = rng.normal(170, 45, (18, 24, 3)).clip(0, 255).astype(np.uint8)
AROUND = 5


def film(length, way):
    """The frames, and the first mixed one and the first behind, by plain NumPy."""
    w = np.clip((np.arange(length + 2 * AROUND) - AROUND + 1) / (length + 1), 0, 1)
    if way == "eased":
        w = w * w * (3 - 2 * w)
    if way == "cut":
        w = np.arange(len(w)) >= AROUND + length // 2
    frames = [np.rint((1 - v) * FIRST.astype(float) + v * LAST).astype(np.uint8) for v in w]
    middle = AROUND + length // 2
    return w, frames, (middle, middle) if way == "cut" else (AROUND, AROUND + length)


# The numbers of every frame, by moving the slider.
WALK = """() => {
  const bar = document.querySelector("[data-vl-transport]");
  const number = (chart) => Number(document.querySelector(chart).dataset.vlValue);
  return Array.from({ length: Number(bar.max) + 1 }, (_, t) => {
    bar.value = t;
    bar.dispatchEvent(new Event("input"));
    return [
      number("[data-vl-last]"), number("[data-vl-dot=difference]"), number("[data-vl-dot=spread]"),
      number("[data-vl-dot=twin]:not(.vl-grown)"),
    ];
  });
}"""


def test_repr_and_faults(monkeypatch):
    assert repr(DissolveFrames(FIRST, LAST)) == (
        "DissolveFrames(2 pictures of 24×18, 12 mixed frames, linear)"
    )
    assert repr(DissolveFrames(FIRST, LAST, way="cut")).endswith("24×18, a cut)")
    assert (dissolve_frames.LOW, dissolve_frames.HIGH) == (gradual.LOW, gradual.HIGH)
    for options, message in [
        ({"last": LAST[:9]}, r"one size. Received: \(24, 18\) and \(24, 9\)"),
        ({"last": LAST / 255}, "last must be a uint8 picture"),
        ({"length": 1}, "length must be a whole number from 2 to 60"),
        ({"way": "wipe"}, 'way must be one of "linear", "eased", "cut"'),
        ({"high": 1.5}, "high must be a number from 0 to 1"),
    ]:
        with pytest.raises(ValueError, match=message):
            DissolveFrames(**{"first": FIRST, "last": LAST} | options)
    with pytest.raises(ValueError, match=r"frame must be from 0 to 21\. Received: 22"):
        DissolveFrames(FIRST, LAST).frame = 22
    monkeypatch.setattr(dissolve_frames, "MOST_BYTES", 2000)
    with pytest.raises(ValueError, match="3 kB at a width of 24, where 2 are allowed"):
        DissolveFrames(FIRST, LAST)


@pytest.mark.browser
def test_browser_measures_as_the_library_does(opened):
    page = opened(DissolveFrames(FIRST, LAST))
    for way, length, low, high in [
        ("linear", 12, 0.04, 0.4),
        ("eased", 20, 0.12, 0.3),
        ("linear", 3, 0.2, 0.9),
        ("linear", 25, 0.155, 0.5),
        ("cut", 12, 0.04, 0.4),
        ("cut", 5, 0.04, 1),
    ]:
        page.locator(f"[data-vl-choice='{way}']").click()
        page.get_by_role("slider", name="Mixed frames").fill(str(length))
        page.get_by_role("slider", name="Lower threshold").fill(str(low))
        page.get_by_role("slider", name="Upper threshold").fill(str(high))
        shares, frames, (start, end) = film(length, way)
        greys = [cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in frames]
        counts = [histogram(one) for one in greys]
        expected = np.zeros((len(frames), 4))
        expected[:, 0], expected[:, 2] = shares, [one.var() for one in greys]
        for t in range(1, len(frames)):
            expected[t, 1] = pixel_difference(frames[t - 1], frames[t])
            expected[t, 3] = histogram_distance(counts[t - 1], counts[t])
        np.testing.assert_allclose(page.evaluate(WALK), expected, rtol=1e-9, atol=1e-12)
        found = [f"{a}-{b}" for a, b in twin_comparison(counts, low=low, high=high)]
        twin = page.locator("[data-vl-found]")
        assert twin.get_attribute("data-vl-found") == ",".join(found)
        told = page.locator("[data-vl-sag]")
        if way == "cut":
            assert told.count() == 0
            continue
        shown = [float(told.get_attribute(f"data-vl-{name}")) for name in ("sag", "fit")]
        parabola = spread_parabola(expected[start - 1 : end + 1, 2])
        np.testing.assert_allclose(shown, parabola, rtol=1e-7)


@pytest.mark.browser
def test_it_says_what_is_found_and_python_learns(browser):
    page = browser.new_page()
    host(page, DissolveFrames(FIRST, LAST, length=8))
    line = page.locator(".vl-line")
    assert "a transition, frames 5 to " in line.inner_text()
    page.get_by_role("slider", name="Lower threshold").fill("0.3")
    assert "no frame reaches the lower threshold" in line.inner_text()
    page.locator("[data-vl-choice='cut']").click()
    page.get_by_role("slider", name="Mixed frames").fill("4")
    assert line.inner_text() == "Frame 7 reaches the upper threshold at once: a cut."
    page.locator("[data-vl-transport]").focus()
    page.keyboard.press("End")
    assert page.evaluate("put") == {"low": 0.3, "way": "cut", "length": 4, "frame": 13}
    page.evaluate("change({ way: 'eased', length: 30, frame: 20, low: 0.001 })")
    page.locator("[data-vl-choice='eased'][aria-pressed='true']").wait_for()
    assert page.locator("[data-vl-transport]").input_value() == "20"
    page.close()
