// The frame of a page: its heading, which has the focus after a move, and its title.

import { html, useEffect, useLayoutEffect, useRef } from "../lib/html.js";

const PRODUCT = "Registration sync";
let moved = false; // the first page of a visit leaves the focus at the beginning

export function pageWasLeft() {
  moved = true;
}

// Draw it at once, with what is loading inside. `above` is where we are, as [{label, href?}];
// `actions` stand beside the heading.
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
