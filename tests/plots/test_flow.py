"""Motion as colours and arrows."""

import numpy as np
import pytest

from vidlearn import plots


def test_each_direction_has_its_colour_by_hand():
    arrows = [[3, 0], [0, 3], [-3, 0], [0, -3], [0, 0], [1.5, 0], [np.nan, 1]]
    colours = plots.paint_flow(arrows, 3.0).tolist()
    assert colours[0] == [255, 0, 0]
    assert colours[1] == [128, 255, 0]
    assert colours[2] == [0, 255, 255]
    assert colours[3] == [128, 0, 255]
    assert colours[4] == [255, 255, 255]
    assert colours[5] == [255, 128, 128]
    assert colours[6] == [128, 128, 128]


def test_a_few_wild_arrows_do_not_fade_the_rest():
    flow = np.zeros((40, 50, 2))
    flow[..., 0] = 2
    flow[0, 0] = 500
    painted = plots.paint_flow(flow)
    assert painted[20, 20].tolist() == [255, 0, 0]
    assert painted[0, 0].tolist() == [255, 191, 0]  # right and down, in full colour
    assert plots.paint_flow(np.zeros((4, 5, 2))).min() == 255
    assert plots.paint_flow(np.full((4, 5, 2), np.nan)).max() == 128


def test_the_wheel_is_the_key_by_hand():
    wheel = plots.flow_wheel(31)
    assert wheel.shape == (31, 31, 3)
    assert wheel[15, 30].tolist() == [255, 0, 0]
    assert wheel[15, 0].tolist() == [0, 255, 255]
    assert wheel[0, 0].tolist() == [255, 255, 255]


def test_arrows_are_drawn_on_a_copy():
    frame = np.full((40, 60, 3), 90, np.uint8)
    drawn = plots.draw_arrows(frame, [[10, 20], [40, 5]], [[8, 0], [np.nan, 0]], scale=2)
    assert (frame == 90).all()
    changed = np.argwhere((drawn != 90).any(axis=-1))
    assert changed[:, 1].min() >= 8
    assert 25 <= changed[:, 1].max() <= 30
    assert drawn[20, 15].tolist() == [255, 255, 255]
    assert not drawn[[19, 21], 15].any(), "a dark rim, so that it is seen on a light ground"
    head = np.unique(changed[changed[:, 1] > 20][:, 0])
    assert head.min() <= 18, "a barb above"
    assert head.max() >= 22, "a barb below"
    dot = plots.draw_arrows(frame, [[30, 30]], [[0, 0]])
    assert 0 < (dot != 90).any(axis=-1).sum() < 20


def test_arrows_without_a_place_or_out_of_all_bounds_are_drawn_as_far_as_they_are_seen():
    frame = np.full((40, 60, 3), 90, np.uint8)
    starts = [[np.nan, 5], [1e9, 1e9], [10, 20]]
    far = plots.draw_arrows(frame, starts, [[4, 4], [-3, -3], [1e12, 0]])
    near = plots.draw_arrows(frame, [[10, 20]], [[200, 0]])
    assert (far == near).all()
    assert (plots.draw_arrows(frame, [], []) == frame).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: plots.paint_flow(np.zeros((4, 3))), "flow must be"),
        (lambda: plots.paint_flow([["2", "3"]]), r"flow must be \(..., 2\), numbers.*<U1"),
        (lambda: plots.paint_flow([[1, 2], [3]]), "flow must be"),
        (lambda: plots.paint_flow([[1j, 2]]), "flow must be.*complex"),
        (lambda: plots.paint_flow(np.zeros((4, 2)), 0), "fastest must be above 0"),
        (lambda: plots.paint_flow(np.zeros((4, 2)), np.inf), "fastest must be above 0"),
        (lambda: plots.paint_flow(np.zeros((4, 2)), "3"), "fastest must be above 0.*'3'"),
        (lambda: plots.flow_wheel(0), "side must be a whole number, at least 3. Received: 0"),
        (lambda: plots.flow_wheel(9.0), "side must be a whole number"),
        (lambda: plots.draw_arrows(np.zeros((4, 4)), [], []), "frame must be"),
        (
            lambda: plots.draw_arrows(np.zeros((4, 4, 3), np.uint8), [[1, 2]], [1, 2]),
            "starts and arrows",
        ),
        (
            lambda: plots.draw_arrows(np.zeros((4, 4, 3), np.uint8), [["a", 2]], [[1, 2]]),
            "starts must be",
        ),
        (
            lambda: plots.draw_arrows(np.zeros((4, 4, 3), np.uint8), [[1, 2]], [[1, 2]], scale="2"),
            "scale must be a finite number. Received: '2'",
        ),
    ],
)
def test_rejects_what_is_no_flow(call, words):
    with pytest.raises(ValueError, match=words):
        call()
