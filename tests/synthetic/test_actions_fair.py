"""One frame of a clip tells nothing of its class: by the numbers behind the pictures."""

import numpy as np
import pytest
from scipy import stats

from vidlearn.synthetic.states import EXTENT, courses, five_states

COUNT, FRAMES = 30_000, 16


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.arange(COUNT) % 10)
    return labels, five_states(labels, FRAMES, rng)


def at_random(states, seed=1):
    when = np.random.default_rng(seed).integers(FRAMES, size=len(states))
    return states[np.arange(len(states)), when]


def best_guess(labels, states, frame):
    """How often the best possible reader of one frame is right, who knows all laws.

    A histogram of each law takes the place of the law; the reader knows which frame it is.
    """
    rng = np.random.default_rng(5)
    up = courses(100_000, FRAMES, rng)
    everywhere = up[np.arange(len(up)), rng.integers(FRAMES, size=len(up))]
    hists = [
        np.histogram(x, 40, (0, 1), density=True)[0]
        for x in (everywhere, up[:, frame], up[:, FRAMES - 1 - frame])
    ]
    ratio = np.stack(hists[1:], 1) / np.maximum(hists[0], 1e-9)[:, None]  # (40, up or down)
    bins = np.minimum((states[:, frame] * 40).astype(int), 39)  # (N, 5)
    return (ratio[bins].reshape(len(bins), 10).argmax(1) == labels).mean()


def test_one_state_moves_one_way_and_four_stand_still(drawn):
    labels, states = drawn
    steps = np.diff(states, axis=1)  # (N, T - 1, 5)
    assert (np.ptp(states, axis=1).argmax(1) == labels // 2).all()
    assert ((np.abs(steps) > 0).any(1).sum(1) == 1).all()
    own = steps[np.arange(COUNT), :, labels // 2]
    assert (np.where(labels[:, None] % 2 == 0, own, -own) >= 0).all()
    assert np.ptp(states, axis=1).max(1).min() >= EXTENT[0] - 1e-9
    assert (states >= 0).all()
    assert (states <= 1).all()


def test_in_a_frame_drawn_at_random_every_state_has_one_law_whatever_the_class(drawn):
    labels, states = drawn
    frame = at_random(states)
    values = [stats.ks_2samp(frame[labels == k, s], frame[labels != k, s]).pvalue
              for k in range(10) for s in range(5)]  # fmt: skip
    assert min(values) > 1e-3  # 50 tests
    moving = frame[np.arange(COUNT), labels // 2]
    still = frame[np.arange(COUNT), (labels // 2 + 1) % 5]
    assert stats.ks_2samp(moving, still).pvalue > 0.01


def test_in_a_frame_drawn_at_random_the_states_are_independent(drawn):
    labels, states = drawn
    frame = at_random(states)
    for part in (frame, np.abs(frame - 0.5)):
        for chosen in (slice(None), labels == 3, labels == 8):
            between = np.corrcoef(part[chosen].T)[np.triu_indices(5, 1)]
            assert np.abs(between).max() < 4.5 / np.sqrt(len(part[chosen]))


def test_no_reader_of_one_frame_gets_far(drawn):
    """0.1 is chance: a middle frame tells hardly more, the first and the last a little."""
    labels, states = drawn
    found = {frame: best_guess(labels, states, frame) for frame in (0, 4, 8, 15)}
    assert found[8] < 0.15
    assert found[4] < 0.2
    assert max(found[0], found[15]) < 0.27


def test_two_frames_tell(drawn):
    """The first and the last tell the class without fail: so a person can tell each clip."""
    labels, states = drawn
    change = states[:, -1] - states[:, 0]
    found = 2 * np.abs(change).argmax(1) + (change.min(1) < 0)
    assert (found == labels).all()


def test_a_course_read_backwards_and_turned_over_has_the_same_law():
    up = courses(20_000, 9, np.random.default_rng(2))
    other = 1 - courses(20_000, 9, np.random.default_rng(3))[:, ::-1]
    for frame in range(9):
        assert stats.ks_2samp(up[:, frame], other[:, frame]).pvalue > 1e-3
    assert stats.ks_2samp(np.diff(up).argmax(1), np.diff(other).argmax(1)).pvalue > 1e-3


def test_still_states_forget_the_time(drawn):
    """Backwards, clips have the law of their partner class: in every frame, in every state."""
    labels, states = drawn
    back = states[:, ::-1]
    for k in (0, 5, 9):
        for s in range(5):
            for frame in (0, 7, 15):
                pair = back[labels == k, frame, s], states[labels == (k ^ 1), frame, s]
                assert stats.ks_2samp(*pair).pvalue > 1e-4
