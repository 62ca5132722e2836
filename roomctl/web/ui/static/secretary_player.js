// The sound under the text: played by sentence or through, seen as a picture, sought by a press.
(() => {
  const W = window.rcWords,
    { said } = W;
  const STEP = 5; // seconds that J and K go
  const POINTS = 1200; // of the picture of the whole meeting
  let audio = null,
    loaded = "",
    sealed = 0,
    wanted = null,
    until = null,
    looping = false,
    speed = 1,
    frame = 0;

  // --- where it stands: in seconds of the whole meeting
  const sounds = () => W.opened.sounds;
  const soundAt = (second) => sounds().findLast((one) => one.at <= second + 1e-6) || sounds()[0];
  const offAt = (second) => {
    const one = soundAt(second),
      inside = second - (one?.at || 0);
    const span = one?.off.find(([a, b]) => inside >= a - 0.01 && inside < b - 0.01);
    return span ? one.at + span[1] : null;
  };
  let standing = 0;
  W.now = () =>
    audio && loaded && wanted === null && !audio.seeking ? (W.sound(loaded)?.at || 0) + audio.currentTime : standing;
  W.playing = () => Boolean(audio && !audio.paused);
  const deaf = () =>
    !W.opened.hear
      ? said("你的角色不能听录音", "your role does not hear recordings")
      : !W.opened.seconds
        ? said("没有录音", "no recording")
        : sounds().every((one) => one.sealed === 0)
          ? said("还没有封存的声音，一分钟内就有", "nothing is sealed yet; within a minute there is")
          : "";

  const load = (sound) => {
    if (loaded === sound.id && (sealed === sound.sealed || !sound.live || !audio.paused)) return; // it has grown since
    loaded = sound.id;
    sealed = sound.sealed;
    audio.src = `${W.opened.api}/recordings/${sound.id}/sound`;
    audio.playbackRate = speed;
  };
  const seek = (second, begin = false) => {
    let to = Math.min(Math.max(0, second), Math.max(0, W.opened.seconds - 0.05));
    to = offAt(to) ?? to;
    standing = to;
    const sound = soundAt(to);
    if (!audio || !sound || deaf() || !(loaded || begin)) {
      drawn();
      return;
    } // who listens is noted: nothing is asked for unasked
    load(sound);
    const inside = to - sound.at;
    if (audio.readyState >= 1) {
      audio.currentTime = inside;
      wanted = null;
    } else wanted = inside;
    drawn();
  };
  const play = () => {
    if (deaf()) {
      W.tell(deaf(), "", "warn");
      return;
    }
    if (!loaded) seek(standing, true);
    audio.playbackRate = speed;
    audio.play().catch((error) => {
      if (error.name !== "AbortError") trouble();
    });
  };
  const trouble = () => {
    if (!loaded) return;
    W.tell(
      said("放不出声音", "the sound cannot be played"),
      said(
        "声音文件读不到，或主机没有应答；文字不受影响。再按一次播放",
        "its file cannot be read, or the host does not answer; the text is safe. Press play again",
      ),
    );
    loaded = "";
    wanted = null;
  };

  /** Plays from a second on; to the end, or to `to`. */
  W.hear = (second, to = null) => {
    until = to;
    seek(second, !deaf());
    play();
  };
  W.playSpan = (from, to) => W.hear(from, to);
  W.toggle = () => {
    if (W.playing()) audio.pause();
    else {
      until = null;
      if (looping) bound();
      play();
    }
  };
  W.skip = (seconds) => {
    until = null;
    seek(W.now() + seconds);
    follow(true);
  };
  W.sentence = () => {
    const line = W.lines[W.current];
    if (line) W.hear(W.from(line), W.to(line));
  };
  const bound = () => {
    const line = W.lines[W.current];
    if (line && looping) until = W.to(line) + 0.15;
  };
  W.loop = (on = !looping) => {
    looping = on;
    const e = document.querySelector('[data-do="loop"]');
    e?.setAttribute("aria-pressed", String(on));
    e?.classList.toggle("rc-on", on);
    if (on) {
      bound();
      if (!W.playing()) W.sentence();
    } else until = null;
  };
  W.speed = (to) => {
    const box = W.box("speed"),
      all = [...box.options].map((one) => Number(one.value));
    const at = all.indexOf(speed);
    speed = typeof to === "number" ? all[Math.min(all.length - 1, Math.max(0, at + to))] : Number(box.value);
    box.value = String(speed);
    if (audio) audio.playbackRate = speed;
  };

  // --- what moves while it plays
  const follow = (always = false) => {
    const now = W.now(),
      place = W.at(now);
    if (place >= 0 && place !== W.current && !looping && !W.editing && (always || W.playing())) W.go(place, { by: "sound" });
    marking();
  };
  const marking = () => {
    if (!window.Highlight || !CSS.highlights) return;
    CSS.highlights.delete("rc-word");
    const line = W.lines[W.current],
      row = W.shownRow(W.current);
    if (!line || !row || !W.playing() || W.editing) return;
    const word = W.word(line, W.now()),
      p = row.querySelector("p");
    const range = word && W.range(p, word[0], word[1]);
    if (range) CSS.highlights.set("rc-word", new Highlight(range));
  };
  const tick = () => {
    frame = 0;
    if (!W.playing()) {
      drawn();
      return;
    }
    const now = W.now();
    standing = now;
    if (until !== null && now >= until) {
      const line = W.lines[W.current];
      if (looping && line) {
        seek(W.from(line));
        bound();
      } else {
        audio.pause();
        until = null;
      }
    }
    const over = offAt(now);
    if (over !== null) seek(over);
    follow();
    drawn();
    frame = requestAnimationFrame(tick);
  };
  const go = () => {
    if (!frame) frame = requestAnimationFrame(tick);
  };

  // --- the picture
  let shape = [],
    marks = [];
  const colour = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
  const picture = async () => {
    const all = W.opened.seconds,
      made = [];
    if (!all) return;
    for (const one of sounds()) {
      if (!one.seconds) continue;
      try {
        const told = await W.ask(
          "GET",
          `/recordings/${one.id}/envelope?points=${Math.max(20, Math.round((POINTS * one.seconds) / all))}`,
        );
        const n = Math.max(0, ...told.peaks.map((track) => track.length));
        for (let k = 0; k < n; k++) {
          const loud = Math.max(...told.peaks.map((track) => track[k] ?? -120));
          made.push({ from: one.at + told.start + k * told.seconds, to: one.at + told.start + (k + 1) * told.seconds, loud });
        }
      } catch {
        /* its levels are gone, or it may not be seen: the bar stays without a shape */
      }
    }
    shape = made;
    drawn(true);
  };
  const reckon = () => {
    marks = [];
    for (const line of W.lines) if (W.doubtful(line)) marks.push(W.from(line));
    W.put(W.box("doubts"), String(marks.length));
    drawn(true);
  };
  let last = "";
  const drawn = (anew = false) => {
    const now = W.now(),
      all = W.opened?.seconds || 0;
    W.put(W.box("now"), W.clock(now));
    const bar = W.box("bar"),
      canvas = bar?.querySelector("canvas");
    if (!canvas) return;
    const w = canvas.clientWidth,
      h = canvas.clientHeight,
      dots = window.devicePixelRatio || 1;
    if (!w || !h) return;
    const x = (second) => (second / all) * w,
      key = `${Math.round(x(now) * dots)} ${w} ${document.body.className}`;
    if (!anew && key === last) return;
    last = key;
    bar.setAttribute("aria-valuenow", String(Math.round(now)));
    bar.setAttribute("aria-valuetext", W.clock(now));
    if (canvas.width !== Math.round(w * dots)) canvas.width = Math.round(w * dots);
    if (canvas.height !== Math.round(h * dots)) canvas.height = Math.round(h * dots);
    const pen = canvas.getContext("2d");
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.clearRect(0, 0, w, h);
    if (!all) return;
    const middle = h / 2 - 2,
      half = middle - 2;
    for (const hole of W.holes) {
      const at = W.sound(hole.recording)?.at || 0,
        a = x(at + hole.start),
        wide = Math.max(3, x(hole.end - hole.start));
      pen.fillStyle = colour("--warn-bg");
      pen.fillRect(a, 0, wide, h - 4);
      pen.fillStyle = colour("--warn");
      pen.fillRect(a, 0, 1.5, h - 4);
      pen.fillRect(a + wide - 1.5, 0, 1.5, h - 4);
    }
    const azure = colour("--azure"),
      rest = colour("--edge");
    pen.fillStyle = colour("--line");
    pen.fillRect(0, middle, w, 1);
    const pitch = 4;
    for (let left = 0, k = 0; left < w; left += pitch) {
      const from = (left / w) * all,
        to = ((left + pitch) / w) * all;
      let loud = -120;
      while (k < shape.length && shape[k].to <= from) k++;
      for (let n = k; n < shape.length && shape[n].from < to; n++) loud = Math.max(loud, shape[n].loud);
      if (loud <= -119) continue;
      const tall = Math.max(1.5, half * Math.pow(Math.min(1, Math.max(0, 1 + loud / 54)), 1.9));
      pen.fillStyle = to <= now ? azure : rest;
      pen.beginPath();
      pen.roundRect(left, middle - tall, 2.6, 2 * tall, 1);
      pen.fill();
    }
    for (const one of sounds())
      for (const [a, b] of one.off) {
        const left = x(one.at + a),
          wide = Math.max(2, x(b - a));
        pen.save();
        pen.beginPath();
        pen.rect(left, 0, wide, h - 4);
        pen.clip();
        pen.fillStyle = colour("--surface");
        pen.fillRect(left, 0, wide, h);
        pen.strokeStyle = rest;
        pen.lineWidth = 1.5;
        pen.beginPath();
        for (let i = left - h; i < left + wide + h; i += 6) {
          pen.moveTo(i, h);
          pen.lineTo(i + h, 0);
        }
        pen.stroke();
        pen.restore();
      }
    pen.fillStyle = colour("--warn");
    let before = -9;
    for (const second of marks) {
      const at = Math.round(x(second));
      if (at > before + 1) {
        pen.fillRect(at - 3, h - 3, 7, 3);
        before = at;
      }
    }
    pen.fillStyle = colour("--ink");
    pen.fillRect(Math.min(w - 2, x(now) - 1), 0, 2.5, h - 3);
  };

  const faces = () => {
    const e = document.querySelector('[data-do="play"]');
    if (!e) return;
    const on = W.playing(),
      path = on ? "M8 5v14M16 5v14" : "M8 5l11 7-11 7z";
    const shown = e.querySelector("path");
    if (shown.getAttribute("d") !== path) shown.setAttribute("d", path);
    const label = on ? said("暂停", "pause") : said("播放", "play");
    e.setAttribute("aria-label", label);
    e.title = `${label}  ${said("空格", "Space")}`;
  };

  W.on("start", () => {
    audio?.pause();
    audio = new Audio();
    audio.preload = "metadata";
    audio.preservesPitch = true;
    loaded = "";
    standing = 0;
    last = "";
    audio.addEventListener("loadedmetadata", () => {
      if (wanted !== null) {
        audio.currentTime = wanted;
        wanted = null;
      }
      audio.playbackRate = speed;
    });
    for (const name of ["play", "pause", "seeked", "ended"])
      audio.addEventListener(name, () => {
        faces();
        go();
        marking();
      });
    audio.addEventListener("error", trouble);
    audio.addEventListener("ended", () => {
      const next = sounds()[sounds().findIndex((one) => one.id === loaded) + 1];
      if (next?.sealed && until === null) W.hear(next.at);
      else drawn(true);
    });
    const bar = W.box("bar");
    const from = (event) => {
      const r = bar.getBoundingClientRect();
      return ((event.clientX - r.left) / r.width) * W.opened.seconds;
    };
    bar.addEventListener("pointerdown", (event) => {
      until = null;
      bar.setPointerCapture(event.pointerId);
      seek(from(event));
      follow(true);
    });
    bar.addEventListener("pointermove", (event) => {
      if (bar.hasPointerCapture(event.pointerId)) {
        seek(from(event));
        follow(true);
      }
    });
    bar.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -STEP, ArrowRight: STEP, PageUp: 60, PageDown: -60 }[event.key];
      if (by) {
        event.preventDefault();
        event.stopPropagation();
        W.skip(by);
      }
    });
    W.box("speed").addEventListener("change", () => W.speed());
    new ResizeObserver(() => drawn(true)).observe(bar);
    faces();
  });
  let pictured = -1;
  W.on("opened", () => {
    W.put(W.box("total"), ` / ${W.clock(W.opened.seconds).replace(/^0/, "")}`);
    W.box("bar").setAttribute("aria-valuemax", String(Math.round(W.opened.seconds)));
    const why = deaf(),
      told = W.box("deaf");
    told.hidden = !why;
    W.put(told, why);
    for (const name of ["play", "back", "forward", "loop"]) {
      const e = document.querySelector(`[data-do="${name}"]`);
      if (e) e.disabled = Boolean(why);
    }
    if (Math.abs(W.opened.seconds - pictured) > Math.max(5, pictured * 0.02)) {
      pictured = W.opened.seconds;
      picture();
    }
  });
  let soon = 0;
  W.on("read changed opened", () => {
    clearTimeout(soon);
    soon = setTimeout(reckon, 60);
  });
  W.on("current", ({ place, by }) => {
    if (by === "hand") {
      until = null;
      seek(W.from(W.lines[place]));
      bound();
    }
    drawn();
    marking();
  });
  W.on("filled", marking);
})();
