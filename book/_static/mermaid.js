// Draw the diagrams, in the colours of the theme, and again when the reader changes it.
const diagrams = [...document.querySelectorAll("pre.mermaid")];
const sources = diagrams.map((diagram) => diagram.textContent);

async function draw() {
  const dark = document.documentElement.dataset.theme === "dark";
  window.mermaid.initialize({ startOnLoad: false, theme: dark ? "dark" : "neutral" });
  diagrams.forEach((diagram, i) => {
    diagram.removeAttribute("data-processed");
    diagram.textContent = sources[i];
  });
  await window.mermaid.run({ nodes: diagrams });
}

draw();
new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
