'use strict';
document.documentElement.classList.add('js');
const all = (what, within) => [...(within || document).querySelectorAll(what)];
const one = (what, within) => (within || document).querySelector(what);
const clamp = (x, low, high) => Math.min(high, Math.max(low, x));
const make = (name, classes, text) => {
  const element = document.createElement(name);
  if (classes) element.className = classes;
  if (text !== undefined) element.textContent = text;
  return element;
};
const number = (v, digits) => {
  if (v === null || v === undefined || !isFinite(v)) return '–';
  const size = Math.abs(v);
  if (size !== 0 && (size < 1e-4 || size >= 1e7))
    return v.toExponential(digits - 2).replace('e+', 'e').split('-').join('−');
  const places = Math.max(digits, size >= 1 ? Math.floor(Math.log10(size)) + 1 : 1);
  const text = v.toLocaleString('en-US', {maximumSignificantDigits: places});
  return text.replace('-', '−');
};
const tip = one('#tip');
const showTip = (event, children) => {
  tip.replaceChildren(...children);
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  const right = event.clientX + 18 + box.width > innerWidth;
  const left = right ? event.clientX - box.width - 18 : event.clientX + 18;
  tip.style.left = clamp(left, 4, Math.max(4, innerWidth - box.width - 4)) + 'px';
  const top = event.clientY - box.height / 2;
  tip.style.top = clamp(top, 4, innerHeight - box.height - 4) + 'px';
};
const share = (event, element) => {
  const box = element.getBoundingClientRect();
  return clamp((event.clientX - box.left) / box.width, 0, 1);
};
const addCursor = plot => {
  const cursor = make('div', 'cursor');
  cursor.hidden = true;
  plot.append(cursor);
  return cursor;
};
/* Read-outs under the pointer. */
const nearest = (values, k) => {
  for (let d = 0; d < values.length; d++) {
    if (k - d >= 0 && values[k - d] !== null) return k - d;
    if (k + d < values.length && values[k + d] !== null) return k + d;
  }
  return -1;
};
const readOut = (curve, k) => {
  const at = nearest(curve.y, k);
  const row = make('div', 'row');
  let text = at < 0 ? '–' : number(curve.y[at], 3);
  if (at >= 0 && curve.low && curve.low[at] !== null)
    text += ' (' + number(curve.low[at], 3) + ' to ' +
            number(curve.high[at], 3) + ')';
  row.append(make('i', 'swatch ' + curve.classes), make('span', '', curve.label),
             make('b', '', text));
  return row;
};
for (const figure of all('figure.chart')) {
  const plot = one('.plot', figure), source = one('script', figure);
  if (!plot || !source) continue;
  const data = JSON.parse(source.textContent), cursor = addCursor(plot);
  const width = data.high - data.low;
  const move = event => {
    const x = data.low + share(event, plot) * width;
    let k = 0;
    data.x.forEach((value, j) => {
      if (Math.abs(value - x) < Math.abs(data.x[k] - x)) k = j;
    });
    cursor.hidden = false;
    cursor.style.left = 100 * (data.x[k] - data.low) / width + '%';
    const head = data.unit === 'min' || data.unit === 's' || data.unit === 'h'
      ? number(data.x[k], 3) + ' ' + data.unit : data.unit + ' ' + number(data.x[k], 3);
    const rows = data.curves.map(curve => readOut(curve, k));
    showTip(event, [make('p', '', head), ...rows]);
  };
  plot.addEventListener('pointermove', move);
  plot.addEventListener('pointerdown', move);
  plot.addEventListener('pointerleave', () => { cursor.hidden = tip.hidden = true; });
}
/* The replay. */
const steady = v => { /* a width that does not jump from step to step */
  const plain = typeof v === 'number' && Math.abs(v) < 1000 && Math.abs(v) >= 0.01;
  return plain || v === 0 ? v.toFixed(2).replace('-', '−') : number(v, 2);
};
const replay = stage => {
  const data = JSON.parse(one('#episode-data').textContent), last = data.steps;
  const slider = one('#step'), play = one('#play'), now = one('#now');
  const agent = one('g.agent', stage);
  const home = agent && agent.getAttribute('transform');
  const trips = all('.trip', stage).reverse().map((line, k) => ({
    line, points: line.getAttribute('points').trim().split(' '),
    first: data.trips[k][0], end: data.trips[k][1]}));
  const plots = all('.strip', stage), cursors = plots.map(addCursor);
  const ways = all('.way', stage), outputs = all('output[data-of]', stage);
  const sums = [0], names = ['up', 'down', 'left', 'right'];
  (data.rewards || []).forEach(r => sums.push(sums[sums.length - 1] + (r || 0)));
  const story = t => {
    const words = ['step ' + t + ' of ' + last];
    if (data.rewards) words.push('reward so far ' + number(sums[t], 4));
    if (data.actions && t < last) {
      const p = data.policy && data.policy[4 * t + data.actions[t]];
      words.push('goes ' + names[data.actions[t]] +
                 (typeof p === 'number' ? ' (p = ' + p.toFixed(2) + ')' : ''));
    }
    return words.join(' · ');
  };
  const drawTrip = (trip, t) => {
    const over = t >= trip.end, begun = t >= trip.first;
    const length = over ? trip.points.length : begun ? t - trip.first + 1 : 0;
    const shown = trip.points.slice(0, length);
    trip.line.setAttribute('points', shown.join(' '));
    trip.line.classList.toggle('past', t < last && over);
    trip.line.classList.toggle('current', t < last && begun && !over);
    if (begun && !over) {
      const [x, y] = shown[shown.length - 1].split(',');
      agent.setAttribute('transform', 'translate(' + x + ' ' + y + ')');
    }
  };
  const show = t => {
    if (agent && t === last) agent.setAttribute('transform', home);
    trips.forEach(trip => drawTrip(trip, t));
    ways.forEach((way, k) => {
      way.style.opacity = t < last ? data.policy[4 * t + k] || 0 : 0;
    });
    cursors.forEach(cursor => {
      cursor.hidden = t === last;
      cursor.style.left = 100 * t / last + '%';
    });
    outputs.forEach(output => {
      const key = output.dataset.of, k = Math.min(t, last - 1);
      let text = data[key] && t < last ? steady(data[key][k]) : '';
      if (text && key === 'eta' && data.eta_sd)
        text += ' ± ' + steady(data.eta_sd[k]);
      output.textContent = text;
    });
    now.textContent = story(t);
  };
  let timer = 0;
  const halt = () => {
    clearInterval(timer);
    timer = 0;
    play.classList.remove('on');
  };
  const forward = () => {
    slider.value = +slider.value + 1;
    show(+slider.value);
    if (+slider.value >= last) halt();
  };
  play.addEventListener('click', () => {
    if (timer) return halt();
    if (+slider.value >= last) slider.value = 0;
    show(+slider.value);
    play.classList.add('on');
    timer = setInterval(forward, clamp(30000 / last, 25, 150));
  });
  slider.addEventListener('input', () => { halt(); show(+slider.value); });
  for (const plot of plots) {
    const at = event => Math.min(last - 1, Math.round(share(event, plot) * last));
    plot.addEventListener('pointermove', event => { if (!timer) show(at(event)); });
    plot.addEventListener('pointerleave', () => { if (!timer) show(+slider.value); });
    plot.addEventListener('click', event => {
      halt();
      slider.value = at(event);
      show(at(event));
    });
  }
  show(last);
};
if (one('#episode-stage')) replay(one('#episode-stage'));
/* The number under the pointer in a heat map, read back from the picture's pixels. */
const pixelsOf = async image => {
  const bytes = Uint8Array.from(atob(image.src.split(',')[1]), c => c.charCodeAt(0));
  const view = new DataView(bytes.buffer), parts = [];
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...bytes.slice(at + 4, at + 8));
    if (type === 'IDAT') parts.push(bytes.slice(at + 8, at + 8 + view.getUint32(at)));
  }
  const unpack = new DecompressionStream('deflate');
  const stream = new Blob(parts).stream().pipeThrough(unpack);
  return new Uint8Array(await new Response(stream).arrayBuffer());
};
for (const figure of all('figure.heat')) {
  const image = one('.map', figure), output = one('output', figure);
  const step = +figure.dataset.step, scale = +figure.dataset.scale;
  let pixels = null, asked = false;
  const move = async event => {
    if (typeof DecompressionStream === 'undefined') return;
    if (!asked) {
      asked = true;
      pixels = await pixelsOf(image);
    }
    if (!pixels) return;
    const n = image.naturalWidth, box = image.getBoundingClientRect();
    const column = Math.floor(share(event, image) * n * 0.999999);
    const depth = clamp((event.clientY - box.top) / box.height, 0, 0.999999);
    const row = Math.floor(depth * n);
    const index = pixels[row * (n + 1) + 1 + column];
    const value = index === 255 ? NaN : (index - 127) / 127 * scale;
    const ends = figure.dataset.beyond ? {0: '≤ ', 254: '≥ '} : {};
    const beyond = ends[index] || '';
    const place = column * step + ' → ' + row * step + ': ';
    output.textContent = place + beyond + number(value, 2);
  };
  image.addEventListener('pointermove', move);
  image.addEventListener('pointerdown', move);
  image.addEventListener('pointerleave', () => { output.textContent = ''; });
}
