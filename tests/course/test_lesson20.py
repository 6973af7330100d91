"""Answers to lesson 20 as learners write them: right ones in other words, and near misses."""

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.course import check, use
from vidlearn.course.checks import grade
from vidlearn.course.exercises import get
from vidlearn.course.exercises.lesson20.attending import (
    attend,
    attend_backward,
    attend_cases,
    backward_cases,
)
from vidlearn.course.exercises.lesson20.heads import heads, heads_cases
from vidlearn.course.exercises.lesson20.looks import SIZES, heard, share_of_looks

# Forwards -----------------------------------------------------------------------------------


def attend_query_by_query(q, k, v, mask):
    out, weights = np.zeros((len(q), v.shape[1])), np.zeros((len(q), len(k)))
    for t, query in enumerate(q):
        seen = np.flatnonzero(mask[t])
        scores = np.array([query.dot(key) for key in k[seen]]) / len(query) ** 0.5
        powers = np.exp(scores - max(scores))
        weights[t, seen] = powers / sum(powers)
        out[t] = sum(w * value for w, value in zip(weights[t], v, strict=True))
    return out, weights


def attend_with_large_negatives(q, k, v, mask):
    scores = np.einsum("td,sd->ts", q, k) * q.shape[-1] ** -0.5
    scores[~mask] = -1e30
    weights = np.exp(scores - np.max(scores, -1)[:, None])
    weights = weights / weights.sum(-1)[:, None]
    return [weights.dot(v), weights]


def attend_with_an_added_mask(q, k, v, mask):
    added = np.zeros(mask.shape)
    added[np.logical_not(mask)] = -np.inf
    scores = np.matmul(q / np.sqrt(q.shape[1]), k.T) + added
    return (w := scratch_softmax(scores)) @ v, w


def scratch_softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def attend_hidden_in_the_powers(q, k, v, mask):
    scores = q @ k.T / np.sqrt(k.shape[1])
    powers = np.exp(scores - np.where(mask, scores, -np.inf).max(1, keepdims=True)) * mask
    weights = powers / powers.sum(axis=1, keepdims=True)
    return weights @ v, weights


def attend_shared_again(q, k, v, mask):
    left = scratch_softmax(q @ k.T / np.sqrt(q.shape[1])) * mask
    weights = left / left.sum(axis=1, keepdims=True)
    return weights @ v, weights


@pytest.mark.parametrize(
    "answer",
    [
        attend,
        attend_query_by_query,
        attend_with_large_negatives,
        attend_with_an_added_mask,
    ],
)
def test_attention_in_other_words_is_right(answer):
    assert grade(get("attend"), answer).status == "right"


@pytest.mark.parametrize("answer", [attend_shared_again, attend_hidden_in_the_powers])
def test_hiding_late_leaves_nothing_where_a_hidden_score_is_large(answer):
    result = grade(get("attend"), answer)
    assert (result.status, result.misconception) == ("wrong", "shared-again")


def test_nothing_times_infinity_is_said_so():
    def by_product(q, k, v, mask):
        weights = scratch_softmax(q @ k.T / np.sqrt(q.shape[1]) + ~mask * -np.inf)
        return weights @ v, weights

    assert grade(get("attend"), by_product).misconception == "zero-times-inf"


@pytest.mark.parametrize("low", [-100, -1e4])
def test_a_low_score_is_no_mask(low):
    def low_in_place_of_nothing(q, k, v, mask):
        weights = scratch_softmax(np.where(mask, q @ k.T / np.sqrt(q.shape[1]), low))
        return weights @ v, weights

    result = grade(get("attend"), low_in_place_of_nothing)
    assert (result.status, result.misconception) == ("wrong", "mask-hundred")


@pytest.mark.parametrize("name", ["attend", "attend-backward", "heads"])
@pytest.mark.filterwarnings("ignore")
def test_what_the_library_stands_in_with_is_no_answer(name):
    exercise = get(name)

    def empty(*args):
        return None

    empty.__name__ = exercise.stub
    handed = use(name, empty)
    assert not handed.yours

    def answer(*args):
        return handed(*args)

    answer.__name__ = exercise.stub
    result = check(name, answer)
    assert result.status == "not_yet"
    assert "the library's own" in repr(result)


@pytest.mark.parametrize("case", range(7))
def test_attention_of_the_lesson_is_the_librarys(case):
    q, k, v, mask = attend_cases()[case]
    out, cache = scratch.attention_forward(q, k, v, mask=mask)
    ours, weights = attend(q, k, v, mask)
    np.testing.assert_allclose(ours, out, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(weights, cache.weights, rtol=1e-12, atol=1e-13)


def test_attention_by_hand():
    out, weights = attend(*attend_cases()[0])
    np.testing.assert_allclose(16 * weights[0], [1, 1, 2, 4, 4, 2, 1, 1])
    np.testing.assert_allclose(out, [[(2 * 4 + 4 * 8 + 4 * 8 + 2 * 4) / 16]])
    q, k, v, mask = attend_cases()[0]
    mask[:, 4:] = False
    np.testing.assert_allclose(attend(q, k, v, mask)[0], [[(2 * 4 + 4 * 8) / 8]])
    wrong, _ = get("attend").mistakes["mask-after"](q, k, v, mask)
    np.testing.assert_allclose(wrong, [[2.5]])


@pytest.mark.filterwarnings("ignore")
def test_a_mask_turned_and_added_is_wrong():
    def turned(q, k, v, mask):
        return attend_with_an_added_mask(q, k, v, ~mask)

    def unscaled_and_over_queries(q, k, v, mask):
        scores = np.where(mask, q @ k.T, -np.inf)
        powers = np.exp(scores - scores.max(axis=0))
        weights = powers / powers.sum(axis=0)
        return weights @ v, weights

    for answer in (turned, unscaled_and_over_queries):
        assert grade(get("attend"), answer).status == "wrong"


# Backwards ----------------------------------------------------------------------------------


def backward_row_by_row(dout, q, k, v, weights):
    dq, dk, dv = np.zeros_like(q), np.zeros_like(k), np.zeros_like(v)
    for t, w in enumerate(weights):
        jacobian = np.diag(w) - np.outer(w, w)
        ds = jacobian @ (v @ dout[t]) * q.shape[1] ** -0.5
        dq[t] = ds @ k
        dk += np.outer(ds, q[t])
        dv += np.outer(w, dout[t])
    return [dq, dk, dv]


def backward_by_what_came_out(dout, q, k, v, weights):
    mean = np.sum(dout * (weights @ v), axis=1)[:, None]
    ds = weights * (dout @ v.T - mean) / np.sqrt(q.shape[1])
    return ds @ k, (q.T @ ds).T, np.einsum("ts,te->se", weights, dout)


@pytest.mark.parametrize(
    "answer", [attend_backward, backward_row_by_row, backward_by_what_came_out]
)
def test_the_way_back_in_other_words_is_right(answer):
    assert grade(get("attend-backward"), answer).status == "right"


@pytest.mark.parametrize("case", range(4))
def test_the_way_back_is_the_librarys(case):
    dout, q, k, v, weights = backward_cases()[case]
    cache = scratch.attention_forward(q, k, v)[1]._replace(weights=weights)
    expected = scratch.attention_backward(dout, cache)
    for ours, theirs in zip(attend_backward(dout, q, k, v, weights), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13)


def back_with(scores, *, dq=True, dk=True, turned=True):
    """The way back with another softmax, and with the root in some of the results only."""

    def answer(dout, q, k, v, weights):
        ds, root = scores(weights, dout @ v.T), np.sqrt(q.shape[1])
        mixed = (weights.T if turned else weights) @ dout
        return ds @ k / (root if dq else 1), ds.T @ q / (root if dk else 1), mixed

    return answer


def less_row(w, dw):
    return w * (dw - np.sum(w * dw, axis=1, keepdims=True))


def each_alone(w, dw):
    return w * (1 - w) * dw


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (back_with(each_alone, dk=False), "alone-and-root-in-queries-only"),
        (back_with(each_alone, dq=False), "alone-and-root-in-keys-only"),
        (back_with(less_row, dk=False, turned=False), "values-and-root-in-queries-only"),
        (back_with(less_row, turned=False), "values-not-turned"),
        (back_with(lambda w, dw: w * (dw - (w * dw).sum(1))), "no-keepdims"),
        (back_with(lambda w, dw: w * (dw - np.mean(w * dw, 1)[:, None])), "mean-in-place-of-sum"),
        (back_with(lambda w, dw: w * dw - (w * dw).sum(1, keepdims=True)), "brackets"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_half_mended_way_back_is_told_what_is_left(answer, name):
    result = grade(get("attend-backward"), answer)
    assert (result.status, result.misconception) == ("wrong", name)


# Heads --------------------------------------------------------------------------------------


def heads_one_after_another(q, k, v, count):
    from keras import ops

    width = q.shape[-1] // count
    found = []
    for h in range(count):
        a, b, c = (x[..., h * width : (h + 1) * width] for x in (q, k, v))
        scores = ops.einsum("ntd,nsd->nts", a, b) / width**0.5
        found.append(ops.matmul(ops.softmax(scores), c))
    return ops.concatenate(found, axis=-1)


def heads_by_einsum(q, k, v, count):
    from keras import ops

    q, k, v = (ops.reshape(x, (-1, x.shape[1], count, x.shape[2] // count)) for x in (q, k, v))
    scores = ops.einsum("nthd,nshd->nhts", q, k) * q.shape[-1] ** -0.5
    out = ops.einsum("nhts,nshd->nthd", ops.softmax(scores, axis=-1), v)
    return ops.reshape(out, (-1, out.shape[1], count * out.shape[3]))


def heads_packaged(q, k, v, count):
    from keras import ops

    q, k, v = (ops.reshape(x, (-1, x.shape[1], count, x.shape[2] // count)) for x in (q, k, v))
    out = ops.dot_product_attention(q, k, v)
    return ops.reshape(out, (-1, out.shape[1], count * out.shape[3]))


@pytest.mark.parametrize(
    "answer", [heads, heads_one_after_another, heads_by_einsum, heads_packaged]
)
@pytest.mark.filterwarnings("ignore")
def test_heads_in_other_words_are_right(answer):
    assert grade(get("heads"), answer).status == "right"


@pytest.mark.parametrize("case", range(4))
@pytest.mark.filterwarnings("ignore")
def test_heads_are_the_librarys(case):
    q, k, v, count = heads_cases()[case]

    def split(x):
        return x.reshape(*x.shape[:2], count, -1).swapaxes(1, 2)

    out, _ = scratch.attention_forward(split(q), split(k), split(v))
    expected = out.swapaxes(1, 2).reshape(len(q), q.shape[1], -1)
    np.testing.assert_allclose(np.asarray(heads(q, k, v, count)), expected, rtol=1e-4, atol=1e-5)


def heads_of(shape, ops):
    def answer(q, k, v, count):
        def split(x):
            clips, steps, width = shape(x)
            x = ops.reshape(x, (clips, steps, count, width // count))
            return ops.transpose(x, (0, 2, 1, 3))

        q, k, v = split(q), split(k), split(v)
        scores = ops.matmul(q, ops.transpose(k, (0, 1, 3, 2))) / q.shape[-1] ** 0.5
        out = ops.transpose(ops.matmul(softmax(scores), v), (0, 2, 1, 3))
        clips, steps, _, width = shape(out)
        return ops.reshape(out, (clips, steps, count * width))

    softmax = getattr(ops, "softmax", None) or ops.nn.softmax
    return answer


@pytest.mark.filterwarnings("ignore")
def test_heads_are_judged_as_a_network_takes_them():
    import tensorflow as tf
    from keras import ops

    def known(x):
        return -1, *x.shape[1:]

    for answer, name in {
        heads_of(known, ops): None,
        heads_of(ops.shape, ops): "number-of-clips",
        heads_of(lambda x: x.shape, ops): "number-of-clips",
        heads_of(lambda x: (len(x), *x.shape[1:]), ops): "not-keras-ops",
        heads_of(known, tf): "not-keras-ops",
    }.items():
        result = grade(get("heads"), answer)
        assert (result.status, result.misconception) == ("wrong" if name else "right", name)


@pytest.mark.filterwarnings("ignore")
def test_heads_and_their_weights_are_told_apart():
    result = grade(get("heads"), lambda *given: (heads(*given), given[0]))
    assert result.status == "wrong"
    assert "stopped with an error" not in repr(result)


@pytest.mark.filterwarnings("ignore")
def test_a_layer_that_does_it_all_is_no_answer():
    def with_plain_weights(q, k, v, count):
        from keras import layers

        width = q.shape[-1]
        layer = layers.MultiHeadAttention(count, width // count)
        layer(q, v, key=k)
        one, none = np.eye(width).reshape(width, count, -1), np.zeros((count, width // count))
        layer.set_weights([one, none] * 3 + [np.eye(width).reshape(count, -1, width), none.ravel()])
        return layer(q, v, key=k)

    q, k, v, count = heads_cases()[1]
    np.testing.assert_allclose(with_plain_weights(q, k, v, count), heads(q, k, v, count), rtol=1e-4)
    result = grade(get("heads"), with_plain_weights)
    assert (result.status, result.misconception) == ("wrong", "packaged")


# The challenge ------------------------------------------------------------------------------


def divided(moments, places):
    when, where = np.divmod(np.arange(moments * places), places)
    return (when[:, None] == when) | (where[:, None] == where)


def hub(moments, places):
    mask = np.zeros((moments * places,) * 2, bool)
    mask[0] = mask[:, 0] = True
    return mask


def test_the_challenge_as_the_lesson_tells_it():
    everybody = share_of_looks(lambda m, p: np.ones((m * p, m * p), bool))
    assert everybody == 1
    assert share_of_looks(divided) == 0.25
    assert share_of_looks(hub) < 0.03
    assert get("looks").bar == 0.08
    count = max(m * p for m, p in SIZES)
    assert count == 288


def test_news_by_hand():
    chain = np.eye(4, k=1, dtype=bool)  # each looks at the next
    reach = heard(chain).astype(int)
    np.testing.assert_array_equal(reach, [[1, 1, 1, 0], [0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 0, 1]])
    np.testing.assert_array_equal(heard(chain, blocks=3)[0], [True] * 4)


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (lambda m, p: np.eye(m * p, dtype=bool), "out of touch after two blocks: token 0"),
        (lambda m, p: (divided(m, p), 2), "Return one mask"),
        (lambda m, p: np.ones((m, p), bool), r"return a mask of shape \(72, 72\)"),
        (lambda m, p: np.ones((m * p, m * p)), "of bool, True where one may look"),
    ],
    ids=["deaf", "two", "shape", "numbers"],
)
def test_the_challenge_rejects(mask, words):
    with pytest.raises(ValueError, match=words):
        share_of_looks(mask)
