// Starts a preview and opens it. Nothing is sent.

import { pathOf, post } from "../../lib/api.js";
import { useAction } from "../../lib/data.js";
import { html } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { navigate } from "../../lib/router.js";
import { Button } from "../../components/button.js";
import { ErrorNotice } from "../../components/states.js";
import { HISTORY } from "./words.js";

export function DryRunButton({ c }) {
  const looking = useAction(async () => {
    const { run_id } = await post(pathOf(c, "exports"), { dry_run: true });
    navigate(href("/connections/{c}/runs/{run}", { c, run: run_id }));
  });
  return html`<${Button}
      icon="search"
      busy=${looking.busy}
      title=${HISTORY.previewHint}
      onClick=${() => looking.run()}
    >${HISTORY.preview}<//>
    <${ErrorNotice} error=${looking.error} />`;
}
