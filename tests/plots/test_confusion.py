"""The confusion matrix as a figure: every count is there, read in light and dark, and aloud."""

import io
import xml.etree.ElementTree as ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from vidlearn import messages, plots
from vidlearn.plots.confusion import _drawn

MATRIX = np.array([[12, 3, 0, 2], [0, 7, 1, 0], [0, 0, 0, 0], [4, 0, 105, 0]])
NAMES = ["red cell", "platelet", "white cell"]
WORDS = messages.text("confusion")


def drawn(matrix=MATRIX, names=NAMES):
    return _drawn(matrix, [*names, "background"], [*names, "missed"], WORDS)


def test_a_classifier_misses_nothing(shown):
    plots.show_confusion(MATRIX[:2, :2], NAMES[:2])
    assert shown[0].plain == WORDS["caption_whole"]
    assert "missed" not in shown[0].plain


def test_the_caption_says_what_the_last_row_holds():
    """A box too far off its thing is in the last row: it was not found where nothing is."""
    from vidlearn.boxes import Detections, Truth
    from vidlearn.metrics import confusion_matrix, detection_errors

    found, truths = [Detections([[0, 0, 10, 10]], [0.9], [0])], [Truth([[5, 0, 15, 10]], [0])]
    assert confusion_matrix(found, truths, ["a"]).tolist() == [[0, 1], [1, 0]]
    assert detection_errors(found, truths).kind.tolist() == ["place"]
    assert "too far off" in WORDS["caption"]


def test_every_count_stands_in_its_cell_and_the_corner_holds_none():
    figure = drawn()
    (ax,) = figure.axes
    cells = {tuple(np.floor(text.get_position()).astype(int)): text for text in ax.texts}
    written = [[cells[j, i].get_text() for j in range(4)] for i in range(4)]
    assert written == [
        ["12", "3", "0", "2"],
        ["0", "7", "1", "0"],
        ["0", "0", "0", "0"],
        ["4", "0", "105", "\N{EN DASH}"],
    ]
    assert [text.get_text() for text in ax.get_xticklabels()] == [*NAMES, "missed"]
    assert [text.get_text() for text in ax.get_yticklabels()] == [*NAMES, "background"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("found", "truth")
    assert cells[0, 0].get_weight() == "bold"
    assert cells[1, 0].get_weight() == "normal"
    plt.close(figure)


def test_cells_are_tinted_by_their_share_of_the_row():
    figure = drawn()
    tints = {patch.get_xy(): patch.get_facecolor() for patch in figure.axes[0].patches}
    assert set(tints) == {(0, 0), (1, 0), (3, 0), (1, 1), (2, 1), (0, 3), (2, 3)}
    assert tints[0, 0][3] == pytest.approx(0.4 * 12 / 17, abs=1e-3)
    assert tints[2, 3][3] == pytest.approx(0.4 * 105 / 109, abs=1e-3)
    blue = [place for place, tint in tints.items() if tint[2] > tint[0]]
    assert sorted(blue) == [(0, 0), (1, 1)]
    plt.close(figure)


@pytest.mark.parametrize("count", [1, 3, 9, 24])
def test_words_stand_inside_the_figure_and_over_no_other(count):
    names = [f"class {k:02d}" for k in range(count)]
    figure = drawn(np.full((count + 1, count + 1), 1234), names)
    figure.canvas.draw()
    ax = figure.axes[0]
    words = [*ax.texts, *ax.get_xticklabels(), *ax.get_yticklabels()]
    words += [ax.xaxis.label, ax.yaxis.label]
    boxes = np.array([word.get_window_extent().extents for word in words])
    assert (boxes[:, :2] >= -1).all()
    assert (boxes[:, 2:] <= np.array(figure.bbox.size) + 1).all()
    shared = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = shared - np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    over = (shared > 1).all(2) & ~np.eye(len(boxes), dtype=bool)
    assert not over.any()
    plt.close(figure)


def test_the_counts_are_read_aloud(shown):
    plots.show_confusion(MATRIX, NAMES)
    plots.show_confusion(MATRIX[:2, :2], NAMES[:2], caption="A `classifier`.", alt="Two.")
    assert shown[0].spoken == [
        "Confusion matrix, rows are the truth. red cell: red cell 12, platelet 3, white cell 0, "
        "missed 2. platelet: red cell 0, platelet 7, white cell 1, missed 0. white cell: red cell "
        "0, platelet 0, white cell 0, missed 0. background: red cell 4, platelet 0, white cell "
        "105, missed 0."
    ]
    assert shown[0].plain == WORDS["caption"]
    assert shown[1].spoken == ["Two."]
    assert shown[1].plain == "A `classifier`."
    ElementTree.fromstring(shown[0].svg)
    assert len(shown[0].html) < 60_000
    assert not plt.get_fignums()


def test_of_many_classes_only_what_is_not_0_is_read(shown):
    names = [f"c{k}" for k in range(20)]
    plots.show_confusion(5 * np.eye(21, dtype=int)[::-1], names)
    assert "c0: missed 5. c1: c19 5." in shown[0].spoken[0]
    plots.show_confusion(np.zeros((21, 21), int), names)
    assert "c0: nothing. c1: nothing." in shown[1].spoken[0]


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_follows_the_theme_of_its_page(shown, browser, theme):
    plots.show_confusion(MATRIX, NAMES)
    page = browser.new_page()
    page.set_content(f'<html data-theme="{theme}"><body>{shown[0].html}</body></html>')
    seen = np.array(Image.open(io.BytesIO(page.locator("img").screenshot())).convert("L"))
    page.close()
    assert (seen[3, 3] == 255) if theme == "light" else (seen[3, 3] < 40)
    assert np.ptp(seen.astype(int)) > 180


@pytest.mark.parametrize(
    ("matrix", "names", "message"),
    [
        (MATRIX, NAMES[:2], r"matrix must be \(K \+ 1, K \+ 1\).*shape \(4, 4\) and 2 names"),
        (MATRIX[:3], NAMES, r"Received shape \(3, 4\) and 3 names"),
        (MATRIX[:1, :1], [], r"for 1 to 24 names.*and 0 names"),
        (MATRIX / 2, NAMES, r"matrix must hold counts.*Received: float64 from 0\.0"),
        (-MATRIX, NAMES, r"matrix must hold counts.*Received: int64 from -105"),
    ],
    ids=["names", "square", "none", "shares", "negative"],
)
def test_confusion_rejects_what_is_no_table_of_counts(matrix, names, message):
    with pytest.raises(ValueError, match=message):
        plots.show_confusion(matrix, names)
