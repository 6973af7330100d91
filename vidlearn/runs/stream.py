"""Find things in a film, the pictures of a camera or a folder, and print a JSON line a frame.

    python stream.py SOURCE [--threshold 0.5]

SOURCE is a video file, the number of a camera (0 is the first) or a folder of pictures. Needs
tensorflow, numpy and opencv-python-headless, and the folder in which it stands.
"""

import argparse
import json
import os
import re
import sys
from itertools import chain
from pathlib import Path

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
GREY = 128  # what a picture is filled up with to the network's size
PICTURES = {".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}


def main():
    """Read the command line, and say in a line what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source", help="a video file, the number of a camera, or a folder")
    parser.add_argument("--threshold", type=float, default=0.5, help="least score, 0 to 1")
    chosen = parser.parse_args()
    if not 0 <= chosen.threshold <= 1:
        parser.error(f"threshold must be 0 to 1. Received: {chosen.threshold}")
    try:
        frames = frames_of(chosen.source)
        frames = chain([next(frames)], frames)  # told before TensorFlow has started
        for line in found(frames, Path(__file__).parent, chosen.threshold):
            print(json.dumps(line, ensure_ascii=False), flush=True)
    except BrokenPipeError:  # who reads had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError) as error:
        print(f"stream.py: {error}", file=sys.stderr)
        return 1
    except ImportError as error:
        print(f"stream.py: {error}. See what it needs: README.txt", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def frames_of(source):
    """Yield RGB frames (H, W, 3) uint8, one at a time."""
    import cv2

    if os.path.isdir(source):
        yield from pictures_of(Path(source))
        return
    if not source.isdecimal() and not os.path.isfile(source):
        raise OSError(f"there is no file {source}")
    capture = cv2.VideoCapture(int(source) if source.isdecimal() else source)
    try:
        number = 0
        while True:
            good, frame = capture.read()
            if not good:
                break
            number += 1
            yield np.ascontiguousarray(frame[..., ::-1])
        told = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    finally:
        capture.release()
    if not number:
        raise OSError(f"no frame can be read from {source}")
    if number < told:
        print(f"stream.py: {number} of {told} frames of {source} can be read", file=sys.stderr)


def pictures_of(folder):
    """Yield the pictures of a folder, 2.jpg before 10.jpg."""
    import cv2

    names = [path for path in folder.iterdir() if path.suffix.lower() in PICTURES]
    if not names:
        raise OSError(f"{folder} holds no picture")
    number = 0
    for path in sorted(names, key=natural):
        written = np.fromfile(path, np.uint8)
        frame = cv2.imdecode(written, cv2.IMREAD_COLOR) if written.size else None
        if frame is None:
            print(f"stream.py: {path} cannot be read; left out", file=sys.stderr)
        else:
            number += 1
            yield np.ascontiguousarray(frame[..., ::-1])
    if not number:
        raise OSError(f"not one picture of {folder} can be read")


def natural(path):
    """Return what sorts 2.jpg before 10.jpg."""
    words = re.split(r"(\d+)", path.name.casefold())
    return [int(word) if word.isdecimal() else word for word in words]


def found(frames, folder, threshold):
    """Yield what is found in each frame, in its own pixels."""
    import tensorflow as tf

    names = (folder / "classes.txt").read_text("utf-8").splitlines()
    try:
        model = tf.saved_model.load(str(folder / "model"))
    except Exception as error:  # each kind of damage has an error of its own
        raise OSError(f"{folder / 'model'} cannot be loaded ({error}). Export it anew") from error
    signature = model.signatures["serving_default"].structured_input_signature[1]
    size = tuple(next(iter(signature.values())).shape[1:3])
    for number, frame in enumerate(frames):
        picture, factor = letterbox(frame, size)
        inside = np.float32([[frame.shape[0] * factor, frame.shape[1] * factor]])
        boxes, scores, labels = (x[0].numpy() for x in model.serve_within(picture[None], inside))
        kept = scores > threshold
        yield {
            "frame": number,
            "boxes": np.round(boxes[kept].astype(float) / factor, 2).tolist(),
            "scores": np.round(scores[kept].astype(float), 4).tolist(),
            "names": [names[k] for k in labels[kept]],
        }


def letterbox(frame, size):
    """Make a frame fit into (height, width), at the top left; return it and by how much."""
    import tensorflow as tf

    if frame.shape[:2] == size:
        return frame, 1.0
    factor = min(size[0] / frame.shape[0], size[1] / frame.shape[1])
    sides = [max(round(side * factor), 1) for side in frame.shape[:2]]
    part = tf.image.resize(frame, sides, antialias=True).numpy().round().clip(0, 255)
    picture = np.full((*size, 3), GREY, np.uint8)
    picture[: sides[0], : sides[1]] = part
    return picture, factor


if __name__ == "__main__":
    sys.exit(main())
