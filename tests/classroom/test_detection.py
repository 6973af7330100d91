"""The assignment "detection": right answers pass, slips are named, a neighbour's paste fails."""

import numpy as np
import pytest

from tests.classroom.cells import marked, own_card

NAME = "detection"
MOST = {"test_by_hand": 4.0, "test_gradient": 10.0, "test_matrix": 8.0}

# right for any card, in other forms than the source's; a slip is a replacement in one of them
FORMS = {
    "by_hand": """
def my_giou_by_hand():
    (a, b, c, d), (e, f, g, h) = {box}, {thing}
    w, k = g - a, max(d, h) - min(b, f)
    u = (c - a) * (d - b) + (g - e) * (h - f)
    x1 = -(-(d - b) * w * k + u * k) / (w * k) ** 2
    return np.array([u, w * k, u / (w * k) - 1, -(d - b) / (w * k), x1]).round(4)
""",
    "gradient_of_giou": """
def my_giou_gradient(predicted, things):
    order, out = {order}, []
    for one, other in zip(predicted, things, strict=True):
        p, t = dict(zip(order, one)), dict(zip(order, other))
        w = min(p["x2"], t["x2"]) - max(p["x1"], t["x1"])
        h = min(p["y2"], t["y2"]) - max(p["y1"], t["y1"])
        if w <= 0 or h <= 0:
            w = h = 0
        wide = max(p["x2"], t["x2"]) - min(p["x1"], t["x1"])
        high = max(p["y2"], t["y2"]) - min(p["y1"], t["y1"])
        own_w, own_h = p["x2"] - p["x1"], p["y2"] - p["y1"]
        inside, hull = w * h, wide * high
        union = own_w * own_h + (t["x2"] - t["x1"]) * (t["y2"] - t["y1"]) - inside
        row = []
        for edge in order:
            sign = 1 if edge[1] == "2" else -1
            lies_in = sign * (t[edge] - p[edge]) >= 0
            lies_out = sign * (p[edge] - t[edge]) >= 0
            d_box = sign * (own_h if edge[0] == "x" else own_w)
            d_in = sign * (h if edge[0] == "x" else w) * lies_in
            d_hull = sign * (high if edge[0] == "x" else wide) * lies_out
            d_union = d_box - d_in
            giou = (d_in * union - inside * d_union) / union**2
            giou += (d_union * hull - union * d_hull) / hull**2
            row.append(-giou)
        out.append(row)
    return {weight} * np.array(out) / {parts}
""",
    "matrix_nms": """
def my_matrix_nms(found, scores, labels):
    f = {f}
    count, new = len(scores), np.array(scores, float)
    order = sorted(range(count), key=lambda k: (-scores[k], k))
    most, v = dict(), np.zeros((0, 0))
    if count:
        v = boxes.iou(found, found)
    for at, j in enumerate(order):
        rivals = [i for i in order[:at] if {alone} is False or labels[i] == labels[j]]
        most[j] = max([v[i, j] for i in rivals], default=0)
        factors = [f(v[i, j]) / f(most[i]) for i in rivals if f(most[i]) > 0]
        new[j] = scores[j] * min(factors, default=1)
    new[new < {least}] = 0
    return new
""",
}


def answers(student, *slips, name=None):
    """Return the answers with this student's numbers, one of them with slips in it."""
    card = own_card(NAME, student)
    linear = card["decay"] == "linear"
    sigma = card["decay"].rsplit(" ", 1)[-1]
    settings = {
        **{key: card[key] for key in ("box", "thing", "order", "weight", "least")},
        "parts": "1" if card["over"] == "sum" else "len(predicted)",
        "f": "lambda v: 1 - v" if linear else f"lambda v: np.exp(-v * v / {sigma})",
        "alone": "same" in card["rivals"],
    }
    forms = {key: form.format(**settings) for key, form in FORMS.items()}
    for old, new in slips:
        assert old in forms[name], old
        forms[name] = forms[name].replace(old, new)
    return forms


def said(exam, *, hidden):
    return {one["cause"] for one in exam.results if one["cause"] and one["hidden"] == hidden}


def named(found, beginning):
    return any(one.startswith(beginning) for one in found)


def whose(**wanted):
    """Return a student whose card has these numbers."""
    for k in range(400):
        card = own_card(NAME, f"student {k}")
        if all(wants(card[key]) for key, wants in wanted.items()):
            return f"student {k}"
    raise LookupError(wanted)


def test_the_source_gets_all_points():
    assert marked(NAME)[0] == MOST


def test_a_blank_gets_none():
    assert marked(NAME, blank=True)[0] == dict.fromkeys(MOST, 0.0)


@pytest.mark.parametrize("student", ["reference", "alice", "bob", "carol", "dave", "eve", "s1042"])
def test_right_answers_in_other_forms_get_all_points(student):
    assert marked(NAME, student, answers(student))[0] == MOST


def test_linear_decay_gets_all_points():
    student = whose(decay="linear".__eq__)
    assert marked(NAME, student, answers(student))[0] == MOST


@pytest.mark.parametrize("student", ["alice", "bob", "carol", "dave", "eve"])
def test_a_neighbours_answers_lose_more_than_half_and_fail_at_once(student):
    paste = answers("reference")
    assert sum(marked(NAME, student, paste)[0].values()) < sum(MOST.values()) / 2
    visible = marked(NAME, student, paste, visible=True)[0]
    assert all(visible[name] < most for name, most in MOST.items())


def test_each_task_has_many_numbers():
    cards = [own_card(NAME, f"student {k}") for k in range(60)]
    for names in (("box", "thing"), ("order",), ("over", "weight"), ("decay", "rivals", "least")):
        assert len({tuple(card[name] for name in names) for card in cards}) >= 6


def test_by_hand_has_no_slope_of_nought_and_shows_no_answer():
    for k in range(300):
        (a, b, c, d), (e, f, g, h) = (own_card(NAME, f"hand {k}")[key] for key in ("box", "thing"))
        union, wide = (c - a) * (d - b) + (g - e) * (h - f), g - a
        assert e > c
        assert union != (d - b) * wide
    told = "def my_giou_by_hand():\n    return [1, 2, 3, 4, 5]"
    exam = marked(NAME, "alice", {"by_hand": told}, only="test_by_hand", visible=True)[1]
    said_of_it = [one["said"] for one in exam["test_by_hand"].results if one["share"] < 1]
    assert len(said_of_it) == 3
    assert all("expected: True" in one for one in said_of_it)


HANDS = {
    "sign": (("-(d - b) / (w * k), x1", "(d - b) / (w * k), -x1"), "That is the slope of GIoU."),
    "hull": (("max(d, h) - min(b, f)", "d - b"), "The hull is as high as the box alone."),
    "loss": (("u / (w * k) - 1,", "2 - u / (w * k),"), "That is the loss, 1 - GIoU."),
    "still": (("x1 = -(", "x1 = (d - b) / (w * k); _ = -("), "The hull was held still."),
    "flat": (("-(d - b) / (w * k), x1", "0, 0"), "That is the slope of the IoU's loss"),
}


@pytest.mark.parametrize("slip", HANDS)
def test_slips_of_the_hand_are_named(slip):
    pair, cause = HANDS[slip]
    student = whose(
        box=lambda box: True,
        thing=lambda thing: thing[3] - thing[1] == 5,  # higher than the box
    )
    paste = answers(student, pair, name="by_hand")
    points, exams = marked(NAME, student, paste, only="test_by_hand")
    assert named(said(exams["test_by_hand"], hidden=True), cause)
    assert points["test_by_hand"] < 3.6


GRADIENTS = {
    "iou": (("giou += (", "_ = ("), "That is the gradient of 1 - IoU", 3),
    "sign": (("row.append(-giou)", "row.append(giou)"), "That is the gradient of GIoU itself.", 0),
    "hull": (("wide) * lies_out", "wide) * 0"), "The hull is held still.", 3),
    "edges": (("wide) * lies_out", "wide)"), "All four edges move the hull.", 3),
    "apart": (("w = h = 0", "pass"), "Boxes that are apart share nothing", 6),
    "union": (("d_box - d_in", "d_box"), "What is shared is taken off the union", 5),
    "ties": (
        (("lies_in = sign * (t[edge] - p[edge]) >= 0", "lies_in = sign * (t[edge] - p[edge]) > 0")),
        "",
        9,
    ),
}


@pytest.mark.parametrize("slip", GRADIENTS)
@pytest.mark.parametrize("student", ["reference", "alice"])
def test_slips_of_the_gradient_are_named_at_once(student, slip):
    pair, cause, most = GRADIENTS[slip]
    paste = answers(student, pair, name="gradient_of_giou")
    points, exams = marked(NAME, student, paste, only="test_gradient")
    assert not cause or named(said(exams["test_gradient"], hidden=False), cause)
    assert points["test_gradient"] <= most


def test_ties_for_the_thing_are_named():
    pair = (") >= 0", ") > 0")
    paste = answers("bob", pair, name="gradient_of_giou")
    points, exams = marked(NAME, "bob", paste, only="test_gradient")
    for hidden in (False, True):
        assert named(said(exams["test_gradient"], hidden=hidden), "Where two edges lie on each")
    assert 5 < points["test_gradient"] < 9


@pytest.mark.parametrize("over", ["sum", "mean"])
def test_sum_and_mean_are_told_apart(over):
    student = whose(over=over.__eq__)
    swap = ("/ 1", "/ len(predicted)") if over == "sum" else ("/ len(predicted)", "/ 1")
    _, exams = marked(
        NAME, student, answers(student, swap, name="gradient_of_giou"), only="test_gradient"
    )
    assert named(said(exams["test_gradient"], hidden=False), "That is the ")
    assert named(said(exams["test_gradient"], hidden=True), "Sum and mean")


def test_a_missing_weight_is_named():
    card = own_card(NAME, "alice")
    slip = (f"return {card['weight']} *", "return 1 *")
    exams = marked(
        NAME, "alice", answers("alice", slip, name="gradient_of_giou"), only="test_gradient"
    )[1]
    assert named(said(exams["test_gradient"], hidden=False), "The weight of your card")


def test_pushing_edges_is_not_enough():
    pushed = """
def my_giou_gradient(predicted, things):
    order, names = {order}, ["x1", "y1", "x2", "y2"]
    at = [order.index(name) for name in names]
    out = np.zeros(predicted.shape)
    for k in range(4):
        push = np.zeros(4)
        push[k] = 1e-5
        up, down = (
            boxes.giou((predicted + d)[:, at], things[:, at]).diagonal() for d in (push, -push)
        )
        out[:, k] = (down - up) / 2e-5
    return {weight} * out / {parts}
"""
    card = own_card(NAME, "alice")
    parts = "1" if card["over"] == "sum" else "len(predicted)"
    paste = {
        "gradient_of_giou": pushed.format(order=card["order"], weight=card["weight"], parts=parts)
    }
    exams = marked(NAME, "alice", paste, only="test_gradient")[1]
    failed = {one["title"] for one in exams["test_gradient"].results if one["share"] < 1}
    assert failed == {
        "two edges upon each other",
        "all of them at once",
        "edges that lie on edges",
        "boxes that only touch",
    }


SCORES = {
    "asis": (("new[j] = scores[j] * min", "_ = scores[j] * min"), "Nothing has been lowered.", 2),
    "undone": (("/ f(most[i]) for", "for"), "The second, itself a copy, has its full say", 5),
    "index": (("key=lambda k: (-scores[k], k)", "key=None"), "An earlier box is taken for", 5),
    "sorted": (("return new", "return new[order]"), "The new scores came by falling score", 6),
    "kept": (("new[new <", "new[new < 0 *"), "Scores below the least have to become 0.", 7),
    "tie": (("new[new <", "new[new <="), "Only a score below the least becomes 0", 8),
    "factor": (("scores[j] * min", "min"), "That is the decay, and not the new score.", 2),
}


@pytest.mark.parametrize("slip", SCORES)
@pytest.mark.parametrize("student", ["reference", "carol"])
def test_slips_of_matrix_nms_are_named_at_once(student, slip):
    pair, cause, most = SCORES[slip]
    paste = answers(student, pair, name="matrix_nms")
    points, exams = marked(NAME, student, paste, only="test_matrix")
    found = said(exams["test_matrix"], hidden=False)
    assert named(found, cause)
    assert points["test_matrix"] < most


def test_a_product_is_named_with_and_without_the_division():
    product = ("min(factors, default=1)", "np.prod(factors)")
    for slips, hidden in (((product, SCORES["undone"][0]), False), ((product,), True)):
        paste = answers("carol", *slips, name="matrix_nms")
        exam = marked(NAME, "carol", paste, only="test_matrix")[1]["test_matrix"]
        assert named(said(exam, hidden=hidden), "The factors were multiplied.")
        assert named(said(exam, hidden=False), "The factors were multiplied.")


@pytest.mark.parametrize("alone", [True, False])
def test_who_competes_is_named(alone):
    student = whose(rivals=lambda rivals: ("same" in rivals) == alone)
    swap = (f"{alone} is False", f"{not alone} is False")
    paste = answers(student, swap, name="matrix_nms")
    points, exams = marked(NAME, student, paste, only="test_matrix")
    assert named(said(exams["test_matrix"], hidden=False), "On your card,")
    assert named(said(exams["test_matrix"], hidden=True), "The wrong boxes compete")
    assert points["test_matrix"] < 6


def test_a_linear_decay_is_told_of_no_sigma():
    student = whose(decay="linear".__eq__)
    slips = (
        ("lambda v: 1 - v", "lambda v: v"),
        (" / f(most[i]) for i in rivals if f(most[i]) > 0", " for i in rivals"),
    )
    paste = answers(student, *slips, name="matrix_nms")
    found = said(marked(NAME, student, paste, only="test_matrix")[1]["test_matrix"], hidden=False)
    assert named(found, "f is not your f: it has to be small")
    assert not named(found, "sigma")


def test_sigma_as_a_factor_and_a_missing_square_are_named():
    student = whose(decay=lambda decay: decay.endswith("0.3"))
    for old, new, cause in (
        ("-v * v / 0.3", "-v * v * 0.3", "sigma divides the square of the IoU"),
        ("-v * v / 0.3", "-v / 0.3", "f is not your f"),
    ):
        paste = answers(student, (old, new), name="matrix_nms")
        _, exams = marked(NAME, student, paste, only="test_matrix")
        assert named(said(exams["test_matrix"], hidden=False), cause)


@pytest.mark.parametrize("odd", ["3", "'far'", "[[1], [2, 3]]", "(0, 0, 0, 0, 0)", "np.nan", "{}"])
def test_odd_answers_stop_nothing(odd):
    names = {
        "by_hand": "my_giou_by_hand()",
        "gradient_of_giou": "my_giou_gradient(*a)",
        "matrix_nms": "my_matrix_nms(*a)",
    }
    paste = {key: f"def {head}:\n    return {odd}" for key, head in names.items()}
    assert sum(marked(NAME, answers=paste)[0].values()) <= 0.6


def test_the_gradient_is_that_of_the_library():
    names = ["x1", "y1", "x2", "y2"]
    from vidlearn import boxes

    rng, space = np.random.default_rng(5), {"np": np}
    corner = rng.uniform(0, 12, (2, 40, 2))
    pair = np.concatenate([corner, corner + rng.uniform(2, 9, (2, 40, 2))], axis=2)
    card = own_card(NAME, "alice")
    order = card["order"]
    exec(answers("alice")["gradient_of_giou"], space)
    columns = [names.index(name) for name in order]
    came = space["my_giou_gradient"](pair[0][:, columns], pair[1][:, columns])
    for k in range(4):
        push = np.zeros(4)
        push[k] = 1e-5
        up, down = (boxes.giou(pair[0] + d, pair[1]).diagonal() for d in (push, -push))
        slope = card["weight"] * (down - up) / 2e-5 / (40 if card["over"] == "mean" else 1)
        np.testing.assert_allclose(came[:, order.index(names[k])], slope, atol=1e-7)
