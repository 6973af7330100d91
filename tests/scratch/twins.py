"""The Keras twin of a network: the same layers, options and weights, in float64."""

from functools import partial

from tests.scratch.parity import import_keras

keras = import_keras()
import tensorflow as tf  # noqa: E402, F401


def leaky_relu(z):
    """The activation with the slope of Keras's layer; its own rounds the slope to float32."""
    return keras.ops.where(z > 0, z, 0.3 * z)


class Pool3D(keras.layers.Layer):
    """Keras's pools of pictures over space, then over time: TensorFlow has no other in float64."""

    def __init__(self, layer):
        super().__init__(dtype="float64")
        self.pool = {"max": keras.ops.max_pool, "avg": keras.ops.average_pool}[layer.kind]
        self.size, self.padding = layer.size, layer.padding
        stride = layer.stride or layer.size
        self.stride = (stride,) * 3 if isinstance(stride, int) else stride

    def call(self, x):
        pool, reshape, padding = self.pool, keras.ops.reshape, self.padding
        _, frames, *space, channels = x.shape
        x = reshape(x, (-1, *space, channels))
        x = pool(x, self.size[1:], self.stride[1:], padding)
        _, *space, channels = x.shape
        x = reshape(x, (-1, frames, space[0] * space[1], channels))
        x = pool(x, (self.size[0], 1), (self.stride[0], 1), padding)
        return reshape(x, (-1, x.shape[1], *space, channels))


class SelfAttention(keras.layers.Layer):
    """Keras's attention of a sequence to itself; asked for its scores, it hides steps fully."""

    def __init__(self, layer):
        super().__init__(dtype="float64")
        self.supports_masking, self.causal = True, layer.causal
        self.attention = keras.layers.MultiHeadAttention(
            layer.heads,
            layer.key_dim,
            value_dim=layer.value_dim,
            use_bias=layer.use_bias,
            dtype="float64",
        )

    def build(self, shape):
        self.attention.build(shape, shape)

    def call(self, x, mask=None):
        both = None if mask is None else mask[:, :, None] & mask[:, None]
        return self.attention(
            x,
            x,
            attention_mask=both,
            use_causal_mask=self.causal,
            return_attention_scores=True,
        )[0]


class Positions(keras.layers.Layer):
    """A row for each place, added: weights or waves."""

    def __init__(self, layer):
        super().__init__(dtype="float64")
        self.supports_masking, self.waves = True, layer.waves

    def build(self, shape):
        if self.waves is None:
            self.p = self.add_weight(shape=shape[1:], name="p")

    def call(self, x):
        return x + (self.p if self.waves is None else self.waves)


def twin_of(layer):
    """Return the layer in Keras."""
    kind, options = type(layer).__name__, {"dtype": "float64"}
    make = partial(getattr, keras.layers)
    activation = getattr(layer, "activation", None)
    activation = leaky_relu if activation == "leaky_relu" else activation
    match kind:
        case "Dense":
            return make(kind)(layer.units, activation, layer.use_bias, **options)
        case "Conv1D" | "Conv2D" | "Conv3D":
            return make(kind)(
                layer.filters,
                layer.kernel_size,
                strides=layer.stride,
                padding=layer.padding,
                dilation_rate=layer.dilation,
                activation=activation,
                use_bias=layer.use_bias,
                **options,
            )
        case "MultiHeadAttention":
            return SelfAttention(layer)
        case "Positions":
            return Positions(layer)
        case "MaxPool3D" | "AvgPool3D":
            return Pool3D(layer)
        case "MaxPool2D" | "AvgPool2D":
            return make(kind)(layer.size, layer.stride, layer.padding, **options)
        case "GlobalAvgPool2D" | "GlobalAvgPool3D" | "GlobalMaxPool2D" | "GlobalMaxPool3D":
            name = kind.replace("Avg", "Average").replace("Pool", "Pooling")
            return make(name)(**options)
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
