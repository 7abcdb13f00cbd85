/* Files of JSON lines that grow, and the columns of metrics.jsonl.
 *
 * Lines promises each whole line once, in order, and begins anew if the file became shorter or was
 * told to. Columns keeps every number of every row: a name ("reward", "level.dopamine") has one
 * typed array. */
'use strict';
const NEWLINE = 10;
class Lines {
  constructor(run, name, took, began) {
    Object.assign(this, {run, name, took, began, from: 0, torn: new Uint8Array(0), turn: 0});
    this.reading = false;
    this.size = 0;
  }
  anew() {
    this.from = 0;
    this.size = 0;
    this.torn = new Uint8Array(0);
    this.turn++;
    this.began();
  }
  /* The next piece. Promises true if there is more to be read at once. */
  async read() {
    if (this.reading) return false;
    this.reading = true;
    const turn = this.turn, from = this.from;
    const piece = await source.file(this.run, this.name, from);
    this.reading = false;
    if (turn !== this.turn) return true;
    if (!piece) return false;
    if (piece.size < from) {
      this.anew();
      return true;
    }
    this.from += piece.bytes.length;
    this.size = piece.size;
    if (piece.bytes.length > 0) this.take(piece.bytes);
    return piece.bytes.length > 0 && this.from < piece.size;
  }
  take(bytes) {
    const last = bytes.lastIndexOf(NEWLINE) + 1;
    const whole = new Uint8Array(last > 0 ? this.torn.length + last : 0);
    if (last > 0) {
      whole.set(this.torn);
      whole.set(bytes.subarray(0, last), this.torn.length);
      this.torn = bytes.slice(last);
    } else {
      const more = new Uint8Array(this.torn.length + bytes.length);
      more.set(this.torn);
      more.set(bytes, this.torn.length);
      this.torn = more;
    }
    if (whole.length > 0) this.took(this.parse(new TextDecoder().decode(whole)));
  }
  parse(text) {
    const lines = text.split('\n').filter(line => line !== '');
    try {
      return JSON.parse('[' + lines.join(',') + ']');
    } catch {
      return lines.flatMap(line => {
        try {
          return [JSON.parse(line)];
        } catch {
          return [];
        }
      });
    }
  }
}
class Columns {
  constructor() {
    this.clear();
  }
  clear() {
    this.n = 0;
    this.room = 0;
    this.columns = new Map();
    this.sums = new Map();
  }
  grow(n) {
    if (n <= this.room) return;
    this.room = Math.max(n, 2 * this.room, 1024);
    for (const [name, old] of this.columns) {
      const more = this.fresh();
      more.set(old.subarray(0, this.n));
      this.columns.set(name, more);
    }
  }
  fresh() {
    return new Float64Array(this.room).fill(NaN);
  }
  put(name, row, value) {
    let column = this.columns.get(name);
    if (!column) {
      if (this.columns.size >= 512) return;
      column = this.fresh();
      this.columns.set(name, column);
    }
    column[row] = value;
  }
  take(rows) {
    this.grow(this.n + rows.length);
    for (const row of rows) {
      for (const key in row) {
        const value = row[key];
        if (typeof value === 'number') this.put(key, this.n, value);
        else if (value && typeof value === 'object')
          for (const inner in value)
            if (typeof value[inner] === 'number') this.put(key + '.' + inner, this.n, value[inner]);
      }
      this.n++;
    }
  }
  has(name) {
    return this.columns.has(name);
  }
  get(name) {
    const column = this.columns.get(name);
    return column ? column.subarray(0, this.n) : new Float64Array(0);
  }
  last(name) {
    const column = this.columns.get(name);
    return column && this.n > 0 ? column[this.n - 1] : NaN;
  }
  /* Sums of a column from its begin on, of the rows so far; [k] is that of the first k. */
  sumOf(name) {
    let kept = this.sums.get(name);
    if (!kept || kept.sum.length < this.n + 1) {
      const sum = new Float64Array(this.room + 1), rows = new Float64Array(this.room + 1);
      if (kept) {
        sum.set(kept.sum.subarray(0, kept.n + 1));
        rows.set(kept.rows.subarray(0, kept.n + 1));
      }
      kept = {sum, rows, n: kept ? kept.n : 0};
      this.sums.set(name, kept);
    }
    const column = this.get(name);
    for (let k = kept.n; k < column.length; k++) {
      const fine = !isNaN(column[k]);
      kept.sum[k + 1] = kept.sum[k] + (fine ? column[k] : 0);
      kept.rows[k + 1] = kept.rows[k] + (fine ? 1 : 0);
    }
    kept.n = column.length;
    return kept;
  }
}
