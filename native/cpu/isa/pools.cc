// Max pooling of one plane for one instruction set. Windows of equal width at equal distances are compared side by side;
// others, at a border or of adaptive sizes, one by one.
#include <cstring>
#include <type_traits>
#include "kernels.h"
#include "cpu/table.h"

namespace gl {
namespace GL_ISA {
namespace {

constexpr int64_t kColumns = 64, kWidest = 16, kFarthest = 3;

// The larger of two elements, the first one at a tie, the first NaN before all.
template <class T> GL_FN bool beats(T v, T best) { return !(v <= best) & (best == best); }

// `count` windows of kw columns, sw apart, in rows r0 to r1; x points at the first column of the first window.
template <class T, int SW>
void sideBySide(T* out, int32_t* winners, const T* x, int64_t w, int64_t r0, int64_t r1, int64_t kw, int64_t first, int64_t count) {
  using At = typename std::conditional<sizeof(T) == 8, int64_t, int32_t>::type;
  alignas(64) T line[kColumns * kFarthest + kWidest] = {}, best[kColumns];
  alignas(64) At at[kColumns];
  // Whole vectors: what is computed beyond the last window is dropped.
  const int64_t wide = (count + 15) / 16 * 16, reach = (count - 1) * SW + kw;
  for (int64_t r = r0; r < r1; r++) {
    std::memcpy(line, x + r * w, reach * sizeof(T));
    const At base = static_cast<At>(r * w + first);
    int64_t q = 0;
    if (r == r0) {
      for (int64_t j = 0; j < wide; j++) best[j] = line[j * SW], at[j] = base + static_cast<At>(j * SW);
      q = 1;
    }
    for (; q < kw; q++)
      for (int64_t j = 0; j < wide; j++) {
        const T v = line[j * SW + q];
        const bool better = beats(v, best[j]);
        best[j] = better ? v : best[j];
        at[j] = better ? base + static_cast<At>(j * SW + q) : at[j];
      }
  }
  std::memcpy(out, best, count * sizeof(T));
  for (int64_t j = 0; j < count; j++) winners[j] = static_cast<int32_t>(at[j]);
}

#if defined(__AVX2__) || defined(__AVX512F__)
#pragma GCC diagnostic ignored "-Wpsabi"
#if defined(__AVX512F__)
constexpr int kPairs = 16;
#else
constexpr int kPairs = 8;
#endif
typedef float Floats __attribute__((vector_size(4 * kPairs)));
typedef int32_t Ints __attribute__((vector_size(4 * kPairs)));

// `count` windows of two columns that touch: columns of even and of odd number side by side in registers. Elements
// before `end` may be read, results before `outEnd` written, those beyond the last window with what comes later.
void pairs(float* out, const float* outEnd, int32_t* winners, const float* x, const float* end, int64_t w, int64_t r0,
           int64_t r1, int64_t first, int64_t count) {
  Ints even, odd, twice;
  for (int l = 0; l < kPairs; l++) even[l] = 2 * l, odd[l] = 2 * l + 1, twice[l] = 2 * l;
  for (int64_t j = 0; j < count; j += kPairs) {
    const int64_t n = count - j < kPairs ? count - j : kPairs;
    Floats best{};
    Ints at{};
    for (int64_t r = r0; r < r1; r++) {
      const float* row = x + r * w + 2 * j;
      alignas(64) float line[2 * kPairs] = {};
      if (row + 2 * kPairs > end) {
        std::memcpy(line, row, 2 * n * sizeof(float));
        row = line;
      }
      Floats a, b;
      std::memcpy(&a, row, sizeof a);
      std::memcpy(&b, row + kPairs, sizeof b);
      const Ints base = twice + static_cast<int32_t>(r * w + first + 2 * j);
      const Floats left = __builtin_shuffle(a, b, even), right = __builtin_shuffle(a, b, odd);
      if (r == r0) best = left, at = base;
      Ints better = ~(left <= best) & (best == best);
      best = better ? left : best;
      at = better ? base : at;
      better = ~(right <= best) & (best == best);
      best = better ? right : best;
      at = better ? base + 1 : at;
    }
    const int64_t whole = out + j + kPairs <= outEnd ? kPairs : n;
    if (whole == kPairs) {
      std::memcpy(out + j, &best, sizeof best);
      std::memcpy(winners + j, &at, sizeof at);
    } else {
      std::memcpy(out + j, &best, n * sizeof(float));
      std::memcpy(winners + j, &at, n * sizeof(int32_t));
    }
  }
}
#endif

template <class T> void maxPool(const PoolPlane& g, const void* from, void* to, int32_t* winner) {
  const T* x = static_cast<const T*>(from);
  T* out = static_cast<T*>(to);
  // Columns i0 to i1 have windows of one width at one distance.
  const auto begin = [&](int64_t j) { return static_cast<int64_t>(g.cols[3 * j]); };
  const auto width = [&](int64_t j) { return static_cast<int64_t>(g.cols[3 * j + 1]) - begin(j); };
  int64_t j0 = 0, j1 = 0, sw = 0, kw = 0;
  for (int64_t j = 0; j < g.ow; j++) kw = width(j) > kw ? width(j) : kw;
  while (j0 < g.ow && width(j0) != kw) j0++;
  if (j0 + 1 < g.ow && kw <= kWidest) {
    sw = begin(j0 + 1) - begin(j0);
    for (j1 = j0 + 1; j1 < g.ow && width(j1) == kw && begin(j1) - begin(j1 - 1) == sw;) j1++;
    if (sw < 1 || sw > kFarthest || j1 - j0 < 4) j1 = 0;
  }
  [[maybe_unused]] T* const first = out;
  for (int64_t i = 0; i < g.oh; i++, out += g.ow, winner += g.ow) {
    const int64_t r0 = g.rows[3 * i], r1 = g.rows[3 * i + 1];
#if defined(__AVX2__) || defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
      if (j0 == 0 && j1 == g.ow && sw == 2 && kw == 2) {
        const int64_t c = begin(0), last = g.rows[3 * g.oh - 2];
        pairs(out, first + g.oh * g.ow, winner, x + c, x + last * g.w, g.w, r0, r1, c, g.ow);
        continue;
      }
#endif
    for (int64_t j = 0; j < g.ow; j++) {
      if (j == j0 && j1 > 0) {
        for (; j < j1; j += kColumns) {
          const int64_t count = j1 - j < kColumns ? j1 - j : kColumns, c = begin(j);
          if (sw == 1) sideBySide<T, 1>(out + j, winner + j, x + c, g.w, r0, r1, kw, c, count);
          else if (sw == 2) sideBySide<T, 2>(out + j, winner + j, x + c, g.w, r0, r1, kw, c, count);
          else sideBySide<T, 3>(out + j, winner + j, x + c, g.w, r0, r1, kw, c, count);
        }
        j = j1 - 1;
        continue;
      }
      const int64_t c0 = begin(j), c1 = c0 + width(j);
      int64_t at = r0 * g.w + c0;
      T best = x[at];
      for (int64_t r = r0; r < r1; r++)
        for (int64_t q = c0; q < c1; q++)
          if (beats(x[r * g.w + q], best)) best = x[at = r * g.w + q];
      out[j] = best;
      winner[j] = static_cast<int32_t>(at);
    }
  }
}

}  // namespace

void fillPools(Kernels& k) {
  k.maxPool[0] = maxPool<double>;
  k.maxPool[1] = maxPool<float>;
}

}  // namespace GL_ISA
}  // namespace gl
