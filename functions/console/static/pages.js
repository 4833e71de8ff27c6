// Which page shows which path. A page is loaded on the first visit; the default export of its module is
// a component that receives {params, query}. `styles` are its own style sheets.

/** @import { Path } from "./lib/paths.js" */
/** @type {Record<Path, {load: () => Promise<any>, styles: string[]}>} */
export const PAGES = {
  "/": {
    load: () => import("./pages/connections/page.js"),
    styles: ["pages/connections/connections.css"],
  },
  "/overview": {
    load: () => import("./pages/overview/page.js"),
    styles: [],
  },
  "/people": {
    load: () => import("./pages/people/page.js"),
    styles: [],
  },
  "/providers": {
    load: () => import("./pages/providers/page.js"),
    styles: [],
  },
  "/new": {
    load: () => import("./pages/new_connection/page.js"),
    styles: ["pages/settings/form.css", "pages/check/check.css", "pages/new_connection/new_connection.css"],
  },
  "/connections/{c}/mapping": {
    load: () => import("./pages/mapping/page.js"),
    styles: ["mapping", "files/file_settings", "fields/fields", "steps/steps", "saving/saving"].map((name) => `pages/mapping/${name}.css`),
  },
  "/connections/{c}/students": {
    load: () => import("./pages/students/page.js"),
    styles: ["pages/students/students.css", "pages/run/held.css"],
  },
  "/connections/{c}/compare": {
    load: () => import("./pages/compare/page.js"),
    styles: ["pages/compare/compare.css"],
  },
  "/connections/{c}/runs": {
    load: () => import("./pages/runs/page.js"),
    styles: ["pages/runs/runs.css"],
  },
  "/connections/{c}/runs/{run}": {
    load: () => import("./pages/run/page.js"),
    styles: ["pages/check/check.css", "pages/run/run.css", "pages/run/held.css"],
  },
  "/connections/{c}/schedule": {
    load: () => import("./pages/schedule/page.js"),
    styles: ["pages/schedule/schedule.css"],
  },
  "/connections/{c}/notifications": {
    load: () => import("./pages/notifications/page.js"),
    styles: ["pages/notifications/notifications.css"],
  },
  "/connections/{c}/check": {
    load: () => import("./pages/check/page.js"),
    styles: ["pages/check/check.css"],
  },
  "/connections/{c}/settings": {
    load: () => import("./pages/settings/page.js"),
    styles: ["pages/mapping/files/file_settings.css", "pages/settings/form.css", "pages/settings/settings.css"],
  },
  "/connections/{c}/activity": {
    load: () => import("./pages/activity/page.js"),
    styles: [],
  },
};
