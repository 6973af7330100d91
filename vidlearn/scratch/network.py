"""A network: layers in a row, forward from the first to the last, backward in reverse."""

from collections.abc import Iterable
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from ._checks import FLOATS, as_array, check_floating, check_numbers, check_seed, is_int, plain
from ._files import read_arrays, write_arrays
from .layer import Layer, check_count


class NetworkCache(NamedTuple):
    """What `Network.backward` needs.

    Attributes
    ----------
    layers : list
        The cache of every layer, in order.
    mask : ndarray of bool, (N, T), or None
        Which steps of the output count, where the network reads masked sequences.
    """

    layers: list
    mask: np.ndarray | None


class Network:
    """Layers in a row, the output of each being the input of the next.

    Parameters
    ----------
    layers : list of Layer
        A layer that stands in it twice has one set of weights, used twice.
    input_shape : tuple of int
        Shape of one example, without the batch axis.
    seed : int
        Of the first weights and of random layers.
    dtype : dtype
        Of weights and results: float32, or float64 to check gradients.

    Raises
    ------
    TypeError
        If layers or dtype are something else.
    ValueError
        If a layer cannot take what the layer before gives; it says which layer.

    Examples
    --------
    >>> from vidlearn.scratch import Dense
    >>> network = Network([Dense(3, "relu"), Dense(2)], input_shape=(4,))
    >>> [p.shape for p in network.parameters]
    [(4, 3), (3,), (3, 2), (2,)]
    >>> network.predict(np.ones((5, 4), np.float32)).shape
    (5, 2)
    """

    def __init__(self, layers, *, input_shape, seed=0, dtype=np.float32):
        if isinstance(layers, Layer) or not isinstance(layers, Iterable):
            raise TypeError(f"layers must be a list of Layer objects; received {layers!r}.")
        self.layers, self.dtype = list(layers), _check_dtype(dtype)
        self.input_shape = _check_input_shape(input_shape)
        if not self.layers:
            raise ValueError("layers must hold at least one Layer; received none.")
        self.rng = np.random.default_rng(check_seed("seed", seed))
        self.shapes = []  # of the output of every layer, for one example
        x, mask = np.zeros((1, *self.input_shape), self.dtype), None
        for number, layer in enumerate(self.layers, 1):
            with _naming(number, layer, "x", x):
                self._build(layer, x)
                x, mask, _ = _run(layer, x, mask)
            self.shapes.append(x.shape[1:])
        self.masked = mask is not None  # whether some steps of the output may not count

    def forward(self, x, training=False):
        """Run x through all layers.

        Parameters
        ----------
        x : ndarray, (N, *input_shape)
            Floating point; taken in the network's dtype.
        training : bool
            Dropout and batch normalisation act otherwise while training.

        Returns
        -------
        out : ndarray, (N, ...)
        cache : NetworkCache
        """
        x, mask, caches = self.check_input(x), None, []
        for number, layer in enumerate(self.layers, 1):
            with _naming(number, layer, "x", x):
                x, mask, cache = _run(layer, x, mask, training, self.rng)
            caches.append(cache)
        return x, NetworkCache(caches, mask)

    def backward(self, dout, cache):
        """Run the gradient of the output back through all layers.

        Parameters
        ----------
        dout : ndarray, shape of out
            Gradient of the loss with respect to out.
        cache : NetworkCache

        Returns
        -------
        list of ndarray
            A gradient for each of `parameters`. Where a parameter was used twice, the sum.
        """
        if not isinstance(cache, NetworkCache) or len(cache.layers) != len(self.layers):
            raise TypeError(
                "cache must be what forward of this network returned with out; received "
                f"{type(cache).__name__}. Write out, cache = network.forward(x), and then "
                "network.backward(dout, cache)."
            )
        grads = {}
        for number in range(len(self.layers), 0, -1):
            layer = self.layers[number - 1]
            with _naming(number, layer, "dout", dout):
                dout, layer_grads = layer.backward(dout, cache.layers[number - 1])
            for name, grad in layer_grads.items():
                key = id(layer.params[name])
                grads[key] = grads[key] + grad if key in grads else grad
        return [grads[id(p)] for p in self.parameters]

    @property
    def parameters(self):
        """The arrays that training changes, each once, in the order of the layers."""
        return list({id(p): p for layer in self.layers for p in layer.params.values()}.values())

    def predict(self, x, batch_size=256):
        """Return the output for every x, some at a time to save memory.

        Parameters
        ----------
        x : ndarray, (N, *input_shape)
        batch_size : int

        Returns
        -------
        ndarray, (N, ...)
        """
        x = as_array("x", x)
        count = len(x) if x.ndim else 1
        starts = range(0, max(count, 1), check_count("batch_size", batch_size))
        batches = (x[i : i + batch_size] if x.ndim else x for i in starts)
        return np.concatenate([self.forward(batch)[0] for batch in batches])

    def count_parameters(self):
        """Return how many numbers training changes; a shared array counts once.

        Returns
        -------
        int
        """
        return sum(p.size for p in self.parameters)

    def summary(self):
        """Print every layer with the shape of its output and its parameters."""
        rows, seen = [("layer", "output", "parameters"), ("input", self.input_shape, "")], set()
        for layer, shape in zip(self.layers, self.shapes, strict=True):
            arrays = {id(p): p for p in layer.params.values()}
            shared = arrays.keys() and arrays.keys() <= seen
            count = sum(p.size for p in arrays.values())
            rows.append((layer, shape, "shared" if shared else f"{count:,}"))
            seen |= arrays.keys()
        rows.append(("together", "", f"{self.count_parameters():,}"))
        rows = [[str(cell) for cell in row] for row in rows]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for name, shape, count in rows:
            print(f"{name:{widths[0]}}  {shape:{widths[1]}}  {count:>{widths[2]}}")

    def get_weights(self):
        """Return copies of all weights, in the order of the same layers in Keras.

        Returns
        -------
        list of ndarray
            Parameters and running statistics, each array once.
        """
        return [array.copy() for array in self._named().values()]

    def set_weights(self, weights):
        """Take over weights, such as `get_weights` or a Keras model gives them.

        Parameters
        ----------
        weights : list of ndarray

        Raises
        ------
        TypeError
            If they are no list of arrays of real numbers; then nothing is changed.
        ValueError
            If their number or a shape differs; then nothing is changed.
        """
        named = self._named()
        if not isinstance(weights, tuple | list):
            raise TypeError(
                f"weights must be a list of arrays; received {type(weights).__name__}. "
                "get_weights() of this network, or of its twin in Keras, gives one."
            )
        if len(weights) != len(named):
            raise ValueError(
                f"weights must hold {len(named)} arrays, {', '.join(named)}; "
                f"received {len(weights)}."
            )
        values = []
        for (name, array), value in zip(named.items(), weights, strict=True):
            value = as_array(name := f"the weights of {name}", value)
            if array.shape != value.shape:
                raise ValueError(
                    f"{name} must have shape {array.shape}; "
                    f"received {value.shape}. Are the layers the same, with the same options?"
                )
            values.append(check_numbers(name, value, array.dtype))
        for array, value in zip(named.values(), values, strict=True):
            array[...] = value

    def save(self, path):
        """Write all weights to a file; an older file stays whole until the new one is complete.

        Parameters
        ----------
        path : str or Path
            Of an ``.npz`` file.

        Raises
        ------
        OSError
            If it cannot be written there.
        """
        write_arrays(path, self._named())

    def load(self, path):
        """Take over the weights that `save` wrote.

        Parameters
        ----------
        path : str or Path

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it is damaged, or holds the weights of another network; then nothing is changed.
        """
        arrays, named = read_arrays(path), self._named()
        if list(arrays) != list(named):
            raise ValueError(
                f"{path} must hold the weights {', '.join(named)}; "
                f"it holds {', '.join(arrays) or 'nothing'}. Build the network that was saved."
            )
        try:
            self.set_weights(list(arrays.values()))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path} holds the weights of another network: {error}") from error

    def _named(self):
        """All weights by unique names such as "2.Dense.w", each array once."""
        named = {}
        for number, layer in enumerate(self.layers, 1):
            for key, array in (layer.params | layer.state).items():
                named.setdefault(id(array), (f"{number}.{type(layer).__name__}.{key}", array))
        return dict(named.values())

    def _build(self, layer, x):
        if not isinstance(layer, Layer):
            mend = f" Is it to be {layer.__name__}(...)?" if isinstance(layer, type) else ""
            raise TypeError(f"a Layer is needed; received {type(layer).__name__}.{mend}")
        if not layer.params:
            layer.build(x.shape[1:], self.rng, self.dtype)
        for name, p in layer.params.items():
            if p.dtype != self.dtype:
                raise TypeError(
                    f"{name} is {p.dtype}, and the network is to be {self.dtype}; a layer that "
                    "two networks share needs both in one dtype."
                )

    def check_input(self, x):
        """Return x in the network's dtype, when it is floating point (N, *input_shape).

        Parameters
        ----------
        x : ndarray

        Returns
        -------
        ndarray, (N, *input_shape)
        """
        x = check_floating("x", x)
        if x.shape[1:] != self.input_shape or x.ndim == 0:
            raise ValueError(
                f"x must have shape (N, {', '.join(map(str, self.input_shape))}); "
                f"received {x.shape}. "
                "x[None] adds the batch axis to one example, x[..., None] a channel."
            )
        return x.astype(self.dtype, copy=False)


def _run(layer, x, mask, training=False, rng=None):
    """Run one layer; return its output, the mask that goes on, and the cache."""
    if mask is not None and not layer.takes_mask:
        raise ValueError(
            "a masked sequence came in, and this layer cannot leave steps out. Put it before "
            "Masking, or after a recurrent layer with return_sequences=False."
        )
    out, cache = layer.forward(x, training=training, rng=rng, mask=mask)
    return out, layer.next_mask(x, mask), cache


def _check_dtype(dtype):
    """Return the dtype of a network, when it is float32 or float64."""
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = None
    if dtype is None or found is None or found.char not in FLOATS:
        raise TypeError(
            "dtype must be a floating-point type, np.float32 or np.float64; "
            f"received {found if found is not None and dtype is not None else repr(dtype)}."
        )
    return found.newbyteorder("=")


def _check_input_shape(shape):
    """Return the shape of one example, when it is a tuple of whole numbers of at least 1."""
    shape = plain(shape)
    if not isinstance(shape, tuple | list) or not all(is_int(n) and n >= 1 for n in shape):
        raise ValueError(
            "input_shape must be a tuple of ints of at least 1, the shape of one example without "
            f"the batch axis, such as (28, 28, 1) or (12,); received {shape!r}."
        )
    return tuple(map(int, shape))


@contextmanager
def _naming(number, layer, name, array):
    """Say in an error which layer it comes from, and what came in."""
    try:
        yield
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(
            f"layer {number}, {layer!r}, received {name} {np.shape(array)}: {error}"
        ) from error
