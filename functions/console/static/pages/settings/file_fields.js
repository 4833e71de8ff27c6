// The folder of the files, and what the importer of the SIS does with them.

import { html } from "../../lib/html.js";
import { schoolYear } from "../../lib/runs.js";
import { Checkbox, SelectField, TextField } from "../../components/fields.js";
import { currentSchoolYear, folderOf } from "./draft.js";
import { DELIVERY, IMPORTER } from "./words.js";

const HABITS = ["unknown", "removes", "leaves"].map((value) => ({ value, label: IMPORTER[value] }));

export function FolderField({ draft, change, problem }) {
  return html`<div class="stack-tight">
    <${TextField}
      name="folder"
      label=${DELIVERY.folder}
      hint=${DELIVERY.folderHint}
      value=${draft.folder}
      problem=${problem("folder")}
      onInput=${(folder) => change({ folder })}
    />
    <${FolderExample} template=${draft.folder} />
  </div>`;
}

function FolderExample({ template }) {
  const year = currentSchoolYear();
  const path = (start) => [folderOf(template, start), "students.csv"].filter(Boolean).join("/");
  const sameFolder = path(year) === path(year + 1);
  return html`<p class="hint example">
    ${DELIVERY.goesTo(schoolYear(year))} <code>${path(year)}</code>
    ${sameFolder ? DELIVERY.sameFile : html`${DELIVERY.othersGoTo(schoolYear(year + 1))} <code>${path(year + 1)}</code>.`}
  </p>`;
}

export function ImporterFields({ draft, change, problem }) {
  return html`<${SelectField}
      name="importer"
      label=${IMPORTER.label}
      hint=${IMPORTER.hint}
      options=${HABITS}
      value=${draft.importer}
      problem=${problem("importer")}
      onInput=${(importer) => change({ importer })}
    />
    <${Checkbox}
      label=${IMPORTER.doneFile}
      hint=${IMPORTER.doneFileHint}
      checked=${draft.done_file}
      onInput=${(done_file) => change({ done_file })}
    />
    <${Checkbox}
      name="write_in_place"
      label=${IMPORTER.inPlace}
      hint=${IMPORTER.inPlaceHint}
      checked=${draft.write_in_place}
      onInput=${(write_in_place) => change({ write_in_place })}
    />
    <${Checkbox}
      label=${IMPORTER.links}
      hint=${IMPORTER.linksHint}
      checked=${draft.keep_links}
      onInput=${(keep_links) => change({ keep_links })}
    />`;
}
