// Draw the diagrams, in black on white; in the dark the theme inverts them.
const { fontFamily } = getComputedStyle(document.body);
window.mermaid.initialize({ startOnLoad: false, theme: "neutral", fontFamily });
window.mermaid.run({ querySelector: "pre.mermaid" });
