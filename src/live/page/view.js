/* What is drawn when: sections of the page, each with the data that it wants.
 *
 * Promise: a section draws at most 15 times a second, once a second where motion is not wanted, and
 * only if it is seen and something it wants has changed; a page that is hidden draws and asks for
 * nothing. */
'use strict';
const PERIOD_MS = 66, CALM_MS = 1000;
const sections = new Map(); /* element: section */
const observer = new IntersectionObserver(entries => entries.forEach(entry => {
  const section = sections.get(entry.target);
  if (section) section.seen = entry.isIntersecting;
}), {rootMargin: '80px'});
/* `wants` of the run (blocks, 'metrics', 'events') is asked for, and draw() called when one of them changed.
 * always: what it does is to be known wherever the page is scrolled to. rarely: the state, which changes
 * twenty times a second, is asked for, but is no reason to draw, unless the run is over with it. */
const watch = (element, run, wants, draw, {always, rarely} = {}) => {
  const when = rarely ? [...wants.filter(name => name !== 'state'), 'over'] : wants;
  const section = {element, run, wants, when, draw, always, seen: false, drawn: '', dirty: true, frames: 0};
  sections.set(element, section);
  observer.observe(element);
  new ResizeObserver(() => { section.dirty = true; }).observe(element);
  return section;
};
const unwatch = within => {
  for (const element of sections.keys())
    if (element === within || within.contains(element)) {
      observer.unobserve(element);
      sections.delete(element);
    }
};
/* A canvas has another size. */
const touched = canvas => sections.forEach(section => {
  if (section.element.contains(canvas)) section.dirty = true;
});
const redraw = () => sections.forEach(section => { section.dirty = true; });
theme.heard.push(redraw);
const statistics = {first: 0, frames: [], failed: 0};
const turnsOf = section => section.when.map(name =>
  name === 'over' ? section.run.over : name in section.run.turns ? section.run.turns[name] : section.run.block(name).turns).join();
const drawSection = (section, now) => {
  const turns = turnsOf(section);
  if (turns === section.drawn && !section.dirty) return;
  section.drawn = turns;
  section.dirty = false;
  try {
    if (section.draw() === false) return;
  } catch (error) {
    statistics.failed++;
    console.error(error);
  }
  section.frames++;
  statistics.frames.push([now, section.element.dataset.section]);
  if (statistics.frames.length > 600) statistics.frames.splice(0, 300);
};
const frame = now => {
  if (document.hidden) return;
  if (board.stale) board.ask(now).then(boardChanged);
  for (const section of sections.values()) {
    if (!section.seen && !section.always) continue;
    section.run.ask(section.wants, now);
    drawSection(section, now);
  }
};
const begin = () => {
  let pending = false;
  setInterval(() => {
    if (pending || document.hidden) return;
    pending = true;
    requestAnimationFrame(now => {
      pending = false;
      frame(now);
    });
  }, still() ? CALM_MS : PERIOD_MS);
};
/* ------------------------------------------------------------------------------ figures */
/* A list of named figures whose places never move. */
class Figures {
  constructor(list, names) {
    this.cells = {};
    for (const [key, name] of names) {
      const box = make('div'), value = make('dd', '', '–');
      box.append(make('dt', '', name), value);
      list.append(box);
      this.cells[key] = value;
    }
  }
  put(values) {
    for (const key in values) if (this.cells[key]) say(this.cells[key], values[key]);
  }
}
/* Fills a <select> if its choices changed; keeps what was chosen. */
const choose = (select, options) => {
  const key = JSON.stringify(options);
  if (select.dataset.key === key) return;
  const was = select.value;
  select.dataset.key = key;
  select.replaceChildren(...options.map(([value, text]) => {
    const option = make('option', '', text);
    option.value = value;
    return option;
  }));
  if (options.some(([value]) => value === was)) select.value = was;
};
const describe = (canvas, text) => {
  if (performance.now() - (canvas.described || -1e9) < 2000) return;
  canvas.described = performance.now();
  canvas.setAttribute('aria-label', text);
};
/* Of a run that is over a section without data is left out. */
const nothing = (section, run) => {
  section.classList.toggle('absent-yet', run.over);
  return false;
};
/* Where something was done to a run: {x, label} for marks on its charts. */
const doneMarks = (run, toX) => {
  const marks = run.events.map((event, k) => ({x: toX(event), label: String(k + 1)}));
  return marks.length > 60 ? marks.map(mark => ({x: mark.x})) : marks;
};
