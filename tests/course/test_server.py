import json
import socket
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
