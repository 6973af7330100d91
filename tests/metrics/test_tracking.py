"""Tracking metrics: against TrackEval and motmetrics, on random and on real films."""

from pathlib import Path

import numpy as np
import pytest

from tests.metrics import mot
from tests.metrics.track_sets import random_film
from vidlearn.boxes import Tracks
from vidlearn.datasets import read_mot
from vidlearn.metrics import evaluate_tracks, without_distractors

THEIRS = {
    "CLR_TP": "TP",
    "CLR_FN": "FN",
    "CLR_FP": "FP",
    "IDSW": "switches",
    "MT": "mostly_tracked",
}
THEIRS |= {"PT": "partly_tracked", "ML": "mostly_lost", "Frag": "fragments", "MOTA": "MOTA"}
THEIRS |= {"MOTP": "MOTP", "CLR_Re": "recall", "CLR_Pr": "precision", "MOTP_sum": "overlaps"}
THEIRS |= {name: name for name in ("IDTP", "IDFP", "IDFN", "IDF1", "IDP", "IDR")}
CURVES = ("HOTA", "DetA", "AssA", "DetRe", "DetPr", "AssRe", "AssPr", "LocA")
MM = {"mota": "MOTA", "motp": "MOTP_distance", "num_switches": "switches", "num_misses": "FN"}
MM |= {"num_false_positives": "FP", "num_fragmentations": "fragments", "idf1": "IDF1"}
MM |= {"mostly_tracked": "mostly_tracked", "partially_tracked": "partly_tracked"}
MM |= {"mostly_lost": "mostly_lost", "recall": "recall", "precision": "precision", "idp": "IDP"}
MM |= {"idr": "IDR", "idtp": "IDTP", "idfp": "IDFP", "idfn": "IDFN", "num_detections": "TP"}


def same_as_trackeval(found, truth, overlap=0.5):
    """Assert that all numbers are those of TrackEval, and return them."""
    metrics = evaluate_tracks(found, truth, overlap=overlap)
    theirs = mot.trackeval(found, truth, overlap)
    for name, ours in THEIRS.items():
        value = np.nan_to_num(getattr(metrics, ours))  # TrackEval writes 0
        assert value == pytest.approx(theirs[name], rel=1e-9, abs=1e-9), name
    for name in CURVES:
        ours = np.nan_to_num(metrics.curve(name), nan=float(name == "LocA"))
        np.testing.assert_allclose(ours, theirs[name], rtol=1e-9, atol=1e-9, err_msg=name)
    return metrics


def same_as_motmetrics(found, truth, overlap=0.5):
    """Assert that all numbers are those of motmetrics, and return them."""
    metrics = evaluate_tracks(found, truth, overlap=overlap, rules="motmetrics")
    theirs = mot.motmetrics(found, truth, overlap)
    for name, ours in MM.items():
        value, expected = getattr(metrics, ours), theirs[name]
        expected = expected if np.isfinite(expected) else np.nan
        assert value == pytest.approx(expected, rel=1e-6, abs=1e-6, nan_ok=True), name
    return metrics


@pytest.mark.parametrize("tens", range(20))
def test_random_films_match_both(tens):
    for seed in range(10 * tens, 10 * tens + 10):
        overlap = (0.5, 0.3, 0.7)[seed % 3]
        same_as_trackeval(*random_film(seed), overlap)
        same_as_motmetrics(*random_film(seed), overlap)


def test_the_random_films_have_what_is_hard():
    films = [random_film(seed) for seed in range(200)]
    metrics = [evaluate_tracks(*film) for film in films]
    other = [evaluate_tracks(*film, rules="motmetrics") for film in films]
    empty = [min(len(found), len(truth)) == 0 for found, truth in films]
    for name in ("TP", "switches", "fragments", "mostly_tracked"):
        differ = [getattr(a, name) != getattr(b, name) for a, b in zip(metrics, other, strict=True)]
        assert sum(differ) >= 5, name
    assert sum(empty) >= 4
    assert sum(m.switches for m in metrics) > 250
    assert sum(m.fragments for m in metrics) > 500


@pytest.mark.parametrize("seed", range(12))
def test_whole_numbers_match_both(seed):
    film = random_film(seed, whole=True)
    same_as_trackeval(*film)
    same_as_motmetrics(*film)


@pytest.mark.parametrize("seed", range(3))
def test_crowded_films_match_both(seed):
    film = random_film(seed, frames=20, objects=40)
    same_as_trackeval(*film)
    same_as_motmetrics(*film)


@pytest.mark.parametrize("seed", range(12))
def test_several_films_match_both(seed):
    films = [random_film(100 + 7 * seed + k, frames=5 + 3 * k) for k in range(4)]
    found, truth = map(list, zip(*films, strict=True))
    metrics = same_as_trackeval(found, truth)
    if all(evaluate_tracks(*film).TP for film in films):
        same_as_motmetrics(found, truth)
    else:  # its MOTP of a film without a match makes that of all NaN
        assert np.isnan(mot.motmetrics(found, truth)["motp"])
    assert (metrics.films, metrics.frames) == (4, 5 + 8 + 11 + 14)


def test_films_are_added_by_hand():
    long, short = random_film(3, frames=30), random_film(8, frames=4)
    a, b = evaluate_tracks(*long), evaluate_tracks(*short)
    both = evaluate_tracks([long[0], short[0]], [long[1], short[1]])
    for name in ("truths", "found", "identities", "TP", "switches", "fragments", "IDTP", "FN"):
        assert getattr(both, name) == getattr(a, name) + getattr(b, name)
    weighted = a.curve("AssA") * a.hits + b.curve("AssA") * b.hits
    np.testing.assert_allclose(both.curve("AssA"), weighted / np.maximum(a.hits + b.hits, 1))
    assert {event.film for event in both.events} <= {0, 1}
    assert [e._replace(film=0) for e in both.events] == [*a.events, *b.events]


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda d: d.__name__)
def test_single_and_double_precision_match_both(dtype):
    films = [
        Tracks(rows.frames, rows.ids, rows.boxes.astype(dtype), length=rows.length)
        for rows in random_film(12)
    ]
    same_as_trackeval(*films)
    same_as_motmetrics(*films)


def cleaned_by_trackeval(found, truth):
    """Return TrackEval's numbers after its own preprocessing for MOT17."""
    from trackeval.datasets import MotChallenge2DBox

    kit = object.__new__(MotChallenge2DBox)
    kit.do_preproc, kit.benchmark = True, "MOT17"
    kit.class_name_to_class_id = {"pedestrian": 1, "person_on_vehicle": 2, "static_person": 7}
    kit.class_name_to_class_id |= {"distractor": 8, "reflection": 12}
    kit.valid_class_numbers = list(range(1, 14))
    raw = mot.trackeval_data(found, truth)
    ends = np.arange(1, raw["num_timesteps"])
    for name, rows in (("gt", truth), ("tracker", found)):
        at = np.searchsorted(rows.frames, ends)
        raw[f"{name}_dets"] = np.split(rows.boxes, at)
        raw[f"{name}_classes"] = np.split(rows.labels + 1, at)
    at = np.searchsorted(truth.frames, ends)
    raw["gt_extras"] = [{"zero_marked": part} for part in np.split(~truth.ignored, at)]
    raw["tracker_confidences"] = np.split(found.scores, np.searchsorted(found.frames, ends))
    return kit.get_preprocessed_seq_data(raw | {"seq": "film"}, "pedestrian")


@pytest.mark.parametrize("seed", range(30))
def test_distractors_are_taken_out_as_trackeval_does(seed):
    pytest.importorskip("trackeval", reason="TrackEval is installed with --no-deps")
    found, truth = random_film(seed, ignored=0.2)
    labels = np.random.default_rng(seed).choice([0, 0, 0, 2, 7, 11], len(truth))
    truth = Tracks(truth.frames, truth.ids, truth.boxes, None, labels, truth.ignored, truth.length)
    data = cleaned_by_trackeval(found, truth)
    found, truth = without_distractors(found, truth)
    assert len(truth) == data["num_gt_dets"]
    assert len(found) == data["num_tracker_dets"]
    same_as_trackeval(found, truth)
    for name, rows in (("gt", truth), ("tracker", found)):
        places = np.unique(rows.ids, return_inverse=True)[1]
        assert places.tolist() == np.concatenate(data[f"{name}_ids"]).tolist()


@pytest.mark.parametrize("seed", range(30))
def test_ignored_rows_are_taken_out_as_trackeval_takes_distractors_out(seed):
    found, truth = random_film(seed, ignored=0.25)
    labels = np.where(truth.ignored, 6, 0)
    known = Tracks(truth.frames, truth.ids, truth.boxes, None, labels, None, truth.length)
    metrics = evaluate_tracks(found, truth)
    cleaned = same_as_trackeval(*without_distractors(found, known))
    assert metrics.summary == pytest.approx(cleaned.summary, nan_ok=True)
    assert metrics.truths == (~truth.ignored).sum()


# From the README of motmetrics: TUD-Campus, TUD-Stadtmitte.
README = {
    "IDF1": (0.558, 0.645),
    "IDP": (0.730, 0.820),
    "IDR": (0.451, 0.531),
    "recall": (0.582, 0.609),
    "precision": (0.941, 0.940),
    "identities": (8, 10),
    "mostly_tracked": (1, 5),
    "partly_tracked": (6, 4),
    "mostly_lost": (1, 1),
    "FP": (13, 45),
    "FN": (150, 452),
    "switches": (7, 7),
    "fragments": (7, 6),
    "MOTA": (0.526, 0.564),
    "MOTP_distance": (0.277, 0.346),
}


def real_films():
    """Return found and truth of the two films that motmetrics has in its package."""
    folder = Path(pytest.importorskip("motmetrics").__file__).parent / "data"
    films = [folder / name for name in ("TUD-Campus", "TUD-Stadtmitte")]
    found = [read_mot(film / "test.txt", kind="found") for film in films]
    return found, [read_mot(film / "gt.txt", kind="truth") for film in films]


def test_real_films_match_both_and_what_is_published():
    found, truth = real_films()
    same_as_trackeval(found, truth)
    same_as_motmetrics(found, truth)
    for k, pair in enumerate(zip(found, truth, strict=True)):
        same_as_trackeval(*pair)
        metrics = same_as_motmetrics(*pair)
        for name, published in README.items():
            assert round(getattr(metrics, name), 3) == published[k], (name, k)


@pytest.mark.filterwarnings("ignore:Operation with tuple")
def test_real_files_match_the_readers_of_both(tmp_path):
    mm = pytest.importorskip("motmetrics")

    found, truth = real_films()
    folder = Path(mm.__file__).parent / "data" / "TUD-Campus"
    for name, ours in (("test.txt", found[0]), ("gt.txt", truth[0])):
        theirs = mm.io.loadtxt(folder / name, fmt="mot15-2D").sort_index(kind="stable")
        order = np.lexsort((ours.ids, ours.frames))
        frames, ids = map(np.array, zip(*theirs.index, strict=True))
        assert (ours.frames[order] + 1).tolist() == frames.tolist()
        assert ours.ids[order].tolist() == ids.tolist()
        corner = theirs[["X", "Y"]].to_numpy()
        boxes = np.hstack([corner, corner + theirs[["Width", "Height"]].to_numpy()])
        np.testing.assert_allclose(ours.boxes[order], boxes, atol=1e-9)
