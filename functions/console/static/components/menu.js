// A menu behind a button (WAI-ARIA menu button): arrows move, letters jump, Escape closes.

import { useFloating } from "../lib/controls/floating.js";
import { html, useEffect, useId, useRef, useState } from "../lib/html.js";
import { Icon } from "./icon.js";

// items: [{label, href} | {label, onSelect}]; `danger` highlights an item, a false item is left out.
export function Menu({ label, items, icon = "more", text }) {
  const [open, setOpen] = useState(false);
  const root = useRef(null);
  const button = useRef(null);
  const list = useRef(null);
  const id = useId();
  const shown = items.filter(Boolean);
  useFloating(open, button, list, { end: true });

  const links = () => [...root.current.querySelectorAll("[role=menuitem]")];
  const focus = (index) => {
    const all = links();
    all.at(index % all.length)?.focus();
  };
  // Tab reaches one item (roving tabindex), because a scrollable list must contain a focusable element.
  const rove = ({ target }) => links().forEach((link) => (link.tabIndex = link === target ? 0 : -1));
  const show = (index) => {
    setOpen(true);
    requestAnimationFrame(() => focus(index));
  };
  const close = () => {
    setOpen(false);
    button.current.focus();
  };

  useEffect(() => {
    if (!open) return undefined;
    const outside = (event) => root.current.contains(event.target) || setOpen(false);
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);

  const onButtonKey = (event) => {
    if (event.key === "ArrowDown") show(0);
    else if (event.key === "ArrowUp") show(-1);
    else return;
    event.preventDefault();
  };
  const onMenuKey = (event) => {
    const index = links().indexOf(document.activeElement);
    const moves = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: -1 };
    if (event.key in moves) focus(moves[event.key]);
    else if (event.key === "Escape") close();
    else if (event.key === "Tab") return setOpen(false);
    else if (!jump(links(), index, event.key)) return undefined;
    return event.preventDefault();
  };

  return html`<div class="menu" ref=${root}>
    <button
      type="button"
      class="button quiet"
      ref=${button}
      aria-haspopup="menu"
      aria-expanded=${open}
      aria-controls=${open ? id : undefined}
      aria-label=${text ? undefined : label}
      title=${text ? undefined : label}
      onClick=${() => (open ? setOpen(false) : show(0))}
      onKeyDown=${onButtonKey}
    >
      <${Icon} name=${icon} />${text && html`<span>${text}</span>`}
    </button>
    ${open &&
    html`<ul class="menu-list" ref=${list} role="menu" id=${id} aria-label=${label} onKeyDown=${onMenuKey} onFocusIn=${rove}>
      ${shown.map(
        (item) => html`<li role="none" key=${item.label}>
          <${MenuItem} item=${item} close=${close} leave=${() => setOpen(false)} />
        </li>`,
      )}
    </ul>`}
  </div>`;
}

function MenuItem({ item, close, leave }) {
  const common = { role: "menuitem", tabindex: -1, class: item.danger ? "danger" : "" };
  if (item.href) return html`<a ...${common} href=${item.href} onClick=${leave}>${item.label}</a>`;
  const select = () => {
    close(); // before onSelect, so that a dialog returns the focus to the menu's button
    item.onSelect();
  };
  return html`<button ...${common} type="button" onClick=${select}>${item.label}</button>`;
}

function jump(links, index, key) {
  if (key.length !== 1 || key === " ") return false;
  const order = [...links.slice(index + 1), ...links.slice(0, index + 1)];
  const found = order.find((link) => link.textContent.toLowerCase().startsWith(key.toLowerCase()));
  found?.focus();
  return Boolean(found);
}
