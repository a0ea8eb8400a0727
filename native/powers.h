// Powers, cube roots, hypotenuses and the error function, with the means and the accuracy of elementary.h. Part of
// kernels.h, which includes it inside its namespace.

// ---- error function, power, hypotenuse ------------------------------------------------------------------------------
// erf(x) / x - 1 in x^2 on |x| <= 1, and e^(x^2) (1 - erf x) in t = (x - 5/2) / (x + 5/2) from 1 to where erf x = 1.

template <class T> GL_FN T errorFunction(T x) {
  if constexpr (!kFused) return std::erf(x);
  const T limit = sizeof(T) == 8 ? T(6) : T(4);
  T a = absolute(x);
  a = a > limit ? limit : a;
  T z = a * a;
  T near = madd(a, errorSeries(z), a);
  T far = T(1) - exponential(-z) * errorTail((a - T(2.5)) / (a + T(2.5)));
  return withSign(a < T(1) ? near : far, x);
}

template <class T> GL_FN T hypotenuse(T x, T y) {
  if constexpr (!kFused) return std::hypot(x, y);
  const T infinity = std::numeric_limits<T>::infinity();
  T a = absolute(x), b = absolute(y);
  T m = a > b ? a : b, n = a > b ? b : a;
  // Into the range where squares neither overflow nor lose digits.
  T up = m > T(sizeof(T) == 8 ? 0x1p500 : 0x1p60) ? T(sizeof(T) == 8 ? 0x1p-600 : 0x1p-80)
         : m < T(sizeof(T) == 8 ? 0x1p-400 : 0x1p-40) ? T(sizeof(T) == 8 ? 0x1p600 : 0x1p80) : T(1);
  T down = m > T(sizeof(T) == 8 ? 0x1p500 : 0x1p60) ? T(sizeof(T) == 8 ? 0x1p600 : 0x1p80)
           : m < T(sizeof(T) == 8 ? 0x1p-400 : 0x1p-40) ? T(sizeof(T) == 8 ? 0x1p-600 : 0x1p-80) : T(1);
  m *= up;
  n *= up;
  T h = m * m, l = n * n;
  T t = h + l;
  T lost = ((h - t) + l) + (madd(m, m, -h) + madd(n, n, -l));
  T w = squareRoot(t);
  T r = (w > T(0) ? w + (madd(-w, w, t) + lost) / (w + w) : w) * down;
  r = (a != a) | (b != b) ? a + b : r;
  return (a == infinity) | (b == infinity) ? infinity : r;
}

// (log((1 + s) / (1 - s)) - 2 s - 2 s^3 / 3) / s^5 in s^2

// log a as high + low, to 2^-64 of itself, for a > 0.
GL_FN double logarithmTwice(double a, double& low) {
  using R = Real<double>;
  bool small = a < R::tiny;
  double y = small ? a * R::lift : a;
  uint64_t u = bits<uint64_t>(y) + (R::one - R::rootHalf);
  double f = bits<double>((u & R::fraction) + R::rootHalf) - 1;
  double k = bits<double>((u >> R::mantissa) | bits<uint64_t>(R::integers)) - (R::integers + R::bias);
  k = small ? k - R::lifted : k;
  // s = f / (2 + f), and z = s^2
  double d = 2 + f, dl = f - (d - 2);
  double inverse = 1 / d;
  double s = f * inverse;
  double sl = madd(-s, dl, madd(-s, d, f)) * inverse;
  double z = s * s;
  double zl = madd(s + s, sl, madd(s, s, -z));
  // s^3 (2 / 3 + z (2 / 5 + ...))
  double t = z * logTail(z);
  double c = 0x1.5555555555555p-1 + t;
  double cl = (0x1.5555555555555p-1 - c) + t + 0x1.5555555555555p-55;
  double q = z * c;
  double ql = madd(z, cl, madd(zl, c, madd(z, c, -q)));
  double v = s * q;
  double vl = madd(s, ql, madd(sl, q, madd(s, q, -v)));
  double h = (s + s) + v;
  double hl = ((s + s) - h) + v + (vl + (sl + sl));
  double n = k * R::ln2hi;
  double sum = n + h;
  double rest = (n - sum) + h + madd(k, R::ln2lo, hl);
  double r = sum + rest;
  low = (sum - r) + rest;
  return r;
}

// e^(p + pl)
GL_FN double exponentialOfSum(double p, double pl) {
  using R = Real<double>;
  double c = p > 800 ? 800.0 : p;
  c = c < -800 ? -800.0 : c;
  double t;
  double y = exponentialParts<true>(c, c == p ? pl : 0.0, t);
  // By way of 2^-256 or 2^256 where 2^n alone would leave the range.
  bool high = c > 700, low = c < -700;
  uint64_t shift = uint64_t(256) << R::mantissa;
  y = bits<double>(bits<uint64_t>(y) + (bits<uint64_t>(t) << R::mantissa) + (high ? 0 - shift : low ? shift : 0));
  return y * (high ? 0x1p256 : low ? 0x1p-256 : 1.0);
}

template <class T> GL_FN T powerOf(T x, T y) {
  const T infinity = std::numeric_limits<T>::infinity();
  T a = absolute(x);
  T r;
  if constexpr (sizeof(T) == 8) {
    double low;
    double h = logarithmTwice(a, low);
    bool ends = (a == 0) | (a == infinity);
    h = a == 0 ? -infinity : a == infinity ? infinity : a != a ? a : h;
    double p = h * y;
    r = exponentialOfSum(p, ends ? 0.0 : madd(h, y, -p) + low * y);
    r = p != p ? p : r;
  } else {
    r = T(exponential(logarithm(double(a)) * double(y)));
  }
  // Signs: odd whole exponents keep that of x; others have no real power of a negative number.
  bool whole = roundEven(y) == y;
  bool odd = whole & (roundEven(y * T(0.5)) != y * T(0.5));
  r = odd ? withSign(r, x) : r;
  r = (x < T(0)) & !whole & (a != infinity) ? std::numeric_limits<T>::quiet_NaN() : r;
  r = (a == T(1)) & (absolute(y) == infinity) ? T(1) : r;
  return (y == T(0)) | (x == T(1)) ? T(1) : r;
}

// |x| = 8^k v with v in [1, 8): y, about v^(-1/3), by a polynomial and one step of third order; the root v y^2 is put
// right by what its cube lacks.
template <class T> GL_FN T cubeRoot(T x) {
  if constexpr (!kFused) return std::cbrt(x);
  using R = Real<T>;
  using U = typename R::UInt;
  T a = absolute(x);
  bool small = a < T(R::tiny);
  a = small ? a * T(R::lift) : a;
  U u = bits<U>(a);
  T m = bits<T>(U((u & R::fraction) | R::one));
  T e = bits<T>(U(U(u >> R::mantissa) | bits<U>(T(R::integers)))) - (T(R::integers) + T(R::bias));
  T k = roundDown((e + T(0.5)) * T(0x1.5555555555555p-2));
  T rest = e - T(3) * k;
  T v = m * (rest == T(0) ? T(1) : rest == T(1) ? T(2) : T(4));
  T y = rootSeries(m - T(1.5)) *
        (rest == T(0) ? T(1) : rest == T(1) ? T(0x1.965fea53d6e3dp-1) : T(0x1.428a2f98d728bp-1));
  T d = madd(-(v * y), y * y, T(1));
  y = madd(y * d, madd(d, T(0x1.c71c71c71c71cp-3), T(0x1.5555555555555p-2)), y);
  T s = y * y;
  T r = v * s;
  T square = r * r;
  T lack = madd(-square, r, v) - madd(r, r, -square) * r;
  r = madd(lack * s, T(0x1.5555555555555p-2), r) * powerOfTwo(small ? k - T(R::lifted / 3) : k);
  return (x == T(0)) | !finite(x) ? x : withSign(r, x);
}

// x^3, as exact as a power.
template <class T> GL_FN T cube(T x) {
  T p = x * x;
  T lost = madd(x, x, -p) * x;
  T y = p * x;
  return finite(y) ? madd(p, x, lost) : y;
}

template <class T> GL_FN T power(T a, T b) {
  if constexpr (isReal<T>) {
    T r;
    if constexpr (kFused) r = powerOf(a, b);
    else r = std::pow(a, b);
    return b == T(2) ? a * a : r;
  } else {
    if (std::is_signed<T>::value && b < T(0)) return a == 1 ? T(1) : a == T(-1) ? (b & 1 ? T(-1) : T(1)) : T(0);
    T r = 1;
    for (T n = b, p = a; n > 0; n = T(n >> 1), p = T(p * p))
      if (n & 1) r = T(r * p);
    return r;
  }
}
