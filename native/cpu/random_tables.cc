// Computes the ziggurat tables. The layers are found from the tail inwards: each has area v, so the edge of
// the next follows from x' = f^-1(v / x + f(x)). NumPy's tables came from a double recursion for the normal
// distribution and from an exact one for the exponential; both are repeated here, the exact one in 128-bit
// floats.
#include "random_tables.h"

#include <cmath>

namespace gl {
namespace {

#if defined(__SIZEOF_FLOAT128__)
using Quad = __float128;
#else
using Quad = long double;
#endif

Quad exponential(Quad x) {
  // Taylor's series on x / 1024, squared ten times.
  Quad y = x / 1024, term = 1, sum = 1;
  for (int n = 1; n < 28; n++) {
    term = term * y / n;
    sum = sum + term;
  }
  for (int i = 0; i < 10; i++) sum = sum * sum;
  return sum;
}

Quad logarithm(Quad z) {
  // Halley's iteration triples the correct digits of the double logarithm.
  Quad y = std::log(static_cast<double>(z));
  for (int i = 0; i < 2; i++) {
    Quad e = exponential(y);
    y = y + 2 * (z - e) / (z + e);
  }
  return y;
}

// Correctly rounded, so that the table does not depend on the C library.
double expRounded(double x) { return static_cast<double>(exponential(x)); }
double logRounded(double x) { return static_cast<double>(logarithm(x)); }

// The float tables of NumPy were written with nine digits; x is positive.
float nineDigits(Quad x) {
  Quad scale = 1;
  while (x * scale < Quad(100000000)) scale = scale * 10;
  while (x * scale >= Quad(1000000000)) scale = scale / 10;
  Quad digits = static_cast<Quad>(static_cast<int64_t>(x * scale + Quad(0.5)));
  return static_cast<float>(digits / scale);
}

constexpr double kTwo23 = 8388608.0, kTwo52 = 4503599627370496.0, kTwo53 = 9007199254740992.0;

void makeNormal(Ziggurat<double, uint64_t>& t, Ziggurat<float, uint32_t>& tf) {
  const double r = kNormalTail, v = 0.004928673233974652;
  auto put = [&](int i, double k, double x, double f) {
    t.k[i] = static_cast<uint64_t>(std::nearbyint(k * kTwo52));
    t.w[i] = x / kTwo52;
    t.f[i] = f;
    tf.k[i] = static_cast<uint32_t>(std::nearbyint(k * kTwo23));
    tf.w[i] = static_cast<float>(x / kTwo23);
    tf.f[i] = static_cast<float>(f);
  };
  double x = r, f = expRounded(-0.5 * r * r);
  put(0, r * f / v, v / f, 1);
  for (int i = 255; i > 0; i--) {
    double next = i > 1 ? std::sqrt(-2 * logRounded(v / x + f)) : 0;
    put(i, next / x, x, f);
    x = next;
    f = expRounded(-0.5 * x * x);
    // NumPy's entry 38 is one unit in the last place above the exponential.
    if (i - 1 == 38) f = std::nextafter(f, 1.0);
  }
}

void makeExponential(Ziggurat<double, uint64_t>& t, Ziggurat<float, uint32_t>& tf) {
  // The tail's begin with the digits that a double lacks.
  const Quad r = Quad(76971174701310497LL) / Quad(10000000000000000LL) +
                 Quad(140446280481LL) / (Quad(10000000000000000LL) * Quad(1000000000000LL));
  const Quad v = (r + 1) * exponential(-r);
  auto put = [&](int i, Quad k, Quad x, Quad f) {
    t.k[i] = static_cast<uint64_t>(k * Quad(kTwo52)) * 2;
    t.w[i] = static_cast<double>(x / Quad(kTwo53));
    t.f[i] = static_cast<double>(f);
    tf.k[i] = static_cast<uint32_t>(k * Quad(kTwo23) + Quad(0.5));
    tf.w[i] = nineDigits(x / Quad(kTwo23));
    tf.f[i] = nineDigits(f);
  };
  Quad x = r, f = exponential(-r);
  put(0, r * f / v, v / f, 1);
  for (int i = 255; i > 0; i--) {
    Quad next = i > 1 ? -logarithm(v / x + f) : Quad(0);
    put(i, next / x, x, f);
    x = next;
    f = exponential(-x);
  }
}

}  // namespace

const ZigguratTables& zigguratTables() {
  static const ZigguratTables* tables = [] {
    auto* t = new ZigguratTables;
    makeNormal(t->normal, t->normalFloat);
    makeExponential(t->exponential, t->exponentialFloat);
    return t;
  }();
  return *tables;
}

double logFactorial(int64_t k) {
  // Sums in 128-bit floats, so that every entry is the double next to the true value.
  constexpr int64_t kTable = 126;
  static const double* table = [] {
    auto* t = new double[kTable];
    Quad sum = 0;
    for (int64_t i = 0; i < kTable; i++) {
      if (i > 1) sum = sum + logarithm(static_cast<Quad>(i));
      t[i] = static_cast<double>(sum);
    }
    return t;
  }();
  if (k < kTable) return table[k];
  constexpr double halfLogTwoPi = 0.9189385332046728;
  return (k + 0.5) * std::log(k) - k + (halfLogTwoPi + (1.0 / k) * (1 / 12.0 - 1 / (360.0 * k * k)));
}

}  // namespace gl
