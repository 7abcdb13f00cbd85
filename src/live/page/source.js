/* Where the page's data come from: one object, `source`, over a server or over what is in the page
 * itself.
 *
 *   live                     does it go on? (else nothing changes, and nothing can be sent)
 *   block(run, name, after)  promises {bytes, version} of a newer block, or null: there is none
 *   file(run, name, from)    promises {bytes, size} of a file from a byte on, or null: there is none
 *   onchange(f)              f(run, name) whenever a block was replaced; f(null): any may have been
 *   onlink(f)                f(true or false, sentence): does the stream flow?
 *   send(command)            promises {id} or {error: sentence}
 *   listen(), hush()         opens and closes the stream
 *
 * `run` is a number, or 'board'. */
'use strict';
const servedSource = () => {
  const changes = [], links = [];
  let stream = null, timer = 0;
  const tell = (...what) => changes.forEach(f => f(...what));
  const link = (fine, sentence) => links.forEach(f => f(fine, sentence));
  const heard = event => {
    let news;
    try {
      news = JSON.parse(event.data);
    } catch {
      return;
    }
    for (const [run, name] of news.changed || [])
      tell(run === 'board' || run === '-1' || run === -1 ? 'board' : +run, name);
  };
  const open = () => {
    clearTimeout(timer);
    if (stream) stream.close();
    stream = new EventSource('/stream');
    stream.onopen = () => {
      link(true, '');
      tell(null);
    };
    stream.onmessage = heard;
    stream.onerror = () => {
      link(false, 'No answer from the run. Trying again.');
      if (!stream || stream.readyState !== EventSource.CLOSED) return;
      clearTimeout(timer);
      timer = setTimeout(open, 2000); /* it was refused; one that broke opens itself again */
    };
  };
  const get = async path => {
    try {
      const answer = await fetch(path, {cache: 'no-store'});
      return answer.ok ? answer : null;
    } catch {
      return null;
    }
  };
  return {
    live: true,
    onchange: f => changes.push(f),
    onlink: f => links.push(f),
    listen: open,
    hush: () => {
      clearTimeout(timer);
      if (stream) stream.close();
      stream = null;
    },
    block: async (run, name, after) => {
      const answer = await get('/block/' + run + '/' + name + '?after=' + after);
      if (!answer || answer.status === 204) return null;
      const version = +answer.headers.get('X-Version') || after;
      return {bytes: new Uint8Array(await answer.arrayBuffer()), version};
    },
    file: async (run, name, from) => {
      const answer = await get('/file/' + run + '/' + name + '?from=' + from);
      if (!answer || answer.status === 204) return null;
      const bytes = new Uint8Array(await answer.arrayBuffer());
      return {bytes, size: +(answer.headers.get('X-Size') || from + bytes.length)};
    },
    send: async command => {
      try {
        const answer = await fetch('/do', {
          method: 'POST', headers: {'Content-Type': 'application/json'},
          body: JSON.stringify(command)});
        const body = await answer.json().catch(() => ({}));
        if (answer.ok) return body;
        return {error: body.error || 'The server refused it (' + answer.status + ').'};
      } catch {
        return {error: 'It did not arrive: the run does not answer.'};
      }
    }
  };
};
const embeddedSource = () => {
  const PIECE = 1 << 20;
  const kept = new Map();
  const bytesOf = id => {
    if (!kept.has(id)) {
      const element = document.getElementById(id);
      if (!element) return null;
      kept.set(id, Uint8Array.from(atob(element.textContent.trim()), c => c.charCodeAt(0)));
    }
    return kept.get(id);
  };
  return {
    live: false,
    onchange: () => {},
    onlink: () => {},
    listen: () => {},
    hush: () => {},
    block: async (run, name, after) => {
      const bytes = after < 1 ? bytesOf('block-' + run + '-' + name) : null;
      return bytes && {bytes, version: 1};
    },
    file: async (run, name, from) => {
      const bytes = bytesOf('file-' + run + '-' + name);
      return bytes && {bytes: bytes.subarray(from, from + PIECE), size: bytes.length};
    },
    send: async () => ({error: 'This is a file: nothing can be done to the run.'})
  };
};
const source = document.getElementById('block-board-runs') || location.protocol === 'file:'
  ? embeddedSource() : servedSource();
