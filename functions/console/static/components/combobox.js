// A text field with a searchable list (WAI-ARIA combobox). It accepts any text.

import { useFloating } from "../lib/controls/floating.js";
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { fitting, folded, parted } from "../lib/text/names.js";
import { Field } from "./fields.js";
import { Icon } from "./icon.js";
import { COMBOBOX } from "./words.js";

const MAX_SHOWN = 100;

// options: [{value, label?, hint?, group?}]; the group is shown while nothing is typed. `onInput` receives each text that is typed or selected, `onChoose`
// the selected option. Without `free`, a text that is not an option is reset to the previous value. `completes`: Enter completes a free text
// that only one option begins with; not where the text may be right as it is, such as a field that is not listed.
export function Combobox({ options, value, onInput, onChoose, free = true, completes = false, ...given }) {
  const { label, hint, problem, optional, hideLabel, ...control } = given;
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const [typed, setTyped] = useState(null); // filters the list; null shows every option
  const [own, setText] = useState(value);
  const text = free ? value : own; // with free text the parent holds the value; a local copy would lag behind the next key
  const frame = useRef(null);
  const list = useRef(null);
  useFloating(open, frame, list);
  useEffect(() => setText(value), [value]);

  const found = open ? fitting(options, typed ?? "") : []; // closed lists are not filtered, because a page may have a hundred of them
  const shown = found.slice(0, MAX_SHOWN); // the note about further options is an option too, because a listbox may contain nothing else

  const meant = free ? sameAs(found, typed) ?? (completes && onlyOne(found, typed)) : typed && shown[0];

  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const close = () => {
    setOpen(false);
    setActive(-1);
    setTyped(null);
  };
  const choose = (option) => {
    setText(option.value);
    onInput(option.value);
    onChoose?.(option);
    close();
  };
  const type = (now) => {
    setText(now);
    setTyped(now);
    setOpen(true);
    setActive(-1);
    if (free) onInput(now);
  };
  const leave = () => {
    if (!free && text !== value) setText(value);
    close();
  };
  const move = (by) => {
    if (!open) setOpen(true);
    if (shown.length) setActive((index) => (index + by + shown.length + (index < 0 && by < 0)) % shown.length);
  };
  const onKey = (event) => {
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter" && open && shown[active]) choose(shown[active]);
    else if (event.key === "Enter" && open && typed !== null) meant ? choose(meant) : close(); // another Enter submits the form
    else if (event.key === "Escape" && open) close();
    else return;
    event.preventDefault();
    event.stopPropagation(); // so that a dialog around the field stays open
  };

  return html`<${Field} ...${{ label, hint, problem, optional, hideLabel }}>
    ${(fieldProps) => html`<div class="combobox" ref=${frame}>
      <input
        type="text"
        autocomplete="off"
        spellcheck=${false}
        role="combobox"
        ...${control}
        ...${fieldProps}
        value=${text}
        aria-expanded=${open}
        aria-autocomplete="list"
        aria-controls=${`${fieldProps.id}-list`}
        aria-activedescendant=${shown[active] ? `${fieldProps.id}-${active}` : undefined}
        onInput=${(event) => type(event.target.value)}
        onClick=${() => setOpen(true)}
        onKeyDown=${onKey}
        onBlur=${leave}
      />
      <${Icon} name="down" />
      <ul role="listbox" id=${`${fieldProps.id}-list`} aria-label=${label} hidden=${!open} ref=${list}>
        ${open &&
        shown.map(
          (option, index) => html`<li
            role="option"
            key=${option.value}
            id=${`${fieldProps.id}-${index}`}
            data-group=${!typed && option.group !== shown[index - 1]?.group ? option.group : undefined}
            aria-selected=${index === active}
            onMouseDown=${(event) => event.preventDefault()}
            onClick=${() => choose(option)}
          >
            <span><${Found} text=${option.label ?? option.value} typed=${typed} /></span>
            ${option.hint && html`<small><${Found} text=${option.hint} typed=${typed} /></small>`}
          </li>`,
        )}
        ${open && found.length > MAX_SHOWN && html`<li role="option" aria-disabled="true" class="more">${COMBOBOX.more(found.length - MAX_SHOWN)}</li>`}
        ${open && found.length === 0 && html`<li role="option" aria-disabled="true" class="more">${free ? COMBOBOX.notListed : COMBOBOX.noMatch}</li>`}
      </ul>
    </div>`}
  <//>`;
}

const sameAs = (options, typed) => options.find((one) => typed && folded(one.value) === folded(typed));

function onlyOne(options, typed) {
  return options.length === 1 && typed && folded(options[0].value).startsWith(folded(typed)) ? options[0] : undefined;
}

// A text with what was typed in it marked.
function Found({ text, typed }) {
  if (!typed) return text;
  return parted(text, typed).map(({ text: part, isFound }, index) => (isFound ? html`<mark key=${index}>${part}</mark>` : part));
}
