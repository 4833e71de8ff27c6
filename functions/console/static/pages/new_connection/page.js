// New connection: the steps from its name to its mapping, perhaps as a copy of another connection.

import { get, pathOf } from "../../lib/api.js";
import { useData } from "../../lib/data.js";
import { html, useEffect, useRef, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { usePerson } from "../../lib/person.js";
import { navigate, useUnsaved } from "../../lib/router.js";
import { EmptyState, ErrorState, Loading } from "../../components/states.js";
import { zoneOfThisBrowser } from "../../components/time_zone_field.js";
import { Page } from "../../frame/page.js";
import { NO_SECRETS } from "../settings/draft.js";
import { AboutStep } from "./about_step.js";
import { CheckStep } from "./check_step.js";
import { DoneStep } from "./done_step.js";
import { MappingStep } from "./mapping_step.js";
import { ServerStep } from "./server_step.js";

const STEPS = [
  { id: "about", label: "About", step: AboutStep },
  { id: "server", label: "Server", step: ServerStep },
  { id: "check", label: "Check", step: CheckStep },
  { id: "mapping", label: "Mapping", step: MappingStep },
  { id: "done", label: "Done", step: DoneStep },
];
const WITHOUT_CONNECTION = 2; // the number of steps before the connection exists

export default function NewConnectionPage({ query }) {
  const person = usePerson();
  const above = [{ label: "Connections", href: "#/" }];
  return html`<${Page} title="New connection" above=${above}>
    ${person.canConfigure
      ? html`<${Source} query=${query} />`
      : html`<${EmptyState} title="You may not make connections"><p>Somebody with Full Access can.</p><//>`}
  <//>`;
}

// Loads the connection to copy, if there is one.
function Source({ query }) {
  const [from] = useState(query.get("from")); // the address of the next steps has none
  const { data, error, reload } = useData(async (options) => ({ source: from ? await get(pathOf(from), options) : null }), [from]);
  if (error) return html`<${ErrorState} error=${error} onRetry=${reload} />`;
  if (!data) return html`<${Loading} />`;
  return html`<${Steps} wanted=${query.get("step")} source=${data.source} />`;
}

// The draft outlives the steps; `stored` is the connection once it exists.
function Steps({ wanted, source }) {
  const person = usePerson();
  const [draft, setDraft] = useState(() => ({ ...emptyDraft(person), ...copyOf(source) }));
  const [stored, setStored] = useState(null);
  const [problems, setProblems] = useState([]);
  const [typed, setTyped] = useState(false);
  const reachable = stored ? STEPS : STEPS.slice(0, WITHOUT_CONNECTION);
  const { id, step } = reachable.find((one) => one.id === wanted) ?? STEPS[0];
  useUnsaved(typed && "What you wrote of this connection is not saved yet.");

  const fill = (changes) => setDraft((before) => ({ ...before, ...changes }));
  const change = (changes) => {
    setTyped(true);
    fill(changes);
  };
  const go = (to) => navigate(href("/new", {}, { step: to }));
  const keep = (connection) => {
    setStored(connection);
    setTyped(false);
    setDraft((before) => ({ ...before, secrets: NO_SECRETS })); // the service has them now, so the page forgets them
  };
  const problem = (path) => problems.find((one) => one.path === path)?.message ?? "";
  return html`<div class="stack narrow">
    <${StepList} current=${id} />
    <${StepFrame} key=${id}>
      <${step} ...${{ source, draft, change, fill, stored, keep, go, problem, setProblems }} />
    <//>
  </div>`;
}

function emptyDraft(person) {
  return {
    connection_id: "",
    name: "",
    sis: "",
    district: person.districts[0] ?? "",
    time_zone: zoneOfThisBrowser(),
    delivery: "sftp",
    host: "",
    port: "22",
    username: "",
    folder: "SISData/exports/{school_year}",
    importer: "unknown",
    done_file: false,
    write_in_place: false,
    keep_links: false,
    programs: null, // set when the programs are loaded: to all of them
    signInWith: "password",
    secrets: NO_SECRETS,
  };
}

// The settings of a copy: no secret can be copied, and its students are those that it will get.
function copyOf(source) {
  if (!source) return null;
  const { connection_id, name, example_students, deletion, port, ...settings } = source;
  return { ...settings, name: `${name} (copy)`, port: String(port) };
}

function StepList({ current }) {
  const currentIndex = STEPS.findIndex((one) => one.id === current);
  return html`<ol class="wizard-steps" aria-label="Steps">
    ${STEPS.map(
      ({ id, label }, at) => html`<li
        key=${id}
        class=${at < currentIndex ? "done" : ""}
        aria-current=${id === current ? "step" : undefined}
      ><span class="visually-hidden">${at < currentIndex ? "Done: " : ""}</span>${label}</li>`,
    )}
  </ol>`;
}

// A new step moves the focus to its heading.
function StepFrame({ children }) {
  const frame = useRef(null);
  useEffect(() => {
    const heading = frame.current.querySelector("h2");
    heading.tabIndex = -1;
    if (!location.hash.includes("step=")) return;
    scrollTo(0, 0);
    (frame.current.querySelector('[aria-invalid="true"]') ?? heading).focus();
  }, []);
  return html`<div ref=${frame} class="stack">${children}</div>`;
}
