// Linear layers one after the other, each with its bias and the rectifier where wanted, and their gradients: one command
// for all of them. Bias, rectifier and its gradient are done to parts of a product while these are in the cache.
#include <cstring>
#include "cpu/matmul.h"
#include "cpu/table.h"
#include "cpu/threads.h"

// params: 0 rows, 1 layers, 2 columns of the first input. Matrices are contiguous.
// dense: operand 0 the first input; list, for each layer: columns of its result, addresses of weights (columns of the
// result, of the input), bias or 0, and result, whether the rectifier follows.
// denseGrad: operand 0 the gradient of the last result before its rectifier; list, for each layer: columns of its result,
// addresses of weights, input, and the gradients of weights, bias and input, each 0 when it is not wanted; whether the
// input is the result of a rectifier.

namespace gl {

namespace {

template <class T> T* pointer(double slot) { return reinterpret_cast<T*>(static_cast<uintptr_t>(slot)); }

template <class T>
void forward(const Command& c) {
  const int64_t rows = c.param(0), layers = c.param(1);
  const FinishRows finishRows = kernels().finishRows[sizeof(T) == 4];
  int64_t inputs = c.param(2);
  const T* x = c.data<T>(0);
  for (int64_t l = 0; l < layers; l++) {
    const double* const slot = c.slot + Command::kList + 5 * l;
    const int64_t cols = static_cast<int64_t>(slot[0]);
    const T *const weights = pointer<T>(slot[1]), *const bias = pointer<T>(slot[2]);
    T* const out = pointer<T>(slot[3]);
    const bool rectified = slot[4] != 0;
    const auto finish = [&](int64_t i, int64_t count, int64_t j, int64_t width) {
      if (bias == nullptr && !rectified) return;
      const T* const row = bias == nullptr ? nullptr : bias + j;
      if (width == cols) return finishRows(out + i * cols, row, count, cols, rectified);
      for (int64_t r = i; r < i + count; r++) finishRows(out + r * cols + j, row, 1, width, rectified);
    };
    multiply(out, x, weights, {rows, inputs, inputs, 1}, {inputs, cols, 1, inputs}, Finish(finish));
    x = out;
    inputs = cols;
  }
}

template <class T>
void backward(const Command& c) {
  const int64_t rows = c.param(0), layers = c.param(1);
  const int type = sizeof(T) == 4;
  const MaskByResult mask = kernels().maskByResult[type];
  const FoldRows fold = kernels().foldRows[FoldSum][static_cast<int>(type ? DType::Float32 : DType::Float64)];
  const T* d = c.data<T>(0);
  for (int64_t l = layers - 1; l >= 0; l--) {
    const double* const slot = c.slot + Command::kList + 7 * l;
    const int64_t cols = static_cast<int64_t>(slot[0]), inputs = l > 0 ? static_cast<int64_t>(slot[-7]) : c.param(2);
    const T *const weights = pointer<T>(slot[1]), *const x = pointer<T>(slot[2]);
    T *const dweights = pointer<T>(slot[3]), *const dbias = pointer<T>(slot[4]), *const dx = pointer<T>(slot[5]);
    const bool rectified = slot[6] != 0;
    if (dweights != nullptr) {
      const auto nothing = [](int64_t, int64_t, int64_t, int64_t) {};
      multiply(dweights, d, x, {cols, rows, 1, cols}, {rows, inputs, inputs, 1}, Finish(nothing));
    }
    if (dbias != nullptr) {
      std::memset(dbias, 0, cols * sizeof(T));
      fold(dbias, reinterpret_cast<const char*>(d), cols * sizeof(T), sizeof(T), rows, cols);
    }
    if (dx == nullptr) continue;
    const auto finish = [&](int64_t i, int64_t count, int64_t j, int64_t width) {
      if (!rectified) return;
      if (width == inputs) return mask(dx + i * inputs, dx + i * inputs, x + i * inputs, count * inputs);
      for (int64_t r = i; r < i + count; r++) mask(dx + r * inputs + j, dx + r * inputs + j, x + r * inputs + j, width);
    };
    multiply(dx, d, weights, {rows, cols, cols, 1}, {cols, inputs, inputs, 1}, Finish(finish));
    d = dx;
  }
}

}  // namespace

void run_dense(Command& c) {
  if (c.dtype(0) == DType::Float32) forward<float>(c);
  else if (c.dtype(0) == DType::Float64) forward<double>(c);
  else throw Error("dense: operands must be float64 or float32");
}

void run_denseGrad(Command& c) {
  if (c.dtype(0) == DType::Float32) backward<float>(c);
  else if (c.dtype(0) == DType::Float64) backward<double>(c);
  else throw Error("denseGrad: operands must be float64 or float32");
}

}  // namespace gl
