"""Folders of pictures: which count, in which order, and what is told of the others."""

import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image

from tests.media import painted, read_number
from vidlearn.video import (
    VideoError,
    VideoWarning,
    door,
    folder,
    frame_at,
    frame_times,
    probe,
    read_video,
    sample_clip,
)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def broken_chunk(path):
    """A PNG whose second block of data has no name."""
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    raw = bytearray(path.read_bytes())
    second = raw.index(b"IDAT", raw.index(b"IDAT") + 4)
    raw[second : second + 4] = b"\0\0\0\0"
    path.write_bytes(raw)


def bomb(path):
    """A PNG of 30000 x 30000 pixels by its header."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(bytes(1000)))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + data + chunk(b"IEND", b""))


def truncated(path):
    stream = io.BytesIO()
    Image.fromarray(painted(2)).save(stream, "PNG")
    path.write_bytes(stream.getvalue()[:500])


HARM = {
    "cut": truncated,
    "chunk": broken_chunk,
    "bomb": bomb,
    "dangling": lambda path: path.symlink_to("gone.png"),
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("no picture"),
}


@pytest.fixture(params=["all-decoded", "headers"])
def judged(request, monkeypatch):
    """A small folder is decoded to judge it; of a large one the headers are read."""
    if request.param == "headers":
        monkeypatch.setattr(folder, "SURE", 0)
    door._known.cache_clear()


@pytest.mark.parametrize("harm", HARM)
def test_a_damaged_picture_never_shifts_the_others(tmp_path, judged, harm):
    for number in range(6):
        if number != 2:
            Image.fromarray(painted(number)).save(tmp_path / f"{number}.png")
    HARM[harm](tmp_path / "2.png")
    with pytest.warns(VideoWarning, match=r"2\.png cannot be read; left out"):
        assert read_number(frame_at(tmp_path, frame=3)) == 4
    info = probe(tmp_path)
    assert info.frames == len(frame_times(tmp_path)) == 5
    assert any("2.png cannot be read" in note for note in info.notes)
    with pytest.warns(VideoWarning, match=r"2\.png"):
        assert read_number(frame_at(tmp_path, frame=3)) == 4
    with pytest.warns(VideoWarning, match=r"2\.png"):
        assert [read_number(frame) for frame in read_video(tmp_path)] == [0, 1, 3, 4, 5]


def test_a_cut_photograph_is_found_by_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "SURE", 0)
    for number in range(3):
        Image.fromarray(painted(number)).save(tmp_path / f"{number}.jpg")
    (tmp_path / "1.jpg").write_bytes((tmp_path / "1.jpg").read_bytes()[:-100])
    with pytest.warns(VideoWarning, match=r"1\.jpg cannot be read; left out \(it is cut off"):
        assert read_number(frame_at(tmp_path, frame=1)) == 2


def test_a_folder_of_damaged_pictures_alone(tmp_path):
    truncated(tmp_path / "1.png")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for call in (probe, read_video, sample_clip, frame_times):
            with pytest.raises(VideoError, match=r"Not one (picture|frame)"):
                call(tmp_path)


def test_whole_numbers_and_fractions_become_bytes(tmp_path):
    grey = painted(9)[..., 0]
    Image.fromarray((grey / 255).astype(np.float32)).save(tmp_path / "a.tif")
    Image.fromarray(grey.astype(np.int32)).save(tmp_path / "b.tif")
    Image.fromarray(grey.astype(np.float32)).save(tmp_path / "c.tif")
    Image.fromarray(grey.astype(np.int32) * 257).save(tmp_path / "d.tif")
    video = read_video(tmp_path, colour="gray")
    for frame in video:
        assert np.abs(frame.astype(int) - grey).max() <= 1
    notes = " ".join(probe(tmp_path).notes)
    assert "float32 values, taken as 0 to 1" in notes
    assert "int32 values, taken as 0 to 255" in notes


def test_every_picture_is_read_or_named(tmp_path):
    image = Image.fromarray(painted(5))
    for ending in ("gif", "jp2", "tga", "avif", "pbm", "pgm", "png"):
        image.convert("1" if ending == "pbm" else "RGB").save(tmp_path / f"x.{ending}")
    image.save(tmp_path / "y.tif", save_all=True, append_images=[image] * 2)
    image.save(tmp_path / "z.webp", save_all=True, append_images=[image.rotate(180)])
    image.resize((64, 64)).save(tmp_path / "icon.ico")
    info = probe(tmp_path)
    assert info.frames == 9
    notes = " ".join(info.notes)
    assert "y.tif holds 3 pictures; only the first is read" in notes
    assert "z.webp holds 2 pictures" in notes
    assert "not read: icon.ico" in notes
