// Functions of whole rows for one instruction set: softmax, and the squared distances that a variance adds up.
#include "kernels.h"
#include "cpu/table.h"

namespace gl {
namespace GL_ISA {
namespace {

// A NaN may lose here: it comes back through the sum of the exponentials.
template <class T> T largest(const T* v, int64_t n) {
  typedef T V __attribute__((vector_size(64)));
  constexpr int64_t lanes = 64 / sizeof(T);
  T m = v[0];
  int64_t i = 0;
  if (n >= 2 * lanes) {
    V x, y, a, b;
    __builtin_memcpy(&a, v, sizeof a);
    __builtin_memcpy(&b, v + lanes, sizeof b);
    for (i = 2 * lanes; i + 2 * lanes <= n; i += 2 * lanes) {
      __builtin_memcpy(&x, v + i, sizeof x);
      __builtin_memcpy(&y, v + i + lanes, sizeof y);
      a = x > a ? x : a;
      b = y > b ? y : b;
    }
    a = b > a ? b : a;
    T r[lanes];
    __builtin_memcpy(r, &a, sizeof a);
    for (int64_t w = lanes / 2; w > 0; w /= 2)
      for (int64_t j = 0; j < w; j++) r[j] = r[j] > r[j + w] ? r[j] : r[j + w];
    m = r[0];
  }
  for (; i < n; i++) m = v[i] > m ? v[i] : m;
  return m;
}

// The loops of np.exp and np.log, so that the bits are theirs.
template <class T> void apply(Op op, T* out, const T* in, int64_t n) {
  char* const p[2] = {reinterpret_cast<char*>(out), const_cast<char*>(reinterpret_cast<const char*>(in))};
  const int64_t none[2] = {0, 0}, step[2] = {sizeof(T), sizeof(T)};
  kernels().loop[op][Code<T>::value](1, n, p, none, step);
}

template <class T> T sumOf(const T* v, int64_t n) {
  constexpr int64_t chunk = 8192;  // as sums of arrays take them, so that the bits are theirs
  const Fold fold = kernels().fold[FoldSum][Code<T>::value];
  T sum = 0;
  for (int64_t i = 0; i < n; i += chunk) fold(&sum, reinterpret_cast<const char*>(v + i), sizeof(T), n - i < chunk ? n - i : chunk);
  return sum;
}

// Rows of contiguous elements, `line` bytes apart, into contiguous ones; several short rows at a time, so that the
// exponentials run over long stretches.
template <class T> void softmax(void* out, const char* in, int64_t line, int64_t rows, int64_t n, bool log) {
  constexpr int64_t stretch = 1024;
  T room[stretch], sums[stretch];
  const int64_t step = n >= stretch ? 1 : stretch / n;
  for (int64_t begin = 0; begin < rows; begin += step) {
    const int64_t m = rows - begin < step ? rows - begin : step;
    T* block = static_cast<T*>(out) + begin * n;
    for (int64_t i = 0; i < m; i++) {
      const T* from = reinterpret_cast<const T*>(in + (begin + i) * line);
      T* to = block + i * n;
      const T top = largest(from, n);
      _Pragma("GCC ivdep")
      for (int64_t j = 0; j < n; j++) to[j] = from[j] - top;
    }
    if (!log) {
      apply(op_exp, block, block, m * n);
      for (int64_t i = 0; i < m; i++) {
        T* row = block + i * n;
        const T sum = sumOf(row, n);
        _Pragma("GCC ivdep")
        for (int64_t j = 0; j < n; j++) row[j] /= sum;
      }
      continue;
    }
    for (int64_t i = 0; i < m; i++) sums[i] = 0;
    for (int64_t at = 0; at < m * n; at += stretch) {
      // All of the short rows, or a piece of a long one.
      const int64_t count = m * n - at < stretch ? m * n - at : stretch;
      apply(op_exp, room, block + at, count);
      const int64_t width = n < count ? n : count;
      for (int64_t i = 0; i < m; i++) sums[i] += sumOf(room + i * width, width);
    }
    apply(op_log, sums, sums, m);
    for (int64_t i = 0; i < m; i++) {
      T* row = block + i * n;
      const T shift = sums[i];
      _Pragma("GCC ivdep")
      for (int64_t j = 0; j < n; j++) row[j] -= shift;
    }
  }
}

template <class T, bool Flat, bool One>
void squaresOf(T* out, const char* a, int64_t s, const T* center, int64_t n) {
  if constexpr (Flat) s = sizeof(T);
  _Pragma("GCC ivdep")
  for (int64_t i = 0; i < n; i++) {
    const T d = *reinterpret_cast<const T*>(a + i * s) - center[One ? 0 : i];
    out[i] = d * d;
  }
}

template <class T> void squares(void* to, const char* a, int64_t s, const void* from, bool one, int64_t n) {
  T* out = static_cast<T*>(to);
  if (one) {
    // out may be the memory that the compiler would otherwise read the centre from again.
    const T c = *static_cast<const T*>(from);
    return s == sizeof(T) ? squaresOf<T, true, true>(out, a, s, &c, n) : squaresOf<T, false, true>(out, a, s, &c, n);
  }
  const T* center = static_cast<const T*>(from);
  s == sizeof(T) ? squaresOf<T, true, false>(out, a, s, center, n) : squaresOf<T, false, false>(out, a, s, center, n);
}

}  // namespace

void fillRows(Kernels& k) {
  k.softmax[0] = softmax<double>;
  k.softmax[1] = softmax<float>;
  k.squares[0] = squares<double>;
  k.squares[1] = squares<float>;
}

}  // namespace GL_ISA
}  // namespace gl
