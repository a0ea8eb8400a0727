// Softmax and its logarithm of rows of contiguous elements. params: rows, elements of a row, 1 for the logarithm, elements
// from one row of the input to the next. Operands: result (contiguous), input.
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

void run_softmax(Command& c) {
  const int64_t rows = c.param(0), n = c.param(1);
  const bool log = c.param(2) != 0;
  if (rows == 0 || n == 0) return;
  const DType t = c.dtype(0);
  if (t != DType::Float64 && t != DType::Float32) throw Error("softmax: operands must be float64 or float32");
  const auto kernel = kernels().softmax[t == DType::Float32];
  const int64_t line = n * itemSize(t);
  const int64_t from = c.param(3) * itemSize(t);
  char* out = c.address(0);
  const char* in = c.address(1);
  parallelRanges(rows, 1, threadsFor(rows * n * 10), [&](int64_t begin, int64_t end) {
    kernel(out + begin * line, in + begin * from, from, end - begin, n, log);
  });
}

}  // namespace gl
