// tables: tables of numbers, tinted by their signs.

/**
 * A table of numbers. With `onpick(i, j)` its cells can be chosen by pointer and arrow keys.
 * `cell(i, j)` returns one; `paint(i, j, value, places)` writes a number into it.
 */
function numberTable({ rows, columns, label, chars = 2, onpick }) {
  const body = h("div", { class: "vl-cells", role: onpick ? "grid" : "table", "aria-label": label });
  const cells = [];
  for (let i = 0; i < rows; i++) {
    cells.push([]);
    for (let j = 0; j < columns; j++) {
      cells[i].push(h("div", { class: "vl-cell", role: onpick ? "gridcell" : "cell" }));
      if (onpick) {
        cells[i][j].addEventListener("click", () => onpick(i, j));
        cells[i][j].tabIndex = -1;
      }
    }
    body.append(h("div", { class: "vl-row", role: "row" }, ...cells[i]));
  }
  const frame = h("div", { class: "vl-frame", "aria-hidden": "true", hidden: "" });
  const sheet = h("div", { class: "vl-sheet" }, body, frame);
  sheet.style.setProperty("--vl-columns", columns);
  sheet.style.setProperty("--vl-chars", chars);
  const element = h("div", { class: "vl-table" }, sheet);
  if (!onpick) reachable(element, label);

  let current = [0, 0];
  function choose(i, j) {
    const [a, b] = current;
    const focused = cells[a][b].contains(document.activeElement);
    set(cells[a][b], { "aria-selected": false, tabindex: -1 });
    set(cells[i][j], { "aria-selected": "true", tabindex: 0 });
    if (focused) cells[i][j].focus({ preventScroll: true });
    current = [i, j];
  }
  if (onpick) {
    body.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      const [i, j] = current;
      const to = {
        ArrowLeft: j ? [i, j - 1] : [i - 1, columns - 1],
        ArrowRight: j < columns - 1 ? [i, j + 1] : [i + 1, 0],
        ArrowUp: [i - 1, j],
        ArrowDown: [i + 1, j],
        Home: [0, 0],
        End: [rows - 1, columns - 1],
      }[event.key];
      if (!to) return;
      event.preventDefault();
      if (cells[to[0]]?.[to[1]]) onpick(...to);
    });
  }
  function paint(i, j, value, places) {
    const node = cells[i][j];
    node.textContent = show(value, places);
    node.dataset.vlValue = value;
  }
  const tint = (i, j, value, most) => tintCell(cells[i][j], value, most);
  /** Lay the frame over `height` x `width` cells from (i, j) on. */
  function enclose(i, j, height, width) {
    frame.hidden = false;
    for (const [name, value] of Object.entries({ i, j, height, width })) {
      frame.style.setProperty(`--vl-${name}`, value);
    }
    const size = frame.offsetWidth / width;
    const middle = (j + width / 2) * size - element.clientWidth / 2;
    if (element.scrollWidth > element.clientWidth) element.scrollTo({ left: middle });
  }
  return { element, cells, choose, paint, tint, enclose, cell: (i, j) => cells[i][j] };
}

/** Let a box that may scroll be reached by the keyboard while it does. */
function reachable(box, label) {
  new ResizeObserver(() => {
    const scrolls = box.scrollWidth > box.clientWidth + 1;
    set(box, {
      tabindex: scrolls && 0, role: scrolls && "group", "aria-label": scrolls && label,
    });
  }).observe(box);
}

/** Tint a cell by its value: blue for more than zero, orange for less; `most` is full colour. */
function tintCell(node, value, most) {
  node.style.setProperty("--vl-tint", `${Math.round((Math.abs(value) / (most || 1)) * 42)}%`);
  node.classList.toggle("vl-minus", value < 0);
}

/**
 * A table of the products of a window and a kernel. `write(p, q, x, w)` fills a cell; `scale` has
 * the digits to show of x, w and their product, and the product that gets the full tint.
 */
function productTable({ rows, columns, label, chars, scale }) {
  const table = numberTable({ rows, columns, label, chars });
  table.element.classList.add("vl-products");
  function write(p, q, x, w) {
    table.paint(p, q, x * w, scale.product);
    table.tint(p, q, x * w, scale.most);
    table.cell(p, q).prepend(h("small", {}, `${show(x, scale.x)} × ${show(w, scale.w)}`));
  }
  return { element: table.element, write };
}
