"""The preset follows the variable, the lesson's banner says what runs."""

import pytest

from vidlearn.course import choose, lesson, preset


@pytest.mark.parametrize("name", ["tiny", "cpu", "gpu"])
def test_variable_decides(name, monkeypatch):
    monkeypatch.setenv("VIDLEARN_PRESET", name)
    assert preset() == name
    assert choose(tiny="tiny", cpu="cpu", gpu="gpu") == name


def test_without_a_gpu_it_is_cpu(monkeypatch):
    monkeypatch.delenv("VIDLEARN_PRESET", raising=False)
    monkeypatch.setenv("PATH", "")
    from vidlearn.course import presets

    presets._gpu_is_usable.cache_clear()
    assert preset() == "cpu"


def test_rejects_unknown_preset(monkeypatch):
    monkeypatch.setenv("VIDLEARN_PRESET", "huge")
    with pytest.raises(ValueError, match="tiny, cpu, gpu"):
        preset()


def test_lesson_says_preset_data_and_time(monkeypatch, capsys):
    monkeypatch.setenv("VIDLEARN_PRESET", "cpu")
    lesson("03")
    printed = capsys.readouterr().out
    assert "Lesson 03 · Convolution" in printed
    assert "no download" in printed
    assert "minutes" in printed
