// Fetches a file of a run: a link that is good for a few minutes, opened at once.

import { get, pathOf } from "../lib/api.js";
import { useAction } from "../lib/data.js";
import { html } from "../lib/html.js";
import { schoolYear } from "../lib/runs.js";
import { Button } from "../components/button.js";
import { ErrorNotice } from "../components/states.js";

export function DownloadButton({ c, run_id, year, name }) {
  const fetching = useAction(async () => {
    const { url } = await get(pathOf(c, "exports", run_id, "files", year, name));
    location.assign(url); // a download: the page stays
  });
  const label = `Download ${name} of ${schoolYear(year)}`;
  return html`<${Button} icon="download" busy=${fetching.busy} aria-label=${label} onClick=${() => fetching.run()}>Download<//>
    <${ErrorNotice} error=${fetching.error} />`;
}
