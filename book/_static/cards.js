// A link to a term or a work shows on a card what it leads to: when the pointer rests on it or the
// focus is there. The card can be pointed at; Escape puts it away.
document.addEventListener("DOMContentLoaded", () => {
  const card = document.createElement("div");
  Object.assign(card, { id: "vl-card", role: "tooltip", hidden: true });
  document.body.append(card);
  let owner = null;
  let waiting = 0;

  function show(link) {
    clearTimeout(waiting);
    if (owner === link) return;
    hide();
    owner = link;
    card.textContent = link.dataset.vlCard;
    card.hidden = false;
    link.setAttribute("aria-describedby", card.id);
    const place = link.getClientRects()[0];
    const left = Math.min(place.left, document.documentElement.clientWidth - card.offsetWidth - 12);
    const below = place.bottom + card.offsetHeight + 12 < innerHeight;
    const top = below ? place.bottom + 6 : place.top - card.offsetHeight - 6;
    card.style.left = `${Math.max(12, left) + scrollX}px`;
    card.style.top = `${top + scrollY}px`;
  }

  function hide() {
    clearTimeout(waiting);
    owner?.removeAttribute("aria-describedby");
    owner = null;
    card.hidden = true;
  }

  function soon(act, wait) {
    clearTimeout(waiting);
    waiting = setTimeout(act, wait);
  }

  for (const link of document.querySelectorAll("[data-vl-card]")) {
    link.addEventListener("pointerenter", ({ pointerType }) => {
      if (pointerType === "mouse") soon(() => show(link), 200);
    });
    link.addEventListener("pointerleave", () => soon(hide, 250));
    link.addEventListener("focus", () => link.matches(":focus-visible") && show(link));
    link.addEventListener("blur", hide);
  }
  card.addEventListener("pointerenter", () => clearTimeout(waiting));
  card.addEventListener("pointerleave", () => soon(hide, 250));
  document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
});
