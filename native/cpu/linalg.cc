// Solving with LAPACK: linear systems, inverses, determinants, Cholesky factors, triangular systems, on stacks of
// matrices in C order. Matrices go in as NumPy's do, so that results are NumPy's to the last bit with the same LAPACK.
#include <memory>
#include "cpu/lapack.h"
#include "cpu/table.h"

namespace gl {

namespace {

[[noreturn]] void singular(const char* name, const Failure& f, int64_t count) {
  throw Error(std::string(name) + ": Singular matrix: pivot " + std::to_string(f.info - 1) + " of its LU factors is zero" +
              f.where(count));
}

// x = a^-1 b. The inverse is the solution for the identity, as NumPy takes it.
template <class T, bool identity>
void solve(Command& c) {
  const int n = dimension(c, 0), k = identity ? n : dimension(c, 1);
  const int64_t count = c.param(2);
  if (n == 0 || k == 0) return;
  const int64_t nn = int64_t(n) * n, nk = int64_t(n) * k;
  const Failure f = overStack(count, (2.0 / 3 * n + 2.0 * k) * n * n, [&] {
    return [&, a = std::unique_ptr<T[]>(new T[nn]), b = std::unique_ptr<T[]>(new T[nk]),
            pivot = std::vector<int>(n)](int64_t i) mutable {
      transposeInto(a.get(), c.data<T>(1) + i * nn, n, n);
      if (identity) {
        std::fill_n(b.get(), nk, T(0));
        for (int64_t d = 0; d < n; d++) b[d * n + d] = 1;
      } else {
        transposeInto(b.get(), c.data<T>(2) + i * nk, n, k);
      }
      const int info = gesv(n, k, a.get(), pivot.data(), b.get());
      transposeInto(c.data<T>(0) + i * nk, b.get(), k, n);
      return info;
    };
  });
  if (f) singular(identity ? "inv" : "solve", f, count);
}

// x = a^-1 b for a triangular a; in C order that is x' a'^-1 = b' to BLAS, which reads the transposes in place.
template <class T>
void solveTriangular(Command& c) {
  const int n = dimension(c, 0), k = dimension(c, 1);
  const int64_t count = c.param(2);
  const bool lower = c.param(3) != 0, unit = c.param(4) != 0;
  if (n == 0 || k == 0) return;
  const int64_t nn = int64_t(n) * n, nk = int64_t(n) * k;
  const Failure f = overStack(count, double(n) * n * k, [&] {
    return [&](int64_t i) {
      const T* a = c.data<T>(1) + i * nn;
      T* x = c.data<T>(0) + i * nk;
      if (!unit)
        for (int64_t d = 0; d < n; d++)
          if (a[d * n + d] == T(0)) return static_cast<int>(d + 1);
      std::copy_n(c.data<T>(2) + i * nk, nk, x);
      trsm('R', lower ? 'U' : 'L', 'N', unit ? 'U' : 'N', k, n, a, n, x);
      return 0;
    };
  });
  if (f)
    throw Error("solveTriangular: Singular matrix: element " + std::to_string(f.info - 1) + " of its diagonal is zero" +
                f.where(count));
}

template <class T>
void cholesky(Command& c) {
  const int n = dimension(c, 0);
  const int64_t count = c.param(1), nn = int64_t(n) * n;
  if (n == 0) return;
  const Failure f = overStack(count, double(n) * n * n / 3, [&] {
    return [&, a = std::vector<T>(nn)](int64_t i) mutable {
      transposeInto(a.data(), c.data<T>(1) + i * nn, n, n);
      const int info = potrf('L', n, a.data());
      T* out = c.data<T>(0) + i * nn;
      transposeInto(out, a.data(), n, n);
      for (int64_t d = 0; d < n; d++) std::fill(out + d * n + d + 1, out + (d + 1) * n, T(0));
      return info;
    };
  });
  if (f)
    throw Error("cholesky: Matrix is not positive definite: its leading minor of order " + std::to_string(f.info) +
                " is not" + f.where(count));
}

// Operands: sign (T), log |det| (real), a; or det (T), a. The determinant is sign * exp(log), as NumPy's.
template <class T, bool logarithm>
void determinants(Command& c) {
  using R = Real<T>;
  const int n = dimension(c, 0);
  const int64_t count = c.param(1), nn = int64_t(n) * n;
  overStack(count, 2.0 / 3 * n * n * n, [&] {
    return [&, a = std::vector<T>(std::max<int64_t>(nn, 1)), pivot = std::vector<int>(n)](int64_t i) mutable {
      T sign = 1;
      R log = 0;
      if (n > 0) {
        transposeInto(a.data(), c.data<T>(logarithm ? 2 : 1) + i * nn, n, n);
        // A zero pivot is an answer here: the determinant is 0.
        if (getrf(n, n, a.data(), pivot.data()) > 0) {
          sign = 0;
          log = -std::numeric_limits<R>::infinity();
        } else {
          bool odd = false;
          for (int d = 0; d < n; d++) odd ^= pivot[d] != d + 1;
          if (odd) sign = T(-1);
          for (int64_t d = 0; d < n; d++) {
            const T x = a[d * n + d];
            const R size = std::abs(x);
            sign *= isComplex<T> ? x / size : T(std::real(x) < 0 ? -1 : 1);
            log += std::log(size);
          }
        }
      }
      if (logarithm) {
        c.data<T>(0)[i] = sign;
        c.data<R>(1)[i] = log;
      } else {
        c.data<T>(0)[i] = sign * std::exp(log);
      }
      return 0;
    };
  });
}

}  // namespace

void run_solve(Command& c) {
  eachPrecision(c, "solve", 0, [&](auto zero) { solve<decltype(zero), false>(c); });
}
void run_inv(Command& c) {
  eachPrecision(c, "inv", 0, [&](auto zero) { solve<decltype(zero), true>(c); });
}
void run_solveTriangular(Command& c) {
  eachPrecision(c, "solveTriangular", 0, [&](auto zero) { solveTriangular<decltype(zero)>(c); });
}
void run_cholesky(Command& c) {
  eachPrecision(c, "cholesky", 0, [&](auto zero) { cholesky<decltype(zero)>(c); });
}
void run_slogdet(Command& c) {
  eachPrecision(c, "slogdet", 0, [&](auto zero) { determinants<decltype(zero), true>(c); });
}
void run_det(Command& c) {
  eachPrecision(c, "det", 0, [&](auto zero) { determinants<decltype(zero), false>(c); });
}

}  // namespace gl
