// An editable field: its source, its mapping type, its column, and its mapped value.

import { html, useEffect, useMemo, useRef } from "../../../lib/html.js";
import { useSelected } from "../../../lib/store.js";
import { announce } from "../../../components/announce.js";
import { IconButton } from "../../../components/button.js";
import { Combobox } from "../../../components/combobox.js";
import { SelectField, TextField } from "../../../components/fields.js";
import { Sentence } from "../../../components/sentence.js";
import { problemAt, useEditor, useField, useProblems, useSettings, useWarnings } from "../editor.js";
import { FIELD, MAPPING_TYPES, optionsInWords } from "../labels.js";
import { MappedValue, useMappedValue, valueInWords } from "../preview/mapped_value.js";
import { FieldMenu } from "./field_menu.js";
import { FieldOptions } from "./field_options.js";
import { useSources } from "./known_fields.js";
import { movingHandlers } from "./moving.js";
import { setOpen, useIsOpen } from "./open_rows.js";
import { select, selection } from "./rows_shown.js";
import { ROW } from "./words.js";

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
  const editor = useEditor();
  const handlers = useMemo(() => movingHandlers(editor, file, id), [editor, file, id]);
  if (!field) return null;
  const name = ROW.name(index + 1, field.to || field.from);
  const setType = (mapping_type) => {
    change({ mapping_type });
    setOpen([id], ["match_codes", "transformation"].includes(mapping_type));
  };
  const elsewhere = problems.filter((one) => !IN_PLACE.includes(one.at));
  return html`<li id=${`row-${id}`} class="field-row ${problems.length ? "wrong" : ""}" ...${handlers}>
    <div role="group" aria-label=${name} class="field-cells">
      <${RowNumber} id=${id} index=${index} name=${name} />
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
      <div class="cell mapped"><span class="cell-label">${ROW.mapped}</span><span data-mapped-value><${MappedValue} id=${id} row=${row} type=${field.mapping_type} /></span></div>
      <div class="row-buttons">
        <${IconButton}
          class="opens-options"
          label=${ROW.options(name)}
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

// The number is dragged to move the row; while somebody selects rows, it is a checkbox.
function RowNumber({ id, index, name }) {
  const isSelected = useSelected(selection, (ids) => ids && ids.has(id));
  if (isSelected === null) return html`<span class="field-number" draggable="true" title=${ROW.drag} aria-hidden="true">${index + 1}</span>`;
  return html`<span class="field-number"><input type="checkbox" aria-label=${ROW.select(name)} checked=${isSelected} onInput=${(event) => select([id], event.target.checked)} /></span>`;
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
    const timer = inside && setTimeout(() => announce(ROW.announced(valueInWords(found))), ANNOUNCE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [found]);
}
