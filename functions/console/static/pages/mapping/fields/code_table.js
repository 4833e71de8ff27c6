// Match codes as a small table: typed, pasted from a spreadsheet, or filled from values of students.

import { get, pathOf } from "../../../lib/api.js";
import { useAction } from "../../../lib/data.js";
import { afterDrawing } from "../../../lib/focus.js";
import { html, useEffect, useId, useRef, useState } from "../../../lib/html.js";
import { announce } from "../../../components/announce.js";
import { Button, IconButton } from "../../../components/button.js";
import { Sentence } from "../../../components/sentence.js";
import { ErrorNotice } from "../../../components/states.js";
import { CODES } from "../labels.js";
import { useConnectionId } from "./known_fields.js";
import { columnsOf, withPasted } from "./spreadsheet.js";
import { CODE_TABLE as words } from "./words.js";

const MAX_SHOWN = 100;
const MAX_PATH_TEXT = 80; // the API shortens a value in the path of a problem to as many characters

// codes: [[value, code]], where an empty code is none yet and null is a blank that is sent; problems: [{at: the value, "" for the whole table, message, row?}]
export function CodeTable({ codes, onInput, source, each, delimiter, problems }) {
  const root = useRef(null);
  const id = useId();
  const [more, setMore] = useState(MAX_SHOWN);
  const apart = useRef(new Set()); // rows below the limit that are rendered anyway, because they had a problem or no code
  const rows = codes.length ? codes : [["", ""]];
  const wrong = Map.groupBy(problems.map((one, number) => [rowOf(one, rows), `${id}-${number}`]), ([index]) => index);
  const withoutCode = [...rows.keys()].filter((index) => isMissing(rows[index]));
  for (const index of [...wrong.keys()].slice(0, MAX_SHOWN)) apart.current.add(index);
  for (const index of withoutCode.slice(0, MAX_SHOWN)) apart.current.add(index);
  const drawn = [...rows.entries()].filter(([index]) => index < more || apart.current.has(index));
  const problemOf = (index) =>
    wrong.has(index) && { "aria-invalid": "true", "aria-describedby": wrong.get(index).map(([, element]) => element).join(" ") };
  const set = (index, pair) => onInput(rows.map((row, at) => (at === index ? pair : row)));
  const focus = (wanted) =>
    afterDrawing(() => {
      const all = [...root.current.querySelectorAll("tbody tr")];
      (all.find((row) => Number(row.dataset.index) >= wanted) ?? all.at(-1)).querySelector("input").focus();
    });
  const showMore = () => {
    setMore(more + MAX_SHOWN);
    focus(more);
  };
  const add = () => {
    apart.current.add(rows.length);
    onInput([...rows, ["", ""]]);
    focus(rows.length);
  };
  const remove = (index) => {
    onInput(rows.filter((_, at) => at !== index));
    apart.current = new Set([...apart.current].filter((at) => at !== index).map((at) => (at > index ? at - 1 : at)));
    announce(words.removed(index + 1));
    focus(Math.max(0, Math.min(index, rows.length - 2)));
  };
  const paste = (event, index, part) => {
    const cells = columnsOf(event.clipboardData.getData("text/plain"));
    if (cells.length < 2 && (cells[0]?.length ?? 0) < 2) return; // a single cell: the browser pastes it
    event.preventDefault();
    const next = withPasted(rows, cells, index, part);
    onInput(next);
    setMore(Math.max(more, Math.min(index + cells.length, more + MAX_SHOWN)));
    announce(words.pasted(cells.length, next.length));
  };
  return html`<div class="code-table" ref=${root}>
    <table aria-label=${CODES}>
      <thead>
        <tr>
          <th scope="col">${words.value}</th>
          <th scope="col">${words.code}</th>
          <td></td>
        </tr>
      </thead>
      <tbody>
        ${drawn.map(
          ([index, [value, code]]) => html`<tr key=${index} data-index=${index} class=${isMissing([value, code]) ? "no-code" : ""}>
            <td>
              <input aria-label=${`${words.value} ${index + 1}`} value=${value} autocomplete="off" spellcheck=${false} ...${problemOf(index)}
                onInput=${(event) => set(index, [event.target.value, code])} onPaste=${(event) => paste(event, index, 0)} />
            </td>
            <td>
              <input aria-label=${`${words.code} ${index + 1}`} value=${code ?? ""} placeholder=${value && (code === null ? words.blank : words.noCode)} autocomplete="off" spellcheck=${false} ...${problemOf(index)}
                onInput=${(event) => set(index, [value, event.target.value])} onPaste=${(event) => paste(event, index, 1)} />
              ${value && !code && html`<label class="send-blank">
                <input type="checkbox" aria-label=${`${words.sendBlank} ${index + 1}`} checked=${code === null} onInput=${(event) => set(index, [value, event.target.checked ? null : ""])} /> ${words.sendBlank}
              </label>`}
            </td>
            <td><${IconButton} label=${words.remove(index + 1)} icon="close" onClick=${() => remove(index)} /></td>
          </tr>`,
        )}
      </tbody>
    </table>
    ${problems.map((one, number) => html`<p key=${one.at + one.message} id=${`${id}-${number}`} class="problem">${one.at && html`<strong>${one.at}: </strong>`}<${Sentence} text=${one.message} /></p>`)}
    <div class="code-buttons">
      ${rows.length > drawn.length && html`<${Button} onClick=${showMore}>${words.showMore(rows.length)}<//>`}
      <${Button} kind="quiet" icon="plus" onClick=${add}>${words.add}<//>
      <${FillFromValues} rows=${rows} onInput=${onInput} source=${source} each=${each} delimiter=${delimiter} />
    </div>
    ${withoutCode.length > 0 && html`<p class="hint">${words.missing(withoutCode.length)}</p>`}
    <p class="hint">${words.paste}</p>
  </div>`;
}

const isMissing = ([value, code]) => value !== "" && code === "";

// The row of a problem: the first row for the whole table, -1 for a row that is gone.
function rowOf({ at, row }, rows) {
  return row ?? (at === "" ? 0 : rows.findIndex(([value]) => shortened(value) === at));
}

const shortened = (value) => (value.length > MAX_PATH_TEXT ? [...value.slice(0, 2 * MAX_PATH_TEXT)].slice(0, MAX_PATH_TEXT).join("") : value);

// Adds the values of students that are not in the table, without codes yet.
function FillFromValues({ rows, onInput, source, each, delimiter }) {
  const c = useConnectionId();
  const [result, setResult] = useState("");
  const latest = useRef(null);
  latest.current = { rows, onInput }; // the person may type while the request runs
  const control = useRef(new AbortController());
  useEffect(() => () => control.current.abort(), []);
  const filling = useAction(async () => {
    const { signal } = control.current;
    const ask = (query) => get(pathOf(c, "fields"), { query: { ...query, delimiter }, signal });
    const answers = await Promise.all(valueQueries(source, each).map(ask));
    const { looked_at, complete } = answers[0];
    const now = latest.current;
    const there = new Set(now.rows.map(([value]) => value));
    const found = new Set(answers.flatMap(({ values }) => values.map((one) => one.value)));
    const missing = [...found].filter((value) => !there.has(value)).map((value) => [value, ""]);
    if (missing.length) now.onInput([...now.rows.filter((row) => row.some(Boolean)), ...missing]);
    const text = words.filled(missing.length, looked_at, complete);
    announce(text);
    setResult(text);
  });
  if (!source || source.startsWith("registration.")) return null;
  return html`<${Button} kind="quiet" icon="search" busy=${filling.busy} onClick=${() => filling.run()}>${words.fill}<//>
    ${result && html`<span class="hint">${result}</span>`}
    <${ErrorNotice} error=${filling.error} />`;
}

// The API queries for the values of a field. A field of flat groups is a separate field in each group.
function valueQueries(source, each) {
  if (!source.startsWith("entry.") || !each) return [{ path: source }];
  if (!Array.isArray(each)) return [{ path: source, each }];
  return each.filter(Boolean).map((prefix) => ({ path: `${prefix}${source.slice("entry.".length)}` }));
}
