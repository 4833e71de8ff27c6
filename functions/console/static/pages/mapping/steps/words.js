// The sentences of transformations and conditions.

export const FORMATS = {
  none: "Select a format",
  custom: "Custom …",
  customOf: (label) => `${label}: custom`,
  option: (example, format) => (example === format ? format : `${example} – ${format}`),
  numbered: (label, number) => `${label} ${number}`,
  add: "Add another format",
  remove: (number) => `Remove format ${number}`,
  tokens: "All parts of a format",
};

export const STEPS = {
  add: "Add a transformation",
  addHint: "Search, such as accents or dates",
  added: (title, number) => `${title} was added as step ${number}.`,
  moved: (number, all) => `Moved to step ${number} of ${all}.`,
  removed: (number) => `Step ${number} was removed.`,
  name: (number, title) => `Step ${number}: ${title}`,
  up: (name) => `Move ${name} up`,
  down: (name) => `Move ${name} down`,
  remove: (name) => `Remove ${name}`,
  example: "Example:",
  exampleInWords: (value, result) => `${value} → ${result}`,
};

export const OUTCOME = {
  stays: "this field's value",
  noDate: "no earliest date",
  text: "this text",
  field: "the value of another field",
  textOf: (label) => `${label}: text`,
  fieldOf: (label) => `${label}: field`,
  blank: "Nothing entered: a blank is written.",
};

export const PARAMETERS = {
  textOf: (label) => `${label}: text`,
  asOnError: "Follow “On error” (default)",
  onePerLine: "One on each line.",
  spacesAround: "This text begins or ends with a space.",
  oneSpace: "This is one space.",
  oneTab: "This is one tab.",
  spaces: (number) => `This is ${number} spaces.`,
  addField: "Add another field",
  removeField: (number) => `Remove other field ${number}`,
  field: (number) => `Other field ${number}`,
};

export const QUESTION = {
  thisField: "Blank = this field",
  between: "The character between the items.",
  isBlank: "It is blank",
  isNotBlank: "It is not blank",
  onePerLine: "One on each line.",
  emptyLine: "One line is empty, so a blank value counts too.",
  caseless: "A and a are the same.",
};

export const SUBSTITUTE = {
  find: "Find",
  text: "This text",
  pattern: "Text that matches a pattern",
  patternHint: "A regular expression, such as [0-9]{2}.",
};
