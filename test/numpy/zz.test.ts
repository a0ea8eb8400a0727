import { it } from 'vitest';
import { np } from '../../src/index.js';
it('x', () => {
  np.random.seed(0); const N=100,K=3; const X=np.zeros([N*K,2]);
  for (let j=0;j<K;j++){ const r=np.linspace(0,1,N); const t=np.linspace(j*4,(j+1)*4,N).add(np.random.randn(N).mul(0.2)); X.set([`${N*j}:${N*(j+1)}`], np.c_(r.mul(np.sin(t)), r.mul(np.cos(t)))); }
  console.log(String(X.at(1)), String(X.at(150)), X.sum().item());
  for (let i=0;i<18;i++) np.random.randn();
  console.log(np.random.randn(2,3));
});
