"""Writing H.264 and showing it in a notebook."""

import base64
import io
import os
import subprocess
import sys
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from tests.media import make_clip, painted, read_number
from vidlearn.video import (
    VideoError,
    VideoWarning,
    probe,
    read_packets,
    read_video,
    show_video,
    write_video,
)


@pytest.fixture(scope="module")
def clip():
    return np.stack([painted(i) for i in range(30)])


def test_what_is_written_is_read_again(tmp_path, clip):
    film = write_video(tmp_path / "film.mp4", clip, fps=30)
    video = read_video(film)
    assert np.abs(video.astype(int) - clip).mean() < 2
    assert [read_number(frame) for frame in video] == list(range(30))
    info = probe(film)
    assert (info.codec, info.pixel_format, info.fps, info.frames) == ("h264", "yuv420p", 30, 30)
    assert info.notes == ()
    with av.open(str(film)) as container:
        assert container.streams.video[0].codec_context.colorspace == 6  # BT.601, and says so


def test_lossless_keeps_gray_to_the_rounding(tmp_path, clip):
    film = write_video(tmp_path / "film.mp4", clip[..., 0], crf=0)
    gray = read_video(film, colour="gray")
    assert np.abs(gray.astype(int) - clip[..., 0]).max() <= 2


def test_another_reader_sees_the_same_colours(tmp_path):
    bars = np.zeros((5, 64, 96, 3), np.uint8)
    bars[:, :, :32], bars[:, :, 32:64], bars[:, :, 64:] = (
        (230, 20, 30),
        (20, 200, 60),
        (30, 40, 220),
    )
    reader = cv2.VideoCapture(str(write_video(tmp_path / "bars.mp4", bars, crf=5)))
    frame = reader.read()[1][..., ::-1]
    for x in (16, 48, 80):
        assert np.abs(frame[30, x].astype(int) - bars[0, 30, x]).max() <= 4


def test_the_index_stands_in_front(tmp_path, clip):
    data = write_video(tmp_path / "film.mp4", clip).read_bytes()
    assert data[4:8] == b"ftyp"
    assert data.index(b"moov") < data.index(b"mdat")


def test_the_same_frames_give_the_same_bytes(tmp_path, clip):
    made = set()
    for number in range(6):
        dirt = np.full(50_000 * number, number, np.uint8)  # memory is another one each time
        made.add(write_video(tmp_path / "film.mp4", clip, crf=23).read_bytes())
        del dirt
    assert len(made) == 1


@pytest.mark.parametrize(
    ("x264", "message"),
    [
        ("bframes=0", r'must be a dict, such as \{"keyint": 12\}. Received: \'bframes=0\''),
        ([("bframes", 0)], "must be a dict"),
        ({"bframes": 99}, r"x264\['bframes'\] must be a whole number from 0 to 16"),
        ({"bframes": -1}, "from 0 to 16"),
        ({"ref": 0}, "from 1 to 16"),
        ({"keyint": 0}, "from 1 to"),
        ({"keyint": 12.5}, "whole number"),
        ({"qp": 20.5}, "from 0 to 51"),
        ({"qp": 52}, "from 0 to 51"),
        ({"aq-mode": 7}, "from 0 to 3"),
        ({"mbtree": 2}, "from 0 to 1"),
        ({"scenecut": -1}, "from 0 to 100"),
        ({"ipratio": 0}, r"x264\['ipratio'\] must be a number from 0.1 to 10"),
        ({"pbratio": "1.3"}, "must be a number"),
    ],
)
def test_rejects_settings_that_the_encoder_would_bend(tmp_path, clip, x264, message):
    with pytest.raises(VideoError, match=message):
        write_video(tmp_path / "film.mp4", clip, x264=x264)
    assert not list(tmp_path.iterdir())


def test_settings_may_be_any_kind_of_number(tmp_path, clip):
    given = {"bframes": 2.0, "qp": np.int8(30), "ipratio": Fraction(7, 5), "min-keyint": 0}
    plain = {"bframes": 2, "qp": 30, "ipratio": 1.4, "min-keyint": 0}
    films = [
        write_video(tmp_path / f"{k}.mp4", clip, x264=x264, preset=np.str_("fast"))
        for k, x264 in enumerate([given, plain])
    ]
    assert films[0].read_bytes() == films[1].read_bytes()


def test_frames_out_of_order_do_not_shorten_a_film_with_times(tmp_path):
    frames, times = np.zeros((4, 16, 16, 3), np.uint8), [0, 0.04, 0.08, 9.0]
    with pytest.raises(VideoError, match=r"'bframes'\] must be 0 where there are times.*: 3"):
        write_video(tmp_path / "film.mp4", frames, times=times, x264={"bframes": 3})
    film = write_video(tmp_path / "film.mp4", frames, times=times, x264={"bframes": 0})
    assert probe(film).seconds > 9


def test_settings_of_the_encoder_reach_it(tmp_path, clip):
    def packets(name, **options):
        return read_packets(write_video(tmp_path / f"{name}.mp4", clip, **options))

    plain, often = packets("plain"), packets("often", x264={"keyint": 4})
    assert plain.frame[plain.key].tolist() == [0]
    assert np.diff(sorted(often.frame[often.key])).max() <= 4
    assert set(packets("simple", x264={"bframes": 0}).kind) == {"I", "P"}
    whole = packets("whole", crf=0, x264={"keyint": 1, "qp": 24})  # qp in place of crf
    assert set(whole.kind) == {"I"}
    assert whole.size.sum() < packets("most", crf=0, x264={"keyint": 1}).size.sum() / 2
    assert (
        packets("slow", preset="veryslow").size.sum()
        < packets("fast", preset="ultrafast").size.sum()
    )


@pytest.mark.parametrize("fps", [25, 23.976, 30000 / 1001, 12.5, 240, 0.5])
def test_the_frame_rate_is_kept(tmp_path, clip, fps):
    info = probe(write_video(tmp_path / "film.mp4", clip, fps=fps))
    assert info.fps == pytest.approx(fps, rel=1e-5)
    assert info.seconds == pytest.approx(30 / fps, rel=1e-3)
    assert info.notes == ()


def test_odd_sides_are_padded_and_told(tmp_path):
    frames = np.stack([painted(i, (97, 161)) for i in range(4)])
    with pytest.warns(VideoWarning, match=r"161 x 97 .* written as 162 x 98"):
        film = write_video(tmp_path / "odd.mp4", frames)
    video = read_video(film)
    assert video.shape == (4, 98, 162, 3)
    assert np.abs(video[:, :97, :161].astype(int) - frames).mean() < 2
    assert np.abs(video[:, 97, :161].astype(int) - frames[:, 96]).mean() < 6


def test_an_iterator_is_written(tmp_path):
    film = write_video(tmp_path / "film.mp4", (painted(i) for i in range(40)))
    assert [read_number(frame) for frame in read_video(film)] == list(range(40))


def test_an_error_leaves_the_old_film_and_nothing_else(tmp_path, clip):
    film = write_video(tmp_path / "film.mp4", clip)
    before = film.read_bytes()

    def interrupted():
        yield from clip[:5]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_video(film, interrupted())
    with pytest.raises(VideoError, match="frame 1 "):
        write_video(film, [clip[0], clip[0, :50]])
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
    assert film.read_bytes() == before


def test_an_error_of_the_callers_own_frames_stays_their_own(tmp_path, clip):
    def frames():
        yield clip[0]
        (tmp_path / "missing.png").read_bytes()

    with pytest.raises(FileNotFoundError, match=r"missing\.png"):
        write_video(tmp_path / "a.mp4", frames())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is where nothing can be written")
def test_a_folder_that_takes_no_file_is_named(clip):
    with pytest.raises(VideoError, match=r"/proc/a\.mp4 was not written"):
        write_video("/proc/a.mp4", clip)


def test_a_long_name_is_written(tmp_path, clip):
    assert probe(write_video(tmp_path / ("x" * 250 + ".mp4"), clip)).frames == 30


FULL_DISK = """
import resource, signal, sys
import numpy as np
from vidlearn.video import VideoError, write_video
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
noise = np.random.default_rng(0).integers(0, 256, (40, 96, 160, 3), dtype=np.uint8)
try:
    write_video(sys.argv[1], noise)
except VideoError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits the size of a file")
def test_a_full_disk_leaves_nothing(tmp_path):
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path / "film.mp4")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "film.mp4 was not written" in done.stdout, done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "frames", "options", "message"),
    [
        ("a.mp4", np.zeros((2, 8, 8, 3)), {}, r"uint8.*float64.*\(frames \* 255\)"),
        ("a.mp4", np.zeros((2, 8, 8, 3), np.int16), {}, "uint8.*int16"),
        ("a.mp4", [[1, 2]], {}, "uint8.*list"),
        ("a.mp4", np.zeros((8, 8, 3), np.uint8), {}, r"one picture.*frames\[np\.newaxis\]"),
        ("a.mp4", np.zeros((2, 8, 8, 4), np.uint8), {}, r"shape \(8, 8, 4\)"),
        ("a.mp4", np.zeros((2, 3, 8, 8), np.uint8), {}, r"shape \(3, 8, 8\)"),
        ("a.mp4", np.zeros((0, 8, 8, 3), np.uint8), {}, "holds no frame"),
        ("a.avi", np.zeros((2, 8, 8, 3), np.uint8), {}, r"must end in \.mp4"),
        ("no/a.mp4", np.zeros((2, 8, 8, 3), np.uint8), {}, "no folder"),
        ("a.mp4", np.zeros((2, 8, 8, 3), np.uint8), {"fps": 0}, "fps must be above 0"),
        ("a.mp4", np.zeros((2, 8, 8, 3), np.uint8), {"crf": 60}, "crf must be"),
        ("a.mp4", np.zeros((2, 8, 8, 3), np.uint8), {"crf": True}, "crf must be"),
        ("a.mp4", np.zeros((2, 8, 8, 3), np.uint8), {"fps": 1e-6}, "fps must be above 0"),
        ("a.mp4", np.zeros((2, 8, 8, 3), np.uint8), {"preset": "quick"}, "one of ultrafast"),
        ("a.mp4", np.zeros((2, 8, 8, 3), np.uint8), {"x264": {"gop": 3}}, "may hold keyint"),
        ("a.mp4", np.zeros((2, 8, 8, 3), np.uint8), {"x264": {"keyint": "3"}}, "a whole number"),
        ("a.mp4", np.zeros((2, 8, 8, 3), np.uint8), {"fps": "25"}, "fps must be a number"),
        ("a.mp4", np.zeros((1, 2, 20000), np.uint8), {}, "no side may be longer than 16384"),
        ("a.mp4", [np.zeros((8, 8), np.uint8).view(np.matrix)], {}, "uint8.*matrix"),
        ("a.mp4", 7, {}, "an array or an iterator"),
        ("x" * 300 + ".mp4", np.zeros((2, 8, 8, 3), np.uint8), {}, r"x\.mp4 was not written"),
    ],
    ids=lambda value: "",
)
def test_rejects_what_cannot_be_written(tmp_path, name, frames, options, message):
    with pytest.raises(VideoError, match=message):
        write_video(tmp_path / name, frames, **options)
    assert list(tmp_path.iterdir()) == []


def test_show_gives_a_player_a_still_and_a_text(clip):
    shown = show_video(clip, fps=10, caption='Bars <b>"move"</b>')
    bundle, about = shown._repr_mimebundle_()
    assert repr(shown) == '<video: 30 frames of 160 x 96, 10 per second, 3.0 s. Bars <b>"move"</b>>'
    assert bundle["text/plain"] == repr(shown)
    page = bundle["text/html"]
    assert "controls loop muted playsinline" in page
    assert page.count("Bars &lt;b&gt;") == 1  # below, and not read aloud a second time
    assert 'class="vl-caption"' in page
    assert 'aria-label="video: 30 frames of 160 x 96, 10 per second, 3.0 s."' in page
    assert about["image/jpeg"]["alt"] == "video: 30 frames of 160 x 96, 10 per second, 3.0 s."
    assert base64.b64decode(page.split("mp4;base64,")[1].split('"')[0]) == shown.mp4
    sheet = Image.open(io.BytesIO(base64.b64decode(bundle["image/jpeg"])))
    assert sheet.size == (4 * 120 + 3 * 4, 2 * 72 + 4)
    tiles = np.asarray(sheet.convert("RGB"))
    assert read_number(tiles[:72, :120]) == 0
    assert read_number(tiles[76:, 372:]) == 29


def test_show_has_the_first_frame_as_poster_and_words_for_those_who_do_not_see(clip):
    class Own:
        credit = "Moved by your own `my_flow`."

    shown = show_video(clip, caption="Look.", alt='Bars "count".', by=Own())
    page = shown._repr_mimebundle_()[0]["text/html"]
    poster = page.split('poster="data:image/jpeg;base64,')[1].split('"')[0]
    first = np.asarray(Image.open(io.BytesIO(base64.b64decode(poster))))
    assert first.shape == (96, 160, 3)
    assert read_number(first) == 0
    assert ">Look. Moved by your own <code>my_flow</code>.</figcaption>" in page
    assert "3.0 s" not in repr(shown).split("Look.")[1]
    assert "Bars &quot;count&quot;." in page.split("aria-label=")[1].split("poster=")[0]
    assert 'width="384"' in page


def test_show_is_the_same_each_time(clip):
    first, again = show_video(clip), show_video(clip)
    assert first._repr_mimebundle_() == again._repr_mimebundle_()


def test_show_says_what_a_cap_leaves_out(clip):
    noise = np.random.default_rng(0).integers(0, 256, (20, 96, 160, 3), dtype=np.uint8)
    small = show_video(noise, caption="Noise.", max_bytes=60_000)
    assert len(small.mp4) <= 60_000
    assert small.caption == "Noise. (Shown: 1/2 of the width and height.)"
    short = show_video(iter(clip), max_frames=12)
    assert short.caption == "(Shown: only the first part.)"
    assert "12 frames" in repr(short)
    with pytest.raises(VideoError, match="limit is 2,000"):
        show_video(noise, max_bytes=2000)
    for nothing, message in (([], "holds no frame"), (clip[0], "one picture")):
        with pytest.raises(VideoError, match=message):
            show_video(nothing)


def test_show_makes_large_films_small(tmp_path):
    frames = np.stack([painted(i, (1080, 1920)) for i in range(3)])
    shown = [show_video(frames), show_video(write_video(tmp_path / "film.mp4", frames))]
    for display in shown:
        (tmp_path / "shown.mp4").write_bytes(display.mp4)
        assert read_video(tmp_path / "shown.mp4").shape == (3, 540, 960, 3)
        assert "3 frames of 1920 x 1080" in repr(display)
        assert display.caption == "(Shown: 1/2 of the width and height.)"
        assert display.width == 960


def test_show_takes_a_file_gray_and_odd_sides(tmp_path, clip):
    film = make_clip(tmp_path / "film.webm", frames=12, fps=12, codec="libvpx-vp9")
    assert repr(show_video(film)) == "<video: 12 frames of 160 x 96, 12 per second, 1.0 s>"
    gray = show_video(clip[:8, :95, :133, 0])
    assert repr(gray).startswith("<video: 8 frames of 133 x 95")


def test_show_video_plays_by_itself_only_where_it_is_asked_to():
    frames = np.zeros((3, 32, 48, 3), np.uint8)
    still, moving = (show_video(frames, autoplay=wish)._repr_html_() for wish in (False, True))
    assert "autoplay" not in still
    assert "<video controls autoplay loop muted" in moving


def test_show_takes_tall_frames_and_judges_its_arguments(clip):
    tall = show_video(np.zeros((3, 2000, 4, 3), np.uint8))
    sheet = Image.open(io.BytesIO(base64.b64decode(tall._repr_mimebundle_()[0]["image/jpeg"])))
    assert max(sheet.size) < 500
    for options in ({"max_frames": 0}, {"fps": 0}, {"width": '1" onload="x'}, {"max_bytes": None}):
        with pytest.raises(VideoError, match=f"{next(iter(options))} must be"):
            show_video(clip, **options)


def test_show_video_takes_a_rate_as_a_fraction():
    shown = show_video(np.zeros((3, 32, 48, 3), np.uint8), fps=Fraction(30000, 1001))
    assert "29.97 per second" in repr(shown)


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX's")
def test_a_written_film_has_the_rights_of_any_new_file(tmp_path):
    write_video(tmp_path / "film.mp4", np.zeros((3, 32, 48, 3), np.uint8), fps=25)
    (tmp_path / "plain").touch()
    film, plain = (os.stat(tmp_path / name).st_mode for name in ("film.mp4", "plain"))
    assert film == plain


@pytest.mark.parametrize(("fps", "fine"), [(0.001, True), (0.0009, False)])
def test_the_slowest_rate_is_one_picture_in_a_thousand_seconds(fps, fine, tmp_path):
    frames = np.zeros((2, 32, 48, 3), np.uint8)
    if fine:
        assert write_video(tmp_path / "slow.mp4", frames, fps=fps).exists()
    else:
        with pytest.raises(VideoError, match="fps"):
            write_video(tmp_path / "slow.mp4", frames, fps=fps)


def test_controls_of_a_player_have_room_below_the_film_by_hand():
    page = show_video(np.zeros((2, 40, 100, 3), np.uint8), width=300)._repr_html_()
    assert "height:calc(min(300px,100cqw)*40/100 + 4rem)" in page  # 120 px, and the controls


KILLED = """
import os, sys
import numpy as np
from vidlearn.video import write_video
def frames():
    yield np.zeros((32, 32, 3), np.uint8)
    os._exit(9)
write_video(sys.argv[1], frames())
"""


def test_what_a_killed_process_left_is_taken_away_and_what_is_being_written_is_not(tmp_path):
    film, frames = tmp_path / "a.mp4", np.zeros((3, 32, 32, 3), np.uint8)
    subprocess.run([sys.executable, "-c", KILLED, str(film)], check=False)
    assert [path.suffixes for path in tmp_path.iterdir()] == [[".part", ".mp4"]]

    def written_twice():
        yield frames[0]
        write_video(film, frames)  # by somebody else meanwhile
        yield from frames

    write_video(film, written_twice())
    assert probe(film).frames == 4
    assert list(tmp_path.iterdir()) == [film]
