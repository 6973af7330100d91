import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from vidlearn.models import boundaries, frame_scores, stream_scores, transitions_of

SIZE = (2, 3)


class Before(keras.layers.Layer):
    """Says of each frame how much brighter it is than the one `reach` frames before."""

    def __init__(self, reach=4):
        super().__init__()
        self.reach = reach

    def call(self, x):
        x = ops.mean(ops.cast(x, "float32"), axis=(2, 3, 4))  # (N, T)
        before = ops.pad(x, [(0, 0), (self.reach, 0)])[:, : -self.reach]
        return ops.stack([x - before, before], axis=-1)


@pytest.fixture(scope="module")
def model():
    film = keras.Input((None, *SIZE, 3))
    return keras.Model(film, Before()(film))


@pytest.mark.parametrize("frames", [0, 1, 31, 192, 224, 225, 256, 257, 600])
def test_windows_say_what_the_whole_film_says(model, frames):
    """No frame is left out, told twice or moved, wherever a film ends."""
    levels = np.random.default_rng(frames).integers(0, 50, frames).astype(np.uint8)
    film = np.broadcast_to(levels[:, None, None, None], (frames, *SIZE, 3))
    found = frame_scores(model, iter(film))
    assert found.shape == (frames, 2)
    if frames:
        before = np.concatenate([levels[:1].repeat(4), levels])[:frames].astype(float)
        said = np.stack([levels - before, before], axis=-1)
        np.testing.assert_allclose(found, 1 / (1 + np.exp(-said)), atol=1e-6)


def test_a_stream_is_not_read_ahead(model):
    """What has been seen is told while the film still runs."""
    read = []

    def film():
        for t in range(1000):
            read.append(t)
            yield np.zeros((*SIZE, 3), np.uint8)

    first = next(stream_scores(model, film()))
    assert len(first) == boundaries.WINDOW - 2 * boundaries.MARGIN
    assert len(read) <= boundaries.WINDOW


def test_scores_rejects_other_frames(model):
    with pytest.raises(ValueError, match=r"frames must be \(2, 3, 3\) uint8"):
        frame_scores(model, np.zeros((4, 3, 2, 3), np.uint8))
    with pytest.raises(ValueError, match=r"frames must be \(2, 3, 3\) uint8"):
        frame_scores(model, np.zeros((4, 2, 3, 3)))


def scores(first, second):
    return np.transpose([first, second]).astype(float)


def test_transitions_by_hand():
    first = np.zeros(40)
    second = np.zeros(40)
    first[[3, 4]] = 0.6, 0.9  # a cut at 4, of which the frame before is sure as well
    second[3:5] = 0.8
    first[[10, 16]] = 0.7, 0.8  # two that take time, parted where the second score is lowest
    second[8:20] = 0.9
    second[13] = 0.6
    first[25] = 0.55  # a frame that no stretch surrounds
    first[29:33] = 0.2, 0.1, 0.2, 0.1  # together more than half
    second[28:34] = 0.9
    second[36:] = 0.9  # a stretch of which nothing is said
    found, sure = transitions_of(scores(first, second))
    assert found.tolist() == [[4, 4], [8, 13], [13, 20], [25, 25], [28, 34]]
    np.testing.assert_allclose(sure, [0.9, 0.7, 0.8, 0.55, 0.6])
    found, _ = transitions_of(scores(first, second), threshold=0.65)
    assert found.tolist() == [[4, 4], [8, 13], [13, 20]]
    assert transitions_of(scores(first, second), within=0.95)[0].tolist() == [
        [t, t] for t in (4, 10, 16, 25)
    ]


def test_no_transition_leaves_a_film_without_a_first_shot():
    one = np.zeros(12)
    one[[0, 11]] = 0.9
    found, _ = transitions_of(scores(one, np.concatenate([[0.9] * 3, [0.0] * 9])))
    assert found.tolist() == [[11, 11]]
    assert transitions_of(np.zeros((0, 2)))[0].shape == (0, 2)


@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_transitions_rise_and_do_not_overlap(seed, frames):
    values = np.random.default_rng(seed).random((frames, 2)) ** 0.5
    found, sure = transitions_of(values)
    assert len(found) == len(sure)
    assert (found[:, 0] <= found[:, 1]).all()
    assert (found[1:, 0] >= found[:-1, 1]).all()
    assert ((found[:, 0] > 0) & (found[:, 1] < frames)).all()
    assert ((sure >= 0.5) & (sure <= 1)).all()


@pytest.mark.parametrize("bad", [0, 1, -0.5, "half", None])
def test_transitions_rejects_thresholds(bad):
    for name in ("threshold", "within"):
        with pytest.raises(ValueError, match=f"{name} must be above 0 and below 1"):
            transitions_of(np.zeros((3, 2)), **{name: bad})
    with pytest.raises(ValueError, match=r"scores must be \(T, 2\)"):
        transitions_of(np.zeros(3))
