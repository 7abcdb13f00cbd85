/* What the page knows of one run: its blocks, the columns of its metrics, what was done to it.
 *
 * Promise: nothing is asked for but what a view that is seen wants, and only after it changed; each
 * thing at most once at a time. What is made for whoever looks (spikes, weights, an episode) is
 * asked for every two seconds, so that the run knows that somebody still does. */
'use strict';
const FOR_WHO_LOOKS = new Set(['spikes', 'weights', 'episode', 'series', 'clips']);
const IN_RECORDINGS = new Set(['spikes', 'weights', 'episode']);
const STILL_HERE_MS = 2000, FILES_MS = 200;
const decode = async bytes => {
  if (bytes.length === 0) return null;
  if (bytes[0] === 0x7b || bytes[0] === 0x5b) return JSON.parse(new TextDecoder().decode(bytes));
  return readNpz(bytes);
};
class Block {
  constructor(run, name) {
    Object.assign(this, {run, name, value: null, version: 0, stale: true, busy: false});
    this.asked = -1e9;
    this.turns = 0; /* how often it was replaced */
  }
  async ask(now) {
    const again = FOR_WHO_LOOKS.has(this.name) && source.live && now - this.asked > STILL_HERE_MS;
    if (this.busy || !(this.stale || again)) return;
    this.busy = true;
    this.stale = false;
    this.asked = now;
    try {
      const got = await source.block(this.run, this.name, this.version);
      if (got) {
        const value = await decode(got.bytes);
        this.version = got.version;
        this.value = value;
        this.turns++;
      }
    } catch (error) {
      console.warn('block ' + this.run + '/' + this.name + ': ' + error.message);
    }
    this.busy = false;
  }
}
/* A file that does not grow, or null. */
const readWhole = async (run, name) => {
  const pieces = [];
  for (let at = 0, size = 1; at < size;) {
    const piece = await source.file(run, name, at);
    if (!piece || piece.bytes.length === 0) return null;
    pieces.push(piece.bytes);
    at += piece.bytes.length;
    size = piece.size;
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
};
class Run {
  constructor(id) {
    this.id = id;
    this.blocks = new Map();
    this.metrics = new Columns();
    this.events = [];
    this.recording = null; /* being read, or read */
    this.finished = []; /* of a study: its runs that are over */
    this.study = null;  /* study.json */
    this.turns = {metrics: 0, events: 0, finished: 0, study: 0};
    this.files = [
      this.follow('metrics', 'metrics.jsonl', rows => this.metrics.take(rows),
                  () => this.metrics.clear()),
      this.follow('events', 'events.jsonl', rows => this.events.push(...rows),
                  () => { this.events.length = 0; }),
      this.follow('finished', 'runs.jsonl', rows => this.finished.push(...rows),
                  () => { this.finished.length = 0; }),
      this.followWhole('study', 'study.json', whole => { this.study = whole; })];
  }
  follow(key, name, took, began) {
    const changed = f => (...what) => {
      f(...what);
      this.turns[key]++;
    };
    const lines = new Lines(this.id, name, changed(took), changed(began));
    return {key, lines, due: true, at: -1e9};
  }
  followWhole(key, name, took) {
    const lines = {
      reading: false, anew: () => {},
      read: async () => {
        lines.reading = true;
        const bytes = await readWhole(this.id, name);
        lines.reading = false;
        if (!bytes) return false;
        took(JSON.parse(new TextDecoder().decode(bytes)));
        this.turns[key]++;
        return false;
      }};
    return {key, lines, due: true, at: -1e9};
  }
  block(name) {
    if (!this.blocks.has(name)) this.blocks.set(name, new Block(this.id, name));
    return this.blocks.get(name);
  }
  value(name) {
    return this.block(name).value;
  }
  get about() {
    return this.value('run');
  }
  get state() {
    return this.value('state');
  }
  /* Nothing more will come of it. */
  get over() {
    return !source.live || Boolean(this.state && this.state.done);
  }
  get controlled() {
    return Boolean(source.live && this.about && this.about.controls);
  }
  /* The stream told: a block was replaced; without a name, any may have been. */
  changed(name) {
    for (const block of name ? [this.block(name)] : this.blocks.values()) block.stale = true;
    if (!name || name === 'state') this.files.forEach(file => { file.due = true; });
  }
  /* Asks for what a view wants: names of blocks, and 'metrics', 'events'. */
  ask(names, now) {
    for (const name of names)
      if (!(name in this.turns)) this.block(name).ask(now).then(() => this.looked(name));
    this.files.forEach(file => { if (names.includes(file.key)) this.read(file, now); });
  }
  async read(file, now) {
    if (!file.due || now - file.at < FILES_MS || file.lines.reading) return;
    file.due = false;
    file.at = now;
    while (await file.lines.read() && !document.hidden);
  }
  /* A run that went back begins its records anew. */
  looked(name) {
    const state = this.state;
    if (name === 'state' && state && state.epoch !== this.epoch) {
      if (this.epoch !== undefined) this.files.forEach(file => file.lines.anew());
      this.epoch = state.epoch;
    }
    if (IN_RECORDINGS.has(name) && this.value(name) === null) this.readRecording();
  }
  /* Of a run that is over its recording stands in for what nobody publishes any more. */
  async readRecording() {
    if (this.recording || !this.over || !this.about || this.about.recorded === false) return;
    this.recording = {};
    const bytes = await readWhole(this.id, 'recording.npz');
    if (!bytes) return;
    try {
      this.recording = await readNpz(bytes);
    } catch (error) {
      console.warn('recording.npz: ' + error.message);
      return;
    }
    this.standIn();
  }
  standIn() {
    const r = this.recording, brain = this.about.kind === 'brain';
    const put = (name, value) => {
      const block = this.block(name);
      if (block.value !== null) return;
      block.value = value;
      block.turns++;
    };
    if (brain && r.i && r.t)
      put('spikes', {
        i: r.i, t: r.t, sizes: r.sizes, first: r.first,
        window: {shape: [2], data: Float64Array.of(r.begin.data[0], r.end.data[0])}});
    if (brain) return;
    put('episode', r);
    const maps = Object.keys(r).filter(name => name === 'w' || name === 'alpha');
    if (maps.length) put('weights', Object.fromEntries(maps.map(name => [name, r[name]])));
  }
}
const runs = new Map();
const runOf = id => {
  if (!runs.has(id)) runs.set(id, new Run(id));
  return runs.get(id);
};
const board = new Block('board', 'runs');
