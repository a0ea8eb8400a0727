// Conversions between element types for one instruction set.
#include "kernels.h"
#include "cpu/isa/turn.h"
#include "cpu/table.h"
#if defined(__AVX2__) || defined(__AVX512F__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace gl {
namespace GL_ISA {
namespace {

// r[i][j] = a[j][i] in tiles that stay in registers, elements of 8 or 4 bytes; rows of r are rs bytes apart, of a as.
// What does not fill a tile is left: returns how many rows are done.
#if defined(__SSE2__)
void tile(float* r, int64_t rs, const float* a, int64_t as) {
  auto in = [&](int64_t j) { return _mm_loadu_ps(reinterpret_cast<const float*>(reinterpret_cast<const char*>(a) + j * as)); };
  auto out = [&](int64_t i, __m128 v) { _mm_storeu_ps(reinterpret_cast<float*>(reinterpret_cast<char*>(r) + i * rs), v); };
  __m128 p = in(0), q = in(1), s = in(2), t = in(3);
  _MM_TRANSPOSE4_PS(p, q, s, t);
  out(0, p), out(1, q), out(2, s), out(3, t);
}
#if defined(__AVX2__)
void tile(double* r, int64_t rs, const double* a, int64_t as) {
  auto in = [&](int64_t j) { return _mm256_loadu_pd(reinterpret_cast<const double*>(reinterpret_cast<const char*>(a) + j * as)); };
  auto out = [&](int64_t i, __m256d v) { _mm256_storeu_pd(reinterpret_cast<double*>(reinterpret_cast<char*>(r) + i * rs), v); };
  const __m256d p = in(0), q = in(1), s = in(2), t = in(3);
  const __m256d a0 = _mm256_unpacklo_pd(p, q), a1 = _mm256_unpackhi_pd(p, q);
  const __m256d b0 = _mm256_unpacklo_pd(s, t), b1 = _mm256_unpackhi_pd(s, t);
  out(0, _mm256_permute2f128_pd(a0, b0, 0x20));
  out(1, _mm256_permute2f128_pd(a1, b1, 0x20));
  out(2, _mm256_permute2f128_pd(a0, b0, 0x31));
  out(3, _mm256_permute2f128_pd(a1, b1, 0x31));
}
#else
void tile(double* r, int64_t rs, const double* a, int64_t as) {
  for (int64_t i = 0; i < 4; i++)
    for (int64_t j = 0; j < 4; j++)
      *reinterpret_cast<double*>(reinterpret_cast<char*>(r) + i * rs + 8 * j) =
          *reinterpret_cast<const double*>(reinterpret_cast<const char*>(a) + j * as + 8 * i);
}
#endif
template <class T>
int64_t transposed(int64_t n1, int64_t n0, char* r, int64_t rs, const char* a, int64_t as) {
  for (int64_t i = 0; i + 4 <= n1; i += 4)
    for (int64_t j = 0; j + 4 <= n0; j += 4)
      tile(reinterpret_cast<T*>(r + i * rs + j * int64_t(sizeof(T))), rs,
           reinterpret_cast<const T*>(a + j * as + i * int64_t(sizeof(T))), as);
  return n1 & ~int64_t(3);
}
#else
template <class T>
int64_t transposed(int64_t, int64_t, char*, int64_t, const char*, int64_t) { return 0; }
#endif


#if defined(__AVX512F__)
// The same in wide tiles, with masks at the edges so that nothing is left, for results that stay in the cache: into
// memory the small ones were measured to be faster.
// n1 x n0 elements, at most eight of each. Whole tiles go without masks, whose stores are slow.
template <bool whole>
void wideTile(double* r, int64_t rs, int64_t n1, const double* a, int64_t as, int64_t n0) {
  const __mmask8 in = static_cast<__mmask8>((1u << n1) - 1), out = static_cast<__mmask8>((1u << n0) - 1);
  const auto load = [&](int64_t j) {
    const char* row = reinterpret_cast<const char*>(a) + j * as;
    if (whole) return _mm512_loadu_pd(row);
    return j < n0 ? _mm512_maskz_loadu_pd(in, row) : _mm512_setzero_pd();
  };
  const auto store = [&](int64_t i, __m512d v) {
    char* row = reinterpret_cast<char*>(r) + i * rs;
    if (whole) _mm512_storeu_pd(row, v);
    else if (i < n1) _mm512_mask_storeu_pd(row, out, v);
  };
  turnedEight(load, store);
}
template <class T>
void transposedInCache(int64_t n1, int64_t n0, char* r, int64_t rs, const char* a, int64_t as) {
  constexpr int64_t z = sizeof(T), side = 64 / z;
  for (int64_t i = 0; i < n1; i += side)
    for (int64_t j = 0; j < n0; j += side) {
      T* to = reinterpret_cast<T*>(r + i * rs + j * z);
      const T* from = reinterpret_cast<const T*>(a + j * as + i * z);
      const int64_t rows = n1 - i < side ? n1 - i : side, columns = n0 - j < side ? n0 - j : side;
      if constexpr (z == 8) {
        if (rows == side && columns == side) wideTile<true>(to, rs, rows, from, as, columns);
        else wideTile<false>(to, rs, rows, from, as, columns);
      } else {
        turned(to, rs / z, rows, from, as / z, columns);
      }
    }
}
#endif

template <class To, class From>
void cast(int64_t n1, int64_t n0, char* const* p, const int64_t* s1, const int64_t* s0) {
  const bool flat = s0[0] == sizeof(To) && s0[1] == sizeof(From);
  int64_t done = 0, columns = 0;
  if constexpr (std::is_same<To, From>::value && (sizeof(To) == 8 || sizeof(To) == 4)) {
    if (s0[0] == sizeof(To) && s1[1] == sizeof(To) && !flat) {
      using T = typename std::conditional<sizeof(To) == 8, double, float>::type;
#if defined(__AVX512F__)
      if (s1[0] <= 1024) return transposedInCache<T>(n1, n0, p[0], s1[0], p[1], s0[1]);
#endif
      done = transposed<T>(n1, n0, p[0], s1[0], p[1], s0[1]);
      columns = n0 & ~int64_t(3);
    }
  }
  for (int64_t i = 0; i < n1; i++) {
    char* r = p[0] + i * s1[0];
    const char* a = p[1] + i * s1[1];
    if (flat) {
      if (std::is_same<To, From>::value && n0 >= 1024) {
        kernels().copy(r, a, n0 * sizeof(To));
        continue;
      }
      To* rr = reinterpret_cast<To*>(r);
      const From* aa = reinterpret_cast<const From*>(a);
      _Pragma("GCC ivdep")
      for (int64_t j = 0; j < n0; j++) rr[j] = convert<To>(aa[j]);
    } else if (s0[0] == sizeof(To) && s0[1] == 2 * int64_t(sizeof(From)) && n0 > 0) {
      // Every other element, as compilers vectorise it; the last one apart, because whole pairs are read.
      To* rr = reinterpret_cast<To*>(r);
      const From* aa = reinterpret_cast<const From*>(a);
      _Pragma("GCC ivdep")
      for (int64_t j = 0; j < n0 - 1; j++) rr[j] = convert<To>(aa[2 * j]);
      rr[n0 - 1] = convert<To>(aa[2 * (n0 - 1)]);
    } else {
      for (int64_t j = i < done ? columns : 0; j < n0; j++)
        *reinterpret_cast<To*>(r + j * s0[0]) = convert<To>(*reinterpret_cast<const From*>(a + j * s0[1]));
    }
  }
}

template <class To> void fillRow(Loop* row) {
  row[0] = cast<To, double>;
  row[1] = cast<To, float>;
  row[2] = cast<To, int64_t>;
  row[3] = cast<To, int32_t>;
  row[4] = cast<To, uint8_t>;
  row[5] = cast<To, Bool>;
}

}  // namespace

void fillCasts(Kernels& k) {
  fillRow<double>(k.cast[0]);
  fillRow<float>(k.cast[1]);
  fillRow<int64_t>(k.cast[2]);
  fillRow<int32_t>(k.cast[3]);
  fillRow<uint8_t>(k.cast[4]);
  fillRow<Bool>(k.cast[5]);
}

}  // namespace GL_ISA
}  // namespace gl
