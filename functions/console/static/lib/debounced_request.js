// Requests while somebody types: shortly after the last key, and one at a time. Two at once would be
// answered by two instances of the function, and the second instance might have to start first.

const PATIENCE_MS = 2000; // then the earlier request is aborted

// `send({signal})` sends the current state, checks the signal and shows errors. Returns {schedule, stop}.
export function debounceRequest(send, pauseMs) {
  let timer = null;
  let underWay = null; // {control, since}
  const startIn = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(run, milliseconds);
  };
  const run = async () => {
    timer = null;
    if (underWay) {
      const left = underWay.since + PATIENCE_MS - Date.now();
      if (left > 0) return startIn(left); // or at once, when the response arrives
      underWay.control.abort();
    }
    const own = { control: new AbortController(), since: Date.now() };
    underWay = own;
    await send({ signal: own.control.signal });
    if (underWay !== own) return undefined;
    underWay = null;
    return timer !== null && startIn(0);
  };
  return {
    schedule: (now) => startIn(now ? 0 : pauseMs),
    stop() {
      clearTimeout(timer);
      underWay?.control.abort();
      underWay = null;
    },
  };
}
