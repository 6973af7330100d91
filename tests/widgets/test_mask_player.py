import numpy as np
import pytest

from tests.widgets.hosted import host
from tests.widgets.page import as_array, values
from vidlearn.metrics import region_similarity
from vidlearn.widgets import MaskPlayer, mask_player
from vidlearn.widgets.media import opened as opened_bytes

TOTAL, SIZE = 7, (21, 34)
rng = np.random.default_rng(4)
FRAMES = rng.integers(0, 256, (TOTAL, *SIZE, 3), np.uint8)
TRUTH = np.zeros((TOTAL, *SIZE), bool)
for t in range(TOTAL):
    TRUTH[t, 4:12, 3 * t : 3 * t + 9] = t != 4  # hidden in frame 4
MOVED = np.roll(TRUTH, (1, 3), axis=(1, 2))
MASKS = {
    "carried on": MOVED,
    "seen anew": rng.random(TRUTH.shape) < 0.3,
    "all": np.ones_like(TRUTH),
    "none": np.zeros_like(TRUTH),
}


def make(**options):
    given = {"truth": TRUTH, "masks": MASKS} | options
    return MaskPlayer(FRAMES, given.pop("truth"), given.pop("masks"), **given)


def test_repr_tells_film_and_means():
    means = [region_similarity(one, TRUTH).mean() for one in MASKS.values()]
    told = ", ".join(f"{name} {mean:.2f}" for name, mean in zip(MASKS, means, strict=True))
    assert repr(make()) == f"MaskPlayer(7 frames of 34×21; J of {told})"
    assert repr(make(masks=TRUTH)) == "MaskPlayer(7 frames of 34×21; J 1.00)"


def test_what_cannot_be_shown_is_refused(monkeypatch):
    for options, message in [
        ({"truth": TRUTH.astype(int)}, r"truth must be bool \(7, 21, 34\).*int64.*labels == 1"),
        ({"masks": {"a": TRUTH[:6]}}, r"masks of 'a' must be bool \(7, 21, 34\).*\(6, 21, 34\)"),
        ({"masks": {str(k): TRUTH for k in range(6)}}, "masks must be of 1 to 5 methods. Got: 6"),
        ({"shown": "both"}, 'shown must be one of "differences", "mask", "truth"'),
        ({"fps": 0}, "fps must be a number above 0"),
    ]:
        with pytest.raises(ValueError, match=message):
            make(**options)
    widget = make()
    for name, value in {"frame": 7, "method": 4}.items():
        with pytest.raises(ValueError, match=f"{name} must be from 0 to {value - 1}"):
            setattr(widget, name, value)
    monkeypatch.setattr(mask_player, "MOST_MASK_BYTES", 500)
    with pytest.raises(ValueError, match=r"masks are too much .* 5 times \(7, 21, 34\)"):
        make()


@pytest.mark.parametrize("run", [1, 127, 128, 255, 256, 16_383, 16_384, 2_097_151, 2_097_152])
@pytest.mark.parametrize("first", [False, True])
def test_runs_of_any_length_come_back(run, first):
    mask = np.repeat([first, not first, first], [run, 3, run])
    lengths, value, shift = [], 0, 0
    for byte in mask_player.pack_masks(mask):
        value, shift = value | (byte & 127) << shift, shift + 7
        if byte < 128:
            lengths.append(value)
            value, shift = 0, 0
    assert lengths == [0] * first + [run, 3, run]


def test_the_poster_draws_what_is_right_at_the_top():
    found, tall = [], round(150 * 21 / 34)
    for masks in (TRUTH, ~TRUTH):
        picture = opened_bytes(make(masks=masks).poster()[1]).convert("RGB")
        found.append([picture.getpixel((300, tall + y))[0] < 60 for y in (10, 84)])
    assert found == [[True, False], [False, True]]  # the line is blue, all else is grey


def test_forty_frames_of_four_methods_cost_little():
    y, x = np.mgrid[:72, :96]
    disc = np.stack([(y - 36) ** 2 + (x - 20 - t) ** 2 < 20**2 for t in range(40)])
    widget = MaskPlayer(
        np.zeros((40, 72, 96, 3), np.uint8), disc, {str(k): np.roll(disc, k, 2) for k in range(4)}
    )
    assert len(widget._masks) < 20_000


@pytest.mark.browser
def test_browser_counts_as_the_metric_does(opened):
    page = opened(make())
    expected = np.array([region_similarity(one, TRUTH) for one in MASKS.values()])
    means = as_array(values(page, "data-vl-mean"), (4,))
    np.testing.assert_allclose(means, expected.mean(axis=1), rtol=1e-12)
    for t in range(TOTAL):
        page.locator("[data-vl-transport]").fill(str(t))
        here = as_array(values(page, "data-vl-here"), (4,))
        np.testing.assert_allclose(here, expected[:, t], rtol=1e-12)
        for name in ("carried on", "seen anew") if t in (2, 4) else ("all",):
            page.get_by_role("button", name=name).click()
            found = MASKS[name][t]
            counts = {"both": found & TRUTH[t], "only": found & ~TRUTH[t]}
            for kind, where in (counts | {"missing": TRUTH[t] & ~found}).items():
                cell = page.locator(f"[data-vl-pixels='{kind}']")
                assert float(cell.get_attribute("data-vl-value")) == where.sum()
    assert page.locator(".vl-j").inner_text().startswith("J 0.")
    page.locator("[data-vl-transport]").fill("4")
    assert (
        page.locator(".vl-line").inner_text().endswith("Nothing of the thing is to be seen here.")
    )


# The colours of the drawn mask, one pixel a row.
PIXELS = """node => [...node.getContext("2d").getImageData(0, 0, node.width, node.height).data]"""


@pytest.mark.browser
def test_each_pixel_has_the_colour_of_its_kind(opened):
    page = opened(make(shown="differences"))
    page.locator("[data-vl-transport]").fill("2")
    over = page.locator(".vl-over[data-vl-drawn='0,2']")
    over.wait_for()
    drawn = np.array(over.evaluate(PIXELS), np.uint8).reshape(*SIZE, 4).astype(int)
    kinds = {
        (86, 180, 233): MOVED[2] & TRUTH[2],
        (255, 140, 40): MOVED[2] & ~TRUTH[2],
        (255, 255, 255): TRUTH[2] & ~MOVED[2],
    }
    for colour, where in kinds.items():
        assert where.any()
        seen = drawn[where]
        np.testing.assert_allclose(seen[:, :3], np.tile(colour, (len(seen), 1)), atol=2)
    assert (drawn[..., 3] > 0).tolist() == (MOVED[2] | TRUTH[2]).tolist()
    page.get_by_role("button", name="the truth").click()
    drawn = np.array(over.evaluate(PIXELS), np.uint8).reshape(*SIZE, 4)
    assert (drawn[..., 3] > 0).tolist() == TRUTH[2].tolist()


@pytest.mark.browser
def test_a_click_on_the_curve_goes_there_and_python_learns(browser):
    page = browser.new_page()
    host(page, make())
    page.locator(".vl-plot").scroll_into_view_if_needed()
    box = page.locator(".vl-curve.vl-chosen").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 5)
    assert page.locator("[data-vl-transport]").input_value() == "3"
    page.get_by_role("button", name="seen anew").click()
    page.get_by_role("button", name="the mask").click()
    assert page.evaluate("put") == {"frame": 3, "method": 1, "shown": "mask"}
    page.evaluate("change({ method: 2, frame: 6, shown: 'truth' })")
    page.locator(".vl-over[data-vl-drawn='2,6']").wait_for()
    assert page.get_by_role("button", name="the truth").get_attribute("aria-pressed") == "true"
    page.close()
