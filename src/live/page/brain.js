/* A simulation: the raster of its latest second, rates, the five levels with a grip each, weights
 * of a projection.
 *
 * Every spike of the window that the run published is a dot in its neuron's row; populations lie
 * one under the other and are told apart by place, name and colour. */
'use strict';
const SYSTEMS = {
  dopamine: ['Dopamine', 'how much better than expected: gates learning'],
  serotonin: ['Serotonin', 'falls with punishment and stress: raises thresholds'],
  norepinephrine: ['Norepinephrine', 'rises with uncertainty and novelty: gain'],
  acetylcholine: ['Acetylcholine', 'rises with attention and novelty: learning, senses'],
  orexin: ['Orexin', 'rises with the phase of the day, falls with the need of sleep: arousal']};
const RASTER_AXIS = 24, RECENT_S = 10;
class Raster {
  constructor(canvas) {
    this.surface = new Surface(canvas);
    this.spikes = 0;
    this.image = null;
  }
  /* Row and colour of each neuron. */
  places(populations, down) {
    const key = populations.map(p => p.name + p.n).join() + down + colour('--c0');
    if (key === this.key) return;
    this.key = key;
    this.n = populations.reduce((sum, p) => sum + p.n, 0);
    this.rows = new Uint16Array(this.n);
    this.inks = new Uint32Array(this.n);
    this.bands = [];
    let at = 0;
    populations.forEach((population, k) => {
      const ink = pixel(curveColour(k), 255);
      this.bands.push({name: population.name, from: at / this.n, to: (at + population.n) / this.n});
      for (let i = 0; i < population.n; i++, at++) {
        this.rows[at] = Math.floor((at + 0.5) / this.n * down);
        this.inks[at] = ink;
      }
    });
  }
  draw(spikes, populations) {
    const s = this.surface.fit();
    if (!s) return;
    const across = this.surface.canvas.width;
    const down = this.surface.canvas.height - Math.round(RASTER_AXIS * s.ratio);
    this.places(populations, down);
    if (!this.image || this.image.width !== across || this.image.height !== down) {
      this.image = s.c.createImageData(across, down);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    const [begin, end] = spikes.window.data, length = Math.max(end - begin, 1);
    const from = end > 1 ? end - length : begin;
    this.window = [from, from + length];
    this.dots(spikes, from, length, across, down);
    s.c.putImageData(this.image, 0, 0);
    this.labels(s, from, length);
  }
  dots(spikes, from, length, across, down) {
    const {pixels, rows, inks, n} = this, i = spikes.i.data, t = spikes.t.data;
    const scale = (across - 2) / length, tall = n <= 2000 ? 2 : 1;
    pixels.fill(0);
    let drawn = 0;
    for (let k = 0; k < i.length; k++) {
      const neuron = i[k], column = Math.floor((t[k] - from) * scale);
      if (neuron < 0 || neuron >= n || column < 0 || column > across - 2) continue;
      const at = rows[neuron] * across + column, ink = inks[neuron];
      pixels[at] = ink;
      pixels[at + 1] = ink;
      if (tall === 2 && rows[neuron] + 1 < down) {
        pixels[at + across] = ink;
        pixels[at + across + 1] = ink;
      }
      drawn++;
    }
    this.spikes = drawn;
  }
  labels(s, from, length) {
    const {c} = s, down = s.h - RASTER_AXIS;
    c.strokeStyle = colour('--line');
    c.lineWidth = 1;
    c.textBaseline = 'top';
    c.beginPath();
    this.bands.forEach(band => {
      const top = Math.round(band.from * down) + 0.5;
      c.moveTo(0, top);
      c.lineTo(s.w, top);
    });
    c.moveTo(0, down - 0.5);
    c.lineTo(s.w, down - 0.5);
    c.stroke();
    c.fillStyle = colour('--soft');
    c.font = '12.5px ' + FONT;
    const axis = exactAxis(from, from + length, s.w < 500 ? 3 : 6);
    for (const value of ticksOf(axis)) {
      const x = (value - from) / length * s.w;
      if (x < 14 || x > s.w - 30) continue;
      c.textAlign = 'center';
      c.fillText(tickText(axis, value), x, down + 7);
    }
    c.textAlign = 'right';
    c.fillText('s', s.w, down + 7);
  }
}
/* One modulator: its course, and a slider. A free level moves the slider; who moves it holds the
 * level. */
class Level {
  constructor(view, k) {
    const name = MODULATORS[k], [title, meaning] = SYSTEMS[name];
    Object.assign(this, {view, k, name, element: part('level-part')});
    this.element.style.setProperty('--ink', 'var(--' + name + ')');
    say(one('b', this.element), title);
    say(one('small', this.element), meaning);
    this.plot = new Plot(one('canvas', this.element));
    this.slider = one('input', this.element);
    this.output = one('output', this.element);
    this.hold = one('.hold', this.element);
    this.slider.setAttribute('aria-label', title + ': hold it at');
    this.hold.setAttribute('aria-label', 'Hold ' + name);
    this.slider.addEventListener('input', () => {
      this.moving = performance.now();
      say(this.output, fixed(+this.slider.value, 2));
    });
    this.slider.addEventListener('change', () => {
      this.moving = performance.now();
      act([view.run], {do: 'clamp', of: name, value: +this.slider.value});
    });
    this.hold.addEventListener('click', () => act([view.run], this.held
      ? {do: 'release', of: name} : {do: 'clamp', of: name, value: +this.slider.value}));
  }
  draw(axis, titled) {
    const {run} = this.view, {metrics, state, about} = run, {name, k} = this;
    const modulator = about.modulators[k];
    const level = state.levels ? state.levels[k] : null;
    const on = Boolean(modulator && modulator.on);
    this.held = Boolean(state.held && state.held[k] !== null);
    const t = metrics.get('t_s');
    const column = metrics.has('peak.' + name) ? 'peak.' + name : 'level.' + name;
    const curves = [{label: name, colour: '--' + name, x: t, y: metrics.get(column), wide: 1.8}];
    if (t.length && isNumber(level) && state.t_s > t[t.length - 1])
      curves.push({label: '', colour: '--' + name, wide: 1.8,
                   x: [t[t.length - 1], state.t_s], y: [metrics.last(column), level]});
    this.plot.draw({
      x: axis, y: {low: 0, high: 1, step: 0.5}, curves: on ? curves : [], left: 36,
      xName: 'at', xText: v => number(v, 5) + ' s', xTitle: titled ? 's' : undefined,
      lines: modulator && isNumber(modulator.baseline) ? [{value: modulator.baseline}] : [],
      marks: this.view.marks});
    this.grip(level, on);
    const words = on ? ', now ' + fixed(level, 2) : ': not there';
    describe(this.plot.surface.canvas, SYSTEMS[name][0] + words);
  }
  grip(level, on) {
    const controlled = this.view.run.controlled && on;
    this.element.classList.toggle('plain', !this.view.run.controlled);
    this.slider.hidden = this.hold.hidden = !controlled;
    this.element.classList.toggle('held', this.held);
    this.element.classList.toggle('absent', !on);
    say(this.hold, this.held ? 'Release' : 'Hold');
    this.hold.setAttribute('aria-label', (this.held ? 'Release ' : 'Hold ') + this.name);
    this.hold.setAttribute('aria-pressed', this.held);
    if (performance.now() - (this.moving || -1e9) < 700) return;
    if (isNumber(level) && !this.slider.matches(':active')) this.slider.value = level;
    say(this.output, !on ? 'not there' : fixed(level, 2));
  }
}
class BrainView {
  constructor(run, host) {
    this.run = run;
    this.peers = [this]; /* whose charts have the same axes */
    this.element = part('brain-part');
    host.append(this.element);
    this.raster = new Raster(one('.spikes', this.element));
    this.rates = new Plot(one('[data-section=rates] canvas', this.element));
    this.maps = new Maps(one('.maps', this.element));
    this.span = one('.span', this.element);
    this.projection = one('.projection', this.element);
    this.measure = one('.measure', this.element);
    this.course = new Plot(one('[data-section=measures] canvas', this.element));
    this.measure.addEventListener('change', redraw);
    this.levels = MODULATORS.map((_, k) => new Level(this, k));
    one('.levels', this.element).append(...this.levels.map(level => level.element));
    const common = ['run', 'state', 'events'];
    const show = (name, wants, draw, rarely) =>
      watch(one('[data-section=' + name + ']', this.element), run, wants, draw, {rarely});
    this.sections = [
      show('raster', [...common, 'spikes'], () => this.drawRaster()),
      show('rates', [...common, 'metrics'], () => this.drawRates(), true),
      show('measures', [...common, 'metrics'], () => this.drawMeasures(), true),
      show('levels', [...common, 'metrics'], () => this.drawLevels()),
      show('weights', [...common, 'weights'], () => this.drawWeights(), true)];
    this.span.addEventListener('change', redraw);
    this.projection.addEventListener('change', () => {
      this.looked = this.projection.value;
      act([run], {do: 'look', of: this.projection.value}, true);
      this.run.block('weights').stale = true;
    });
  }
  /* Seconds that are seen: the latest, or all. */
  get axis() {
    if (this.run.over && !this.spanned) this.span.value = 'all';
    this.spanned = this.spanned || Boolean(this.run.state);
    const end = Math.max(...this.peers.map(view =>
      Math.max(view.run.metrics.last('t_s') || 0, (view.run.state || {}).t_s || 0)));
    if (this.span.value === 'recent' && end > RECENT_S) return exactAxis(end - RECENT_S, end, 5);
    if (this.span.value === 'recent') return exactAxis(0, RECENT_S, 5);
    this.end = roomAbove(Math.max(end, 0.1), this.end || 0);
    return exactAxis(0, this.run.over ? Math.max(end, 0.1) : this.end, 6);
  }
  get marks() {
    const dt = (this.run.about.dt_ms || 1) * 1e-3;
    return doneMarks(this.run, event => event.step * dt);
  }
  drawRaster() {
    const {about, state} = this.run, spikes = this.run.value('spikes');
    if (!about) return false;
    this.drawPopulations(about, state);
    if (!spikes) return false;
    this.raster.draw(spikes, about.populations);
    const [from, to] = this.raster.window;
    const spoken = plural(this.raster.spikes, 'spike');
    say(one('.shown', this.element), spoken + ' in ' + number(to - from, 3) + ' s');
    describe(this.raster.surface.canvas, 'Raster of ' + plural(this.raster.n, 'neuron') + ', ' +
             spoken + ' from ' + number(from, 4) + ' to ' + number(to, 4) + ' s');
    if (!statistics.first) statistics.first = performance.now();
    return undefined;
  }
  /* Names and rates, beside the bands where each has room, else below them. */
  drawPopulations(about, state) {
    const list = one('.populations', this.element), sizes = about.populations.map(p => p.n);
    if (!this.cells) this.cells = about.populations.map((population, k) => {
      const row = make('li'), name = make('b', '', population.name);
      const swatch = make('i', 'swatch d' + Math.floor(k / 8) % 3);
      swatch.style.setProperty('--ink', 'var(' + curveColour(k) + ')');
      const rate = make('span', 'rate'), lesion = make('span', 'lesioned');
      row.append(swatch, name, rate, lesion);
      row.title = plural(population.n, 'neuron');
      list.append(row);
      return {rate, lesion, name: population.name};
    });
    const tall = this.raster.surface.h - RASTER_AXIS, sum = sizes.reduce((a, b) => a + b, 0);
    const beside = this.element.clientWidth > 640 && tall * Math.min(...sizes) / sum >= 40;
    list.parentElement.classList.toggle('beside', beside);
    list.style.gridTemplateRows = beside ? sizes.map(n => n + 'fr').join(' ') : '';
    const rates = state && state.rates_hz || [], lesioned = state && state.lesioned || [];
    this.cells.forEach((cell, k) => {
      say(cell.rate, fixed(rates[k], 2) + ' Hz');
      say(cell.lesion, lesioned.includes(cell.name) ? 'lesioned' : '');
    });
  }
  drawRates() {
    const {about, metrics} = this.run;
    if (!about) return false;
    const t = metrics.get('t_s'), {axis} = this, from = lowerBound(t, axis.low);
    let high = 0.5;
    const curves = about.populations.map((population, k) => {
      const y = metrics.get('rate_hz.' + population.name);
      [, high] = rangeOf(y.subarray(from), 0, high);
      return {label: population.name, colour: curveColour(k), dash: curveDash(k), x: t, y};
    });
    this.highest = roomAbove(high, this.highest);
    const highest = Math.max(...this.peers.map(view => view.highest || 0));
    this.rates.draw({x: axis, y: exactAxis(0, highest, 4), xTitle: 's', xName: 'at', left: 36,
                     xText: v => number(v, 5) + ' s', curves, marks: this.marks});
    const all = about.populations.length;
    describe(this.rates.surface.canvas, 'Rates of ' + plural(all, 'population') +
             ' against time, up to ' + number(high, 3) + ' Hz');
    return undefined;
  }
  rangeOf(name) {
    const {metrics} = this.run, [low, high] = rangeOf(metrics.get(name), Infinity, -Infinity);
    return {low, high, end: metrics.last('t_s') || 0};
  }
  /* The reward in sum, and what a protocol measures; of the whole time. */
  drawMeasures() {
    const {metrics} = this.run, section = one('[data-section=measures]', this.element);
    const names = [...metrics.columns.keys()].filter(name => name.startsWith('measure.') ||
      name === 'reward' && rangeOf(metrics.get(name), 0, 0).some(end => end !== 0));
    section.classList.toggle('absent-yet', names.length === 0);
    if (names.length === 0) return false;
    choose(this.measure, names.map(name =>
      [name, name === 'reward' ? 'reward in sum' : spaced(name.slice('measure.'.length))]));
    const name = this.measure.value, x = metrics.get('t_s'), y = metrics.get(name);
    const ranges = this.peers.map(view => view.rangeOf(name));
    const low = Math.min(0, ...ranges.map(range => range.low));
    const high = Math.max(low + 1e-9, ...ranges.map(range => range.high));
    const end = Math.max(0.1, ...ranges.map(range => range.end));
    this.courseEnd = this.run.over ? end : roomAbove(end, this.courseEnd);
    const known = closeAxis(low, high, 4), label = this.measure.selectedOptions[0].text;
    this.course.draw({
      x: exactAxis(0, this.courseEnd, 6), y: known, xTitle: 's', xName: 'at',
      xText: v => number(v, 5) + ' s', left: 48, marks: this.marks,
      curves: [{label, colour: '--c6', wide: 1.8, x, y}]});
    describe(this.course.surface.canvas,
             label + ' against time, now ' + number(metrics.last(name), 4));
    return undefined;
  }
  drawLevels() {
    if (!this.run.about || !this.run.state || !this.run.about.modulators) return false;
    const {axis} = this;
    this.levels.forEach((level, k) => level.draw(axis, k === this.levels.length - 1));
    return undefined;
  }
  drawWeights() {
    const {about} = this.run, weights = this.run.value('weights');
    if (!about) return false;
    const label = this.projection.closest('label');
    const projections = about.projections || [];
    label.hidden = !this.run.controlled && source.live === false || projections.length < 2;
    choose(this.projection, projections.map(p => [p.name,
      p.name + (p.learns ? ', learns' : '') +
      (isNumber(p.synapses) ? ' (' + count(p.synapses) + ')' : '')]));
    if (!weights) return nothing(one('[data-section=weights]', this.element), this.run);
    const shown = Object.keys(weights)[0];
    if (shown === this.looked) this.looked = null;
    if (!this.looked && shown && this.projection !== document.activeElement)
      this.projection.value = shown;
    this.maps.draw(weights);
    return undefined;
  }
  static figures() {
    return [['t', 'simulated'], ['realtime', '× real time'], ['rate', 'Hz, mean rate'],
            ['reward', 'reward in sum'], ['left', 'left']];
  }
  static fill(run) {
    const {state, about} = run, sizes = about.populations.map(p => p.n);
    const all = sizes.reduce((sum, n) => sum + n, 0), rates = state.rates_hz || [];
    const mean = rates.length ? sizes.reduce((sum, n, k) => sum + n * rates[k], 0) / all : NaN;
    const left = state.realtime > 0 ? (state.duration_s - state.t_s) / state.realtime : NaN;
    const notes = (state.lesioned || []).map(name => ['plain', name + ' is lesioned.']);
    if (notes.length > 4)
      notes.splice(0, notes.length, ['plain', notes.length + ' parts are lesioned.']);
    return {
      values: {
        t: fixed(state.t_s, 2) + ' s',
        realtime: state.realtime >= 100 ? count(state.realtime) : fixed(state.realtime, 2),
        rate: fixed(mean, 2), reward: number(state.reward, 4),
        left: state.done ? 'done' : guess(left)},
      names: {t: 'simulated, of ' + number(state.duration_s, 6) + ' s'},
      share: state.duration_s > 0 ? state.t_s / state.duration_s : 0,
      notes: [...notes, state.resting && ['plain', 'Learning is off: no synapse changes.']]};
  }
}
