// Signing by hand: strokes in the units of the sheet, which are those of the canvas.
window.signing = (canvas, changed) => {
  const pen = canvas.getContext("2d");
  const MOST = 3800, STROKES = 190;              // points and strokes that the host takes, with some to spare
  let strokes = [], drawn = null, points = 0;
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    const at = (v, size, most) => Math.min(Math.max(Math.round((v / size) * most), 0), most);
    return [at(event.clientX - box.left, box.width, canvas.width), at(event.clientY - box.top, box.height, canvas.height)];
  };
  const line = (from, to) => {
    pen.lineWidth = 5;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#14201D";
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.stroke();
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (drawn !== null || points >= MOST || strokes.length >= STROKES) return;   // a second finger; the sheet is full
    canvas.setPointerCapture(event.pointerId);
    drawn = event.pointerId;
    strokes.push([point(event)]);
    points += 1;
    line(strokes.at(-1)[0], strokes.at(-1)[0]);
    changed();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== drawn) return;
    const stroke = strokes.at(-1);
    for (const one of event.getCoalescedEvents?.() ?? [event]) {
      const to = point(one), from = stroke.at(-1);
      if (points >= MOST || Math.hypot(to[0] - from[0], to[1] - from[1]) < 3) continue;
      line(from, to);
      stroke.push(to);
      points += 1;
    }
  });
  for (const end of ["pointerup", "pointercancel"])
    canvas.addEventListener(end, (event) => { if (event.pointerId === drawn) { drawn = null; changed(); } });
  const clear = () => { strokes = []; drawn = null; points = 0; pen.clearRect(0, 0, canvas.width, canvas.height); changed(); };
  const spread = () => {
    const points = strokes.flat();
    const range = (axis) => Math.max(...points.map((p) => p[axis])) - Math.min(...points.map((p) => p[axis]));
    return points.length ? Math.max(range(0), range(1)) : 0;
  };
  return { strokes: () => strokes, clear, signed: () => spread() >= 40 };
};
