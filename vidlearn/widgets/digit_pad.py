"""Draw a digit: it is made ready as scans are, and trained networks say what it is."""

import math

import numpy as np
from traitlets import Bytes, List, Unicode, validate

from vidlearn.scratch import Conv2D, Dense, Flatten, MaxPool2D, Network, softmax_forward

from .base import Interactive
from .judged import packed
from .media import as_bytes
from .poster import BLUE

MOST_NETWORKS, MOST_WEIGHTS, MOST_SAMPLES, MOST_STROKES = 4, 20_000, 20, 60
GRID, BLOCK, INK = 32, 4, 300  # pixels a side, pixels of a block, pixels of ink of a usual digit
PENS = [3 + k / 2 for k in range(13)]
SEVEN = [[[0.28, 0.12], [0.74, 0.12], [0.42, 0.9]], [[0.35, 0.5], [0.7, 0.5]]]
ACTIVATIONS = (None, "relu")


def inked(strokes):
    """Make a drawing ready: fill a square of 32 x 32 pixels, count the ink in blocks of 4 x 4.

    The pen is as thick as it must be for the ink of a usual digit.

    Parameters
    ----------
    strokes : list of list of (float, float)
        Places x, y, from 0 to 1, that each stroke goes through.

    Returns
    -------
    ndarray, (8, 8)
        The share of each block that is ink, 0 to 1.

    Examples
    --------
    >>> inked([[(0.2, 0.1), (0.2, 0.7)]])[0].round(2).tolist()
    [0.0, 0.0, 0.0, 0.81, 0.81, 0.0, 0.0, 0.0]
    """
    points = [np.asarray(stroke, float).reshape(-1, 2) for stroke in strokes if len(stroke)]
    if not points:
        return np.zeros((GRID // BLOCK, GRID // BLOCK))
    for pen in PENS:
        paper = _drawn(points, pen)
        if paper.sum() >= INK:
            break
    side = GRID // BLOCK
    return paper.reshape(side, BLOCK, side, BLOCK).sum(axis=(1, 3)) / BLOCK**2


def _drawn(points, pen):
    """Return which of the pixels are ink, with a pen of that many pixels."""
    places = np.concatenate(points)
    low, high = places.min(axis=0), places.max(axis=0)
    scale, middle = (GRID - pen) / max(0.05, *(high - low)), (low + high) / 2
    y, x = np.indices((GRID, GRID)) + 0.5
    found = np.zeros((GRID, GRID), bool)
    for stroke in points:
        on_grid = (stroke - middle) * scale + GRID / 2
        for a, b in zip(on_grid, on_grid[1:] if len(on_grid) > 1 else on_grid, strict=False):
            (across, down), length = b - a, max(1e-9, (b - a) @ (b - a))
            share = (((x - a[0]) * across + (y - a[1]) * down) / length).clip(0, 1)
            far = (x - a[0] - share * across) ** 2 + (y - a[1] - share * down) ** 2
            found |= far <= pen * pen / 4
    return found


class DigitPad(Interactive):
    """Draw a digit with the pointer, and read what networks make of it, as it is drawn.

    The drawing is made ready as the scans of scikit-learn's digits were (see `inked`). The whole
    network runs in the browser.

    Parameters
    ----------
    networks : dict of str to vidlearn.scratch.Network
        Networks to choose from, at most 4, that take pictures (8, 8, 1) from 0 to 1 and give 10
        scores: of Conv2D with an odd kernel, stride 1 and padding "same", MaxPool2D, Flatten and
        Dense, activation none or "relu". Each of at most 20,000 weights.
    samples : array_like, (N, 8, 8) or (N, 8, 8, 1), optional
        Digits of others to leaf through, from 0 to 1, at most 20.
    labels : sequence of int, optional
        What they are.
    strokes : list of list of (float, float), optional
        The first drawing: places x, y, from 0 to 1, that each stroke goes through.

    Attributes
    ----------
    network : str
        Which of the networks answers.
    strokes : list of list of [float, float]
        What the reader has drawn; a new drawing is shown.
    digit : list of list of float
        The drawing, or the sample, as the network gets it: 8 rows of 8, from 0 to 1.

    Raises
    ------
    TypeError
        If a network is something else, or has a layer that cannot run here.
    ValueError
        If shapes do not belong together, a number is not finite, or there is too much of anything.

    Examples
    --------
    >>> network = Network([Flatten(), Dense(10)], input_shape=(8, 8, 1))
    >>> pad = DigitPad({"at random": network})
    >>> pad
    DigitPad(1 network, 650 weights)
    >>> np.shape(pad.digit)
    (8, 8)

    Lesson 06 uses it.
    """

    network = Unicode().tag(sync=True)
    strokes = List().tag(sync=True)
    digit = List().tag(sync=True)
    _names = List(help="Of the networks").tag(sync=True)
    _layers = List(help="Kind, shape of weights, ReLU, for each network").tag(sync=True)
    _weights = Bytes(help="Of all networks behind each other, float32").tag(sync=True)
    _samples = List(help="Blocks of ink, 64 numbers each").tag(sync=True)
    _labels = List(help="What the samples are").tag(sync=True)

    def __init__(self, networks, samples=(), labels=(), *, strokes=None):
        if not isinstance(networks, dict) or not 1 <= len(networks) <= MOST_NETWORKS:
            raise ValueError(f"networks must be a dict of 1 to {MOST_NETWORKS} networks by name.")
        networks = {str(name): one for name, one in networks.items()}
        layers = [_layers(name, one) for name, one in networks.items()]
        samples, labels = _samples(samples, labels)
        self._networks = networks
        super().__init__(
            network=next(iter(networks)),
            strokes=_strokes(SEVEN if strokes is None else strokes),
            _names=list(networks),
            _layers=layers,
            _weights=packed([p for one in networks.values() for p in one.parameters], "<f4"),
            _samples=samples,
            _labels=labels,
        )
        self.digit = inked(self.strokes).tolist()

    @validate("network")
    def _known(self, proposal):
        if self._names and proposal["value"] not in self._names:
            raise ValueError(
                f"network must be one of {', '.join(self._names)}. Received: {proposal['value']!r}"
            )
        return proposal["value"]

    @validate("strokes")
    def _good_strokes(self, proposal):
        return _strokes(proposal["value"])

    def describe(self):
        count = len(self._networks)
        most = max(one.count_parameters() for one in self._networks.values())
        samples = f", {len(self._samples)} samples" if self._samples else ""
        return f"{count} network{'s' if count > 1 else ''}, {most:,} weights{samples}"

    def poster(self):
        """Return the drawing as the network gets it, and the ten probabilities, as PNG."""
        from PIL import Image, ImageDraw

        digit, side = np.array(self.digit), 256
        sheet = Image.new("RGB", (2 * side, side), "white")
        grey = Image.fromarray(np.rint(255 * digit).astype(np.uint8))
        sheet.paste(grey.resize((side, side), Image.Resampling.NEAREST).convert("RGB"))
        scores, _ = self._networks[self.network].forward(digit[None, ..., None].astype(np.float32))
        pen = ImageDraw.Draw(sheet)
        for k, share in enumerate(softmax_forward(scores)[0][0]):
            top = 8 + 24 * k
            pen.text((side + 16, top + 2), str(k), fill="black")
            wide = round(190 * float(share))
            pen.rectangle((side + 36, top, side + 36 + wide, top + 15), fill=BLUE)
        return "image/png", as_bytes(sheet.quantize(32), "PNG", optimize=True)


def _layers(name, network):
    """Return what the browser needs of the layers, or say which cannot run there."""
    if not isinstance(network, Network):
        raise TypeError(
            f"networks must hold vidlearn.scratch.Network. Received for {name!r}: "
            f"{type(network).__name__}"
        )
    if network.input_shape != (8, 8, 1) or network.shapes[-1] != (10,):
        raise ValueError(
            f"a network must take pictures (8, 8, 1) and give 10 scores. {name!r} takes "
            f"{network.input_shape} and gives {network.shapes[-1]}."
        )
    if network.count_parameters() > MOST_WEIGHTS:
        raise ValueError(
            f"a network must have at most {MOST_WEIGHTS:,} weights. {name!r} has "
            f"{network.count_parameters():,}."
        )
    if not all(np.isfinite(array).all() for array in network.parameters):
        raise ValueError(
            f"a network must have finite weights. {name!r} has NaN or infinity among them: train "
            "it anew, at a smaller learning rate."
        )
    return [_layer(layer) for layer in network.layers]


def _layer(layer):
    if isinstance(layer, Flatten):
        return {"kind": "flatten"}
    if isinstance(layer, MaxPool2D) and layer.stride in (None, layer.size):
        size = layer.size if isinstance(layer.size, tuple) else (layer.size,) * 2
        if layer.padding == "valid":
            return {"kind": "pool", "shape": list(size)}
    whole = isinstance(layer, Conv2D | Dense) and layer.use_bias
    if whole and layer.activation in ACTIVATIONS:
        shape = list(layer.params["w"].shape)
        relu = layer.activation == "relu"
        if isinstance(layer, Dense):
            return {"kind": "dense", "shape": shape, "relu": relu}
        once = layer.stride in (1, (1, 1)) and layer.dilation in (1, (1, 1))
        if once and layer.padding == "same" and shape[0] % 2 and shape[1] % 2:
            return {"kind": "conv", "shape": shape, "relu": relu}
    raise TypeError(
        'layers must be Conv2D with an odd kernel, stride 1, padding "same" and a bias, MaxPool2D, '
        f'Flatten or Dense, with activation "relu" or none. Received: {layer!r}'
    )


def _samples(samples, labels):
    samples, labels = np.asarray(samples), np.asarray(labels)
    shaped = samples.shape[1:] in ((8, 8), (8, 8, 1)) or not samples.size
    if (
        not shaped
        or samples.dtype.kind not in "buif"
        or labels.shape != samples.shape[:1]
        or len(labels) > MOST_SAMPLES
        or not ((samples >= 0) & (samples <= 1)).all()
    ):
        raise ValueError(
            f"samples must be at most {MOST_SAMPLES} pictures (8, 8), from 0 to 1, with a label "
            f"each. Received: samples of shape {samples.shape}, labels of shape {labels.shape}."
        )
    if labels.size and (labels.dtype.kind not in "iu" or not ((labels >= 0) & (labels < 10)).all()):
        raise ValueError(f"labels must be whole numbers from 0 to 9. Received: {labels.tolist()}")
    rows = samples.reshape(len(labels), 64).astype(float)
    return [[round(v, 6) for v in row] for row in rows.tolist()], [int(k) for k in labels]


def _strokes(given):
    try:
        strokes = [[[round(float(x), 4), round(float(y), 4)] for x, y in one] for one in given]
    except (TypeError, ValueError):
        strokes = None
    if (
        strokes is None
        or len(strokes) > MOST_STROKES
        or not all(math.isfinite(value) for one in strokes for place in one for value in place)
    ):
        raise ValueError(
            f"strokes must be at most {MOST_STROKES} lists of places (x, y), finite numbers in "
            "shares of the pad."
        )
    return strokes
