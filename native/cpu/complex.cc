// Complex element types: loops and folds. Sums follow NumPy's pairwise order.
#include "cpu/plain.h"

namespace gl {

namespace {

using namespace baseline;

// As for real numbers, with half as many elements to a block: NumPy counts real and imaginary parts.
template <class T>
Complex<T> pairwise(const char* a, int64_t s, int64_t n) {
  using C = Complex<T>;
  if (n < 4) {
    C sum(0, 0);
    for (int64_t i = 0; i < n; i++) sum = sum + elementAt<C>(a, s, i);
    return sum;
  }
  if (n <= 64) {
    C r[4];
    for (int j = 0; j < 4; j++) r[j] = elementAt<C>(a, s, j);
    int64_t i = 4;
    for (; i + 4 <= n; i += 4)
      for (int j = 0; j < 4; j++) r[j] = r[j] + elementAt<C>(a, s, i + j);
    C sum = (r[0] + r[1]) + (r[2] + r[3]);
    for (; i < n; i++) sum = sum + elementAt<C>(a, s, i);
    return sum;
  }
  const int64_t half = (n - n % 8) / 2;
  return pairwise<T>(a, s, half) + pairwise<T>(a + half * s, s, n - half);
}

template <class T>
void foldSum(void* acc, const char* a, int64_t s, int64_t n) {
  Complex<T>* out = static_cast<Complex<T>*>(acc);
  *out = *out + pairwise<T>(a, s, n);
}

}  // namespace

void fillComplex(Kernels& k) {
  fillPlain<Complex<double>>(k);
  fillPlain<Complex<float>>(k);
  k.fold[FoldSum][static_cast<int>(DType::Complex128)] = foldSum<double>;
  k.fold[FoldSum][static_cast<int>(DType::Complex64)] = foldSum<float>;
}

}  // namespace gl
