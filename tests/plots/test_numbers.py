"""Grids of numbers: one scale, blocks, and numbers that are read aloud."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from vidlearn import plots


@pytest.fixture
def drawn(monkeypatch):
    """The axes of the last number grid."""
    figures = []
    monkeypatch.setattr(
        plots.numbers, "show", lambda figure, caption, **rest: figures.append(figure)
    )
    yield figures
    plt.close("all")


def tints(ax):
    """Colour and strength of each tinted cell, by its place (row, column)."""
    found = {}
    for patch in ax.patches:
        if patch.get_fill():
            *rgb, alpha = patch.get_facecolor()
            found[int(patch.get_y()), int(patch.get_x())] = (
                "blue" if rgb[2] > rgb[0] else "orange",
                alpha,
            )
    return found


def test_one_tint_is_one_number_in_the_whole_figure(drawn):
    plots.number_grid(
        [np.array([[2.0, -1.0], [0, 0.25]]), "·", np.array([[0.25, -1]])], caption="c"
    )
    left, sign, right = drawn[0].axes
    assert tints(left) == {(0, 0): ("blue", 0.4), (0, 1): ("orange", 0.2), (1, 1): ("blue", 0.05)}
    assert tints(right) == {(0, 0): ("blue", 0.05), (0, 1): ("orange", 0.2)}
    assert [text.get_text() for text in left.texts] == ["2", "−1", "0", "0.25"]
    assert sign.texts[0].get_text() == "·"


def test_colour_can_be_off(drawn):
    plots.number_grid(np.eye(2), caption="c", colour=False)
    assert tints(drawn[0].axes[0]) == {}


def test_each_block_may_have_a_tint_of_its_own(drawn):
    grids = [np.arange(10.0).reshape(2, 5), np.array([[7.0, 9, 4]]), np.ones((1, 1))]
    plots.number_grid(grids, colour="blocks", blocks={0: 2, 1: 1}, caption="c")
    found = [
        [(p.get_xy(), p.get_width(), p.get_facecolor()) for p in ax.patches if p.get_fill()]
        for ax in drawn[0].axes
    ]
    assert [(xy, wide) for xy, wide, _ in found[0]] == [((0, 0), 2), ((2, 0), 2), ((4, 0), 1)]
    assert [c for *_, c in found[0]] == [c for *_, c in found[1]]
    assert len({c for *_, c in found[0]}) == 3
    assert not found[2]


def test_no_number_is_minus_zero(drawn):
    plots.number_grid(np.array([[-0.0]]), caption="c")
    assert drawn[0].axes[0].texts[0].get_text() == "0"


def test_long_numbers_fit_into_their_cells(drawn):
    plots.number_grid([np.full((1, 2), -0.123456), np.ones((1, 2))], caption="c")
    canvas = drawn[0].canvas.get_renderer()
    for ax in drawn[0].axes:
        width = ax.get_window_extent().width / 2
        assert all(text.get_window_extent(canvas).width < width for text in ax.texts)
    assert drawn[0].axes[1].texts[0].get_fontsize() == 10


def test_cells_are_squares_of_one_size_on_one_middle_line(drawn):
    plots.number_grid([np.ones((4, 6)), "→", np.ones((1, 2))], ["in", "", "out"], caption="c")
    high, sign, low = (ax.get_position() for ax in drawn[0].axes)
    width, height = drawn[0].get_size_inches()
    for box, (rows, columns) in ((high, (4, 6)), (low, (1, 2))):
        assert box.width * width == pytest.approx(0.42 * columns)
        assert box.height * height == pytest.approx(0.42 * rows)
    assert (low.y0 + low.y1) == pytest.approx(high.y0 + high.y1) == pytest.approx(sign.y0 + sign.y1)


@pytest.mark.parametrize(
    ("blocks", "rows", "columns"),
    [(2, [0, 2, 4], [0, 2, 4, 6]), ((4, 3), [0, 4], [0, 3, 6]), ({1: 2}, None, None)],
    ids=["square", "oblong", "of another entry"],
)
def test_blocks_have_borders(drawn, blocks, rows, columns):
    plots.number_grid([np.ones((4, 6)), "→"], caption="c", blocks=blocks)
    strong = [lines for lines in drawn[0].axes[0].collections if lines.get_linewidth()[0] == 2]
    if rows is None:
        assert not strong
        return
    across, down = ([segment[0] for segment in lines.get_segments()] for lines in strong)
    assert [y for _, y in across] == rows
    assert [x for x, _ in down] == columns


def test_highlighted_cells_have_a_frame(drawn):
    plots.number_grid([np.ones((2, 2)), np.ones((2, 2))], caption="c", highlight={1: [(0, 1)]})
    frames = [[p.get_xy() for p in ax.patches if not p.get_fill()] for ax in drawn[0].axes]
    assert frames == [[], [(1, 0)]]


def test_small_grids_are_read_out_and_large_ones_named(shown):
    plots.number_grid(
        [np.array([[1, -2], [3, 4]]), "·", np.ones((1, 2))], ["x", "", ""], caption="c"
    )
    plots.number_grid([np.ones((8, 16))], ["all\nof x"], caption="c")
    plots.number_grid(np.ones((1, 1)), caption="c", alt="A one.")
    assert [figure.spoken[0] for figure in shown] == [
        "Numbers. x: 1 −2; 3 4. · 1 1.",
        "Numbers. all of x: 8 by 16.",
        "A one.",
    ]


def test_wrong_number_of_titles_is_an_error():
    with pytest.raises(ValueError, match="zip"):
        plots.number_grid([np.ones((2, 2))], ["a", "b"], caption="c")
