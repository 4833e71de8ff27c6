// Moves the focus to what is drawn by the change that is just made.

const CONTROLS = "input, button, select, textarea, summary, [tabindex]";

// The first of these selectors that leads to something; it may hold what can be focused, and what is
// folded around it is opened.
export function focusSoon(...selectors) {
  afterDrawing(() => {
    const found = selectors.map((one) => document.querySelector(one)).find(Boolean);
    const inside = found?.matches(CONTROLS) ? found : found?.querySelector(CONTROLS);
    for (let folded = inside?.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
    inside?.focus();
    found?.scrollIntoView({ block: "nearest" });
  });
}

// The library draws soon after a change; two frames later it is there.
export function afterDrawing(act) {
  requestAnimationFrame(() => requestAnimationFrame(act));
}
