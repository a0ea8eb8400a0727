// NumPy's constants and the names of the element types, so that `np.float32` and `np.pi` read as they do there.

export const pi: number = Math.PI;
export const e: number = Math.E;
export const inf: number = Number.POSITIVE_INFINITY;
export const nan: number = Number.NaN;
export const euler_gamma = 0.5772156649015329;

/** A new axis of length 1 in an index: `X.at(':', np.newaxis)`. */
export const newaxis = null;

export const float64 = 'float64' as const;
export const float32 = 'float32' as const;
export const int64 = 'int64' as const;
export const int32 = 'int32' as const;
export const uint8 = 'uint8' as const;
export const int8 = 'int8' as const;
export const int16 = 'int16' as const;
export const uint16 = 'uint16' as const;
export const uint32 = 'uint32' as const;
export const uint64 = 'uint64' as const;
export const complex128 = 'complex128' as const;
export const complex64 = 'complex64' as const;
export const bool_ = 'bool' as const;

// NumPy's other names of the same types.
export const byte = 'int8' as const;
export const ubyte = 'uint8' as const;
export const short = 'int16' as const;
export const ushort = 'uint16' as const;
export const intc = 'int32' as const;
export const uintc = 'uint32' as const;
export const int_ = 'int64' as const;
export const intp = 'int64' as const;
export const uint = 'uint64' as const;
export const longlong = 'int64' as const;
export const single = 'float32' as const;
export const double = 'float64' as const;
export const float_ = 'float64' as const;
export const csingle = 'complex64' as const;
export const cdouble = 'complex128' as const;
export const complex_ = 'complex128' as const;
