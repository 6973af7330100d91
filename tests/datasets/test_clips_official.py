"""UCF101, HMDB51 and KTH, generated in exactly their layouts: official splits, and broken ones."""

import pytest

from vidlearn.datasets import (
    DatasetError,
    DatasetWarning,
    check_clips,
    read_hmdb51,
    read_kth,
    read_ucf101,
)
from vidlearn.datasets.clips.official import KTH_PERSONS

UCF = ("ApplyEyeMakeup", "HandstandPushups", "YoYo")


def ucf_name(label, group, clip):
    label = label.replace("stand", "Stand")  # the one class whose files are spelled otherwise
    return f"v_{label}_g{group:02d}_c{clip:02d}.avi"


def put(path, words):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words, "utf-8")
    return path


@pytest.fixture
def ucf(tmp_path):
    """Three classes of 9 groups; groups 1 and 2 test in fold 1, 3 and 4 in fold 2; CRLF inside."""
    root, lists = tmp_path / "ucf", tmp_path / "ucf/ucfTrainTestlist"
    put(lists / "classInd.txt", "".join(f"{k} {name}\r\n" for k, name in enumerate(UCF, 1)))
    for fold, held in ((1, (1, 2)), (2, (3, 4)), (3, (5, 6))):
        train, test = [], []
        for k, label in enumerate(UCF, 1):
            for group in range(1, 10):
                for clip in (1, 2):
                    name = f"{label}/{ucf_name(label, group, clip)}"
                    put(root / "UCF-101" / name, name)
                    held_out = group in held
                    (test if held_out else train).append(name if held_out else f"{name} {k}")
        put(lists / f"trainlist{fold:02d}.txt", "\r\n".join(train) + "\r\n")
        put(lists / f"testlist{fold:02d}.txt", "\r\n".join(test) + "\r\n")
    return root


@pytest.mark.parametrize("fold", [1, 2, 3])
def test_ucf101_by_hand(ucf, fold):
    clips = read_ucf101(ucf, fold=fold)
    assert clips.classes == UCF
    assert (len(clips.split("train")), len(clips.split("test"))) == (3 * 7 * 2, 3 * 2 * 2)
    held = {item.source.split("_")[-1] for item in clips.split("test")}
    assert held == {f"g{2 * fold - 1:02d}", f"g{2 * fold:02d}"}
    for item in clips:
        assert item.path.parent.name == clips.classes[item.label]
        assert item.source == item.path.stem.rsplit("_", 1)[0]
    assert len(set(clips.sources)) == 27
    assert not {"source-across"} & {one.kind for one in check_clips(clips, decode=False).faults}


def test_a_group_over_both_lists_of_ucf101_is_found(ucf):
    name = f"YoYo/{ucf_name('YoYo', 2, 1)}"
    lists = ucf / "ucfTrainTestlist"
    test = (lists / "testlist01.txt").read_text().replace(f"{name}\n", "")
    put(lists / "testlist01.txt", test)
    put(lists / "trainlist01.txt", (lists / "trainlist01.txt").read_text() + f"{name} 3\n")
    with pytest.raises(DatasetError, match=r"v_YoYo_g02_c02.*v_YoYo_g02_c01.*not apart.*publisher"):
        read_ucf101(ucf)
    assert read_ucf101(ucf, fold=2)


def test_a_clip_in_both_lists_of_ucf101_is_found(ucf):
    lists = ucf / "ucfTrainTestlist"
    name = f"YoYo/{ucf_name('YoYo', 2, 1)}"
    put(lists / "trainlist01.txt", (lists / "trainlist01.txt").read_text() + f"{name} 3\n")
    with pytest.raises(DatasetError, match="the splits are not apart"):
        read_ucf101(ucf)


def test_a_part_of_ucf101_and_lists_elsewhere(ucf, tmp_path):
    lists = (ucf / "ucfTrainTestlist").rename(tmp_path / "lists")
    for path in ucf.rglob("v_YoYo*"):
        path.unlink()
    with pytest.raises(DatasetError, match=r"holds no trainlist01\.txt.*lists="):
        read_ucf101(ucf)
    with pytest.raises(DatasetError, match=r"trainlist01\.txt:29: there is no clip v_YoYo_g03"):
        read_ucf101(ucf, lists=lists)
    with pytest.warns(DatasetWarning, match="Left out: .*v_YoYo.* and 17 more"):
        clips = read_ucf101(ucf, lists=lists, skip=True)
    assert clips.counts() == {"ApplyEyeMakeup": 18, "HandstandPushups": 18, "YoYo": 0}
    assert clips.classes == UCF  # numbers stay those of the whole set


@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        ("trainlist01.txt", "YoYo/v_YoYo_g03_c01.avi 2", "trainlist01.txt:43: .*YoYo is number 3"),
        ("testlist01.txt", "Yo/v_Yo_g03_c01.avi", "testlist01.txt:13: class 'Yo' is not in"),
        ("trainlist01.txt", "what is this", "trainlist01.txt:43: .*wanted is Class/"),
        ("classInd.txt", "5 Zoo", "classInd.txt:4: .*wanted is 4 and a class"),
    ],
)
def test_rejects_lists_of_ucf101(ucf, file, line, message):
    path = ucf / "ucfTrainTestlist" / file
    put(path, path.read_text() + line + "\n")
    for skip in (False, True):
        with pytest.raises(DatasetError, match=message):
            read_ucf101(ucf, skip=skip)


@pytest.mark.parametrize("fold", [0, 4, 1.5, True])
def test_rejects_folds(tmp_path, fold):
    for read in (read_ucf101, read_hmdb51):
        with pytest.raises(ValueError, match="fold must be a whole number from 1 to 3"):
            read(tmp_path, fold=fold)


def test_of_films_of_one_name_that_of_the_list_is_read(ucf):
    """Beside it lies one that was converted, and deeper down a copy."""
    name = f"YoYo/{ucf_name('YoYo', 2, 1)}"
    wanted = read_ucf101(ucf)
    put(ucf / "UCF-101" / name.replace(".avi", ".mp4"), "converted")
    put(ucf / "later" / name.rpartition("/")[2], "copied")
    assert [item.path for item in read_ucf101(ucf)] == [item.path for item in wanted]
    (ucf / "UCF-101" / name).rename(ucf / "UCF-101" / name.replace("YoYo/", ""))
    with pytest.raises(DatasetError, match=r"UCF-101/v_YoYo_g02_c01\.avi: later/v_YoYo.*same name"):
        read_ucf101(ucf)


HMDB = {"brush_hair": "April_09", "wave": "Old_Film", "walk": "Western"}


@pytest.fixture
def hmdb(tmp_path):
    """Three classes, each with a film for train, one for test and one left out, two clips each."""
    for label, film in HMDB.items():
        rows = []
        for number, part in enumerate(("A", "B", "C")):
            for k in range(2):
                name = f"{film}_{part}_{label}_u_cm_np1_ba_med_{k}.avi"
                put(tmp_path / label / name, name)
                rows.append((name, number))
        for fold, codes in ((1, (1, 2, 0)), (2, (2, 0, 1)), (3, (0, 1, 2))):
            words = "".join(f"{name} {codes[number]} \n" for name, number in rows)
            put(tmp_path / f"splits/{label}_test_split{fold}.txt", words)
    return tmp_path


@pytest.mark.parametrize(("fold", "train", "test"), [(1, "A", "B"), (2, "C", "A"), (3, "B", "C")])
def test_hmdb51_by_hand(hmdb, fold, train, test):
    clips = read_hmdb51(hmdb, fold=fold)
    assert clips.classes == ("brush_hair", "walk", "wave")
    assert len(clips) == 12
    assert {i.source for i in clips.split("train")} == {f"{f}_{train}" for f in HMDB.values()}
    assert {i.source for i in clips.split("test")} == {f"{f}_{test}" for f in HMDB.values()}
    assert all(item.path.parent.name == clips.classes[item.label] for item in clips)


def test_a_film_over_both_splits_of_hmdb51_is_told_and_found(hmdb):
    path = hmdb / "splits/walk_test_split1.txt"
    name = "Western_A_walk_u_cm_np1_ba_med_1.avi"
    put(path, path.read_text().replace(f"{name} 1", f"{name} 2"))
    with pytest.warns(DatasetWarning, match="both of Western_A: the splits are not apart"):
        clips = read_hmdb51(hmdb)
    found = check_clips(clips, decode=False)
    assert [one.kind for one in found.of("error")] == ["source-across"]
    assert "'Western_A'" in found.of("error")[0].text


def test_rejects_lists_of_hmdb51(hmdb):
    path = hmdb / "splits/walk_test_split1.txt"
    put(path, path.read_text() + "a.avi 3\n")
    with pytest.raises(DatasetError, match=r"walk_test_split1\.txt:7: .*0, 1 or 2"):
        read_hmdb51(hmdb)
    with pytest.raises(DatasetError, match=r"holds no brush_hair_test_split3\.txt"):
        read_hmdb51(hmdb / "walk", fold=3)


KTH = ("boxing", "handclapping", "handwaving", "jogging", "running", "walking")


@pytest.fixture
def kth(tmp_path):
    """All 25 persons and six actions with two of the four scenes, and the list as it is spelled."""
    lines = ["This file lists the sequences", "", "person01_boxing_d4\t\tframes\t1-95, 96-185"]
    for person in range(1, 26):
        for label in KTH:
            for scene in (1, 3):
                name = f"person{person:02d}_{label}_d{scene}"
                if name == "person13_handclapping_d3":
                    lines.append(f"{name}\t*missing*")
                    continue
                put(tmp_path / label / f"{name}_uncomp.avi", name)
                lines.append(f"{name}\t\tframes\t1-95, 96-185, 186-{200 + person} ")
    put(tmp_path / "00sequences.txt", "\n".join(lines))
    return tmp_path


def test_kth_by_hand(kth):
    clips = read_kth(kth)
    assert clips.classes == KTH
    assert len(clips) == (25 * 6 * 2 - 1) * 3
    persons = {name: {i.source for i in clips.split(name)} for name in ("train", "val", "test")}
    assert {name: len(part) for name, part in persons.items()} == {"train": 8, "val": 8, "test": 9}
    assert persons["train"] == {f"person{k}" for k in range(11, 19)}
    test = (22, 2, 3, 5, 6, 7, 8, 9, 10)
    assert persons["test"] == {f"person{k:02d}" for k in test}
    assert sum(map(len, KTH_PERSONS.values())) == len(set().union(*KTH_PERSONS.values())) == 25
    here = [i for i in clips if i.path.name == "person04_running_d3_uncomp.avi"]
    assert [(i.start, i.stop, i.split) for i in here] == [
        (0, 95, "val"),
        (95, 185, "val"),
        (185, 204, "val"),
    ]
    assert not check_clips(clips, decode=False).of("error")


def test_kth_without_the_list(kth):
    (kth / "00sequences.txt").unlink()
    clips = read_kth(kth)
    assert len(clips) == 299
    assert {(item.start, item.stop) for item in clips} == {(0, None)}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("person02_jogging_d4 frames 1-9", "there is no clip person02_jogging_d4"),
        ("person02_jogging_d3 frames 1-9", "person02_jogging_d3 is listed already"),
        ("person02_jogging_d4 frames 9-5", "frames 9 to 5 are none"),
        ("person02_jogging_d4 frames 1-5 6-9", "'1-5 6-9' are no stretches"),
        ("person02_jogging_d4 frames 0-5", "frames 0 to 5 are none"),
    ],
)
def test_rejects_sequences_of_kth(kth, line, message):
    path = kth / "00sequences.txt"
    put(path, path.read_text() + "\n" + line)
    with pytest.raises(DatasetError, match=f"00sequences.txt:304: .*{message}"):
        read_kth(kth)


def test_a_missing_film_of_kth_can_be_skipped(kth):
    (kth / "walking/person25_walking_d1_uncomp.avi").unlink()
    with pytest.raises(DatasetError, match="there is no clip person25_walking_d1"):
        read_kth(kth)
    with pytest.warns(DatasetWarning, match="Left out: .*person25_walking_d1"):
        assert len(read_kth(kth, skip=True)) == (25 * 6 * 2 - 2) * 3


def test_a_film_of_kth_that_is_there_twice_is_refused(kth):
    put(kth / "small/person02_walking_d1.mp4", "converted")
    with pytest.raises(
        DatasetError, match=r"walking/person02_walking_d1_uncomp\.avi: small/.*same"
    ):
        read_kth(kth)


def test_rejects_a_folder_that_is_not_kth(tmp_path):
    put(tmp_path / "walking/anna_1.avi", "film")
    with pytest.raises(DatasetError, match="holds no film of KTH"):
        read_kth(tmp_path)
