"""Pictures keep their pixels, stand in a grid, and say their range."""

import re

import numpy as np
import pytest

from vidlearn import plots
from vidlearn.plots import pictures

FRAME = np.zeros((90, 120, 3), np.uint8)
GREY = np.arange(12, dtype=np.uint8).reshape(3, 4)


class Own:
    credit = "Drawn by your own."


@pytest.mark.parametrize(
    ("image", "centre", "limits"),
    [
        (np.array([[0, 7]], np.uint8), None, (0, 255)),
        (np.array([[-3.0, 1.0]]), None, (-3, 3)),
        (np.array([[0.0, 2.0]]), None, (0, 2)),
        (np.array([[4.0, 4.0]]), None, (4, 5)),
        (np.array([[98, 138]], np.uint8), 128, (98, 158)),
        (np.array([[128, 128]], np.uint8), 128, (127, 129)),
        (np.array([[0.5, 4.0]]), 0, (-4, 4)),
    ],
    ids=["uint8", "signed", "positive", "constant", "centre", "flat", "centre zero"],
)
def test_limits_of_a_grey_picture_by_hand(image, centre, limits):
    assert pictures._limits(image, centre) == limits


def test_pictures_go_out_pixel_by_pixel(shown):
    plots.show_images([GREY, GREY / 11], ["a", "b"], caption="Two < three.", by=Own())
    (figure,) = shown
    assert figure.caption == "Two &lt; three. Drawn by your own."
    assert figure.plain == "Two < three. Drawn by your own."
    assert [figure.picture(k)[0] for k in (0, 1)] == ["png", "png"]
    assert np.array_equal(figure.array(0)[..., 0], GREY)
    assert figure.array(1)[0, 0].tolist() == [0, 0, 0]
    assert figure.array(1)[2, 3].tolist() == [255, 255, 255]
    assert "image-rendering:pixelated" in figure.images[0]["style"]
    assert "width:340px" in figure.images[0]["style"]


def test_few_colours_are_stored_without_loss(shown):
    colours = np.random.default_rng(0).integers(0, 256, (200, 3)).astype(np.uint8)
    image = colours[np.arange(4800).reshape(60, 80) % 200]
    plots.show_images([image], caption="Many.", pixels=True)
    assert np.array_equal(shown[0].array(0), image)


def test_an_enlarged_pixel_is_a_whole_number_of_the_screens(shown):
    plots.show_images(np.zeros((4, 9, 13)), caption="Four.")
    for about in shown[0].images:
        wide = int(re.search(r"width:(\d+)px", about["style"])[1])
        assert wide % 13 == 0
        assert 0.8 * 166 < wide <= 166


def test_a_picture_cut_by_its_border_is_seen_to_be_smaller(shown):
    plots.show_images([np.zeros((48, 60)), np.zeros((44, 56)), np.zeros((22, 28))], caption="Cut.")
    wide = [int(re.search(r"width:(\d+)px", about["style"])[1]) for about in shown[0].images]
    assert wide == [180, 168, 224]


def test_photographs_are_webp_unless_their_pixels_are_the_subject(shown, photograph):
    for pixels in (None, True):
        plots.show_images([photograph], caption="A photograph.", pixels=pixels)
    smooth, sharp = shown
    assert smooth.picture(0)[0] == "webp"
    assert "pixelated" not in smooth.images[0]["style"]
    assert sharp.picture(0)[0] == "png"
    assert "pixelated" in sharp.images[0]["style"]
    assert np.array_equal(sharp.array(0), photograph)


def test_large_pictures_are_made_smaller_but_not_their_pixels(shown):
    large = np.random.default_rng(0).integers(0, 256, (300, 2000, 3)).astype(np.uint8)
    plots.show_images([large], caption="Large.")
    plots.show_images([large], caption="Large.", pixels=True)
    assert shown[0].picture(0)[1].size == (1032, 155)
    assert shown[1].picture(0)[1].size == (2000, 300)


def test_a_crop_is_as_high_as_its_neighbours(shown):
    plots.show_images([FRAME, FRAME[:90, :90], FRAME], caption="Three.")
    wide = [float(re.search(r";width:([\d.]+)%", about["style"])[1]) for about in shown[0].images]
    assert wide == pytest.approx([100, 75, 100])


def test_colour_planes_are_orange_and_blue_round_their_centre(shown):
    plane = np.full((90, 120), 128, np.uint8)
    plane[0, 0], plane[0, 1] = 100, 156
    plots.show_images([plane, plane], caption="Cb.", centre=[128, None], pixels=True)
    colour, grey = shown[0].array(0), shown[0].array(1)
    assert colour[5, 5].tolist() == [255, 255, 255]
    assert colour[0, 0, 0] > colour[0, 0, 2]
    assert colour[0, 1, 0] < colour[0, 1, 2]
    assert grey[5, 5].tolist() == [128, 128, 128]


def test_a_bar_says_the_range(shown):
    signed = np.array([[-2.0, 1.0]])
    plots.show_images([signed, np.array([[0.0, 1500.0]]), FRAME], caption="a", bar=True)
    assert re.findall(r"<span>([^<]*)</span>", shown[0].html) == ["−2", "2", "0", "1,500"]
    plots.show_images([signed, 3 * signed], caption="a", bar=True, limits=(-6, 6))
    assert re.findall(r"<span>([^<]*)</span>", shown[1].html) == ["−6", "6"]


def test_alternative_text_is_given_or_made_of_the_titles(shown):
    plots.show_images([GREY], ["one\nof two"], caption="See.")
    plots.show_images([GREY, GREY], caption="See.")
    plots.filmstrip(np.stack([FRAME] * 9), [0, 4], caption="See.", alt="A ball < a wall.")
    assert [figure.spoken for figure in shown] == [
        ["Picture: one of two."],
        ["2 pictures."],
        ["A ball < a wall."],
    ]
    assert all(about["alt"] == "" for figure in shown for about in figure.images)


@pytest.mark.parametrize(("count", "columns"), [(2, 2), (4, 4), (6, 3), (8, 4), (5, 4)])
def test_a_filmstrip_is_read_in_rows(shown, count, columns):
    plots.filmstrip(np.stack([FRAME] * 20), caption="Frames.", count=count)
    assert len(shown[0].images) == count
    assert f")/{columns}))" in shown[0].html
    assert shown[0].words.count("frame ") == count


def test_outside_a_notebook_nothing_is_shown(capsys):
    plots.show_images([FRAME], caption="See.")
    assert capsys.readouterr().out == ""
