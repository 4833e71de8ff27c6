// Starts a dry run and opens it. Nothing is sent.

import { pathOf, post } from "../../lib/api.js";
import { useAction } from "../../lib/data.js";
import { html } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { navigate } from "../../lib/router.js";
import { Button } from "../../components/button.js";
import { ErrorNotice } from "../../components/states.js";

export function DryRunButton({ c }) {
  const looking = useAction(async () => {
    const { run_id } = await post(pathOf(c, "exports"), { dry_run: true });
    navigate(href("/connections/{c}/runs/{run}", { c, run: run_id }));
  });
  return html`<${Button}
      icon="search"
      busy=${looking.busy}
      title="A dry run: shows what the next export would send, and sends nothing"
      onClick=${() => looking.run()}
    >Tonight's file, now<//>
    <${ErrorNotice} error=${looking.error} />`;
}
