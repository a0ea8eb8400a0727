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
template <class T> GL_FN T power(T a, T b) {
  if constexpr (isReal<T>) {
    return b == T(2) ? a * a : std::pow(a, b);
  } else {
    if (std::is_signed<T>::value && b < T(0)) return a == 1 ? T(1) : a == T(-1) ? (b & 1 ? T(-1) : T(1)) : T(0);
    T r = 1;
    for (T n = b, p = a; n > 0; n = T(n >> 1), p = T(p * p))
      if (n & 1) r = T(r * p);
    return r;
  }
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

// ---- the C library's functions --------------------------------------------------------------------------------------

#define GL_LIBM(name, function) \
  GL_FN double name(double a) { return ::function(a); } \
  GL_FN float name(float a) { return ::function##f(a); }
GL_LIBM(tangent, tan)
GL_LIBM(arcSine, asin)
GL_LIBM(arcCosine, acos)
GL_LIBM(arcTangent, atan)
GL_LIBM(hyperbolicSine, sinh)
GL_LIBM(hyperbolicCosine, cosh)
GL_LIBM(areaSine, asinh)
GL_LIBM(areaCosine, acosh)
GL_LIBM(areaTangent, atanh)
GL_LIBM(errorFunction, erf)
GL_LIBM(cubeRoot, cbrt)
GL_LIBM(exponential2, exp2)
#undef GL_LIBM
GL_FN double arcTangent2(double a, double b) { return ::atan2(a, b); }
GL_FN float arcTangent2(float a, float b) { return ::atan2f(a, b); }
GL_FN double hypotenuse(double a, double b) { return ::hypot(a, b); }
GL_FN float hypotenuse(float a, float b) { return ::hypotf(a, b); }

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
GL_FN double log2Of1P(double a) { return 1.442695040888963407359924681001892137 * ::log1p(a); }
GL_FN float log2Of1P(float a) { return 1.442695040888963407359924681001892137f * ::log1pf(a); }
// log2(2^a + 2^b).
template <class T> GL_FN T logAddExp2(T a, T b) {
  if (a == b) return a + T(1);
  T d = a - b;
  return d > 0 ? a + log2Of1P(exponential2(-d)) : d <= 0 ? b + log2Of1P(exponential2(d)) : d;
}

// ---- exp, log, sin and what follows from them: about 1 ulp, right on NaN, infinities, zeros and subnormals -----------
// Coefficients: Chebyshev interpolation in 60 digits of (e^r - 1 - r) / r^2 on |r| <= ln2 / 2, and of
// (log((1 + s) / (1 - s)) - 2 s) / s^3 in s^2 on |s| <= 3 - 2 sqrt2.

template <class T> struct Real;
template <> struct Real<double> {
  using Int = int64_t;
  using UInt = uint64_t;
  static constexpr double log2e = 0x1.71547652b82fep+0, ln2hi = 0x1.62e42fee00000p-1, ln2lo = 0x1.a39ef35793c76p-33;
  static constexpr double log2eLow = 0x1.777d0ffda0d24p-56, log10e = 0x1.bcb7b1526e50ep-2, log10eLow = 0x1.95355baaafad3p-57;
  static constexpr double log10of2 = 0x1.34413509f6p-2, log10of2Low = 0x1.9fef311f12b36p-42;
  static constexpr double shifter = 0x1.8p52;   // adding it rounds to an integer, which stands in the low bits
  static constexpr double integers = 0x1p52;   // from here on neighbours differ by 1
  static constexpr int mantissa = 52;
  static constexpr int64_t bias = 1023;
  static constexpr double expMax = 0x1.62e42fefa39efp+9, expMin = -746, expLow = -707;  // expMax: log of the largest
  static constexpr double expm1Max = 710, expm1Min = -40, tanhMax = 20;
  static constexpr uint64_t one = 0x3ff0000000000000, rootHalf = 0x3fe6a09e667f3bcd, fraction = 0x000fffffffffffff;
  static constexpr double tiny = 0x1p-1022, lift = 0x1p54, lifted = 54;
};
template <> struct Real<float> {
  using Int = int32_t;
  using UInt = uint32_t;
  static constexpr float log2e = 0x1.715476p+0f, ln2hi = 0x1.62ep-1f, ln2lo = 0x1.0bfbe8p-15f;
  static constexpr float log2eLow = 0x1.4ae0cp-26f, log10e = 0x1.bcb7b2p-2f, log10eLow = -0x1.5b235ep-27f;
  static constexpr float log10of2 = 0x1.344p-2f, log10of2Low = 0x1.3509f8p-18f;
  static constexpr float shifter = 0x1.8p23f;
  static constexpr float integers = 0x1p23f;
  static constexpr int mantissa = 23;
  static constexpr int32_t bias = 127;
  static constexpr float expMax = 0x1.62e42ep+6f, expMin = -104, expLow = -86;
  static constexpr float expm1Max = 89, expm1Min = -20, tanhMax = 10;
  static constexpr uint32_t one = 0x3f800000, rootHalf = 0x3f3504f3, fraction = 0x007fffff;
  static constexpr float tiny = 0x1p-126f, lift = 0x1p25f, lifted = 25;
};

GL_FN double expSeries(double r) {
  double q = 0x1.af38a9b0ec855p-26;
  q = madd(q, r, 0x1.289185613a3d6p-22);
  q = madd(q, r, 0x1.71de0dae63bb3p-19);
  q = madd(q, r, 0x1.a019b90d2ae7ap-16);
  q = madd(q, r, 0x1.a01a01a7c41d5p-13);
  q = madd(q, r, 0x1.6c16c1788bd90p-10);
  q = madd(q, r, 0x1.11111111109b3p-7);
  q = madd(q, r, 0x1.5555555553d63p-5);
  q = madd(q, r, 0x1.5555555555556p-3);
  return madd(q, r, 0x1.0000000000001p-1);
}
GL_FN float expSeries(float r) {
  float q = 0x1.6d110ap-10f;
  q = madd(q, r, 0x1.120b6ep-7f);
  q = madd(q, r, 0x1.55551ap-5f);
  q = madd(q, r, 0x1.5554dcp-3f);
  return madd(q, r, 0x1.0p-1f);
}
GL_FN double logSeries(double z) {
  double q = 0x1.2b5900de53b32p-3;
  q = madd(q, z, 0x1.39fe51a7c18f9p-3);
  q = madd(q, z, 0x1.7462b51cb66b1p-3);
  q = madd(q, z, 0x1.c71c62e3f11e6p-3);
  q = madd(q, z, 0x1.2492492df281ap-2);
  q = madd(q, z, 0x1.99999999952d7p-2);
  return madd(q, z, 0x1.5555555555558p-1);
}
GL_FN float logSeries(float z) {
  float q = 0x1.ddcf72p-3f;
  q = madd(q, z, 0x1.245c40p-2f);
  q = madd(q, z, 0x1.9999ecp-2f);
  return madd(q, z, 0x1.555556p-1f);
}

// 2^n for an integer-valued n in the normal range.
template <class T> GL_FN T powerOfTwo(T n) {
  using R = Real<T>;
  using I = typename R::Int;
  using U = typename R::UInt;
  I k = bits<I>(n + R::shifter) - bits<I>(T(R::shifter));
  return bits<T>(U(U(k + R::bias) << R::mantissa));
}

// e^x - 1 as high + low, times `scale` (1, or 1/2 where e^x itself would overflow), for x in the range of expm1.
template <class T> GL_FN T expM1Parts(T x, T scale, T& low) {
  using R = Real<T>;
  T n = madd(x, T(R::log2e), T(R::shifter)) - T(R::shifter);
  T high = madd(n, -T(R::ln2hi), x);
  T r = madd(n, -T(R::ln2lo), high);
  T lost = madd(n, -T(R::ln2lo), high - r);
  // e^r - 1 = p + q with q the part that rounding p lost.
  T t = madd(r * r, expSeries(r), lost);
  T p = r + t;
  T q = t - (p - r);
  // 2^n p + (2^n - 1), again with what is lost.
  T s = powerOfTwo(scale == T(1) ? n : n - T(1));
  T whole = s - scale;
  T sum = madd(p, s, whole);
  low = madd(p, s, whole - sum) + s * q;
  return sum;
}

// Within 0.6 ulp: what rounding loses of r and of 1 + r is carried along.
template <class T> GL_FN T exponential(T x) {
  using R = Real<T>;
  using U = typename R::UInt;
  T t = madd(x, T(R::log2e), T(R::shifter));
  T n = t - T(R::shifter);
  T high = madd(n, -T(R::ln2hi), x);
  T r = madd(n, -T(R::ln2lo), high);
  T lost = madd(n, -T(R::ln2lo), high - r);
  T sum = T(1) + r;
  T p = sum + madd(r * r, expSeries(r), (r - (sum - T(1))) + lost);
  // n stands in the low bits of t; added to the exponent it multiplies by 2^n. Where that could leave the range of
  // normal numbers it goes through 2^64 times the result.
  bool low = x < T(R::expLow);
  T y = bits<T>(U(bits<U>(p) + U(bits<U>(t) << R::mantissa) + (low ? U(64) << R::mantissa : U(0))));
  y = low ? y * T(0x1p-64) : y;
  y = x > T(R::expMax) ? std::numeric_limits<T>::infinity() : y;
  y = x < T(R::expMin) ? T(0) : y;
  return x != x ? x : y;
}

template <class T> GL_FN T exponentialM1(T x) {
  using R = Real<T>;
  T c = x > T(R::expm1Max) ? T(R::expm1Max) : x;
  c = c < T(R::expm1Min) ? T(R::expm1Min) : c;
  T low;
  T high = expM1Parts(c, T(0.5), low);   // half of 2^n stays finite where 2^n does not
  return x == T(0) ? x : T(2) * (high + low);
}

// x = 2^k m with m in [sqrt(1/2), sqrt 2): returns log m as f - low, and k.
template <class T> GL_FN void logParts(T x, T& k, T& f, T& low) {
  using R = Real<T>;
  using U = typename R::UInt;
  bool small = x < T(R::tiny);
  T y = small ? x * T(R::lift) : x;
  U u = bits<U>(y) + U(R::one - R::rootHalf);
  T m = bits<T>(U((u & R::fraction) + R::rootHalf));
  U e = u >> R::mantissa;
  // Small integer to floating point without a conversion instruction.
  k = bits<T>(U(e | bits<U>(T(R::integers)))) - (T(R::integers) + T(R::bias));
  k = small ? k - T(R::lifted) : k;
  f = m - T(1);
  T s = f / (T(2) + f);
  T z = s * s;
  T h = T(0.5) * f * f;
  low = h - s * madd(z, logSeries(z), h);
}

// What a logarithm is where the formula does not hold.
template <class T> GL_FN T logEnds(T x, T r) {
  r = x == std::numeric_limits<T>::infinity() ? x : r;
  r = x == T(0) ? -std::numeric_limits<T>::infinity() : r;
  return (x < T(0)) | (x != x) ? std::numeric_limits<T>::quiet_NaN() : r;
}

template <class T> GL_FN T logarithm(T x) {
  using R = Real<T>;
  T k, f, low;
  logParts(x, k, f, low);
  return logEnds(x, madd(k, T(R::ln2hi), f - (low - k * T(R::ln2lo))));
}

// The last term is what rounding f - low lost.
template <class T> GL_FN T logarithm2(T x) {
  using R = Real<T>;
  T k, f, low;
  logParts(x, k, f, low);
  T l = f - low;
  T lost = (f - l) - low;
  return logEnds(x, madd(l, T(R::log2e), k) + madd(l, T(R::log2eLow), lost * T(R::log2e)));
}

template <class T> GL_FN T logarithm10(T x) {
  using R = Real<T>;
  T k, f, low;
  logParts(x, k, f, low);
  T l = f - low;
  return logEnds(x, madd(k, T(R::log10of2), madd(l, T(R::log10e), madd(l, T(R::log10eLow), k * T(R::log10of2Low)))));
}

template <class T> GL_FN T logarithm1P(T x) {
  T u = T(1) + x;
  T lost = x - (u - T(1));   // what rounding 1 + x lost
  T r = logarithm(u) + lost / u;
  r = u == std::numeric_limits<T>::infinity() ? u : r;
  r = u == T(0) ? -std::numeric_limits<T>::infinity() : r;
  return x == T(0) ? x : r;
}

// (e^2a - 1) / (e^2a + 1)
template <class T> GL_FN T hyperbolicTangent(T x) {
  using R = Real<T>;
  T a = absolute(x);
  a = a > T(R::tanhMax) ? T(R::tanhMax) : a;
  T low;
  T high = expM1Parts(a + a, T(1), low);
  T d = high + T(2);
  T lost = high - (d - T(2));
  T q = high / d;
  // What the quotient is short of, times 1 / d = (1 - q) / 2. Above, the result is close to 1 and errors fade.
  T rest = madd(-q, d, high) + (low - q * (low + lost));
  return withSign(high < T(2) ? madd(rest, T(0.5) - T(0.5) * q, q) : q, x);
}

template <class T> GL_FN T logistic(T x) {
  T e = exponential(-absolute(x));
  T d = T(1) + e;
  T lost = e - (d - T(1));
  T above = x < T(0) ? e : T(1);
  T q = above / d;
  // What the quotient is short of, times 1 / d, which is q or 1 - q.
  T rest = madd(-q, d, above) - q * lost;
  return madd(rest, x < T(0) ? T(1) - q : q, q);
}

template <class T> GL_FN T logAddExp(T a, T b) {
  T m = maximumOf(a, b);
  T d = a == b ? T(0) : -absolute(a - b);
  return m + logarithm1P(exponential(d));
}

// The same for sin on |r| <= pi / 4, and (cos r - 1 + r^2 / 2) / r^4 in r^2.
GL_FN double sineSeries(double z) {
  double q = -0x1.ab161757f0c63p-41;
  q = madd(q, z, 0x1.61217c1864fa1p-33);
  q = madd(q, z, -0x1.ae64540f0ba18p-26);
  q = madd(q, z, 0x1.71de3a545e700p-19);
  q = madd(q, z, -0x1.a01a01a019926p-13);
  q = madd(q, z, 0x1.1111111111110p-7);
  return madd(q, z, -0x1.5555555555555p-3);
}
GL_FN float sineSeries(float z) {
  float q = 0x1.6dbbeep-19f;
  q = madd(q, z, -0x1.a013a2p-13f);
  q = madd(q, z, 0x1.11110ep-7f);
  return madd(q, z, -0x1.555556p-3f);
}
GL_FN double cosineSeries(double z) {
  double q = -0x1.907c0e63adbb6p-37;
  q = madd(q, z, 0x1.1eeb66b683028p-29);
  q = madd(q, z, -0x1.27e4fa15bd814p-22);
  q = madd(q, z, 0x1.a01a019f4d0edp-16);
  q = madd(q, z, -0x1.6c16c16c16960p-10);
  return madd(q, z, 0x1.5555555555555p-5);
}
GL_FN float cosineSeries(float z) {
  float q = 0x1.9bd67p-16f;
  q = madd(q, z, -0x1.6c12cep-10f);
  return madd(q, z, 0x1.555554p-5f);
}

// Up to here pi / 2 in three parts reduces an angle exactly enough; larger ones go to the C library.
constexpr double kNearAngle = 1e5;

// sin(x + quarters pi / 2). Both precisions reduce x in float64; a float64 result also keeps what r lost.
template <class T> GL_FN T sineNear(T x, int quarters) {
  using R = Real<T>;
  using U = typename R::UInt;
  T t = madd(x, T(0x1.45f306dc9c883p-1), T(R::shifter));
  double n = double(t - T(R::shifter));
  double r1 = madd(n, -0x1.921fb544p+0, double(x));
  double r2 = madd(n, -0x1.0b4611a6p-34, r1);
  double left = madd(n, -0x1.3198a2e037073p-69, madd(n, -0x1.0b4611a6p-34, r1 - r2));
  T r = T(r2 + left);
  T low = sizeof(T) == 8 ? T(left - (double(r) - r2)) : T(0);
  U k = U(bits<U>(t) + U(quarters));
  T z = r * r;
  T s = r + madd(r * z, sineSeries(z), low);
  T h = T(0.5) * z;
  T w = T(1) - h;
  T lost = madd(r, r, -z);
  T c = w + (madd(z * z, cosineSeries(z), (T(1) - w) - h) - madd(r, low, T(0.5) * lost));
  T y = (k & 1) != 0 ? c : s;
  return bits<T>(U(bits<U>(y) ^ U((k & 2) << (8 * sizeof(T) - 2))));
}

template <class T> GL_FN bool nearAngle(T x) { return absolute(x) <= T(kNearAngle); }
GL_FN double sine(double x) { return nearAngle(x) ? (x == 0 ? x : sineNear(x, 0)) : ::sin(x); }
GL_FN float sine(float x) { return nearAngle(x) ? (x == 0 ? x : sineNear(x, 0)) : ::sinf(x); }
GL_FN double cosine(double x) { return nearAngle(x) ? sineNear(x, 1) : ::cos(x); }
GL_FN float cosine(float x) { return nearAngle(x) ? sineNear(x, 1) : ::cosf(x); }

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
