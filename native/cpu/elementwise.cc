// Drives element-wise operations: merges dimensions, converts operands of other dtypes block by block, keeps operands
// that overlap the result intact, and spreads large ones over threads. The loops are in isa/loops.cc.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include "cpu/dtypes.h"
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

constexpr int kMaxIn = 3;
constexpr int64_t kBlock = 1024;  // elements converted at a time
constexpr int64_t kTile = 16;     // columns at a time where an operand that runs across the rows is copied
constexpr int64_t kTurned = 64;   // and where it is turned in a buffer first

struct Plan {
  int operands;                            // result and inputs
  int ndim;                                // after merging, at least 1; the last two are the loop's rows and elements
  int64_t shape[kMaxDims + 1];
  int64_t stride[kMaxIn + 1][kMaxDims + 1];  // bytes
  char* base[kMaxIn + 1];
  DType have[kMaxIn + 1], want[kMaxIn + 1];
  Loop loop;
  bool converts;
  bool copies;  // operands that run across the rows go through a buffer
  bool streams;  // the result goes to memory past the caches
};

// Operands and result of so many bytes for each thread do not stay in its caches together.
constexpr int64_t kBeyondCaches = int64_t(20) << 20;
// Bytes of a result that are computed before they are sent to memory: few, because reading stops meanwhile.
constexpr int64_t kStreamed = 512;

// Drops axes of length 1 and merges neighbours that every operand walks as one.
void readDims(const Command& c, Plan& p) {
  const int nd = c.ndim();
  const int k = p.operands;
  int64_t size[kMaxIn + 1];
  for (int j = 0; j < k; j++) size[j] = itemSize(p.have[j]);
  int at = 0;
  for (int d = 0; d < nd; d++) {
    const int64_t n = c.shape(d);
    if (n == 1) continue;
    bool merge = at > 0;
    for (int j = 0; j < k; j++) {
      const int64_t s = c.stride(j, d) * size[j];
      p.stride[j][at] = s;
      if (at > 0 && p.stride[j][at - 1] != s * n) merge = false;
    }
    if (merge) {
      p.shape[at - 1] *= n;
      for (int j = 0; j < k; j++) p.stride[j][at - 1] = p.stride[j][at];
    } else {
      p.shape[at] = n;
      at++;
    }
  }
  if (at == 0) {
    p.shape[0] = 1;
    for (int j = 0; j < k; j++) p.stride[j][0] = 0;
    at = 1;
  }
  p.ndim = at;
}

void swapDims(Plan& p, int x, int y) {
  std::swap(p.shape[x], p.shape[y]);
  for (int j = 0; j < p.operands; j++) std::swap(p.stride[j][x], p.stride[j][y]);
}

// Walks the result in memory order (transposed results, Fortran order), and keeps very short rows out of the
// innermost place.
void orderDims(Plan& p) {
  for (int i = 1; i < p.ndim; i++)
    for (int d = i; d > 0 && std::abs(p.stride[0][d - 1]) < std::abs(p.stride[0][d]); d--) swapDims(p, d - 1, d);
  const int last = p.ndim - 1;
  if (p.ndim >= 2 && p.shape[last] < 8 && p.shape[last - 1] > 2 * p.shape[last]) swapDims(p, last - 1, last);
}

// Rows with contiguous results, by way of a small buffer that stays in the nearest cache.
void runStreams(const Plan& p, char* const* at, int64_t n1, int64_t n0, const int64_t* s1, const int64_t* s0) {
  alignas(64) char buffer[kStreamed];
  const int64_t none[kMaxIn + 1] = {0, 0, 0, 0};
  const int64_t block = kStreamed / s0[0];
  for (int64_t i = 0; i < n1; i++) {
    char* const row = at[0] + i * s1[0];
    // The first part ends where a line of the cache does, so that the others are whole lines.
    int64_t n = std::min(n0, block - (reinterpret_cast<intptr_t>(row) & 63) / s0[0]);
    for (int64_t j0 = 0; j0 < n0; j0 += n, n = std::min(block, n0 - j0)) {
      char* q[kMaxIn + 1] = {buffer};
      for (int j = 1; j < p.operands; j++) q[j] = at[j] + i * s1[j] + j0 * s0[j];
      p.loop(1, n, q, none, s0);
      kernels().stream(row + j0 * s0[0], buffer, n * s0[0]);
    }
  }
  std::atomic_thread_fence(std::memory_order_seq_cst);  // before another thread reads what went past the caches
}

// One block of rows x elements, operands of other dtypes by way of buffers.
void runBlock(const Plan& p, char* const* at, int64_t n1, int64_t n0, const int64_t* s1, const int64_t* s0) {
  if (!p.converts) {
    if (p.streams) runStreams(p, at, n1, n0, s1, s0);
    else p.loop(n1, n0, at, s1, s0);
    return;
  }
  const Kernels& k = kernels();
  alignas(64) char buffer[kMaxIn + 1][kBlock * kMaxItemSize];
  const int64_t none[kMaxIn + 1] = {0, 0, 0, 0};
  for (int64_t i = 0; i < n1; i++) {
    for (int64_t j0 = 0; j0 < n0; j0 += kBlock) {
      const int64_t n = std::min(kBlock, n0 - j0);
      char* q[kMaxIn + 1];
      int64_t s[kMaxIn + 1];
      for (int j = 0; j < p.operands; j++) {
        char* from = at[j] + i * s1[j] + j0 * s0[j];
        q[j] = from;
        s[j] = s0[j];
        if (p.have[j] == p.want[j]) continue;
        q[j] = buffer[j];
        s[j] = itemSize(p.want[j]);
        if (j == 0) continue;
        const bool single = s0[j] == 0;
        char* const ptr[2] = {buffer[j], from};
        const int64_t step[2] = {s[j], s0[j]};
        k.cast[int(p.want[j])][int(p.have[j])](1, single ? 1 : n, ptr, none, step);
        if (single) s[j] = 0;
      }
      p.loop(1, n, q, none, s);
      if (p.have[0] != p.want[0]) {
        char* const ptr[2] = {at[0] + i * s1[0] + j0 * s0[0], buffer[0]};
        const int64_t step[2] = {s0[0], itemSize(p.want[0])};
        k.cast[int(p.have[0])][int(p.want[0])](1, n, ptr, none, step);
      }
    }
  }
}

// Whether an operand's rows lie closer together than its elements, as a transpose's do.
bool across(int64_t s1, int64_t s0) { return s1 != 0 && std::abs(s1) < std::abs(s0); }

// Few columns of many rows, with the operands that run across the rows turned into rows of a buffer first, so that
// the loop has contiguous elements.
void runTile(const Plan& p, char* const* at, int64_t n1, int64_t n0, const int64_t* s1, const int64_t* s0) {
  constexpr int64_t kRows = 32;
  alignas(64) char buffer[kMaxIn + 1][kRows * kTurned * 8];
  for (int64_t i = 0; i < n1; i += kRows) {
    const int64_t n = std::min(kRows, n1 - i);
    char* q[kMaxIn + 1];
    int64_t r1[kMaxIn + 1], r0[kMaxIn + 1];
    for (int j = 0; j < p.operands; j++) {
      q[j] = at[j] + i * s1[j];
      r1[j] = s1[j];
      r0[j] = s0[j];
      if (j == 0 || !across(s1[j], s0[j])) continue;
      const int t = static_cast<int>(p.have[j]);
      const int64_t size = itemSize(p.have[j]);
      char* const ptr[2] = {buffer[j], q[j]};
      const int64_t to1[2] = {kTurned * size, s1[j]}, to0[2] = {size, s0[j]};
      kernels().cast[t][t](n, n0, ptr, to1, to0);
      q[j] = buffer[j];
      r1[j] = kTurned * size;
      r0[j] = size;
    }
    p.loop(n, n0, q, r1, r0);
  }
}

// Rows [begin, end) of all dimensions but the last.
void runRows(const Plan& p, int64_t begin, int64_t end) {
  const int k = p.operands;
  const int last = p.ndim - 1;
  int64_t s0[kMaxIn + 1], s1[kMaxIn + 1] = {0, 0, 0, 0};
  for (int j = 0; j < k; j++) s0[j] = p.stride[j][last];
  if (last == 0) {
    runBlock(p, p.base, 1, p.shape[0], s1, s0);
    return;
  }
  const int64_t rows = p.shape[last - 1];
  bool turns = false;
  for (int j = 0; j < k; j++) {
    s1[j] = p.stride[j][last - 1];
    turns = turns || across(s1[j], s0[j]);
  }
  turns = turns && p.shape[last] > kTile;
  while (begin < end) {
    char* at[kMaxIn + 1];
    for (int j = 0; j < k; j++) at[j] = p.base[j];
    int64_t rest = begin / rows;
    const int64_t first = begin % rows;
    for (int d = last - 2; d >= 0; d--) {
      const int64_t i = rest % p.shape[d];
      rest /= p.shape[d];
      for (int j = 0; j < k; j++) at[j] += i * p.stride[j][d];
    }
    for (int j = 0; j < k; j++) at[j] += first * s1[j];
    const int64_t n = std::min(rows - first, end - begin);
    // An operand that runs across the rows is read a few columns at a time, so that every cache line serves several
    // rows before it is lost.
    const bool tiles = turns && n > 1, turned = tiles && !p.converts && p.copies;
    const int64_t width = turned ? kTurned : tiles ? kTile : p.shape[last];
    for (int64_t j = 0; j < p.shape[last]; j += width) {
      const int64_t columns = std::min(width, p.shape[last] - j);
      if (turned) runTile(p, at, n, columns, s1, s0);
      else runBlock(p, at, n, columns, s1, s0);
      for (int q = 0; q < k; q++) at[q] += width * s0[q];
    }
    begin += n;
  }
}

void runElements(const Plan& p, int64_t begin, int64_t end) {
  char* at[kMaxIn + 1];
  int64_t s0[kMaxIn + 1];
  const int64_t s1[kMaxIn + 1] = {0, 0, 0, 0};
  for (int j = 0; j < p.operands; j++) {
    s0[j] = p.stride[j][0];
    at[j] = p.base[j] + begin * s0[j];
  }
  runBlock(p, at, 1, end - begin, s1, s0);
}

// Whether a result in rows of some length should go past the caches: it is a good part of what is large, and no operand
// has brought its lines there.
bool worthStreaming(const Plan& p, int64_t size, int threads) {
  const int last = p.ndim - 1;
  const int64_t item = itemSize(p.have[0]);
  if (p.converts || p.stride[0][last] != item || p.shape[last] * item < 1024) return false;
  int64_t bytes = 0;
  for (int j = 1; j < p.operands; j++) {
    if (p.base[j] == p.base[0] || (last > 0 && across(p.stride[j][last - 1], p.stride[j][last]))) return false;
    int64_t distinct = itemSize(p.have[j]);
    for (int d = 0; d < p.ndim; d++) distinct *= p.stride[j][d] == 0 ? 1 : p.shape[d];
    bytes += distinct;
  }
  const int64_t all = bytes + size * item;
  return all >= kBeyondCaches * threads && 4 * size * item >= all;
}

void execute(Plan& p, int cost) {
  int64_t size = 1;
  for (int d = 0; d < p.ndim; d++) size *= p.shape[d];
  if (size == 0) return;
  const int64_t inner = p.shape[p.ndim - 1];
  const int threads = threadsFor(size * (p.converts ? cost + 2 : cost));
  p.streams = cost == 1 && worthStreaming(p, size, threads);  // longer calculations were measured to lose
  if (p.ndim == 1) {
    if (threads == 1) runElements(p, 0, inner);
    else parallelRanges(inner, 512, threads, [&](int64_t b, int64_t e) { runElements(p, b, e); });
    return;
  }
  const int64_t rows = size / inner;
  if (threads == 1) runRows(p, 0, rows);
  else parallelRanges(rows, 1, threads, [&](int64_t b, int64_t e) { runRows(p, b, e); });
}

struct Extent {
  char* low;
  char* high;
};

Extent extentOf(const Plan& p, int j) {
  Extent e{p.base[j], p.base[j] + itemSize(p.have[j])};
  for (int d = 0; d < p.ndim; d++) {
    const int64_t reach = p.stride[j][d] * (p.shape[d] - 1);
    (reach < 0 ? e.low : e.high) += reach;
  }
  return e;
}

// An operand that shares memory with the result, but not element by element, is copied first.
bool mustCopy(const Plan& p, int j, const Extent& out) {
  if (p.base[j] == p.base[0] && p.have[j] == p.have[0]) {
    bool same = true;
    for (int d = 0; d < p.ndim; d++) same = same && (p.stride[j][d] == p.stride[0][d] || p.shape[d] <= 1);
    if (same) return false;
  }
  const Extent e = extentOf(p, j);
  return e.low < out.high && out.low < e.high;
}

void copyOperand(Plan& p, int j, std::unique_ptr<char[]>& memory) {
  Plan q;
  q.operands = 2;
  q.ndim = p.ndim;
  q.have[0] = q.want[0] = p.want[j];
  q.have[1] = p.have[j];
  q.want[1] = p.have[j];
  q.converts = false;
  q.copies = false;
  q.loop = kernels().cast[int(p.want[j])][int(p.have[j])];
  int64_t step = itemSize(p.want[j]);
  for (int d = p.ndim - 1; d >= 0; d--) {
    q.shape[d] = p.shape[d];
    q.stride[0][d] = step;
    q.stride[1][d] = p.stride[j][d];
    step *= p.shape[d];
  }
  memory.reset(new char[std::max<int64_t>(step, 1)]);
  q.base[0] = memory.get();
  q.base[1] = p.base[j];
  execute(q, 1);
  p.base[j] = memory.get();
  p.have[j] = p.want[j];
  for (int d = 0; d < p.ndim; d++) p.stride[j][d] = q.stride[0][d];
}

// What most calls on small arrays are: one dimension, elements side by side or a number for all of them, every operand
// of the type that the loop wants, and none that shares memory with the result but the result itself. False, with
// nothing done, for any other.
constexpr int64_t kFlat = 2048;

bool runFlat(const Command& c, const OpInfo& info, Loop loop, const DType* want) {
  const int64_t n = c.ndim() == 1 ? c.shape(0) : kFlat + 1;
  if (n > kFlat || n == 0) return false;
  const int operands = info.inputs + 1;
  char* base[kMaxIn + 1];
  int64_t step[kMaxIn + 1];
  for (int j = 0; j < operands; j++) {
    const int64_t size = itemSize(want[j]), stride = c.stride(j, 0);
    base[j] = c.address(j);
    step[j] = n == 1 ? 0 : stride * size;  // as where axes of length 1 are dropped
    if (c.dtype(j) != want[j] || !(stride == 1 || (stride == 0 && j > 0))) return false;
    const bool apart = base[j] + std::max(step[j] * n, size) <= base[0] || base[0] + itemSize(want[0]) * n <= base[j];
    const bool same = base[j] == base[0] && step[j] == step[0];
    if (!apart && !same) return false;
  }
  const int64_t none[kMaxIn + 1] = {0, 0, 0, 0};
  loop(1, n, base, none, step);
  return true;
}

const char* const kDTypeNames[kDTypes] = {"float64", "float32", "int64",  "int32",  "uint8",      "bool",     "int8",
                                          "int16",   "uint16",  "uint32", "uint64", "complex128", "complex64"};

// NumPy: integers to negative integer powers are not allowed.
template <class T>
bool anyNegative(const Plan& p, int j) {
  int64_t size = 1;
  for (int d = 0; d < p.ndim; d++) size *= p.shape[d];
  int64_t index[kMaxDims + 1] = {0};
  char* at = p.base[j];
  for (int64_t i = 0; i < size; i++) {
    if (*reinterpret_cast<T*>(at) < 0) return true;
    for (int d = p.ndim - 1; d >= 0; d--) {
      at += p.stride[j][d];
      if (++index[d] < p.shape[d]) break;
      at -= p.stride[j][d] * p.shape[d];
      index[d] = 0;
    }
  }
  return false;
}

}  // namespace

void runElementwise(Command& c) {
  const int op = c.op();
  const OpInfo& info = opInfo[op];
  const Kernels& k = kernels();
  const DType loop = c.loop();

  Plan p;
  p.operands = info.inputs + 1;
  p.want[0] = info.boolean ? DType::Bool : loop;
  for (int j = 1; j < p.operands; j++) p.want[j] = loop;
  if (op == op_where) p.want[1] = DType::Bool;
  p.loop = k.loop[op][static_cast<int>(loop)];
  if (p.loop == nullptr) {
    const bool complex = loop == DType::Complex128 || loop == DType::Complex64;
    throw Error(std::string(info.name) + ": there is no loop for " + kDTypeNames[static_cast<int>(loop)] + " elements; " +
                (complex ? "take np.real(z), np.imag(z) or np.abs(z)" : "convert the operands") + " first");
  }
  if (op == op_copy) {
    // A conversion needs no buffers: one cast from the source's dtype into the result's.
    p.want[0] = c.dtype(0);
    p.want[1] = c.dtype(1);
    p.loop = k.cast[static_cast<int>(p.want[0])][static_cast<int>(p.want[1])];
  }
  if (op != op_pow && runFlat(c, info, p.loop, p.want)) return;
  p.converts = false;
  for (int j = 0; j < p.operands; j++) {
    p.base[j] = c.address(j);
    p.have[j] = c.dtype(j);
    if (p.have[j] != p.want[j]) p.converts = true;
  }
  readDims(c, p);
  if (op == op_pow && p.have[2] == loop) {
    const bool negative = byDType(loop, [&](auto zero) {
      using T = decltype(zero);
      if constexpr (std::is_integral<T>::value && std::is_signed<T>::value) return anyNegative<T>(p, 2);
      else return false;
    });
    if (negative)
      throw Error("pow: integers to negative integer powers are not allowed; make the base float64, e.g. "
                  "x.astype('float64')");
  }
  if (p.ndim > 1) orderDims(p);

  std::unique_ptr<char[]> copies[kMaxIn + 1];
  const Extent out = extentOf(p, 0);
  for (int j = 1; j < p.operands; j++)
    if (mustCopy(p, j, out)) copyOperand(p, j, copies[j]);
  if (p.converts) {
    p.converts = false;
    for (int j = 0; j < p.operands; j++) p.converts = p.converts || p.have[j] != p.want[j];
  }
  p.copies = op != op_copy;
  for (int j = 1; j < p.operands; j++) p.copies = p.copies && itemSize(p.have[j]) <= 8;
  execute(p, info.cost);
}

}  // namespace gl
