// np.lib: what NumPy keeps there and programs reach for. Nothing is defined here.

export * as stride_tricks from './strides.js';
