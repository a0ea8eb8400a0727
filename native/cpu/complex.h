// One complex element: its arithmetic, comparisons and functions, with NumPy's formulas where they decide about NaN and
// infinities, the C library's functions elsewhere. ops.def's expressions find them by their arguments.
#pragma once
#include <cmath>
#include <complex>
#include <limits>

namespace gl {

template <class T> struct Complex {
  T re, im;
  Complex() = default;
  constexpr Complex(T r, T i) : re(r), im(i) {}
  constexpr explicit Complex(T r) : re(r), im(0) {}
  constexpr explicit Complex(int r) : re(T(r)), im(0) {}
};

template <class T> bool hasNaN(Complex<T> a) { return a.re != a.re || a.im != a.im; }

template <class T> Complex<T> operator+(Complex<T> a, Complex<T> b) { return {a.re + b.re, a.im + b.im}; }
template <class T> Complex<T> operator-(Complex<T> a, Complex<T> b) { return {a.re - b.re, a.im - b.im}; }
template <class T> Complex<T> operator-(Complex<T> a) { return {-a.re, -a.im}; }
template <class T> Complex<T> operator*(Complex<T> a, Complex<T> b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
// Smith's division: scaled by the larger part of the divisor.
template <class T> Complex<T> operator/(Complex<T> a, Complex<T> b) {
  const T br = std::fabs(b.re), bi = std::fabs(b.im);
  if (br >= bi) {
    if (br == 0 && bi == 0) return {a.re / br, a.im / br};
    const T ratio = b.im / b.re, scale = T(1) / (b.re + b.im * ratio);
    return {(a.re + a.im * ratio) * scale, (a.im - a.re * ratio) * scale};
  }
  const T ratio = b.re / b.im, scale = T(1) / (b.im + b.re * ratio);
  return {(a.re * ratio + a.im) * scale, (a.im * ratio - a.re) * scale};
}

template <class T> bool operator==(Complex<T> a, Complex<T> b) { return a.re == b.re && a.im == b.im; }
template <class T> bool operator!=(Complex<T> a, Complex<T> b) { return a.re != b.re || a.im != b.im; }
// Lexicographic: by the real part, then by the imaginary one.
template <class T> bool operator<(Complex<T> a, Complex<T> b) {
  return (a.re < b.re && a.im == a.im && b.im == b.im) || (a.re == b.re && a.im < b.im);
}
template <class T> bool operator>(Complex<T> a, Complex<T> b) { return b < a; }
template <class T> bool operator<=(Complex<T> a, Complex<T> b) {
  return (a.re < b.re && a.im == a.im && b.im == b.im) || (a.re == b.re && a.im <= b.im);
}
template <class T> bool operator>=(Complex<T> a, Complex<T> b) { return b <= a; }

// The order of sorting: numbers, then those with a NaN imaginary part, a NaN real part, both.
template <class T> struct ComplexOrder {
  static int rank(Complex<T> a) { return 2 * (a.re != a.re) + (a.im != a.im); }
  bool operator()(Complex<T> a, Complex<T> b) const {
    const int p = rank(a), q = rank(b);
    if (p != q) return p < q;
    if (p < 2 && a.re != b.re) return a.re < b.re;
    return a.im < b.im;
  }
};

template <class T> Complex<T> maximumOf(Complex<T> a, Complex<T> b) { return hasNaN(a) || a >= b ? a : b; }
template <class T> Complex<T> minimumOf(Complex<T> a, Complex<T> b) { return hasNaN(a) || a <= b ? a : b; }

template <class T> Complex<T> conjugate(Complex<T> a) { return {a.re, -a.im}; }
template <class T> bool finite(Complex<T> a) { return std::isfinite(a.re) && std::isfinite(a.im); }
template <class T> bool infinite(Complex<T> a) { return std::isinf(a.re) || std::isinf(a.im); }
// z / |z|, and 0 at 0.
template <class T> Complex<T> signum(Complex<T> a) {
  const T size = std::hypot(a.re, a.im);
  if (size == 0) return {0, 0};
  return {a.re / size, a.im / size};
}
template <class T> Complex<T> inverseOf(Complex<T> a) {
  if (std::fabs(a.im) <= std::fabs(a.re)) {
    const T ratio = a.im / a.re, d = a.re + a.im * ratio;
    return {T(1) / d, -ratio / d};
  }
  const T ratio = a.re / a.im, d = a.re * ratio + a.im;
  return {ratio / d, T(-1) / d};
}
template <class T> Complex<T> roundEven(Complex<T> a) { return {std::rint(a.re), std::rint(a.im)}; }

#define GL_COMPLEX(name, function) \
  template <class T> Complex<T> name(Complex<T> a) { \
    const std::complex<T> r = std::function(std::complex<T>(a.re, a.im)); \
    return {r.real(), r.imag()}; \
  }
GL_COMPLEX(squareRoot, sqrt)
GL_COMPLEX(exponential, exp)
GL_COMPLEX(logarithm, log)
GL_COMPLEX(sine, sin)
GL_COMPLEX(cosine, cos)
GL_COMPLEX(tangent, tan)
GL_COMPLEX(arcSine, asin)
GL_COMPLEX(arcCosine, acos)
GL_COMPLEX(arcTangent, atan)
GL_COMPLEX(hyperbolicSine, sinh)
GL_COMPLEX(hyperbolicCosine, cosh)
GL_COMPLEX(hyperbolicTangent, tanh)
GL_COMPLEX(areaSine, asinh)
GL_COMPLEX(areaCosine, acosh)
GL_COMPLEX(areaTangent, atanh)
#undef GL_COMPLEX

template <class T> Complex<T> exponentialM1(Complex<T> a) {
  const T half = std::sin(a.im / 2);
  return {std::expm1(a.re) * std::cos(a.im) - 2 * half * half, std::exp(a.re) * std::sin(a.im)};
}
template <class T> Complex<T> logarithm1P(Complex<T> a) {
  return {std::log(std::hypot(a.re + 1, a.im)), std::atan2(a.im, a.re + 1)};
}
template <class T> Complex<T> logarithm2(Complex<T> a) {
  const Complex<T> r = logarithm(a);
  return {r.re * T(1.442695040888963407359924681001892137), r.im * T(1.442695040888963407359924681001892137)};
}
template <class T> Complex<T> logarithm10(Complex<T> a) {
  const Complex<T> r = logarithm(a);
  return {r.re * T(0.434294481903251827651128918916605082), r.im * T(0.434294481903251827651128918916605082)};
}

// Small whole exponents by multiplication, others by the C library; 0 to a power that is not positive is NaN.
template <class T> Complex<T> power(Complex<T> a, Complex<T> b) {
  if (b.re == 0 && b.im == 0) return {1, 0};
  if (a.re == 0 && a.im == 0) {
    if (b.re > 0 && b.im == 0) return {0, 0};
    return {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::quiet_NaN()};
  }
  if (b.im == 0 && std::fabs(b.re) < 100 && b.re == std::trunc(b.re)) {
    int n = static_cast<int>(std::fabs(b.re));
    if (b.re == 1) return a;
    if (b.re == 3) return a * (a * a);
    Complex<T> r(1, 0);
    bool first = true;
    for (Complex<T> p = a; n > 0; n >>= 1, p = p * p) {
      if ((n & 1) == 0) continue;
      r = first ? p : r * p;
      first = false;
    }
    return b.re < 0 ? Complex<T>(1, 0) / r : r;
  }
  const std::complex<T> r = std::pow(std::complex<T>(a.re, a.im), std::complex<T>(b.re, b.im));
  return {r.real(), r.imag()};
}

}  // namespace gl
