// The folder of the files, and what the importer of the SIS does with them.

import { html } from "../../lib/html.js";
import { schoolYear } from "../../lib/runs.js";
import { Checkbox, SelectField, TextField } from "../../components/fields.js";
import { currentSchoolYear, folderOf } from "./draft.js";

const IMPORTER = [
  { value: "unknown", label: "Not known yet: it shows by itself" },
  { value: "removes", label: "Removes the files that it took" },
  { value: "leaves", label: "Leaves the files where they are" },
];

export function FolderField({ draft, change, problem }) {
  return html`<div class="stack-tight">
    <${TextField}
      label="Folder"
      hint="{school_year} becomes the year in which a school year starts, so that each has a folder of its own."
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
    Students of ${schoolYear(year)} go to <code>${path(year)}</code>
    ${sameFolder
      ? html`, those of every other year to the same file: two years in one export are refused.`
      : html`, those of ${schoolYear(year + 1)} to <code>${path(year + 1)}</code>.`}
  </p>`;
}

export function ImporterFields({ draft, change, problem }) {
  return html`<${SelectField}
      label="The importer of the SIS"
      hint="If it removes what it took, you are told when it did not come."
      options=${IMPORTER}
      value=${draft.importer}
      problem=${problem("importer")}
      onInput=${(importer) => change({ importer })}
    />
    <${Checkbox}
      label="Put an empty .done file beside each file"
      hint="For importers that wait for one: students.csv.done comes when all files are there."
      checked=${draft.done_file}
      onInput=${(done_file) => change({ done_file })}
    />
    <${Checkbox}
      label="Write over the file where the server cannot rename"
      hint="Only if the check says so: an importer may then see half a file."
      checked=${draft.write_in_place}
      onInput=${(write_in_place) => change({ write_in_place })}
    />
    <${Checkbox}
      label="Keep symbolic links"
      hint="A file that is a link on the server stays one: the file behind it is replaced."
      checked=${draft.keep_links}
      onInput=${(keep_links) => change({ keep_links })}
    />`;
}
