// The pages of the console, one row each. A page is loaded when somebody goes there; its module's
// default export is a component that is given {params, query}. `styles` are its own style sheets.
// `tab` puts it among the pages of a connection, in this order.

export const ROUTES = [
  {
    path: "/",
    load: () => import("./pages/connections/page.js"),
    styles: ["pages/connections/connections.css"],
  },
  {
    path: "/new",
    load: () => import("./pages/new_connection/page.js"),
    styles: ["pages/settings/form.css", "pages/check/check.css", "pages/new_connection/new_connection.css"],
  },
  {
    path: "/connections/{c}/mapping",
    load: () => import("./pages/mapping/page.js"),
    styles: ["mapping", "file_settings", "fields", "steps", "saving"].map((name) => `pages/mapping/${name}.css`),
    tab: "Export Student Mapping",
  },
  {
    path: "/connections/{c}/students",
    load: () => import("./pages/students/page.js"),
    styles: ["pages/students/students.css"],
    tab: "Students",
  },
  {
    path: "/connections/{c}/runs",
    load: () => import("./pages/runs/page.js"),
    styles: ["pages/runs/runs.css"],
    tab: "History",
  },
  {
    path: "/connections/{c}/runs/{run}",
    load: () => import("./pages/run/page.js"),
    styles: ["pages/check/check.css", "pages/run/run.css"],
  },
  {
    path: "/connections/{c}/schedule",
    load: () => import("./pages/schedule/page.js"),
    styles: ["pages/schedule/schedule.css"],
    tab: "Schedule",
  },
  {
    path: "/connections/{c}/check",
    load: () => import("./pages/check/page.js"),
    styles: ["pages/check/check.css"],
    tab: "Check",
  },
  {
    path: "/connections/{c}/settings",
    load: () => import("./pages/settings/page.js"),
    styles: ["pages/settings/form.css", "pages/settings/settings.css"],
    tab: "Settings",
  },
];
