// Tabs (WAI-ARIA): arrows move between them, and only the selected panel is rendered.

import { html, useId, useRef } from "../lib/html.js";

// tabs: [{id, label, note?}]; `children` is the panel of the `selected` tab.
export function Tabs({ label, tabs, selected, onSelect, children, after }) {
  const base = useId();
  const list = useRef(null);
  const onKey = (event) => {
    const index = tabs.findIndex((tab) => tab.id === selected);
    const moves = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: -1 };
    if (!(event.key in moves)) return;
    event.preventDefault();
    const to = (moves[event.key] + tabs.length) % tabs.length;
    onSelect(tabs[to].id);
    list.current.children[to].focus();
  };
  return html`<div class="tabs">
    <div class="tab-row">
      <div role="tablist" aria-label=${label} ref=${list} onKeyDown=${onKey}>
        ${tabs.map(
          (tab) => html`<button
            type="button"
            role="tab"
            key=${tab.id}
            id=${`${base}-${tab.id}`}
            aria-selected=${tab.id === selected}
            aria-controls=${tab.id === selected ? `${base}-panel` : undefined}
            tabindex=${tab.id === selected ? 0 : -1}
            onClick=${() => onSelect(tab.id)}
          >${tab.label}${tab.note && html` <span class="tab-note">${tab.note}</span>`}</button>`,
        )}
      </div>
      ${after}
    </div>
    <div role="tabpanel" id=${`${base}-panel`} aria-labelledby=${`${base}-${selected}`}>${children}</div>
  </div>`;
}
