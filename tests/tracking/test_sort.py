"""SORT: each rule by hand, all of it against one thing at a time, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.films import crossing, detected
from tests.tracking.naive import sort_naive
from vidlearn.boxes import Detections, Tracks
from vidlearn.tracking import Appearance, Sort, assign_greedy, colour_histogram, state_boxes, track

NOTHING = Detections([], [])


def at(*places, labels=None, side=10):
    """Detections of squares whose left edges stand at these places."""
    boxes = [[x, 0, x + side, side] for x in places]
    return Detections(boxes, np.linspace(0.9, 0.5, len(places)), labels)


def told(film, **options):
    """Return the identities that are told in each frame."""
    tracker = Sort(**options)
    return [tracker.update(found).ids.tolist() for found in film]


OPTIONS = [
    {},
    {"tell": 0, "coast": 1, "early": False},
    {"birth": 1, "overlap": 0.05, "by_label": False, "tell": 3, "coast": 2},
    {"birth": 2, "overlap": 0.0, "gate": 0.95},
    {"birth": 4, "overlap": 0.5, "gate": 0.5, "coast": 0, "by_label": False},
]
CHI_SQUARE = {0.95: 9.487729036781154, 0.5: 3.356693980033321}  # of tables, 4 degrees of freedom


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: " ".join(options) or "defaults")
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_it_tracks_as_one_thing_at_a_time_does(seed, options):
    film = detected(crossing(seed), seed + 50, miss=0.15, alarms=0.6)
    tracks = track(film, tracker=Sort(**options))
    lists = [
        list(zip(d.boxes.tolist(), d.scores.tolist(), d.labels.tolist(), strict=True)) for d in film
    ]
    slow = {"least": options.get("overlap", 0.3), "farthest": CHI_SQUARE.get(options.get("gate"))}
    slow |= {key: options[key] for key in options if key not in ("overlap", "gate")}
    rows = sort_naive(lists, **slow)
    frames, ids, boxes, scores, labels = (np.array(column) for column in zip(*rows, strict=True))
    assert ids.max() >= 5
    np.testing.assert_array_equal(tracks.frames, frames)
    np.testing.assert_array_equal(tracks.ids, ids)
    np.testing.assert_allclose(tracks.boxes, boxes, rtol=1e-9, atol=1e-6)
    np.testing.assert_array_equal(tracks.scores, scores)
    np.testing.assert_array_equal(tracks.labels, labels)


def test_a_track_is_told_after_so_many_hits_in_a_row():
    film = [at(50), at(0, 50), at(1, 50), at(2, 50), at(3, 50)]
    assert told(film) == [[1], [1], [1], [1, 2], [1, 2]]
    assert told(film, birth=2) == [[1], [1], [1, 2], [1, 2], [1, 2]]
    assert told(film, birth=1) == [[1], [1, 2], [1, 2], [1, 2], [1, 2]]
    broken = [NOTHING, at(0), at(0), NOTHING, at(0), at(0), at(0)]
    assert told(broken) == [[], [], [], [], [], [], [1]]


def test_in_the_first_frames_those_seen_in_all_of_them_are_told_at_once():
    film = [at(0), at(0, 50), at(0, 50), at(0, 50), at(0, 50)]
    assert told(film) == [[1], [1], [1], [1, 2], [1, 2]]
    assert told(film, early=False) == [[], [], [1], [1, 2], [1, 2]]
    # Who is first seen in frame 1 has not been seen in all.
    assert told([NOTHING, at(0), at(0), at(0)]) == [[], [], [], [1]]


@pytest.mark.parametrize("coast", [0, 1, 4])
def test_a_told_track_lives_so_many_frames_without_a_detection(coast):
    for away, known in ((coast, True), (coast + 1, False)):
        film = [at(0), at(0), *[NOTHING] * away, *[at(0)] * 3]
        assert told(film, coast=coast, tell=0)[-1] == [1 if known else 2]


def test_coasting_goes_on_at_the_velocity_it_had():
    tracker = Sort(tell=2, coast=5)
    for x in range(0, 40, 2):
        rows = tracker.update(Detections([[x, 0, x + 20, 10]], [0.25 + x / 100], [3]))
    seen = rows.boxes[0]
    assert rows.scores.tolist() == [0.63]
    missing = [tracker.update(NOTHING) for _ in range(4)]
    assert [len(rows) for rows in missing] == [1, 1, 0, 0]
    np.testing.assert_allclose(missing[1].boxes[0] - seen, [4, 0, 4, 0], atol=0.01)
    assert (missing[1].scores.tolist(), missing[1].labels.tolist()) == ([0.63], [3])
    assert missing[1].frames.tolist() == [21]
    assert tracker.update(Detections([[48, 0, 68, 10]], [0.9], [3])).ids.tolist() == [1]


def test_who_coasts_is_said():
    tracker = Sort(coast=2)
    for found in (at(0, 50), at(0, 50, 90), at(50)):
        tracker.update(found)
    assert (tracker.ids.tolist(), tracker.coasting.tolist()) == ([1, 2], [1])
    tracker.update(at(0))
    assert tracker.coasting.tolist() == [2]
    tracker.update(NOTHING)
    assert tracker.coasting.tolist() == [1, 2]


def test_told_boxes_are_the_filtered_ones():
    tracker = Sort()
    tracker.update(at(0))
    x = tracker.update(at(4)).boxes[0, 0]
    assert 2 < x < 4
    np.testing.assert_array_equal(state_boxes(tracker.mean)[0, 0], x)


def test_an_identity_is_never_given_twice_and_only_to_who_is_told():
    rng = np.random.default_rng(4)
    film = []
    for start in range(12):
        film += [at(1000.0 * start + step, rng.uniform(300, 900)) for step in range(4)]
        film += [NOTHING]
    rows = track(film, tracker=Sort(coast=1, tell=0))
    assert rows.ids.max() == 13  # no number is lost to a false alarm, but to the one of frame 0
    first, last = {}, {}
    for frame, identity in zip(rows.frames.tolist(), rows.ids.tolist(), strict=True):
        first.setdefault(identity, frame)
        last[identity] = frame
    assert list(first) == sorted(first)
    assert max(last[k] - first[k] for k in last) <= 3


def test_labels_are_kept_apart_unless_told_otherwise():
    film = [at(0, labels=[1]), at(0, labels=[1]), at(0, labels=[2]), at(0, labels=[2])]
    film += film[-1:]
    assert told(film, tell=0) == [[1], [1], [], [], [2]]
    tracks = track(film, tracker=Sort(by_label=False))
    assert (tracks.ids.tolist(), tracks.labels.tolist()) == ([1] * 5, [1] * 5)
    both = [at(0, 1, labels=[1, 2]), at(1, 0, labels=[1, 2])]  # each other's place
    assert track(both).labels.tolist() == [1, 2, 1, 2]
    np.testing.assert_array_less(0, np.diff(track(both).boxes[::2, 0]))


def test_the_least_overlap_is_a_match_and_less_is_none():
    # Squares of 10: 5 beside each other overlap by 1/3.
    for overlap, ids in ((1 / 3 - 1e-9, [1]), (1 / 3 + 1e-9, [2])):
        assert told([at(0), at(5), at(5), at(5)], overlap=overlap, birth=1, tell=0)[1] == ids
    half = Detections([[0, 0, 10, 5]], [1])
    assert told([at(0), half], overlap=0.5, birth=1, tell=0)[1] == [1]
    assert told([at(0), at(9.9)], overlap=0, birth=1, tell=0)[1] == [1]
    assert told([at(0), at(10)], overlap=0, birth=1, tell=0)[1] == [2]


def test_pairing_is_optimal_and_not_greedy(monkeypatch):
    # 4 is nearer to the track at 6 than that is to 9: greedily, the track at 0 goes away empty.
    film = [at(0, 6), at(0, 6), at(4.5, 10.5)]
    assert track(film, tracker=Sort(tell=0)).ids.tolist() == [1, 2] * 3
    monkeypatch.setattr("vidlearn.tracking.sort.assign", assign_greedy)
    assert track(film, tracker=Sort(tell=0, overlap=0.2)).ids.tolist() != [1, 2] * 3


def test_the_gate_goes_by_what_the_filter_expects():
    film = [Detections([[x, 0, x + 40, 40]], [1]) for x in range(30)]
    aside = Detections([[30, 22, 70, 62]], [1])  # overlaps by 0.29, but it never moved down
    assert told([*film, aside], overlap=0.2, tell=0)[-1] == [1]
    assert told([*film, aside], overlap=0.2, tell=0, gate=0.95)[-1] == []
    assert told([*film, film[-1]], overlap=0.2, tell=0, gate=0.95)[-1] == [1]


def test_what_has_no_area_is_passed_over():
    flat = Detections(
        [[0, 0, 10, 10], [3, 4, 3, 9], [5, 5, 5, 5], [2, 2, 9, 2 + 1e-9]], [1, 1, 1, 1]
    )
    tracker = Sort(birth=1)
    assert [len(tracker.update(flat)) for _ in range(3)] == [1, 1, 1]
    assert len(tracker) == 1
    looked = Sort(birth=1, appearance=lambda frame, boxes: boxes + len(boxes))
    assert looked.update(flat, np.zeros(1)).ids.tolist() == [1]


def test_frames_without_anything():
    tracker = Sort()
    for number in range(5):
        rows = tracker.update(NOTHING)
        assert (len(rows), rows.length, rows.boxes.shape) == (0, number + 1, (0, 4))
    tracks = track([NOTHING] * 7)
    assert (len(tracks), tracks.length) == (0, 7)
    assert (len(track([])), track([]).length) == (0, 0)
    assert track(iter([NOTHING, at(1), at(1), at(1)])).frames.tolist() == [3]


def test_a_jump_begins_another_track():
    assert told([at(0), at(1), at(2), *[at(1e6)] * 3], tell=0) == [[1], [1], [1], [], [], [2]]


def test_what_leaves_the_picture_and_what_is_huge():
    film = [Detections([[-x, -5, 20 - x, 15], [1e9, 0, 3e9, 1e9]], [1, 1]) for x in range(0, 90, 3)]
    tracks = track(film)
    assert tracks.ids.tolist() == [1, 2] * 30
    assert tracks.boxes[-2, 2] < -60


def test_an_area_that_shrinks_stays_above_nothing():
    tracker = Sort(coast=60, tell=60)
    for side in (100, 80, 62, 46, 33, 22):
        tracker.update(Detections([[50 - side, 50 - side, 50 + side, 50 + side]], [1]))
    assert tracker.mean[0, 6] < -tracker.mean[0, 2] / 4
    for _ in range(60):
        rows = tracker.update(NOTHING)
        sides = rows.boxes[:, 2:] - rows.boxes[:, :2]
        assert (sides > 0).all()
    assert tracker.mean[0, 6] == 0


def test_an_area_that_would_be_nothing_stays():
    tracker = Sort(coast=9, tell=9, birth=1)
    tracker.update(Detections([[0, 0, 8, 8]], [1]))
    tracker.mean[0, 6] = -tracker.mean[0, 2]
    assert tracker.update(NOTHING).boxes.round(9).tolist() == [[0, 0, 8, 8]]


BOXES = st.lists(
    st.tuples(*[st.floats(-1e6, 1e6)] * 2, *[st.sampled_from([0, 1e-8, 1e-3, 1, 7, 300, 1e7])] * 2),
    max_size=4,
).map(lambda boxes: [[x, y, x + w, y + h] for x, y, w, h in boxes])


@settings(deadline=None)
@given(st.lists(BOXES, max_size=8), st.sampled_from(OPTIONS))
def test_whatever_comes_rows_are_right(film, options):
    tracker, given_out = Sort(**options), 0
    for number, boxes in enumerate(film):
        rows = tracker.update(Detections(boxes, [0.5] * len(boxes)))
        checked = Tracks(rows.frames, rows.ids, rows.boxes, rows.scores, rows.labels)  # it raises
        assert set(rows.frames.tolist()) <= {number}
        assert (np.diff(rows.ids) > 0).all()
        assert (rows.boxes[:, 2:] >= rows.boxes[:, :2]).all()
        for name in ("frames", "ids", "boxes", "scores", "labels", "ignored"):
            ours, theirs = getattr(rows, name), getattr(checked, name)
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(ours, theirs)
        new = rows.ids[rows.ids > given_out]
        assert new.tolist() == list(range(given_out + 1, given_out + 1 + len(new)))
        given_out += len(new)
        for spread in tracker.covariance:
            assert (np.linalg.eigvalsh((spread + spread.T) / 2) > -1e-6 * spread.max()).all()


def test_what_is_held_does_not_grow():
    """20,000 frames of traffic that never ends: as many bytes at the end as at the start."""
    tracker = Sort(appearance=Appearance(lambda frame, boxes: np.ones((len(boxes), 3))))
    rng, held = np.random.default_rng(0), []
    places = (rng.uniform(0, 400, 3) + 4 * np.arange(400)[:, None]) % 400 + 1000 * np.arange(3)
    alarms = rng.uniform(8e3, 9e3, (400, 1))
    film = [
        at(*row[rng.random(3) > 0.1], *alarm[: rng.random() < 0.25], side=20)
        for row, alarm in zip(places, alarms, strict=True)
    ]
    for step in range(20_000):
        rows = tracker.update(film[step % 400], rng)
        if step % 10 == 0:
            kept = vars(tracker).values()
            arrays = sum(value.nbytes for value in kept if isinstance(value, np.ndarray))
            held.append((len(tracker), arrays, len(kept)))
    assert rows.ids.max() > 500
    assert max(held[-500:]) <= max(held[:500])
    assert max(held)[0] < 12
    assert not [value for value in vars(tracker).values() if isinstance(value, list | dict | set)]


def test_by_its_look_a_thing_is_known_again():
    """Two that stop in one place and go back: where they are does not tell who is who."""
    ways = [0, 6, 12, 18, 24, 28, 30, 31, 31, 30, 28, 24, 18, 12, 6, 0]
    film = [Detections([[x, 0, x + 30, 30], [64 - x, 2, 94 - x, 32]], [1, 1]) for x in ways]
    pictures = []
    for x in ways:
        picture = np.zeros((40, 100, 3), np.uint8)
        picture[0:30, x : x + 30, 0] = 255
        picture[2:32, 64 - x : 94 - x, 1] = 255
        pictures.append(picture)

    def first_stays(tracks):
        return tracks.ids[tracks.frames == 15].tolist() == [1, 2] and (
            tracks[tracks.ids == 1].boxes[-1, 0] < 30
        )

    assert not first_stays(track(film))
    assert first_stays(track(film, tracker=Sort(appearance=colour_histogram), frames=pictures))


def test_looks_weigh_are_gated_and_remembered():
    def film(*looks):
        """One thing that stands still, and how it looks: the first place of a row."""
        for look in looks:
            yield at(0), np.array([[look, np.sqrt(1 - look**2)]])

    def ids(looks, **options):
        tracker = Sort(birth=1, tell=0, appearance=Appearance(lambda f, b: f, **options))
        return [tracker.update(*one).ids.tolist() for one in film(*looks)]

    assert ids([1, 0.8], most=0.21) == [[1], [1]]
    assert ids([1, 0.8], most=0.19) == [[1], [2]]
    # Of 1, 0 with memory 0 only the last counts, with 0.9 the first does.
    assert ids([1, 0.5, 0], most=0.6, memory=0) == [[1], [1], [1]]
    assert ids([1, 0.5, 0], most=0.6, memory=0.9) == [[1], [1], [2]]
    # Two things at 0 and 4, and what is found at 1 and 3 looks like the other one.
    two = [np.eye(2), np.eye(2)[::-1]]
    for weight, first in ((0.1, [1, 2]), (0.9, [2, 1])):
        tracker = Sort(appearance=Appearance(lambda f, b: f, weight=weight, most=1))
        tracker.update(at(0, 4), two[0])
        rows = tracker.update(at(1, 3), two[1])
        assert rows.ids[np.argsort(rows.boxes[:, 0])].tolist() == first


def test_each_track_keeps_its_own_look_when_others_come_and_go():
    def look(frame, boxes):  # by where they are, in hundreds
        return np.eye(5)[(boxes[:, 0] // 100).astype(int)]

    tracker = Sort(birth=1, coast=0, tell=0, appearance=Appearance(look, most=0.1))
    for places, ids in (
        ((0,), [1]),
        ((0, 100, 200), [1, 2, 3]),
        ((200, 100, 0), [1, 2, 3]),
        ((100, 300, 200), [2, 3, 4]),
        ((400, 300, 200), [3, 4, 5]),
    ):
        assert tracker.update(at(*places), "film").ids.tolist() == ids


def test_track_takes_pictures_and_trackers():
    seen = []

    def look(frame, boxes):
        seen.append(frame)
        return boxes

    tracker = Sort(appearance=look)
    pictures = iter("abc")
    first = track([at(0), at(0), NOTHING], tracker=tracker, frames=pictures)
    assert seen == ["a", "b"]
    second = track([at(0), at(90), at(90), at(90)], tracker=tracker, frames="defg")
    assert (first.frames.tolist(), second.frames.tolist()) == ([0, 1, 2], [0, 1, 3])
    assert second.ids.tolist() == [1, 1, 2]
    assert (first.length, second.length, tracker.frame) == (3, 4, 7)


def looking(features):
    tracker = Sort(appearance=features)
    tracker.update(at(0), np.ones(2))
    return tracker


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Sort(overlap=-0.1), "overlap must lie in 0 to 1. Received: -0.1"),
        (lambda: Sort(overlap="high"), "overlap must lie in 0 to 1. Received: 'high'"),
        (lambda: Sort(birth=0), "birth must be a whole number of frames, 1 or more"),
        (lambda: Sort(birth=True), "birth must be a whole number"),
        (lambda: Sort(coast=-1), "coast must be a whole number of frames, 0 or more"),
        (lambda: Sort(tell=0.5), "tell must be a whole number"),
        (lambda: Sort(gate=95), "gate must be None, or lie between 0 and 1. Received: 95"),
        (lambda: Sort(gate=np.nan), "gate must be None"),
        (lambda: Sort(appearance="colour"), "appearance must be a function"),
        (lambda: Sort().update([[0, 0, 1, 1]]), "track takes those of a film. Received: list"),
        (lambda: Sort().update(at(5, side=-2)), r"x1 <= x2.*Received: \[5.0, 0.0, 3.0, -2.0\]"),
        (lambda: Sort(appearance=len).update(at(0)), "frame must be the picture.*Received: None"),
        (lambda: Sort(appearance=len).update(NOTHING), "frame must be the picture"),
        (lambda: looking(lambda f, b: np.ones((2, 3))).update(at(0)), r"must return \(1, D\)"),
        (
            lambda: looking(lambda f, b: np.ones((1, len(f)))).update(at(0), "abc"),
            "as before, 2. Rec",
        ),
        (lambda: track(at(0, 1)), "put those of a single one in a list"),
        (lambda: track([at(0)], tracker=Sort), "as Sort()"),
        (lambda: track([at(0)], tracker={"birth": 2}), "as Sort()"),
        (lambda: track([at(0), at(0)], frames=["a"]), "Received: 1, and more detections"),
        (lambda: track([at(0)], frames="ab"), "more pictures than"),
    ],
)
def test_sort_rejects(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_what_is_refused_changes_nothing():
    tracker = Sort(birth=1)
    tracker.update(at(0))
    before = {key: np.copy(value) for key, value in vars(tracker).items()}
    with pytest.raises(ValueError, match="x1 <= x2"):
        tracker.update(at(5, side=-2))
    for key, value in vars(tracker).items():
        np.testing.assert_array_equal(before[key], value)
    assert tracker.update(at(0)).frames.tolist() == [1]
