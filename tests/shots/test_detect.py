import warnings

import cv2
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from tests.media import make_clip
from tests.shots.films import dissolve, faded, place, shot
from vidlearn import shots
from vidlearn.shots.small import shrunk, small_pictures
from vidlearn.shots.watch import Watch, is_same, joined
from vidlearn.video import VideoError, VideoWarning, write_video

EDITED = np.concatenate([shot(1, 20), shot(2, 14, pan=3.0), shot(3, 25)])  # cuts at 20 and 34


def kinds(found):
    return [(change.start, change.end, change.kind) for change in found.transitions]


@pytest.mark.parametrize("method", ["adaptive", "fixed"])
def test_cuts_are_found_to_the_frame(method):
    found = shots.detect_shots(EDITED, method=method)
    assert kinds(found) == [(20, 20, "cut"), (34, 34, "cut")]
    assert found.shots == [(0, 20), (20, 34), (34, 59)]
    assert all(0.5 < change.score <= 1 for change in found.transitions)
    assert found.seconds.tolist() == [[0, 0.8], [0.8, 1.36], [1.36, 2.36]]
    assert shots.detect_shots(EDITED[25:30], method=method).shots == [(0, 5)]


def flash(clip):
    clip[9:11] = (clip[9:11] // 4) + 190
    return clip


def light_goes_on(clip):
    clip[:10] = clip[:10] // 3
    return clip


def starts_to_run(clip):
    clip[10:] = shot(5, 20, pan=9.0)
    return clip


@pytest.mark.parametrize("trap", [flash, light_goes_on, starts_to_run])
def test_what_only_looks_like_a_cut_is_seen_through(trap):
    clip = trap(shot(5, 30, pan=0.2))
    assert shots.detect_shots(clip).transitions == ()
    assert shots.detect_shots(clip, method="fixed").cuts  # one threshold does not see through it


def test_one_scene_is_the_same_moved_or_lit():
    clip, other = shot(1, 20, pan=9.0), shot(2, 1)[0]
    assert is_same(clip[2], clip[3])  # 0.8 of it is found again, and few pixels are alike
    assert is_same(clip[3], (0.5 * clip[3] + 20).astype(np.uint8))
    assert not is_same(clip[2], other)


def test_bars_do_not_hide_a_cut():
    film = EDITED.copy()
    film[:, :22] = film[:, -22:] = 16
    assert shots.detect_shots(film).cuts == [20, 34]


def test_gradual_transitions_are_found_with_their_ends():
    film = dissolve(shot(1, 50, pan=0.1), shot(2, 50, pan=0.1), 16)
    film = np.concatenate([film, faded(shot(3, 40, pan=0.1), 12), shot(4, 30)])
    (first, cut, fade) = shots.detect_shots(film).transitions
    assert (first.kind, cut.kind, fade.kind) == ("dissolve", "cut", "fade")
    assert abs(first.start - 34) <= 2 >= abs(first.end - 50)
    assert (cut.start, fade.start, fade.end) == (84, 112, 124)
    assert shots.detect_shots(film, gradual=False).cuts == [84, 124]


def test_the_ends_of_an_even_dissolve_are_exact():
    still = [np.stack([place(seed)] * 60) for seed in (1, 2)]
    for length in (16, 24, 31):
        film = dissolve(*still, length)
        assert kinds(shots.detect_shots(film)) == [(60 - length, 60, "dissolve")]


def test_what_only_looks_like_a_dissolve_is_seen_through():
    still, other = place(1).astype(float), place(2).astype(float)
    rise = np.clip((np.arange(80) - 30) / 20, 0, 1)[:, None, None, None]
    lit = still * (0.4 + 0.6 * rise)  # the light comes up
    part = still + rise * (other - still)  # two thirds of the picture change
    part[:, :, 480:] = still[:, 480:]
    for film in (lit, part):
        assert shots.detect_shots(film.round().astype(np.uint8)).transitions == ()


def test_a_flash_behind_a_smaller_change_is_none():
    """Its ratio is 4 / (1 + 0.4), of two frames on either side."""
    levels = np.uint8([40] * 20 + [88] + [208] * 2 + [88] * 20)
    film = np.repeat(levels, 24 * 32 * 3).reshape(-1, 24, 32, 3)
    assert shots.detect_shots(film, gradual=False).transitions == ()


def test_looks_at_one_mix_are_joined_by_hand():
    looks = [(20, 31, 0.6), (3, 20, 0.5), (4, 8, 0.9), (9, 12, 0.6), (50, 60, 0.9)]
    assert joined(looks) == [(4, 12, 0.9)]  # one look alone is not enough
    watch = Watch()
    watch.jumps += range(10, 200, 6)
    assert [watch._jumped(first, 16) for first in (9, 10, 15, 16)] == [True, True, True, False]
    assert not watch._jumped(10, 15)


def test_fixed_finds_a_dissolve_by_two_thresholds():
    dark, bright = shot(2, 40, pan=0.0) // 2, shot(1, 40, pan=0.0) // 2 + 127
    ((start, end, kind),) = kinds(shots.detect_shots(dissolve(dark, bright, 24), method="fixed"))
    assert (kind, abs(start - 16) <= 2, abs(end - 40) <= 2) == ("dissolve", True, True)


def test_a_mix_sags_in_the_middle_and_a_cut_does_not():
    film = dissolve(shot(1, 40), shot(2, 40), 20)
    spreads = film[..., 1].reshape(len(film), -1).var(axis=1)
    sag, fit = shots.spread_parabola(spreads[20:40])
    assert sag > 0.3
    assert fit > 0.8
    assert shots.spread_parabola(shot(1, 20)[..., 1].reshape(20, -1).var(axis=1))[0] < 0.05


def test_fades_at_the_ends_of_a_film_part_no_shots():
    film = np.concatenate([faded(shot(1, 30), 10)[::-1], faded(shot(1, 30), 10)])
    assert shots.detect_shots(film[:55]).transitions == ()


@given(st.lists(st.integers(1, 99), unique=True).map(sorted), st.integers(1, 30))
def test_kept_cuts_are_apart_and_the_strongest_stays(cuts, least):
    strengths = [(7 * cut) % 101 for cut in cuts]
    kept = shots.keep_apart(cuts, strengths, 100, min_length=least)
    assert set(kept) <= set(cuts)
    assert all(b - a >= least for a, b in zip([0, *kept], [*kept, 100], strict=True))
    fit = [(s, c) for c, s in zip(cuts, strengths, strict=True) if least <= c <= 100 - least]
    assert not fit or max(fit)[1] in kept


def test_frames_one_by_one_and_files_give_the_same(tmp_path):
    told = shots.detect_shots(EDITED).cuts
    assert shots.detect_shots(frame for frame in EDITED).cuts == told
    assert shots.detect_shots(EDITED[..., 1], gradual=False).cuts == told  # grey
    film = write_video(tmp_path / "a.mp4", np.repeat(np.repeat(EDITED, 2, 1), 2, 2), fps=30)
    found = shots.detect_shots(film)
    assert (found.cuts, found.video, found.fps, found.frames) == (told, "a.mp4", 30, 59)


def test_small_pictures_by_hand(tmp_path):
    for size, small in (
        ((90, 160), (90, 160)),
        ((90, 161), (45, 80)),
        ((700, 1), (140, 1)),
        ((1, 700), (1, 140)),
    ):
        ((number, picture),) = small_pictures(np.zeros((1, *size), np.uint8))
        assert (number, picture.shape) == (0, (*small, 3))
    frame = np.zeros((2, 322, 3), np.uint8)
    frame[:, 321] = 255  # beyond the last block of three
    assert not shrunk(frame).any()
    cv2.imwrite(str(tmp_path / "1.png"), np.full((40, 60, 3), 7, np.uint8))
    cv2.imwrite(str(tmp_path / "2.png"), np.full((20, 50, 3), 9, np.uint8))
    sizes = [(picture.shape, picture.max()) for _, picture in small_pictures(tmp_path)]
    assert sizes == [((40, 60, 3), 7), ((40, 60, 3), 9)]


def test_small_pictures_of_a_file_have_its_colours_in_their_places(tmp_path):
    frames = np.zeros((4, 70, 90, 3), np.uint8)
    frames[:, :, :45] = 200, 40, 40
    frames[:, :, 45:] = 40, 40, 200
    film = write_video(tmp_path / "a.mp4", frames)
    _, picture = next(small_pictures(film))
    assert picture.shape == (70, 90, 3)
    assert (
        np.abs(picture[35, [20, 40, 50, 88]].astype(int) - frames[0, 35, [20, 40, 50, 88]]).max()
        < 25
    )


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [("a.avi", "mpeg4", "yuv420p"), ("a.mkv", "ffv1", "bgr0"), ("a.webm", "libvpx", "yuv420p")],
)
def test_every_container_gives_the_same_cuts(tmp_path, name, codec, pixels):
    film = make_clip(tmp_path / name, EDITED, codec=codec, pix_fmt=pixels)
    assert shots.detect_shots(film).cuts == [20, 34]


def test_a_varying_rate_gives_real_times(tmp_path):
    times = [40 * t if t < 30 else 1200 + 100 * (t - 30) for t in range(59)]
    film = make_clip(tmp_path / "a.mkv", EDITED, times=times)
    found = shots.detect_shots(film)
    assert found.seconds[:, 0] == pytest.approx([0, 0.8, 1.6], abs=0.002)
    assert found.seconds[1, 1] == pytest.approx(1.6, abs=0.002)


def test_a_film_cut_short_gives_what_there_is(tmp_path):
    film = make_clip(tmp_path / "a.mkv", EDITED, options={"g": "5"})
    film.write_bytes(film.read_bytes()[: int(0.7 * film.stat().st_size)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", VideoWarning)
        found = shots.detect_shots(film)
    assert found.cuts[0] == 20
    assert found.frames < 59


def test_detect_rejects_what_holds_no_frames(tmp_path):
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "words.mp4").write_text("no film")
    for name, told in (("empty", "0 bytes"), ("words", "not a video"), ("none", "no file")):
        with pytest.raises(VideoError, match=told):
            shots.detect_shots(tmp_path / f"{name}.mp4")
    for frames, told in (([], "no frame"), (EDITED / 255, "uint8"), (EDITED[0, 0], "shape")):
        with pytest.raises(ValueError, match=told):
            shots.detect_shots(frames)
    with pytest.raises(ValueError, match="an iterable of frames"):
        shots.detect_shots(5)
    with pytest.raises(ValueError, match="one shape"):
        shots.detect_shots([EDITED[0], EDITED[0, 1:]])
    assert shots.detect_shots(EDITED[:1]).shots == [(0, 1)]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"method": "guess"}, "'adaptive', 'fixed', 'network'. Received: 'guess'"),
        ({"threshold": 0}, "above 0"),
        ({"threshold": "high"}, "above 0"),
        ({"fps": 0}, "fps must be a number above 0. Received: 0"),
        ({"min_length": 0}, "from 1 up"),
        ({"min_length": 2.5}, "from 1 up"),
    ],
)
def test_detect_rejects_options(options, told):
    with pytest.raises(shots.ShotsError, match=told):
        shots.detect_shots(EDITED, **options)
