// The differences between two versions, as a list.

import { afterDrawing } from "../../../lib/focus.js";
import { html, useRef, useState } from "../../../lib/html.js";
import { Badge } from "../../../components/badge.js";
import { Button } from "../../../components/button.js";

import { CONFLICT } from "./words.js";

const MAX_SHOWN = 50; // per field, because a table of codes may be entirely different

// `found` has the shape of changes.js; `both` are the keys that the other person changed too.
export function Differences({ found, both = new Set(), none }) {
  if (found.length === 0) return html`<p class="muted">${none}</p>`;
  return html`<ul class="plain differences">
    ${found.map(
      ({ key, where, changes }) => html`<li key=${key}>
        <strong>${where}</strong>${" "}
        ${both.has(key) && html`<${Badge} tone="warn">${CONFLICT.both}<//>${" "}`}
        ${changes.length === 1 ? html`<span>${changes[0]}</span>` : html`<${Several} changes=${changes} />`}
      </li>`,
    )}
  </ul>`;
}

function Several({ changes }) {
  const [shown, setShown] = useState(MAX_SHOWN);
  const list = useRef(null);
  const showAll = () => {
    setShown(changes.length);
    afterDrawing(() => list.current.children[MAX_SHOWN].focus()); // so that a reader continues there
  };
  return html`<ul ref=${list}>
      ${changes.slice(0, shown).map((text) => html`<li key=${text} tabindex="-1">${text}</li>`)}
    </ul>
    ${changes.length > shown && html`<${Button} onClick=${showAll}>${CONFLICT.showAll(changes.length)}<//>`}`;
}
