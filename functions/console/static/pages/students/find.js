// The search box: Enter or Find starts the search.

import { html, useState } from "../../lib/html.js";
import { Button } from "../../components/button.js";
import { TextField } from "../../components/fields.js";
import { FIND } from "./words.js";

export function Find({ text, isFiltered, onFind }) {
  const [typed, setTyped] = useState(text);
  const submit = (event) => {
    event.preventDefault();
    if (typed.trim()) onFind(typed.trim());
  };
  return html`<form class="find" role="search" onSubmit=${submit}>
    <${TextField} label=${FIND.label} hint=${FIND.hint} inputmode="search" maxlength="100" value=${typed} onInput=${setTyped} />
    <${Button} type="submit" kind="primary" icon="search">${FIND.find}<//>
    ${isFiltered && html`<${Button} onClick=${() => onFind("")}>${FIND.all}<//>`}
  </form>`;
}
