"""The assignment "training": right answers pass, slips are named, a neighbour's paste fails."""

import numpy as np
import pytest

from tests.classroom.cells import causes, code_cells, marked, own_card

NAME, FULL = "training", 19.0  # without the network, which is marked below
TASKS = ("test_hand", "test_loss", "test_norm", "test_back")

# right for any card, in other forms than the source's; a slip is a replacement in one of them
FORMS = {
    "hand": """
x, y, z = {graph}
m = max(y, z)
back = (x - y) * m - m * y
back += (x - y) * y if y > z else 0
my_graph = ((x - y) * m * y, y * m, back, 0 if y > z else (x - y) * y)
""",
    "loss": """
def my_loss(logits, labels):
    T, e, d = {heat}, {smooth}, {doubt}
    n, k = logits.shape
    z = logits / T
    top = z.max(1, keepdims=True)
    log_p = z - top - np.log(np.exp(z - top).sum(1, keepdims=True))
    p = np.exp(log_p)
    q = np.eye(k)[labels] * (1 - e) + e / k
    dlog_p, dp = -q + d * p, d * log_p                          # two ways into the loss
    back = dlog_p + p * dp                                      # now through p = exp(log p)
    dz = back - p * back.sum(1, keepdims=True)                  # through log softmax
    return (-(q * log_p) + d * p * log_p).sum() / n, dz / n / T
""",
    "norm": """
def groups_of(x):
    c = np.arange(x.shape[3])
    return c * {groups} // len(c) if {ways!r}.startswith("neigh") else c % {groups}

def my_root(s, n):
    kind, e = {spread!r}, {inside}
    if "+ e" in kind:
        return np.sqrt(s / (n - 1) + e), np.sqrt(s / (n - 1) + e) * (n - 1)
    n = n if "S / n" in kind else n - 1
    return np.sqrt(s / n) + e, np.sqrt(s / n) * n

def my_group_norm(x, gamma, beta):
    out = np.empty(x.shape)
    for picture, result in zip(x, out):
        for which in range({groups}):
            mine = groups_of(x) == which
            part = picture[..., mine]
            around = part - part.mean()
            root = my_root((around**2).sum(), part.size)[0]
            result[..., mine] = gamma[mine] * around / root + beta[mine]
    return out
""",
    "back": """
def my_group_norm_backward(dout, x, gamma):
    dx, dgamma = np.empty(x.shape), np.zeros(x.shape[3])
    for k in range(len(x)):
        for which in range({groups}):
            mine = groups_of(x) == which
            part, g = x[k][..., mine], (dout[k] * gamma)[..., mine]
            around = part - part.mean()
            root, slope = my_root((around**2).sum(), part.size)
            through = around * (g * around).sum() / root**2 / slope
            dx[k][..., mine] = g / root - g.mean() / root - through
            dgamma[mine] += (dout[k][..., mine] * around / root).sum((0, 1))
    return dx, dgamma, dout.sum((0, 1, 2))
""",
}
FORMS["back"] = FORMS["norm"].split("def my_group_norm(")[0] + FORMS["back"]
PACKAGED = """
def my_predict(x_train, y_train, x_test):
    digits = load_digits()
    known = digits.images.reshape(-1, 64)[::3] / 16 * 0.85
    parts = np.lib.stride_tricks.sliding_window_view(x_test[..., 0], (8, 8), axis=(1, 2))
    said = []
    for part in parts.reshape(len(x_test), -1, 64):
        near = (part @ known.T - (known**2).sum(1) / 2).max(0)
        said.append(digits.target[::3][near.argmax()])
    return said
"""
WAY = '{ways!r}.startswith("neigh")'
SLIPS = [
    ("hand", "- m * y\n", "\n", "The arrow through the difference is missing"),
    ("hand", "(x - y) * m - m * y", "(x - y) * m", "Only the arrow of the last product"),
    ("hand", "- m * y\n", "+ m * y\n", "its gradient changes the sign"),
    ("hand", "if y > z else 0", "if y < z else 0", "Which one is it here?"),
    ("loss", "dz / n / T", "dz / n", "the gradient feels it, too"),
    ("loss", "dz / n / T", "dz / T", "and so is its gradient"),
    ("loss", ".sum() / n, dz / n", ".sum(), dz", "not a sum"),
    ("loss", "{heat}", "1", "The temperature is missing"),
    ("loss", "np.eye(k)[labels] * (1 - e) + e / k",
     "np.where(np.eye(k)[labels] > 0, 1 - e, e / (k - 1))", "the right one too"),
    ("loss", "{smooth}", "0", "The labels were not smoothed"),
    ("loss", "{doubt}", "-{doubt}", "Doubt is rewarded"),
    ("loss", "{doubt}", "0", "There is no reward for doubt"),
    ("loss", "-q + d * p, d * log_p", "-q, 0", "its part of the gradient is missing"),
    ("norm", WAY, "not " + WAY, "put into other groups"),
    ("norm", "{spread!r}", "'S / n'", "S / n, plus e"),
    ("norm", "{spread!r}", "'+ e'", "(S / (n - 1) + e)"),
    ("norm", "(n - 1) + e), np", "n + e), np", "under the root, and S divided by n"),
    ("norm", "gamma[mine] * around / root + beta[mine]", "around / root", "Gamma and beta are"),
    ("norm", "{groups}", "x.shape[3]", "channel by channel"),
    ("norm", "mine = groups_of(x) == which", "mine = np.full(x.shape[3], True)", "all channels"),
    ("norm", "in zip(x, out):", "in [(x, out)]:", "each picture stands for itself"),
    ("back", "- g.mean() / root", "", "if the mean were a constant"),
    ("back", "- through", "", "if the spread were a constant"),
    ("back", "- g.mean() / root - through", "", "taken for constants"),
    ("back", "(dout[k] * gamma)", "dout[k]", "Gamma is missing in dx"),
    ("back", "* around / root).sum((0, 1))", "* part).sum((0, 1))", "In dgamma the normalised x"),
    ("back", WAY, "not " + WAY, "put into other groups"),
    ("back", "{spread!r}", "'S / n'", "This fits another spread (the root of S / n, plus e)"),
]  # fmt: skip
STUDENTS = [f"s{k}" for k in range(12)]


def right(student, **changed):
    """Return right answers for a student, some forms changed."""
    own = own_card(NAME, student)
    return {k: form.format(**own) for k, form in (FORMS | changed).items()}


def test_the_reference_has_full_marks():
    points, exams = marked(NAME, only=TASKS)
    assert sum(points.values()) == FULL
    assert not any(map(causes, exams.values()))


@pytest.mark.parametrize("student", STUDENTS[:6])
def test_right_answers_in_another_form_have_full_marks(student):
    assert sum(marked(NAME, student, right(student), only=TASKS)[0].values()) == FULL


def test_a_blank_answer_has_no_points():
    points, _ = marked(NAME, "s1", blank=True)
    assert points == dict.fromkeys(points, 0.0)
    assert len(points) == 5


def test_a_neighbours_paste_loses_more_than_half():
    reached = []
    for student, neighbour in zip(STUDENTS, STUDENTS[1:] + STUDENTS[:1], strict=True):
        reached.append(sum(marked(NAME, student, right(neighbour), only=TASKS)[0].values()))
    assert max(reached) < FULL / 2
    assert np.mean(reached) < FULL / 5


def test_visible_tests_alone_tell_a_neighbours_paste():
    assert sum(marked(NAME, "s3", right("s4"), visible=True, only=TASKS)[0].values()) < FULL / 2
    assert sum(marked(NAME, "s3", right("s3"), visible=True, only=TASKS)[0].values()) == FULL


def test_a_half_right_answer_has_a_part():
    still = FORMS["back"].replace("- through", "")
    points, _ = marked(NAME, "s2", right("s2", back=still), only=TASKS)
    assert 0 < points["test_back"] < 5
    assert sum(points.values()) > FULL - 5


@pytest.mark.parametrize(("task", "old", "new", "named"), SLIPS)
def test_slips_are_named(task, old, new, named):
    form, found = FORMS[task], set()
    assert old in form
    for student in STUDENTS:
        answers = right(student, **{task: form.replace(old, new)})
        _, exams = marked(NAME, student, answers, only=f"test_{task}")
        found |= causes(exams[f"test_{task}"])
        if any(named in cause for cause in found):
            break
    assert any(named in cause for cause in found), found


def test_the_network_is_marked_above_a_linear_model():
    """Without training one: a machine that is right as often as it is told."""
    names = {"STUDENT": "reference"}
    for told, source in code_cells(NAME):
        if told["grade_id"] in ("setup", "card"):
            exec(source, names)
    truth, asked = {}, []
    number = names["card"]["belt"]
    for seeds, count, way in (([number, 2], 600, 1), ([number, 4, 2**41], 1000, -1)):
        fresh, labels = names["belt"](seeds, count, new=True)
        truth[fresh[0, 0, ::way].tobytes()] = labels

    def reads(share):
        def my_predict(x_train, y_train, x_test):
            labels = truth[x_test[0].tobytes()]
            right = np.arange(len(labels)) < share * len(labels)
            asked.append((x_train.shape, x_train.dtype, set(y_train)))
            return np.where(right, labels, (labels + 1) % 10)

        names["my_predict"] = my_predict
        source = next(
            source for told, source in code_cells(NAME) if told["grade_id"] == "test_reader"
        )
        exec(source, names)
        return float(names["exam"].points(6))

    assert [reads(share) for share in (0.1, 0.34, 0.5, 0.65, 0.85)] == [0.0, 1.5, 3.0, 4.5, 6.0]
    assert asked[0] == ((1500, 20, 20, 1), np.float32, set(range(10)))


def test_digits_from_elsewhere_do_not_read_the_other_belt():
    """Who compares with the whole packaged set learns nothing, and has the visible part alone."""
    points, exams = marked(NAME, answers={"reader": PACKAGED}, only="test_reader")
    visible, hidden = exams["test_reader"].results
    assert visible["share"] == 1
    assert hidden["share"] < 0.5
    assert points["test_reader"] < 3


def test_three_numbers_are_not_nothing():
    _, exams = marked(NAME, answers={"hand": "my_graph = [1, 2, 3]"}, only="test_hand")
    assert "3" in exams["test_hand"].results[0]["said"]


def test_a_forgotten_number_of_ones_own_is_told_at_once():
    for task, old, new in (
        ("loss", "T, e, d = {heat}, {smooth}, {doubt}", "T, e, d = heat, smooth, doubt"),
        ("norm", "range({groups})", "range(groups)"),
    ):
        answer = right("s1", **{task: FORMS[task].replace(old, new)})
        points, _ = marked(NAME, "s1", answer, visible=True, only=f"test_{task}")
        assert points[f"test_{task}"] == 0


def test_the_reference_network_has_full_marks():
    points, _ = marked(NAME, visible=True, only="test_reader")
    assert points == {"test_reader": 6.0}
