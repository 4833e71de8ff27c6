// The labels of a student's status.

export const STUDENT_STATUS = {
  due: { label: "Due", tone: "calm" },
  held: { label: "Held back", tone: "warn" },
  exported: { label: "Exported", tone: "good" },
  left_out: { label: "Left out", tone: "calm" },
  removed: { label: "Removed", tone: "calm" },
  unconfirmed: { label: "Not confirmed", tone: "warn" },
};
