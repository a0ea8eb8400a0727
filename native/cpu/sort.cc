// Sorting, searching and counting. NaN sorts last, as in NumPy.
#include <algorithm>
#include <numeric>
#include <vector>
#include "cpu/dtypes.h"
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

template <class T>
struct Less {
  bool operator()(T a, T b) const { return a < b || (b != b && a == a); }
};
template <class T>
struct Less<Complex<T>> : ComplexOrder<T> {};

// Complex numbers with a NaN in one part are ordered among themselves.
template <class T> constexpr bool isComplex = false;
template <class T> constexpr bool isComplex<Complex<T>> = true;

template <class T>
void sortRows(Command& c) {
  T* a = c.data<T>(0);
  const int64_t m = c.param(0), n = c.param(1);
  parallelRanges(m, 1, threadsFor(m * n * 16), [&](int64_t begin, int64_t end) {
    // With the NaN out of the way, plain comparisons do.
    for (int64_t i = begin; i < end; i++) {
      T* row = a + i * n;
      if constexpr (isComplex<T>) std::stable_sort(row, row + n, Less<T>());
      else std::sort(row, std::partition(row, row + n, [](T x) { return x == x; }));
    }
  });
}

template <class T>
void argsortRows(Command& c) {
  int64_t* out = c.data<int64_t>(0);
  const T* a = c.data<T>(1);
  const int64_t m = c.param(0), n = c.param(1);
  parallelRanges(m, 1, threadsFor(m * n * 16), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      int64_t* row = out + i * n;
      const T* v = a + i * n;
      std::iota(row, row + n, int64_t(0));
      if constexpr (isComplex<T>) {
        std::stable_sort(row, row + n, [v](int64_t x, int64_t y) { return Less<T>()(v[x], v[y]); });
        continue;
      }
      int64_t* last = std::stable_partition(row, row + n, [v](int64_t x) { return v[x] == v[x]; });
      std::stable_sort(row, last, [v](int64_t x, int64_t y) { return v[x] < v[y]; });
    }
  });
}

template <class T>
void search(Command& c) {
  int64_t* out = c.data<int64_t>(0);
  const T* sorted = c.data<T>(1);
  const T* values = c.data<T>(2);
  const int64_t n = c.param(0), m = c.param(1);
  const bool right = c.param(2) != 0;
  parallelRanges(m, 64, threadsFor(m * 32), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++)
      out[i] = (right ? std::upper_bound(sorted, sorted + n, values[i], Less<T>())
                      : std::lower_bound(sorted, sorted + n, values[i], Less<T>())) - sorted;
  });
}

}  // namespace

void run_sort(Command& c) {
  byDType(c.dtype(0), [&](auto zero) { sortRows<decltype(zero)>(c); });
}
void run_argsort(Command& c) {
  byDType(c.dtype(1), [&](auto zero) { argsortRows<decltype(zero)>(c); });
}
void run_searchsorted(Command& c) {
  byDType(c.dtype(2), [&](auto zero) { search<decltype(zero)>(c); });
}

void run_bincount(Command& c) {
  const int64_t* x = c.data<int64_t>(1);
  const int64_t n = c.param(0), bins = c.param(1);
  const bool weighted = c.param(2) != 0;
  for (int64_t i = 0; i < n; i++) {
    if (x[i] < 0) throw Error("bincount: " + std::to_string(x[i]) + " at position " + std::to_string(i) +
                              " is negative; only counts of 0, 1, 2, ... exist");
    if (x[i] >= bins) throw Error("bincount: " + std::to_string(x[i]) + " does not fit in " + std::to_string(bins) + " bins");
  }
  if (weighted) {
    double* out = c.data<double>(0);
    const double* w = c.data<double>(2);
    std::fill_n(out, bins, 0.0);
    for (int64_t i = 0; i < n; i++) out[x[i]] += w[i];
  } else {
    int64_t* out = c.data<int64_t>(0);
    std::fill_n(out, bins, int64_t(0));
    for (int64_t i = 0; i < n; i++) out[x[i]]++;
  }
}

}  // namespace gl
