"""A trained detector as a folder that needs nothing of this library."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from pathlib import Path

import vidlearn
from vidlearn.messages import text
from vidlearn.video.beside import umask

from .files import RunError, not_written, write_text
from .run import CLASSES, Run

MODEL, README, STREAM = "model", "README.txt", "stream.py"
NAMES = {MODEL, README, STREAM, CLASSES}


def export(run, folder, *, threshold=0.05, overlap=0.45, most=100):
    """Write the model of a training as a TensorFlow SavedModel, ready to be used elsewhere.

    A process with tensorflow and numpy loads it with ``tf.saved_model.load(folder / "model")``;
    this library need not be installed there. ``loaded.serve(frames)`` takes pictures
    (N, H, W, 3) of the network's size, uint8 or float32 of 0 to 255, and returns boxes
    (N, M, 4) xyxy in their pixels, scores (N, M) and labels (N, M), best first, suppression
    included; what fills up is -1. ``loaded.serve_within(frames, sizes)`` also takes the height and
    width (N, 2) that pictures have in their frames, where grey fills up the rest. Beside it are
    ``classes.txt``, ``README.txt`` and ``stream.py``, which prints what is found in a film, in
    the pictures of a camera or of a folder.

    Parameters
    ----------
    run : str, Path or Run
        The folder of the training.
    folder : str or Path
        A new folder, an empty one, or an earlier export, which is replaced.
    threshold : float
        Least score, 0 to 1; whoever uses the model can ask for more, not for less.
    overlap : float
        Of two boxes of one class that overlap more than this, the better one stays.
    most : int
        Most detections of a picture: M.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    RunError
        If `run` is no training, has no model yet or is none of a detector, `folder` holds
        something else, an option is out of range, Keras does not run on TensorFlow, or the disk is
        full.

    Notes
    -----
    The folder appears when it is whole, or not at all; an earlier export stays until then.

    Lesson 24 uses it.
    """
    run = run if isinstance(run, Run) else Run(run)
    run.expect_no_films("export")
    if run.task.COUNTED == "clips":
        raise RunError(text("runs")["no_export"])
    target = Path(folder).expanduser().absolute()
    _expect_tensorflow()
    _expect_options(threshold, overlap, most)
    _expect_free(target, folder)
    detector = run.model()
    fresh = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".", suffix=".part.export", dir=target.parent))
        _write_model(detector, fresh / MODEL, threshold, overlap, most)
        _write_beside(run, detector, fresh, threshold, most)
        fresh.chmod(0o777 & ~umask())
        _exchange(fresh, target)
    except OSError as error:
        raise not_written(folder, error) from error
    finally:
        if fresh is not None:
            shutil.rmtree(fresh, ignore_errors=True)
    return target


def _expect_tensorflow():
    import keras

    if (backend := keras.backend.backend()) != "tensorflow":
        raise RunError(text("runs")["not_tensorflow"].format(backend=backend))


def _expect_options(threshold, overlap, most):
    words = text("runs")
    for name, value in (("threshold", threshold), ("overlap", overlap)):
        if not 0 <= value <= 1:
            raise RunError(words["share"].format(name=name, value=value))
    if most != int(most) or not 1 <= most <= 10_000:
        told = {"name": "most", "least": 1, "most": 10_000, "value": most}
        raise RunError(words["whole"].format(**told))


def _expect_free(target, folder):
    """Refuse a folder that holds more than an export does."""
    if not (target.exists() or target.is_symlink()):
        return
    names = {path.name for path in target.iterdir()} if target.is_dir() else {""}
    ours = names == NAMES and (target / MODEL / "saved_model.pb").is_file()
    if target.is_symlink() or (names and not ours):
        raise RunError(text("runs")["export_there"].format(folder=folder))


def _write_model(detector, path, threshold, overlap, most):
    """Write the SavedModel: one endpoint for whole frames, one for frames that are filled up."""
    import tensorflow as tf
    from keras.export import ExportArchive

    from vidlearn.models.serving import found_in_fixed_shape

    def within(frames, sizes):
        how = {"threshold": threshold, "overlap": overlap, "most": most}
        return found_in_fixed_shape(detector, frames, sizes, **how)

    def whole(frames):
        sizes = tf.constant([detector.frame_shape[:2]], tf.float32)
        return within(frames, tf.tile(sizes, [tf.shape(frames)[0], 1]))

    archive = ExportArchive()
    archive.track(detector)
    sizes = tf.TensorSpec((None, 2), tf.float32, "sizes")
    for name, function, more in (("serve", whole, ()), ("serve_within", within, (sizes,))):
        traced = tf.function(function)
        for kind in (tf.uint8, tf.float32):  # the first one is what a server is told
            frames = tf.TensorSpec((None, *detector.frame_shape), kind, "frames")
            traced.get_concrete_function(frames, *more)
        archive.add_endpoint(name, traced)
    logger = tf.get_logger()  # it names the folder, which is not yet the one that was asked for
    level = logger.level
    logger.setLevel("WARNING")
    try:
        archive.write_out(str(path), verbose=False)
    except tf.errors.OpError as error:  # TensorFlow writes files past Python
        if "space left" in error.message or "quota" in error.message:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise OSError(errno.EIO, error.message.splitlines()[0]) from error
    finally:
        logger.setLevel(level)


def _write_beside(run, detector, folder, threshold, most):
    write_text(folder / CLASSES, "".join(f"{name}\n" for name in run.classes))
    write_text(folder / STREAM, (Path(__file__).parent / STREAM).read_text("utf-8"))
    height, width = detector.frame_shape[:2]
    told = {"version": vidlearn.__version__, "kind": run.settings.get("kind")}
    told |= {"height": height, "width": width, "threshold": threshold, "most": most}
    words = text("runs")["export_readme"]
    write_text(folder / README, words.format(**told, classes=", ".join(run.classes)))


def _exchange(fresh, target):
    """Bring the new folder to its name; what was there goes when that is done."""
    old = None
    if target.exists():
        old = fresh.with_name(f"{fresh.name}.old")
        os.rename(target, old)
    try:
        os.rename(fresh, target)
    except OSError:
        if old is not None:
            os.rename(old, target)
        raise
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)
