import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from vidlearn.course import server


def test_free_port_steps_over_a_busy_one():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        assert port < server.free_port(port) < port + server.PORTS


def test_free_port_says_so_when_all_are_busy(monkeypatch):
    monkeypatch.setattr(server, "PORTS", 1)
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        with pytest.raises(OSError, match="vidlearn lab --port"):
            server.free_port(busy.getsockname()[1])


@pytest.mark.parametrize(
    ("platform", "environment", "opens"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"BROWSER": "firefox"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_a_browser_is_opened_where_there_is_a_screen(monkeypatch, platform, environment, opens):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert server.can_open_browser() is opens


def test_settings_name_plugins_that_jupyterlab_has():
    from jupyter_core.paths import jupyter_path

    file = server.JUPYTER / "labconfig" / "default_setting_overrides.json"
    folders = [Path(p) / "lab" / "schemas" for p in jupyter_path()]
    folders += [Path(p) for p in jupyter_path("labextensions")]
    for plugin, settings in json.loads(file.read_text("utf-8")).items():
        package, name = plugin.split(":")
        places = [f"{package}/{name}.json", f"{package}/schemas/{package}/{name}.json"]
        schema = next(p for f in folders for place in places if (p := f / place).exists())
        known = json.loads(schema.read_text("utf-8"))["properties"]
        assert settings.keys() <= known.keys()


FIRST_START = """
import sys, threading, types
from pathlib import Path
from vidlearn.course import server
threading.Timer = lambda _, say: types.SimpleNamespace(start=say, cancel=lambda: None)
sys.modules["jupyterlab.labapp"] = types.SimpleNamespace(main=lambda _: None)
server.serve(Path(sys.argv[1]), browser=False)
import logging, matplotlib
logging.getLogger("matplotlib.font_manager").error("others are heard")
"""


def test_the_fonts_are_found_before_the_first_lesson_and_without_a_word(tmp_path):
    told = [sys.executable, "-c", FIRST_START, str(tmp_path / "work")]
    home = os.environ | {"MPLCONFIGDIR": str(tmp_path)}
    run = subprocess.run(told, capture_output=True, text=True, check=True, env=home)
    assert list(tmp_path.glob("fontlist*.json"))
    assert run.stderr == "others are heard\n"
