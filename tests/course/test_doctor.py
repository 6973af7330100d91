import json
import sys
import types

import numpy as np
import pytest

import vidlearn.video
from vidlearn.course.doctor import Diagnosis

# The function `doctor` has the name of its module.
doctor = sys.modules["vidlearn.course.doctor"]


def rows(diagnosis):
    return {finding.what: finding for finding in diagnosis.findings}


@pytest.fixture(scope="module")
def diagnosis():
    return doctor.doctor()


def test_doctor_finds_this_installation_well(diagnosis):
    found = rows(diagnosis)
    assert diagnosis.healthy, str(diagnosis)
    assert "h264: wrote 8 frames, read 8 back" in found["Video"].found
    assert found["Keras backend"].found.startswith("tensorflow 2.")
    assert found["numpy"].status == "good"
    assert "jupyterlab_widgets" in found["Interactives"].found


def test_doctor_shows_one_table_in_three_forms(diagnosis):
    data = json.loads(diagnosis.as_json())
    assert data["healthy"] is True
    assert data["version"] == vidlearn.__version__
    for finding in data["findings"]:
        assert finding["what"] in repr(diagnosis)
        assert f">{finding['what']}</th>" in diagnosis._repr_html_()


def test_doctor_rejects_versions_outside_the_range_and_missing_packages(monkeypatch):
    required = ["numpy>=99", "absent-package>=1", "scipy>=1", 'ruff>=99; extra == "test"']
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: required)
    found = rows(Diagnosis(doctor._packages()))
    assert found.keys() == {"numpy", "absent-package", "scipy"}
    assert found["numpy"].remedy == 'pip install "numpy>=99"'
    assert "but >=99 is needed" in found["numpy"].found
    assert found["absent-package"].found == "not installed"
    assert found["scipy"].status == "good"


def test_doctor_rejects_an_old_python(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))
    assert doctor._python().status == "fault"


def test_doctor_sees_a_decoder_that_fails_or_changes_frames(monkeypatch):
    monkeypatch.setattr(vidlearn.video, "read_video", lambda path: np.zeros((8, 48, 64, 3)))
    assert "differ" in doctor._video().found
    monkeypatch.setattr(vidlearn.video, "read_video", lambda path: 1 / 0)
    assert doctor._video().found == "ZeroDivisionError: division by zero"
    assert doctor._video().status == "fault"


def test_doctor_survives_a_backend_that_crashes(monkeypatch):
    monkeypatch.setattr(doctor, "LOAD_KERAS", "import os; os.abort()")
    (finding,) = doctor._keras_and_gpu()
    assert finding.status == "fault"
    monkeypatch.setattr(doctor, "LOAD_KERAS", "raise RuntimeError('no such thing')")
    (finding,) = doctor._keras_and_gpu()
    assert "RuntimeError: no such thing" in finding.found


def test_doctor_tells_a_card_that_keras_does_not_see(monkeypatch):
    listing = "GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-5f0)\n"
    monkeypatch.setattr(doctor.shutil, "which", lambda name: name)
    monkeypatch.setattr(
        doctor.subprocess,
        "run",
        lambda command, **options: types.SimpleNamespace(
            stdout=listing if command[0] == "nvidia-smi" else '["jax", 0]\n',
            returncode=0,
            stderr="",
        ),
    )
    gpu = doctor._keras_and_gpu()[1]
    assert gpu.found == "NVIDIA H100 80GB HBM3, but Keras does not see it"
    assert "vidlearn[gpu]" in gpu.remedy


def test_doctor_misses_the_parts_that_draw_interactives(monkeypatch):
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [])
    finding = doctor._interactives()
    assert finding.status == "fault"
    assert "anywidget" in finding.found


def test_doctor_asks_for_room_on_the_disk(monkeypatch):
    usage = types.SimpleNamespace(free=3e8)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: usage)
    assert doctor._disk().status == "fault"
