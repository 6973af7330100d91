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
    """Stand in for npm: `npm pack` leaves a package made here; book/ is a folder of its own."""
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
        f'[drawer]\nnpm = "@some/drawer"\nversion = "1.2.3"\nfile = "dist/drawer.js"\n'
        f'integrity = "sha512-{digest}"\n'
    )
    program = tmp_path / "npm"
    program.write_text(
        f"#!{sys.executable}\nimport shutil, sys\n"
        "sys.exit('no such version') if sys.argv[2] != '@some/drawer@1.2.3' else None\n"
        f"shutil.copy({str(tmp_path / 'drawer.tgz')!r}, 'some-drawer-1.2.3.tgz')\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(build, "BOOK", tmp_path)
    monkeypatch.setattr(build, "SCRIPTS", tmp_path / "scripts.toml")
    monkeypatch.setattr(build, "VENDOR", tmp_path / "vendor")
    return str(program)


def test_vendor_keeps_script_and_licence_and_drops_old_versions(npm, tmp_path):
    (tmp_path / "vendor" / "drawer-1.0.0").mkdir(parents=True)
    assert build.vendor(npm)
    assert {path.name.split("-")[0] for path in build.VENDOR.iterdir()} == {"drawer", "anywidget"}
    drawer = build.VENDOR / "drawer-1.2.3"
    assert (drawer / "drawer.js").read_text() == SCRIPT
    assert (drawer / "LICENSE").read_text() == "Do as you like."
    assert (drawer / "ABOUT.txt").read_text() == "@some/drawer@1.2.3, licence MIT\n"
    assert build.vendor(None)  # all is here, npm is not needed


def test_vendor_without_npm_says_what_is_missing(npm):
    assert not build.vendor(None)
    assert not list(build.VENDOR.iterdir())


def test_vendor_rejects_a_package_that_is_not_the_pinned_one(npm, tmp_path):
    (tmp_path / "drawer.tgz").write_bytes(b"something else")
    with pytest.raises(SystemExit, match=r"@some/drawer@1\.2\.3 is not what .* pins"):
        build.vendor(npm)
    assert not list(build.VENDOR.iterdir())


def test_vendor_tells_why_npm_failed(npm, tmp_path):
    pinned = (tmp_path / "scripts.toml").read_text()
    (tmp_path / "scripts.toml").write_text(pinned.replace("1.2.3", "9.9.9"))
    with pytest.raises(SystemExit, match=r"no such version\n.*--cdn"):
        build.vendor(npm)
