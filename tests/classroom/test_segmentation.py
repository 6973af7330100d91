"""The assignment "segmentation": right answers pass, slips are named, a neighbour's paste fails."""

import numpy as np
import pytest

from tests.classroom.cells import causes, marked, own_card

NAME = "segmentation"
MOST = {
    "test_step": 4.0,
    "test_pushes": 6.0,
    "test_hand": 4.0,
    "test_loss": 4.0,
    "test_gradient": 5.0,
}
FULL = sum(MOST.values())

# right for any card, in other forms than the source's; a slip is a replacement in one of them
STEP = """
def my_step(before, now):
    way, power = {way!r}, 2 if "squared" in {measure!r} else 1
    turn = dict(l=lambda x: x.T, r=lambda x: x.T[::-1], u=lambda x: x, d=lambda x: x[::-1])
    turn = turn[way.replace("to the ", "")[0]]
    before, now, best = turn(before).astype(float), turn(now).astype(float), (np.inf, 0)
    for s in range(len(now) // 2 + 1):
        gap = abs(now[: len(now) - s] - before[s:]) ** power
        best = min(best, (gap.mean(), s))
    return best[1]
"""
MASKS = """
    (a, b), s, axes = {weights}, {smooth}, (1, 2) if "each" in {pool!r} else None
    p, g = 1 / (1 + np.exp(-logits)), truth.astype(float)
    tp = np.sum(p * g, axis=axes, keepdims=True)
    rest = np.sum(a * p * (1 - g) + b * (1 - p) * g, axis=axes, keepdims=True)
"""
FORMS = {
    "step": STEP,
    "pushes": """
def my_pushes(frames):
    side = frames.shape[1 if {way!r} in ("upwards", "downwards") else 2]
    turn = dict(l=lambda x: x.T, r=lambda x: x.T[::-1], u=lambda x: x, d=lambda x: x[::-1])
    turn = turn[{way!r}.replace("to the ", "")[0]]
    grey = [turn(frame).astype(float) for frame in frames]
    steps = [0]
    for old, new in zip(grey, grey[1:]):
        gaps = [abs(new[: side - s] - old[s:]).mean() for s in range(side // 2 + 1)]
        steps.append(int(np.argmin(gaps)) if min(gaps) < 8 else 0)
    steps.append(0)
    edges = np.flatnonzero(np.diff(np.array(steps) > 0))
    runs = zip(edges[::2] + 1, edges[1::2] - 1)
    runs = [(int(a), int(b)) for a, b in runs if sum(steps[a : b + 2]) == side]
    told = dict(f=lambda a, b: (a, b), l=lambda a, b: (a - 1, b + 1), m=lambda a, b: (a, b - a + 1))
    key = "m" if "many" in {report!r} else "l" if "alone" in {report!r} else "f"
    return [told[key](a, b) for a, b in runs]
""",
    "hand": """
x1, y1, x2, y2, u1, v1, u2, v2 = {boxes}
true, found = np.zeros((2, 10, 10), bool)
true[y1:y2, x1:x2] = True
found[v1:v2, u1:u2] = True
my_tp, my_fp, my_fn = (int(m.sum()) for m in (true & found, found & ~true, true & ~found))
a, b = {weights}
my_j = my_tp / (my_tp + my_fp + my_fn)
my_t = round(my_tp / (my_tp + a * my_fp + b * my_fn), 4)
""",
    "loss": f"""
def my_tversky_loss(logits, truth):{MASKS}
    return np.mean(rest / (tp + rest + s))
""",
    "gradient": f"""
def my_tversky_gradient(logits, truth):{MASKS}
    whole = tp + rest + s
    slope = np.where(truth, whole - (tp + s) * (1 - b), -(tp + s) * a) / whole**2
    return -slope * p * (1 - p) / tp.size
""",
}
CARD = "What does your card say?"
EXCHANGED = "Alpha and beta were exchanged: alpha weighs false alarms."
OTHER = "That is the other habit. " + CARD
SLIPS = [
    ("step", "{way!r}", "'to the left'", "That is how far it moved to the left."),
    ("step", "{way!r}", "'downwards'", "That is how far it moved downwards."),
    ("step", "{measure!r}", "'squared'", "That is the other measure. " + CARD),
    ("step", "gap.mean()", "gap.sum()", "The sum was taken"),
    ("step", ".astype(float)", "", "uint8 has no numbers below 0"),
    (
        "step",
        "now[: len(now) - s] - before[s:]",
        "before[: len(now) - s] - now[s:]",
        "That is what another",
    ),
    ("pushes", "{report!r}", "'first'", "You report the first and the last frame that show both"),
    ("pushes", "{report!r}", "'alone'", "You report the last frame of the old picture alone"),
    ("pushes", "{report!r}", "'many'", "You report the first frame that shows both pictures"),
    ("pushes", " if sum(steps[a : b + 2]) == side", "", "It moved twice, but only once by"),
    ("pushes", "== side]", "== frames.shape[2]]", "A whole side: the one along"),
    ("pushes", "steps.append(0)\n    e", "e", "the run that was going on was forgotten"),
    ("hand", "found & ~true, true & ~found", "true & ~found, found & ~true", "were exchanged"),
    ("hand", "found & ~true, true & ~found", "found, true", "That is the whole box"),
    ("hand", "my_j = my_tp / (", "my_j = 2 * my_tp / (my_tp + ", "That is Dice."),
    ("hand", "my_tp / (my_tp + my_fp + my_fn)", "my_tp / (my_tp + my_fn)", "true mask that was"),
    ("hand", "my_tp / (my_tp + my_fp + my_fn)", "my_tp / (my_tp + my_fp)", "mask that is true"),
    ("hand", "a, b =", "b, a =", EXCHANGED),
    ("hand", "a, b = {weights}", "a = b = 1", "That is J, without alpha and beta."),
    ("loss", "(a, b), s", "(b, a), s", EXCHANGED),
    ("loss", "np.mean(rest /", "1 - np.mean(rest /", "That is T."),
    (
        "loss",
        "(a, b), s, axes = {weights}, {smooth}",
        "(a, b), s, axes = {weights}, 0",
        "smoothing",
    ),
    ("loss", "rest / (", "1 - tp / (", "The smoothing is missing above the line."),
    ("loss", "(a, b), s, axes = {weights}", "(a, b), s, axes = (0.5, 0.5)", "That is Dice"),
    ("loss", "{pool!r}", "'each'", OTHER),
    ("loss", "{pool!r}", "'all'", OTHER),
    ("loss", "np.mean", "np.sum", "The sum over the masks was taken"),
    ("loss", "1 / (1 + np.exp(-logits))", "logits", "Are those logits?"),
    ("gradient", "(a, b), s", "(b, a), s", EXCHANGED),
    ("gradient", "return -slope", "return slope", "The sign: that is how T changes."),
    ("gradient", " * p * (1 - p) /", " /", "There is one step more to z."),
    ("gradient", "/ tp.size", "", "L is a mean over the masks"),
    ("gradient", "{pool!r}", "'each'", OTHER),
    ("gradient", "{pool!r}", "'all'", OTHER),
    ("gradient", "(a, b), s, axes = {weights}", "(a, b), s, axes = (0.5, 0.5)", "That is Dice"),
    ("gradient", "(tp + s) * (1 - b), -(tp + s) * a", "0, 0 * a", "quotient rule has two parts"),
    ("gradient", "-(tp + s) * a", "0 * a", "counts as well, as a false alarm"),
]
STUDENTS = [f"s{k}" for k in range(10)]


def right(student, **changed):
    """Return right answers for a student, some forms changed."""
    return {k: form.format(**own_card(NAME, student)) for k, form in (FORMS | changed).items()}


def reached(student, task, answers, **options):
    """Return the points and the exam of one task."""
    points, exams = marked(NAME, student, answers, only=task, **options)
    return points[task], exams[task]


def test_the_reference_has_full_marks():
    points, exams = marked(NAME)
    assert points == MOST
    assert not any(map(causes, exams.values()))


@pytest.mark.parametrize("student", STUDENTS)
def test_right_answers_in_another_form_have_full_marks(student):
    assert marked(NAME, student, right(student))[0] == MOST


def test_a_blank_answer_has_no_points():
    points, _ = marked(NAME, "s1", blank=True)
    assert points == dict.fromkeys(MOST, 0.0)


def test_a_neighbours_paste_loses_more_than_half():
    kept = []
    for student, neighbour in zip(STUDENTS, STUDENTS[1:] + STUDENTS[:1], strict=True):
        kept.append(sum(marked(NAME, student, right(neighbour))[0].values()))
    assert max(kept) < FULL / 2, kept
    assert np.mean(kept) < FULL / 4


def test_visible_tests_alone_tell_a_neighbours_paste():
    assert marked(NAME, "s3", right("s3"), visible=True)[0] == MOST
    assert sum(marked(NAME, "s3", right("s4"), visible=True)[0].values()) < FULL / 2


@pytest.mark.parametrize(
    ("old", "new", "most"),
    [(" if sum(steps[a : b + 2]) == side", "", 4.5), (" if min(gaps) < 8 else 0", "", 5.0)],
)
def test_a_half_right_detector_has_a_part(old, new, most):
    assert old in FORMS["pushes"]
    for student in STUDENTS[:2]:
        form = FORMS["pushes"].replace(old, new)
        points, _ = reached(student, "test_pushes", right(student, pushes=form))
        assert 0.3 < points <= most


def test_a_detector_that_sees_nothing_is_no_better_than_none():
    code = "def my_pushes(frames):\n    return []\n"
    points, exam = reached("s1", "test_pushes", {"pushes": code})
    assert points < 1
    assert any("The baseline has 0." in one["said"] for one in exam.results)


def test_nudging_every_pixel_takes_too_long():
    nudged = """
def my_tversky_gradient(logits, truth):
    out = np.zeros(logits.shape)
    for place in np.ndindex(*logits.shape):
        push = np.zeros(logits.shape)
        push[place] = 1e-5
        up, down = (my_tversky_loss(logits + one, truth) for one in (push, -push))
        out[place] = (up - down) / 2e-5
    return out
"""
    answers = right("s1") | {"gradient": nudged}
    _, exam = reached("s1", "test_gradient", answers, visible=True)
    failed = {one["title"]: one["error"] for one in exam.results if one["share"] < 1}
    assert failed == {"Two whole frames in five seconds": "TimeUp"}


@pytest.mark.parametrize("pool", ["of each mask", "once"])
def test_logits_are_told_at_once(pool):
    student = next(s for s in STUDENTS if own_card(NAME, s)["pool"].startswith(pool))
    form = FORMS["loss"].replace("1 / (1 + np.exp(-logits))", "logits")
    answers = right(student, loss=form)
    _, exam = reached(student, "test_loss", answers, visible=True)
    assert any("Are those logits?" in cause for cause in causes(exam))


@pytest.mark.parametrize("found", ["[3, 5]", "[(1, 2, 3)]", "['ab']", "7"])
def test_what_is_no_list_of_pairs_is_told(found):
    code = f"def my_pushes(frames):\n    return {found}\n"
    _, exam = reached("s1", "test_pushes", {"pushes": code})
    assert any("a list of pairs of whole numbers" in one["said"] for one in exam.results)


@pytest.mark.parametrize(("task", "old", "new", "named"), SLIPS)
def test_slips_are_named(task, old, new, named):
    form = FORMS[task]
    assert old in form
    assert any(named in cause for cause in _found(task, form.replace(old, new), named))


def _found(task, form, named):
    found = set()
    for student in STUDENTS:
        with np.errstate(all="ignore"):
            answers = right(student, **{task: form})
            _, exam = reached(student, f"test_{task}", answers)
        found |= causes(exam)
        if any(named in cause for cause in found):
            break
    return found
