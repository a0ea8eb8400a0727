// A module beside the notebook, for imports.test.ts.
export interface Options {
  rate: number;
}
export type Name = string;
export const twice = (x: number): number => x * 2;
export default function greet(name: Name): string {
  return `hello ${name}`;
}
