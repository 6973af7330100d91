"""The paths of a crossing's traffic."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlearn.synthetic import TURNS, walks
from vidlearn.synthetic.walks import Traffic, passages

SIZE = (100, 140)


def traffic(turns, sides=None, **other):
    """Things that neither weave nor brake nor draw over, where nothing else is said."""
    count = len(turns)
    options = {"lane": 10, "bend": 20, "cruise": 3, "slow": 1, "brake": 30, "drift": 0}
    options |= {"sway": 0, "wave": 50, "phase": 0, **other}
    columns = {name: np.full(count, float(value)) for name, value in options.items()}
    sides = np.zeros(count, int) if sides is None else np.array(sides)
    return Traffic(np.array(turns), sides, **columns)


def headings(places):
    """Degrees (T - 1, N), clockwise on the screen, 0 to the right."""
    moves = np.diff(places, axis=0)
    return np.degrees(np.arctan2(moves[..., 1], moves[..., 0]))


def test_places_by_hand():
    """From below, lane 10 right of the middle (70, 50), arcs of 20: where they begin and end."""
    made = traffic([0, 1, 2])
    # Straight on the crossing begins at twice the lane; a left arc ends in the lane above the
    # middle, 20 left of its own; a right one in the lane below, 20 right of it.
    np.testing.assert_allclose(made.at(np.zeros(3), SIZE), [(80, 70), (80, 60), (80, 80)])
    assert made.arc.round(3).tolist() == [0, 31.416, 31.416]
    np.testing.assert_allclose(made.at(made.arc, SIZE), [(80, 70), (60, 40), (100, 60)])
    half = [(80, 70), (60 + 20 * 0.5**0.5, 60 - 20 * 0.5**0.5), (100 - 20 * 0.5**0.5, 0)]
    half[2] = (half[2][0], 80 - 20 * 0.5**0.5)
    np.testing.assert_allclose(made.at(made.arc / 2, SIZE), half)
    np.testing.assert_allclose(made.at(made.arc + 7, SIZE), [(80, 63), (53, 40), (107, 60)])
    np.testing.assert_allclose(made.at(np.full(3, -7.0), SIZE), [(80, 77), (80, 67), (80, 87)])


def test_they_come_from_four_sides_by_hand():
    made = traffic([0, 0, 0, 0], sides=[0, 1, 2, 3])
    begin, _ = made.ends(SIZE, 5)
    expected = [(80, 105), (-5, 60), (60, -5), (145, 40)]  # each on its right-hand side
    np.testing.assert_allclose(made.at(begin, SIZE), expected)


def test_they_leave_where_the_turn_leads_by_hand():
    made = traffic([0, 1, 2] * 2, sides=[0, 0, 0, 1, 1, 1])
    _, leave = made.ends(SIZE, 5)
    expected = [(80, -5), (-5, 40), (145, 60), (145, 60), (80, -5), (60, 105)]
    np.testing.assert_allclose(made.at(leave, SIZE), expected)


numbers = {
    "turn": st.integers(0, 2),
    "side": st.integers(0, 2),
    "s": st.floats(-80, 120),
    "drift": st.floats(-6, 6),
    "sway": st.floats(0, 2),
    "phase": st.floats(0, 6.2),
}


@given(**numbers)
@settings(max_examples=60, deadline=None)
def test_the_next_side_is_a_quarter_turn_further(turn, side, s, drift, sway, phase):
    options = {"drift": drift, "sway": sway, "phase": phase}
    one, two = (
        traffic([turn], [k], **options).at(np.array([s]), (90, 90))[0] - 45
        for k in (side, side + 1)
    )
    np.testing.assert_allclose(two, [-one[1], one[0]], atol=1e-9)


@given(**numbers)
@settings(max_examples=60, deadline=None)
def test_before_the_signs_begin_nothing_tells_the_turn(turn, side, s, drift, sway, phase):
    """More than `brake` before the arc all turns make the same moves."""
    way = np.array([-abs(s) - 31, -abs(s) - 33.5])
    moves = []
    for other in (turn, (turn + 1) % 3):
        made = traffic([other, other], [side, side], drift=drift, sway=sway, phase=phase, slow=0.5)
        moves.append([*np.diff(made.at(way, SIZE), axis=0)[0], *made.pace(way, 4)])
    np.testing.assert_allclose(*moves, atol=1e-9)


def test_headings_turn_by_a_right_angle_and_only_in_the_arc():
    made = traffic([0, 1, 2], sides=[1, 1, 1])  # to the right
    places, ends, arcs = passages(made, SIZE, 5, "right")
    found = headings(places)
    for k, after in enumerate((0, -90, 90)):
        first, past = arcs[k]
        np.testing.assert_allclose(found[: first - 1, k], 0, atol=1e-6)
        np.testing.assert_allclose(found[past : ends[k] - 1, k], after, atol=1e-6)
        if k:
            turning = np.diff(found[first - 1 : past + 1, k])
            assert (np.sign(after) * turning > 0).all()


def test_passages_begin_outside_and_end_as_they_are_out_again():
    made = traffic([0, 1, 2, 1], sides=[0, 1, 2, 3], phase=1.0, cruise=4.0)
    places, ends, _ = passages(made, SIZE, 6, "right")
    out = np.maximum(-places, places - np.array(SIZE[::-1])).max(axis=-1)  # (T, N)
    np.testing.assert_allclose(out[0], 6)
    for k, end in enumerate(ends):
        assert (out[1:end, k] < 6).all()
        assert (out[end:, k] >= 6 - 1e-9).all()


def test_pace_by_hand():
    made = traffic([2, 2, 2, 2, 2], slow=0.5, brake=30, cruise=4)
    arc = made.arc[0]
    # At time 10 of a breath of 20 frames the sine is 0; halfway through the braking half of what
    # goes is gone.
    way = np.array([-30, -15, 0, arc, arc + 30])
    np.testing.assert_allclose(made.pace(way, 10), [4, 3, 2, 2, 4], atol=1e-9)
    np.testing.assert_allclose(made.pace(way, 5), 1.06 * np.array([4, 3, 2, 2, 4]))


def test_they_draw_over_to_their_right_by_hand():
    made = traffic([0, 2, 2], sides=[0, 0, 0], drift=6)
    way = np.array([-15.0, -30.0, 0.0])
    np.testing.assert_allclose(made.at(way, SIZE) - [80, 0], [(3, 85), (0, 110), (6, 80)])


def test_left_hand_traffic_is_the_mirror_image():
    one, two = (walks(300, 20, SIZE, seed=3, drive=drive) for drive in ("right", "left"))
    np.testing.assert_allclose(two.places[..., 0], SIZE[1] - one.places[..., 0], atol=1e-4)
    np.testing.assert_array_equal(two.places[..., 1], one.places[..., 1])
    np.testing.assert_array_equal(two.arcs, one.arcs)
    assert {*zip(one.turns.tolist(), two.turns.tolist(), strict=True)} == {(0, 0), (1, 2), (2, 1)}


def test_names_tell_the_turn_as_it_is_seen():
    """Of stretches that hold the whole arc: left is against the clock on the screen."""
    made = walks(3000, 60, SIZE, seed=1)
    first, past = made.arcs.T
    whole = (first > 1) & (past < 58) & (made.turns > 0)
    assert whole.sum() > 300
    for name, angle in (("left", -90), ("right", 90)):
        chosen = whole & (made.turns == TURNS.index(name))
        found = headings(made.places[chosen].swapaxes(0, 1))
        around = (found[-1] - found[0] + 180) % 360 - 180
        assert np.abs(around - angle).max() < 45
        assert abs(np.median(around) - angle) < 3


def test_twice_the_picture_at_twice_the_speed_gives_twice_the_paths():
    one, two = walks(50, 24, seed=2), walks(50, 24, (240, 320), seed=2, speed=6.0)
    np.testing.assert_allclose(two.places, 2 * one.places, rtol=1e-5)


def test_no_turn_is_told_by_side_speed_or_number():
    made = Traffic.drawn(30000, 120, 3.0, np.random.default_rng(0))
    counts = np.array([np.bincount(made.sides[made.turns == k], minlength=4) for k in range(3)])
    assert np.abs(counts - 2500).max() < 200
    for k in range(3):
        assert abs(made.cruise[made.turns == k].mean() - 3.0) < 0.02
        assert abs(made.sway[made.turns == k].mean() - 0.9) < 0.02


def test_who_turns_slows_down_and_draws_over_more():
    made = Traffic.drawn(3000, 100, 3.0, np.random.default_rng(0))
    straight, left, right = (made.turns == k for k in range(3))
    assert 0.75 <= made.slow[straight].min() < 0.76 < 0.99 < made.slow[straight].max() <= 1
    assert 0.5 <= made.slow[~straight].min() < 0.51 < 0.79 < made.slow[~straight].max() <= 0.8
    assert not made.drift[straight].any()
    assert -5 <= made.drift[left].min() < -4.9 < -0.1 < made.drift[left].max() <= 0
    assert 0 <= made.drift[right].min() < 0.1 < 4.9 < made.drift[right].max() <= 5


def test_stretches_begin_anywhere_on_the_way():
    made = walks(4000, 24, seed=5)
    assert made.places.dtype == made.measured.dtype == np.float32
    first, past = made.arcs.T
    assert (first < past).all()
    for share in ((past <= 0).mean(), (first >= 24).mean()):
        assert 0.01 < share < 0.5  # behind the crossing little is left of the way
    steps = np.linalg.norm(np.diff(made.places, axis=1), axis=-1)
    assert steps.min() > 0.5 * 0.75 * 0.94 * (1 - 0.065 / 0.16) * 3  # on the inside of an arc
    assert 1.25 * 1.06 * 3 < steps.max() < 1.35 * 1.25 * 1.06 * 3


def test_turning_is_what_turns_within_the_stretch():
    made = walks(200, 8, seed=5)
    first, past = made.arcs.T
    expected = [
        turn > 0 and bool(set(range(a, b)) & set(range(8)))
        for turn, a, b in zip(made.turns, first, past, strict=True)
    ]
    assert made.turning.tolist() == expected
    assert 0 < made.turning.mean() < 1


def test_noise_is_that_of_the_measurement_alone():
    one, two = walks(400, 24, seed=4), walks(400, 24, seed=4, noise=2.0)
    np.testing.assert_array_equal(one.places, two.places)
    np.testing.assert_array_equal(one.measured, one.places)
    error = two.measured - two.places
    assert abs(error.std() - 2) < 0.05
    assert np.abs(error.mean(axis=(0, 1))).max() < 0.1


def test_the_same_seed_gives_the_same_and_another_does_not():
    first, again, other = (walks(9, seed=seed).places for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_one_walk_of_one_frame_and_one_longer_than_the_way():
    assert walks(1, 1, seed=0).places.shape == (1, 1, 2)
    long = walks(3, 400, seed=0)
    assert (long.arcs[:, 0] > 0).all()
    assert (np.linalg.norm(np.diff(long.places, axis=1), axis=-1) > 1).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 0}, "count must be a whole number of at least 1. Received: 0"),
        ({"count": 2.5}, "count must be.*2.5"),
        ({"frames": 0}, "frames must be a whole number of at least 1. Received: 0"),
        ({"frames": True}, "frames must be"),
        ({"count": True}, "count must be.*True"),
        ({"size": (15, 90)}, "size must be.*at least 16"),
        ({"size": (60, 90, 3)}, "size must be height and width"),
        ({"size": 60}, "size must be height and width.*Received: 60"),
        ({"size": (60, np.inf)}, "size must be height and width"),
        ({"speed": 0.0}, "speed must be at least 0.1 pixels per frame. Received: 0.0"),
        ({"speed": np.nan}, "speed must be"),
        ({"drive": "middle"}, "drive must be one of right, left. Received: 'middle'"),
        ({"noise": -1.0}, "noise must be 0 or more"),
    ],
)
def test_walks_rejects_what_makes_no_paths(options, message):
    with pytest.raises(ValueError, match=message):
        walks(**{"count": 3} | options)
