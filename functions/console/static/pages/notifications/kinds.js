// What a person gets email for, and the state of the subscription.

import { KIND, STATE } from "./words.js";

export const KINDS = {
  failed: { label: KIND.failed },
  needs_approval: { label: KIND.needsApproval },
  needs_attention: { label: KIND.needsAttention },
  not_collected: { label: KIND.notCollected },
  overdue: { label: KIND.overdue, hint: KIND.overdueHint },
  succeeded: { label: KIND.succeeded },
  weekly_summary: { label: KIND.weekly, hint: KIND.weeklyHint },
};

export const USUAL_KINDS = ["failed", "needs_approval", "needs_attention", "overdue"];

export const STATES = {
  waiting: { label: STATE.waiting, tone: "warn" },
  confirmed: { label: STATE.confirmed, tone: "good" },
  unsubscribed: { label: STATE.unsubscribed, tone: "bad" },
};
