// Pooling over windows of a plane. Windows are given as lists of rows and of columns (begin, end, divisor), so padding,
// ceil mode and adaptive sizes are the caller's; every window lies inside the plane.
//
// params: planes, H, W, OH, OW. Operands: result, input, rows (OH x 3), columns (OW x 3); max pooling also `winners`,
// the position in its plane of each window's largest element: the first one at a tie, the first NaN before all.
#include <algorithm>
#include <cstdint>
#include "cpu/dtypes.h"
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

struct Windows {
  int64_t planes, h, w, oh, ow;
  explicit Windows(const Command& c)
      : planes(c.param(0)), h(c.param(1)), w(c.param(2)), oh(c.param(3)), ow(c.param(4)) {}

  template <class Body>
  void eachPlane(Body&& body) const {
    parallelRanges(planes, 1, threadsFor(planes * h * w * 2), [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; p++) body(p);
    });
  }
};

}  // namespace

// Operands: out, input, rows, columns, winners (int32).
void run_maxPool(Command& c) {
  const Windows g(c);
  const double *rows = c.data<double>(2), *cols = c.data<double>(3);
  byFloat("pool", c, [&](auto zero) {
    using T = decltype(zero);
    const MaxPool kernel = kernels().maxPool[sizeof(T) == 4];
    const PoolPlane plane{g.w, g.oh, g.ow, rows, cols};
    g.eachPlane([&](int64_t p) {
      const int64_t at = p * g.oh * g.ow;
      kernel(plane, c.data<T>(1) + p * g.h * g.w, c.data<T>(0) + at, c.data<int32_t>(4) + at);
    });
  });
}

// out[plane][k] = input[plane][winners[plane][k]]. Operands: out, input, -, -, winners.
void run_poolGather(Command& c) {
  const Windows g(c);
  byFloat("pool", c, [&](auto zero) {
    using T = decltype(zero);
    const int64_t n = g.oh * g.ow;
    g.eachPlane([&](int64_t p) {
      const T* x = c.data<T>(1) + p * g.h * g.w;
      T* out = c.data<T>(0) + p * n;
      const int32_t* winner = c.data<int32_t>(4) + p * n;
      for (int64_t k = 0; k < n; k++) out[k] = x[winner[k]];
    });
  });
}

// out[plane][winners[plane][k]] += input[plane][k], from zero. Operands: out, input, -, -, winners.
void run_poolScatter(Command& c) {
  const Windows g(c);
  byFloat("pool", c, [&](auto zero) {
    using T = decltype(zero);
    const int64_t n = g.oh * g.ow;
    g.eachPlane([&](int64_t p) {
      T* out = c.data<T>(0) + p * g.h * g.w;
      const T* x = c.data<T>(1) + p * n;
      const int32_t* winner = c.data<int32_t>(4) + p * n;
      std::fill_n(out, g.h * g.w, T(0));
      for (int64_t k = 0; k < n; k++) out[winner[k]] += x[k];
    });
  });
}

// The sum of each window over its divisor. Operands: out, input, rows, columns.
void run_averagePool(Command& c) {
  const Windows g(c);
  const double *rows = c.data<double>(2), *cols = c.data<double>(3);
  byFloat("pool", c, [&](auto zero) {
    using T = decltype(zero);
    g.eachPlane([&](int64_t p) {
      const T* x = c.data<T>(1) + p * g.h * g.w;
      T* out = c.data<T>(0) + p * g.oh * g.ow;
      for (int64_t i = 0; i < g.oh; i++)
        for (int64_t j = 0; j < g.ow; j++, out++) {
          T sum(0);
          for (int64_t r = rows[3 * i]; r < static_cast<int64_t>(rows[3 * i + 1]); r++)
            for (int64_t q = cols[3 * j]; q < static_cast<int64_t>(cols[3 * j + 1]); q++) sum += x[r * g.w + q];
          *out = sum / T(rows[3 * i + 2] * cols[3 * j + 2]);
        }
    });
  });
}

// Each element of the input over its divisor, added to all of its window. Operands: out, input, rows, columns.
void run_averageSpread(Command& c) {
  const Windows g(c);
  const double *rows = c.data<double>(2), *cols = c.data<double>(3);
  byFloat("pool", c, [&](auto zero) {
    using T = decltype(zero);
    g.eachPlane([&](int64_t p) {
      T* out = c.data<T>(0) + p * g.h * g.w;
      const T* x = c.data<T>(1) + p * g.oh * g.ow;
      std::fill_n(out, g.h * g.w, T(0));
      for (int64_t i = 0; i < g.oh; i++)
        for (int64_t j = 0; j < g.ow; j++, x++) {
          const T share = *x / T(rows[3 * i + 2] * cols[3 * j + 2]);
          for (int64_t r = rows[3 * i]; r < static_cast<int64_t>(rows[3 * i + 1]); r++)
            for (int64_t q = cols[3 * j]; q < static_cast<int64_t>(cols[3 * j + 1]); q++) out[r * g.w + q] += share;
        }
    });
  });
}

}  // namespace gl
