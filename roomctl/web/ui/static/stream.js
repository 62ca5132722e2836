// Server-sent events, read by hand: a line that died without a word is noticed too. `roomScreen.follow` loads it.
const SILENT = 35_000;                           // ms without a byte: the host says each 15 s that the line stands

/** Until the line breaks: "opened" where it stood before, "broken", or "closed"; heard(answer) is told of the first. */
export const once = async (url, on, heard) => {
  const stop = new AbortController();
  let watch = 0, opened = false;
  const alive = () => { clearTimeout(watch); watch = setTimeout(() => stop.abort(), SILENT); };
  alive();
  try {
    const answer = await fetch(url, { signal: stop.signal, cache: "no-store" });
    if (answer.status === 401 || answer.status === 403) { on.closed(); return "closed"; }
    if (!answer.ok) return "broken";
    await heard(answer);
    opened = true;
    on.opened();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ;) {
      const { done, value } = await reader.read();
      if (done) return "opened";
      alive();
      const parts = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
      rest = parts.pop();
      for (const part of parts) {
        const data = part.split("\n").filter((one) => one.startsWith("data:")).map((one) => one.slice(5).trimStart());
        if (data.length) on.event(JSON.parse(data.join("\n")));
      }
    }
  } catch { return opened ? "opened" : "broken"; } finally { clearTimeout(watch); }
};
