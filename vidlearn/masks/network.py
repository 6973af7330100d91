"""A network that mends the mask: each frame with the mask of the frame before beside it."""

from numbers import Integral, Real

import numpy as np

from ._checks import check_frame, check_frames, checked_mask
from .dreams import Dreams
from .pairs import stacked
from .propagate import carried


def predict_masks(model, frames, guides=None, *, batch_size=16):
    """Say how likely each pixel is part of the thing, frame by frame, each for itself.

    Parameters
    ----------
    model : keras.Model
        Of `vidlearn.models.build_unet`, of 3 channels or of 4.
    frames : ndarray
        (T, H, W, 3) uint8 RGB, of any height and width that the model takes; they are filled up at
        the lower and right edge where it halves them more often than they can be.
    guides : ndarray, optional
        (T, H, W) bool or soft, 0 to 1: the fourth channel. By default it is empty: nothing says
        where to look.
    batch_size : int
        Frames at a time.

    Returns
    -------
    ndarray
        (T, H, W) float32, 0 to 1.

    Raises
    ------
    ValueError
        If the frames or the guides do not fit.
    """
    check_frames(frames)
    if guides is None:
        guides = np.zeros(frames.shape[:3], bool)
    if np.shape(guides) != frames.shape[:3]:
        raise ValueError(
            f"guides must be {frames.shape[:3]}, one for each frame. Received: {np.shape(guides)}"
        )
    guides = np.asarray(guides)
    if guides.dtype.kind not in "buif" or not ((guides >= 0) & (guides <= 1)).all():
        raise ValueError("guides must be bool, or numbers from 0 to 1. Received others")
    if not (isinstance(batch_size, Integral) and batch_size >= 1):
        raise ValueError(f"batch_size must be a whole number from 1 on. Received: {batch_size!r}")
    found = []
    for k in range(0, len(frames), batch_size):
        part = slice(k, k + batch_size)
        inputs = np.stack([stacked(*pair) for pair in zip(frames[part], guides[part], strict=True)])
        found.append(_called(model, inputs))
    return np.concatenate(found)


def _called(model, inputs):
    """Return the probabilities (N, H, W) of inputs (N, H, W, 4)."""
    from keras import ops

    height, width = inputs.shape[1:3]
    times = _halved(model)
    spare = [(0, 0), (0, -height % times), (0, -width % times), (0, 0)]
    inputs = np.pad(inputs[..., : model.input_shape[-1]], spare, "edge")
    found = ops.sigmoid(model(inputs.astype(np.float32), training=False))
    return ops.convert_to_numpy(found)[:, :height, :width, 0]


def adapt(model, frame, mask, *, pairs=2800, epochs=1, rate=0.015, batch_size=8, seed=0, into=None):
    """Teach a copy of the network one thing, by pictures dreamed up from its first mask.

    Parameters
    ----------
    model : keras.Model
        Of `vidlearn.models.build_unet` with 4 channels, trained on `training_pairs`; left as it is.
    frame : ndarray
        (H, W, 3) uint8 RGB, frame 0.
    mask : ndarray
        (H, W) bool, where the thing is in it.
    pairs : int
        Pictures to dream up.
    epochs : int
        How often each is seen.
    rate : float
        Learning rate of Adam at the start; it falls to 0 as half a cosine.
    batch_size : int
        Pictures a step.
    seed : int
        Draws the pictures and their order.
    into : keras.Model, optional
        What an earlier call returned and is needed no more: it is taught anew, from `model` again,
        which saves the time to compile another.

    Returns
    -------
    keras.Model
        The copy.

    Raises
    ------
    ValueError
        If the frame or the mask does not fit, or `into` is not what an earlier call returned.

    Notes
    -----
    Each picture is a part of the frame, two thirds as high and as wide. The rate is high because
    what `model` has learned is not to be kept, only to be started from.

    References
    ----------
    S. Caelles et al., "One-Shot Video Object Segmentation", CVPR 2017, section 3.

    Lesson 23 teaches it.
    """
    import keras

    from vidlearn.models.unet import mask_loss

    if into is not None and getattr(into, "optimizer", None) is None:
        raise ValueError("into must be what an earlier call of adapt returned, or None")
    for name, value in (("pairs", pairs), ("epochs", epochs), ("batch_size", batch_size)):
        if not (isinstance(value, Integral) and value >= 1):
            raise ValueError(f"{name} must be a whole number from 1 on. Received: {value!r}")
    if not (isinstance(rate, Real) and 0 < rate < np.inf):
        raise ValueError(f"rate must be above 0. Received: {rate!r}")
    _with_hint(model)
    check_frame("frame", frame)
    rng = np.random.default_rng(seed)
    dreams = Dreams(frame, mask, rng, window=_window(model, np.shape(frame)))
    seeds = np.tile(rng.integers(2**32, size=-(-pairs // batch_size)), epochs)
    copy = into or keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    if into is None:
        copy.compile(keras.optimizers.Adam(rate), mask_loss, jit_compile=False)
    for value in copy.optimizer.variables:  # what the optimiser remembers of another thing
        value.assign(keras.ops.zeros_like(value))
    for step, one in enumerate(seeds):
        copy.optimizer.learning_rate = rate * (0.5 + 0.5 * np.cos(np.pi * step / len(seeds)))
        copy.train_on_batch(*dreams.batch(batch_size, np.random.default_rng(one)))
    return copy


def _window(model, shape):
    """Return two thirds of a frame's height and width that the network can halve, or all it can."""
    times = _halved(model)
    if model.input_shape[1] is not None:
        return model.input_shape[1:3]
    sides = [2 * side // 3 // times * times for side in shape[:2]]
    if min(sides) < 32:
        sides = [side // times * times for side in shape[:2]]
    if not min(sides):
        raise ValueError(
            f"frame must be at least {times} x {times}, as the network halves it. "
            f"Received: {shape[0]} x {shape[1]}"
        )
    return tuple(sides)


def _halved(model):
    """Return by how much the network divides height and width."""
    import keras

    pools = keras.layers.MaxPooling2D, keras.layers.AveragePooling2D
    return 2 ** sum(isinstance(layer, pools) for layer in model.layers)


def _with_hint(model):
    """Refuse a network that takes no hint."""
    if model.input_shape[-1] != 4:
        raise ValueError(
            "model must take four channels, a picture and a mask behind it: "
            f"build_unet((None, None, 4)). Received: {model.input_shape[-1]} channels"
        )


def follow(model, frames, first, *, search=0.5, method="dis", flow=True):
    """Follow a thing through a film: carry its mask on, and let the network mend it.

    Parameters
    ----------
    model : keras.Model
        Of `vidlearn.models.build_unet` with 4 channels, best after `adapt`.
    frames : ndarray
        (T, H, W, 3) uint8 RGB.
    first : ndarray
        (H, W) bool: the mask of frame 0.
    search : float
        How much the network's answer without a hint counts beside that with one, 0 to 1. It finds
        again what was lost, and lets go of what was taken by mistake; without the hint it takes
        whatever looks alike. 0 trusts the hint alone, 1 is `predict_masks`.
    method : str
        Of flow, as in `backward_flow`.
    flow : bool
        Whether the mask is carried by flow; else the network is shown it where it was.

    Returns
    -------
    ndarray
        (T, H, W) bool; the first is the one that was given.

    Raises
    ------
    ValueError
        If the frames or the mask do not fit, or the share is out of range.

    Notes
    -----
    The mean of both answers is this library's; the paper has the hint alone. Where nothing is left
    of the thing the hint is empty, too, and both answers are one.

    References
    ----------
    F. Perazzi et al., "Learning Video Object Segmentation from Static Images", CVPR 2017.

    Lesson 23 teaches it.
    """
    check_frames(frames)
    _with_hint(model)
    if not (isinstance(search, Real) and 0 <= search <= 1):
        raise ValueError(f"search must be 0 to 1. Received: {search!r}")
    found = [checked_mask("first", first, frames.shape[1:3])]
    for t in range(1, len(frames)):
        guide = found[-1]
        if flow and guide.any():
            guide = carried(guide, frames[t], frames[t - 1], method=method)
        hints = np.stack([guide, np.zeros_like(guide)])
        told, untold = predict_masks(model, frames[[t, t]], hints)
        found.append((1 - search) * told + search * untold > 0.5)
    return np.stack(found)
