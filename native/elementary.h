// Elementary functions, for float64 and float32: branch-free polynomials that compilers vectorise, within 2 ulp (most
// within 1), right on NaN, infinities, zeros and subnormals; test/ops/accuracy.test.ts holds the bounds. Part of
// kernels.h, which includes it inside its namespace. Instruction sets without fused multiply-add take what depends on
// exact residuals from the C library.
//
// The polynomials are in series.h; roots, powers and the error function in powers.h.

#if defined(__FMA__) || defined(__aarch64__) || defined(__CUDACC__)
constexpr bool kFused = true;
#else
constexpr bool kFused = false;
#endif

#include "series.h"

// ---- exp, log, sin and what follows from them ------------------------------------------------------------------------
// expSeries: (e^r - 1 - r) / r^2 on |r| <= ln2 / 2; logSeries: (log((1 + s) / (1 - s)) - 2 s) / s^3 in s^2 on
// |s| <= 3 - 2 sqrt2.

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
  static constexpr double expm1Max = 710, expm1Min = -40, tanhMax = 20, sinhMax = 710.4758600739439;
  static constexpr double linear = 1e-9, square = 1e8;  // below: sinh x = x; above: sqrt(1 + x^2) = x
  static constexpr double halfPi = 0x1.921fb54442d18p+0, halfPiLow = 0x1.1a62633145c07p-54, large = 0x1p1020;
  static constexpr uint64_t one = 0x3ff0000000000000, rootHalf = 0x3fe6a09e667f3bcd, fraction = 0x000fffffffffffff;
  static constexpr double tiny = 0x1p-1022, lift = 0x1p54, lifted = 54;
  static constexpr double ln2 = 0x1.62e42fefa39efp-1, ln2Rest = 0x1.abc9e3b39803fp-56;
  static constexpr double exp2Max = 1024, exp2Min = -1076, exp2Low = -1020;
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
  static constexpr float expm1Max = 89, expm1Min = -20, tanhMax = 10, sinhMax = 89.4159851f;
  static constexpr float linear = 1e-4f, square = 1e4f;
  static constexpr float halfPi = 0x1.921fb6p+0f, halfPiLow = -0x1.777a5cp-25f, large = 0x1p124f;
  static constexpr uint32_t one = 0x3f800000, rootHalf = 0x3f3504f3, fraction = 0x007fffff;
  static constexpr float tiny = 0x1p-126f, lift = 0x1p24f, lifted = 24;
  static constexpr float ln2 = 0x1.62e43p-1f, ln2Rest = -0x1.05c61p-29f;
  static constexpr float exp2Max = 128, exp2Min = -151, exp2Low = -124;
};

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

// x + more = n ln2 + r: returns e^r within 0.6 ulp (what rounding loses of r and of 1 + r is carried along), and t, in whose
// low bits n stands.
template <bool More, class T> GL_FN T exponentialParts(T x, T more, T& t) {
  using R = Real<T>;
  t = madd(x, T(R::log2e), T(R::shifter));
  T n = t - T(R::shifter);
  T high = madd(n, -T(R::ln2hi), x);
  T r = madd(n, -T(R::ln2lo), high);
  T lost = madd(n, -T(R::ln2lo), high - r);
  if constexpr (More) {
    high = r;
    lost += more;
    r = high + lost;
    lost = (high - r) + lost;
  }
  T sum = T(1) + r;
  return sum + madd(r * r, expSeries(r), (r - (sum - T(1))) + lost);
}

// p times 2^n, where n stands in the low bits of t: added to the exponent it multiplies. Where that could leave the range
// of normal numbers (`low`) it goes through 2^64 times the result.
template <class T> GL_FN T timesPowerOfTwo(T p, T t, bool low) {
  using R = Real<T>;
  using U = typename R::UInt;
  T y = bits<T>(U(bits<U>(p) + U(bits<U>(t) << R::mantissa) + (low ? U(64) << R::mantissa : U(0))));
  return low ? y * T(0x1p-64) : y;
}

template <class T> GL_FN T exponential(T x) {
  using R = Real<T>;
  T t;
  T p = exponentialParts<false>(x, T(0), t);
  T y = timesPowerOfTwo(p, t, x < T(R::expLow));
  y = x > T(R::expMax) ? std::numeric_limits<T>::infinity() : y;
  y = x < T(R::expMin) ? T(0) : y;
  return x != x ? x : y;
}

// 2^n e^(r ln2) with x = n + r, whole powers exact.
template <class T> GL_FN T exponential2(T x) {
  if constexpr (!kFused) return std::exp2(x);
  using R = Real<T>;
  T t = x + T(R::shifter);
  T r = x - (t - T(R::shifter));
  T u = r * T(R::ln2);
  T lost = madd(r, T(R::ln2Rest), madd(r, T(R::ln2), -u));
  T sum = T(1) + u;
  T p = sum + madd(u * u, expSeries(u), (u - (sum - T(1))) + lost);
  T y = timesPowerOfTwo(p, t, x < T(R::exp2Low));
  y = x >= T(R::exp2Max) ? std::numeric_limits<T>::infinity() : y;
  y = x < T(R::exp2Min) ? T(0) : y;
  return x != x ? x : y;
}

// The same where x is in the range of ordinary results, within 0.8 ulp.
template <class T> GL_FN bool ordinaryExponent(T x) {
  using R = Real<T>;
  return absolute(x) < -T(R::expLow);
}
template <class T> GL_FN T exponentialOrdinary(T x) {
  using R = Real<T>;
  using U = typename R::UInt;
  T t = madd(x, T(R::log2e), T(R::shifter));
  T n = t - T(R::shifter);
  T r = madd(n, -T(R::ln2lo), madd(n, -T(R::ln2hi), x));
  T p = T(1) + madd(r * r, expSeries(r), r);
  return bits<T>(U(bits<U>(p) + U(bits<U>(t) << R::mantissa)));
}

// e^x / 2 for x >= 0: still finite where e^x is not.
template <class T> GL_FN T halfExponential(T x) {
  using R = Real<T>;
  using U = typename R::UInt;
  T t;
  T p = exponentialParts<false>(x, T(0), t);
  T y = bits<T>(U(bits<U>(p) + U((bits<U>(t) - 1) << R::mantissa)));
  y = x > T(R::sinhMax) ? std::numeric_limits<T>::infinity() : y;
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

// x = 2^k m with m in [sqrt(1/2), sqrt 2): returns log m as f - low, and k. `Normal`: x is no subnormal.
template <bool Normal = false, class T> GL_FN void logParts(T x, T& k, T& f, T& low) {
  using R = Real<T>;
  using U = typename R::UInt;
  bool small = !Normal & (x < T(R::tiny));
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

// The same for normal numbers above zero.
template <class T> GL_FN bool ordinaryPositive(T x) {
  return (x >= T(Real<T>::tiny)) & (x <= std::numeric_limits<T>::max());
}
template <class T> GL_FN T logarithmOrdinary(T x) {
  using R = Real<T>;
  using U = typename R::UInt;
  U u = bits<U>(x) + U(R::one - R::rootHalf);
  T f = bits<T>(U((u & R::fraction) + R::rootHalf)) - T(1);
  T k = bits<T>(U(U(u >> R::mantissa) | bits<U>(T(R::integers)))) - (T(R::integers) + T(R::bias));
  T s = f / (T(2) + f);
  T z = s * s;
  T h = T(0.5) * f * f;
  return madd(k, T(R::ln2hi), f - (h - madd(s, madd(z, logSeries(z), h), k * T(R::ln2lo))));
}

// The last term is what rounding f - low lost.
template <bool Normal, class T> GL_FN T logarithm2Of(T x) {
  using R = Real<T>;
  T k, f, low;
  logParts<Normal>(x, k, f, low);
  T l = f - low;
  T lost = (f - l) - low;
  return madd(l, T(R::log2e), k) + madd(l, T(R::log2eLow), lost * T(R::log2e));
}
template <class T> GL_FN T logarithm2(T x) { return logEnds(x, logarithm2Of<false>(x)); }

template <bool Normal, class T> GL_FN T logarithm10Of(T x) {
  using R = Real<T>;
  T k, f, low;
  logParts<Normal>(x, k, f, low);
  T l = f - low;
  return madd(k, T(R::log10of2), madd(l, T(R::log10e), madd(l, T(R::log10eLow), k * T(R::log10of2Low))));
}
template <class T> GL_FN T logarithm10(T x) { return logEnds(x, logarithm10Of<false>(x)); }

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

// Up to here pi / 2 in three parts reduces an angle exactly enough; larger ones go to the C library.
constexpr double kNearAngle = 1e5;

// x = k pi / 2 + r: gives sin r and cos r, what rounding lost of them, and k in the low bits of the result. Both
// precisions reduce x in float64.
template <class T> GL_FN T sineParts(T x, T& s, T& sl, T& c, T& cl) {
  using R = Real<T>;
  T t = madd(x, T(0x1.45f306dc9c883p-1), T(R::shifter));
  double n = double(t - T(R::shifter));
  double r1 = madd(n, -0x1.921fb544p+0, double(x));
  double r2 = madd(n, -0x1.0b4611a6p-34, r1);
  double left = madd(n, -0x1.3198a2e037073p-69, madd(n, -0x1.0b4611a6p-34, r1 - r2));
  T r = T(r2 + left);
  T low = T(left - (double(r) - r2));
  T z = r * r;
  T more = madd(r * z, sineSeries(z), low);
  s = r + more;
  sl = more - (s - r);
  T h = T(0.5) * z;
  T w = T(1) - h;
  T lost = madd(r, r, -z);
  more = madd(z * z, cosineSeries(z), (T(1) - w) - h) - madd(r, low, T(0.5) * lost);
  c = w + more;
  cl = more - (c - w);
  return t;
}

// sin(x + quarters pi / 2).
template <class T> GL_FN T sineNear(T x, int quarters) {
  using U = typename Real<T>::UInt;
  T s, sl, c, cl;
  T t = sineParts(x, s, sl, c, cl);
  U k = U(bits<U>(t) + U(quarters));
  T y = (k & 1) != 0 ? c : s;
  return bits<T>(U(bits<U>(y) ^ U((k & 2) << (8 * sizeof(T) - 2))));
}

template <class T> GL_FN T tangentNear(T x) {
  using U = typename Real<T>::UInt;
  T s, sl, c, cl;
  T t = sineParts(x, s, sl, c, cl);
  bool odd = (bits<U>(t) & 1) != 0;
  T n = odd ? c : s, nl = odd ? cl : sl;
  T d = odd ? -s : c, dl = odd ? -sl : cl;
  T inverse = T(1) / d;
  T q = n * inverse;
  return x == T(0) ? x : madd(madd(-q, d, n) + (nl - q * dl), inverse, q);
}

template <class T> GL_FN bool nearAngle(T x) { return absolute(x) <= T(kNearAngle); }
GL_FN double sine(double x) { return nearAngle(x) ? (x == 0 ? x : sineNear(x, 0)) : ::sin(x); }
GL_FN float sine(float x) { return nearAngle(x) ? (x == 0 ? x : sineNear(x, 0)) : ::sinf(x); }
GL_FN double cosine(double x) { return nearAngle(x) ? sineNear(x, 1) : ::cos(x); }
GL_FN float cosine(float x) { return nearAngle(x) ? sineNear(x, 1) : ::cosf(x); }
GL_FN double tangent(double x) { return nearAngle(x) ? tangentNear(x) : ::tan(x); }
GL_FN float tangent(float x) { return nearAngle(x) ? tangentNear(x) : ::tanf(x); }

// ---- inverse trigonometric functions --------------------------------------------------------------------------------
// (atan t - t) / t^3 in t^2 on |t| <= sqrt2 - 1, and (asin s - s) / s^3 in s^2 on |s| <= 1/2.

// atan(a / b) for a, b >= 0 and small enough to be added.
template <class T> GL_FN T arcTangentOf(T a, T b) {
  using R = Real<T>;
  bool steep = a > b * T(2.414213562373095);
  bool middle = !steep & (a > b * T(0.41421356237309503));
  // Conditions choose operands, never whole expressions: these would become branches.
  T p = middle ? b : T(0), q = middle ? a : T(0);
  T flat = a - p, sum = b + q;
  T above = steep ? -b : flat;
  T below = steep ? a : sum;
  below = below == T(0) ? T(1) : below;
  T t = above / below;
  T z = t * t;
  T base = steep ? T(R::halfPi) : middle ? T(R::halfPi / 2) : T(0);
  T baseLow = steep ? T(R::halfPiLow) : middle ? T(R::halfPiLow / 2) : T(0);
  return base + (t + madd(t * z, arcTangentSeries(z), baseLow));
}

template <class T> GL_FN T arcTangent(T x) {
  if constexpr (!kFused) return std::atan(x);
  return withSign(arcTangentOf(absolute(x), T(1)), x);
}

template <class T> GL_FN T arcTangent2(T y, T x) {
  if constexpr (!kFused) return std::atan2(y, x);
  using R = Real<T>;
  // Two infinities count as equal; a lone one keeps its meaning in the quotient.
  constexpr T most = std::numeric_limits<T>::max();
  T a = absolute(y), b = absolute(x);
  T less = b > most ? most : b;
  b = a > most ? less : b;
  a = a > most ? most : a;
  T scale = (a > b ? a : b) > T(R::large) ? T(0.25) : T(1);
  a *= scale;
  b *= scale;
  T r = arcTangentOf(a, b);
  T back = T(2 * R::halfPi) - (r - T(2 * R::halfPiLow));
  return withSign(bits<typename R::Int>(x) < 0 ? back : r, y);
}

// Above 1/2 by way of asin x = pi / 2 - 2 asin sqrt((1 - x) / 2).
template <class T> GL_FN T arcSine(T x) {
  if constexpr (!kFused) return std::asin(x);
  using R = Real<T>;
  T a = absolute(x);
  bool far = a > T(0.5);
  T z = far ? (T(1) - a) * T(0.5) : a * a;
  T s = far ? squareRoot(z) : a;
  T tail = s * z * arcSineSeries(z);
  T r = T(R::halfPi) - T(2) * s;
  T lost = (T(R::halfPi) - r) - T(2) * s;
  return withSign(far ? r + (lost + (T(R::halfPiLow) - T(2) * tail)) : a + tail, x);
}

template <class T> GL_FN T arcCosine(T x) {
  if constexpr (!kFused) return std::acos(x);
  using R = Real<T>;
  T a = absolute(x);
  bool far = a > T(0.5);
  T z = far ? (T(1) - a) * T(0.5) : a * a;
  T s = far ? squareRoot(z) : x;
  T tail = s * z * arcSineSeries(z);
  // pi - 2 s below -1/2, pi / 2 - x in the middle.
  T whole = far ? T(2 * R::halfPi) : T(R::halfPi), wholeLow = far ? T(2 * R::halfPiLow) : T(R::halfPiLow);
  T part = far ? s + s : s, rest = far ? tail + tail : tail;
  T r = whole - part;
  T lost = (whole - r) - part;
  return far & (x > T(0)) ? part + rest : r + (lost + (wholeLow - rest));
}

// ---- hyperbolic functions and their inverses ------------------------------------------------------------------------
// (asinh x - x) / x^3 in x^2 on |x| <= 1/2.

// With h = (e^x - 1) / 2: sinh x = h + h / (2 h + 1).
template <class T> GL_FN T hyperbolicSine(T x) {
  if constexpr (!kFused) return std::sinh(x);
  using R = Real<T>;
  T a = absolute(x);
  T low;
  T high = expM1Parts(a > T(R::tanhMax) ? T(R::tanhMax) : a, T(0.5), low);
  T near = high + (low + high / (high + high + T(1)));
  T y = a > T(R::tanhMax) ? halfExponential(a) : near;
  return a < T(R::linear) ? x : withSign(y, x);
}

template <class T> GL_FN T hyperbolicCosine(T x) {
  if constexpr (!kFused) return std::cosh(x);
  T e = halfExponential(absolute(x));
  return e + T(0.25) / e;
}

// log(h + low) + `twos` log 2 for h > 0.
template <class T> GL_FN T logarithmOfSum(T h, T low, T twos) {
  using R = Real<T>;
  T k, f, less;
  logParts(h, k, f, less);
  k += twos;
  return logEnds(h, madd(k, T(R::ln2hi), f - (less - madd(k, T(R::ln2lo), low / h))));
}

// log(x + sqrt(1 + x^2)), with what the root lost.
template <class T> GL_FN T areaSine(T x) {
  if constexpr (!kFused) return std::asinh(x);
  using R = Real<T>;
  T a = absolute(x);
  T z = a * a;
  T near = madd(a * z, areaSineSeries(z), a);
  bool huge = a > T(R::square);
  T t = T(1) + z;
  T back = t - T(1);
  T lost = (T(1) - (t - back)) + (z - back) + madd(a, a, -z);
  T w = squareRoot(t);
  T h = a + w;
  T low = (a - (h - w)) + (madd(-w, w, t) + lost) / (w + w);
  T far = logarithmOfSum(huge ? a : h, huge ? T(0) : low, huge ? T(1) : T(0));
  return withSign(a <= T(0.5) ? near : far, x);
}

// log(1 + u) with u = (x - 1) + sqrt((x - 1) (x + 1)).
template <class T> GL_FN T areaCosine(T x) {
  if constexpr (!kFused) return std::acosh(x);
  using R = Real<T>;
  bool huge = x > T(R::square);
  T t = x - T(1), p = x + T(1);
  T tl = (x - t) - T(1), pl = (x - p) + T(1);
  T q = t * p;
  T ql = madd(t, p, -q) + madd(t, pl, tl * p);
  T w = squareRoot(q);
  T wl = w > T(0) ? (madd(-w, w, q) + ql) / (w + w) : T(0);
  T u = t + w;
  T ul = (t - (u - w)) + (wl + tl);
  T v = T(1) + u;
  T back = v - u;
  T vl = (u - (v - back)) + (T(1) - back) + ul;
  T y = logarithmOfSum(huge ? x : v, huge ? T(0) : vl, huge ? T(1) : T(0));
  return x < T(1) ? std::numeric_limits<T>::quiet_NaN() : y;
}

// log((1 + x) / (1 - x)) / 2
template <class T> GL_FN T areaTangent(T x) {
  if constexpr (!kFused) return std::atanh(x);
  T a = absolute(x);
  T z = a * a;
  T near = madd(a * z, T(0.5) * logSeries(z), a);
  T n = T(1) + a, d = T(1) - a;
  T nl = a - (n - T(1)), dl = (T(1) - d) - a;
  T q = n / d;
  T ql = d > T(0) ? (madd(-q, d, n) + (nl - q * dl)) / d : T(0);
  T far = T(0.5) * logarithmOfSum(q, ql, T(0));
  return withSign(a <= T(0.171) ? near : far, x);
}
