// Short rows of eight-byte keys in order, for one instruction set: columns of a block are sorted side by side in
// registers, the block is turned, and runs are merged eight keys at a time. Only for AVX-512.
#include <algorithm>
#include "kernels.h"
#include "cpu/isa/turn.h"
#include "cpu/table.h"
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace gl {
namespace GL_ISA {
namespace {

#if defined(__AVX512F__)

using V = __m512i;
constexpr int64_t kLanes = 8, kRuns = 8, kRun = 16, kBlock = kRuns * kRun;

GL_FN V load(const int64_t* p) { return _mm512_loadu_si512(p); }
GL_FN void store(int64_t* p, V v) { _mm512_storeu_si512(p, v); }
// The smaller ones to a, the larger ones to b.
GL_FN void exchange(V& a, V& b) {
  const V low = _mm512_min_epi64(a, b);
  b = _mm512_max_epi64(a, b);
  a = low;
}

// The lanes of sixteen registers, each by itself: Batcher's odd-even merge sort.
GL_FN void sortLanes(V (&v)[kRun]) {
#pragma GCC unroll 4
  for (int p = 1; p < kRun; p *= 2)
#pragma GCC unroll 4
    for (int k = p; k >= 1; k /= 2)
#pragma GCC unroll 16
      for (int j = k % p; j + k < kRun; j += 2 * k)
#pragma GCC unroll 16
        for (int i = 0; i < k; i++)
          if (i + j + k < kRun && (i + j) / (2 * p) == (i + j + k) / (2 * p)) exchange(v[i + j], v[i + j + k]);
}

// to[lane * kRun + row] = v[row][lane]
GL_FN void turn(int64_t* to, const V* v) {
  turnedEight([v](int j) { return _mm512_castsi512_pd(v[j]); },
              [to](int i, __m512d row) { store(to + i * kRun, _mm512_castpd_si512(row)); });
}

GL_FN V reversed(V v) { return _mm512_permutexvar_epi64(_mm512_setr_epi64(7, 6, 5, 4, 3, 2, 1, 0), v); }
// Lanes at a distance of 4, 2 and 1 put in order: a bitonic register becomes a sorted one.
GL_FN V straightened(V v) {
  V w = _mm512_shuffle_i64x2(v, v, 0x4e);
  v = _mm512_mask_max_epi64(_mm512_min_epi64(v, w), 0xf0, v, w);
  w = _mm512_permutex_epi64(v, 0x4e);
  v = _mm512_mask_max_epi64(_mm512_min_epi64(v, w), 0xcc, v, w);
  w = _mm512_permutex_epi64(v, 0xb1);
  return _mm512_mask_max_epi64(_mm512_min_epi64(v, w), 0xaa, v, w);
}

// Neighbouring sorted runs of Half registers each into one.
template <int Half> GL_FN void mergeNeighbours(V* v) {
#pragma GCC unroll 8
  for (int i = 0; i < Half / 2; i++) {
    const V w = reversed(v[Half + i]);
    v[Half + i] = reversed(v[2 * Half - 1 - i]);
    v[2 * Half - 1 - i] = w;
  }
#pragma GCC unroll 8
  for (int i = 0; i < Half; i++) exchange(v[i], v[Half + i]);
#pragma GCC unroll 4
  for (int d = Half / 2; d > 0; d /= 2)
#pragma GCC unroll 16
    for (int i = 0; i < 2 * Half; i++)
      if ((i & d) == 0) exchange(v[i], v[i + d]);
#pragma GCC unroll 16
  for (int i = 0; i < 2 * Half; i++) v[i] = straightened(v[i]);
}

// Two sorted runs, whole registers of keys, into one.
void merge(int64_t* to, const int64_t* a, int64_t na, const int64_t* b, int64_t nb) {
  const int64_t *const endA = a + na, *const endB = b + nb;
  V rest = load(a);
  a += kLanes;
  V next = load(b);
  b += kLanes;
  for (;;) {
    // Of two sorted registers the smaller half goes out, the larger one stays.
    V low = rest, high = reversed(next);
    exchange(low, high);
    store(to, straightened(low));
    to += kLanes;
    rest = straightened(high);
    if (a == endA || b == endB) break;
    const bool first = *a <= *b;
    const int64_t*& from = first ? a : b;
    next = load(from);
    from += kLanes;
  }
  const int64_t*& from = a == endA ? b : a;
  const int64_t* const end = a == endA ? endB : endA;
  for (; from != end; from += kLanes, to += kLanes) {
    V low = rest, high = reversed(load(from));
    exchange(low, high);
    store(to, straightened(low));
    rest = straightened(high);
  }
  store(to, rest);
}

// n keys, a multiple of kBlock, with room for as many; returns where they lie in order.
int64_t* inOrder(int64_t* keys, int64_t* room, int64_t n) {
  for (int64_t i = 0; i < n; i += kBlock) {
    V v[kRun];
#pragma GCC unroll 16
    for (int64_t k = 0; k < kRun; k++) v[k] = load(keys + i + k * kLanes);
    sortLanes(v);
    turn(keys + i, v);
    turn(keys + i + kLanes, v + kLanes);
#pragma GCC unroll 16
    for (int64_t k = 0; k < kRun; k++) v[k] = load(keys + i + k * kLanes);
#pragma GCC unroll 4
    for (int k = 0; k < kRun; k += 4) mergeNeighbours<2>(v + k);
#pragma GCC unroll 2
    for (int k = 0; k < kRun; k += 8) mergeNeighbours<4>(v + k);
    mergeNeighbours<8>(v);
#pragma GCC unroll 16
    for (int64_t k = 0; k < kRun; k++) store(keys + i + k * kLanes, v[k]);
  }
  for (int64_t run = kBlock; run < n; run *= 2) {
    for (int64_t i = 0; i < n; i += 2 * run) {
      const int64_t left = n - i;
      if (left <= run) std::copy_n(keys + i, left, room + i);
      else merge(room + i, keys + i, run, keys + i + run, std::min(run, left - run));
    }
    std::swap(keys, room);
  }
  return keys;
}

void order(int64_t* keys, int64_t n, int64_t* room) {
  const int64_t whole = (n + kBlock - 1) / kBlock * kBlock;
  std::copy_n(keys, n, room);
  std::fill(room + n, room + whole, std::numeric_limits<int64_t>::max());
  std::copy_n(inOrder(room, room + whole, whole), n, keys);
}

#endif

}  // namespace

void fillOrder(Kernels& k) {
#if defined(__AVX512F__)
  k.order = order;
#else
  k.order = nullptr;
#endif
}

}  // namespace GL_ISA
}  // namespace gl
