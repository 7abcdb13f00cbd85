/* Reads NumPy's archives, from their bytes: a zip of .npy files, stored or deflated.
 *
 * readNpz(bytes) promises an object of arrays, {name: {shape: [..], data: a typed array}}, or
 * throws with a sentence. 64-bit integers come as doubles; nothing outside the bytes is read. */
'use strict';
const readNpz = (() => {
  const END = 0x06054b50, ENTRY = 0x02014b50, LOCAL = 0x04034b50, DIRECTORY_ENTRY = 46;
  const wide = (view, at) => view.getUint32(at, true) + 2 ** 32 * view.getUint32(at + 4, true);
  const whole = kind => buffer =>
    Float64Array.from(new kind(buffer), value => Number(value));
  const kinds = {
    '<f4': Float32Array, '<f8': Float64Array, '<i4': Int32Array, '<u4': Uint32Array,
    '<i2': Int16Array, '<u2': Uint16Array, '|i1': Int8Array, '|u1': Uint8Array,
    '|b1': Uint8Array};
  const wholes = {'<i8': whole(BigInt64Array), '<u8': whole(BigUint64Array)};
  const text = bytes => new TextDecoder().decode(bytes);
  const end = view => {
    for (let at = view.byteLength - 22; at >= 0 && at > view.byteLength - 22 - 65536; at--)
      if (view.getUint32(at, true) === END) return at;
    throw new Error('this is no archive');
  };
  const inflate = async bytes => {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };
  /* Sizes of 2^32 - 1 stand in a field of their own behind the name (zip64). */
  const sizes = (view, at, nameLength, extraLength) => {
    const out = {
      unpacked: view.getUint32(at + 24, true), packed: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true)};
    let extra = at + DIRECTORY_ENTRY + nameLength;
    const stop = extra + extraLength;
    for (; extra + 4 <= stop; extra += 4 + view.getUint16(extra + 2, true)) {
      if (view.getUint16(extra, true) !== 1) continue;
      let field = extra + 4;
      for (const key of ['unpacked', 'packed', 'offset'])
        if (out[key] === 0xffffffff) {
          out[key] = wide(view, field);
          field += 8;
        }
    }
    return out;
  };
  const entries = bytes => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const last = end(view), list = [];
    let at = view.getUint32(last + 16, true);
    for (let k = view.getUint16(last + 10, true); k > 0; k--) {
      if (view.getUint32(at, true) !== ENTRY) throw new Error('the archive is torn');
      const nameLength = view.getUint16(at + 28, true), extraLength = view.getUint16(at + 30, true);
      const size = sizes(view, at, nameLength, extraLength);
      if (view.getUint32(size.offset, true) !== LOCAL) throw new Error('the archive is torn');
      const begin = size.offset + 30 + view.getUint16(size.offset + 26, true) +
                    view.getUint16(size.offset + 28, true);
      list.push({
        name: text(bytes.subarray(at + DIRECTORY_ENTRY, at + DIRECTORY_ENTRY + nameLength)),
        method: view.getUint16(at + 10, true), body: bytes.subarray(begin, begin + size.packed)});
      at += DIRECTORY_ENTRY + nameLength + extraLength + view.getUint16(at + 32, true);
    }
    return list;
  };
  const readNpy = bytes => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes[0] !== 0x93 || text(bytes.subarray(1, 6)) !== 'NUMPY')
      throw new Error('this is no array');
    const old = bytes[6] === 1, from = old ? 10 : 12;
    const length = old ? view.getUint16(8, true) : view.getUint32(8, true);
    const head = text(bytes.subarray(from, from + length));
    const type = /'descr': *'([^']+)'/.exec(head)[1];
    const shape = (/'shape': *\(([^)]*)\)/.exec(head)[1].match(/\d+/g) || []).map(Number);
    if (/'fortran_order': *True/.test(head)) throw new Error('an array in columns');
    const body = bytes.slice(from + length).buffer; /* a copy, and so aligned */
    if (!kinds[type] && !wholes[type]) throw new Error('an array of ' + type);
    return {shape, data: kinds[type] ? new kinds[type](body) : wholes[type](body)};
  };
  return async bytes => {
    const out = {};
    for (const entry of entries(bytes)) {
      if (entry.method !== 0 && entry.method !== 8) throw new Error('an archive packed otherwise');
      const npy = entry.method === 8 ? await inflate(entry.body) : entry.body;
      out[entry.name.replace(/\.npy$/, '')] = readNpy(npy);
    }
    return out;
  };
})();
