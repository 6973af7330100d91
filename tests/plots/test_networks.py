"""Drawings of networks for clips: what one number depends on is right, words are all there."""

import xml.etree.ElementTree as ElementTree
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from vidlearn import messages, plots
from vidlearn.plots import network_gated, network_segmenter, network_tcn, network_vos
from vidlearn.plots.networks import NETWORKS, POOLS, SIDES, _drawn, reaches


@pytest.fixture
def drawing():
    figure = _drawn(messages.text("network_c3d"))
    yield figure
    plt.close(figure)


def test_what_a_number_depends_on_by_pushing_each_frame():
    """Change a frame, convolve and pool as the network does, and see whether the first changes."""

    def down(values):
        rows = [values]
        for pool in POOLS:
            padded = np.pad(rows[-1], 1)
            summed = padded[:-2] + 2 * padded[1:-1] + 5 * padded[2:]
            rows.append(summed.reshape(-1, pool).sum(axis=1))
        return rows

    for frames in (16, 32):
        told = reaches(frames)
        assert [len(row) for row in down(np.zeros(16))] == [16, 16, 8, 4, 2]
        matters = [down(np.eye(frames)[t])[-1][0] != 0 for t in range(frames)]
        assert told[0] == (0, np.flatnonzero(matters).max())
    assert reaches() == [(0, 15), (0, 14), (0, 6), (0, 2), (0, 0)]
    assert reaches(32)[0] == (0, 15)  # of 32 it sees half


def words_are_apart(figure, words):
    """Assert that a drawing holds all its words, each inside it and over no other."""
    renderer = figure.canvas.get_renderer()
    texts = [text for text in figure.axes[0].texts if text.get_text().strip()]
    said = sorted(word for key, word in words.items() if key not in ("caption", "alt"))
    assert sorted(text.get_text() for text in texts) == said
    places = [text.get_window_extent(renderer) for text in texts]
    for place in places:
        assert figure.bbox.x0 <= place.x0 < place.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= place.y0 < place.y1 <= figure.bbox.y1
    for one, other in combinations(places, 2):
        assert not one.overlaps(other)


def test_every_word_is_drawn_inside_and_over_no_other(drawing):
    words_are_apart(drawing, messages.text("network_c3d"))


def test_maps_are_drawn_one_by_one(drawing):
    squares = [p for p in drawing.axes[0].patches if type(p).__name__ == "Rectangle"]
    for side, count in zip(SIDES, (16, 16, 8, 4, 2), strict=True):
        assert sum(np.isclose(square.get_width(), side) for square in squares) == count


@pytest.mark.parametrize("name", NETWORKS)
def test_a_drawing_goes_out_as_svg_with_words_for_those_who_do_not_see(shown, name):
    plots.show_network(name)
    plots.show_network(name, caption="Look at the fan.")
    words = messages.text(f"network_{name}")
    first, second = shown
    assert first.spoken == second.spoken == [words["alt"]]
    assert (first.plain, second.plain) == (words["caption"], "Look at the fan.")
    ElementTree.fromstring(first.svg)
    assert sum(len(image["src"]) for image in first.images) < 120_000
    assert len(first.svg) < 60_000
    assert not plt.get_fignums()


def test_rejects_a_network_that_is_not_drawn():
    with pytest.raises(ValueError, match="one of c3d"):
        plots.show_network("resnet")


# The TCN ------------------------------------------------------------------------------------


@pytest.fixture
def tcn():
    figure = network_tcn.drawn(messages.text("network_tcn"))
    yield figure
    plt.close(figure)


def test_paths_of_the_tcn_are_those_of_the_network():
    """Poke each frame of a block stack, and see which move the last output."""
    from vidlearn.models import receptive_field
    from vidlearn.scratch import conv1d_forward

    x = np.eye(16)[:, :, None] + 0.0  # one film for each frame
    for dilation in (1, 1, 2, 2, 4, 4):
        x, _ = conv1d_forward(x, np.ones((2, 1, 1)), padding=((dilation, 0),), dilation=dilation)
    reached = sorted({read for read, _ in network_tcn.paths()[-1]})
    assert reached == np.flatnonzero(x[:, -1, 0]).tolist() == [*range(1, 16)]
    assert len(reached) == receptive_field(2, network_tcn.DILATIONS)
    for pairs in network_tcn.paths():
        assert all(read <= reads for read, reads in pairs)


def test_words_of_the_tcn_are_drawn_inside_and_over_no_other(tcn):
    words_are_apart(tcn, messages.text("network_tcn"))


# Shots and masks ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["vos", "segmenter"])
def test_words_of_shots_and_masks_are_drawn_inside_and_over_no_other(name):
    words = messages.text(f"network_{name}")
    figure = {"vos": network_vos, "segmenter": network_segmenter}[name].drawn(words)
    words_are_apart(figure, words)
    plt.close(figure)


def test_the_score_at_the_cut_is_made_of_all_frames():
    kernel, forwards, backwards = network_segmenter.read()
    assert kernel == [4, 5, 6, 7, 8]
    assert sorted({*forwards, *backwards}) == list(range(network_segmenter.FRAMES))
    assert forwards[-1] == backwards[-1] == network_segmenter.CUT


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_words_of_gated_cells_are_drawn_inside_and_over_no_other(name):
    """Each part has its title, formula and meaning once; the drawing's words stand in each."""
    cell, words = getattr(network_gated, name.upper()), messages.text(f"network_{name}")
    figures = network_gated.drawn(cell, words)
    said = [text.get_text() for figure in figures for text in figure.axes[0].texts]
    for key, word in words.items():
        if key in ("caption", "alt"):
            continue
        part = key.startswith(("title", "formula", "meaning"))
        assert said.count(word) >= (1 if part else len(cell["panels"])), word
    for figure in figures:
        renderer = figure.canvas.get_renderer()
        places = [text.get_window_extent(renderer) for text in figure.axes[0].texts]
        for place in places:
            assert figure.bbox.x0 <= place.x0 < place.x1 <= figure.bbox.x1
            assert figure.bbox.y0 <= place.y0 < place.y1 <= figure.bbox.y1
        assert not any(one.overlaps(other) for one, other in combinations(places, 2))
        plt.close(figure)


def test_a_drawing_in_parts_is_one_picture_to_those_who_do_not_see(shown):
    """Its parts stand in one column where the page is narrow, so that letters keep their size."""
    plots.show_network("lstm")
    assert len(shown[0].images) == 4
    assert all(image["alt"] == "" for image in shown[0].images)
    assert {image["width"] for image in shown[0].images} == {"344"}
    assert "auto-fit" in shown[0].html


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_every_wire_of_a_gated_cell_is_lit_in_some_panel(name):
    cell = getattr(network_gated, name.upper())
    for kind in ("wires", "nodes", "ends"):
        for *_, panels in cell[kind]:
            assert panels
            assert set(panels) <= set(cell["panels"])
    assert set("".join(cell["lights"].values())) == set(cell["places"])
