"""The preset follows the variable, the lesson's banner says what runs."""

import json
import os

import pytest

import vidlearn
from vidlearn.course import choose, lesson, preset, presets
from vidlearn.course.exercises import all_exercises
from vidlearn.course.lab import find_lessons
from vidlearn.course.presets import time_of
from vidlearn.messages import text


@pytest.mark.parametrize("name", ["tiny", "cpu", "gpu"])
def test_variable_decides(name, monkeypatch):
    monkeypatch.setenv("VIDLEARN_PRESET", name)
    assert preset() == name
    assert choose(tiny="tiny", cpu="cpu", gpu="gpu") == name


def test_without_a_gpu_it_is_cpu(monkeypatch):
    monkeypatch.delenv("VIDLEARN_PRESET", raising=False)
    monkeypatch.setenv("PATH", "")
    presets._gpu_is_usable.cache_clear()
    assert preset() == "cpu"


@pytest.mark.skipif(os.name == "nt", reason="a driver made of a shell's lines")
@pytest.mark.parametrize("driver", ["not a program", "#!/bin/sh\nexec sleep 60\n"])
def test_a_driver_that_is_broken_or_hangs_is_no_gpu(driver, monkeypatch, tmp_path):
    program = tmp_path / "nvidia-smi"
    program.write_text(driver)
    program.chmod(0o755)
    monkeypatch.delenv("VIDLEARN_PRESET", raising=False)
    monkeypatch.setattr(presets.shutil, "which", lambda name: str(program))
    monkeypatch.setattr(presets, "WAIT", 0.2)
    presets._gpu_is_usable.cache_clear()
    assert preset() == "cpu"
    presets._gpu_is_usable.cache_clear()


def test_rejects_unknown_preset(monkeypatch):
    monkeypatch.setenv("VIDLEARN_PRESET", "huge")
    with pytest.raises(ValueError, match="tiny, cpu, gpu"):
        preset()


LESSONS = sorted(find_lessons())


def test_lesson_prints_three_lines(monkeypatch, capsys):
    monkeypatch.setenv("VIDLEARN_PRESET", "cpu")
    monkeypatch.setenv("VIDLEARN_PROGRESS", "off")
    monkeypatch.setattr(presets, "text", lambda name: ABOUT if name == "lesson03" else text(name))
    lesson("03")
    count = sum(e.lesson == "03" and e.kind != "predict" for e in all_exercises())
    assert capsys.readouterr().out.splitlines() == [
        "Lesson 03 · Convolution: 60 minutes to read and run, 110 with exercises",
        "Runs in the preset cpu (chosen by VIDLEARN_PRESET) on a clip; no download",
        f"Exercises: {count}.  (vidlearn {vidlearn.__version__})",
    ]


def test_the_smallest_preset_says_that_it_trains_too_briefly(monkeypatch, capsys):
    for name in ("tiny", "cpu"):
        monkeypatch.setenv("VIDLEARN_PRESET", name)
        lesson("16")
        said = capsys.readouterr().out
        assert ("by VIDLEARN_PRESET; in it networks train too briefly" in said) == (name == "tiny")


ABOUT = {"title": "Convolution", "data": "a clip; no download", "read_minutes": 60}
ABOUT |= {"all_minutes": 110}


@pytest.mark.parametrize("number", LESSONS)
def test_each_lesson_has_a_head(number, capsys):
    lesson(number)
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.parametrize("number", LESSONS)
def test_each_lesson_says_the_same_times_in_its_notebook(number):
    about = text(f"lesson{number}")
    assert 0 < about["read_minutes"] <= about["all_minutes"]
    cells = json.loads(find_lessons()[number].read_text("utf-8"))["cells"]
    assert time_of(number) in "".join(cells[0]["source"])


def test_a_lesson_without_exercises_has_one_time(monkeypatch):
    about = {"read_minutes": 20, "all_minutes": 20}
    monkeypatch.setattr(presets, "text", lambda name: about if name == "lesson03" else text(name))
    assert time_of("03") == "20 minutes to read and run"


@pytest.mark.parametrize("number", ["77", 3, "3", None, "", "../lesson03", b"03", "a0"])
@pytest.mark.parametrize("call", [lesson, time_of])
def test_rejects_an_unknown_lesson(call, number):
    with pytest.raises(ValueError, match=r"number must be that of a lesson.* Received: ") as told:
        call(number)
    assert told.value.args[0].endswith(repr(number))
    assert len(told.value.args[0]) < 200
