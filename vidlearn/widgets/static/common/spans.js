// spans: labels of frames as a bar of coloured segments.

/** Runs of equal labels, as `vidlearn.metrics.segments`: start, stop (the frame after), label. */
function segmentsOf(labels) {
  const found = [];
  labels.forEach((label, t) => {
    if (found.length && found.at(-1).label === label) found.at(-1).stop = t + 1;
    else found.push({ start: t, stop: t + 1, label });
  });
  return found;
}

/** The classes that give a label its colour, and its stripes from the ninth on; none below 0. */
function toneOf(label) {
  if (label < 0) return "vl-nothing";
  const marks = ["", " vl-striped", " vl-dotted"][Math.floor(label / 8) % 3];
  return `vl-tone vl-tone${label % 8}${marks}`;
}

/**
 * A bar of segments over `count` frames, with their names where there is room. `draw(segments)`
 * lays new ones; each node has the start and the label of its segment.
 */
function spanBar({ count, names, signal, ...attributes }) {
  const element = h("div", { class: "vl-runs", ...attributes });
  let drawn = [];
  function write() {
    const room = element.clientWidth;
    drawn.forEach(([node, { start, stop, label }]) => {
      const name = label < 0 ? "" : names[label];
      const wide = (room * (stop - start)) / count;
      node.textContent = wide > 7.5 * name.length + 6 ? name : "";
      node.classList.toggle("vl-thin", wide < 5);
    });
  }
  function draw(segments) {
    drawn = segments.map((segment) => {
      const { start, stop, label } = segment;
      const node = h("span", { class: `vl-run ${toneOf(label)}`, "data-vl-span": start, "data-vl-value": label });
      node.style.left = `${(100 * start) / count}%`;
      node.style.width = `${(100 * (stop - start)) / count}%`;
      return [node, segment];
    });
    element.replaceChildren(...drawn.map(([node]) => node));
    write();
  }
  const watcher = new ResizeObserver(write);
  watcher.observe(element);
  signal.addEventListener("abort", () => watcher.disconnect());
  return { element, draw };
}
