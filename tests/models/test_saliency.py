"""Covering frames and places, against predictors written by hand."""

import numpy as np
import pytest

from vidlearn.models import Occlusion, occlusion

T, H, W = 7, 10, 13


def clip_of(seed=0, kind=np.uint8):
    return np.random.default_rng(seed).integers(0, 256, (T, H, W, 3)).astype(kind)


def weigher(weights):
    """A predictor: the mean brightness over frames and places with given weights (T, H, W)."""
    weights = np.broadcast_to(np.asarray(weights, float), (T, H, W))

    def predict(clips):
        share = (clips.astype(float).mean(axis=-1) * weights).sum(axis=(1, 2, 3)) / 255
        share = share / weights.sum()
        return np.stack([share, 0.7 * (1 - share), 0.3 * (1 - share)], axis=1)

    return predict


def only(t):
    weights = np.zeros((T, 1, 1))
    weights[t] = 1
    return weights


@pytest.mark.parametrize("t", [0, 3, T - 1])
def test_one_frame_matters_by_hand(t):
    clip = clip_of()
    found = occlusion(weigher(only(t)), clip, fill="grey")
    assert isinstance(found, Occlusion)
    expected = np.zeros(T)
    expected[t] = (clip[t].mean() - 128) / 255
    np.testing.assert_allclose(found.drop(0), expected, atol=1e-12)
    np.testing.assert_allclose(found.drop(2), -0.3 * expected, atol=1e-12)
    np.testing.assert_allclose(found.whole, weigher(only(t))(clip[None])[0])


def test_no_more_clips_are_asked_of_at_once_than_told():
    asked, weigh = [], weigher(only(2))
    occlusion(lambda clips: asked.append(len(clips)) or weigh(clips), clip_of(), batch_size=3)
    assert asked == [3, 3, 2]  # the clip, and seven with a frame covered


@pytest.mark.parametrize(
    ("window", "covers"),
    [(1, (3, 4)), (2, (3, 5)), (3, (2, 5)), (4, (2, 6)), (6, (1, 7))],
)
def test_a_window_covers_frames_around_it_by_hand(window, covers):
    clip = clip_of()
    seen = seen_by(clip, window=window, fill="grey", batch_size=3)
    assert len(seen) == T + 1
    np.testing.assert_array_equal(seen[0], clip)
    changed = [k for k in range(T) if (seen[1 + 3][k] != clip[k]).any()]
    assert changed == list(range(*covers))
    assert (seen[1 + 3][covers[0] : covers[1]] == 128).all()


def seen_by(clip, **options):
    """Every clip that the model is asked about."""
    seen = []

    def predict(clips):
        seen.extend(clips)
        return np.full((len(clips), 2), 0.5)

    occlusion(predict, clip, **options)
    return seen


def test_the_mean_frame_stands_in_the_place():
    clip = clip_of()
    for t, seen in enumerate(seen_by(clip)[1:]):
        np.testing.assert_array_equal(seen[t], np.rint(clip.mean(axis=0)))
        np.testing.assert_array_equal(np.delete(seen, t, axis=0), np.delete(clip, t, axis=0))


def test_the_frame_before_stands_in_the_place_at_the_start_the_one_after():
    clip = clip_of()
    before = [2, 0, 1, 2, 3, 4, 5]  # frames t and t + 1 are covered
    for t, seen in enumerate(seen_by(clip, fill="previous", window=2)[1:]):
        for covered in seen[t : t + 2]:
            np.testing.assert_array_equal(covered, clip[before[t]])


def test_floats_keep_their_fractions():
    clip = clip_of(kind=float) + 0.25
    np.testing.assert_allclose(seen_by(clip)[1][0], clip.mean(axis=0))


def test_places_by_hand():
    weights = np.zeros((T, H, W))
    weights[4, 7, 9] = 1  # of 3 x 2 cells of a 10 x 13 frame: row 2 (6 to 9), column 1 (6 to 12)
    clip = clip_of()
    found = occlusion(weigher(weights), clip, grid=(3, 2), fill="grey")
    assert found.places.shape == (T, 3, 2, 3)
    expected = np.zeros((T, 3, 2))
    expected[4, 2, 1] = (clip[4, 7, 9].mean() - 128) / 255
    np.testing.assert_allclose(found.drop_of_places(0), expected, atol=1e-12)
    np.testing.assert_allclose(found.drop(0), expected.sum(axis=(1, 2)), atol=1e-12)


def test_cells_of_a_linear_model_add_up_to_the_frame():
    weights = np.random.default_rng(3).random((T, H, W))
    found = occlusion(weigher(weights), clip_of(5, float), grid=(4, 5), window=3)
    for label in range(3):
        cells = found.drop_of_places(label).sum(axis=(1, 2))
        np.testing.assert_allclose(cells, found.drop(label), atol=1e-12)


def test_the_clip_stays_as_it_was_and_batches_change_nothing():
    clip = clip_of()
    before = clip.copy()
    one, many = (
        occlusion(weigher(only(2)), clip, grid=(2, 3), batch_size=size) for size in (1, 500)
    )
    np.testing.assert_array_equal(clip, before)
    np.testing.assert_allclose(one.frames, many.frames)
    np.testing.assert_allclose(one.places, many.places)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"clip": np.zeros((H, W, 3))}, r"clip must be one clip \(T, H, W, C\).*\(10, 13, 3\)"),
        ({"clip": np.zeros((1, H, W, 3))}, "at least two frames"),
        ({"window": 0}, "window must be from 1 to 6: some frame must stay. Received: 0"),
        ({"window": T}, "Received: 7"),
        ({"fill": "blur"}, "fill must be one of mean, previous, grey. Received: 'blur'"),
        ({"grid": (11, 2)}, r"grid must be rows and columns from 1 to 10 and 13.*\(11, 2\)"),
        ({"grid": (0, 2)}, "grid must be"),
        ({"predict": lambda clips: np.ones((len(clips), 2))}, "Put a softmax behind logits"),
        ({"predict": lambda clips: np.ones((len(clips) - 1, 1))}, r"probabilities \(8, K\)"),
        ({"predict": lambda clips: np.full((len(clips), 2), np.nan)}, "rows that sum to 1"),
        ({"predict": lambda clips: np.tile([1.5, -0.5], (len(clips), 1))}, "rows that sum to 1"),
    ],
)
def test_occlusion_rejects_what_it_cannot_ask(options, message):
    given = {"predict": weigher(only(2)), "clip": clip_of()} | options
    with pytest.raises(ValueError, match=message):
        occlusion(given.pop("predict"), given.pop("clip"), **given)


def test_places_that_were_not_asked_for_are_refused():
    with pytest.raises(ValueError, match=r"Call occlusion with grid=\(rows, columns\)"):
        occlusion(weigher(only(2)), clip_of()).drop_of_places(0)
