// Small icons beside words; screen readers skip them.

import { html } from "../lib/html.js";

const PATHS = {
  more: "M12 6.5v.01M12 12v.01M12 17.5v.01",
  check: "M5 12.5l4.5 4.5L19 7.5",
  warning: "M12 8v5m0 3.5v.01M10.3 4.2 2.9 17a2 2 0 0 0 1.7 3h14.8a2 2 0 0 0 1.7-3L13.7 4.2a2 2 0 0 0-3.4 0Z",
  failed: "M8.5 8.5l7 7m0-7-7 7M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z",
  calm: "M8 12h8M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z",
  clock: "M12 7v5l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z",
  close: "M6 6l12 12M18 6 6 18",
  down: "M6 9.5l6 6 6-6",
  up: "M6 14.5l6-6 6 6",
  plus: "M12 5v14M5 12h14",
  download: "M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 20h14",
  search: "M15.5 15.5 20 20M17 11a6 6 0 1 1-12 0 6 6 0 0 1 12 0Z",
  copy: "M9 9h10v11H9zM15 9V5H5v11h4",
  trash: "M4.5 7h15M10 7V4.5h4V7M6.5 7l1 13h9l1-13",
  arrow: "M5 12h14m-5.5-5.5L19 12l-5.5 5.5",
  person: "M16 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM4.5 20.5a7.5 7.5 0 0 1 15 0",
};

export function Icon({ name }) {
  return html`<svg class=${`icon ${name}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d=${PATHS[name]} />
  </svg>`;
}
