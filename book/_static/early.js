// The theme's icons stand inside <i>, instead of replacing it: the widgets' player keeps its own.
window.FontAwesomeConfig = { autoReplaceSvg: "nest" };
