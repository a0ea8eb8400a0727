// Where the distributions draw from: a bit generator together with NumPy's ways to make normal and exponential numbers
// of its bits. Modern is Generator's (ziggurats), ModernFloat the same in single precision, Legacy is RandomState's
// (polar method, logarithm). Each has real(), normal() and exponential() in its type Real, and bits() for counts.
// Logarithms are the C library's, because NumPy's are.
#pragma once
#include <cmath>

#include "cpu/random_engines.h"
#include "cpu/random_tables.h"

namespace gl {

// One draw is rejected here in a hundred; out of line, so that the common path stays short.
template <class S, class Table, class Bits>
__attribute__((noinline)) bool normalEdge(S& s, const Table& t, int layer, Bits bits, typename S::Real& x) {
  using Real = typename S::Real;
  constexpr Real r = static_cast<Real>(kNormalTail);
  constexpr Real inverse = static_cast<Real>(0.27366123732975827203338247596);
  if (layer == 0) {
    for (;;) {
      const Real beyond = -inverse * std::log1p(-s.real());
      const Real y = -std::log1p(-s.real());
      if (y + y > beyond * beyond) {
        x = bits >> 8 & 1 ? -(r + beyond) : r + beyond;
        return true;
      }
    }
  }
  const Real height = (t.f[layer - 1] - t.f[layer]) * s.real() + t.f[layer];
  return height < std::exp(-0.5 * x * x);
}

template <int kBits, class S, class Table, class Draw>
typename S::Real zigguratNormal(S& s, const Table& t, Draw draw) {
  for (;;) {
    auto bits = draw();
    const int layer = bits & 0xff;
    bits >>= 8;
    const bool negative = bits & 1;
    bits = bits >> 1 & ((static_cast<decltype(bits)>(1) << kBits) - 1);
    typename S::Real x = bits * t.w[layer];
    if (negative) x = -x;
    if (__builtin_expect(bits < t.k[layer], 1)) return x;
    if (normalEdge(s, t, layer, bits, x)) return x;
  }
}

template <class S, class Table>
__attribute__((noinline)) bool exponentialEdge(S& s, const Table& t, int layer, typename S::Real& x) {
  using Real = typename S::Real;
  if (layer == 0) {
    x = static_cast<Real>(kExponentialTail) - std::log1p(-s.real());
    return true;
  }
  const Real height = (t.f[layer - 1] - t.f[layer]) * s.real() + t.f[layer];
  return height < std::exp(-x);
}

template <int kShift, class S, class Table, class Draw>
typename S::Real zigguratExponential(S& s, const Table& t, Draw draw) {
  for (;;) {
    auto bits = draw() >> kShift;
    const int layer = bits & 0xff;
    bits >>= 8;
    typename S::Real x = bits * t.w[layer];
    if (__builtin_expect(bits < t.k[layer], 1)) return x;
    if (exponentialEdge(s, t, layer, x)) return x;
  }
}

template <class G>
struct Modern {
  using Real = double;
  static constexpr bool kLegacy = false;
  G& g;
  const ZigguratTables& tables = zigguratTables();

  G& bits() { return g; }
  double real() { return g.real(); }
  double normal() {
    return zigguratNormal<52>(*this, tables.normal, [this] { return g.next64(); });
  }
  double exponential() {
    return zigguratExponential<3>(*this, tables.exponential, [this] { return g.next64(); });
  }
};

template <class G>
struct ModernFloat {
  using Real = float;
  static constexpr bool kLegacy = false;
  G& g;
  const ZigguratTables& tables = zigguratTables();

  G& bits() { return g; }
  float real() { return g.real32(); }
  float normal() {
    return zigguratNormal<23>(*this, tables.normalFloat, [this] { return g.next32(); });
  }
  float exponential() {
    return zigguratExponential<1>(*this, tables.exponentialFloat, [this] { return g.next32(); });
  }
};

// The second of the two numbers that the polar method makes waits here; it is part of get_state().
struct Waiting {
  double normal;
  int64_t has;
};

template <class G>
struct Legacy {
  using Real = double;
  static constexpr bool kLegacy = true;
  G& g;
  Waiting& waiting;

  G& bits() { return g; }
  double real() { return g.real(); }
  double normal() {
    if (waiting.has) {
      const double kept = waiting.normal;
      waiting.normal = 0;
      waiting.has = 0;
      return kept;
    }
    double x, y, square;
    do {
      x = 2.0 * g.real() - 1.0;
      y = 2.0 * g.real() - 1.0;
      square = x * x + y * y;
    } while (square >= 1.0 || square == 0.0);
    const double stretch = std::sqrt(-2.0 * std::log(square) / square);
    waiting.normal = stretch * x;
    waiting.has = 1;
    return stretch * y;
  }
  double exponential() { return -std::log(1.0 - g.real()); }
};

// f(source) for the bit generator `code` at `state`; with `waiting` as RandomState draws, else as Generator does.
template <class F>
void withSource(Engine code, void* state, Waiting* waiting, F f) {
  if (waiting != nullptr && code == Engine::Mt19937) {
    Legacy<Mt19937> s{*static_cast<Mt19937*>(state), *waiting};
    f(s);
  } else if (waiting == nullptr && code == Engine::Pcg64) {
    // A copy stays in registers: results that are written could change the shared one as far as the compiler knows.
    Pcg64 g = *static_cast<Pcg64*>(state);
    Modern<Pcg64> s{g};
    f(s);
    *static_cast<Pcg64*>(state) = g;
  } else {
    AnyEngine g = anyEngine(code, state);
    if (waiting != nullptr) {
      Legacy<AnyEngine> s{g, *waiting};
      f(s);
    } else {
      Modern<AnyEngine> s{g};
      f(s);
    }
  }
}

}  // namespace gl
