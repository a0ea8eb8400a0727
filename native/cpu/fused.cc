// Runs recorded programs: a list of commands with their operands given by a table of addresses, and fused loops, which
// take some rows at a time through many element-wise operations, row reductions, small products and gathers, so that
// what is between them stays in the cache. The same loops in the same order as the commands one by one, so the same
// bits. src/backend/program.ts writes the programs; both sides list the words of each step.
#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>
#include "cpu/products.h"
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

enum StepKind { kCommand, kZero, kCopy, kIota, kBounds, kRegion };
enum Form { kLoop, kCast, kFold, kFind, kFoldRows, kFoldAll, kOuter, kInner, kOuterSum, kOffsets, kTake, kPut };
enum Order { kRowsOfElements, kFlat, kElementsOfRows };

constexpr int kMaxParts = 64;
constexpr int64_t kChunk = 8192;  // as in reduce.cc: what a sum takes at a time

struct Words {
  const double* at;
  int64_t next() { return static_cast<int64_t>(*at++); }
  char* address() { return reinterpret_cast<char*>(static_cast<uintptr_t>(*at++)); }
};

char* pointer(const double* table, int64_t i) { return reinterpret_cast<char*>(static_cast<uintptr_t>(table[i])); }

// op, loop, ndim, operands, 12 parameters, shape, and for each operand: slot, address (-1: the number in the two words
// that follow), offset, dtype, two words of a number, strides.
void command(Words w, const double* table) {
  thread_local double slots[Command::kSlots];
  Command c{slots};
  const int64_t op = w.next();
  slots[Command::kOp] = static_cast<double>(op);
  slots[Command::kLoop] = *w.at++;
  const int64_t ndim = w.next(), operands = w.next();
  slots[Command::kNdim] = static_cast<double>(ndim);
  std::copy_n(w.at, 12, slots + Command::kParam);
  w.at += 12;
  std::copy_n(w.at, ndim, slots + Command::kShape);
  w.at += ndim;
  // Operands that a command does without have no address.
  std::fill_n(slots + Command::kOperand, 2 * kMaxOperands, 0.0);
  for (int64_t i = 0; i < operands; i++) {
    const int64_t k = w.next(), base = w.next();
    const double offset = *w.at++, dtype = *w.at++;
    slots[Command::kOperand + 2 * k] =
        base < 0 ? static_cast<double>(reinterpret_cast<uintptr_t>(w.at)) : table[base] + offset;
    slots[Command::kOperand + 2 * k + 1] = dtype;
    w.at += 2;
    std::copy_n(w.at, ndim, slots + Command::kStride + 32 * k);
    w.at += ndim;
  }
  opInfo[op].run(c);
}

// The numbers of an index array, some at a time: body(first position, numbers, how many) until it says false.
template <class Body>
bool everyIndex(const char* p, DType t, int64_t n, int64_t stride, Body&& body) {
  if (t == DType::Int64 && stride == 8) return body(0, reinterpret_cast<const int64_t*>(p), n);
  constexpr int64_t block = 256;
  int64_t x[block];
  const Loop cast = kernels().cast[static_cast<int>(DType::Int64)][static_cast<int>(t)];
  const int64_t none[2] = {0, 0}, step[2] = {8, stride};
  for (int64_t i = 0; i < n; i += block) {
    const int64_t m = std::min(block, n - i);
    char* const q[2] = {reinterpret_cast<char*>(x), const_cast<char*>(p) + i * stride};
    cast(1, m, q, none, step);
    if (!body(i, x, m)) return false;
  }
  return true;
}

// Whether an index array is what the program was compiled for: 0, 1, 2..., or all within an axis.
bool countsUp(const char* p, DType t, int64_t n, int64_t stride) {
  return everyIndex(p, t, n, stride, [](int64_t i, const int64_t* x, int64_t m) {
    int64_t other = 0;
    for (int64_t j = 0; j < m; j++) other |= x[j] ^ (i + j);
    return other == 0;
  });
}
bool within(const char* p, DType t, int64_t n, int64_t stride, int64_t limit) {
  return everyIndex(p, t, n, stride, [limit](int64_t, const int64_t* x, int64_t m) {
    bool outside = false;
    for (int64_t j = 0; j < m; j++) outside |= x[j] < -limit || x[j] >= limit;
    return !outside;
  });
}

struct Part {
  int form, code, order;
  DType type;
  int64_t width;  // elements of a row
  int64_t q[6];
  double s, c;  // numbers of what follows a product, see GemmAfter; its kind is q[5]
  int operands;
  char* base[4];  // full memory, or where it lies in the block's own memory
  int64_t row[4], col[4];
  bool local[4];
  Loop loop;
};

struct Region {
  int64_t rows, block, scratch, work;
  bool parallel;
  int parts;
  Part part[kMaxParts];
};

void readRegion(Words& w, const double* table, Region& r) {
  r.rows = w.next();
  r.block = w.next();
  r.scratch = w.next();
  r.work = w.next();
  r.parallel = w.next() != 0;
  r.parts = static_cast<int>(w.next());
  if (r.parts > kMaxParts) throw Error("fused: a loop of more than 64 parts");
  for (int i = 0; i < r.parts; i++) {
    Part& p = r.part[i];
    p.form = static_cast<int>(w.next());
    p.code = static_cast<int>(w.next());
    p.order = static_cast<int>(w.next());
    p.type = static_cast<DType>(w.next());
    p.width = w.next();
    for (int64_t& q : p.q) q = w.next();
    p.s = *w.at++;
    p.c = *w.at++;
    p.operands = static_cast<int>(w.next());
    for (int j = 0; j < p.operands; j++) {
      const int64_t base = w.next(), offset = w.next();
      p.row[j] = w.next();
      p.col[j] = w.next();
      p.local[j] = base == -1;
      p.base[j] = base >= 0    ? pointer(table, base) + offset
                  : base == -1 ? reinterpret_cast<char*>(offset)
                               : reinterpret_cast<char*>(const_cast<double*>(w.at));
      w.at += 2;
    }
    if (p.form == kLoop) p.loop = kernels().loop[p.code][static_cast<int>(p.type)];
    if (p.form == kCast) p.loop = kernels().cast[p.code][static_cast<int>(p.type)];
  }
}

template <class T>
void takeRows(const Part& p, char* const* at, const char* source, int64_t m) {
  const int64_t* offset = reinterpret_cast<const int64_t*>(at[2]);
  if (p.width == 1) {
    for (int64_t i = 0; i < m; i++)
      *reinterpret_cast<T*>(at[0] + i * p.row[0]) = *reinterpret_cast<const T*>(source + offset[i] * int64_t(sizeof(T)));
    return;
  }
  for (int64_t i = 0; i < m; i++) {
    const char* from = source + offset[i] * int64_t(sizeof(T));
    char* to = at[0] + i * p.row[0];
    if (p.col[1] == sizeof(T) && p.col[0] == sizeof(T)) {
      std::memcpy(to, from, p.width * sizeof(T));
    } else {
      for (int64_t j = 0; j < p.width; j++)
        *reinterpret_cast<T*>(to + j * p.col[0]) = *reinterpret_cast<const T*>(from + j * p.col[1]);
    }
  }
}

template <class T>
void putRows(const Part& p, char* target, char* const* at, int64_t m) {
  const int64_t* offset = reinterpret_cast<const int64_t*>(at[1]);
  if (p.width == 1) {
    for (int64_t i = 0; i < m; i++)
      *reinterpret_cast<T*>(target + offset[i] * int64_t(sizeof(T))) = *reinterpret_cast<const T*>(at[2] + i * p.row[2]);
    return;
  }
  for (int64_t i = 0; i < m; i++) {
    char* to = target + offset[i] * int64_t(sizeof(T));
    const char* from = at[2] + i * p.row[2];
    for (int64_t j = 0; j < p.width; j++)
      *reinterpret_cast<T*>(to + j * p.col[0]) = *reinterpret_cast<const T*>(from + j * p.col[2]);
  }
}

template <class T>
void addRows(const Part& p, char* target, char* const* at, int64_t m) {
  const int64_t* offset = reinterpret_cast<const int64_t*>(at[1]);
  for (int64_t i = 0; i < m; i++) {
    char* to = target + offset[i] * int64_t(sizeof(T));
    const char* from = at[2] + i * p.row[2];
    for (int64_t j = 0; j < p.width; j++)
      *reinterpret_cast<T*>(to + j * p.col[0]) += *reinterpret_cast<const T*>(from + j * p.col[2]);
  }
}

// Adds index * step of every row to the offsets, or stores it.
void offsetsOf(const Part& p, char* const* at, int64_t m) {
  int64_t* const out = reinterpret_cast<int64_t*>(at[0]);
  const int64_t n = p.q[0], step = p.q[1], axis = p.q[2];
  const auto place = [n](int64_t index) { return index < 0 ? index + n : index; };
  const auto outside = [&](int64_t index) { return uint64_t(place(index)) >= uint64_t(n); };
  everyIndex(at[1], p.type, m, p.row[1], [&](int64_t first, const int64_t* x, int64_t count) {
    int64_t* const o = out + first;
    bool any = false;
    for (int64_t i = 0; i < count; i++) any |= outside(x[i]);
    if (any) {
      const int64_t index = *std::find_if(x, x + count, outside);
      throw Error("index " + std::to_string(index) + " is out of bounds for axis " + std::to_string(axis) + " with size " +
                  std::to_string(n));
    }
    if (p.q[3])
      for (int64_t i = 0; i < count; i++) o[i] += place(x[i]) * step;
    else
      for (int64_t i = 0; i < count; i++) o[i] = place(x[i]) * step;
    return true;
  });
}

// Sums of rows so short that they are added up in order.
template <class T>
void addShortRows(const Part& p, char* const* at, int64_t m) {
  T* out = reinterpret_cast<T*>(at[0]);
  for (int64_t i = 0; i < m; i++) {
    const T* x = reinterpret_cast<const T*>(at[1] + i * p.row[1]);
    T sum = 0;
    for (int64_t j = 0; j < p.width; j++) sum += x[j];
    out[i] = sum;
  }
}

// A sum or extreme of every row.
void foldRowwise(const Part& p, char* const* at, int64_t m) {
  const Kernels& k = kernels();
  const int type = static_cast<int>(p.type);
  const FoldOp op = static_cast<FoldOp>(p.code);
  const int64_t size = itemSize(p.type), out = p.row[0], row = p.row[1], col = p.col[1];
  if (p.width < 8 && out == size) {
    if (op == FoldSum && col == size && p.type == DType::Float64) return addShortRows<double>(p, at, m);
    if (op == FoldSum && col == size && p.type == DType::Float32) return addShortRows<float>(p, at, m);
    foldIdentity(at[0], m, p.type, op);
    k.foldRows[op][type](at[0], at[1], col, row, p.width, m);
    return;
  }
  const Fold fold = k.fold[op][type];
  for (int64_t i = 0; i < m; i++) {
    foldIdentity(at[0] + i * out, 1, p.type, op);
    for (int64_t j = 0; j < p.width; j += kChunk)
      fold(at[0] + i * out, at[1] + i * row + j * col, col, std::min(kChunk, p.width - j));
  }
}

void runPart(const Part& p, char* const* at, int64_t first, int64_t m) {
  const Kernels& k = kernels();
  const int type = static_cast<int>(p.type);
  switch (p.form) {
    case kLoop:
    case kCast: {
      if (p.order == kFlat) p.loop(1, m * p.width, at, p.row, p.col);
      else if (p.order == kRowsOfElements) p.loop(m, p.width, at, p.row, p.col);
      else p.loop(p.width, m, at, p.col, p.row);
      return;
    }
    case kFold: return foldRowwise(p, at, m);
    case kFind:
      for (int64_t i = 0; i < m; i++)
        *reinterpret_cast<int64_t*>(at[0] + i * p.row[0]) =
            (p.code == op_argmax ? k.argmax : k.argmin)[type](at[1] + i * p.row[1], p.col[1], p.width);
      return;
    case kFoldRows: {
      const FoldOp op = static_cast<FoldOp>(p.code);
      if (first == 0) foldIdentity(at[0], p.width, p.type, op);
      k.foldRows[op][type](at[0], at[1], p.row[1], p.col[1], m, p.width);
      return;
    }
    case kFoldAll: {
      const FoldOp op = static_cast<FoldOp>(p.code);
      if (first == 0) foldIdentity(at[0], 1, p.type, op);
      for (int64_t i = 0; i < m; i += kChunk)
        k.fold[op][type](at[0], at[1] + i * p.row[1], p.row[1], std::min(kChunk, m - i));
      return;
    }
    case kOuter: {
      const int64_t size = itemSize(p.type);
      const GemmAfter after{static_cast<GemmAfterKind>(p.q[5]), at[3], p.operands > 3 ? p.row[3] / size : 0, p.s, p.c};
      return k.gemmOuter[p.type == DType::Float32](at[0], at[1], at[2], m, p.width, p.q[0], p.q[1], p.q[2], p.q[3], p.q[4],
                                                   false, p.q[5] == 0 ? nullptr : &after);
    }
    // A fourth operand is added.
    case kInner: {
      const int wide = p.type == DType::Float32;
      if (p.operands > 3)
        return products().innerAdd[wide](at[0], at[1], at[2], at[3], m, p.width, p.q[0], p.q[1], p.q[2], p.q[4],
                                         p.row[3] / itemSize(p.type));
      return k.gemmInner[wide](at[0], at[1], at[2], m, p.width, p.q[0], p.q[1], p.q[2], p.q[4]);
    }
    // A fourth operand takes the sums of the rows of b.
    case kOuterSum: {
      const int wide = p.type == DType::Float32;
      if (p.operands > 3)
        return products().outerSums[wide](at[0], at[3], at[1], at[2], p.q[0], p.width, m, p.q[1], p.q[2], p.q[3], p.q[4],
                                          first > 0);
      return k.gemmOuter[wide](at[0], at[1], at[2], p.q[0], p.width, m, p.q[1], p.q[2], p.q[3], p.q[4], first > 0, nullptr);
    }
    case kOffsets: return offsetsOf(p, at, m);
    case kTake: {
      // Offsets count from the first row of the whole array.
      const char* source = p.local[1] ? at[1] - first * p.row[1] : at[1];
      switch (itemSize(p.type)) {
        case 8: return takeRows<int64_t>(p, at, source, m);
        case 4: return takeRows<int32_t>(p, at, source, m);
        case 2: return takeRows<int16_t>(p, at, source, m);
        default: return takeRows<uint8_t>(p, at, source, m);
      }
    }
    case kPut: {
      char* target = p.local[0] ? at[0] - first * p.row[0] : at[0];
      if (p.code == op_putAdd)
        return p.type == DType::Float64 ? addRows<double>(p, target, at, m) : addRows<float>(p, target, at, m);
      switch (itemSize(p.type)) {
        case 8: return putRows<int64_t>(p, target, at, m);
        case 4: return putRows<int32_t>(p, target, at, m);
        case 2: return putRows<int16_t>(p, target, at, m);
        default: return putRows<uint8_t>(p, target, at, m);
      }
    }
  }
}

// Gathers and scatters count from the first row, so their whole arrays stay where they begin.
bool fromFirstRow(const Part& p, int j) { return (p.form == kTake && j == 1) || (p.form == kPut && j == 0); }

void runRows(const Region& r, int64_t begin, int64_t end) {
  thread_local std::unique_ptr<char[]> memory;
  thread_local int64_t held = 0;
  if (held < r.scratch) {
    memory.reset(new char[r.scratch + 64]);
    held = r.scratch;
  }
  char* scratch = memory.get() + (-reinterpret_cast<uintptr_t>(memory.get()) & 63);
  struct {
    char* at[4];
    int64_t step[4];  // from one block to the next
  } live[kMaxParts];
  for (int i = 0; i < r.parts; i++) {
    const Part& p = r.part[i];
    for (int j = 0; j < 4; j++) {
      live[i].at[j] = nullptr;
      live[i].step[j] = 0;
      if (j >= p.operands) continue;
      live[i].at[j] = p.local[j] ? scratch + reinterpret_cast<intptr_t>(p.base[j]) : p.base[j];
      if (p.local[j] || fromFirstRow(p, j)) continue;
      live[i].at[j] += begin * p.row[j];
      live[i].step[j] = r.block * p.row[j];
    }
  }
  for (int64_t first = begin; first < end; first += r.block) {
    const int64_t m = std::min(r.block, end - first);
    for (int i = 0; i < r.parts; i++) {
      auto& x = live[i];
      runPart(r.part[i], x.at, first, m);
      for (int j = 0; j < 4; j++) x.at[j] += x.step[j];
    }
  }
}

void region(Words w, const double* table) {
  Region r;
  readRegion(w, table, r);
  const int threads = r.parallel ? threadsFor(r.rows * r.work) : 1;
  parallelRanges(r.rows, r.block, threads, [&](int64_t begin, int64_t end) { runRows(r, begin, end); });
}

}  // namespace

// Parameters: address of the program, of the table of addresses. Result: 0 done, 1 nothing done because an index array
// is not what the program was compiled for.
void run_fused(Command& c) {
  const double* at = reinterpret_cast<const double*>(static_cast<uintptr_t>(c.real(0)));
  const double* table = reinterpret_cast<const double*>(static_cast<uintptr_t>(c.real(1)));
  int64_t steps = static_cast<int64_t>(*at++);
  for (; steps > 0; steps--) {
    const int64_t kind = static_cast<int64_t>(at[0]), length = static_cast<int64_t>(at[1]);
    Words w{at + 2};
    at += 2 + length;
    switch (kind) {
      case kCommand: command(w, table); break;
      case kZero: {
        char* p = pointer(table, w.next());
        p += w.next();
        std::memset(p, 0, w.next());
        break;
      }
      case kCopy: {
        char* to = pointer(table, w.next());
        to += w.next();
        const char* from = pointer(table, w.next());
        from += w.next();
        std::memcpy(to, from, w.next());
        break;
      }
      case kIota:
      case kBounds: {
        char* p = pointer(table, w.next());
        p += w.next();
        const DType t = static_cast<DType>(w.next());
        const int64_t n = w.next(), stride = w.next(), limit = w.next();
        const bool ok = kind == kIota ? countsUp(p, t, n, stride) : within(p, t, n, stride, limit);
        if (!ok) {
          c.result(0, 1);
          return;
        }
        break;
      }
      case kRegion: region(w, table); break;
    }
  }
  c.result(0, 0);
}

}  // namespace gl
