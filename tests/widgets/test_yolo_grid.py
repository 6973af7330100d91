import numpy as np
import pytest

from tests.widgets.hosted import host
from vidlearn import boxes
from vidlearn.widgets import YoloGrid

NAMES = ["coin", "cup", "horse"]
H, W = 40, 52  # not a whole number of cells: 5 x 7 of 8, 3 x 4 of 16 pixels
GRIDS = {8: (5, 7), 16: (3, 4)}


@pytest.fixture
def raw():
    rng = np.random.default_rng(3)
    parts = rng.normal(0, 2, 47), rng.normal(0, 2, (47, 3)), rng.normal(0, 1, (47, 4))
    return [part.astype(np.float32).astype(float) for part in parts]


@pytest.fixture
def frame():
    return np.random.default_rng(0).integers(0, 256, (H, W, 3), np.uint8)


def decoded(raw, factor=2.0):
    """Boxes and scores of all cells, written once more, cell by cell."""
    found, scores, k = [], [], 0
    for stride, (rows, columns) in GRIDS.items():
        for i in range(rows):
            for j in range(columns):
                left, top, right, bottom = np.log(1 + np.exp(raw[2][k])) * stride * factor
                x, y = (j + 0.5) * stride, (i + 0.5) * stride
                found.append([x - left, y - top, x + right, y + bottom])
                share = np.exp(raw[1][k]) / np.exp(raw[1][k]).sum()
                scores.append(share / (1 + np.exp(-raw[0][k])))
                k += 1
    return np.array(found), np.array(scores)


def numbers(page, name):
    found = page.locator(f"[data-vl-{name}]").evaluate_all("n => n.map((x) => +x.dataset.vlValue)")
    return found[0] if len(found) == 1 else found


def agrees(page, raw, index, found, scores):
    """Hold all steps shown against the cell of that number."""
    np.testing.assert_allclose(numbers(page, "raw"), raw[2][index])
    np.testing.assert_allclose(numbers(page, "soft"), np.log1p(np.exp(raw[2][index])), rtol=1e-9)
    np.testing.assert_allclose(numbers(page, "edge"), found[index], rtol=1e-9)
    np.testing.assert_allclose(numbers(page, "logit"), raw[1][index])
    assert numbers(page, "objectness") == pytest.approx(raw[0][index])
    assert numbers(page, "sure") == pytest.approx(1 / (1 + np.exp(-raw[0][index])))
    np.testing.assert_allclose(
        np.multiply(numbers(page, "share"), numbers(page, "sure")), scores[index], rtol=1e-9
    )
    assert numbers(page, "score") == pytest.approx(scores[index].max())


def test_repr_tells_frame_classes_and_grids(frame, raw):
    assert repr(YoloGrid(frame, raw, names=NAMES)) == (
        "YoloGrid(frame 52×40, 3 classes, grid 5×7 of 8 pixels, grid 3×4 of 16 pixels)"
    )


def test_it_begins_at_the_cell_of_the_highest_score(frame, raw):
    _, scores = decoded(raw)
    level, row, column = YoloGrid(frame, raw, names=NAMES).cell
    assert [0, 35][level] + row * [7, 4][level] + column == scores.max(axis=1).argmax()
    assert YoloGrid(frame, raw, names=NAMES, cell=(1, 2, 3)).cell == [1, 2, 3]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"names": ["coin", "cup"]}, r"classes of shape \(47, 2\).*Received shape \(47, 3\)"),
        ({"names": []}, "names must be 1 to 20 classes"),
        ({"strides": (8,)}, r"objectness of shape \(35,\)"),
        ({"strides": (8, 1)}, "strides must be one to four whole numbers from 2"),
        ({"strides": ()}, "strides must be"),
        ({"cell": (1, 3, 0)}, r"cell must be \(level, row, column\) of the grids 5×7, 3×4"),
        ({"cell": (2, 0, 0)}, "cell must be"),
        ({"cell": (0, 0.5, 0)}, "cell must be"),
        ({"threshold": 0.01}, "threshold must be a number from 0.05 to 1"),
        ({"overlap": 1.5}, "overlap must be"),
        ({"factor": 0}, "factor must be a number above 0"),
        ({"outputs": np.zeros((47, 8))}, "outputs must be three arrays: objectness, classes, dist"),
        ({"outputs": [np.full(47, np.nan)] * 3}, "outputs must hold finite objectness"),
        ({"frame": np.zeros((900, 900, 3), np.uint8)}, "frame must have at most 3000 cells"),
    ],
)
def test_grid_rejects_what_it_cannot_show(frame, raw, options, message):
    options = {"frame": frame, "outputs": raw, "names": NAMES, **options}
    with pytest.raises(ValueError, match=message):
        YoloGrid(options.pop("frame"), options.pop("outputs"), **options)


@pytest.mark.browser
def test_a_cell_becomes_a_box_by_hand(opened):
    raw = np.zeros((2, 1)), np.zeros((2, 2, 1)), np.zeros((2, 4))
    raw[0][1], raw[1][1] = np.log(3), [[np.log(4)], [0.0]]
    raw[2][1] = np.log(np.expm1([0.25, 0.5, 1, 0.125]))  # softplus takes them back
    raw = raw[0][:, 0], raw[1][..., 0], raw[2]
    page = opened(YoloGrid(np.zeros((16, 32, 3), np.uint8), raw, names=["a", "b"], strides=[16]))
    # the centre of cell (0, 1) is (24, 8); one is 2 * 16 pixels
    np.testing.assert_allclose(numbers(page, "edge"), [16, -8, 56, 12], rtol=1e-6)
    assert numbers(page, "score") == pytest.approx(3 / 4 * 4 / 5)


@pytest.mark.browser
def test_every_step_of_every_kind_of_cell_equals_numpy(opened, frame, raw):
    page = opened(YoloGrid(frame, raw, names=NAMES, factor=1.5, cell=(0, 0, 0)))
    found, scores = decoded(raw, 1.5)
    field = page.get_by_role("application")
    agrees(page, raw, 0, found, scores)
    field.press("ArrowRight")
    field.press("Shift+ArrowDown")
    agrees(page, raw, 4 * 7 + 1, found, scores)
    field.press("ArrowDown")  # the grid ends here
    agrees(page, raw, 4 * 7 + 1, found, scores)
    box = field.bounding_box()
    field.click(position={"x": 51 / W * box["width"], "y": 17 / H * box["height"]})
    agrees(page, raw, 2 * 7 + 6, found, scores)
    page.get_by_role("button", name="16 pixels each").click()
    agrees(page, raw, 35 + 1 * 4 + 3, found, scores)
    page.get_by_role("button", name="Best cell").click()
    agrees(page, raw, 35 + scores[35:].max(axis=1).argmax(), found, scores)


@pytest.mark.browser
@pytest.mark.parametrize("threshold", [0.05, 0.31, 0.6])
def test_boxes_above_a_threshold_and_after_suppression_equal_the_library(
    opened, frame, raw, threshold
):
    page = opened(YoloGrid(frame, raw, names=NAMES, overlap=0.3))
    page.get_by_role("slider", name="Score threshold").fill(str(threshold))
    found, scores = decoded(raw)
    cells, labels = np.nonzero(scores > threshold)
    found = np.clip(found[cells], 0, [W, H, W, H])
    kept = boxes.nms(found, scores[cells, labels], threshold=0.3, labels=labels)
    assert 0 < len(kept) < len(cells)
    assert page.locator("[data-vl-count]").all_inner_texts() == [str(len(cells)), str(len(kept))]
    page.get_by_role("button", name="After NMS").click()
    assert page.locator(".vl-tag").all_inner_texts() == [
        f"{NAMES[labels[k]]} {scores[cells[k], labels[k]]:.2f}" for k in kept
    ]
    lines = page.locator("path.vl-found").get_attribute("d")
    assert lines.count("Z") == len(kept)
    page.get_by_role("button", name="All above").click()
    assert page.locator("path.vl-found").get_attribute("d").count("Z") == len(cells)
    page.get_by_role("button", name="This cell's").click()
    assert page.locator("path.vl-found").get_attribute("d") is None


@pytest.mark.browser
def test_python_hears_what_the_reader_chose(browser, frame, raw):
    page = browser.new_page()
    host(page, YoloGrid(frame, raw, names=NAMES, cell=(0, 2, 2)))
    page.get_by_role("application").press("ArrowLeft")
    page.get_by_role("button", name="After NMS").click()
    page.get_by_role("slider", name="Score threshold").fill("0.5")
    put = page.evaluate("put")
    assert put == {"cell": [0, 2, 1], "shown": "kept", "threshold": 0.5}
    page.close()


def test_the_face_draws_the_boxes_that_are_left(frame, raw):
    grid = YoloGrid(frame, raw, names=NAMES, threshold=0.6)
    found, scores = decoded(raw)
    cells, labels = np.nonzero(scores > 0.6)
    inside = np.clip(found[cells], 0, [W, H, W, H])
    kept = boxes.nms(inside, scores[cells, labels], threshold=0.45, labels=labels)
    np.testing.assert_allclose(grid._kept(), inside[kept], rtol=1e-6)
