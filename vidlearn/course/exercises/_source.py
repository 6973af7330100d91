"""The source of a solution as it can be pasted into a lesson: one function and what it needs."""

import ast
import inspect
import re
import sys
import textwrap
import types


def shown_source(answer, name):
    """Return the code of a function under another name, with the helpers it calls above it.

    Parameters
    ----------
    answer : callable
        A function written with ``def``.
    name : str
        What it is to be called.

    Returns
    -------
    str
        Imports that lessons do not have, helpers of the same module, the function.
    """
    module = sys.modules[answer.__module__]
    own = textwrap.dedent(inspect.getsource(answer)).rstrip()
    parts, imports = {}, {}
    _collect(own, module, {answer.__name__}, parts, imports)
    own = re.sub(rf"\b{re.escape(answer.__name__)}\b(?=\()", name, own)
    head = ["\n".join(sorted(imports.values()))] if imports else []
    return "\n\n\n".join([*head, *parts.values(), own]) + "\n"


def _collect(code, module, seen, parts, imports):
    """Gather what the code takes from its module, each before what needs it."""
    for used in _names(code):
        if used in seen or not hasattr(module, used):
            continue
        seen.add(used)
        thing = getattr(module, used)
        if isinstance(thing, types.ModuleType):
            if thing.__name__ != "numpy":
                alias = "" if thing.__name__ == used else f" as {used}"
                imports[used] = f"import {thing.__name__}{alias}"
            continue
        if inspect.isroutine(thing) or inspect.isclass(thing):
            if thing.__module__ != module.__name__:
                imports[used] = f"from {thing.__module__} import {used}"
                continue
            source = textwrap.dedent(inspect.getsource(thing)).rstrip()
        else:
            source = _assignment(module, used)
        _collect(source, module, seen, parts, imports)
        parts[used] = source


def _names(code):
    """Names that the code reads, in the order they come."""
    nodes = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name))
    return dict.fromkeys(node.id for node in nodes)


def _assignment(module, name):
    """The statement that makes a constant of a module."""
    source = inspect.getsource(module)
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else ()
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return ast.get_source_segment(source, node)
    raise ValueError(f"{module.__name__} makes {name} in no plain assignment")
