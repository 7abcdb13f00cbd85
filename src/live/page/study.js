/* Several runs: a small picture of each, which opens it.
 *
 * However many there are, only those in sight are asked about and drawn. */
'use strict';
class Tile {
  constructor(host, entry) {
    this.run = runOf(entry.run);
    this.entry = entry;
    this.element = part('tile-part');
    this.element.href = '#run=' + entry.run;
    say(one('h3', this.element), entry.name);
    this.plot = new Plot(one('canvas', this.element));
    this.plot.surface.canvas.setAttribute('aria-hidden', 'true');
    host.append(this.element);
    const wants = entry.kind === 'study' ? ['state'] : ['run', 'state', 'metrics'];
    watch(this.element, this.run, wants, () => this.draw());
  }
  draw() {
    const {state, about, metrics} = this.run, brain = this.entry.kind === 'brain';
    if (state) this.words(state, about, brain);
    if (!about) return undefined;
    const x = metrics.get(brain ? 't_s' : 'iteration');
    const all = brain ? about.duration_s || state && state.duration_s : state && state.iterations;
    const end = Math.max(all || 0, x.length ? x[x.length - 1] : 0, 1e-9);
    const curves = brain
      ? about.populations.slice(0, 8).map((p, k) => ({
        label: '', colour: curveColour(k), wide: 1.2, x, y: metrics.get('rate_hz.' + p.name)}))
      : [{label: '', colour: '--c0', wide: 1.4, x, y: metrics.get('reward')}];
    const lines = (about.lines || []).map(line => ({value: line.reward}));
    let [low, high] = brain ? [0, 1] : [Infinity, -Infinity];
    curves.forEach(curve => { [low, high] = rangeOf(curve.y, low, high); });
    lines.forEach(line => {
      low = Math.min(low, line.value);
      high = Math.max(high, line.value);
    });
    if (!isFinite(low)) [low, high] = [0, 1];
    if (high <= low) high = low + 1;
    const room = 0.06 * (high - low);
    this.plot.draw({bare: true, x: {low: 0, high: end, step: end},
                    y: {low: low - room, high: high + room, step: high - low}, curves, lines});
    if (x.length && !statistics.first) statistics.first = performance.now();
    return undefined;
  }
  words(state, about, brain) {
    const perplexity = about && about.spoken === 'perplexity';
    const reward = perplexity && isNumber(state.reward) ? Math.exp(-state.reward) : state.reward;
    const rates = state.rates_hz || [];
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    say(one('.much', this.element), brain ? fixed(mean, 1) + ' Hz' : steady(reward));
    const share = brain ? state.t_s / state.duration_s : state.iteration / state.iterations;
    const far = state.done ? (state.ended && state.ended !== 'done' ? state.ended : '✓ done')
      : state.paused ? 'paused' : isNumber(share) ? Math.floor(100 * share) + ' %' : '';
    say(one('.far', this.element), far);
  }
}
class Study {
  constructor(host, listed) {
    this.element = make('section', 'study');
    this.head = make('h1', '', listed.title || 'Runs');
    this.sum = make('p', 'lead', '');
    this.grids = new Map();
    this.tiles = new Map();
    this.element.append(this.head, this.sum);
    host.append(this.element);
    this.update(listed);
  }
  grid(group) {
    if (!this.grids.has(group)) {
      if (group) this.element.append(make('h2', '', group));
      const grid = make('div', 'tiles');
      this.element.append(grid);
      this.grids.set(group, grid);
    }
    return this.grids.get(group);
  }
  update(listed) {
    for (const entry of listed.runs)
      if (!this.tiles.has(entry.run))
        this.tiles.set(entry.run, new Tile(this.grid(entry.group || ''), entry));
    say(this.sum, plural(listed.runs.length, 'run') + '. Choose one to see it whole.');
  }
}
