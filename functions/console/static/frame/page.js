// The frame of a page: its title, and its heading, which receives the focus after a navigation.

import { html, useEffect, useLayoutEffect, useRef } from "../lib/html.js";
import { PAGE, PRODUCT } from "./words.js";

let moved = false; // the first page of a visit leaves the focus at the top

export function pageWasLeft() {
  moved = true;
}

// Render it at once, with the loading state inside. `above` is the breadcrumb: [{label, href?}];
// `actions` appear beside the heading. A page about one thing has the thing's name in `of`, which is then the
// heading; the title is read after it, and shown below it with `showTitle`, because no tab shows it.
export function Page({ title, of = null, showTitle = false, above = [], actions, children }) {
  const heading = useRef(null);
  useEffect(() => {
    document.title = [title, of, PRODUCT].filter(Boolean).join(" · ");
  }, [title, of]);
  useLayoutEffect(() => {
    if (moved) heading.current.focus();
  }, []);
  return html`<div class="page">
    ${above.length > 0 &&
    html`<nav class="above" aria-label=${PAGE.whereYouAre}>
      ${above.map((one) =>
        one.href
          ? html`<a key=${one.label} href=${one.href}>${one.label}</a>`
          : html`<span key=${one.label}>${one.label}</span>`,
      )}
    </nav>`}
    <div class="apart">
      <h1 tabindex="-1" ref=${heading}>
        ${of ?? title}${of && html`<span class="visually-hidden">: </span><span class=${showTitle ? "page-title" : "visually-hidden"}>${title}</span>`}
      </h1>
      ${actions && html`<div class="actions">${actions}</div>`}
    </div>
    ${children}
  </div>`;
}
