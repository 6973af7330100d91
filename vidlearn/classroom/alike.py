r"""Find submissions that are more alike than chance makes them: a reason to look, never a proof.

Code is stripped of what is changed in a minute (names, comments, docstrings, layout, numbers,
texts, type hints, prints, ``a += b`` for ``a = a + b``) and read as tokens. Runs of tokens are
hashed, and of the hashes a fair sample is kept by winnowing: wherever two texts share a run of
``RUN + WINDOW - 1`` tokens, they share a fingerprint. What the assignment gave counts nothing.
What many have counts little, and what half of the class has counts nothing.

Measured on 49 right answers to six tasks, in 42 forms (``tests/classroom/honest.py``): honest
pairs stay below 0.4, in classes of any size from 2 on. Pasted ones with other names, another
order and comments reach 1.0; with an idle statement before every third line 0.75 to 0.93; where
half of the tasks were pasted, 0.3 to 0.7.

What it cannot see: the same idea written afresh, by a person or by a program that was told to;
work that both took from somewhere else; an answer that half of the class passed on; who gave and
who took; answers in words; one task that was copied among many that were not. Short answers have
few forms, so an assignment that asks for a few lines only shows nothing. Whoever translates
statement by statement (loops to comprehensions, one line to three) falls below the line.

References
----------
S. Schleimer, D. Wilkerson and A. Aiken, "Winnowing: Local Algorithms for Document
Fingerprinting", SIGMOD 2003.
"""

import ast
import builtins
import hashlib
import itertools
import keyword
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np

from vidlearn.classroom.submission import grade_id
from vidlearn.messages import text

__all__ = ["Pair", "alike", "code_of"]

RUN = 9  # tokens that are hashed together
WINDOW = 4  # of so many hashes in a row, the least is kept
LINE = 0.6  # from here on a pair is worth a look
LITTLE = 40.0  # fingerprints below which there is too little to compare
LONGEST = 120_000  # characters of one submission that are read
TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<text>(?:\b[rRbBuUfF]{1,2})?(?:'{3}(?:.|\n)*?'{3}|\"{3}(?:.|\n)*?\"{3}
        |'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"))
    |(?P<number>(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[jJ]?|0[xXbBoO][\da-fA-F]+)
    |(?P<name>[^\W\d]\w*)
    |(?P<sign>\*\*=?|//=?|[-+*/%@&|^=!<>]=|->|:=|<<|>>|[^\s\w])""",
    re.VERBOSE,
)
KNOWN = set(keyword.kwlist) | {name for name in dir(builtins) if not name.startswith("_")}


@dataclass(frozen=True)
class Pair:
    """Two submissions that are alike.

    Attributes
    ----------
    first, second : str
        Their students' ids.
    likeness : float
        From 0 to 1: of what is rare in the class, how large a part the one with less of it
        shares with the other.
    cells : tuple of str
        Where in the first one's notebook.
    """

    first: str
    second: str
    likeness: float
    cells: tuple

    def __str__(self):
        cells = ", ".join(self.cells)
        return text("classroom_alike")["pair"].format(
            first=self.first, second=self.second, percent=round(100 * self.likeness), cells=cells
        )


def code_of(notebook):
    """Return the code of a notebook.

    Parameters
    ----------
    notebook : nbformat.NotebookNode

    Returns
    -------
    dict
        For each cell its name, or "cell" and a number, and its source.
    """
    return {
        grade_id(cell) or f"cell {number}": cell.source
        for number, cell in enumerate(notebook.cells, 1)
        if cell.cell_type == "code"
    }


def alike(submissions, template=None, *, line=LINE):
    """Find pairs of submissions that are suspiciously alike.

    Parameters
    ----------
    submissions : dict
        For each student's id the code, as `code_of` gives it.
    template : dict, optional
        The code of the student's edition: what everybody got.
    line : float, default 0.6
        The least likeness that is told.

    Returns
    -------
    list of Pair
        The most alike first.

    Examples
    --------
    >>> import inspect, textwrap
    >>> one = {"task": inspect.getsource(textwrap)}
    >>> two = {"task": one["task"].replace("width", "size")}
    >>> print(*alike({"ann": one, "bob": two}))
    ann and bob: 100 % alike (task)
    """
    given = set().union(*_prints(template or {}).values())
    students = sorted(submissions)
    prints = {
        student: {cell: found - given for cell, found in _prints(submissions[student]).items()}
        for student in students
    }
    all_of = {student: set().union(*prints[student].values()) for student in students}
    weights = _weights(all_of.values())
    likeness = _likeness([all_of[student] for student in students], weights)
    pairs = []
    for one, two in np.argwhere(np.triu(likeness >= line, 1)):
        first, second = students[one], students[two]
        cells = _where(prints[first], all_of[second], weights)
        pairs.append(Pair(first, second, float(likeness[one, two]), cells))
    return sorted(pairs, key=lambda pair: (-pair.likeness, pair.first, pair.second))


def _weights(sets):
    """Return what each fingerprint counts: the fewer others have it, the more."""
    count = Counter(one for prints in sets for one in prints)
    others = max(len(sets) - 2, 0)
    most = np.log((others + 1.5) / 0.5)
    shares = {many: (max(many - 2, 0) + 0.5) / (others + 1.5) for many in set(count.values())}
    worth = {many: -np.log(p) / most if p < 0.5 else 0.0 for many, p in shares.items()}
    return {one: worth[many] for one, many in count.items()}


def _likeness(sets, weights):
    """Return how alike each two are."""
    shared = Counter(one for prints in sets for one in prints)
    column = {one: n for n, one in enumerate(one for one, many in shared.items() if many > 1)}
    table = np.zeros((len(sets), len(column)), np.float32)
    for row, prints in enumerate(sets):
        table[row, [column[one] for one in prints if one in column]] = 1
    common = table * np.array([weights[one] for one in column], np.float32) @ table.T
    whole = np.array([sum(weights[one] for one in prints) for prints in sets])
    least = np.minimum(whole[:, None], whole[None, :])
    return np.minimum(common / np.maximum(least, LITTLE), 1.0)


def _where(cells, other, weights):
    """Return the cells of one of which the other shares the larger part."""
    found = []
    for cell, prints in cells.items():
        whole = sum(weights[one] for one in prints)
        common = sum(weights[one] for one in prints & other)
        if common and common >= whole / 2:
            found.append(cell)
    return tuple(found)


def _prints(cells):
    """Return the fingerprints of each cell."""
    sources, left = {}, LONGEST
    for cell, source in cells.items():
        sources[cell] = re.sub(r"(?m)^[^\S\n]*[%!].*$", "", source[:left])
        left -= len(sources[cell])
    own = set()
    bare = {cell: _bare(source, own) for cell, source in sources.items()}
    return {cell: winnow(_tokens(source, own)) for cell, source in bare.items()}


def _bare(source, own):
    """Return code without what does nothing, and add its names; broken code as it is."""
    try:
        bare = _Bare()
        bare = (ast.unparse(bare.visit(ast.parse(source))), bare.names)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source
    own |= bare[1]
    return bare[0]


class _Bare(ast.NodeTransformer):
    """Take from a tree its docstrings, hints, imports and prints; note the names that it gives."""

    def __init__(self):
        self.names = set()

    def visit_Expr(self, node):
        called = node.value.func if isinstance(node.value, ast.Call) else None
        told = isinstance(called, ast.Name) and called.id == "print"
        return None if told or isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_Import(self, node):
        return None

    visit_ImportFrom = visit_Import

    def visit_FunctionDef(self, node):
        self.names.add(node.name)
        node.returns = None
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node

    def visit_ClassDef(self, node):
        self.names.add(node.name)
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node

    def visit_arg(self, node):
        self.names.add(node.arg)
        node.annotation = None
        return node

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Store):
            self.names.add(node.id)
        return node

    def visit_Attribute(self, node):
        if isinstance(node.ctx, ast.Store):
            self.names.add(node.attr)
        self.visit(node.value)
        return node

    def visit_Constant(self, node):
        return node

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        return ast.Assign([node.target], ast.BinOp(node.target, node.op, node.value), lineno=0)

    def visit_AnnAssign(self, node):
        self.generic_visit(node)
        return ast.Assign([node.target], node.value, lineno=0) if node.value else None


def _tokens(source, own):
    """Return code as tokens that do not tell names, numbers and texts."""
    found = [(m.lastgroup, m.group()) for m in TOKEN.finditer(source)]
    found = [one for one in found if one[0] != "comment"] + [("sign", "")]
    tokens, before = [], ""
    for (kind, word), (_, after) in itertools.pairwise(found):
        if kind == "text":
            token = "S"
        elif kind == "number":
            if len(tokens) > 1 and tokens[-1] == "-" and tokens[-2] in "([{,=:*/+-<>return":
                tokens.pop()
            token = "0"
        elif kind == "name" and (word in own or word not in KNOWN):
            theirs = word not in own and (before == "." or (before in ("(", ",") and after == "="))
            token = word if theirs else "N"
        else:
            token = word
        tokens.append(token)
        before = word
    return tokens


@cache
def _number(token):
    return int.from_bytes(hashlib.blake2b(token.encode(), digest_size=8).digest(), "little")


def winnow(tokens):
    """Choose fingerprints of a list of tokens.

    Parameters
    ----------
    tokens : list of str

    Returns
    -------
    set of int
    """
    if len(tokens) < RUN:
        return set()
    numbers = np.array([_number(token) for token in tokens], np.uint64)
    hashes = np.zeros(len(tokens) - RUN + 1, np.uint64)
    for place in range(RUN):  # a polynomial, modulo 2 ** 64
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + numbers[place : place + len(hashes)]
    hashes ^= hashes >> np.uint64(29)
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(32)
    if len(hashes) <= WINDOW:
        return {int(hashes.min())}
    return set(np.lib.stride_tricks.sliding_window_view(hashes, WINDOW).min(axis=1).tolist())
