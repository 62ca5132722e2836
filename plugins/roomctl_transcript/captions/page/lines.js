// What is said, as the screen shows it: the one who speaks, and the one before. Pure: state in, texts out.
const captions = (() => {
  const ROWS = 6;                                // of one speaker, on a screen that stands on its side
  const digits = "零一二三四五六七八九";
  const nth = (n) => {
    const tens = Math.floor(n / 10), ones = n % 10;
    if (n < 1 || n > 99) return String(n);
    return (tens > 1 ? digits[tens] : "") + (tens ? "十" : "") + (ones || !tens ? digits[ones] : "");
  };
  const who = (line, english) => [line.speaker, line.duty].filter(Boolean).join(english ? ", " : "　");

  /** Lines in a row by one speaker belong together; the last two who spoke, each with the lines that can be seen. */
  const passages = (lines) => {
    const found = [];
    for (const line of lines) {
      const last = found.at(-1);
      if (last && last.speaker === line.speaker && last.duty === line.duty) last.lines.push(line);
      else found.push({ speaker: line.speaker, duty: line.duty, lines: [line] });
    }
    for (const one of found) one.lines = one.lines.slice(-ROWS);
    return found.slice(-2);
  };

  /** Minutes of the item that are left, from the seconds that were told so many seconds ago. */
  const left = (item, since, said) => {
    if (!item || item.left === null || !item.minutes) return { text: "", over: false };
    const seconds = item.left - since, minutes = Math.ceil(Math.abs(seconds) / 60);
    if (seconds < 0) return { text: said(`已超 ${minutes} 分钟`, `${minutes} min over`), over: true };
    return { text: said(`本议题还剩 ${minutes} 分钟`, `${minutes} min left`), over: false };
  };
  return { passages, left, nth, who };
})();
