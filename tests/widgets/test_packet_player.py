import numpy as np
import pytest

from tests.widgets.hosted import host
from vidlearn.video import Packets, read_packets, write_video
from vidlearn.widgets import PacketPlayer, packet_player

TOTAL = 24
FRAMES = np.random.default_rng(2).integers(60, 200, (TOTAL, 10, 14, 3), np.uint8)
STORED = [0, 3, 1, 2, 6, 5, 4, 7, 8, 9, 12, 10, 11, 15, 13, 14, 16, 19, 18, 17, 20, 23, 22, 21]
KINDS = "IPBBPBBPIPPBBPBBPPBBIPBB"
SIZES = [4000 - 150 * k for k in range(TOTAL)]
KEYS = [kind == "I" for kind in KINDS]


def make(frames=FRAMES, stored=STORED, sizes=SIZES, kinds=KINDS, keys=KEYS, **options):
    packets = Packets(np.array(stored), np.array(sizes), np.array(list(kinds)), np.array(keys))
    return PacketPlayer(frames, packets, **options)


def read_for(frame):
    """The packets from the last keyframe stored before a frame up to its own, by a plain loop."""
    found = []
    for place, number in enumerate(STORED):
        found = [place] if KEYS[place] else [*found, place]
        if number == frame:
            return found


def marked(page):
    nodes = page.locator("[data-vl-read]")
    return sorted(int(node.get_attribute("data-vl-read")) for node in nodes.all())


def test_repr_counts_the_kinds():
    assert repr(make()) == "PacketPlayer(24 frames of 14×10, 3 I, 9 P, 12 B)"
    plain = make(FRAMES[:3], [0, 1, 2], [3, 2, 1], "IPP", [True, False, False])
    assert repr(plain) == "PacketPlayer(3 frames of 14×10, 1 I, 2 P)"


def test_it_rejects_what_are_no_packets():
    with pytest.raises(ValueError, match=r"must be vidlearn\.video\.Packets.*Received: tuple"):
        PacketPlayer(FRAMES, (STORED, SIZES, list(KINDS), KEYS))


def test_it_takes_what_a_film_says_of_itself(tmp_path):
    path = write_video(tmp_path / "a.mp4", FRAMES.repeat(4, 1).repeat(4, 2))
    packets = read_packets(path)
    player = PacketPlayer(FRAMES, packets, fps=12.5)
    assert player.weights == packets.size.tolist()
    assert player.stored == packets.frame.tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"frames": FRAMES[:1]}, r"frames must be 2 to 400\. Received: 1"),
        ({"frames": FRAMES[:23]}, "one for each of the 23 frames. Received: 24, of frames 0 to 23"),
        ({"stored": [0, *STORED[:-1]]}, "one for each of the 24 frames"),
        ({"kinds": "Q" + KINDS[1:]}, r"kinds must be I, P or B. Received: \['B', 'I', 'P', 'Q'\]"),
        ({"keys": [False, *KEYS[1:]]}, "first packet must be a keyframe"),
        ({"frames": (frame for frame in FRAMES)}, "frames must be an array or a list.*generator"),
        ({"frames": None}, "frames must be an array or a list. Received: NoneType"),
        ({"frames": np.uint8(3) * np.ones(())}, "frames must be an array"),
        ({"frames": [*FRAMES[:-1], FRAMES[0, :5]]}, "frames must have one size"),
        ({"stored": np.array(STORED) + 0.5}, "frame of packets must be whole numbers, at least 0"),
        ({"sizes": [0] * TOTAL}, "size of packets must be whole numbers, at least 1"),
        ({"sizes": [np.nan] * TOTAL}, "size of packets must be whole numbers"),
        ({"sizes": SIZES[:-1]}, r"columns of one length. Received: \[24, 23, 24, 24\]"),
        ({"kinds": KINDS[:-1]}, r"columns of one length. Received: \[24, 24, 23, 24\]"),
        ({"keys": KEYS[:1]}, r"columns of one length. Received: \[24, 24, 24, 1\]"),
        ({"max_width": None}, "max_width must be at least 1, a number. Received: None"),
        ({"max_width": np.nan}, "max_width must be at least 1"),
        ({"fps": 0}, "fps must be a number above 0"),
        ({"order": "read"}, 'order must be "shown" or "stored"'),
    ],
)
def test_player_rejects_what_it_cannot_show(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)


def test_player_rejects_a_frame_that_is_not_there():
    with pytest.raises(ValueError, match=r"frame must be from 0 to 23\. Received: 24"):
        make().frame = 24


def test_player_rejects_films_that_do_not_fit(monkeypatch):
    monkeypatch.setattr(packet_player, "MOST_BYTES", 2000)
    with pytest.raises(ValueError, match="frames are too much for a notebook"):
        make()


@pytest.mark.browser
@pytest.mark.parametrize("order", ["shown", "stored"])
def test_bars_and_what_is_read_are_those_of_the_file(opened, order):
    page = opened(make(order=order))
    bars = page.locator("[data-vl-packet]").evaluate_all(
        "nodes => nodes.map((n) => [Number(n.dataset.vlPacket), Number(n.dataset.vlValue),"
        " n.x.baseVal.value, n.height.baseVal.value])"
    )
    packets = [packet for packet, *_ in sorted(bars, key=lambda bar: bar[2])]
    assert packets == (np.argsort(STORED).tolist() if order == "shown" else list(range(TOTAL)))
    for packet, size, _, high in bars:
        assert size == SIZES[packet]
        assert high / max(bar[3] for bar in bars) == pytest.approx(size / max(SIZES), rel=1e-3)
    for frame in (0, 2, 4, 5, 13, 17, 20, 23):
        page.locator("[data-vl-transport]").fill(str(frame))
        assert marked(page) == read_for(frame), frame
        cost = page.locator(".vl-cost")
        assert int(cost.get_attribute("data-vl-value")) == len(read_for(frame))
        if len(read_for(frame)) > 1:
            total = sum(SIZES[place] for place in read_for(frame))
            assert f"{total:,} bytes" in cost.inner_text()


@pytest.mark.browser
def test_words_tell_kind_size_and_place(opened):
    page = opened(make(fps=10))
    page.locator("[data-vl-transport]").fill("5")
    assert page.locator(".vl-line").inner_text() == (
        "Frame 5, 0.50 s: B, told from both sides. 3,250 bytes, packet 5 of the file."
    )
    page.locator("[data-vl-transport]").fill("8")
    assert "I, complete" in page.locator(".vl-line").inner_text()
    assert page.locator(".vl-cost").inner_text() == "To show it, this packet alone is read."


@pytest.mark.browser
@pytest.mark.parametrize("width", [1000, 400])
@pytest.mark.parametrize("order", ["shown", "stored"])
def test_a_click_on_a_bar_goes_there(opened, width, order):
    page = opened(make(), width=width)
    if order == "stored":
        page.get_by_role("button", name="as stored").click()
    page.locator(".vl-plot").scroll_into_view_if_needed()
    box = page.locator("[data-vl-packet='11']").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 2)
    assert page.locator("[data-vl-transport]").input_value() == str(STORED[11])
    cursor = page.locator(".vl-cursor").bounding_box()
    middle = cursor["x"] + cursor["width"] / 2
    assert middle == pytest.approx(box["x"] + box["width"] / 2, abs=1.5)


@pytest.mark.browser
def test_page_keys_go_from_keyframe_to_keyframe(opened):
    page = opened(make())
    bar = page.locator("[data-vl-transport]")
    bar.focus()
    for key, at in [("PageDown", 8), ("PageDown", 20), ("PageDown", 20), ("PageUp", 8),
                    ("ArrowRight", 9), ("PageUp", 8), ("PageUp", 0), ("End", 23)]:  # fmt: skip
        page.keyboard.press(key)
        assert bar.input_value() == str(at), key


@pytest.mark.browser
def test_python_learns_what_was_chosen(browser):
    page = browser.new_page()
    host(page, make())
    page.get_by_role("button", name="as stored").click()
    page.locator("[data-vl-transport]").fill("12")
    assert page.evaluate("put") == {"order": "stored", "frame": 12}
    page.close()


@pytest.mark.browser
def test_the_legend_goes_from_complete_to_told(opened):
    said = opened(make()).locator(".vl-legend").inner_text()
    places = [said.index(kind) for kind in ("I, complete", "P, told", "B, told")]
    assert places == sorted(places)
