import numpy as np
import pytest

from tests.widgets.hosted import host
from tests.widgets.page import as_array, values
from vidlearn import boxes
from vidlearn.tracking import assign, assign_greedy
from vidlearn.widgets import AssignmentMatrix

FRAME = np.random.default_rng(0).integers(0, 256, (60, 100, 3), np.uint8)
# A queue that brakes: each track has run ahead, nearly to the next thing; one thing is new.
TRACKS = [[21, 20, 51, 44], [41, 20, 71, 44], [61, 20, 91, 44]]
FOUND = [[50, 21, 80, 44], [10, 20, 40, 44], [30, 20, 60, 43], [3, 49, 18, 58]]


def crowd(rng, rows, columns):
    """Boxes that lie about each other, so that few pairs have no overlap."""
    corners = [rng.uniform((0, 0), (45, 25), (count, 2)) for count in (rows, columns)]
    sides = [rng.uniform((14, 12), (40, 30), (count, 2)) for count in (rows, columns)]
    return [np.concatenate([a, a + b], axis=1) for a, b in zip(corners, sides, strict=True)]


def costs_of(tracks, found, kind):
    if kind == "iou":
        return 1 - boxes.iou(tracks, found)
    middles = [(one[:, :2] + one[:, 2:]) / 2 for one in map(np.array, (tracks, found))]
    return np.linalg.norm(middles[0][:, None] - middles[1], axis=2)


def sums(page):
    """{way: (number of pairs, sum)} as they are shown."""
    return {
        way: tuple(
            float(page.locator(f"[data-vl-{name}='{way}']").get_attribute("data-vl-value"))
            for name in ("pairs", "sum")
        )
        for way in ("greedy", "best", "own")
    }


def pairs(page):
    """The cells that are paired, by rows."""
    found = page.locator("[data-vl-is='paired']").evaluate_all(
        "nodes => nodes.map((n) => n.dataset.vlCost.split(',').map(Number))"
    )
    links = page.locator("[data-vl-link]").evaluate_all(
        "nodes => nodes.map((n) => n.dataset.vlLink.split(',').map(Number))"
    )
    assert sorted(links) == sorted(found), "each has its line in the picture"
    return found


def cell(page, i, j):
    return page.locator(f"[data-vl-cost='{i},{j}']")


def show(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def line(page):
    return page.locator(".vl-line").inner_text()


def test_repr_tells_both_sums():
    assert repr(AssignmentMatrix(FRAME, TRACKS, FOUND)) == (
        "AssignmentMatrix(3 tracks, 4 detections, iou up to 1; greedy 1.96 in 3 pairs, "
        "best 1.64 in 3)"
    )
    one = AssignmentMatrix(FRAME, TRACKS[:1], FOUND[3:], costs="distance", gate=9)
    assert repr(one).endswith(
        "(1 track, 1 detection, distance up to 9; greedy 0 in 0 pairs, best 0 in 0)"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tracks": np.zeros((0, 4))}, r"tracks must be 1 to 7 boxes.*Received shape: \(0, 4\)"),
        ({"tracks": TRACKS * 3}, r"tracks must be 1 to 7 boxes.*\(9, 4\)"),
        ({"detections": FOUND[0]}, r"detections must be 1 to 7 boxes.*\(4,\)"),
        ({"detections": [[3, 3, 3, 9]]}, "detections must hold boxes x1 < x2.*Received: .3.0"),
        ({"detections": [[3, 3, np.nan, 9]]}, "detections must hold boxes x1 < x2"),
        ({"costs": "giou"}, 'costs must be "iou" or "distance". Received: .giou'),
        ({"gate": -0.1}, "gate must be a number from 0"),
        ({"ids": [1, 2]}, r"ids must be one for each track, 3\. Received: 2"),
        ({"method": "hungarian"}, 'method must be one of "greedy", "best", "own"'),
        ({"frame": FRAME / 255}, "frame must be a uint8 picture"),
    ],
)
def test_matrix_rejects_what_it_cannot_show(options, message):
    with pytest.raises(ValueError, match=message):
        AssignmentMatrix(**{"frame": FRAME, "tracks": TRACKS, "detections": FOUND, **options})


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["iou", "distance"])
def test_both_ways_equal_the_library_whatever_the_gate(browser, kind):
    page = browser.new_page()
    rng = np.random.default_rng(3)
    gates = {"iou": (0.5, 0.75, 0.9, 1), "distance": (6, 14, 25, 200)}[kind]
    lost = fewer = 0
    for rows, columns in ((1, 3), (2, 2), (4, 3), (3, 5), (6, 6), (7, 7), (7, 4), (5, 7)):
        for gate in gates:
            tracks, found = crowd(rng, rows, columns)
            host(page, AssignmentMatrix(FRAME, tracks, found, costs=kind, gate=gate))
            costs = costs_of(tracks, found, kind)
            shown = as_array(values(page, "data-vl-cost"), costs.shape)
            np.testing.assert_allclose(shown, costs, atol=1e-12)
            show(page, "Hungarian")
            best, greedy = assign(costs, most=gate), assign_greedy(costs, most=gate)
            of_each = {"greedy": greedy, "best": best}
            for way, (count, total) in sums(page).items():
                if way != "own":
                    assert count == len(of_each[way][0])
                    assert total == pytest.approx(costs[of_each[way]].sum(), abs=1e-9)
            exact = kind == "distance" or gate < 1  # pairs without overlap all cost 1
            assert pairs(page) == np.transpose(best).tolist() or not exact
            page.locator(".vl").press("End")
            assert pairs(page) == np.transpose(greedy).tolist()
            lost += (
                len(greedy[0]) == len(best[0]) and costs[greedy].sum() > costs[best].sum() + 0.01
            )
            fewer += len(greedy[0]) < len(best[0])
    assert lost > 3
    assert fewer > 0
    page.close()


@pytest.mark.browser
def test_a_gate_leaves_out_before_pairing_not_after(opened):
    # The least sum of all, 0.9 of two, takes a forbidden pair; left out after, one would be left.
    tracks, found = [[0, 0, 10, 10], [40, 0, 50, 10]], [[4, 0, 14, 10], [40, 30, 50, 40]]
    page = opened(AssignmentMatrix(FRAME, tracks, found, costs="distance", gate=37))
    show(page, "Hungarian")
    assert cell(page, 0, 1).get_attribute("data-vl-is") == "beyond"
    assert sums(page)["best"] == (2, 34)


@pytest.mark.browser
def test_exactly_the_gate_is_allowed(opened):
    page = opened(AssignmentMatrix(FRAME, TRACKS[:1], [[24, 24, 54, 48]], costs="distance", gate=5))
    show(page, "Hungarian")
    assert sums(page)["best"] == (1, 5)
    assert "the least sum there is, 5.0 in 1 pair." in line(page)
    page.get_by_role("slider", name="Gate").fill("4")
    assert sums(page)["best"] == (0, 0)
    assert line(page) == "The gate forbids every pair."


@pytest.mark.browser
def test_greedy_goes_step_by_step_and_loses(opened):
    page = opened(AssignmentMatrix(FRAME, TRACKS, FOUND, ids=["a", "b", 9]))
    assert pairs(page) == []
    assert sums(page)["greedy"] == (0, 0)
    costs = costs_of(TRACKS, FOUND, "iou")
    rows, columns = assign_greedy(costs)
    order = sorted(zip(rows, columns, strict=True), key=lambda pair: costs[pair])
    take = page.locator("[data-vl='next']")
    for step, (i, j) in enumerate(order, 1):
        take.click()
        assert "vl-latest" in cell(page, i, j).get_attribute("class")
        assert sorted(pairs(page)) == sorted(map(list, order[:step]))
        assert line(page).startswith(f"Step {step}: track {['a', 'b', 9][i]} with {'ABCD'[j]}, ")
    assert take.get_attribute("aria-disabled") == "true"
    assert "for a sum of 1.96. A cheap start made the end dear: the best sum is 1.64." in line(page)
    page.get_by_role("button", name="Take it back").click()
    assert len(pairs(page)) == 2
    show(page, "Hungarian")
    assert pairs(page) == [[0, 1], [1, 2], [2, 0]]
    assert (
        "finds the least sum there is, 1.64 in 3 pairs. Against greedy, track a takes B and not C"
        in line(page)
    )
    assert "track 9 takes A and not B" in line(page)


@pytest.mark.browser
def test_greedy_may_cost_a_pair(opened):
    page = opened(AssignmentMatrix(FRAME, TRACKS, FOUND, gate=0.8))
    page.locator(".vl").press("End")
    assert sums(page)["greedy"][0] == 2
    assert sums(page)["best"][0] == 3
    assert "2 of 3 possible pairs. A cheap start has cost a pair." in line(page)
    assert "one pair fewer" in page.locator(".vl-sums").inner_text()
    show(page, "Hungarian")
    assert "track 3, which greedy leaves alone, gets A" in line(page)


@pytest.mark.browser
def test_a_click_pairs_by_hand_from_what_is_shown(opened):
    page = opened(AssignmentMatrix(FRAME, TRACKS, FOUND))
    show(page, "Hungarian")
    cell(page, 0, 2).click()  # C was with track 2, B with track 1
    assert pairs(page) == [[0, 2], [2, 0]]
    costs = costs_of(TRACKS, FOUND, "iou")
    assert sums(page)["own"] == pytest.approx((2, costs[0, 2] + costs[2, 0]))
    assert "one pair fewer" in page.locator(".vl-sums").inner_text()
    cell(page, 1, 1).click()
    more = costs[0, 2] + costs[2, 0] + costs[1, 1] - costs[assign(costs)].sum()
    assert f"{more:.2f} too much" in page.locator(".vl-sums").inner_text()
    cell(page, 1, 1).click()
    assert pairs(page) == [[0, 2], [2, 0]], "the second click parts"
    for i, j in ((0, 1), (1, 2)):
        cell(page, i, j).click()
    assert page.locator(".vl-sums .vl-lit").inner_text().endswith("as good as it gets")


@pytest.mark.browser
def test_what_the_gate_forbids_cannot_be_paired(opened):
    page = opened(AssignmentMatrix(FRAME, TRACKS, FOUND, gate=0.8, method="own"))
    cell(page, 0, 3).click()
    assert pairs(page) == []
    assert line(page).startswith("The gate forbids this pair: only costs up to 0.80")
    cell(page, 1, 2).click()
    page.get_by_role("slider", name="Gate").fill("0.1")
    assert pairs(page) == [], "and is parted when the gate closes"


@pytest.mark.browser
def test_the_keyboard_does_it_all(opened):
    page = opened(AssignmentMatrix(FRAME, TRACKS, FOUND))
    cell(page, 0, 0).focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    assert pairs(page) == [[0, 3]]
    page.keyboard.press(" ")
    assert pairs(page) == []
    page.locator("[data-vl-handle='2']").focus()
    before = values(page, "data-vl-cost")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    moved = [*FOUND[:2], [31, 12, 61, 35], FOUND[3]]
    np.testing.assert_allclose(
        as_array(values(page, "data-vl-cost"), (3, 4)), costs_of(TRACKS, moved, "iou"), atol=1e-12
    )
    assert before != values(page, "data-vl-cost")
    page.locator("[data-vl='next']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert len(pairs(page)) == 2
    page.keyboard.press("Home")
    assert pairs(page) == []


@pytest.mark.browser
def test_a_detection_is_dragged_and_the_matrix_follows(opened):
    page = opened(AssignmentMatrix(FRAME, TRACKS, FOUND, costs="distance"))
    scene = page.locator(".vl-scene").bounding_box()
    scale = scene["width"] / 100
    page.mouse.move(scene["x"] + 10.5 * scale, scene["y"] + 53.5 * scale)
    page.mouse.down()
    page.mouse.move(scene["x"] + 30.5 * scale, scene["y"] + 43.5 * scale, steps=3)
    shown = as_array(values(page, "data-vl-cost"), (3, 4))
    moved = [*FOUND[:3], [23, 39, 38, 48]]
    np.testing.assert_allclose(shown, costs_of(TRACKS, moved, "distance"), atol=0.02)
    page.mouse.move(scene["x"] - 500, scene["y"] - 500)
    page.mouse.up()
    box = page.locator(".vl-found").nth(3).bounding_box()
    assert box["x"] + box["width"] == pytest.approx(scene["x"] + 2 * scale, abs=2), "some stays"


@pytest.mark.browser
def test_of_detections_on_each_other_the_nearest_is_taken(opened):
    page = opened(AssignmentMatrix(FRAME, TRACKS, [[30, 10, 60, 40], [40, 10, 70, 40]]))
    scene = page.locator(".vl-scene").bounding_box()
    scale = scene["width"] / 100
    page.mouse.move(scene["x"] + 46 * scale, scene["y"] + 25 * scale)
    page.mouse.down()
    page.mouse.move(scene["x"] + 46 * scale, scene["y"] + 30 * scale)
    page.mouse.up()
    place = page.locator("[data-vl-handle]").evaluate_all("nodes => nodes.map((n) => n.ariaLabel)")
    assert place == ["Detection A, centre 45, 30", "Detection B, centre 55, 25"]


@pytest.mark.browser
def test_a_finger_pairs_and_drags(opened):
    widget = AssignmentMatrix(FRAME, TRACKS, FOUND)
    page = opened(widget, width=400, has_touch=True, is_mobile=True)
    cell(page, 2, 0).tap()
    page.locator("[data-vl='next']").tap()
    assert len(pairs(page)) == 1
    assert (
        page.locator(".vl-handle").first.evaluate("n => getComputedStyle(n).touchAction") == "none"
    )


@pytest.mark.browser
def test_seven_by_seven_far_apart_fit_a_phone(opened):
    frame = np.zeros((600, 1000, 3), np.uint8)
    tracks, found = (20 * np.array(some) for some in crowd(np.random.default_rng(1), 7, 7))
    page = opened(
        AssignmentMatrix(frame, tracks, found, costs="distance", ids=range(101, 108)), width=360
    )
    cell(page, 0, 0).click()
    page.locator(".vl").press("End")
    end = page.locator(".vl-scene").bounding_box()
    for part in (".vl-matrix", ".vl-sums"):
        box = page.locator(part).bounding_box()
        assert box["x"] + box["width"] <= end["x"] + end["width"] + 1, part
    cut = page.locator(".vl-cost").evaluate_all("n => n.some((x) => x.scrollWidth > x.clientWidth)")
    assert not cut


@pytest.mark.browser
def test_python_learns_what_was_chosen(browser):
    page = browser.new_page()
    widget = AssignmentMatrix(FRAME, TRACKS, FOUND)
    host(page, widget)
    show(page, "Distance")
    show(page, "Your own")
    page.locator("[data-vl-handle='0']").press("ArrowLeft")
    put = page.evaluate("put")
    assert put == {
        "costs": "distance",
        "gate": 117,
        "method": "own",
        "detections": [[49, 21, 79, 44], *FOUND[1:]],
    }
    for name, value in put.items():
        setattr(widget, name, value)
    assert widget._matrix().max() > 1
    page.close()
