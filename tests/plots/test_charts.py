"""Charts go out as SVG that reads alike everywhere, with a caption and words of their own."""

import configparser
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from vidlearn import plots
from vidlearn.plots.charts import described
from vidlearn.plots.colours import INK, PAPER, in_the_dark


class Own:
    credit = "Drawn by your own `my_curve`."


def chart(size=(6, 3), **options):
    figure, ax = plt.subplots(figsize=size, layout="constrained")
    ax.plot([1, 3, 2], color=plots.PALETTE["blue"], label="loss")
    ax.set(xlabel="epoch", ylabel="loss of a batch", **options)
    ax.legend()
    return figure


def test_a_chart_is_svg_with_caption_and_alternative_text(shown):
    plots.show(chart(), "It falls < 2.", alt='A "curve".', by=Own())
    (figure,) = shown
    root = ElementTree.fromstring(figure.svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "It falls &lt; 2. Drawn by your own <code>my_curve</code>.</figcaption>" in figure.html
    assert figure.plain == "It falls < 2. Drawn by your own `my_curve`."
    assert figure.spoken == ['A "curve".']
    assert (figure.images[0]["width"], figure.images[0]["height"]) == ("480", "240")
    assert not plt.get_fignums()


def test_without_alt_the_labels_are_read_and_never_the_caption(shown):
    plots.show(chart(title="Training"), "It falls.")
    assert shown[0].spoken == ["Chart: Training: loss of a batch against epoch, loss."]
    assert shown[0].html.count("It falls.") == 1


def test_panels_and_pictures_are_told_apart():
    figure, axes = plt.subplots(1, 3)
    axes[0].imshow(np.eye(3))
    axes[1].plot([1, 2])
    axes[2].axis("off")
    assert described(figure) == "Chart: a picture; a drawing."
    plt.close(figure)


def test_letters_are_shapes_and_two_runs_are_alike(shown):
    for _ in range(2):
        plots.show(chart(), "It falls.")
    assert shown[0].html == shown[1].html
    assert "<text" not in shown[0].svg
    assert "font" not in shown[0].svg
    assert not re.search(r"\d{4}-\d\d-\d\d|[A-Z][a-z]+ v?\d\.\d", shown[0].svg)


def test_greys_turn_over_in_the_dark_and_hues_stay(shown):
    plots.show(chart(), "It falls.")
    light, dark = re.findall(r":root\{([^}]*)\}", shown[0].svg)
    assert "--c000000:#000000" in light
    assert f"--c000000:{INK}" in dark
    assert f"--cffffff:{PAPER}" in dark
    drawn = shown[0].svg.split("</style>")[1]
    assert not re.search(r"#(?:000000|ffffff|cccccc)\b", drawn)
    assert in_the_dark("#d55e00") == "#d55e00"
    assert in_the_dark("#808080") not in ("#000000", "#ffffff")


@pytest.mark.parametrize("alpha", [None, 0.5], ids=["opaque", "pale"])
def test_what_lies_on_a_picture_keeps_its_colours(shown, alpha):
    """White on a dark picture stays white; on a pale one, which the page shines through, not."""
    figure, ax = plt.subplots()
    ax.imshow(np.zeros((9, 9)), alpha=alpha)
    ax.text(4, 4, "on it", color="white")
    plots.show(figure, "A dark picture.")
    assert ("[id^=as-drawn]" in shown[0].svg) == ('id="as-drawn' in shown[0].svg.replace("'", '"'))
    assert ("[id^=as-drawn]" in shown[0].svg) == (alpha is None)


def test_a_wide_figure_is_laid_out_anew_for_the_column(shown):
    plots.show(chart((10, 5)), "Wide.")
    assert shown[0].images[0]["width"] == "688"
    assert shown[0].images[0]["height"] == "344"


def test_small_pictures_in_a_chart_keep_their_pixels_and_photographs_are_webp(shown, photograph):
    figure, axes = plt.subplots(1, 2)
    axes[0].imshow(np.arange(12).reshape(3, 4))
    axes[1].imshow(photograph)
    plots.show(figure, "Two.")
    small, large = re.findall(r"<image.*?>", shown[0].svg)
    assert "data:image/png" in small
    assert "pixelated" in small
    assert "data:image/webp" in large
    assert "pixelated" not in large


def test_many_points_go_in_as_pixels(shown):
    figure, ax = plt.subplots()
    ax.plot(np.random.default_rng(0).normal(size=(9000, 2)).cumsum(axis=0))
    plots.show(figure, "Two walks.")
    assert "<image" in shown[0].svg
    assert len(shown[0].html) < 100_000


def test_dots_stand_at_their_numbers(shown):
    plots.show_dots({"loops": [1000, 3000], "fast": 2.5}, xlabel="ms", caption="Fast is fast.")
    assert shown[0].spoken == ["ms. loops: 2,000; fast: 2.5."]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "values must be a dict"),
        ([1, 2], "values must be a dict"),
        ({"a": []}, r"values\['a'\] must be a finite number"),
        ({"a": [1, np.nan]}, r"values\['a'\] must be a finite number"),
        ({"a": "3"}, r"values\['a'\] must be a number or several"),
        ({"b": 1, "a": [2, 0]}, r"values\['a'\] must be above 0 on a logarithmic axis; log=False"),
    ],
)
def test_dots_reject_what_leaves_no_dot(values, message):
    with pytest.raises(ValueError, match=message):
        plots.show_dots(values, xlabel="ms", caption="None.")
    assert not plt.get_fignums()


def test_dots_at_and_below_zero_have_an_axis_that_holds_them(shown):
    plots.show_dots({"a": 0, "b": [-1, 2]}, xlabel="gain", caption="Both.", log=False)
    assert shown[0].spoken == ["gain. b: 0.5; a: 0."]


def test_several_figures_are_one_picture_of_which_all_parts_are_told(shown):
    parts = tuple(chart(title=title) for title in ("left", "right"))
    plots.show(parts, "Two parts.")
    told = "left: loss of a batch against epoch, loss; right: loss of a batch against epoch, loss"
    assert shown[0].spoken == [f"Chart: {told}."]
    assert len(shown[0].images) == 2
    assert not plt.get_fignums()


@pytest.mark.parametrize("figure", [None, "a", [], [None], "axes"])
def test_show_rejects_what_is_no_figure(figure):
    kept = chart()
    given = kept.axes[0] if figure == "axes" else figure
    with pytest.raises(TypeError, match="figure must be a Matplotlib figure, or several in a list"):
        plots.show(given, "Nothing.")
    assert plt.get_fignums(), "a figure that was not given stays open"
    plt.close(kept)


def test_outside_a_notebook_nothing_is_shown_and_the_figure_is_closed(capsys):
    plots.show(chart(), "It falls.")
    assert not plt.get_fignums()
    assert capsys.readouterr().out == ""


def test_a_picture_may_differ_from_the_stored_one_its_words_may_not(shown):
    """Other machines draw a hair differently: nbval compares what is said of a figure."""
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(Path(__file__).parents[1] / "nbval.cfg", "utf-8")
    rule = settings["picture"]
    for title in ("a", "b", "b"):
        plots.show(chart(title=title), "It falls.", alt="A curve." if title == "a" else None)
    plots.show(chart(title="c"), "It falls.", alt="A curve.")
    first, second, third, fourth = (re.sub(rule["regex"], rule["replace"], f.html) for f in shown)
    assert first == fourth != second == third
    assert shown[0].html != shown[3].html
