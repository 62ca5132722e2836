// What was done here and is not answered yet, and what the host told last: both outlive a reload and a power cut.
window.keeping = (() => {
  const [screen, id] = location.pathname.replace(/\/$/, "").split("/").slice(-2);
  const meeting = screen === "terminal" ? id : `${screen}/${id}`;   // a rehearsal keeps its own
  let memory = null;                             // where the browser keeps nothing (private window, full disk)

  const opened = new Promise((done) => {
    const asked = indexedDB.open("roomctl-signin", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("acts", { keyPath: "key" });
      asked.result.createObjectStore("sights", { keyPath: "meeting" });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => { memory = { acts: new Map(), sights: new Map() }; done(null); };
  });
  const request = async (store, mode, how) => {
    const base = await opened;
    if (!base) return null;
    return new Promise((done, failed) => {
      const work = base.transaction(store, mode, { durability: "strict" });
      const asked = how(work.objectStore(store));
      work.oncomplete = () => done(asked.result);
      work.onerror = work.onabort = () => failed(work.error);
    });
  };
  const put = async (store, row) => {
    try {
      await request(store, "readwrite", (rows) => rows.put(row));
    } catch { memory ??= { acts: new Map(), sights: new Map() }; }
    memory?.[store].set(row.key ?? row.meeting, row);
  };

  const add = async (act) => {
    const row = roomScreen.done({ ...act, meeting });
    await put("acts", row);
    return row;
  };
  const waiting = async () => {
    const kept = (await request("acts", "readonly", (rows) => rows.getAll())) || [];
    const all = new Map([...kept, ...(memory?.acts.values() ?? [])].map((row) => [row.key, row]));
    return [...all.values()].filter((row) => row.meeting === meeting).sort((a, b) => a.at - b.at || a.mono - b.mono);
  };
  const drop = async (act) => {
    memory?.acts.delete(act);
    await request("acts", "readwrite", (rows) => rows.delete(act));
  };
  const keep = (sight) => put("sights", { meeting, ...sight });
  const kept = async () => (await request("sights", "readonly", (rows) => rows.get(meeting))) || memory?.sights.get(meeting) || null;

  /** Names that would be there after a power cut: read back, not believed. */
  const safe = async () => (memory ? 0 : ((await request("sights", "readonly", (rows) => rows.get(meeting)).catch(() => null))?.sight.names.length ?? 0));

  return { add, waiting, drop, keep, kept, safe };
})();
