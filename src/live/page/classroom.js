/* The classroom: a card for each demonstration, and, while one runs, its task and questions beside
 * it. */
'use strict';
class Classroom {
  constructor(host, listed) {
    this.element = make('section', 'classroom');
    this.element.append(
      make('h1', '', listed.title || 'What do modulators do?'),
      make('p', 'lead', 'Choose a demonstration. Each runs here, live, and has a task to do and ' +
                        'questions to answer.'));
    this.cards = make('ul', 'cards');
    this.element.append(this.cards);
    host.append(this.element);
    this.update(listed);
  }
  update(listed) {
    const key = (listed.demonstrations || []).map(d => d.name).join();
    if (key === this.key) return;
    this.key = key;
    this.cards.replaceChildren(...(listed.demonstrations || []).map(demonstration => {
      const card = part('card-part'), start = one('button', card);
      say(one('h2', card), demonstration.title);
      say(one('p', card), demonstration.sentence);
      start.setAttribute('aria-label', 'Begin: ' + demonstration.title);
      start.addEventListener('click', () => beginDemonstration(demonstration.name));
      return card;
    }));
  }
}
const beginDemonstration = async name => {
  const answer = await source.send({run: -1, do: 'begin', of: name});
  tell(answer.error || 'beginning …', !answer.error);
};
/* Which one runs: the board says it, or the group of its runs does. */
const runningDemonstration = listed => {
  const demonstrations = listed.demonstrations || [];
  const name = listed.running || (listed.runs[listed.runs.length - 1] || {}).group;
  return demonstrations.find(d => d.name === name || d.title === name) || null;
};
const lesson = demonstration => {
  const box = make('section', 'lesson');
  const list = (title, kind, lines) => {
    if (!lines || !lines.length) return;
    const items = make(kind);
    items.append(...[].concat(lines).map(line => make('li', '', line)));
    box.append(make('h3', '', title), items);
  };
  list('To do', 'ol', demonstration.task);
  list('Questions', 'ol', demonstration.questions);
  return box;
};
