// The library's types for TypeScript before 5.4, such as tslab's own compiler: what those lack of today's.
declare global {
  type NoInfer<T> = T;
}
export * from '../dist/src/index.js';
