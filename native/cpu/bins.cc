// Which bin of a histogram an element falls into, and values between the points of a curve.
#include <algorithm>
#include <cmath>
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

// Half open bins between rising edges, the last one with its right edge too; -1 outside, and for NaN.
struct Uniform {
  const double* edge;
  int64_t bins;
  double first, scale;
  int64_t operator()(double v) const {
    if (!(v >= edge[0] && v <= edge[bins])) return -1;
    // The guess may be one off near an edge; the edges decide.
    const int64_t k = std::min(static_cast<int64_t>((v - first) * scale), bins - 1);
    const bool below = v < edge[k], above = v >= edge[k + 1] && k != bins - 1;
    return k - below + (above && !below);
  }
};

struct Listed {
  const double* edge;
  int64_t bins;
  int64_t operator()(double v) const {
    if (!(v >= edge[0] && v <= edge[bins])) return -1;
    // The last of the left edges that is not above v.
    int64_t from = 0;
    for (int64_t length = bins; length > 1; length -= length / 2) from += edge[from + length / 2] <= v ? length / 2 : 0;
    return from;
  }
};

template <class Bin>
void numbers(Command& c, const Bin& bin) {
  int64_t* out = c.data<int64_t>(0);
  const double* x = c.data<double>(1);
  const int64_t n = c.param(0), bins = c.param(1);
  const bool further = c.param(3) != 0;
  parallelRanges(n, 512, threadsFor(n * 4), [&](int64_t begin, int64_t end) {
    if (further) {
      for (int64_t i = begin; i < end; i++) {
        const int64_t k = bin(x[i]);
        out[i] = (out[i] < 0) | (k < 0) ? -1 : out[i] * bins + k;
      }
    } else {
      for (int64_t i = begin; i < end; i++) out[i] = bin(x[i]);
    }
  });
}

// One element between n points.
struct Curve {
  const double *x, *y;
  int64_t n;
  double left, right;
  double operator()(double v) const {
    if (v != v) return v;
    if (v < x[0]) return left;
    if (v > x[n - 1]) return right;
    if (v == x[n - 1]) return y[n - 1];
    int64_t j = 0;
    for (int64_t length = n; length > 1; length -= length / 2) j += x[j + length / 2] <= v ? length / 2 : 0;
    if (v == x[j]) return y[j];
    const double slope = (y[j + 1] - y[j]) / (x[j + 1] - x[j]);
    double out = slope * (v - x[j]) + y[j];
    // Between infinite values it may be a number from the other side.
    if (std::isnan(out)) out = slope * (v - x[j + 1]) + y[j + 1];
    return std::isnan(out) && y[j] == y[j + 1] ? y[j] : out;
  }
};

}  // namespace

// out[i] = the curve through points (operands 2 and 3) at x[i], all contiguous float64. params: elements, points > 0,
// what stands before the first and after the last point, and whether that is the value there instead
void run_interp(Command& c) {
  double* out = c.data<double>(0);
  const double* x = c.data<double>(1);
  const int64_t n = c.param(0);
  const double* y = c.data<double>(3);
  const double left = c.param(4) != 0 ? y[0] : c.real(2), right = c.param(5) != 0 ? y[c.param(1) - 1] : c.real(3);
  const Curve curve{c.data<double>(2), y, c.param(1), left, right};
  parallelRanges(n, 512, threadsFor(n * 32), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) out[i] = curve(x[i]);
  });
}

// Operands: numbers (int64), elements and edges (float64), all contiguous. params: elements, bins, whether the bins are
// equally wide, whether the numbers are those of cells so far, to which this dimension is added; where the first bin
// begins and the bins per unit.
void run_binNumbers(Command& c) {
  const double* edge = c.data<double>(2);
  const int64_t bins = c.param(1);
  if (c.param(2) != 0) numbers(c, Uniform{edge, bins, c.real(4), c.real(5)});
  else numbers(c, Listed{edge, bins});
}

}  // namespace gl
