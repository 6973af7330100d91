"""Archives of strangers: every way out of the folder is shut, and every size is bounded."""

import gzip
import io
import os
import stat
import struct
import tarfile
import zipfile
import zlib

import pytest

from vidlearn.datasets.downloads.errors import DownloadError
from vidlearn.datasets.downloads.unpack import Limits, _Writer, is_archive, unpack

NAMES = {
    "up": "../out.txt",
    "up inside": "a/../../out.txt",
    "up and back": "a/../b.txt",
    "absolute": "/out.txt",
    "network": "//server/share/out.txt",
    "drive": "C:/out.txt",
    "drive, relative": "C:out.txt",
    "backslashes": "..\\out.txt",
    "backslash": "a\\b.txt",
    "stream": "a.txt:hidden",
    "device": "a/nul",
    "device with ending": "COM1.txt",
    "dots": "a/.../b.txt",
    "dot at the end": "a./b.txt",
    "space at the end": "a /b.txt",
    "control": "a\x07.txt",
    "new line": "a\nb.txt",
    "empty part": "a//b.txt",
    "here": "a/./b.txt",
}


def make_zip(path, members, compression=zipfile.ZIP_DEFLATED):
    """Members are (name, bytes) or (name, bytes, mode); a name goes in as it is."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data, *mode in members:
            entry = zipfile.ZipInfo("x")
            entry.filename = entry.orig_filename = name
            entry.compress_type = compression
            entry.external_attr = (mode[0] if mode else 0) << 16
            archive.writestr(entry, data)
    return path


def make_tar(path, members, form=tarfile.PAX_FORMAT):
    with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w", format=form) as archive:
        for name, data, *more in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            for key, value in (more[0] if more else {}).items():
                setattr(entry, key, value)
            archive.addfile(entry, io.BytesIO(data))
    return path


MAKERS = {"set.zip": make_zip, "set.tar": make_tar, "set.tar.gz": make_tar}


@pytest.fixture
def room(tmp_path):
    """A folder to unpack into, deep enough that what leaves it is seen."""
    folder = tmp_path / "room" / "inner"
    folder.mkdir(parents=True)
    return folder


def refused(archive, room, message, limits=None):
    with pytest.raises(DownloadError, match=message):
        unpack(archive, room, limits)
    outside = [p for p in room.parents[1].rglob("*") if p.is_file() and room not in p.parents]
    assert outside == [archive]


@pytest.mark.parametrize("kind", MAKERS)
def test_plain_archives_are_unpacked(tmp_path, room, kind):
    members = [("a/b/c.txt", b"one"), ("a/d.bin", bytes(range(256))), ("e é.txt", b"")]
    unpack(MAKERS[kind](tmp_path / kind, members), room)
    assert (room / "a/b/c.txt").read_bytes() == b"one"
    assert (room / "a/d.bin").read_bytes() == bytes(range(256))
    assert (room / "e é.txt").read_bytes() == b""


def test_folders_and_leading_dots_of_tars(tmp_path, room):
    folder = {"type": tarfile.DIRTYPE}
    members = [
        ("./", b"", folder),
        ("./a/", b"", folder),
        ("./a/b.txt", b"x"),
        ("./a", b"", folder),
    ]
    unpack(make_tar(tmp_path / "set.tar", members), room)
    assert (room / "a/b.txt").read_bytes() == b"x"


def test_modes_of_strangers_are_not_taken_over(tmp_path, room):
    unpack(make_tar(tmp_path / "set.tar", [("a", b"x", {"mode": 0o6777})]), room)
    unpack(make_zip(tmp_path / "set.zip", [("b", b"x", stat.S_IFREG | 0o4755)]), room)
    for name in "ab":
        assert not (room / name).stat().st_mode & (stat.S_ISUID | stat.S_ISGID | 0o111)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("kind", MAKERS)
def test_paths_that_leave_the_folder_or_are_not_safe_everywhere(tmp_path, room, kind, name):
    archive = MAKERS[kind](tmp_path / kind, [("fine.txt", b"fine"), (name, b"bad")])
    refused(archive, room, "does not stay safely inside")


def test_a_name_that_a_zero_hides(tmp_path, room):
    archive = make_zip(tmp_path / "set.zip", [("a.txtx../out", b"bad")])
    archive.write_bytes(archive.read_bytes().replace(b"a.txtx../out", b"a.txt\0../out"))
    refused(archive, room, "does not stay safely inside|cannot be unpacked")


@pytest.mark.parametrize("form", ["LNKTYPE", "SYMTYPE", "CHRTYPE", "BLKTYPE", "FIFOTYPE"])
@pytest.mark.parametrize("target", ["/etc/passwd", "fine.txt", "../.."])
def test_tars_with_links_and_devices(tmp_path, room, form, target):
    odd = {"type": getattr(tarfile, form), "linkname": target}
    archive = make_tar(tmp_path / "set.tar", [("fine.txt", b"x"), ("odd", b"", odd)])
    refused(archive, room, "no plain file or folder")


def test_a_link_first_and_then_a_file_through_it(tmp_path, room):
    link = {"type": tarfile.SYMTYPE, "linkname": str(tmp_path)}
    archive = make_tar(tmp_path / "set.tar", [("door", b"", link), ("door/out.txt", b"bad")])
    refused(archive, room, "no plain file or folder")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK])
def test_zips_with_links_and_devices(tmp_path, room, kind):
    archive = make_zip(tmp_path / "set.zip", [("fine", b"x"), ("odd", b"/etc", kind | 0o777)])
    refused(archive, room, "no plain file or folder")


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("second", ["a/b.txt", "A/B.txt", "a", "a/b.txt/c"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice(tmp_path, room, kind, second):
    archive = MAKERS[kind](tmp_path / kind, [("a/b.txt", b"one"), (second, b"two")])
    refused(archive, room, "twice, or as a file and as a folder")


def test_a_second_archive_may_replace_a_file(tmp_path, room):
    unpack(make_tar(tmp_path / "one.tar", [("a.txt", b"one")]), room)
    unpack(make_tar(tmp_path / "two.tar", [("a.txt", b"two")]), room)
    assert (room / "a.txt").read_bytes() == b"two"


@pytest.mark.parametrize("kind", MAKERS)
def test_too_many_bytes(tmp_path, room, kind):
    members = [(f"{k}.bin", os.urandom(3000)) for k in range(4)]
    archive = MAKERS[kind](tmp_path / kind, members)
    refused(archive, room, "unpacks to more than 10 kB", Limits(bytes=10_000))


@pytest.mark.parametrize("kind", MAKERS)
def test_too_many_files(tmp_path, room, kind):
    archive = MAKERS[kind](tmp_path / kind, [(f"{k}.txt", b"") for k in range(12)])
    refused(archive, room, "more than 11 files", Limits(files=11))
    unpack(archive, room, Limits(files=12))


@pytest.mark.parametrize("kind", ["set.zip", "set.tar.gz"])
def test_bombs(tmp_path, room, kind):
    archive = MAKERS[kind](tmp_path / kind, [("bomb", bytes(15_000_000))])
    refused(archive, room, "more than 100 times its size, as bombs do")
    written = sum(path.stat().st_size for path in room.rglob("*") if path.is_file())
    assert written <= 12_000_000


def test_a_zip_that_lies_about_what_it_holds(tmp_path, room):
    archive = make_zip(tmp_path / "set.zip", [("bomb", bytes(15_000_000))])
    data = archive.read_bytes()
    archive.write_bytes(data.replace(struct.pack("<I", 15_000_000), struct.pack("<I", 1000)))
    refused(archive, room, "cannot be unpacked|more than")


def test_a_tar_whose_headers_are_the_bomb(tmp_path, room):
    header = tarfile.TarInfo("header")
    header.type, header.size = tarfile.XGLTYPE, 1 << 20
    archive = tmp_path / "set.tar.gz"
    archive.write_bytes(gzip.compress((header.tobuf() + bytes(1 << 20)) * 30))
    refused(archive, room, "more than 100 times its size")


@pytest.mark.parametrize("form", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.XGLTYPE])
def test_a_tar_with_a_header_that_fills_the_memory(tmp_path, room, form):
    header = tarfile.TarInfo("header")
    header.type, header.size = form, 5_000_000
    archive = tmp_path / "set.tar.gz"
    archive.write_bytes(gzip.compress(header.tobuf() + bytes(6_000_000)))
    refused(archive, room, "cannot be unpacked: a header of 5000000 bytes")


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_archives_that_were_cut_short(tmp_path, room, kind, share):
    archive = MAKERS[kind](tmp_path / kind, [(f"{k}.bin", os.urandom(30_000)) for k in range(5)])
    data = archive.read_bytes()
    archive.write_bytes(data[: int(len(data) * share)])
    refused(archive, room, "cannot be unpacked")


def test_a_zip_with_a_flipped_bit(tmp_path, room):
    archive = make_zip(tmp_path / "set.zip", [("a", b"\x01" * 5000)], zipfile.ZIP_STORED)
    data = bytearray(archive.read_bytes())
    data[2000] ^= 4
    archive.write_bytes(data)
    refused(archive, room, "cannot be unpacked: Bad CRC-32")


def test_a_zip_under_lock(tmp_path, room):
    archive = make_zip(tmp_path / "set.zip", [("a", b"abc")])
    data = bytearray(archive.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(data)
    refused(archive, room, "cannot be unpacked")


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"PK", b"\x1f\x8b", b"Rar!\x1a\x07", zlib.compress(b"x")]
)
def test_what_is_no_archive(tmp_path, room, data):
    (tmp_path / "set.zip").write_bytes(data)
    refused(tmp_path / "set.zip", room, "no archive|cannot be unpacked")


def test_kinds_by_name():
    assert [is_archive(name) for name in ("a.zip", "a.tar.gz", "a.tgz", "a.tar")] == [True] * 4
    assert not is_archive("a.mp4")


def test_what_is_written_is_counted_whatever_was_claimed(tmp_path, room):
    (tmp_path / "set.zip").write_bytes(b"PK")
    writer = _Writer(tmp_path / "set.zip", room, Limits(bytes=10))
    writer.write("a.txt", io.BytesIO(b"x" * 10))
    with pytest.raises(DownloadError, match="unpacks to more than 10 B"):
        writer.write("b.txt", io.BytesIO(b"x"))
