/* Drawing on canvases: colours, axes, curves, heat maps.
 *
 * The colours are the style sheet's, and so the report's, light or dark. Every curve that is drawn
 * shows each pixel column's least and greatest value: no peak is lost, however many points there
 * are. */
'use strict';
const CURVES = ['--c0', '--c1', '--c2', '--c3', '--c4', '--c5', '--c6', '--c7'];
const DASHES = [[], [8, 5], [2, 4]];
const MODULATORS = ['dopamine', 'serotonin', 'norepinephrine', 'acetylcholine', 'orexin'];
const FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif';
const HEAT_BELOW = [[0x6b, 0xa8, 0xe5], [0x1f, 0x6f, 0xc4]];
const HEAT_ABOVE = [[0xf2, 0xa0, 0x6a], [0xd9, 0x4f, 0x0e]];
const theme = {colours: {}, heard: []};
const colour = name => {
  if (!name.startsWith('--')) return name;
  if (!theme.colours[name])
    theme.colours[name] = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return theme.colours[name];
};
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  theme.colours = {};
  theme.heard.forEach(f => f());
});
const rgb = name => {
  const hex = colour(name).slice(1);
  const full = hex.length === 3 ? [...hex].map(c => c + c).join('') : hex;
  return [0, 2, 4].map(k => parseInt(full.slice(k, k + 2), 16));
};
const pixel = (name, opacity) => {
  const [r, g, b] = rgb(name);
  return ((opacity << 24) | (b << 16) | (g << 8) | r) >>> 0;
};
const curveColour = k => CURVES[k % CURVES.length];
const curveDash = k => DASHES[Math.floor(k / CURVES.length) % DASHES.length];
/* A canvas whose pixels are the screen's. fit() promises {c, w, h, ratio}, with w and h in CSS
 * pixels, or null where it is not laid out. */
class Surface {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d');
    this.w = this.h = 0;
    new ResizeObserver(entries => {
      const box = entries[0].contentRect;
      this.w = box.width;
      this.h = box.height;
      touched(canvas);
    }).observe(canvas);
  }
  fit() {
    if (!this.w || !this.h) {
      this.w = this.canvas.clientWidth;
      this.h = this.canvas.clientHeight;
      if (!this.w || !this.h) return null;
    }
    const ratio = clamp(devicePixelRatio || 1, 1, 2), c = this.context;
    const across = Math.round(this.w * ratio), down = Math.round(this.h * ratio);
    if (this.canvas.width !== across || this.canvas.height !== down) {
      this.canvas.width = across;
      this.canvas.height = down;
    }
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, this.w, this.h);
    return {c, w: this.w, h: this.h, ratio};
  }
}
/* ------------------------------------------------------------------------------ axes */
const roundStep = rough => {
  const power = 10 ** Math.floor(Math.log10(rough)), lead = rough / power;
  const nice = [1, 2, 2.5, 5, 10].find(step => lead <= step * 1.001);
  return nice * power;
};
const exactAxis = (low, high, ticks) => {
  if (!isFinite(low) || !isFinite(high)) [low, high] = [0, 1];
  if (!(high - low > 1e-9 * Math.max(Math.abs(low), Math.abs(high)))) {
    const room = low === 0 ? 1 : Math.abs(low) * 0.1;
    low -= low === 0 ? 0 : room;
    high += room;
  }
  return {low, high, step: roundStep((high - low) / ticks)};
};
const roundAxis = (low, high, ticks) => {
  const axis = exactAxis(low, high, ticks);
  axis.low = Math.floor(axis.low / axis.step + 1e-9) * axis.step;
  axis.high = Math.ceil(axis.high / axis.step - 1e-9) * axis.step;
  return axis;
};
const ticksOf = axis => {
  const ticks = [];
  for (let k = Math.ceil(axis.low / axis.step - 1e-9); ticks.length < 64; k++) {
    const value = k * axis.step || 0;
    if (value > axis.high + 1e-9 * axis.step) break;
    ticks.push(value);
  }
  return ticks;
};
const tickText = (axis, value) => {
  const size = Math.max(Math.abs(axis.low), Math.abs(axis.high));
  if (Math.abs(value) < axis.step * 1e-6) return '0';
  if (size >= 1e7 || size < 1e-3) return number(value, 3);
  let places = 0;
  for (let s = axis.step; places < 9 && Math.abs(s - Math.round(s)) > 1e-6; s *= 10) places++;
  return fixed(value, places);
};
/* Ends near to the data: a fifth of a step is all that is added. */
const closeAxis = (low, high, ticks) => {
  const axis = exactAxis(low, high, ticks), fine = axis.step / 5;
  axis.low = Math.floor(axis.low / fine + 1e-9) * fine;
  axis.high = Math.ceil(axis.high / fine - 1e-9) * fine;
  return axis;
};
/* Ends of axes move seldom: the axis reaches at least a quarter beyond what made it grow. */
const roomAbove = (value, before) => {
  if (before >= value && before <= 3 * value) return before;
  const step = roundStep(value * 1.15 / 4);
  return Math.ceil(value * 1.15 / step) * step;
};
const rangeOf = (values, low, high) => {
  for (let k = 0; k < values.length; k++) {
    const v = values[k];
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return [low, high];
};
/* ------------------------------------------------------------------------------ curves */
/* A curve's pixel columns, half a pixel apart: where each is, and its first, last, least and
 * greatest value. The same arrays serve every curve. What is no number is passed over. */
const columns = {n: 0, points: 0, room: 0};
const takeColumns = (x, y, begin, end, offset, scale) => {
  const room = 2 * Math.ceil(screen.width + 4096);
  if (columns.room < room)
    for (const name of ['at', 'first', 'last', 'low', 'high'])
      columns[name] = new Float64Array(room);
  columns.room = room;
  const {at, first, last, low, high} = columns;
  let k = -1, points = 0, before = -1e9;
  for (let i = begin; i < end; i++) {
    const v = y[i];
    if (v !== v) continue;
    points++;
    const here = Math.round(2 * (offset + scale * x[i]));
    if (here !== before) {
      if (k + 1 >= room) break;
      k++;
      before = here;
      at[k] = here / 2;
      first[k] = last[k] = low[k] = high[k] = v;
    } else {
      last[k] = v;
      if (v < low[k]) low[k] = v;
      if (v > high[k]) high[k] = v;
    }
  }
  columns.n = k + 1;
  columns.points = points;
};
const strokeColumns = (c, toY) => {
  const {at, first, last, low, high, n} = columns;
  c.beginPath();
  for (let k = 0; k < n; k++) {
    c.lineTo(at[k], toY(first[k]));
    if (low[k] === high[k]) continue;
    c.lineTo(at[k], toY(low[k]));
    c.lineTo(at[k], toY(high[k]));
    c.lineTo(at[k], toY(last[k]));
  }
  c.stroke();
};
/* Where many points share a column their range is filled. */
const fillColumns = (c, toY) => {
  const {at, low, high, n} = columns;
  c.beginPath();
  for (let k = 0; k < n; k++) c.lineTo(at[k], toY(high[k]) - 0.5);
  for (let k = n; k-- > 0;) c.lineTo(at[k], toY(low[k]) + 0.5);
  c.closePath();
  c.fill();
};
/* The first k with x[k] >= value. */
const lowerBound = (x, value) => {
  let low = 0, high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
};
/* A chart: axes, curves, lines across, marks down, and what is under the pointer. One is made for
 * each canvas; draw(frame) draws it. frame: {x, y: axes, xTitle, curves: [{label, colour, dash, x,
 * y, faint, wide}], lines: [{value, label, text, zero}], marks: [{x, label, colour}], xTick(value)
 * of ticks, xText(value) of read-outs} */
class Plot {
  constructor(canvas) {
    this.surface = new Surface(canvas);
    this.frame = null;
    this.cursor = NaN;
    this.points = 0;
    this.drawn = 0;
    canvas.addEventListener('pointermove', event => this.point(event));
    canvas.addEventListener('pointerdown', event => this.point(event));
    canvas.addEventListener('pointerleave', () => this.leave());
    canvas.addEventListener('blur', () => this.leave());
    canvas.addEventListener('keydown', event => this.keys(event));
  }
  draw(frame) {
    if (frame) this.frame = frame;
    else frame = this.frame;
    const s = frame && this.surface.fit();
    if (!s) return;
    const narrow = s.w < 480;
    const named = frame.lines && frame.lines.some(line => line.label);
    this.left = frame.bare ? 0 : frame.left || 44;
    this.right = frame.bare ? 0 : named && !narrow ? frame.right || 150 : 10;
    this.top = frame.bare ? 1 : 7;
    this.bottom = frame.bare ? 1 : frame.xTitle === undefined ? 7 : 38;
    this.w = s.w - this.left - this.right;
    this.h = s.h - this.top - this.bottom;
    const {x, y} = frame;
    const across = this.w / (x.high - x.low), down = this.h / (y.high - y.low);
    this.toX = v => this.left + (v - x.low) * across;
    this.toY = v => this.top + (y.high - v) * down;
    if (!frame.bare) this.axes(s.c, frame, narrow);
    s.c.save();
    s.c.beginPath();
    s.c.rect(this.left, 0, this.w + 1, this.top + this.h + 1);
    s.c.clip();
    (frame.marks || []).forEach(mark => this.mark(s.c, mark));
    this.points = 0;
    frame.curves.forEach(curve => this.curve(s.c, curve));
    s.c.restore();
    this.names(s.c, frame, narrow);
    this.pointed(s.c);
    this.drawn++;
  }
  axes(c, frame, narrow) {
    const {x, y} = frame;
    c.font = '12.5px ' + FONT;
    c.lineWidth = 1;
    c.strokeStyle = colour('--line');
    c.fillStyle = colour('--soft');
    c.textAlign = 'right';
    c.textBaseline = 'middle';
    c.beginPath();
    for (const value of ticksOf(y)) {
      const at = Math.round(this.toY(value)) + 0.5;
      c.moveTo(this.left, at);
      c.lineTo(this.left + this.w, at);
      c.fillText(frame.yText ? frame.yText(value) : tickText(y, value), this.left - 9, at);
    }
    c.stroke();
    if (frame.xTitle === undefined) return;
    c.textBaseline = 'top';
    let free = -1e9;
    const base = this.top + this.h + 7;
    for (const value of ticksOf(x)) {
      const text = frame.xTick ? frame.xTick(value) : tickText(x, value);
      const width = c.measureText(text).width;
      const middle = clamp(this.toX(value), this.left + (narrow ? 0 : -20) + width / 2,
                           this.left + this.w + 10 - width / 2);
      if (middle - width / 2 < free) continue;
      c.textAlign = 'center';
      c.fillText(text, middle, base);
      free = middle + width / 2 + 14;
    }
    c.textAlign = 'right';
    c.fillText(frame.xTitle, this.left + this.w, base + 16);
  }
  curve(c, curve) {
    const {x, y} = curve, frame = this.frame;
    const begin = Math.max(0, lowerBound(x, frame.x.low) - 1);
    const end = Math.min(x.length, lowerBound(x, frame.x.high) + 1);
    const scale = this.w / (frame.x.high - frame.x.low);
    takeColumns(x, y, begin, Math.min(end, y.length), this.left - frame.x.low * scale, scale);
    c.strokeStyle = c.fillStyle = colour(curve.colour);
    c.globalAlpha = curve.faint ? 0.4 : 1;
    c.lineWidth = columns.points === 1 ? 6 : curve.wide || (curve.faint ? 1 : 1.6);
    c.lineJoin = c.lineCap = 'round';
    c.setLineDash(curve.dash || []);
    if (curve.faint && columns.points > 2 * columns.n) fillColumns(c, this.toY);
    else strokeColumns(c, this.toY);
    c.setLineDash([]);
    c.globalAlpha = 1;
    this.points += columns.points;
  }
  mark(c, mark) {
    const at = Math.round(this.toX(mark.x)) + 0.5;
    if (!(at >= this.left && at <= this.left + this.w + 1)) return;
    c.strokeStyle = colour(mark.colour || '--known');
    c.lineWidth = 1;
    c.setLineDash([2, 3]);
    c.beginPath();
    c.moveTo(at, this.top);
    c.lineTo(at, this.top + this.h);
    c.stroke();
    c.setLineDash([]);
    if (!mark.label) return;
    c.font = '11px ' + FONT;
    c.textAlign = 'left';
    c.textBaseline = 'top';
    c.fillStyle = colour('--soft');
    c.fillText(mark.label, at + 3, this.top - 1);
  }
  /* Known lines, dashed and named; names keep apart. */
  names(c, frame, narrow) {
    const lines = (frame.lines || []).filter(l => l.value >= frame.y.low && l.value <= frame.y.high)
      .sort((a, b) => b.value - a.value);
    c.lineWidth = 1.4;
    c.strokeStyle = colour('--known');
    c.setLineDash([5, 4]);
    c.beginPath();
    for (const line of lines.filter(l => !l.zero)) {
      c.moveTo(this.left, this.toY(line.value));
      c.lineTo(this.left + this.w, this.toY(line.value));
    }
    c.stroke();
    c.setLineDash([]);
    const zero = lines.find(l => l.zero);
    if (zero) {
      c.globalAlpha = 0.55;
      c.lineWidth = 1;
      c.beginPath();
      c.moveTo(this.left, Math.round(this.toY(zero.value)) + 0.5);
      c.lineTo(this.left + this.w, Math.round(this.toY(zero.value)) + 0.5);
      c.stroke();
      c.globalAlpha = 1;
    }
    c.textBaseline = 'middle';
    c.textAlign = 'left';
    let free = -1e9;
    for (const line of lines) {
      if (!line.label) continue;
      let at = Math.max(this.toY(line.value) - (narrow ? 9 : 0), free);
      at = Math.min(at, this.top + this.h + 4);
      free = at + 15;
      c.font = '13px ' + FONT;
      const width = c.measureText(line.label + ' ').width;
      c.font = '620 13px ' + FONT;
      const whole = width + c.measureText(line.text).width;
      const from = narrow ? this.left + this.w - whole - 2 : this.left + this.w + 10;
      if (narrow) {
        c.strokeStyle = colour('--paper');
        c.lineWidth = 4;
        c.strokeText(line.text, from + width, at);
        c.font = '13px ' + FONT;
        c.strokeText(line.label + ' ', from, at);
        c.font = '620 13px ' + FONT;
      }
      c.fillStyle = colour('--text');
      c.fillText(line.text, from + width, at);
      c.font = '13px ' + FONT;
      c.fillStyle = colour('--soft');
      c.fillText(line.label + ' ', from, at);
    }
  }
  /* ---------------------------------------------------------------- under the pointer */
  point(event) {
    if (!this.frame || this.frame.bare || !this.toX) return;
    const box = this.surface.canvas.getBoundingClientRect(), {x} = this.frame;
    const share = (event.clientX - box.left - this.left) / this.w;
    this.cursor = x.low + clamp(share, 0, 1) * (x.high - x.low);
    this.read(event.clientX, event.clientY);
  }
  keys(event) {
    if (!this.frame || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return;
    event.preventDefault();
    const x = this.frame.curves.length ? this.frame.curves[0].x : [];
    if (!x.length) return;
    const from = isNaN(this.cursor) ? x.length - 1 : this.nearest(x, this.cursor);
    const far = event.shiftKey ? Math.ceil(x.length / 50) : 1;
    const step = event.key === 'ArrowLeft' ? -far : far;
    this.cursor = x[clamp(from + step, 0, x.length - 1)];
    const box = this.surface.canvas.getBoundingClientRect();
    this.read(box.left + this.toX(this.cursor), box.top + box.height / 2);
  }
  leave() {
    if (isNaN(this.cursor)) return;
    this.cursor = NaN;
    tip.hide();
    this.draw();
  }
  nearest(x, value) {
    const k = lowerBound(x, value);
    if (k >= x.length) return x.length - 1;
    return k > 0 && value - x[k - 1] < x[k] - value ? k - 1 : k;
  }
  read(clientX, clientY) {
    const rows = [];
    let at = this.cursor;
    this.frame.curves.forEach(curve => {
      if (!curve.x.length || !curve.label) return;
      const k = this.nearest(curve.x, this.cursor);
      at = curve.x[k];
      rows.push([curve, curve.y[k]]);
    });
    if (rows.length) this.cursor = at;
    const frame = this.frame, x = frame.xText ? frame.xText(at) : number(at, 5);
    tip.show(clientX, clientY, (frame.xName || '') + ' ' + x, rows.slice(0, 12));
    this.draw();
  }
  pointed(c) {
    if (!(this.cursor >= this.frame.x.low && this.cursor <= this.frame.x.high)) return;
    const at = Math.round(this.toX(this.cursor)) + 0.5;
    c.strokeStyle = colour('--text');
    c.globalAlpha = 0.6;
    c.lineWidth = 1;
    c.beginPath();
    c.moveTo(at, this.top);
    c.lineTo(at, this.top + this.h);
    c.stroke();
    c.globalAlpha = 1;
  }
}
/* The box beside the pointer. */
const tip = {
  element: null,
  show(x, y, head, rows) {
    if (!this.element) this.element = one('#tip');
    const children = [make('p', '', head)];
    for (const [curve, value] of rows) {
      const row = make('div', 'row'), swatch = make('i', 'swatch');
      swatch.style.setProperty('--ink', colour(curve.colour));
      row.append(swatch, make('span', '', curve.label), make('b', '', number(value, 4)));
      children.push(row);
    }
    this.element.replaceChildren(...children);
    this.element.hidden = false;
    const box = this.element.getBoundingClientRect();
    const beyond = x + 18 + box.width > innerWidth;
    const left = beyond ? x - box.width - 18 : x + 18;
    this.element.style.left = clamp(left, 4, Math.max(4, innerWidth - box.width - 4)) + 'px';
    this.element.style.top = clamp(y - box.height / 2, 4, innerHeight - box.height - 4) + 'px';
  },
  hide() {
    if (this.element) this.element.hidden = true;
  }
};
/* ------------------------------------------------------------------------------ heat maps */
/* The report's: opacity is the magnitude, so that zero is the ground of the page; faint grey: no
 * number. */
const heatPixels = (() => {
  const table = new Uint32Array(256);
  for (let k = 0; k < 255; k++) {
    const m = Math.abs(k - 127) / 127, [faint, full] = k > 127 ? HEAT_ABOVE : HEAT_BELOW;
    const mix = [0, 1, 2].map(c => Math.round((1 - m) * faint[c] + m * full[c]));
    table[k] = ((Math.round(255 * m) << 24) | (mix[2] << 16) | (mix[1] << 8) | mix[0]) >>> 0;
  }
  table[255] = 0x22808080;
  return table;
})();
const heatIndex = (value, scale) =>
  isFinite(value) ? 127 + Math.round(127 * clamp(value / scale, -1, 1)) : 255;
/* Values [rows][cols] as the canvas's pixels, one each; `at(row, col)` says which. The style sheet
 * scales it. */
const drawHeat = (canvas, rows, cols, at, scale) => {
  if (canvas.width !== cols || canvas.height !== rows) {
    canvas.width = cols;
    canvas.height = rows;
  }
  const context = canvas.getContext('2d');
  const image = context.createImageData(cols, rows);
  const out = new Uint32Array(image.data.buffer);
  for (let i = 0, k = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) out[k++] = heatPixels[heatIndex(at(i, j), scale)];
  context.putImageData(image, 0, 0);
};
/* A scale that seldom moves: the 99th of a hundred magnitudes, rounded up. */
const heatScale = values => {
  const step = Math.max(1, Math.floor(values.length / 4096)), sizes = [];
  for (let k = 0; k < values.length; k += step)
    if (isFinite(values[k])) sizes.push(Math.abs(values[k]));
  if (!sizes.length) return 1;
  sizes.sort((a, b) => a - b);
  const high = sizes[Math.floor(0.99 * (sizes.length - 1))] || sizes[sizes.length - 1];
  return high > 0 ? roundStep(high) : 1;
};
