"""Draw a path: a thing goes along it, and a trained network says what it sees, frame by frame."""

from numbers import Integral

import numpy as np
from traitlets import Bytes, Int, List, Unicode, validate

from .base import Interactive
from .judged import float32_arrays, packed
from .media import as_bytes
from .naming import few_classes
from .traits import Number

MOST_FRAMES, MOST_WEIGHTS = 100, 40_000
CIRCLE = tuple(
    (0.5 + 0.28 * np.cos(np.pi * t / 5), 0.5 + 0.28 * np.sin(np.pi * t / 5)) for t in range(20)
)


class PathAnswer(Interactive):
    """Draw a path with the pointer, and read what a network makes of the clip, as it is drawn.

    The whole network runs in the browser: pictures times 1 / 128, less 1; for each convolution
    3 x 3 (or of another odd size), padded, ReLU, max pooling by 2; a dense layer with tanh, which
    gives a frame its vector; a GRU over the vectors of the last frames; a dense layer, softmax.

    Parameters
    ----------
    weights : sequence of array_like
        As Keras's ``get_weights`` gives them: kernel and bias of each convolution and of the dense
        layer, w, u, b of the GRU, w (U, K) and b (K,) of the layer that gives the logits; at most
        40,000 numbers.
    names : sequence of str
        The K classes, 2 to 6.
    things : dict of str to array_like
        (h, w, 5) uint8 what goes along the path: red, green and blue times opacity, opacity,
        shadow, as `vidlearn.synthetic.pieces` gives them.
    photographs : dict of str to array_like
        (H, W, 3) uint8 before which it goes; of one size.
    window : int
        How many frames the network looks back over, itself included.
    fps : float
        Frames a second.
    path : array_like, optional
        (T, 2) the first path: x and y in shares of the frame, for each frame; a circle by default.

    Attributes
    ----------
    path : list of [float, float]
        Where the thing is in each frame, as the reader has drawn it; a new path is shown.
    thing, photograph : str
        What goes, and before what.

    Raises
    ------
    ValueError
        If shapes do not belong together, there are too many weights, frames or classes, or a
        number is not finite.

    Examples
    --------
    >>> weights = [np.zeros(shape) for shape in [(3, 3, 3, 2), (2,), (32, 5), (5,), (5, 12),
    ...            (4, 12), (2, 12), (4, 2), (2,)]]
    >>> cup, cat = np.zeros((6, 6, 5), np.uint8), np.zeros((8, 8, 3), np.uint8)
    >>> PathAnswer(weights, ["left", "right"], {"cup": cup}, {"cat": cat})
    PathAnswer(1 thing, 1 photograph of 8×8; 1 convolution, GRU with 4 units, 2 classes)

    Lesson 10 uses it.
    """

    names = List().tag(sync=True)
    path = List().tag(sync=True)
    thing = Unicode().tag(sync=True)
    photograph = Unicode().tag(sync=True)
    fps = Number(above=0).tag(sync=True)
    _window = Int(10).tag(sync=True)
    _shapes = List(help="Of each array of weights").tag(sync=True)
    _weights = Bytes(help="All of them, float32").tag(sync=True)
    _things = List(help="[name, height, width, layers] each").tag(sync=True)
    _photographs = List(help="[name, height, width, pixels] each").tag(sync=True)

    def __init__(self, weights, names, things, photographs, *, window=10, fps=5, path=None):
        weights, names = float32_arrays("weights", weights), few_classes(names)
        things = _pictures("things", things, 5)
        photographs = _pictures("photographs", photographs, 3)
        sizes = {array.shape for array in photographs.values()}
        if len(sizes) > 1:
            raise ValueError(f"photographs must have one size. Received: {sorted(sizes)}")
        _check(weights, names, sizes.pop())
        if not isinstance(window, Integral) or isinstance(window, bool) or window < 1:
            raise ValueError(f"window must be 1 or more, a whole number. Received: {window!r}")
        super().__init__(
            names=names,
            path=_path(CIRCLE if path is None else path),
            thing=next(iter(things)),
            photograph=next(iter(photographs)),
            fps=fps,
            _window=int(window),
            _shapes=[list(array.shape) for array in weights],
            _weights=packed(weights, "<f4"),
            _things=_stored(things),
            _photographs=_stored(photographs),
        )

    @validate("path")
    def _good_path(self, proposal):
        return _path(proposal["value"])

    @validate("thing")
    def _a_thing(self, proposal):
        return _one_of("thing", proposal["value"], self._things)

    @validate("photograph")
    def _a_photograph(self, proposal):
        return _one_of("photograph", proposal["value"], self._photographs)

    def describe(self):
        def some(count, word):
            return f"{count} {word}{'s' if count > 1 else ''}"

        _, height, width, _ = self._photographs[0]
        layers = sum(len(shape) == 4 for shape in self._shapes)
        return (
            f"{some(len(self._things), 'thing')}, {some(len(self._photographs), 'photograph')} of "
            f"{width}×{height}; {some(layers, 'convolution')}, GRU with {self._shapes[-4][0]} "
            f"units, {len(self.names)} classes"
        )

    def poster(self):
        """Return the first photograph with the path on it, as PNG."""
        from PIL import Image, ImageDraw

        _, height, width, pixels = self._photographs[0]
        picture = Image.frombytes("RGB", (width, height), pixels)
        times = max(1, 256 // width)
        picture = picture.resize((times * width, times * height), Image.Resampling.NEAREST)
        pen = ImageDraw.Draw(picture)
        places = [(x * picture.width, y * picture.height) for x, y in self.path]
        pen.line(places, fill="#ffffff", width=5)
        pen.line(places, fill="#d55e00", width=3)
        for x, y in places:
            pen.ellipse((x - 5, y - 5, x + 5, y + 5), fill="#d55e00", outline="#ffffff")
        return "image/png", as_bytes(picture.quantize(64), "PNG", optimize=True)


def _pictures(name, given, channels):
    """Return uint8 arrays by name, or say what is wrong."""
    if not isinstance(given, dict):
        raise ValueError(f"{name} must be a dict by name. Received: {type(given).__name__}")
    if not given:
        raise ValueError(f"{name} must hold at least one. Received none.")
    found = {str(key): np.asarray(array) for key, array in given.items()}
    for key, array in found.items():
        good = array.ndim == 3 and array.shape[2] == channels and array.dtype == np.uint8
        if not good or min(array.shape[:2]) < 2:
            raise ValueError(
                f"{name} must be uint8 (H, W, {channels}) each, 2 pixels a side at least. Received "
                f"for {key!r}: dtype "
                f"{array.dtype}, shape {array.shape}. vidlearn.synthetic.pieces makes them."
            )
    return found


def _stored(arrays):
    return [[name, *array.shape[:2], array.tobytes()] for name, array in arrays.items()]


def _one_of(trait, value, stored):
    names = [name for name, *_ in stored]
    if stored and value not in names:
        raise ValueError(f"{trait} must be one of {', '.join(names)}. Received: {value!r}")
    return value


def _path(given):
    try:
        path = np.asarray(given)
    except ValueError:  # rows of several lengths
        path = np.array(None)
    good = path.ndim == 2 and path.shape[1] == 2 and 2 <= len(path) <= MOST_FRAMES
    if not good or path.dtype.kind not in "buif" or not np.isfinite(path).all():
        raise ValueError(
            f"path must be (T, 2) finite places x, y in shares of the frame, T from 2 to "
            f"{MOST_FRAMES}. Received: shape {path.shape}"
        )
    return path.astype(float).round(5).tolist()


def _check(weights, names, size):
    """Say which of the weights does not fit the others, the classes or the pictures."""
    shapes, wanted = [array.shape for array in weights], []
    height, width, channels = size
    for shape in shapes[:-7:2]:
        odd = len(shape) == 4 and shape[0] % 2 and shape[1] % 2
        wanted += [(*shape[:2], channels, shape[-1]) if odd else "an odd kernel", shape[-1:]]
        height, width, channels = height // 2, width // 2, shape[-1]
    if len(shapes) < 9 or len(wanted) != len(shapes) - 7:
        raise ValueError(
            "weights must be two arrays for each convolution and for the dense layer, three for "
            f"the GRU, two for the logits. Received: {len(shapes)} arrays"
        )
    features, units = shapes[-7][-1], shapes[-4][0]
    wanted += [(height * width * channels, features), (features,)]
    wanted += [(features, 3 * units), (units, 3 * units), (2, 3 * units)]
    wanted += [(units, len(names)), (len(names),)]
    for k, (shape, good) in enumerate(zip(shapes, wanted, strict=True)):
        if shape != good:
            raise ValueError(f"weights[{k}] must have shape {good}. Received: {shape}")
    if sum(array.size for array in weights) > MOST_WEIGHTS:
        raise ValueError(
            f"weights must be at most {MOST_WEIGHTS:,} numbers, as the notebook stores them. "
            f"Received: {sum(array.size for array in weights):,}"
        )
