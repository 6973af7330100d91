import csv
import json
from importlib.resources import files

import hypothesis.strategies as st
import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings

from vidlearn import shots
from vidlearn.shots import Shots, ShotsError, Transition

FOUND = Shots(
    "a b.mp4",
    25.0,
    95_000,
    (Transition(30, 30, score=0.75), Transition(100, 111, "dissolve", 0.5)),
)
SCHEMA = json.loads(files("vidlearn.shots").joinpath("shots.schema.json").read_text("utf-8"))


@st.composite
def films(draw):
    edges = draw(st.lists(st.integers(1, 400), unique=True, max_size=9).map(sorted))
    changes = []
    for a, b in zip(edges[::2], edges[1::2], strict=False):
        kind = draw(st.sampled_from(shots.KINDS))
        changes.append(Transition(a, a if kind == "cut" else b, kind, draw(st.floats(0, 1))))
    return Shots("Ä,.mp4", draw(st.floats(1, 240)), 402, tuple(changes))


@settings(max_examples=25)
@given(films())
def test_json_holds_to_its_schema_and_comes_back(tmp_path_factory, film):
    path = film.to_json(tmp_path_factory.mktemp("json") / "a.json")
    told = json.loads(path.read_text("utf-8"))
    jsonschema.validate(told, SCHEMA)
    assert shots.read_json(path).to_dict() == told
    assert shots.read_json(path).shots == film.shots


def test_the_schema_refuses_what_is_no_shot():
    told = FOUND.to_dict()
    for change in ({"kind": "jump"}, {"score": 1.5}, {"start": -1}, {"more": 1}):
        wrong = told | {"transitions": [told["transitions"][0] | change]}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, SCHEMA)


def test_csv_by_hand(tmp_path):
    rows = list(csv.reader(FOUND.to_csv(tmp_path / "a.csv").open(encoding="utf-8")))
    assert rows == [
        ["shot", "start", "end", "start_seconds", "end_seconds", "transition"],
        ["1", "0", "30", "0.000000", "1.200000", ""],
        ["2", "30", "100", "1.200000", "4.000000", "cut"],
        ["3", "111", "95000", "4.440000", "3800.000000", "dissolve"],
    ]


def test_edl_by_hand(tmp_path):
    assert FOUND.to_edl(tmp_path / "a.edl").read_text("utf-8").splitlines() == [
        "TITLE: a b.mp4",
        "FCM: NON-DROP FRAME",
        "",
        "001  AX       V     C        00:00:00:00 00:00:01:05 00:00:00:00 00:00:01:05",
        "* FROM CLIP NAME: a b.mp4",
        "002  AX       V     C        00:00:01:05 00:00:04:05 00:00:01:05 00:00:04:05",
        "* FROM CLIP NAME: a b.mp4",
        "003  AX       V     C        00:00:04:05 01:03:20:00 00:00:04:05 01:03:20:00",
        "* FROM CLIP NAME: a b.mp4",
        "* COMMENT: DISSOLVE INTO THIS EVENT",
    ]


def test_otio_by_hand(tmp_path):
    told = json.loads(FOUND.to_otio(tmp_path / "a.otio").read_text("utf-8"))
    (track,) = told["tracks"]["children"]
    assert (told["OTIO_SCHEMA"], track["OTIO_SCHEMA"]) == ("Timeline.1", "Track.1")
    spans = [
        (clip["source_range"]["start_time"]["value"], clip["source_range"]["duration"]["value"])
        for clip in track["children"]
    ]
    assert spans == [(0, 30), (30, 75), (105, 94_895)]
    assert {clip["media_reference"]["target_url"] for clip in track["children"]} == {"a b.mp4"}
    assert track["children"][2]["metadata"]["vidlearn"]["transition"]["kind"] == "dissolve"


def _codes(path):
    """Return the edges of the events of an edit decision list."""
    lines = [line.split() for line in path.read_text("utf-8").splitlines()]
    events = [words[-2:] for words in lines if words[1:3] == ["AX", "V"]]
    return [events[0][0], *(last for _, last in events)]


def test_a_varying_rate_is_written_in_real_time(tmp_path):
    """Five pictures a second to 16 s, then 25; a cut at 16 s and a dissolve from 18 to 20 s."""
    times = np.r_[np.arange(80) / 5, 16 + np.arange(150) / 25, 22]
    changes = (Transition(80, 80), Transition(130, 180, "dissolve"))
    found = Shots("a.mkv", 229 / times[-2], 230, changes)
    found = Shots("a.mkv", found.fps, 230, changes, times[np.array(found.shots)])
    assert found.piece_seconds[:, 1] == pytest.approx([times[b] for _, b in found.pieces])
    edges = _codes(found.to_edl(tmp_path / "a.edl"))
    assert edges == ["00:00:00:00", "00:00:16:00", "00:00:19:00", "00:00:22:00"]
    told = json.loads(found.to_otio(tmp_path / "a.otio").read_text("utf-8"))
    starts = [
        clip["source_range"]["start_time"]["value"] / clip["source_range"]["start_time"]["rate"]
        for clip in told["tracks"]["children"][0]["children"]
    ]
    assert starts == pytest.approx([0, 16, 19], abs=1e-4)


@pytest.mark.parametrize(
    ("fps", "cut"), [(30000 / 1001, "00:01:00:00"), (12.5, "00:02:24:00"), (23.5, "00:01:16:18")]
)
def test_edl_counts_frames_where_the_rate_is_a_whole_one(tmp_path, fps, cut):
    found = Shots("a.mp4", fps, 3600, (Transition(1800, 1800),))
    assert _codes(found.to_edl(tmp_path / "a.edl"))[1] == cut
    clips = json.loads(found.to_otio(tmp_path / "a.otio").read_text())["tracks"]["children"][0]
    start = clips["children"][1]["source_range"]["start_time"]
    assert (start["value"], start["rate"]) == (1800, fps)


@settings(max_examples=25)
@given(films())
def test_lists_cut_where_the_films_are_cut(tmp_path_factory, film):
    path = film.to_otio(tmp_path_factory.mktemp("otio") / "a.otio")
    clips = json.loads(path.read_text("utf-8"))["tracks"]["children"][0]["children"]
    spans = [clip["source_range"] for clip in clips]
    spans = [(s["start_time"]["value"], s["duration"]["value"]) for s in spans]
    assert spans == [(a, b - a) for a, b in film.pieces]


def test_otio_opens_in_opentimelineio(tmp_path):
    otio = pytest.importorskip("opentimelineio")
    timeline = otio.adapters.read_from_file(str(FOUND.to_otio(tmp_path / "a.otio")))
    assert timeline.duration() == otio.opentime.RationalTime(95_000, 25)


def test_numbers_of_numpy_are_written(tmp_path):
    change = Transition(*np.array([7, 7]), score=np.float32(0.5))
    shot = Shots("a.mp4", np.float32(25), np.int64(30), (change,))
    path = shot.to_json(tmp_path / "a.json")
    assert shots.read_json(path).cuts == [7]
    (first,) = Shots("a.mp4", 30_000 / 1001, 10).to_dict()["shots"]
    assert first["end_seconds"] == 0.333667


@pytest.mark.parametrize("form", ["json", "csv", "edl", "otio"])
def test_nothing_half_written_stays(tmp_path, form):
    with pytest.raises(ShotsError, match="was not written"):
        getattr(FOUND, f"to_{form}")(tmp_path / "nowhere" / f"a.{form}")
    with pytest.raises(ShotsError, match="is a folder"):
        getattr(FOUND, f"to_{form}")(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d.pop("fps"), "'fps' is missing"),
        (lambda d: d["shots"][0].update(end=29), "the transitions make them"),
        (lambda d: d["transitions"][0].update(kind="jump"), "kind must be one of"),
        (lambda d: d.update(frames=50), "must rise within the 50 frames"),
        (lambda d: d.update(transitions=3), "holds no shots"),
        (lambda d: d.update(frames=float("inf")), "cannot convert float infinity"),
        (lambda d: d["shots"][0].update(end_seconds=float("nan")), "must be finite"),
    ],
)
def test_read_json_rejects_what_contradicts_itself(tmp_path, change, told):
    film = FOUND.to_dict()
    change(film)
    (tmp_path / "a.json").write_text(json.dumps(film))
    with pytest.raises(ShotsError, match=told):
        shots.read_json(tmp_path / "a.json")


def test_read_json_rejects_what_is_none(tmp_path):
    (tmp_path / "a.json").write_text("{")
    for name in ("a.json", "b.json"):
        with pytest.raises(ShotsError, match=f"{name} cannot be read as JSON"):
            shots.read_json(tmp_path / name)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Transition(3, 4), "one frame"),
        (lambda: Transition(3, 3, "fade"), "start < end"),
        (lambda: Transition(0, 0), "one frame after the first"),
        (lambda: Transition(3, 3, score=2.0), "0 to 1"),
        (lambda: Transition(3, 3, score=-0.1), "0 to 1"),
        (lambda: Transition(3, 3, score=None), "score must be a number. Received: None"),
        (lambda: Transition(3.5, 3.5), "start must be a whole number. Received: 3.5"),
        (lambda: Shots("a", 25, 9.5), "frames must be a whole number. Received: 9.5"),
        (lambda: Shots("a", "25", 9), "fps must be a number. Received: '25'"),
        (lambda: Shots("a", 25, 9, ((3, 3),)), "transitions must be Transitions"),
        (lambda: Shots("a", 25, 9, (Transition(3, 3), Transition(3, 5, "wipe"))), "must rise"),
        (lambda: Shots("a", 25, 9, (Transition(9, 9),)), "must rise"),
        (lambda: Shots("a", 0, 9), "fps above 0"),
        (lambda: Shots("a", 25, 9, (), [[0, 1], [1, 2]]), r"\(1, 2\)"),
    ],
)
def test_shots_rejects_what_no_film_can_be(make, told):
    with pytest.raises(ShotsError, match=told):
        make()
