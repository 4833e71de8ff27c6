// The facts of all connections that the person may see: [{connection_id, last_export, due, held,
// at_least, overdue, setup, next_export, …}].

import { getAll } from "./api.js";

export const readOverview = (options) => getAll("overview", options);
