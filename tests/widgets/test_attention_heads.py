import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.widgets.hosted import host
from tests.widgets.page import states, values
from vidlearn.widgets import AttentionHeads

CLIP = np.random.default_rng(5).integers(0, 256, (8, 24, 36, 3), np.uint8)
GRID = (4, 2, 3)  # moments of two frames, tubelets of 12 rows and columns


def attention(*shape, seed=0, sharp=2.0):
    """Random weights whose rows sum to 1."""
    logits = np.random.default_rng(seed).normal(0, sharp, shape)
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


BOTH = attention(2, 3, 24, 24)
DIVIDED = {"time": attention(2, 3, 6, 4, 4, seed=1), "space": attention(2, 3, 4, 6, 6, seed=2)}
FACTORISED = {"space": attention(3, 2, 4, 6, 6, seed=3), "time": attention(1, 3, 1, 4, 4, seed=4)}
CASES = {"both": BOTH, "divided": DIVIDED, "factorised": FACTORISED}
by_case = pytest.mark.parametrize("weights", CASES.values(), ids=CASES)


def looked(maps, over, layer, head, query):
    """The row of a query, and what each patch and each moment gets, written out by hand."""
    moment, place = divmod(query, 6)
    found = maps[over][layer, head]
    glow = np.zeros((4, 6))
    if over == "both":
        row = found[query]
        glow[:] = row.reshape(4, 6)
        frames = glow.sum(axis=1)
    elif over == "space":
        row = found[moment, place]
        glow[moment] = row
        frames = glow.sum(axis=1)
    elif len(found) == 1:
        row = frames = found[0, moment]
        glow[:] = row[:, None]
    else:
        row = frames = found[place, moment]
        glow[:, place] = row
    return row, glow, frames


def entropy(row):
    row = row[row > 0]
    return -(row * np.log2(row)).sum()


def pressed(page, group, name):
    page.get_by_role("group", name=group).get_by_role("button", name=name).click()


# Python -------------------------------------------------------------------------------------


@by_case
def test_stored_weights_are_the_given_ones_within_half_a_percent(weights):
    widget = AttentionHeads(CLIP, weights, grid=GRID)
    maps = weights if isinstance(weights, dict) else {"both": weights}
    stored = widget.stored()
    assert list(stored) == list(maps)
    for name, found in maps.items():
        assert stored[name].shape == found.shape
        np.testing.assert_allclose(stored[name].sum(axis=-1), 1)
        off = np.abs(stored[name] - found) / found.max(axis=-1, keepdims=True)
        assert off.max() < 0.005


@given(st.integers(2, 40), st.floats(0.1, 5), st.integers(0, 9))
def test_weights_of_any_sharpness_keep_half_a_percent(keys, sharp, seed):
    weights = attention(3, keys, keys, seed=seed, sharp=sharp)
    grid = (1, 1, keys)
    stored = AttentionHeads(CLIP, weights, grid=grid).stored()["both"][0]
    assert (np.abs(stored - weights) / weights.max(axis=-1, keepdims=True)).max() < 0.005


def test_what_is_masked_stays_nothing():
    causal = np.tril(np.ones((8, 8)))
    stored = AttentionHeads(CLIP, causal / causal.sum(axis=1, keepdims=True)).stored()["both"]
    assert (stored[0, 0][causal == 0] == 0).all()
    np.testing.assert_allclose(stored[0, 0, 3], [0.25] * 4 + [0] * 4)


def test_repr_and_grids_that_are_found_out():
    assert repr(AttentionHeads(CLIP, attention(8, 8))) == (
        "AttentionHeads(8 moments, 1 layer, 1 head)"
    )
    assert AttentionHeads(CLIP, attention(3, 4, 4))._grid == (4, 1, 1)
    assert repr(AttentionHeads(CLIP, DIVIDED)) == (
        "AttentionHeads(4 moments of 2×3 patches, over time 2 layers, 3 heads; over space 2 "
        "layers, 3 heads)"
    )
    assert AttentionHeads(CLIP, {"space": FACTORISED["space"]})._grid == GRID
    widget = AttentionHeads(CLIP, FACTORISED, layer=2, head=1)
    assert widget.over == "space"
    widget.over = "time"  # which has one layer
    assert (widget.layer, widget.head) == (0, 1)
    assert widget.poster()[0] == "image/jpeg"


def test_it_shows_what_the_model_gives():
    from vidlearn.models import attention_maps, build_video_transformer

    for form, names in {
        "space-time": ["both"],
        "divided": ["time", "space"],
        "factorised": ["space", "time"],
    }.items():
        model = build_video_transformer(
            CLIP.shape, 3, tubelet=(2, 12, 12), width=8, heads=2, depth=2, form=form
        )
        maps = attention_maps(model, CLIP)
        widget = AttentionHeads(CLIP, maps, grid=GRID)
        assert sorted(name for name, _ in widget._maps) == sorted(names)
        for name, stored in widget.stored().items():
            np.testing.assert_allclose(stored, maps[name], atol=0.005)


def test_state_of_a_lesson_is_small(monkeypatch):
    clip = np.random.default_rng(0).integers(0, 256, (16, 48, 48, 3), np.uint8)
    maps = {"time": attention(3, 4, 36, 8, 8), "space": attention(3, 4, 8, 36, 36)}
    widget = AttentionHeads(clip, maps)
    scripts = len(widget._esm) + len(widget._css)
    assert len(json.dumps(states([widget]))) < scripts + 250_000
    with pytest.raises(ValueError, match=r"too many for a notebook: 253440 numbers.*190000"):
        AttentionHeads(clip, {k: np.repeat(v[:1], 5, axis=0) for k, v in maps.items()})


WRONG = attention(24, 24).T


@pytest.mark.parametrize(
    ("clip", "weights", "options", "message"),
    [
        (CLIP / 255, BOTH, {"grid": GRID}, r"frames\[0\] must be a uint8 picture"),
        (CLIP[0, 0], BOTH, {"grid": GRID}, r"clip must be \(T, H, W, 3\).*\(36, 3\)"),
        (CLIP[:0], BOTH, {"grid": GRID}, "with 1 to 64 frames"),
        (CLIP, WRONG, {"grid": GRID}, "each row .the last axis. must sum to 1.*another axis"),
        (CLIP, -BOTH, {"grid": GRID}, "must not be negative"),
        (CLIP, BOTH * np.nan, {"grid": GRID}, "must not be negative, and each row"),
        (CLIP, BOTH[0, 0, 0], {"grid": GRID}, r"weights must be \(L, heads, Q, Q\).*\(24,\)"),
        (CLIP, BOTH[..., :6], {"grid": GRID}, r"must be \(L, heads, Q, Q\).*\(2, 3, 24, 6\)"),
        (CLIP, {"time": BOTH}, {}, r"over time must be \(L, heads, N, Q, Q\).*one clip"),
        (CLIP, {"place": BOTH}, {}, "weights must be of both, time, space.*Received: place"),
        (CLIP, {}, {}, "weights must be of both, time, space.*Received: none"),
        (CLIP, BOTH, {}, "grid must be given where there are patches.*24 tokens, for 8 frames"),
        (CLIP, BOTH, {"grid": (4, 3, 3)}, r"Received \(4, 3, 3\) for weights of both"),
        (CLIP, BOTH, {"grid": (3, 2, 4)}, "moments that divide the 8 frames"),
        (CLIP, DIVIDED, {"grid": (4, 6)}, "grid must be .moments, rows, columns."),
        (CLIP, DIVIDED, {"over": "both"}, "over must be one of time, space. Received: 'both'"),
        (CLIP, DIVIDED, {"layer": 2}, "layer must be from 0 to 1. Received: 2"),
        (CLIP, DIVIDED, {"head": -1}, "head must be from 0 to 2. Received: -1"),
        (CLIP, DIVIDED, {"query": 24}, "query must be from 0 to 23. Received: 24"),
        (CLIP, DIVIDED, {"speed": 0}, "speed must be a number above 0"),
        (CLIP, DIVIDED, {"max_width": 0}, "max_width must be at least 1"),
    ],
)
def test_heads_rejects_what_it_cannot_show(clip, weights, options, message):
    with pytest.raises(ValueError, match=message):
        AttentionHeads(clip, weights, **options)


# The browser --------------------------------------------------------------------------------

ALPHA = """(which) => {
  const canvas = document.querySelector(`[data-vl-${which}]`);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return [...data].filter((_, k) => k % 4 === 3);
}"""


@pytest.mark.browser
@by_case
def test_sums_weights_glow_and_entropy_equal_what_is_stored(opened, weights):
    widget = AttentionHeads(CLIP, weights, grid=GRID)
    maps, page = widget.stored(), opened(widget)
    for over, shape in widget._maps:
        if len(maps) > 1:
            pressed(page, "Attention over", over)
        layers, heads = shape[:2]
        for layer, query in ((0, 7), (layers - 1, 22), (layers - 1, 3)):
            if layers > 1:
                pressed(page, "Layer", str(layer + 1))
            page.locator("[data-vl-transport]").fill(str(query))
            seen = [looked(maps, over, layer, head, query) for head in range(heads)]
            bits = values(page, "data-vl-entropy")
            assert bits == pytest.approx({(h,): entropy(row) for h, (row, *_) in enumerate(seen)})
            full = max(glow.max() for _, glow, _ in seen)
            most = float(page.locator("[data-vl-most]").get_attribute("data-vl-value"))
            assert most == pytest.approx(full)
            for head, (row, glow, frames) in enumerate(seen):
                small = np.array(page.evaluate(ALPHA, f"mosaic='{head}'"))
                shown = {
                    "both": glow.reshape(4, 2, 3).transpose(1, 0, 2).ravel(),  # moments in a row
                    "space": glow[query // 6],
                    "time": frames,
                }[over]
                np.testing.assert_allclose(small, 230 * shown / full, atol=0.51)
                page.get_by_role("button", name=f"Head {head + 1}").click()
                sums = values(page, "data-vl-sum")
                assert sums == pytest.approx({(t,): frames[t] for t in range(4)})
                alphas = np.array([page.evaluate(ALPHA, f"veil='{t}'") for t in range(4)])
                coarse = over == "time" and shape[2] == 1
                strength = 130 if coarse else 200
                np.testing.assert_allclose(alphas, strength * glow / full, atol=0.51)
                top = values(page, "data-vl-top")
                assert len(top) == min(5, len(row))
                flat = frames if coarse else glow.ravel()
                assert top == pytest.approx({(k,): flat[k] for (k,) in top})
                assert list(top.values()) == pytest.approx(sorted(row)[::-1][:5])


@pytest.mark.browser
def test_clicks_and_keys_choose_the_query(opened):
    page = opened(AttentionHeads(CLIP, BOTH, grid=GRID, query=0))

    def query():
        return int(page.locator("[data-vl-transport]").input_value())

    stages = page.locator(".vl-stage")
    box = stages.nth(2).bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.6)
    assert query() == 2 * 6 + 1 * 3 + 2
    line = page.locator(".vl-line").inner_text()
    assert line.startswith("Query: frames 4 to 5, row 1, column 2.")
    mark = page.locator(".vl-query:visible").bounding_box()
    assert mark["x"] - box["x"] == pytest.approx(box["width"] * 2 / 3, abs=1)
    assert mark["y"] - box["y"] == pytest.approx(box["height"] / 2, abs=1)
    page.locator(".vl-cards").focus()
    for key, place in {
        "ArrowUp": 14,
        "ArrowRight": 15,
        "PageDown": 21,
        "PageUp": 15,
        "ArrowLeft": 14,
        "End": 23,
        "Home": 0,
    }.items():
        page.keyboard.press(key)
        assert query() == place
    _, _, frames = looked(
        {"both": AttentionHeads(CLIP, BOTH, grid=GRID).stored()["both"]}, "both", 0, 0, 0
    )
    told = page.locator(".vl-line").inner_text()
    assert f"It takes {frames[0]:.2f} of its sum of 1 from its own moment" in told
    assert f"0.00 from earlier and {frames[1:].sum():.2f} from later" in told


@pytest.mark.browser
def test_frames_as_tokens_and_a_factorised_encoder_speak_of_frames_alone(opened):
    page = opened(AttentionHeads(CLIP, attention(2, 8, 8)))
    assert page.locator(".vl-stage").count() == 8
    assert page.get_by_role("group", name="Layer").count() == 0
    assert page.locator(".vl-told").inner_text() == "Each frame attends to all frames."
    assert page.locator(".vl-line").inner_text().startswith("Query: frame 4. It takes")
    assert page.locator(".vl-top th:visible").all_inner_texts() == ["frame", "weight"]
    page = opened(AttentionHeads(CLIP, FACTORISED))
    assert "All of its sum of 1 comes from its own moment" in page.locator(".vl-line").inner_text()
    pressed(page, "Attention over", "time")
    assert page.locator(".vl-top th:visible").all_inner_texts() == ["frame", "weight"]
    assert page.locator(".vl-line").inner_text().startswith("Query: frames 4 to 5. It takes")
    assert page.locator(".vl-told").inner_text() == "Each frame attends to all frames."


@pytest.mark.browser
def test_it_plays_and_python_learns_what_was_chosen(browser):
    page = browser.new_page()
    host(page, AttentionHeads(CLIP, DIVIDED, speed=30))
    pressed(page, "Attention over", "space")
    pressed(page, "Layer", "2")
    page.get_by_role("button", name="Head 3").click()
    page.get_by_role("button", name="Next query").click()
    expected = {"over": "space", "layer": 1, "head": 2, "query": 17}
    assert page.evaluate("put") == expected
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("+document.querySelector('[data-vl-transport]').value > 19")
    page.get_by_role("button", name="Pause").click()
    page.close()
