// Weights in files: safetensors as PyTorch's users write them, .npz, and files that are broken.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nn, np } from '../../src/index.js';

const fixtures = new URL('../fixtures/', import.meta.url);
const bytes = new Uint8Array(readFileSync(new URL('safetensors.bin', fixtures)));
const written = JSON.parse(readFileSync(new URL('safetensors.json', fixtures), 'utf8'));
const dir = mkdtempSync(join(tmpdir(), 'gradlab-state-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('safetensors', () => {
  it('reads PyTorch’s arrays, half precisions as float32', () => {
    const { arrays, metadata } = nn.decodeSafetensors(bytes);
    expect(metadata).toEqual({ format: 'pt' });
    np.testing.assertAllclose(arrays.weight, written.weight, { rtol: 0, atol: 0 });
    expect(arrays.weight.dtype).toBe('float32');
    expect(arrays.half.tolist()).toEqual([1.5, -2, 65504, 2 ** -24, Infinity, Number.NaN]);
    expect(arrays.brain.tolist()).toEqual([1.5, -2, 3.140625, -Infinity]);
    expect(arrays.steps.item()).toBe(2 ** 40);
    expect(arrays.mask.tolist()).toEqual([[true, false]]);
    expect(arrays.empty.shape).toEqual([0, 4]);
    const layer = new nn.Linear(3, 2);
    const { weight, bias } = arrays;
    layer.loadStateDict({ weight, bias });
    expect(layer.weight.tolist()).toEqual(arrays.weight.tolist());
  });
  it.each(['model.safetensors', 'model.npz'])(
    '%s gives back what was saved, and leaves nothing beside',
    (name) => {
      const model = new nn.Sequential(
        new nn.Linear(3, 4),
        new nn.PReLU(),
        new nn.Linear(4, 2, { dtype: 'float64' }),
      );
      const file = join(dir, name);
      nn.save(model.stateDict(), file);
      const again = nn.load(file);
      expect(Object.keys(again).sort()).toEqual(Object.keys(model.stateDict()).sort());
      for (const [key, a] of Object.entries(model.stateDict())) {
        expect([again[key].dtype, again[key].tolist()]).toEqual([a.dtype, a.tolist()]);
      }
      expect(readdirSync(dir).filter((f) => f.endsWith('.tmp'))).toEqual([]);
    },
  );
  it('keeps names outside ASCII, metadata, transposed arrays', () => {
    const a = np.arange(6).reshape(2, 3);
    const coded = nn.encodeSafetensors({ 'größe.W': a.T, b: np.array([1n]) }, { note: 'ü' });
    const { arrays, metadata } = nn.decodeSafetensors(coded);
    expect(arrays['größe.W'].tolist()).toEqual(a.T.tolist());
    expect(metadata).toEqual({ note: 'ü' });
  });
  it('refuses every truncated file', () => {
    for (let n = 0; n < bytes.length; n += 7) {
      expect(() => nn.decodeSafetensors(bytes.slice(0, n), 'cut'), `${n} bytes`).toThrow(
        /load: cut is not a whole safetensors file/,
      );
    }
  });
  it('refuses headers that lie', () => {
    const forge = (header: unknown, data = 8): Uint8Array => {
      const text = new TextEncoder().encode(JSON.stringify(header));
      const out = new Uint8Array(8 + text.length + data);
      new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
      out.set(text, 8);
      return out;
    };
    const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
    expect(nn.decodeSafetensors(forge({ a: entry })).arrays.a.tolist()).toEqual([0, 0]);
    for (const [header, why] of [
      [{ a: { ...entry, shape: [3] } }, /'a' of shape \(3,\) and type F32 does not have 8 bytes/],
      [{ a: { ...entry, dtype: 'F99' } }, /unknown element type F99/],
      [{ a: { ...entry, shape: [-2] } }, /no shape and range/],
      [{ a: { ...entry, data_offsets: [4, 12] } }, /gap or an overlap/],
      [{ a: entry, b: entry }, /gap or an overlap/],
      [{}, /0 bytes of elements are described, 8 are there/],
      [[1], /header is no object/],
      [{ a: null }, /no shape and range/],
    ] as const) {
      expect(() => nn.decodeSafetensors(forge(header)), JSON.stringify(header)).toThrow(why);
    }
  });
  it('says which endings it knows', () => {
    expect(() => nn.load('model.pt')).toThrow(/\.pt files are pickles/);
    expect(() => nn.save({}, 'model.bin')).toThrow(/must end in \.safetensors or \.npz/);
    expect(() => nn.save({ z: np.zeros([1], { dtype: 'complex128' }) }, join(dir, 'z.safetensors'))).toThrow(
      /'z' of dtype complex128 cannot be stored as safetensors; use a \.npz file/,
    );
    writeFileSync(join(dir, 'text.safetensors'), 'hello');
    expect(() => nn.load(join(dir, 'text.safetensors'))).toThrow(/text\.safetensors is not a whole/);
  });
});
