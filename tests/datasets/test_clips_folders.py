"""Folders of clips and their tables: classes, splits, sources, and every fault with its line."""

import os
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from vidlearn.datasets import (
    ClipItem,
    ClipSet,
    DatasetError,
    DatasetWarning,
    check_clips,
    clip_source,
    read_clips,
    split_clips,
)
from vidlearn.datasets.clips.folders import holds_clips
from vidlearn.datasets.clips.splits import leaks


def folder_of(root, *names):
    """Write files that stand for films; names that end in / become folders of two pictures."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
            for k in (2, 10):
                Image.new("RGB", (32, 24), (k, 0, 0)).save(path / f"{k}.png")
        else:
            path.write_bytes(os.fsencode(name))
    return root


def told(root, **how):
    report = check_clips(root, decode=False, **how)
    return [(one.kind, one.file, one.line) for one in report.faults]


@pytest.mark.parametrize(
    ("name", "label", "source"),
    [
        ("Run/v_Run_g01_c02.avi", "Run", "v_Run_g01"),
        ("a/v_HandStandPushups_g25_c07.avi", "HandstandPushups", "v_HandStandPushups_g25"),
        ("person01_boxing_d1_uncomp.avi", "boxing", "person01"),
        ("x/Person 7_wave_3.mp4", "wave", "Person 7"),
        ("April_09_brush_hair_u_nm_np1_ba_goo_0.avi", "brush_hair", "April_09"),
        ("The_Film_cartwheel_f_cm_np2_le_bad_11.avi", "other", "The_Film_cartwheel"),
        ("sit/match3_012.mp4", "sit", "match3"),
        ("sit/match3 clip12.mp4", "sit", "match3"),
        ("sit/match-part2.mov", "sit", "match"),
        ("sit/anna.mp4", "sit", "anna"),
        ("sit/take3b.mp4", "sit", "take3b"),
        ("sit/anna3.mp4", "sit", "anna3"),
        ("sit/clip_007.mp4", "sit", "sit/clip_007"),
        ("sit/clip7.mp4", "sit", "sit/clip7"),
        ("sit/c1", "sit", "sit/c1"),
        ("sit/IMG_1234.MOV", "sit", "sit/IMG_1234"),
        ("sit/007.mp4", "sit", "sit/007"),
        ("sit/2024-05-01_12.mp4", "sit", "sit/2024-05-01_12"),
        ("train/sit down/sit_down_4.mp4", "sit down", "train/sit down/sit_down_4"),
        ("sit\\anna_4.mp4", "sit", "anna"),
    ],
)
def test_sources_by_hand(name, label, source):
    assert clip_source(name, label) == source


words = st.text("abcxyzAZ äß", min_size=2, max_size=8).filter(lambda s: s.strip() == s)


@given(film=words, numbers=st.lists(st.integers(0, 99999), min_size=2, max_size=2), label=words)
def test_clips_of_one_film_have_one_source(film, numbers, label):
    """Whatever the folder, the ending and the number of digits."""
    one, other = numbers
    first = clip_source(f"train/{label}/{film}_{one:03d}.mp4", label)
    second = clip_source(f"test/other/{film}_{other}.avi", label)
    if first == film:
        assert second == film
    else:  # the name only counts: each stands for itself
        assert first != second


@given(st.text(max_size=30), st.text(max_size=10))
def test_every_name_has_a_source(name, label):
    assert isinstance(clip_source(name, label), str)


def test_classes_splits_and_order(tmp_path):
    names = ("Training/b/x_10.mp4", "Training/b/x_2.AVI", "valid/a/y_1.webm", "test/c/z_1/")
    clips = read_clips(folder_of(tmp_path, *names, "README.md", ".hidden/a/b.mp4"))
    assert clips.classes == ("a", "b", "c")
    assert {(i.path.name, i.label, i.split, i.source) for i in clips} == {
        ("x_2.AVI", 1, "train", "x"),
        ("x_10.mp4", 1, "train", "x"),
        ("y_1.webm", 0, "val", "y"),
        ("z_1", 2, "test", "z"),
    }
    assert [item.path.name for item in clips.split("train")] == ["x_2.AVI", "x_10.mp4"]
    assert repr(clips) == (
        "ClipSet of 4 clips (test 1, train 2, val 1) from 3 sources: a 1, b 2, c 1"
    )


def test_a_set_is_chosen_from_and_renumbered(tmp_path):
    clips = read_clips(folder_of(tmp_path, "a/p_1.mp4", "b/q_1.mp4", "b/q_2.mp4"))
    assert clips[[2, 0]].labels.tolist() == [1, 0]
    assert clips[1:].counts() == {"a": 0, "b": 2}
    other = clips.as_classes(("b", "z", "a"))
    assert other.labels.tolist() == [2, 0, 0]
    assert [other.classes[k] for k in other.labels] == ["a", "b", "b"]
    assert clips[1:].as_classes(("b",)).labels.tolist() == [0, 0]
    with pytest.raises(DatasetError, match="classes must hold 'a', which clips are of"):
        clips.as_classes(("b", "c"))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"label": -1}, "label must be 0 or more"),
        ({"start": -1}, "start must be 0 or more"),
        ({"start": 5, "stop": 5}, "stop behind it"),
    ],
)
def test_rejects_items_that_make_no_sense(wrong, message):
    with pytest.raises(ValueError, match=message):
        ClipItem(**{"path": "a.mp4", "label": 0} | wrong)


def test_rejects_labels_without_a_class():
    with pytest.raises(ValueError, match="labels must be 0 to 1"):
        ClipSet([ClipItem("a.mp4", 2)], ("a", "b"))


def test_faults_of_folders(tmp_path):
    folder_of(tmp_path, "train/sit/a_1.mp4", "train/top.mp4", "val/sit/notes.doc", "val/up/b_1.avi")
    folder_of(tmp_path, "train/pics/", "test/left/", "extra/x_1.mp4")
    (tmp_path / "val/none").mkdir()
    assert told(tmp_path)[:6] == [
        ("clip-outside-class", "train/top.mp4", None),
        ("pictures-in-class", "test/left", None),
        ("pictures-in-class", "train/pics", None),
        ("mixed-splits", "extra", None),
        ("empty-class", "val/none", None),
        ("empty-class", "val/sit", None),
    ]
    assert ("odd-file", "val/sit/notes.doc", None) in told(tmp_path)
    with pytest.raises(DatasetError, match=r"extra: stands beside train.*\(3 more of such"):
        read_clips(tmp_path)
    with pytest.warns(DatasetWarning, match="Left out: extra.* and 3 more"):
        assert len(read_clips(tmp_path, skip=True)) == 2


@pytest.mark.parametrize("name", ["sit\ndown", "sit\x1b[31m", "sit\u2028down", "s\udcfft", "\x85"])
def test_rejects_classes_whose_names_are_no_line_of_text(tmp_path, name):
    """Such a name would stand as two in classes.txt: the training could never be used."""
    folder_of(tmp_path, "a\u200db/p_1.mp4", "ö 日本\xa0c/s_1.mp4")
    folder_of(tmp_path, f"{name}/q_1.mp4", f"{name}/r_1.mp4")
    assert [kind for kind, *_ in told(tmp_path)].count("class-name") == 1
    with pytest.raises(DatasetError, match="a line of text cannot hold"):
        read_clips(tmp_path)
    with pytest.warns(DatasetWarning, match="a line of text cannot hold"):
        left = read_clips(tmp_path, skip=True)
    assert (len(left), left.classes) == (2, ("a\u200db", "ö 日本\xa0c"))


def test_a_class_is_the_first_folder_however_deep_the_clip(tmp_path):
    folder_of(tmp_path, "sit/monday/a_1.mp4", "sit/b_1.mp4", "stand/monday/c_1.mp4")
    assert read_clips(tmp_path).classes == ("sit", "stand")


def test_a_folder_of_which_nothing_is_left_is_refused_although_faults_are_left_out(tmp_path):
    folder_of(tmp_path, "a_1.mp4", "b_1.mp4")
    with pytest.raises(DatasetError, match=r"a_1\.mp4"):
        read_clips(tmp_path, skip=True)


def test_films_that_lie_side_by_side_are_no_classes(tmp_path):
    assert not holds_clips(folder_of(tmp_path, "a_1.mp4"))
    assert holds_clips(folder_of(tmp_path, "sit/a_1.mp4"))


def test_classes_of_nearly_one_name(tmp_path):
    folder_of(tmp_path, "sit down/a_1.mp4", "Sit_Down/b_1.mp4", "sitdown up/c_1.mp4")
    said = [one.text for one in check_clips(tmp_path, decode=False).of("warning")]
    assert "class 'Sit_Down' looks like 'sit down'" in said
    assert sum("looks like" in one for one in said) == 1


def test_a_split_that_holds_pictures_by_themselves(tmp_path):
    folder_of(tmp_path, "val/", "train/sit/a_1.mp4")
    assert ("pictures-in-class", "val", None) in told(tmp_path)


def test_classes_that_cannot_be_tested(tmp_path):
    folder_of(tmp_path, "train/a/p_1.mp4", "train/b/q_1.mp4", "train/b/q_2.mp4", "val/c/r_1.mp4")
    found = check_clips(tmp_path, decode=False)
    said = {(one.kind, one.text.split(" has ")[0]) for one in found.faults}
    assert said == {
        ("single-clip", "class 'a'"),
        ("single-clip", "class 'c'"),
        ("single-source", "class 'b'"),
        ("absent-class", "class 'a'"),
        ("absent-class", "class 'b'"),
        ("absent-class", "class 'c'"),
    }
    assert found.ok


@pytest.mark.parametrize("names", [(), ("readme.md",), ("film.txt", "sit/notes.txt")])
def test_rejects_folders_without_clips(tmp_path, names):
    with pytest.raises(DatasetError, match=r"holds no clips.*class/clip\.mp4"):
        read_clips(folder_of(tmp_path, *names))


CLIPS = ("sit/a_1.mp4", "sit/a_2.mp4", "up/b_1.avi", "up/pictures/")


def table(root, *lines, encoding="utf-8"):
    (root / "clips.csv").write_bytes("\n".join(lines).encode(encoding))
    return root


@pytest.mark.parametrize("sign", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_table_tells_sources(tmp_path, sign, encoding):
    lines = [
        "Clip,Source,split",
        "sit/a_1.mp4,Änne,val",
        "a_2,B C,",
        "up\\b_1,X,",
        "",
        "pictures,Y,",
    ]
    table(
        folder_of(tmp_path, *CLIPS), *(one.replace(",", sign) for one in lines), encoding=encoding
    )
    clips = read_clips(tmp_path)
    assert clips.sources == ("Änne", "B C", "X", "Y")
    assert [item.split for item in clips] == ["val", "", "", ""]
    assert clips.labels.tolist() == [0, 0, 1, 1]


def test_a_table_tells_classes_and_stretches(tmp_path):
    folder_of(tmp_path, "films/long.mp4", "short.mp4")
    csv = tmp_path / "other.csv"
    csv.write_text(
        "class,clip,start,stop,source\nwave,long,0,40,L\nrun,long,40,,L\nrun,short,,,S\n"
    )
    clips = read_clips(tmp_path, sources=csv)
    assert clips.classes == ("run", "wave")
    assert [(i.label, i.start, i.stop) for i in clips] == [(1, 0, 40), (0, 40, None), (0, 0, None)]


WHOLE = ["clip,source", "sit/a_1.mp4,A", "sit/a_2.mp4,A", "up/b_1.avi,B", "up/pictures,P"]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ([*WHOLE, "sit/gone.mp4,C"], ("missing-clip", "clips.csv", 6)),
        ([*WHOLE, "up/b_1.avi,C"], ("listed-twice", "clips.csv", 6)),
        ([*WHOLE, "up/b_1,B"], ("listed-twice", "clips.csv", 6)),
        ([*WHOLE, "up/b_1.avi,B,val"], ("field-count", "clips.csv", 6)),
        ([*WHOLE, ",B"], ("bad-file", "clips.csv", 6)),
        ([*WHOLE, "up/b_1.avi,"], ("bad-file", "clips.csv", 6)),
        (WHOLE[:-1], ("clip-not-listed", "up/pictures", None)),
        (WHOLE[1:], ("bad-file", "clips.csv", 1)),
        (["clip,source,source", *WHOLE[1:]], ("bad-file", "clips.csv", 1)),
        ([], ("bad-file", "clips.csv", None)),
        (["clip,source,split", "a_1,A,tarin"], ("unknown-split", "clips.csv", 2)),
        (["clip,source,start,stop", "a_1,A,9,9"], ("frame-range", "clips.csv", 2)),
        (["clip,source,start,stop", "a_1,A,-3,9"], ("not-a-number", "clips.csv", 2)),
        (["clip,source,start,stop", "a_1,A,0,9.5"], ("not-a-number", "clips.csv", 2)),
        (["clip,source,start,stop", "a_1,A,1,9", "a_1,A,01,9"], ("listed-twice", "clips.csv", 3)),
    ],
)
def test_faults_of_a_table(tmp_path, lines, fault):
    table(folder_of(tmp_path, *CLIPS), *lines)
    assert fault in told(tmp_path)
    with pytest.raises(DatasetError, match="vidlearn data check"):
        read_clips(tmp_path)


@pytest.mark.parametrize(
    ("encoding", "kind"), [("latin-1", "not-utf8"), ("utf-16", "utf16")], ids=str
)
def test_a_table_in_another_encoding(tmp_path, encoding, kind):
    table(folder_of(tmp_path, *CLIPS), *WHOLE[:-1], "up/pictures,Änne", encoding=encoding)
    assert kind in {one[0] for one in told(tmp_path)}


def test_a_name_that_means_two_clips(tmp_path):
    table(folder_of(tmp_path, "a/x_1.mp4", "b/x_1.mp4"), "clip,source", "x_1,A", "b/x_1,B")
    assert told(tmp_path)[:2] == [
        ("two-clips", "clips.csv", 2),
        ("clip-not-listed", "a/x_1.mp4", None),
    ]


def test_a_name_without_its_ending_that_means_two_clips(tmp_path):
    table(folder_of(tmp_path, "a/x_1.mp4", "a/x_1.avi"), "clip,source", "a/x_1,A", "a/x_1.avi,B")
    assert told(tmp_path)[0] == ("two-clips", "clips.csv", 2)


def test_a_picture_beside_films_is_no_clip(tmp_path):
    folder_of(tmp_path, "a/x_1.mp4", "a/x_2.mp4", "b/y_1.mp4", "b/z_1.mp4")
    Image.new("RGB", (32, 24)).save(tmp_path / "a/preview.png")
    assert ("odd-file", "a/preview.png", None) in told(tmp_path)
    assert len(read_clips(tmp_path)) == 4


def test_a_source_in_three_splits_is_found_twice():
    splits = ("train", "val", "val", "train", "test")
    items = [ClipItem(f"{k}.mp4", 0, "one", split) for k, split in enumerate(splits)]
    items.append(ClipItem("other.mp4", 0, "other", "test"))
    assert leaks(items) == [(items[1], items[0]), (items[4], items[0])]


@pytest.mark.parametrize("seed", range(4))
def test_a_rare_class_stands_in_every_split(seed):
    items = [ClipItem(f"{k}.mp4", k % 6 == 5, f"s{k}") for k in range(24)]
    made = split_clips(ClipSet(items, ("common", "rare")), (0.5, 0.5), seed=seed)
    for name in ("train", "val"):
        assert made.split(name).counts() == {"common": 10, "rare": 2}


def test_a_table_against_the_folders(tmp_path):
    table(folder_of(tmp_path, "train/a/x_1.mp4"), "clip,source,split", "x_1,A,test")
    assert told(tmp_path) == [("other-split", "clips.csv", 2)]


def test_rejects_a_table_that_is_not_there(tmp_path):
    with pytest.raises(DatasetError, match="sources must be a CSV file that is there"):
        read_clips(folder_of(tmp_path, *CLIPS), sources=tmp_path / "no.csv")
    assert told(tmp_path / "nowhere") == [("folder", ".", None)]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(words=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200))
def test_any_text_is_read_or_refused(tmp_path, words):
    folder_of(tmp_path, "sit/a_1.mp4")
    (tmp_path / "clips.csv").write_text(f"clip,source\n{words}", "utf-8")
    try:
        assert len(read_clips(tmp_path)) == 1
    except DatasetError:
        assert told(tmp_path)


many = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=6, max_size=40).filter(
    lambda pairs: len({source for source, _ in pairs}) >= 3
)


@given(pairs=many, seed=st.integers(0, 5))
def test_a_source_never_crosses_a_split(pairs, seed):
    items = [ClipItem(f"{k}.mp4", label, f"s{source}") for k, (source, label) in enumerate(pairs)]
    clips = ClipSet(items, "abcd")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DatasetWarning)
        made = split_clips(clips, (0.6, 0.2, 0.2), seed=seed)
        again = split_clips(clips[::-1], (0.6, 0.2, 0.2), seed=seed)
    assert not leaks(made)
    assert set(made.splits) == {"train", "val", "test"}
    assert [item.path for item in made] == [item.path for item in clips]
    assert {(i.path, i.split) for i in made} == {(i.path, i.split) for i in again}


def test_a_class_that_cannot_stand_in_every_split_is_told():
    items = [ClipItem(f"{k}.mp4", k % 4 == 3, f"s{k % 4}") for k in range(12)]
    with pytest.warns(DatasetWarning, match="No clip of b is in (train|val)"):
        split_clips(ClipSet(items, ("a", "b")), (0.5, 0.5))


def test_rejects_more_parts_than_sources():
    items = [ClipItem(f"{k}.mp4", 0, "one") for k in range(9)]
    with pytest.raises(ValueError, match="only 1 groups"):
        split_clips(ClipSet(items, ("a",)))


def test_another_seed_deals_the_sources_another_way():
    items = [ClipItem(f"sit/{s}_{t}.mp4", 0, s) for s in "abcdefgh" for t in (1, 2)]
    clips = ClipSet(items, ("sit",))
    deals = [tuple(item.split for item in split_clips(clips, seed=k)) for k in range(6)]
    assert len(set(deals)) > 2
    assert deals[4] == tuple(item.split for item in split_clips(clips, seed=4))


def test_hidden_folders_are_no_empty_classes(tmp_path):
    folder_of(tmp_path, "sit/a_1.mp4", "sit/b_1.mp4", "stand/c_1.mp4", "stand/d_1.mp4")
    for name in (".thumbs", "wave"):
        (tmp_path / name).mkdir()
    assert [one for one in told(tmp_path) if one[0] == "empty-class"] == [
        ("empty-class", "wave", None)
    ]
