import pytest


@pytest.fixture
def floatx():
    """Set Keras's float type for one test."""
    import keras

    before = keras.config.floatx()
    yield keras.config.set_floatx
    keras.config.set_floatx(before)


@pytest.fixture(params=["graph", "xla"])
def compiled(request):
    """A function as a graph of TensorFlow, or compiled by XLA."""
    import tensorflow as tf

    return tf.function(jit_compile=request.param == "xla")
