// The two generators behind np.random: MT19937 (RandomState) and PCG64 (default_rng). Their states lie in
// memory that TypeScript owns, laid out as these structs; each offers next32, next64, real (double in [0, 1))
// and real32.
#pragma once
#include <cstdint>

namespace gl {

// Words that NumPy's legacy functions cache live in the state too: they are part of get_state().
struct Mt19937 {
  static constexpr int kLength = 624, kShift = 397;
  uint32_t key[kLength];
  int32_t position;
  int32_t hasGauss;
  double gauss;

  void seed(uint32_t value) {
    for (int i = 0; i < kLength; i++) {
      key[i] = value;
      value = 1812433253u * (value ^ (value >> 30)) + i + 1;
    }
    position = kLength;
    hasGauss = 0;
    gauss = 0;
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
static_assert(sizeof(Mt19937) == 2512, "src/numpy/random/engine.ts lays the state out");

// 128-bit linear congruential generator with the XSL-RR output; a spare half of a 64-bit draw is kept for
// next32.
struct Pcg64 {
  uint64_t stateHigh, stateLow, incrementHigh, incrementLow;
  uint32_t hasSpare, spare;

  uint64_t next64() {
    __extension__ using Wide = unsigned __int128;
    const Wide multiplier = static_cast<Wide>(2549297995355413924ULL) << 64 | 4865540595714422341ULL;
    Wide state = static_cast<Wide>(stateHigh) << 64 | stateLow;
    state = state * multiplier + (static_cast<Wide>(incrementHigh) << 64 | incrementLow);
    stateHigh = static_cast<uint64_t>(state >> 64);
    stateLow = static_cast<uint64_t>(state);
    uint64_t mixed = stateHigh ^ stateLow;
    unsigned turn = stateHigh >> 58;
    return mixed >> turn | mixed << (-turn & 63);
  }

  uint32_t next32() {
    if (hasSpare) {
      hasSpare = 0;
      return spare;
    }
    uint64_t both = next64();
    hasSpare = 1;
    spare = static_cast<uint32_t>(both >> 32);
    return static_cast<uint32_t>(both);
  }

  double real() { return (next64() >> 11) * (1.0 / 9007199254740992.0); }
  float real32() { return (next32() >> 8) * (1.0f / 16777216.0f); }
};
static_assert(sizeof(Pcg64) == 40, "src/numpy/random/engine.ts lays the state out");

}  // namespace gl
