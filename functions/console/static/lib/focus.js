// Moves the focus to an element that the current change is about to render.

const CONTROLS = "input, button, select, textarea, summary, [tabindex]";

// Focuses the first match, or the first focusable element inside it, and opens every <details> around it.
export function focusSoon(...selectors) {
  afterDrawing(() => {
    const found = selectors.map((one) => document.querySelector(one)).find(Boolean);
    const inside = found?.matches(CONTROLS) ? found : found?.querySelector(CONTROLS);
    for (let folded = inside?.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
    inside?.focus();
    found?.scrollIntoView({ block: "nearest" });
  });
}

// Preact renders soon after a change; two frames later the elements are there.
export function afterDrawing(act) {
  requestAnimationFrame(() => requestAnimationFrame(act));
}
