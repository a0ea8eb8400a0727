// Poisson numbers and the logarithm of the gamma function that their rejection needs; chi-square, negative binomial
// and hypergeometric draws use them too.
#pragma once
#include "cpu/random_draw.h"

namespace gl {

// Stirling's series from 7 on; smaller arguments are raised to that first.
inline double logGamma(double x) {
  constexpr double series[10] = {8.333333333333333e-02,  -2.777777777777778e-03, 7.936507936507937e-04,
                                 -5.952380952380952e-04, 8.417508417508418e-04,  -1.917526917526918e-03,
                                 6.410256410256410e-03,  -2.955065359477124e-02, 1.796443723688307e-01,
                                 -1.39243221690590e+00};
  if (x == 1.0 || x == 2.0) return 0.0;
  const int64_t lifts = x < 7.0 ? static_cast<int64_t>(7 - x) : 0;
  double high = x + lifts;
  const double square = (1.0 / high) * (1.0 / high);
  double sum = series[9];
  for (int k = 8; k >= 0; k--) sum = sum * square + series[k];
  constexpr double logTwoPi = 1.8378770664093453;
  double out = sum / high + 0.5 * logTwoPi + (high - 0.5) * std::log(high) - high;
  for (int64_t k = 0; k < lifts; k++) {
    out -= std::log(high - 1.0);
    high -= 1.0;
  }
  return out;
}

// Products of uniform numbers below rate 10, Hoermann's transformed rejection (PTRS) above.
struct Poisson {
  static constexpr int kParameters = 1;
  double rate, logRate, a, b, logInverseAlpha, certain, threshold;

  explicit Poisson(const Args& p) : Poisson(p.real(0)) {}
  explicit Poisson(double lam) : rate(lam) {
    if (lam >= 10) {
      const double root = std::sqrt(lam);
      logRate = std::log(lam);
      b = 0.931 + 2.53 * root;
      a = -0.059 + 0.02483 * b;
      logInverseAlpha = std::log(1.1239 + 1.1328 / (b - 3.4));
      certain = 0.9277 - 3.6224 / (b - 2);
    } else {
      threshold = std::exp(-lam);
    }
  }

  template <class S>
  int64_t operator()(S& s) const {
    if (rate >= 10) return rejected(s);
    if (rate == 0) return 0;
    int64_t count = 0;
    for (double product = s.real(); product > threshold; product *= s.real()) count++;
    return count;
  }

 private:
  template <class S>
  int64_t rejected(S& s) const {
    for (;;) {
      const double u = s.real() - 0.5;
      const double v = s.real();
      const double edge = 0.5 - std::fabs(u);
      const int64_t k = static_cast<int64_t>(std::floor((2 * a / edge + b) * u + rate + 0.43));
      if (edge >= 0.07 && v <= certain) return k;
      if (k < 0 || (edge < 0.013 && v > edge)) continue;
      if (std::log(v) + logInverseAlpha - std::log(a / (edge * edge) + b) <= -rate + k * logRate - logGamma(k + 1)) {
        return k;
      }
    }
  }
};

}  // namespace gl
