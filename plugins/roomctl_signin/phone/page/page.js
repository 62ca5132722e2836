// Sign-in by telephone, for browsers as old as 2013: the page works without this. With it a signature is drawn, and what
// was pressed without a line is kept and sent again, with the same key, until the host has answered.
(function () {
  "use strict";
  var form = document.getElementById("sign"), pad = document.getElementById("pad"), wrong = document.getElementById("wrong");
  var KEPT = "roomctl-sign-in " + document.body.getAttribute("data-meeting");
  var EACH = 5000, PATIENCE = 8000, MOST = 3800, STROKES = 190, LEAST = 40;   // ms; points and strokes; units of the sheet
  var strokes = [], drawn = false, points = 0, sending = false;

  function read() { try { return JSON.parse(localStorage.getItem(KEPT) || "[]"); } catch (e) { return memory; } }
  var memory = [];
  function write(rows) {
    memory = rows;
    try { if (rows.length) localStorage.setItem(KEPT, JSON.stringify(rows)); else localStorage.removeItem(KEPT); } catch (e) { /* a private window */ }
  }
  function say(text, safe) { if (wrong) { wrong.hidden = !text; wrong.textContent = text || ""; wrong.className = safe ? "box kept" : "box wrong"; } }
  function words(name) { return form ? form.getAttribute("data-" + name) : ""; }
  function field(name) { return form.elements[name].value; }

  // --- the sheet
  var canvas = document.getElementById("glass"), pen = canvas && canvas.getContext && canvas.getContext("2d");
  var left = canvas ? Number(canvas.getAttribute("data-left")) : 0;   // units of the sheet beside it: a telephone is narrow
  function point(at) {
    var box = canvas.getBoundingClientRect();
    function on(v, size, most) { return Math.min(Math.max(Math.round(v / size * most), 0), most); }
    return [left + on(at.clientX - box.left, box.width, canvas.width), on(at.clientY - box.top, box.height, canvas.height)];
  }
  function line(from, to) {
    pen.lineWidth = 7; pen.lineCap = pen.lineJoin = "round"; pen.strokeStyle = "#14201D";
    pen.beginPath(); pen.moveTo(from[0], from[1]); pen.lineTo(to[0] + 0.1, to[1]); pen.stroke();
  }
  function begin(at) {
    if (points >= MOST || strokes.length >= STROKES) return;
    drawn = true; points += 1; strokes.push([point(at)]);
    line(strokes[strokes.length - 1][0], strokes[strokes.length - 1][0]);
    say("");
  }
  function move(at) {
    var stroke, from, to;
    if (!drawn || points >= MOST) return;
    stroke = strokes[strokes.length - 1]; from = stroke[stroke.length - 1]; to = point(at);
    if (Math.abs(to[0] - from[0]) + Math.abs(to[1] - from[1]) < 4) return;
    line(from, to); stroke.push(to); points += 1;
  }
  function end() { drawn = false; }
  function touch(how) { return function (event) { event.preventDefault(); if (event.touches.length < 2) how(event.touches[0]); }; }
  function clear() { strokes = []; points = 0; drawn = false; pen.clearRect(left, 0, canvas.width, canvas.height); }
  function signed() {
    var low = [1e9, 1e9], high = [-1, -1], i, j, k;
    for (i = 0; i < strokes.length; i += 1) for (j = 0; j < strokes[i].length; j += 1) for (k = 0; k < 2; k += 1) {
      low[k] = Math.min(low[k], strokes[i][j][k]); high[k] = Math.max(high[k], strokes[i][j][k]);
    }
    return Math.max(high[0] - low[0], high[1] - low[1]) >= LEAST;
  }
  if (pen) {
    pad.hidden = false;
    pen.translate(-left, 0);
    canvas.addEventListener("touchstart", touch(begin)); canvas.addEventListener("touchmove", touch(move)); canvas.addEventListener("touchend", end);
    canvas.addEventListener("mousedown", begin); canvas.addEventListener("mousemove", move); document.addEventListener("mouseup", end);
    document.getElementById("again").addEventListener("click", clear);
  }

  // --- what was pressed
  function late(row) { var s = (new Date().getTime() - row.at) / 1000; return s > 3 ? Math.min(s, 86400) : 0; }
  function send() {
    var rows = read(), row = rows[0], asked;
    if (sending || !row) return;
    sending = true;
    asked = new XMLHttpRequest();
    asked.open("POST", row.to);
    asked.timeout = PATIENCE;
    asked.setRequestHeader("Content-Type", "application/json");
    asked.onload = function () {
      var told = null;
      sending = false;
      try { told = JSON.parse(asked.responseText); } catch (e) { /* not ours: a hotspot's page */ }
      if (asked.status === 200 && told && told.acts) return answered(row, told.acts[0]);
      if (asked.status === 401 || asked.status === 403) return say(words("scan"), true);
      if (told && told.title && (asked.status === 400 || asked.status === 404 || asked.status === 413 || asked.status === 422)) return answered(row, { ok: false, why: told.title });
      later();
    };
    asked.onerror = asked.ontimeout = function () { sending = false; later(); };
    asked.send(JSON.stringify({ acts: [{ key: row.key, person: row.person, proxy: row.proxy, strokes: row.strokes, ago: late(row) }] }));
  }
  function later() { say(words("kept"), true); setTimeout(send, EACH); }
  function answered(row, told) {
    var rows = read().filter(function (one) { return one.key !== row.key; });
    write(rows);
    if (told.ok) { location.replace(row.done); return; }
    say(told.why);
    if (form) form.getElementsByClassName("go")[0].getElementsByTagName("button")[0].disabled = false;
    send();
  }
  if (form) form.addEventListener("submit", function (event) {
    var button = form.getElementsByClassName("go")[0].getElementsByTagName("button")[0], page = form.getAttribute("action");
    event.preventDefault();
    if (button.disabled) return;
    if (pen && !signed()) { say(words("sign")); return; }
    button.disabled = true;
    say(words("wait"), true);
    write(read().concat([{ key: field("key"), person: field("person"), proxy: Boolean(field("proxy")), strokes: strokes, at: new Date().getTime(), to: form.getAttribute("data-acts"), done: page }]));
    send();
  });
  if (window.addEventListener) window.addEventListener("online", send);
  send();
})();
