"""The Keras twin of a network: the same layers, options and weights, in float64."""

from functools import partial

from tests.scratch.parity import import_keras

keras = import_keras()
import tensorflow as tf  # noqa: E402, F401


def leaky_relu(z):
    """The activation with the slope of Keras's layer; its own rounds the slope to float32."""
    return keras.ops.where(z > 0, z, 0.3 * z)


def twin_of(layer):
    """Return the layer in Keras."""
    kind, options = type(layer).__name__, {"dtype": "float64"}
    make = partial(getattr, keras.layers)
    activation = getattr(layer, "activation", None)
    activation = leaky_relu if activation == "leaky_relu" else activation
    match kind:
        case "Dense":
            return make(kind)(layer.units, activation, **options)
        case "Conv1D" | "Conv2D" | "Conv3D":
            return make(kind)(
                layer.filters,
                layer.kernel_size,
                strides=layer.stride,
                padding=layer.padding,
                activation=activation,
                **options,
            )
        case "MaxPool2D" | "AvgPool2D":
            return make(kind)(layer.size, layer.stride, layer.padding, **options)
        case "GlobalAvgPool2D":
            return make("GlobalAveragePooling2D")(**options)
        case "Activation":
            return make(kind)(layer.name, **options)
        case "Dropout":
            return make(kind)(layer.rate, **options)
        case "BatchNorm":
            return make("BatchNormalization")(momentum=layer.momentum, epsilon=layer.eps, **options)
        case "LayerNorm":
            return make("LayerNormalization")(epsilon=layer.eps, **options)
        case "Masking":
            return make(kind)(layer.mask_value, **options)
        case "SimpleRNN" | "LSTM" | "GRU":
            return make(kind)(layer.units, return_sequences=layer.return_sequences, **options)
        case "Bidirectional":
            return make(kind)(twin_of(layer.layer), **options)
        case _:
            return make(kind)(**options)


def twin(network):
    """Return the network in Keras: a Sequential, or a Model where a layer stands twice in it."""
    layers = network.layers
    twins = {id(layer): twin_of(layer) for layer in layers}
    if len(twins) == len(layers):
        inputs = keras.Input(network.input_shape, dtype="float64")
        model = keras.Sequential([inputs, *twins.values()])
    else:
        out = inputs = keras.Input(network.input_shape, dtype="float64")
        for layer in layers:
            out = twins[id(layer)](out)
        model = keras.Model(inputs, out)
    model.set_weights(network.get_weights())
    return model


def loss_of(name):
    """Return the loss in Keras."""
    return {
        "mse": keras.losses.MeanSquaredError(),
        "softmax_cross_entropy": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        "sigmoid_cross_entropy": keras.losses.BinaryCrossentropy(from_logits=True),
    }[name]
