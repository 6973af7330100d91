// drag: the pointer on an area, and its twin on the keyboard.

/**
 * Follow the pointer from its press on `node` until it is let go. `onmove(x, y, event)` gets the
 * place in shares of the node's width and height, at the press and at every move.
 */
function onDrag(node, { onmove, onstart = () => {}, onend = () => {}, signal }) {
  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const held = new AbortController();
    const tell = (moved) => {
      const box = node.getBoundingClientRect();
      onmove((moved.clientX - box.left) / box.width, (moved.clientY - box.top) / box.height, moved);
    };
    const drop = () => {
      held.abort();
      onend();
    };
    node.setPointerCapture?.(event.pointerId);
    for (const [name, act] of [["pointermove", tell], ["pointerup", drop], ["pointercancel", drop]]) {
      node.addEventListener(name, act, { signal: held.signal });
    }
    signal.addEventListener("abort", () => held.abort(), { once: true });
    onstart(event);
    tell(event);
  }, { signal });
}

/** Its twin: `onmove(right, down, far)` for the arrow keys on `node`; Shift makes it far. */
function onArrows(node, onmove) {
  node.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = {
      ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
    }[event.key];
    if (!way) return;
    event.preventDefault();
    onmove(...way, event.shiftKey);
  });
}
