"""The assignment "convolution": right answers pass, slips are named, a neighbour's paste fails."""

import numpy as np
import pytest

from tests.classroom.cells import causes, marked, own_card

NAME, FULL = "convolution", 24.0

# right for any card, in other forms than the source's; a slip is a replacement in one of them
FORMS = {
    "hand": """
stuffed = np.zeros(2 * {hop} + 1)
stuffed[:: {hop}] = {signal}
my_strip = np.convolve(stuffed, {kernel}).tolist()
""",
    "upward": """
def my_transposed_conv2d(x, w):
    (sy, sx), (t, b, l, r) = {stride}, {crop}
    names = {layout!r}.split(", ")
    w = np.transpose(w, [names.index(n) for n in ("KH", "KW", "F", "C")])
    n, h, k, c = x.shape
    kh, kw, f, _ = w.shape
    out = np.zeros((n, (h - 1) * sy + kh, (k - 1) * sx + kw, f))
    for m, i, j, o in np.ndindex(n, h, k, f):
        part = out[m, i * sy : i * sy + kh, j * sx : j * sx + kw, o]
        part += w[:, :, o] @ x[m, i, j]
    return out[:, t : out.shape[1] - b, l : out.shape[2] - r]
""",
    "pattern": """
def my_pattern(w):
    (sy, sx), (t, _, l, _) = {stride}, {crop}
    tile = np.array([[w[a::sy, c::sx].sum() for c in range(sx)] for a in range(sy)])
    return np.roll(tile, (-t, -l), (0, 1))
""",
    "cure": """
def my_cure(w):
    (sy, sx), how = {stride}, {cure!r}
    out = w.astype(float)
    for a, c in np.ndindex(sy, sx):
        part = out[a::sy, c::sx]
        if "multiplying" in how:
            part /= part.sum()
        elif "adding" in how:
            part += (1 - part.sum()) / part.size
        else:
            part[0, 0] += 1 - part.sum()
    return out
""",
    "pool": """
def my_dilated_pool_backward(dout, x):
    (k, d, s), ties = {window}, {ties!r}.split()
    keys = {{"first": lambda p: p, "last": lambda p: (-p[0], -p[1]),
            "leftmost": lambda p: p[::-1], "rightmost": lambda p: (-p[1], -p[0]),
            "lowest": lambda p: (-p[0], p[1]), "highest": lambda p: (p[0], -p[1])}}
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(*dout.shape):
        places = [(i * s + d * u, j * s + d * v) for u, v in np.ndindex(k, k)]
        best = [p for p in places if x[p] == max(x[p] for p in places)]
        if ties[0] == "the":
            best = [min(best, key=keys[ties[1]])]
        for p in best:
            dx[p] += dout[i, j] / len(best)
    return dx
""",
}
TURNED = "The kernel was turned round. Here it is laid down as it is."
OVER = "Where copies overlap, the later one was put over the earlier one."
SLIPS = [
    ("hand", "{kernel})", "{kernel}[::-1])", "The kernel was turned round. Here it is laid down"),
    ("hand", "{hop}", "1", "The copies were laid down with a stride of 1"),
    ("upward", "w[:, :, o] @", "w[::-1, ::-1, o] @", TURNED),
    ("upward", "part +=", "part[:] =", OVER),
    ("upward", "(sy, sx), (", "(sx, sy), (", "The first stride is for the way down"),
    ("upward", "[:, t : out.shape[1] - b, l : out.shape[2] - r]", "", "Nothing was cut off."),
    ("upward", "(t, b, l, r)", "(t, l, b, r)", "top, bottom, left, right, in this order"),
    ("upward", '"F", "C")', '"C", "F")', "those that go out were exchanged"),
    ("upward", '("KH", "KW"', '("KW", "KH"', "Rows and columns of the kernel were exchanged"),
    ("pattern", "(-t, -l)", "(0, 0)", "The trim moves the pattern, too."),
    ("pattern", "(-t, -l)", "(t, l)", "It was moved the wrong way"),
    ("pattern", "(-t, -l)", "(-l, -t)", "The trims at the top and at the left were exchanged"),
    ("pattern", "(0, 1))", "(0, 1)).T", "Rows and columns of the tile were exchanged"),
    ("pattern", ".sum()", ".mean()", "no mean is taken"),
    ("cure", "out = w.astype(float)", "return w / w.sum()", "All of the kernel sums to 1 now"),
    ("cure", "{cure!r}", "'multiplying'", "Even now, but by multiplying"),
    ("cure", "{cure!r}", "'adding'", "Even now, but by adding"),
    ("cure", "{cure!r}", "'changing'", "Even now, but by changing"),
    ("pool", "dx[p] +=", "dx[p] =", "A pixel that wins several windows gets the sum"),
    ("pool", "+ d * u, j * s + d *", "+ u, j * s +", "where is the dilation?"),
    ("pool", "(i * s + d * u, j * s +", "(i + d * u, j +", "where is the stride?"),
    ("pool", "ties[0] ==", "False and", "the gradient went to all of them, in equal shares"),
    ("pool", "{ties!r}", "'the leftmost'", "the gradient went to the leftmost of them"),
]
STUDENTS = [f"s{k}" for k in range(16)]


def right(student, **changed):
    """Return right answers for a student, some forms changed."""
    return {k: form.format(**own_card(NAME, student)) for k, form in (FORMS | changed).items()}


def test_the_reference_has_full_marks():
    points, exams = marked(NAME)
    assert sum(points.values()) == FULL
    assert not any(map(causes, exams.values()))


@pytest.mark.parametrize("student", STUDENTS)
def test_right_answers_in_another_form_have_full_marks(student):
    assert sum(marked(NAME, student, right(student))[0].values()) == FULL


def test_a_blank_answer_has_no_points():
    points, _ = marked(NAME, "s1", blank=True)
    assert points == dict.fromkeys(points, 0.0)


def test_a_neighbours_paste_loses_more_than_half():
    reached = []
    for student, neighbour in zip(STUDENTS, STUDENTS[1:] + STUDENTS[:1], strict=True):
        with np.errstate(all="ignore"):
            reached.append(sum(marked(NAME, student, right(neighbour))[0].values()))
    assert max(reached) < FULL / 2
    assert np.mean(reached) < FULL / 6


def test_visible_tests_alone_tell_a_neighbours_paste():
    points, _ = marked(NAME, "s3", right("s4"), visible=True)
    assert sum(points.values()) < FULL / 2
    assert sum(marked(NAME, "s3", right("s3"), visible=True)[0].values()) == FULL


def test_a_half_right_answer_has_a_part():
    whole = FORMS["pool"].replace("{ties!r}", "'all'")  # shares where one should get it
    points, _ = marked(NAME, "reference", {"pool": whole.format(**own_card(NAME, "reference"))})
    assert 0 < points["test_pool"] < 6
    assert sum(points.values()) > FULL - 6


@pytest.mark.parametrize(("task", "old", "new", "named"), SLIPS)
def test_slips_are_named(task, old, new, named):
    form = FORMS[task]
    assert old in form
    found = set()
    for student in STUDENTS:
        answers = right(student, **{task: form.replace(old, new)})
        with np.errstate(all="ignore"):
            _, exams = marked(NAME, student, answers, only=f"test_{task}")
        found |= causes(exams[f"test_{task}"])
    assert any(named in cause for cause in found), found


def test_a_forgotten_number_of_ones_own_is_told_at_once():
    for task, names in (
        ("upward", "(sy, sx), (t, b, l, r) = (down, across), (top, bottom, left, right)"),
        ("pattern", "(sy, sx), (t, _, l, _) = (down, across), (top, 0, left, 0)"),
        ("cure", "(sy, sx), how = (down, across), {cure!r}"),
        ("pool", "(k, d, s), ties = (side, dilation, stride), {ties!r}.split()"),
    ):
        lines = FORMS[task].split("\n")
        lines[2] = "    " + names
        answer = right("s1", **{task: "\n".join(lines)})
        points, _ = marked(NAME, "s1", answer, visible=True, only=("test_upward", f"test_{task}"))
        assert points[f"test_{task}"] == 0


def test_the_trim_moves_every_students_pattern():
    for card in (own_card(NAME, f"student {k}") for k in range(200)):
        (down, across), (top, _, left, _) = card["stride"], card["crop"]
        assert top % down or left % across
        assert card["crop"][1] != card["crop"][2]
        assert card["layout"] != "KH, KW, F, C"


def test_words_in_the_place_of_numbers_are_not_nothing():
    _, exams = marked(NAME, answers={"hand": "my_strip = '4 2'"}, only="test_hand")
    assert "4 2" in exams["test_hand"].results[0]["said"]
