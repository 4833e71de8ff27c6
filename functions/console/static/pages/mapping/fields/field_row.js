// An editable field: its source, its mapping type, its column, and its mapped value.

import { html, useEffect, useRef } from "../../../lib/html.js";
import { announce } from "../../../components/announce.js";
import { IconButton } from "../../../components/button.js";
import { Combobox } from "../../../components/combobox.js";
import { SelectField, TextField } from "../../../components/fields.js";
import { Sentence } from "../../../components/sentence.js";
import { problemAt, useField, useProblems, useSettings, useWarnings } from "../editor.js";
import { FIELD, MAPPING_TYPES, optionsInWords } from "../labels.js";
import { MappedValue, useMappedValue, valueInWords } from "../preview/mapped_value.js";
import { FieldMenu } from "./field_menu.js";
import { FieldOptions } from "./field_options.js";
import { useSources } from "./known_fields.js";
import { setOpen, useIsOpen } from "./open_rows.js";

const TYPE_OPTIONS = Object.entries(MAPPING_TYPES).map(([value, label]) => ({ value, label }));
const IN_PLACE = ["from", "mapping_type", "to"];

export function FieldRow({ id, file, index, row }) {
  const [field, change] = useField(id);
  const [settings] = useSettings(file);
  const problems = useProblems("fields", id);
  const warnings = useWarnings("fields", id);
  const open = useIsOpen(id);
  const sources = useSources(settings?.rows);
  useAnnouncedValue(id, row);
  if (!field) return null;
  const name = `Field ${index + 1}: ${field.to || field.from || "new"}`;
  const setType = (mapping_type) => {
    change({ mapping_type });
    setOpen([id], ["match_codes", "transformation"].includes(mapping_type));
  };
  const elsewhere = problems.filter((one) => !IN_PLACE.includes(one.at));
  return html`<li id=${`row-${id}`} class="field-row ${problems.length ? "wrong" : ""}">
    <div role="group" aria-label=${name} class="field-cells">
      <span class="field-number" aria-hidden="true">${index + 1}</span>
      <div class="cell from">
        <${Combobox}
          label=${FIELD.from}
          options=${sources}
          value=${field.from}
          onInput=${(from) => change({ from })}
          problem=${problemAt(problems, "from")}
        />
      </div>
      <div class="cell">
        <${SelectField}
          label=${FIELD.mapping_type}
          options=${TYPE_OPTIONS}
          value=${field.mapping_type}
          onInput=${setType}
          problem=${problemAt(problems, "mapping_type")}
        />
      </div>
      <div class="cell">
        <${TextField} label=${FIELD.to} value=${field.to} onInput=${(to) => change({ to })} problem=${problemAt(problems, "to")} />
      </div>
      <div class="cell mapped"><span class="cell-label">Mapped Value</span><span data-mapped-value><${MappedValue} id=${id} row=${row} type=${field.mapping_type} /></span></div>
      <div class="row-buttons">
        <${IconButton}
          class="opens-options"
          label=${`Options of ${name}`}
          icon=${open ? "up" : "down"}
          aria-expanded=${open}
          aria-controls=${open ? `options-${id}` : undefined}
          onClick=${() => setOpen([id], !open)}
        />
        <${FieldMenu} id=${id} file=${file} index=${index} name=${name} />
      </div>
      ${!open && html`<${InWords} field=${field} />`}
      ${warnings.length > 0 && html`<ul class="plain problems">
        ${warnings.map((one) => html`<li key=${`${one.at}${one.message}`} class="hint"><${Sentence} text=${one.message} /></li>`)}
      </ul>`}
      ${!open && elsewhere.length > 0 && html`<ul class="plain problems">
        ${elsewhere.map((one) => html`<li key=${`${one.at}${one.message}`} class="problem"><${Sentence} text=${one.message} /></li>`)}
      </ul>`}
      ${open && html`<div id=${`options-${id}`} class="field-options"><${FieldOptions} field=${field} change=${change} problems=${elsewhere} sources=${sources} each=${settings.rows?.each} /></div>`}
    </div>
  </li>`;
}

function InWords({ field }) {
  const texts = optionsInWords(field);
  return texts.length > 0 && html`<p class="in-words">${texts.join(" · ")}</p>`;
}

const ANNOUNCE_AFTER_MS = 800;

// Announces the mapped value when somebody pauses typing in this row.
function useAnnouncedValue(id, row) {
  const found = useMappedValue(id, row);
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return undefined;
    }
    const inside = document.activeElement?.closest(`#row-${id}`);
    const timer = inside && setTimeout(() => announce(`Mapped Value: ${valueInWords(found)}`), ANNOUNCE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [found]);
}
