// Partial sorts: the k-th elements in their places, smaller ones before them, larger ones after. NaN goes last.
#include <algorithm>
#include <numeric>
#include <vector>
#include "cpu/dtypes.h"
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

// Moves the elements for which goes(x) holds to the front and returns where they end. No branch depends on an element,
// because it would be guessed wrong every other time.
template <class I, class Goes>
I parted(I first, I last, Goes goes) {
  I end = first;
  for (; first != last; ++first) {
    const auto x = *first;
    *first = *end;
    *end = x;
    end += goes(x);
  }
  return end;
}

// The element that belongs at `at` of [first, last) goes there, smaller ones before it, larger ones after. A part of the
// elements is looked at first: one of them is likely to be just beyond the place, on its nearer side to the middle.
template <class I, class Less>
void selectOne(I first, I at, I last, Less less) {
  using T = typename std::iterator_traits<I>::value_type;
  constexpr int64_t few = 1024, sampled = 512;
  T sample[sampled];
  for (int left = 2 * 64; last - first > few && left > 0; left--) {
    const int64_t n = last - first, k = at - first;
    for (int64_t i = 0; i < sampled; i++) sample[i] = first[i * (n / sampled)];
    const int64_t place = static_cast<int64_t>(static_cast<double>(k) / static_cast<double>(n) * sampled);
    const int64_t aim = std::clamp<int64_t>(place + (2 * k < n ? 24 : -24), 0, sampled - 1);
    std::nth_element(sample, sample + aim, sample + sampled, less);
    const T pivot = sample[aim];
    const I middle = parted(first, last, [&](const T& x) { return less(x, pivot); });
    if (at < middle) {
      last = middle;
      continue;
    }
    first = middle;
    if (middle - (last - n) >= n / 8) continue;
    // Few are smaller: many may be equal.
    const I larger = parted(first, last, [&](const T& x) { return !less(pivot, x); });
    if (at < larger) return;
    first = larger;
  }
  if (at < last) std::nth_element(first, at, last, less);
}

// Puts the positions in `kth` (rising) of [first, last) right, one after the other, each in what the last one left.
template <class I, class Less>
void select(I first, I last, const std::vector<int64_t>& kth, Less less) {
  I from = first;
  for (int64_t k : kth) {
    const I at = first + k;
    if (at >= last) return;
    if (at >= from) selectOne(from, at, last, less);
    from = at + 1;
  }
}

// The order of complex numbers knows NaN; of others they are set aside first.
template <class T> struct Order {
  static constexpr bool knowsNaN = false;
  bool operator()(T a, T b) const { return a < b; }
};
template <class T> struct Order<Complex<T>> : ComplexOrder<T> {
  static constexpr bool knowsNaN = true;
};

std::vector<int64_t> places(const Command& c) {
  std::vector<int64_t> kth(c.param(2));
  for (size_t i = 0; i < kth.size(); i++) kth[i] = static_cast<int64_t>(c.slot[Command::kList + i]);
  std::sort(kth.begin(), kth.end());
  return kth;
}

template <class T>
void partitionRows(Command& c) {
  T* a = c.data<T>(0);
  const int64_t m = c.param(0), n = c.param(1);
  const std::vector<int64_t> kth = places(c);
  parallelRanges(m, 1, threadsFor(m * n * 4), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      T* row = a + i * n;
      T* end = row + n;
      if constexpr (!Order<T>::knowsNaN) end = std::partition(row, end, [](T x) { return x == x; });
      select(row, end, kth, Order<T>());
    }
  });
}

template <class T>
void argpartitionRows(Command& c) {
  int64_t* out = c.data<int64_t>(0);
  const T* a = c.data<T>(1);
  const int64_t m = c.param(0), n = c.param(1);
  const std::vector<int64_t> kth = places(c);
  parallelRanges(m, 1, threadsFor(m * n * 8), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      int64_t* row = out + i * n;
      const T* v = a + i * n;
      std::iota(row, row + n, int64_t(0));
      int64_t* end = row + n;
      if constexpr (!Order<T>::knowsNaN)
        end = std::stable_partition(row, end, [v](int64_t x) { return v[x] == v[x]; });
      select(row, end, kth, [v](int64_t x, int64_t y) { return Order<T>()(v[x], v[y]); });
    }
  });
}

}  // namespace

// Operand 0 is sorted in place; params: rows, their length, how many positions stand in the list.
void run_partition(Command& c) {
  byDType(c.dtype(0), [&](auto zero) { partitionRows<decltype(zero)>(c); });
}
// Operand 0 (int64) receives the positions of operand 1's elements; params as above.
void run_argpartition(Command& c) {
  byDType(c.dtype(1), [&](auto zero) { argpartitionRows<decltype(zero)>(c); });
}

}  // namespace gl
