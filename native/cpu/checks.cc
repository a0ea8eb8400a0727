// Checks of the elements of index arrays and labels, so that no JavaScript loop has to read them.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <type_traits>
#include "cpu/checks.h"
#include "cpu/table.h"

namespace gl {

namespace {

// As JavaScript prints numbers of ordinary size.
std::string numberText(double x) {
  char text[32];
  if (x == static_cast<double>(static_cast<int64_t>(x)) && x < 1e15 && x > -1e15) return std::to_string(static_cast<int64_t>(x));
  for (int digits = 1; digits <= 17; digits++) {
    std::snprintf(text, sizeof text, "%.*g", digits, x);
    if (std::stod(text) == x) break;
  }
  return x != x ? "NaN" : text;
}

// Calls body(first position, count, elements as float64) over a one-dimensional or contiguous operand.
template <class Body>
void eachBlock(const Command& c, int operand, int64_t n, int64_t step, Body&& body) {
  constexpr int64_t block = 512;
  double x[block];
  const DType t = c.dtype(operand);
  const int64_t stride = step * itemSize(t);
  const Loop cast = kernels().cast[static_cast<int>(DType::Float64)][static_cast<int>(t)];
  const int64_t none[2] = {0, 0}, steps[2] = {8, stride};
  for (int64_t i = 0; i < n; i += block) {
    const int64_t m = std::min(block, n - i);
    char* const p[2] = {reinterpret_cast<char*>(x), c.address(operand) + i * stride};
    cast(1, m, p, none, steps);
    body(i, m, x);
  }
}

bool isWhole(double x) { return x > -9.3e18 && x < 9.3e18 && x == static_cast<double>(static_cast<int64_t>(x)); }

}  // namespace

// out = the elements of a floating point array as int64; params: elements, element stride.
void run_wholeNumbers(Command& c) {
  int64_t* out = c.data<int64_t>(0);
  eachBlock(c, 1, c.param(0), c.param(1), [&](int64_t first, int64_t m, const double* x) {
    for (int64_t j = 0; j < m; j++) {
      if (!isWhole(x[j]))
        throw Error("arrays used as indices must be of integer or boolean type; element " + std::to_string(first + j) +
                    " of this floating point array is " + numberText(x[j]) + ".");
      out[first + j] = static_cast<int64_t>(x[j]);
    }
  });
}

void readLabels(const Command& c, int operand, int64_t n, int64_t stride, int64_t k, int64_t* out) {
  const double classes = static_cast<double>(k);
  eachBlock(c, operand, n, stride, [&](int64_t first, int64_t m, const double* x) {
    for (int64_t j = 0; j < m; j++) {
      if (!(isWhole(x[j]) && x[j] >= 0 && x[j] < classes))
        throw Error("label " + numberText(x[j]) + " of example " + std::to_string(first + j) + " is out of range; with " +
                    numberText(classes) + " classes labels are 0 to " + numberText(classes - 1) + ".");
      if (out != nullptr) out[first + j] = static_cast<int64_t>(x[j]);
    }
  });
}

// Labels of classes: whole numbers from 0 to k - 1; params: elements, element stride, k.
void run_requireLabels(Command& c) { readLabels(c, 0, c.param(0), c.param(1), c.param(2), nullptr); }

// Whether |x - y| <= atol + rtol |y|, or x == y where one of them is not finite. Operands: booleans (not written when
// param 1 is 0), x and y (float64). params: elements, whether to write, element steps of x and y, rtol, atol, whether NaN
// equals NaN. result: how many are not close.
void run_close(Command& c) {
  const int64_t n = c.param(0), sx = c.param(2), sy = c.param(3);
  const bool writing = c.param(1) != 0, sameNaN = c.param(6) != 0;
  const double rtol = c.real(4), atol = c.real(5);
  uint8_t* out = writing ? c.data<uint8_t>(0) : nullptr;
  const double* x = c.data<double>(1);
  const double* y = c.data<double>(2);
  constexpr int64_t block = 512;
  int64_t far = 0;
  for (int64_t i = 0; i < n; i += block) {
    const int64_t m = std::min(block, n - i);
    uint8_t close[block];
    const auto compare = [&](auto stepX, auto stepY) {
      for (int64_t j = 0; j < m; j++) {
        const double a = x[(i + j) * stepX], b = y[(i + j) * stepY];
        const bool near = std::fabs(a - b) <= atol + rtol * std::fabs(b);
        const bool finite = (a - a == 0) & (b - b == 0);
        close[j] = (finite & near) | (!finite & (a == b));
      }
    };
    constexpr std::integral_constant<int64_t, 1> one{};
    if (sx == 1 && sy == 1) compare(one, one);
    else compare(sx, sy);
    if (sameNaN)
      for (int64_t j = 0; j < m; j++) close[j] |= std::isnan(x[(i + j) * sx]) & std::isnan(y[(i + j) * sy]);
    int64_t kept = 0;
    for (int64_t j = 0; j < m; j++) kept += close[j];
    far += m - kept;
    if (writing) std::copy_n(close, m, out + i);
  }
  c.result(0, static_cast<double>(far));
}

}  // namespace gl
