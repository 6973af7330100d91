"""What a detector sees with: a picture in, maps of features at several strides out."""

import keras
from keras import layers
from keras.initializers import RandomNormal


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

    Parameters
    ----------
    x : KerasTensor
        (N, H, W, C).
    filters, stride : int
        Where they change the shape, x is averaged over the stride and brought to the filters by a
        1 x 1 convolution.

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
    """Hand down what the coarse maps see to the fine ones (Lin et al., CVPR 2017).

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
        if any(spare):
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
    from numpy import ravel

    x = layers.Conv2D(
        len(ravel(bias)),
        3,
        padding="same",
        kernel_initializer=RandomNormal(stddev=0.01),
        bias_initializer=lambda shape, dtype=None: keras.ops.convert_to_tensor(ravel(bias), dtype),
        dtype="float32",
    )(x)
    return layers.Reshape((-1, outputs))(x)
