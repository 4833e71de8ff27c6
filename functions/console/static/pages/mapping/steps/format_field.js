// The format of a date or a phone number, chosen by example; any other can be typed.

import { html, useState } from "../../../lib/html.js";
import { IconButton, Button } from "../../../components/button.js";
import { SelectField, TextField } from "../../../components/fields.js";
import { useSample } from "../fields/known_fields.js";
import { DATES, PHONES, dateIn, phoneIn, written } from "./usual_formats.js";
import { FORMATS } from "./words.js";

const CUSTOM = "custom";
const EXAMPLE_DAY = { year: 2026, month: 8, day: 24 };
const EXAMPLE_PHONE = "5125550147";

export function FormatField({ kind, label, hint, problem, value = "", source, given, onInput }) {
  const sample = useSample(source);
  const options = optionsOf(kind, sample, given);
  const isUsual = options.some((one) => one.value === value);
  const [custom, setCustom] = useState(value !== "" && !isUsual);
  const select = (to) => {
    setCustom(to === CUSTOM);
    onInput(to === CUSTOM ? value : to);
  };
  const isCustom = custom || (value !== "" && !isUsual);
  const none = value === "" && !isCustom ? [{ value: "", label: FORMATS.none }] : [];
  return html`<div class="format">
    <${SelectField}
      label=${label}
      options=${[...none, ...options, { value: CUSTOM, label: FORMATS.custom }]}
      value=${isCustom ? CUSTOM : value}
      onInput=${select}
      problem=${isCustom ? "" : problem}
    />
    ${isCustom && html`<${TextField} label=${FORMATS.customOf(label)} hideLabel hint=${hint} value=${value} onInput=${onInput} problem=${problem} />`}
  </div>`;
}

// [{value, label}] with the example student's value where it can be read, else with a made-up one.
function optionsOf(kind, sample, given) {
  if (kind === "phone_format")
    return PHONES.map((format) => ({ value: format, label: FORMATS.option(phoneIn(sample, format) ?? phoneIn(EXAMPLE_PHONE, format), format) }));
  const day = kind === "date_formats" ? EXAMPLE_DAY : (dateIn(sample, given) ?? EXAMPLE_DAY);
  const found = DATES[kind].map((format) => ({ value: format, label: FORMATS.option(written(day, format), format) }));
  if (kind !== "date_formats" || !sample) return found;
  const fits = (format) => dateIn(sample, [format]) !== null;
  return found.map((one) => (fits(one.value) ? { ...one, label: FORMATS.option(sample, one.value) } : one)).sort((a, b) => Number(fits(b.value)) - Number(fits(a.value)));
}

// One or several formats, of which the first that fits a value reads it. A single one is sent as a text.
export function FormatList({ label, hint, problems, value, source, onInput }) {
  const formats = [value ?? ""].flat();
  const shown = formats.length ? formats : [""];
  const set = (now) => onInput(now.length === 1 ? now[0] : now);
  const problemOf = (index) => problems.find((one) => one.at === `[${index}]`)?.message ?? (index === 0 ? (problems[0]?.message ?? "") : "");
  return html`<div class="format-list">
    ${shown.map(
      (format, index) => html`<div key=${index}>
        <${FormatField}
          kind="date_formats"
          label=${index === 0 ? label : FORMATS.numbered(label, index + 1)}
          hint=${hint}
          problem=${problemOf(index)}
          value=${format}
          source=${source}
          onInput=${(to) => set(shown.map((one, at) => (at === index ? to : one)))}
        />
        ${shown.length > 1 && html`<${IconButton} label=${FORMATS.remove(index + 1)} icon="close" onClick=${() => set(shown.filter((_, at) => at !== index))} />`}
      </div>`,
    )}
    <${Button} kind="quiet" icon="plus" onClick=${() => set([...shown, ""])}>${FORMATS.add}<//>
  </div>`;
}
