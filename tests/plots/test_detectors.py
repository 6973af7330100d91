"""Drawings of detectors: every word is there, inside, and over no other."""

import xml.etree.ElementTree as ElementTree
from itertools import combinations

import matplotlib.pyplot as plt
import pytest

from vidlearn import messages, plots
from vidlearn.plots.detectors import DETECTORS, _drawn

ASIDE = {"caption", "alt"}


@pytest.fixture(params=DETECTORS)
def drawing(request):
    words = messages.text(f"detector_{request.param}")
    figure = _drawn(request.param, words)
    yield figure, {key: word for key, word in words.items() if key not in ASIDE}
    plt.close(figure)


def extents(figure):
    renderer = figure.canvas.get_renderer()
    texts = [text for text in figure.axes[0].texts if text.get_text().strip()]
    return {text: text.get_window_extent(renderer) for text in texts}


def test_every_word_of_the_catalogue_is_drawn(drawing):
    figure, words = drawing
    assert {text.get_text() for text in extents(figure)} == set(words.values())


def test_words_stand_inside_and_over_no_other(drawing):
    figure, _ = drawing
    places = extents(figure)
    for box in places.values():
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1
    for (one, first), (two, second) in combinations(places.items(), 2):
        assert not first.overlaps(second), (one.get_text(), two.get_text())


def test_words_in_a_box_do_not_cross_its_border(drawing):
    figure, _ = drawing
    renderer, middles = figure.canvas.get_renderer(), 0
    for shape in figure.axes[0].patches:
        frame = shape.get_window_extent(renderer)
        for text, place in extents(figure).items():
            across = abs((place.x0 + place.x1) - (frame.x0 + frame.x1)) < 2
            down = abs((place.y0 + place.y1) - (frame.y0 + frame.y1)) < 4
            if across and down and "FancyBbox" in type(shape).__name__:
                middles += 1
                assert place.width + 4 < frame.width, text.get_text()
                assert place.height + 4 < frame.height, text.get_text()
    assert middles >= 5


@pytest.mark.parametrize("name", DETECTORS)
def test_a_drawing_goes_out_as_svg_with_words_for_those_who_do_not_see(shown, name):
    plots.show_detector(name)
    plots.show_detector(name, caption="Look at the `head`.")
    words = messages.text(f"detector_{name}")
    first, second = shown
    assert first.spoken == second.spoken == [words["alt"]]
    assert first.plain == words["caption"]
    assert second.plain == "Look at the `head`."
    ElementTree.fromstring(first.svg)
    assert len(first.svg) < 60_000
    assert not plt.get_fignums()


def test_rejects_a_detector_that_is_not_drawn():
    with pytest.raises(ValueError, match="one of faster_rcnn, yolo, ssd"):
        plots.show_detector("detr")
