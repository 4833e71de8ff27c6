// The "File Settings" row of a file, folded into one line once the file has a name, with the rarely used settings
// folded below.

import { html, useEffect, useState } from "../../../lib/html.js";
import { Combobox } from "../../../components/combobox.js";
import { SelectField, TextField } from "../../../components/fields.js";
import { Sentence } from "../../../components/sentence.js";
import { problemAt, useProblems, useSettings, useWarnings } from "../editor.js";
import { IDENTIFIERS, SEPARATORS, SETTINGS, optionNamed } from "../labels.js";
import { MoreSettings, inWords } from "./more_settings.js";
import { FILE_SETTINGS } from "./words.js";

const OTHER = { value: "other", label: FILE_SETTINGS.otherSeparator };

const EXTENSIONS = [{ value: "CSV" }, { value: "txt" }];
const IN_ROW = ["name", "extension", "separator", "text_identifier"];

export function FileSettings({ id, menu }) {
  const [settings, change] = useSettings(id);
  const problems = useProblems("files", id);
  const warnings = useWarnings("files", id);
  const [open, setOpen] = useState(!settings?.name);
  useEffect(() => {
    if (problems.length) setOpen(true);
  }, [problems.length > 0]);
  if (!settings) return null;
  const { name, extension = "csv" } = settings;
  const at = (key) => problemAt(problems, key);
  const others = problems.filter((one) => !IN_ROW.some((key) => one.at.startsWith(key)));
  return html`<section class="file-settings" id=${`settings-${id}`} aria-label=${FILE_SETTINGS.title}>
    <details class="file-fold" open=${open} onToggle=${(event) => setOpen(event.target.open)}>
      <summary><h2>${FILE_SETTINGS.title}</h2><span class="muted">${summaryOf(settings)}</span></summary>
      <div class="settings-row">
        <${TextField}
          label=${SETTINGS.name}
          value=${name ?? ""}
          placeholder="students"
          onInput=${(text) => change({ name: text })}
          problem=${at("name")}
        />
        <${Combobox}
          label=${SETTINGS.extension}
          options=${EXTENSIONS}
          value=${extension === "csv" ? "CSV" : extension}
          onInput=${(text) => change({ extension: text === "CSV" ? "csv" : text })}
          problem=${at("extension")}
        />
        <${Separator} value=${settings.separator} change=${change} problem=${at("separator")} />
        <${SelectField}
          label=${SETTINGS.text_identifier}
          options=${IDENTIFIERS}
          value=${optionNamed(IDENTIFIERS, settings.text_identifier ?? "double")?.value}
          onInput=${(text_identifier) => change({ text_identifier })}
          problem=${at("text_identifier")}
        />
      </div>
      ${warnings.map((one) => html`<p key=${one.at + one.message} class="hint"><${Sentence} text=${one.message} /></p>`)}
      <${MoreSettings} id=${id} settings=${settings} change=${change} problems=${others} />
    </details>
    ${menu}
  </section>`;
}

function summaryOf({ name, extension = "csv", separator = "comma", text_identifier = "double", ...settings }) {
  const file = extension ? `${name}.${extension}` : name;
  const [by, quotes] = [optionNamed(SEPARATORS, separator)?.label ?? separator, optionNamed(IDENTIFIERS, text_identifier)?.label];
  return [name && file, by, quotes, inWords(settings)].filter(Boolean).join(" · ");
}

function Separator({ value = "comma", change, problem }) {
  const known = optionNamed(SEPARATORS, value);
  const [other, setOther] = useState(!known);
  const select = (to) => {
    setOther(to === OTHER.value);
    change({ separator: to === OTHER.value ? "" : to });
  };
  return html`<div class="separator">
    <${SelectField}
      label=${SETTINGS.separator}
      options=${[...SEPARATORS, OTHER]}
      value=${other ? OTHER.value : known?.value}
      onInput=${select}
      problem=${other ? "" : problem}
    />
    ${other && html`<${TextField} label=${FILE_SETTINGS.separator} value=${value} onInput=${(separator) => change({ separator })} problem=${problem} />`}
  </div>`;
}
