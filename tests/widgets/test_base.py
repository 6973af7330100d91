"""What every interactive must do, whatever it teaches."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from vidlearn import messages, widgets
from vidlearn.boxes import Detections, Tracks, Truth
from vidlearn.proposals import merge_regions
from vidlearn.scratch import Dense, Flatten, Network
from vidlearn.video import Packets
from vidlearn.widgets.base import STATIC, parts, scripts, section

PATH_SHAPES = [(3, 3, 3, 2), (2,), (160, 5), (5,), (5, 12), (4, 12), (2, 12), (4, 2), (2,)]


def make(kind):
    frames = np.random.default_rng(0).integers(0, 256, (12, 30, 40, 3), np.uint8)
    return {
        "AnchorExplorer": lambda: widgets.AnchorExplorer(
            frames[0],
            Truth([[3, 4, 17, 20], [15, 6, 38, 19]], [0, 1]),
            stride=8,
            sizes=(9, 16),
            names=["a cat", "a dog"],
        ),
        "AssignmentMatrix": lambda: widgets.AssignmentMatrix(
            frames[0],
            [[4, 6, 16, 18], [10, 6, 22, 18], [16, 4, 28, 16]],
            [[0, 6, 12, 18], [7, 7, 19, 19], [13, 6, 25, 18], [26, 20, 38, 29]],
            ids=[4, 7, 12],
        ),
        "AttentionHeads": lambda: widgets.AttentionHeads(
            frames,
            {
                "space": np.full((2, 3, 6, 12, 12), 1 / 12),
                "time": np.full((2, 3, 12, 6, 6), 1 / 12) + 0.5 * np.eye(6),
            },
            layer=1,
        ),
        "AxisExplorer": lambda: widgets.AxisExplorer(
            frames[:2, :3, :4, :2] % 10, axis=(1, 2), operation="mean"
        ),
        "BackpropGraph": lambda: widgets.BackpropGraph(
            [1, 2, 3], [[0.5, 1], [-0.5, 1], [0.5, -2]], [1, 1], [0.5, -1], 0, y=1
        ),
        "BoxOverlap": lambda: widgets.BoxOverlap([1, 1, 7, 5], [4, 3, 9, 7], size=(8, 12)),
        "ClipPlayer": lambda: widgets.ClipPlayer(
            frames, 10, marks=[2, 9], cuts=[5], boxes=[[[3, 3, 20, 20]]] * 12, labels=["a cat"]
        ),
        "ClipSampling": lambda: widgets.ClipSampling(
            frames,
            6,
            actions=[-1, -1, 0, 0, 0, -1, 1, 1, 1, 1, 0, 0],
            names=["jump", "turn left"],
            length=5,
            views=2,
        ),
        "ConvArithmetic": lambda: widgets.ConvArithmetic(size=12, stride=1, padding=3),
        "ConvolutionStepper": lambda: widgets.ConvolutionStepper(
            frames[0, :16, :16, 0], np.full((3, 3), -0.25), padding=2
        ),
        "DefaultBoxes": lambda: widgets.DefaultBoxes(
            frames[0],
            Truth([[3, 4, 17, 20], [12, 3, 38, 28]], [0, 1]),
            [(4, 5, 8, [10]), (2, 3, 16, [20, 26])],
            ratios=(0.7, 1.4),
            names=["a cat", "a dog"],
        ),
        "DetectionPlayer": lambda: widgets.DetectionPlayer(
            list(frames),
            [Detections([[2, 2, 12, 20], [20, 4, 38, 26]], [0.9, 0.3 + t / 20]) for t in range(12)],
            truths=[Truth([[2, 2, 12, 21], [8, 14, 30, 28]])] * 12,
            names=["a cat"],
        ),
        "DigitPad": lambda: widgets.DigitPad(
            {
                name: Network([Flatten(), Dense(10)], input_shape=(8, 8, 1), seed=seed)
                for name, seed in (("at random", 0), ("trained", 1))
            },
            np.eye(8)[None],
            [1],
        ),
        "DilatedStack": lambda: widgets.DilatedStack(
            40, dilations=(1, 3, 8), causal=False, frame=7
        ),
        "DissolveFrames": lambda: widgets.DissolveFrames(
            frames[0], frames[1] // 2, length=7, way="eased"
        ),
        "ErrorBrowser": lambda: widgets.ErrorBrowser(
            list(frames),
            [Detections([[2, 2, 12, 20], [20, 4, 38, 26]], [0.9, 0.3 + t / 20]) for t in range(12)],
            [Truth([[2, 2, 12, 21], [8, 14, 30, 28]])] * 12,
            names=["a cat"],
        ),
        "FilterGallery": lambda: widgets.FilterGallery(frames[0]),
        "FrameOrder": lambda: widgets.FrameOrder(
            frames[None, :6],
            np.eye(6, 5)[None],
            (np.ones((5, 12)), np.ones((4, 12)), np.ones((2, 12))),
            (np.ones((4, 2)), np.ones(2)),
            ["left", "right"],
            [0],
        ),
        "GatedCell": lambda: widgets.GatedCell(
            np.eye(12, 2),
            {"value": (-1, 1), "write": (0, 1)},
            lstm=(np.ones((2, 4)), np.ones((1, 4)), np.ones(4)),
            gru=(np.ones((2, 3)), np.ones((1, 3)), np.ones((2, 3))),
            presets={"late": np.eye(12, 2, -4)},
        ),
        "KalmanEllipse": lambda: widgets.KalmanEllipse(
            frames,
            [[3 + t, 5, 17 + t, 15] if t != 7 else [np.nan] * 4 for t in range(12)],
            [[3 + t, 5, 17 + t, 15] for t in range(12)],
            hidden=[4, 5],
            motion_noise=(0.5, 0.2),
        ),
        "KernelInTime": lambda: widgets.KernelInTime(frames, padding="same", fps=9),
        "LabelBar": lambda: widgets.LabelBar(
            frames,
            [0] * 5 + [1] * 4 + [0] * 3,
            {"one frame": np.eye(2)[[0, 1] * 6], "in time": np.eye(2)[[0] * 5 + [1] * 7]},
            names=["jump", "turn left"],
            window=3,
        ),
        "LossSurface": lambda: widgets.LossSurface("two_valleys", learning_rate=0.07),
        "MaskPlayer": lambda: widgets.MaskPlayer(
            frames,
            np.tile(np.add.outer(np.arange(30), np.arange(40)) % 40 < 20, (12, 1, 1)),
            {"carried on": frames[..., 0] > 90, "seen anew": frames[..., 1] > 200},
            shown="mask",
        ),
        "OcclusionStrip": lambda: widgets.OcclusionStrip(
            np.stack([frames[:8], frames[4:]]),
            [
                SimpleNamespace(
                    whole=np.array([0.9, 0.1]),
                    frames=np.array([[0.9 - 0.1 * t, 0.1 + 0.1 * t] for t in range(8)]),
                    places=np.full((8, 2, 3, 2), [0.8, 0.2]),
                    window=2,
                    fill="mean",
                )
            ]
            * 2,
            [0, 1],
            ["open", "close"],
        ),
        "PathAnswer": lambda: widgets.PathAnswer(
            [np.ones(shape) / 9 for shape in PATH_SHAPES],
            ["left", "right"],
            {
                "a cup": np.full((6, 8, 5), 200, np.uint8),
                "a coin": np.full((5, 5, 5), 90, np.uint8),
            },
            {"a cat": frames[0, :16, :20], "a wall": frames[1, :16, :20]},
            window=4,
        ),
        "PacketPlayer": lambda: widgets.PacketPlayer(
            frames,
            Packets(
                np.array([0, 3, 2, 1, 4, 5, 6, 7, 9, 8, 11, 10]),
                np.array([9000, 700, 90, 80, 600, 500, 8000, 400, 300, 60, 200, 50]),
                np.array(list("IPBBPPIPPBPB")),
                np.arange(12) % 6 == 0,
            ),
        ),
        "PoolingExplorer": lambda: widgets.PoolingExplorer(frames[0, :16, :16, 0] / 3, stride=1),
        "PrecisionRecall": lambda: widgets.PrecisionRecall(
            list(frames[:3]),
            [
                Detections([[2, 2, 12, 20], [3, 3, 14, 20], [20, 4, 38, 26]], [0.9, 0.5, 0.7]),
                Detections([[5, 0, 22, 18]], [0.8]),
                Detections([[10, 4, 30, 28]], [0.3]),
            ],
            [Truth([[2, 2, 12, 21], [22, 4, 38, 26]]), Truth([[12, 8, 30, 29]]), Truth([])],
        ),
        "RegionMerging": lambda: widgets.RegionMerging(
            frames[0],
            merge_regions(frames[0], np.add.outer(np.arange(30) // 6 * 5, np.arange(40) // 8)),
            truth={"a cat": [3, 4, 22, 20], "a dog": [8, 6, 16, 18]},
        ),
        "RoIExplorer": lambda: widgets.RoIExplorer(
            frames[0, :12, :11, 0] / 3, box=[20, 8, 97, 100], size=(2, 3), scale=1 / 12
        ),
        "ScoreMaps": lambda: widgets.ScoreMaps(
            frames[0],
            [np.full((4, 5, 2), 0.5), np.full((2, 3), 0.4)],
            [np.eye(4, 5)[..., None], np.eye(2, 3)],
            proposals=[[[1, 1, 9, 9]] * 6, [[3, 4, 18, 20], [4, 4, 18, 20], [9, 9, 30, 28]]],
            truth=Truth([[3, 4, 17, 20], [15, 6, 38, 19]], [0, 1]),
            names=["a cat", "a dog"],
        ),
        "ShotCurve": lambda: widgets.ShotCurve(
            frames,
            {
                "pixels": [0, 3, 40, 2, 3, 30, 5, 28, 6, 4, 3, 2],
                "share": [0, 0, 0.8, 0.1, 0, 0, 0.3, 0.4, 0.3, 0, 0, 0.1],
            },
            [[2, 2], [6, 9]],
            traps=[("flash", 5, 6), ("fast pan", 9, 12)],
        ),
        "SuppressionExplorer": lambda: widgets.SuppressionExplorer(
            frames[0],
            Detections(
                [[3, 3, 20, 20], [4, 3, 21, 21], [20, 4, 38, 26], [5, 0, 22, 18], [21, 4, 38, 28]],
                [0.6, 0.9, 0.8, 0.7, 0.0005],
                [0, 0, 1, 1, 1],
            ),
            names=["a cat", "a dog"],
        ),
        "TrajectoryFutures": lambda: widgets.TrajectoryFutures(
            frames,
            Tracks(
                [*range(12)] * 2,
                [4] * 12 + [7] * 12,
                [[2 + t, 3, 9 + t, 12] for t in range(12)]
                + [[20, t, 28, 9 + t] for t in range(12)],
            ),
            lstm=(np.ones((2, 8)), np.ones((2, 8)), np.zeros(8)),
            dense=(np.eye(2, 8), np.ones(8)),
            past=4,
            fps=3,
        ),
        "TurningWheel": lambda: widgets.TurningWheel(degrees=40, painted=True),
        "UnrolledRNN": lambda: widgets.UnrolledRNN(np.eye(3) + 0.1, np.ones((40, 3)), steps=40),
        "YoloGrid": lambda: widgets.YoloGrid(
            frames[0],
            (
                np.arange(26) / 9 - 2,
                np.arange(52).reshape(26, 2) % 7 / 3,
                np.arange(104).reshape(26, 4) % 11 / 5 - 1,
            ),
            names=["a cat", "a dog"],
        ),
    }[kind]()


every_kind = pytest.mark.parametrize("kind", widgets.__all__)


@every_kind
def test_every_string_is_in_the_catalogue_and_every_string_is_used(kind):
    code = scripts(kind)["_esm"]
    own, common = messages.text(section(kind)), messages.text("widgets")
    asked = set(re.findall(r"\btext\.(\w+)", code))
    assert asked <= own.keys() | common.keys()
    words = set(re.findall(r"\w+", code))
    assert {name.removeprefix("legend_") for name in own} <= words


@every_kind
def test_state_carries_the_scripts_and_the_title(kind):
    state = make(kind).get_state()
    assert state["_esm"].count("export default") == 1
    assert state["text"]["title"]
    assert {name: state[name] for name in ("_esm", "_css")} == scripts(kind)


@pytest.mark.browser
@every_kind
def test_phone_shows_it_with_named_controls_of_a_finger_s_size_and_visible_focus(opened, kind):
    page = opened(make(kind), width=400)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    box = page.locator(".vl").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 400
    assert page.evaluate(FAULTS) == []


# Whatever takes the focus: has it a name, an outline, 32 pixels?
FAULTS = """() => {
  const faults = [];
  const controls = ".vl button, .vl select, .vl input, .vl [role=gridcell], .vl [tabindex='0']";
  const found = document.querySelectorAll(controls);
  if (!found.length) faults.push("no controls");
  for (const node of found) {
    if (!node.offsetParent) continue;
    const fault = (words) => faults.push(`${words}: ${node.outerHTML.slice(0, 100)}`);
    node.focus({ focusVisible: true });
    if (getComputedStyle(node).outlineStyle !== "solid") fault("no outline");
    if (!(node.ariaLabel ?? node.closest("label, button")?.innerText)) fault("no name");
    const { width, height } = (node.closest(".vl-toggle") ?? node).getBoundingClientRect();
    if (Math.min(width, height) < 32) fault(`only ${width} x ${height}`);
    node.blur();
    if (getComputedStyle(node).outlineStyle !== "none") fault("outline without focus");
  }
  return faults;
}"""


@pytest.mark.browser
@every_kind
def test_themes_keep_text_readable(opened, kind):
    for theme in ("light", "dark"):
        page = opened(make(kind), theme=theme)
        worst = page.evaluate(CONTRAST)
        assert worst[0] >= 4.5, (theme, worst)


# The least contrast (WCAG 2) between a piece of text and the backgrounds under it.
CONTRAST = """() => {
  const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const paint = (colours) => {
    brush.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      brush.fillStyle = colour;
      brush.fillRect(0, 0, 1, 1);
    }
    return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => rgb
    .map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
  let worst = [99];
  const walker = document.createTreeWalker(document.querySelector(".vl"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.offsetParent) continue;
    const layers = [];
    for (let up = node; up; up = up.parentElement) {
      layers.unshift(getComputedStyle(up).backgroundColor);
    }
    const under = paint(["white", ...layers]);
    const ink = paint(["white", ...layers, getComputedStyle(node).color]);
    const [a, b] = [light(under), light(ink)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < worst[0]) worst = [ratio, walker.currentNode.data, under, ink];
  }
  return worst;
}"""


@pytest.mark.browser
def test_reduced_motion_jumps_instead_of_gliding(opened):
    for motion, expected in (("reduce", "0s"), ("no-preference", "0.22s")):
        page = opened(make("ConvolutionStepper"), reduced_motion=motion)
        frame = page.locator(".vl-frame").first
        assert frame.evaluate("node => getComputedStyle(node).transitionDuration") == expected


@pytest.mark.browser
def test_each_kind_looks_the_same_whichever_styles_come_last(opened):
    page = opened(*map(make, widgets.__all__))
    page.locator("[data-vl-ready]").wait_for()
    looks = page.evaluate(
        """() => {
          const styles = [...document.querySelectorAll("style")].filter((node) =>
            node.textContent.includes(".vl {"));
          const names = ["borderRightStyle", "borderRightWidth", "borderRightColor", "boxShadow",
            "backgroundColor", "backgroundImage", "color", "fontSize", "fontWeight", "display",
            "width", "height", "marginTop", "paddingLeft", "position"];
          const looks = () => [...document.querySelectorAll(".vl *")].map((node) => {
            const style = getComputedStyle(node);
            return [node.getAttribute("class"), ...names.map((name) => style[name])].join();
          });
          return styles.map((style) => {
            style.parentNode.append(style);
            return looks();
          });
        }"""
    )
    assert len(looks) == len(widgets.__all__)
    for other in looks[1:]:
        assert [pair for pair in zip(looks[0], other, strict=True) if pair[0] != pair[1]] == []


@pytest.mark.parametrize("kind", widgets.__all__)
def test_no_class_is_styled_by_a_common_part_that_is_not_used(kind):
    """Such a style would come and go with the other interactives of a page."""
    script = (STATIC / f"{section(kind)}.js").read_text("utf-8")
    own = set(re.findall(r"(?<!data-)\bvl-[\w-]+", script))
    for part in (STATIC / "common").glob("*.css"):
        if part.stem not in parts(kind):
            assert not own & set(re.findall(r"\.(vl-[\w-]+)", part.read_text("utf-8"))), part.name
