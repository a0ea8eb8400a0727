// Random integers, shuffles and samples without replacement, bit-equal to NumPy's. One draw follows from the one
// before, so nothing here runs on several threads.
//
//   randomSeed          a0 state, a1 words; p0 number of words, or 0 and p1 the seed. MT19937
//   randomBits          a0 out, a1 state; p0 engine, p1 kind (below), p2 count
//   randomIntegers      a0 out of the loop's dtype, a1 state, a2 uint64 [low, high - low]; p0 engine, p1 method, p2 count
//   randomIntegersEach  a0 out of the loop's dtype, a1 state, a2 low, a3 high (int64 or uint64, strides of the
//                       command's shape); p0 engine, p1 method, p2 whether high is included, p3 whether the loop's
//                       dtype is signed. Results: p7 what is wrong (1 low, 2 high, 3 none between), p8 where
//   randomShuffle       a0 first element of a row, a1 state; p0 engine, p2 rows, p3 bytes of one, p4 bytes from one to
//                       the next
//   randomChoice        a0 out (int64), a1 state; p0 engine, p2 sample size, p3 population, p4 shuffle the sample
//
// Methods: 0 RandomState's masks, 1 Generator's multiplication.
#include <algorithm>
#include <cstring>
#include <type_traits>
#include <vector>

#include "cpu/random_bounded.h"

namespace gl {
namespace {

enum Method { kMasked, kMultiplied };
enum Bits { kRaw, kPositive, kWords };

// -----------------------------------------------------------------------------------------------------------
// Bounded integers

// low + a draw of 0..range with the width of T, which is unsigned. Draws below 32 bits share 32-bit words.
template <class G, class T>
struct Bounded {
  Source<G, T> source;
  Method method;

  T operator()(T low, T range) {
    if (range == 0) return low;
    if (range == static_cast<T>(~static_cast<T>(0))) return low + source.next();
    return low + (method == kMasked ? masked(source, range, maskOf(range)) : multiplied(source, range));
  }
};

// 64-bit results come from 32-bit draws where those suffice.
template <class G>
struct Bounded<G, uint64_t> {
  Bounded<G, uint32_t> narrow;
  Source<G, uint64_t> source;
  Method method;

  uint64_t operator()(uint64_t low, uint64_t range) {
    if (range <= 0xffffffffu) return low + narrow(0, static_cast<uint32_t>(range));
    if (range == ~0ULL) return low + source.next();
    return low + (method == kMasked ? masked(source, range, maskOf(range)) : multiplied(source, range));
  }
};

// 32 booleans from one draw, lowest bit first.
template <class G>
struct Bounded<G, bool> {
  G& g;
  uint32_t bits = 0;
  int left = 0;

  uint8_t operator()(bool low, bool range) {
    if (!range) return low;
    if (left == 0) {
      bits = g.next32();
      left = 32;
    } else {
      bits >>= 1;
    }
    left--;
    return bits & 1;
  }
};

// f(draws, an unsigned number of the dtype's width)
template <class G, class F>
void withBounded(G& g, DType dtype, Method method, F f) {
  if (dtype == DType::Bool) return f(Bounded<G, bool>{g}, uint8_t{});
  switch (itemSize(dtype)) {
    case 1: return f(Bounded<G, uint8_t>{{g}, method}, uint8_t{});
    case 2: return f(Bounded<G, uint16_t>{{g}, method}, uint16_t{});
    case 4: return f(Bounded<G, uint32_t>{{g}, method}, uint32_t{});
    default: return f(Bounded<G, uint64_t>{{{g}, method}, {g}, method}, uint64_t{});
  }
}

// out[i] = low + a draw of 0..range with the width of T; what does not change is decided before the loop.
template <class T, class G, class Out>
void fillWith(G& shared, Method method, Out* out, int64_t n, Out low, T range) {
  // As in withEngine, a copy of a small state stays in registers.
  using Own = std::conditional_t<std::is_same_v<G, Mt19937>, G&, G>;
  Own g = shared;
  Source<G, T> source{g};
  auto each = [&](auto draw) {
    for (int64_t i = 0; i < n; i++) out[i] = static_cast<Out>(low + draw());
    if constexpr (!std::is_same_v<G, Mt19937>) shared = g;
  };
  if (range == 0) return each([] { return 0; });
  if (range == static_cast<T>(~static_cast<T>(0))) return each([&] { return source.next(); });
  if (method == kMasked) return each([&, mask = maskOf(range)] { return masked(source, range, mask); });
  each([&] { return multiplied(source, range); });
}

// The same for 32-bit draws of the generators that make two at a time: both halves of a word are tried, and an accepted
// one moves the place to write on.
template <class G, class Out>
void fillHalves(G& shared, Out* out, int64_t n, Out low, uint32_t range) {
  G g = shared;
  const uint32_t count = range + 1, threshold = (0xffffffffu - range) % count;
  int64_t i = 0;
  auto tried = [&](uint32_t half) {
    const uint64_t product = static_cast<uint64_t>(half) * count;
    out[i] = static_cast<Out>(low + (product >> 32));
    i += static_cast<uint32_t>(product) >= threshold;
  };
  if (n > 0 && g.kept.hasSpare) {
    g.kept.hasSpare = 0;
    tried(g.kept.spare);
  }
  while (i < n) {
    const uint64_t both = g.next64();
    g.kept.spare = static_cast<uint32_t>(both >> 32);
    tried(static_cast<uint32_t>(both));
    if (i == n) {
      g.kept.hasSpare = 1;
      break;
    }
    tried(g.kept.spare);
  }
  shared = g;
}

template <class G>
void fillIntegers(G& g, DType dtype, Method method, void* to, int64_t n, uint64_t low, uint64_t range) {
  if (dtype == DType::Bool) {
    Bounded<G, bool> draw{g};
    for (int64_t i = 0; i < n; i++) static_cast<uint8_t*>(to)[i] = draw(low != 0, range != 0);
    return;
  }
  if constexpr (std::is_same_v<G, Pcg64>) {
    if (method == kMultiplied && range > 0 && range < 0xffffffffu) {
      if (itemSize(dtype) == 8) {
        return fillHalves(g, static_cast<uint64_t*>(to), n, low, static_cast<uint32_t>(range));
      }
      if (itemSize(dtype) == 4) {
        return fillHalves(g, static_cast<uint32_t*>(to), n, static_cast<uint32_t>(low), static_cast<uint32_t>(range));
      }
    }
  }
  if (itemSize(dtype) == 8 && range <= 0xffffffffu) {
    return fillWith(g, method, static_cast<uint64_t*>(to), n, low, static_cast<uint32_t>(range));
  }
  withBounded(g, dtype, method, [&](auto, auto zero) {
    using T = decltype(zero);
    fillWith(g, method, static_cast<T*>(to), n, static_cast<T>(low), static_cast<T>(range));
  });
}

// -----------------------------------------------------------------------------------------------------------
// Shuffles and samples

// Fisher and Yates, from the last row down to `first`. Places are drawn some steps ahead of the swaps, so that
// `fetch` can ask the memory for them.
template <class Draw, class Fetch, class Swap>
void shuffleRows(int64_t n, int64_t first, Draw draw, Fetch fetch, Swap swap) {
  constexpr int kAhead = 32;
  int64_t places[kAhead];
  for (int64_t i = n - 1; i >= first;) {
    const int64_t steps = std::min<int64_t>(kAhead, i - first + 1);
    for (int64_t k = 0; k < steps; k++) fetch(places[k] = static_cast<int64_t>(draw(static_cast<uint64_t>(i - k))));
    for (int64_t k = 0; k < steps; k++) swap(i - k, places[k]);
    i -= steps;
  }
}

// interval() for ever smaller ranges.
template <class G>
struct Shrinking {
  G& g;
  uint64_t mask;
  explicit Shrinking(G& g, int64_t n) : g(g), mask(maskOf(static_cast<uint64_t>(n > 0 ? n - 1 : 0))) {}

  uint64_t operator()(uint64_t range) {
    while (range <= mask >> 1) mask >>= 1;
    if (range > 0xffffffffu) {
      Source<G, uint64_t> source{g};
      return masked(source, range, mask);
    }
    Source<G, uint32_t> source{g};
    return masked(source, static_cast<uint32_t>(range), static_cast<uint32_t>(mask));
  }
};

template <class T, class G>
void shuffleAs(G& g, char* rows, int64_t n) {
  T* a = reinterpret_cast<T*>(rows);
  shuffleRows(
      n, 1, Shrinking<G>(g, n), [a](int64_t j) { __builtin_prefetch(a + j, 1); },
      [a](int64_t i, int64_t j) { std::swap(a[i], a[j]); });
}

template <class G>
void shuffle(G& g, char* rows, int64_t n, int64_t bytes, int64_t step) {
  if (bytes == step) {
    if (bytes == 8) return shuffleAs<uint64_t>(g, rows, n);
    if (bytes == 4) return shuffleAs<uint32_t>(g, rows, n);
    if (bytes == 1) return shuffleAs<uint8_t>(g, rows, n);
  }
  std::vector<char> spare(bytes);
  auto fetch = [&](int64_t j) { __builtin_prefetch(rows + j * step, 1); };
  shuffleRows(n, 1, Shrinking<G>(g, n), fetch, [&](int64_t i, int64_t j) {
    if (i == j || bytes == 0) return;
    std::memcpy(spare.data(), rows + j * step, bytes);
    std::memcpy(rows + j * step, rows + i * step, bytes);
    std::memcpy(rows + i * step, spare.data(), bytes);
  });
}

// `size` distinct numbers below `population`: the end of a partial shuffle when that is most of it, else
// Floyd's method, which touches only the sample.
template <class G>
void choose(G& g, int64_t* out, int64_t size, int64_t population, bool shuffled) {
  auto draw = [&g](uint64_t i) { return below(g, i); };
  if (population > 10000 && size > population / (shuffled ? 50 : 20)) {
    std::vector<int64_t> all(population);
    for (int64_t i = 0; i < population; i++) all[i] = i;
    int64_t first = population - size > 1 ? population - size : 1;
    auto fetch = [&](int64_t j) { __builtin_prefetch(&all[j], 1); };
    shuffleRows(population, first, draw, fetch, [&](int64_t i, int64_t j) { std::swap(all[i], all[j]); });
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
  auto fetch = [out](int64_t j) { __builtin_prefetch(out + j, 1); };
  if (shuffled) shuffleRows(size, 1, draw, fetch, [out](int64_t i, int64_t j) { std::swap(out[i], out[j]); });
}

}  // namespace

// -----------------------------------------------------------------------------------------------------------
// Commands

void run_randomSeed(Command& c) {
  auto& g = *c.data<Mt19937>(0);
  if (c.param(0) == 0) g.seed(static_cast<uint32_t>(c.param(1)));
  else g.seed(c.data<uint32_t>(1), c.param(0));
}

void run_randomBits(Command& c) {
  const Engine engine = static_cast<Engine>(c.param(0));
  const int64_t n = c.param(2);
  withEngine(engine, c.address(1), [&](auto& g) {
    switch (static_cast<Bits>(c.param(1))) {
      case kWords:
        for (int64_t i = 0; i < n; i++) c.data<uint32_t>(0)[i] = g.next32();
        return;
      case kPositive:
        for (int64_t i = 0; i < n; i++) c.data<uint64_t>(0)[i] = g.next64() >> 1;
        return;
      case kRaw:
        for (int64_t i = 0; i < n; i++) {
          c.data<uint64_t>(0)[i] = engine == Engine::Mt19937 ? g.next32() : g.next64();
        }
        return;
    }
  });
}

void run_randomIntegers(Command& c) {
  const uint64_t* bounds = c.data<uint64_t>(2);
  withEngine(static_cast<Engine>(c.param(0)), c.address(1), [&](auto& g) {
    fillIntegers(g, c.loop(), static_cast<Method>(c.param(1)), c.address(0), c.param(2), bounds[0], bounds[1]);
  });
}

void run_randomIntegersEach(Command& c) {
  __extension__ using Int128 = __int128;
  const int ndim = c.ndim(), bits = c.loop() == DType::Bool ? 1 : static_cast<int>(8 * itemSize(c.loop()));
  const bool isSigned = c.param(3);
  const Int128 least = isSigned ? -(Int128{1} << (bits - 1)) : 0;
  const Int128 most = (Int128{1} << (isSigned ? bits - 1 : bits)) - 1;
  int64_t count = 1;
  for (int d = 0; d < ndim; d++) count *= c.shape(d);
  // f(i, low, highest) for every element of the result
  auto each = [&](auto f) {
    int64_t index[kMaxDims] = {};
    const char* at[2] = {c.address(2), c.address(3)};
    auto read = [&](int k) {
      return c.dtype(2 + k) == DType::Int64 ? Int128{*reinterpret_cast<const int64_t*>(at[k])}
                                            : static_cast<Int128>(*reinterpret_cast<const uint64_t*>(at[k]));
    };
    for (int64_t i = 0; i < count; i++) {
      if (!f(i, read(0), read(1) - (c.param(2) ? 0 : 1))) return;
      for (int d = ndim - 1; d >= 0; d--) {
        for (int k = 0; k < 2; k++) at[k] += 8 * c.stride(2 + k, d);
        if (++index[d] < c.shape(d)) break;
        for (int k = 0; k < 2; k++) at[k] -= 8 * c.stride(2 + k, d) * c.shape(d);
        index[d] = 0;
      }
    }
  };
  int wrong = 0;
  each([&](int64_t i, Int128 low, Int128 high) {
    wrong = low < least ? 1 : high > most ? 2 : low > high ? 3 : 0;
    if (wrong) c.result(8, static_cast<double>(i));
    return wrong == 0;
  });
  c.result(7, wrong);
  if (wrong) return;
  withEngine(static_cast<Engine>(c.param(0)), c.address(1), [&](auto& g) {
    withBounded(g, c.loop(), static_cast<Method>(c.param(1)), [&](auto draw, auto zero) {
      using T = decltype(zero);
      each([&](int64_t i, Int128 low, Int128 high) {
        c.data<T>(0)[i] = draw(static_cast<T>(low), static_cast<T>(high - low));
        return true;
      });
    });
  });
}

void run_randomShuffle(Command& c) {
  withEngine(static_cast<Engine>(c.param(0)), c.address(1),
             [&](auto& g) { shuffle(g, c.address(0), c.param(2), c.param(3), c.param(4)); });
}

void run_randomChoice(Command& c) {
  withEngine(static_cast<Engine>(c.param(0)), c.address(1),
             [&](auto& g) { choose(g, c.data<int64_t>(0), c.param(2), c.param(3), c.param(4) != 0); });
}

}  // namespace gl
