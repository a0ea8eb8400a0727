// Element-wise binary operations along an axis and at scattered places: what ufunc.reduce, ufunc.accumulate and
// ufunc.at do for operations that have no reduction of their own. One element after the other, as NumPy does it.
#include <cstring>
#include <string>
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

Loop loopOf(int op, DType dtype) {
  const Loop loop = op >= 0 && op < kOps ? kernels().loop[op][static_cast<int>(dtype)] : nullptr;
  if (loop == nullptr) throw Error(std::string(opName(op)) + ": there is no loop for elements of this dtype");
  return loop;
}

// A short run of contiguous numbers added to *acc in NumPy's order: up to seven one after the other, more by eight
// accumulators. False for long runs.
template <class T>
bool addShort(T* acc, const T* a, int64_t n) {
  if (n > 64) return false;
  T sum = 0;
  int64_t i = 0;
  if (n >= 8) {
    T r[8];
    for (int j = 0; j < 8; j++) r[j] = a[j];
    for (i = 8; i + 8 <= n; i += 8)
      for (int j = 0; j < 8; j++) r[j] += a[i + j];
    sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  }
  for (; i < n; i++) sum += a[i];
  *acc += sum;
  return true;
}

// The largest or smallest element so far, NaN above all, of rows of one element.
template <class T>
void extremes(T* out, const T* a, int64_t n, bool largest) {
  T best = out[0] = a[0];
  if (largest)
    for (int64_t i = 1; i < n; i++) out[i] = best = best > a[i] || best != best ? best : a[i];
  else
    for (int64_t i = 1; i < n; i++) out[i] = best = best < a[i] || best != best ? best : a[i];
}

}  // namespace

// Operand 1 has the shape (outer, n, inner) and is folded along n: out (outer, inner), or with every step kept
// (outer, n, inner). Both are contiguous and of the loop's dtype. params: op, outer, n, inner, keep
void run_fold(Command& c) {
  const Loop loop = loopOf(static_cast<int>(c.param(0)), c.loop());
  const int64_t outer = c.param(1), n = c.param(2), inner = c.param(3), z = itemSize(c.loop());
  const bool keep = c.param(4) != 0;
  const int64_t row = inner * z;
  char* const out = c.address(0);
  char* const a = c.address(1);
  const bool largest = c.param(0) == op_maximum;
  if (keep && inner == 1 && n > 0 && (largest || c.param(0) == op_minimum) &&
      (c.loop() == DType::Float64 || c.loop() == DType::Float32)) {
    parallelRanges(outer, 1, threadsFor(outer * n * 4), [&](int64_t begin, int64_t end) {
      for (int64_t o = begin * n; o < end * n; o += n) {
        if (z == 8) extremes(c.data<double>(0) + o, c.data<double>(1) + o, n, largest);
        else extremes(c.data<float>(0) + o, c.data<float>(1) + o, n, largest);
      }
    });
    return;
  }
  parallelRanges(outer, 1, threadsFor(outer * n * inner * 4), [&](int64_t begin, int64_t end) {
    for (int64_t o = begin; o < end; o++) {
      char* const r = out + o * (keep ? n : 1) * row;
      char* const x = a + o * n * row;
      std::memcpy(r, x, row);
      if (n < 2) continue;
      char* const p[3] = {keep ? r + row : r, r, x + row};
      const int64_t s1[3] = {keep ? row : 0, keep ? row : 0, row};
      const int64_t s0[3] = {z, z, z};
      // Rows are processed in order, so each step sees the one before it.
      loop(n - 1, inner, p, s1, s0);
    }
  });
}

// Operand 1 (n, inner) is folded within segments of its rows: out[i] = the fold of rows cuts[i] to cuts[i + 1], or of row
// cuts[i] alone when that is not below cuts[i + 1]. All contiguous, out and operand 1 of the loop's dtype.
// params: op, n, inner, segments, FoldOp or -1. Sums add the pairwise sum of the others to the first, as NumPy does.
void run_reduceSegments(Command& c) {
  const int64_t n = c.param(1), inner = c.param(2), count = c.param(3), z = itemSize(c.loop()), row = inner * z;
  const int kind = static_cast<int>(c.param(4));
  const Fold fold = kind < 0 ? nullptr : kernels().fold[kind][static_cast<int>(c.loop())];
  const Loop loop = fold != nullptr ? nullptr : loopOf(static_cast<int>(c.param(0)), c.loop());
  char* const out = c.address(0);
  char* const a = c.address(1);
  const int64_t* cut = c.data<int64_t>(2);
  for (int64_t i = 0; i < count; i++)
    if (cut[i] < 0 || cut[i] >= n)
      throw Error("index " + std::to_string(cut[i]) + " out-of-bounds in " + opName(static_cast<int>(c.param(0))) +
                  ".reduceat [0, " + std::to_string(n) + ").");
  parallelRanges(count, 16, threadsFor(n * inner * 4), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      char* const r = out + i * row;
      char* const x = a + cut[i] * row;
      std::memcpy(r, x, row);
      const int64_t more = (i + 1 < count ? cut[i + 1] : n) - cut[i] - 1;
      if (more <= 0) continue;
      if (kind == FoldSum && inner == 1) {
        if (c.loop() == DType::Float64 && addShort(reinterpret_cast<double*>(r), reinterpret_cast<double*>(x) + 1, more)) continue;
        if (c.loop() == DType::Float32 && addShort(reinterpret_cast<float*>(r), reinterpret_cast<float*>(x) + 1, more)) continue;
      }
      if (fold != nullptr) {
        for (int64_t j = 0; j < inner; j++) fold(r + j * z, x + row + j * z, row, more);
      } else {
        char* const p[3] = {r, r, x + row};
        const int64_t s1[3] = {0, 0, row}, s0[3] = {z, z, z};
        loop(more, inner, p, s1, s0);
      }
    }
  });
}

// a[offsets[i]] = f(a[offsets[i]], b[i]), one place after the other, so that places that occur more than once
// accumulate. params: op, count, stride of b (0 or 1), number of operands of f
void run_scatterFold(Command& c) {
  const Loop loop = loopOf(static_cast<int>(c.param(0)), c.loop());
  const int64_t count = c.param(1), step = c.param(2), z = itemSize(c.loop());
  const int64_t* at = c.data<int64_t>(1);
  char* const a = c.address(0);
  const bool binary = c.param(3) == 2;
  char* b = binary ? c.address(2) : nullptr;
  const int64_t none[3] = {0, 0, 0}, s0[3] = {z, z, z};
  for (int64_t i = 0; i < count; i++) {
    char* const place = a + at[i] * z;
    char* const p[3] = {place, place, b};
    loop(1, 1, p, none, s0);
    if (binary) b += step * z;
  }
}

}  // namespace gl
