"""What a detector sees with: a picture in, maps of features at several strides out."""

from numbers import Integral
from pathlib import Path

import keras
import numpy as np
from keras import layers
from keras.initializers import RandomNormal

BACKBONES = ("small", "resnet50", "mobilenet")
_TAKEN_FROM = {  # the map at each stride, by the name of its layer in keras.applications
    "resnet50": {8: "conv3_block4_out", 16: "conv4_block6_out", 32: "conv5_block3_out"},
    "mobilenet": {8: "conv_pw_5_relu", 16: "conv_pw_11_relu", 32: "conv_pw_13_relu"},
}
_IMAGENET_BGR = (103.939, 116.779, 123.68)  # mean of the pictures ResNet50's weights learnt from


def build_backbone(name, shape, *, width=16, depth=2, strides=(8, 16), weights=None):
    """Build a backbone by its name.

    Parameters
    ----------
    name : str
        "small" (`small_backbone`), "resnet50" (He et al., CVPR 2016) or "mobilenet" (Howard et
        al., 2017), the latter two as keras.applications has them.
    shape : (int, int, int)
        H, W and 3 of a picture; those of keras.applications need H and W divisible by the largest
        stride.
    width, depth : int
        Of the small one; the others have theirs.
    strides : sequence of int
        Which maps to give: 8, 16, 32, rising.
    weights : str or Path, optional
        None begins at random; "imagenet" takes what keras.applications learnt from photographs,
        downloaded once; anything else is the path of a file of weights.

    Returns
    -------
    keras.Model
        Takes pictures of 0 to 255, gives a list of maps (N, H / stride, W / stride, F).

    Raises
    ------
    ValueError
        If a name or a shape does not fit, or the file holds other weights.
    OSError
        If the weights cannot be downloaded, or there is no such file.
    """
    if name not in BACKBONES:
        raise ValueError(f"backbone must be one of {', '.join(BACKBONES)}. Received: {name!r}")
    for key, value in (("width", width), ("depth", depth)):
        if not (isinstance(value, Integral) and value > 0):
            raise ValueError(f"{key} must be a whole number above 0. Received: {value!r}")
    if name == "small":
        if weights == "imagenet":
            raise ValueError(
                "the small backbone has no ImageNet weights. Give weights=None, a file of its "
                'weights, or backbone="resnet50" or "mobilenet".'
            )
        backbone = small_backbone(shape, width=width, depth=depth, strides=strides)
        return backbone if weights is None else _loaded(backbone, weights)
    return _from_applications(name, shape, strides, weights)


def _from_applications(name, shape, strides, weights):
    if not set(strides) <= set(_TAKEN_FROM[name]):
        raise ValueError(
            f"strides must be 8, 16, 32 or some of them for backbone {name!r}: one map for each. "
            f"Received: {tuple(strides)}"
        )
    if any(side % max(strides) for side in shape[:2]):
        raise ValueError(
            f"shape must have H and W divisible by {max(strides)} for backbone {name!r}. "
            f"Received: {shape}; the nearest is "
            f"{tuple(max(round(side / max(strides)), 1) * max(strides) for side in shape[:2])}"
        )
    pictures = layers.Input(shape, name="pictures")
    if name == "resnet50":
        scaled = pictures[..., ::-1] - keras.ops.convert_to_tensor(_IMAGENET_BGR)
        make = keras.applications.ResNet50
    else:
        scaled = layers.Rescaling(1 / 127.5, offset=-1)(pictures)
        make = keras.applications.MobileNet
    options = {"include_top": False, "input_tensor": scaled}
    if weights == "imagenet":
        try:
            whole = make(weights="imagenet", **options)
        except Exception as error:  # get_file raises a bare Exception where there is no network
            raise OSError(
                f"The ImageNet weights of {name} cannot be had: {error}\nThey are downloaded once, "
                "into the folder .keras/models of your home. Without a network give weights=None "
                "and train from nothing, or weights= the path of a copy of that file."
            ) from error
    else:
        whole = make(weights=None, **options)
        if weights is not None:
            _loaded(whole, weights)
    maps = [whole.get_layer(_TAKEN_FROM[name][stride]).output for stride in strides]
    return keras.Model(pictures, maps, name="backbone")


def _loaded(backbone, path):
    """Load a file of weights, whole or not at all."""
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path} is no file of weights. Check the path.")
    try:
        backbone.load_weights(path)
    except Exception as error:
        raise ValueError(
            f"{path} does not hold the weights of this backbone ({error}). It takes a file that "
            "keras wrote for the same network without its top: .weights.h5 or .h5."
        ) from error
    return backbone


def convolved(x, filters, size=3, stride=1, *, active=True):
    """Convolve, normalise over the batch, and rectify.

    Parameters
    ----------
    x : KerasTensor
        (N, H, W, C).
    filters, size, stride : int
        Of the convolution, padded "same".
    active : bool
        Whether a ReLU follows.

    Returns
    -------
    KerasTensor
        (N, H / stride, W / stride, filters), rounded up.
    """
    x = layers.Conv2D(
        filters, size, stride, padding="same", use_bias=False, kernel_initializer="he_normal"
    )(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-3)(x)
    return layers.ReLU()(x) if active else x


def residual(x, filters, stride=1):
    """Add two convolutions to what comes in (He et al., CVPR 2016, figure 2).

    What comes in is averaged over the stride; the paper takes every second pixel of it.

    Parameters
    ----------
    x : KerasTensor
        (N, H, W, C).
    filters, stride : int
        Where they change the shape, a 1 x 1 convolution brings x to the filters.

    Returns
    -------
    KerasTensor
        (N, H / stride, W / stride, filters), rounded up.
    """
    y = convolved(x, filters, 3, stride)
    y = convolved(y, filters, active=False)
    if stride > 1:
        x = layers.AveragePooling2D(stride, padding="same")(x)
    if x.shape[-1] != filters:
        x = convolved(x, filters, 1, active=False)
    return layers.ReLU()(layers.Add()([x, y]))


def small_backbone(shape, *, width=16, depth=2, strides=(8, 16)):
    """Build a residual network that two cores can train from nothing.

    Parameters
    ----------
    shape : (int, int, int)
        H, W and C of a picture.
    width : int
        Filters at stride 2; each further stride has twice as many, 8 times at most.
    depth : int
        Residual blocks at each stride from 8 on.
    strides : sequence of int
        Which maps to give, from 8, each twice the one before.

    Returns
    -------
    keras.Model
        Takes pictures of 0 to 255, gives a list of maps (N, H / stride, W / stride, F).

    References
    ----------
    He et al.: Deep residual learning for image recognition. CVPR 2016.
    """
    pictures = layers.Input(shape, name="pictures")
    x = layers.Rescaling(1 / 64, offset=-2, name="scale")(pictures)
    x = convolved(x, width, 3, 2)
    x = residual(x, 2 * width, 2)
    maps, stride = [], 4
    while stride < strides[-1]:
        stride *= 2
        filters = min(stride // 2, 8) * width
        x = residual(x, filters, 2)
        for _ in range(depth - 1):
            x = residual(x, filters)
        if stride in strides:
            maps.append(x)
    return keras.Model(pictures, maps, name="backbone")


def pyramid(maps, filters):
    """Hand down what the coarse maps see to the fine ones (Lin et al., CVPR 2017, figure 3).

    Other than in the paper, the 1 x 1 convolutions are normalised and rectified, and the 3 x 3 ones
    on what comes out are the heads' own.

    Parameters
    ----------
    maps : list of KerasTensor
        From fine to coarse, each half as large as the one before.
    filters : int
        Of every map that comes out.

    Returns
    -------
    list of KerasTensor
        As many, of the same sizes.
    """
    found = [convolved(x, filters, 1) for x in maps]
    for k in range(len(found) - 2, -1, -1):
        upper = layers.UpSampling2D(2)(found[k + 1])
        height, width = found[k].shape[1:3]
        spare = (upper.shape[1] - height, upper.shape[2] - width)
        # Also where nothing is spare: Keras orders weights by depth, and those of a network serve
        # pictures of every size.
        upper = layers.Cropping2D(((0, spare[0]), (0, spare[1])))(upper)
        found[k] = layers.Add()([found[k], upper])
    return found


def predictor(x, outputs, bias):
    """Put the last convolution of a head on a map, and lay its cells in one row.

    Parameters
    ----------
    x : KerasTensor
        (N, H, W, C).
    outputs : int
        Numbers a box; the bias says how many boxes a cell has.
    bias : array_like
        (A, outputs), what an untrained head puts out.

    Returns
    -------
    KerasTensor
        (N, H * W * A, outputs) float32, in the order of `vidlearn.boxes.anchors`.
    """
    x = layers.Conv2D(
        np.size(bias),
        3,
        padding="same",
        kernel_initializer=RandomNormal(stddev=0.01),
        bias_initializer=lambda shape, dtype=None: keras.ops.convert_to_tensor(
            np.ravel(bias), dtype
        ),
        dtype="float32",
    )(x)
    return layers.Reshape((-1, outputs))(x)
