// New connection: the steps from its name to its mapping, perhaps as a copy of another connection. The address says
// which connection and which step, so that a reload, or the link of a card, continues there.

import { get, pathOf } from "../../lib/api.js";
import { useData } from "../../lib/data.js";
import { forgetDraft, keepDraft, keptDraft } from "../../lib/session/draft_of_tab.js";
import { focusSoon } from "../../lib/focus.js";
import { html, useEffect, useRef, useState } from "../../lib/html.js";
import { href } from "../../lib/paths.js";
import { usePerson } from "../../lib/person.js";
import { discardUnsaved, navigate, replaceAddress, useUnsaved } from "../../lib/router.js";
import { EmptyState, ErrorState, Loading } from "../../components/states.js";
import { Page } from "../../frame/page.js";
import { NO_SECRETS } from "../settings/draft.js";
import { AboutStep } from "./about_step.js";
import { CheckStep } from "./check_step.js";
import { DoneStep } from "./done_step.js";
import { copyOf, draftOfStored, emptyDraft } from "./draft.js";
import { MappingStep } from "./mapping_step.js";
import { ServerStep } from "./server_step.js";
import { PAGE, STEP_NAMES } from "./words.js";

const STEPS = { about: AboutStep, server: ServerStep, check: CheckStep, mapping: MappingStep, done: DoneStep };
const WITHOUT_CONNECTION = ["about", "server"];

export default function NewConnectionPage({ query }) {
  const person = usePerson();
  const above = [{ label: PAGE.above, href: "#/" }];
  return html`<${Page} title=${PAGE.title} above=${above}>
    ${person.canConfigure
      ? html`<${Source} query=${query} />`
      : html`<${EmptyState} title=${PAGE.notAllowed}><p>${PAGE.whoCan}</p><//>`}
  <//>`;
}

// Loads the connection that is being set up, and the one to copy, if there are any.
function Source({ query }) {
  const [c, from] = ["connection", "from"].map((name) => query.get(name) || null);
  const typed = useRef(NO_SECRETS); // secrets that were typed for this connection and that no server has seen yet
  const before = useRef(c);
  if (before.current && before.current !== c) typed.current = NO_SECRETS; // never sent for another connection
  before.current = c;
  const { data, error, reload, keep } = useData(
    async (options) => {
      const [stored, source] = await Promise.all([c, from].map((id) => (id ? get(pathOf(id), options) : null)));
      return { stored, source };
    },
    [c, from],
  );
  if (error) return html`<${ErrorState} error=${error} onRetry=${reload} />`;
  if (!data || (data.stored?.connection_id ?? null) !== c) return html`<${Loading} />`; // also while another one is loaded
  return html`<${Steps} query=${query} ...${data} keep=${(stored) => keep({ ...data, stored })} typed=${typed} />`;
}

// The draft outlives the steps; `stored` is the connection once it exists.
function Steps({ query, stored, source, keep, typed }) {
  const person = usePerson();
  const wanted = query.get("step");
  const [draft, setDraft] = useState(() => {
    if (stored) return draftOfStored(person, stored);
    return { ...emptyDraft(person), ...((wanted && keptDraft(person)) || copyOf(source)) };
  });
  const [problems, setProblems] = useState([]);
  const [isTyped, setTyped] = useState(false);
  const names = stored ? Object.keys(STEPS) : WITHOUT_CONNECTION;
  const id = names.includes(wanted) ? wanted : stored ? nextStepOf(stored) : "about";
  useUnsaved(isTyped && PAGE.unsaved);
  useEffect(() => {
    if (!stored) keepDraft(person, draft);
  }, [stored, draft]);

  const fill = (changes) => setDraft((before) => ({ ...before, ...changes }));
  const change = (changes) => {
    setTyped(true);
    fill(changes);
  };
  const addressOf = (step, more = {}) => {
    const known = { from: query.get("from"), connection: query.get("connection") };
    const given = Object.entries({ ...known, step, ...more }).filter(([, value]) => value);
    return href("/new", {}, Object.fromEntries(given));
  };
  const go = (to) => navigate(addressOf(to));
  // After a save: the service has the secrets now, so the form forgets them.
  const saved = (connection) => {
    setTyped(false);
    fill({ secrets: NO_SECRETS });
    keep(connection);
  };
  const created = (connection, step) => {
    forgetDraft();
    discardUnsaved();
    replaceAddress(addressOf("server", { connection: connection.connection_id }));
    navigate(addressOf(step, { connection: connection.connection_id }));
  };
  const given = { source, stored, draft, change, fill, keep, saved, created, go, addressOf, problems, setProblems, typed };
  return html`<div class="stack narrow">
    <${StepList} current=${id} />
    <${StepFrame} key=${id} field=${query.get("field")}><${STEPS[id]} ...${given} /><//>
  </div>`;
}

// Where an interrupted set-up continues.
function nextStepOf({ setup }) {
  if (setup.live) return "done";
  if (!setup.connected) return "check";
  return setup.mapping ? "done" : "mapping";
}

function StepList({ current }) {
  const names = Object.keys(STEPS);
  const at = names.indexOf(current);
  return html`<ol class="wizard-steps" aria-label=${PAGE.steps}>
    ${names.map(
      (id, index) => html`<li
        key=${id}
        class=${index < at ? "done" : ""}
        aria-current=${id === current ? "step" : undefined}
      ><span class="visually-hidden">${index < at ? PAGE.done : ""}</span>${STEP_NAMES[id]}</li>`,
    )}
  </ol>`;
}

// A new step moves the focus to its heading, or to the field that a link leads to.
function StepFrame({ field, children }) {
  const frame = useRef(null);
  useEffect(() => {
    const heading = frame.current.querySelector("h2");
    heading.tabIndex = -1;
    if (!location.hash.includes("step=")) return;
    scrollTo(0, 0);
    if (field) focusSoon(`[name="${CSS.escape(field)}"]`, `[data-field="${CSS.escape(field)}"]`);
    else heading.focus();
  }, []);
  return html`<div ref=${frame} class="stack">${children}</div>`;
}
