// The parameters of a field's mapping type, and its checks, folded below its row.

import { html, useState } from "../../../lib/html.js";
import { Checkbox, SelectField, TextArea, TextField } from "../../../components/fields.js";
import { problemAt, problemsWithin } from "../editor.js";
import { CODE_TABLE_KEYS, FIELD, ON_ERROR, transformationOf } from "../labels.js";
import { Chain } from "../steps/chain.js";
import { NumberField, OptionalText, linesOf } from "../steps/parameter.js";
import { Parameters } from "../steps/parameters.js";
import { CodeTable } from "./code_table.js";
import { OPTIONS } from "./words.js";

const ON_ERROR_OPTIONS = Object.entries(ON_ERROR).map(([value, label]) => ({ value, label }));

export function FieldOptions({ field, change, problems, sources, each }) {
  const type = field.mapping_type;
  const [shown] = useState(() => problems.length);
  return html`${type === "match_codes" && html`<${MatchCodes} field=${field} change=${change} problems=${problems} each=${each} />`}
    ${type === "transformation" &&
    html`<${Chain}
      steps=${field.transformations}
      onInput=${(transformations) => change({ transformations })}
      problems=${problems}
      sources=${sources}
      source=${field.from}
      each=${each}
    />`}
    ${type !== "do_not_map" && html`<${Checks} field=${field} change=${change} problems=${problems} open=${shown > 0 || type === "direct"} />`}
    <${Checkbox}
      label=${FIELD.overwrite}
      hint=${OPTIONS.overwrite}
      checked=${field.overwrite === true}
      onInput=${(on) => change({ overwrite: on || undefined })}
    />`;
}

// `each` is set in a file with a row for each entry of a list.
function MatchCodes({ field, change, problems, each }) {
  const others = transformationOf("match_codes").parameters.filter(({ key }) => !CODE_TABLE_KEYS.includes(key));
  return html`<${CodeTable}
      codes=${field.codes}
      onInput=${(codes) => change({ codes })}
      source=${field.from}
      each=${each}
      delimiter=${field.delimiter}
      problems=${[...problemsWithin(problems, "codes"), ...problems.filter((one) => one.at === "")]}
    />
    <${Parameters} parameters=${others} values=${field} change=${change} problems=${problems} sources=${[]} />`;
}

function Checks({ field, change, problems, open }) {
  const at = (key) => problemAt(problems, key);
  const flag = (key, hint) => html`<${Checkbox}
    label=${FIELD[key]}
    hint=${hint}
    checked=${field[key] === true}
    onInput=${(on) => change({ [key]: on || undefined })}
  />`;
  return html`<details class="checks" open=${open}>
    <summary>${OPTIONS.summary}</summary>
    <div class="parameters">
      ${flag("required", OPTIONS.required)}
      ${flag("unique", OPTIONS.unique)}
      <${NumberField} label=${FIELD.max_length} value=${field.max_length} onInput=${(max_length) => change({ max_length })} problem=${at("max_length")} />
      ${flag("truncate", OPTIONS.truncate)}
      <${TextArea}
        label=${FIELD.one_of}
        optional
        hint=${OPTIONS.oneOf}
        rows=${Math.min(6, (field.one_of?.length ?? 0) + 1)}
        value=${(field.one_of ?? []).join("\n")}
        onInput=${(text) => change({ one_of: text === "" ? undefined : linesOf(text) })}
        problem=${at("one_of")}
      />
      <${TextField}
        label=${FIELD.pattern}
        optional
        hint=${OPTIONS.pattern}
        value=${field.pattern ?? ""}
        onInput=${(text) => change({ pattern: text === "" ? undefined : text })}
        problem=${at("pattern")}
      />
      <${OptionalText}
        label=${FIELD.default}
        hint=${OPTIONS.default}
        value=${field.default}
        onInput=${(text) => change({ default: text })}
        problem=${at("default")}
      />
      <${SelectField}
        label=${FIELD.on_error}
        hint=${OPTIONS.onError}
        options=${ON_ERROR_OPTIONS}
        value=${field.on_error ?? "hold"}
        onInput=${(way) => change({ on_error: way === "hold" ? undefined : way })}
        problem=${at("on_error")}
      />
    </div>
  </details>`;
}
