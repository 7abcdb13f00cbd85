/* An episode played again: the maze with the agent's way, and what was recorded at each step.
 *
 * One step is chosen, by a slider, by the keys of the slider, or by playing; every strip shows it.
 * Where motion is not wanted nothing plays by itself. A newer episode takes the older one's place
 * between two plays of it. */
'use strict';
const WAYS = ['up', 'down', 'left', 'right'];
const KNOWN_STRIPS = [
  ['level', 'Modulator M(t)', 'how fast, and with which sign, connections change', '--readout'],
  ['eta_mean', 'η', 'the rate at each unit, on average', '--readout'],
  ['trace_norm', 'Trace H', 'root mean square: how much is remembered', '--c5'],
  ['value', 'Value', 'the reward that it expects', '--c2'],
  ['rewards', 'Reward', 'what the world gave', '--goal']];
/* A row of the stage: a curve, or a heat map of [T][width]. */
class Strip {
  constructor(host, title, meaning) {
    this.element = part('strip-part');
    say(one('span', this.element), title);
    say(one('small', this.element), meaning);
    this.canvas = one('canvas', this.element);
    this.cursor = one('.cursor', this.element);
    this.output = one('output', this.element);
    host.append(this.element);
  }
  put(array, ink) {
    const {shape, data} = array;
    this.ink = ink;
    this.n = shape[0];
    this.width = shape.length > 1 ? shape[1] : 1;
    this.data = data;
    this.element.classList.toggle('raster', this.width > 1);
    this.draw();
  }
  draw() {
    if (this.width > 1) {
      const scale = heatScale(this.data);
      drawHeat(this.canvas, this.width, this.n, (i, j) => this.data[j * this.width + i], scale);
      return;
    }
    if (!this.plot) this.plot = new Plot(this.canvas);
    const x = Float64Array.from({length: this.n}, (_, k) => k);
    let [low, high] = rangeOf(this.data, 0, 0);
    if (low === high) high = low + 1;
    this.plot.draw({
      x: {low: 0, high: Math.max(1, this.n), step: Math.max(1, this.n / 5)},
      y: roundAxis(low, high, 2), left: 44,
      lines: [{value: 0, zero: true}],
      curves: [{label: '', colour: this.ink, x, y: this.data, wide: 1.6}]});
  }
  at(t) {
    const left = this.width > 1 ? 0 : 44, right = this.width > 1 ? 0 : 10;
    this.cursor.style.left = 'calc(' + left + 'px + (100% - ' + (left + right) + 'px)*' +
      clamp(t / Math.max(1, this.n), 0, 1) + ')';
    const k = Math.min(t, this.n - 1);
    say(this.output, this.width === 1 && k >= 0 ? steady(this.data[k]) : '');
  }
}
/* Draws a maze and the way through it up to a step. */
const drawMaze = (surface, episode, trips, t) => {
  const s = surface.fit();
  if (!s) return;
  const n = episode.walls.shape[0], {c} = s, cell = s.w / n;
  const walls = episode.walls.data, agent = episode.agent.data;
  c.fillStyle = colour('--panel');
  c.fillRect(0, 0, s.w, s.h);
  c.fillStyle = colour('--wall');
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      if (walls[i * n + j]) c.fillRect(j * cell - 0.25, i * cell - 0.25, cell + 0.5, cell + 0.5);
  if (episode.goal) {
    const [row, col] = episode.goal.data;
    c.fillStyle = colour('--goal');
    c.beginPath();
    c.roundRect((col + 0.12) * cell, (row + 0.12) * cell, 0.76 * cell, 0.76 * cell, 0.18 * cell);
    c.fill();
  }
  c.lineJoin = c.lineCap = 'round';
  trips.filter(trip => trip.first <= t).reverse().forEach(trip => {
    const end = Math.min(trip.end, t), current = t < trip.end;
    const aside = [0, 0.16, -0.16, 0.08, -0.08, 0.24, -0.24][trip.k % 7] + 0.5;
    c.beginPath();
    for (let k = trip.first; k < end + (current || !trip.found ? 1 : 0); k++)
      c.lineTo((agent[2 * k + 1] + aside) * cell, (agent[2 * k] + aside) * cell);
    if (!current && trip.found && episode.goal)
      c.lineTo((episode.goal.data[1] + 0.5) * cell, (episode.goal.data[0] + 0.5) * cell);
    c.strokeStyle = colour(trip.k === 0 ? '--c1' : '--c0');
    c.globalAlpha = current || trip.k === 0 ? 1 : 0.5;
    c.lineWidth = (trip.k === 0 ? 0.11 : 0.08) * cell;
    c.setLineDash(trip.k === 0 ? [] : [0.35 * cell, 0.14 * cell]);
    c.stroke();
  });
  c.setLineDash([]);
  c.globalAlpha = 1;
  c.beginPath();
  c.arc((agent[1] + 0.5) * cell, (agent[0] + 0.5) * cell, 0.2 * cell, 0, 7);
  c.strokeStyle = colour('--c1');
  c.lineWidth = 0.09 * cell;
  c.stroke();
  const k = Math.min(t, agent.length / 2 - 1);
  c.beginPath();
  c.arc((agent[2 * k + 1] + 0.5) * cell, (agent[2 * k] + 0.5) * cell, 0.34 * cell, 0, 7);
  c.fillStyle = colour('--text');
  c.strokeStyle = colour('--paper');
  c.fill();
  c.stroke();
};
/* An episode cut at its rewards: the search, and the ways back. */
const tripsOf = rewards => {
  const trips = [], n = rewards.length;
  for (let t = 0, first = 0; t < n; t++) {
    const found = rewards[t] > 0;
    if (!found && t + 1 < n) continue;
    trips.push({k: trips.length, first, end: t + 1, found});
    first = t + 1;
  }
  return trips;
};
/* Plays, halts, and moves to a step: a button, a slider, and a sentence. */
class Player {
  constructor(host, shown, over) {
    this.play = one('.play', host);
    this.slider = one('.at', host);
    this.shown = shown;
    this.over = over || (() => {});
    this.timer = 0;
    this.last = 0;
    this.play.addEventListener('click', () => this.timer ? this.halt() : this.go());
    this.slider.addEventListener('input', () => {
      this.halt();
      shown(+this.slider.value);
    });
  }
  lasts(n) {
    this.last = n;
    this.slider.max = n;
  }
  to(t) {
    this.slider.value = t;
    this.shown(t);
  }
  go() {
    if (+this.slider.value >= this.last) this.slider.value = 0;
    this.play.classList.add('on');
    this.play.setAttribute('aria-label', 'Halt');
    clearInterval(this.timer);
    this.timer = setInterval(() => this.tick(), clamp(30000 / Math.max(1, this.last), 40, 150));
  }
  tick() {
    if (document.hidden || !this.slider.isConnected) return;
    if (+this.slider.value < this.last) {
      this.to(+this.slider.value + 1);
      return;
    }
    this.over();
  }
  halt() {
    clearInterval(this.timer);
    this.timer = 0;
    this.play.classList.remove('on');
    this.play.setAttribute('aria-label', 'Play');
  }
}
class EpisodeView {
  constructor(host) {
    this.element = part('stage-part');
    host.append(this.element);
    this.maze = new Surface(one('.maze', this.element));
    this.strips = new Map();
    this.player = new Player(this.element, t => this.at(t), () => this.nextPlay());
    this.now = one('.now', this.element);
    this.waiting = null;
    this.played = null;
    const key = one('.key', this.element);
    for (const [classes, text] of [['swatch search', 'first search'], ['swatch back', 'ways back'],
                                   ['goal', 'reward, unseen'], ['agent', 'agent']]) {
      const row = make('li');
      row.append(make('i', classes), text);
      key.append(row);
    }
  }
  /* The newest is played when the present one is over; at once if nothing plays. */
  show(episode, series, state, live) {
    if (this.played && this.player.timer && episode !== this.played.episode) {
      this.waiting = [episode, series, state];
      return;
    }
    if (this.played && this.played.episode === episode) {
      this.draw();
      return;
    }
    const scrubbed = this.played && !this.player.timer &&
      +this.player.slider.value < this.player.last;
    const at = +this.player.slider.value;
    this.take(episode, series);
    if (live && !still() && !this.begun && !state.done) {
      this.player.to(0);
      this.player.go();
    } else {
      this.player.to(scrubbed ? Math.min(at, this.player.last) : this.player.last);
    }
    this.begun = true;
  }
  nextPlay() {
    if (!this.waiting) {
      this.player.to(0);
      return;
    }
    const [episode, series] = this.waiting;
    this.waiting = null;
    this.take(episode, series);
    this.player.to(0);
  }
  take(episode, series) {
    const isMaze = Boolean(episode.walls && episode.agent);
    const rewards = episode.rewards ? episode.rewards.data : new Float32Array(0);
    this.played = {episode, rewards, isMaze, trips: isMaze ? tripsOf(rewards) : []};
    this.element.classList.toggle('no-maze', !isMaze);
    this.sums = new Float64Array(rewards.length + 1);
    rewards.forEach((r, k) => { this.sums[k + 1] = this.sums[k] + (isFinite(r) ? r : 0); });
    const wanted = isMaze ? this.mazeStrips(episode) : this.otherStrips(episode, series);
    for (const [name, strip] of this.strips)
      if (!wanted.some(w => w[0] === name)) {
        strip.element.remove();
        this.strips.delete(name);
      }
    const host = one('.strips', this.element);
    let n = 0;
    for (const [name, title, meaning, ink] of wanted) {
      if (!this.strips.has(name)) this.strips.set(name, new Strip(host, title, meaning));
      this.strips.get(name).put(episode[name], ink);
      n = Math.max(n, episode[name].shape[0]);
    }
    this.player.lasts(n);
  }
  mazeStrips(episode) {
    const list = episode.activity
      ? [['activity', 'Activity', 'a row for each unit', '--c0']] : [];
    const same = episode.level && episode.eta_mean &&
      episode.level.data.every((v, k) => Math.abs(v - episode.eta_mean.data[k]) <= 1e-5);
    return list.concat(KNOWN_STRIPS.filter(([name]) => episode[name] && name !== 'rewards' &&
                                                       !(name === 'eta_mean' && same)));
  }
  otherStrips(episode, series) {
    const about = new Map(((series && series.series) || []).map(s => [s.name, s]));
    const long = Math.max(0, ...Object.values(episode).map(array => array.shape[0]));
    return Object.keys(episode)
      .filter(name => name !== 'iteration' && !/^(w|alpha|trace_)/.test(name) &&
                      episode[name].shape[0] === long && episode[name].shape.length <= 2)
      .map((name, k) => [name, spaced(name), about.has(name) ? about.get(name).meaning : '',
                         MODULATORS.includes(name) ? '--' + name : curveColour(k)]);
  }
  draw() {
    this.strips.forEach(strip => strip.draw());
    this.at(+this.player.slider.value);
  }
  at(t) {
    const {episode, trips, isMaze} = this.played || {};
    if (!episode) return;
    if (isMaze) drawMaze(this.maze, episode, trips, t);
    this.strips.forEach(strip => strip.at(t));
    const words = ['step ' + t + ' of ' + this.player.last];
    if (episode.rewards)
      words.push('reward so far ' + number(this.sums[Math.min(t, this.sums.length - 1)], 4));
    if (isMaze && episode.actions && t < episode.actions.data.length)
      words.push('goes ' + WAYS[episode.actions.data[t]]);
    say(this.now, words.join(' · '));
    if (isMaze)
      describe(this.maze.canvas, 'The maze with the agent’s way: ' +
               plural(trips.filter(trip => trip.found).length, 'time') + ' at the reward');
  }
}
