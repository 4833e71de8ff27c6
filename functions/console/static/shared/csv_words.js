// The visible words of rows of a CSV file.

export const CSV = {
  blank: "blank",
  added: "new",
  was: (value) => `before: ${value}`,
};
