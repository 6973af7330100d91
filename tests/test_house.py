"""The house rules that a machine can check: who imports whom, docstrings, tidy files."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from numpydoc.docscrape import ClassDoc, FunctionDoc

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "vidlearn"

# Part: the parts of vidlearn it may import, and the third parties.
TABLE = {
    "boxes": ((), "numpy scipy"),
    "motion": (("shots",), "numpy scipy"),
    "shots": (("video", "models", "messages"), "numpy PIL cv2 tqdm scenedetect"),
    "proposals": (("boxes",), "numpy scipy"),
    "tracking": (("boxes",), "numpy scipy"),
    "metrics": (("boxes",), "numpy scipy"),
    "datasets": (
        ("boxes", "video", "synthetic", "plots", "messages"),
        "numpy scipy PIL platformdirs tqdm yaml certifi",
    ),
    "scratch": ((), "numpy"),
    "video": (("messages",), "numpy PIL av cv2"),
    "synthetic": (("boxes", "video"), "numpy scipy PIL skimage sklearn cv2"),
    "layers": ((), "keras"),
    "models": (("layers", "boxes"), "keras numpy PIL"),
    "masks": (
        ("models", "synthetic", "runs"),
        "numpy cv2 keras tqdm",
    ),  # runs and films: to train the base
    "runs": (
        (
            *("models", "datasets", "metrics", "boxes", "plots", "video"),
            "messages",
            "tracking",
            "layers",
        ),
        "keras numpy PIL matplotlib tqdm tensorflow cv2",
    ),
    "messages": ((), ""),
    "plots": (("boxes", "messages"), "numpy matplotlib PIL IPython"),
    "widgets": (
        ("plots", "boxes", "proposals", "metrics", "scratch", "tracking", "video", "messages"),
        "numpy PIL anywidget ipywidgets traitlets",
    ),
    "course": (
        (
            *("messages", "scratch", "video", "synthetic", "plots", "widgets", "shots"),
            *("boxes", "proposals", "metrics", "datasets", "layers", "tracking", "masks"),
            *("models", "runs"),  # the project of lesson 24 is all of it
        ),
        "numpy IPython PIL cv2 jupyter_client jupyter_core jupyterlab keras matplotlib nbclient "
        "nbformat packaging platformdirs scipy sklearn tqdm zmq",
    ),
    "classroom": (
        ("course", "messages"),
        "numpy nbformat jupyter_client psutil platformdirs tqdm distributed "
        "nbgrader nbconvert",  # in the settings of a course, which nbgrader reads
    ),
    "cli": (("course", "datasets", "runs", "shots", "classroom", "messages"), ""),
}
# The detectors are subclasses of keras.Model, some layers of its layers, and a loss is made known
# to it by a decorator; `vidlearn.models` and `vidlearn.layers` load these when one is asked for.
MADE_OF_KERAS = {"backbones", "detector", "faster_rcnn", "ssd", "yolo", "batches", "recipe"}
MADE_OF_KERAS |= {"mstcn", "unet", "serving", "temporal", "positions", "similarity"}
WHEN_USED = {"av", "cv2", "IPython", "jupyterlab", "keras", "matplotlib", "skimage", "sklearn"}
WHEN_USED |= {"tensorflow"}


def imports(tree, part):
    """Yield (module, whether it is imported as the file is loaded)."""
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        at_once = id(node) not in inside
        if isinstance(node, ast.Import):
            yield from ((alias.name, at_once) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "vidlearn":
            yield from ((f"vidlearn.{alias.name}", at_once) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (f"vidlearn.{part}" if node.level else node.module), at_once


@pytest.mark.parametrize("part", sorted({p.stem for p in PACKAGE.iterdir() if p.stem[0] != "_"}))
def test_each_part_imports_only_what_it_may(part):
    ours, theirs = TABLE[part]
    wrong = []
    files = [PACKAGE / f"{part}.py"] if (PACKAGE / f"{part}.py").exists() else None
    for file in files or (PACKAGE / part).rglob("*.py"):
        for module, at_once in imports(ast.parse(file.read_text("utf-8")), part):
            top, _, rest = module.partition(".")
            if top in sys.stdlib_module_names:
                continue
            if top == "vidlearn":
                fine = rest.split(".")[0] in {part, *ours, "", "__version__"}
            else:
                early = at_once and top in WHEN_USED
                early = early and not (top == "keras" and file.stem in MADE_OF_KERAS)
                fine = top in theirs.split() and not early
            if not fine:
                wrong.append(f"{file.relative_to(ROOT)}: {module}")
    assert not wrong


def test_the_package_and_scratch_load_nothing_heavy():
    script = (
        "import sys, vidlearn, vidlearn.scratch; print(*{m.split('.')[0] for m in sys.modules})"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = "keras tensorflow cv2 av scipy ipywidgets anywidget matplotlib IPython skimage PIL"
    assert not set(run.stdout.split()) & set(heavy.split())


def public():
    """Every function and class that a lesson or a reader may call, by its full name."""
    found = {}
    names = [f"vidlearn.{part}" for part in TABLE]
    names += [f"vidlearn.course.{name}" for name in ("lab", "server", "build", "doctor")]
    for name in names:
        importlib.import_module(name)
        module = sys.modules[name]
        for key in getattr(module, "__all__", None) or vars(module):
            thing = getattr(module, key)
            owner = getattr(thing, "__module__", "") or ""
            if key.startswith("_") or not owner.startswith(name) or not callable(thing):
                continue
            if not (inspect.isclass(thing) and issubclass(thing, Exception)):
                found[f"{name}.{key}"] = thing
    return found


PUBLIC = public()


@pytest.mark.filterwarnings("ignore:Widget")
@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_docstrings_name_every_parameter(name):
    thing = PUBLIC[name]
    takes = set(inspect.signature(thing).parameters)
    if name.endswith("_naive"):  # its twin tells them
        assert thing.__doc__
        assert takes == set(inspect.signature(PUBLIC[name.removesuffix("_naive")]).parameters)
        return
    doc = ClassDoc(thing) if inspect.isclass(thing) else FunctionDoc(thing)
    assert doc["Summary"], "no docstring"
    told = doc["Parameters"] + doc["Attributes"] if inspect.isclass(thing) else doc["Parameters"]
    told = {word.strip().lstrip("*") for entry in told for word in entry.name.split(",")}
    if inspect.isclass(thing):
        assert {key for key in takes if not key.startswith("_")} <= told
    else:
        assert takes == told


def tracked(*patterns):
    """The files of the repository, or None outside of one."""
    run = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return None if run.returncode else [ROOT / name for name in run.stdout.split("\0") if name]


@pytest.fixture
def texts():
    """Path and text of every tracked file that holds text."""
    files = tracked()
    if files is None:
        pytest.skip("needs a git checkout")
    found = {}
    for path in files:
        try:
            text = path.read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        # Base64 of a stored picture or video may spell anything.
        found[path.relative_to(ROOT).as_posix()] = re.sub(r"[A-Za-z0-9+/=\\n]{400,}", "", text)
    return found


def test_no_file_tells_of_the_machine_it_was_made_on(texts):
    folders = r"(?<![\w.~-])/(?:work|root|home/\w+|Users/\w+|tmp)/" + r"|\b[A-Z]:\\Users\\"
    hosts = r"pypi\.org|pythonhosted|npmjs\.(?:org|com)|localhost:\d{4}/simple"
    wrong = {
        name: match.group()
        for name, text in texts.items()
        if name != "tests/test_house.py" and (match := re.search(f"{folders}|{hosts}", text))
    }
    assert not wrong


def test_no_file_promises_work(texts):
    promise = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    assert not [name for name, text in texts.items() if promise.search(text)]


def test_no_file_is_long(texts):
    def lines(name):
        return texts[name].count("\n")

    code = [name for name in texts if name.startswith("vidlearn/") and name.endswith(".py")]
    assert not {name: lines(name) for name in code if lines(name) > 400}


def test_constraints_hold_every_requirement():
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    text = (ROOT / "constraints.txt").read_text("utf-8")
    pins = dict(line.split("==") for line in text.splitlines() if line and line[0] != "#")
    pins = {canonicalize_name(name): version for name, version in pins.items()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    for line in [*project["dependencies"], *extras["book"], *extras["test"]]:
        requirement = Requirement(line)
        if requirement.name != "vidlearn":
            assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), line


@pytest.mark.parametrize("command", ["check", "format --check"])
def test_ruff_is_content(command):
    files = tracked("*.py", "*.pyi", "*.ipynb", "*.toml")
    run = subprocess.run(
        [sys.executable, "-m", "ruff", *command.split(), "--force-exclude", *(files or ["."])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
