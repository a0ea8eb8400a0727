// Vectors of three components.
#include "cpu/dtypes.h"
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

// Rows of three elements: out = a x b; all contiguous, of one dtype. params: rows
void run_crossProduct(Command& c) {
  const int64_t n = c.param(0);
  byDType(c.dtype(0), [&](auto zero) {
    using T = decltype(zero);
    T* out = c.data<T>(0);
    const T* a = c.data<T>(1);
    const T* b = c.data<T>(2);
    parallelRanges(n, 128, threadsFor(n * 9), [&](int64_t begin, int64_t end) {
      for (int64_t i = 3 * begin; i < 3 * end; i += 3) {
        out[i] = T(a[i + 1] * b[i + 2] - a[i + 2] * b[i + 1]);
        out[i + 1] = T(a[i + 2] * b[i] - a[i] * b[i + 2]);
        out[i + 2] = T(a[i] * b[i + 1] - a[i + 1] * b[i]);
      }
    });
  });
}

}  // namespace gl
