"""One file from a server that breaks off, lies, leads astray or changes its mind."""

import errno
import hashlib
import json
import re
import shutil
import ssl
import subprocess

import numpy as np
import pytest

from vidlearn.datasets.downloads import fetch as fetching
from vidlearn.datasets.downloads import web
from vidlearn.datasets.downloads.catalogue import Source
from vidlearn.datasets.downloads.errors import DownloadError
from vidlearn.datasets.downloads.fetch import fetch

DATA = np.random.default_rng(3).bytes(200_000)
OTHER = np.random.default_rng(4).bytes(200_001)


@pytest.fixture
def get(site, tmp_path):
    """Fetch /set.zip into a folder; returns the lines that were said."""

    def get(name="set.zip", *, url=None, timeout=5.0, **facts):
        said = []
        source = Source(url or f"{site.url}/{name}", name, **facts)
        fetch(source, tmp_path / name, timeout=timeout, pause=0.01, say=said.append)
        return said

    return get


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def ranges(site):
    return [headers.get("Range") for _, headers in site.asked]


def test_a_file_comes_whole_and_nothing_else_stays(site, get, tmp_path):
    site.put("set.zip", DATA)
    assert get(bytes=200_000) == []
    assert (tmp_path / "set.zip").read_bytes() == DATA
    assert left(tmp_path) == ["set.zip"]


def test_what_breaks_off_goes_on_where_it_stopped(site, get, tmp_path):
    site.put("set.zip", DATA, breaks=[70_000, 1, 50_000])
    said = get()
    assert (tmp_path / "set.zip").read_bytes() == DATA
    assert ranges(site) == [None, "bytes=70000-", "bytes=70001-", "bytes=120001-"]
    assert {headers.get("If-Range") for _, headers in site.asked[1:]} == {'"one"'}
    assert sum("going on after" in line for line in said) == 3


def test_a_chunked_reply_that_breaks_off_is_noticed(site, get, tmp_path):
    site.put("set.zip", DATA, chunked=True, breaks=[70_000])
    get()
    assert (tmp_path / "set.zip").read_bytes() == DATA


def test_a_server_that_always_breaks_at_once_is_given_up(site, get, tmp_path):
    site.put("set.zip", DATA, breaks=[0] * 9)
    with pytest.raises(DownloadError, match=r"broke off after 0 B of 200 kB"):
        get()
    assert len(site.asked) == fetching.TRIES


def test_tries_that_bring_much_do_not_count(site, get, tmp_path, monkeypatch):
    site.put("set.zip", DATA, breaks=[30_000] * 6)
    monkeypatch.setattr(fetching, "WORTH", 30_000)
    get()
    assert (tmp_path / "set.zip").read_bytes() == DATA
    monkeypatch.setattr(fetching, "WORTH", 30_001)
    site.put("other.zip", DATA, breaks=[30_000] * 6)
    with pytest.raises(DownloadError, match="broke off after 120 kB"):
        get("other.zip")


def test_without_range_it_starts_again_and_says_so(site, get, tmp_path):
    site.put("set.zip", DATA, ranges=False, breaks=[70_000])
    said = get()
    assert (tmp_path / "set.zip").read_bytes() == DATA
    assert any("from the start" in line for line in said)


@pytest.mark.parametrize("name", ["ETag", "Last-Modified"])
def test_a_file_that_changes_between_two_parts_is_not_mixed(site, get, tmp_path, name):
    page = site.put("set.zip", DATA, state={name: "before"}, breaks=[70_000])
    page.codes = [0, 404]
    with pytest.raises(DownloadError, match="404"):
        get()
    assert left(tmp_path) == ["set.zip.part", "set.zip.part.json"]
    page.data, page.state = OTHER, {name: "after"}
    get()
    assert (tmp_path / "set.zip").read_bytes() == OTHER


@pytest.mark.parametrize("state", [{}, {"ETag": 'W/"weak"'}], ids=["none", "weak"])
def test_without_a_state_only_a_sum_allows_going_on(site, get, tmp_path, state):
    site.put("set.zip", DATA, state=state, breaks=[70_000])
    get()
    assert ranges(site) == [None, None]
    (tmp_path / "set.zip").unlink()
    site.asked.clear()
    site.put("set.zip", DATA, state=state, breaks=[70_000])
    get(sha256=hashlib.sha256(DATA).hexdigest())
    assert ranges(site) == [None, "bytes=70000-"]
    assert (tmp_path / "set.zip").read_bytes() == DATA


def test_a_part_of_another_address_is_not_gone_on_with(site, get, tmp_path):
    (tmp_path / "set.zip.part").write_bytes(OTHER[:500])
    note = {"url": "http://127.0.0.1/other.zip", "state": '"one"'}
    (tmp_path / "set.zip.part.json").write_text(json.dumps(note), "utf-8")
    site.put("set.zip", DATA)
    get()
    assert (tmp_path / "set.zip").read_bytes() == DATA


def part(folder, site, data, note=True):
    (folder / "set.zip.part").write_bytes(data)
    if note:
        text = json.dumps({"url": f"{site.url}/set.zip", "state": '"one"'})
        (folder / "set.zip.part.json").write_text(text, "utf-8")


def test_a_part_that_is_whole_is_only_given_its_name(site, get, tmp_path):
    part(tmp_path, site, DATA)
    site.put("set.zip", DATA)
    get()
    assert ranges(site) == ["bytes=200000-"]  # answered 416
    assert (tmp_path / "set.zip").read_bytes() == DATA


def test_a_part_longer_than_the_file_is_dropped(site, get, tmp_path):
    part(tmp_path, site, DATA + b"more")
    site.put("set.zip", DATA)
    get()
    assert (tmp_path / "set.zip").read_bytes() == DATA
    assert ranges(site) == ["bytes=200004-", None]


@pytest.mark.parametrize("note", ["", "[]", "{}", "\x00"])
def test_a_damaged_note_means_from_the_start(site, get, tmp_path, note):
    part(tmp_path, site, b"x" * 50, note=False)
    (tmp_path / "set.zip.part.json").write_text(note, "utf-8")
    site.put("set.zip", DATA)
    get()
    assert (tmp_path / "set.zip").read_bytes() == DATA


@pytest.mark.parametrize("length", [200_003, 199_000], ids=["more", "less"])
def test_a_server_whose_size_is_not_the_published_one(site, get, tmp_path, length):
    site.put("set.zip", DATA, length=length)
    message = f"has {length} bytes, and set.zip is published with 200000"
    with pytest.raises(DownloadError, match=message):
        get(bytes=200_000)
    assert len(site.asked) == 1  # asking again would not help


def test_a_server_that_promises_more_than_it_sends(site, get):
    site.put("set.zip", DATA, length=200_007, state={})
    with pytest.raises(DownloadError, match="broke off after 200 kB of 200 kB"):
        get()
    assert len(site.asked) == fetching.TRIES


def test_a_server_that_never_stops_is_stopped(site, get, tmp_path):
    site.put("set.zip", DATA, chunked=True)
    with pytest.raises(DownloadError, match="more than the 150000 bytes"):
        get(bytes=150_000)
    assert "set.zip.part" not in left(tmp_path)


@pytest.mark.parametrize("code", [500, 503, 429])
def test_a_server_in_trouble_is_asked_again(site, get, tmp_path, code):
    site.put("set.zip", DATA, codes=[code, code])
    said = get()
    assert (tmp_path / "set.zip").read_bytes() == DATA
    assert sum(f"answers {code}" in line for line in said) == 2


@pytest.mark.parametrize("code", [401, 403, 404, 410])
def test_what_will_not_change_is_not_asked_again(site, get, code):
    site.put("set.zip", DATA, codes=[code])
    with pytest.raises(DownloadError, match=f"answers {code}"):
        get()
    assert len(site.asked) == 1


def test_a_web_page_in_place_of_a_file_is_told(site, get, tmp_path):
    page = b"\n<!DOCTYPE html>\n<html><head><title>Please\n log in</title></head></html>"
    site.put("set.zip", page, kind="text/html; charset=utf-8")
    with pytest.raises(DownloadError, match=r"a web page \(Please log in\) in place of set.zip"):
        get(bytes=200_000)
    assert not (tmp_path / "set.zip").exists()


def test_redirects_are_followed_and_keep_the_range(site, get, tmp_path):
    site.put("set.zip", target="/b")
    site.put("b", target=f"{site.url}/c")
    site.put("c", DATA, breaks=[70_000])
    get()
    assert (tmp_path / "set.zip").read_bytes() == DATA
    assert [r for (path, _), r in zip(site.asked, ranges(site), strict=True) if path == "/c"] == [
        None,
        "bytes=70000-",
    ]


def test_a_circle_of_redirects_ends(site, get):
    site.put("set.zip", target="/b")
    site.put("b", target="/set.zip")
    with pytest.raises(DownloadError, match="in a circle"):
        get()
    assert len(site.asked) == 1 + web.REDIRECTS


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:,x", "javascript:x"]
)
def test_redirects_to_what_is_no_web_address(site, get, tmp_path, target):
    site.put("set.zip", target=target)
    with pytest.raises(DownloadError, match="no web address: not followed"):
        get()
    assert left(tmp_path) == []


def test_a_redirect_from_https_to_http_is_not_followed():
    class Reply:
        def close(self):
            pass

    request = web.urllib.request.Request("https://127.0.0.1/set.zip")
    for target in ("http://127.0.0.1/set.zip", "HTTP://127.0.0.1/set.zip"):
        with pytest.raises(DownloadError, match="from https to plain http"):
            web._Redirects().http_error_302(request, Reply(), 302, "", {"Location": target})


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/set.zip", "set.zip"])
def test_only_web_addresses_are_asked(get, url):
    with pytest.raises(DownloadError, match=re.escape(f"Received: '{url}'")):
        get(url=url)


def test_a_silent_server_times_out(site, get):
    site.put("set.zip", DATA, piece=100, wait=3)
    with pytest.raises(DownloadError, match="sent nothing, or next to nothing"):
        get(timeout=0.1)
    assert len(site.asked) == fetching.TRIES


def test_a_dripping_server_times_out(site, get):
    site.put("set.zip", DATA, drip=0.02)
    with pytest.raises(DownloadError, match="next to nothing, for 0 s"):
        get(timeout=0.15)


def test_nobody_there_is_told_at_once(site, get):
    site.close()
    with pytest.raises(DownloadError, match="cannot be reached"):
        get()


def test_a_full_disk_keeps_the_part(site, get, tmp_path, monkeypatch):
    class Full:
        def __init__(self, *arguments, **options):
            self.file = open(*arguments, **options)  # noqa: SIM115 (closed on exit)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def write(self, piece):
            if self.file.tell() + len(piece) > 90_000:
                raise OSError(errno.ENOSPC, "No space left on device")
            return self.file.write(piece[:30_000])  # a write may also take less than all

        def fileno(self):
            return self.file.fileno()

    site.put("set.zip", DATA)
    with monkeypatch.context() as patch:
        patch.setattr(fetching, "open", Full, raising=False)
        with pytest.raises(DownloadError, match="The disk is full"):
            get()
    assert len(site.asked) == 1
    kept = (tmp_path / "set.zip.part").read_bytes()
    assert 0 < len(kept) <= 90_000
    assert DATA.startswith(kept)
    get()
    assert (tmp_path / "set.zip").read_bytes() == DATA
    assert ranges(site)[-1] == f"bytes={len(kept)}-"


def test_ctrl_c_keeps_the_part(site, get, tmp_path, monkeypatch):
    site.put("set.zip", DATA)

    def stop(self, done):
        if done > 60_000:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(fetching.Progress, "at", stop)
        with pytest.raises(KeyboardInterrupt):
            get()
    have = len((tmp_path / "set.zip.part").read_bytes())
    assert have > 60_000
    get()
    assert (tmp_path / "set.zip").read_bytes() == DATA
    assert ranges(site)[-1] == f"bytes={have}-"


def test_certificates_are_always_verified():
    context = web._context()
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_certificate_that_fails_is_told_and_lasts():
    wrong = ssl.SSLCertVerificationError(1, "certificate verify failed")
    wrong.verify_message = "unable to get local issuer certificate"
    mistake = web.told(web.urllib.error.URLError(wrong), "host", 3.0)
    assert mistake.lasting
    assert mistake.kind == "certificate"
    assert "unable to get local issuer" in str(mistake)


def test_progress_in_a_log_is_a_few_lines(site, get, capsys):
    site.put("set.zip", DATA)
    get()
    lines = capsys.readouterr().err.splitlines()
    assert 1 <= len(lines) <= fetching.Progress.__init__.__globals__["LINES"]
    assert lines[-1].startswith("set.zip: 200 kB of 200 kB, ")
    assert not any("\r" in line for line in lines)


def test_progress_in_a_terminal_is_a_bar(site, get, capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    site.put("set.zip", DATA)
    get()
    assert "200k/200k" in capsys.readouterr().err


@pytest.fixture
def secure(site, tmp_path_factory):
    """The server behind a certificate that it signed itself; returns the certificate."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl")
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
    site.url = site.url.replace("http://", "https://")
    return certificate


def test_a_certificate_nobody_vouches_for_is_refused(site, secure, get, tmp_path):
    site.put("set.zip", DATA)
    with pytest.raises(DownloadError, match=r"certificate of 127\.0\.0\.1:.* not be verified"):
        get()
    assert site.asked == []
    assert left(tmp_path) == []


def test_https_with_a_good_certificate(site, secure, get, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(secure))
    site.put("set.zip", target="/b")
    site.put("b", DATA, breaks=[70_000])
    get()
    assert (tmp_path / "set.zip").read_bytes() == DATA
    site.put("set.zip", target=site.url.replace("https", "http") + "/b")
    (tmp_path / "set.zip").unlink()
    with pytest.raises(DownloadError, match="from https to plain http"):
        get()
