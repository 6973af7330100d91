"""Convolution: by hand, fast against loops, gradients, and what is turned away."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidlearn import scratch
from vidlearn.scratch import check_gradients, conv_output_size, filter2d

DIAGONALS = np.array([[1.0, 0, 1], [0, 1, 0], [1, 0, 1]])
COUNTING = np.arange(1.0, 10).reshape(3, 3)

CASES = {
    "1d": (1, (7,), (3,), {}),
    "1d-causal": (1, (7,), (3,), {"padding": ((4, 0),), "dilation": 2}),
    "1d-stride": (1, (9,), (4,), {"stride": 3, "padding": "same"}),
    "2d": (2, (5, 4), (3, 2), {}),
    "2d-one-tap": (2, (3, 4), (1, 1), {}),
    "2d-same-even": (2, (5, 6), (2, 4), {"padding": "same"}),
    "2d-same-stride": (2, (7, 6), (3, 2), {"padding": "same", "stride": (2, 3)}),
    "2d-wide-padding": (2, (3, 4), (2, 3), {"padding": ((3, 1), 4)}),
    "2d-mixed-padding": (2, (5, 4), (3, 2), {"padding": ("same", (0, 1))}),
    "2d-dilation": (2, (8, 7), (2, 3), {"dilation": (3, 2), "padding": 1}),
    "2d-stride-dilation": (2, (9, 8), (3, 2), {"stride": (2, 3), "dilation": (2, 3)}),
    "2d-stride-skips": (2, (8, 9), (2, 1), {"stride": (3, 4)}),
    "3d": (3, (4, 3, 5), (2, 3, 1), {}),
    "3d-all": (3, (5, 4, 6), (2, 3, 2), {"stride": (2, 1, 3), "padding": "same", "dilation": 2}),
}
each_case = pytest.mark.parametrize(
    ("axes", "sizes", "kernel", "options"), CASES.values(), ids=CASES
)
each_form = pytest.mark.parametrize("naive", [False, True], ids=["fast", "naive"])


def operations(axes, naive=False):
    names = (f"conv{axes}d_forward", f"conv{axes}d_backward")
    return [getattr(scratch, name + "_naive" * naive) for name in names]


def draw(sizes, kernel, channels=3, filters=4, batch=2, dtype=np.float64):
    rng = np.random.default_rng(7)
    shapes = [(batch, *sizes, channels), (*kernel, channels, filters), (filters,)]
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


@each_form
def test_cross_correlation_by_hand(naive):
    forward, _ = operations(2, naive)
    x, w = DIAGONALS[None, :, :, None], COUNTING[:, :, None, None]
    # Both diagonals of the kernel: 1 + 3 + 5 + 7 + 9.
    assert forward(x, w)[0].ravel() == [25]
    # Top left: the window holds the centre 5 on x[0, 0] and the corner 9 on x[1, 1].
    same = [[5 + 9, 4 + 6 + 8, 5 + 7], [2 + 6 + 8, 25, 2 + 4 + 8], [3 + 5, 2 + 4 + 6, 1 + 5]]
    assert same == [[14, 18, 12], [16, 25, 14], [8, 12, 6]]
    np.testing.assert_array_equal(forward(x, w, padding="same")[0][0, :, :, 0], same)


@each_form
def test_convolution_by_hand(naive):
    forward, _ = operations(2, naive)
    flipped = COUNTING[::-1, ::-1, None, None]
    out, _ = forward(DIAGONALS[None, :, :, None], flipped, padding="same")
    np.testing.assert_array_equal(out[0, :, :, 0], [[6, 12, 8], [14, 25, 16], [12, 18, 14]])


@each_form
def test_backward_by_hand(naive):
    forward, backward = operations(1, naive)
    x = np.array([1.0, 2, 3]).reshape(1, 3, 1)
    w = np.array([10.0, 20]).reshape(2, 1, 1)
    out, cache = forward(x, w, np.array([5.0]), padding=((1, 0),))
    sums = [20 * 1, 10 * 1 + 20 * 2, 10 * 2 + 20 * 3]
    np.testing.assert_array_equal(out.ravel(), [s + 5 for s in sums])
    dx, dw, db = backward(np.array([1.0, 0.1, 0.01]).reshape(1, 3, 1), cache)
    # x[0] is read by out[0] through the second tap and by out[1] through the first.
    np.testing.assert_allclose(dx.ravel(), [20 * 1 + 10 * 0.1, 20 * 0.1 + 10 * 0.01, 20 * 0.01])
    np.testing.assert_allclose(dw.ravel(), [0 * 1 + 1 * 0.1 + 2 * 0.01, 1 * 1 + 2 * 0.1 + 3 * 0.01])
    np.testing.assert_allclose(db, [1.11])


def assert_fast_equals_naive(axes, arrays, options):
    results = []
    for forward, backward in (operations(axes), operations(axes, naive=True)):
        out, cache = forward(*arrays, **options)
        dout = np.random.default_rng(1).normal(size=out.shape)
        results.append((out, *backward(dout, cache)))
    for fast, naive in zip(*results, strict=True):
        np.testing.assert_allclose(fast, naive, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("channels", [2, 9], ids=["few", "many"])
@each_case
def test_fast_equals_naive(axes, sizes, kernel, options, channels):
    assert_fast_equals_naive(axes, draw(sizes, kernel, channels), options)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(
    ("axes", "sizes", "channels"),
    [(1, (5000,), 2), (2, (33, 47), 9), (3, (6, 17, 19), 1)],
    ids=["1d", "2d", "3d"],
)
def test_fast_equals_naive_across_tiles(axes, sizes, channels, stride, monkeypatch):
    monkeypatch.setattr("vidlearn.scratch._im2col.BUFFER", 0)
    arrays = draw(sizes, (3,) * axes, channels, filters=2, batch=3 - (axes == 3))
    assert_fast_equals_naive(axes, arrays, {"padding": "same", "stride": stride})


@each_form
@each_case
def test_conv_gradients(axes, sizes, kernel, options, naive):
    forward, backward = operations(axes, naive)
    channels, filters = (2, 1) if naive else (9, 2)
    arrays = draw(sizes, kernel, channels, filters, batch=1 if naive else 2)
    assert max(check_gradients(partial(forward, **options), backward, *arrays)) < 1e-7


MUTANTS = {
    "kernel not flipped in dx": lambda dx, dw, db: (dx[:, ::-1], dw, db),
    "dx shifted by one": lambda dx, dw, db: (np.roll(dx, 1, axis=2), dw, db),
    "dw flipped": lambda dx, dw, db: (dx, dw[::-1, ::-1], db),
    "dw averaged over the batch": lambda dx, dw, db: (dx, dw / 2, db),
    "filters of db swapped": lambda dx, dw, db: (dx, dw, db[::-1]),
}


@pytest.mark.parametrize("spoil", MUTANTS.values(), ids=MUTANTS)
def test_gradient_check_rejects_mutants(spoil):
    forward, backward = operations(2)
    spoilt = check_gradients(forward, lambda d, c: spoil(*backward(d, c)), *draw((5, 4), (3, 2)))
    assert max(spoilt) > 1e-2


@each_form
def test_without_bias(naive):
    forward, backward = operations(2, naive)
    x, w, b = draw((4, 5), (2, 3))
    out, cache = forward(x, w)
    np.testing.assert_allclose(out + b, forward(x, w, b)[0])
    assert backward(out, cache)[2] is None


@each_form
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_keep_the_dtype_of_x(dtype, naive):
    forward, backward = operations(2, naive)
    x, w, b = draw((4, 5), (2, 3))
    out, cache = forward(x.astype(dtype), w, b, stride=2)
    gradients = backward(np.ones(out.shape), cache)
    assert [a.dtype for a in (out, *gradients)] == [dtype] * 4


def test_arguments_are_left_alone():
    x, w, b = draw((4, 5), (2, 3))
    copies = x.copy(), w.copy(), b.copy()
    out, cache = scratch.conv2d_forward(x, w, b, padding=1)
    scratch.conv2d_backward(out, cache)
    for array, copy in zip((x, w, b), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_an_empty_batch():
    x, w, b = draw((4, 5), (2, 3))
    out, cache = scratch.conv2d_forward(x[:0], w, b)
    assert out.shape == (0, 3, 3, 4)
    dx, dw, db = scratch.conv2d_backward(out, cache)
    assert dx.shape == (0, 4, 5, 3)
    assert not dw.any()
    assert not db.any()


def test_views_of_any_memory_order():
    x, w, b = draw((4, 6), (2, 3))
    views = x[:, ::-1, ::2], w.swapaxes(0, 1).copy().swapaxes(0, 1), b
    copies = [np.ascontiguousarray(view) for view in views]
    np.testing.assert_array_equal(
        scratch.conv2d_forward(*views)[0], scratch.conv2d_forward(*copies)[0]
    )


def test_output_size_by_hand():
    assert conv_output_size(5, 3) == 3
    assert conv_output_size(5, 3, stride=2) == 2
    assert conv_output_size(6, 3, stride=2) == 2  # the last entry is left over
    assert conv_output_size(5, 3, padding=((0, 1),)) == 4
    assert conv_output_size(7, 3, dilation=3) == 1  # taps at 0, 3, 6
    assert conv_output_size(10, 4, stride=3, padding="same") == 4


@given(
    size=st.integers(1, 40),
    kernel=st.integers(1, 8),
    stride=st.integers(1, 6),
    padding=st.one_of(
        st.integers(0, 9),
        st.tuples(st.tuples(st.integers(0, 9), st.integers(0, 9))),
        st.just("same"),
    ),
    dilation=st.integers(1, 4),
)
def test_output_size_counts_the_windows(size, kernel, stride, padding, dilation):
    options = {"stride": stride, "dilation": dilation}
    if padding == "same":
        outputs = len(range(0, size, stride))
    else:
        before, after = padding[0] if isinstance(padding, tuple) else (padding, padding)
        reach = dilation * (kernel - 1)  # from the first to the last tap
        outputs = len(range(-before, size + after - reach, stride))
    if outputs == 0:
        with pytest.raises(ValueError, match="kernel must fit"):
            conv_output_size(size, kernel, padding=padding, **options)
        return
    assert conv_output_size(size, kernel, padding=padding, **options) == outputs
    x, w = np.ones((1, size, 1)), np.ones((kernel, 1, 1))
    out, _ = scratch.conv1d_forward(x, w, padding=padding, **options)
    assert out.shape == (1, outputs, 1)


def test_filter2d_by_hand():
    frame = np.array([[0, 0, 9], [0, 0, 9], [0, 0, 9]], np.uint8)
    sobel = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    out = filter2d(frame, sobel)
    assert out.dtype == np.float32
    # Outside the frame is 0: the step up to 9 counts, and at the right edge the step down.
    np.testing.assert_array_equal(out, [[0, 27, 0], [0, 36, 0], [0, 27, 0]])
    np.testing.assert_array_equal(filter2d(frame, sobel, padding="valid"), [[36]])


def test_filter2d_takes_colours_one_by_one():
    frame = np.random.default_rng(0).normal(size=(5, 4, 3))
    kernel = np.random.default_rng(1).normal(size=(3, 2))
    out = filter2d(frame, kernel)
    assert out.shape == (5, 4, 3)
    assert out.dtype == np.float64
    for c in range(3):
        np.testing.assert_allclose(out[..., c], filter2d(frame[..., c], kernel))


X, W, B = draw((5, 4), (3, 2))
BAD = {
    "x without batch": ((X[0], W), {}, r"x must have 4 axes \(N, H, W, C\).*\(5, 4, 3\).*x\[None"),
    "x without pixels": ((X[:, :0], W), {}, "none of them empty"),
    "w of one channel": ((X, W[..., 0]), {}, r"w must have 4 axes \(KH, KW, C, F\)"),
    "other channels": ((X[..., :2], W), {}, "same number of channels C.* 2.* 3"),
    "other filters": ((X, W, B[:3]), {}, r"b must have one entry for each of the 4 .*\(3,\)"),
    "stride 0": ((X, W), {"stride": 0}, "stride must be an int of at least 1.*stride=0"),
    "stride too long": ((X, W), {"stride": (1, 1, 1)}, "for each of the 2 axes"),
    "stride 1.5": ((X, W), {"stride": 1.5}, "stride must be an int.*stride=1.5"),
    "dilation 0": ((X, W), {"dilation": (1, 0)}, r"dilation must be .*dilation=\(1, 0\)"),
    "padding full": ((X, W), {"padding": "full"}, '"valid" or "same".*padding=\'full\''),
    "padding -1": ((X, W), {"padding": -1}, "padding must be whole numbers"),
    "padding of 3 axes": ((X, W), {"padding": (1, 1, 1)}, "one entry for each of the 2 axes"),
    "padding triple": ((X, W), {"padding": ((1, 1, 1), 0)}, "a pair"),
    "padding None": ((X, W), {"padding": None}, "padding must be"),
    "kernel too large": ((X, W), {"dilation": 3}, "spans 7, on an axis of 5.*smaller kernel"),
}


@each_form
@pytest.mark.parametrize(("arrays", "options", "message"), BAD.values(), ids=BAD)
def test_conv_rejects_what_does_not_fit(arrays, options, message, naive):
    forward, _ = operations(2, naive)
    with pytest.raises(ValueError, match=message):
        forward(*arrays, **options)


def test_conv_rejects_whole_numbers():
    with pytest.raises(TypeError, match=r"floating point; received uint8.*astype"):
        scratch.conv2d_forward(np.zeros((1, 5, 4, 3), np.uint8), W)


@each_form
def test_backward_rejects_another_shape(naive):
    forward, backward = operations(2, naive)
    out, cache = forward(X, W)
    with pytest.raises(ValueError, match=r"shape of out, \(2, 3, 3, 4\); received \(2, 3, 3, 3\)"):
        backward(out[..., :3], cache)


def test_output_size_rejects_nonsense():
    with pytest.raises(ValueError, match="kernel must fit"):
        conv_output_size(3, 5)
    with pytest.raises(ValueError, match="size must be an int of at least 1; received size=0"):
        conv_output_size(0, 1)


def test_filter2d_rejects_clips():
    with pytest.raises(ValueError, match=r"frame \(2, 4, 5, 3\).*one by one"):
        filter2d(np.zeros((2, 4, 5, 3)), np.ones((3, 3)))
