/* The page: which view is open, keys, the link to the run.
 *
 * The board's block `runs` says what there is: one run, two beside each other (a twin), several, or
 * a classroom. The address's fragment (#run=3, #choose) says which view a person opened. */
'use strict';
const page = {view: null, key: '', listed: null};
class Window {
  constructor(host, entry, label) {
    Object.assign(this, {entry, label, run: runOf(entry.run), element: part('window-part')});
    host.append(this.element);
    const whose = one('.whose', this.element);
    whose.hidden = !label;
    say(one('h2', whose), label ? label + ' · ' + entry.name : '');
    this.judge = new Judge(this.run, one('.asked', this.element));
    const View = {brain: BrainView, study: ExperimentView}[entry.kind] || TrainView;
    this.View = View;
    this.figures = new Figures(one('.figures', this.element), View.figures());
    this.view = new View(this.run, one('.picture', this.element));
    this.changed = () => {};
    watch(this.element, this.run, ['run', 'state', 'events', 'clips'], () => this.draw(),
          {always: true});
  }
  draw() {
    const {run} = this;
    if (run.state) hear(run, this.label);
    if (!run.about || !run.state) return false;
    const now = this.View.fill(run);
    this.figures.put(now.values);
    for (const key in now.names || {})
      say(this.figures.cells[key].previousSibling, now.names[key]);
    one('.progress i', this.element).style.width = 100 * clamp(now.share || 0, 0, 1) + '%';
    const notes = now.notes.filter(note => note);
    const {state} = run;
    if (state.ended && state.ended !== 'done')
      notes.unshift(['warning', 'It ended: ' + state.ended]);
    if (state.paused && !state.done) notes.push(['plain', 'Paused.']);
    this.note(notes);
    this.judge.draw();
    this.changed();
    return undefined;
  }
  note(notes) {
    const host = one('.notes', this.element), key = notes.join('\n');
    if (host.dataset.key === key) return;
    host.dataset.key = key;
    const signs = {warning: '⚠ ', good: '✓ ', plain: ''};
    host.replaceChildren(...notes.map(([kind, text]) => make('p', kind, signs[kind] + text)));
  }
}
class RunPage {
  constructor(host, entries, demonstration) {
    this.element = part('run-part');
    host.append(this.element);
    const two = entries.length > 1, windows = one('.windows', this.element);
    windows.classList.toggle('two', two);
    this.windows = entries.map((entry, k) =>
      new Window(windows, entry, two ? (k === 0 ? 'A, original' : 'B, copy') : ''));
    const views = this.windows.map(window => window.view);
    views.forEach(view => { view.peers = views; });
    this.transport = new Transport(one('.transport', this.element), this.windows);
    this.reach = new Reach(one('.reach', this.element), this.windows);
    this.demonstration = demonstration;
    if (demonstration) one('.body', this.element).before(lesson(demonstration));
    for (const window of this.windows) window.changed = () => this.draw();
    watch(one('.reach', this.element), this.windows[0].run, ['run', 'state', 'events'],
          () => this.reach.show());
  }
  draw() {
    const {about} = this.windows[0].run;
    if (!about) return;
    const {title, sentence: words} = this.demonstration || {};
    say(one('h1', this.element), title || about.title || about.name);
    const meaning = about.story || about.task_meaning || about.meaning || '';
    say(one('.lead', this.element), words || sentence(meaning));
    this.transport.show();
    this.reach.show();
  }
  key(key) {
    return this.windows.some(window => window.judge.key(key)) || this.transport.key(key);
  }
}
/* ------------------------------------------------------------------------------ which view */
const withTwin = (entries, entry) => {
  const first = entries.find(e => e.run === entry.twin_of) || entry;
  const twin = entries.filter(e => e.twin_of === first.run).pop();
  return twin && twin !== first ? [first, twin] : [entry];
};
const wanted = listed => {
  const asked = /^#run=(\d+)$/.exec(location.hash), {runs: entries} = listed;
  const entry = asked && entries.find(e => e.run === +asked[1]);
  if (entry) return {kind: 'run', entries: withTwin(entries, entry)};
  if (listed.mode === 'classroom') {
    const last = entries[entries.length - 1];
    return last && location.hash !== '#choose'
      ? {kind: 'run', entries: withTwin(entries, last)} : {kind: 'classroom', entries: []};
  }
  const alone = entries.filter(e => !isNumber(e.twin_of));
  if (alone.length === 1) return {kind: 'run', entries: withTwin(entries, alone[0])};
  return {kind: entries.length ? 'study' : 'none', entries};
};
const open = () => {
  const {listed} = page;
  if (!listed) return;
  const next = wanted(listed), host = one('#main');
  const key = next.kind + (next.kind === 'run' ? next.entries.map(e => e.run).join() : '');
  document.title = (listed.title ? listed.title + ' · ' : '') + 'Amine';
  crumbs(listed, next);
  if (key === page.key) {
    if (page.view && page.view.update) page.view.update(listed);
    return;
  }
  page.key = key;
  unwatch(host);
  host.replaceChildren();
  const demonstration = listed.mode === 'classroom' ? runningDemonstration(listed) : null;
  if (next.kind === 'run') page.view = new RunPage(host, next.entries, demonstration);
  else if (next.kind === 'study') page.view = new Study(host, listed);
  else if (next.kind === 'classroom') page.view = new Classroom(host, listed);
  else host.append(make('p', 'missing', 'No run yet: it is being made ready.'));
  document.body.classList.toggle('wide', next.kind === 'run' && next.entries.length > 1);
};
const crumbs = (listed, next) => {
  const brand = one('.brand'), crumb = one('#crumb');
  const back = next.kind === 'run' && listed.mode === 'classroom' ? '#choose'
    : next.kind === 'run' && listed.runs.filter(e => !isNumber(e.twin_of)).length > 1 ? '#' : '';
  brand.href = back || '#';
  const text = back === '#' ? next.entries.map(e => e.name).join(' and ') : '';
  if (crumb.dataset.key === back + text) return;
  crumb.dataset.key = back + text;
  crumb.replaceChildren();
  if (back) {
    const link = make('a', '', back === '#choose' ? 'Demonstrations' : 'All runs');
    link.href = back;
    crumb.append(link, text ? ' / ' : '');
  }
  crumb.append(text);
};
const boardChanged = () => {
  if (board.value && board.value !== page.listed) {
    const were = page.listed && JSON.stringify(page.listed.runs);
    if (location.hash === '#choose' && were && were !== JSON.stringify(board.value.runs))
      history.replaceState(null, '', '#');
    page.listed = board.value;
    open();
  }
};
/* ------------------------------------------------------------------------------ keys, link */
const isTyping = element => element.closest('input,select,textarea,[contenteditable]');
addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (!page.view || !page.view.key) return;
  const {target} = event;
  const slides = target.type === 'range' && event.key !== ' ' && event.key !== '.';
  if (isTyping(target) && !slides) return;
  if (event.key === ' ' && target.closest('button,a,summary,label')) return;
  if (page.view.key(event.key)) event.preventDefault();
});
addEventListener('hashchange', open);
document.addEventListener('visibilitychange', () => {
  if (document.hidden) source.hush();
  else source.listen();
});
source.onchange((run, name) => {
  if (run === null) {
    board.stale = true;
    runs.forEach(each => each.changed());
  } else if (run === 'board') {
    if (name === 'runs') board.stale = true;
  } else if (runs.has(run)) {
    runs.get(run).changed(name);
  }
});
source.onlink((fine, why) => {
  const element = one('#link');
  const shown = page.view && page.view.windows || [];
  const over = shown.length > 0 && shown.every(window => window.run.over);
  element.classList.toggle('broken', !fine && !over);
  say(element, fine ? '● live' : over ? '○ the run is over' : '○ ' + why);
});
if (!source.live) say(one('#link'), 'a recording');
/* What is drawn, for who wants to check it; nothing here can be written to. */
const placeOf = plot => {
  const {left, top, w, h, frame: {x, y}} = plot;
  return {left, top, width: w, height: h, x: [x.low, x.high], y: [y.low, y.high]};
};
const drawnOf = run => {
  const window = page.view && page.view.windows && page.view.windows.find(w => w.run.id === run);
  const view = window && window.view;
  if (!view) return null;
  const out = {state: window.run.state, about: window.run.about, events: [...window.run.events],
               rows: window.run.metrics.n, columns: [...window.run.metrics.columns.keys()]};
  if (view.points) {
    const {name, over, x, y} = view.points;
    out.curve = {name, over, n: x.length, drawn: view.plot.points, place: placeOf(view.plot)};
  }
  if (view.raster && view.raster.window)
    out.raster = {spikes: view.raster.spikes, window: view.raster.window, neurons: view.raster.n};
  if (view.levels)
    out.levels = view.levels.map(({name, output, held}) =>
      ({name, shown: output.textContent, held}));
  if (view.maps) out.maps = [...view.maps.maps.keys()];
  return out;
};
const rates = () => {
  const now = performance.now(), out = {};
  statistics.frames.filter(([at]) => now - at < 3000).forEach(([, name]) => {
    if (name) out[name] = (out[name] || 0) + 1 / 3;
  });
  return out;
};
Object.defineProperty(window, 'amine', {value: Object.freeze({
  run: drawnOf,
  column: (run, name) => [...runOf(run).metrics.get(name)],
  get firstPicture() { return statistics.first; },
  get framesPerSecond() { return rates(); },
  get failures() { return statistics.failed; },
  get view() { return page.key; }
})});
if (!document.hidden) source.listen();
begin();
