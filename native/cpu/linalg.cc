// Dense linear algebra by LAPACK. Matrices come in C order; LAPACK reads columns, so a transposed copy goes in unless
// the routine can work on the transposed problem directly.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>
#include "command.h"
#include "cpu/blas.h"
#include "cpu/threads.h"

namespace gl {

namespace {

// LAPACK's two precisions under one name.
template <class T> struct Lapack;
#define GL_PRECISION(T, p) \
  template <> struct Lapack<T> { \
    static constexpr auto gesdd = p##gesdd_; \
    static constexpr auto syevd = p##syevd_; \
    static constexpr auto gesv = p##gesv_; \
    static constexpr auto getrf = p##getrf_; \
    static constexpr auto getri = p##getri_; \
    static constexpr auto potrf = p##potrf_; \
    static constexpr auto geqrf = p##geqrf_; \
    static constexpr auto orgqr = p##orgqr_; \
  };
GL_PRECISION(double, d)
GL_PRECISION(float, s)
#undef GL_PRECISION

int dimension(const Command& c, int k) {
  const int64_t n = c.param(k);
  if (n > std::numeric_limits<int>::max()) throw Error("linalg: a dimension exceeds 2147483647, the limit of LAPACK");
  return static_cast<int>(n);
}

template <class T>
std::vector<T> transposed(const T* a, int64_t m, int64_t n) {
  std::vector<T> t(std::max<int64_t>(m * n, 1));
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++) t[j * m + i] = a[i * n + j];
  return t;
}

template <class T>
void untranspose(const std::vector<T>& t, T* a, int64_t m, int64_t n) {
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++) a[i * n + j] = t[j * m + i];
}

// LAPACK may loop or abort on NaN; NumPy answers with NaN or an error of its own.
template <class T>
bool allFinite(const T* a, int64_t n) {
  for (int64_t i = 0; i < n; i++)
    if (!std::isfinite(a[i])) return false;
  return true;
}

void expectConvergence(int info, const char* what) {
  if (info != 0) throw Error(std::string(what) + " did not converge");
}

// A in C order is A' to LAPACK: A' = V S U', so its "U" is our V' and its "VT" is our U, both already in C order.
template <class T, bool vectors>
void svd(Command& c) {
  const int m = dimension(c, 0), n = dimension(c, 1);
  const int k = std::min(m, n);
  const bool full = vectors && c.param(2) != 0;
  const T* in = c.data<T>(0);
  T* u = vectors ? c.data<T>(1) : nullptr;
  T* s = c.data<T>(vectors ? 2 : 1);
  T* vt = vectors ? c.data<T>(3) : nullptr;
  if (k == 0) {
    // No singular values; full matrices are identities.
    if (full) {
      for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) u[int64_t(i) * m + j] = i == j;
      for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) vt[int64_t(i) * n + j] = i == j;
    }
    return;
  }
  if (!allFinite(in, int64_t(m) * n)) throw Error("svd: SVD did not converge: the matrix has NaN or infinite elements");
  std::vector<T> a(in, in + int64_t(m) * n);
  std::vector<int> iwork(8 * k);
  const char job = !vectors ? 'N' : full ? 'A' : 'S';
  // LAPACK's matrix is n x m: its left vectors n x n (or k), its right ones m (or k) x m.
  const int ldu = n, ldvt = full ? m : k;
  T query;
  int lwork = -1, info = 0;
  Lapack<T>::gesdd(&job, &n, &m, a.data(), &n, s, vt, &ldu, u, &ldvt, &query, &lwork, iwork.data(), &info);
  lwork = static_cast<int>(query);
  std::vector<T> work(std::max(1, lwork));
  Lapack<T>::gesdd(&job, &n, &m, a.data(), &n, s, vt, &ldu, u, &ldvt, work.data(), &lwork, iwork.data(), &info);
  expectConvergence(info, "svd: SVD");
}

template <class T>
void eigh(Command& c) {
  const int n = dimension(c, 0);
  if (n == 0) return;
  const int64_t size = int64_t(n) * n;
  const T* in = c.data<T>(0);
  if (!allFinite(in, size)) throw Error("eigh: Eigenvalues did not converge: the matrix has NaN or infinite elements");
  std::vector<T> a(in, in + size);
  // The lower triangle in C order is the upper one to LAPACK.
  const char job = 'V', triangle = 'U';
  T query;
  int lwork = -1, liwork = -1, iquery = 0, info = 0;
  T* w = c.data<T>(1);
  Lapack<T>::syevd(&job, &triangle, &n, a.data(), &n, w, &query, &lwork, &iquery, &liwork, &info);
  lwork = static_cast<int>(query);
  liwork = iquery;
  std::vector<T> work(std::max(1, lwork));
  std::vector<int> iwork(std::max(1, liwork));
  Lapack<T>::syevd(&job, &triangle, &n, a.data(), &n, w, work.data(), &lwork, iwork.data(), &liwork, &info);
  expectConvergence(info, "eigh: Eigenvalues");
  untranspose(a, c.data<T>(2), n, n);
}

template <class T>
void solve(Command& c) {
  const int n = dimension(c, 0), k = dimension(c, 1);
  if (n == 0 || k == 0) return;
  std::vector<T> a = transposed(c.data<T>(1), n, n);
  std::vector<T> b = transposed(c.data<T>(2), n, k);
  std::vector<int> pivot(n);
  int info = 0;
  Lapack<T>::gesv(&n, &k, a.data(), &n, pivot.data(), b.data(), &n, &info);
  if (info > 0) throw Error("solve: Singular matrix: pivot " + std::to_string(info - 1) + " of its LU factors is zero");
  untranspose(b, c.data<T>(0), n, k);
}

// The inverse of the transpose is the transpose of the inverse: C order goes in and out.
template <class T>
void inv(Command& c) {
  const int n = dimension(c, 0);
  if (n == 0) return;
  T* a = c.data<T>(0);
  std::copy_n(c.data<T>(1), int64_t(n) * n, a);
  std::vector<int> pivot(n);
  int info = 0;
  Lapack<T>::getrf(&n, &n, a, &n, pivot.data(), &info);
  if (info > 0) throw Error("inv: Singular matrix: pivot " + std::to_string(info - 1) + " of its LU factors is zero");
  T query;
  int lwork = -1;
  Lapack<T>::getri(&n, a, &n, pivot.data(), &query, &lwork, &info);
  lwork = static_cast<int>(query);
  std::vector<T> work(std::max(1, lwork));
  Lapack<T>::getri(&n, a, &n, pivot.data(), work.data(), &lwork, &info);
}

template <class T>
void cholesky(Command& c) {
  const int n = dimension(c, 0);
  if (n == 0) return;
  T* a = c.data<T>(0);
  std::copy_n(c.data<T>(1), int64_t(n) * n, a);
  const char triangle = 'U';
  int info = 0;
  Lapack<T>::potrf(&triangle, &n, a, &n, &info);
  if (info > 0)
    throw Error("cholesky: Matrix is not positive definite: its leading minor of order " + std::to_string(info) + " is not");
  for (int64_t i = 0; i < n; i++) std::fill(a + i * n + i + 1, a + (i + 1) * n, T(0));
}

template <class T>
void qr(Command& c) {
  const int m = dimension(c, 0), n = dimension(c, 1);
  const int k = std::min(m, n);
  if (k == 0) return;
  T* q = c.data<T>(0);
  T* r = c.data<T>(1);
  std::vector<T> a = transposed(c.data<T>(2), m, n);
  std::vector<T> tau(k);
  T query;
  int lwork = -1, info = 0;
  Lapack<T>::geqrf(&m, &n, a.data(), &m, tau.data(), &query, &lwork, &info);
  lwork = static_cast<int>(query);
  std::vector<T> work(std::max(1, lwork));
  Lapack<T>::geqrf(&m, &n, a.data(), &m, tau.data(), work.data(), &lwork, &info);
  for (int64_t i = 0; i < k; i++)
    for (int64_t j = 0; j < n; j++) r[i * n + j] = j >= i ? a[j * m + i] : T(0);
  lwork = -1;
  Lapack<T>::orgqr(&m, &k, &k, a.data(), &m, tau.data(), &query, &lwork, &info);
  lwork = static_cast<int>(query);
  work.resize(std::max(1, lwork));
  Lapack<T>::orgqr(&m, &k, &k, a.data(), &m, tau.data(), work.data(), &lwork, &info);
  untranspose(a, q, m, k);
}

template <class T>
void slogdet(Command& c) {
  const int n = dimension(c, 0);
  T sign = 1, log = 0, det = 1;
  if (n > 0) {
    const T* in = c.data<T>(0);
    std::vector<T> a(in, in + int64_t(n) * n);
    std::vector<int> pivot(n);
    int info = 0;
    Lapack<T>::getrf(&n, &n, a.data(), &n, pivot.data(), &info);
    for (int64_t i = 0; i < n; i++) {
      const T d = a[i * n + i];
      if (pivot[i] != i + 1) sign = -sign;
      if (d < 0) sign = -sign;
      log += std::log(std::fabs(d));
      if (d == 0) sign = 0;
    }
    if (sign == 0) log = -std::numeric_limits<T>::infinity();
    det = sign * std::exp(log);
    // The product itself is exact where the logarithm rounds; it is used while it stays in range.
    T product = sign < 0 ? T(-1) : T(1);
    for (int64_t i = 0; i < n; i++) product *= std::fabs(a[i * n + i]);
    if (sign != 0 && std::isnormal(product)) det = product;
  }
  c.result(0, sign);
  c.result(1, log);
  c.result(2, det);
}

// Runs one of the two precisions, on one thread when the matrix is small.
void inPrecision(Command& c, const char* name, void (*f64)(Command&), void (*f32)(Command&)) {
  const SingleThreaded guard(c.param(0) < 256);
  switch (c.dtype(0)) {
    case DType::Float64: return f64(c);
    case DType::Float32: return f32(c);
    default: throw Error(std::string(name) + ": needs float64 or float32 matrices; convert with astype('float64')");
  }
}

}  // namespace

void run_svd(Command& c) { inPrecision(c, "svd", svd<double, true>, svd<float, true>); }
void run_svdvals(Command& c) { inPrecision(c, "svd", svd<double, false>, svd<float, false>); }
void run_eigh(Command& c) { inPrecision(c, "eigh", eigh<double>, eigh<float>); }
void run_solve(Command& c) { inPrecision(c, "solve", solve<double>, solve<float>); }
void run_inv(Command& c) { inPrecision(c, "inv", inv<double>, inv<float>); }
void run_cholesky(Command& c) { inPrecision(c, "cholesky", cholesky<double>, cholesky<float>); }
void run_qr(Command& c) { inPrecision(c, "qr", qr<double>, qr<float>); }
void run_slogdet(Command& c) { inPrecision(c, "slogdet", slogdet<double>, slogdet<float>); }

}  // namespace gl
