// A list of what differs between two versions, in words.

import { afterDrawing } from "../../../lib/focus.js";
import { html, useRef, useState } from "../../../lib/html.js";
import { Badge } from "../../../components/badge.js";
import { Button } from "../../../components/button.js";
import { count } from "../../../components/time.js";

const SHOWN = 50; // of one field: a table of codes may be another one from end to end

// `found` as in changes.js; `both` are the places that somebody else changed too.
export function Differences({ found, both = new Set(), none }) {
  if (found.length === 0) return html`<p class="muted">${none}</p>`;
  return html`<ul class="plain differences">
    ${found.map(
      ({ place, where, what }) => html`<li key=${place}>
        <strong>${where}</strong>${" "}
        ${both.has(place) && html`<${Badge} tone="warn">changed by both<//>${" "}`}
        ${what.length === 1 ? html`<span>${what[0]}</span>` : html`<${Several} what=${what} />`}
      </li>`,
    )}
  </ul>`;
}

function Several({ what }) {
  const [shown, setShown] = useState(SHOWN);
  const list = useRef(null);
  const showAll = () => {
    setShown(what.length);
    afterDrawing(() => list.current.children[SHOWN].focus()); // one reads on
  };
  return html`<ul ref=${list}>
      ${what.slice(0, shown).map((text) => html`<li key=${text} tabindex="-1">${text}</li>`)}
    </ul>
    ${what.length > shown && html`<${Button} onClick=${showAll}>Show all ${count(what.length, "change")}<//>`}`;
}
