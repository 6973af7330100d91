"""Products in pieces are whole products, whatever the sizes and the order of the memory."""

import numpy as np
import pytest

from tests.scratch.networks import draw
from vidlearn.scratch._im2col import ALONE, SMALL, multiply

SIZES = {  # rows, inner, columns
    "one core": (40, 9, 16),
    "in pieces": (2048, 9, 16),
    "in pieces and a rest": (515, 144, 32),
    "a product of two rows and long sums": (9, 40_000, 16),
    "several cores": (2048, 144, 32),
    "no rows": (0, 9, 16),
}


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_multiply_is_the_product(sizes, order, dtype):
    rows, inner, columns = sizes
    a, b = draw(rows, inner).astype(dtype, order=order), draw(inner, columns, seed=2).astype(dtype)
    out = multiply(a, b)
    assert out.dtype == dtype
    tolerance = np.finfo(dtype).eps * inner
    np.testing.assert_allclose(out, a @ b, rtol=tolerance, atol=10 * tolerance)
    room = np.full((rows + 2, columns), 7, dtype)
    assert np.shares_memory(multiply(a, b, out=room[:rows]), room) == (rows > 0)
    np.testing.assert_array_equal(room, [*out, *np.full((2, columns), 7)])


def test_the_sizes_are_on_both_sides_of_the_limits():
    work = [rows * inner * columns for rows, inner, columns in SIZES.values()]
    assert min(work) < ALONE < sorted(work)[2] < SMALL < max(work)
