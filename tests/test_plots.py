"""Pictures: boxes fall on the right pixels, captions go out as text."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from vidlearn import plots
from vidlearn.synthetic import picture

FRAME = np.zeros((40, 60, 3), np.uint8)


def test_draw_boxes_by_hand():
    drawn = plots.draw_boxes(FRAME, [[10, 5, 30, 25]])
    lit = np.argwhere(drawn.any(axis=2))
    assert lit.min(axis=0).tolist() == [5, 10]
    assert lit.max(axis=0).tolist() == [24, 29]  # x2 and y2 are edges: the last pixel is before
    assert not drawn[15, 20].any()
    assert not FRAME.any()


def test_draw_boxes_same_label_same_colour():
    drawn = plots.draw_boxes(FRAME, [[2, 20, 12, 30], [40, 20, 50, 30]], labels=[3, 3])
    assert np.array_equal(drawn[29, 5], drawn[29, 45])
    other = plots.draw_boxes(FRAME, [[2, 20, 12, 30]], labels=[4])
    assert not np.array_equal(drawn[29, 5], other[29, 5])


def test_draw_boxes_without_boxes_returns_a_copy():
    drawn = plots.draw_boxes(FRAME, np.empty((0, 4)))
    drawn[0] = 9
    assert not FRAME.any()


def test_draw_boxes_rejects_wrong_shape():
    with pytest.raises(ValueError, match=r"\(N, 4\).*\(2, 3\)"):
        plots.draw_boxes(FRAME, np.zeros((2, 3)))


@pytest.mark.parametrize(
    ("image", "limits"),
    [
        (np.array([[0, 7]], np.uint8), (0, 255)),
        (np.array([[-3.0, 1.0]]), (-3, 3)),
        (np.array([[0.0, 2.0]]), (0, 2)),
        (np.array([[4.0, 4.0]]), (4, 5)),
    ],
    ids=["uint8", "signed", "positive", "constant"],
)
def test_grey_scale_by_hand(image, limits):
    assert plots._limits(image) == limits


@pytest.fixture
def shown(monkeypatch):
    """What goes out to a notebook: (data, caption) of each figure."""
    displayed, figures = [], []
    monkeypatch.setattr(plots, "_in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda x, **options: displayed.append(x))
    encode = plots._encode
    monkeypatch.setattr(
        plots, "_encode", lambda figure: (figures.append(figure), encode(figure))[1]
    )
    return displayed, figures


def test_figures_and_captions_are_displayed(shown):
    displayed, figures = shown
    plots.show_images([FRAME, FRAME[..., 0]], ["a", "b"], caption="Two < three.")
    plots.filmstrip(np.stack([FRAME] * 9), caption="Nine frames.")
    matrices = [np.array([[1, -0.0], [0, 1]]), "·", np.ones((1, 3))]
    plots.number_grid(matrices, caption="Numbers.", highlight={0: [(0, 1)]})
    assert [len(f.axes) for f in figures] == [2, 6, 3]
    assert [ax.get_title() for ax in figures[1].axes] == [f"frame {i}" for i in (0, 2, 3, 5, 6, 8)]
    assert [t.get_text() for t in figures[2].axes[0].texts] == ["1", "0", "0", "1"]
    assert "Two &lt; three." in displayed[1].data
    assert displayed[0]["text/plain"] == "Two < three."


def test_photographs_go_out_as_jpeg_and_drawings_as_png(shown):
    displayed, _ = shown
    plots.show_images([picture("astronaut")], caption="A photograph.")
    plots.number_grid(np.eye(3), caption="Ones.")
    photograph = Image.open(io.BytesIO(base64.b64decode(displayed[0]["image/jpeg"])))
    drawing = Image.open(io.BytesIO(base64.b64decode(displayed[2]["image/png"])))
    assert (photograph.format, drawing.format) == ("JPEG", "PNG")
    assert photograph.width == 800
