/* Small things that every file here uses: elements, numbers and times in words.
 *
 * Text enters the page as text alone; markup is never made of data. */
'use strict';
const clamp = (x, low, high) => Math.min(high, Math.max(low, x));
const one = (what, within) => (within || document).querySelector(what);
const all = (what, within) => [...(within || document).querySelectorAll(what)];
const make = (name, classes, text) => {
  const element = document.createElement(name);
  if (classes) element.className = classes;
  if (text !== undefined) element.textContent = text;
  return element;
};
const button = (text, classes, pressed) => {
  const element = make('button', classes, text);
  element.type = 'button';
  element.addEventListener('click', pressed);
  return element;
};
/* Writes only what changed, so that a screen reader and a selection are left in peace. */
const say = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};
let labels = 0;
const uniqueId = () => 'e' + ++labels;
const part = id => document.getElementById(id).content.firstElementChild.cloneNode(true);
const isNumber = v => typeof v === 'number' && isFinite(v);
const minus = text => text.replace(/-/g, '−');
/* About so many digits; whole numbers whole. */
const number = (v, digits) => {
  if (!isNumber(v)) return '–';
  const size = Math.abs(v);
  if (size !== 0 && (size < 1e-4 || size >= 1e7))
    return minus(v.toExponential(Math.max(0, digits - 2)).replace('e+', 'e'));
  const places = Math.max(digits, size >= 1 ? Math.floor(Math.log10(size)) + 1 : 1);
  return minus(v.toLocaleString('en-US', {maximumSignificantDigits: places}));
};
/* Always so many places behind the point: what is read while it moves must not dance. */
const fixed = (v, places) => {
  if (!isNumber(v)) return '–';
  const size = Math.abs(v);
  if (size !== 0 && (size >= 1e7 || size < 0.5 * 10 ** -places)) return number(v, 2);
  return minus(v.toLocaleString('en-US',
                                {minimumFractionDigits: places, maximumFractionDigits: places}));
};
const steady = v => {
  const size = Math.abs(v);
  return fixed(v, size >= 100 ? 1 : size >= 0.01 || size === 0 ? 2 : 4);
};
const count = v => isNumber(v) ? minus(Math.round(v).toLocaleString('en-US')) : '–';
const plural = (n, word) => count(n) + ' ' + word + (n === 1 ? '' : 's');
const duration = seconds => {
  if (!isNumber(seconds) || seconds < 0) return '–';
  if (seconds < 9.95) return fixed(seconds, 1) + ' s';
  const s = Math.round(seconds);
  if (s < 100) return s + ' s';
  if (s < 3600) return Math.floor(s / 60) + ' min ' + String(s % 60).padStart(2, '0') + ' s';
  if (s < 172800)
    return Math.floor(s / 3600) + ' h ' +
      String(Math.floor(s % 3600 / 60)).padStart(2, '0') + ' min';
  return Math.floor(s / 86400) + ' days ' + Math.floor(s % 86400 / 3600) + ' h';
};
/* "about 6 minutes": nobody can use the seconds of what is guessed. */
const guess = seconds => {
  if (!isNumber(seconds) || seconds < 0) return '–';
  if (seconds < 90) return Math.max(1, Math.round(seconds)) + ' s';
  if (seconds < 5400) return 'about ' + Math.round(seconds / 60) + ' min';
  if (seconds < 172800) return 'about ' + Math.round(seconds / 3600) + ' h';
  return 'about ' + plural(Math.round(seconds / 86400), 'day');
};
const speedWord = rate => isNumber(rate) ? (rate >= 100 ? count(rate) : fixed(rate, 1)) : '–';
const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
/* A name of modulators, series and files as it stands in a sentence. */
const spaced = name => name.replace(/_/g, ' ');
const sentence = text =>
  text ? text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.') : '';
