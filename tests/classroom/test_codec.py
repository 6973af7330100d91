"""Values as bytes and back, and bytes that somebody made up."""

import contextlib
import io
import json
import struct

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vidlearn.classroom import codec

NUMBERS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
ARRAYS = hnp.arrays(
    st.sampled_from([np.float64, np.float32, np.int64, np.uint8, np.bool_, np.complex128]),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
    elements={"allow_nan": False},
)
VALUES = st.recursive(
    NUMBERS | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=12,
)


def same(a, b):
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and a == b


@hypothesis.given(VALUES)
def test_what_is_packed_comes_back(value):
    assert same(value, codec.unpack(codec.pack(value)))


@hypothesis.given(VALUES, st.data())
def test_what_is_damaged_is_refused_or_another_value_and_never_more(value, data):
    packed = bytearray(codec.pack(value))
    place = data.draw(st.integers(0, len(packed) - 1))
    packed[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ValueError):
        codec.unpack(bytes(packed))


@hypothesis.given(st.binary(max_size=200))
def test_made_up_bytes_are_refused_or_a_value(data):
    with contextlib.suppress(ValueError):
        codec.unpack(data)


def made_up(plain, rest=b""):
    text = json.dumps(plain).encode()
    return struct.pack("<Q", len(text)) + text + rest


@pytest.mark.parametrize(
    "data",
    [
        b"",
        struct.pack("<Q", 2**63),
        made_up({"array": ["|O", [1], False]}, b"12345678"),
        made_up({"array": ["<f8", [10**9, 10**9], False]}, b"1"),
        made_up({"array": ["<f8", [-1, -1], False]}, b"12345678"),
        made_up({"array": ["<f8", [1.5], False]}, b"12345678"),
        made_up({"array": ["<f8", [0] * 40, False]}),
        made_up({"array": ["V8", [1], False]}, b"12345678"),
        made_up({"array": ["<f8", [1], False]}, b"1234567890"),
        made_up({"int": "one"}),
        made_up({"float": "0x"}),
        made_up({"set": []}),
        made_up({"int": "1", "float": "1"}),
        made_up([1]),
        made_up(json.loads("[" * 40 + "]" * 40)),
    ],
    ids=str,
)
def test_rejects_bytes_that_are_no_value(data):
    with pytest.raises(ValueError, match="not a value"):
        codec.unpack(data)


class Tensor:
    def __array__(self, dtype=None, copy=None):
        return np.arange(3.0)


class Stubborn:
    def __array__(self, dtype=None, copy=None):
        raise RuntimeError


def test_what_cannot_cross_says_what_it_is():
    deep = []
    deep.append(deep)
    found = codec.unpack(codec.pack({"a": object(), "b": Stubborn(), "c": print, "d": deep}))
    assert [repr(found[key]) for key in "abc"] == [
        "<object>",
        "<Stubborn>",
        "<builtin_function_or_method>",
    ]
    assert codec.unpack(codec.pack(np.array([None, 1]))).kind == "ndarray"


def test_tensors_and_numbers_of_numpy_cross_by_hand():
    assert same(codec.unpack(codec.pack(Tensor())), np.arange(3.0))
    found = codec.unpack(codec.pack((np.float32(0.5), np.bool_(True), np.int8(3))))
    assert found == (0.5, True, 3)
    assert [type(one) for one in found] == [np.float32, bool, np.int8]


def test_messages_follow_each_other_on_a_stream():
    stream = io.BytesIO()
    codec.write(stream, {"a": np.ones(3)})
    codec.write(stream, "end")
    stream.seek(0)
    assert same(codec.read(stream), {"a": np.ones(3)})
    assert codec.read(stream) == "end"
    with pytest.raises(EOFError):
        codec.read(stream)


def test_rejects_a_message_that_is_too_long():
    with pytest.raises(ValueError, match="is the most"):
        codec.read(io.BytesIO(struct.pack("<Q", codec.MOST + 1)))
    with pytest.raises(EOFError):
        codec.read(io.BytesIO(struct.pack("<Q", 10) + b"12345"))
