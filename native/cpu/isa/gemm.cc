// Matrix products of skinny and small shapes, where BLAS spends its time on packing, for one instruction set. Two forms:
// outer (a few rows of the result at a time, vectors along contiguous rows of b) and inner (dot products of rows).
#include "cpu/isa/simd.h"
#include "cpu/products.h"
#include "cpu/table.h"

namespace gl {
namespace GL_ISA {
namespace {

// A product as the kernels see it: c[i * cs + j] = sum over q of a[i * as0 + q * as1] * b[q * bs + j].
template <class T> struct Outer {
  T* c;
  const T* a;
  const T* b;
  int64_t k, cs, as0, as1, bs;
  bool more = false;  // c holds the sum of earlier q already
  const GemmAfter* after = nullptr;
};

template <class T, class F>
GL_FN Vec<T> lanewise(Vec<T> a, Vec<T> b, F f) {
#if defined(__AVX2__) || defined(__AVX512F__)
  return {f(a.v, b.v)};
#else
  Vec<T> r;
  for (int i = 0; i < Vec<T>::lanes; i++) r.v[i] = f(a.v[i], b.v[i]);
  return r;
#endif
}

#if defined(__AVX512F__)
GL_FN Vec<double> larger(Vec<double> a, Vec<double> b) { return {_mm512_max_pd(a.v, b.v)}; }
GL_FN Vec<float> larger(Vec<float> a, Vec<float> b) { return {_mm512_max_ps(a.v, b.v)}; }
#elif defined(__AVX2__)
GL_FN Vec<double> larger(Vec<double> a, Vec<double> b) { return {_mm256_max_pd(a.v, b.v)}; }
GL_FN Vec<float> larger(Vec<float> a, Vec<float> b) { return {_mm256_max_ps(a.v, b.v)}; }
#else
template <class T> GL_FN Vec<T> larger(Vec<T> a, Vec<T> b) {
  return lanewise<T>(a, b, [](T x, T y) { return x > y ? x : y; });
}
#endif

// The element that is stored, from the sum and x. The number s of a maximum is not NaN.
template <class T, int Kind>
GL_FN Vec<T> finished(Vec<T> sum, Vec<T> x, Vec<T> s, Vec<T> c) {
  if constexpr (Kind == AfterDrop || Kind == AfterKeep) {
#if defined(__AVX2__) || defined(__AVX512F__)
    if constexpr (Kind == AfterDrop) return {x.v <= s.v ? c.v : sum.v};
    else return {x.v > s.v ? sum.v : c.v};
#else
    Vec<T> r;
    for (int i = 0; i < Vec<T>::lanes; i++)
      r.v[i] = Kind == AfterDrop ? (x.v[i] <= s.v[i] ? c.v[i] : sum.v[i]) : (x.v[i] > s.v[i] ? sum.v[i] : c.v[i]);
    return r;
#endif
  } else {
    const Vec<T> y = lanewise<T>(sum, x, [](auto a, auto b) { return a + b; });
    // a > b ? a : b, which is maximumOf when a is not NaN, is what processors call the maximum.
    if constexpr (Kind == AfterAddMaxRight) return larger(s, y);
    else if constexpr (Kind == AfterAddMaxLeft) return lanewise<T>(y, s, [](auto a, auto b) { return maximumOf(a, b); });
    else return y;
  }
}

// Rows x (Vectors registers) of the result; the last register holds `tail` columns.
template <class T, int Rows, int Vectors, int After>
GL_FN void outerTile(const Outer<T>& g, int64_t i, int64_t j, int tail) {
  using V = Vec<T>;
  T* c = g.c + i * g.cs + j;
  const T* a = g.a + i * g.as0;
  const T* b = g.b + j;
  V sum[Rows][Vectors];
  const bool whole = tail == V::lanes;
  if (g.more) {
#pragma GCC unroll 8
    for (int r = 0; r < Rows; r++) {
      const T* row = c + r * g.cs;
#pragma GCC unroll 8
      for (int v = 0; v < Vectors - 1; v++) sum[r][v] = V::load(row + v * V::lanes);
      sum[r][Vectors - 1] = whole ? V::load(row + (Vectors - 1) * V::lanes) : V::load(row + (Vectors - 1) * V::lanes, tail);
    }
  } else {
#pragma GCC unroll 8
    for (int r = 0; r < Rows; r++)
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; v++) sum[r][v] = V::zero();
  }
  for (int64_t q = 0; q < g.k; q++) {
    V y[Vectors];
#pragma GCC unroll 8
    for (int v = 0; v < Vectors - 1; v++) y[v] = V::load(b + v * V::lanes);
    y[Vectors - 1] = whole ? V::load(b + (Vectors - 1) * V::lanes) : V::load(b + (Vectors - 1) * V::lanes, tail);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; r++) {
      const V x = V::all(a[r * g.as0]);
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; v++) sum[r][v].addProduct(x, y[v]);
    }
    a += g.as1;
    b += g.bs;
  }
  if constexpr (After != AfterNothing) {
    const V s = V::all(T(g.after->s)), put = V::all(T(g.after->c));
#pragma GCC unroll 8
    for (int r = 0; r < Rows; r++) {
      const T* x = static_cast<const T*>(g.after->x) + (i + r) * g.after->row + j;
#pragma GCC unroll 8
      for (int v = 0; v < Vectors - 1; v++) sum[r][v] = finished<T, After>(sum[r][v], V::load(x + v * V::lanes), s, put);
      const V last = whole ? V::load(x + (Vectors - 1) * V::lanes) : V::load(x + (Vectors - 1) * V::lanes, tail);
      sum[r][Vectors - 1] = finished<T, After>(sum[r][Vectors - 1], last, s, put);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < Rows; r++) {
    T* row = c + r * g.cs;
#pragma GCC unroll 8
    for (int v = 0; v < Vectors - 1; v++) sum[r][v].store(row + v * V::lanes);
    if (whole) sum[r][Vectors - 1].store(row + (Vectors - 1) * V::lanes);
    else sum[r][Vectors - 1].store(row + (Vectors - 1) * V::lanes, tail);
  }
}

// The same for few products a sum: the rows of b stay in registers while all rows of a pass by.
template <class T, int K, int Vectors, int After>
GL_FN void fewColumns(const Outer<T>& g, int64_t i, int64_t end, int64_t j, int tail) {
  using V = Vec<T>;
  constexpr bool part = Vectors == 1;  // of a register
  const auto load = [tail](const T* p, int v) { return part ? V::load(p, tail) : V::load(p + v * V::lanes); };
  V y[K][Vectors];
#pragma GCC unroll 8
  for (int q = 0; q < K; q++)
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; v++) y[q][v] = load(g.b + q * g.bs + j, v);
  V s = V::zero(), put = s;
  const T* x = nullptr;
  int64_t xs = 0;
  if constexpr (After != AfterNothing) {
    s = V::all(T(g.after->s)), put = V::all(T(g.after->c));
    xs = g.after->row;
    x = static_cast<const T*>(g.after->x) + i * xs + j;
  }
  const int64_t as0 = g.as0, as1 = g.as1, cs = g.cs;
  const T* a = g.a + i * as0;
  T* c = g.c + i * cs + j;
  for (; i < end; i++, a += as0, c += cs, x += xs) {
    V sum[Vectors];
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; v++) sum[v] = V::zero();
#pragma GCC unroll 8
    for (int q = 0; q < K; q++) {
      const V z = V::all(a[q * as1]);
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; v++) sum[v].addProduct(z, y[q][v]);
    }
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; v++) {
      if constexpr (After != AfterNothing) sum[v] = finished<T, After>(sum[v], load(x, v), s, put);
      if constexpr (part) sum[v].store(c, tail);
      else sum[v].store(c + v * V::lanes);
    }
  }
}

template <class T, int K, int After>
void few(const Outer<T>& g, int64_t m, int64_t n) {
  constexpr int lanes = Vec<T>::lanes;
  // Some rows at a time, so that lines which two columns of registers share stay in the cache.
  constexpr int64_t some = 32;
  for (int64_t i = 0; i < m; i += some) {
    const int64_t end = i + some < m ? i + some : m;
    int64_t j = 0;
    for (; j + 4 * lanes <= n; j += 4 * lanes) fewColumns<T, K, 4, After>(g, i, end, j, lanes);
    for (; j < n; j += lanes) fewColumns<T, K, 1, After>(g, i, end, j, n - j < lanes ? static_cast<int>(n - j) : lanes);
  }
}

template <class T, int After, int Vectors>
void outerColumns(const Outer<T>& g, int64_t m, int64_t j, int tail) {
  constexpr int rows = 4;
  int64_t i = 0;
  // Enough chains of additions that none waits for the one before.
  if constexpr (Vectors == 1)
    for (; i + 8 <= m; i += 8) outerTile<T, 8, Vectors, After>(g, i, j, tail);
  for (; i + rows <= m; i += rows) outerTile<T, rows, Vectors, After>(g, i, j, tail);
  if (m - i == 3) outerTile<T, 3, Vectors, After>(g, i, j, tail);
  else if (m - i == 2) outerTile<T, 2, Vectors, After>(g, i, j, tail);
  else if (m - i == 1) outerTile<T, 1, Vectors, After>(g, i, j, tail);
}

// Some rows of the result, and beside them the sums of b's rows, from the same reading of b.
template <class T, int Rows, int Vectors>
GL_FN void sumsColumns(const Outer<T>& g, T* sums, int64_t j, int tail) {
  using V = Vec<T>;
  constexpr bool part = Vectors == 1;
  const auto load = [tail](const T* p, int v) { return part ? V::load(p, tail) : V::load(p + v * V::lanes); };
  V sum[Rows + 1][Vectors];
#pragma GCC unroll 8
  for (int r = 0; r <= Rows; r++)
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; v++) sum[r][v] = g.more ? load((r < Rows ? g.c + r * g.cs : sums) + j, v) : V::zero();
  const int64_t k = g.k, as0 = g.as0, as1 = g.as1, bs = g.bs;
  const T* a = g.a;
  const T* b = g.b + j;
  for (int64_t q = 0; q < k; q++, a += as1, b += bs) {
    V y[Vectors];
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; v++) y[v] = load(b, v);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; r++) {
      const V x = V::all(a[r * as0]);
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; v++) sum[r][v].addProduct(x, y[v]);
    }
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; v++) sum[Rows][v] = lanewise<T>(sum[Rows][v], y[v], [](auto p, auto q) { return p + q; });
  }
#pragma GCC unroll 8
  for (int r = 0; r <= Rows; r++)
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; v++) {
      T* const to = (r < Rows ? g.c + r * g.cs : sums) + j;
      if constexpr (part) sum[r][v].store(to, tail);
      else sum[r][v].store(to + v * V::lanes);
    }
}

template <class T, int Rows>
void outerAndSums(const Outer<T>& g, T* sums, int64_t n) {
  constexpr int lanes = Vec<T>::lanes;
  int64_t j = 0;
  for (; j + 4 * lanes <= n; j += 4 * lanes) sumsColumns<T, Rows, 4>(g, sums, j, lanes);
  for (; j < n; j += lanes) sumsColumns<T, Rows, 1>(g, sums, j, n - j < lanes ? static_cast<int>(n - j) : lanes);
}

template <class T, int After = AfterNothing>
void outer(const Outer<T>& g, int64_t m, int64_t n) {
  constexpr int lanes = Vec<T>::lanes;
  if (!g.more && m > 4) {
    if (g.k == 1) return few<T, 1, After>(g, m, n);
    if (g.k == 2) return few<T, 2, After>(g, m, n);
    if (g.k == 3) return few<T, 3, After>(g, m, n);
    if (g.k == 4) return few<T, 4, After>(g, m, n);
  }
  int64_t j = 0;
  for (; j + 5 * lanes <= n || j + 4 * lanes == n; j += 4 * lanes) outerColumns<T, After, 4>(g, m, j, lanes);
  // At most five registers are left; the last may be a part.
  const int left = static_cast<int>(n - j);
  if (left == 0) return;
  const int tail = left % lanes == 0 ? lanes : left % lanes;
  switch ((left + lanes - 1) / lanes) {
    case 1: return outerColumns<T, After, 1>(g, m, j, tail);
    case 2: return outerColumns<T, After, 2>(g, m, j, tail);
    case 3: return outerColumns<T, After, 3>(g, m, j, tail);
    case 4: return outerColumns<T, After, 4>(g, m, j, tail);
    default: return outerColumns<T, After, 5>(g, m, j, tail);
  }
}

#if defined(__AVX512F__)
// Lane sums of eight registers at a time, in the order of Vec::sum: the halves of two registers share one, then the
// quarters of four. The sum of v[k] is element order[k] of what comes out.
struct EightSums {
  static constexpr int8_t order[8] = {0, 2, 4, 6, 1, 3, 5, 7};
  GL_FN __m512d quarters(const Vec<double>* v) {
    const __m512d a = halves(v[0].v, v[1].v), b = halves(v[2].v, v[3].v);
    return _mm512_add_pd(_mm512_shuffle_f64x2(a, b, 0x88), _mm512_shuffle_f64x2(a, b, 0xdd));
  }
  GL_FN __m512d halves(__m512d a, __m512d b) {
    return _mm512_add_pd(_mm512_shuffle_f64x2(a, b, 0x44), _mm512_shuffle_f64x2(a, b, 0xee));
  }
  GL_FN void sums(const Vec<double>* v, const Vec<double>* w, double* to) {
    const __m512d a = quarters(v), b = quarters(w);
    _mm512_storeu_pd(to, _mm512_add_pd(_mm512_unpacklo_pd(a, b), _mm512_unpackhi_pd(a, b)));
  }
  GL_FN __m512 quarters(const Vec<float>* v) {
    const __m512 a = halves(v[0].v, v[1].v), b = halves(v[2].v, v[3].v);
    return _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xdd));
  }
  GL_FN __m512 halves(__m512 a, __m512 b) {
    return _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xee));
  }
  GL_FN void sums(const Vec<float>* v, const Vec<float>* w, float* to) {
    const __m512 a = quarters(v), b = quarters(w);
    const __m512 c = _mm512_add_ps(_mm512_shuffle_ps(a, b, 0x44), _mm512_shuffle_ps(a, b, 0xee));
    const __m512 d = _mm512_add_ps(c, _mm512_movehdup_ps(c));
    _mm256_storeu_ps(to, _mm512_castps512_ps256(_mm512_permutexvar_ps(
                             _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 0, 0, 0, 0, 0, 0, 0, 0), d)));
  }
};
#endif

// The sums of the lanes of N registers.
template <int N, class T>
GL_FN void laneSums(const Vec<T>* v, T* to) {
#if defined(__AVX512F__)
  if constexpr (N % 4 == 0) {
#pragma GCC unroll 2
    for (int i = 0; i < N; i += 8) {
      T eight[8];
      const int other = i + 4 < N ? i + 4 : i;
      EightSums::sums(v + i, v + other, eight);
      for (int k = 0; k < 8 && i + k < N; k++) to[i + k] = eight[EightSums::order[k]];
    }
    return;
  }
#endif
  for (int i = 0; i < N; i++) to[i] = v[i].sum();
}

// Rows x Cols dot products along contiguous a rows and contiguous columns of b.
template <class T, int Rows, int Cols>
GL_FN void innerTile(T* c, int64_t cs, const T* a, int64_t as, const T* b, int64_t bs, int64_t k, const T* x, int64_t xs) {
  using V = Vec<T>;
  V sum[Rows * Cols];
#pragma GCC unroll 16
  for (int i = 0; i < Rows * Cols; i++) sum[i] = V::zero();
  int64_t q = 0;
  for (; q + V::lanes <= k; q += V::lanes) {
    V y[Cols];
#pragma GCC unroll 8
    for (int j = 0; j < Cols; j++) y[j] = V::load(b + j * bs + q);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; r++) {
      const V z = V::load(a + r * as + q);
#pragma GCC unroll 8
      for (int j = 0; j < Cols; j++) sum[r * Cols + j].addProduct(z, y[j]);
    }
  }
  if (q < k) {
    const int tail = static_cast<int>(k - q);
    V y[Cols];
#pragma GCC unroll 8
    for (int j = 0; j < Cols; j++) y[j] = V::load(b + j * bs + q, tail);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; r++) {
      const V z = V::load(a + r * as + q, tail);
#pragma GCC unroll 8
      for (int j = 0; j < Cols; j++) sum[r * Cols + j].addProduct(z, y[j]);
    }
  }
  T total[Rows * Cols];
  laneSums<Rows * Cols>(sum, total);
#pragma GCC unroll 8
  for (int r = 0; r < Rows; r++)
#pragma GCC unroll 8
    for (int j = 0; j < Cols; j++) c[r * cs + j] = x == nullptr ? total[r * Cols + j] : total[r * Cols + j] + x[r * xs + j];
}

template <class T, int Cols>
void innerColumns(T* c, int64_t cs, const T* a, int64_t as, const T* b, int64_t bs, int64_t m, int64_t k, const T* x,
                  int64_t xs) {
  int64_t i = 0;
  for (; i + 4 <= m; i += 4) innerTile<T, 4, Cols>(c + i * cs, cs, a + i * as, as, b, bs, k, x == nullptr ? x : x + i * xs, xs);
  for (; i < m; i++) innerTile<T, 1, Cols>(c + i * cs, cs, a + i * as, as, b, bs, k, x == nullptr ? x : x + i * xs, xs);
}

// x, where there is one, is added to the result: rows xs elements apart.
template <class T>
void inner(T* c, int64_t cs, const T* a, int64_t as, const T* b, int64_t bs, int64_t m, int64_t n, int64_t k,
           const T* x = nullptr, int64_t xs = 0) {
  const auto beside = [x](int64_t j) { return x == nullptr ? x : x + j; };
  int64_t j = 0;
  for (; j + 4 <= n; j += 4) innerColumns<T, 4>(c + j, cs, a, as, b + j * bs, bs, m, k, beside(j), xs);
  if (n - j == 3) innerColumns<T, 3>(c + j, cs, a, as, b + j * bs, bs, m, k, beside(j), xs);
  else if (n - j == 2) innerColumns<T, 2>(c + j, cs, a, as, b + j * bs, bs, m, k, beside(j), xs);
  else if (n - j == 1) innerColumns<T, 1>(c + j, cs, a, as, b + j * bs, bs, m, k, beside(j), xs);
}

template <class T>
bool smallGemm(void* out, const void* left, const void* right, int64_t m, int64_t n, int64_t k, int64_t cs, int64_t as0,
               int64_t as1, int64_t bs0, int64_t bs1) {
  T* c = static_cast<T*>(out);
  const T* a = static_cast<const T*>(left);
  const T* b = static_cast<const T*>(right);
  alignas(64) T scratch[kGemmScratch];
  switch (gemmForm(m, n, k, as0, as1, bs0, bs1, Vec<T>::lanes)) {
    case GemmForm::None: return false;
    case GemmForm::Outer:
      outer<T>({c, a, b, k, cs, as0, as1, bs0}, m, n);
      return true;
    case GemmForm::OuterPacked:
      for (int64_t q = 0; q < k; q++)
        for (int64_t j = 0; j < n; j++) scratch[q * n + j] = b[q * bs0 + j * bs1];
      outer<T>({c, a, scratch, k, cs, as0, as1, n}, m, n);
      return true;
    case GemmForm::Inner:
      inner<T>(c, cs, a, as0, b, bs1, m, n, k);
      return true;
    case GemmForm::InnerPacked:
      for (int64_t q = 0; q < k; q++)
        for (int64_t j = 0; j < n; j++) scratch[j * k + q] = b[q * bs0 + j * bs1];
      inner<T>(c, cs, a, as0, scratch, k, m, n, k);
      return true;
    case GemmForm::Across:
      outer<T>({scratch, b, a, k, m, bs1, bs0, as1}, n, m);
      for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) c[i * cs + j] = scratch[j * m + i];
      return true;
  }
  return false;
}

// Parts of a product for fused loops: the same sums in the same order as smallGemm's, some rows or some q at a time.
template <class T>
void outerPart(void* c, const void* a, const void* b, int64_t m, int64_t n, int64_t k, int64_t cs, int64_t as0,
               int64_t as1, int64_t bs, bool more, const GemmAfter* after) {
  const Outer<T> g{static_cast<T*>(c), static_cast<const T*>(a), static_cast<const T*>(b), k, cs, as0, as1, bs, more, after};
  switch (after == nullptr ? AfterNothing : after->kind) {
    case AfterNothing: return outer<T>(g, m, n);
    case AfterAdd: return outer<T, AfterAdd>(g, m, n);
    case AfterAddMaxRight: return outer<T, AfterAddMaxRight>(g, m, n);
    case AfterAddMaxLeft: return outer<T, AfterAddMaxLeft>(g, m, n);
    case AfterDrop: return outer<T, AfterDrop>(g, m, n);
    case AfterKeep: return outer<T, AfterKeep>(g, m, n);
  }
}

template <class T>
void innerPart(void* c, const void* a, const void* b, int64_t m, int64_t n, int64_t k, int64_t cs, int64_t as, int64_t bs) {
  inner<T>(static_cast<T*>(c), cs, static_cast<const T*>(a), as, static_cast<const T*>(b), bs, m, n, k);
}

template <class T>
void innerAdd(void* c, const void* a, const void* b, const void* x, int64_t m, int64_t n, int64_t k, int64_t cs, int64_t as,
              int64_t bs, int64_t xs) {
  inner<T>(static_cast<T*>(c), cs, static_cast<const T*>(a), as, static_cast<const T*>(b), bs, m, n, k,
           static_cast<const T*>(x), xs);
}

template <class T>
void outerSums(void* c, void* sums, const void* a, const void* b, int64_t m, int64_t n, int64_t k, int64_t cs, int64_t as0,
               int64_t as1, int64_t bs, bool more) {
  const Outer<T> g{static_cast<T*>(c), static_cast<const T*>(a), static_cast<const T*>(b), k, cs, as0, as1, bs, more};
  T* const s = static_cast<T*>(sums);
  if (m == 1) return outerAndSums<T, 1>(g, s, n);
  if (m == 2) return outerAndSums<T, 2>(g, s, n);
  if (m == 3) return outerAndSums<T, 3>(g, s, n);
  outerAndSums<T, kSumRows>(g, s, n);
}

}  // namespace

const Products products{{innerAdd<double>, innerAdd<float>}, {outerSums<double>, outerSums<float>}};

void fillGemm(Kernels& k) {
  k.lanes[0] = Vec<double>::lanes;
  k.lanes[1] = Vec<float>::lanes;
  k.gemm[0] = smallGemm<double>;
  k.gemm[1] = smallGemm<float>;
  k.gemmOuter[0] = outerPart<double>;
  k.gemmOuter[1] = outerPart<float>;
  k.gemmInner[0] = innerPart<double>;
  k.gemmInner[1] = innerPart<float>;
}

}  // namespace GL_ISA
}  // namespace gl
