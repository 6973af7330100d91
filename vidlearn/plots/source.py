"""The library's own code, shown in a lesson."""

import ast
import inspect
import textwrap

from .frame import in_notebook


def show_source(function, docstring=False):
    """Show a library function's source, as it stands in the installed package.

    Parameters
    ----------
    function : callable
        The function or class.
    docstring : bool, default False
        Show its documentation too; ``help`` has that at any time.
    """
    source = textwrap.dedent(inspect.getsource(function)).rstrip()
    if not docstring:
        source = _without_docstrings(source)
    if in_notebook():
        from IPython.display import Markdown, display

        display(Markdown(f"```python\n{source}\n```"))
    else:
        print(source)


def _without_docstrings(source):
    """Cut docstrings, and the empty line after each; all else stays as it was written."""
    lines = source.splitlines()
    documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, documented) or ast.get_docstring(node) is None:
            continue
        first, rest = node.body[0], node.body[1:]
        end = first.end_lineno
        if not rest:  # something has to stand there
            lines[first.lineno - 1] = " " * first.col_offset + "..."
            lines[first.lineno : end] = [None] * (end - first.lineno)
        elif rest[0].lineno == end:  # on one line, behind a semicolon
            continue
        else:
            while end < len(lines) and lines[end] is not None and not lines[end].strip():
                end += 1
            lines[first.lineno - 1 : end] = [None] * (end - first.lineno + 1)
    return "\n".join(line for line in lines if line is not None)
