// Bits packed into bytes and back, and flat positions taken apart into coordinates.
#include <algorithm>
#include <cstring>
#include <string>
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

uint8_t reversed(uint8_t b) {
  b = uint8_t((b & 0xf0) >> 4 | (b & 0x0f) << 4);
  b = uint8_t((b & 0xcc) >> 2 | (b & 0x33) << 2);
  return uint8_t((b & 0xaa) >> 1 | (b & 0x55) << 1);
}

// The eight bits of each byte as eight bytes in memory's order, the highest bit first.
struct Spread {
  uint64_t word[256];
  Spread() {
    for (int b = 0; b < 256; b++) {
      uint8_t bits[8];
      for (int k = 0; k < 8; k++) bits[k] = b >> (7 - k) & 1;
      std::memcpy(&word[b], bits, 8);
    }
  }
};

}  // namespace

// Rows of n bools become rows of ceil(n / 8) bytes. params: rows, n, whether the lowest bit comes first
void run_packBits(Command& c) {
  const int64_t rows = c.param(0), n = c.param(1), bytes = (n + 7) / 8;
  const bool little = c.param(2) != 0;
  uint8_t* out = c.data<uint8_t>(0);
  const uint8_t* in = c.data<uint8_t>(1);
  // Byte k of a word is moved to bit 7 - k, or k, of its highest byte.
  const uint64_t magic = little ? 0x0102040810204080 : 0x8040201008040201;
  const auto packRow = [=](uint8_t* to, const uint8_t* from, int64_t count) {
    uint64_t word;
    for (; count >= 8; count -= 8, from += 8) {
      std::memcpy(&word, from, 8);
      *to++ = uint8_t(word * magic >> 56);
    }
    if (count == 0) return;
    word = 0;
    std::memcpy(&word, from, count);
    *to = uint8_t(word * magic >> 56);
  };
  if (rows == 1) {
    parallelRanges(bytes, 512, threadsFor(n), [&](int64_t begin, int64_t end) {
      packRow(out + begin, in + begin * 8, std::min(n, end * 8) - begin * 8);
    });
    return;
  }
  parallelRanges(rows, 1, threadsFor(rows * n), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; r++) packRow(out + r * bytes, in + r * n, n);
  });
}

// Rows of `bytes` bytes become rows of n zeros and ones. params: rows, bytes, n, whether the lowest bit comes first
void run_unpackBits(Command& c) {
  static const Spread spread;
  const int64_t rows = c.param(0), bytes = c.param(1), n = c.param(2), whole = std::min(n / 8, bytes);
  const bool little = c.param(3) != 0;
  uint8_t* out = c.data<uint8_t>(0);
  const uint8_t* in = c.data<uint8_t>(1);
  parallelRanges(rows, 1, threadsFor(rows * n), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; r++) {
      const uint8_t* from = in + r * bytes;
      uint8_t* to = out + r * n;
      for (int64_t j = 0; j < whole; j++, to += 8) std::memcpy(to, &spread.word[little ? reversed(from[j]) : from[j]], 8);
      int64_t rest = n - 8 * whole;
      if (whole < bytes && rest > 0) {
        const int64_t some = std::min<int64_t>(rest, 8);
        std::memcpy(to, &spread.word[little ? reversed(from[whole]) : from[whole]], some);
        to += some;
        rest -= some;
      }
      if (rest > 0) std::memset(to, 0, rest);
    }
  });
}

// out (ndim rows of n) = the coordinates of n positions in an array of the command's shape, C order. params: n
void run_unravel(Command& c) {
  const int nd = c.ndim();
  const int64_t n = c.param(0);
  int64_t* out = c.data<int64_t>(0);
  const int64_t* at = c.data<int64_t>(1);
  int64_t size = 1;
  uint64_t factor[kMaxDims];
  for (int d = 0; d < nd; d++) {
    size *= c.shape(d);
    // Exact for dividends of 32 bits.
    factor[d] = ~uint64_t(0) / uint64_t(std::max<int64_t>(1, c.shape(d))) + 1;
  }
  for (int64_t i = 0; i < n; i++)
    if (uint64_t(at[i]) >= uint64_t(size))
      throw Error("unravelIndex: index " + std::to_string(at[i]) + " is out of bounds for array with size " +
                  std::to_string(size) + ".");
  const bool small = size <= int64_t(0xffffffff);
  parallelRanges(n, 512, threadsFor(n * 4 * nd), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      uint64_t rest = uint64_t(at[i]);
      for (int d = nd - 1; d > 0; d--) {
        const uint64_t length = uint64_t(c.shape(d));
        const uint64_t q = length == 1 ? rest
                           : small     ? uint64_t(static_cast<unsigned __int128>(rest) * factor[d] >> 64)
                                       : rest / length;
        out[d * n + i] = int64_t(rest - q * length);
        rest = q;
      }
      if (nd > 0) out[i] = int64_t(rest);
    }
  });
}

}  // namespace gl
