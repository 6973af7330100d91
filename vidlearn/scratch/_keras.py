"""What Keras calls otherwise: an error that meets a name of Keras's says what it is called here."""

import functools
import inspect
import sys

from .callbacks import Callback
from .layer import Layer
from .network import Network
from .optimizers import Optimizer

OPTIONS = {
    "strides": "stride",
    "pool_size": "size",
    "dilation_rate": "dilation",
    "epsilon": "eps",
    "clipnorm": "clip_norm",
    "clipvalue": "clip_value",
    "global_clipnorm": "global_clip_norm",
    "validation_data": "validation",
    "go_backwards": "reverse",
    "initial_learning_rate": "rate",
    "restore_best_weights": "restore_best",
    "alpha": "negative_slope",
    "num_heads": "heads",
    "attention_mask": "mask",
    "use_causal_mask": "causal",
}
NAMES = {
    "BatchNormalization": "BatchNorm",
    "LayerNormalization": "LayerNorm",
    "MaxPooling2D": "MaxPool2D",
    "MaxPooling3D": "MaxPool3D",
    "AveragePooling2D": "AvgPool2D",
    "AveragePooling3D": "AvgPool3D",
    "GlobalAveragePooling2D": "GlobalAvgPool2D",
    "GlobalAveragePooling3D": "GlobalAvgPool3D",
    "GlobalMaxPooling2D": "GlobalMaxPool2D",
    "GlobalMaxPooling3D": "GlobalMaxPool3D",
    "Sequential": "Network",
    "Model": "Network",
    "ExponentialDecay": "exponential_decay",
    "CosineDecay": "cosine_decay",
    "PiecewiseConstantDecay": "piecewise_constant",
    "SparseCategoricalCrossentropy": "softmax_cross_entropy_forward",
    "CategoricalCrossentropy": "softmax_cross_entropy_forward",
    "BinaryCrossentropy": "sigmoid_cross_entropy_forward",
    "MeanSquaredError": "mse_forward",
    "Attention": "attention_forward",
    "PositionEmbedding": "Positions",
    "SinePositionEncoding": 'Positions("sinusoidal")',
    "ReLU": 'Activation("relu")',
    "LeakyReLU": 'Activation("leaky_relu")',
    "Softmax": 'Activation("softmax")',
    "Input": "input_shape of Network",
}


def knows_keras(thing):
    """Return a function or class whose error about an option of Keras's names our own.

    Parameters
    ----------
    thing : callable
        A class is changed itself, a function wrapped. Its name, signature and source stay.

    Returns
    -------
    callable
    """
    if inspect.isclass(thing):
        ours = issubclass(thing, Layer | Network | Optimizer | Callback)
        if ours and thing.__init__ is not object.__init__:
            thing.__init__ = _wrapped(thing.__init__, thing)
        return thing
    if not set(inspect.signature(thing).parameters) & set(OPTIONS.values()):
        return thing
    wrapped = _wrapped(thing, thing)
    setattr(sys.modules[thing.__module__], thing.__name__, wrapped)  # pickle looks it up there
    return wrapped


def _wrapped(function, shown):
    @functools.wraps(function)
    def call(*arguments, **options):
        try:
            return function(*arguments, **options)
        except TypeError as error:
            takes = inspect.signature(function).parameters
            theirs = [o for o in options if o not in takes and OPTIONS.get(o) in takes]
            if not theirs:
                raise
            told = " and ".join(f"{name} is called {OPTIONS[name]} here" for name in theirs)
            raise TypeError(f"{shown.__name__}: {told}, otherwise than in Keras.") from error

    return call


def missing(name):
    """Return the error about a name that this package has not.

    Parameters
    ----------
    name : str

    Returns
    -------
    AttributeError
    """
    mend = f" It is called {NAMES[name]} here, otherwise than in Keras." if name in NAMES else ""
    return AttributeError(f"module 'vidlearn.scratch' has no attribute {name!r}.{mend}")
