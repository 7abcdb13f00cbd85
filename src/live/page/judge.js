/* Judging: two clips side by side, and which is the better. Keys 1, 2 and 0.
 *
 * Known worlds are drawn from what they show (a cart with its pole, a T-maze); of any other, every
 * input is a strip of shades. Both clips move in step; where motion is not wanted they stand still
 * until the slider is moved. */
'use strict';
const drawCart = (c, w, h, inputs) => {
  const ground = 0.8 * h, unit = 0.36 * w, x = w / 2 + unit * clamp(inputs[0], -1.2, 1.2);
  const angle = inputs[1] * 12 * Math.PI / 180, length = 0.5 * h;
  c.strokeStyle = colour('--known');
  c.lineWidth = 1.5;
  c.beginPath();
  c.moveTo(w / 2 - unit - 24, ground);
  c.lineTo(w / 2 + unit + 24, ground);
  for (const side of [-1, 1]) {
    c.moveTo(w / 2 + side * unit, ground - 8);
    c.lineTo(w / 2 + side * unit, ground + 8);
  }
  c.stroke();
  c.fillStyle = colour('--c0');
  c.fillRect(x - 22, ground - 20, 44, 16);
  c.strokeStyle = colour('--c1');
  c.lineWidth = 6;
  c.lineCap = 'round';
  c.beginPath();
  c.moveTo(x, ground - 20);
  c.lineTo(x + length * Math.sin(angle), ground - 20 - length * Math.cos(angle));
  c.stroke();
};
/* A T-maze shows left (0 1 1), right (1 1 0), corridor (1 0 1) and junction (0 1 0): the agent's
 * way is counted. */
const T_PLACES = {
  '011': 'sign: left', '110': 'sign: right', '101': 'corridor', '010': 'junction', '000': 'over'};
const signOf = inputs => T_PLACES[inputs.slice(0, 3).map(v => v > 0.5 ? 1 : 0).join('')] || '';
const drawTMaze = (c, w, h, clip, t) => {
  const n = clip.inputs.length, places = clip.inputs.map(signOf);
  const junction = places.indexOf('junction'), long = junction > 0 ? junction : n;
  let at = 0;
  for (let k = 1; k <= t; k++)
    if (places[k] === 'junction') at = long;
    else if (places[k] === 'corridor') at = Math.min(at + 1, long - 1);
  const left = 0.12 * w, right = 0.84 * w, middle = h / 2, size = 0.09 * h;
  c.fillStyle = colour('--panel');
  c.fillRect(left - size, middle - size, right - left + 2 * size, 2 * size);
  c.fillRect(right - size, 0.12 * h, 2 * size, 0.76 * h);
  c.fillStyle = colour('--soft');
  c.font = '13px ' + FONT;
  c.textAlign = 'center';
  c.fillText('left', right, 0.09 * h);
  c.fillText('right', right, 0.94 * h);
  c.textAlign = 'left';
  c.fillText(places.find(p => p.startsWith('sign')) || '', left - size, middle - size - 8);
  const over = places[t] === 'over';
  const turn = over && clip.actions ? clip.actions[places.indexOf('over') - 1] : null;
  const x = left + (right - left) * (over ? 1 : at / Math.max(1, long));
  const y = turn === null ? middle : middle + (turn === 0 ? -1 : turn === 1 ? 1 : 0) * 0.3 * h;
  c.fillStyle = colour('--text');
  c.beginPath();
  c.arc(x, y, 0.7 * size, 0, 7);
  c.fill();
};
const drawInputs = (c, w, h, clip, t) => {
  const n = clip.inputs.length, rows = clip.inputs[0].length, tall = (h - 20) / rows;
  const scale = heatScale(clip.inputs.flat());
  clip.inputs.forEach((inputs, k) => inputs.forEach((value, i) => {
    c.globalAlpha = Math.min(1, Math.abs(value) / scale);
    c.fillStyle = colour(value < 0 ? '--c0' : '--c1');
    c.fillRect(k / n * w, i * tall, w / n + 0.5, tall - 1);
  }));
  c.globalAlpha = 1;
  c.strokeStyle = colour('--text');
  c.strokeRect(t / n * w, 0, w / n, h - 20);
};
const drawClip = (surface, clip, task, t) => {
  const s = surface.fit();
  if (!s || !clip || !clip.inputs || !clip.inputs.length) return;
  const k = Math.min(t, clip.inputs.length - 1);
  if (task === 'cart-pole') drawCart(s.c, s.w, s.h, clip.inputs[k]);
  else if (task === 't-maze') drawTMaze(s.c, s.w, s.h, clip, k);
  else drawInputs(s.c, s.w, s.h, clip, k);
};
class Judge {
  constructor(run, host) {
    Object.assign(this, {run, host, element: part('judge-part'), pair: null});
    host.append(this.element);
    this.surfaces = all('canvas', this.element).map(canvas => new Surface(canvas));
    this.player = new Player(this.element, t => this.at(t), () => this.player.to(0));
    all('[data-value]', this.element).forEach(element =>
      element.addEventListener('click', () => this.prefer(+element.dataset.value)));
    watch(host, run, ['state', 'clips'], () => this.draw());
  }
  get asks() {
    const {state} = this.run;
    return Boolean(this.run.value('clips') && (!state || !state.done));
  }
  prefer(value) {
    const clips = this.run.value('clips');
    if (!clips || this.answered === clips.pair) return;
    this.answered = clips.pair;
    this.element.classList.add('answered');
    act([this.run], {do: 'prefer', of: String(clips.pair), value});
  }
  key(key) {
    if (!this.asks || this.element.hidden || !['0', '1', '2'].includes(key)) return false;
    this.prefer(+key);
    return true;
  }
  draw() {
    this.host.hidden = !this.asks;
    if (!this.asks) return;
    const clips = this.run.value('clips');
    if (this.pair !== clips.pair) {
      this.pair = clips.pair;
      this.element.classList.remove('answered');
      const n = Math.max(clips.first.inputs.length, clips.second.inputs.length);
      this.player.lasts(n - 1);
      this.player.to(0);
      if (!still()) this.player.go();
      ['first', 'second'].forEach((which, k) => this.surfaces[k].canvas.setAttribute(
        'aria-label', 'The ' + which + ' clip, ' + plural(clips[which].inputs.length, 'step')));
    }
    const words = [isNumber(clips.answered) && isNumber(clips.of)
      ? count(clips.answered) + ' of ' + count(clips.of) + ' answered' : ''];
    if (isNumber(clips.agreement))
      words.push('the model foresaw ' + Math.round(100 * clips.agreement) + ' % of the answers');
    say(one('.tally', this.element), words.filter(word => word).join(' · '));
    this.at(+this.player.slider.value);
  }
  at(t) {
    const clips = this.run.value('clips');
    if (!clips) return;
    drawClip(this.surfaces[0], clips.first, clips.task, t);
    drawClip(this.surfaces[1], clips.second, clips.task, t);
    say(one('.now', this.element), 'step ' + t + ' of ' + this.player.last);
  }
}
