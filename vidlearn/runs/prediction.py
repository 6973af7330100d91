"""Find things in a film or a folder of pictures, or what is done in it, and draw that."""

from __future__ import annotations

from contextlib import ExitStack

from vidlearn.messages import text
from vidlearn.plots import draw_boxes

from .files import RunError
from .film import checked_threshold, expect_files, go_through, json_teller
from .run import Run
from .tracking import THRESHOLD, track


def predict(
    run, source, out, *, found=None, threshold=None, tracks=False, stride=None, progress=False
):
    """Look at a film with the model of a training, and write the film with what was found.

    A detector finds things in each frame, and boxes are drawn. A network for clips looks at
    windows that overlap; a frame has the mean of the scores of its windows, and the best label is
    written on it. Only a batch of frames, or a window of small ones, is in memory at a time,
    however long the film.

    Parameters
    ----------
    run : str, Path or Run
        The folder of the training.
    source : str or Path
        A video file, or a folder of pictures (25 a second; those of other sizes than the first
        are brought into its size in the film, not in `found`).
    out : str or Path
        The film to write, ".mp4", with the frames, the time stamps and the sound of the source.
    found : str or Path, optional
        A JSON file for what was found: an object with "classes" and "frames". Each frame has a
        line of its own, with "frame", "seconds", "boxes" (x1, y1, x2, y2 in pixels of the
        source), "scores" and "names". Of a network for clips: an object with "video", "fps",
        "frames", "classes", "windows" ("start" and "end" in frames, from 0, the end behind the
        last one; "start_seconds", "end_seconds", "label", "score") and "seconds" ("second",
        "label", "score": of the mean over its frames).
    threshold : float, optional
        Least score of what is drawn, 0 to 1; default 0.5, with `tracks` that of `track`, of a
        network for clips 0: the best label always.
    tracks : bool
        Of a detector: give things an identity through the film: the same as `track`.
    stride : int, optional
        Of a network for clips: frames from one window to the next; default a quarter of a window.
    progress : bool
        Show a bar.

    Returns
    -------
    str
        What was written, in a sentence.

    Raises
    ------
    RunError
        If `run` is no training or has no model yet, a file to write belongs to the source or the
        training, or the disk is full.
    vidlearn.video.VideoError
        If the source cannot be read, or `out` not be written.

    Notes
    -----
    Both files appear when they are whole, or not at all.

    Lesson 15 uses it.
    """
    run = run if isinstance(run, Run) else Run(run)
    run.expect_no_films("predict")
    for_clips = run.task.COUNTED == "clips"
    if (tracks and for_clips) or (stride is not None and not for_clips):
        raise RunError(text("runs")["no_tracks" if tracks else "no_stride"])
    if for_clips:
        from .clip_prediction import predict_actions

        how = {"found": found, "threshold": threshold, "stride": stride, "progress": progress}
        return predict_actions(run, source, out, **how)
    if tracks:
        how = {"threshold": THRESHOLD if threshold is None else threshold, "progress": progress}
        return track(run, source, out, found=found, **how)
    least, boxes = checked_threshold(0.5 if threshold is None else threshold), 0
    expect_files(run, source, out, found)

    def step(frame, seen):
        nonlocal boxes
        boxes += len(seen)
        return seen, {}, draw_boxes(frame, seen, names=run.classes)

    with ExitStack() as stack:
        teller = json_teller(found, source, run, least) if found else None
        tellers = [stack.enter_context(teller)] if found else []
        frames = go_through(run, source, out, step, tellers, threshold=least, progress=progress)
    return text("runs")["predicted"].format(frames=frames, boxes=boxes, file=out)
