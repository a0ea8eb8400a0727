// What layers and losses of nets do in one pass: normalisation of channels, softmax with cross-entropy.
#include <cmath>
#include <vector>
#include "cpu/checks.h"
#include "cpu/dtypes.h"
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

// params: n, c, s; the fourth slot holds eps.
void normalize(Command& c, NormCall call) {
  call.n = c.param(0), call.c = c.param(1), call.s = c.param(2), call.eps = c.real(3);
  if (call.n * call.c * call.s == 0) return;
  if (c.dtype(0) != DType::Float64 && c.dtype(0) != DType::Float32) throw Error("batchNorm: operands must be float64 or float32");
  const Norm kernel = kernels().norm[c.dtype(0) == DType::Float32];
  parallelRanges(call.c, call.s > 1 ? 1 : 16, threadsFor(call.n * call.c * call.s * 3), [&](int64_t begin, int64_t end) {
    kernel(call, begin, end);
  });
}

void forward(Command& c, bool given) {
  NormCall call{};
  call.given = given, call.out = c.address(0), call.x = c.address(1), call.weight = c.address(2), call.bias = c.address(3);
  call.mean = c.address(4), call.variance = c.address(5);
  normalize(c, call);
}

void backward(Command& c, bool given) {
  NormCall call{};
  call.given = given, call.out = c.address(0), call.x = c.address(1), call.g = c.address(2), call.weight = c.address(3);
  call.mean = c.address(4), call.variance = c.address(5), call.dweight = c.address(6), call.dbias = c.address(7);
  normalize(c, call);
}

}  // namespace

// Operands: result, input, weight, bias, mean, variance; weight and bias may be null. Statistics of the input are written,
// given ones are read.
void run_batchNorm(Command& c) { forward(c, false); }
void run_batchNormGiven(Command& c) { forward(c, true); }

// Operands: gradients of the input, input, gradient of the result, weight, mean, variance, gradients of weight and bias.
void run_batchNormGrad(Command& c) { backward(c, false); }
void run_batchNormGivenGrad(Command& c) { backward(c, true); }

// Operands: losses (n), probabilities minus 1 at the label (n, k) or null, scores (n, k, contiguous rows), labels (n).
// params: n, k, elements from row to row of the scores, from label to label.
void run_crossEntropy(Command& c) {
  const int64_t n = c.param(0), k = c.param(1), line = c.param(2);
  if (n == 0) return;
  std::vector<int64_t> labels(n);
  readLabels(c, 3, n, c.param(3), k, labels.data());
  byFloat("crossEntropy", c, [&](auto zero) {
    using T = decltype(zero);
    const Softmax logSoftmax = kernels().softmax[sizeof(T) == 4];
    const Loop exp = kernels().loop[op_exp][static_cast<int>(c.dtype(0))];
    T* const losses = c.data<T>(0);
    T* const gradient = c.data<T>(1);
    const T* const scores = c.data<T>(2);
    parallelRanges(n, 4, threadsFor(n * k * 16), [&](int64_t begin, int64_t end) {
      // Without a gradient to write, a few rows at a time pass through memory of our own.
      const int64_t step = gradient != nullptr ? end - begin : std::max<int64_t>(1, 2048 / k);
      std::vector<T> room(gradient != nullptr ? 0 : step * k);
      for (int64_t i = begin; i < end; i += step) {
        const int64_t m = std::min(step, end - i);
        T* const logs = gradient != nullptr ? gradient + i * k : room.data();
        logSoftmax(logs, reinterpret_cast<const char*>(scores + i * line), line * int64_t(sizeof(T)), m, k, true);
        for (int64_t r = 0; r < m; r++) losses[i + r] = -logs[r * k + labels[i + r]];
        if (gradient == nullptr) continue;
        char* const p[2] = {reinterpret_cast<char*>(logs), reinterpret_cast<char*>(logs)};
        const int64_t none[2] = {0, 0}, next[2] = {sizeof(T), sizeof(T)};
        exp(1, m * k, p, none, next);
        for (int64_t r = 0; r < m; r++) logs[r * k + labels[i + r]] -= 1;
      }
    });
  });
}

// Operand 0 = operand 1 where operand 2 is positive, else 0; n elements, which is param 0.
void run_maskByResult(Command& c) {
  const int64_t size = itemSize(c.dtype(0));
  if (c.dtype(0) != DType::Float64 && c.dtype(0) != DType::Float32) throw Error("maskByResult: operands must be float64 or float32");
  const MaskByResult mask = kernels().maskByResult[c.dtype(0) == DType::Float32];
  parallelRanges(c.param(0), 1024, threadsFor(c.param(0)), [&](int64_t begin, int64_t end) {
    mask(c.address(0) + begin * size, c.address(1) + begin * size, c.address(2) + begin * size, end - begin);
  });
}

}  // namespace gl
