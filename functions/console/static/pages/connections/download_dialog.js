// Download last files: links to the files of the last delivery.

import { useData } from "../../lib/data.js";
import { html } from "../../lib/html.js";
import { schoolYear } from "../../lib/runs.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { EmptyState, ErrorState, Loading } from "../../components/states.js";
import { Time, bytes, count } from "../../components/time.js";
import { DownloadButton } from "../../shared/download_button.js";
import { lastWithFiles } from "./last_files.js";
import { DOWNLOAD } from "./words.js";

export function DownloadDialog({ connection, onClose }) {
  const { data, error, loading, reload } = useData(
    async (options) => ({ run: await lastWithFiles(connection.connection_id, options) }),
    [connection.connection_id],
  );
  const actions = html`<${Button} onClick=${onClose}>${DOWNLOAD.close}<//>`;
  return html`<${Dialog} title=${DOWNLOAD.title} onClose=${onClose} actions=${actions}>
    ${loading && !error && html`<${Loading} />`}
    ${error && html`<${ErrorState} error=${error} onRetry=${reload} />`}
    ${data && !data.run && html`<${EmptyState} title=${DOWNLOAD.none}><p>${DOWNLOAD.noneHint}</p><//>`}
    ${data?.run && html`<${Files} connection=${connection} run=${data.run} />`}
  <//>`;
}

function Files({ connection, run }) {
  const years = run.years.filter((year) => year.files.length > 0);
  return html`<p class="muted">
      ${DOWNLOAD.exported} <${Time} at=${run.finished_at} zone=${connection.time_zone} inside />
    </p>
    <ul class="downloads">
      ${years.flatMap((year) =>
        year.files.map(
          (file) => html`<li key=${file.path}>
            <${File} c=${connection.connection_id} run=${run} year=${year.school_year} file=${file} />
          </li>`,
        ),
      )}
    </ul>`;
}

function File({ c, run, year, file }) {
  return html`<div>
      <strong>${file.name}</strong>
      <span class="muted">${schoolYear(year)} · ${count(file.rows, "row")} · ${bytes(file.bytes)}</span>
    </div>
    <${DownloadButton} c=${c} run_id=${run.run_id} year=${year} name=${file.name} />`;
}
