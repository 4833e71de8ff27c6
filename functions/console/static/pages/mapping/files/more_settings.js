// The rarely used settings of a file: its format, its rows, its conditions.

import { html, useEffect, useState } from "../../../lib/html.js";
import { Checkbox, SelectField } from "../../../components/fields.js";
import { Sentence } from "../../../components/sentence.js";
import { problemAt, problemsWithin } from "../editor.js";
import { SETTINGS, rowsInWords, settingInWords } from "../labels.js";
import { CHOICES } from "../vocabulary.js";
import { Conditions } from "./conditions.js";
import { RowsSetting } from "./rows_setting.js";
import { FILE_SETTINGS } from "./words.js";

export function MoreSettings({ id, settings, change, problems }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (problems.length) setOpen(true);
  }, [problems.length > 0]);
  const onToggle = (event) => setOpen(event.target.open);
  const set = (key, value, defaultValue) => change({ [key]: value === defaultValue ? undefined : value });
  const shown = problems.filter((one) => !(one.at.split(/[.[]/)[0] in SETTINGS));
  return html`<details class="more-settings" id=${`more-${id}`} open=${open} onToggle=${onToggle}>
    <summary>${FILE_SETTINGS.more} <span class="muted">${inWords(settings)}</span></summary>
    ${shown.map((one) => html`<p key=${one.at + one.message} class="problem"><${Sentence} text=${one.message} /></p>`)}
    <div class="parameters">
      <${Checkbox}
        label=${SETTINGS.header}
        hint=${FILE_SETTINGS.headerHint}
        checked=${settings.header !== false}
        onInput=${(on) => set("header", on, true)}
      />
      ${Object.entries(CHOICES).map(
        ([key, choices]) => html`<${SelectField}
          key=${key}
          label=${SETTINGS[key]}
          options=${choices.map((value) => ({ value, label: settingInWords(key, value) }))}
          value=${settings[key] ?? choices[0]}
          onInput=${(value) => set(key, value, choices[0])}
          problem=${problemAt(problems, key)}
        />`,
      )}
    </div>
    <${RowsSetting} rows=${settings.rows} change=${change} problems=${problemsWithin(problems, "rows")} />
    <${Conditions} where=${settings.where ?? []} rows=${settings.rows} change=${change} problems=${problemsWithin(problems, "where")} />
  </details>`;
}

// The settings that differ from their defaults, so that nobody has to open the section to see them.
export function inWords(settings) {
  const found = Object.keys(CHOICES)
    .filter((key) => settings[key] && settings[key] !== CHOICES[key][0])
    .map((key) => `${SETTINGS[key].toLowerCase()}: ${settingInWords(key, settings[key]).toLowerCase()}`);
  if (settings.header === false) found.unshift(FILE_SETTINGS.noHeader);
  if (settings.rows && settings.rows !== "student") found.push(rowsInWords(settings.rows));
  if (settings.where?.length) found.push(FILE_SETTINGS.conditions(settings.where.length));
  return found.join(" · ");
}
