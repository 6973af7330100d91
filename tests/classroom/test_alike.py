"""Pairs that are alike: none that is honest, all that were pasted."""

import ast
import random
import re

import numpy as np
import pytest

from tests.classroom.honest import TASKS, WAYS, honest
from tests.classroom.small import handed_in, small_release
from vidlearn.classroom.alike import (
    LINE,
    LITTLE,
    _bare,
    _likeness,
    _tokens,
    _weights,
    alike,
    code_of,
    winnow,
)
from vidlearn.classroom.submission import read_notebook

CLASS = {
    f"s{one}{two}": honest(one, two, 2 + (7 * one + two) % 9)
    for one in range(WAYS)
    for two in range(WAYS)
}
RNG = np.random.default_rng(5)
CORNERS = RNG.random((9, 2))
BOXES = np.c_[CORNERS, CORNERS + 0.05 + RNG.random((9, 2))]
INPUTS = {
    "spread": (RNG.normal(size=5), RNG.normal(size=4)),
    "overlap": (BOXES[:4], BOXES[4:]),
    "pool": (RNG.normal(size=(3, 4)), RNG.normal(size=(6, 8))),
    "runs": ([0, 0, 0, 1, 2, 2, 2, 2, 0, 3, 3],),
    "edit": ("kitten", "sitting"),
    "cell": tuple(RNG.normal(size=size) for size in [(3, 5), (3, 4), (3, 4), (5, 16), (4, 16), 16]),
}


def names_in(cells):
    """Return the names that answers give to things, but for those of the tasks."""
    own = set()
    for source in cells.values():
        _bare(source, own)
    return {name for name in own if not name.startswith("my_")}


def pasted(cells, seed):
    """Return answers with other names and numbers, comments, and another order of tasks."""
    draw = random.Random(seed)
    names = {name: f"v{draw.randrange(10**6)}" for name in sorted(names_in(cells))}
    tasks, changed = list(cells), {}
    draw.shuffle(tasks)
    for task in tasks:
        source = re.sub(r"\b\w+\b", lambda m: names.get(m.group(), m.group()), cells[task])
        lines = []
        for line in source.split("\n"):
            if draw.random() < 0.3:
                lines.append(re.match(r"\s*", line).group() + "# as I thought of it")
            lines.append(line)
        changed[task] = "\n".join(lines)
        ast.parse(changed[task])
    return changed


def padded(cells, seed):
    """Return answers with an idle statement before every third line."""
    draw, changed = random.Random(seed), {}
    for task, source in cells.items():
        lines = []
        for line in source.split("\n"):
            indent = re.match(r"\s*", line).group()
            plain = indent and not line.strip().startswith(("#", '"', "else", "elif", ")"))
            if plain and draw.random() < 1 / 3:
                lines.append(indent + draw.choice(["temp = 0", "assert True", "unused = [1, 2]"]))
            lines.append(line)
        changed[task] = "\n".join(lines)
    return changed


def pair(likely):
    return [(one.first, one.second) for one in likely]


@pytest.mark.parametrize("task", TASKS)
def test_every_form_is_right(task):
    results = []
    for form in TASKS[task]:
        space = {"np": np}
        exec(form.replace("{k}", "2"), space)
        results.append(space[{"pool": "my_pool_backward"}.get(task, f"my_{task}")](*INPUTS[task]))
    for other in results[1:]:
        if task == "runs":
            assert other == results[0]
        else:
            np.testing.assert_allclose(other, results[0], rtol=1e-9)


def test_no_honest_pair_is_told():
    assert len(CLASS) >= 40
    assert alike(CLASS) == []
    assert max(one.likeness for one in alike(CLASS, line=0)) < LINE - 0.15


@pytest.mark.parametrize("count", [2, 3, 5, 12, 25])
def test_no_honest_pair_is_told_in_small_classes(count):
    for seed in range(5):
        some = random.Random(seed).sample(sorted(CLASS), count)
        assert alike({student: CLASS[student] for student in some}) == []


@pytest.mark.parametrize("count", [1, 2, 9, 48])
def test_every_pasted_answer_is_found(count):
    for seed in range(3):
        others = random.Random(seed).sample(sorted(CLASS), count)
        everybody = {student: CLASS[student] for student in others}
        everybody["z"] = pasted(CLASS[others[0]], seed)
        found = alike(everybody)
        assert pair(found) == [(others[0], "z")]
        assert found[0].likeness > 0.99
        assert len(found[0].cells) >= 5  # in a class of three, two may share a form


def test_idle_statements_do_not_hide_it():
    for seed in range(3):
        student = random.Random(seed).choice(sorted(CLASS))
        everybody = CLASS | {"z": padded(pasted(CLASS[student], seed), seed)}
        assert pair(alike(everybody)) == [(student, "z")]


def test_a_ring_is_found_whole():
    ring = {f"z{n}": pasted(CLASS["s25"], n) for n in range(5)}
    found = alike(CLASS | ring)
    assert len(found) == 15
    assert {name for one in found for name in (one.first, one.second)} == {"s25", *ring}


def test_small_disguises_are_seen_through():
    plain = "def f(a, b):\n    total = 0\n    for k in range(len(a)):\n"
    plain += "        total = total + a[k] * b\n    return np.sqrt(total, axis=-1)\n"
    hidden = (
        'def f(\n  xs: list, y: "float" = 3\n) -> float:\n    """Say what."""\n    import os\n    '
        "s = 0; print('here')\n    for i in range(len(xs)): s += (xs[i] * y)  # add\n"
        "    return (np.sqrt(s, axis=2))\n"
    ).replace(" = 3", "")
    sides = []
    for source in (plain, hidden):
        own = set()
        sides.append(_tokens(_bare(source, own), own))
    assert sides[0] == sides[1]


def test_tokens_by_hand():
    own = {"x", "my_sum"}
    assert _tokens("my_sum(x, axis=-1) # so\nnp.max('a') - 2", own) == [
        *("N", "(", "N", ",", "axis", "=", "0", ")"),
        *("N", ".", "max", "(", "S", ")", "-", "0"),
    ]


def test_winnowing_keeps_its_promise():
    draw = random.Random(3)
    shared = [draw.choice("abcdefgh") for _ in range(12)]  # RUN + WINDOW - 1 tokens
    for _ in range(50):
        one, two = ([draw.choice("abcdefgh") for _ in range(40)] for _ in range(2))
        assert winnow(one[:17] + shared + one[17:]) & winnow(two[:5] + shared + two[5:])
    assert winnow(["a"] * 8) == set()
    assert len(winnow(["a"] * 9)) == 1
    assert len(winnow(["a"] * 500)) == 1


def test_weights_by_hand():
    weights = _weights([{1, 2, 3}, {1, 2, 4}, {1, 5}, {1, 6}, {1, 7}])
    # three others: nobody of them has 2; all of them have 1
    assert weights[2] == weights[3] == pytest.approx(1)
    assert weights[1] == 0
    # that of 2 for the first two: one of two, and too little to be certain
    assert _likeness([{1, 2, 3}, {1, 2, 4}], weights)[0, 1] == pytest.approx(1 / LITTLE)


def test_what_the_assignment_gave_counts_nothing():
    release = code_of(small_release())
    given = {"long": "\n".join(TASKS["edit"]) + "\n".join(TASKS["pool"])}
    everybody = {name: release | given | CLASS[name] for name in ("s11", "s23")}
    assert pair(alike(everybody)) == [("s11", "s23")]
    assert alike(everybody, release | given) == []
    assert alike({name: release for name in "abcd"}, release) == []


def test_what_most_of_the_class_has_counts_nothing():
    common = {"common": "\n".join(form for forms in TASKS.values() for form in forms)}
    everybody = {name: CLASS[name] | common for name in sorted(CLASS)[:20]}
    assert alike(everybody) == []


def test_broken_and_hostile_code_is_compared_as_far_as_it_goes():
    broken = {
        task: source.replace("return", "return (", 1) for task, source in CLASS["s34"].items()
    }
    for source in broken.values():
        with pytest.raises(SyntaxError):
            ast.parse(source)
    everybody = CLASS | {"z": pasted(CLASS["s34"], 1) | broken}
    del everybody["s34"]
    everybody["y"] = {task: source.replace("x", "q") for task, source in broken.items()}
    assert pair(alike(everybody)) == [("y", "z")]
    hostile = {"a": "(" * 10_000, "b": "-" * 50_000 + "1", "c": "x\0", "d": "'''" * 999, "e": ""}
    assert alike(CLASS | {"z": hostile, "y": {"a": "a.b" * 900_000}, "x": {}}) == []


def test_nobody_and_one():
    assert alike({}) == []
    assert alike({"a": CLASS["s00"]}, {"x": "y = 1"}) == []
    assert alike({"a": {}, "b": {}}) == []


def test_of_a_notebook_the_code_is_taken():
    notebook, _ = read_notebook(handed_in(double="def my_double(x):\n    return 5 * x"))
    code = code_of(notebook)
    assert code["double"].endswith("5 * x")
    assert "text_top" not in code
    assert all(isinstance(source, str) for source in code.values())


def test_words_of_a_pair():
    (found,) = alike({"a": CLASS["s10"], "b": pasted(CLASS["s10"], 2)})
    assert str(found).startswith("a and b: 100 % alike (")
