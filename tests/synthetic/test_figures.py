from dataclasses import replace

import numpy as np
import pytest

from vidlearn.synthetic import acting
from vidlearn.synthetic.acting import Actor, film
from vidlearn.synthetic.figures import Cast
from vidlearn.synthetic.motions import NATURAL, TURN, move, state_pose
from vidlearn.synthetic.paint import CAPSULE, ELLIPSE, HEAD, SHADOW, paint
from vidlearn.synthetic.people import source
from vidlearn.synthetic.skeleton import AT, CHANNELS, JOINTS, LENGTHS, POINTS, body, points
from vidlearn.synthetic.stage import AWAY, TALL, Camera, backdrop, margin, shifted

J = {name: k for k, name in enumerate(POINTS)}


def posed(frames=1, **channels):
    pose = np.zeros((frames, len(CHANNELS)))
    for name, value in channels.items():
        pose[:, AT[name]] = value
    return pose


def of(spots, name):
    return spots[..., J[name], :]


def test_standing_by_hand():
    spots = points(posed(), LENGTHS)[0]
    assert of(spots, "left_hip") == pytest.approx([0.10, 0.07 + 0.42 + 0.43, 0], abs=1e-6)
    assert of(spots, "right_ankle") == pytest.approx([-0.10, 0.07, 0], abs=1e-6)
    assert of(spots, "neck") == pytest.approx([0, 0.92 + 0.5, 0], abs=1e-6)
    assert of(spots, "left_wrist")[1] == pytest.approx(0.92 + 0.94 * 0.5 - 0.28 - 0.25)
    assert of(spots, "nose")[2] == pytest.approx(-1.05 * 0.135)  # towards the camera


def test_limbs_keep_their_lengths_in_every_pose():
    rng = np.random.default_rng(1)
    sizes, pose = body(rng), rng.uniform(-1.5, 1.5, (50, len(CHANNELS)))
    spots = points(pose, sizes)
    for side in ("left", "right"):
        for a, b, name in (
            *(("hip", "knee", "thigh"), ("knee", "ankle", "shin"), ("heel", "toe", "foot")),
            *(("shoulder", "elbow", "arm"), ("elbow", "wrist", "forearm")),
            ("wrist", "hand", "hand"),
        ):  # fmt: skip
            long = np.linalg.norm(of(spots, f"{side}_{a}") - of(spots, f"{side}_{b}"), axis=-1)
            assert long == pytest.approx(np.full(50, sizes[name]))
    wide = np.linalg.norm(of(spots, "left_shoulder") - of(spots, "right_shoulder"), axis=-1)
    assert wide == pytest.approx(np.full(50, 2 * sizes["shoulders"]))


def test_a_left_turn_goes_to_the_persons_left():
    """Who looks into the camera and turns left looks to the right of the picture."""
    spots = points(posed(2, yaw=[0.0, 0.6]), LENGTHS)
    assert of(spots, "left_shoulder")[0, 0] > of(spots, "right_shoulder")[0, 0]
    assert of(spots, "nose")[1, 0] > 0.05
    assert of(spots, "left_shoulder")[1, 2] > of(spots, "right_shoulder")[1, 2]  # farther away
    pose = state_pose(np.array([[0.5, 0.5, 0.5, 0.5, 0.75]]), 0.0, "left")
    assert pose[0, AT["yaw"]] == pytest.approx(TURN / 4)


def test_the_feet_are_on_the_floor_and_air_lifts_them():
    rng = np.random.default_rng(2)
    spots = points(
        rng.uniform(-0.8, 0.8, (30, len(CHANNELS))) * (np.arange(len(CHANNELS)) > 2), LENGTHS
    )
    assert np.minimum(spots[..., 1].min(-1), 0) == pytest.approx(np.zeros(30), abs=1e-6)
    flying = points(posed(1, air=0.3), LENGTHS)
    assert of(flying, "left_heel")[0, 1] == pytest.approx(0.3)


def test_states_move_the_body():
    def spots(**changes):
        names = ("hips", "door", "distance", "hand", "yaw")
        states = np.array([[changes.get(name, 0.5 if name == "yaw" else 0.0) for name in names]])
        return points(state_pose(states, 0.0, "right"), LENGTHS)[0]

    rest = spots()
    sat = spots(hips=1.0)
    assert of(rest, "left_hip")[1] - of(sat, "left_hip")[1] > 0.35
    assert of(sat, "left_ankle")[[0, 2]] == pytest.approx(of(rest, "left_ankle")[[0, 2]], abs=0.05)
    half = of(spots(hips=0.5), "left_hip")[1]
    assert half == pytest.approx((of(rest, "left_hip")[1] + of(sat, "left_hip")[1]) / 2, abs=0.02)
    assert of(spots(distance=1.0), "pelvis")[2] < of(rest, "pelvis")[2] - 2
    assert of(spots(hand=1.0), "right_hand")[1] > of(rest, "nose")[1]
    assert of(spots(hand=1.0), "left_hand") == pytest.approx(of(rest, "left_hand"))


def played(kind, seed=0, hand="right"):
    part = np.linspace(0, 1, 40)
    pose, way = move(kind, 2 * part, part, np.random.default_rng(seed), hand=hand)
    assert np.isfinite(pose).all()
    return pose, way, points(pose, LENGTHS)


@pytest.mark.parametrize("seed", range(4))
def test_each_motion_is_what_it_is_called(seed):
    high = {kind: of(played(kind, seed)[2], "pelvis")[:, 1] for kind in NATURAL}
    soles = played("jump", seed)[2][:, [J["left_toe"], J["right_toe"]], 1]
    assert soles.min(1).max() > 0.25
    assert np.ptp(high["squat"]) > 0.3
    assert high["sit down"][-1] < 0.35 < 0.8 < high["stand up"][-1]
    falling = of(played("fall", seed)[2], "head")[:, 1]
    assert falling[-1] < 0.45 < 1.2 < falling[0]
    waving = played("wave", seed)[2]
    assert (of(waving, "right_wrist")[:, 1] > of(waving, "right_shoulder")[:, 1] + 0.05).all()
    assert (of(waving, "left_wrist")[:, 1] < of(waving, "left_shoulder")[:, 1]).all()
    clapping = played("clap", seed)[2]
    apart = np.linalg.norm(of(clapping, "left_hand") - of(clapping, "right_hand"), axis=-1)
    assert apart.min() < 0.2 < 0.5 < apart.max()
    assert played("turn left", seed)[0][-1, AT["yaw"]] > 1.2
    assert played("turn right", seed)[0][-1, AT["yaw"]] < -1.2
    assert played("run", seed)[1][-1, 0] > played("walk", seed)[1][-1, 0] + 0.5 > 1.5
    assert np.ptp(high["stand"]) < 0.02


def test_the_other_hand_throws_as_a_mirror_does():
    right, left = (played("throw", 3, hand)[2] for hand in ("right", "left"))
    assert of(left, "left_wrist") == pytest.approx(of(right, "right_wrist") * [-1, 1, 1])


@pytest.mark.parametrize("height", [1.0, 3.1])
def test_the_camera_by_hand(height):
    camera = Camera(height, (60, 80))
    pixels, far = camera.project(np.array([[0, 0.95, 0], [1.75, 0.95, 0], [0, 1.2, 0]]))
    assert pixels[0] == pytest.approx([40, 30], abs=1e-4)
    assert far[0] == pytest.approx(np.hypot(AWAY, height - 0.95), rel=1e-6)
    assert pixels[1, 0] - 40 == pytest.approx(TALL * 60 * AWAY / far[0], rel=1e-5)
    assert pixels[2, 1] < 30  # up in the world is up in the picture


def row(kind, a, b, wide, thin, key, material):
    return np.array([[[*a, *b, wide, thin, key, kind, material]]], np.float32)


FLAT = np.array([[[[200.0, 0, 0]]], [[[0, 0, 200.0]]]], np.float32)  # two plain materials


def test_painted_areas_by_hand():
    canvas = np.zeros((1, 40, 60, 3), np.float32)
    paint(canvas, row(CAPSULE, (15, 20), (45, 20), 5, 5, 1, 0), FLAT, {})
    assert (canvas[0, ..., 0] > 0).any(0).sum() in (40, 41)
    mask = np.zeros((1, 40, 60, 3), np.float32)
    paint(mask, row(ELLIPSE, (30, 20), (30, 20), 12, 6, 1, 1), FLAT, {})
    covered = mask[0, ..., 2] > 40
    assert covered.sum() == pytest.approx(np.pi * 12 * 6, rel=0.08)
    assert covered.any(0).sum() in (24, 25)
    assert covered.any(1).sum() == 12


def test_nearer_shapes_are_painted_over_farther_ones_in_any_order():
    near, far = (
        row(CAPSULE, (4, 10), (26, 10), 4, 4, 2.0, 0),
        row(CAPSULE, (15, 1), (15, 19), 4, 4, 3.0, 1),
    )
    for rows in (np.concatenate([near, far]), np.concatenate([far, near])):
        canvas = np.zeros((1, 20, 30, 3), np.float32)
        paint(canvas, rows, FLAT, {})
        assert canvas[0, 10, 15, 0] > 100 > canvas[0, 10, 15, 2]
        assert canvas[0, 2, 15, 2] > 100 > canvas[0, 2, 15, 0]


def test_shapes_outside_the_picture_leave_it_alone():
    canvas = np.ones((1, 20, 30, 3), np.float32)
    rows = [row(CAPSULE, (-50, 5), (-20, 9), 4, 4, 2, 0), row(HEAD, (10, 90), (10, 90), 5, 5, 2, 1)]
    paint(canvas, np.concatenate(rows), FLAT, {})
    assert (canvas == 1).all()


def test_a_swaying_camera_shifts_the_backdrop():
    ground = backdrop("seen", 3, (40, 50))
    m = margin((40, 50))
    shown = shifted(ground, np.array([[0.0, 0.0], [1.0, 0.0], [0.0, -1.0], [0.5, 0.0]]), (40, 50))
    assert (shown[0] == ground[m : m + 40, m : m + 50]).all()
    assert (shown[1, :, 1:] == shown[0, :, :-1]).all()
    assert (shown[2, :-1] == shown[0, 1:]).all()
    assert shown[3] == pytest.approx((shown[0] + shown[1]) / 2, abs=1e-3)


def filmed(actors, size=(120, 120)):
    rng = np.random.default_rng(0)
    return film(("seen", 1), actors, np.zeros(len(actors[0].pose)), size, noise=0, rng=rng)


def test_keypoints_lie_on_the_person():
    """A person of pure magenta: every visible hand and cheek is found where the truth says."""
    who = source("seen", 1)
    magenta = np.float32([255, 0, 255])
    who = replace(who, skin=magenta, hair=magenta)
    pose = posed(7, yaw=np.linspace(-1.2, 1.2, 7), out_left=0.5, out_right=0.9, outer_right=0.9)
    frames, keypoints, visible = filmed([Actor(who, pose)])
    for joint in ("left_wrist", "right_wrist", "nose"):
        k = JOINTS.index(joint)
        seen = visible[:, 0, k]
        assert seen.sum() >= 5
        x, y = keypoints[seen, 0, k].astype(int).T
        red, green, blue = frames[np.flatnonzero(seen), y, x].T.astype(int)
        assert (np.minimum(red, blue) > green + 60).all()


def test_a_head_hides_its_face_from_behind():
    pose = posed(4, yaw=[0.0, 1.3, 2.0, np.pi])
    _, _, visible = filmed([Actor(source("seen", 1), pose)])
    face = [JOINTS.index(name) for name in ("nose", "left_eye", "right_eye")]
    assert visible[0, 0, face].all()
    assert visible[:, 0, 0].tolist() == [True, True, False, False]
    assert not visible[3, 0, face].any()
    ears = [JOINTS.index(f"{side}_ear") for side in ("left", "right")]
    assert visible[1, 0, ears].tolist() == [False, True]  # it turned to its left


def test_who_stands_in_front_hides_who_stands_behind():
    who = source("seen", 1)
    front, behind = (Actor(who, posed(2, depth=depth)) for depth in (-0.2, 0.6))
    visible = filmed([behind, front])[2]
    assert visible[:, 1].sum() > 2 * visible[:, 0].sum()
    hips = [JOINTS.index(f"{side}_hip") for side in ("left", "right")]
    assert visible[:, 1, hips].all()
    assert not visible[:, 0, hips].any()
    alone = filmed([behind])[2]
    assert alone[:, 0, hips].all()


def test_what_is_hidden_by_hand():
    cast = Cast(Camera(1.0, (40, 60)), np.zeros((1, 2)))
    rows = np.concatenate([
        row(CAPSULE, (10, 10), (30, 10), 4, 2, 3.0, 0),
        row(ELLIPSE, (45, 20), (45, 20), 8, 2, 3.0, 0),
        row(SHADOW, (20, 30), (20, 30), 8, 8, 1.0, 0),
    ])  # fmt: skip
    pixels = np.array([[[20, 12.9], [20, 13.1], [30, 12.1], [52, 20], [45, 23], [20, 30]]])
    far = np.full((1, 6), 3.2)
    assert cast.hidden(rows, pixels, far).tolist() == [[True, False, False, True, False, False]]
    assert not cast.hidden(rows, pixels, far - 0.1).any()  # not far enough behind


def test_joints_outside_the_picture_are_not_visible():
    _, keypoints, visible = filmed([Actor(source("seen", 1), posed(2, x=1.3))])
    outside = (keypoints[..., 0] < 0) | (keypoints[..., 0] >= 120)
    assert outside.any()
    assert not visible[outside].any()


def test_the_bag_is_on_the_back():
    who = source("seen", 1)
    cloths = who.cloths.copy()
    cloths[2] = [255, 0, 255]
    frames = filmed([Actor(replace(who, cloths=cloths), posed(2, yaw=[0.0, np.pi]))])[0]
    red, green, blue = np.moveaxis(frames.astype(int), -1, 0)
    front, back = (np.minimum(red, blue) > green + 80).sum((1, 2))
    assert back > 150
    assert front < 0.2 * back


@pytest.mark.parametrize(("right", "down"), [(2, -3), (-3, 1)])
def test_everything_sways_with_the_camera(monkeypatch, right, down):
    pose, shown = posed(2, arm_left=1.0), {}
    for name, sway in (("still", [0.0, 0.0]), ("swaying", [right, down])):
        monkeypatch.setattr(acting, "sway_of", lambda *_, s=sway: np.array([s, s], float))
        actor = Actor(source("seen", 1), pose, "left", np.zeros((2, 3)))
        rng = np.random.default_rng(0)
        shown[name] = film(("seen", 1), [actor], np.full(2, 0.4), (120, 120), noise=0, rng=rng)
    still, swaying = shown["still"], shown["swaying"]
    back = np.roll(swaying[0].astype(int), (-down, -right), (1, 2))
    assert np.abs(back - still[0])[:, 5:-5, 5:-5].max() <= 2
    moved = swaying[1] - still[1]
    assert moved == pytest.approx(np.broadcast_to([right, down], moved.shape), abs=1e-3)


def test_front_and_back_of_a_head_and_a_chest_differ():
    frames, keypoints, _ = filmed([Actor(source("seen", 1), posed(2, yaw=[0.0, np.pi]))])
    middle = keypoints[0, 0, JOINTS.index("left_shoulder")] / 2
    middle = (middle + keypoints[0, 0, JOINTS.index("right_hip")] / 2).astype(int)
    x, y = middle
    change = np.abs(frames[0].astype(int) - frames[1])
    assert change[y - 4 : y + 4, x - 4 : x + 4].mean() > 15
    x, y = keypoints[0, 0, 0].astype(int)
    assert change[y - 4 : y + 4, x - 4 : x + 4].mean() > 15
