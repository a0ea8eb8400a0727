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
void unary(int64_t n1, int64_t n0, char* const* p, const int64_t* s1, const int64_t* s0) {
  const bool flat = s0[0] == sizeof(R) && s0[1] == sizeof(A);
  for (int64_t i = 0; i < n1; i++) {
    char* r = p[0] + i * s1[0];
    const char* a = p[1] + i * s1[1];
    if (flat) {
      R* rr = reinterpret_cast<R*>(r);
      const A* aa = reinterpret_cast<const A*>(a);
#if defined(__AVX512F__)
      constexpr bool wide = std::is_same<A, double>::value;
      if constexpr (wide && std::is_same<F, F_log>::value) {
        logRow(rr, aa, n0);
      } else if constexpr (wide && std::is_same<F, F_exp>::value) {
        expRow(rr, aa, n0);
      } else if constexpr (wide && std::is_same<F, F_tanh>::value) {
        tanhRow(rr, aa, n0);
      } else
#endif
      if constexpr (Usual<F>::exists) {
        usual<R, A, F>(rr, aa, n0);
      } else {
        GL_LANES
        for (int64_t j = 0; j < n0; j++) rr[j] = F::call(aa[j]);
      }
    } else if (s0[1] == 0) {
      const R x = n0 > 0 ? F::call(*reinterpret_cast<const A*>(a)) : R();
      if (s0[0] == sizeof(R)) {
        R* rr = reinterpret_cast<R*>(r);
        for (int64_t j = 0; j < n0; j++) rr[j] = x;
      } else {
        for (int64_t j = 0; j < n0; j++) *reinterpret_cast<R*>(r + j * s0[0]) = x;
      }
    } else {
      for (int64_t j = 0; j < n0; j++)
        *reinterpret_cast<R*>(r + j * s0[0]) = F::call(*reinterpret_cast<const A*>(a + j * s0[1]));
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
  constexpr int64_t z = sizeof(T), block = 128;
  T x[block], y[block], v[block];
  for (int64_t i = 0; i < n; i += block) {
    const int64_t m = n - i < block ? n - i : block;
    const T* p = reinterpret_cast<const T*>(a + i * as);
    const T* q = reinterpret_cast<const T*>(b + i * bs);
    T* out = rs == z ? reinterpret_cast<T*>(r + i * rs) : v;
    if (as != z) {
      for (int64_t j = 0; j < m; j++) x[j] = *reinterpret_cast<const T*>(a + (i + j) * as);
      p = x;
    }
    if (bs == 0) {
      powers(out, p, *q, m);
    } else {
      if (bs != z) {
        for (int64_t j = 0; j < m; j++) y[j] = *reinterpret_cast<const T*>(b + (i + j) * bs);
        q = y;
      }
#if defined(__AVX512F__)
      powerRow<false>(out, p, q, m);
#else
      GL_LANES
      for (int64_t j = 0; j < m; j++) out[j] = power(p[j], q[j]);
#endif
    }
    if (out == v)
      for (int64_t j = 0; j < m; j++) *reinterpret_cast<T*>(r + (i + j) * rs) = v[j];
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
      } else {
        GL_LANES
        for (int64_t j = 0; j < n0; j++) r[j] = F::call(a[j], y);
      }
    } else if (flat && as && bb) {
      const T x = *a;
      GL_LANES
      for (int64_t j = 0; j < n0; j++) r[j] = F::call(x, b[j]);
    } else {
      for (int64_t j = 0; j < n0; j++)
        *reinterpret_cast<R*>(rp + j * s0[0]) =
            F::call(*reinterpret_cast<const T*>(ap + j * s0[1]), *reinterpret_cast<const T*>(bp + j * s0[2]));
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
