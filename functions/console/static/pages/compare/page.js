// Have they arrived? Compares the students that were sent with a list from the SIS, in the browser.

import { get, getIfThere, pathOf } from "../../lib/api.js";
import { useData } from "../../lib/data.js";
import { html, useState } from "../../lib/html.js";
import { schoolYear } from "../../lib/runs.js";
import { SelectField } from "../../components/fields.js";
import { Section } from "../../components/section.js";
import { EmptyState, ErrorState, Loading } from "../../components/states.js";
import { ConnectionPage } from "../../frame/connection_page.js";
import { Comparison } from "./comparison.js";
import { SisFile } from "./sis_file.js";
import { PAGE } from "./words.js";

export default function ComparePage({ params: { c }, query }) {
  return html`<${ConnectionPage} c=${c} title=${PAGE.title} tab="/connections/{c}/students" below>
    ${(connection) => html`<${Compare} connection=${connection} wanted=${query.get("year")} />`}
  <//>`;
}

function Compare({ connection, wanted }) {
  const c = connection.connection_id;
  const [chosen, setChosen] = useState(wanted);
  const [file, setFile] = useState(null);
  const { data, error, reload } = useData(
    async (options) => ({
      status: await get(pathOf(c, "status"), options),
      mapping: await getIfThere(pathOf(c, "mapping"), options),
    }),
    [c],
  );
  if (error) return html`<${ErrorState} error=${error} onRetry=${reload} />`;
  if (!data) return html`<${Loading} />`;
  const years = [...data.status.years].reverse();
  if (years.length === 0)
    return html`<${EmptyState} title=${PAGE.noStudents}><p>${PAGE.noStudentsWhy}</p><//>`;
  const year = years.find((one) => String(one.school_year) === chosen) ?? years.find((one) => one.exported > 0) ?? years[0];
  const options = years.map((one) => ({ value: String(one.school_year), label: schoolYear(one.school_year) }));
  return html`<p>${PAGE.lead}</p>
    <${Section} title=${PAGE.list}>
      <div class="columns">
        <${SelectField} label=${PAGE.year} options=${options} value=${String(year.school_year)} onInput=${setChosen} />
      </div>
      <${SisFile} file=${file} onFile=${setFile} />
    <//>
    ${file &&
    html`<${Comparison}
      key=${`${year.school_year} ${file.number}`}
      connection=${connection}
      year=${year.school_year}
      saved=${data.mapping}
      file=${file}
    />`}`;
}
