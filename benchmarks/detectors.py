"""How many pictures a second the three detectors see, and where the time of one goes.

Each is as its builder makes it, for 128 x 128, and untrained: how long it takes does not hang on
the weights, but on how many candidates pass the threshold and enter suppression. So each gets the
threshold that 40 candidates of its picture pass, as many as a trained one sees in a picture of a
few things. Counted is the whole of `predict`, from uint8 pictures to `Detections`. Two threads.
"""

import os
import subprocess
import sys
from functools import partial
from time import sleep

import numpy as np

from benchmarks.timing import Row, Target, table

SIZE, BATCH, CANDIDATES = (128, 128), 16, 40
CLASSES = ("coin", "cup", "flower", "horse", "digit")
CLOCK, LEAST = "100 a second", 0.01


def main():
    """Print the tables, in a process that has two threads."""
    settings = {f"{name}_NUM_THREADS": "2" for name in ("OMP", "OPENBLAS", "MKL")}
    settings |= {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.detectors"]
    subprocess.run(command, env=os.environ | settings, check=True)


def with_two_threads():
    """Print the tables of one process."""
    import tensorflow as tf

    from vidlearn import models

    tf.config.threading.set_intra_op_parallelism_threads(2)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    builders = {
        "YOLO": models.build_yolo,
        "SSD": models.build_ssd,
        "Faster R-CNN": models.build_faster_rcnn,
    }
    made = {name: build((*SIZE, 3), CLASSES) for name, build in builders.items()}
    frames = np.random.default_rng(0).integers(0, 256, (BATCH, *SIZE, 3), dtype=np.uint8)
    print(f"\n2 threads, {SIZE[0]} x {SIZE[1]}, {len(CLASSES)} classes; times are for a picture")
    for name, model in made.items():
        products = models.multiply_adds(model) / 1e6
        print(f"{name:28}{products:>10.0f} million multiply-adds")
    one_by_one(made, frames)
    in_batches(made, frames)
    shares(made["YOLO"], frames)


def one_by_one(made, frames):
    """Print the table of a stream: a picture, its detections, the next picture."""

    def stream(model, threshold):
        for k in range(len(frames)):
            model.predict(frames[k : k + 1], threshold=threshold)

    rows = [
        Row(name, partial(stream, model, threshold_of(model, frames)), BATCH)
        for name, model in made.items()
    ]
    rows.append(Row(CLOCK, partial(sleep, LEAST * BATCH), BATCH, "a clock"))
    targets = [Target("YOLO", CLOCK, 1.0)]
    table("One at a time", rows, over=CLOCK, task=1, targets=targets)


def in_batches(made, frames):
    """Print the table of pictures that wait for each other."""
    rows = []
    for name, model in made.items():
        whole = partial(model.predict, frames, threshold=threshold_of(model, frames))
        rows.append(Row(name, whole, BATCH))
    table(f"{BATCH} at a time", rows, task=1)


def shares(model, frames):
    """Print what the parts of `predict` take, alone, for one picture at a time."""
    import tensorflow as tf

    from vidlearn.models import letterbox
    from vidlearn.models.detector import _best

    network = tf.function(lambda x: model.network(x, training=False), jit_compile=False)
    one, threshold = frames[:1], threshold_of(model, frames)
    outputs = network(one)
    decode = tf.function(lambda x: model.decode(x), jit_compile=False)
    boxes, scores = (x.numpy()[0] for x in decode(outputs))
    large = np.tile(frames[0], (4, 5, 1))[:480, :640]
    rows = [
        Row("whole predict", partial(model.predict, one, threshold=threshold)),
        Row("network", lambda: [x.numpy() for x in network(one)]),
        Row("decoding", lambda: [x.numpy() for x in decode(outputs)]),
        Row(f"suppression of {CANDIDATES}", lambda: _best(boxes, scores, threshold, 0.45, 100)),
        Row("suppression of 400", lambda: _best(boxes, scores, 0, 0.45, 100), 1, "at most"),
        Row("letterbox of 480 x 640", lambda: letterbox(large, SIZE), 1, "of none, if it fits"),
    ]
    table("YOLO, parts of one picture", rows, rounds=100)


def threshold_of(model, frames):
    """Return the score that so many candidates of the first picture pass."""
    model.predict(frames[:1])
    _, scores = model._seen(frames[:1])
    return float(np.sort(scores, axis=None)[-CANDIDATES - 1])


if __name__ == "__main__":
    with_two_threads()
