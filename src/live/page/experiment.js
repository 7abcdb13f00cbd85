/* A published experiment or a sweep, which is many runs of several arms: all courses of a measure
 * in one chart, one small picture for each run, and, once it is over, the answers. A picture that
 * is chosen stands out in the chart. */
'use strict';
const ANSWERS = {met: ['good', '✓ '], missed: ['bad', '✕ '], 'too few seeds': ['open', '○ ']};
class Small {
  constructor(view, host, arm, seed) {
    Object.assign(this, {view, arm, seed, drawn: ''});
    this.element = button('', 'tile', () => view.choose(this));
    this.element.append(make('h3', '', 'seed ' + seed));
    this.canvas = make('canvas');
    this.canvas.setAttribute('aria-hidden', 'true');
    this.plot = new Plot(this.canvas);
    const line = make('p');
    this.value = make('span', 'much', '–');
    this.far = make('span', 'far', 'to come');
    line.append(this.value, this.far);
    this.element.append(this.canvas, line);
    host.append(this.element);
    watch(this.element, view.run, ['finished', 'study'], () => this.draw());
  }
  draw() {
    const result = this.view.results.get(this.arm.name + '\n' + this.seed);
    this.element.setAttribute('aria-pressed', String(this.view.chosen === this));
    this.element.setAttribute('aria-label', this.arm.name + ', seed ' + this.seed);
    if (!result) return;
    const {measure} = this.view, end = result.measures[measure];
    say(this.far, this.view.unitOf(this.arm));
    say(this.value, number(isNumber(end) ? end : NaN, 3));
    const axes = this.view.axes();
    if (axes) this.plot.draw({bare: true, ...axes, curves: [this.view.curve(result, 1.4)]});
  }
}
class ExperimentView {
  constructor(run, host) {
    this.run = run;
    this.peers = [this];
    this.results = new Map();
    this.element = part('experiment-part');
    host.append(this.element);
    this.plot = new Plot(one('.all canvas', this.element));
    this.select = one('select', this.element);
    this.arms = [];
    this.chosen = null;
    const wants = ['run', 'state', 'finished', 'study'];
    watch(one('.all', this.element), run, wants, () => this.draw());
    this.select.addEventListener('change', redraw);
  }
  get measure() {
    return this.select.value;
  }
  unitOf(arm) {
    const measure = (arm.measures || []).find(m => m.name === this.measure);
    return measure && measure.unit || '';
  }
  choose(small) {
    this.chosen = this.chosen === small ? null : small;
    redraw();
    if (this.chosen) one('.all', this.element).scrollIntoView({block: 'start'});
  }
  take() {
    if (this.results.size > this.run.finished.length) this.results.clear();
    for (const result of this.run.finished)
      this.results.set(result.arm + '\n' + result.seed, result);
  }
  build(study) {
    const key = study.arms.map(arm => arm.name).join() + study.first_seed + ',' + study.seeds;
    if (key === this.built) return;
    this.built = key;
    const host = one('.arms', this.element);
    unwatch(host);
    host.replaceChildren();
    this.arms = study.arms;
    study.arms.forEach((arm, k) => {
      const head = make('h3'), swatch = make('i', 'swatch d' + Math.floor(k / 8) % 3);
      swatch.style.setProperty('--ink', 'var(' + curveColour(k) + ')');
      head.append(swatch, arm.name, make('small', '', arm.control ? ' a control' : ''));
      const tiles = make('div', 'tiles small');
      host.append(head, tiles);
      for (let seed = 0; seed < study.seeds; seed++)
        new Small(this, tiles, arm, study.first_seed + seed);
    });
  }
  armOf(result) {
    return Math.max(0, this.arms.findIndex(arm => arm.name === result.arm));
  }
  curve(result, wide) {
    const k = this.armOf(result), course = result.course && result.course[this.measure] || [];
    const y = course.map(v => isNumber(v) ? v : NaN);
    const x = (result.times || []).slice(0, y.length);
    return {label: '', colour: curveColour(k), dash: curveDash(k), wide, x, y};
  }
  /* The same for every picture. */
  axes() {
    let [low, high, end] = [Infinity, -Infinity, 0];
    for (const result of this.results.values()) {
      const {x, y} = this.curve(result, 1);
      [low, high] = rangeOf(y, low, high);
      end = Math.max(end, x.length ? x[x.length - 1] : 0);
    }
    if (!isFinite(low)) return null;
    if (low > 0 && low < 0.4 * high) low = 0;
    if (high <= low) high = low + 1;
    return {x: exactAxis(0, end, 6), y: closeAxis(low, high, 5)};
  }
  draw() {
    const study = this.run.study, {about} = this.run;
    if (!study || !about) return false;
    this.take();
    const curves = study.curves || [];
    choose(this.select, curves.map(curve => [curve.measure, curve.title || spaced(curve.measure)]));
    this.build(study);
    const axes = this.axes();
    if (axes) {
      const {chosen: small} = this;
      const chosen = small && this.results.get(small.arm.name + '\n' + small.seed);
      const all = [...this.results.values()].map(result =>
        ({...this.curve(result, result === chosen ? 3 : 1.2), faint: chosen && result !== chosen}));
      const time = study.time === 'trials' ? 'trials' : 's';
      this.plot.draw({...axes, curves: all, xTitle: time, xName: 'after',
                      xText: v => number(v, 5) + ' ' + time});
      if (!statistics.first) statistics.first = performance.now();
    }
    const title = curves.find(curve => curve.measure === this.measure);
    describe(this.plot.surface.canvas,
             (title ? title.title : '') + ': ' + plural(this.results.size, 'run'));
    this.drawAnswers(study);
    this.drawChosen();
    return undefined;
  }
  drawChosen() {
    const box = one('.chosen', this.element), {chosen} = this;
    const result = chosen && this.results.get(chosen.arm.name + '\n' + chosen.seed);
    box.hidden = !result;
    if (!result) return;
    const key = result.arm + result.seed;
    if (box.dataset.key === key) return;
    box.dataset.key = key;
    const list = make('dl');
    for (const measure of chosen.arm.measures || []) {
      const value = result.measures[measure.name];
      if (!isNumber(value)) continue;
      const name = make('dt', '', measure.title || spaced(measure.name));
      name.title = measure.meaning || '';
      const pair = make('div');
      const unit = measure.unit ? ' ' + measure.unit : '';
      pair.append(name, make('dd', '', number(value, 4) + unit));
      list.append(pair);
    }
    box.replaceChildren(make('h3', '', result.arm + ', seed ' + result.seed), list);
  }
  drawAnswers(study) {
    const list = one('.verdicts', this.element);
    list.hidden = !study.verdicts;
    if (!study.verdicts || list.children.length) return;
    study.criteria.forEach((criterion, k) => {
      const verdict = study.verdicts[k] || {};
      const [classes, sign] = ANSWERS[verdict.answer] || ['open', ''];
      const line = make('li', classes);
      line.append(make('b', '', sign + (verdict.answer || '')),
                  ' ' + criterion.arm + ': ' + criterion.meaning,
                  make('small', '', ' ' + number(verdict.value, 3)));
      list.append(line);
    });
  }
  static figures() {
    return [['done', 'runs done'], ['left', 'to come'], ['arms', 'arms'], ['seeds', 'seeds each']];
  }
  static fill(run) {
    const {state, about} = run, answer = run.study && run.study.answer;
    const notes = !answer ? [] : [answer === 'met' ? ['good', 'All criteria are met.']
      : ['warning', answer === 'missed' ? 'Not all criteria are met.' : 'Too few seeds to say.']];
    return {
      values: {done: count(state.runs_done), left: count(state.runs - state.runs_done),
               arms: count(about.arms), seeds: count(about.seeds)},
      share: state.runs > 0 ? state.runs_done / state.runs : 0, notes};
  }
}
