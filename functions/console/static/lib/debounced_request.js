// Questions to the API while somebody types: a moment after the last key, and one at a time. Two at
// once would be answered by two instances of the function, and the second may have to start first.

const PATIENCE_MS = 2000; // then the earlier question is given up

// `ask({signal})` puts the question as it is by then; it is for it to look at the signal and to show
// errors. Answers {want: ask again, stop}.
export function oneAtATime(ask, pause_ms) {
  let timer = null;
  let under_way = null; // {control, since}
  const plan = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(run, milliseconds);
  };
  const run = async () => {
    timer = null;
    if (under_way) {
      const left = under_way.since + PATIENCE_MS - Date.now();
      if (left > 0) return plan(left); // or at once, when it is answered
      under_way.control.abort();
    }
    const own = { control: new AbortController(), since: Date.now() };
    under_way = own;
    await ask({ signal: own.control.signal });
    if (under_way !== own) return undefined;
    under_way = null;
    return timer !== null && plan(0);
  };
  return {
    want: (now) => plan(now ? 0 : pause_ms),
    stop() {
      clearTimeout(timer);
      under_way?.control.abort();
      under_way = null;
    },
  };
}
