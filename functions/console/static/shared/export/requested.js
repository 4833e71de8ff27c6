// Reports to lists of runs that an export was requested in a dialog above them.

import { createStore } from "../../lib/store.js";

export const exportsRequested = createStore(0);

export function exportWasRequested() {
  exportsRequested.set(exportsRequested.get() + 1);
}
