// The pages of the console, one row each. A page is loaded when somebody goes there; its module's
// default export is a component that is given {params, query}. `styles` is its own style sheet.
// `tab` puts it among the pages of a connection, in this order.

export const ROUTES = [
  {
    path: "/",
    load: () => import("./pages/connections/page.js"),
    styles: "pages/connections/connections.css",
  },
  {
    path: "/connections/{c}/runs",
    load: () => import("./pages/runs/page.js"),
    styles: "pages/runs/runs.css",
    tab: "History",
  },
  {
    path: "/connections/{c}/runs/{run}",
    load: () => import("./pages/run/page.js"),
    styles: "pages/run/run.css",
  },
  {
    path: "/connections/{c}/students",
    load: () => import("./pages/students/page.js"),
    styles: "pages/students/students.css",
    tab: "Students",
  },
];
