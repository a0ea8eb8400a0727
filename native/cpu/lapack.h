// LAPACK under one name for the four element types, with the workspace that a routine asks for. Matrices are in
// Fortran order here; linalg.cc and decompose.cc turn C order into it and back, as NumPy does.
#pragma once
#include <algorithm>
#include <atomic>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <mutex>
#include <new>
#include <string>
#include <vector>
#include "command.h"
#include "cpu/blas.h"
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

template <class T> struct RealOf { using type = T; };
template <class T> struct RealOf<std::complex<T>> { using type = T; };
template <class T> using Real = typename RealOf<T>::type;
template <class T> constexpr bool isComplex = !std::is_same_v<T, Real<T>>;

// What routines need beside their operands; kept from one matrix of a stack to the next.
template <class T>
struct Workspace {
  std::vector<T> work;
  std::vector<Real<T>> real;
  std::vector<int> integer;
  int asked = 0;  // length of `work` for the one routine and shape of a stack; 0 before it was asked for

  // The answer to a workspace query; as a float32 it may have been rounded down.
  static int length(T answer) {
    const Real<T> n = std::real(answer);
    return static_cast<int>(n < 16777216 ? n : std::nextafter(n, std::numeric_limits<Real<T>>::infinity()));
  }
  int resize(T answer) {
    const int n = std::max(1, length(answer));
    if (static_cast<int64_t>(work.size()) < n) work.resize(n);
    return n;
  }
};

#define GL_REAL(T, p) \
  inline int gesdd(char job, int m, int n, T* a, T* s, T* u, int ldu, T* vt, int ldvt, Workspace<T>& w) { \
    int info = 0, lwork = -1; \
    T query; \
    w.integer.resize(8 * std::min(m, n)); \
    if (w.asked == 0) { \
      p##gesdd_(&job, &m, &n, a, &m, s, u, &ldu, vt, &ldvt, &query, &lwork, w.integer.data(), &info); \
      w.asked = w.resize(query); \
    } \
    lwork = w.asked; \
    p##gesdd_(&job, &m, &n, a, &m, s, u, &ldu, vt, &ldvt, w.work.data(), &lwork, w.integer.data(), &info); \
    return info; \
  } \
  inline int heevd(char job, char triangle, int n, T* a, T* values, Workspace<T>& w) { \
    int info = 0, lwork = -1, liwork = -1, iquery = 0; \
    T query; \
    if (w.asked == 0) { \
      p##syevd_(&job, &triangle, &n, a, &n, values, &query, &lwork, &iquery, &liwork, &info); \
      w.asked = w.resize(query); \
      w.integer.resize(std::max(1, iquery)); \
    } \
    lwork = w.asked; \
    liwork = static_cast<int>(w.integer.size()); \
    p##syevd_(&job, &triangle, &n, a, &n, values, w.work.data(), &lwork, w.integer.data(), &liwork, &info); \
    return info; \
  } \
  inline int ungqr(int m, int n, int k, T* a, const T* tau, Workspace<T>& w) { \
    int info = 0, lwork = -1; \
    T query; \
    p##orgqr_(&m, &n, &k, a, &m, tau, &query, &lwork, &info); \
    lwork = w.resize(query); \
    p##orgqr_(&m, &n, &k, a, &m, tau, w.work.data(), &lwork, &info); \
    return info; \
  } \
  inline int gelsd(int m, int n, int k, T* a, T* b, int ldb, T* s, T rcond, int* rank, Workspace<T>& w) { \
    int info = 0, lwork = -1, iquery = 0; \
    T query; \
    p##gelsd_(&m, &n, &k, a, &m, b, &ldb, s, &rcond, rank, &query, &lwork, &iquery, &info); \
    lwork = w.resize(query); \
    w.integer.resize(std::max(1, iquery)); \
    p##gelsd_(&m, &n, &k, a, &m, b, &ldb, s, &rcond, rank, w.work.data(), &lwork, w.integer.data(), &info); \
    return info; \
  } \
  inline int geev(char job, int n, T* a, std::complex<T>* values, std::complex<T>* vectors, Workspace<T>& w) { \
    int info = 0, lwork = -1; \
    const char no = 'N'; \
    const int one = 1; \
    T query; \
    w.real.resize(2 * int64_t(n) + (job == 'V' ? int64_t(n) * n : 0)); \
    T *wr = w.real.data(), *wi = wr + n, *v = wi + n; \
    if (w.asked == 0) { \
      p##geev_(&no, &job, &n, a, &n, wr, wi, nullptr, &one, v, &n, &query, &lwork, &info); \
      w.asked = w.resize(query); \
    } \
    lwork = w.asked; \
    p##geev_(&no, &job, &n, a, &n, wr, wi, nullptr, &one, v, &n, w.work.data(), &lwork, &info); \
    for (int j = 0; j < n; j++) values[j] = {wr[j], wi[j]}; \
    if (job != 'V') return info; \
    /* A pair of conjugate vectors comes as the columns of its real and imaginary parts. */ \
    for (int64_t j = 0; j < n; j++) { \
      const bool pair = wi[j] != 0 && j + 1 < n; \
      for (int64_t i = 0; i < n; i++) { \
        const T re = v[j * n + i], im = pair ? v[(j + 1) * n + i] : T(0); \
        vectors[j * n + i] = {re, im}; \
        if (pair) vectors[(j + 1) * n + i] = {re, -im}; \
      } \
      if (pair) j++; \
    } \
    return info; \
  }

#define GL_COMPLEX(R, p) \
  inline int gesdd(char job, int m, int n, std::complex<R>* a, R* s, std::complex<R>* u, int ldu, std::complex<R>* vt, \
                   int ldvt, Workspace<std::complex<R>>& w) { \
    int info = 0, lwork = -1; \
    std::complex<R> query; \
    const int64_t lo = std::min(m, n), hi = std::max(m, n); \
    w.integer.resize(8 * lo); \
    w.real.resize(job == 'N' ? 7 * lo : lo * std::max(5 * lo + 7, 2 * hi + 2 * lo + 1)); \
    p##gesdd_(&job, &m, &n, a, &m, s, u, &ldu, vt, &ldvt, &query, &lwork, w.real.data(), w.integer.data(), &info); \
    lwork = w.resize(query); \
    p##gesdd_(&job, &m, &n, a, &m, s, u, &ldu, vt, &ldvt, w.work.data(), &lwork, w.real.data(), w.integer.data(), \
              &info); \
    return info; \
  } \
  inline int heevd(char job, char triangle, int n, std::complex<R>* a, R* values, Workspace<std::complex<R>>& w) { \
    int info = 0, lwork = -1, liwork = -1, lrwork = -1, iquery = 0; \
    R rquery = 0; \
    std::complex<R> query; \
    p##heevd_(&job, &triangle, &n, a, &n, values, &query, &lwork, &rquery, &lrwork, &iquery, &liwork, &info); \
    lwork = w.resize(query); \
    lrwork = std::max(1, Workspace<R>::length(rquery)); \
    liwork = std::max(1, iquery); \
    w.real.resize(lrwork); \
    w.integer.resize(liwork); \
    p##heevd_(&job, &triangle, &n, a, &n, values, w.work.data(), &lwork, w.real.data(), &lrwork, w.integer.data(), \
              &liwork, &info); \
    return info; \
  } \
  inline int ungqr(int m, int n, int k, std::complex<R>* a, const std::complex<R>* tau, Workspace<std::complex<R>>& w) { \
    int info = 0, lwork = -1; \
    std::complex<R> query; \
    p##ungqr_(&m, &n, &k, a, &m, tau, &query, &lwork, &info); \
    lwork = w.resize(query); \
    p##ungqr_(&m, &n, &k, a, &m, tau, w.work.data(), &lwork, &info); \
    return info; \
  } \
  inline int gelsd(int m, int n, int k, std::complex<R>* a, std::complex<R>* b, int ldb, R* s, R rcond, int* rank, \
                   Workspace<std::complex<R>>& w) { \
    int info = 0, lwork = -1, iquery = 0; \
    R rquery = 0; \
    std::complex<R> query; \
    p##gelsd_(&m, &n, &k, a, &m, b, &ldb, s, &rcond, rank, &query, &lwork, &rquery, &iquery, &info); \
    lwork = w.resize(query); \
    w.real.resize(std::max(1, Workspace<R>::length(rquery))); \
    w.integer.resize(std::max(1, iquery)); \
    p##gelsd_(&m, &n, &k, a, &m, b, &ldb, s, &rcond, rank, w.work.data(), &lwork, w.real.data(), w.integer.data(), \
              &info); \
    return info; \
  } \
  inline int geev(char job, int n, std::complex<R>* a, std::complex<R>* values, std::complex<R>* vectors, \
                  Workspace<std::complex<R>>& w) { \
    int info = 0, lwork = -1; \
    const char no = 'N'; \
    const int one = 1; \
    std::complex<R> query; \
    w.real.resize(2 * int64_t(n)); \
    p##geev_(&no, &job, &n, a, &n, values, nullptr, &one, vectors, &n, &query, &lwork, w.real.data(), &info); \
    lwork = w.resize(query); \
    p##geev_(&no, &job, &n, a, &n, values, nullptr, &one, vectors, &n, w.work.data(), &lwork, w.real.data(), &info); \
    return info; \
  }

#define GL_ANY(T, p) \
  inline int gesv(int n, int k, T* a, int* pivot, T* b) { \
    int info = 0; \
    p##gesv_(&n, &k, a, &n, pivot, b, &n, &info); \
    return info; \
  } \
  inline int getrf(int m, int n, T* a, int* pivot) { \
    int info = 0; \
    p##getrf_(&m, &n, a, &m, pivot, &info); \
    return info; \
  } \
  inline int potrf(char triangle, int n, T* a) { \
    int info = 0; \
    p##potrf_(&triangle, &n, a, &n, &info); \
    return info; \
  } \
  inline int geqrf(int m, int n, T* a, T* tau, Workspace<T>& w) { \
    int info = 0, lwork = -1; \
    T query; \
    p##geqrf_(&m, &n, a, &m, tau, &query, &lwork, &info); \
    lwork = w.resize(query); \
    p##geqrf_(&m, &n, a, &m, tau, w.work.data(), &lwork, &info); \
    return info; \
  } \
  inline void trsm(char side, char triangle, char transpose, char diagonal, int m, int n, const T* a, int lda, T* b) { \
    const T one = 1; \
    p##trsm_(&side, &triangle, &transpose, &diagonal, &m, &n, &one, a, &lda, b, &m); \
  }

GL_REAL(double, d)
GL_REAL(float, s)
GL_COMPLEX(double, z)
GL_COMPLEX(float, c)
GL_ANY(double, d)
GL_ANY(float, s)
GL_ANY(std::complex<double>, z)
GL_ANY(std::complex<float>, c)
#undef GL_REAL
#undef GL_COMPLEX
#undef GL_ANY

inline int dimension(const Command& c, int k) {
  const int64_t n = c.param(k);
  if (n > std::numeric_limits<int>::max()) throw Error("linalg: a dimension exceeds 2147483647, the limit of LAPACK");
  return static_cast<int>(n);
}

// out (n x m) = the transpose of a (m x n), both in C order; some rows of a at a time, which stay in the cache.
template <class T>
void transposeInto(T* out, const T* a, int64_t m, int64_t n) {
  constexpr int64_t kRows = 32, z = sizeof(T);
  if constexpr (!isComplex<T>) {
    const int t = static_cast<int>(z == 8 ? DType::Float64 : DType::Float32);
    for (int64_t i = 0; i < m; i += kRows) {
      char* const p[2] = {reinterpret_cast<char*>(out + i), const_cast<char*>(reinterpret_cast<const char*>(a + i * n))};
      const int64_t s1[2] = {m * z, z}, s0[2] = {z, n * z};
      kernels().cast[t][t](n, std::min(kRows, m - i), p, s1, s0);
    }
    return;
  }
  for (int64_t i0 = 0; i0 < m; i0 += kRows)
    for (int64_t j = 0; j < n; j++)
      for (int64_t i = i0; i < std::min(m, i0 + kRows); i++) out[j * m + i] = a[i * n + j];
}

// LAPACK may loop or abort on NaN; NumPy answers with NaN or an error of its own.
template <class T>
bool allFinite(const T* a, int64_t n) {
  // A number times zero is zero unless it is NaN or infinite; several sums, so that none waits for the one before.
  constexpr int64_t side = 8;
  using R = Real<T>;
  const R* v = reinterpret_cast<const R*>(a);
  n *= sizeof(T) / sizeof(R);
  R sums[side] = {0};
  int64_t i = 0;
  for (; i + side <= n; i += side)
    for (int64_t k = 0; k < side; k++) sums[k] += v[i + k] * R(0);
  for (; i < n; i++) sums[0] += v[i] * R(0);
  for (int64_t k = 1; k < side; k++) sums[0] += sums[k];
  return sums[0] == R(0);
}
constexpr int kNotFinite = std::numeric_limits<int>::max();

// The first matrix of a stack on which a routine failed, and what it reported.
struct Failure {
  int64_t matrix = -1;
  int info = 0;
  explicit operator bool() const { return info != 0; }
  std::string where(int64_t count) const {
    return count == 1 ? std::string() : ", in matrix " + std::to_string(matrix) + " of the stack";
  }
};

// Calls one(i) for every matrix of a stack, where `make` makes a `one` with workspace of its own: small matrices are
// shared out among threads, large ones leave the threads to LAPACK. `one` returns LAPACK's info, 0 when all is well.
template <class Make>
Failure overStack(int64_t count, double flops, Make&& make) {
  constexpr int kNoMemory = std::numeric_limits<int>::min();
  const bool large = flops > 8e6;
  const int threads = large || count == 1 ? 1 : threadsFor(static_cast<int64_t>(std::min(1e15, flops * count)));
  Failure first;
  std::mutex lock;
  parallelRanges(count, 1, threads, [&](int64_t begin, int64_t end) {
    const SingleThreaded guard(!large);
    int info = 0;
    int64_t i = begin;
    try {
      auto one = make();
      for (; i < end; i++) {
        info = one(i);
        if (info != 0) break;
      }
    } catch (const std::bad_alloc&) {
      info = kNoMemory;
    }
    if (info != 0) {
      const std::lock_guard<std::mutex> hold(lock);
      if (!first || i < first.matrix) first = {i, info};
    }
  });
  if (first.info == kNoMemory) throw std::bad_alloc();
  return first;
}

// Calls f with a zero of the element type of operand k.
template <class F>
void eachPrecision(const Command& c, const char* name, int k, F&& f) {
  switch (c.dtype(k)) {
    case DType::Float64: return f(double());
    case DType::Float32: return f(float());
    case DType::Complex128: return f(std::complex<double>());
    case DType::Complex64: return f(std::complex<float>());
    default: throw Error(std::string(name) + ": needs matrices of floats or complex numbers; convert with astype('float64')");
  }
}

}  // namespace gl
