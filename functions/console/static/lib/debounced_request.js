// Questions to the API while somebody types: a moment after the last key, and one at a time. Two at
// once would be answered by two instances of the function, and the second may have to start first.

const PATIENCE_MS = 2000; // then the earlier question is given up

// `ask({signal})` puts the question as it is by then; it is for it to look at the signal and to show
// errors. Answers {want: ask again, stop}.
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
      if (left > 0) return startIn(left); // or at once, when it is answered
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
