// The bit generators behind np.random. Their states lie in memory that TypeScript owns, laid out as these structs;
// each offers next32, next64, real (double in [0, 1)) and real32. AnyEngine is one of them, chosen at run time.
#pragma once
#include <cstdint>

#include "command.h"

namespace gl {

__extension__ using Wide = unsigned __int128;

struct Mt19937 {
  static constexpr int kLength = 624, kShift = 397;
  uint32_t key[kLength];
  int32_t position;

  void seed(uint32_t value) {
    for (int i = 0; i < kLength; i++) {
      key[i] = value;
      value = 1812433253u * (value ^ (value >> 30)) + i + 1;
    }
    position = kLength;
  }

  void seed(const uint32_t* words, int64_t count) {
    seed(19650218u);
    uint32_t i = 1;
    int64_t j = 0;
    for (int64_t k = count > kLength ? count : kLength; k > 0; k--) {
      key[i] = (key[i] ^ ((key[i - 1] ^ (key[i - 1] >> 30)) * 1664525u)) + words[j];
      key[i] += static_cast<uint32_t>(j);
      advance(i);
      if (++j == count) j = 0;
    }
    for (int k = kLength - 1; k > 0; k--) {
      key[i] = (key[i] ^ ((key[i - 1] ^ (key[i - 1] >> 30)) * 1566083941u)) - i;
      advance(i);
    }
    key[0] = 0x80000000u;
  }

  uint32_t next32() {
    if (position == kLength) refill();
    uint32_t y = key[position++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
  }

  uint64_t next64() {
    uint64_t high = next32();
    return high << 32 | next32();
  }

  double real() {
    uint32_t a = next32() >> 5, b = next32() >> 6;
    return (a * 67108864.0 + b) / 9007199254740992.0;
  }

  float real32() { return (next32() >> 8) * (1.0f / 16777216.0f); }

 private:
  void advance(uint32_t& i) {
    if (++i == kLength) {
      key[0] = key[kLength - 1];
      i = 1;
    }
  }

  static uint32_t twist(uint32_t high, uint32_t low) {
    return (((high & 0x80000000u) | (low & 0x7fffffffu)) >> 1) ^ (-(low & 1u) & 0x9908b0dfu);
  }

  // Both loops read at least 227 words ahead or behind of where they write, far more than a vector holds.
  void refill() {
#pragma GCC ivdep
    for (int i = 0; i < kLength - kShift; i++) key[i] = key[i + kShift] ^ twist(key[i], key[i + 1]);
#pragma GCC ivdep
    for (int i = kLength - kShift; i < kLength - 1; i++) {
      key[i] = key[i + kShift - kLength] ^ twist(key[i], key[i + 1]);
    }
    key[kLength - 1] = key[kShift - 1] ^ twist(key[kLength - 1], key[0]);
    position = 0;
  }
};
static_assert(sizeof(Mt19937) == 2500, "src/numpy/random/bit-generators.ts lays the state out");

// What the 64-bit generators share: the spare half of a draw is kept for the next next32.
struct Spare {
  uint32_t hasSpare, spare;
};

template <class G>
uint32_t half(G& g) {
  if (g.kept.hasSpare) {
    g.kept.hasSpare = 0;
    return g.kept.spare;
  }
  uint64_t both = g.next64();
  g.kept.hasSpare = 1;
  g.kept.spare = static_cast<uint32_t>(both >> 32);
  return static_cast<uint32_t>(both);
}

#define GL_HALVES \
  uint32_t next32() { return half(*this); } \
  double real() { return (next64() >> 11) * (1.0 / 9007199254740992.0); } \
  float real32() { return (next32() >> 8) * (1.0f / 16777216.0f); }

// 128-bit linear congruential generator with the XSL-RR output of the new state.
struct Pcg64 {
  uint64_t stateHigh, stateLow, incrementHigh, incrementLow;
  Spare kept;

  uint64_t next64() {
    const Wide multiplier = static_cast<Wide>(2549297995355413924ULL) << 64 | 4865540595714422341ULL;
    Wide state = static_cast<Wide>(stateHigh) << 64 | stateLow;
    state = state * multiplier + (static_cast<Wide>(incrementHigh) << 64 | incrementLow);
    stateHigh = static_cast<uint64_t>(state >> 64);
    stateLow = static_cast<uint64_t>(state);
    uint64_t mixed = stateHigh ^ stateLow;
    unsigned turn = stateHigh >> 58;
    return mixed >> turn | mixed << (-turn & 63);
  }
  GL_HALVES
};
static_assert(sizeof(Pcg64) == 40, "src/numpy/random/bit-generators.ts lays the state out");

// The same with a 64-bit multiplier and the DXSM output of the old state.
struct Pcg64Dxsm {
  uint64_t stateHigh, stateLow, incrementHigh, incrementLow;
  Spare kept;

  uint64_t next64() {
    constexpr uint64_t multiplier = 0xda942042e4dd58b5ULL;
    uint64_t high = stateHigh, low = stateLow | 1;
    high ^= high >> 32;
    high *= multiplier;
    high ^= high >> 48;
    high *= low;
    Wide state = static_cast<Wide>(stateHigh) << 64 | stateLow;
    state = state * multiplier + (static_cast<Wide>(incrementHigh) << 64 | incrementLow);
    stateHigh = static_cast<uint64_t>(state >> 64);
    stateLow = static_cast<uint64_t>(state);
    return high;
  }
  GL_HALVES
};
static_assert(sizeof(Pcg64Dxsm) == 40, "src/numpy/random/bit-generators.ts lays the state out");

// Philox4x64-10: ten rounds of mixing turn a 256-bit counter into four words, handed out one by one.
struct Philox {
  uint64_t counter[4], key[2], buffer[4];
  int64_t position;
  Spare kept;

  uint64_t next64() {
    if (position < 4) return buffer[position++];
    for (uint64_t& word : counter) {
      if (++word != 0) break;
    }
    uint64_t c[4] = {counter[0], counter[1], counter[2], counter[3]}, k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
      const Wide a = static_cast<Wide>(0xd2e7470ee14c6c93ULL) * c[0];
      const Wide b = static_cast<Wide>(0xca5a826395121157ULL) * c[2];
      const uint64_t next0 = static_cast<uint64_t>(b >> 64) ^ c[1] ^ k0;
      const uint64_t next2 = static_cast<uint64_t>(a >> 64) ^ c[3] ^ k1;
      c[0] = next0;
      c[1] = static_cast<uint64_t>(b);
      c[2] = next2;
      c[3] = static_cast<uint64_t>(a);
      k0 += 0x9e3779b97f4a7c15ULL;
      k1 += 0xbb67ae8584caa73bULL;
    }
    for (int i = 0; i < 4; i++) buffer[i] = c[i];
    position = 1;
    return buffer[0];
  }
  GL_HALVES
};
static_assert(sizeof(Philox) == 96, "src/numpy/random/bit-generators.ts lays the state out");

// Small fast chaotic generator with a counter in its last word.
struct Sfc64 {
  uint64_t word[4];
  Spare kept;

  uint64_t next64() {
    const uint64_t out = word[0] + word[1] + word[3]++;
    word[0] = word[1] ^ word[1] >> 11;
    word[1] = word[2] + (word[2] << 3);
    word[2] = (word[2] << 24 | word[2] >> 40) + out;
    return out;
  }
  GL_HALVES
};
static_assert(sizeof(Sfc64) == 40, "src/numpy/random/bit-generators.ts lays the state out");
#undef GL_HALVES

// An engine behind function pointers, for the pairs of distribution and engine that are seldom used.
struct AnyEngine {
  void* state;
  uint32_t (*get32)(void*);
  uint64_t (*get64)(void*);
  double (*getReal)(void*);

  template <class G>
  static AnyEngine of(void* state) {
    return {state, [](void* s) { return static_cast<G*>(s)->next32(); },
            [](void* s) { return static_cast<G*>(s)->next64(); },
            [](void* s) { return static_cast<G*>(s)->real(); }};
  }

  uint32_t next32() { return get32(state); }
  uint64_t next64() { return get64(state); }
  double real() { return getReal(state); }
  float real32() { return (next32() >> 8) * (1.0f / 16777216.0f); }
};

// Codes of src/numpy/random/bit-generators.ts.
enum class Engine { Mt19937, Pcg64, Pcg64Dxsm, Philox, Sfc64 };

inline AnyEngine anyEngine(Engine code, void* state) {
  switch (code) {
    case Engine::Mt19937: return AnyEngine::of<Mt19937>(state);
    case Engine::Pcg64: return AnyEngine::of<Pcg64>(state);
    case Engine::Pcg64Dxsm: return AnyEngine::of<Pcg64Dxsm>(state);
    case Engine::Philox: return AnyEngine::of<Philox>(state);
    case Engine::Sfc64: return AnyEngine::of<Sfc64>(state);
  }
  throw Error("random: unknown bit generator");
}

// f(engine) with the engine's own type for the two that most code uses. A Pcg64 is a copy, which stays in registers:
// results that are written could change the shared one as far as the compiler knows.
template <class F>
void withEngine(Engine code, void* state, F f) {
  if (code == Engine::Mt19937) return f(*static_cast<Mt19937*>(state));
  if (code == Engine::Pcg64) {
    Pcg64 g = *static_cast<Pcg64*>(state);
    f(g);
    *static_cast<Pcg64*>(state) = g;
    return;
  }
  AnyEngine g = anyEngine(code, state);
  f(g);
}

}  // namespace gl
