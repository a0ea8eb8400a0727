// Advanced indexing: index arrays and masks become element offsets; elements are gathered from and scattered to them.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <type_traits>
#include "cpu/dtypes.h"
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

// Calls body(byte offset of operand j) for every index of the command's dimensions [from, to), in C order.
template <class Body>
void eachOffset(const Command& c, int j, int64_t size, int from, int to, Body&& body) {
  int64_t total = 1;
  for (int d = from; d < to; d++) total *= c.shape(d);
  int64_t index[kMaxDims] = {0};
  int64_t at = 0;
  for (int64_t i = 0; i < total; i++) {
    body(at);
    for (int d = to - 1; d >= from; d--) {
      const int64_t s = c.stride(j, d) * size;
      at += s;
      if (++index[d] < c.shape(d)) break;
      at -= s * c.shape(d);
      index[d] = 0;
    }
  }
}

int64_t readIndex(const char* p, DType t) {
  if (t == DType::Int64) return *reinterpret_cast<const int64_t*>(p);
  return byDType(t, [&](auto zero) -> int64_t {
    using T = decltype(zero);
    if constexpr (std::is_integral<T>::value) return static_cast<int64_t>(*reinterpret_cast<const T*>(p));
    else throw Error("index: arrays used as indices must be of integer (or boolean) type; convert with astype('int64')");
  });
}

bool truth(const char* p, DType t) {
  if (itemSize(t) == 1) return *p != 0;
  return byDType(t, [&](auto zero) { return *reinterpret_cast<const decltype(zero)*>(p) != zero; });
}

// Axes of a block that is moved as one: merged, the last one first tried as a plain copy.
struct Block {
  int ndim = 0;
  int64_t shape[kMaxDims], stride[kMaxDims];  // bytes
  int64_t size = 1;                           // elements
};

Block readBlock(const Command& c, int operand, int from, int to, int64_t itemsize) {
  Block b;
  for (int d = from; d < to; d++) {
    const int64_t n = c.shape(d), s = c.stride(operand, d) * itemsize;
    b.size *= n;
    if (n == 1) continue;
    if (b.ndim > 0 && b.stride[b.ndim - 1] == s * n) {
      b.shape[b.ndim - 1] *= n;
      b.stride[b.ndim - 1] = s;
    } else {
      b.shape[b.ndim] = n;
      b.stride[b.ndim] = s;
      b.ndim++;
    }
  }
  return b;
}

template <class T>
void gatherBlock(const Block& b, int d, char*& out, const char* in) {
  if (d == b.ndim) {
    *reinterpret_cast<T*>(out) = *reinterpret_cast<const T*>(in);
    out += sizeof(T);
    return;
  }
  if (d == b.ndim - 1) {
    T* o = reinterpret_cast<T*>(out);
    for (int64_t i = 0; i < b.shape[d]; i++) o[i] = *reinterpret_cast<const T*>(in + i * b.stride[d]);
    out += b.shape[d] * sizeof(T);
    return;
  }
  for (int64_t i = 0; i < b.shape[d]; i++) gatherBlock<T>(b, d + 1, out, in + i * b.stride[d]);
}

void copyRow(char* to, const char* from, int64_t bytes) {
  if (bytes < 512) std::memcpy(to, from, bytes);
  else kernels().copy(to, from, bytes);
}

template <class T>
void take(const Command& c) {
  const int64_t count = c.param(0);
  const Block b = readBlock(c, 1, 0, c.ndim(), sizeof(T));
  if (b.size == 0 || count == 0) return;
  char* out = c.address(0);
  const char* in = c.address(1);
  const int64_t* offset = c.data<int64_t>(2);
  const int threads = threadsFor(count * b.size * 2);
  parallelRanges(count, 64, threads, [&](int64_t begin, int64_t end) {
    if (b.size == 1) {
      T* o = reinterpret_cast<T*>(out);
      const T* v = reinterpret_cast<const T*>(in);
      for (int64_t i = begin; i < end; i++) o[i] = v[offset[i]];
    } else if (b.ndim == 1 && b.stride[0] == sizeof(T)) {
      const int64_t bytes = b.size * sizeof(T);
      for (int64_t i = begin; i < end; i++) copyRow(out + i * bytes, in + offset[i] * int64_t(sizeof(T)), bytes);
    } else {
      char* o = out + begin * b.size * int64_t(sizeof(T));
      for (int64_t i = begin; i < end; i++) gatherBlock<T>(b, 0, o, in + offset[i] * int64_t(sizeof(T)));
    }
  });
}

// The value of a scatter, converted to the array's dtype and laid out to match; a number stays one element.
// Copied when it lies in the array that is written (a[i] = a[j]).
struct Value {
  std::unique_ptr<char[]> memory;
  const char* data;
  bool single;
};

Value readValue(Command& c, int operand) {
  const DType want = c.dtype(0);
  const int64_t size = itemSize(want);
  const int nd = c.ndim();
  bool single = true, flat = true;
  int64_t total = 1;
  for (int d = nd - 1; d >= 0; d--) {
    if (c.shape(d) == 1) continue;
    if (c.stride(operand, d) != 0) single = false;
    if (c.stride(operand, d) != total) flat = false;
    total *= c.shape(d);
  }
  Value v;
  v.single = single;
  const bool shares = c.param(1) != 0;
  if (flat && !shares && c.dtype(operand) == want) {
    v.data = c.address(operand);
    return v;
  }
  const int64_t count = single ? 1 : total;
  v.memory.reset(new char[std::max<int64_t>(count * size, kMaxItemSize)]);
  const int64_t none[2] = {0, 0};
  const int64_t from = itemSize(c.dtype(operand));
  const Loop cast = kernels().cast[static_cast<int>(want)][static_cast<int>(c.dtype(operand))];
  if (single || flat) {
    char* const p[2] = {v.memory.get(), c.address(operand)};
    const int64_t step[2] = {size, from};
    cast(1, count, p, none, step);
  } else {
    const int64_t inner = nd > 0 ? c.shape(nd - 1) : 1;
    const int64_t step[2] = {size, nd > 0 ? c.stride(operand, nd - 1) * from : 0};
    char* out = v.memory.get();
    if (inner > 0)
      eachOffset(c, operand, from, 0, nd - 1, [&](int64_t at) {
        char* const p[2] = {out, c.address(operand) + at};
        cast(1, inner, p, none, step);
        out += inner * size;
      });
  }
  v.data = v.memory.get();
  return v;
}

struct Assign {
  template <class T> static void call(T& a, T b) { a = b; }
};
struct Accumulate {
  template <class T> static void call(T& a, T b) { a = T(a + b); }
};

template <class T, class F>
void scatterBlock(const Block& b, int d, char* out, const T*& value, int64_t step) {
  if (d == b.ndim) {
    F::call(*reinterpret_cast<T*>(out), *value);
    value += step;
    return;
  }
  if (d == b.ndim - 1) {
    for (int64_t i = 0; i < b.shape[d]; i++) F::call(*reinterpret_cast<T*>(out + i * b.stride[d]), value[i * step]);
    value += b.shape[d] * step;
    return;
  }
  for (int64_t i = 0; i < b.shape[d]; i++) scatterBlock<T, F>(b, d + 1, out + i * b.stride[d], value, step);
}

template <class T, class F>
void scatter(Command& c) {
  const int lead = static_cast<int>(c.param(0));
  int64_t count = 1;
  for (int d = 0; d < lead; d++) count *= c.shape(d);
  const Block b = readBlock(c, 0, lead, c.ndim(), sizeof(T));
  if (b.size == 0 || count == 0) return;
  const Value v = readValue(c, 2);
  char* out = c.address(0);
  const int64_t* offset = c.data<int64_t>(1);
  const T* value = reinterpret_cast<const T*>(v.data);
  const int64_t step = v.single ? 0 : 1;
  if (b.size == 1) {
    T* o = reinterpret_cast<T*>(out);
    // Of one value for all places it does not matter who writes first.
    const bool any = std::is_same<F, Assign>::value && step == 0 && sizeof(T) <= 8;
    parallelRanges(count, 512, any ? threadsFor(count * 2) : 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) F::call(o[offset[i]], value[i * step]);
    });
    return;
  }
  if (std::is_same<F, Assign>::value && step == 1 && b.ndim == 1 && b.stride[0] == sizeof(T)) {
    for (int64_t i = 0; i < count; i++)
      copyRow(out + offset[i] * int64_t(sizeof(T)), reinterpret_cast<const char*>(value + i * b.size), b.size * sizeof(T));
    return;
  }
  for (int64_t i = 0; i < count; i++) scatterBlock<T, F>(b, 0, out + offset[i] * int64_t(sizeof(T)), value, step);
}

// bool as uint8: adding truth values is or.
struct AccumulateBool {
  static void call(uint8_t& a, uint8_t b) { a = a | b; }
};

}  // namespace

void run_indexOffsets(Command& c) {
  const int64_t n = c.param(0), step = c.param(1), axis = c.param(2);
  const bool add = c.param(3) != 0;
  const DType t = c.dtype(1);
  const char* in = c.address(1);
  int64_t* out = c.data<int64_t>(0);
  int64_t total = 1;
  bool flat = t == DType::Int64;
  for (int d = c.ndim() - 1; d >= 0; d--) {
    flat = flat && (c.shape(d) == 1 || c.stride(1, d) == total);
    total *= c.shape(d);
  }
  if (flat) {
    // All at once, with one look at the end whether any is out of bounds; if so the loop below finds which.
    const int64_t* index = reinterpret_cast<const int64_t*>(in);
    std::atomic<uint64_t> beyond{0};
    parallelRanges(total, 512, threadsFor(total * 2), [&](int64_t begin, int64_t end) {
      uint64_t here = 0;
      const auto each = [&](auto offset) {
        for (int64_t i = begin; i < end; i++) {
          const int64_t k = index[i] + (index[i] < 0 ? n : 0);
          here |= uint64_t(k) >= uint64_t(n);
          offset(i, k * step);
        }
      };
      if (add) each([out](int64_t i, int64_t k) { out[i] += k; });
      else each([out](int64_t i, int64_t k) { out[i] = k; });
      if (here != 0) beyond = 1;
    });
    if (beyond == 0) return;
  }
  eachOffset(c, 1, itemSize(t), 0, c.ndim(), [&](int64_t at) {
    const int64_t i = readIndex(in + at, t);
    const int64_t k = i < 0 ? i + n : i;
    if (k < 0 || k >= n)
      throw Error("index " + std::to_string(i) + " is out of bounds for axis " + std::to_string(axis) + " with size " +
                  std::to_string(n));
    *out = (add ? *out : 0) + k * step;
    out++;
  });
}

void run_take(Command& c) {
  bySize(itemSize(c.dtype(1)), [&](auto any) { take<decltype(any)>(c); });
}

void run_put(Command& c) {
  bySize(itemSize(c.dtype(0)), [&](auto any) { scatter<decltype(any), Assign>(c); });
}

void run_putAdd(Command& c) {
  if (c.dtype(0) == DType::Bool) return scatter<uint8_t, AccumulateBool>(c);
  byDType(c.dtype(0), [&](auto zero) { scatter<decltype(zero), Accumulate>(c); });
}

// param 0: whether the count is also wanted in operand 1 (int64).
void run_countNonzero(Command& c) {
  const DType t = c.dtype(0);
  const char* in = c.address(0);
  int64_t total = 1;
  bool flat = true;
  for (int d = c.ndim() - 1; d >= 0; d--) {
    if (c.shape(d) != 1 && c.stride(0, d) != total) flat = false;
    total *= c.shape(d);
  }
  int64_t n = 0;
  if (flat && itemSize(t) == 1) {
    // Counters of bytes side by side, emptied before they can overflow.
    const uint8_t* byte = reinterpret_cast<const uint8_t*>(in);
    constexpr int side = 64, most = 255;
    int64_t i = 0;
    while (i + side <= total) {
      uint8_t lanes[side] = {0};
      const int64_t blocks = std::min<int64_t>((total - i) / side, most);
      for (int64_t b = 0; b < blocks; b++, i += side)
        for (int k = 0; k < side; k++) lanes[k] = uint8_t(lanes[k] + (byte[i + k] != 0));
      for (int k = 0; k < side; k++) n += lanes[k];
    }
    for (; i < total; i++) n += byte[i] != 0;
  } else {
    eachOffset(c, 0, itemSize(t), 0, c.ndim(), [&](int64_t at) { n += truth(in + at, t); });
  }
  if (c.param(0) != 0) *c.data<int64_t>(1) = n;
  c.result(0, static_cast<double>(n));
}

const char* const kMoreTrue = "mask: more true elements than were counted; it was changed meanwhile";
const char* const kFewerTrue = "mask: fewer true elements than were counted; it was changed meanwhile";

// out[i] = first + step times the place of the i-th true byte of a row, at most `room` of them; returns how many. Without
// a branch for single bytes, which would be guessed wrong.
static int64_t truePlaces(const char* row, int64_t n, int64_t first, int64_t step, int64_t* out, int64_t room) {
  int64_t found = 0, j = 0;
  const auto one = [&](int64_t place) {
    if (row[place] == 0) return;
    if (found == room) throw Error(kMoreTrue);
    out[found++] = first + place * step;
  };
  for (; j + 8 <= n; j += 8) {
    uint64_t word;
    std::memcpy(&word, row + j, 8);
    if (word == 0) continue;
    if (found + 8 > room) {
      for (int k = 0; k < 8; k++) one(j + k);
      continue;
    }
    for (int k = 0; k < 8; k++) {
      out[found] = first + (j + k) * step;
      found += row[j + k] != 0;
    }
  }
  for (; j < n; j++) one(j);
  return found;
}

// Walks the mask in C order: row(index, bytes, n, found) for rows of n bytes that lie side by side, which returns how many
// are true; each(found, index) for every true element of another mask.
template <class Row, class Each>
static void eachTrue(const Command& c, int64_t limit, Row&& row, Each&& each) {
  const DType t = c.dtype(1);
  const char* in = c.address(1);
  const int nd = c.ndim();
  const int64_t size = itemSize(t);
  int64_t total = 1;
  for (int d = 0; d < nd; d++) total *= c.shape(d);
  int64_t index[kMaxDims] = {0};
  int64_t at = 0, found = 0;
  const bool rows = nd > 0 && size == 1 && c.stride(1, nd - 1) == 1 && total > 0;
  const int64_t n = rows ? c.shape(nd - 1) : 1;
  for (int64_t i = 0; i < total; i += n) {
    if (rows) {
      found += row(index, in + at, n, found);
    } else if (truth(in + at, t)) {
      if (found == limit) throw Error(kMoreTrue);
      each(found++, index);
    }
    for (int d = rows ? nd - 2 : nd - 1; d >= 0; d--) {
      at += c.stride(1, d) * size;
      if (++index[d] < c.shape(d)) break;
      at -= c.stride(1, d) * size * c.shape(d);
      index[d] = 0;
    }
  }
  if (found != limit) throw Error(kFewerTrue);
}

void run_maskOffsets(Command& c) {
  int64_t* out = c.data<int64_t>(0);
  const int nd = c.ndim();
  const int64_t count = c.param(0);
  const auto offset = [&](const int64_t* index, int dims) {
    int64_t at = 0;
    for (int d = 0; d < dims; d++) at += index[d] * c.stride(2, d);
    return at;
  };
  eachTrue(
      c, count,
      [&](const int64_t* index, const char* row, int64_t n, int64_t found) {
        return truePlaces(row, n, offset(index, nd - 1), c.stride(2, nd - 1), out + found, count - found);
      },
      [&](int64_t i, const int64_t* index) { out[i] = offset(index, nd); });
}

void run_nonzero(Command& c) {
  int64_t* out = c.data<int64_t>(0);
  const int nd = c.ndim();
  const int64_t count = c.param(0);
  eachTrue(
      c, count,
      [&](const int64_t* index, const char* row, int64_t n, int64_t found) {
        const int64_t here = truePlaces(row, n, 0, 1, out + (nd - 1) * count + found, count - found);
        for (int d = 0; d < nd - 1; d++) std::fill_n(out + d * count + found, here, index[d]);
        return here;
      },
      [&](int64_t i, const int64_t* index) {
        for (int d = 0; d < nd; d++) out[d * count + i] = index[d];
      });
}

}  // namespace gl
