// What typescript.ts takes from TypeScript's package, in one module: the build joins it into one file, which loads in half
// the time.
export * as ast from 'typescript/unstable/ast';
export * as sync from 'typescript/unstable/sync';
