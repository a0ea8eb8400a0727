// Matrix products: floats by OpenBLAS or, for shapes it handles badly, by isa/gemm.cc; integers by plain loops.
// Operands come with any strides; layouts that BLAS can read (one unit stride) are not copied.
#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <vector>
#include "cpu/blas.h"
#include "cpu/dtypes.h"
#include "cpu/matmul.h"
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

inline void gemm(const char* ta, const char* tb, const int* m, const int* n, const int* k, const double* a, const int* lda,
                 const double* b, const int* ldb, double* c, const int* ldc) {
  const double one = 1, zero = 0;
  dgemm_(ta, tb, m, n, k, &one, a, lda, b, ldb, &zero, c, ldc);
}
inline void gemm(const char* ta, const char* tb, const int* m, const int* n, const int* k, const float* a, const int* lda,
                 const float* b, const int* ldb, float* c, const int* ldc) {
  const float one = 1, zero = 0;
  sgemm_(ta, tb, m, n, k, &one, a, lda, b, ldb, &zero, c, ldc);
}
inline void gemv(const char* t, const int* m, const int* n, const double* a, const int* lda, const double* x, const int* incx,
                 double* y, const int* incy) {
  const double one = 1, zero = 0;
  dgemv_(t, m, n, &one, a, lda, x, incx, &zero, y, incy);
}
inline void gemv(const char* t, const int* m, const int* n, const float* a, const int* lda, const float* x, const int* incx,
                 float* y, const int* incy) {
  const float one = 1, zero = 0;
  sgemv_(t, m, n, &one, a, lda, x, incx, &zero, y, incy);
}
inline double dot(const int* n, const double* x, const int* incx, const double* y, const int* incy) {
  return ddot_(n, x, incx, y, incy);
}
inline float dot(const int* n, const float* x, const int* incx, const float* y, const int* incy) {
  return sdot_(n, x, incx, y, incy);
}

template <class T>
inline void gemmComplex(const char* ta, const char* tb, const int* m, const int* n, const int* k, const T* a, const int* lda,
                        const T* b, const int* ldb, T* c, const int* ldc) {
  const T one(1, 0), zero(0, 0);
  if constexpr (sizeof(T) == 16) zgemm_(ta, tb, m, n, k, &one, a, lda, b, ldb, &zero, c, ldc);
  else cgemm_(ta, tb, m, n, k, &one, a, lda, b, ldb, &zero, c, ldc);
}

int blasInt(int64_t n) {
  if (n > std::numeric_limits<int>::max()) throw Error("matmul: a dimension exceeds 2147483647, the limit of BLAS");
  return static_cast<int>(n);
}

// BLAS reads a matrix whose rows or columns are contiguous and do not overlap.
bool rowsReadable(const Matrix& a) { return (a.s1 == 1 || a.cols == 1) && (a.s0 >= a.cols || a.rows == 1) && a.s0 >= 0; }
bool colsReadable(const Matrix& a) { return (a.s0 == 1 || a.rows == 1) && (a.s1 >= a.rows || a.cols == 1) && a.s1 >= 0; }

template <class T>
const T* compact(const T* a, Matrix& m, std::vector<T>& memory) {
  if (rowsReadable(m) || colsReadable(m)) return a;
  memory.resize(std::max<int64_t>(m.rows * m.cols, 1));
  for (int64_t i = 0; i < m.rows; i++)
    for (int64_t j = 0; j < m.cols; j++) memory[i * m.cols + j] = a[i * m.s0 + j * m.s1];
  m.s0 = m.cols;
  m.s1 = 1;
  return memory.data();
}

// By our own kernels where they take the shape; long ones in parts by several threads.
template <class T>
bool smallProduct(T* c, const T* a, const T* b, const Matrix& ma, const Matrix& mb) {
  const int64_t m = ma.rows, k = ma.cols, n = mb.cols;
  const SmallGemm gemm = kernels().gemm[sizeof(T) == 4];
  const int threads = threadsFor(m * n * k / 2);
  if (threads == 1) return gemm(c, a, b, m, n, k, n, ma.s0, ma.s1, mb.s0, mb.s1);
  std::atomic<bool> taken{true};
  if (m >= n) {
    parallelRanges(m, 16, threads, [&](int64_t i, int64_t end) {
      if (!gemm(c + i * n, a + i * ma.s0, b, end - i, n, k, n, ma.s0, ma.s1, mb.s0, mb.s1)) taken = false;
    });
  } else {
    parallelRanges(n, 64, threads, [&](int64_t j, int64_t end) {
      if (!gemm(c + j, a, b + j * mb.s1, m, end - j, k, n, ma.s0, ma.s1, mb.s0, mb.s1)) taken = false;
    });
  }
  return taken;
}

// c (m x n) = a b by one call; a and b as BLAS reads them, `rows` telling whether rows or columns lie together.
template <class T>
void oneCall(T* c, int64_t m, int64_t n, int64_t k, const T* a, bool rowsA, int lda, const T* b, bool rowsB, int ldb, int ldc) {
  const int im = m, in = n, ik = k;
  gemm(rowsB ? "N" : "T", rowsA ? "N" : "T", &in, &im, &ik, b, &ldb, a, &lda, c, &ldc);
}

// From so many products on BLAS's own threads, which share what they lay out, are faster by a third, and what their
// barriers cost beside another process is small against the work.
constexpr int64_t kLarge = int64_t(1) << 25;

// Where our own panels end: of larger products BLAS's threads, which share what they lay out, make as much.
constexpr int64_t kPanelLimit = int64_t(1) << 31;

// The same by the pool's threads, in parts of rows or columns. BLAS's own threads meet at barriers, which with another
// process on the machine cost more than the second thread brings.
template <class T>
void shared(T* c, int64_t m, int64_t n, int64_t k, const T* a, bool rowsA, int lda, const T* b, bool rowsB, int ldb, int ldc) {
  // A narrow operand is laid out quickly, also by each thread for itself.
  if (m * n * k >= (std::min(m, n) <= 96 ? 4 * kLarge : kLarge)) return oneCall(c, m, n, k, a, rowsA, lda, b, rowsB, ldb, ldc);
  const int threads = threadsFor(m * n * k / 8);
  const SingleThreaded alone(true);
  // Wide enough that laying out the other operand again for each part does not tell.
  const int64_t parts = std::min<int64_t>(threads == 1 ? 1 : 2 * threads, std::max(m, n) / 48);
  if (parts <= 1) return oneCall(c, m, n, k, a, rowsA, lda, b, rowsB, ldb, ldc);
  const bool byRows = m >= n;
  const int64_t size = byRows ? m : n, grain = ((size + parts - 1) / parts + 15) / 16 * 16;
  parallelRanges(size, grain, threads, [&](int64_t begin, int64_t end) {
    const int64_t count = end - begin;
    if (byRows) oneCall(c + begin * ldc, count, n, k, a + begin * (rowsA ? lda : 1), rowsA, lda, b, rowsB, ldb, ldc);
    else oneCall(c + begin, m, count, k, a, rowsA, lda, b + begin * (rowsB ? 1 : ldb), rowsB, ldb, ldc);
  });
}

// Rows of a panel that are laid out at a time: they stay in the cache while all rows of a pass by.
constexpr int64_t kDepth = 1024;

// Products in single precision by panels of b: whoever multiplies with a panel lays it out, so nothing is laid out twice
// and nobody waits for others. Each element is summed in the order of k, whatever the threads. False for shapes and
// machines that BLAS serves better.
bool byPanels(float* c, const float* a, const float* b, const Matrix& ma, const Matrix& mb, const Finish* finish) {
  const Kernels& kernel = kernels();
  const int64_t m = ma.rows, k = ma.cols, n = mb.cols, width = kernel.panelWidth[1], panels = (n + width - 1) / width;
  if (kernel.lanes[1] < 16 || m < 32 || n < width || k < 16 || 8 * n < 7 * panels * width || m * n * k >= kPanelLimit) return false;
  if ((ma.s0 != 1 && ma.s1 != 1) || ma.s0 < 0 || ma.s1 < 0) return false;
  const int threads = threadsFor(m * n * k / 8);
  // Long columns of a, element by element in lines far apart, are laid out as rows.
  std::unique_ptr<float[]> laid;
  Matrix rows = ma;
  if (ma.s1 != 1 && k > 128) {
    const int64_t stride = k + 16;
    laid.reset(new float[m * stride]);
    parallelRanges(k, 64, threads, [&](int64_t begin, int64_t end) {
      kernel.turn(laid.get() + begin, stride, a + begin * ma.s1, ma.s1, end - begin, m);
    });
    a = laid.get();
    rows = {m, k, stride, 1};
  }
  // Few panels are shared out by rows as well.
  const int64_t parts = std::max<int64_t>(1, std::min(m / 96, (threads == 1 ? 1 : 4 * threads) / panels));
  parallelRanges(panels * parts, 1, threads, [&](int64_t begin, int64_t end) {
    static thread_local std::vector<float> memory;
    const int64_t deep = std::min(k, kDepth);
    if (static_cast<int64_t>(memory.size()) < deep * width + 16) memory.resize(deep * width + 16);
    float* const panel = reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(memory.data()) + 63) & ~uintptr_t(63));
    for (int64_t at = begin; at < end;) {
      const int64_t p = at / parts, last = std::min(end, (p + 1) * parts);
      const int64_t i = m * (at % parts) / parts, count = m * (last - p * parts) / parts - i;
      for (int64_t q = 0; q < k; q += kDepth) {
        const int64_t depth = std::min(kDepth, k - q);
        kernel.packPanel[1](panel, b + q * mb.s0, p, depth, n, mb.s0, mb.s1);
        kernel.panelGemm[1](c + i * n + p * width, a + i * rows.s0 + q * rows.s1, panel, count,
                            std::min(width, n - p * width), depth, n, rows.s0, rows.s1, 0, q > 0);
      }
      if (finish != nullptr) finish->part(i, count, p * width, std::min(width, n - p * width));
      at = last;
    }
  });
  return true;
}

// One row or column from a large matrix is a matter of bandwidth, which BLAS's own routines use up.
bool bandwidthBound(int64_t m, int64_t k, int64_t n) { return (m == 1 || n == 1) && m * n * k > 16384; }

// c (m x n, C order) = a (m x k) b (k x n). BLAS is column-major, so it is asked for c' = b' a'. True when the parts of
// the result have been finished already.
template <class T>
bool product(T* c, const T* a, const T* b, Matrix ma, Matrix mb, const Finish* finish) {
  const int64_t m = ma.rows, k = ma.cols, n = mb.cols;
  if (m == 0 || n == 0) return false;
  if (k == 0) {
    std::fill_n(c, m * n, T(0));
    return false;
  }
  // Windows that slide over a vector overlap: BLAS cannot read them, and would get a copy many times their size.
  const bool sliding = m == 1 && mb.s0 == 1 && mb.s1 == 1 && k > 1 && n > 1;
  if ((sliding || !bandwidthBound(m, k, n)) && smallProduct(c, a, b, ma, mb)) return false;
  std::vector<T> memoryA, memoryB;
  a = compact(a, ma, memoryA);
  b = compact(b, mb, memoryB);
  const int im = blasInt(m), in = blasInt(n), ik = blasInt(k);
  const int unit = 1;
  if (m == 1 && n == 1) {
    const int sa = blasInt(k == 1 ? 1 : ma.s1), sb = blasInt(k == 1 ? 1 : mb.s0);
    *c = dot(&ik, a, &sa, b, &sb);
    return false;
  }
  if constexpr (std::is_same<T, float>::value)
    if (byPanels(c, a, b, ma, mb, finish)) return true;
  const bool rowsA = rowsReadable(ma), rowsB = rowsReadable(mb);
  const int lda = blasInt(std::max<int64_t>(1, rowsA ? (m == 1 ? k : ma.s0) : (k == 1 ? m : ma.s1)));
  const int ldb = blasInt(std::max<int64_t>(1, rowsB ? (k == 1 ? n : mb.s0) : (n == 1 ? k : mb.s1)));
  if (n == 1) {
    const int sb = blasInt(k == 1 ? 1 : mb.s0);
    if (sb > 0) {
      if (rowsA) gemv("T", &ik, &im, a, &lda, b, &sb, c, &unit);
      else gemv("N", &im, &ik, a, &lda, b, &sb, c, &unit);
      return false;
    }
  }
  if (m == 1) {
    const int sa = blasInt(k == 1 ? 1 : ma.s1);
    if (sa > 0) {
      if (rowsB) gemv("N", &in, &ik, b, &ldb, a, &sa, c, &unit);
      else gemv("T", &ik, &in, b, &ldb, a, &sa, c, &unit);
      return false;
    }
  }
  shared(c, m, n, k, a, rowsA, lda, b, rowsB, ldb, in);
  return false;
}

template <class T>
void plainProduct(T* c, const T* a, const T* b, const Matrix& ma, const Matrix& mb) { product(c, a, b, ma, mb, nullptr); }

// Complex numbers: BLAS's general product for every shape.
template <class T>
void productOfComplex(T* c, const T* a, const T* b, Matrix ma, Matrix mb) {
  const int64_t m = ma.rows, k = ma.cols, n = mb.cols;
  if (m == 0 || n == 0) return;
  if (k == 0) {
    std::fill_n(c, m * n, T(0, 0));
    return;
  }
  std::vector<T> memoryA, memoryB;
  a = compact(a, ma, memoryA);
  b = compact(b, mb, memoryB);
  const int im = blasInt(m), in = blasInt(n), ik = blasInt(k);
  const bool rowsA = rowsReadable(ma), rowsB = rowsReadable(mb);
  const int lda = blasInt(std::max<int64_t>(1, rowsA ? (m == 1 ? k : ma.s0) : (k == 1 ? m : ma.s1)));
  const int ldb = blasInt(std::max<int64_t>(1, rowsB ? (k == 1 ? n : mb.s0) : (n == 1 ? k : mb.s1)));
  SingleThreaded alone(m * n * k < 4096);
  gemmComplex(rowsB ? "N" : "T", rowsA ? "N" : "T", &in, &im, &ik, b, &ldb, a, &lda, c, &in);
}

// Integers: row by row, so that the inner loop runs along contiguous results.
template <class T>
void productOfIntegers(T* c, const T* a, const T* b, const Matrix& ma, const Matrix& mb) {
  const int64_t m = ma.rows, k = ma.cols, n = mb.cols;
  parallelRanges(m, 1, threadsFor(m * n * k), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      T* row = c + i * n;
      std::fill_n(row, n, T(0));
      for (int64_t q = 0; q < k; q++) {
        const T x = a[i * ma.s0 + q * ma.s1];
        const T* y = b + q * mb.s0;
        for (int64_t j = 0; j < n; j++) row[j] = T(row[j] + x * y[j * mb.s1]);
      }
    }
  });
}

// bool: a true product anywhere makes the element true, as in NumPy.
void productOfBools(uint8_t* c, const uint8_t* a, const uint8_t* b, const Matrix& ma, const Matrix& mb) {
  for (int64_t i = 0; i < ma.rows; i++)
    for (int64_t j = 0; j < mb.cols; j++) {
      bool any = false;
      for (int64_t q = 0; q < ma.cols && !any; q++) any = a[i * ma.s0 + q * ma.s1] && b[q * mb.s0 + j * mb.s1];
      c[i * mb.cols + j] = any;
    }
}

template <class T, class Product>
void batches(Command& c, const Matrix& ma, const Matrix& mb, Product&& one) {
  const int nd = c.ndim();
  int64_t total = 1;
  for (int d = 0; d < nd; d++) total *= c.shape(d);
  // Many small products are shared out among the threads; a few large ones use them all, one after the other.
  const int64_t work = ma.rows * ma.cols * mb.cols / 2;
  const int threads = total > 1 && threadsFor(work) == 1 ? threadsFor(work * total) : 1;
  parallelRanges(total, 1, threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      int64_t rest = i, out = 0, x = 0, y = 0;
      for (int d = nd - 1; d >= 0; d--) {
        const int64_t at = rest % c.shape(d);
        rest /= c.shape(d);
        out += at * c.stride(0, d);
        x += at * c.stride(1, d);
        y += at * c.stride(2, d);
      }
      one(c.data<T>(0) + out, c.data<T>(1) + x, c.data<T>(2) + y, ma, mb);
    }
  });
}

}  // namespace

template <class T>
void multiply(T* c, const T* a, const T* b, const Matrix& ma, const Matrix& mb, const Finish& finish) {
  if (product(c, a, b, ma, mb, &finish)) return;
  parallelRanges(ma.rows, 1, threadsFor(ma.rows * mb.cols), [&](int64_t begin, int64_t end) {
    finish.part(begin, end - begin, 0, mb.cols);
  });
}
template void multiply(float*, const float*, const float*, const Matrix&, const Matrix&, const Finish&);
template void multiply(double*, const double*, const double*, const Matrix&, const Matrix&, const Finish&);

void run_matmul(Command& c) {
  const int64_t m = c.param(0), k = c.param(1), n = c.param(2);
  const Matrix ma{m, k, c.param(3), c.param(4)}, mb{k, n, c.param(5), c.param(6)};
  if (c.dtype(0) != c.dtype(1) || c.dtype(0) != c.dtype(2)) throw Error("matmul: operands of different dtypes");
  if (c.dtype(0) == DType::Bool) return batches<uint8_t>(c, ma, mb, productOfBools);
  byDType(c.dtype(0), [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_integral<T>::value) batches<T>(c, ma, mb, productOfIntegers<T>);
    else if constexpr (std::is_floating_point<T>::value) batches<T>(c, ma, mb, plainProduct<T>);
    else batches<T>(c, ma, mb, productOfComplex<T>);
  });
}

// The way of product() for a shape, for fused loops: a GemmForm, 0 when it is BLAS's.
void run_matmulForm(Command& c) {
  const int64_t m = c.param(0), k = c.param(1), n = c.param(2);
  GemmForm form = GemmForm::None;
  if (m > 0 && n > 0 && k > 0 && (c.loop() == DType::Float64 || c.loop() == DType::Float32) && !bandwidthBound(m, k, n))
    form = gemmForm(m, n, k, c.param(3), c.param(4), c.param(5), c.param(6), kernels().lanes[c.loop() == DType::Float32]);
  c.result(0, static_cast<double>(form));
}

}  // namespace gl
