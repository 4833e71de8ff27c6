// The choice of columns, the reading of the students that were sent, and the result.

import { get, getAll, pathOf } from "../../lib/api.js";
import { useAction, useData } from "../../lib/data.js";
import { html, useEffect, useMemo, useRef, useState } from "../../lib/html.js";
import { announce } from "../../components/announce.js";
import { Button } from "../../components/button.js";
import { Checkbox, SelectField } from "../../components/fields.js";
import { Section } from "../../components/section.js";
import { ErrorNotice, ErrorState, Loading, Progress } from "../../components/states.js";
import { compare, guessIds, guessPairs, isNamedLikeId } from "./compare.js";
import { PairList } from "./pairs.js";
import { Result } from "./result.js";
import { CHOICES } from "./words.js";

const PAGE_SIZE = 500;
const MAX_COLUMNS = 10; // that the API maps for a list
const OUR_ID = "";

// saved: the saved mapping, null for none
export function Comparison({ connection, year, saved, file }) {
  const c = connection.connection_id;
  const columns = useMemo(() => columnsOf(saved), [saved]);
  const query = { school_year: year, status: "all", limit: PAGE_SIZE };
  const likeIds = columns.filter(({ to }) => isNamedLikeId(to)).map(({ place }) => place).slice(0, MAX_COLUMNS);
  const { data: sample, error, reload } = useData(
    (options) => get(pathOf(c, "registrations"), { ...options, query: { ...query, columns: likeIds.join(",") } }),
    [c, year],
  );
  if (error) return html`<${ErrorState} error=${error} onRetry=${reload} />`;
  if (!sample) return html`<${Loading} />`;
  const mapped = likeIds.map((place, at) => ({ place, ids: sample.items.map(({ values }) => values[at][0] ?? "") }));
  const keys = [{ place: OUR_ID, ids: sample.items.map((student) => student.student_id) }, ...mapped];
  return html`<${Choices} connection=${connection} query=${query} saved=${saved} columns=${columns} file=${file} keys=${keys} />`;
}

// [{place: "0.2", to: header, label}] of the mapping
function columnsOf(saved) {
  const files = saved?.files ?? [];
  return files.flatMap((file, at) =>
    file.fields.flatMap((field, index) =>
      field.mapping_type === "do_not_map" ? [] : [{ place: `${at}.${index}`, to: field.to, label: CHOICES.columnIn(field.to, file.name) }],
    ),
  );
}

function Choices({ connection, query, saved, columns, file, keys }) {
  const [guessed] = useState(() => guessIds(file.header, file.rows, keys));
  const [idColumn, setIdColumn] = useState(guessed.idColumn);
  const [ourId, setOurId] = useState(guessed.place);
  const [pairs, setPairs] = useState(() => guessPairs(file.header, columns, idColumn, MAX_COLUMNS - 1));
  const [ignoreZeros, setIgnoreZeros] = useState(false);
  const [read, setRead] = useState(null); // {students, places}
  const [progress, setProgress] = useState(0);
  const control = useRef(new AbortController());
  useEffect(() => () => control.current.abort(), []);
  const places = [...new Set([ourId, ...pairs.map((pair) => pair.place)].filter(Boolean))];
  const isCurrent = read && places.every((place) => read.places.includes(place));

  const reading = useAction(async () => {
    setProgress(0);
    const { signal } = control.current;
    const students = await getAll(pathOf(connection.connection_id, "registrations"), {
      query: { ...query, details: true, columns: places.join(",") },
      signal,
      onPage: setProgress,
    });
    setRead({ students, places });
    announce(CHOICES.done);
  });

  const result = useMemo(() => {
    if (!isCurrent) return null;
    const valuesOf = (place) => (student) => student.values[read.places.indexOf(place)] ?? [];
    const keyOf = ourId ? (student) => (valuesOf(ourId)(student)[0] ?? "").trim() : (student) => student.student_id;
    const labels = new Map(columns.map(({ place, label }) => [place, label]));
    const compared = pairs.map(({ place, column }) => ({ column, label: labels.get(place), values: valuesOf(place) }));
    return compare(read.students, file.rows, { idColumn, keyOf, pairs: compared, ignoreZeros });
  }, [read, isCurrent, ourId, idColumn, pairs, ignoreZeros]);

  const theirs = file.header.map((name, at) => ({ value: String(at), label: name }));
  const ours = [{ value: OUR_ID, label: CHOICES.enrollId }, ...columns.map(({ place, label }) => ({ value: place, label }))];
  return html`<${Section} title=${CHOICES.title} hint=${CHOICES.hint}>
      <div class="columns">
        <${SelectField} label=${CHOICES.theirId} options=${theirs} value=${String(idColumn)} onInput=${(at) => setIdColumn(Number(at))} />
        <${SelectField} label=${CHOICES.ourId} options=${ours} value=${ourId} onInput=${setOurId} />
      </div>
      <${Checkbox} label=${CHOICES.ignoreZeros} checked=${ignoreZeros} onInput=${setIgnoreZeros} />
      <${PairList} pairs=${pairs} columns=${columns} theirs=${theirs} most=${MAX_COLUMNS - 1} onInput=${setPairs} />
      <div class="row">
        <${Button} kind="primary" busy=${reading.busy} onClick=${() => reading.run()}>${CHOICES.compare}<//>
      </div>
      ${reading.busy && html`<${Progress} label=${CHOICES.read(progress)} />`}
      <${ErrorNotice} error=${reading.error} />
    <//>
    ${result &&
    html`<${Result} connection=${connection} year=${query.school_year} saved=${saved} file=${file} idColumn=${idColumn} result=${result} ignoreZeros=${ignoreZeros} />`}`;
}
