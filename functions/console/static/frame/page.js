// The frame of a page: its title, and its heading, which receives the focus after a navigation.

import { html, useEffect, useLayoutEffect, useRef } from "../lib/html.js";

const PRODUCT = "Registration sync";
let moved = false; // the first page of a visit leaves the focus at the top

export function pageWasLeft() {
  moved = true;
}

// Render it at once, with the loading state inside. `above` is the breadcrumb: [{label, href?}];
// `actions` appear beside the heading.
export function Page({ title, above = [], actions, children }) {
  const heading = useRef(null);
  useEffect(() => {
    document.title = [title, ...above.map((one) => one.label), PRODUCT].join(" · ");
  }, [title, above.map((one) => one.label).join()]);
  useLayoutEffect(() => {
    if (moved) heading.current.focus();
  }, []);
  return html`<div class="page">
    ${above.length > 0 &&
    html`<nav class="above" aria-label="Where you are">
      ${above.map((one) =>
        one.href
          ? html`<a key=${one.label} href=${one.href}>${one.label}</a>`
          : html`<span key=${one.label}>${one.label}</span>`,
      )}
    </nav>`}
    <div class="apart">
      <h1 tabindex="-1" ref=${heading}>${title}</h1>
      ${actions && html`<div class="actions">${actions}</div>`}
    </div>
    ${children}
  </div>`;
}
