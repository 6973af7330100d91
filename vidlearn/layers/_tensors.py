"""What comes in, as tensors; and the precision it is computed in.

A compiled function cannot look at the numbers, so that only shapes and options are checked: NaN in
a box makes its result NaN, NaN in a map may spoil all boxes of its picture. Boxes are computed in
float32 at least, whatever the precision of the model: float16 leaves out every odd coordinate
above 2048.
"""


def as_tensor(x):
    from keras import KerasTensor, ops

    return x if isinstance(x, KerasTensor) else ops.convert_to_tensor(x)


def floating(x):
    """Return the dtype of x, or that of Keras where x is of integers."""
    from keras import backend, config

    dtype = backend.standardize_dtype(x.dtype)
    return dtype if "float" in dtype else config.floatx()


def precise(*tensors):
    """Return the dtype of boxes; on JAX, Keras's own rule would make float32 of float64."""
    from keras import backend

    dtypes = {backend.standardize_dtype(x.dtype) for x in tensors}
    return "float64" if "float64" in dtypes else "float32"
