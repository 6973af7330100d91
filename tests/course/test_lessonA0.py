"""Answers to the NumPy primer as learners write them: right ones in other words, near misses."""

import numpy as np
import pytest

from vidlearn import video
from vidlearn.course import predict, reveal
from vidlearn.course.checks import grade
from vidlearn.course.exercises import get
from vidlearn.course.exercises.lessonA0 import followed, own_street, street
from vidlearn.synthetic import junction


def in_two_steps(frame, box):
    x1, y1, x2, y2 = box
    return frame[y1:y2][:, x1:x2]


def pixel_by_pixel(frame, box):
    rows = range(box[1], box[3])
    return [[frame[y, x] for x in range(box[0], box[2])] for y in rows]


def by_masks(frame, amount):
    larger = frame.astype(float) + amount
    larger[larger < 0], larger[larger > 255] = 0, 255
    return larger.astype("uint8")


def number_by_number(frame, amount):
    out = np.empty_like(frame)
    for place in np.ndindex(frame.shape):
        out[place] = min(255, max(0, int(frame[place]) + amount))
    return out


def by_where(frame, amount):
    total = frame.astype(np.int64) + amount
    return np.where(total > 255, 255, np.where(total < 0, 0, total)).astype(np.uint8)


def by_sign(frame, amount):
    if amount >= 0:
        return frame + np.minimum(255 - frame, min(amount, 255)).astype(np.uint8)
    return frame - np.minimum(frame, min(-amount, 255)).astype(np.uint8)


def frame_by_frame(frames):
    light = np.linspace(1, 0, len(frames))
    return np.stack([(f * v).astype(np.uint8) for f, v in zip(frames, light, strict=True)])


def by_transposing(frames):
    return (frames.T * np.linspace(1, 0, len(frames))).T.astype("uint8")


def sorted_middle(frames):
    return np.sort(frames, axis=0)[len(frames) // 2]


def pixel_by_pixel_median(frames):
    out = np.zeros(frames.shape[1:], np.uint8)
    for place in np.ndindex(out.shape):
        out[place] = sorted(frames[(slice(None), *place)])[len(frames) // 2]
    return out


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("crop-box", in_two_steps),
        ("crop-box", pixel_by_pixel),
        ("crop-box", lambda frame, box: frame[slice(box[1], box[3]), slice(box[0], box[2]), :]),
        ("add-light", by_masks),
        ("add-light", number_by_number),
        ("add-light", by_where),
        ("add-light", by_sign),
        ("add-light", lambda f, a: np.uint8(np.clip(np.int32(f) + a, 0, 255))),
        ("fade-out", frame_by_frame),
        ("fade-out", by_transposing),
        ("fade-out", lambda f: np.uint8(f * np.linspace(1, 0, len(f)).reshape(-1, 1, 1, 1))),
        ("empty-street", sorted_middle),
        ("empty-street", pixel_by_pixel_median),
        ("empty-street", lambda f: np.percentile(f, 50, axis=0).astype(np.uint8)),
        ("add-light", lambda f, a: np.array(f, float).__add__(a).clip(0, 255).astype(np.uint8)),
    ],
)
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


def up_in_place(frame, amount):
    frame += amount
    return frame


def limited_in_place(frame, amount):
    frame[:] = np.minimum(255, np.maximum(0, frame + float(amount)))
    return frame


def faded(light, *, fits=np.uint8):
    return lambda film: (film * light(film)).astype(fits)


def by_fractions(frame, amount):
    return (np.clip((frame / 255.0) + (amount / 255.0), 0.0, 1.0) * 255.0).astype("uint8")


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("crop-box", lambda f, b: f[b[1] : b[3]][b[0] : b[2]], "rows-twice"),
        ("crop-box", lambda f, b: f[b[0] : b[2], b[1] : b[3], :], "swapped-axes"),
        ("crop-box", lambda f, b: f[b[0] : b[2] + 1, b[1] : b[3] + 1], "swapped-and-included"),
        ("crop-box", lambda f, b: f[b[0] : b[1], b[2] : b[3]], "first-two-last-two"),
        ("crop-box", lambda f, b: f[b[1] : b[3] - 1, b[0] : b[2] - 1], "one-short"),
        ("crop-box", lambda f, b: f[b[1] : b[1] + b[3], b[0] : b[0] + b[2]], "corner-and-size"),
        ("crop-box", lambda f, b: f[b[1] : b[3], b[0] : b[2], 0], None),
        ("add-light", lambda f, a: f + a, "adds-in-uint8"),
        ("add-light", lambda f, a: f + np.uint8(a), "adds-in-uint8"),
        ("add-light", lambda f, a: np.minimum(f + a, 255), "adds-in-uint8"),
        ("add-light", lambda f, a: (f + np.int16(a)).astype("uint8"), "wraps"),
        ("add-light", lambda f, a: np.uint8(f.astype(int) + a), "wraps"),
        ("add-light", lambda f, a: np.clip(f.astype(np.uint16) + a, 0, 255).astype(np.uint8),
         "in-uint16"),
        ("add-light", lambda f, a: np.clip(f.astype("int8") + a, 0, 255).astype("uint8"),
         "in-int8"),
        ("add-light", up_in_place, "added-in-place"),
        ("add-light", limited_in_place, "input-changed"),
        ("fade-out", faded(lambda f: np.linspace(1, 0, len(f))), "without-axes-in-uint8"),
        ("fade-out", faded(lambda f: np.linspace(1, 0, len(f)), fits=float), "without-axes"),
        ("fade-out", faded(lambda f: np.linspace(1, 0, f.shape[0])[:, None, None]),
         "one-axis-short"),
        ("fade-out", faded(lambda f: np.linspace(1, 0, f.shape[2])[:, None]),
         "across-the-columns"),
        ("fade-out", faded(lambda f: np.linspace(1, 0, f.shape[2]).reshape(-1, 1, 1, 1)),
         "counts-columns"),
        ("fade-out", faded(lambda f: np.linspace(1, 0, len(f))[None, None, :, None]),
         "along-the-columns"),
        ("empty-street", lambda f: np.uint8(np.median(f)), "one-number-in-uint8"),
        ("add-light", by_fractions, "by-fractions"),
        ("add-light", lambda f, a: np.clip(f.astype(int) + a, 0, 255), "not-uint8"),
        ("add-light", lambda f, a: np.clip(f.astype(np.float32) + a, 0, 255), "floats"),
        ("add-light", lambda f, a: np.clip(f * 1.0 + a, None, 255).astype(int).astype(np.uint8),
         "no-floor"),
        ("fade-out", lambda f: f * np.linspace(1, 0, len(f))[:, None, None, None], "floats"),
        ("fade-out", lambda f: np.uint8(f * np.linspace(1, 0, f.shape[1])[:, None, None]),
         "as-given-in-uint8"),
        ("fade-out", lambda f: np.uint8(f * np.linspace(0, 1, len(f))[:, None, None, None]),
         "grows-light"),
        ("empty-street", lambda f: f.mean(0).astype("uint8"), "mean"),
        ("empty-street", lambda f: np.median(f, 0), "floats"),
        ("empty-street", np.median, "one-number"),
        ("empty-street", lambda f: f[len(f) // 2].copy(), "middle-frame"),
    ],
)  # fmt: skip
def test_near_misses_are_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


def test_what_is_said_of_types_is_true():
    said = repr(grade(get("add-light"), lambda f, a: f.astype(np.uint16) + a))
    assert "you add in `uint8`" not in said


def test_the_street_is_never_empty_and_its_median_is():
    scene = street()
    assert (scene.masks > 0).any(axis=(1, 2)).all()
    bare = junction(1, (150, 200), 0, seed=1, background="china").frames[0].astype(int)
    away = np.abs(np.median(scene.frames, axis=0) - bare).max(axis=-1)
    assert away.max() < 20
    ghosts = np.abs(scene.frames.mean(axis=0) - bare).max(axis=-1)
    assert (ghosts > 20).mean() > 0.05


def test_a_window_follows_one_thing_within_the_picture():
    found = followed(street())
    assert len(found) > 40
    for t, (x1, y1, x2, y2) in found:
        assert (x2 - x1, y2 - y1) == (64, 64)
        assert min(x1, y1, 200 - x2, 150 - y2) >= 0
        assert 0 <= t < 60


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("guess", [53, 55, 310])
def test_a_turn_is_counted_to_the_number(guess):
    predict("wrapped-sum", guess)
    assert reveal("wrapped-sum", 54).status == "wrong"
    predict("wrapped-sum", 54)
    assert reveal("wrapped-sum", 54)


def test_a_street_of_ones_own_is_read_to_its_end(tmp_path):
    shades = np.linspace(0, 250, 300).astype(np.uint8)
    film = np.broadcast_to(shades[:, None, None, None], (300, 160, 200, 3))
    video.write_video(tmp_path / "street.mp4", film, fps=25)
    found = own_street(tmp_path / "street.mp4")
    assert found.shape == (150, 150, 188, 3)
    assert found[0].mean() < 15
    assert found[-1].mean() > 235
