import io

import numpy as np
import pytest
from PIL import Image

from vidlearn.plots import signed_map
from vidlearn.scratch import filter2d
from vidlearn.widgets import FilterGallery
from vidlearn.widgets.filter_gallery import KERNELS


@pytest.fixture
def frame():
    """Noise: no two neighbours alike, so a shifted, turned or mirrored filter shows."""
    return np.random.default_rng(5).integers(0, 256, (18, 26), np.uint8)


def test_repr_tells_the_frame_given_and_the_number_of_kernels(frame):
    assert repr(FilterGallery(frame, max_width=13)) == "FilterGallery(frame 26×18, 8 kernels)"
    assert repr(FilterGallery(frame, {"a": np.eye(3)})) == "FilterGallery(frame 26×18, 1 kernel)"


def test_picture_is_the_stored_grey_frame(frame):
    colour = np.stack([frame, frame[::-1], frame[:, ::-1]], axis=-1)
    gallery = FilterGallery(colour, max_width=13)
    stored = np.asarray(Image.open(io.BytesIO(gallery._picture)))
    assert gallery.picture.shape == (9, 13)
    np.testing.assert_array_equal(stored, gallery.picture)


def test_kernels_add_up_to_what_their_names_promise():
    sums = {key: np.sum(rows) / divide for key, (rows, divide) in KERNELS.items()}
    assert {key for key, total in sums.items() if total == 0} == {"sobel_x", "sobel_y", "laplacian"}
    assert {total for total in sums.values() if total} == {1}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([np.zeros((4, 5))], r"frame must be a uint8 picture.*float64.*\(255 \* frame\)"),
        ([np.zeros((2, 4, 5, 3), np.uint8)], r"uint8 picture.*\(2, 4, 5, 3\)"),
        ([np.zeros((0, 5), np.uint8)], r"uint8 picture.*\(0, 5\)"),
        ([np.zeros((4, 5), np.uint8), {"k": np.ones((5, 5))}], r"kernels\['k'\].*3×3.*\(5, 5\)"),
        ([np.zeros((4, 5), np.uint8), {"k": np.full((3, 3), np.inf)}], "finite"),
        ([np.zeros((4, 5), np.uint8), {}], "at least one kernel"),
    ],
)
def test_gallery_rejects_what_it_cannot_show(arguments, message):
    with pytest.raises(ValueError, match=message):
        FilterGallery(*arguments)


@pytest.fixture
def shown(opened):
    def open_gallery(gallery, **options):
        page = opened(gallery, **options)
        page.locator("[data-vl-ready]").wait_for()
        return page

    return open_gallery


def pixels(page, which):
    """The picture `which` as an array (H, W) of what is on the screen."""
    canvas = page.locator("canvas").nth(which)
    width, height, data = canvas.evaluate(
        """c => [c.width, c.height,
          [...c.getContext("2d").getImageData(0, 0, c.width, c.height).data]]"""
    )
    return np.array(data).reshape(height, width, 4)[..., 0]


def signed_red(values):
    """The red channel of numbers on the figures' map, −255 to 255."""
    return 255 * signed_map()((values / 255 + 1) / 2)[..., 0]


def at(page, i, j):
    """Choose a pixel by the keyboard; return the number shown for it."""
    page.locator(".vl-view").first.focus()
    chosen = page.locator("[data-vl-pixel]")
    a, b = map(int, chosen.get_attribute("data-vl-pixel").split(","))
    for keys, way in ((("ArrowUp", "ArrowDown"), i - a), (("ArrowLeft", "ArrowRight"), j - b)):
        for _ in range(abs(way)):
            page.keyboard.press(keys[way > 0])
    assert chosen.get_attribute("data-vl-pixel") == f"{i},{j}"
    return float(chosen.get_attribute("data-vl-value"))


@pytest.mark.browser
def test_every_kernel_gives_the_picture_and_the_numbers_of_the_library(shown, frame):
    gallery = FilterGallery(frame)
    page = shown(gallery)
    np.testing.assert_array_equal(pixels(page, 0), frame)
    buttons = page.get_by_role("group", name="Kernel").get_by_role("button").all()
    assert len(buttons) == len(KERNELS)
    for button, (key, (rows, divide)) in zip(buttons, KERNELS.items(), strict=True):
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        expected = filter2d(gallery.picture.astype(float), np.array(rows) / divide)
        signed = np.sum(rows) == 0
        shown = signed_red(expected) if signed else np.clip(expected, 0, 255)
        np.testing.assert_allclose(pixels(page, 1), shown, atol=2.01, err_msg=key)
        for i, j in ((9, 13), (0, 0) if key == "emboss" else (8, 12)):
            assert at(page, i, j) == pytest.approx(expected[i, j], rel=1e-9, abs=1e-9), key


@pytest.mark.browser
def test_own_numbers_work_at_once_and_nonsense_is_told(shown, frame):
    gallery = FilterGallery(frame)
    page = shown(gallery)
    page.get_by_role("button", name="Identity").click()
    page.get_by_label("Row 0, column 2").fill("-1.5")
    page.get_by_label("divided by").fill("2")
    kernel = np.array([[0, 0, -1.5], [0, 1, 0], [0, 0, 0]]) / 2
    expected = filter2d(gallery.picture.astype(float), kernel)
    assert at(page, 9, 13) == pytest.approx(expected[9, 13])
    assert page.locator("[aria-pressed=true]").count() == 0
    assert "The weights add up to −0.25" in page.locator(".vl").inner_text()
    page.get_by_label("divided by").fill("0")
    assert page.get_by_role("alert").inner_text() == "This must be a number other than 0."
    assert at(page, 9, 13) == pytest.approx(expected[9, 13])  # the last good numbers stay


@pytest.mark.browser
def test_a_click_in_either_picture_chooses_its_pixel(shown, frame):
    page = shown(FilterGallery(frame, {"mean": np.full((3, 3), 1 / 9)}))
    box = page.locator(".vl-view").nth(1).bounding_box()
    page.mouse.click(box["x"] + 20.5 / 26 * box["width"], box["y"] + 3.5 / 18 * box["height"])
    chosen = page.locator("[data-vl-pixel]")
    assert chosen.get_attribute("data-vl-pixel") == "3,20"
    mean = frame[2:5, 19:22].mean()
    assert float(chosen.get_attribute("data-vl-value")) == pytest.approx(mean)


@pytest.mark.browser
def test_negative_results_are_shown_in_three_ways(shown, frame):
    page = shown(FilterGallery(frame, {"minus": [[0, 0, 0], [0, -1, 0], [0, 0, 0]]}))
    for mode, expected in (
        ("clip", np.zeros_like(frame)),
        ("signed", signed_red(-frame.astype(float))),
        ("absolute", frame),
    ):
        page.get_by_label("Show").select_option(mode)
        np.testing.assert_allclose(pixels(page, 1), expected, atol=2.01, err_msg=mode)
