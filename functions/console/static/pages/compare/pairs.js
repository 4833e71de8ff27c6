// Pairs of columns whose values are compared: one of our files, and one of the SIS's list.

import { html } from "../../lib/html.js";
import { Button, IconButton } from "../../components/button.js";
import { SelectField } from "../../components/fields.js";
import { CHOICES } from "./words.js";

// pairs: [{place, column}]; columns: [{place, label}]; theirs: options
export function PairList({ pairs, columns, theirs, most, onInput }) {
  const change = (at, changes) => onInput(pairs.map((pair, index) => (index === at ? { ...pair, ...changes } : pair)));
  const ours = columns.map(({ place, label }) => ({ value: place, label }));
  if (ours.length === 0) return null;
  return html`<fieldset class="field pairs-of-columns">
    <legend>${CHOICES.values} <span class="optional">${CHOICES.optional}</span></legend>
    ${pairs.map(
      ({ place, column }, at) => html`<div class="pair" key=${at}>
        <${SelectField} label=${CHOICES.valueHere(at + 1)} options=${ours} value=${place} onInput=${(wanted) => change(at, { place: wanted })} />
        <${SelectField}
          label=${CHOICES.valueThere(at + 1)}
          options=${theirs}
          value=${String(column)}
          onInput=${(wanted) => change(at, { column: Number(wanted) })}
        />
        <${IconButton} icon="close" label=${CHOICES.dropValue(at + 1)} onClick=${() => onInput(pairs.filter((_, index) => index !== at))} />
      </div>`,
    )}
    ${pairs.length < most &&
    html`<div class="row">
      <${Button} icon="plus" onClick=${() => onInput([...pairs, { place: ours[0].value, column: 0 }])}>${CHOICES.addValue}<//>
    </div>`}
  </fieldset>`;
}
