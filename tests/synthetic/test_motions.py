"""How bodies are built and move: which way they lean and fall, what stays on the floor."""

import numpy as np
import pytest

from vidlearn.synthetic.motions import SIDES, TURN, move, state_pose
from vidlearn.synthetic.skeleton import AT, CHANNELS, LENGTHS, POINTS, body, points

SECONDS = np.arange(60) / 24


def posed(**channels):
    pose = np.zeros(len(CHANNELS))
    for name, value in channels.items():
        pose[AT[name]] = value
    return {name: spot for name, spot in zip(POINTS, points(pose, LENGTHS), strict=True)}


def moved(kind, seed, **options):
    """Poses, ways, and the channels by name, of something done from its beginning to its end."""
    rng = np.random.default_rng(seed)
    pose, way = move(kind, SECONDS, np.linspace(0, 1, len(SECONDS)), rng, **options)
    return pose, way, {name: pose[:, k] for name, k in AT.items()}


def test_proportions_are_those_of_people():
    bodies = [body(np.random.default_rng(seed)) for seed in range(300)]
    for name, size in LENGTHS.items():
        low, high = (0.95, 1.1) if name == "head" else (0.9 * 0.94, 1.08 * 1.06)
        found = np.array([one[name] for one in bodies]) / size
        assert low <= found.min() < low + 0.05
        assert high - 0.05 < found.max() <= high
    tall = np.array([one["thigh"] + one["shin"] + one["torso"] for one in bodies])
    assert np.corrcoef(tall, [one["arm"] for one in bodies])[0, 1] > 0.7
    assert abs(np.corrcoef(tall, [one["head"] for one in bodies])[0, 1]) < 0.2
    stout = [one["girth"] for one in bodies]
    assert 0.85 <= min(stout) < 0.9
    assert 1.2 < max(stout) <= 1.25


def test_which_way_a_body_tips():
    """Forwards is towards the camera, -z; the person's left is at the right of the picture, +x."""
    for channel, joint in (("tilt", "neck"), ("lean", "neck"), ("nod", "nose")):
        there, back = (posed(**{channel: angle})[joint] for angle in (0.4, -0.4))
        assert there[2] < back[2] - 0.05 or channel == "nod"
        assert there[1] < back[1] - 0.05 or channel != "nod"  # who nods looks down
    assert posed(roll=0.4)["neck"][0] > 0.1
    assert posed(depth=0.5)["pelvis"][2] == pytest.approx(0.5)
    assert posed(x=0.5)["pelvis"][0] == pytest.approx(0.5)


def test_faces_and_limbs_of_both_sides():
    rest = posed()
    for side, sign in (("left", 1), ("right", -1)):
        assert rest[f"{side}_eye"][1] > rest["nose"][1] + 0.01
        assert sign * rest[f"{side}_eye"][0] > 0.03
        out = posed(**{f"out_{side}": 0.9, f"apart_{side}": 0.5})
        assert sign * out[f"{side}_elbow"][0] > sign * rest[f"{side}_elbow"][0] + 0.1
        assert sign * out[f"{side}_knee"][0] > sign * rest[f"{side}_knee"][0] + 0.1
        bent = posed(**{f"knee_{side}": 1.0})
        assert bent[f"{side}_ankle"][2] > rest[f"{side}_ankle"][2] + 0.2  # the heel goes back
        raised = posed(**{f"hip_{side}": 1.0})
        assert raised[f"{side}_knee"][2] < rest[f"{side}_knee"][2] - 0.2


def test_feet_stay_level_while_shins_lean_a_little():
    def slope(knee):
        spots = posed(knee_left=knee)
        return (spots["left_heel"] - spots["left_toe"])[1] / LENGTHS["foot"]

    assert slope(0.0) == slope(0.5) == 0
    # beyond 0.3 / 0.6 radians the foot follows: 0.6 * 1.5 - 0.3 = 0.6
    assert slope(1.5) == pytest.approx(np.sin(0.6))
    assert slope(0.55) == pytest.approx(np.sin(0.03))


@pytest.mark.parametrize("yaw", [0.1, 0.5, 0.8])
def test_who_sits_down_leaves_the_feet_where_they_are(yaw):
    states = np.array([[hips, 0.5, 0.3, 0.2, yaw] for hips in np.linspace(0, 1, 9)])
    pose = state_pose(states, 0.6, "left")
    assert pose[:, AT["yaw"]] == pytest.approx(np.full(9, 0.6 + TURN * (yaw - 0.5)))
    spots = points(pose, LENGTHS)
    feet = spots[:, [POINTS.index(f"{side}_ankle") for side in SIDES]][..., [0, 2]]
    assert np.abs(feet - feet[:1]).max() < 0.06
    hips = spots[:, POINTS.index("pelvis")][:, [0, 2]]
    assert np.linalg.norm(hips[-1] - hips[0]) == pytest.approx(LENGTHS["thigh"], rel=0.02)


@pytest.mark.parametrize("seed", range(8))
def test_who_falls_turns_round_the_feet(seed):
    pose, way, _ = moved("fall", seed)
    pose[:, AT["x"]], pose[:, AT["depth"]] = way[:, 1], -way[:, 0]  # at yaw 0
    spots = points(pose, LENGTHS)
    head = spots[:, POINTS.index("head")][:, [0, 2]]
    feet = spots[:, [POINTS.index(f"{side}_ankle") for side in SIDES]].mean(1)[:, [0, 2]]
    assert np.linalg.norm(head[-1] - head[0]) > 1.2
    assert np.linalg.norm(feet[-1] - feet[0]) < 0.35


def test_one_falls_to_any_side():
    ends = [moved("fall", seed)[0][-1, [AT["tilt"], AT["roll"]]] for seed in range(40)]
    assert {tuple(np.sign(np.round(end, 2)).astype(int)) for end in ends} == {
        *((1, 0), (-1, 0), (0, 1), (0, -1)),
    }


@pytest.mark.parametrize("kind", ["walk", "run"])
def test_arms_swing_against_the_legs_and_knees_bend_on_the_way_forwards(kind):
    for seed in range(3):
        _, _, at = moved(kind, seed)
        for side, other in (SIDES, SIDES[::-1]):
            assert np.corrcoef(at[f"hip_{side}"], at[f"arm_{side}"])[0, 1] < -0.7
            assert np.corrcoef(at[f"hip_{side}"], at[f"arm_{other}"])[0, 1] > 0.7
            assert np.corrcoef(at[f"hip_{side}"], at[f"hip_{other}"])[0, 1] < -0.5
            forwards = np.gradient(at[f"hip_{side}"])
            assert np.corrcoef(forwards, at[f"knee_{side}"])[0, 1] > 0.5


@pytest.mark.parametrize("kind", ["walk", "run"])
def test_who_strides_faster_gets_on_faster(kind):
    """Metres a stride are the same for all; strides are counted by the leg's way."""
    strides = []
    for seed in range(12):
        pose, way = move(kind, np.arange(200) / 24, np.zeros(200), np.random.default_rng(seed))
        leg = pose[:, AT["hip_left"]]
        turns = np.flatnonzero((leg[:-1] < 0.1) & (leg[1:] >= 0.1))
        strides.append((way[turns[-1], 0] - way[turns[0], 0]) / (len(turns) - 1))
    assert np.ptp(strides) < 0.1 * np.mean(strides)


@pytest.mark.parametrize("kind", ["walk", "run", "wave", "clap", "squat"])
def test_what_goes_on_is_met_at_any_moment_and_at_its_own_rate(kind):
    poses = np.array([moved(kind, seed)[0] for seed in range(20)])
    assert poses[:, 0].std(0).max() > 0.1
    lead = poses.reshape(-1, len(CHANNELS)).std(0).argmax()
    curves = poses[:, :, lead] - poses[:, :, lead].mean(1, keepdims=True)
    cycles = (np.diff(np.sign(curves), axis=1) != 0).sum(1) / 2
    assert np.median(cycles) > 0.8  # in two and a half seconds


def test_the_other_hand_waves_as_a_mirror_does():
    right, left = (moved("wave", 3, hand=hand)[0] for hand in ("right", "left"))
    assert (right[:, AT["outer_right"]] == left[:, AT["outer_left"]]).all()
    assert (right[:, AT["out_left"]] == left[:, AT["out_right"]]).all()
    assert right[:, AT["outer_right"]].min() > 1.5 > left[:, AT["outer_right"]].max()
