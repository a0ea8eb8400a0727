// The nn namespace: activations and losses.

export * from './functional.js';
