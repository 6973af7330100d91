"""What lessons 17 to 20 share: the clips, the controls beside a network, the one training."""

import numpy as np
import pytest

from vidlearn import synthetic
from vidlearn.course.exercises import _actions as actions
from vidlearn.synthetic import TIMED


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setenv("VIDLEARN_PRESET", "tiny")


@pytest.fixture(scope="module")
def some():
    return synthetic.actions(20, frames=8, size=(32, 40), seed=3)


def test_clips_are_the_same_again_and_no_part_shares_people(monkeypatch):
    monkeypatch.setattr(actions, "sizes", lambda: (6, 32, {"train": 20, "val": 10, "test": 10}))
    actions.clips.cache_clear()
    parts = {part: actions.clips(part) for part in ("train", "val", "test", *actions.WORLDS)}
    assert actions.clips("val") is parts["val"]
    for part, one in parts.items():
        assert one.frames.shape == (20 if part == "train" else 10, 6, 32, 32, 3)
        assert np.bincount(one.labels, minlength=10).tolist() == [len(one.labels) // 10] * 10
        assert one.names == TIMED
        for other, another in parts.items():
            if other != part:
                assert not (one.frames[0] == another.frames[0]).all()
    assert not set(parts["train"].people) & set(parts["val"].people)
    actions.clips.cache_clear()


def test_one_frame_is_of_its_clip_and_drawn_at_random(some):
    found = actions.one_frame(some, seed=2)
    assert found.shape == (20, 1, 32, 40, 3)
    places = [np.flatnonzero((clip == frame).all(axis=(1, 2, 3)))[0]
              for clip, frame in zip(some.frames, found, strict=True)]  # fmt: skip
    assert len(set(places)) >= 5
    np.testing.assert_array_equal(found, actions.one_frame(some, seed=2))
    assert (found != actions.one_frame(some, seed=3)).any()


def test_the_mean_frame_by_hand(some):
    found = actions.mean_frame(some)
    assert found.shape == (20, 1, 32, 40, 3)
    assert found.dtype == np.uint8
    by_hand = some.frames[4, :, 5, 7, 1].astype(float).sum() / 8
    assert abs(found[4, 0, 5, 7, 1] - by_hand) <= 0.5


def test_shuffled_frames_are_whole_and_each_clip_has_its_own_order(some):
    found = actions.shuffled(some, seed=1)
    orders = []
    for clip, other in zip(some.frames, found.frames, strict=True):
        assert sorted(f.tobytes() for f in clip) == sorted(f.tobytes() for f in other)
        orders.append(tuple(
            np.flatnonzero((clip == frame).all(axis=(1, 2, 3)))[0] for frame in other
        ))  # fmt: skip
    assert len(set(orders)) >= 18
    np.testing.assert_array_equal(found.labels, some.labels)
    np.testing.assert_array_equal(actions.shuffled(some.frames, seed=1), found.frames)


def test_flow_statistics_know_up_from_down():
    rng = np.random.default_rng(0)
    pattern = np.kron(rng.integers(0, 256, (16, 12)), np.ones((4, 4))).astype(np.uint8)
    down = np.array([np.roll(pattern, t, axis=0)[:48, :48] for t in range(8)])
    clip = np.repeat(down[None, ..., None], 3, axis=-1)

    class Some:
        frames = np.concatenate([clip, clip[:, ::-1]])

    found = actions.flow_statistics(Some, cells=3).reshape(2, 3, 3, 3, 3)
    assert found[0, :2, 1, 1, 1].min() > 0.6 > -0.6 > found[1, :2, 1, 1, 1].max()
    assert np.abs(found[:, :2, 1, 1, 0]).max() < 0.3


def test_a_forest_learns_what_can_be_learned():
    rng = np.random.default_rng(1)
    labels = np.arange(120) % 4
    features = rng.normal(size=(120, 6)) + 4 * np.eye(6)[labels]
    assert (actions.forest(features[:80], labels[:80], features[80:]) == labels[80:]).mean() > 0.9


def test_batches_hand_out_every_clip_once_an_epoch_and_turn_labels_with_time(some):
    made = actions.batches(some.frames, some.labels, seed=5, size=6)
    before = some.frames.copy()
    assert len(made) == 4
    seen, back = [], 0
    for k in range(4):
        x, y = made[k]
        assert len(x) == len(y) == (6 if k < 3 else 2)
        for clip, label in zip(x, y, strict=True):
            same = (some.frames == clip).all(axis=(1, 2, 3, 4))
            turned = (some.frames[:, ::-1] == clip).all(axis=(1, 2, 3, 4))
            (n,) = np.flatnonzero(same | turned)
            assert label == (some.labels[n] if same[n] else some.labels[n] ^ 1)
            seen.append(int(n))
            back += int(turned[n])
    assert sorted(seen) == list(range(20))
    assert 3 <= back <= 17
    np.testing.assert_array_equal(some.frames, before)
    made.on_epoch_end()
    x, _ = made[0]
    assert not all((some.frames[seen[0]] == x[0]).ravel())


def test_batches_as_they_are(some):
    made = actions.batches(some.frames, some.labels, size=20, turned=False)
    x, y = made[0]
    for clip, label in zip(x, y, strict=True):
        (n,) = np.flatnonzero((some.frames == clip).all(axis=(1, 2, 3, 4)))
        assert label == some.labels[n]


def flat(shape):
    import keras
    from keras import layers

    clips = keras.Input(shape)
    x = layers.Flatten()(layers.Rescaling(1 / 128, offset=-1)(clips))
    return keras.Model(clips, layers.Dense(10)(x))


def test_learning_lowers_the_loss_and_is_the_same_again(some):
    options = {"epochs": 3, "rate": 1e-4, "name": "test-actions", "turned": False}
    first = actions.learn(flat, some, val=some, seed=1, **options)
    history = first.history.history
    assert history["loss"][-1] < history["loss"][0]
    assert len(history["val_accuracy"]) == 3
    named = actions.named(first, some.frames)
    assert named.shape == (20,)
    assert abs((named == some.labels).mean() - history["val_accuracy"][-1]) < 1e-6


def test_a_clock_that_is_read_twice_gives_clips_a_second(some):
    import keras

    keras.utils.set_random_seed(0)
    model, times = flat(some.frames.shape[1:]), iter([10.0, 12.0])
    assert actions.clips_a_second(model, some.frames, clock=lambda: next(times)) == (20 - 16) / 2


def test_a_film_of_clips_has_each_in_its_place(some):
    film = actions.film_of(some.frames[:3], ["a", "b", "c"], columns=2, times=2,
                           right=[True, False, None])  # fmt: skip
    assert film.shape == (8, 2 * (64 + 18), 2 * (80 + 4) - 4, 3)
    small = film[:, 18:82:2, 84:164:2].astype(int)
    assert np.abs(small - some.frames[1]).mean() < 25
    assert (film[:, 82:, 84:] == 255).all()
    assert (film[:, :18, :80] != film[:, :18, 84:]).any()


def test_a_long_line_is_written_smaller_and_not_cut_off():
    black = np.zeros((1, 2, 48, 48, 3), np.uint8)
    for words in ("open", "put down? sit down"):
        line = actions.film_of(black, [words], columns=1, times=2)[0, :18]
        dark = np.flatnonzero((line < 200).any(axis=(0, 2)))
        assert dark.min() > 0
        assert dark.max() < line.shape[1] - 1


def test_a_line_feed_begins_a_new_line_and_each_is_written_larger():
    black = np.zeros((2, 2, 48, 48, 3), np.uint8)
    film = actions.film_of(black, ["turn left?\nturn right", "open"], columns=2, times=2)
    assert film.shape == (2, 36 + 96, 2 * 100 - 4, 3)
    dark = (film[0, :36, :96] < 128).any(axis=2)
    assert dark[:18].any()
    assert dark[18:].any()
    one = actions.film_of(black[:1], ["turn left? turn right"], columns=1, times=2)[0, :18]
    wide = [np.ptp(np.flatnonzero(each.any(axis=0))) for each in (dark[18:], (one < 128).any(2))]
    assert wide[0] > 0.52 * wide[1]


@pytest.mark.parametrize("control", ["one_frame", "mean_frame", "flow_statistics"])
def test_controls_take_frames_as_well_and_copies_of_them(control, some):
    of = getattr(actions, control)
    np.testing.assert_array_equal(of(some.frames), of(some))
    mirrored = some.frames[:3, :, :, ::-1]
    np.testing.assert_array_equal(of(mirrored), of(mirrored.copy()))
