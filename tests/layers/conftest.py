import pytest


@pytest.fixture
def floatx():
    """Set Keras's float type for one test."""
    import keras

    before, policy = keras.config.floatx(), keras.config.dtype_policy()  # made of it when asked for
    yield keras.config.set_floatx
    keras.config.set_floatx(before)
    keras.config.set_dtype_policy(policy)


@pytest.fixture(params=["graph", "xla"])
def compiled(request):
    """A function as a graph of TensorFlow, or compiled by XLA."""
    import tensorflow as tf

    return tf.function(jit_compile=request.param == "xla")
