/* What a person does to a run: its pace, what reaches into it, marks, and the words to do it all
 * again.
 *
 * The controls are made from the run's own list of what can be done to it (`reach`), so a kind that
 * this page has never heard of has its row too. What became of each command is said, loudly where
 * it was refused. */
'use strict';
const KEPT_MESSAGES = 4, MESSAGE_MS = 7000, REFUSAL_MS = 20000;
const tell = (text, fine) => {
  const log = one('#heard'), line = make('p', fine ? 'fine' : 'refused');
  line.append(make('b', '', fine ? '✓ ' : '✕ Refused: '), text);
  line.addEventListener('click', () => line.remove());
  log.append(line);
  while (log.children.length > KEPT_MESSAGES) log.firstChild.remove();
  setTimeout(() => line.remove(), fine ? MESSAGE_MS : REFUSAL_MS);
};
/* Sends a command to runs. quiet: no word about it unless it does not arrive. */
const act = async (targets, command, quiet) => {
  for (const run of targets) {
    const answer = await source.send({run: run.id, ...command});
    if (answer.error) tell(answer.error, false);
    else if (quiet && answer.id) run.quiet = (run.quiet || new Set()).add(answer.id);
  }
};
/* Says what became of commands since the page was opened. */
const hear = (run, label) => {
  const said = run.state && run.state.said || [];
  const last = said.length ? said[said.length - 1].id : 0;
  if (run.heard === undefined) run.heard = last;
  for (const one of said) {
    if (one.id <= run.heard) continue;
    run.heard = one.id;
    if (one.ok && run.quiet && run.quiet.has(one.id)) continue;
    tell((label ? label + ': ' : '') + one.text, one.ok);
  }
};
/* ------------------------------------------------------------------------------ pace */
const BRAIN_SPEEDS = [[0, 'as fast as it goes'], [0.01, '0.01 × real time'],
                      [0.1, '0.1 × real time'], [0.5, '0.5 × real time'], [1, 'real time'],
                      [2, '2 × real time'], [10, '10 × real time']];
const TRAIN_SPEEDS = [[0, 'as fast as it goes'], [1, '1 a second'], [5, '5 a second'],
                      [20, '20 a second'], [100, '100 a second']];
const ASKED_MS = 1500;
class Transport {
  constructor(element, windows) {
    Object.assign(this, {element, windows, asked: false, askedAt: -1e9});
    this.pause = one('.pause', element);
    this.speed = one('select', element);
    const all = () => this.runs;
    this.pause.addEventListener('click', () => this.toggle());
    one('.step', element).addEventListener('click', () => this.step());
    one('.mark-here', element).addEventListener('click', () => act(all(), {do: 'mark'}));
    one('.twin', element).addEventListener('click', () => act(all().slice(0, 1), {do: 'twin'}));
    this.end = one('.end', element);
    this.end.addEventListener('click', () => this.stop());
    this.speed.addEventListener('change', () =>
      act(all(), {do: 'speed', value: +this.speed.value}, true));
  }
  get runs() {
    return this.windows.map(w => w.run);
  }
  /* As the run says, or, until it has heard of it, as was just asked for. */
  get paused() {
    if (performance.now() - this.askedAt < ASKED_MS) return this.asked;
    return this.runs.some(run => run.state && run.state.paused);
  }
  toggle() {
    this.asked = !this.paused;
    this.askedAt = performance.now();
    act(this.runs, {do: this.asked ? 'pause' : 'go'}, true);
    this.show();
  }
  step() {
    this.askedAt = -1e9;
    act(this.runs, {do: 'step'}, true);
  }
  /* What ends it is asked twice. */
  stop() {
    if (this.sure) act(this.runs, {do: 'stop'});
    clearTimeout(this.sure);
    this.sure = this.sure ? 0 : setTimeout(() => {
      this.sure = 0;
      say(this.end, 'Stop');
    }, 4000);
    say(this.end, this.sure ? 'Stop it now?' : 'Stop');
  }
  /* Keys: true if it was one of ours. */
  key(key) {
    if (!this.runs.some(run => run.controlled)) return false;
    if (key === ' ') this.toggle();
    else if (key === '.') this.step();
    else if (key === 'm') act(this.runs, {do: 'mark'});
    else return false;
    return true;
  }
  show() {
    const run = this.runs[0], {about, state} = run;
    this.element.hidden = !run.controlled || Boolean(state && state.done);
    if (!about || !state) return;
    const paused = this.paused;
    this.pause.classList.toggle('on', !paused);
    say(one('span', this.pause), paused ? 'Go on' : 'Pause');
    one('.twin', this.element).hidden = this.windows.length > 1;
    const speeds = about.kind === 'brain' ? BRAIN_SPEEDS : TRAIN_SPEEDS;
    const known = speeds.some(([value]) => value === state.speed);
    choose(this.speed, known ? speeds : [...speeds, [state.speed, number(state.speed, 3) +
      (about.kind === 'brain' ? ' × real time' : ' a second')]]);
    if (this.speed !== document.activeElement) this.speed.value = state.speed;
  }
}
/* ------------------------------------------------------------------------------ reaching in */
const GIVEN = ['reward', 'punishment', 'uncertainty', 'novelty', 'attention'];
const BESIDE_LEVELS = ['clamp', 'release'];
const group = (title, ...children) => {
  const section = make('section', 'group');
  section.append(make('h3', '', title), ...children);
  return section;
};
const numberInput = (label, kind, value) => {
  const input = make('input');
  input.type = 'number';
  input.step = 'any';
  if (isNumber(kind.low)) input.min = kind.low;
  if (isNumber(kind.high)) input.max = kind.high;
  input.value = value;
  input.setAttribute('aria-label', label);
  return input;
};
class Reach {
  constructor(host, windows) {
    Object.assign(this, {host, windows, made: ''});
    this.target = 'all';
  }
  get runs() {
    const all = this.windows.map(w => w.run);
    return this.target === 'all' ? all : all.filter(run => run.id === this.target);
  }
  get first() {
    return this.windows[0].run;
  }
  build() {
    const {about} = this.first, kinds = this.first.controlled ? about.reach || [] : [];
    const key = this.windows.map(w => w.run.id + (w.run.about ? '!' : '')).join() +
      kinds.map(kind => kind.name).join();
    if (key === this.made) return;
    this.made = key;
    const by = new Map(kinds.map(kind => [kind.name, kind]));
    const children = [];
    if (kinds.length && this.windows.length > 1) children.push(this.whose());
    const given = GIVEN.filter(name => by.has(name));
    if (given.length) children.push(group('Give', ...given.map(name => this.giver(by.get(name)))));
    if (by.has('lesion') && by.has('heal')) children.push(this.lesions());
    if (by.has('learning')) children.push(this.learning(by.get('rate')));
    const known = [...GIVEN, ...BESIDE_LEVELS, 'lesion', 'heal', 'learning', 'rate'];
    const others = kinds.filter(kind => !known.includes(kind.name));
    if (others.length) children.push(group('More', ...others.map(kind => this.other(kind))));
    if (kinds.length) children.push(this.marksGroup());
    if (about.kind !== 'study') children.push(this.doneGroup());
    if (kinds.length) children.push(this.saidGroup());
    children.push(this.againGroup());
    this.host.replaceChildren(...children);
  }
  whose() {
    const box = make('fieldset', 'whose-choice'), id = uniqueId();
    box.append(make('legend', '', 'Reach into'));
    const choices = [...this.windows.map(w => [w.run.id, w.label]), ['all', 'both']];
    for (const [value, text] of choices) {
      const input = make('input'), label = make('label', '', text);
      input.type = 'radio';
      input.name = id;
      input.id = uniqueId();
      label.htmlFor = input.id;
      input.checked = value === this.target;
      input.addEventListener('change', () => { this.target = value; });
      box.append(input, label);
    }
    return box;
  }
  /* A value and a button: reward 1 [Give]. */
  giver(kind) {
    const row = make('form', 'row give'), input = numberInput(kind.name, kind, 1);
    row.title = kind.meaning || '';
    row.append(make('span', 'label', spaced(kind.name)), input, this.submit('Give', kind.name));
    this.onSubmit(row, () => ({do: kind.name, value: input.valueAsNumber}));
    return row;
  }
  submit(text, what) {
    const element = make('button', '', text);
    element.type = 'submit';
    if (what) element.setAttribute('aria-label', text + ' ' + what);
    return element;
  }
  onSubmit(form, command) {
    form.noValidate = true; /* the run says itself what it refuses, and why */
    form.addEventListener('submit', event => {
      event.preventDefault();
      const wanted = command();
      if ('value' in wanted && isNaN(wanted.value)) tell(wanted.do + ': this is no number', false);
      else act(this.runs, wanted);
    });
  }
  parts() {
    const {about} = this.first, select = make('select');
    const add = (label, list) => {
      if (!list || !list.length) return;
      const box = make('optgroup');
      box.label = label;
      box.append(...list.map(item => {
        const option = make('option', '', item.name);
        option.value = item.name;
        return option;
      }));
      select.append(box);
    };
    add('populations', about.populations);
    add('projections', about.projections);
    return select;
  }
  lesions() {
    const form = make('form', 'row lesion'), select = this.parts();
    select.setAttribute('aria-label', 'population or projection');
    form.append(select, this.submit('Lesion'));
    this.onSubmit(form, () => ({do: 'lesion', of: select.value}));
    this.lesioned = make('ul', 'list');
    return group('Lesion', form, this.lesioned);
  }
  learning(rate) {
    const children = [];
    this.switch = button('', 'switch', () => act(this.runs, {
      do: 'learning', value: this.switch.getAttribute('aria-checked') === 'true' ? 0 : 1}));
    this.switch.setAttribute('role', 'switch');
    this.switch.append(make('i'), make('span', '', 'It learns'));
    children.push(this.switch);
    if (rate) {
      const form = make('form', 'row give');
      const input = numberInput('factor of the learning rate', rate, 1);
      form.title = rate.meaning || '';
      form.append(make('span', 'label', 'rate ×'), input, this.submit('Set', 'the factor'));
      this.onSubmit(form, () => ({do: 'rate', value: input.valueAsNumber}));
      this.rate = input;
      children.push(form);
    }
    return group('Learning', ...children);
  }
  /* A kind that this page knows nothing of: what it is done to, its value, and a button with its
   * name. */
  other(kind) {
    const form = make('form', 'row other'), command = {do: kind.name};
    const label = make('span', 'label', spaced(kind.name));
    form.append(label);
    let of = null, value = null;
    if (kind.of) {
      const {about} = this.first, list = make('datalist');
      of = make('input');
      list.id = uniqueId();
      of.setAttribute('list', list.id);
      of.setAttribute('aria-label', kind.of);
      of.placeholder = kind.of;
      for (const item of [...about.populations || [], ...about.projections || [],
                          ...about.modulators || []]) {
        const option = make('option');
        option.value = item.name;
        list.append(option);
      }
      form.append(of, list);
    }
    if (kind.has_value) {
      const high = isNumber(kind.high) ? kind.high : 1;
      value = numberInput('value', kind, clamp(1, kind.low || 0, high));
      form.append(value);
    }
    form.append(this.submit('Do', kind.name), make('small', '', kind.meaning || ''));
    this.onSubmit(form, () => ({
      ...command, ...(of ? {of: of.value} : {}), ...(value ? {value: value.valueAsNumber} : {})}));
    return form;
  }
  marksGroup() {
    this.marks = make('ul', 'list marks');
    this.noMarks = make('p', 'none',
                        'None yet: a mark is a state that it can go back to, to the bit.');
    return group('Marks', this.noMarks, this.marks);
  }
  doneGroup() {
    this.done = make('ol', 'list done');
    this.nothing = make('p', 'none', 'Nothing so far.');
    return group('What was done to it', this.nothing, this.done);
  }
  saidGroup() {
    this.said = make('ul', 'list said');
    this.silent = make('p', 'none', 'No command yet.');
    return group('What the run answered', this.silent, this.said);
  }
  againGroup() {
    const {about} = this.first, children = [];
    const add = (title, text) => {
      if (!text) return;
      const head = make('div', 'copy'), pre = make('pre');
      pre.append(...text.split(' ').flatMap((word, k) => [k ? ' ' : '', make('span', '', word)]));
      pre.tabIndex = 0;
      head.append(make('span', '', title), button('Copy', '', () => copy(text, pre)));
      children.push(head, pre);
    };
    add('The command', about.command);
    this.each((run, label) => [[run.about, label]]).forEach(([each, label]) =>
      add(label ? label + 'with what was done' : 'The same, with what was done',
          each && each.again));
    const config = about.config && JSON.stringify(about.config, null, 2);
    if (config) {
      const box = make('details'), pre = make('pre', '', config);
      box.append(make('summary', '', 'Its configuration'), pre);
      const head = make('div', 'copy');
      head.append(make('span', '', 'config.json'), button('Copy', '', () => copy(config, pre)));
      children.push(head, box);
    }
    return group('Once more', ...children);
  }
  /* ---------------------------------------------------------------- what changes */
  show() {
    if (!this.first.about) return;
    this.build();
    const {state} = this.first;
    if (state && this.lesioned) this.showLesioned();
    if (state && this.switch) this.showLearning(state);
    if (state && this.marks) this.showMarks();
    if (this.said) this.showSaid();
    this.showDone();
  }
  /* Fills a list if its lines changed: [key, ...children] of each. */
  fill(list, key, lines) {
    if (list.dataset.key === key) return;
    list.dataset.key = key;
    const focused = list.contains(document.activeElement)
      ? all('button', list).indexOf(document.activeElement) : -1;
    list.replaceChildren(...lines().map(children => {
      const item = make('li');
      item.append(...children);
      return item;
    }));
    const buttons = all('button', list);
    if (focused >= 0 && buttons.length) buttons[Math.min(focused, buttons.length - 1)].focus();
  }
  named(run) {
    const window = this.windows.find(w => w.run === run);
    return this.windows.length > 1 && window ? window.label + ': ' : '';
  }
  each(f) {
    return this.windows.flatMap(w => f(w.run, this.named(w.run)));
  }
  showLesioned() {
    const list = this.each((run, label) =>
      (run.state && run.state.lesioned || []).map(name => [run, label, name]));
    this.fill(this.lesioned, list.map(([run, , name]) => run.id + name).join('\n'), () =>
      list.map(([run, label, name]) => {
        const heal = button('Heal', '', () => act([run], {do: 'heal', of: name}));
        heal.setAttribute('aria-label', 'Heal ' + label + name);
        return [make('span', '', label + name), heal];
      }));
  }
  showLearning(state) {
    this.switch.setAttribute('aria-checked', String(!state.resting));
    say(one('span', this.switch), state.resting ? 'Learning is off' : 'It learns');
    if (this.rate && this.rate !== document.activeElement && isNumber(state.rate_factor) &&
        state.rate_factor !== this.factor) {
      this.factor = state.rate_factor;
      this.rate.value = state.rate_factor;
    }
  }
  showMarks() {
    const list = this.each((run, label) =>
      (run.state && run.state.marks || []).map(mark => [run, label, mark]));
    this.noMarks.hidden = list.length > 0;
    this.fill(this.marks, list.map(([run, , mark]) => run.id + ':' + mark.id).join(), () =>
      list.map(([run, label, mark]) => {
        const brain = run.about && run.about.kind === 'brain';
        const where = brain && isNumber(mark.t_s)
          ? number(mark.t_s, 6) + ' s' : 'iteration ' + count(mark.step);
        const back = button('Go back to here', '',
                            () => act([run], {do: 'back', of: String(mark.id)}));
        back.setAttribute('aria-label', 'Go back to ' + label + where);
        return [make('span', '', label + where), back];
      }));
  }
  showSaid() {
    const list = this.each((run, label) =>
      (run.state && run.state.said || []).map(word => [run, label, word]))
      .sort((a, b) => b[2].id - a[2].id);
    this.silent.hidden = list.length > 0;
    this.fill(this.said, list.map(([, , word]) => word.id).join(), () =>
      list.map(([, label, word]) => {
        const line = make('span', word.ok ? 'fine' : 'refused');
        line.append(make('b', '', word.ok ? '✓ ' : '✕ Refused: '), label + word.text);
        return [line];
      }));
  }
  showDone() {
    if (!this.done) return;
    const list = this.each((run, label) =>
      run.events.map((event, k) => [run, label, event, k + 1]));
    this.nothing.hidden = list.length > 0;
    this.fill(this.done, list.length + ':' + this.windows.map(w => w.run.turns.events).join(), () =>
      list.slice(-200).map(([run, label, event, k]) => {
        const dt = run.about && run.about.dt_ms;
        const when = dt ? number(event.step * dt * 1e-3, 6) + ' s' : count(event.step);
        const value = isNumber(event.value) ? number(event.value, 4) : '';
        const what = [spaced(event.do || ''), event.of, value]
          .filter(word => word).join(' ');
        return [make('b', '', String(k)), make('span', '', label + what), make('small', '', when)];
      }));
  }
}
const copy = async (text, shown) => {
  try {
    await navigator.clipboard.writeText(text);
    tell('copied', true);
  } catch {
    const box = shown.closest('details');
    if (box) box.open = true;
    getSelection().selectAllChildren(shown);
    tell('it is selected: copy it with Ctrl+C', true);
  }
};
