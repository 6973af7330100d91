"""Pictures of a film: the right frames under names that tell the film, whole or not at all."""

import errno

import numpy as np
import pytest
from PIL import Image

from tests.media import make_clip, read_number
from vidlearn import cli, datasets


def numbers(paths):
    """The number in each name, held against the number that is painted into the picture."""
    told = [int(path.stem.rsplit("_", 1)[1]) for path in paths]
    assert [read_number(np.asarray(Image.open(path))) for path in paths] == told
    return told


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make_clip(tmp_path_factory.mktemp("film") / "walk 2.mp4", 23, fps=10)


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        ({}, [0, 10, 20]),
        ({"every": 0.75}, [0, 8, 15, 23][:3]),
        ({"every": 0.01, "start": 2.1}, [21, 22]),
        ({"every": 0.4, "start": 0.1}, [1, 5, 9, 13, 17, 21]),  # (1.3 - 0.1) / 0.4 is below 3
        ({"every": 1e-300, "start": 1.95}, [20, 21, 22]),
        ({"start": 0.5, "stop": 1.5}, [5]),  # half-open: the frame at 1.5 s is outside
        ({"start": 0.5, "stop": 1.51}, [5, 15]),
        ({"number": 4}, [2, 8, 14, 20]),
        ({"number": 99, "start": 1.95}, [20, 21, 22]),
    ],
    ids=str,
)
def test_frames_are_chosen_by_hand(film, tmp_path, how, wanted):
    paths = datasets.write_frames(film, tmp_path / "new" / "pictures", **how)
    assert numbers(paths) == wanted
    assert sorted(path.name for path in paths) == [path.name for path in paths]
    assert paths[0].name == f"walk 2_{wanted[0]:06d}.jpg"


def test_frames_follow_the_clock_of_a_film_with_a_varying_rate(tmp_path):
    times = [0, 100, 900, 1000, 1040, 3000, 3100]
    film = make_clip(tmp_path / "a.mkv", len(times), times=times)
    paths = datasets.write_frames(film, tmp_path, kind="png")
    assert numbers(paths) == [0, 3, 5]  # no frame stands for two seconds
    assert {path.suffix for path in paths} == {".png"}


def test_pictures_of_one_film_stay_on_one_side(tmp_path):
    for name in ("walk_1", "walk_2", "shop-c", "GOPR0042", "2024"):
        datasets.write_frames(make_clip(tmp_path / f"{name}.mp4", 12, fps=4), tmp_path / "all")
    names = [path.name for path in (tmp_path / "all").iterdir()]
    assert len(names) == 15
    groups = datasets.name_groups(names)
    assert sorted(map(len, groups.values())) == [3] * 5
    for seed in range(9):
        parts = datasets.split(names, seed=seed, groups="name")
        films = [{name.rsplit("_", 1)[0] for name in part} for part in parts.values()]
        assert not films[0] & films[1]


def test_nothing_is_written_over(film, tmp_path):
    first = datasets.write_frames(film, tmp_path, every=1)
    first[1].with_suffix(".txt").write_text("cat 1 2 3 4\n")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for how in ({"every": 2}, {"every": 2, "kind": "png"}):  # labels know no ending
        with pytest.raises(datasets.DatasetError, match=r"walk 2_000000\.jpg and 1 more are in"):
            datasets.write_frames(film, tmp_path, **how)
    with pytest.raises(datasets.DatasetError, match=r"walk 2_000020\.jpg is in"):
        datasets.write_frames(film, tmp_path, start=1.5, every=0.5)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert numbers(datasets.write_frames(film, tmp_path, start=0.5, stop=1)) == [5]


def test_a_name_that_is_taken_meanwhile_is_not_written_over(film, tmp_path, monkeypatch):
    save = Image.Image.save

    def beside(self, *more, **how):
        (tmp_path / "walk 2_000020.png").write_bytes(b"of another program")
        save(self, *more, **how)

    monkeypatch.setattr(Image.Image, "save", beside)
    with pytest.raises(datasets.DatasetError, match=r"walk 2_000020\.png is in"):
        datasets.write_frames(film, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["walk 2_000020.png"]


def test_an_empty_folder_stays_and_a_new_one_goes(film, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left")

    monkeypatch.setattr(Image.Image, "save", full)
    (tmp_path / "mine").mkdir()
    for name in ("mine", "new"):
        with pytest.raises(datasets.DatasetError, match="No picture was written"):
            datasets.write_frames(film, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_pictures_are_good_and_for_others_to_read(film, tmp_path):
    """Little noise, and a colour for each pixel."""
    fine = datasets.write_frames(film, tmp_path / "png", number=1, kind="png")[0]
    jpg = datasets.write_frames(film, tmp_path / "jpg", number=1)[0]
    apart = [np.asarray(Image.open(path)).astype(int) for path in (fine, jpg)]
    assert np.abs(apart[0] - apart[1]).mean() < 2
    with Image.open(jpg) as picture:
        assert {tuple(layer[1:3]) for layer in picture.layer} == {(1, 1)}  # colours in full
    plain = tmp_path / "plain"
    plain.write_text("")
    assert jpg.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left")])
def test_what_ends_in_between_leaves_nothing(film, tmp_path, monkeypatch, capsys, error):
    (tmp_path / "mine.jpg").write_bytes(b"x")
    save, calls = Image.Image.save, []

    def half(self, *more, **how):
        calls.append(self)
        if len(calls) == 3:
            raise error
        save(self, *more, **how)

    monkeypatch.setattr(Image.Image, "save", half)
    told = ["data", "frames", str(film), "--out", str(tmp_path)]
    assert cli.main(told) == (130 if isinstance(error, KeyboardInterrupt) else 1)
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith("vidlearn: ")
    assert ("No space left" in said) == isinstance(error, OSError)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.jpg"]


def test_a_folder_of_pictures_is_a_film_too(film, tmp_path):
    first = datasets.write_frames(film, tmp_path / "a.b", number=4, kind="png")
    again = datasets.write_frames(tmp_path / "a.b", tmp_path / "c", every=0.08)
    assert [path.name for path in again] == ["a.b_000000.jpg", "a.b_000002.jpg"]
    seen = [read_number(np.asarray(Image.open(path))) for path in again]
    assert seen == [numbers(first)[0], numbers(first)[2]]


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"every": 0}, "every must be seconds, above 0. Received: 0"),
        ({"every": float("nan")}, "every must be seconds"),
        ({"every": 1, "number": 2}, "either every or number must be given"),
        ({"number": 0}, "number must be a whole number above 0"),
        ({"number": 1.5}, "Received: 1.5"),
        ({"start": -1}, "start must be seconds, 0 or more"),
        ({"stop": 0}, "stop must be seconds, above 0"),
        ({"start": 2.25}, r"no frame is at 2.25 to inf s: .* 0 to 2.200 s"),
        ({"start": 1, "stop": 1}, "no frame is at 1 to 1 s"),
        ({"kind": "gif"}, 'kind must be "jpg" or "png"'),
    ],
    ids=str,
)
def test_write_frames_rejects(film, tmp_path, how, message):
    with pytest.raises(datasets.DatasetError, match=message):
        datasets.write_frames(film, tmp_path / "new", **how)
    assert not (tmp_path / "new").exists()


def test_write_frames_rejects_a_folder_that_is_a_file(film, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(datasets.DatasetError, match="No picture was written to"):
        datasets.write_frames(film, tmp_path / "taken")


def test_the_command_line_tells_what_it_wrote(film, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["data", "frames", str(film), "--out", "mine", "--every", "2", "--png"]) == 0
    said = "Wrote pictures to mine: 2, from walk 2_000000.png to walk 2_000020.png.\n"
    assert capsys.readouterr().out == said
    (tmp_path / "notes.mp4").write_text("no video at all")
    assert cli.main(["data", "frames", "notes.mp4", "--out", "other"]) == 1
    told = capsys.readouterr().err
    assert (told.count("\n"), "notes.mp4" in told) == (1, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "notes.mp4"]
