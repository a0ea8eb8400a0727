// Loops of the element-wise operations for one instruction set: contiguous and scalar-broadcast rows in forms that
// the compiler vectorises, anything else by strides.
#include "kernels.h"
#include "cpu/isa/exps.h"
#include "cpu/isa/logs.h"
#include "cpu/isa/power.h"
#include "cpu/table.h"
#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace gl {
namespace GL_ISA {
namespace {

// Operands may be the result itself, element by element; drivers see to it that they overlap in no other way.
#define GL_LANES _Pragma("GCC ivdep")

template <class R, class A, class F>
void usual(R* r, const A* a, int64_t n) {
  constexpr int64_t block = 256;
  for (int64_t i = 0; i < n; i += block) {
    const int64_t m = n - i < block ? n - i : block;
    int64_t rare = 0;
    for (int64_t j = i; j < i + m; j++) rare += !Usual<F>::holds(a[j]);
    if (rare == 0) {
      GL_LANES
      for (int64_t j = i; j < i + m; j++) r[j] = Usual<F>::call(a[j]);
    } else {
      for (int64_t j = i; j < i + m; j++) r[j] = F::call(a[j]);
    }
  }
}

template <class R, class A, class F>
void unaryRow(R* r, const A* a, int64_t n) {
#if defined(__AVX512F__)
  constexpr bool wide = std::is_same<A, double>::value;
  if constexpr (wide && std::is_same<F, F_log>::value) {
    logRow(r, a, n);
  } else if constexpr (wide && std::is_same<F, F_exp>::value) {
    expRow(r, a, n);
  } else if constexpr (wide && std::is_same<F, F_tanh>::value) {
    tanhRow(r, a, n);
  } else
#endif
  if constexpr (Usual<F>::exists) {
    usual<R, A, F>(r, a, n);
  } else {
    GL_LANES
    for (int64_t j = 0; j < n; j++) r[j] = F::call(a[j]);
  }
}

// Operands whose elements do not lie side by side are copied to where they do, a block at a time, so that the same loops
// serve them. Reversed ones and every second element are frequent, and compilers vectorise them.
constexpr int64_t kBlock = 256;

// One byte of three, sixteen at a time: one colour of pixels.
inline int64_t thirds(uint8_t* to, const uint8_t* from, int64_t n) {
  int64_t j = 0;
#if defined(__SSSE3__)
  const __m128i first = _mm_setr_epi8(0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  const __m128i second = _mm_setr_epi8(-1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14, -1, -1, -1, -1, -1);
  const __m128i third = _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 4, 7, 10, 13);
  // The last load reads two bytes more than the last pixel has in it.
  for (; j + 17 <= n; j += 16) {
    const __m128i* p = reinterpret_cast<const __m128i*>(from + 3 * j);
    const __m128i a = _mm_shuffle_epi8(_mm_loadu_si128(p), first);
    const __m128i b = _mm_shuffle_epi8(_mm_loadu_si128(p + 1), second);
    const __m128i c = _mm_shuffle_epi8(_mm_loadu_si128(p + 2), third);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + j), _mm_or_si128(_mm_or_si128(a, b), c));
  }
#endif
  return j;
}

template <class T>
const T* linedUp(const char* p, int64_t s, T* to, int64_t n) {
  constexpr int64_t z = sizeof(T);
  const T* from = reinterpret_cast<const T*>(p);
  if (s == z) return from;
  if (s == -z) {
    for (int64_t j = 0; j < n; j++) to[j] = from[-j];
  } else if (s == 2 * z) {
    for (int64_t j = 0; j < n; j++) to[j] = from[2 * j];
  } else {
    int64_t j = 0;
    if constexpr (z == 1)
      if (s == 3) j = thirds(reinterpret_cast<uint8_t*>(to), reinterpret_cast<const uint8_t*>(p), n);
    for (; j < n; j++) to[j] = *reinterpret_cast<const T*>(p + j * s);
  }
  return to;
}

template <class T>
void putBack(char* p, int64_t s, const T* from, int64_t n) {
  if (p == reinterpret_cast<const char*>(from)) return;
  for (int64_t j = 0; j < n; j++) *reinterpret_cast<T*>(p + j * s) = from[j];
}

template <class R, class A, class F>
void unary(int64_t n1, int64_t n0, char* const* p, const int64_t* s1, const int64_t* s0) {
  const bool flat = s0[0] == sizeof(R) && s0[1] == sizeof(A);
  for (int64_t i = 0; i < n1; i++) {
    char* r = p[0] + i * s1[0];
    const char* a = p[1] + i * s1[1];
    if (flat) {
      R* rr = reinterpret_cast<R*>(r);
      const A* aa = reinterpret_cast<const A*>(a);
      unaryRow<R, A, F>(rr, aa, n0);
    } else if (s0[1] == 0) {
      const R x = n0 > 0 ? F::call(*reinterpret_cast<const A*>(a)) : R();
      if (s0[0] == sizeof(R)) {
        R* rr = reinterpret_cast<R*>(r);
        for (int64_t j = 0; j < n0; j++) rr[j] = x;
      } else {
        for (int64_t j = 0; j < n0; j++) *reinterpret_cast<R*>(r + j * s0[0]) = x;
      }
    } else if (std::is_same<F, F_copy>::value && s0[0] == sizeof(R)) {
      linedUp(a, s0[1], reinterpret_cast<A*>(r), n0);
    } else {
      R out[kBlock];
      A in[kBlock];
      for (int64_t i = 0; i < n0; i += kBlock) {
        const int64_t m = n0 - i < kBlock ? n0 - i : kBlock;
        char* to = r + i * s0[0];
        R* rr = s0[0] == sizeof(R) ? reinterpret_cast<R*>(to) : out;
        unaryRow<R, A, F>(rr, linedUp(a + i * s0[1], s0[1], in, m), m);
        putBack(to, s0[0], rr, m);
      }
    }
  }
}

// Powers by one exponent. Those of NumPy's own short cuts and the cube do without a logarithm; the others see the
// exponent as an array, because compilers do not vectorise conditions that are the same for all elements.
template <class T>
void powers(T* r, const T* a, T y, int64_t n) {
  if (y == T(2)) {
    GL_LANES
    for (int64_t j = 0; j < n; j++) r[j] = a[j] * a[j];
  } else if (y == T(3) && kFused) {
    GL_LANES
    for (int64_t j = 0; j < n; j++) r[j] = cube(a[j]);
  } else if (y == T(0.5)) {
    // Of the two functions only the power gives 0 for -0 and infinity for -infinity.
    GL_LANES
    for (int64_t j = 0; j < n; j++) {
      const T x = a[j] == -std::numeric_limits<T>::infinity() ? -a[j] : a[j];
      r[j] = squareRoot(x + T(0));
    }
  } else if (y == T(1)) {
    for (int64_t j = 0; j < n; j++) r[j] = a[j];
  } else if (y == T(-1)) {
    GL_LANES
    for (int64_t j = 0; j < n; j++) r[j] = T(1) / a[j];
  } else {
#if defined(__AVX512F__)
    powerRow<true>(r, a, &y, n);
#else
    constexpr int64_t block = 64;
    T same[block];
    for (int64_t j = 0; j < block; j++) same[j] = y;
    for (int64_t i = 0; i < n; i += block) {
      const int64_t m = n - i < block ? n - i : block;
      GL_LANES
      for (int64_t j = 0; j < m; j++) r[i + j] = power(a[i + j], same[j]);
    }
#endif
  }
}

// Powers of any layout, by way of rows that lie side by side where they do not yet.
template <class T>
void powersOf(char* r, int64_t rs, const char* a, int64_t as, const char* b, int64_t bs, int64_t n) {
  T x[kBlock], y[kBlock], v[kBlock];
  for (int64_t i = 0; i < n; i += kBlock) {
    const int64_t m = n - i < kBlock ? n - i : kBlock;
    char* to = r + i * rs;
    T* out = rs == sizeof(T) ? reinterpret_cast<T*>(to) : v;
    const T* p = linedUp(a + i * as, as, x, m);
    if (bs == 0) {
      powers(out, p, *reinterpret_cast<const T*>(b), m);
    } else {
      const T* q = linedUp(b + i * bs, bs, y, m);
#if defined(__AVX512F__)
      powerRow<false>(out, p, q, m);
#else
      GL_LANES
      for (int64_t j = 0; j < m; j++) out[j] = power(p[j], q[j]);
#endif
    }
    putBack(to, rs, out, m);
  }
}

// Whole numbers to one whole power, by squaring.
template <class T>
void wholePowers(T* r, const T* a, T y, int64_t n) {
  if (y < T(0)) {
    for (int64_t j = 0; j < n; j++) r[j] = power(a[j], y);
    return;
  }
  if (y == T(2)) {
    GL_LANES
    for (int64_t j = 0; j < n; j++) r[j] = T(a[j] * a[j]);
    return;
  }
  T square[kBlock], product[kBlock];
  for (int64_t i = 0; i < n; i += kBlock) {
    const int64_t m = n - i < kBlock ? n - i : kBlock;
    for (int64_t j = 0; j < m; j++) square[j] = a[i + j], product[j] = T(1);
    for (T e = y; e > 0;) {
      if (e & 1)
        for (int64_t j = 0; j < m; j++) product[j] = T(product[j] * square[j]);
      e = T(e >> 1);
      if (e > 0)
        for (int64_t j = 0; j < m; j++) square[j] = T(square[j] * square[j]);
    }
    for (int64_t j = 0; j < m; j++) r[i + j] = product[j];
  }
}

// Quotients by one divisor, rounded down, and remainders. Of whole numbers below 2^51 half of one more is as far from the
// next quotient as rounding can lead in float64, even by way of the reciprocal, and that vectorises; others take the slow
// division.
template <class T, class F>
void divided(T* r, const T* a, T y, int64_t n) {
  constexpr T limit = T(1) << 51;
  constexpr int64_t block = 256;
  const bool fits = y != T(0) && y < limit && (!std::is_signed<T>::value || (y > T(0) - limit && y != T(-1)));
  const double inverse = 1 / double(y), half = y < T(0) ? -0.5 : 0.5;
  for (int64_t i = 0; i < n; i += block) {
    const int64_t m = n - i < block ? n - i : block;
    uint64_t large = 0;
    for (int64_t j = i; j < i + m; j++)
      large |= std::is_signed<T>::value ? (uint64_t(a[j]) + uint64_t(limit)) >> 52 : uint64_t(a[j]) >> 51;
    if (fits && large == 0) {
      GL_LANES
      for (int64_t j = i; j < i + m; j++) {
        const T q = T(int64_t(roundDown((double(int64_t(a[j])) + half) * inverse)));
        r[j] = std::is_same<F, F_mod>::value ? T(a[j] - q * y) : q;
      }
    } else {
      for (int64_t j = i; j < i + m; j++) r[j] = F::call(a[j], y);
    }
  }
}

template <class R, class T, class F>
void binary(int64_t n1, int64_t n0, char* const* p, const int64_t* s1, const int64_t* s0) {
  constexpr int64_t z = sizeof(T);
  const bool flat = s0[0] == sizeof(R);
  const bool aa = s0[1] == z, bb = s0[2] == z, as = s0[1] == 0, bs = s0[2] == 0;
  for (int64_t i = 0; i < n1; i++) {
    char* rp = p[0] + i * s1[0];
    const char* ap = p[1] + i * s1[1];
    const char* bp = p[2] + i * s1[2];
    R* r = reinterpret_cast<R*>(rp);
    const T* a = reinterpret_cast<const T*>(ap);
    const T* b = reinterpret_cast<const T*>(bp);
    if constexpr ((std::is_same<F, F_pow>::value || std::is_same<F, F_floatPower>::value) && isReal<T>) {
      powersOf<T>(rp, s0[0], ap, s0[1], bp, s0[2], n0);
    } else if (flat && aa && bb) {
      GL_LANES
      for (int64_t j = 0; j < n0; j++) r[j] = F::call(a[j], b[j]);
    } else if (flat && aa && bs) {
      const T y = *b;
      if constexpr ((std::is_same<F, F_floorDivide>::value || std::is_same<F, F_mod>::value) &&
                           (std::is_same<T, int64_t>::value || std::is_same<T, uint64_t>::value)) {
        divided<T, F>(r, a, y, n0);
      } else if constexpr (std::is_same<F, F_pow>::value && std::is_integral<T>::value) {
        wholePowers(r, a, y, n0);
      } else {
        GL_LANES
        for (int64_t j = 0; j < n0; j++) r[j] = F::call(a[j], y);
      }
    } else if (flat && as && bb) {
      const T x = *a;
      GL_LANES
      for (int64_t j = 0; j < n0; j++) r[j] = F::call(x, b[j]);
    } else {
      R out[kBlock];
      T x[kBlock], y[kBlock];
      for (int64_t i = 0; i < n0; i += kBlock) {
        const int64_t m = n0 - i < kBlock ? n0 - i : kBlock;
        char* to = rp + i * s0[0];
        R* rr = flat ? reinterpret_cast<R*>(to) : out;
        const T* p = linedUp(ap + i * s0[1], s0[1], x, m);
        const T* q = linedUp(bp + i * s0[2], s0[2], y, m);
        GL_LANES
        for (int64_t j = 0; j < m; j++) rr[j] = F::call(p[j], q[j]);
        putBack(to, s0[0], rr, m);
      }
    }
  }
}

template <class A, class T, class F>
void ternary(int64_t n1, int64_t n0, char* const* p, const int64_t* s1, const int64_t* s0) {
  constexpr int64_t z = sizeof(T);
  const bool flat = s0[0] == z && s0[1] == sizeof(A);
  const bool bb = s0[2] == z, cc = s0[3] == z, bs = s0[2] == 0, cs = s0[3] == 0;
  for (int64_t i = 0; i < n1; i++) {
    char* rp = p[0] + i * s1[0];
    const char* ap = p[1] + i * s1[1];
    const char* bp = p[2] + i * s1[2];
    const char* cp = p[3] + i * s1[3];
    T* r = reinterpret_cast<T*>(rp);
    const A* a = reinterpret_cast<const A*>(ap);
    const T* b = reinterpret_cast<const T*>(bp);
    const T* c = reinterpret_cast<const T*>(cp);
    if (flat && bb && cc) {
      GL_LANES
      for (int64_t j = 0; j < n0; j++) r[j] = F::call(a[j], b[j], c[j]);
    } else if (flat && bs && cs) {
      const T y = *b, x = *c;
      GL_LANES
      for (int64_t j = 0; j < n0; j++) r[j] = F::call(a[j], y, x);
    } else if (flat && bb && cs) {
      const T x = *c;
      GL_LANES
      for (int64_t j = 0; j < n0; j++) r[j] = F::call(a[j], b[j], x);
    } else if (flat && bs && cc) {
      const T y = *b;
      GL_LANES
      for (int64_t j = 0; j < n0; j++) r[j] = F::call(a[j], y, c[j]);
    } else {
      for (int64_t j = 0; j < n0; j++)
        *reinterpret_cast<T*>(rp + j * s0[0]) = F::call(*reinterpret_cast<const A*>(ap + j * s0[1]),
                                                        *reinterpret_cast<const T*>(bp + j * s0[2]),
                                                        *reinterpret_cast<const T*>(cp + j * s0[3]));
    }
  }
}

void stream(char* to, const char* from, int64_t bytes) {
#if defined(__SSE2__)
#if defined(__AVX512F__)
  using R = __m512i;
  const auto put = [](char* p, const char* q) { _mm512_stream_si512(reinterpret_cast<R*>(p), _mm512_loadu_si512(q)); };
#else
  using R = __m128i;
  const auto put = [](char* p, const char* q) {
    _mm_stream_si128(reinterpret_cast<R*>(p), _mm_loadu_si128(reinterpret_cast<const R*>(q)));
  };
#endif
  constexpr int64_t z = sizeof(R);
  int64_t i = -reinterpret_cast<intptr_t>(to) & (z - 1);
  i = i < bytes ? i : bytes;
  __builtin_memcpy(to, from, i);
  for (; i + z <= bytes; i += z) put(to + i, from + i);
  __builtin_memcpy(to + i, from + i, bytes - i);
#else
  __builtin_memcpy(to, from, bytes);
#endif
}

// Faster than the C library's for rows of some kilobytes, which it copies by the processor's slow-starting string move.
void copy(char* to, const char* from, int64_t bytes) {
  int64_t i = 0;
#if defined(__AVX512F__)
  constexpr int64_t z = 64, side = 4;
  for (; i + side * z <= bytes; i += side * z) {
    __m512i v[side];
#pragma GCC unroll 4
    for (int k = 0; k < side; k++) v[k] = _mm512_loadu_si512(from + i + k * z);
#pragma GCC unroll 4
    for (int k = 0; k < side; k++) _mm512_storeu_si512(to + i + k * z, v[k]);
  }
#endif
  __builtin_memcpy(to + i, from + i, bytes - i);
}

// Fill in one dtype's loop when the op has it.
template <class F, class T> void setUnary(Loop* row) {
  if constexpr (inSet<T>(F::types)) row[Code<T>::value] = unary<T, T, F>;
}
template <class F, class T> void setPredicate(Loop* row) {
  if constexpr (inSet<T>(F::types)) row[Code<T>::value] = unary<Bool, T, F>;
}
template <class F, class T> void setBinary(Loop* row) {
  if constexpr (inSet<T>(F::types)) row[Code<T>::value] = binary<T, T, F>;
}
template <class F, class T> void setCompare(Loop* row) {
  if constexpr (inSet<T>(F::types)) row[Code<T>::value] = binary<Bool, T, F>;
}
// The condition of `where` is bool whatever the loop's dtype.
template <class F, class T> void setTernary(Loop* row) {
  using A = typename std::conditional<std::is_same<F, F_where>::value, Bool, T>::type;
  if constexpr (inSet<T>(F::types)) row[Code<T>::value] = ternary<A, T, F>;
}

}  // namespace

#define GL_EACH(set, name) \
  set<F_##name, double>(k.loop[op_##name]); \
  set<F_##name, float>(k.loop[op_##name]); \
  set<F_##name, int64_t>(k.loop[op_##name]); \
  set<F_##name, int32_t>(k.loop[op_##name]); \
  set<F_##name, uint8_t>(k.loop[op_##name]); \
  set<F_##name, Bool>(k.loop[op_##name]);

void fillLoops(Kernels& k) {
  k.stream = stream;
  k.copy = copy;
#define UNARY(name, ...) GL_EACH(setUnary, name)
#define PREDICATE(name, ...) GL_EACH(setPredicate, name)
#define BINARY(name, ...) GL_EACH(setBinary, name)
#define COMPARE(name, ...) GL_EACH(setCompare, name)
#define TERNARY(name, ...) GL_EACH(setTernary, name)
#include "ops.def"
}

}  // namespace GL_ISA
}  // namespace gl
