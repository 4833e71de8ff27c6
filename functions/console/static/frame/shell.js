// The frame around every page: the product's name, the signed-in person, and signing out.

import { html, useRef, useState } from "../lib/html.js";
import { href } from "../lib/paths.js";
import { usePerson } from "../lib/person.js";
import { shortcutText, useShortcut } from "../lib/controls/shortcuts.js";
import { signOut } from "../lib/session/sign_in.js";
import { Button } from "../components/button.js";
import { Menu } from "../components/menu.js";
import { PRODUCT, SHELL } from "./words.js";

export function Shell({ children }) {
  const person = usePerson();
  const content = useRef(null);
  const [search, setSearch] = useState(null); // {Palette}: its module, loaded when it is first opened
  const open = async () => person.canRead && setSearch(await import("../shared/palette/palette.js"));
  useShortcut("k", open);
  return html`<button type="button" class="skip" onClick=${() => content.current.focus()}>${SHELL.skip}</button>
    <header class="shell">
      <a class="product" href="#/"><${Mark} /><span>${PRODUCT}</span></a>
      <div class="signed-in">
        ${person.canRead && html`<${SearchButton} open=${open} />`}
        ${person.isOperator && html`<a href=${href("/overview")}>${SHELL.allDistricts}</a>`}
        ${person.canManagePeople && html`<a href=${href("/people")}>${SHELL.people}</a>`}
        <span class="role">${person.isOperator ? SHELL.operator(person.role) : person.role}</span>
        <${Menu}
          label=${SHELL.signedInAs(person.name)}
          text=${person.name}
          icon="person"
          items=${[{ label: SHELL.signOut, onSelect: signOut }]}
        />
      </div>
    </header>
    <main ref=${content} tabindex="-1">${children}</main>
    ${search && html`<${search.Palette} onClose=${() => setSearch(null)} />`}`;
}

function SearchButton({ open }) {
  const title = `${SHELL.search} (${shortcutText("K")})`;
  return html`<${Button} kind="quiet" icon="search" class="search" aria-keyshortcuts="Control+K Meta+K" title=${title} onClick=${open}>${SHELL.search}<//>`;
}

function Mark() {
  return html`<svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="7" />
    <path d="M9 12.5h12.5M17.5 8.5l4.5 4-4.5 4M23 19.5H10.5m4-4-4.5 4 4.5 4" />
  </svg>`;
}
