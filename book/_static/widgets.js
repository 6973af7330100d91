// Runs between RequireJS and the manager of widgets. anywidget is beside this page, not on a CDN.
const { anywidget } = document.currentScript.dataset;
if (anywidget) {
  const paths = { anywidget: new URL(anywidget, document.currentScript.src).href };
  window.requirejs.config({ paths });
}
// The manager brings icon fonts that it looks for beside the page; the theme has all its icons.
new MutationObserver((changes) => {
  for (const node of changes.flatMap((change) => [...change.addedNodes])) {
    if (node.tagName === "STYLE" && node.textContent.includes("@font-face")) node.remove();
  }
}).observe(document.head, { childList: true });
// The manager calls MathJax as version 2 was called. It has nothing to draw: let the call pass.
window.addEventListener("load", () => {
  if (window.MathJax) window.MathJax.Hub = { Queue() {} };
});
