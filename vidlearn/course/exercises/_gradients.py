"""Keras code of an answer at work: its value, its gradients, and whether it can be compiled."""

import re

import numpy as np

from vidlearn.messages import text


def with_gradients(function, values, constants):
    """Call a loss as a training step does, and once with symbols in place of numbers.

    Parameters
    ----------
    function : callable
        Takes tensors and returns a tensor.
    values : sequence of array_like
        The first arguments, by which the gradients are taken.
    constants : sequence of array_like
        The others.

    Returns
    -------
    tuple or None
        The loss, and the gradient by each of `values`; arrays. None where nothing is returned.

    Raises
    ------
    Exception
        What the function raises, also where it cannot be compiled.
    """
    import keras

    values, constants = ([np.asarray(x, "float32") for x in each] for each in (values, constants))
    found = function(*map(keras.ops.convert_to_tensor, [*values, *constants]))
    if found is None or found is Ellipsis:
        return None
    compiled(function, [*values, *constants])
    return np.asarray(keras.ops.convert_to_numpy(found)), *_gradients(function, values, constants)


def compiled(function, arrays):
    """Call a function as a compiler does, before there are numbers, for any number of pictures."""
    import keras

    class Compiled(keras.layers.Layer):
        def call(self, *tensors):
            return function(*tensors)

    symbols = [keras.KerasTensor((None, *x.shape[1:]), "float32") for x in arrays]
    try:
        Compiled(dtype="float32")(*symbols)
    except Exception as error:
        lines = re.sub(r"\x1b\[\d*m", "", str(error)).partition("Arguments received by")[0]
        reason = lines.rpartition("Error encountered:")[2].strip().splitlines()[0]
        said = text("check")["not_compiled"].format(error=reason)
        raise TypeError(said).with_traceback(error.__traceback__) from None


def _gradients(function, values, constants):
    """Take one step of plain gradient descent at a rate of 1: what changes is the gradient."""
    import keras

    class Step(keras.Model):
        def __init__(self):
            super().__init__(dtype="float32")
            self.held = [self.add_weight(shape=x.shape, initializer="zeros") for x in values]
            self.set_weights(values)

        def call(self, x):
            return x

        def compute_loss(self, *args, **options):
            tensors = [keras.ops.convert_to_tensor(x) for x in self.held]
            loss = function(*tensors, *map(keras.ops.convert_to_tensor, constants))
            return keras.ops.sum(loss) + 0 * sum(keras.ops.sum(x) for x in tensors)

    step = Step()
    step.compile(keras.optimizers.SGD(1.0), run_eagerly=True)
    step.train_on_batch(np.zeros((1, 1), "float32"), np.zeros((1, 1), "float32"))
    return [before - after for before, after in zip(values, step.get_weights(), strict=True)]
