// A read-only field.

import { html } from "../../../lib/html.js";
import { useField } from "../editor.js";
import { FIELD, MAPPING_TYPES, optionsInWords } from "../labels.js";
import { MappedValue } from "../preview/mapped_value.js";
import { ROW } from "./words.js";

export function FieldText({ id, index, row }) {
  const [field] = useField(id);
  if (!field) return null;
  const name = field.to || field.from;
  const options = optionsInWords(field);
  return html`<li id=${`row-${id}`} class="field-row read" tabindex="-1" aria-label=${ROW.name(index + 1, name)}>
    <span class="field-number" aria-hidden="true">${index + 1}</span>
    <div class="cell from"><span class="cell-label">${FIELD.from}</span><span>${field.from || html`<span class="muted">${ROW.none}</span>`}</span></div>
    <div class="cell"><span class="cell-label">${FIELD.mapping_type}</span><span>${MAPPING_TYPES[field.mapping_type]}</span></div>
    <div class="cell"><span class="cell-label">${FIELD.to}</span><span>${field.to || html`<span class="muted">${ROW.none}</span>`}</span></div>
    <div class="cell mapped"><span class="cell-label">${ROW.mapped}</span><span><${MappedValue} id=${id} row=${row} type=${field.mapping_type} /></span></div>
    ${options.length > 0 && html`<ul class="plain in-words">${options.map((text) => html`<li key=${text}>${text}</li>`)}</ul>`}
  </li>`;
}
