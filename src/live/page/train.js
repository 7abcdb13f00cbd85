/* A training: its curve against the known lines, the present episode, its weights. */
'use strict';
const POLICY_NAMES = {random: 'chance', told: 'told its position'};
const CURVE_MEANINGS = {
  reward: 'reward per episode', value: 'reward that it expects', entropy: 'entropy of its actions',
  loss: 'loss', gradient_norm: 'norm of the gradient', rate: 'step size',
  learned: 'learned reward'};
class TrainView {
  constructor(run, host) {
    this.run = run;
    this.element = part('train-part');
    host.append(this.element);
    this.plot = new Plot(one('.curve canvas', this.element));
    this.peers = [this]; /* whose charts have the same axes */
    const choices = ['which', 'over', 'span'].map(name => one('select.' + name, this.element));
    [this.which, this.over, this.span] = choices;
    const curve = one('.curve', this.element);
    this.sections = [
      watch(curve, run, ['run', 'state', 'metrics', 'events'], () => this.drawCurve(),
            {rarely: true}),
      this.show('.episode', ['run', 'state', 'series', 'episode'], () => this.drawEpisode()),
      this.show('.weights', ['run', 'state', 'weights'], () => this.drawWeights())];
    choices.forEach(select => select.addEventListener('change', () => {
      this.sections[0].dirty = true;
    }));
    this.episode = new EpisodeView(one('.stage', this.element));
    this.maps = new Maps(one('.maps', this.element));
  }
  show(which, wants, draw) {
    return watch(one(which, this.element), this.run, wants, draw, {rarely: true});
  }
  get isPerplexity() {
    return this.run.about && this.run.about.spoken === 'perplexity';
  }
  meaning(name) {
    if (name === 'reward' && this.isPerplexity)
      return 'mean log probability of what comes next, nats';
    return CURVE_MEANINGS[name] || spaced(name);
  }
  /* Of every pixel the mean of the rows around it, a thirtieth of what is seen. */
  smooth(name, x, begin, end) {
    const {sum, rows} = this.run.metrics.sumOf(name), n = end - begin;
    const points = Math.min(n, 600), half = Math.max(0, Math.floor(n / 60));
    const out = {x: new Float64Array(points), y: new Float64Array(points)};
    for (let k = 0; k < points; k++) {
      const at = begin + (points > 1 ? Math.round(k * (n - 1) / (points - 1)) : 0);
      const from = Math.max(0, at - half), to = Math.min(x.length, at + half + 1);
      out.x[k] = x[at];
      out.y[k] = (sum[to] - sum[from]) / (rows[to] - rows[from]);
    }
    return out;
  }
  xAxis(x, over) {
    const ends = this.peers.map(view => view.run.metrics.last(over) || 0);
    const last = Math.max(...ends), state = this.run.state || {};
    const planned = over === 'iteration' ? state.iterations
      : isNumber(state.left_s) ? state.seconds + state.left_s : NaN;
    if (this.span.value === 'recent') return exactAxis(0.9 * last, Math.max(last, 1e-9), 6);
    if (this.span.value === 'whole' && planned > 0) return exactAxis(0, planned, 6);
    this.end = roomAbove(Math.max(last, 1e-9), this.end || 0);
    if (this.run.over) return exactAxis(0, last || 1, 6);
    return exactAxis(0, planned > 0 ? Math.min(this.end, planned) : this.end, 6);
  }
  drawCurve() {
    const {metrics, about, state} = this.run;
    if (!about) return false;
    const names = [...metrics.columns.keys()]
      .filter(name => name !== 'iteration' && name !== 'seconds');
    if (!names.includes('reward')) names.unshift('reward');
    choose(this.which, names.map(name => [name, spaced(name)]));
    const name = this.which.value, over = this.over.value;
    const x = metrics.get(over), y = metrics.get(name);
    const axis = this.xAxis(x, over);
    const begin = lowerBound(x, axis.low), end = x.length;
    const lines = name === 'reward' && about.lines || [];
    say(one('h3', this.element), name === 'reward' && this.isPerplexity
      ? 'Prediction while it learns'
      : (name === 'reward' ? 'Reward' : 'What changes') + ' while it learns');
    say(one('.y-title', this.element), this.meaning(name));
    const smooth = this.smooth(name, x, Math.min(begin, end), end);
    const [low, high] = this.yRange(y.subarray(Math.min(begin, end)), smooth.y, lines);
    const few = end - begin < 60;
    this.plot.draw({
      x: axis, y: closeAxis(low, high, 6), xTitle: over === 'iteration' ? 'iterations' : 'time',
      xName: over === 'iteration' ? 'iteration' : 'after',
      xText: over === 'iteration' ? count : duration,
      xTick: over === 'iteration' ? count : duration,
      curves: [{label: 'row', colour: '--c0', x, y, faint: true},
               {label: few ? '' : 'running mean', colour: '--c0', wide: 2.4, ...smooth}],
      lines: lines.map(line => ({
        value: line.reward, label: POLICY_NAMES[line.policy] || spaced(line.policy),
        text: number(line.reward, 3)})),
      marks: doneMarks(this.run, event => this.xOf(event.step, over))});
    this.points = {name, over, x, y, smooth};
    const last = metrics.last(name);
    describe(this.plot.surface.canvas, this.meaning(name) + ', ' + plural(end, 'row') +
      (isNumber(last) ? ', the last ' + number(last, 3) : ''));
    if (end > 0 && !statistics.first) statistics.first = performance.now();
    return undefined;
  }
  xOf(step, over) {
    if (over === 'iteration') return step;
    const iteration = this.run.metrics.get('iteration'), seconds = this.run.metrics.get('seconds');
    const k = lowerBound(iteration, step);
    return k < seconds.length ? seconds[k] : NaN;
  }
  /* Lines belong to the picture; what is beyond all of them moves its ends seldom. */
  yRange(y, smooth, lines) {
    const ends = y.length > 400 ? rangeOf(smooth, Infinity, -Infinity) : [Infinity, -Infinity];
    let [low, high] = rangeOf(y, ...ends);
    for (const line of lines) {
      low = Math.min(low, line.reward);
      high = Math.max(high, line.reward);
    }
    if (!isFinite(low)) return [0, 1];
    if (low > 0 && (low < 0.4 * high || low === high)) low = 0;
    this.range = [low, high];
    const ranges = this.peers.map(view => view.range || this.range);
    return [Math.min(...ranges.map(range => range[0])), Math.max(...ranges.map(range => range[1]))];
  }
  drawEpisode() {
    const episode = this.run.value('episode'), series = this.run.value('series');
    const section = one('.episode', this.element);
    if (!episode) return nothing(section, this.run);
    section.classList.remove('absent-yet');
    say(one('h3', section), this.run.over ? 'An episode' : 'The present episode');
    const of = episode.iteration ? 'of iteration ' + count(episode.iteration.data[0]) : '';
    say(one('.of', this.element), of);
    this.episode.show(episode, series, this.run.state || {}, source.live);
    return undefined;
  }
  drawWeights() {
    const weights = this.run.value('weights');
    const section = one('.weights', this.element);
    if (!weights) return nothing(section, this.run);
    section.classList.remove('absent-yet');
    this.maps.draw(weights);
    return undefined;
  }
  /* The figures above, and what is to be known beside them. */
  static figures() {
    return [['reward', 'reward, lately'], ['iteration', 'iteration'], ['rate', 'iterations per s'],
            ['seconds', 'time'], ['left', 'left']];
  }
  static fill(run) {
    const {state, about} = run;
    const spoken = about.spoken === 'perplexity';
    const reward = spoken && isNumber(state.reward) ? Math.exp(-state.reward) : state.reward;
    return {
      values: {
        reward: steady(reward), iteration: count(state.iteration),
        rate: speedWord(state.rate), seconds: duration(state.seconds),
        left: state.done ? 'done' : guess(state.left_s)},
      share: state.iterations > 0 ? state.iteration / state.iterations : 0,
      names: {reward: spoken ? 'perplexity, lately' : 'reward, lately',
              iteration: 'iteration, of ' + count(state.iterations)},
      notes: [state.collapsed && ['warning', 'It has collapsed: ' + state.collapsed],
              state.criterion && ['good', state.criterion],
              state.resting && ['plain', 'Learning is off: it plays on and stays as it is.'],
              isNumber(state.rate_factor) && state.rate_factor !== 1 &&
                ['plain', 'Step sizes are multiplied by ' + number(state.rate_factor, 3) + '.']]};
  }
}
