// Reductions and cumulative operations. Axes are walked in the order NumPy's iterator would walk them and rows are
// summed in its pairwise blocks and buffers of 8192 elements, so float sums equal NumPy's to the last bit, with any
// number of threads. The folds themselves are in isa/folds.cc.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>
#include "cpu/dtypes.h"
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

constexpr int64_t kChunk = 8192;  // NumPy's buffer: a sum adds up pairwise sums of so many elements

struct Axis {
  int64_t n;
  int64_t s;  // byte stride of the input
  int64_t o;  // byte stride of the result; 0 when reduced
  bool reduced;
};

struct Axes {
  Axis at[kMaxDims];
  int count = 0;
  int64_t size() const {
    int64_t n = 1;
    for (int i = 0; i < count; i++) n *= at[i].n;
    return n;
  }
  // Byte offsets of the flat (C order) index i.
  void offsets(int64_t i, int64_t& s, int64_t& o) const {
    s = o = 0;
    for (int d = count - 1; d >= 0; d--) {
      const int64_t k = i % at[d].n;
      i /= at[d].n;
      s += k * at[d].s;
      o += k * at[d].o;
    }
  }
};

struct Work {
  char* out;
  const char* in;
  DType have, loop;
  int64_t outSize;
  Axes axes;  // all of length > 1
  int64_t kept = 1, reduced = 1;
  // A variance: the squared distances from the means are added up instead, and divided by this.
  bool variance = false;
  double divisor = 0;
};

Work read(const Command& c) {
  Work w;
  w.out = c.address(0);
  w.in = c.address(1);
  w.have = c.dtype(1);
  w.loop = c.loop();
  const double mask = c.real(0);
  const int nd = c.ndim();
  const uint64_t bits = mask < 0 ? ~uint64_t(0) : static_cast<uint64_t>(mask);
  int64_t step = itemSize(c.dtype(0));
  const int64_t size = itemSize(w.have);
  Axis list[kMaxDims];
  for (int d = nd - 1; d >= 0; d--) {
    const bool reduced = (bits >> d) & 1;
    list[d] = {c.shape(d), c.stride(1, d) * size, reduced ? 0 : step, reduced};
    if (reduced) w.reduced *= list[d].n;
    else {
      w.kept *= list[d].n;
      step *= list[d].n;
    }
  }
  for (int d = 0; d < nd; d++)
    if (list[d].n != 1) w.axes.at[w.axes.count++] = list[d];
  return w;
}

void merge(Axes& axes) {
  int at = 0;
  for (int d = 1; d < axes.count; d++) {
    Axis& outer = axes.at[at];
    const Axis& inner = axes.at[d];
    if (outer.reduced == inner.reduced && outer.s == inner.s * inner.n && outer.o == inner.o * inner.n) {
      outer = {outer.n * inner.n, inner.s, inner.o, inner.reduced};
    } else {
      axes.at[++at] = inner;
    }
  }
  if (axes.count > 0) axes.count = at + 1;
}

// The order of NumPy's iterator: largest stride outermost, whatever its sign; a stride of 0 says nothing, ties stay in
// C order.
void order(Work& w) {
  Axes& a = w.axes;
  std::reverse(a.at, a.at + a.count);
  for (int i = 1; i < a.count; i++) {
    const Axis x = a.at[i];
    int place = i;
    for (int j = i - 1; j >= 0; j--) {
      if (x.s == 0 || a.at[j].s == 0) continue;
      if (std::abs(a.at[j].s) <= std::abs(x.s)) break;
      place = j;
    }
    for (int j = i; j > place; j--) a.at[j] = a.at[j - 1];
    a.at[place] = x;
  }
  std::reverse(a.at, a.at + a.count);
  merge(a);
}

// ---- identities -----------------------------------------------------------------------------------------------------

template <class T>
T identityOf(FoldOp f) {
  using Limits = std::numeric_limits<T>;
  switch (f) {
    case FoldProd: return T(1);
    case FoldMax: return Limits::has_infinity ? T(-Limits::infinity()) : Limits::lowest();
    case FoldMin: return Limits::has_infinity ? Limits::infinity() : Limits::max();
    default: return T(0);
  }
}
template <class T>
void identityOf(FoldOp f, Complex<T>& out) {
  out = f == FoldMax || f == FoldMin ? Complex<T>(identityOf<T>(f), identityOf<T>(f)) : Complex<T>(identityOf<T>(f), 0);
}
template <class T>
void identityOf(FoldOp f, T& out) { out = identityOf<T>(f); }

void identity(char* out, int64_t n, DType t, FoldOp f) {
  if (t == DType::Bool) {
    std::memset(out, f == FoldMin || f == FoldProd, n);
    return;
  }
  byDType(t, [&](auto v) {
    identityOf(f, v);
    std::fill_n(reinterpret_cast<decltype(v)*>(out), n, v);
  });
}

void castTo(DType to, char* out, DType from, const char* in, int64_t stride, int64_t n) {
  char* const p[2] = {out, const_cast<char*>(in)};
  const int64_t none[2] = {0, 0};
  const int64_t step[2] = {itemSize(to), stride};
  kernels().cast[static_cast<int>(to)][static_cast<int>(from)](1, n, p, none, step);
}

// ---- innermost axis reduced -----------------------------------------------------------------------------------------

// The elements of `run` (reduced axes), flat positions begin..begin+n, converted and side by side.
void gather(const Work& w, const Axes& run, const char* in, int64_t begin, int64_t n, char* buffer) {
  const Axis& inner = run.at[run.count - 1];
  const int64_t size = itemSize(w.loop);
  Axes outer = run;
  outer.count--;
  while (n > 0) {
    int64_t s, o;
    outer.offsets(begin / inner.n, s, o);
    const int64_t k = begin % inner.n;
    const int64_t m = std::min(n, inner.n - k);
    castTo(w.loop, buffer, w.have, in + s + k * inner.s, inner.s, m);
    buffer += m * size;
    begin += m;
    n -= m;
  }
}

void squares(const Work& w, char* out, const char* a, int64_t s, const char* center, bool one, int64_t n) {
  kernels().squares[w.loop == DType::Float32](out, a, s, center, one, n);
}

// Divides by what depends on the number of elements.
void divide(const Work& w, char* out, int64_t n, double by) {
  byDType(w.loop, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_floating_point<T>::value) {
      for (int64_t i = 0; i < n; i++) reinterpret_cast<T*>(out)[i] /= T(by);
    }
  });
}

// Folds positions [begin, end) of the run into acc; begin is a multiple of the chunk. With a centre, the squared
// distances from it.
void foldRun(const Work& w, const Axes& run, Fold fold, void* acc, const char* in, int64_t begin, int64_t end,
             const char* center = nullptr) {
  const bool direct = run.count == 1 && w.have == w.loop;
  const int64_t size = itemSize(w.loop);
  alignas(64) char buffer[kChunk * kMaxItemSize];
  for (int64_t i = begin; i < end; i += kChunk) {
    const int64_t n = std::min(kChunk, end - i);
    const char* from = in + i * run.at[0].s;
    int64_t s = run.at[0].s;
    if (!direct) {
      gather(w, run, in, i, n, buffer);
      from = buffer, s = size;
    }
    if (center) {
      squares(w, buffer, from, s, center, true, n);
      from = buffer, s = size;
    }
    fold(acc, from, s, n);
  }
}

// One result from very many elements: threads fold chunks, their results are folded in order.
void foldParallel(const Work& w, const Axes& run, FoldOp f, Fold fold, char* acc, const char* in, int threads,
                  const char* center) {
  const int64_t total = run.size();
  const int64_t chunks = (total + kChunk - 1) / kChunk;
  const int64_t size = itemSize(w.loop);
  std::vector<char> partial(chunks * size);
  identity(partial.data(), chunks, w.loop, f);
  parallelRanges(chunks, 1, threads, [&](int64_t b, int64_t e) {
    for (int64_t i = b; i < e; i++)
      foldRun(w, run, fold, partial.data() + i * size, in, i * kChunk, std::min(total, (i + 1) * kChunk), center);
  });
  for (int64_t i = 0; i < chunks; i++) fold(acc, partial.data() + i * size, size, 1);
}

void reduceInner(const Work& w, FoldOp f) {
  const Fold fold = kernels().fold[f][static_cast<int>(w.loop)];
  Axes run, kept, outer;
  int d = w.axes.count;
  while (d > 0 && w.axes.at[d - 1].reduced) d--;
  for (int i = d; i < w.axes.count; i++) run.at[run.count++] = w.axes.at[i];
  for (int i = 0; i < d; i++) {
    Axes& list = w.axes.at[i].reduced ? outer : kept;
    list.at[list.count++] = w.axes.at[i];
  }
  const int64_t runSize = run.size(), outerSize = outer.size();
  const int threads = threadsFor(w.kept * w.reduced);
  // Result k by body(acc, first element of a run, centre), once for a sum, twice for a variance.
  const auto each = [&](int64_t k, auto&& body) {
    int64_t s, o;
    kept.offsets(k, s, o);
    const auto pass = [&](const char* center) {
      for (int64_t r = 0; r < outerSize; r++) {
        int64_t rs, ro;
        outer.offsets(r, rs, ro);
        body(w.out + o, w.in + s + rs, center);
      }
    };
    pass(nullptr);
    if (!w.variance) return;
    alignas(8) char mean[kMaxItemSize];
    divide(w, w.out + o, 1, static_cast<double>(w.reduced));
    std::memcpy(mean, w.out + o, itemSize(w.loop));
    identity(w.out + o, 1, w.loop, f);
    pass(mean);
    divide(w, w.out + o, 1, w.divisor);
  };
  if (threads > 1 && w.kept < threads && runSize >= 4 * kChunk && f != FoldProd) {
    for (int64_t k = 0; k < w.kept; k++)
      each(k, [&](char* acc, const char* in, const char* center) { foldParallel(w, run, f, fold, acc, in, threads, center); });
    return;
  }
  parallelRanges(w.kept, 1, threads, [&](int64_t begin, int64_t end) {
    if (kept.count <= 1 && outer.count == 0 && run.count == 1 && runSize <= kChunk && w.have == w.loop && !w.variance) {
      // Rows of a matrix.
      const int64_t s = kept.count ? kept.at[0].s : 0, o = kept.count ? kept.at[0].o : 0;
      for (int64_t k = begin; k < end; k++) fold(w.out + k * o, w.in + k * s, run.at[0].s, runSize);
      return;
    }
    for (int64_t k = begin; k < end; k++)
      each(k, [&](char* acc, const char* in, const char* center) { foldRun(w, run, fold, acc, in, 0, runSize, center); });
  });
}

// ---- innermost axis kept --------------------------------------------------------------------------------------------

// Columns [j0, j1) of the innermost kept axis, for the other kept axes' index k.
void foldColumns(const Work& w, FoldRows fold, FoldOp f, const Axis& column, const Axis& row, const Axes& outer, char* out,
                 const char* in, int64_t j0, int64_t j1) {
  const int64_t size = itemSize(w.loop);
  const int64_t n = j1 - j0;
  const int64_t outerSize = outer.size();
  std::vector<char> scattered;
  char* acc = out + j0 * column.o;
  if (column.o != size) {
    scattered.resize(n * size);
    acc = scattered.data();
    identity(acc, n, w.loop, f);
  }
  alignas(64) char buffer[kChunk * kMaxItemSize];
  const auto pass = [&](const char* center) {
    for (int64_t r = 0; r < outerSize; r++) {
      int64_t rs, ro;
      outer.offsets(r, rs, ro);
      const char* a = in + rs + j0 * column.s;
      if (w.have == w.loop && !center) {
        fold(acc, a, row.s, column.s, row.n, n);
        continue;
      }
      for (int64_t j = 0; j < n; j += kChunk) {
        const int64_t width = std::min(kChunk, n - j);
        const int64_t rows = kChunk / width;
        for (int64_t i = 0; i < row.n; i += rows) {
          const int64_t m = std::min(rows, row.n - i);
          for (int64_t q = 0; q < m; q++) {
            const char* from = a + (i + q) * row.s + j * column.s;
            char* to = buffer + q * width * size;
            int64_t s = column.s;
            if (w.have != w.loop) {
              castTo(w.loop, to, w.have, from, s, width);
              from = to, s = size;
            }
            if (center) squares(w, to, from, s, center + j * size, false, width);
          }
          fold(acc + j * size, buffer, width * size, size, m, width);
        }
      }
    }
  };
  pass(nullptr);
  if (w.variance) {
    divide(w, acc, n, static_cast<double>(w.reduced));
    const std::vector<char> means(acc, acc + n * size);
    identity(acc, n, w.loop, f);
    pass(means.data());
    divide(w, acc, n, w.divisor);
  }
  if (column.o != size)
    for (int64_t j = 0; j < n; j++) std::memcpy(out + (j0 + j) * column.o, acc + j * size, size);
}

void reduceOuter(const Work& w, FoldOp f) {
  const FoldRows fold = kernels().foldRows[f][static_cast<int>(w.loop)];
  const Axis column = w.axes.at[w.axes.count - 1];
  Axis row{1, 0, 0, true};
  Axes kept, outer;
  bool found = false;
  for (int d = w.axes.count - 2; d >= 0; d--) {
    const Axis& x = w.axes.at[d];
    if (x.reduced && !found) {
      row = x;
      found = true;
    } else {
      Axes& list = x.reduced ? outer : kept;
      list.at[list.count++] = x;
    }
  }
  std::reverse(kept.at, kept.at + kept.count);
  std::reverse(outer.at, outer.at + outer.count);
  const int64_t keptSize = kept.size();
  const int threads = threadsFor(w.kept * w.reduced);
  // A variance passes twice: over columns that stay in the cache meanwhile.
  const int64_t cached = (int64_t(1) << 19) / (itemSize(w.have) * row.n);
  const int64_t width = w.variance ? std::max<int64_t>(64, cached) : column.n;
  const auto columns = [&](int64_t k, int64_t b, int64_t e) {
    int64_t s, o;
    kept.offsets(k, s, o);
    for (int64_t j = b; j < e; j += width)
      foldColumns(w, fold, f, column, row, outer, w.out + o, w.in + s, j, std::min(e, j + width));
  };
  if (threads > 1 && keptSize < threads) {
    parallelRanges(column.n, 64, threads, [&](int64_t b, int64_t e) {
      for (int64_t k = 0; k < keptSize; k++) columns(k, b, e);
    });
    return;
  }
  parallelRanges(keptSize, 1, threads, [&](int64_t b, int64_t e) {
    for (int64_t k = b; k < e; k++) columns(k, 0, column.n);
  });
}

void reduceFold(Work& w, FoldOp f) {
  identity(w.out, w.kept, w.loop, f);
  if (w.reduced == 0 || w.kept == 0) return;
  order(w);
  Axes& a = w.axes;
  if (a.count == 0) {
    a.at[a.count++] = {1, itemSize(w.have), 0, true};
  }
  // Nothing to reduce but axes of length 1: columns of one row.
  const Axis& last = a.at[a.count - 1];
  if (!last.reduced) return reduceOuter(w, f);
  // Rows shorter than 8 are summed in sequence, as columns are; side by side they are faster.
  if (last.n < 8 && a.count >= 2 && !a.at[a.count - 2].reduced && w.have == w.loop) {
    std::swap(a.at[a.count - 1], a.at[a.count - 2]);
    // Only when no other reduced axis would change its place in the order.
    bool others = false;
    for (int d = 0; d < a.count - 2; d++) others = others || a.at[d].reduced;
    if (!others || f != FoldSum) return reduceOuter(w, f);
    std::swap(a.at[a.count - 1], a.at[a.count - 2]);
  }
  reduceInner(w, f);
}

// ---- positions and truth --------------------------------------------------------------------------------------------

// Every kept element: body(result, first element), reduced axes in C order in `run`.
template <class Body>
void eachKept(const Work& w, const Axes& kept, Body&& body) {
  parallelRanges(w.kept, 1, threadsFor(w.kept * w.reduced), [&](int64_t b, int64_t e) {
    for (int64_t k = b; k < e; k++) {
      int64_t s, o;
      kept.offsets(k, s, o);
      body(w.out + o, w.in + s);
    }
  });
}

void split(const Work& w, Axes& kept, Axes& run) {
  for (int d = 0; d < w.axes.count; d++) {
    Axes& list = w.axes.at[d].reduced ? run : kept;
    list.at[list.count++] = w.axes.at[d];
  }
  merge(kept);
  merge(run);
  if (run.count == 0) run.at[run.count++] = {1, itemSize(w.have), 0, true};
}

void reduceFind(Work& w, Find find) {
  Axes kept, run;
  split(w, kept, run);
  if (run.count == 1) {
    eachKept(w, kept, [&](char* out, const char* in) { *reinterpret_cast<int64_t*>(out) = find(in, run.at[0].s, run.at[0].n); });
    return;
  }
  const int64_t total = run.size();
  w.loop = w.have;
  eachKept(w, kept, [&](char* out, const char* in) {
    std::vector<char> flat(total * itemSize(w.have));
    gather(w, run, in, 0, total, flat.data());
    *reinterpret_cast<int64_t*>(out) = find(flat.data(), itemSize(w.have), total);
  });
}

template <class T>
bool contains(const char* a, int64_t s, int64_t n, bool truth) {
  for (int64_t i = 0; i < n; i++)
    if ((*reinterpret_cast<const T*>(a + i * s) != T(0)) == truth) return true;
  return false;
}

bool containsTruth(DType t, const char* a, int64_t s, int64_t n, bool truth) {
  if (s == 1 && (t == DType::Bool || (t == DType::UInt8 && !truth))) return std::memchr(a, truth, n) != nullptr;
  return byDType(t, [&](auto zero) { return contains<decltype(zero)>(a, s, n, truth); });
}

// any: is there a true element; all: is there no false one.
void reduceTruth(const Work& w, bool any) {
  Axes kept, run;
  split(w, kept, run);
  const Axis inner = run.at[run.count - 1];
  Axes outer = run;
  outer.count--;
  const int64_t outerSize = outer.size();
  eachKept(w, kept, [&](char* out, const char* in) {
    bool found = false;
    for (int64_t r = 0; r < outerSize && !found; r++) {
      int64_t s, o;
      outer.offsets(r, s, o);
      found = containsTruth(w.have, in + s, inner.s, inner.n, any);
    }
    *out = found == any;
  });
}

void noIdentity(const char* name) {
  throw Error(std::string(name) + ": zero-size array to reduction operation " + name +
              " which has no identity; check the shape, or test size > 0 first");
}

// One row, each element after the one before; the running value stays in a register. The result may be the row itself.
template <class T>
void scan(T* out, const T* v, int64_t n, bool product) {
  T r = out[0] = v[0];
  if (product) {
    for (int64_t i = 1; i < n; i++) out[i] = r = T(r * v[i]);
  } else {
    for (int64_t i = 1; i < n; i++) out[i] = r = T(r + v[i]);
  }
}

void scanRow(DType t, char* out, const char* row, int64_t n, bool product) {
  byDType(t, [&](auto zero) {
    using T = decltype(zero);
    scan(reinterpret_cast<T*>(out), reinterpret_cast<const T*>(row), n, product);
  });
}

void cumulate(Command& c, Op step, const char* name) {
  const int axis = static_cast<int>(c.param(0));
  const int nd = c.ndim();
  const DType t = c.loop();
  if (axis < 0 || axis >= nd) throw Error(std::string(name) + ": axis " + std::to_string(axis) + " is out of bounds");
  if (t == DType::Bool) throw Error(std::string(name) + ": bool accumulates in int64");
  int64_t before = 1, after = 1;
  const int64_t n = c.shape(axis);
  for (int d = 0; d < axis; d++) before *= c.shape(d);
  for (int d = axis + 1; d < nd; d++) after *= c.shape(d);
  // Rows that lie as those of the result do are read where they are, others are copied there first.
  bool direct = after == 1 && c.dtype(0) == t && c.dtype(1) == t;
  int64_t expected = 1;
  for (int d = nd - 1; d >= 0; d--) {
    direct = direct && (c.shape(d) == 1 || c.stride(1, d) == expected);
    expected *= c.shape(d);
  }
  const int64_t bytes = expected * itemSize(t);
  direct = direct && (c.address(0) == c.address(1) || c.address(0) + bytes <= c.address(1) ||
                      c.address(1) + bytes <= c.address(0));
  if (!direct) {
    c.slot[Command::kOp] = op_copy;
    runElementwise(c);
  }
  if (before * n * after == 0) return;
  const Loop loop = kernels().loop[step][static_cast<int>(t)];
  const int64_t size = itemSize(t);
  const int64_t line = after * size;
  char* out = c.address(0);
  const char* in = direct ? c.address(1) : out;
  parallelRanges(before, 1, threadsFor(before * n * after), [&](int64_t b, int64_t e) {
    for (int64_t i = b; i < e; i++) {
      char* row = out + i * n * line;
      if (after == 1) {
        scanRow(t, row, in + i * n * line, n, step == op_mul);
        continue;
      }
      for (int64_t k = 1; k < n; k++) {
        char* const p[3] = {row + k * line, row + (k - 1) * line, row + k * line};
        const int64_t none[3] = {0, 0, 0}, s0[3] = {size, size, size};
        loop(1, after, p, none, s0);
      }
    }
  });
}

}  // namespace

void foldIdentity(char* out, int64_t n, DType t, FoldOp f) { identity(out, n, t, f); }

void runReduce(Command& c) {
  Work w = read(c);
  const int op = c.op();
  const Kernels& k = kernels();
  switch (op) {
    case op_sum:
    case op_prod:
      if (w.loop == DType::Bool) throw Error(std::string(opInfo[op].name) + ": bool accumulates in int64");
      return reduceFold(w, op == op_sum ? FoldSum : FoldProd);
    case op_max:
    case op_min:
      if (w.reduced == 0 && w.kept > 0) noIdentity(opInfo[op].name);
      return reduceFold(w, op == op_max ? FoldMax : FoldMin);
    case op_argmax:
    case op_argmin:
      if (w.kept == 0) return;
      if (w.reduced == 0)
        throw Error(std::string(opInfo[op].name) + ": attempt to get " + opInfo[op].name + " of an empty sequence");
      return reduceFind(w, (op == op_argmax ? k.argmax : k.argmin)[static_cast<int>(w.have)]);
    case op_any:
    case op_all:
      if (w.kept == 0) return;
      if (w.reduced == 0) {
        std::memset(w.out, op == op_all, w.kept);
        return;
      }
      return reduceTruth(w, op == op_any);
  }
}

// params: axes, number by which the sums of squares are divided. float64 and float32 loops.
void run_variance(Command& c) {
  Work w = read(c);
  if (w.loop != DType::Float64 && w.loop != DType::Float32) throw Error("var: the loop must be float64 or float32");
  w.variance = true;
  w.divisor = c.real(1);
  reduceFold(w, FoldSum);
  if (w.reduced == 0) divide(w, w.out, w.kept, w.divisor);
}

void run_cumsum(Command& c) { cumulate(c, op_add, "cumsum"); }
void run_cumprod(Command& c) { cumulate(c, op_mul, "cumprod"); }

}  // namespace gl
