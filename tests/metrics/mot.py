"""TrackEval and motmetrics as oracles: the same tracks through their own code."""

import contextlib
import io
import warnings

import numpy as np
import pytest


def _per_frame(tracks, length):
    """Return the ids and the boxes of each frame."""
    ends = np.searchsorted(tracks.frames, np.arange(1, length))
    return zip(np.split(tracks.ids, ends), np.split(tracks.boxes.astype(float), ends), strict=True)


def trackeval_data(found, truth):
    """Return the dictionary that TrackEval's metrics take."""
    from trackeval.datasets._base_dataset import _BaseDataset

    length = max(found.length, truth.length)
    data = {"num_timesteps": length, "similarity_scores": []}
    for name, tracks in (("gt", truth), ("tracker", found)):
        ids, places = np.unique(tracks.ids, return_inverse=True)
        data[f"num_{name}_ids"], data[f"num_{name}_dets"] = len(ids), len(tracks)
        ends = np.searchsorted(tracks.frames, np.arange(1, length))
        data[f"{name}_ids"] = np.split(places, ends)
    pairs = zip(_per_frame(truth, length), _per_frame(found, length), strict=True)
    for (_, known), (_, one) in pairs:
        similarity = _BaseDataset._calculate_box_ious(known, one, box_format="x0y0x1y1")
        data["similarity_scores"].append(similarity)
    return data


def trackeval(found, truth, overlap=0.5):
    """Return all numbers of TrackEval for a film, or for a list of films together."""
    metrics = pytest.importorskip(
        "trackeval.metrics", reason="TrackEval is installed by: pip install --no-deps trackeval"
    )
    films = found if isinstance(found, list) else [found]
    truths = truth if isinstance(truth, list) else [truth]
    out = {}
    with contextlib.redirect_stdout(io.StringIO()):
        options = {"THRESHOLD": overlap, "PRINT_CONFIG": False}
        for metric in (metrics.CLEAR(options), metrics.Identity(options), metrics.HOTA()):
            results = {
                str(k): metric.eval_sequence(trackeval_data(one, known))
                for k, (one, known) in enumerate(zip(films, truths, strict=True))
            }
            out |= results["0"] if len(films) == 1 else metric.combine_sequences(results)
    return out


def motmetrics(found, truth, overlap=0.5):
    """Return all numbers of motmetrics for a film, or for a list of films together."""
    import motmetrics as mm

    films = found if isinstance(found, list) else [found]
    truths = truth if isinstance(truth, list) else [truth]
    accumulators = []
    for one, known in zip(films, truths, strict=True):
        accumulator = mm.MOTAccumulator()
        length = max(one.length, known.length)
        pairs = zip(_per_frame(known, length), _per_frame(one, length), strict=True)
        for frame, ((own, there), (other, here)) in enumerate(pairs):
            if len(own) or len(other):
                distances = 1 - mm.distances.boxiou(_xywh(there)[:, None], _xywh(here)[None])
                distances = np.where(distances > 1 - overlap, np.nan, distances)
                accumulator.update(own, other, distances, frameid=frame)
        accumulators.append(accumulator)
    names = [str(k) for k in range(len(films))]
    host = mm.metrics.create()
    wanted = [*mm.metrics.motchallenge_metrics, "idtp", "idfp", "idfn", "num_detections"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = host.compute_many(
            accumulators, metrics=wanted, names=names, generate_overall=len(films) > 1
        )
    return table.iloc[-1].to_dict()


def _xywh(boxes):
    return np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
