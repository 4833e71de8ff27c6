// A run: its progress and results by year, and the possible actions.

import { html } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { KIND, startOf } from "../../lib/runs.js";
import { Section } from "../../components/section.js";
import { ErrorNotice, ErrorState, Loading } from "../../components/states.js";
import { wholeMomentText } from "../../components/time.js";
import { ConnectionPage } from "../../frame/connection_page.js";
import { useRun } from "../../shared/use_run.js";
import { CheckSteps } from "../check/steps.js";
import { Decision } from "./decision.js";
import { Summary } from "./summary.js";
import { RUN } from "./words.js";
import { Year } from "./year.js";

export default function RunPage({ params: { c, run: run_id } }) {
  const { run, error, reload } = useRun(c, run_id);
  return html`<${ConnectionPage} c=${c} title=${(connection) => titleOf(run, connection)} tab="/connections/{c}/runs" below>
    ${(connection) =>
      run
        ? html`<${ErrorNotice} error=${error} title=${RUN.stale} />
            <${Run} connection=${connection} run=${run} reload=${reload} />`
        : error
          ? html`<${ErrorState} error=${error} onRetry=${reload} />`
          : html`<${Loading} />`}
  <//>`;
}

function titleOf(run, connection) {
  const kind = KIND[run?.kind] ?? RUN.unnamed;
  if (!run || !connection) return kind;
  return `${kind}, ${wholeMomentText(startOf(run), connection.time_zone)}`;
}

function Run({ connection, run, reload }) {
  const person = usePerson();
  return html`<${Summary} connection=${connection} run=${run} reload=${reload} />
    ${run.status === "awaiting_confirmation" && html`<${Decision} connection=${connection} run=${run} reload=${reload} />`}
    ${run.kind === "check" &&
    run.sent_to !== "download" &&
    html`<${Section} title=${RUN.steps}><${CheckSteps} run=${run} connection=${connection} linkSettings=${person.canConfigure} /><//>`}
    ${run.years.map((year) => html`<${Year} key=${year.school_year} connection=${connection} run=${run} year=${year} />`)}`;
}
