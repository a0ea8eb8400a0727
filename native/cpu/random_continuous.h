// The continuous distributions, as NumPy computes them: a distribution is made of its parameters and then draws from a
// source. Where RandomState has formulas of its own, S::kLegacy chooses. The order of operations and of draws is part
// of the result; do not simplify it.
#pragma once
#include "cpu/random_draw.h"
#include "cpu/random_poisson.h"

namespace gl {

constexpr double kPi = 3.14159265358979323846;

struct StandardUniform {
  static constexpr int kParameters = 0;
  explicit StandardUniform(const Args&) {}
  template <class S>
  auto operator()(S& s) const { return s.real(); }
};

struct Uniform {
  static constexpr int kParameters = 2;
  double low, range;
  explicit Uniform(const Args& a) : low(a.real(0)), range(a.real(1)) {}
  template <class S>
  double operator()(S& s) const { return low + range * s.real(); }
};

struct StandardNormal {
  static constexpr int kParameters = 0;
  explicit StandardNormal(const Args&) {}
  template <class S>
  auto operator()(S& s) const { return s.normal(); }
};

struct Normal {
  static constexpr int kParameters = 2;
  double loc, scale;
  explicit Normal(const Args& a) : loc(a.real(0)), scale(a.real(1)) {}
  template <class S>
  double operator()(S& s) const { return loc + scale * s.normal(); }
};

struct Lognormal : Normal {
  using Normal::Normal;
  template <class S>
  double operator()(S& s) const { return std::exp(Normal::operator()(s)); }
};

struct StandardExponential {
  static constexpr int kParameters = 0;
  explicit StandardExponential(const Args&) {}
  template <class S>
  auto operator()(S& s) const { return s.exponential(); }
};

// Generator's other method for exponential numbers, by the inverse of the distribution function.
struct InverseExponential {
  static constexpr int kParameters = 0;
  explicit InverseExponential(const Args&) {}
  template <class S>
  auto operator()(S& s) const { return -std::log1p(-static_cast<double>(s.real())); }
};

struct Exponential {
  static constexpr int kParameters = 1;
  double scale;
  explicit Exponential(const Args& a) : scale(a.real(0)) {}
  template <class S>
  double operator()(S& s) const { return scale * s.exponential(); }
};

// Marsaglia and Tsang's method from shape 1 on, Ahrens and Dieter's below.
template <class Real>
struct GammaOf {
  static constexpr int kParameters = 1;
  Real shape, b, c;
  explicit GammaOf(Real k) : shape(k), b(k - Real(1) / Real(3)), c(Real(1) / std::sqrt(Real(9) * b)) {}
  explicit GammaOf(const Args& a) : GammaOf(static_cast<Real>(a.real(0))) {}

  template <class S>
  Real operator()(S& s) const {
    if (shape == 1) return s.exponential();
    if (shape == 0) return 0;
    return shape < 1 ? small(s) : large(s);
  }

 private:
  template <class S>
  Real small(S& s) const {
    for (;;) {
      const Real u = s.real();
      const Real v = s.exponential();
      if (u <= 1 - shape) {
        const Real x = std::pow(u, 1 / shape);
        if (x <= v) return x;
      } else {
        const Real y = -std::log((1 - u) / shape);
        const Real x = std::pow(1 - shape + shape * y, 1 / shape);
        if (x <= v + y) return x;
      }
    }
  }

  template <class S>
  Real large(S& s) const {
    for (;;) {
      Real x, v;
      do {
        x = s.normal();
        v = 1 + c * x;
      } while (v <= 0);
      v = v * v * v;
      const Real u = s.real();
      if (u < 1 - Real(0.0331) * (x * x) * (x * x)) return b * v;
      if (std::log(u) < Real(0.5) * x * x + b * (1 - v + std::log(v))) return b * v;
    }
  }
};
using StandardGamma = GammaOf<double>;

struct Gamma {
  static constexpr int kParameters = 2;
  StandardGamma standard;
  double scale;
  Gamma(double shape, double scale) : standard(shape), scale(scale) {}
  explicit Gamma(const Args& a) : Gamma(a.real(0), a.real(1)) {}
  template <class S>
  double operator()(S& s) const { return scale * standard(s); }
};

struct Chisquare {
  static constexpr int kParameters = 1;
  StandardGamma half;
  explicit Chisquare(double df) : half(df / 2.0) {}
  explicit Chisquare(const Args& a) : Chisquare(a.real(0)) {}
  template <class S>
  double operator()(S& s) const { return 2.0 * half(s); }
};

struct Beta {
  static constexpr int kParameters = 2;
  double a, b;
  StandardGamma first, second;
  Beta(double a, double b) : a(a), b(b), first(a), second(b) {}
  explicit Beta(const Args& p) : Beta(p.real(0), p.real(1)) {}

  template <class S>
  double operator()(S& s) const {
    if (a <= 1.0 && b <= 1.0) return johnk(s);
    const double x = first(s);
    const double y = second(s);
    return x / (x + y);
  }

 private:
  template <class S>
  double johnk(S& s) const {
    for (;;) {
      const double u = s.real();
      const double v = s.real();
      const double x = std::pow(u, 1.0 / a);
      const double y = std::pow(v, 1.0 / b);
      const double sum = x + y;
      if (sum > 1.0) continue;
      if (sum > 0) return x / sum;
      // Both powers underflowed: Generator draws again, RandomState compares their logarithms.
      if (!S::kLegacy) continue;
      double logX = std::log(u) / a;
      double logY = std::log(v) / b;
      const double most = logX > logY ? logX : logY;
      logX -= most;
      logY -= most;
      return std::exp(logX - std::log(std::exp(logX) + std::exp(logY)));
    }
  }
};

struct F {
  static constexpr int kParameters = 2;
  double numerator, denominator;
  Chisquare first, second;
  explicit F(const Args& a) : numerator(a.real(0)), denominator(a.real(1)), first(numerator), second(denominator) {}
  template <class S>
  double operator()(S& s) const {
    const double x = first(s) * denominator;
    return x / (second(s) * numerator);
  }
};

struct NoncentralChisquare {
  static constexpr int kParameters = 2;
  double df, nonc, root;
  Chisquare central, less;
  NoncentralChisquare(double df, double nonc)
      : df(df), nonc(nonc), root(std::sqrt(nonc)), central(df), less(df - 1) {}
  explicit NoncentralChisquare(const Args& a) : NoncentralChisquare(a.real(0), a.real(1)) {}

  template <class S>
  double operator()(S& s) const {
    if (!S::kLegacy && std::isnan(nonc)) return nonc;
    if (nonc == 0) return central(s);
    if (1 < df) {
      const double square = less(s);
      const double n = s.normal() + root;
      return square + n * n;
    }
    const int64_t i = Poisson(nonc / 2.0)(s);
    const double x = Chisquare(df + 2 * i)(s);
    return std::isnan(nonc) ? nonc : x;
  }
};

struct NoncentralF {
  static constexpr int kParameters = 3;
  double numerator, denominator;
  NoncentralChisquare first;
  Chisquare second;
  explicit NoncentralF(const Args& a)
      : numerator(a.real(0)), denominator(a.real(1)), first(numerator, a.real(2)), second(denominator) {}
  template <class S>
  double operator()(S& s) const {
    const double x = first(s) * denominator;
    return x / (second(s) * numerator);
  }
};

struct Laplace {
  static constexpr int kParameters = 2;
  double loc, scale;
  explicit Laplace(const Args& a) : loc(a.real(0)), scale(a.real(1)) {}
  template <class S>
  double operator()(S& s) const {
    for (;;) {
      const double u = s.real();
      if (u >= 0.5) return loc - scale * std::log(2.0 - u - u);
      if (u > 0.0) return loc + scale * std::log(u + u);
    }
  }
};

struct Gumbel {
  static constexpr int kParameters = 2;
  double loc, scale;
  explicit Gumbel(const Args& a) : loc(a.real(0)), scale(a.real(1)) {}
  template <class S>
  double operator()(S& s) const {
    for (;;) {
      const double u = 1.0 - s.real();
      if (u < 1.0) return loc - scale * std::log(-std::log(u));
    }
  }
};

struct Logistic {
  static constexpr int kParameters = 2;
  double loc, scale;
  explicit Logistic(const Args& a) : loc(a.real(0)), scale(a.real(1)) {}
  template <class S>
  double operator()(S& s) const {
    for (;;) {
      const double u = s.real();
      if (u > 0.0) return loc + scale * std::log(u / (1.0 - u));
    }
  }
};

struct Pareto {
  static constexpr int kParameters = 1;
  double a;
  explicit Pareto(const Args& p) : a(p.real(0)) {}
  template <class S>
  double operator()(S& s) const {
    const double x = s.exponential() / a;
    return S::kLegacy ? std::exp(x) - 1 : std::expm1(x);
  }
};

struct Power {
  static constexpr int kParameters = 1;
  double a;
  explicit Power(const Args& p) : a(p.real(0)) {}
  template <class S>
  double operator()(S& s) const {
    const double x = -s.exponential();
    return std::pow(S::kLegacy ? 1 - std::exp(x) : -std::expm1(x), 1.0 / a);
  }
};

struct Weibull {
  static constexpr int kParameters = 1;
  double a;
  explicit Weibull(const Args& p) : a(p.real(0)) {}
  template <class S>
  double operator()(S& s) const { return a == 0.0 ? 0.0 : std::pow(s.exponential(), 1.0 / a); }
};

struct Rayleigh {
  static constexpr int kParameters = 1;
  double scale;
  explicit Rayleigh(const Args& a) : scale(a.real(0)) {}
  template <class S>
  double operator()(S& s) const {
    return scale * std::sqrt(S::kLegacy ? -2.0 * std::log1p(-s.real()) : 2.0 * s.exponential());
  }
};

struct StandardCauchy {
  static constexpr int kParameters = 0;
  explicit StandardCauchy(const Args&) {}
  template <class S>
  double operator()(S& s) const {
    const double x = s.normal();
    return x / s.normal();
  }
};

struct StandardT {
  static constexpr int kParameters = 1;
  double df;
  StandardGamma half;
  explicit StandardT(const Args& a) : df(a.real(0)), half(df / 2) {}
  template <class S>
  double operator()(S& s) const {
    const double x = s.normal();
    const double square = half(s);
    return std::sqrt(df / 2) * x / std::sqrt(square);
  }
};

struct Triangular {
  static constexpr int kParameters = 3;
  double left, right, ratio, rising, falling;
  explicit Triangular(const Args& a) : left(a.real(0)), right(a.real(2)) {
    const double mode = a.real(1), base = right - left, lead = mode - left;
    ratio = lead / base;
    rising = lead * base;
    falling = (right - mode) * base;
  }
  template <class S>
  double operator()(S& s) const {
    const double u = s.real();
    return u <= ratio ? left + std::sqrt(u * rising) : right - std::sqrt((1.0 - u) * falling);
  }
};

// Best and Fisher's method; uniform when nearly flat, and in Generator normal when nearly a spike.
struct Vonmises {
  static constexpr int kParameters = 2;
  double mu, kappa, width;
  explicit Vonmises(const Args& a) : mu(a.real(0)), kappa(a.real(1)) {
    if (kappa < 1e-5) {
      width = 1.0 / kappa + kappa;
    } else {
      const double r = 1 + std::sqrt(1 + 4 * kappa * kappa);
      const double rho = (r - std::sqrt(2 * r)) / (2 * kappa);
      width = (1 + rho * rho) / (2 * rho);
    }
  }

  template <class S>
  double operator()(S& s) const {
    if (std::isnan(kappa)) return kappa;
    if (kappa < 1e-8) return kPi * (2 * s.real() - 1);
    if (!S::kLegacy && kappa > 1e6) {
      double x = mu + std::sqrt(1.0 / kappa) * s.normal();
      if (x < -kPi) x += 2 * kPi;
      if (x > kPi) x -= 2 * kPi;
      return x;
    }
    double w, y, v;
    do {
      const double z = std::cos(kPi * s.real());
      w = (1 + width * z) / (width + z);
      y = kappa * (width - w);
      v = s.real();
    } while (!(y * (2 - y) - v >= 0 || std::log(y / v) + 1 - y >= 0));
    double angle = std::acos(w);
    if (s.real() < 0.5) angle = -angle;
    angle += mu;
    const double turned = std::fmod(std::fabs(angle) + kPi, 2 * kPi) - kPi;
    return angle < 0 ? turned * -1 : turned;
  }
};

// Michael, Schucany and Haas's transformation with two roots.
struct Wald {
  static constexpr int kParameters = 2;
  double mean, scale, ratio;
  explicit Wald(const Args& a) : mean(a.real(0)), scale(a.real(1)), ratio(mean / (2 * scale)) {}
  template <class S>
  double operator()(S& s) const {
    double y = s.normal();
    y = mean * y * y;
    const double x = mean + ratio * (y - std::sqrt(4 * scale * y + y * y));
    return s.real() <= mean / (mean + x) ? x : mean * mean / x;
  }
};

}  // namespace gl
