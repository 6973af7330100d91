import numpy as np
import pytest

from tests.widgets.hosted import host
from vidlearn.boxes import Truth, iou
from vidlearn.proposals import graph_segments, merge_regions
from vidlearn.widgets import RegionMerging
from vidlearn.widgets.media import opened as opened_picture

READ = "nodes => nodes.map((n) => +n.dataset.vlValue)"


@pytest.fixture(scope="module")
def frame():
    """A ball of two shades before noise, wider than high, nothing in the middle."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[:48, :70]
    picture = np.stack([40 + x, 90 - y, 60 + x // 2], axis=-1) + rng.normal(0, 9, (48, 70, 3))
    ball = (x - 46) ** 2 + (y - 18) ** 2 < 110
    picture[ball] = [230, 200, 60]
    picture[ball & (x < 42)] = [200, 150, 40]
    return picture.clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def merging(frame):
    found = merge_regions(frame, graph_segments(frame, scale=30, sigma=0.6, least=8))
    assert 12 < len(found) < 60
    return found


@pytest.fixture
def truth():
    return {"the ball": [35.5, 7.5, 56.75, 28.5], "all": [2, 1, 70, 48]}


def shown(page, attribute):
    return page.locator(f"[data-vl-{attribute}]").evaluate_all(READ)


def go(page, step):
    page.locator("[data-vl-transport]").fill(str(step))


def click(page, which, x, y):
    """Click on the middle of a pixel of one of the two pictures."""
    box = page.locator(".vl-view").nth(which).bounding_box()
    side = box["width"] / 70
    page.mouse.click(box["x"] + (x + 0.5) * side, box["y"] + (y + 0.5) * side)


def drawn(page):
    """The map of the regions as pixels (H, W, 3)."""
    data = page.locator(".vl-flat canvas").evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]"
    )
    return np.array(data).reshape(48, 70, 4)[..., :3]


def test_repr_tells_frame_segments_and_merges(frame, merging):
    count = len(merging) + 1
    text = f"RegionMerging(frame 70×48, {count} segments, {count - 1} merges)"
    assert repr(RegionMerging(frame, merging)) == text


def test_rejects_what_does_not_fit_together(frame, merging, truth):
    with pytest.raises(ValueError, match=r"merging must be what .* Received: ndarray"):
        RegionMerging(frame, merging.segments)
    with pytest.raises(ValueError, match=r"one of this frame, 69×48 pixels. Received one of 70×48"):
        RegionMerging(frame[:, 1:], merging)
    with pytest.raises(ValueError, match=r"frame must be a uint8 picture"):
        RegionMerging(frame / 255, merging)
    with pytest.raises(ValueError, match=f"step must be from 0 to {len(merging)}, the number of"):
        RegionMerging(frame, merging, step=len(merging) + 1)
    for box in ([3, 4, 3, 9], [1, 2, 3], [1, np.nan, 3, 4]):
        with pytest.raises(ValueError, match=r"truth must hold boxes .* Received for 'a cup'"):
            RegionMerging(frame, merging, truth={"a cup": box})


def test_rejects_what_is_too_much_for_a_notebook():
    frame = np.zeros((26, 22, 3), np.uint8)
    single = merge_regions(frame, np.arange(572).reshape(26, 22), similarities="size")
    with pytest.raises(ValueError, match=r"at most 500 segments .* Received 572 segments, 26 rows"):
        RegionMerging(frame, single)
    ragged = np.indices((150, 160)).sum(axis=0) % 2
    frame = np.zeros((150, 160, 3), np.uint8)
    with pytest.raises(ValueError, match=r"at most 20000 runs .* Received 24000\."):
        RegionMerging(frame, merge_regions(frame, ragged, similarities="size"))
    long = np.zeros((3, 481), np.int64)
    with pytest.raises(ValueError, match="at most 480 rows and columns"):
        RegionMerging(long.astype(np.uint8), merge_regions(long.astype(np.uint8), long))


def test_state_of_a_busy_frame_is_small():
    rng = np.random.default_rng(0)
    frame = rng.integers(0, 256, (160, 240, 3)).astype(np.uint8)
    y, x = np.mgrid[:160, :240]
    wave = (x + 4 * np.sin(y / 3)).astype(int).clip(0, 239)  # 300 segments of wavy borders
    merging = merge_regions(frame, wave // 12 + 20 * (y * 15 // 160))
    assert len(merging) == 299
    state = RegionMerging(frame, merging).get_state()
    assert sum(len(state[name]) for name in ("_segments", "_boxes", "_merges", "_parts")) < 40_000


def test_truth_without_names_is_numbered(frame, merging, truth):
    boxes = np.array(list(truth.values()))
    for given in (boxes, Truth(boxes, [0, 3])):
        found = RegionMerging(frame, merging, truth=given)._truth
        assert [name for name, *_ in found] == ["thing 1", "thing 2"]
        assert [box for _, *box in found] == boxes.tolist()


def test_the_face_shows_the_map_at_its_step(frame, merging):
    faces = [RegionMerging(frame, merging, step=s).poster()[1] for s in (0, len(merging))]
    early, late = (np.array(opened_picture(face).convert("L"), float) for face in faces)
    half = early.shape[1] // 2 + 8
    assert late[8:-8, half:-8].std() < 3 < early[8:-8, half:-8].std()  # one region at the end


@pytest.mark.browser
def test_every_merge_shows_the_numbers_of_the_library(opened, frame, merging, truth):
    page = opened(RegionMerging(frame, merging, truth=truth))
    count = len(merging) + 1
    overlaps = iou(list(truth.values()), merging.boxes).astype(float)
    for step in (0, 1, 2, 7, count // 2, count - 2, count - 1):
        go(page, step)
        found = shown(page, "iou")
        np.testing.assert_allclose(found, overlaps[:, : count + step].max(axis=1), rtol=1e-6)
        if step:
            assert shown(page, "fresh") == merging.boxes[count + step - 1].tolist()
            np.testing.assert_allclose(shown(page, "part"), merging.parts[step - 1], rtol=1e-12)
            np.testing.assert_allclose(
                shown(page, "total"), [merging.similarities[step - 1]], rtol=1e-12
            )
            a, b = merging.merges[step - 1]
            assert f"regions {a} and {b} become one" in page.locator(".vl-line").inner_text()
        else:
            assert page.locator("[data-vl-fresh]").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("which", [0, 1], ids=["frame", "map"])
def test_a_click_follows_the_region_under_it(opened, frame, merging, which):
    page = opened(RegionMerging(frame, merging))
    for step, x, y in ((0, 46, 18), (3, 2, 41), (len(merging) - 3, 38, 20), (len(merging), 69, 47)):
        go(page, step)
        click(page, which, x, y)
        region = merging.after(step)[y, x]
        assert shown(page, "picked") == merging.boxes[region].tolist()
        root = page.locator("[data-vl-tree]").first
        assert root.get_attribute("data-vl-tree") == str(region)


@pytest.mark.browser
def test_the_map_has_the_mean_colour_of_every_region(opened, frame, merging):
    page = opened(RegionMerging(frame, merging))
    step = len(merging) - 4
    go(page, step)
    before, regions = merging.after(step - 1), merging.after(step)
    for labels, where in ((before, regions == regions.max()), (regions, regions != regions.max())):
        for region in np.unique(labels[where]):
            mean = frame[labels == region].mean(axis=0)
            found = drawn(page)[(labels == region) & where]
            np.testing.assert_allclose(found, np.broadcast_to(mean, found.shape), atol=1.01)
    page.get_by_role("button", name="Tints").click()
    colours = {tuple(c) for c in drawn(page)[regions != regions.max()]}
    assert len(colours) == len(np.unique(regions)) - 1


@pytest.mark.browser
def test_the_tree_tells_what_a_region_was_made_of_and_leads_there(opened, frame, merging):
    page = opened(RegionMerging(frame, merging, step=len(merging)))
    first = len(merging) + 1
    top = first + len(merging) - 1
    a, b = merging.merges[top - first].tolist()
    tree = page.locator("[data-vl-tree]").evaluate_all(
        "nodes => nodes.map((n) => +n.dataset.vlTree)"
    )
    below = [c for kid in (a, b) if kid >= first for c in merging.merges[kid - first].tolist()]
    assert tree[0] == top
    assert sorted(tree[1:]) == sorted([a, b, *below])
    larger = max(a, b)  # the newer one is no segment
    page.locator(f"[data-vl-tree='{larger}']").click()
    assert page.locator("[data-vl-transport]").input_value() == str(larger - first + 1)
    assert shown(page, "picked") == merging.boxes[larger].tolist()
    assert page.locator("[data-vl-tree]").first.get_attribute("data-vl-tree") == str(larger)
    assert page.evaluate("document.activeElement.dataset.vlTree") == str(larger)


@pytest.mark.browser
def test_a_thing_is_told_when_it_is_found_and_the_button_leads_there(opened, frame, merging, truth):
    page = opened(RegionMerging(frame, merging, truth=truth))
    overlaps = iou([truth["the ball"]], merging.boxes)[0].astype(float)
    best = int(overlaps.argmax())
    assert overlaps[best] > 0.8
    page.get_by_role("button", name="Show best").first.click()
    step = best - len(merging)
    assert shown(page, "picked") == merging.boxes[best].tolist()  # and the cross lies in it
    assert page.locator("[data-vl-transport]").input_value() == str(step)
    told = page.locator(".vl-told")
    assert f"IoU with the ball: {overlaps[best]:.2f}, found whole!" in told.inner_text()
    assert page.locator(".vl-here").count() == 1
    news = page.locator(".vl-line-news[d]")
    x1, y1, x2, y2 = merging.boxes[best].astype(int)
    assert news.get_attribute("d") == f"M{x1} {y1}H{x2}V{y2}H{x1}Z"
    go(page, step - 1)
    assert "the ball" not in "".join(page.locator(".vl-here").all_inner_texts())
    go(page, 0)
    assert news.count() == 0
    segments = merging.boxes[: len(merging) + 1]
    found = (iou(list(truth.values()), segments).max(axis=1) >= 0.5).sum()
    assert told.inner_text() == f"Found so far, with an IoU of 0.5 or more: {found} of 2."


@pytest.mark.browser
def test_boxes_are_drawn_on_the_frame(opened, frame, merging, truth):
    page = opened(RegionMerging(frame, merging, truth=truth))
    go(page, 5)

    def boxes(name):
        path = page.locator(f".vl-view >> nth=0 >> .vl-line-{name}").get_attribute("d") or ""
        return [one for one in path.split("M") if one]

    def written(box):
        x1, y1, x2, y2 = (f"{edge:g}" for edge in box)
        return f"{x1} {y1}H{x2}V{y2}H{x1}Z"

    count = len(merging) + 1
    assert boxes("fresh") == [written(merging.boxes[count + 4])]
    assert boxes("truth") == [written(box) for box in truth.values()]
    assert boxes("all") == []
    page.get_by_label("All boxes so far").check()
    assert boxes("all") == [written(box) for box in merging.boxes[: count + 5]]


@pytest.mark.browser
def test_keys_move_the_cross_and_the_merges(opened, frame, merging):
    page = opened(RegionMerging(frame, merging))
    page.locator(".vl-flat").focus()
    for key in ("ArrowRight", "Shift+ArrowLeft", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    region = merging.after(0)[24 + 8, 35 + 4 - 20]
    assert shown(page, "picked") == merging.boxes[region].tolist()
    page.locator("[data-vl-choice='tint']").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "End", "Home", "ArrowRight"):
        page.keyboard.press(key)
    assert page.locator("[data-vl-transport]").input_value() == "1"


@pytest.mark.browser
def test_a_finger_chooses_a_region(opened, frame, merging):
    page = opened(RegionMerging(frame, merging), width=400, has_touch=True, is_mobile=True)
    view = page.locator(".vl-flat")
    view.scroll_into_view_if_needed()
    side = view.bounding_box()["width"] / 70
    view.tap(position={"x": 5.5 * side, "y": 43.5 * side})
    assert shown(page, "picked") == merging.boxes[merging.after(0)[43, 5]].tolist()


@pytest.mark.browser
def test_the_next_cell_of_the_notebook_can_read_the_step(browser, frame, merging):
    page = host(browser.new_page(), RegionMerging(frame, merging, step=2))
    page.get_by_role("button", name="Next merge").click()
    assert page.evaluate("put") == {"step": 3}
    page.locator("[data-vl='play']").click()
    page.wait_for_function("() => +document.querySelector('[data-vl-transport]').value > 4")
    assert page.evaluate("put") == {"step": 3}  # not while it plays
    page.locator("[data-vl='pause']").click()
    assert page.evaluate("put.step") == int(page.locator("[data-vl-transport]").input_value())
    page.locator("[data-vl='reset']").click()
    assert page.evaluate("put") == {"step": 2}
    page.close()


@pytest.mark.browser
def test_one_segment_alone_is_shown_too(opened):
    frame = np.full((9, 14, 3), 70, np.uint8)
    page = opened(RegionMerging(frame, merge_regions(frame, np.zeros((9, 14), int))))
    assert page.locator(".vl-line").inner_text() == "Segments: 1. Nothing has merged yet."
    assert shown(page, "picked") == [0, 0, 14, 9]
