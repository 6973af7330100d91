"""The public names: complete pairs, equal signatures, documented parameters, a light import."""

import inspect
import subprocess
import sys
from dataclasses import is_dataclass

import pytest
from numpydoc.docscrape import ClassDoc, FunctionDoc

from vidlearn import scratch

NAMES = scratch.__all__
NAIVE = [name for name in NAMES if name.endswith("_naive")]


@pytest.mark.parametrize("name", [name for name in NAMES if "_forward" in name])
def test_every_forward_has_its_backward(name):
    assert name.replace("_forward", "_backward") in NAMES


@pytest.mark.parametrize("name", NAIVE)
def test_naive_forms_take_what_the_fast_ones_take(name):
    fast = getattr(scratch, name.removesuffix("_naive"))
    assert inspect.signature(getattr(scratch, name)) == inspect.signature(fast)


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(NAIVE)))
def test_docstrings_list_the_parameters_of_the_signature(name):
    thing = getattr(scratch, name)
    doc = ClassDoc(thing) if inspect.isclass(thing) else FunctionDoc(thing)
    told = doc["Attributes" if is_dataclass(thing) else "Parameters"]
    listed = {n.lstrip("*") for p in told for n in p.name.split(", ")}
    assert listed == set(inspect.signature(thing).parameters)


def test_import_loads_numpy_alone():
    code = "import sys, vidlearn.scratch; print(*{m.partition('.')[0] for m in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"scipy", "keras", "tensorflow", "torch", "cv2", "matplotlib", "ipywidgets"}
    assert "numpy" in loaded.stdout.split()
    assert not heavy & set(loaded.stdout.split())
