// Who is meant by the letters that were typed. No list is ever shown: only who fits.
window.finding = (() => {
  const fits = (key, typed) => typed.length <= key.length && [...typed].every((letter, i) => key[i] === letter || key[i] === "?");

  /** Those whose initials, or whose pinyin, begin with `typed`; initials first. Nobody where nothing is typed. */
  const found = (names, typed) => {
    if (!typed) return [];
    const short = names.filter((one) => one.keys.some((key) => fits(key, typed)));
    const rank = (one) => Math.min(...one.keys.filter((key) => fits(key, typed)).map((key) => key.length));
    return short.sort((a, b) => Boolean(a.came) - Boolean(b.came) || rank(a) - rank(b) || a.name.localeCompare(b.name, "zh"));
  };

  /** Letters that may come next; a letter that finds nobody is not offered. */
  const next = (names, typed) => {
    const letters = new Set();
    for (const one of names)
      for (const key of one.keys)
        if (fits(key, typed) && key.length > typed.length) letters.add(key[typed.length]);
    return letters.has("?") ? new Set("ABCDEFGHIJKLMNOPQRSTUVWXYZ") : letters;
  };

  return { found, next };
})();
