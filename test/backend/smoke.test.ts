import { it } from 'vitest';
import { NDArray } from '../../src/core/ndarray.js';
import { allocate } from '../../src/core/storage.js';
import * as B from '../../src/backend/index.js';
const arr = (dt: any, shape: number[], v?: number[]) => { const s=shape.reduce((a,b)=>a*b,1); const a=new NDArray(allocate(Math.max(8,s*8)), dt, shape); if(v) { const r=a.raw() as any; v.forEach((x,i)=>r[i]=dt==='int64'?BigInt(x):x);} return a; };
it('smoke', () => {
  console.log(B.cpuFeatures(), B.getNumThreads());
  const a = arr('float64',[2,3],[1,2,3,4,5,6]); const o = arr('float64',[2,3]); const b=arr('float64',[3],[10,20,30]);
  B.elementwise(B.op.add,'float64',o,a,b); console.log(o.data);
  B.elementwise(B.op.mul,'float64',o,a,2); console.log(o.data);
  B.elementwise(B.op.exp,'float64',o,a); console.log(o.data, Array.from(a.data as any).map((x:any)=>Math.exp(x)));
  B.elementwise(B.op.log,'float64',o,a); console.log(o.data);
  B.elementwise(B.op.tanh,'float64',o,a); console.log(o.data);
  const s = arr('float64',[3]); B.reduce(B.op.sum, s, a, [0], 'float64'); console.log(s.data);
  const s2 = arr('float64',[2]); B.reduce(B.op.sum, s2, a, [1], 'float64'); console.log(s2.data);
  const s0 = arr('float64',[]); B.reduce(B.op.max, s0, a, null, 'float64'); console.log(s0.data);
  const m = arr('float64',[2,2]); const at = new NDArray(a.storage,'float64',[3,2],[1,3]); B.matmul(m,a,at); console.log(m.data);
  const i = arr('int64',[2]); B.reduce(B.op.argmax, i, a, [1], 'float64'); console.log(i.data);
  const l = arr('bool',[2,3]); B.elementwise(B.op.less,'float64',l,a,3.5); console.log(l.data);
  const f = arr('float32',[2,3]); B.copy(f,a); console.log(f.data); B.elementwise(B.op.add,'float64',o,a,f); console.log(o.data);
  B.cumulate(B.op.cumsum,o,a,1,'float64'); console.log(o.data);
  try { B.elementwise(B.op.sqrt,'int64',i,i);} catch(e) {console.log((e as Error).message)}
  const N=1000; const x=arr('float64',[8],[1,2,3,4,5,6,7,8]), y=arr('float64',[8]);
  for (let r=0;r<5;r++){ const t=performance.now(); for(let k=0;k<1e6;k++) B.elementwise(B.op.add,'float64',y,x,x); console.log('ns/op', (performance.now()-t)); }
});
