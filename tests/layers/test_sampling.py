"""Drawing boxes: how many, of what kind, of each picture by itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.layers.tools import numbers
from vidlearn import boxes as by_numpy
from vidlearn import layers


def drawn(assigned, seed=0, **options):
    import keras

    found = layers.sample(assigned, seed=keras.random.SeedGenerator(seed), **options)
    return [numbers(x) for x in found]


@given(
    arrays(np.int32, (3, 12), elements=st.integers(-2, 2)),
    st.integers(1, 14),
    st.sampled_from([0, 0.25, 0.5, 1]),
)
def test_as_many_of_each_kind_as_numpy_draws(assigned, count, share):
    chosen, valid = drawn(assigned, count=count, share=share)
    assert chosen.shape == valid.shape == (3, min(count, 12))
    for own, one, real in zip(assigned, chosen, valid, strict=True):
        positive, negative = by_numpy.sample(own, count=count, share=share, rng=0)
        kinds = own[one[real]]
        assert len(set(one)) == len(one)
        assert (kinds[: len(positive)] >= 0).all()
        assert (kinds[len(positive) :] == -1).all()
        assert len(kinds) == len(positive) + len(negative)


def test_every_box_has_the_same_chance():
    assigned = np.tile([0, 1, -1, 2, -1, -2, 0, -1, -1, -1], (4000, 1))
    chosen, valid = drawn(assigned, count=5, share=0.4)
    assert valid.all()
    shares = np.bincount(chosen.ravel(), minlength=10) / 4000
    wanted = np.where(assigned[0] >= 0, 2 / 4, np.where(assigned[0] == -1, 3 / 5, 0))
    np.testing.assert_allclose(shares, wanted, atol=0.04)


def test_pictures_and_steps_draw_on_their_own():
    import keras

    assigned = np.full((2, 50), -1)
    seed = keras.random.SeedGenerator(3)
    first, second = (numbers(layers.sample(assigned, count=9, seed=seed)[0]) for _ in range(2))
    assert (first[0] != first[1]).any()
    assert (first != second).any()
    assert (drawn(assigned, 3, count=9)[0] == first).all()


@pytest.mark.parametrize("share", [0.25, 1])
def test_the_number_of_boxes_may_be_unknown_when_it_is_compiled(share):
    tf = pytest.importorskip("tensorflow")
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip("compiled by TensorFlow")
    seed = keras.random.SeedGenerator(2)

    @tf.function(input_signature=[tf.TensorSpec((None, None), "int32")])
    def step(assigned):
        return layers.sample(assigned, count=8, share=share, seed=seed)

    for size in (3, 30):
        own = np.resize(np.int32([-1, 4, -2]), (2, size))
        chosen, valid = (x.numpy() for x in step(own))
        assert chosen.shape == valid.shape == (2, 8)
        assert chosen.max() < size  # what fills up may be fetched as well
        kinds = np.take_along_axis(own, chosen, axis=1)
        assert (kinds[valid] >= -1).all()
        assert (valid.sum(axis=1) == min(8, 2 * size // 3)).all()
        assert ((kinds >= 0) & valid).sum(axis=1).max() == min(int(8 * share), size // 3)


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((7,), {}, r"assigned must be \(N, A\).*Received shape \(7,\)"),
        ((2, 7), {"count": 2.5}, "count must be a whole number above 0. Received: 2.5"),
        ((2, 7), {"share": 25}, "share must be 0 to 1. Received: 25"),
    ],
)
def test_sample_rejects(shape, options, message):
    with pytest.raises(ValueError, match=message):
        drawn(np.zeros(shape, "int32"), **options)
