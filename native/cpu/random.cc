// Random numbers, bit-equal to NumPy's: fills of floats and bounded integers, shuffles and samples without
// replacement. One draw follows from the one before, so nothing here runs on several threads. Logarithms are
// the C library's, because NumPy's are.
//
//   randomSeed      a0 state, a1 words; p0 number of words, or 0 and p1 the seed. MT19937
//   randomFill      a0 out, a1 state; p0 engine, p1 distribution, p2 count, p3 offset, p4 scale
//   randomIntegers  a0 out of the loop's dtype, a1 state, a2 uint64 [low, high - low]; p0 engine, p2 count
//   randomShuffle   a0 rows, a1 state; p0 engine, p2 rows, p3 bytes of one
//   randomChoice    a0 out (int64), a1 state; p2 sample size, p3 population, p4 shuffle the sample. PCG64
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>
#include "command.h"
#include "cpu/random_engines.h"
#include "cpu/random_tables.h"

namespace gl {
namespace {

enum Engine { kMt19937, kPcg64 };
enum Distribution { kUniform, kNormal, kExponential };

// -----------------------------------------------------------------------------------------------------------
// Floats

// The polar method gives two normal numbers; the second waits in the state.
double normal(Mt19937& g) {
  if (g.hasGauss) {
    double kept = g.gauss;
    g.gauss = 0;
    g.hasGauss = 0;
    return kept;
  }
  double x, y, r2;
  do {
    x = 2.0 * g.real() - 1.0;
    y = 2.0 * g.real() - 1.0;
    r2 = x * x + y * y;
  } while (r2 >= 1.0 || r2 == 0.0);
  double f = std::sqrt(-2.0 * std::log(r2) / r2);
  g.gauss = f * x;
  g.hasGauss = 1;
  return f * y;
}

double exponential(Mt19937& g) { return -std::log(1.0 - g.real()); }

// Draws that a ziggurat needs, in both precisions.
template <class Real>
struct Draw;

template <>
struct Draw<double> {
  using Bits = uint64_t;
  static constexpr int kNormalBits = 52, kExponentialBits = 3;
  static uint64_t bits(Pcg64& g) { return g.next64(); }
  static double real(Pcg64& g) { return g.real(); }
  static double log1m(double u) { return std::log1p(-u); }
  static const auto& normal() { return zigguratTables().normal; }
  static const auto& exponential() { return zigguratTables().exponential; }
};

template <>
struct Draw<float> {
  using Bits = uint32_t;
  static constexpr int kNormalBits = 23, kExponentialBits = 1;
  static uint32_t bits(Pcg64& g) { return g.next32(); }
  static float real(Pcg64& g) { return g.real32(); }
  static float log1m(float u) { return ::log1pf(-u); }
  static const auto& normal() { return zigguratTables().normalFloat; }
  static const auto& exponential() { return zigguratTables().exponentialFloat; }
};

template <class Real>
Real normal(Pcg64& g, const Ziggurat<Real, typename Draw<Real>::Bits>& t) {
  using D = Draw<Real>;
  constexpr Real r = static_cast<Real>(kNormalTail);
  constexpr Real inverse = static_cast<Real>(0.27366123732975827203338247596);
  for (;;) {
    auto bits = D::bits(g);
    int layer = bits & 0xff;
    bits >>= 8;
    bool negative = bits & 1;
    bits = bits >> 1 & ((static_cast<typename D::Bits>(1) << D::kNormalBits) - 1);
    Real x = bits * t.w[layer];
    if (negative) x = -x;
    if (bits < t.k[layer]) return x;
    if (layer == 0) {
      for (;;) {
        Real beyond = -inverse * D::log1m(D::real(g));
        Real y = -D::log1m(D::real(g));
        if (y + y > beyond * beyond) return bits >> 8 & 1 ? -(r + beyond) : r + beyond;
      }
    }
    Real height = (t.f[layer - 1] - t.f[layer]) * D::real(g) + t.f[layer];
    if (height < std::exp(-0.5 * x * x)) return x;
  }
}

template <class Real>
Real exponential(Pcg64& g, const Ziggurat<Real, typename Draw<Real>::Bits>& t) {
  using D = Draw<Real>;
  for (;;) {
    auto bits = D::bits(g) >> D::kExponentialBits;
    int layer = bits & 0xff;
    bits >>= 8;
    Real x = bits * t.w[layer];
    if (bits < t.k[layer]) return x;
    if (layer == 0) return static_cast<Real>(kExponentialTail) - D::log1m(D::real(g));
    Real height = (t.f[layer - 1] - t.f[layer]) * D::real(g) + t.f[layer];
    if (height < std::exp(-x)) return x;
  }
}

template <class Real, class F>
void fill(Real* out, int64_t n, double offset, double scale, F draw) {
  if (offset == 0 && scale == 1) {
    for (int64_t i = 0; i < n; i++) out[i] = draw();
  } else {
    for (int64_t i = 0; i < n; i++) out[i] = static_cast<Real>(offset + scale * draw());
  }
}

void fillFrom(Mt19937& g, Distribution d, double* out, int64_t n, double offset, double scale) {
  switch (d) {
    case kUniform: return fill(out, n, offset, scale, [&] { return g.real(); });
    case kNormal: return fill(out, n, offset, scale, [&] { return normal(g); });
    case kExponential: return fill(out, n, offset, scale, [&] { return exponential(g); });
  }
}

template <class Real>
void fillFrom(Pcg64& shared, Distribution d, Real* out, int64_t n, double offset, double scale) {
  using D = Draw<Real>;
  // A copy stays in registers; writing through `out` could change the shared one as far as the compiler
  // knows.
  Pcg64 g = shared;
  switch (d) {
    case kUniform: fill(out, n, offset, scale, [&] { return D::real(g); }); break;
    case kNormal: {
      const auto& t = D::normal();
      fill(out, n, offset, scale, [&] { return normal<Real>(g, t); });
      break;
    }
    case kExponential: {
      const auto& t = D::exponential();
      fill(out, n, offset, scale, [&] { return exponential<Real>(g, t); });
      break;
    }
  }
  shared = g;
}

// -----------------------------------------------------------------------------------------------------------
// Bounded integers

template <class T>
T maskOf(T range) {
  for (unsigned shift = 1; shift < 8 * sizeof(T); shift *= 2) range |= range >> shift;
  return range;
}

// Numbers of T's width. Those below 32 bits are cut from one 32-bit draw, lowest first; a fill starts with a
// fresh one.
template <class G, class T>
struct Source {
  G& g;
  uint32_t kept = 0;
  int left = 0;

  T next() {
    if constexpr (sizeof(T) == 8) return g.next64();
    if constexpr (sizeof(T) == 4) return g.next32();
    if (left == 0) {
      kept = g.next32();
      left = 4 / sizeof(T);
    } else {
      kept >>= 8 * (sizeof(T) % 4);
    }
    left--;
    return static_cast<T>(kept);
  }
};

template <class T>
struct Wider;
template <>
struct Wider<uint8_t> { using type = uint16_t; };
template <>
struct Wider<uint32_t> { using type = uint64_t; };
template <>
struct Wider<uint64_t> { __extension__ using type = unsigned __int128; };

// RandomState, and every shuffle: draws under a mask of one bits until one is in range.
template <class G, class T>
T masked(Source<G, T>& s, T range, T mask) {
  T value;
  do value = s.next() & mask;
  while (value > range);
  return value;
}

template <class T>
T bounded(Source<Mt19937, T>& s, T range, T mask) {
  return masked(s, range, mask);
}

// Generator: Lemire's multiplication, which rejects only draws of the few products that would make values
// unequal.
template <class T>
T bounded(Source<Pcg64, T>& s, T range, T) {
  using W = typename Wider<T>::type;
  constexpr int bits = 8 * sizeof(T);
  const T count = range + 1;
  W product = static_cast<W>(s.next()) * count;
  T rest = static_cast<T>(product);
  if (rest < count) {
    const T threshold = static_cast<T>(static_cast<T>(~static_cast<T>(0)) - range) % count;
    while (rest < threshold) {
      product = static_cast<W>(s.next()) * count;
      rest = static_cast<T>(product);
    }
  }
  return static_cast<T>(product >> bits);
}

// out[i] = low + a draw of 0..range, with arithmetic in T and results of type Out.
template <class T, class G, class Out>
void fillIntegers(G& g, Out* out, int64_t n, uint64_t low, T range) {
  const T base = static_cast<T>(low);
  Source<G, T> source{g};
  if (range == static_cast<T>(~static_cast<T>(0))) {
    for (int64_t i = 0; i < n; i++) out[i] = static_cast<Out>(static_cast<T>(base + source.next()));
    return;
  }
  const T mask = maskOf(range);
  for (int64_t i = 0; i < n; i++) {
    out[i] = static_cast<Out>(static_cast<T>(base + bounded(source, range, mask)));
  }
}

template <class G>
void fillIntegers(G& g, DType dtype, void* out, int64_t n, uint64_t low, uint64_t range) {
  if (range == 0 && dtype != DType::Bool) {
    switch (dtype) {
      case DType::Int64: std::fill_n(static_cast<int64_t*>(out), n, static_cast<int64_t>(low)); return;
      case DType::Int32: std::fill_n(static_cast<int32_t*>(out), n, static_cast<int32_t>(low)); return;
      default: std::fill_n(static_cast<uint8_t*>(out), n, static_cast<uint8_t>(low)); return;
    }
  }
  switch (dtype) {
    case DType::Int64:
      if (range > 0xffffffffu) return fillIntegers<uint64_t>(g, static_cast<int64_t*>(out), n, low, range);
      {
        auto* to = static_cast<int64_t*>(out);
        Source<G, uint32_t> source{g};
        const uint32_t r = static_cast<uint32_t>(range), mask = maskOf(r);
        const bool all = r == 0xffffffffu;
        for (int64_t i = 0; i < n; i++) {
          uint64_t draw = all ? source.next() : bounded(source, r, mask);
          to[i] = static_cast<int64_t>(low + draw);
        }
      }
      return;
    case DType::Int32:
      return fillIntegers<uint32_t>(g, static_cast<int32_t*>(out), n, low, static_cast<uint32_t>(range));
    case DType::UInt8:
      return fillIntegers<uint8_t>(g, static_cast<uint8_t*>(out), n, low, static_cast<uint8_t>(range));
    case DType::Bool: {
      // 32 booleans from one draw, lowest bit first.
      auto* to = static_cast<uint8_t*>(out);
      uint32_t bits = 0;
      for (int64_t i = 0, left = 0; i < n; i++) {
        if (range == 0) {
          to[i] = low != 0;
          continue;
        }
        if (left == 0) {
          bits = g.next32();
          left = 32;
        } else {
          bits >>= 1;
        }
        left--;
        to[i] = bits & 1;
      }
      return;
    }
    default: throw Error("randomIntegers: the dtype is not an integer type");
  }
}

// -----------------------------------------------------------------------------------------------------------
// Shuffles and samples

// One number of 0..range, as shuffles draw it.
template <class G>
uint64_t interval(G& g, uint64_t range) {
  if (range == 0) return 0;
  if (range <= 0xffffffffu) {
    Source<G, uint32_t> source{g};
    return masked(source, static_cast<uint32_t>(range), maskOf(static_cast<uint32_t>(range)));
  }
  Source<G, uint64_t> source{g};
  return masked(source, range, maskOf(range));
}

// One number of 0..range, as samples draw it.
uint64_t below(Pcg64& g, uint64_t range) {
  if (range == 0) return 0;
  if (range < 0xffffffffu) {
    Source<Pcg64, uint32_t> source{g};
    return bounded<uint32_t>(source, static_cast<uint32_t>(range), 0);
  }
  if (range == 0xffffffffu) return g.next32();
  Source<Pcg64, uint64_t> source{g};
  return bounded<uint64_t>(source, range, 0);
}

// Fisher and Yates, from the last row down to `first`.
template <class Draw, class Swap>
void shuffleRows(int64_t n, int64_t first, Draw draw, Swap swap) {
  for (int64_t i = n - 1; i >= first; i--) swap(i, static_cast<int64_t>(draw(static_cast<uint64_t>(i))));
}

template <class T, class G>
void shuffleAs(G& g, char* rows, int64_t n) {
  T* a = reinterpret_cast<T*>(rows);
  auto draw = [&g](uint64_t i) { return interval(g, i); };
  shuffleRows(n, 1, draw, [a](int64_t i, int64_t j) { std::swap(a[i], a[j]); });
}

template <class G>
void shuffle(G& g, char* rows, int64_t n, int64_t bytes) {
  if (bytes == 8) return shuffleAs<uint64_t>(g, rows, n);
  if (bytes == 4) return shuffleAs<uint32_t>(g, rows, n);
  if (bytes == 1) return shuffleAs<uint8_t>(g, rows, n);
  std::vector<char> spare(bytes);
  auto draw = [&g](uint64_t i) { return interval(g, i); };
  shuffleRows(n, 1, draw, [&](int64_t i, int64_t j) {
    if (i == j || bytes == 0) return;
    std::memcpy(spare.data(), rows + j * bytes, bytes);
    std::memcpy(rows + j * bytes, rows + i * bytes, bytes);
    std::memcpy(rows + i * bytes, spare.data(), bytes);
  });
}

// `size` distinct numbers below `population`: the end of a partial shuffle when that is most of it, else
// Floyd's method, which touches only the sample.
void choose(Pcg64& g, int64_t* out, int64_t size, int64_t population, bool shuffled) {
  auto draw = [&g](uint64_t i) { return below(g, i); };
  if (population > 10000 && size > population / (shuffled ? 50 : 20)) {
    std::vector<int64_t> all(population);
    for (int64_t i = 0; i < population; i++) all[i] = i;
    int64_t first = population - size > 1 ? population - size : 1;
    shuffleRows(population, first, draw, [&](int64_t i, int64_t j) { std::swap(all[i], all[j]); });
    std::memcpy(out, all.data() + (population - size), size * sizeof(int64_t));
    return;
  }
  constexpr uint64_t kFree = ~0ULL;
  const uint64_t mask = maskOf(static_cast<uint64_t>(1.2 * static_cast<double>(size)));
  std::vector<uint64_t> seen(mask + 1, kFree);
  for (int64_t j = population - size; j < population; j++) {
    uint64_t value = below(g, static_cast<uint64_t>(j));
    uint64_t at = value & mask;
    while (seen[at] != kFree && seen[at] != value) at = (at + 1) & mask;
    if (seen[at] != kFree) {
      value = static_cast<uint64_t>(j);
      at = value & mask;
      while (seen[at] != kFree) at = (at + 1) & mask;
    }
    seen[at] = value;
    out[j - (population - size)] = static_cast<int64_t>(value);
  }
  if (shuffled) shuffleRows(size, 1, draw, [out](int64_t i, int64_t j) { std::swap(out[i], out[j]); });
}

}  // namespace

// -----------------------------------------------------------------------------------------------------------
// Commands

void run_randomSeed(Command& c) {
  auto& g = *c.data<Mt19937>(0);
  if (c.param(0) == 0) g.seed(static_cast<uint32_t>(c.param(1)));
  else g.seed(c.data<uint32_t>(1), c.param(0));
  g.hasGauss = 0;
  g.gauss = 0;
}

void run_randomFill(Command& c) {
  auto d = static_cast<Distribution>(c.param(1));
  const int64_t n = c.param(2);
  const double offset = c.real(3), scale = c.real(4);
  if (c.param(0) == kMt19937) return fillFrom(*c.data<Mt19937>(1), d, c.data<double>(0), n, offset, scale);
  auto& g = *c.data<Pcg64>(1);
  if (c.loop() == DType::Float32) fillFrom(g, d, c.data<float>(0), n, offset, scale);
  else fillFrom(g, d, c.data<double>(0), n, offset, scale);
}

void run_randomIntegers(Command& c) {
  const uint64_t* bounds = c.data<uint64_t>(2);
  if (c.param(0) == kMt19937) {
    fillIntegers(*c.data<Mt19937>(1), c.loop(), c.address(0), c.param(2), bounds[0], bounds[1]);
  } else {
    fillIntegers(*c.data<Pcg64>(1), c.loop(), c.address(0), c.param(2), bounds[0], bounds[1]);
  }
}

void run_randomShuffle(Command& c) {
  if (c.param(0) == kMt19937) shuffle(*c.data<Mt19937>(1), c.address(0), c.param(2), c.param(3));
  else shuffle(*c.data<Pcg64>(1), c.address(0), c.param(2), c.param(3));
}

void run_randomChoice(Command& c) {
  choose(*c.data<Pcg64>(1), c.data<int64_t>(0), c.param(2), c.param(3), c.param(4) != 0);
}

}  // namespace gl
