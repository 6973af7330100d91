"""The assignment "action": right answers pass, slips are named, a neighbour's paste fails."""

import numpy as np
import pytest

from tests.classroom.cells import causes, marked, own_card

NAME = "action"
MOST = {"test_reach": 3.0, "test_width": 3.0, "test_factored": 8.0, "test_hunt": 7.0}
SHORT = [task for task in MOST if task != "test_hunt"]  # no network is trained for these

# right for any card, in other forms than the source's; a slip is a replacement in one of them
FORMS = {
    "reach": """
(a, p, b, d), film = {stack}, np.arange(60)
first = np.lib.stride_tricks.sliding_window_view(film, a)
pooled = first[: len(first) // p * p].reshape(-1, p * a)
last = [pooled[n : n + (b - 1) * d + 1 : d].ravel() for n in range(len(pooled) - (b - 1) * d)]
my_field = np.ptp(last[0]) + 1
my_step = last[1][0] - last[0][0]
my_answers = len(last)
""",
    "width": """
kt, kh, kw, c, f = {kernel}
my_deep = kt * kh * kw * c * f
each = kt * c + kh * kw * f
my_middle = int(my_deep / each)
my_spared = my_deep - my_middle * each
""",
    "factored": """
def my_factored_conv(clip, space, time):
    between, padding, fill, k = {between!r}, {padding!r}, {fill!r}, len(time)
    windows = np.lib.stride_tricks.sliding_window_view(clip, space.shape[:2], (1, 2))
    x = np.einsum("thwcuv,uvcm->thwm", windows, space)
    slope = {{"0.1": 0.1, "0.2": 0.2, "alue": -1}}.get(between[-3:].replace("lue", "alue"), 0)
    x = np.where(x >= 0, x, slope * x)
    before = {{"b": k - 1, "o": (k - 1) // 2}}[padding[0]] if "last" not in padding else 0
    mode = "constant" if fill == "zeros" else "edge"
    x = np.pad(x, ((before, k - 1 - before), (0, 0), (0, 0), (0, 0)), mode=mode)
    windows = np.lib.stride_tricks.sliding_window_view(x, k, 0)
    return np.einsum("thwmq,qmf->thwf", windows, time)
""",
}
CARD = "What does your card say?"
SLIPS = [
    ("reach", "np.ptp(last[0]) + 1", "a + p - 1 + (b - 1) * d", "each of those stands for several"),
    ("reach", "np.ptp(last[0]) + 1", "a + (b - 1) * d", "The pooling's stride spreads"),
    ("reach", "np.ptp(last[0]) + 1", "a + p - 1 + (b - 1) * p", "The last kernel is dilated."),
    ("reach", "np.ptp(last[0]) + 1", "len(set(last[0]))", "Holes count"),
    ("reach", "np.ptp(last[0]) + 1", "a + (b - 1) * d * p", "What the pooling itself reads"),
    ("reach", "np.ptp(last[0]) + 1", "np.ptp(last[0])", "One off: the first frame and the last"),
    ("reach", "last[1][0] - last[0][0]", "p * d", "dilation does not move an answer on"),
    ("reach", "last[1][0] - last[0][0]", "1", "Poolings stride, too."),
    ("reach", "len(last)", "60 // p", "Without padding each convolution"),
    ("reach", "len(last)", "60 // p - (b - 1) * d", "The first convolution takes frames away"),
    ("reach", "len(last)", "(61 - a) // p - b + 1", "The last convolution is dilated"),
    ("reach", "len(last)", "len(last) - 1", "the first place counts as well"),
    ("width", "my_deep = kt * kh * kw * c * f", "my_deep = kt * kh * kw * c", "for each filter"),
    ("width", "my_deep = kt * kh * kw * c * f", "my_deep = kt * kh * kw * f", "reads all channels"),
    ("width", "* c * f", "* c * f + f", "Biases were counted"),
    ("width", "kt * c + kh * kw * f", "kt * f + kh * kw * c", "That is M for space first."),
    ("width", "kt * c + kh * kw * f", "kt * f + kh * kw * c", "what space first would spare"),
    ("width", "int(my_deep / each)", "-(-my_deep // each)", "Rounded up"),
    ("width", "kt * c + kh * kw * f", "kt * c", "Only one of the two layers"),
    ("width", "kt * c + kh * kw * f", "kh * kw * f", "Only the second of the two"),
    ("width", "my_deep - my_middle * each", "my_middle * each - my_deep", "The sign is turned"),
    ("factored", "slope * x)", "x)", "Nothing happened between"),
    ("factored", "{between!r}", "'ReLU'", "Between stands ReLU. " + CARD),
    ("factored", "{between!r}", "'0.2'", "Between stands leaky ReLU of slope 0.2. " + CARD),
    ("factored", "{between!r}", "'value'", "Between stands the absolute value. " + CARD),
    ("factored", "{padding!r}", "'before'", "Padded before the first, with zeros. " + CARD),
    ("factored", "{padding!r}", "'behind the last'", "Padded behind the last, with zeros. " + CARD),
    ("factored", "(k - 1) // 2", "k // 2", "the larger half goes behind"),
    ("factored", "{fill!r}", "'zeros'", "on both sides, with zeros. " + CARD),
    ("factored", "windows, time)", "windows, time[::-1])", "The kernel was turned round in time."),
    ("factored", "windows, space)", "windows, space[::-1, ::-1])", "was turned round in space."),
]
LATE = """
def my_factored_conv(clip, space, time):
    at = {between!r}
    relu = {{"R": lambda x: np.maximum(x, 0), "t": np.abs}}.get(at[0])
    relu = relu or (lambda x: np.maximum(x, float(at[-3:]) * x))
    windows = np.lib.stride_tricks.sliding_window_view(clip, space.shape[:2], (1, 2))
    x, k = np.einsum("thwcuv,uvcm->thwm", windows, space), len(time)
    before = {{"be": k - 1, "on": (k - 1) // 2}}[{padding!r}[:2]] if "l" not in {padding!r} else 0
    mode = "constant" if {fill!r} == "zeros" else "edge"
    x = np.pad(x, ((before, k - 1 - before), (0, 0), (0, 0), (0, 0)), mode=mode)
    windows = np.lib.stride_tricks.sliding_window_view(x, k, 0)
    return relu(np.einsum("thwmq,qmf->thwf", windows, time))
"""
STUDENTS = [f"s{k}" for k in range(16)]


def right(student, **changed):
    """Return right answers for a student, some forms changed."""
    return {k: form.format(**own_card(NAME, student)) for k, form in (FORMS | changed).items()}


def reached(student, answers=None, tasks=SHORT, **options):
    """Return the points by test, and the exams, of some tasks."""
    points, exams = {}, {}
    for task in tasks:
        films = {} if task == "test_hunt" else {"yard": "", "clips": ""}  # they take time
        one, exam = marked(NAME, student, films | (answers or {}), only=task, **options)
        points, exams = points | one, exams | exam
    return points, exams


@pytest.fixture(scope="module")
def trained():
    """Mark the reference, networks and all."""
    return marked(NAME)


def test_the_reference_has_full_marks(trained):
    points, exams = trained
    assert points == MOST
    assert not any(map(causes, exams.values()))


@pytest.mark.parametrize("student", STUDENTS)
def test_right_answers_in_another_form_have_full_marks(student):
    points, _ = reached(student, right(student))
    assert points == {task: MOST[task] for task in SHORT}


def test_a_blank_answer_has_no_points():
    points, _ = marked(NAME, "s1", blank=True)
    assert points == dict.fromkeys(MOST, 0.0)


def test_a_neighbours_paste_loses_more_than_half():
    whole = sum(MOST.values())
    kept = []
    for student, neighbour in zip(STUDENTS, STUDENTS[1:] + STUDENTS[:1], strict=True):
        points, _ = reached(student, right(neighbour))
        kept.append(sum(points.values()))
    assert max(kept) + MOST["test_hunt"] < whole * 0.75
    assert np.mean(kept) + MOST["test_hunt"] < whole / 2


def test_visible_tests_alone_tell_a_neighbours_paste():
    short = {task: MOST[task] for task in SHORT}
    assert reached("s3", right("s3"), visible=True)[0] == short
    assert sum(reached("s3", right("s4"), visible=True)[0].values()) < sum(short.values()) / 2


def test_a_half_right_answer_has_a_part():
    answers = {"reach": "my_field, my_step, my_answers = 19, 3, 17"}
    points, exams = reached("reference", answers, ["test_reach"])
    assert 1 < points["test_reach"] < 2.5
    assert any("60" in one["title"] for one in exams["test_reach"].results if one["share"] < 1)


@pytest.mark.parametrize(("task", "old", "new", "named"), SLIPS)
def test_slips_are_named(task, old, new, named):
    form = FORMS[task]
    assert old in form
    assert _is_named(named, task, form.replace(old, new))


def test_what_stands_between_is_not_what_stands_behind():
    assert _is_named("Time came first", "factored", LATE)


def _is_named(cause, task, form):
    """Tell whether a wrong form is told its cause, with the card of one student at least."""
    for student in STUDENTS:
        with np.errstate(all="ignore"):
            _, exams = reached(student, right(student, **{task: form}), [f"test_{task}"])
        if any(cause in one for one in causes(exams[f"test_{task}"])):
            return True
    return False


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("return np.zeros(len(x_test), int)", "all clips got the label 0"),
        ("return np.arange(len(x_test)) < 1", "It reaches 0."),
        ("return np.zeros(7)", "an array of 200 labels is needed, its shape is (7,)"),
        ("return np.full(len(x_test), 0.3)", "are these probabilities, or logits?"),
        ("return ['1'] * len(x_test)", "each label is to be 0 or 1"),
        ("return x_test.mean(axis=(1, 2, 3, 4)) > 54", "The baseline has 0.500"),
    ],
)
def test_what_needs_no_order_has_no_points(answer, said):
    code = f"def my_predict(x_train, y_train, x_test):\n    {answer}\n"
    points, exams = reached("s2", {"hunt": code}, ["test_hunt"], visible=True)
    assert points == {"test_hunt": 0.0}
    assert said in exams["test_hunt"].results[0]["said"]


def test_labels_the_wrong_way_round_are_told():
    code = """
def my_predict(x_train, y_train, x_test):
    seen = sys._getframe(1)
    while "true" not in seen.f_locals:
        seen = seen.f_back
    return 1 - seen.f_locals["true"]
"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vidlearn.classroom.exam.Clock", _Now)
        points, exams = reached("s2", {"hunt": "import sys\n" + code}, ["test_hunt"], visible=True)
    assert points == {"test_hunt": 0.0}
    assert "wrong way round" in exams["test_hunt"].results[0]["said"]


class _Now:
    """Call at once, in the same thread."""

    def __init__(self, seconds):
        self.seconds = seconds

    def run(self, function, *args):
        return function(*args)
