// Downloads a file of a run through a link that is valid for a few minutes.

import { get, pathOf } from "../lib/api.js";
import { useAction } from "../lib/data.js";
import { html } from "../lib/html.js";
import { schoolYear } from "../lib/runs.js";
import { Button } from "../components/button.js";
import { ErrorNotice } from "../components/states.js";
import { FILES } from "./run_words.js";

export function DownloadButton({ c, run_id, year, name }) {
  const fetching = useAction(async () => {
    const { url } = await get(pathOf(c, "exports", run_id, "files", year, name));
    location.assign(url); // a download does not leave the page
  });
  const label = FILES.downloadOf(name, schoolYear(year));
  return html`<${Button} icon="download" busy=${fetching.busy} aria-label=${label} onClick=${() => fetching.run()}>${FILES.download}<//>
    <${ErrorNotice} error=${fetching.error} />`;
}
