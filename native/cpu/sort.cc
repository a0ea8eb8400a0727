// Sorting, searching and counting. NaN sorts last, as in NumPy.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>
#include <type_traits>
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

// ---- sorting by digits ----------------------------------------------------------------------------------------------
// Long rows are sorted digit by digit from the lowest, each pass stable: linear in the number of elements, and passes
// in which all elements have the same digit are skipped. Digits have 11 bits, or 8 where so many counters would cost
// more than the elements.

constexpr int kDigit = 11, kShortDigit = 8;
constexpr int64_t kShortDigits = 6000;   // elements up to which the short ones pay

// Unsigned numbers in the order of the elements; NaN is out of the way before, and -0 comes before 0.
template <class T> struct Key {
  using U = typename std::conditional<sizeof(T) == 8, uint64_t, uint32_t>::type;
  static constexpr int width = 8 * sizeof(U);
  static U of(T x) {
    constexpr U top = U(1) << (width - 1);
    U u;
    if constexpr (std::is_floating_point<T>::value) {
      std::memcpy(&u, &x, sizeof u);
      return u & top ? ~u : u | top;
    } else {
      return std::is_signed<T>::value ? U(x) ^ top : U(x);
    }
  }
  static T from(U u) {
    constexpr U top = U(1) << (width - 1);
    if constexpr (std::is_floating_point<T>::value) {
      u = u & top ? u ^ top : ~u;
      T x;
      std::memcpy(&x, &u, sizeof x);
      return x;
    } else {
      return T(std::is_signed<T>::value ? u ^ top : u);
    }
  }
};

// From where on that beats comparisons.
template <class T> constexpr int64_t longRow = sizeof(T) == 8 ? 400 : sizeof(T) == 4 ? 200 : int64_t(1) << 62;
template <class T> constexpr bool hasDigits = std::is_arithmetic<T>::value && sizeof(T) >= 4;

template <class U>
struct Keyed {
  U key;
  uint32_t at;
};
template <class U> U keyOf(U u) { return u; }
template <class U> U keyOf(const Keyed<U>& k) { return k.key; }

// A stable sort of n entries by bits [low, low + digits * Digit) of their keys; the result lies in `a` or in `b`, which is
// returned.
template <class U, int Digit, class Entry>
Entry* sortByDigits(Entry* a, Entry* b, int64_t n, int low, int digits) {
  constexpr int most = (8 * int(sizeof(U)) + Digit - 1) / Digit, buckets = 1 << Digit;
  uint32_t counts[most * buckets];
  std::memset(counts, 0, digits * buckets * sizeof(uint32_t));
  for (int64_t i = 0; i < n; i++) {
    const U key = keyOf(a[i]) >> low;
    for (int d = 0; d < digits; d++) counts[d * buckets + ((key >> (d * Digit)) & (buckets - 1))]++;
  }
  for (int d = 0; d < digits; d++) {
    uint32_t* count = counts + d * buckets;
    const int shift = low + d * Digit;
    if (count[(keyOf(a[0]) >> shift) & (buckets - 1)] == n) continue;  // all have the same digit
    uint32_t place = 0;
    for (int k = 0; k < buckets; k++) {
      const uint32_t here = count[k];
      count[k] = place;
      place += here;
    }
    for (int64_t i = 0; i < n; i++) b[count[(keyOf(a[i]) >> shift) & (buckets - 1)]++] = a[i];
    std::swap(a, b);
  }
  return a;
}

// Puts the few entries that are still out of order in their places; false when it turns out that they are many.
template <class Entry>
bool settle(Entry* a, int64_t n) {
  int64_t moves = 4 * n;
  for (int64_t i = 1; i < n; i++) {
    if (keyOf(a[i - 1]) <= keyOf(a[i])) continue;
    const Entry x = a[i];
    int64_t j = i;
    for (; j > 0 && keyOf(x) < keyOf(a[j - 1]); j--) a[j] = a[j - 1];
    a[j] = x;
    moves -= i - j;
    if (moves < 0) return false;
  }
  return true;
}

// Of keys that differ in many bits the first few mostly decide, and three passes over them leave little to do.
template <class U, int Digit, class Entry>
Entry* sortByFirstDigits(Entry* a, Entry* b, int64_t n) {
  constexpr int width = 8 * int(sizeof(U)), few = 3;
  U differing = 0;
  for (int64_t i = 1; i < n; i++) differing |= keyOf(a[i]) ^ keyOf(a[0]);
  if (differing == 0) return a;
  const int bits = sizeof(U) == 8 ? 64 - __builtin_clzll(differing) : 32 - __builtin_clz(differing);
  const int low = std::max(0, bits - few * Digit);
  Entry* sorted = sortByDigits<U, Digit>(a, b, n, low, std::min(few, (width - low + Digit - 1) / Digit));
  if (low == 0 || settle(sorted, n)) return sorted;
  return sortByDigits<U, Digit>(sorted, sorted == a ? b : a, n, 0, (bits + Digit - 1) / Digit);
}

template <class U, class Entry>
Entry* sortByDigits(Entry* a, Entry* b, int64_t n) {
  return n <= kShortDigits ? sortByFirstDigits<U, kShortDigit>(a, b, n) : sortByFirstDigits<U, kDigit>(a, b, n);
}

template <class T>
void sortDigits(T* row, int64_t n) {
  using K = Key<T>;
  std::unique_ptr<typename K::U[]> memory(new typename K::U[2 * n]);
  for (int64_t i = 0; i < n; i++) memory[i] = K::of(row[i]);
  const auto* sorted = sortByDigits<typename K::U>(memory.get(), memory.get() + n, n);
  for (int64_t i = 0; i < n; i++) row[i] = K::from(sorted[i]);
}

// Rows of up to so many elements are put in order by comparing them in registers, from so many on.
constexpr int64_t kCompared = 4000, kFewCompared = 24;
template <class T> bool isCompared(int64_t n) {
  return sizeof(T) == 8 && n >= kFewCompared && n <= kCompared && kernels().order != nullptr;
}

// By their bits, as if they were signed numbers; so negative floats come in falling order, and of unsigned numbers the
// larger half comes first.
template <class T>
void sortCompared(T* row, int64_t n) {
  std::unique_ptr<int64_t[]> room(new int64_t[2 * n + 256]);
  kernels().order(reinterpret_cast<int64_t*>(row), n, room.get());
  if (std::is_signed<T>::value && std::is_integral<T>::value) return;
  const auto negative = [](T x) {
    if constexpr (std::is_floating_point<T>::value) return std::signbit(x);
    else return x > std::numeric_limits<T>::max() / 2;
  };
  T* const middle = std::partition_point(row, row + n, negative);
  if (std::is_floating_point<T>::value) std::reverse(row, middle);
  else std::rotate(row, middle, row + n);
}

// The end of what is no NaN; those are moved to the end of the row.
template <class T>
T* setNaNAside(T* row, int64_t n) {
  if constexpr (std::is_integral<T>::value) return row + n;
  int64_t found = 0;
  for (int64_t i = 0; i < n; i++) found += row[i] != row[i];
  if (found == 0) return row + n;
  return std::partition(row, row + n, [](T x) { return x == x; });
}

// Sorts positions by the values that stand there.
template <class T>
void argsortDigits(int64_t* row, const T* v, int64_t n) {
  using K = Key<T>;
  using Entry = Keyed<typename K::U>;
  std::unique_ptr<Entry[]> memory(new Entry[2 * n]);
  for (int64_t i = 0; i < n; i++) memory[i] = {K::of(T(v[row[i]] + T(0))), static_cast<uint32_t>(row[i])};  // -0 + 0 is 0: equal zeros
  const Entry* sorted = sortByDigits<typename K::U>(memory.get(), memory.get() + n, n);
  for (int64_t i = 0; i < n; i++) row[i] = sorted[i].at;
}

constexpr int64_t kLongest = int64_t(1) << 31;  // positions and counts of 32 bits

template <class T>
void sortRows(Command& c) {
  T* a = c.data<T>(0);
  const int64_t m = c.param(0), n = c.param(1);
  parallelRanges(m, 1, threadsFor(m * n * 16), [&](int64_t begin, int64_t end) {
    // With the NaN out of the way, plain comparisons do.
    for (int64_t i = begin; i < end; i++) {
      T* row = a + i * n;
      if constexpr (isComplex<T>) std::stable_sort(row, row + n, Less<T>());
      else {
        T* last = setNaNAside(row, n);
        if constexpr (hasDigits<T>) {
          if (isCompared<T>(last - row)) {
            sortCompared(row, last - row);
            continue;
          }
          if (last - row >= longRow<T> && last - row < kLongest) {
            sortDigits(row, last - row);
            continue;
          }
        }
        std::sort(row, last);
      }
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
      if constexpr (hasDigits<T>) {
        if (last - row >= longRow<T> / 2 && n < kLongest) {
          argsortDigits(row, v, last - row);
          continue;
        }
      }
      std::stable_sort(row, last, [v](int64_t x, int64_t y) { return v[x] < v[y]; });
    }
  });
}

// Whether `a` comes before `b`, without branches that a processor would have to guess.
template <class T>
bool comesBefore(T a, T b) {
  if constexpr (std::is_arithmetic<T>::value) return (a < b) | ((b != b) & (a == a));
  else return Less<T>()(a, b);
}

// Where values would be inserted, a few of them side by side: their steps have the same lengths and no branches, so that
// the processor waits for the memory of all of them at once.
template <class T>
void search(Command& c) {
  int64_t* out = c.data<int64_t>(0);
  const T* sorted = c.data<T>(1);
  const T* values = c.data<T>(2);
  const int64_t n = c.param(0), m = c.param(1);
  if (n == 0) {
    std::fill_n(out, m, int64_t(0));
    return;
  }
  const auto all = [&](auto before) {
    parallelRanges(m, 64, threadsFor(m * 32), [&](int64_t begin, int64_t end) {
      constexpr int side = 8;
      for (int64_t i = begin; i < end; i += side) {
        const int64_t count = std::min<int64_t>(side, end - i);
        T v[side];
        int64_t from[side] = {0};
        for (int q = 0; q < side; q++) v[q] = values[i + std::min<int64_t>(q, count - 1)];
        for (int64_t length = n; length > 1; length -= length / 2) {
          const int64_t half = length / 2;
          const T* middle = sorted + half - 1;
#pragma GCC unroll 8
          for (int q = 0; q < side; q++) from[q] += -int64_t(before(middle[from[q]], v[q])) & half;
        }
        for (int64_t q = 0; q < count; q++) out[i + q] = from[q] + before(sorted[from[q]], v[q]);
      }
    });
  };
  if (c.param(2) != 0) all([](T x, T v) { return !comesBefore(v, x); });
  else all([](T x, T v) { return comesBefore(x, v); });
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

// The largest of n int64 elements read as unsigned numbers: beyond all others when one is negative.
void run_largest(Command& c) {
  const uint64_t* x = c.data<uint64_t>(0);
  const int64_t n = c.param(0);
  constexpr int side = 4;
  uint64_t most[side] = {0};
  int64_t i = 0;
  for (; i + side <= n; i += side)
    for (int k = 0; k < side; k++) most[k] = std::max(most[k], x[i + k]);
  for (; i < n; i++) most[0] = std::max(most[0], x[i]);
  c.result(0, static_cast<double>(*std::max_element(most, most + side)));
}

// Negative numbers are an error, or with param 3 left out.
void run_bincount(Command& c) {
  const int64_t* x = c.data<int64_t>(1);
  const int64_t n = c.param(0), bins = c.param(1);
  const bool weighted = c.param(2) != 0, skipping = c.param(3) != 0;
  const auto each = [&](auto add) {
    for (int64_t i = 0; i < n; i++) {
      if (uint64_t(x[i]) < uint64_t(bins)) add(i);
      else if (x[i] >= 0)
        throw Error("bincount: " + std::to_string(x[i]) + " does not fit in " + std::to_string(bins) + " bins");
      else if (!skipping)
        throw Error("bincount: " + std::to_string(x[i]) + " at position " + std::to_string(i) +
                    " is negative; only counts of 0, 1, 2, ... exist");
    }
  };
  if (weighted) {
    double* out = c.data<double>(0);
    const double* w = c.data<double>(2);
    std::fill_n(out, bins, 0.0);
    each([=](int64_t i) { out[x[i]] += w[i]; });
  } else {
    int64_t* out = c.data<int64_t>(0);
    std::fill_n(out, bins, int64_t(0));
    each([=](int64_t i) { out[x[i]]++; });
  }
}

}  // namespace gl
