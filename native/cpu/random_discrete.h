// The distributions of counts, as NumPy computes them: made of their parameters, then drawing from a source. The order
// of operations and of draws is part of the result; do not simplify it.
#pragma once
#include <algorithm>
#include <cstdlib>

#include "cpu/random_bounded.h"
#include "cpu/random_continuous.h"

namespace gl {

// Inversion while the expected count is at most 30, else Kachitvichyanukul and Schmeiser's BTPE: a triangle, two
// parallelograms and two exponential tails over the scaled mass function. Above one half the failures are counted.
class Binomial {
 public:
  static constexpr int kParameters = 2;
  explicit Binomial(const Args& a) : Binomial(a.whole(0), a.real(1)) {}
  Binomial(int64_t n, double p) : n(n), p(p), rare(p <= 0.5 ? p : 1.0 - p) {
    inverted = rare * n <= 30.0;
    if (inverted) {
      q = 1.0 - rare;
      first = std::exp(n * std::log(q));
      const double mean = n * rare;
      bound = static_cast<int64_t>(std::min(static_cast<double>(n), mean + 10.0 * std::sqrt(mean * q + 1)));
    } else {
      shape();
    }
  }

  template <class S>
  int64_t operator()(S& s) const {
    // RandomState draws a number even where only one count is possible.
    if (!S::kLegacy && (n == 0 || p == 0.0)) return 0;
    const int64_t count = inverted ? inversion(s) : btpe(s);
    return p <= 0.5 ? count : n - count;
  }

 private:
  int64_t n;
  double p, rare;
  bool inverted;
  double first;   // inversion: the probability of none
  int64_t bound;  // beyond which inversion starts again
  double r, q, variance, middle, left, right, c, leftRate, rightRate, area1, area2, area3, area4;
  int64_t mode;

  void shape() {
    r = std::min(rare, 1.0 - rare);
    q = 1.0 - r;
    const double peak = n * r + r;
    mode = static_cast<int64_t>(std::floor(peak));
    area1 = std::floor(2.195 * std::sqrt(n * r * q) - 4.6 * q) + 0.5;
    middle = mode + 0.5;
    left = middle - area1;
    right = middle + area1;
    c = 0.134 + 20.5 / (15.3 + mode);
    double a = (peak - left) / (peak - left * r);
    leftRate = a * (1.0 + a / 2.0);
    a = (right - peak) / (right * q);
    rightRate = a * (1.0 + a / 2.0);
    area2 = area1 * (1.0 + 2.0 * c);
    area3 = area2 + c / leftRate;
    area4 = area3 + c / rightRate;
    variance = n * r * q;
  }

  template <class S>
  int64_t inversion(S& s) const {
    int64_t count = 0;
    double mass = first, u = s.real();
    while (u > mass) {
      if (++count > bound) {
        count = 0;
        mass = first;
        u = s.real();
      } else {
        u -= mass;
        mass = ((n - count + 1) * rare * mass) / (count * q);
      }
    }
    return count;
  }

  template <class S>
  int64_t btpe(S& s) const {
    for (;;) {
      const double u = s.real() * area4;
      double v = s.real();
      int64_t y;
      if (u <= area1) return static_cast<int64_t>(std::floor(middle - area1 * v + u));
      if (u <= area2) {
        const double x = left + (u - area1) / c;
        v = v * c + 1.0 - std::fabs(mode - x + 0.5) / area1;
        if (v > 1.0) continue;
        y = static_cast<int64_t>(std::floor(x));
      } else if (u <= area3) {
        y = static_cast<int64_t>(std::floor(left + std::log(v) / leftRate));
        if (y < 0 || v == 0.0) continue;
        v = v * (u - area2) * leftRate;
      } else {
        y = static_cast<int64_t>(std::floor(right - std::log(v) / rightRate));
        if (y > n || v == 0.0) continue;
        v = v * (u - area3) * rightRate;
      }
      if (accepted(y, v)) return y;
    }
  }

  // Whether the height v lies under the scaled mass at y.
  bool accepted(int64_t y, double v) const {
    const int64_t k = std::llabs(y - mode);
    if (k <= 20 || k >= variance / 2.0 - 1) {
      const double odds = r / q, a = odds * (n + 1);
      double height = 1.0;
      for (int64_t i = mode + 1; i <= y; i++) height *= (a / i - odds);
      for (int64_t i = y + 1; i <= mode; i++) height /= (a / i - odds);
      return v <= height;
    }
    const double rho =
        (k / variance) * ((k * (k / 3.0 + 0.625) + 0.16666666666666666) / variance + 0.5);
    const double t = -k * k / (2 * variance), height = std::log(v);
    if (height < t - rho) return true;
    if (height > t + rho) return false;
    const double x = y + 1, f = mode + 1, z = n + 1 - mode, w = n - y + 1;
    const double bound = middle * std::log(f / x) + (n - mode + 0.5) * std::log(z / w) +
                         (y - mode) * std::log(w * r / (x * q)) + stirling(f) + stirling(z) + stirling(x) + stirling(w);
    return height <= bound;
  }

  static double stirling(double x) {
    const double x2 = x * x;
    return (13680. - (462. - (132. - (99. - 140. / x2) / x2) / x2) / x2) / x / 166320.;
  }
};

struct NegativeBinomial {
  static constexpr int kParameters = 2;
  Gamma rate;
  explicit NegativeBinomial(const Args& a) : rate(a.real(0), (1 - a.real(1)) / a.real(1)) {}
  template <class S>
  int64_t operator()(S& s) const { return Poisson(rate(s))(s); }
};

// Adding up the masses from p = 1/3 on; below by the inverse of the distribution function.
struct Geometric {
  static constexpr int kParameters = 1;
  double p;
  explicit Geometric(const Args& a) : p(a.real(0)) {}
  template <class S>
  int64_t operator()(S& s) const {
    if (p >= 0.333333333333333333333333) {
      int64_t count = 1;
      double mass = p, sum = p;
      const double u = s.real();
      for (; u > sum; count++) {
        mass *= 1.0 - p;
        sum += mass;
      }
      return count;
    }
    const double tries = S::kLegacy ? std::log1p(-s.real()) / std::log(1 - p) : -s.exponential() / std::log1p(-p);
    return static_cast<int64_t>(std::ceil(tries));
  }
};

// Kemp's method.
struct Logseries {
  static constexpr int kParameters = 1;
  double p, exact, plain;
  explicit Logseries(const Args& a) : p(a.real(0)), exact(std::log1p(-p)), plain(std::log(1.0 - p)) {}
  template <class S>
  int64_t operator()(S& s) const {
    for (;;) {
      const double v = s.real();
      if (v >= p) return 1;
      const double u = s.real();
      const double q = S::kLegacy ? 1.0 - std::exp(plain * u) : -std::expm1(exact * u);
      if (v <= q * q) {
        const int64_t count = static_cast<int64_t>(std::floor(1 + std::log(v) / std::log(q)));
        if (count < 1 || v == 0.0) continue;
        return count;
      }
      return v >= q ? 1 : 2;
    }
  }
};

// Devroye's rejection, cut off at the largest int64.
struct Zipf {
  static constexpr int kParameters = 1;
  double a1, b;
  explicit Zipf(const Args& a) : a1(a.real(0) - 1.0), b(std::pow(2.0, a1)) {}
  template <class S>
  int64_t operator()(S& s) const {
    // Powers overflow here; 2 would come once in 10^308 draws.
    if (a1 >= 1024) return 1;
    for (;;) {
      const double u = 1.0 - s.real();
      const double v = s.real();
      const double x = std::floor(std::pow(u, -1.0 / a1));
      if (x > 9223372036854775807.0 || x < 1.0) continue;
      const double t = std::pow(1.0 + 1.0 / x, a1);
      if (v * x * (t - 1.0) / (b - 1.0) <= t / b) return static_cast<int64_t>(x);
    }
  }
};

// Small samples are taken one by one, larger ones by Stadlober's HRUA rejection. The two generators choose between
// them differently, and take and count differently.
class Hypergeometric {
 public:
  static constexpr int kParameters = 3;
  explicit Hypergeometric(const Args& a) : Hypergeometric(a.whole(0), a.whole(1), a.whole(2)) {}
  Hypergeometric(int64_t good, int64_t bad, int64_t sample) : good(good), bad(bad), sample(sample) {}

  template <class S>
  int64_t operator()(S& s) const {
    if constexpr (S::kLegacy) {
      if (sample > 10) return rejected(s);
      return sample > 0 ? oneByOneInFloats(s) : 0;
    } else {
      return sample >= 10 && sample <= good + bad - 10 ? rejected(s) : oneByOne(s);
    }
  }

 private:
  int64_t good, bad, sample;

  template <class S>
  int64_t oneByOneInFloats(S& s) const {
    const int64_t others = bad + good - sample;
    const double fewer = static_cast<double>(std::min(bad, good));
    double left = fewer;
    for (int64_t k = sample; left > 0.0 && k > 0; k--) {
      left -= static_cast<int64_t>(std::floor(s.real() + left / (others + k)));
    }
    const int64_t taken = static_cast<int64_t>(fewer - left);
    return good > bad ? sample - taken : taken;
  }

  template <class S>
  int64_t oneByOne(S& s) const {
    const int64_t total = good + bad;
    int64_t takes = sample > total / 2 ? total - sample : sample;
    int64_t left = total, leftGood = good;
    for (; takes > 0 && leftGood > 0 && left > leftGood; takes--) {
      left--;
      if (static_cast<int64_t>(interval(s.bits(), static_cast<uint64_t>(left))) < leftGood) leftGood--;
    }
    if (left == leftGood) leftGood -= takes;
    return sample > total / 2 ? leftGood : good - leftGood;
  }

  template <class S>
  static double logFactorials(int64_t a, int64_t b, int64_t c, int64_t d) {
    if (S::kLegacy) return logGamma(a + 1) + logGamma(b + 1) + logGamma(c + 1) + logGamma(d + 1);
    return logFactorial(a) + logFactorial(b) + logFactorial(c) + logFactorial(d);
  }

  template <class S>
  int64_t rejected(S& s) const {
    constexpr double d1 = 1.7155277699214135, d2 = 0.8989161620588988;  // 2 sqrt(2 / e), 3 - 2 sqrt(3 / e)
    const int64_t total = good + bad, takes = std::min(sample, total - sample);
    const int64_t fewer = std::min(good, bad), more = std::max(good, bad);
    const double p = static_cast<double>(fewer) / total;
    const double q = S::kLegacy ? 1.0 - p : static_cast<double>(more) / total;
    const double centre = takes * p + 0.5;
    const double deviation =
        std::sqrt(static_cast<double>(total - takes) * (S::kLegacy ? sample : takes) * p * q / (total - 1) + 0.5);
    const double width = d1 * deviation + d2;
    const int64_t mode = static_cast<int64_t>(
        std::floor(static_cast<double>(takes + 1) * (fewer + 1) / (total + 2)));
    const double peak = logFactorials<S>(mode, fewer - mode, takes - mode, more - takes + mode);
    const double end = std::min(std::min(takes, fewer) + 1.0, std::floor(centre + 16 * deviation));
    int64_t count;
    for (;;) {
      const double u = s.real();
      const double v = s.real();
      const double x = centre + width * (v - 0.5) / u;
      if (x < 0.0 || x >= end) continue;
      count = static_cast<int64_t>(std::floor(x));
      const double t = peak - logFactorials<S>(count, fewer - count, takes - count, more - takes + count);
      if (u * (4.0 - u) - 3.0 <= t) break;
      if (u * (u - t) >= 1) continue;
      if (2.0 * std::log(u) <= t) break;
    }
    if (good > bad) count = takes - count;
    return takes < sample ? good - count : count;
  }
};

}  // namespace gl
