"""MOTChallenge text files: read, written, read again, and turned away with a line."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.track_sets import random_film
from vidlearn.boxes import Tracks
from vidlearn.datasets import DatasetError, read_mot, read_mot_detections, write_mot
from vidlearn.metrics import evaluate_tracks

GOOD = "1,3,11,21,10,20,1,-1,-1,-1\n"


@pytest.fixture
def file(tmp_path):
    """Write a text into a file and return its path."""

    def write(text, name="mot.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def columns(tracks):
    """Return all columns of tracks, to compare."""
    names = ("frames", "ids", "boxes", "scores", "labels", "ignored")
    return {name: getattr(tracks, name).tolist() for name in names} | {"length": tracks.length}


def test_a_result_by_hand(file):
    path = file(
        "2,5,11,21,10,20,0.9,-1,-1,-1\n1,3,1,1,4.5,2.25,0.25,-1,-1,-1\n4,5,0,1,4,2,1,-1,-1,-1\n"
    )
    assert columns(read_mot(path, kind="found")) == {
        "frames": [0, 1, 3],
        "ids": [3, 5, 5],
        "boxes": [[0, 0, 4.5, 2.25], [10, 20, 20, 40], [-1, 0, 3, 2]],
        "scores": [0.25, 0.9, 1],
        "labels": [0, 0, 0],
        "ignored": [False] * 3,
        "length": 4,
    }
    assert read_mot(path, kind="found", origin=0).boxes[1].tolist() == [11, 21, 21, 41]
    assert read_mot(path, kind="found", length=9).length == 9


def test_a_truth_of_mot17_by_hand(file):
    lines = ["1,1,1,1,10,20,1,1,0.8", "1,2,5,5,10,20,0,7,0.05", "2,1,2,1,10,20,1,1,0.3"]
    path = file("\n".join(lines))
    truth = read_mot(path, kind="truth")
    assert truth.labels.tolist() == [0, 6, 0]
    assert truth.ignored.tolist() == [False, True, False]
    assert truth.scores.tolist() == [1, 1, 1]
    assert read_mot(path, kind="truth", min_visible=0.3).ignored.tolist() == [False, True, False]
    assert read_mot(path, kind="truth", min_visible=0.31).ignored.tolist() == [False, True, True]
    told = file("1,1,1,1,9,9,1,1,-1\n1,2,1,1,9,9,1,1,0.1\n", "told.txt")  # -1 is not told
    assert read_mot(told, kind="truth", min_visible=0.5).ignored.tolist() == [False, True]
    assert read_mot(path, kind="truth", classes=False).labels.tolist() == [0, 0, 0]
    found = read_mot(path, kind="found")
    assert found.scores.tolist() == [1, 0, 1]
    assert not found.ignored.any()


def test_a_truth_of_mot15_by_hand(file):
    path = file("1,1,1,1,10,20,1,4.2,-7.1,0\n1,2,5,5,10,20,0,-3,8.5,0\n")
    truth = read_mot(path, kind="truth")  # 8 to 10 are places in the world
    assert truth.labels.tolist() == [0, 0]
    assert truth.ignored.tolist() == [False, True]
    with pytest.raises(DatasetError, match=r"mot.txt:1: class 4.2, but MOT files number .* from 1"):
        read_mot(path, kind="truth", classes=True)


def test_a_flag_other_than_0_counts(file):
    path = file("1,1,1,1,10,20,-1,-1,-1,-1\n1,2,1,1,10,20,2,-1,-1,-1\n1,3,1,1,9,9,0,-1,-1,-1\n")
    assert read_mot(path, kind="truth").ignored.tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("tail", "labels"),
    [("", 0), (",4", 3), (",4,0.5", 3), (",4,0,-1", 0), (",-1,-1", 0)],
    ids=["7", "8", "9", "10", "9 without"],
)
def test_columns_after_the_score(file, tail, labels):
    path = file(f"1,1,1,1,10,20,0.5{tail}\n")
    assert read_mot(path, kind="found").labels.tolist() == [labels]


def test_a_class_in_ten_columns(file):
    path = file("1,1,1,1,10,20,1,4,0,1\n")  # VisDrone: class, truncation, occlusion
    assert read_mot(path, kind="truth", classes=True).labels.tolist() == [3]


def test_scores_of_minus_one_are_not_told(file):
    line = "{},1,1,1,10,20,{},-1,-1,-1\n"
    path = file(line.format(1, -1) + line.format(2, -1))
    assert read_mot(path, kind="found").scores.tolist() == [1, 1]
    path = file(line.format(1, -1) + line.format(2, -0.5))
    assert read_mot(path, kind="found").scores.tolist() == [-1, -0.5]


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("\n", "\r\n"),
        GOOD.replace(",", ", "),
        GOOD.replace(",", " "),
        GOOD.replace(",", "\t"),
        "  " + GOOD.replace("\n", "  \n\n\n"),
        "# frame, id, ...\n\n" + GOOD,
        "\ufeff" + GOOD,
        GOOD.replace("\n", ",\n"),
        GOOD.rstrip(),
        "1.0,3e0,1.1E1,+21.,10.000,2e+1,1.0,-1,-1.0,-1\n",
    ],
    ids=["crlf", "spaces", "blank", "tab", "empty", "note", "bom", "comma", "unended", "powers"],
)
def test_other_ways_to_write_the_same(file, text):
    good = columns(read_mot(file(GOOD, "good.txt"), kind="found"))
    assert good["boxes"] == [[10, 20, 20, 40]]
    assert columns(read_mot(file(text), kind="found")) == good


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing was found\n"], ids=["0", "lines", "note"])
def test_a_file_without_rows(file, text):
    path = file(text)
    assert columns(read_mot(path, kind="found"))["length"] == len(read_mot(path, kind="truth")) == 0
    assert read_mot(path, kind="found", length=7).length == 7
    assert [len(d) for d in read_mot_detections(path, length=3)] == [0, 0, 0]
    assert read_mot_detections(path) == []


def test_the_length_stands_in_seqinfo(file):
    file("[Sequence]\nname=MOT17-02\nseqLength=600\nimWidth=1920\n", "MOT17-02/seqinfo.ini")
    truth = file("1,1,1,1,10,20,1,1,1\n", "MOT17-02/gt/gt.txt")
    detections = file("3,-1,1,1,10,20,0.5\n", "MOT17-02/det/det.txt")
    assert read_mot(truth, kind="truth").length == 600
    assert read_mot(truth, kind="truth", length=2).length == 2
    assert read_mot(truth, kind="found").length == 1
    assert len(read_mot_detections(detections)) == 600
    file("1,1,1,1,10,20,1,1,1\n601,1,1,1,10,20,1,1,1\n", "MOT17-02/gt/gt.txt")
    with pytest.raises(DatasetError, match=r"gt.txt:2: frame 601, .* 600 frames, says seqinfo.ini"):
        read_mot(truth, kind="truth")
    file("[Sequence]\nname=MOT17-02\n", "MOT17-02/seqinfo.ini")
    with pytest.raises(DatasetError, match=r"seqinfo.ini must hold seqLength = NUMBER under"):
        read_mot(truth, kind="truth")
    file("nonsense", "MOT17-02/seqinfo.ini")
    with pytest.raises(DatasetError, match=r"seqinfo.ini must hold .*give length"):
        read_mot(truth, kind="truth")


def test_detections_by_hand(file):
    path = file("3,-1,11,21,10,20,7.5\n1,-1,1,1,4,2,-0.3\n3,-1,5,1,4,2,60\n", "det.txt")
    found = read_mot_detections(path, length=4)
    assert [one.boxes.tolist() for one in found] == [
        [[0, 0, 4, 2]],
        [],
        [[10, 20, 20, 40], [4, 0, 8, 2]],
        [],
    ]
    assert [one.scores.tolist() for one in found] == [[-0.3], [], [7.5, 60], []]
    assert len(read_mot_detections(path)) == 3
    assert read_mot_detections(path, origin=0)[0].boxes.tolist() == [[1, 1, 5, 3]]
    with_class = file("1,-1,1,1,4,2,0.5,3\n", "class.txt")
    assert read_mot_detections(with_class)[0].labels.tolist() == [2]
    assert read_mot_detections(with_class, classes=False)[0].labels.tolist() == [0]


def test_rows_stay_in_order_and_a_frame_far_off_costs_little(file):
    """One line may be wrong: 10 million frames without a row are no 10 million things to make."""
    found = read_mot_detections(file("10000000,-1,1,1,9,9,1\n2,-1,1,1,9,9,0.5\n"))
    assert [len(found), len(found[1]), len(found[-1])] == [10**7, 1, 1]
    assert found[0] is found[5_000_000]
    found = read_mot_detections(file("".join(f"{2 - k % 2},-1,{k},1,9,9,1\n" for k in range(200))))
    assert found[1].boxes[:, 0].tolist() == list(range(-1, 198, 2))


BAD = {
    "frame 0": ("0,3,1,1,9,9,1,-1,-1,-1", r"frame 0, but MOT files count frames from 1\. .*add 1"),
    "frame -4": ("-4,3,1,1,9,9,1,-1,-1,-1", "frame -4, but MOT files count frames from 1"),
    "time": ("1700000000000,3,1,1,9,9,1,-1,-1,-1", r"frame 17.*Is the first column a time\?"),
    "frame 1.5": ("1.5,3,1,1,9,9,1,-1,-1,-1", r"frame must be a whole number\. Received: 1\.5"),
    "id 2.5": ("1,2.5,1,1,9,9,1,-1,-1,-1", r"id must be a whole number\. Received: 2\.5"),
    "word": ("1,3,left,1,9,9,1,-1,-1,-1", r"'left' is no number\. A line is frame, id, left"),
    "empty": ("1,3,,1,9,9,1,-1,-1,-1", "'' is no number"),
    "semicolons": ("1;3;1;1;9;9;1", "'1;3;1;1;9;9;1' is no number.*with commas between"),
    "underscore": ("1,3,1_0,1,9,9,1,-1,-1,-1", "'1_0' is no number"),
    "nan": ("1,3,nan,1,9,9,1,-1,-1,-1", "numbers must be finite"),
    "inf": ("1,3,1,1,inf,9,1,-1,-1,-1", "numbers must be finite"),
    "few": ("1,3,1,1,9,9", r"6 columns\. A line is .*: 7 to 10 in all"),
    "many": ("1,3,1,1,9,9,1,-1,-1,-1,0", "11 columns"),
    "other": ("1,4,1,1,9,9,1", "7 columns, and 10 in line 1"),
    "width": ("1,4,1,1,-9,9,1,-1,-1,-1", "width and height must be 0 or more.*Received: -9 and 9"),
    "height": ("1,4,1,1,9,-0.5,1,-1,-1,-1", "width and height must be .*Received: 9 and -0.5"),
    "twice": ("1,3,5,5,9,9,1,-1,-1,-1", "identity 3 a second time in frame 1; it is in line 1 too"),
}


@pytest.mark.parametrize("name", BAD)
def test_read_rejects_a_line(file, name):
    line, message = BAD[name]
    with pytest.raises(DatasetError, match=f"mot.txt:3: {message}"):
        read_mot(file(f"{GOOD}\n{line}\n{GOOD}"), kind="found")


def test_read_rejects_detections_as_tracks(file):
    path = file("1,-1,1,1,9,9,1\n2,-1,1,1,9,9,1\n")  # one a frame: no identity comes twice
    with pytest.raises(DatasetError, match=r"mot.txt:1: identity -1, .*use read_mot_detections"):
        read_mot(path, kind="found")
    assert [len(found) for found in read_mot_detections(path)] == [1, 1]


def test_read_rejects_classes_from_0(file):
    path = file("1,1,1,1,9,9,1,1,1\n1,2,1,1,9,9,1,0,1\n")
    with pytest.raises(DatasetError, match=r"mot.txt:2: class 0, .*from 1\. .*classes=False"):
        read_mot(path, kind="truth")


def test_read_rejects_what_is_no_file(tmp_path, file):
    with pytest.raises(DatasetError, match=r"cannot be read: Is a directory\. Name the file in it"):
        read_mot(tmp_path, kind="truth")
    path = file(GOOD, "MOT17-02/gt/gt.txt")
    with pytest.raises(DatasetError, match=r"Name the file in it, .*MOT17-02.gt.gt\.txt\."):
        read_mot(path.parent.parent, kind="truth")
    with pytest.raises(DatasetError, match=r"none.txt cannot be read: No such file or directory\."):
        read_mot(tmp_path / "none.txt", kind="truth")
    with pytest.raises(DatasetError, match=r"film\.txt is no text file"):
        read_mot(file(b"\x00\x00\xff\xfe\x9f", "film.txt"), kind="truth")


def test_read_rejects_options(file):
    path = file(GOOD)
    for options, message in [
        ({"kind": "gt"}, "kind must be 'found' or 'truth'. Received: 'gt'"),
        ({"kind": "found", "origin": 2}, "origin must be 0 or 1"),
        ({"kind": "found", "length": 0}, "mot.txt:1: frame 1, but the film has 0 frames"),
        ({"kind": "found", "length": 2.5}, "length must be a whole number of frames"),
        ({"kind": "truth", "min_visible": None}, "min_visible must lie in 0 to 1"),
        ({"kind": "truth", "min_visible": 2}, "min_visible must lie in 0 to 1"),
        ({"kind": "truth", "min_visible": 0.5}, "has 10 columns, and no visibility"),
    ]:
        with pytest.raises(DatasetError, match=message):
            read_mot(path, **options)
    with pytest.raises(DatasetError, match="has 7 columns, and no class"):
        read_mot(file("1,1,1,1,9,9,1\n"), kind="found", classes=True)


def test_write_by_hand(tmp_path):
    path = tmp_path / "found.txt"
    boxes = [[0, 0, 10, 20], [-3.25, 0.00004, 4, 2], [1 / 3, 0, 2 / 3, 5]]
    tracks = Tracks([0, 2, 2], [7, 3, 0], boxes, [1, 0.5, 1 / 3], [0, 1, 2], [1, 0, 0])
    write_mot(path, tracks)
    assert path.read_bytes().decode() == (
        "1,7,1,1,10,20,1,-1,-1,-1\n"
        "3,3,-2.25,1,7.25,2,0.5,-1,-1,-1\n"
        "3,0,1.3333,1,0.3334,5,0.333333,-1,-1,-1\n"
    )
    write_mot(path, tracks, classes=True, origin=0)
    assert path.read_text().splitlines()[1] == "3,3,-3.25,0,7.25,2,0.5,2,-1"
    write_mot(path, tracks, kind="truth")
    assert [line.split(",", 6)[6] for line in path.read_text().splitlines()] == [
        "0,1,-1",
        "1,2,-1",
        "1,3,-1",
    ]
    write_mot(path, tracks[:0])
    assert path.read_text() == ""


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0, 1]), st.booleans(), st.booleans())
def test_what_is_written_reads_the_same(tmp_path_factory, seed, origin, truth, single):
    path = tmp_path_factory.mktemp("mot") / "tracks.txt"
    rng = np.random.default_rng(seed)
    _, film = random_film(seed, ignored=0.3)
    boxes = (film.boxes * 60).astype(np.float32 if single else np.float64)
    scores = np.ones(len(film)) if truth else rng.random(len(film))
    labels = rng.integers(0, 9, len(film))
    ignored = film.ignored if truth else None
    tracks = Tracks(film.frames, film.ids, boxes, scores, labels, ignored, film.length)
    kind = "truth" if truth else "found"
    write_mot(path, tracks, kind=kind, classes=True, origin=origin)
    again = read_mot(path, kind=kind, length=tracks.length, origin=origin)
    assert again.boxes.shape == tracks.boxes.shape
    np.testing.assert_allclose(again.boxes, tracks.boxes, rtol=0, atol=0.0001)
    np.testing.assert_allclose(again.scores, tracks.scores, rtol=0, atol=1e-6)
    a, b = columns(again), columns(tracks)
    assert {k: a[k] for k in a if k not in ("boxes", "scores")} == {
        k: b[k] for k in b if k not in ("boxes", "scores")
    }


def test_four_decimals_keep_a_match_that_two_lose(tmp_path):
    truth = Tracks([0], [1], [[0, 0, 10, 10]])
    found = Tracks([0], [7], [[0, 0, 10, 5.004]])
    write_mot(tmp_path / "found.txt", found)
    assert evaluate_tracks(read_mot(tmp_path / "found.txt", kind="found"), truth, overlap=0.5004).TP
    coarse = Tracks([0], [7], found.boxes.round(2))
    assert not evaluate_tracks(coarse, truth, overlap=0.5004).TP


@pytest.mark.parametrize("seed", range(6))
def test_numbers_of_a_file_are_those_of_the_tracks(tmp_path, seed):
    found, truth = random_film(seed, ignored=0.2, objects=2)  # no two boxes alike
    write_mot(tmp_path / "found.txt", found)
    write_mot(tmp_path / "gt.txt", truth, kind="truth")
    again = evaluate_tracks(
        read_mot(tmp_path / "found.txt", kind="found", length=14),
        read_mot(tmp_path / "gt.txt", kind="truth", length=14),
    )
    expected = evaluate_tracks(found, truth).summary
    assert again.summary == pytest.approx(expected, rel=1e-4, abs=1e-4, nan_ok=True)


@pytest.mark.filterwarnings("ignore:Operation with tuple")
def test_both_tools_read_what_is_written(tmp_path):
    mm = pytest.importorskip("motmetrics")
    trackeval = pytest.importorskip("trackeval", reason="installed with --no-deps")
    found, truth = random_film(5, ignored=0.2)
    folders = {name: tmp_path / name for name in ("gt/Film/gt", "found/ours/data")}
    for folder in folders.values():
        folder.mkdir(parents=True)
    write_mot(tmp_path / "gt/Film/gt/gt.txt", truth, kind="truth")
    write_mot(tmp_path / "found/ours/data/Film.txt", found)
    kit = trackeval.datasets.MotChallenge2DBox(
        {
            "GT_FOLDER": str(tmp_path / "gt"),
            "TRACKERS_FOLDER": str(tmp_path / "found"),
            "SEQ_INFO": {"Film": 14},
            "SKIP_SPLIT_FOL": True,
            "DO_PREPROC": False,
            "PRINT_CONFIG": False,
        }
    )
    data = kit.get_preprocessed_seq_data(kit.get_raw_seq_data("ours", "Film"), "pedestrian")
    assert data["num_tracker_dets"] == len(found)
    assert data["num_gt_dets"] == (~truth.ignored).sum()
    corner = np.concatenate([part for part in data["tracker_dets"] if len(part)])[:, :2]
    np.testing.assert_allclose(corner, found.boxes[:, :2] + 1, atol=1e-4)
    table = mm.io.loadtxt(tmp_path / "found/ours/data/Film.txt", fmt="mot15-2D")
    np.testing.assert_allclose(table[["X", "Y"]].to_numpy(), found.boxes[:, :2], atol=1e-4)
    assert table["Confidence"].tolist() == found.scores.tolist()


def test_write_rejects(tmp_path):
    path = tmp_path / "found.txt"
    path.write_text("before")
    good = Tracks([0], [1], [[0, 0, 1, 1]])
    with pytest.raises(TypeError, match=r"tracks must be vidlearn.boxes.Tracks. Received: list"):
        write_mot(path, [good])
    with pytest.raises(DatasetError, match=r"identities must be 0 or more .*Received: -1"):
        write_mot(path, Tracks([0], [-1], [[0, 0, 1, 1]]))
    with pytest.raises(
        DatasetError, match=r"x1 <= x2 .*Received: \[4.0, 0.0, 1.0, 1.0\] in frame 3"
    ):
        write_mot(path, Tracks([3], [1], [[4, 0, 1, 1]]))
    with pytest.raises(DatasetError, match="kind must be 'found' or 'truth'"):
        write_mot(path, good, kind="det")
    with pytest.raises(DatasetError, match="origin must be 0 or 1"):
        write_mot(path, good, origin=None)
    with pytest.raises(DatasetError, match="was not written: is a folder: name a file in it"):
        write_mot(tmp_path, good)
    with pytest.raises(DatasetError, match="was not written: No such file or directory"):
        write_mot(tmp_path / "none" / "found.txt", good)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="needs pipes and links")
def test_a_device_is_refused_and_a_link_stays_one(tmp_path):
    tracks = Tracks([0], [1], [[0, 0, 1, 1]])
    pipe, link, there = tmp_path / "pipe", tmp_path / "link.txt", tmp_path / "there.txt"
    os.mkfifo(pipe)
    with pytest.raises(DatasetError, match="is a device or a pipe, not a file"):
        write_mot(pipe, tracks)
    assert pipe.is_fifo()
    there.write_text("before")
    link.symlink_to(there)
    write_mot(link, tracks)
    assert link.is_symlink()
    assert there.read_text().startswith("1,1,")


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "found.txt"
    path.write_text("before")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("vidlearn.datasets.whole.os.fsync", full)
    with pytest.raises(DatasetError, match=r"found.txt was not written: No space left on device\."):
        write_mot(path, Tracks([0], [1], [[0, 0, 1, 1]]))
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.text("0123456789,.-e #\n\r\tn", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_turned_away(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("mot") / "any.txt"
    path.write_bytes(data)
    for kind in ("found", "truth"):
        try:
            tracks = read_mot(path, kind=kind)
        except DatasetError as error:
            told = str(error)
        else:
            told = f"{path}: {len(tracks)} rows"
        assert told.startswith(str(path))
