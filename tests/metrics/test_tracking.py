"""Tracking metrics: against TrackEval and motmetrics, by hand, and by their properties."""

import numpy as np
import pytest

from tests.metrics import mot
from tests.metrics.track_sets import random_film
from vidlearn.metrics import evaluate_tracks

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


@pytest.mark.parametrize("seed", range(250))
def test_random_films_match_trackeval(seed):
    same_as_trackeval(*random_film(seed), overlap=(0.5, 0.3, 0.7)[seed % 3])


@pytest.mark.parametrize("seed", range(40))
def test_random_films_match_motmetrics(seed):
    same_as_motmetrics(*random_film(seed), overlap=(0.5, 0.3, 0.7)[seed % 3])
