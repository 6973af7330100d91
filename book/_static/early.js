// A page opened from disk may not read the others, so its search shows titles without excerpts.
document.addEventListener("DOMContentLoaded", () => {
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
});

// Paper is white: a page in the dark theme prints in the light one.
let theme;
addEventListener("beforeprint", () => {
  ({ theme } = document.documentElement.dataset);
  document.documentElement.dataset.theme = "light";
});
addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = theme;
});
