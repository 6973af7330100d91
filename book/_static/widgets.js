// Between RequireJS and the widget manager: anywidget is beside this page, not on a CDN.
const { anywidget } = document.currentScript.dataset;
if (anywidget) {
  const paths = { anywidget: new URL(anywidget, document.currentScript.src).href };
  window.requirejs.config({ paths });
}
// The widget manager calls MathJax as version 2 was called.
window.addEventListener("load", () => {
  const { MathJax } = window;
  if (MathJax?.typesetPromise) {
    MathJax.Hub = { Queue: ([, , element]) => MathJax.typesetPromise([element]) };
  }
});
