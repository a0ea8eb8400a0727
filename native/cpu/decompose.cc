// Decompositions with LAPACK: svd, eigh, eig, qr, lu, least squares, on stacks of matrices in C order. Matrices go in as
// NumPy's do, so that signs and last bits are NumPy's with the same LAPACK.
#include "cpu/lapack.h"

namespace gl {

namespace {

void expectConvergence(const Failure& f, const char* what, int64_t count) {
  if (!f) return;
  throw Error(std::string(what) + " did not converge" +
              (f.info == kNotFinite ? ": the matrix has NaN or infinite elements" : "") + f.where(count));
}

// Operands: a, s, and with vectors u and vt.
template <class T>
void svd(Command& c, bool vectors) {
  using R = Real<T>;
  const int m = dimension(c, 0), n = dimension(c, 1);
  const int k = std::min(m, n);
  const int64_t count = c.param(2);
  const bool full = vectors && c.param(3) != 0;
  if (k == 0) return;
  const int64_t mn = int64_t(m) * n, um = full ? m : k, vn = full ? n : k;
  const char job = !vectors ? 'N' : full ? 'A' : 'S';
  const Failure f = overStack(count, (vectors ? 20.0 : 3.0) * mn * k, [&] {
    return [&, a = std::vector<T>(mn), u = std::vector<T>(vectors ? m * um : 1), vt = std::vector<T>(vectors ? n * vn : 1),
            w = Workspace<T>()](int64_t i) mutable {
      const T* in = c.data<T>(0) + i * mn;
      if (!allFinite(in, mn)) return kNotFinite;
      transposeInto(a.data(), in, m, n);
      const int info = gesdd(job, m, n, a.data(), c.data<R>(1) + i * k, u.data(), m, vt.data(), static_cast<int>(vn), w);
      if (vectors) {
        transposeInto(c.data<T>(2) + i * m * um, u.data(), um, m);
        transposeInto(c.data<T>(3) + i * n * vn, vt.data(), n, vn);
      }
      return info;
    };
  });
  expectConvergence(f, "svd: SVD", count);
}

// Operands: a, w, and with vectors v. Parameter 2: whether the lower triangle is read.
template <class T>
void eigh(Command& c, bool vectors) {
  using R = Real<T>;
  const int n = dimension(c, 0);
  const int64_t count = c.param(1), nn = int64_t(n) * n;
  const char triangle = c.param(2) != 0 ? 'L' : 'U';
  if (n == 0) return;
  const Failure f = overStack(count, (vectors ? 9.0 : 1.4) * n * n * n, [&] {
    return [&, a = std::vector<T>(nn), w = Workspace<T>()](int64_t i) mutable {
      const T* in = c.data<T>(0) + i * nn;
      if (!allFinite(in, nn)) return kNotFinite;
      transposeInto(a.data(), in, n, n);
      const int info = heevd(vectors ? 'V' : 'N', triangle, n, a.data(), c.data<R>(1) + i * n, w);
      if (vectors) transposeInto(c.data<T>(2) + i * nn, a.data(), n, n);
      return info;
    };
  });
  expectConvergence(f, "eigh: Eigenvalues", count);
}

// Operands: a, r (k x n), q (m x k), tau (k); k is m when complete. Parameter 3: 0 reduced or complete by parameter 4,
// 1 r alone, 2 raw: q takes the factors in Fortran order (n x m), tau their scales.
template <class T>
void qr(Command& c) {
  const int m = dimension(c, 0), n = dimension(c, 1), lo = std::min(m, n);
  const int64_t count = c.param(2), mode = c.param(3), mn = int64_t(m) * n;
  const int k = c.param(4) != 0 ? m : lo;
  // Without columns to reflect, q is the identity.
  if (lo == 0 && mode != 0) return;
  overStack(count, 4.0 * m * lo * k, [&] {
    return [&, a = std::vector<T>(std::max<int64_t>({mn, int64_t(m) * k, 1})), tau = std::vector<T>(std::max(1, lo)),
            w = Workspace<T>()](int64_t i) mutable {
      transposeInto(a.data(), c.data<T>(0) + i * mn, m, n);
      if (lo > 0) geqrf(m, n, a.data(), tau.data(), w);
      if (mode == 2) {
        std::copy_n(a.data(), mn, c.data<T>(2) + i * mn);
        std::copy_n(tau.data(), lo, c.data<T>(3) + i * lo);
        return 0;
      }
      const int64_t rows = mode == 1 ? lo : k;
      T* r = c.data<T>(1) + i * rows * n;
      for (int64_t p = 0; p < rows; p++)
        for (int64_t q = 0; q < n; q++) r[p * n + q] = q >= p ? a[q * m + p] : T(0);
      if (mode == 1 || k == 0) return 0;
      if (lo > 0) {
        ungqr(m, k, lo, a.data(), tau.data(), w);
      } else {
        std::fill_n(a.data(), int64_t(m) * k, T(0));
        for (int64_t d = 0; d < k; d++) a[d * m + d] = 1;
      }
      transposeInto(c.data<T>(2) + i * m * k, a.data(), k, m);
      return 0;
    };
  });
}

// Operands: a, lower (m x k), upper (k x n), rows (m, int64): row i of l @ u is row rows[i] of a.
template <class T>
void lu(Command& c) {
  const int m = dimension(c, 0), n = dimension(c, 1), k = std::min(m, n);
  const int64_t count = c.param(2), mn = int64_t(m) * n;
  overStack(count, 2.0 * m * n * k, [&] {
    return [&, a = std::vector<T>(std::max<int64_t>(mn, 1)), pivot = std::vector<int>(std::max(1, k))](int64_t i) mutable {
      transposeInto(a.data(), c.data<T>(0) + i * mn, m, n);
      if (k > 0) getrf(m, n, a.data(), pivot.data());
      T* lower = c.data<T>(1) + i * m * k;
      T* upper = c.data<T>(2) + i * k * n;
      int64_t* rows = c.data<int64_t>(3) + i * m;
      for (int64_t p = 0; p < m; p++)
        for (int64_t q = 0; q < k; q++) lower[p * k + q] = p > q ? a[q * m + p] : T(p == q ? 1 : 0);
      for (int64_t p = 0; p < k; p++)
        for (int64_t q = 0; q < n; q++) upper[p * n + q] = q >= p ? a[q * m + p] : T(0);
      for (int64_t p = 0; p < m; p++) rows[p] = p;
      for (int64_t p = 0; p < k; p++) std::swap(rows[p], rows[pivot[p] - 1]);
      return 0;
    };
  });
}

// Operands: a, w, and with vectors v (columns); w and v are complex whatever a is.
template <class T>
void eig(Command& c, bool vectors) {
  using Z = std::complex<Real<T>>;
  const int n = dimension(c, 0);
  const int64_t count = c.param(1), nn = int64_t(n) * n;
  if (n == 0) return;
  const Failure f = overStack(count, (vectors ? 25.0 : 10.0) * n * n * n, [&] {
    return [&, a = std::vector<T>(nn), v = std::vector<Z>(vectors ? nn : 1), w = Workspace<T>()](int64_t i) mutable {
      const T* in = c.data<T>(0) + i * nn;
      if (!allFinite(in, nn)) return kNotFinite;
      transposeInto(a.data(), in, n, n);
      const int info = geev(vectors ? 'V' : 'N', n, a.data(), c.data<Z>(1) + i * n, v.data(), w);
      if (vectors) transposeInto(c.data<Z>(2) + i * nn, v.data(), n, n);
      return info;
    };
  });
  expectConvergence(f, "eig: Eigenvalues", count);
}

// Operands: a (m x n), b (m x k), x (n x k), residuals (k), s (min(m, n)); the rank goes into result 0.
template <class T>
void lstsq(Command& c) {
  using R = Real<T>;
  const int m = dimension(c, 0), n = dimension(c, 1), k = dimension(c, 2), lo = std::min(m, n), hi = std::max(m, n);
  const R rcond = static_cast<R>(c.real(3));
  if (!allFinite(c.data<T>(0), int64_t(m) * n) || !allFinite(c.data<T>(1), int64_t(m) * k))
    throw Error("lstsq: SVD did not converge in Linear Least Squares: there are NaN or infinite elements");
  std::vector<T> a(int64_t(m) * n), b(int64_t(hi) * std::max(k, 1));
  transposeInto(a.data(), c.data<T>(0), m, n);
  for (int64_t j = 0; j < k; j++)
    for (int64_t i = 0; i < m; i++) b[j * hi + i] = c.data<T>(1)[i * k + j];
  int rank = 0;
  Workspace<T> w;
  const SingleThreaded guard(4.0 * m * n * lo < 8e6);
  if (gelsd(m, n, std::max(k, 1), a.data(), b.data(), hi, c.data<R>(4), rcond, &rank, w) != 0)
    throw Error("lstsq: SVD did not converge in Linear Least Squares");
  for (int64_t j = 0; j < k; j++) {
    R sum = 0;
    for (int64_t i = 0; i < n; i++) c.data<T>(2)[i * k + j] = b[j * hi + i];
    for (int64_t i = n; i < m; i++) sum += std::norm(b[j * hi + i]);
    c.data<R>(3)[j] = sum;
  }
  c.result(0, rank);
}

}  // namespace

void run_svd(Command& c) {
  eachPrecision(c, "svd", 0, [&](auto zero) { svd<decltype(zero)>(c, true); });
}
void run_svdvals(Command& c) {
  eachPrecision(c, "svdvals", 0, [&](auto zero) { svd<decltype(zero)>(c, false); });
}
void run_eigh(Command& c) {
  eachPrecision(c, "eigh", 0, [&](auto zero) { eigh<decltype(zero)>(c, true); });
}
void run_eigvalsh(Command& c) {
  eachPrecision(c, "eigvalsh", 0, [&](auto zero) { eigh<decltype(zero)>(c, false); });
}
void run_eig(Command& c) {
  eachPrecision(c, "eig", 0, [&](auto zero) { eig<decltype(zero)>(c, true); });
}
void run_eigvals(Command& c) {
  eachPrecision(c, "eigvals", 0, [&](auto zero) { eig<decltype(zero)>(c, false); });
}
void run_qr(Command& c) {
  eachPrecision(c, "qr", 0, [&](auto zero) { qr<decltype(zero)>(c); });
}
void run_lu(Command& c) {
  eachPrecision(c, "lu", 0, [&](auto zero) { lu<decltype(zero)>(c); });
}
void run_lstsq(Command& c) {
  eachPrecision(c, "lstsq", 0, [&](auto zero) { lstsq<decltype(zero)>(c); });
}

}  // namespace gl
