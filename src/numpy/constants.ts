// NumPy's constants and the names of the element types, so that `np.float32` and `np.pi` read as they do there.

export const pi: number = Math.PI;
export const e: number = Math.E;
export const inf: number = Number.POSITIVE_INFINITY;
export const nan: number = Number.NaN;
export const euler_gamma = 0.5772156649015329;

/** A new axis of length 1 in an index: `X.at(':', np.newaxis)`. */
export const newaxis = null;

export const float64 = 'float64';
export const float32 = 'float32';
export const int64 = 'int64';
export const int32 = 'int32';
export const uint8 = 'uint8';
export const bool_ = 'bool';
