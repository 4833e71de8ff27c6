// The parameters of one transformation, a control for each.

import { html } from "../../../lib/html.js";
import { problemsWithin } from "../editor.js";
import { Parameter } from "./parameter.js";

// `values` has them by key; `change({key: value})`; `children` come first.
export function Parameters({ parameters, values, change, problems, sources, source, children }) {
  return html`<div class="parameters">
    ${children}
    ${parameters.map(
      (parameter) => html`<${Parameter}
        key=${parameter.key}
        parameter=${parameter}
        value=${values[parameter.key]}
        onInput=${(value) => change({ [parameter.key]: value })}
        problems=${problemsWithin(problems, parameter.key)}
        sources=${sources}
        source=${source}
        given=${values.from}
      />`,
    )}
  </div>`;
}
