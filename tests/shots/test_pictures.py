import sys

import numpy as np
import pytest
from PIL import Image

from tests.media import make_clip, painted, read_number
from vidlearn import cli, shots
from vidlearn.shots import Shots, ShotsError, Transition
from vidlearn.video import frame_times, probe, read_frames, write_video

CHANGES = (Transition(7, 7), Transition(12, 18, "dissolve", 0.8))  # pieces: 7, 8 and 15 frames


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make_clip(tmp_path_factory.mktemp("film") / "a.mp4", 30, audio="aac")


def test_split_is_exact_to_the_frame(film, tmp_path):
    made = shots.split(film, Shots("a.mp4", 25.0, 30, CHANGES), tmp_path / "new" / "parts")
    assert [path.name for path in made] == ["a_001.mp4", "a_002.mp4", "a_003.mp4"]
    assert sorted((tmp_path / "new" / "parts").iterdir()) == made
    numbers = [[read_number(frame) for frame in read_frames(path)] for path in made]
    assert numbers == [list(range(7)), list(range(7, 15)), list(range(15, 30))]
    assert all(probe(path).has_audio for path in made)


def test_split_keeps_a_varying_rate(tmp_path):
    times = [0, 40, 80, 180, 280, 380, 400, 420]
    film = make_clip(tmp_path / "a.mkv", 8, times=times)
    made = shots.split(film, Shots("a.mkv", 20.0, 8, (Transition(3, 3),)), tmp_path)
    assert frame_times(made[1]) == pytest.approx([0, 0.1, 0.2, 0.22, 0.24], abs=1e-3)


def test_split_leaves_nothing_behind_when_it_fails(film, tmp_path, monkeypatch):
    found, place = Shots("a.mp4", 25.0, 30, CHANGES), tmp_path / "parts"
    with pytest.raises(ShotsError, match=r"a\.mp4 has 30 frames, the shots are of a film of 29"):
        shots.split(film, Shots("a.mp4", 25.0, 29), place)

    def full(path, *_, **__):
        if path.name == "a_002.mp4":
            raise OSError(28, "No space left on device")
        path.write_bytes(b"whole")

    with monkeypatch.context() as patch:
        patch.setattr("vidlearn.video.write_video", full)
        with pytest.raises(ShotsError, match="No space left"):
            shots.split(film, found, place)
    assert not place.exists()
    place.mkdir()
    (place / "a_003.mp4").write_text("mine")
    with pytest.raises(ShotsError, match=r"a_003\.mp4 is there already"):
        shots.split(film, found, place)
    assert [path.read_text() for path in place.iterdir()] == ["mine"]


def test_a_full_disk_is_told_of_the_file_that_was_asked_for(film, tmp_path, monkeypatch):
    def full(part, *_):
        raise OSError(28, "No space left on device", part)

    monkeypatch.setattr("vidlearn.video.write._encode", full)
    with pytest.raises(ShotsError) as caught:
        shots.split(film, Shots("a.mp4", 25.0, 30, CHANGES), tmp_path / "parts")
    assert str(caught.value).startswith(f"{tmp_path / 'parts' / 'a_001.mp4'} was not written: No ")
    assert not (tmp_path / "parts").exists()


def test_pictures_of_a_folder_have_the_rate_that_is_told(tmp_path):
    for t in range(24):
        Image.fromarray(painted(7 + 300 * (t >= 12), (48, 64))).save(tmp_path / f"{t}.png")
    found = shots.detect_shots(tmp_path, fps=10, gradual=False)
    assert (found.fps, found.seconds.tolist()) == (10, [[0, 1.2], [1.2, 2.4]])
    assert shots.detect_shots(tmp_path).fps == 25
    made = shots.split(tmp_path, found, tmp_path / "parts")
    assert frame_times(made[1]) == pytest.approx(np.arange(12) / 10, abs=1e-4)


def test_a_contact_sheet_shows_first_middle_and_last_frame(film):
    sheet = shots.contact_sheet(film, Shots("a.mp4", 25.0, 30, CHANGES))
    numbers = []
    for k in range(3):  # one column: 96 x 160 below 20 of words, 8 between
        top = 8 + k * (96 + 20 + 8) + 20
        row = sheet[top : top + 96, 8 : 8 + 3 * 160]
        numbers.append([read_number(part) for part in np.split(row, 3, axis=1)])
    assert numbers == [[0, 3, 6], [7, 9, 11], [18, 23, 29]]


def test_the_command_tells_and_writes_all(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frames = np.zeros((30, 48, 64, 3), np.uint8)
    frames[13:, :, 20:] = painted(5, (48, 44))
    write_video("film.mp4", frames, fps=10)
    files = [f"--{form}=out.{form}" for form in ("json", "csv", "edl", "otio")]
    command = ["shots", "film.mp4", *files, "--contact-sheet=sheet.jpg", "--split=parts"]
    assert cli.main([*command, "--compare"]) == 0
    told = capsys.readouterr().out
    assert "film.mp4: 2 shots in 30 frames, 0:00:03.000 at 10 frames a second (1 cut)" in told
    assert "2            13      30    0:00:01.300 0:00:03.000    cut" in told
    assert "Wrote 2 films to parts." in told
    assert "PySceneDetect" in told
    assert shots.read_json("out.json").cuts == [13]
    names = {"film.mp4", "out.json", "out.csv", "out.edl", "out.otio", "sheet.jpg", "parts"}
    assert {path.name for path in tmp_path.iterdir()} == names


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none.mp4"], "There is no file"),
        (["film.mp4", "--json", "film.mp4"], "film.mp4 is the film itself"),
        (["film.mp4", "--json", "a", "--csv", "a"], "a is named twice"),
        (["film.mp4", "--edl", "none/a.edl"], "There is no folder"),
        (["film.mp4", "--contact-sheet", "a.gif"], "must end in .png or .jpg"),
        (["film.mp4", "--threshold", "-1"], "threshold must be a number above 0"),
        (["film.mp4", "--split", ""], "folder for the films is empty"),
        (["film.mp4", "--split", "film.mp4"], "film.mp4 is a file. Name a folder"),
        (["film.mp4", "--split", "film.mp4/parts"], "film.mp4 is a file. Name a folder"),
        (["film.mp4", "--json", "a", "--split", "a"], "a is named twice"),
    ],
)
def test_the_command_rejects_in_one_line(tmp_path, capsys, monkeypatch, arguments, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "film.mp4").write_text("not looked at")
    assert cli.main(["shots", *arguments]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert told in err
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_films_that_are_there_are_told_before_the_pass(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "film_001.mp4").write_text("mine")
    monkeypatch.setattr(shots, "detect_shots", lambda *_, **__: pytest.fail("it was gone through"))
    assert cli.main(["shots", "film.mp4", "--split", "."]) == 1
    assert "film_001.mp4 is there already" in capsys.readouterr().err


def test_a_loop_of_links_is_no_place_to_write(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(ShotsError, match="There is no folder"):
        shots.expect_files("a.mp4", tmp_path / "loop" / "a.json")


def test_lists_are_compared_by_frames():
    from vidlearn.shots.peer import side_by_side

    assert side_by_side([], [4], []) == [(None, 4)]
    assert side_by_side([5, 6], [6], [(5, 5), (6, 6)]) == [(5, 6), (6, None)]


def test_a_contact_sheet_of_frames_is_that_of_their_film():
    frames = np.zeros((12, 24, 32, 3), np.uint8)
    frames[5:, :, 10:] = 200
    found = Shots("a.mp4", 25.0, 12, (Transition(5, 5),))
    sheet = shots.contact_sheet(frames, found)
    assert sheet.dtype == np.uint8
    assert (sheet == 200).any()
    with pytest.raises(ShotsError, match="11"):
        shots.contact_sheet(frames[:11], found)


def test_the_peer_counts_the_frames_of_a_varying_rate(tmp_path):
    pytest.importorskip("scenedetect")
    frames = np.full((80, 48, 64, 3), 30, np.uint8)
    frames[40:] = np.random.default_rng(0).integers(100, 255, (48, 64, 3))
    times = [200 * t if t < 60 else 12_000 + 40 * (t - 60) for t in range(80)]
    film = make_clip(tmp_path / "a.mp4", list(frames), times=times)
    assert shots.peer_cuts(film) == [40]  # at 8 s; at the mean rate that is frame 49
    assert "In both: 1." in shots.compare(film, Shots("a", 6.2, 80, (Transition(40, 40),)))


def test_the_peer_is_asked_with_both_detectors_and_may_be_missing(tmp_path, monkeypatch):
    pytest.importorskip("scenedetect")
    frames = np.full((50, 48, 64, 3), 30, np.uint8)
    frames[25:] = np.random.default_rng(0).integers(100, 255, (48, 64, 3))
    path = write_video(tmp_path / "a.mp4", frames, fps=25)
    for detector in ("content", "adaptive"):
        assert shots.peer_cuts(path, detector) == [25]
    Image.fromarray(frames[0]).save(tmp_path / "1.png")
    assert "cannot read" in shots.compare(tmp_path, Shots("a", 25.0, 1))  # a folder
    monkeypatch.setitem(sys.modules, "scenedetect", None)
    assert shots.peer_cuts(path) is None
