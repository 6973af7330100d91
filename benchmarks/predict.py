"""How fast a film is named, from its file to an answer for each frame: decoding is included.

The film is H.264 of 640 x 360, people who act. The network is the CNN and TCN that `vidlearn train
tcn` builds on a CPU, untrained; how long it takes does not hang on the weights. It is asked in two
ways: each frame becomes a vector once, and the TCN reads all of them; or window by window, a
quarter of one at a time, as `vidlearn predict` does it. Beside them stands a plain loop of OpenCV
that decodes the same file and makes its frames small, and no more. Two threads. The times are for
60 frames: below 1,000 milliseconds is faster than a film of 60 frames a second goes by.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.timing import Row, table

FRAMES, CLASSES, SHAPE = 240, 10, (16, 48, 80, 3)
FILM = Path(tempfile.gettempdir()) / "vidlearn-benchmarks" / "actions-360p.mp4"


def main():
    """Print the table, in a process that has two threads."""
    settings = {f"{name}_NUM_THREADS": "2" for name in ("OMP", "OPENBLAS", "MKL")}
    settings |= {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.predict"]
    subprocess.run(command, env=os.environ | settings, check=True)


def with_two_threads():
    """Print the table of one process."""
    import cv2
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(2)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    cv2.setNumThreads(2)
    film = filmed()
    features, windows = built(film)
    rows = [
        Row("cv2: decode, make small", lambda: opencv_loop(film), FRAMES),
        Row("vidlearn: decode, make small", lambda: sum(1 for _ in small(film)), FRAMES),
        Row("and features, and TCN", features, FRAMES),
        Row("and CNN and TCN, by windows", windows, FRAMES),
    ]
    size = " x ".join(map(str, SHAPE[1:3]))
    title = f"2 threads: {FRAMES} frames of 640 x 360, H.264, seen as {size}; for 60 frames"
    table(title, rows, task=60, rounds=7)


def filmed():
    """Return the film, which is made once."""
    from vidlearn.synthetic import actions
    from vidlearn.video import write_video

    if not FILM.exists():
        FILM.parent.mkdir(exist_ok=True)
        clips = actions(FRAMES // 60, frames=60, size=(360, 640), seed=3)
        write_video(FILM, (frame for clip in clips.frames for frame in clip), fps=30)
    return FILM


def small(film):
    """Yield the frames of a film, made small as they are decoded."""
    from vidlearn.video import read_frames

    return read_frames(film, size=SHAPE[1:3])


def opencv_loop(film):
    """Decode a film and make its frames small, the way most scripts do."""
    import cv2

    reader, count = cv2.VideoCapture(str(film)), 0
    while (found := reader.read())[0]:
        cv2.resize(found[1], SHAPE[2:0:-1], interpolation=cv2.INTER_AREA)
        count += 1
    assert count == FRAMES


def built(film):
    """Return what answers for every frame, and what answers window by window."""
    from tqdm import tqdm

    from vidlearn import models
    from vidlearn.runs.clip_prediction import Seen

    model = models.build_cnn_tcn(SHAPE, CLASSES)
    width = model.get_layer("vectors").output.shape[-1]
    head = models.build_tcn((None, width), CLASSES, every="frame")
    settings = {"frames": SHAPE[0], "step": 1, "size": SHAPE[1:3]}

    def features():
        frames = np.stack(list(small(film)))
        vectors = models.frame_vectors(model, frames.reshape(-1, *SHAPE))
        found = models.predict_clips(head, vectors.reshape(1, -1, width))
        assert found.shape == (1, FRAMES, CLASSES)

    def windows():
        bar = tqdm(disable=True)
        assert Seen(model, film, settings, SHAPE[0] // 4, bar).frames == FRAMES

    return features, windows


if __name__ == "__main__":
    with_two_threads()
