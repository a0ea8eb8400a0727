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
export const int8 = 'int8';
export const int16 = 'int16';
export const uint16 = 'uint16';
export const uint32 = 'uint32';
export const uint64 = 'uint64';
export const complex128 = 'complex128';
export const complex64 = 'complex64';
export const bool_ = 'bool';
