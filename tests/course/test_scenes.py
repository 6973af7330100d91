"""What the lessons on detectors train before and are judged before."""

import numpy as np

from vidlearn.course.exercises import _scenes


def test_photographs_for_training_choosing_and_judging_are_apart():
    from vidlearn.synthetic.pictures import PICTURES

    groups = (_scenes.TRAINED, _scenes.VALIDATION, _scenes.TESTED)
    names = [name for group in groups for name in group]
    assert len(names) == len(set(names)) == 11
    assert set(names) <= set(PICTURES)


def test_a_clip_tells_what_is_seen_in_each_frame():
    frames, truths = _scenes.clip(0, 6)
    assert frames.shape == (6, 120, 160, 3)
    assert len(truths) == 6
    film = _scenes.things(
        *(0, 6, _scenes.TESTED), least=0.2, times=1.7, kinds=(*_scenes.KINDS, "digits")
    )
    assert (film.frames == frames).all()
    for t, truth in enumerate(truths):
        boxes, labels, _ = film.truth(t)
        assert truth.boxes.tolist() == boxes.tolist()
        words = ["digit" if film.names[label].isdigit() else film.names[label] for label in labels]
        assert [_scenes.CLASSES[label] for label in truth.labels] == words


def test_all_digits_of_clips_are_one_class():
    labels = [_scenes.clip(seed, 1)[1][0].labels for seed in range(12)]
    assert set(np.concatenate(labels).tolist()) == set(range(len(_scenes.CLASSES)))
