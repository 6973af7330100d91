"""The assignment "recurrent": right answers pass, slips are named, a neighbour's paste fails."""

import ast
import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from tests.classroom.cells import causes, code_cells, marked, own_card
from vidlearn import classroom

NAME = "recurrent"
MOST = {"test_by_hand": 4.0, "test_step": 7.0, "test_gradients": 6.0, "test_light": 6.0}

# right for any card, in other forms than the source's; a slip is a replacement in one of them
FORMS = {
    "by_hand": """
def my_step_by_hand():
    z, p, old = {sums}, {holes}, {store}
    i, f = [1 / (1 + np.exp(-z[k] - p[k] * old)) for k in (0, 1)]
    g = np.tanh(z[2])
    c = f * old + i * g
    o = 1 / (1 + np.exp(-z[3] - p[2] * c))
    return [round(float(v), 3) for v in (i, f, g, o, c, o * np.tanh(c))]
""",
    "step_of_cell": """
def my_peephole_step(x, h, c, w, u, b, p):
    order, peek = {order}, {peek}
    units, new_c, new_h = c.shape[1], c.copy(), h.copy()
    for n in range(len(x)):
        sums = x[n] @ w + h[n] @ u + b
        for k in range(units):
            z = dict(zip(order, sums.reshape(4, units)[:, k]))
            hole = dict(i=0, f=0)
            hole.update(zip(peek, p[:, k]))
            old = c[n, k]
            i, f = (1 / (1 + np.exp(-z[q] - hole[q] * old)) for q in "if")
            new_c[n, k] = f * old + i * np.tanh(z["g"])
            o = 1 / (1 + np.exp(-z["o"] - hole["o"] * new_c[n, k]))
            new_h[n, k] = o * np.tanh(new_c[n, k])
    return [new_h, new_c]
""",
    "gradients_of_peepholes": """
def my_peephole_gradients(dh, dc, i, f, g, o, c, c_next, p):
    peek = {peek}
    shown, dp, back = np.tanh(c_next), np.zeros(p.shape), dc * 0
    for n in range(len(c)):
        dz = dict(o=dh[n] * shown[n] * o[n] * (1 - o[n]))
        whole = dc[n] + dh[n] * o[n] * (1 - shown[n] ** 2) + dz["o"] * p[peek.index("o")]
        dz["i"] = whole * g[n] * i[n] * (1 - i[n])
        dz["f"] = whole * c[n] * f[n] * (1 - f[n])
        back[n] = whole * f[n]
        for row, gate in enumerate(peek):
            seen = c_next[n] if gate == "o" else c[n]
            dp[row] += dz[gate] * seen
            back[n] += 0 if gate == "o" else dz[gate] * p[row]
    return dp, back
""",
    "weights_of_light": """
def my_light():
    order, peek, period, flash = {order}, {peek}, {period}, {flash}
    s, sharp = 1.5 / period, 300
    b = dict(i=30, g=np.arctanh(s), f=sharp * s * (period - 0.5))
    b["o"] = -sharp * s * (period - flash + 0.5)
    hole = dict(i=0, f=-sharp, o=sharp)
    return [[[0] * 4], [[0] * 4], [b[q] for q in order], [[hole[q]] for q in peek]]
""",
}


def answers(student, *slips, name=None):
    """Return the four answers with this student's numbers, one of them with slips in it."""
    card = own_card(NAME, student)
    card = {key: value if np.isscalar(value) else tuple(value) for key, value in card.items()}
    forms = {key: form.format(**card) for key, form in FORMS.items()}
    for old, new in slips:
        assert old in forms[name], old
        forms[name] = forms[name].replace(old, new)
    return forms


def drawn():
    """Return all that the card may say of the step by hand."""
    names, seen = {"STUDENT": "reference"}, {}

    def look(*_, course, **draws):
        seen.update(draws)
        return {name: values[0] for name, (_, values) in draws.items()}

    for told, source in code_cells(NAME):
        if told["grade_id"] == "setup":
            exec(source, names)
            names["classroom"] = SimpleNamespace(card=look)
        elif told["grade_id"] == "card":
            exec(source, names)
    return itertools.product(*(seen[name][1] for name in ("store", "sums", "holes")))


def stepped(store, sums, holes, cut):
    """Return a step by hand, each number cut as soon as it is there, and three slips of o."""

    def open_(v):
        return 1 / (1 + np.exp(-v))

    i, f = (cut(open_(sums[k] + holes[k] * store)) for k in (0, 1))
    g = cut(np.tanh(sums[2]))
    c = cut(f * store + i * g)
    o, late, blind = (cut(open_(sums[3] + holes[2] * seen)) for seen in (c, store, 0))
    yield [i, f, g, o, c, cut(o * np.tanh(c))]
    yield [i, f, g, o, c, o * c]
    for slip in (late, blind):
        yield [i, f, g, slip, c, slip * np.tanh(c)]


def said(exam, *, hidden):
    return {one["cause"] for one in exam.results if one["cause"] and one["hidden"] == hidden}


def test_the_source_gets_all_points():
    assert marked(NAME)[0] == MOST


def test_a_blank_gets_none():
    assert marked(NAME, blank=True)[0] == dict.fromkeys(MOST, 0.0)


@pytest.mark.parametrize("student", ["alice", "bob", "carol", "dave", "eve", "s1042"])
def test_right_answers_in_other_forms_get_all_points(student):
    assert marked(NAME, student, answers(student))[0] == MOST


@pytest.mark.parametrize("student", ["alice", "bob", "carol", "dave", "eve"])
def test_a_neighbours_answers_lose_more_than_half_and_fail_at_once(student):
    paste = answers("reference")
    assert sum(marked(NAME, student, paste)[0].values()) < sum(MOST.values()) / 2
    visible = marked(NAME, student, paste, visible=True)[0]
    assert all(visible[name] < most for name, most in MOST.items())


def test_each_task_has_many_numbers():
    cards = [own_card(NAME, f"student {k}") for k in range(60)]
    for names in (("store", "sums", "holes"), ("order", "peek"), ("peek",), ("period", "flash")):
        assert len({tuple(card[name] for name in names) for card in cards}) >= 6


STEPS = {
    "old": (('hole["o"] * new_c[n, k]', 'hole["o"] * old'), "o looked at the old store.", 4),
    "blind": (("zip(peek, p[:, k])", "zip(peek, 0 * p[:, k])"), "No gate peeks.", 3),
    "order": (("z = dict(zip(order,", 'z = dict(zip("ifgo",'), "The columns are read in", 2),
    "rows": (
        ("zip(peek, p", 'zip("ifo" if len(p) == 3 else "fo", p'),
        "The rows of p are read as i, f, o.",
        6,
    ),
    "turned": (("zip(peek, p", "zip(peek[::-1], p"), "The rows of p are read from the last", 5),
    "swapped": (("return [new_h, new_c]", "return new_c, new_h"), "h and c came in the wrong", 1),
}


@pytest.mark.parametrize("slip", STEPS)
@pytest.mark.parametrize("student", ["reference", "bob", "s1042"])
def test_slips_of_the_step_are_named(student, slip):
    pair, cause, most = STEPS[slip]
    paste = answers(student, pair, name="step_of_cell")
    points, exams = marked(NAME, student, paste, only="test_step")
    rows = own_card(NAME, student)["peek"]
    if slip == "rows" and rows in (("f", "o"), ("i", "f", "o")):
        assert points["test_step"] == 7
    else:
        assert any(one.startswith(cause) for one in said(exams["test_step"], hidden=True))
        assert points["test_step"] <= most


def test_the_old_store_is_named_at_once():
    paste = answers("reference", STEPS["old"][0], name="step_of_cell")
    _, exams = marked(NAME, answers=paste, visible=True, only="test_step")
    assert causes(exams["test_step"]) == {
        "o did not look at the new store: it saw the old one, or none.",
        "o looked at the old store.",
    }


GRADIENTS = {
    "old": ((' if gate == "o" else c[n]', ' if gate == "x" else c[n]'), "o's peephole saw", False),
    "mean": (("return dp, back", "return dp / len(c), back"), "dp is a mean over", True),
    "window": ((' + dz["o"] * p[peek.index("o")]', ""), "The way through o's window", False),
    "short": (("else dz[gate] * p[row]", "else 0"), "dc_before knows only the way", False),
    "order": (("return dp, back", "return dp[::-1], back"), "The rows of dp stand in", True),
    "signs": (("return dp, back", "return -dp, -back"), "The signs are turned round.", True),
    "turned": (("return dp, back", "return back, dp"), "dp and dc_before came in", True),
}


@pytest.mark.parametrize("slip", GRADIENTS)
@pytest.mark.parametrize("student", ["reference", "bob"])
def test_slips_of_the_gradients_are_named(student, slip):
    pair, cause, hidden = GRADIENTS[slip]
    paste = answers(student, pair, name="gradients_of_peepholes")
    points, exams = marked(NAME, student, paste, only="test_gradients")
    found = said(exams["test_gradients"], hidden=hidden)
    assert any(one.startswith(cause) for one in found)
    assert points["test_gradients"] <= 2


LIGHTS = {
    "short flash": (("flash + 0.5", "flash + 1.5"), "The flash is one frame too short."),
    "long flash": (("flash + 0.5", "flash - 0.5"), "The flash is one frame too long."),
    "late": (("(period - 0.5)", "(period + 0.5)"), "Both are one frame too long: the count"),
    "early": (("(period - 0.5)", "(period - 1.5)"), "Both are one frame too short: the count"),
    "dark": (('b["o"] = -sharp', 'b["o"] = -9 * sharp'), "It never lights up."),
    "for ever": (("f=-sharp", "f=sharp"), "Once lit, it stays lit"),
}


@pytest.mark.parametrize("slip", LIGHTS)
def test_slips_of_the_light_are_named(slip):
    pair, cause = LIGHTS[slip]
    student = next(k for k in "abcdefghijk" if own_card(NAME, k)["flash"] > 1)
    paste = answers(student, pair, name="weights_of_light")
    points, exams = marked(NAME, student, paste, only="test_light")
    for hidden in (False, True):
        assert any(one.startswith(cause) for one in said(exams["test_light"], hidden=hidden))
    assert points["test_light"] <= 2


def test_a_light_that_is_never_quite_dark_loses_a_little():
    dull = ('b["o"] = -sharp', 'b["o"] = -40'), ("o=sharp)", "o=40)")
    paste = answers("reference", *dull, name="weights_of_light")
    points, exams = marked(NAME, answers=paste, only="test_light")
    assert [one["title"] for one in exams["test_light"].results if one["share"] < 1] == [
        "dark is dark, and the lamp does light up"
    ]
    assert 4 < points["test_light"] < 6


@pytest.mark.parametrize("odd", ["3", "'dark'", "[[1], [2, 3]]", "(0, 0, 0, 0)", "np.nan", "{}"])
def test_odd_answers_stop_nothing(odd):
    names = {
        "by_hand": "my_step_by_hand()",
        "step_of_cell": "my_peephole_step(*a)",
        "gradients_of_peepholes": "my_peephole_gradients(*a)",
        "weights_of_light": "my_light()",
    }
    paste = {key: f"def {head}:\n    return {odd}" for key, head in names.items()}
    assert marked(NAME, answers=paste)[0] == dict.fromkeys(MOST, 0.0)


def test_an_answer_that_fails_is_told_how():
    paste = answers("reference") | {
        "by_hand": "def my_step_by_hand():\n    return 1 / 0",
        "weights_of_light": "def my_light():\n    return [][3]",
    }
    points, exams = marked(NAME, answers=paste)
    for test, error in (("test_by_hand", "ZeroDivisionError"), ("test_light", "IndexError")):
        assert points[test] == 0
        assert error in exams[test].results[0]["said"]
    step = "def my_peephole_step(*a):\n    return a[9]"
    _, exams = marked(NAME, answers=answers("reference") | {"step_of_cell": step})
    assert "IndexError" in exams["test_light"].results[1]["said"]


def test_a_hand_that_looks_at_the_old_store_is_told():
    paste = answers("bob", ("p[2] * c)", "p[2] * old)"), name="by_hand")
    points, exams = marked(NAME, "bob", paste, only="test_by_hand")
    assert "o looked at the store as it was before the step." in causes(exams["test_by_hand"])
    assert 1 < points["test_by_hand"] < 3


def test_a_step_by_hand_is_right_however_it_was_rounded():
    source = next(source for told, source in code_cells(NAME) if told["grade_id"] == "test_by_hand")
    names = {"np": np, "classroom": classroom}
    names |= {"attempt": lambda answer, *args: answer(*args)}
    names |= {"numbers": lambda came, _: np.array(came, float)}
    cuts = (float, lambda v: round(float(v), 3), lambda v: np.trunc(v * 1000) / 1000)
    cards = list(drawn())
    assert len(cards) == 96
    for card, cut in itertools.product(cards, cuts):
        points = []
        for came in stepped(*card, cut):
            names["my_step_by_hand"] = lambda came=came: came
            names["card"] = dict(zip(("store", "sums", "holes"), card, strict=True))
            exec(source, names)
            points.append(float(names["exam"].points(4)))
        assert points[0] == 4
        assert max(points[1:]) < 3


def test_no_number_of_the_light_is_left_lying_about():
    """What a test keeps under a student's name would stand in for what an answer forgot."""
    source = next(source for told, source in code_cells(NAME) if told["grade_id"] == "test_light")
    kept = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    assert "_period" in kept
    assert not kept & {"period", "flash", "order", "peek"}
