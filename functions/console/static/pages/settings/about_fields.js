// The name of a connection, its SIS, its district and its time zone.

import { get } from "../../lib/api.js";
import { useData } from "../../lib/data.js";
import { html, useEffect } from "../../lib/html.js";
import { usePerson } from "../../lib/person.js";
import { Combobox } from "../../components/combobox.js";
import { Checkbox, SelectField, TextField } from "../../components/fields.js";
import { Sentence } from "../../components/sentence.js";
import { TimeZoneField } from "../../components/time_zone_field.js";
import { ABOUT } from "./words.js";

const SYSTEMS = [
  "Aeries",
  "Clever",
  "Focus",
  "Infinite Campus",
  "OneRoster",
  "PowerSchool",
  "Skyward",
  "Synergy",
].map((value) => ({ value }));

// `change` receives the changed fields; `problem(path)` returns the message about a field.
export function AboutFields({ draft, change, problem, idField }) {
  const field = (name) => ({ name, value: draft[name], problem: problem(name), onInput: (value) => change({ [name]: value }) });
  return html`<${TextField} label=${ABOUT.name} hint=${ABOUT.nameHint} ...${field("name")} />
    ${idField}
    <div class="columns">
      <${Combobox} label=${ABOUT.sis} optional completes options=${SYSTEMS} ...${field("sis")} />
      <${DistrictField} ...${field("district")} />
    </div>
    <${TimeZoneField} label=${ABOUT.timeZone} hint=${ABOUT.timeZoneHint} ...${field("time_zone")} />`;
}

// One of the person's own districts; an operator may enter any.
function DistrictField({ value, ...given }) {
  const person = usePerson();
  if (person.isOperator)
    return html`<${TextField} label=${ABOUT.district} hint=${ABOUT.districtHint} value=${value} ...${given} />`;
  const districts = [...new Set([...person.districts, value].filter(Boolean))];
  return html`<${SelectField} label=${ABOUT.district} options=${districts} value=${value} ...${given} />`;
}

// The programs of the district that may sync to the connection. `programs` is null for a new
// connection, which allows those of all districts and reports them through `onInput`.
export function ProgramFields({ programs, district, onInput }) {
  const { data, error } = useData((options) => get("programs", options), []);
  const isOfAll = ({ districts }) => districts.includes("*");
  const known = (data?.items ?? []).filter((one) => isOfAll(one) || one.districts.includes(district));
  useEffect(() => {
    if (data && programs === null) onInput(data.items.filter(isOfAll).map((one) => one.client_id));
  }, [data]);
  const named = programs ?? [];
  const tick = (id, on) => onInput(on ? [...named, id] : named.filter((one) => one !== id));
  return html`${known.map(
      ({ client_id, name }) => html`<${Checkbox}
        key=${client_id}
        label=${ABOUT.receive(name)}
        checked=${named.includes(client_id)}
        onInput=${(on) => tick(client_id, on)}
      />`,
    )}
    ${error && html`<p class="problem"><${Sentence} text=${error.message} /></p>`}`;
}
