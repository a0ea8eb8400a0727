// The name under which the main thread of the user process leaves its interrupt function for the worker thread.
// A file of its own, so that the worker loads nothing else of the evaluator.
export const INTERRUPT_KEY = 'gradlab.kernel.interrupt';
