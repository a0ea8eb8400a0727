// The arithmetic of every element-wise operation, written once for one element: ops.def's expressions become functors
// here, and loops over any layout, dtype and device instantiate them. Vector math is branch-free so that compilers
// vectorise it. This header is compiled once per instruction set; everything lies in that set's namespace.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include "command.h"

#ifndef GL_ISA
#define GL_ISA baseline
#endif
#if defined(__CUDACC__)
#define GL_HD __host__ __device__
#define GL_FN GL_HD static inline
#else
#define GL_HD __attribute__((always_inline))
#define GL_FN GL_HD static inline
#endif

namespace gl {

template <class T> struct Complex;   // cpu/complex.h

namespace GL_ISA {

// bool elements: arithmetic goes through int and comes back as != 0, which makes + or and * and, as in NumPy.
struct Bool {
  uint8_t v;
  Bool() = default;
  GL_HD explicit inline Bool(int x) : v(x != 0) {}
  GL_HD explicit inline Bool(int64_t x) : v(x != 0) {}
  GL_HD explicit inline Bool(uint8_t x) : v(x != 0) {}
  GL_HD explicit inline Bool(bool x) : v(x) {}
  GL_HD explicit inline Bool(double x) : v(x != 0) {}
  GL_HD explicit inline Bool(float x) : v(x != 0) {}
  GL_HD inline operator int() const { return v; }
};

template <class T> struct Code;
template <> struct Code<double> { static constexpr int value = 0; };
template <> struct Code<float> { static constexpr int value = 1; };
template <> struct Code<int64_t> { static constexpr int value = 2; };
template <> struct Code<int32_t> { static constexpr int value = 3; };
template <> struct Code<uint8_t> { static constexpr int value = 4; };
template <> struct Code<Bool> { static constexpr int value = 5; };
template <> struct Code<int8_t> { static constexpr int value = 6; };
template <> struct Code<int16_t> { static constexpr int value = 7; };
template <> struct Code<uint16_t> { static constexpr int value = 8; };
template <> struct Code<uint32_t> { static constexpr int value = 9; };
template <> struct Code<uint64_t> { static constexpr int value = 10; };
template <> struct Code<Complex<double>> { static constexpr int value = 11; };
template <> struct Code<Complex<float>> { static constexpr int value = 12; };

// dtype sets of ops.def, one bit per code.
constexpr int FLOAT = 3, INT = 28 | 31 << 6, BOOL = 32, COMPLEX = 3 << 11;
constexpr int NUMBER = FLOAT | INT, DISCRETE = INT | BOOL, REAL = NUMBER | BOOL, INEXACT = FLOAT | COMPLEX,
              FIELD = NUMBER | COMPLEX, ALL = REAL | COMPLEX;
template <class T> constexpr bool inSet(int set) { return (set >> Code<T>::value) & 1; }
template <class T> constexpr bool isReal = std::is_floating_point<T>::value;

#if defined(__FMA__) || defined(__aarch64__) || defined(__CUDACC__)
GL_FN double madd(double a, double b, double c) { return __builtin_fma(a, b, c); }
GL_FN float madd(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
GL_FN double madd(double a, double b, double c) { return a * b + c; }
GL_FN float madd(float a, float b, float c) { return a * b + c; }
#endif

template <class To, class From>
GL_FN To bits(From x) {
  static_assert(sizeof(To) == sizeof(From), "same size");
  To y;
  __builtin_memcpy(&y, &x, sizeof y);
  return y;
}

template <int Bytes> struct UIntOf { using type = uint64_t; };
template <> struct UIntOf<4> { using type = uint32_t; };
template <> struct UIntOf<2> { using type = uint16_t; };
template <> struct UIntOf<1> { using type = uint8_t; };

// ---- simple pieces --------------------------------------------------------------------------------------------------

// NaN in either operand wins.
template <class T> GL_FN T maximumOf(T a, T b) {
  T m = a > b ? a : b;
  return a != a ? a : m;
}
template <class T> GL_FN T minimumOf(T a, T b) {
  T m = a < b ? a : b;
  return a != a ? a : m;
}

GL_FN double absolute(double a) { return __builtin_fabs(a); }
GL_FN float absolute(float a) { return __builtin_fabsf(a); }
GL_FN Bool absolute(Bool a) { return a; }
template <class T> GL_FN T absolute(T a) {
  if constexpr (std::is_unsigned<T>::value) return a;
  else return a < 0 ? T(-a) : a;
}

template <class T> GL_FN T signum(T a) {
  if constexpr (std::is_unsigned<T>::value) return T(a > 0);
  else return a != a ? a : T((a > 0) - (a < 0));
}
template <class T> GL_FN T conjugate(T a) { return a; }

template <class T> GL_FN bool finite(T a) {
  if constexpr (isReal<T>) return absolute(a) <= std::numeric_limits<T>::max();
  return true;
}
template <class T> GL_FN bool infinite(T a) {
  if constexpr (isReal<T>) return absolute(a) > std::numeric_limits<T>::max();
  return false;
}
template <class T> GL_FN bool negativeSign(T a) {
  if constexpr (isReal<T>) return __builtin_signbit(a);
  else if constexpr (std::is_unsigned<T>::value) return false;
  else return a < 0;
}

GL_FN double roundDown(double a) { return __builtin_floor(a); }
GL_FN float roundDown(float a) { return __builtin_floorf(a); }

// Integer division by zero gives 0, as in NumPy (which warns); the most negative number by -1 wraps.
template <class T> GL_FN bool minusOne(T b) { return std::is_signed<T>::value && b == T(-1); }
template <class T> GL_FN T inverseOf(T a) {
  if constexpr (isReal<T>) return T(1) / a;
  else return a == 1 || minusOne(a) ? a : T(0);
}
template <class T> GL_FN T floorQuotient(T a, T b) {
  if constexpr (isReal<T>) {
    if (b == 0) return a / b;
    T m = std::fmod(a, b);
    T q = (a - m) / b;
    if (m != 0 && (b < 0) != (m < 0)) q -= 1;
    if (q == 0) return std::copysign(T(0), a / b);
    T f = std::floor(q);
    return q - f > T(0.5) ? f + 1 : f;
  } else if constexpr (sizeof(T) == 8) {
    if (b == 0) return T(0);
    if (minusOne(b)) return T(-a);
    T q = T(a / b);
    return (std::is_signed<T>::value && a % b != 0 && (a < T(0)) != (b < T(0))) ? T(q - 1) : q;
  } else {
    // Floats hold quotients of narrower integers so exactly that rounding down is right, and that vectorises.
    T d = b == 0 || minusOne(b) ? T(1) : b;
    using Wide = typename std::conditional<sizeof(T) == 1, float, double>::type;
    using Whole = typename std::conditional<std::is_same<T, uint32_t>::value, int64_t, int32_t>::type;
    T q = T(Whole(roundDown(Wide(a) / Wide(d))));
    return b == 0 ? T(0) : minusOne(b) ? T(-a) : q;
  }
}
// The sign of the divisor, as Python's %.
template <class T> GL_FN T remainderOf(T a, T b) {
  if constexpr (isReal<T>) {
    T m = std::fmod(a, b);
    if (b == 0) return m;
    if (m == 0) return std::copysign(T(0), b);
    return (b < 0) != (m < 0) ? m + b : m;
  } else if constexpr (sizeof(T) == 8) {
    if (b == 0 || minusOne(b)) return T(0);
    T m = T(a % b);
    return (std::is_signed<T>::value && m != 0 && (m < T(0)) != (b < T(0))) ? T(m + b) : m;
  } else {
    return b == 0 ? T(0) : T(a - floorQuotient(a, b) * b);
  }
}
template <class T> GL_FN T remainderC(T a, T b) {
  if constexpr (isReal<T>) return std::fmod(a, b);
  else return b == 0 || minusOne(b) ? T(0) : T(a % b);
}
// a ? b : c. Without AVX-512's mask registers compilers do not vectorise that for a condition narrower than the values,
// but they do vectorise it spelled out in bits.
template <class T> GL_FN T select(Bool a, T b, T c) {
#if defined(__AVX512F__)
  return a ? b : c;
#else
  if constexpr (std::is_class<T>::value && !std::is_same<T, Bool>::value) {
    return a ? b : c;
  } else {
    using U = typename UIntOf<sizeof(T)>::type;
    const U m = U(U(0) - U(a.v != 0));
    return bits<T>(U((bits<U>(b) & m) | (bits<U>(c) & U(~m))));
  }
#endif
}

GL_FN Bool bitNot(Bool a) { return Bool(!a.v); }
template <class T> GL_FN T bitNot(T a) { return T(~a); }
template <class T> GL_FN T shiftLeft(T a, T b) {
  return (b < T(0)) | (uint64_t(b) >= 8 * sizeof(T)) ? T(0) : T(typename std::make_unsigned<T>::type(a) << b);
}
template <class T> GL_FN T shiftRight(T a, T b) {
  return (b < T(0)) | (uint64_t(b) >= 8 * sizeof(T)) ? (a < T(0) ? T(-1) : T(0)) : T(a >> b);
}

GL_FN double squareRoot(double a) { return __builtin_sqrt(a); }
GL_FN float squareRoot(float a) { return __builtin_sqrtf(a); }
GL_FN double roundUp(double a) { return __builtin_ceil(a); }
GL_FN float roundUp(float a) { return __builtin_ceilf(a); }
GL_FN double roundEven(double a) { return __builtin_rint(a); }
GL_FN float roundEven(float a) { return __builtin_rintf(a); }
GL_FN double roundZero(double a) { return __builtin_trunc(a); }
GL_FN float roundZero(float a) { return __builtin_truncf(a); }
GL_FN double withSign(double a, double b) { return __builtin_copysign(a, b); }
GL_FN float withSign(float a, float b) { return __builtin_copysignf(a, b); }

// ---- parts of numbers, whole numbers ---------------------------------------------------------------------------------

template <class T> GL_FN T neighbour(T a, T b) { return std::nextafter(a, b); }
// The distance to the next number away from zero, with the sign of a, positive at 0 (numpy.spacing).
template <class T> GL_FN T gapAt(T a) {
  if (!finite(a)) return std::numeric_limits<T>::quiet_NaN();
  return std::nextafter(a, withSign(std::numeric_limits<T>::infinity(), a == 0 ? T(0) : a)) - a;
}
template <class T> GL_FN T mantissaOf(T a) {
  int e = 0;
  return finite(a) ? std::frexp(a, &e) : a;
}
template <class T> GL_FN T exponentOf(T a) {
  int e = 0;
  if (finite(a)) std::frexp(a, &e);
  return T(e);
}
// a * 2^b; exponents beyond what can matter are held there, so that they fit an int.
template <class T> GL_FN T timesPower(T a, T b) {
  const T most = T(100000);
  return std::ldexp(a, int(b > most ? most : b < -most ? -most : b));
}
template <class T> GL_FN T commonDivisor(T a, T b) {
  a = absolute(a), b = absolute(b);
  while (b != 0) {
    T r = std::is_signed<T>::value && b == T(-1) ? T(0) : T(a % b);
    a = b;
    b = r;
  }
  return a;
}
template <class T> GL_FN T commonMultiple(T a, T b) {
  T d = commonDivisor(a, b);
  return d == 0 ? T(0) : absolute(T(T(a / d) * b));
}

#include "elementary.h"
#include "powers.h"

GL_FN double log2Of1P(double a) { return 1.442695040888963407359924681001892137 * ::log1p(a); }
GL_FN float log2Of1P(float a) { return 1.442695040888963407359924681001892137f * ::log1pf(a); }
// log2(2^a + 2^b).
template <class T> GL_FN T logAddExp2(T a, T b) {
  if (a == b) return a + T(1);
  T d = a - b;
  return d > 0 ? a + log2Of1P(exponential2(-d)) : d <= 0 ? b + log2Of1P(exponential2(d)) : d;
}

// ---- functors of ops.def --------------------------------------------------------------------------------------------

#define UNARY(name, set, cost, ...) \
  struct F_##name { \
    static constexpr int types = set; \
    template <class T> GL_FN T call(T a) { return T(__VA_ARGS__); } \
  };
#define PREDICATE(name, set, cost, ...) \
  struct F_##name { \
    static constexpr int types = set; \
    template <class T> GL_FN Bool call(T a) { return Bool(bool(__VA_ARGS__)); } \
  };
#define BINARY(name, set, cost, ...) \
  struct F_##name { \
    static constexpr int types = set; \
    template <class T> GL_FN T call(T a, T b) { return T(__VA_ARGS__); } \
  };
#define COMPARE(name, set, cost, ...) \
  struct F_##name { \
    static constexpr int types = set; \
    template <class T> GL_FN Bool call(T a, T b) { return Bool(bool(__VA_ARGS__)); } \
  };
#define TERNARY(name, set, cost, ...) \
  struct F_##name { \
    static constexpr int types = set; \
    template <class A, class T> GL_FN T call(A a, T b, T c) { return T(__VA_ARGS__); } \
  };
#include "ops.def"

// Functions with a branch for rare operands: when `holds` for all elements of a row, `call` does without the branch and
// vectorises.
template <class F> struct Usual {
  static constexpr bool exists = false;
};
template <> struct Usual<F_exp> {
  static constexpr bool exists = true;
  template <class T> GL_FN bool holds(T x) { return ordinaryExponent(x); }
  template <class T> GL_FN T call(T x) { return exponentialOrdinary(x); }
};
template <> struct Usual<F_log> {
  static constexpr bool exists = true;
  template <class T> GL_FN bool holds(T x) { return ordinaryPositive(x); }
  template <class T> GL_FN T call(T x) { return logarithmOrdinary(x); }
};
template <> struct Usual<F_log2> {
  static constexpr bool exists = true;
  template <class T> GL_FN bool holds(T x) { return ordinaryPositive(x); }
  template <class T> GL_FN T call(T x) { return logarithm2Of<true>(x); }
};
template <> struct Usual<F_log10> {
  static constexpr bool exists = true;
  template <class T> GL_FN bool holds(T x) { return ordinaryPositive(x); }
  template <class T> GL_FN T call(T x) { return logarithm10Of<true>(x); }
};
template <> struct Usual<F_tan> {
  static constexpr bool exists = true;
  template <class T> GL_FN bool holds(T x) { return nearAngle(x); }
  template <class T> GL_FN T call(T x) { return tangentNear(x); }
};
template <> struct Usual<F_sin> {
  static constexpr bool exists = true;
  template <class T> GL_FN bool holds(T x) { return nearAngle(x); }
  template <class T> GL_FN T call(T x) { return x == 0 ? x : sineNear(x, 0); }
};
template <> struct Usual<F_cos> {
  static constexpr bool exists = true;
  template <class T> GL_FN bool holds(T x) { return nearAngle(x); }
  template <class T> GL_FN T call(T x) { return sineNear(x, 1); }
};

// Conversion between element types as NumPy on x86-64 does it: what an integer type cannot hold becomes its most
// negative value (int64, int32) or wraps through int64 (narrower and unsigned types); bool is != 0.
template <class To, class From>
GL_FN To convert(From x) {
  if constexpr (std::is_same<To, From>::value) return x;
  else if constexpr (std::is_same<To, Bool>::value) return Bool(x != From(0));
  else if constexpr (std::is_same<From, Bool>::value) return To(x.v);
  else if constexpr (isReal<From> && !isReal<To>) {
    // Compilers may assume such values away; compare first.
    constexpr From limit = From(9223372036854775808.0);
    if constexpr (std::is_same<To, uint64_t>::value) {
      if (x >= limit) return x < 2 * limit ? uint64_t(x) : 0;
    }
    int64_t wide = (x >= -limit) & (x < limit) ? int64_t(x) : std::numeric_limits<int64_t>::min();
    if constexpr (std::is_same<To, int32_t>::value)
      return (wide < -2147483648LL) | (wide > 2147483647LL) ? std::numeric_limits<int32_t>::min() : int32_t(wide);
    else return To(wide);
  } else return To(x);
}

}  // namespace GL_ISA
}  // namespace gl
