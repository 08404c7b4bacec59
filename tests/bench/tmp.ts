import { schnorr } from '@noble/curves/secp256k1.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { loadEngine } from '../../src/lib/wasm/engine.ts';
export async function go(wasm: Uint8Array<ArrayBuffer>) {
  const { secp256k1: g, ed25519: ed } = await loadEngine(wasm);
  const b = new Uint8Array(32).fill(7), k = g.scalarFromBytesChecked(b)!, P = g.mulBase(k), enc = g.pointToBytes(P), ek = ed.scalarFromBytesWrapping(b), eP = ed.mulBase(ek);
  const m96 = new Uint8Array(96).fill(3);
  const ops: Record<string, () => unknown> = {
    tagged: () => schnorr.utils.taggedHash('BIP0340/challenge', b, b, b), sha512: () => sha512(m96),
    wrapping: () => g.scalarFromBytesWrapping(b), negate: () => g.scalarNegate(k), checked: () => g.scalarFromBytesChecked(b), mulAdd: () => g.mulAddVar(k, P, k), mulBase: () => g.mulBase(k), mul: () => g.mul(k, P), decode: () => g.pointFromBytesChecked(enc), encode: () => g.pointToBytes(P), isId: () => g.isIdentity(P), add: () => g.add(P, P),
    scalarMul: () => g.scalarMul(k, k), scalarAdd: () => g.scalarAdd(k, k), edMulAdd: () => ed.mulAddVar(ek, eP, ek), edMul: () => ed.mul(ek, eP), edBase: () => ed.mulBase(ek), edWide: () => ed.scalarFromBytesWide(new Uint8Array(64).fill(9)),
  };
  const res: Record<string, number[]> = {};
  for (let r = 0; r < 200; r++) for (const n in ops) { const c = 20; const t = performance.now(); for (let i = 0; i < c; i++) ops[n]!(); (res[n] ??= []).push((performance.now() - t) / c * 1e3); }
  for (const n in ops) { res[n]!.sort((x, y) => x - y); console.log(n.padEnd(10), res[n]![5]!.toFixed(2), res[n]![100]!.toFixed(2)); }
}
