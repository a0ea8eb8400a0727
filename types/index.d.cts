// The library's types for CommonJS modules, which reach it through `require`.
export * from '../dist/src/index.js';
