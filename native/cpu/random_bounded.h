// Integers below a bound, without bias: under a mask of one bits until one fits (RandomState, every shuffle), or by
// Lemire's multiplication (Generator), which rejects only draws of the few products that would make values unequal.
#pragma once
#include <cstdint>

#include "cpu/random_engines.h"

namespace gl {

template <class T>
T maskOf(T range) {
  for (unsigned shift = 1; shift < 8 * sizeof(T); shift *= 2) range |= range >> shift;
  return range;
}

// Numbers of T's width. Those below 32 bits are cut from one 32-bit draw, lowest first; a fill starts with a fresh one.
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
struct Wider<uint16_t> { using type = uint32_t; };
template <>
struct Wider<uint32_t> { using type = uint64_t; };
template <>
struct Wider<uint64_t> { using type = Wide; };

template <class G, class T>
T masked(Source<G, T>& s, T range, T mask) {
  T value;
  do value = s.next() & mask;
  while (value > range);
  return value;
}

template <class G, class T>
T multiplied(Source<G, T>& s, T range) {
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

// One number of 0..range, as Generator's samples draw it.
template <class G>
uint64_t below(G& g, uint64_t range) {
  if (range == 0) return 0;
  if (range < 0xffffffffu) {
    Source<G, uint32_t> source{g};
    return multiplied(source, static_cast<uint32_t>(range));
  }
  if (range == 0xffffffffu) return g.next32();
  Source<G, uint64_t> source{g};
  return multiplied(source, range);
}

}  // namespace gl
