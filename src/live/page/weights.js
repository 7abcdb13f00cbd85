/* Heat maps of matrices: one figure for each, with its scale, and the number under the pointer. */
'use strict';
class Maps {
  constructor(host) {
    this.host = host;
    this.maps = new Map();
  }
  figure(name) {
    const element = part('map-part'), map = {element, canvas: one('canvas', element), scale: 0};
    say(one('b', element), name);
    const output = one('output', element);
    map.canvas.addEventListener('pointermove', event => {
      const box = map.canvas.getBoundingClientRect(), [rows, cols] = map.shape;
      const j = clamp(Math.floor((event.clientX - box.left) / box.width * cols), 0, cols - 1);
      const i = clamp(Math.floor((event.clientY - box.top) / box.height * rows), 0, rows - 1);
      const value = map.data[i * cols + j];
      const text = isFinite(value) ? number(value, 3) : 'none';
      say(output, j + ' → ' + i + ': ' + text);
    });
    map.canvas.addEventListener('pointerleave', () => say(output, ''));
    this.host.append(element);
    this.maps.set(name, map);
    return map;
  }
  draw(arrays) {
    const names = Object.keys(arrays).filter(name => arrays[name].shape.length === 2);
    for (const [name, map] of this.maps)
      if (!names.includes(name)) {
        map.element.remove();
        this.maps.delete(name);
      }
    for (const name of names) {
      const map = this.maps.get(name) || this.figure(name), {shape, data} = arrays[name];
      const scale = heatScale(data);
      if (scale > map.scale || scale < 0.4 * map.scale) map.scale = scale;
      Object.assign(map, {shape, data});
      drawHeat(map.canvas, shape[0], shape[1], (i, j) => data[i * shape[1] + j], map.scale);
      map.canvas.style.aspectRatio = 4 * shape[0] <= shape[1] ? '4' : '1';
      say(one('small', map.element), shape[0] + ' × ' + shape[1]);
      say(one('.from', map.element), number(-map.scale, 2));
      say(one('.to', map.element), number(map.scale, 2));
      one('.gap', map.element).hidden = !data.some(value => isNaN(value));
      describe(map.canvas, name + ', ' + shape[0] + ' rows and ' + shape[1] +
               ' columns, from about ' + number(-map.scale, 2) + ' to ' + number(map.scale, 2));
    }
  }
}
