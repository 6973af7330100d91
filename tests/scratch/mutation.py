"""How a backward pass is broken on purpose, and how a copy is judged.

A copy is made by running the source of its module again with one fragment replaced, so that the
library itself is left alone.
"""

import ast
import importlib
import inspect
from typing import NamedTuple

import numpy as np

from vidlearn import scratch
from vidlearn.scratch import check_gradients, relative_error

RIGHT = 1e-7  # the limit of the ordinary gradient checks
WRONG = 1e-3  # a mistake is far from rounding


class Mutant(NamedTuple):
    """One wrong backward pass: a fragment of its code replaced by another."""

    name: str
    fragment: str
    replacement: str
    misconception: str
    of: str = ""  # where the fragment stands: "" is `name`, else "_helper" or "module._helper"

    def __str__(self):
        return f"{self.name}: {self.misconception}"


def copy_of(name, fragment="", replacement="", of=""):
    """Return a copy of the backward pass `name`, with a fragment of it or its helper replaced."""
    home = importlib.import_module(getattr(scratch, name).__module__)
    where, _, function = (of or name).rpartition(".")
    target = importlib.import_module(f"vidlearn.scratch.{where}") if where else home
    spoilt = _run(target, _replace(target, function, fragment, replacement))
    if target is home:
        return spoilt[name]
    namespace = _run(home, inspect.getsource(home))
    for key, value in vars(target).items():
        if key in spoilt and namespace.get(key) is value and inspect.isfunction(value):
            namespace[key] = spoilt[key]
    return namespace[name]


def _replace(module, function, fragment, replacement):
    """Return the module's source with the fragment of the function's code replaced."""
    source, part = inspect.getsource(module), inspect.getsource(getattr(module, function))
    body = ast.parse(part).body[0].body
    first = body[1] if ast.get_docstring(ast.parse(part).body[0]) else body[0]
    lines = part.splitlines(keepends=True)
    head, code = "".join(lines[: first.lineno - 1]), "".join(lines[first.lineno - 1 :])
    if fragment and code.count(fragment) != 1:
        raise LookupError(
            f"the fragment {fragment!r} must stand once in the code of {function} in "
            f"{module.__name__}; it stands there {code.count(fragment)} times. "
            "Has the function changed? Mend the row in mutants.py."
        )
    return source.replace(part, head + code.replace(fragment, replacement)) if fragment else source


def _run(module, source):
    namespace = {"__name__": module.__name__, "__package__": module.__package__}
    exec(compile(source, f"a copy of {module.__name__}", "exec"), namespace)
    return namespace


def gradients(forward, *inputs):
    """Return the gradient check of the ordinary tests, as a function of the backward pass."""
    return lambda backward: check_gradients(forward, backward, *inputs, seed=1)


def gives(forward, x, dout, dx):
    """Return a comparison with a gradient by hand, where there is no derivative: ties, corners."""

    def check(backward):
        _, cache = forward(np.array(x, float))
        return [relative_error(backward(np.array(dout, float), cache), dx)]

    return check


def judge(checks, backward):
    """Return the largest error that any of the checks finds; infinity where shapes do not fit."""
    try:
        errors = [error for check in checks for error in check(backward)]
    except ValueError:  # as in an ordinary test: of another shape, or a product that has none
        return np.inf
    return float(np.max(errors))  # nan stays nan
