// Reductions of rows for one instruction set. Float sums follow NumPy's pairwise order to the bit: eight accumulators
// over blocks of up to 128, halves above; the eight are one AVX-512 register of float64.
#if defined(__AVX512F__)
#include <immintrin.h>
#endif
#include "kernels.h"
#include "cpu/table.h"

namespace gl {
namespace GL_ISA {
namespace {

template <class T> GL_FN T at(const char* a, int64_t s, int64_t i) { return *reinterpret_cast<const T*>(a + i * s); }

// Flat: the elements are contiguous and the compiler may know it.
template <class T, bool Flat>
T blockSum(const char* a, int64_t s, int64_t n) {
  if constexpr (Flat) s = sizeof(T);
  T r[8];
  for (int j = 0; j < 8; j++) r[j] = at<T>(a, s, j);
  int64_t i = 8;
  for (; i + 8 <= n; i += 8) {
#pragma GCC unroll 8
    for (int j = 0; j < 8; j++) r[j] += at<T>(a, s, i + j);
  }
  T sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  for (; i < n; i++) sum += at<T>(a, s, i);
  return sum;
}

// Where NumPy halves a longer run.
inline int64_t halfOf(int64_t n) { return n / 2 - n / 2 % 8; }

// Eight elements and the sums of their neighbours within lanes of 16 bytes, as they are cheapest to have.
template <class T> struct Eight;
template <> struct Eight<float> {
  typedef float V __attribute__((vector_size(32)));
  typedef int32_t Places __attribute__((vector_size(32)));
  static constexpr int at = 4;  // accumulators whose elements are added up at once
  GL_FN V neighbours(V x, V y) {
    return __builtin_shuffle(x, y, Places{0, 2, 8, 10, 4, 6, 12, 14}) +
           __builtin_shuffle(x, y, Places{1, 3, 9, 11, 5, 7, 13, 15});
  }
  GL_FN void sums(const V* r, float* out) {
    const V quarters = neighbours(neighbours(r[0], r[1]), neighbours(r[2], r[3]));
    typedef float Half __attribute__((vector_size(16)));
    Half low, high;
    __builtin_memcpy(&low, &quarters, sizeof low);
    __builtin_memcpy(&high, reinterpret_cast<const char*>(&quarters) + sizeof low, sizeof high);
    low += high;
    __builtin_memcpy(out, &low, sizeof low);
  }
};
template <> struct Eight<double> {
  typedef double V __attribute__((vector_size(64)));
  typedef int64_t Places __attribute__((vector_size(64)));
  static constexpr int at = 2;
  GL_FN void sums(const V* r, double* out) {
    const V pairs = __builtin_shuffle(r[0], r[1], Places{0, 8, 2, 10, 4, 12, 6, 14}) +
                    __builtin_shuffle(r[0], r[1], Places{1, 9, 3, 11, 5, 13, 7, 15});
    for (int k = 0; k < 2; k++) out[k] = (pairs[k] + pairs[2 + k]) + (pairs[4 + k] + pairs[6 + k]);
  }
};

constexpr int64_t kBlock = 128;

// Neighbouring blocks, which are added up together, because a block alone would wait for its own additions.
template <class T, int N, bool Whole>
T blockSums(const T* a, const int64_t* lengths) {
  using E = Eight<T>;
  using V = typename E::V;
  const auto load = [](const T* p) {
    V x;
    __builtin_memcpy(&x, p, sizeof x);
    return x;
  };
  const T* v[N];
  V r[N];
  int64_t common = kBlock;
#pragma GCC unroll 8
  for (int k = 0; k < N; k++) {
    v[k] = a;
    r[k] = load(a);
    a += Whole ? kBlock : lengths[k];
    if (!Whole && lengths[k] < common) common = lengths[k];
    if constexpr (Whole) {
      // One after the other: memory is far slower in several streams.
#pragma GCC unroll 16
      for (int i = 8; i < kBlock; i += 8) r[k] += load(v[k] + i);
      asm volatile("" ::: "memory");
    }
  }
  if constexpr (!Whole) {
    int64_t i = 8;
    for (; i + 8 <= common; i += 8) {
#pragma GCC unroll 8
      for (int k = 0; k < N; k++) r[k] += load(v[k] + i);
    }
#pragma GCC unroll 8
    for (int k = 0; k < N; k++)
      for (int64_t j = i; j + 8 <= lengths[k]; j += 8) r[k] += load(v[k] + j);
  }
  T sums[N];
#pragma GCC unroll 8
  for (int k = 0; k < N; k += E::at) E::sums(r + k, sums + k);
  if constexpr (!Whole) {
#pragma GCC unroll 8
    for (int k = 0; k < N; k++)
      for (int64_t j = lengths[k] & ~int64_t(7); j < lengths[k]; j++) sums[k] += v[k][j];
  }
#pragma GCC unroll 4
  for (int w = 1; w < N; w *= 2)
    for (int k = 0; k < N; k += 2 * w) sums[k] += sums[k + w];
  return sums[0];
}

template <class T, bool Flat>
T pairwise(const char* a, int64_t s, int64_t n) {
  if (n < 8) {
    T sum = 0;
    for (int64_t i = 0; i < n; i++) sum += at<T>(a, s, i);
    return sum;
  }
  if (n <= kBlock) return blockSum<T, Flat>(a, s, n);
  const int64_t half = halfOf(n);
#if defined(__AVX2__)
  constexpr bool wide = true;
#else
  constexpr bool wide = false;
#endif
  if constexpr (Flat && isReal<T> && (wide || sizeof(T) == 4)) {
    const T* const v = reinterpret_cast<const T*>(a);
    constexpr int whole = wide && sizeof(T) == 4 ? 8 : 4;
    if (n == whole * kBlock) return blockSums<T, whole, true>(v, nullptr);
    if (sizeof(T) == 4 && half > kBlock && n <= 4 * kBlock) {
      const int64_t q = halfOf(half), p = halfOf(n - half);
      const int64_t lengths[4] = {q, half - q, p, n - half - p};
      if (lengths[1] <= kBlock && lengths[3] <= kBlock) return blockSums<T, 4, false>(v, lengths);
    }
  }
  return pairwise<T, Flat>(a, s, half) + pairwise<T, Flat>(a + half * s, s, n - half);
}

template <class T>
void foldSum(void* acc, const char* a, int64_t s, int64_t n) {
  T* out = static_cast<T*>(acc);
  if constexpr (isReal<T>) {
    *out += s == sizeof(T) ? pairwise<T, true>(a, s, n) : pairwise<T, false>(a, s, n);
  } else {
    T sum = 0;
    if (s == sizeof(T)) {
      const T* v = reinterpret_cast<const T*>(a);
      for (int64_t i = 0; i < n; i++) sum = T(sum + v[i]);
    } else {
      for (int64_t i = 0; i < n; i++) sum = T(sum + at<T>(a, s, i));
    }
    *out = T(*out + sum);
  }
}

template <class T>
void foldProd(void* acc, const char* a, int64_t s, int64_t n) {
  T p = *static_cast<T*>(acc);
  for (int64_t i = 0; i < n; i++) p = T(p * at<T>(a, s, i));
  *static_cast<T*>(acc) = p;
}

struct Max {
  template <class T> GL_FN T call(T a, T b) { return maximumOf(a, b); }
};
struct Min {
  template <class T> GL_FN T call(T a, T b) { return minimumOf(a, b); }
};
struct Plus {
  template <class T> GL_FN T call(T a, T b) { return T(a + b); }
};
struct Times {
  template <class T> GL_FN T call(T a, T b) { return T(a * b); }
};

#if defined(__AVX512F__)
constexpr int kRegister = 64;
#elif defined(__AVX2__)
constexpr int kRegister = 32;
#else
constexpr int kRegister = 16;
#endif

// Four registers of independent lanes; the order does not matter to an extreme. n >= 4 registers.
template <class T, class F>
T extremeOf(const T* v, int64_t n) {
  typedef T V __attribute__((vector_size(kRegister)));
  constexpr int64_t lanes = kRegister / sizeof(T);
  auto load = [](const T* p) {
    V x;
    __builtin_memcpy(&x, p, sizeof x);
    return x;
  };
  V a = load(v), b = load(v + lanes), c = load(v + 2 * lanes), d = load(v + 3 * lanes);
  int64_t i = 4 * lanes;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    a = F::call(a, load(v + i));
    b = F::call(b, load(v + i + lanes));
    c = F::call(c, load(v + i + 2 * lanes));
    d = F::call(d, load(v + i + 3 * lanes));
  }
  if (i < n) {
    // The last four registers again, some elements for the second time.
    v += n - 4 * lanes;
    a = F::call(a, load(v));
    b = F::call(b, load(v + lanes));
    c = F::call(c, load(v + 2 * lanes));
    d = F::call(d, load(v + 3 * lanes));
  }
  a = F::call(F::call(a, b), F::call(c, d));
  T r[lanes];
  __builtin_memcpy(r, &a, sizeof a);
  for (int64_t w = lanes / 2; w > 0; w /= 2)
    for (int64_t j = 0; j < w; j++) r[j] = F::call(r[j], r[j + w]);
  return r[0];
}

#if defined(__AVX512F__)
// The processor's own maximum and minimum forget a NaN of the first operand, so what is read is looked through for NaN
// beside them, two registers at a time.
template <class T> struct Wide;
template <> struct Wide<double> {
  using V = __m512d;
  GL_FN V load(const double* p) { return _mm512_loadu_pd(p); }
  GL_FN V of(Max, V a, V b) { return _mm512_max_pd(a, b); }
  GL_FN V of(Min, V a, V b) { return _mm512_min_pd(a, b); }
  GL_FN unsigned anyNaN(V a, V b) { return _mm512_cmp_pd_mask(a, b, _CMP_UNORD_Q); }
  // Where x beats m, x takes its place, and `now` that of its turn.
  template <bool Largest> GL_FN void beat(V& m, __m512i& turn, V x, __m512i now) {
    const __mmask8 beats = _mm512_cmp_pd_mask(x, m, Largest ? _CMP_GT_OQ : _CMP_LT_OQ);
    m = _mm512_mask_mov_pd(m, beats, x);
    turn = _mm512_mask_mov_epi64(turn, beats, now);
  }
  GL_FN __m512i turns(int64_t k) { return _mm512_set1_epi64(k); }
  GL_FN __m512i next(__m512i k) { return _mm512_add_epi64(k, _mm512_set1_epi64(1)); }
  using Turn = int64_t;
};
template <> struct Wide<float> {
  using V = __m512;
  GL_FN V load(const float* p) { return _mm512_loadu_ps(p); }
  GL_FN V of(Max, V a, V b) { return _mm512_max_ps(a, b); }
  GL_FN V of(Min, V a, V b) { return _mm512_min_ps(a, b); }
  GL_FN unsigned anyNaN(V a, V b) { return _mm512_cmp_ps_mask(a, b, _CMP_UNORD_Q); }
  template <bool Largest> GL_FN void beat(V& m, __m512i& turn, V x, __m512i now) {
    const __mmask16 beats = _mm512_cmp_ps_mask(x, m, Largest ? _CMP_GT_OQ : _CMP_LT_OQ);
    m = _mm512_mask_mov_ps(m, beats, x);
    turn = _mm512_mask_mov_epi32(turn, beats, now);
  }
  GL_FN __m512i turns(int64_t k) { return _mm512_set1_epi32(static_cast<int>(k)); }
  GL_FN __m512i next(__m512i k) { return _mm512_add_epi32(k, _mm512_set1_epi32(1)); }
  using Turn = int32_t;
};

// What extremeOf gives where there is no NaN; false where there is one.
template <class T, class F>
bool quickExtreme(const T* v, int64_t n, T& result) {
  using W = Wide<T>;
  using V = typename W::V;
  constexpr int64_t lanes = kRegister / sizeof(T);
  V r[4];
  for (int k = 0; k < 4; k++) r[k] = W::load(v + k * lanes);
  unsigned nan = W::anyNaN(r[0], r[1]) | W::anyNaN(r[2], r[3]);
  const auto four = [&](const T* p) {
    V x[4];
    for (int k = 0; k < 4; k++) x[k] = W::load(p + k * lanes);
    nan |= W::anyNaN(x[0], x[1]) | W::anyNaN(x[2], x[3]);
    for (int k = 0; k < 4; k++) r[k] = W::of(F(), r[k], x[k]);
  };
  int64_t i = 4 * lanes;
  for (; i + 4 * lanes <= n; i += 4 * lanes) four(v + i);
  if (i < n) four(v + n - 4 * lanes);
  if (nan) return false;
  const V last = W::of(F(), W::of(F(), r[0], r[1]), W::of(F(), r[2], r[3]));
  T lane[lanes];
  __builtin_memcpy(lane, &last, sizeof last);
  for (int64_t w = lanes / 2; w > 0; w /= 2)
    for (int64_t j = 0; j < w; j++) lane[j] = F::call(lane[j], lane[j + w]);
  result = lane[0];
  return true;
}

// The position of the first extreme where there is no NaN, else -1: every lane keeps its own, and the turn at which it
// came. At least four registers of elements, fewer than 2^31 turns.
template <class T, bool Largest>
int64_t quickFind(const T* v, int64_t n) {
  using W = Wide<T>;
  using V = typename W::V;
  constexpr int64_t lanes = kRegister / sizeof(T), side = 4, step = side * lanes;
  V m[side], x[side];
  __m512i turn[side], now = W::turns(0);
  unsigned nan = 0;
  for (int k = 0; k < side; k++) m[k] = W::load(v + k * lanes), turn[k] = now;
  nan = W::anyNaN(m[0], m[1]) | W::anyNaN(m[2], m[3]);
  int64_t i = step;
  for (; i + step <= n; i += step) {
    now = W::next(now);
#pragma GCC unroll 4
    for (int k = 0; k < side; k++) x[k] = W::load(v + i + k * lanes);
    nan |= W::anyNaN(x[0], x[1]) | W::anyNaN(x[2], x[3]);
#pragma GCC unroll 4
    for (int k = 0; k < side; k++) W::template beat<Largest>(m[k], turn[k], x[k], now);
  }
  if (nan) return -1;
  T best[step];
  typename W::Turn turns[step];
  __builtin_memcpy(best, m, sizeof best);
  __builtin_memcpy(turns, turn, sizeof turns);
  T winner = best[0];
  int64_t where = turns[0] * step;
  for (int64_t j = 1; j < step; j++) {
    const int64_t at = turns[j] * step + j;
    if ((Largest ? best[j] > winner : best[j] < winner) || (best[j] == winner && at < where)) winner = best[j], where = at;
  }
  for (; i < n; i++) {
    if (v[i] != v[i]) return -1;
    if (Largest ? v[i] > winner : v[i] < winner) winner = v[i], where = i;
  }
  return where;
}
#endif

template <class T, class F>
void foldExtreme(void* acc, const char* a, int64_t s, int64_t n) {
  // Truth values are ordered as the bytes they are.
  using E = typename std::conditional<std::is_same<T, Bool>::value, uint8_t, T>::type;
  E m = *static_cast<E*>(acc);
  if (s == sizeof(E) && n >= int64_t(4 * kRegister / sizeof(E))) {
    const E* const v = reinterpret_cast<const E*>(a);
#if defined(__AVX512F__)
    E quick;
    if constexpr (isReal<E>)
      if (quickExtreme<E, F>(v, n, quick)) {
        *static_cast<E*>(acc) = F::call(m, quick);
        return;
      }
#endif
    m = F::call(m, extremeOf<E, F>(v, n));
  } else {
    for (int64_t i = 0; i < n; i++) m = F::call(m, at<E>(a, s, i));
  }
  *static_cast<E*>(acc) = m;
}

// Eight rows at a time, so that memory is read in eight streams.
template <class T, class F>
int64_t foldLongRows(T* out, const char* a, int64_t s1, int64_t m, int64_t n) {
  constexpr int side = 8;
  int64_t i = 0;
  for (; i + side <= m; i += side) {
    const T* v[side];
    for (int k = 0; k < side; k++) v[k] = reinterpret_cast<const T*>(a + (i + k) * s1);
    _Pragma("GCC ivdep")
    for (int64_t j = 0; j < n; j++) {
      T r = F::call(out[j], v[0][j]);
      r = F::call(r, v[1][j]);
      r = F::call(r, v[2][j]);
      r = F::call(r, v[3][j]);
      r = F::call(r, v[4][j]);
      r = F::call(r, v[5][j]);
      r = F::call(r, v[6][j]);
      out[j] = F::call(r, v[7][j]);
    }
  }
  return i;
}

// Columns in blocks that stay in registers while the rows pass.
template <class T, class F>
void foldRows(void* acc, const char* a, int64_t s1, int64_t s0, int64_t m, int64_t n) {
  T* out = static_cast<T*>(acc);
  int64_t j = 0;
  constexpr int64_t nearCache = 512 * 1024;
  if (s0 == sizeof(T) && m * n * s0 > nearCache && n * s0 >= 512 && n * s0 <= 16 * 1024) {
    const int64_t done = foldLongRows<T, F>(out, a, s1, m, n);
    a += done * s1;
    m -= done;
  }
  if (s0 == sizeof(T)) {
    constexpr int wide = 4 * 64 / sizeof(T), narrow = 8;
    for (; j + wide <= n; j += wide) {
      T r[wide];
      for (int k = 0; k < wide; k++) r[k] = out[j + k];
      for (int64_t i = 0; i < m; i++) {
        const T* v = reinterpret_cast<const T*>(a + i * s1) + j;
        for (int k = 0; k < wide; k++) r[k] = F::call(r[k], v[k]);
      }
      for (int k = 0; k < wide; k++) out[j + k] = r[k];
    }
    for (; j + narrow <= n; j += narrow) {
      T r[narrow];
      for (int k = 0; k < narrow; k++) r[k] = out[j + k];
      for (int64_t i = 0; i < m; i++) {
        const T* v = reinterpret_cast<const T*>(a + i * s1) + j;
        for (int k = 0; k < narrow; k++) r[k] = F::call(r[k], v[k]);
      }
      for (int k = 0; k < narrow; k++) out[j + k] = r[k];
    }
  }
  // Up to four columns at a time keep the chains of additions independent.
  for (; j + 4 <= n; j += 4) {
    const char* v = a + j * s0;
    T p = out[j], q = out[j + 1], r = out[j + 2], t = out[j + 3];
    for (int64_t i = 0; i < m; i++, v += s1) {
      p = F::call(p, at<T>(v, s0, 0));
      q = F::call(q, at<T>(v, s0, 1));
      r = F::call(r, at<T>(v, s0, 2));
      t = F::call(t, at<T>(v, s0, 3));
    }
    out[j] = p, out[j + 1] = q, out[j + 2] = r, out[j + 3] = t;
  }
  const char* v = a + j * s0;
  if (n - j == 3) {
    T p = out[j], q = out[j + 1], r = out[j + 2];
    for (int64_t i = 0; i < m; i++, v += s1) {
      p = F::call(p, at<T>(v, s0, 0));
      q = F::call(q, at<T>(v, s0, 1));
      r = F::call(r, at<T>(v, s0, 2));
    }
    out[j] = p, out[j + 1] = q, out[j + 2] = r;
  } else if (n - j == 2) {
    T p = out[j], q = out[j + 1];
    for (int64_t i = 0; i < m; i++, v += s1) {
      p = F::call(p, at<T>(v, s0, 0));
      q = F::call(q, at<T>(v, s0, 1));
    }
    out[j] = p, out[j + 1] = q;
  } else if (n - j == 1) {
    T p = out[j];
    for (int64_t i = 0; i < m; i++, v += s1) p = F::call(p, at<T>(v, s0, 0));
    out[j] = p;
  }
}

// F(a, b) keeps b's place when b beats a.
template <class T, bool Largest>
int64_t find(const char* a, int64_t s, int64_t n) {
  T best = at<T>(a, s, 0);
  int64_t where = 0;
  if constexpr (isReal<T>) {
    if (best != best) return 0;
  }
#if defined(__AVX512F__)
  if constexpr (isReal<T>) {
    if (s == sizeof(T) && n >= int64_t(4 * kRegister / sizeof(T)) && n < int64_t(1) << 36) {
      const int64_t quick = quickFind<T, Largest>(reinterpret_cast<const T*>(a), n);
      if (quick >= 0) return quick;
    }
  }
#endif
  if (s == sizeof(T) && n >= 64) {
    // The extreme of each block (vectorised), and from the first block that has the best its first place.
    const T* v = reinterpret_cast<const T*>(a);
    constexpr int64_t block = 512;
    T m;
    for (int64_t i = 0; i < n; i += block) {
      const int64_t length = n - i < block ? n - i : block;
      T here = v[i];
      if constexpr (Largest) foldExtreme<T, Max>(&here, a + i * s, s, length);
      else foldExtreme<T, Min>(&here, a + i * s, s, length);
      if (i == 0 || (Largest ? here > m : here < m)) m = here, where = i;
      if (here != here) {
        where = i;
        while (v[where] == v[where]) where++;
        return where;
      }
    }
    // Counters as wide as the elements, for the vectoriser.
    using Hits = typename std::conditional<sizeof(T) == 8, int64_t, typename std::conditional<sizeof(T) == 4, int32_t, uint8_t>::type>::type;
    for (; where + 64 <= n; where += 64) {
      Hits hits = 0;
      for (int j = 0; j < 64; j++) hits |= v[where + j] == m ? Hits(1) : Hits(0);
      if (hits != 0) break;
    }
    while (!(v[where] == m)) where++;
    return where;
  }
  for (int64_t i = 1; i < n; i++) {
    T x = at<T>(a, s, i);
    if (Largest ? x > best : x < best) {
      best = x;
      where = i;
    } else if (x != x) {
      return i;
    }
  }
  return where;
}

template <class T> void fill(Kernels& k) {
  constexpr int c = Code<T>::value;
  k.fold[FoldMax][c] = foldExtreme<T, Max>;
  k.fold[FoldMin][c] = foldExtreme<T, Min>;
  k.foldRows[FoldMax][c] = foldRows<T, Max>;
  k.foldRows[FoldMin][c] = foldRows<T, Min>;
  k.argmax[c] = find<T, true>;
  k.argmin[c] = find<T, false>;
  if constexpr (!std::is_same<T, Bool>::value) {
    k.fold[FoldSum][c] = foldSum<T>;
    k.fold[FoldProd][c] = foldProd<T>;
    k.foldRows[FoldSum][c] = foldRows<T, Plus>;
    k.foldRows[FoldProd][c] = foldRows<T, Times>;
  }
}

}  // namespace

void fillFolds(Kernels& k) {
  fill<double>(k);
  fill<float>(k);
  fill<int64_t>(k);
  fill<int32_t>(k);
  fill<uint8_t>(k);
  fill<Bool>(k);
}

}  // namespace GL_ISA
}  // namespace gl
