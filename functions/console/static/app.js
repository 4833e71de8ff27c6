// Starts the console: signs the person in, loads their permissions, and shows the page of the address.

import { get } from "./lib/api.js";
import { useData } from "./lib/data.js";
import { html, render, useEffect, useErrorBoundary, useState } from "./lib/html.js";
import { PersonContext, personFrom } from "./lib/person.js";
import { endsSoon } from "./lib/session/idle.js";
import { useIsUnsaved, useLeaving, useLocation } from "./lib/router.js";
import { session, signInAgain, start } from "./lib/session/sign_in.js";
import { useStore } from "./lib/store.js";
import { Announcements } from "./components/announce.js";
import { Button } from "./components/button.js";
import { ConfirmDialog, Dialog } from "./components/dialog.js";
import { EmptyState, ErrorState, Loading } from "./components/states.js";
import { FocusGuard } from "./frame/focus_guard.js";
import { Page, pageWasLeft } from "./frame/page.js";
import { Shell } from "./frame/shell.js";
import { APP, PRODUCT } from "./frame/words.js";
import { IMPORTS } from "./imports.js";
import { PAGES } from "./pages.js";

function Console() {
  const { state, message } = useStore(session);
  if (state === "starting") return html`<main><${LoadingPage} label=${APP.signingIn} /></main>`;
  if (state === "signed_out") return html`<${SignedOut} title=${APP.signedOut} message=${message} />`;
  if (state === "failed") return html`<${SignedOut} title=${APP.notSignedIn} message=${message} />`;
  return html`<${SignedIn} />
    ${state === "ended" && html`<${SessionEnded} message=${message} />`}
    <${EndsSoon} />
    <${Announcements} />
    <${FocusGuard} />`;
}

function SignedOut({ title, message }) {
  return html`<main class="alone">
    <${Page} title=${title}>
      <p>${message ?? APP.signedOutHint}</p>
      <${Button} kind="primary" onClick=${() => start()}>${APP.signIn}<//>
    <//>
  </main>`;
}

function SessionEnded({ message }) {
  return html`<${Dialog}
    title=${APP.ended}
    actions=${html`<${Button} kind="primary" onClick=${() => signInAgain()}>${APP.signInAgain}<//>`}
  >
    <p>${message ?? APP.endedHint}</p>
  <//>`;
}

// Any activity, in any tab, closes it: the button is there to be found.
function EndsSoon() {
  const isSoon = useStore(endsSoon);
  const isUnsaved = useIsUnsaved();
  if (!isSoon) return null;
  return html`<${Dialog}
    title=${APP.stillThere}
    actions=${html`<${Button} kind="primary">${APP.staySignedIn}<//>`}
  >
    <p>${APP.stillThereHint}</p>
    ${isUnsaved && html`<p><strong>${APP.unsavedIsLost}</strong></p>`}
  <//>`;
}

function SignedIn() {
  const { data: me, error, reload } = useData((options) => get("me", options), []);
  if (error) return html`<main class="alone"><${ErrorPage} error=${error} onRetry=${reload} /></main>`;
  if (!me) return html`<main><${LoadingPage} /></main>`;
  const person = personFrom(me);
  return html`<${PersonContext.Provider} value=${person}>
    <${Shell}>${person.canRead ? html`<${CurrentPage} />` : html`<${NoAccess} />`}<//>
    <${LeaveDialog} />
  <//>`;
}

function NoAccess() {
  return html`<${Page} title=${APP.noAccess}>
    <p>${APP.noAccessHint}</p>
  <//>`;
}

function LeaveDialog() {
  const { leaving, stay, leave } = useLeaving();
  if (!leaving) return null;
  return html`<${ConfirmDialog}
    title=${APP.leave}
    confirm=${APP.leaveConfirm}
    cancel=${APP.leaveCancel}
    danger
    action=${{ run: leave, busy: false, error: null }}
    onClose=${stay}
  ><p>${leaving.message}</p><//>`;
}

// The page of the current address, loaded on the first visit.
function CurrentPage() {
  const { path, params, query, key } = useLocation();
  const [shown, setShown] = useState({ key: null, page: null, error: null });
  useEffect(() => {
    let wanted = true;
    const ready = (page, error = null) => wanted && setShown({ key, page, error });
    load(path).then(
      (page) => {
        if (wanted) applyOnly(PAGES[path]?.styles ?? []);
        ready(page);
      },
      () => ready(null, new Error(APP.cannotLoad)),
    );
    return () => {
      wanted = false;
      pageWasLeft();
    };
  }, [key]);
  if (shown.key !== key) return html`<${LoadingPage} key=${key} />`;
  if (shown.error) return html`<${ErrorPage} error=${shown.error} onRetry=${() => location.reload()} />`;
  return html`<${ErrorBoundary} key=${key}><${shown.page} params=${params} query=${query} /><//>`;
}

async function load(path) {
  if (!path) return NotFound;
  const { load: loadPage, styles } = PAGES[path];
  preload(path);
  const [module] = await Promise.all([loadPage(), ...styles.map(loadStyles)]);
  return module.default;
}

const preloaded = new Set();

// Requests all modules of a page at once; otherwise the browser learns of each level only from the one before.
function preload(page) {
  const found = [page];
  for (const one of found) found.push(...(IMPORTS[one] ?? []).filter((next) => !found.includes(next)));
  for (const path of found.slice(1).filter((one) => !preloaded.has(one))) {
    preloaded.add(path);
    document.head.append(Object.assign(document.createElement("link"), { rel: "modulepreload", href: new URL(path, import.meta.url) }));
  }
}

const sheets = new Map(); // {path: {link, loaded}}

function loadStyles(path) {
  if (!sheets.has(path)) {
    const link = Object.assign(document.createElement("link"), {
      rel: "stylesheet",
      href: new URL(path, import.meta.url),
    });
    const loaded = new Promise((resolve, reject) => Object.assign(link, { onload: resolve, onerror: reject }));
    sheets.set(path, { link, loaded });
    document.head.append(link);
  }
  return sheets.get(path).loaded;
}

// Switches off the style sheets of other pages, which may have rules for the same classes.
function applyOnly(styles) {
  for (const [path, { link }] of sheets) link.disabled = !styles.includes(path);
}

// An error in our own code ends one page, not the console. The browser's log has the original error.
function ErrorBoundary({ children }) {
  const [error] = useErrorBoundary((raised) => console.error(raised));
  if (!error) return children;
  const message = APP.wentWrong;
  return html`<${ErrorPage} error=${{ message }} onRetry=${() => location.reload()} />`;
}

// Shown while a page loads, or when it cannot load. Each has a heading, as every page does.
function LoadingPage({ label }) {
  return html`<h1 class="visually-hidden">${PRODUCT}</h1><${Loading} label=${label} />`;
}

function ErrorPage({ error, onRetry }) {
  return html`<${Page} title=${APP.cannotShow}><${ErrorState} error=${error} onRetry=${onRetry} /><//>`;
}

function NotFound() {
  return html`<${Page} title=${APP.notFound}>
    <${EmptyState} title=${APP.notFoundHint}>
      <p><a href="#/">${APP.goHome}</a></p>
    <//>
  <//>`;
}

render(html`<${Console} />`, document.getElementById("app"));
start();
