// The person's own draft, kept by the service while they edit: a reload, a crash or a sign-out loses nothing, and it
// is there on another computer. Exports use the saved version only. See routes/mapping_draft.py.

import { getIfThere, pathOf, put, remove } from "../../../lib/api.js";
import { useEffect } from "../../../lib/html.js";
import { isSignedOut } from "../../../lib/session/sign_in.js";
import { toast } from "../../../components/announce.js";
import { definitionOf, draftOf, wholeField } from "../draft.js";
import { textOf, wholeTextOf } from "../editor.js";
import { BAR } from "./words.js";

// After the last change, so that no preview is under way: two requests at once need two instances of the function.
const PAUSE_MS = 2000;
const AT_MOST_MS = 15_000; // after the first change, for somebody who never pauses
const RETRY_MS = 10_000;
const MAX_KEEPALIVE = 60_000; // browsers let a page that closes send 64 KiB
const TRANSIENT = new Set([401, 408, 429]); // of the refusals; the same draft is refused again by any other

let leaving = Promise.resolve(); // the last request of a page that was left

const draftPath = (c) => pathOf(c, "mapping", "draft");

// {saved, stored}: the version that the draft is based on, and the draft; or the latest version, and null.
export async function loadMapping(c, canEdit, options) {
  await leaving;
  const [latest, stored] = await Promise.all([
    getIfThere(pathOf(c, "mapping"), options),
    canEdit ? getIfThere(draftPath(c), options) : null,
  ]);
  if (!stored || stored.base_version === (latest?.version ?? 0) || isSame(latest, stored)) return { saved: latest, stored };
  const base = stored.base_version && (await getIfThere(pathOf(c, "mapping", "versions", stored.base_version), options));
  if (isSame(base, stored)) return { saved: latest, stored: { ...stored, mapping: latest } }; // it had only options of other mapping types
  return { saved: base || null, stored };
}

function isSame(saved, { mapping }) {
  if (!saved) return false;
  return textOf(draftOf(saved)) === textOf(draftOf(mapping));
}

// Stores each change of the draft; removes the stored draft once it is saved or undone.
export function useStoredDraft(c, editor) {
  useEffect(() => {
    if (!editor.canEdit) return undefined;
    const keeper = keep(c, editor);
    const isWaiting = () => editor.stored.get().state !== "stored" && editor.stored.get().state !== "none";
    const onHidden = () => document.hidden && isWaiting() && keeper.storeNow();
    const onClose = (event) => isWaiting() && !isSignedOut() && event.preventDefault();
    document.addEventListener("visibilitychange", onHidden);
    addEventListener("beforeunload", onClose);
    return () => {
      document.removeEventListener("visibilitychange", onHidden);
      removeEventListener("beforeunload", onClose);
      keeper.stop();
    };
  }, [c, editor]);
}

function keep(c, editor) {
  let timer = null;
  let underWay = null;
  let stopped = false;
  let since = null; // the first change that is not stored
  const is = (state, saved_at = editor.stored.get().saved_at, message = "") => editor.stored.set({ state, saved_at, message });
  const schedule = (milliseconds) => {
    since ??= Date.now();
    clearTimeout(timer);
    timer = setTimeout(storeNow, Math.min(milliseconds, Math.max(0, since + AT_MOST_MS - Date.now())));
  };
  const storeNow = () => {
    clearTimeout(timer);
    [timer, since] = [null, null];
    underWay ??= store().finally(() => (underWay = null));
    return underWay;
  };
  const store = async () => {
    const [draft, base] = [editor.draft.get(), editor.base.get()];
    try {
      const saved_at = await send(c, draft, base, editor.stored.get().saved_at);
      is(saved_at ? "stored" : "none", saved_at);
    } catch (error) {
      if (stopped) return toast(BAR.draftLost(error.message), "bad");
      const state = stateAfter(error);
      is(state, undefined, error.problems?.[0]?.message ?? error.message);
      if (state === "failed") schedule(RETRY_MS);
      if (state !== "refused") return undefined;
    }
    if (editor.draft.get() !== draft || editor.base.get() !== base) return onChange();
    return undefined;
  };
  const onChange = () => {
    const { state, saved_at } = editor.stored.get();
    const isUnchanged = wholeTextOf(editor.draft.get()) === wholeTextOf(editor.base.get().draft);
    if (isUnchanged && (state === "elsewhere" || saved_at === "") && !underWay) return is("none", "");
    if (state === "elsewhere") return undefined;
    is("waiting");
    return schedule(isUnchanged ? 0 : PAUSE_MS);
  };
  // After a draft was changed in another window: what is here replaces it.
  const replaceOther = () => {
    if (editor.stored.get().state !== "waiting" || editor.stored.get().saved_at !== null) return;
    schedule(0);
  };
  const leaves = [editor.draft.subscribe(onChange), editor.base.subscribe(onChange), editor.stored.subscribe(replaceOther)];
  if (wholeTextOf(editor.draft.get()) === wholeTextOf(editor.base.get().draft)) onChange(); // the draft was saved elsewhere
  const storeRest = async () => {
    await underWay;
    if (timer !== null) await storeNow();
  };
  return {
    storeNow,
    stop() {
      leaves.forEach((leave) => leave());
      stopped = true;
      leaving = storeRest();
    },
  };
}

function stateAfter({ status }) {
  if (status === 412) return "elsewhere";
  return status < 500 && !TRANSIENT.has(status) ? "refused" : "failed";
}

// Returns when the draft was stored; an empty text if there is nothing to store.
async function send(c, draft, base, saved_at) {
  if (wholeTextOf(draft) === wholeTextOf(base.draft)) {
    if (saved_at !== "") await remove(draftPath(c));
    return "";
  }
  const body = JSON.stringify({ mapping: definitionOf(draft, wholeField), base_version: base.version, replaces: saved_at ?? undefined });
  const headers = { "Content-Type": "application/json" };
  const answer = await put(draftPath(c), body, { headers, keepalive: body.length < MAX_KEEPALIVE });
  return answer.saved_at;
}
