// What a person gets mail for, and the state of the subscription.

export const KINDS = {
  failed: { label: "An export failed" },
  needs_approval: { label: "An export waits for approval" },
  needs_attention: { label: "Students are newly held back" },
  not_collected: { label: "The SIS did not collect the last file" },
  overdue: { label: "A scheduled export is overdue", hint: "Once a day, until an export has finished." },
  succeeded: { label: "An export delivered files" },
  weekly_summary: { label: "A summary of the week", hint: "On Monday morning." },
};

export const USUAL_KINDS = ["failed", "needs_approval", "needs_attention", "overdue"];

export const STATES = {
  waiting: { label: "Waiting for confirmation", tone: "warn" },
  confirmed: { label: "Confirmed", tone: "good" },
  unsubscribed: { label: "Unsubscribed or not confirmed", tone: "bad" },
};
