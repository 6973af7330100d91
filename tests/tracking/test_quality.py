"""How well SORT tracks generated crossings, when a tenth is missed and some is false."""

import pytest

from tests.tracking.films import crossing, detected
from vidlearn.metrics import evaluate_tracks
from vidlearn.synthetic import junction
from vidlearn.tracking import Sort, colour_histogram, track


@pytest.fixture(scope="module")
def scenes():
    return [
        junction(60, seed=seed, kinds=kinds) for seed, kinds in ((1, ["coin"]), (2, ["cup", "7"]))
    ]


def test_crossings_are_tracked(scenes):
    truths = [scene.tracks() for scene in scenes]
    films = [detected(truth, seed) for seed, truth in enumerate(truths)]
    result = evaluate_tracks([track(film) for film in films], truths)
    assert result.MOTA > 0.85
    assert result.IDF1 > 0.8
    # Each rule is worth something: a track that does not coast is lost where it is missed.
    short = [track(film, tracker=Sort(coast=1, tell=0)) for film in films]
    assert evaluate_tracks(short, truths).MOTA < result.MOTA - 0.03
    looked = [
        track(film, tracker=Sort(appearance=colour_histogram), frames=scene.frames)
        for film, scene in zip(films, scenes, strict=True)
    ]
    assert evaluate_tracks(looked, truths).IDF1 > result.IDF1 - 0.03


def test_straight_ways_through_one_middle_are_tracked():
    truths = [crossing(seed, labels=1) for seed in range(12)]
    found = [track(detected(truth, seed)) for seed, truth in enumerate(truths)]
    result = evaluate_tracks(found, truths)
    assert result.MOTA > 0.85
    assert result.IDF1 > 0.8
