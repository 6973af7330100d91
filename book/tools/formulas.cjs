// Draw formulas: JSON on stdin {mathjax, cache, formulas: [{tex, display}]}, JSON on stdout
// {formulas: [{svg, mathml}], glyphs}. With cache "global" the SVGs share `glyphs`.
const { mathjax, cache, formulas } = JSON.parse(require("fs").readFileSync(0, "utf-8"));

require(`${mathjax}/node-main.js`)
  .init({
    loader: { paths: { mathjax }, load: ["input/tex-full", "output/svg"] },
    svg: { fontCache: cache },
  })
  .then((MathJax) => {
    const { adaptor } = MathJax.startup;
    const drawn = formulas.map(({ tex, display }) => ({
      svg: adaptor.innerHTML(MathJax.tex2svg(tex, { display })),
      mathml: MathJax.tex2mml(tex, { display }),
    }));
    const shared = MathJax.startup.document.outputJax.fontCache.getCache();
    const glyphs = cache === "global" ? adaptor.outerHTML(shared) : "";
    process.stdout.write(JSON.stringify({ formulas: drawn, glyphs }));
  });
