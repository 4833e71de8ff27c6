// The search over connections and their pages (WAI-ARIA combobox whose list is always open); loaded when it is first
// opened.

import { getAll } from "../../lib/api.js";
import { useData } from "../../lib/data.js";
import { html, useEffect, useId, useRef, useState } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { navigate, useLocation } from "../../lib/router.js";
import { Dialog } from "../../components/dialog.js";
import { ErrorNotice } from "../../components/states.js";
import { searchAddress } from "../links.js";
import { entriesFor } from "./entries.js";
import { PALETTE } from "./words.js";

export function Palette({ onClose }) {
  const person = usePerson();
  const { params } = useLocation();
  const { data, error } = useData((options) => getAll("connections", options), []);
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const id = useId();
  const field = useRef(null);
  const list = useRef(null);
  useEffect(() => field.current.focus(), []);
  useEffect(() => list.current?.children[active]?.scrollIntoView({ block: "nearest" }), [active]);
  const entries = entriesFor(typed, { connections: data ?? [], person, here: params.c ?? null });
  const go = (entry) => {
    onClose();
    navigate(entry.find ? searchAddress(entry.c, entry.find) : entry.to);
  };
  const onKey = (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && entries.length > 0) setActive((active + by + entries.length) % entries.length);
    else if (event.key === "Enter" && entries[active]) go(entries[active]);
    else return;
    event.preventDefault();
  };
  const type = (event) => {
    setTyped(event.target.value);
    setActive(0);
  };
  return html`<${Dialog} title=${PALETTE.title} onClose=${onClose}>
    <div class="palette">
      <input
        type="text"
        role="combobox"
        aria-label=${PALETTE.field}
        placeholder=${PALETTE.field}
        autocomplete="off"
        spellcheck=${false}
        aria-expanded="true"
        aria-autocomplete="list"
        aria-controls=${`${id}-list`}
        aria-activedescendant=${entries[active] ? `${id}-${active}` : undefined}
        ref=${field}
        value=${typed}
        onInput=${type}
        onKeyDown=${onKey}
      />
      <ul role="listbox" id=${`${id}-list`} aria-label=${PALETTE.results} ref=${list}>
        ${entries.map(
          (entry, index) => html`<li role="option" key=${entry.key} id=${`${id}-${index}`} aria-selected=${index === active} onClick=${() => go(entry)}>
            <span>${entry.label}</span>
            ${entry.hint && html`<small>${entry.hint}</small>`}
          </li>`,
        )}
        ${data && entries.length === 0 && html`<li role="option" aria-disabled="true" class="more">${PALETTE.nothing}</li>`}
      </ul>
      <p class="hint">${PALETTE.hint}</p>
      <${ErrorNotice} error=${error} />
    </div>
  <//>`;
}
