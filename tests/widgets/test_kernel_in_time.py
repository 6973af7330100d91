import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.widgets.hosted import host
from tests.widgets.page import states, values
from vidlearn.scratch import conv3d_forward, conv3d_forward_naive
from vidlearn.widgets import KernelInTime
from vidlearn.widgets.kernel_in_time import KERNELS

CLIP = np.random.default_rng(3).integers(0, 256, (7, 9, 11), np.uint8)
UNEVEN = np.random.default_rng(4).normal(size=(2, 3, 1)).round(2)


def line(frames=9, size=(8, 16), step=1, start=2):
    """A bright line that moves `step` pixels a frame over a dark ground."""
    clip = np.full((frames, *size), 20, np.uint8)
    for t in range(frames):
        clip[t, 2:6, start + step * t] = 240
    return clip


def library(clip, kernel, padding="valid"):
    """What `conv3d_forward` gives, the clip padded here by hand, (OT, OH, OW)."""
    short = len(kernel) - 1 if padding == "same" else 0
    before = np.zeros((short // 2, *clip.shape[1:]))
    after = np.zeros((short - short // 2, *clip.shape[1:]))
    x = np.concatenate([before, clip, after])[None, ..., None]
    return conv3d_forward(x, np.asarray(kernel, float)[..., None, None])[0][0, ..., 0]


def number(page, name):
    return float(page.locator(f"[data-vl-{name}]").get_attribute("data-vl-value"))


def total(page):
    shown = page.locator("[data-vl-total]")
    place = tuple(map(int, shown.get_attribute("data-vl-total").split(",")))
    return place, float(shown.get_attribute("data-vl-value"))


def pressed(page, group, name):
    page.get_by_role("group", name=group).get_by_role("button", name=name).click()


# Python -------------------------------------------------------------------------------------


def test_repr_and_response_by_hand():
    clip = np.zeros((4, 3, 4), np.uint8)
    clip[:, 0, 1] = 10, 30, 70, 70
    widget = KernelInTime(clip, [[[-1]], [[1]]])
    assert repr(widget) == "KernelInTime(4 frames of 4×3, kernel 2×1×1, 3 frames come out)"
    assert widget.response()[:, 0].tolist() == [[0, 20, 0, 0], [0, 40, 0, 0], [0, 0, 0, 0]]
    widget.padding = "same"  # an even kernel: the frame of zeros comes after
    assert widget.response()[:, 0, 1].tolist() == [20, 40, 0, -70]
    widget.backwards = True
    assert widget.response()[:, 0, 1].tolist() == [0, -40, -20, -10]
    widget.kernel = np.ones((1, 1, 2))
    assert widget.response()[0, 0].tolist() == [70, 70, 0]
    short = KernelInTime(clip[:2], [[[1]]], kernels={"one": [[[1]]]})
    with pytest.raises(ValueError, match=r"kernel must fit into the clip, \(T, H, W\) \(2, 3, 4\)"):
        short.kernel = np.ones((3, 1, 1))


@given(arrays(np.uint8, (3, 4, 5)), st.sampled_from(["valid", "same"]), st.booleans())
def test_response_matches_the_loops_of_scratch(clip, padding, backwards):
    widget = KernelInTime(clip, UNEVEN, padding=padding, backwards=backwards)
    x = np.pad(clip[:: -1 if backwards else 1], ((0, padding == "same"), (0, 0), (0, 0)))
    expected, _ = conv3d_forward_naive(x[None, ..., None].astype(float), UNEVEN[..., None, None])
    np.testing.assert_allclose(widget.response(), expected[0, ..., 0], rtol=1e-9, atol=1e-9)


def test_the_kernels_offered_do_what_their_names_say():
    right, left = line(step=1), line(step=-1, start=12)
    strongest = {
        (name, way): np.maximum(library(clip, kernel), 0).max()
        for name, kernel in KERNELS.items()
        for way, clip in {"right": right, "left": left}.items()
    }
    assert strongest["right", "right"] > 2 * strongest["right", "left"]
    assert strongest["left", "left"] > 2 * strongest["left", "right"]
    np.testing.assert_array_equal(KERNELS["right"], KERNELS["left"][::-1])  # played backwards
    np.testing.assert_array_equal(KERNELS["right"], KERNELS["left"][:, :, ::-1])  # or mirrored
    still = np.repeat(CLIP[:1], 5, axis=0)
    for name in ("right", "left", "change"):
        assert np.abs(library(still, KERNELS[name])).max() == 0
    np.testing.assert_allclose(library(still, KERNELS["average"]), still[:3, 1:-1, 1:-1])
    assert len(KERNELS["edge"]) == 1


def test_a_colour_clip_becomes_grey_and_a_wide_one_small():
    clip = np.zeros((2, 40, 96, 3), np.uint8)
    clip[..., 1] = 200
    widget = KernelInTime(clip, kernels={"one": [[[1]]]})
    assert widget.clip.shape == (2, 20, 48)
    assert set(widget.clip.ravel().tolist()) == {117}  # 0.587 of 200
    assert KernelInTime(clip, "one", kernels={"one": [[[1]]]}, max_width=24).clip.shape[2] == 24


def test_state_is_small():
    clip = np.random.default_rng(0).integers(0, 256, (16, 48, 48, 3), np.uint8)
    widget = KernelInTime(clip)
    scripts = len(widget._esm) + len(widget._css)
    assert len(json.dumps(states([widget]))) < scripts + 60_000


@pytest.mark.parametrize(
    ("clip", "options", "message"),
    [
        (CLIP / 255, {}, "clip must be uint8.*float64"),
        (CLIP[0], {}, r"clip must be uint8, \(T, H, W\).*shape \(9, 11\)"),
        (CLIP[:0], {}, "clip must be uint8"),
        (np.zeros((25, 4, 4), np.uint8), {}, r"at most 24 frames\. Received 25.*clip\[:24\]"),
        (np.zeros((3, 70, 40), np.uint8), {}, "at most 64 rows.*70 rows of 40"),
        (np.zeros((4, 5, 6, 2), np.uint8), {}, r"clip\[0\] must be a uint8 picture"),
        (CLIP[:2], {}, r"must fit into the clip, \(T, H, W\) \(2, 9, 11\)"),
        (CLIP, {"kernel": "up"}, "kernel must be one of moves right, .*Received: 'up'"),
        (CLIP, {"kernel": np.ones((3, 3))}, r"kernel must hold finite numbers.*\(3, 3\)"),
        (CLIP, {"kernel": np.ones((4, 1, 1))}, r"1 to 3 a side\. Received shape \(4, 1, 1\)"),
        (CLIP, {"kernel": [[[np.inf]]]}, "kernel must hold finite numbers"),
        (CLIP, {"kernel": [[["a"]]]}, "kernel must hold numbers"),
        (CLIP, {"kernels": {}}, "kernels must hold at least one"),
        (CLIP, {"kernels": {"x": [1]}}, r"kernels\['x'\] must hold finite numbers"),
        (CLIP, {"padding": "full"}, 'padding must be "valid" or "same"'),
        (CLIP, {"fps": 0}, "fps must be a number above 0"),
        (CLIP, {"max_width": 0}, "max_width must be at least 1"),
    ],
)
def test_kernel_in_time_rejects_what_it_cannot_show(clip, options, message):
    with pytest.raises(ValueError, match=message):
        KernelInTime(clip, **options)


# The browser --------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("backwards", [False, True])
def test_products_sums_and_total_equal_the_library_at_every_frame(opened, padding, backwards):
    page = opened(KernelInTime(CLIP, UNEVEN, padding=padding, backwards=backwards))
    clip = CLIP[::-1] if backwards else CLIP
    out = library(clip, UNEVEN, padding)
    place, value = total(page)
    assert place == np.unravel_index(np.abs(out).argmax(), out.shape)  # where it answers most
    read = np.concatenate([clip, np.zeros((1, 9, 11))])
    for t in range(len(out)):
        page.locator("[data-vl-transport]").fill(str(t))
        place, value = total(page)
        assert place[0] == t
        assert value == pytest.approx(out[place])
        _, i, j = place
        products = read[t : t + 2, i : i + 3, j : j + 1] * UNEVEN
        shown = values(page, "data-vl-product")
        assert shown == pytest.approx({at: products[at] for at in np.ndindex(2, 3, 1)})
        sums = values(page, "data-vl-slice")
        assert [sums[k,] for k in (0, 1)] == pytest.approx(products.sum(axis=(1, 2)))
    assert page.locator("[data-vl-transport]").get_attribute("max") == str(len(out) - 1)


@pytest.mark.browser
def test_every_kernel_answers_as_the_library_does_and_tells_which_see_the_order(opened):
    clip = line()
    page = opened(KernelInTime(clip))
    for name, key in {
        "moves left": "left",
        "difference in time": "change",
        "average over time": "average",
        "still edge": "edge",
        "moves right": "right",
    }.items():
        pressed(page, "Kernel", name)
        both = [library(way, KERNELS[key]) for way in (clip, clip[::-1])]
        ahead, back = (np.abs(out).mean() for out in both)
        assert [number(page, "ahead"), number(page, "back")] == pytest.approx([ahead, back])
        told = page.locator(".vl-told").inner_text()
        assert ("Not equal" in told) == (key in ("left", "right")), key
        assert ("frame by itself" in told) == (key == "edge")
        frames = 9 - len(KERNELS[key]) + 1
        assert f"9 − {len(KERNELS[key])} + 1 = {frames}." in told
        assert f"The same {KERNELS[key].size} numbers" in told
        assert page.locator(".vl-unread").count() == 3 - len(KERNELS[key])
    pressed(page, "Padding in time", "same")
    assert "With 1 + 1 frames of zeros" in page.locator(".vl-told").inner_text()
    assert page.locator("[data-vl-frames-out='9']").count() == 1


COLOURS = """(name) => {
  const canvas = document.querySelector(`[data-vl-film='${name}']`);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return [canvas.width, canvas.height, [...data]];
}"""


def film(page, name):
    width, height, data = page.evaluate(COLOURS, name)
    return np.array(data).reshape(height, width, 4)


@pytest.mark.browser
def test_the_response_fills_in_place_by_place_and_has_the_sign_s_colour(opened):
    kernel = np.array([[[-1.0, 2]], [[1, -2]]])
    page = opened(KernelInTime(CLIP, kernel))
    out = library(CLIP, kernel)  # (6, 9, 10)

    def filled():
        return int((film(page, "response")[..., 3] == 255).sum())

    start = np.unravel_index(np.abs(out).argmax(), out.shape)[0]
    assert start < 5
    assert filled() == 90 * (start + 1)
    page.locator("[data-vl-transport]").fill(str(start + 1))
    assert filled() == 90 * (start + 2)  # a frame at a time
    pressed(page, "Step", "place by place")
    page.locator("[data-vl-transport]").fill("0")
    page.locator("[data-vl='next']").click()
    pressed(page, "Step", "place by place")  # from the frame it is at, anew
    start = total(page)[0]
    assert start[1:] == (0, 0)
    page.locator("[data-vl-transport]").fill("133")  # 1 frame of 90, 4 rows of 10, 3 more
    assert total(page) == ((1, 4, 3), pytest.approx(out[1, 4, 3]))
    shown = film(page, "response").reshape(9, 6, 10, 4).transpose(1, 0, 2, 3)  # (T, H, W, RGBA)
    filled = shown[..., 3].reshape(-1) == 255
    assert filled.tolist() == [True] * 134 + [False] * (540 - 134)
    blue = shown[..., 2].astype(int) - shown[..., 0]
    signs = np.sign(np.where(np.abs(out) > 10, out, 0)).reshape(-1)[:134]
    assert (np.sign(blue).reshape(-1)[:134][signs != 0] == signs[signs != 0]).all()
    clip = film(page, "clip").reshape(9, 7, 11, 4).transpose(1, 0, 2, 3)
    np.testing.assert_array_equal(clip[..., 0], CLIP)


@pytest.mark.browser
def test_a_weight_can_be_changed_and_a_word_is_refused(opened):
    page = opened(KernelInTime(CLIP))
    weight = page.get_by_label("Weight of slice 1, row 2, column 0")
    weight.fill("-0.5")
    kernel = KERNELS["right"].astype(float).copy()
    kernel[1, 2, 0] = -0.5
    out = library(CLIP, kernel)
    place, value = total(page)
    assert value == pytest.approx(out[place])
    assert number(page, "ahead") == pytest.approx(np.abs(out).mean())
    assert page.locator("[aria-label='Kernel'] [aria-pressed='true']").count() == 0
    assert weight.evaluate("node => node === document.activeElement")
    weight.fill("")
    assert page.get_by_role("alert").inner_text() == "This must be a number."
    assert weight.get_attribute("aria-invalid") == "true"
    page.get_by_role("button", name="Reset").click()
    assert weight.input_value() == "-1"
    assert number(page, "ahead") == pytest.approx(np.abs(library(CLIP, KERNELS["right"])).mean())


@pytest.mark.browser
def test_mouse_and_keys_move_the_window_in_space_and_time(opened):
    page = opened(KernelInTime(CLIP))
    pictures = page.locator(".vl-slice .vl-view")
    box = pictures.nth(1).bounding_box()
    page.mouse.click(box["x"] + box["width"] * 6.5 / 11, box["y"] + box["height"] * 4.5 / 9)
    t = total(page)[0][0]
    assert total(page)[0] == (t, 3, 5)  # the window's middle is where one points
    page.mouse.click(box["x"] + 1, box["y"] + box["height"] - 1)
    assert total(page)[0] == (t, 6, 0)  # it stays in the picture
    pictures.nth(2).focus()
    for key, place in {"ArrowUp": (5, 0), "ArrowRight": (5, 1), "Shift+ArrowRight": (5, 6)}.items():
        page.keyboard.press(key)
        assert total(page)[0] == (t, *place)
    page.locator("[data-vl-transport]").fill("1")
    page.keyboard.press("PageDown")
    assert total(page)[0] == (2, 5, 6)
    page.keyboard.press("PageUp")
    page.keyboard.press("Home")
    assert total(page)[0] == (0, 5, 6)
    reels = page.locator(".vl-reels")
    reels.focus()
    page.keyboard.press("ArrowRight")
    assert total(page)[0] == (1, 5, 6)
    box = reels.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 4.5 / 7, box["y"] + 10)  # frame 4 in the middle
    assert total(page)[0] == (3, 5, 6)
    answer = page.locator(".vl-response .vl-view").bounding_box()
    page.mouse.click(answer["x"] + answer["width"] * 2.5 / 9, answer["y"] + answer["height"] / 14)
    assert total(page)[0] == (3, 0, 2)


@pytest.mark.browser
def test_it_plays_and_python_learns_what_was_chosen(browser):
    page = browser.new_page()
    host(page, KernelInTime(CLIP, fps=30))
    page.get_by_label("Run the clip backwards").check()
    pressed(page, "Padding in time", "same")
    pressed(page, "Kernel", "difference")
    put = page.evaluate("put")
    assert put == {"kernel": KERNELS["change"].tolist(), "padding": "same", "backwards": True}
    kernel = KERNELS["change"].copy()
    for number in (5, 7):  # Python learns of every change, not of the first alone
        page.evaluate("() => { window.put = {}; }")
        page.get_by_label("Weight of slice 0, row 0, column 2").fill(str(number))
        kernel[0, 0, 2] = number
        assert page.evaluate("put") == {"kernel": kernel.tolist()}
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("+document.querySelector('[data-vl-transport]').value > 2")
    page.get_by_role("button", name="Pause").click()
    page.close()
