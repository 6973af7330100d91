"""Films written with time stamps of their own, and with the sound of another."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from tests.ffmpeg import PROGRAM, ffmpeg
from tests.media import make_clip, painted, read_number
from vidlearn.video import (
    VideoError,
    VideoWarning,
    frame_times,
    probe,
    read_frames,
    read_video,
    write_video,
)

UNEVEN = [0, 33, 66, 100, 400, 441, 441.5, 2000, 2300]  # milliseconds
FILM = os.environ.get("VIDLEARN_FILM")


def frames(count, size=(96, 160)):
    return [painted(k, size) for k in range(count)]


def codec_of_sound(path):
    with av.open(str(path)) as container:
        return [stream.codec_context.name for stream in container.streams.audio]


def written(film, to, **options):
    options = {"times": frame_times(film), "sound": film} | options
    return write_video(to, read_frames(film), **options)


def clicks(path):
    """Seconds, from the first picture, at which clicks begin: ffmpeg decodes, stamps count."""
    with av.open(str(path)) as container:
        start = next(container.decode(video=0)).time
    with av.open(str(path)) as container:
        found, last = [], -1.0
        for frame in container.decode(audio=0):
            loud = np.abs(frame.to_ndarray().astype(float)[0])  # planes, or all channels in one
            loud /= 2**15 if frame.format.name.startswith("s16") else 1
            step = 1 if frame.format.is_planar else frame.layout.nb_channels
            for at in np.flatnonzero(loud > 0.3) // step:
                second = frame.time + at / frame.sample_rate - start
                if second > last + 0.2:
                    found.append(second)
                last = max(last, second)
    return found


def clicking(path, *options, seconds=3, late=0.0, rate=44100):
    """Make a film of 2 s whose sound clicks every half a second, by ffmpeg."""
    wave = f"aevalsrc=0.8*sin(2*PI*1000*t)*lt(mod(t+0.25\\,0.5)\\,0.02):s={rate}:d={seconds}"
    pictures = ["-f", "lavfi", "-i", "testsrc=s=160x96:r=25:d=2"]
    ffmpeg(*pictures, "-itsoffset", late, "-f", "lavfi", "-i", wave, *options, path)
    return path


@pytest.mark.parametrize("start", [0, 7.25, -3], ids=["from 0", "later", "earlier"])
def test_times_are_kept_by_hand(tmp_path, start):
    times = [start + ms / 1000 for ms in UNEVEN]
    film = write_video(tmp_path / "a.mp4", frames(9), times=iter(times))
    assert np.abs(frame_times(film) * 1000 - UNEVEN).max() < 0.02
    assert [read_number(frame) for frame in read_frames(film)] == list(range(9))
    with av.open(str(film)) as container:  # the last lasts as long as the one before it
        stream = container.streams.video[0]
        assert float(stream.duration * stream.time_base) == pytest.approx(2.6, abs=1e-3)


def test_a_film_of_varying_rate_is_written_again(tmp_path):
    times = np.cumsum(np.random.default_rng(3).integers(15, 300, 40)).tolist()
    film = make_clip(tmp_path / "vfr.mkv", 40, times=times)
    again = written(film, tmp_path / "again.mp4")
    assert np.abs(frame_times(again) - frame_times(film)).max() < 5e-4
    assert probe(again).variable_frame_rate
    assert codec_of_sound(again) == []
    third = written(again, tmp_path / "third.mp4")
    assert (frame_times(third) == frame_times(again)).all()


def test_equal_times_are_told_apart_by_a_tick(tmp_path):
    film = write_video(tmp_path / "a.mp4", frames(4), times=[0, 0.5, 0.5, 1])
    assert frame_times(film)[2] > frame_times(film)[1]
    assert frame_times(film) == pytest.approx([0, 0.5, 0.5, 1], abs=1e-4)


def test_a_single_frame_lasts_as_the_rate_says(tmp_path):
    film = write_video(tmp_path / "a.mp4", frames(1), times=[5.0], fps=4)
    assert probe(film).frames == 1
    with av.open(str(film)) as container:
        assert container.duration / 1e6 == pytest.approx(0.25, abs=1e-3)


@pytest.mark.parametrize(
    ("times", "says"),
    [
        ([0, 1], "times must hold seconds for every frame. There are 2, and more frames"),
        ([0, 1, 2, 3], "times must hold as many seconds as there are frames: 3"),
        (itertools.count(), "times must hold as many seconds as there are frames: 3"),
        ([0, 2, 1], "times must not fall.* Frame 2 is at 1 s, the one before it at 2 s"),
        ([0, 1, 40_000], "nor rise by more than 20000 s. Frame 2 is at 40000 s"),
        ([0, float("nan"), 1], r"times\[1\] must be a number. Received: nan"),
        ([0, "1", 2], r"times\[1\] must be a number. Received: '1'"),
        (25, "times must hold seconds, one for each frame. Received: int"),
        ([], "There are 0, and more frames"),
    ],
    ids=lambda value: "",
)
def test_rejects_times_that_make_no_sense(tmp_path, times, says):
    with pytest.raises(VideoError, match=says):
        write_video(tmp_path / "a.mp4", frames(3), times=times)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "codec", "comes"),
    [
        ("a.mp4", "aac", "aac"),
        ("a.mp4", "mp3", "mp3float"),
        ("a.mkv", "flac", "flac"),
        ("a.mkv", "libopus", "opus"),
        ("a.mkv", "libvorbis", "aac"),
        ("a.mov", "pcm_s16le", "aac"),
        ("a.avi", "ac3", "aac"),
        ("a.ts", "aac", "aac"),
    ],
)
def test_the_sound_is_carried_over_in_step(tmp_path, name, codec, comes):
    film = clicking(tmp_path / name, "-c:a", codec)
    again = written(film, tmp_path / "again.mp4")
    assert codec_of_sound(again) == [comes]
    before, after = clicks(film), clicks(again)
    assert len(after) == 4  # the film ends after 2 s; its sound had gone on
    tolerance = 0.0015 if codec not in ("libopus",) else 0.008
    assert after == pytest.approx(before[:4], abs=tolerance)


@pytest.mark.parametrize("codec", ["aac", "pcm_s16le"], ids=["copied", "encoded"])
@pytest.mark.parametrize("late", [0.3, -0.3], ids=["late", "early"])
def test_sound_that_starts_later_or_earlier_keeps_its_distance(tmp_path, codec, late):
    film = clicking(tmp_path / "a.mov", "-c:a", codec, late=late)
    again = written(film, tmp_path / "again.mp4")
    expected = [second for second in np.arange(6) * 0.5 + 0.25 + late if 0 < second < 2]
    assert [second for second in clicks(again) if second > 0.05] == pytest.approx(
        expected, abs=0.003
    )


@pytest.mark.parametrize("codec", ["aac", "pcm_s16le"], ids=["copied", "encoded"])
def test_a_part_of_a_film_has_the_sound_of_that_part(tmp_path, codec):
    """Frames 15 to 39 of 50: from 0.6 to 1.6 s; clicks at 0.75 and 1.25 come at 0.15 and 0.65."""
    film = clicking(tmp_path / "a.mov", "-c:a", codec)
    part = read_frames(film, start=15, stop=40)
    made = write_video(tmp_path / "part.mp4", part, times=frame_times(film)[15:40], sound=film)
    assert clicks(made) == pytest.approx([0.15, 0.65], abs=0.003)
    assert frame_times(made)[-1] == pytest.approx(0.96, abs=1e-4)
    with av.open(str(made)) as container:  # nothing of what came long before is dragged along
        first = next(container.demux(audio=0))
        assert -0.1 < first.pts * first.time_base <= 0


@pytest.mark.parametrize("codec", ["aac", "pcm_s16le"], ids=["copied", "encoded"])
def test_holes_in_the_sound_stay_holes(tmp_path, codec):
    film = clicking(tmp_path / "whole.mov", "-c:a", codec)
    cut = without_sound_between(film, tmp_path / "hole.mkv", 0.6, 1.1)
    assert len(clicks(cut)) < len(clicks(film))
    again = written(cut, tmp_path / "again.mp4")
    assert clicks(again) == pytest.approx([0.25, 1.25, 1.75], abs=0.003)


def without_sound_between(film, path, first, last):
    with av.open(str(film)) as source, av.open(str(path), "w") as target:
        streams = {
            stream.index: target.add_stream_from_template(stream) for stream in source.streams
        }
        for packet in source.demux():
            if not packet.size:
                continue
            moment = packet.pts * packet.time_base
            if packet.stream.type == "video" or not first < moment < last:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    return path


def test_sound_shorter_than_the_film_ends_where_it_ends(tmp_path):
    film = clicking(tmp_path / "a.mp4", seconds=1.2)
    again = written(film, tmp_path / "again.mp4")
    assert len(clicks(again)) == 2
    assert probe(again).seconds == pytest.approx(2, abs=1e-3)


def test_surround_and_odd_rates_become_what_browsers_play(tmp_path):
    film = clicking(tmp_path / "a.mov", "-c:a", "pcm_s16le", "-ac", "6", rate=96000)
    again = written(film, tmp_path / "again.mp4")
    with av.open(str(again)) as container:
        sound = container.streams.audio[0].codec_context
        assert (sound.name, sound.layout.name, sound.sample_rate) == ("aac", "stereo", 48000)
    assert clicks(again) == pytest.approx([0.25, 0.75, 1.25, 1.75], abs=0.003)


def test_without_sound_there_is_none_and_no_error(tmp_path):
    silent = make_clip(tmp_path / "silent.mp4", 6)
    assert codec_of_sound(written(silent, tmp_path / "a.mp4")) == []
    folder = tmp_path / "folder"
    folder.mkdir()
    write_video(tmp_path / "b.mp4", frames(3), sound=folder_of_pictures(folder))
    assert codec_of_sound(tmp_path / "b.mp4") == []


def folder_of_pictures(folder):
    from PIL import Image

    for k in range(3):
        Image.fromarray(painted(k)).save(folder / f"{k}.png")
    return folder


def test_a_film_may_replace_itself_and_needs_no_times(tmp_path):
    film = make_clip(tmp_path / "a.mp4", 25, audio="aac")
    write_video(film, read_frames(film), sound=film, fps=50)
    info = probe(film)
    assert (info.frames, info.fps, info.has_audio) == (25, 50, True)
    with av.open(str(film)) as container:
        sound = container.streams.audio[0]
        assert float(sound.duration * sound.time_base) == pytest.approx(0.5, abs=0.03)
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize("sound", ["none.mp4", "text.mp4", "only.m4a"])
def test_rejects_sound_that_is_no_film_before_anything_is_written(tmp_path, sound):
    (tmp_path / "text.mp4").write_text("no film")
    if sound == "only.m4a":
        ffmpeg("-f", "lavfi", "-i", "sine=d=1", tmp_path / sound)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(VideoError, match=sound):
        write_video(tmp_path / "a.mp4", frames(3), sound=tmp_path / sound)
    with pytest.raises(VideoError, match=r"sound must be a str or a Path\. Received: 3"):
        write_video(tmp_path / "a.mp4", frames(3), sound=3)
    assert sorted(tmp_path.iterdir()) == before


def test_an_error_while_sound_is_written_leaves_the_old_film(tmp_path):
    film = make_clip(tmp_path / "a.mp4", 25, audio="aac")
    before = film.read_bytes()

    def broken():
        yield from frames(20)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_video(film, broken(), sound=film)
    with pytest.raises(VideoError, match="must not fall"):
        write_video(film, frames(20), sound=film, times=[*range(19), 3])
    assert film.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize("codec", ["aac", "libvorbis"], ids=["copied", "encoded"])
def test_a_film_that_breaks_off_keeps_the_sound_there_is(tmp_path, codec):
    whole = clicking(tmp_path / "whole.mkv", "-c:a", codec).read_bytes()
    torn = tmp_path / "torn.mkv"
    torn.write_bytes(whole[: len(whole) * 6 // 10])
    with pytest.warns(VideoWarning):
        count = len(read_video(torn))
    times = frame_times(torn)
    assert count == len(times) > 10
    with pytest.warns(VideoWarning):
        again = write_video(tmp_path / "a.mp4", read_frames(torn), times=times, sound=torn)
    assert probe(again).frames == count
    assert clicks(again)[0] == pytest.approx(0.25, abs=0.003)


MEMORY = """
import itertools, resource, sys
import numpy as np
from vidlearn.video import write_video
count = int(sys.argv[3])
frame = np.zeros((32, 48, 3), np.uint8)
write_video(sys.argv[2], itertools.repeat(frame, count), sound=sys.argv[1],
            times=(k / 5 for k in range(count)))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts the memory in Linux's unit")
def test_a_long_film_takes_no_more_memory(tmp_path):
    film = tmp_path / "long.mkv"
    wave = ["-f", "lavfi", "-i", "anoisesrc=d=200:r=48000", "-c:a", "pcm_s16le", "-ac", "2"]
    ffmpeg("-f", "lavfi", "-i", "color=s=32x32:r=5:d=200", *wave, film)

    def peak(count):
        command = [sys.executable, "-c", MEMORY, film, tmp_path / "a.mp4", str(count)]
        run = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
        return int(run.stdout) / 1024

    assert peak(1000) - peak(100) < 20  # MB; the sound alone is 38


@pytest.mark.skipif(not FILM, reason="VIDLEARN_FILM names no folder of films")
def test_real_films_keep_their_stamps(tmp_path):
    if PROGRAM is None:
        pytest.skip("no ffmpeg on the path")
    films = sorted(Path(FILM).glob("*.mp4"))
    assert films
    for film in films:
        with_sound = tmp_path / film.name
        sine = ["-f", "lavfi", "-i", "sine=d=4", "-t", "3", "-map", "0:v", "-map", "1:a"]
        ffmpeg("-i", film, *sine, "-c:v", "copy", with_sound)
        times = frame_times(with_sound)
        small = read_frames(with_sound, size=(54, 96))
        again = write_video(tmp_path / "again.mp4", small, times=times, sound=with_sound)
        assert np.abs(frame_times(again) - times).max() < 5e-4
        assert codec_of_sound(again) == ["aac"]
        assert probe(again).fps == pytest.approx(probe(with_sound).fps, rel=1e-3)
