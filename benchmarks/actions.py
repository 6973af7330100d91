"""What the models of clips cost: a step of training, and an answer, for clips of 16 x 48 x 48.

Each is as its builder makes it, untrained; how long it takes does not hang on the weights. Sixteen
clips at a time, in graphs of TensorFlow without XLA, whose convolutions in three dimensions are
slow on a CPU. Two threads. Beside the times stand the products of one clip: what is small may
still be slow, where it goes step by step.
"""

import os
import subprocess
import sys

import numpy as np

from benchmarks.timing import Row, table

SHAPE, CLASSES, BATCH = (16, 48, 48, 3), 10, 16


def main():
    """Print the tables, in a process that has two threads."""
    settings = {f"{name}_NUM_THREADS": "2" for name in ("OMP", "OPENBLAS", "MKL")}
    settings |= {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.actions"]
    subprocess.run(command, env=os.environ | settings, check=True)


def with_two_threads():
    """Print the tables of one process."""
    import tensorflow as tf

    from vidlearn import models

    tf.config.threading.set_intra_op_parallelism_threads(2)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    made = built()
    print(f"\n2 threads, {BATCH} clips of {' x '.join(map(str, SHAPE))}, {CLASSES} classes")
    for name, model in made.items():
        weights, products = model.count_params(), models.multiply_adds(model) / 1e6
        print(f"{name:28}{weights:>12,} weights{products:>10.0f} million multiply-adds")
    rng = np.random.default_rng(0)
    clips = rng.integers(0, 256, (BATCH, *SHAPE), dtype=np.uint8)
    labels = rng.integers(0, CLASSES, BATCH)
    rows = [Row(name, answers(model, clips), BATCH) for name, model in made.items()]
    table("Answers for a batch", rows)
    rows = [Row(name, steps(model, clips, labels), BATCH) for name, model in made.items()]
    table("A step of training", rows)


def built():
    """Make the models, by the names of the rows."""
    from vidlearn import models

    cnn = {"filters": (16, 32, 32), "features": 64, "units": 64}
    made = {
        "C3D": models.build_c3d(SHAPE, CLASSES),
        "(2+1)D": models.build_c3d(SHAPE, CLASSES, form="2+1d"),
        "CNN and GRU": models.build_cnn_rnn(SHAPE, CLASSES, norm=True, **cnn),
        "CNN and LSTM": models.build_cnn_rnn(SHAPE, CLASSES, norm=True, over_time="lstm", **cnn),
        "CNN and TCN": models.build_cnn_tcn(SHAPE, CLASSES, **cnn),
    }
    forms = ("space-time", "factorised", "divided")
    made |= {f: models.build_video_transformer(SHAPE, CLASSES, form=f) for f in forms}
    return made


def answers(model, clips):
    """Return what runs the model once."""
    import tensorflow as tf

    graph = tf.function(lambda x: model(x, training=False), jit_compile=False)
    return lambda: graph(clips).numpy()


def steps(model, clips, labels):
    """Return what trains the model by one batch."""
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-4), loss, jit_compile=False)
    return lambda: model.train_on_batch(clips, labels)


if __name__ == "__main__":
    with_two_threads()
