import base64
import hashlib
import io
import json
import sys
import tarfile

import pytest

from book import build

SCRIPT = "window.drawn = true;"
ABOUT = json.dumps({"name": "@some/drawer", "license": "MIT"})


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """Stand in for npm: `npm pack` leaves a package made here, in a folder of its own."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        files = {"dist/drawer.js": SCRIPT, "LICENSE": "Do as you like.", "package.json": ABOUT}
        for name, text in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    (tmp_path / "drawer.tgz").write_bytes(buffer.getvalue())
    digest = base64.b64encode(hashlib.sha512(buffer.getvalue()).digest()).decode()
    (tmp_path / "scripts.toml").write_text(
        f'[drawer]\nnpm = "@some/drawer"\nversion = "1.2.3"\nintegrity = "sha512-{digest}"\n'
    )
    program = tmp_path / "npm"
    program.write_text(
        f"#!{sys.executable}\nimport shutil, sys\n"
        "sys.exit('no such version') if sys.argv[2] != '@some/drawer@1.2.3' else None\n"
        f"shutil.copy({str(tmp_path / 'drawer.tgz')!r}, 'some-drawer-1.2.3.tgz')\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(build, "SCRIPTS", tmp_path / "scripts.toml")
    monkeypatch.setattr(build, "TOOLS", tmp_path / "tools")
    monkeypatch.setattr(build, "find", lambda name: str(program))


def test_tools_are_unpacked_whole_and_old_versions_dropped(npm):
    (build.TOOLS / "drawer-1.0.0").mkdir(parents=True)
    build.bring_tools()
    assert [path.name for path in build.TOOLS.iterdir()] == ["drawer-1.2.3"]
    drawer = build.tool("drawer")
    assert (drawer / "dist" / "drawer.js").read_text() == SCRIPT
    assert (drawer / "LICENSE").read_text() == "Do as you like."


def test_tools_that_are_here_need_no_npm(npm, monkeypatch):
    build.bring_tools()
    monkeypatch.setattr(build, "find", lambda name: None)
    build.bring_tools()


def test_without_npm_the_build_says_how_to_get_it(npm, monkeypatch):
    monkeypatch.setattr(build, "find", lambda name: None)
    with pytest.raises(SystemExit, match=r"No npm was found.*\.\[book\]"):
        build.bring_tools()


def test_without_node_the_build_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(build, "find", lambda name: None)
    with pytest.raises(SystemExit, match=r"drawn with Node.*\.\[book\]"):
        build.find_node()


def test_a_package_that_is_not_the_pinned_one_is_rejected(npm, tmp_path):
    (tmp_path / "drawer.tgz").write_bytes(b"something else")
    with pytest.raises(SystemExit, match=r"@some/drawer@1\.2\.3 is not what .* pins"):
        build.bring_tools()
    assert not list(build.TOOLS.iterdir())


def test_the_reason_why_npm_failed_is_told(npm, tmp_path):
    pinned = (tmp_path / "scripts.toml").read_text()
    (tmp_path / "scripts.toml").write_text(pinned.replace("1.2.3", "9.9.9"))
    with pytest.raises(SystemExit, match=r"no such version\n.*needed once"):
        build.bring_tools()
