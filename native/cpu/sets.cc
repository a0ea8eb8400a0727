// Sorted arrays as sets: their different values with where and how often each stands, and which elements occur in one.
#include <algorithm>
#include <memory>
#include <type_traits>
#include "cpu/dtypes.h"
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

// Whether the second of two neighbours in sorted order is another value; NaN may count as equal to itself.
template <bool OneNaN, class T>
bool differs(T a, T b) {
  if constexpr (OneNaN && !std::is_integral<T>::value) return (a != b) & ((a == a) | (b == b));
  else return a != b;
}

template <bool OneNaN, class T>
int64_t compactValues(T* out, const T* sorted, int64_t n) {
  int64_t k = 0;
  out[0] = sorted[0];
  for (int64_t i = 1; i < n; i++) {
    // Written in any case, and kept when another value begins here: of zeros the first one stays.
    out[k + 1] = sorted[i];
    k += differs<OneNaN>(sorted[i - 1], sorted[i]);
  }
  return k + 1;
}

template <bool OneNaN, class T>
int64_t compactFirst(T* out, int64_t* starts, const T* sorted, int64_t n) {
  int64_t k = 0;
  starts[0] = 0;
  for (int64_t i = 1; i < n; i++) {
    starts[k + 1] = i;
    k += differs<OneNaN>(sorted[i - 1], sorted[i]);
  }
  for (int64_t j = 0; j <= k; j++) out[j] = sorted[starts[j]];
  return k + 1;
}

template <bool OneNaN, class T>
void uniques(Command& c) {
  T* out = c.data<T>(0);
  const T* sorted = c.data<T>(1);
  const int64_t n = c.param(0);
  const bool counted = c.param(2) != 0, inverted = c.param(3) != 0;
  const int64_t count = counted ? compactFirst<OneNaN>(out, c.data<int64_t>(2), sorted, n)
                                : compactValues<OneNaN>(out, sorted, n);
  if (inverted) {
    const int64_t* order = c.data<int64_t>(3);
    int64_t* inverse = c.data<int64_t>(4);
    inverse[order[0]] = 0;
    int64_t k = 0;
    for (int64_t i = 1; i < n; i++) {
      k += differs<OneNaN>(sorted[i - 1], sorted[i]);
      inverse[order[i]] = k;
    }
  }
  c.result(0, static_cast<double>(count));
}

// Tables of so many entries are made for whole numbers, at most.
constexpr int64_t kTable = int64_t(1) << 22;
// So many values are compared one after the other.
constexpr int64_t kFew = 4;

template <class T>
void member(Command& c) {
  uint8_t* out = c.data<uint8_t>(0);
  const T* x = c.data<T>(1);
  const T* known = c.data<T>(2);
  const int64_t n = c.param(0), m = c.param(1);
  const int threads = threadsFor(n * 4);
  if constexpr (std::is_integral<T>::value) {
    using U = typename std::make_unsigned<T>::type;
    const uint64_t range = static_cast<U>(U(known[m - 1]) - U(known[0]));
    if (range < uint64_t(std::min(kTable, 4 * (n + m) + 256))) {
      std::unique_ptr<uint8_t[]> table(new uint8_t[range + 2]());
      for (int64_t j = 0; j < m; j++) table[static_cast<U>(U(known[j]) - U(known[0]))] = 1;
      const U low = U(known[0]), none = static_cast<U>(range);
      parallelRanges(n, 512, threads, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; i++) {
          const U at = static_cast<U>(U(x[i]) - low);
          out[i] = table[uint64_t(at > none ? range + 1 : uint64_t(at))];
        }
      });
      return;
    }
  }
  if (m <= kFew) {
    parallelRanges(n, 512, threads, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) out[i] = x[i] == known[0];
      for (int64_t j = 1; j < m; j++)
        for (int64_t i = begin; i < end; i++) out[i] |= x[i] == known[j];
    });
    return;
  }
  // Several searches side by side, whose steps have the same lengths: see searchsorted. What is found is the last known
  // value that is not above the element; NaN compares as false and so finds the first, which it does not equal.
  parallelRanges(n, 64, threadsFor(n * 32), [&](int64_t begin, int64_t end) {
    constexpr int side = 8;
    for (int64_t i = begin; i < end; i += side) {
      const int64_t count = std::min<int64_t>(side, end - i);
      T v[side];
      int64_t from[side] = {0};
      for (int q = 0; q < side; q++) v[q] = x[i + std::min<int64_t>(q, count - 1)];
      for (int64_t length = m; length > 1; length -= length / 2) {
        const int64_t half = length / 2;
        const T* middle = known + half;
#pragma GCC unroll 8
        for (int q = 0; q < side; q++) from[q] += -int64_t(middle[from[q]] <= v[q]) & half;
      }
      for (int64_t q = 0; q < count; q++) out[i + q] = known[from[q]] == v[q];
    }
  });
}

}  // namespace

// Operands: values (n of them, so many as the result says are written), sorted elements, and if wanted the position of
// the first of each in sorted order, the order that sorts, and the number of each unsorted element's value.
// params: n > 0, whether NaN are one value, whether positions and whether numbers are wanted
void run_uniques(Command& c) {
  byDType(c.dtype(1), [&](auto zero) {
    using T = decltype(zero);
    if (c.param(1) != 0) uniques<true, T>(c);
    else uniques<false, T>(c);
  });
}

// out[i] = whether x[i] is among the m > 0 sorted values; params: elements of x, m
void run_member(Command& c) {
  byDType(c.dtype(1), [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_arithmetic<T>::value) member<T>(c);
    else throw Error("isin: there is no loop for complex numbers");
  });
}

}  // namespace gl
