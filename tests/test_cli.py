import io
import json
import os
import socket
import subprocess
import sys
import types

import pytest

import vidlearn
from vidlearn import cli
from vidlearn.course import server
from vidlearn.course.doctor import Diagnosis, Finding

# The function `doctor` has the name of its module.
doctor = sys.modules["vidlearn.course.doctor"]


def test_lab_hands_what_it_does_not_know_to_jupyter(course, tmp_path, monkeypatch, capsys):
    given = []
    fake = types.SimpleNamespace(main=given.extend)
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", fake)
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "theirs")
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        work = str(tmp_path / "w")
        assert cli.main(["lab", work, f"--port={port}", "--no-browser", "--ip=0.0.0.0"]) == 0
    assert {"--allow-root", "--no-browser", "--ip=0.0.0.0"} < set(given)
    assert "--LabApp.default_url=/lab/tree/00_start.ipynb" in given
    assert f"--ServerApp.root_dir={tmp_path / 'w'}" in given
    assert f"Port {port} is busy; taking" in capsys.readouterr().out
    assert os.environ["JUPYTER_CONFIG_PATH"] == os.pathsep.join([str(server.JUPYTER), "theirs"])


def test_lab_rejects_a_folder_that_is_a_file(course, tmp_path, capsys):
    (tmp_path / "taken").write_text("")
    assert cli.main(["lab", str(tmp_path / "taken")]) == 1
    assert str(tmp_path / "taken") in capsys.readouterr().err


def test_reset_rejects_an_unknown_lesson(course, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["reset", "77"]) == 1
    assert "There is no lesson 77. There are 00, 03." in capsys.readouterr().err


def test_version_and_help_load_nothing_heavy():
    script = (
        "import sys\nfrom vidlearn import cli\n"
        "try:\n    cli.main(['--help'])\nexcept SystemExit: pass\n"
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.splitlines()[-1].split())
    assert not loaded & {"numpy", "keras", "cv2", "av", "ipywidgets", "jupyterlab", "matplotlib"}
    assert "vidlearn.course" not in loaded
    assert "doctor" in run.stdout


def test_version_is_printed(capsys):
    assert cli.main(["version"]) == 0
    assert capsys.readouterr().out.strip() == vidlearn.__version__
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert capsys.readouterr().out.strip() == vidlearn.__version__


def test_the_module_is_the_command():
    told = [sys.executable, "-m", "vidlearn.cli", "version"]
    run = subprocess.run(told, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == vidlearn.__version__


@pytest.mark.parametrize("arguments", [["version", "--loud"], ["dance"], [], ["reset"]])
def test_cli_rejects_what_it_does_not_know(arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(arguments)


def test_an_import_that_fails_is_told_with_a_remedy(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "vidlearn.course.doctor", None)
    assert cli.main(["doctor"]) == 1
    assert "Install again: pip install" in capsys.readouterr().err


def test_doctor_counts_faults_and_shows_their_remedies(monkeypatch, capsys):
    ill = Diagnosis([Finding("A", "good", "1"), Finding("B", "fault", "<none>", "pip install b")])
    monkeypatch.setattr(doctor, "doctor", lambda: ill)
    assert cli.main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "✗ B  <none>\n     → pip install b\nTo mend: 1." in out
    assert cli.main(["doctor", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["healthy"] is False
    assert "&lt;none&gt;<br><em>→ pip install b</em>" in ill._repr_html_()


@pytest.fixture
def labelled(tmp_path, monkeypatch):
    """A folder with a sound label, one outside of its picture, and one without area."""
    from tests.datasets.labelled import picture, put

    picture(tmp_path / "set" / "train" / "a.png", 0)
    put(tmp_path / "set" / "train" / "a.txt", "cat 1 2 30 40\ncat 9 9 90 19\ncat 5 5 5 9\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "set"


def test_data_check_prints_and_exits(labelled, capsys):
    assert cli.main(["data", "check", "set"]) == 1
    out = capsys.readouterr().out
    assert "train/a.txt:2: cat 9 9 90 19 reaches outside" in out
    assert "2 errors, 0 warnings, 0 notes." in out
    assert cli.main(["data", "check", "set", "--json", "--fast"]) == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False
    assert cli.main(["data", "check", "set", "--repair", "clip, drop-empty"]) == 0
    out = capsys.readouterr().out
    assert "train/a.txt:2: clip: cat 9 9 90 19 becomes 9 9 80 19" in out
    assert "The files as they were:" in out
    assert "No fault found." in out


def test_data_check_rejects_in_one_line(labelled, capsys):
    assert cli.main(["data", "check", "set", "--repair", "polish"]) == 1
    told = capsys.readouterr()
    assert told.err.startswith("vidlearn: repairs must be of clip, drop-duplicates")
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert cli.main(["data", "check", "nowhere"]) == 1
    assert "is not there" in capsys.readouterr().out


def test_data_convert_and_show(labelled, capsys):
    assert cli.main(["data", "convert", "set", "new", "--to", "coco"]) == 1
    told = capsys.readouterr()
    assert "train/a.txt:2" in told.err
    assert told.err.count("\n") == 1
    assert cli.main(["data", "convert", "set", "new", "--to", "coco", "--skip", "--link"]) == 0
    told = capsys.readouterr()
    assert "Wrote DetectionSet of 1 picture (train 1), 1 box: cat 1 to new" in told.out
    assert told.err == (
        "vidlearn: Left out: train/a.txt:2: cat 9 9 90 19 reaches outside of its picture "
        "(80 x 60) and 1 more\n"
    )
    assert cli.main(["data", "convert", "set", "new", "--to", "voc"]) == 1
    assert "is there and not empty" in capsys.readouterr().err
    assert cli.main(["data", "show", "new", "--out", "s.png", "--split", "train"]) == 0
    assert "Drew 1 pictures into s.png." in capsys.readouterr().out
    assert cli.main(["data", "show", "new", "--split", "val"]) == 1
    assert "split must be one of train" in capsys.readouterr().err


def test_data_repairs_are_all_named_in_the_help(capsys):
    from vidlearn.datasets.repair import REPAIRS

    with pytest.raises(SystemExit, match="0"):
        cli.main(["data", "check", "--help"])
    words = "".join(capsys.readouterr().out.split())
    assert not [name for name in REPAIRS if name not in words]


@pytest.mark.parametrize(
    ("function", "command"),
    [
        ("check", ["check", "."]),
        ("convert", ["convert", ".", "there", "--to", "voc"]),
        ("write_sheet", ["show", "."]),
    ],
)
def test_ctrl_c_ends_a_long_command_in_a_line(function, command, monkeypatch, capsys):
    from vidlearn import datasets

    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(datasets, function, stopped)
    assert cli.main(["data", *command]) == 130
    assert capsys.readouterr().err == "vidlearn: stopped\n"


def test_ctrl_c_ends_quietly_before_the_command_is_understood(monkeypatch, capsys):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.shots, "add", stopped)
    assert cli.main(["version"]) == 130
    assert capsys.readouterr().err == "vidlearn: stopped\n"


def test_a_console_that_lacks_a_sign_is_given_its_number(tmp_path, monkeypatch):
    clip = tmp_path / "öffnen 打开" / "a.mp4"
    clip.parent.mkdir()
    clip.write_bytes(b"no film")
    console = io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr(sys, "stdout", console)
    assert cli.main(["data", "check", str(tmp_path)]) == 1
    console.flush()
    assert rb"\xf6ffnen \u6253\u5f00" in console.buffer.getvalue()
