// The files of a run's year: path, checksum, how each was delivered, and the lines of a dry run.

import { html } from "../lib/html.js";
import { Copyable } from "../components/copyable.js";
import { bytes, count } from "../components/time.js";
import { DownloadButton } from "./download_button.js";

const REPLACED_BY = {
  posix_rename: "put in place in one step",
  rename: "put in place by renaming",
  new: "put in place; nothing of this name lay there",
  aside_and_rename: "the old file was put aside first, as this server does not rename over one",
  in_place: "written in place, as this server cannot rename",
  picked_up: "put in place just before the connection was lost",
  download: "kept here, to be downloaded",
};

const ROWS_SHOWN = 20; // of a dry run, without the header

export function RunFiles({ c, run, year }) {
  return html`<ul class="run-files">
    ${year.files.map(
      (file) => html`<li key=${file.path}><${RunFile} c=${c} run=${run} year=${year.school_year} file=${file} /></li>`,
    )}
  </ul>`;
}

function RunFile({ c, run, year, file }) {
  const kept = !(run.kind === "test_record" && file.replaced_by !== "download"); // false for a test record, which is on the server only
  return html`<div class="run-file-head">
      <div>
        <strong>${file.name}</strong>
        <span class="muted">${[count(file.rows, "row"), bytes(file.bytes), REPLACED_BY[file.replaced_by]].filter(Boolean).join(" · ")}</span>
      </div>
      ${kept && html`<div><${DownloadButton} c=${c} run_id=${run.run_id} year=${year} name=${file.name} /></div>`}
    </div>
    <dl class="run-file-facts">
      <dt>${run.kind === "dry_run" ? "Would go to" : "Path"}</dt>
      <dd><${Copyable} label=${`the path of ${file.name}`} text=${file.path} /></dd>
      <dt>SHA-256</dt>
      <dd><${Copyable} label=${`the SHA-256 of ${file.name}`} text=${file.sha256} /></dd>
    </dl>
    ${file.lines.length > 0 && html`<${RawLines} name=${file.name} lines=${file.lines} rows=${file.rows} />`}`;
}

// The lines of a file, with the header; wide lines scroll sideways.
export function RawLines({ name, lines, rows }) {
  const text = lines.map((line) => line.replace(/\r?\n$/, "")).join("\n");
  const all = rows === undefined || rows <= ROWS_SHOWN;
  return html`<figure class="raw-lines">
    <figcaption>${all ? "Raw lines" : `The first ${ROWS_SHOWN} rows, as they stand in the file`}</figcaption>
    <pre tabindex="0" role="region" aria-label=${`Lines of ${name}`}>${text}</pre>
  </figure>`;
}
