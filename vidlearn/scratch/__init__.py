"""Neural networks in NumPy alone: each operation forward and backward.

``x_forward(...) -> (out, cache)`` and ``x_backward(dout, cache) -> gradients``, channels last,
results in the dtype of x, which is float32 or float64. ``x_forward_naive`` is the same operation
as plain loops. To read a piece: ``inspect.getsource(scratch.conv2d_forward_naive)``.

A cache holds arrays as they are, no copies: x, the weights, and out where the gradient is made of
it (sigmoid, tanh, softmax, maxima). Change them in place only after the backward pass.

In `dropout` and `Dropout`, rate is the share that is dropped, in
schedules it is the learning rate. Options have one name each; where Keras has another, the error
about that says ours.

===============  ============================================================================
``activations``  relu, leaky_relu, sigmoid, tanh, softmax
``dense``        dense, flatten
``losses``       mse, softmax_cross_entropy, sigmoid_cross_entropy; accuracy
``norm``         batch_norm, layer_norm
``dropout``      dropout
``conv``         conv1d, conv2d, conv3d; conv_output_size; filter2d for a plain picture
``pool``         max_pool2d, avg_pool2d, max_pool3d, avg_pool3d; global ones in global_pool
``rnn``          rnn, and rnn_cell, its single step
``lstm``         lstm, lstm_cell
``gru``          gru, gru_cell; bidirectional in bidirectional
``attention``    attention, causal_mask, padding_mask; multi_head_attention in multi_head
``positions``    positions, sinusoidal_positions
``gradcheck``    numerical_gradient, relative_error, check_gradients
``layers``       Dense, Conv2D, Conv3D, MaxPool3D, LSTM, Dropout ...; Layer for your own
``network``      Network: layers in a row; weights to and from Keras and files
``optimizers``   SGD, Adam, AdamW; clipping and learning-rate schedules
``training``     fit, evaluate, train_step; EarlyStopping and callbacks of your own
===============  ============================================================================
"""

from ._keras import knows_keras, missing
from .activations import (
    leaky_relu_backward,
    leaky_relu_forward,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    softmax,
    softmax_backward,
    softmax_forward,
    tanh_backward,
    tanh_forward,
)
from .attention import (
    attention_backward,
    attention_forward,
    causal_mask,
    padding_mask,
)
from .attention_naive import (
    attention_backward_naive,
    attention_forward_naive,
    multi_head_attention_backward_naive,
    multi_head_attention_forward_naive,
)
from .bidirectional import bidirectional_backward, bidirectional_forward
from .callbacks import (
    Callback,
    EarlyStopping,
    History,
    Run,
)
from .clipping import (
    clip_by_global_norm,
    clip_by_norm,
    clip_by_value,
)
from .conv import (
    conv1d_backward,
    conv1d_forward,
    conv2d_backward,
    conv2d_forward,
    conv3d_backward,
    conv3d_forward,
    conv_output_size,
    filter2d,
)
from .conv_naive import (
    conv1d_backward_naive,
    conv1d_forward_naive,
    conv2d_backward_naive,
    conv2d_forward_naive,
    conv3d_backward_naive,
    conv3d_forward_naive,
)
from .dense import (
    dense_backward,
    dense_backward_naive,
    dense_forward,
    dense_forward_naive,
    flatten_backward,
    flatten_forward,
)
from .dropout import dropout_backward, dropout_forward
from .global_pool import (
    global_avg_pool2d_backward,
    global_avg_pool2d_forward,
    global_avg_pool3d_backward,
    global_avg_pool3d_forward,
    global_max_pool2d_backward,
    global_max_pool2d_forward,
    global_max_pool3d_backward,
    global_max_pool3d_forward,
)
from .gradcheck import (
    check_gradients,
    numerical_gradient,
    relative_error,
)
from .gru import (
    gru_backward,
    gru_cell_backward,
    gru_cell_forward,
    gru_forward,
)
from .layer import Layer
from .layers import (
    Activation,
    Conv1D,
    Conv2D,
    Conv3D,
    Dense,
    Flatten,
)
from .layers_attention import MultiHeadAttention, Positions
from .layers_norm import (
    BatchNorm,
    Dropout,
    LayerNorm,
)
from .layers_pool import (
    AvgPool2D,
    AvgPool3D,
    GlobalAvgPool2D,
    GlobalAvgPool3D,
    GlobalMaxPool2D,
    GlobalMaxPool3D,
    MaxPool2D,
    MaxPool3D,
)
from .layers_sequence import (
    GRU,
    LSTM,
    Bidirectional,
    Masking,
    SimpleRNN,
)
from .losses import (
    accuracy,
    mse_backward,
    mse_forward,
    sigmoid_cross_entropy_backward,
    sigmoid_cross_entropy_forward,
    softmax_cross_entropy_backward,
    softmax_cross_entropy_forward,
)
from .lstm import (
    lstm_backward,
    lstm_cell_backward,
    lstm_cell_forward,
    lstm_forward,
)
from .multi_head import (
    multi_head_attention_backward,
    multi_head_attention_forward,
)
from .network import Network
from .norm import (
    batch_norm_backward,
    batch_norm_backward_naive,
    batch_norm_forward,
    batch_norm_forward_naive,
    layer_norm_backward,
    layer_norm_forward,
)
from .optimizers import (
    SGD,
    Adam,
    AdamW,
    Optimizer,
)
from .pool import (
    avg_pool2d_backward,
    avg_pool2d_forward,
    avg_pool3d_backward,
    avg_pool3d_forward,
    max_pool2d_backward,
    max_pool2d_forward,
    max_pool3d_backward,
    max_pool3d_forward,
)
from .pool_naive import (
    avg_pool2d_backward_naive,
    avg_pool2d_forward_naive,
    avg_pool3d_backward_naive,
    avg_pool3d_forward_naive,
    max_pool2d_backward_naive,
    max_pool2d_forward_naive,
    max_pool3d_backward_naive,
    max_pool3d_forward_naive,
)
from .positions import (
    positions_backward,
    positions_forward,
    sinusoidal_positions,
)
from .recurrent_naive import (
    gru_backward_naive,
    gru_forward_naive,
    lstm_backward_naive,
    lstm_forward_naive,
    rnn_backward_naive,
    rnn_forward_naive,
)
from .rnn import (
    rnn_backward,
    rnn_cell_backward,
    rnn_cell_forward,
    rnn_forward,
)
from .schedules import (
    cosine_decay,
    exponential_decay,
    piecewise_constant,
)
from .training import (
    evaluate,
    fit,
    train_step,
)

__all__ = [
    "GRU",
    "LSTM",
    "SGD",
    "Activation",
    "Adam",
    "AdamW",
    "AvgPool2D",
    "AvgPool3D",
    "BatchNorm",
    "Bidirectional",
    "Callback",
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "Flatten",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "History",
    "Layer",
    "LayerNorm",
    "Masking",
    "MaxPool2D",
    "MaxPool3D",
    "MultiHeadAttention",
    "Network",
    "Optimizer",
    "Positions",
    "Run",
    "SimpleRNN",
    "accuracy",
    "attention_backward",
    "attention_backward_naive",
    "attention_forward",
    "attention_forward_naive",
    "avg_pool2d_backward",
    "avg_pool2d_backward_naive",
    "avg_pool2d_forward",
    "avg_pool2d_forward_naive",
    "avg_pool3d_backward",
    "avg_pool3d_backward_naive",
    "avg_pool3d_forward",
    "avg_pool3d_forward_naive",
    "batch_norm_backward",
    "batch_norm_backward_naive",
    "batch_norm_forward",
    "batch_norm_forward_naive",
    "bidirectional_backward",
    "bidirectional_forward",
    "causal_mask",
    "check_gradients",
    "clip_by_global_norm",
    "clip_by_norm",
    "clip_by_value",
    "conv1d_backward",
    "conv1d_backward_naive",
    "conv1d_forward",
    "conv1d_forward_naive",
    "conv2d_backward",
    "conv2d_backward_naive",
    "conv2d_forward",
    "conv2d_forward_naive",
    "conv3d_backward",
    "conv3d_backward_naive",
    "conv3d_forward",
    "conv3d_forward_naive",
    "conv_output_size",
    "cosine_decay",
    "dense_backward",
    "dense_backward_naive",
    "dense_forward",
    "dense_forward_naive",
    "dropout_backward",
    "dropout_forward",
    "evaluate",
    "exponential_decay",
    "filter2d",
    "fit",
    "flatten_backward",
    "flatten_forward",
    "global_avg_pool2d_backward",
    "global_avg_pool2d_forward",
    "global_avg_pool3d_backward",
    "global_avg_pool3d_forward",
    "global_max_pool2d_backward",
    "global_max_pool2d_forward",
    "global_max_pool3d_backward",
    "global_max_pool3d_forward",
    "gru_backward",
    "gru_backward_naive",
    "gru_cell_backward",
    "gru_cell_forward",
    "gru_forward",
    "gru_forward_naive",
    "layer_norm_backward",
    "layer_norm_forward",
    "leaky_relu_backward",
    "leaky_relu_forward",
    "lstm_backward",
    "lstm_backward_naive",
    "lstm_cell_backward",
    "lstm_cell_forward",
    "lstm_forward",
    "lstm_forward_naive",
    "max_pool2d_backward",
    "max_pool2d_backward_naive",
    "max_pool2d_forward",
    "max_pool2d_forward_naive",
    "max_pool3d_backward",
    "max_pool3d_backward_naive",
    "max_pool3d_forward",
    "max_pool3d_forward_naive",
    "mse_backward",
    "mse_forward",
    "multi_head_attention_backward",
    "multi_head_attention_backward_naive",
    "multi_head_attention_forward",
    "multi_head_attention_forward_naive",
    "numerical_gradient",
    "padding_mask",
    "piecewise_constant",
    "positions_backward",
    "positions_forward",
    "relative_error",
    "relu_backward",
    "relu_forward",
    "rnn_backward",
    "rnn_backward_naive",
    "rnn_cell_backward",
    "rnn_cell_forward",
    "rnn_forward",
    "rnn_forward_naive",
    "sigmoid_backward",
    "sigmoid_cross_entropy_backward",
    "sigmoid_cross_entropy_forward",
    "sigmoid_forward",
    "sinusoidal_positions",
    "softmax",
    "softmax_backward",
    "softmax_cross_entropy_backward",
    "softmax_cross_entropy_forward",
    "softmax_forward",
    "tanh_backward",
    "tanh_forward",
    "train_step",
]

for _name in __all__:
    globals()[_name] = knows_keras(globals()[_name])


def __getattr__(name):
    raise missing(name)
