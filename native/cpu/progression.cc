// Evenly spaced numbers, as NumPy's ranges compute them: start + i * step, rounded after each operation.
#include "cpu/dtypes.h"
#include "cpu/threads.h"

namespace gl {

namespace {

template <class T>
void progress(Command& c) {
  T* out = c.data<T>(0);
  const int64_t n = c.param(0);
  // Whole numbers are counted in 64 bits and wrap where the type is narrower.
  using W = typename std::conditional<std::is_floating_point<T>::value, T, int64_t>::type;
  const W start = W(c.real(1)), step = W(c.real(2));
  parallelRanges(n, 4096, threadsFor(n), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) out[i] = T(start + W(i) * step);
  });
  if (c.param(3) && n > 1) out[1] = T(W(c.real(4)));
  if (c.param(5) && n > 1) out[n - 1] = T(W(c.real(6)));
}

}  // namespace

// Operand 0 receives the numbers; params: how many, the first, the step; whether the second is given, and it; whether the
// last is given, and it.
void run_progression(Command& c) {
  byDType(c.dtype(0), [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_arithmetic<T>::value) progress<T>(c);
    else throw Error("progression: complex numbers have no order");
  });
}

}  // namespace gl
