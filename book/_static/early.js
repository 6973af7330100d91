// The theme's icons stand inside <i>, instead of replacing it: the widgets' player keeps its own.
window.FontAwesomeConfig = { autoReplaceSvg: "nest" };

// A page opened from disk may not read the others, so its search shows titles without excerpts.
document.addEventListener("DOMContentLoaded", () => {
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
});
