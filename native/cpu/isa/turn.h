// Transposes in registers for one instruction set: of matrices in single precision, sixteen by sixteen elements at a time
// where registers hold as many, and of eight by eight elements of eight bytes.
#pragma once
#include "cpu/isa/simd.h"

namespace gl {
namespace GL_ISA {
namespace {

#if defined(__AVX512F__)
// The transpose of 16 x 16: elements change places by distances of 1, 2, 4 and 8 in turn.
template <int S> GL_FN void exchanged(__m512 (&v)[16]) {
  alignas(64) int32_t low[16], high[16];
  for (int k = 0; k < 16; k++) {
    low[k] = (k & S) == 0 ? k : 16 + k - S;
    high[k] = (k & S) == 0 ? k + S : 16 + k;
  }
  const __m512i l = _mm512_load_si512(low), h = _mm512_load_si512(high);
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++) {
    if ((i & S) != 0) continue;
    const __m512 a = v[i], b = v[i + S];
    v[i] = _mm512_permutex2var_ps(a, l, b);
    v[i + S] = _mm512_permutex2var_ps(a, h, b);
  }
}
GL_FN void transposed(__m512 (&v)[16]) {
  exchanged<1>(v);
  exchanged<2>(v);
  exchanged<4>(v);
  exchanged<8>(v);
}
// Eight rows of eight-byte elements, row(j), turned: put(i, column) takes what becomes of them.
template <class Row, class Put> GL_FN void turnedEight(Row&& row, Put&& put) {
  __m512d v[8], t[8];
#pragma GCC unroll 8
  for (int j = 0; j < 8; j++) v[j] = row(j);
#pragma GCC unroll 4
  for (int j = 0; j < 8; j += 2) t[j] = _mm512_unpacklo_pd(v[j], v[j + 1]), t[j + 1] = _mm512_unpackhi_pd(v[j], v[j + 1]);
#pragma GCC unroll 2
  for (int k = 0; k < 2; k++) {
    const __m512d a0 = _mm512_shuffle_f64x2(t[k], t[k + 2], 0x88), a1 = _mm512_shuffle_f64x2(t[k], t[k + 2], 0xdd);
    const __m512d b0 = _mm512_shuffle_f64x2(t[k + 4], t[k + 6], 0x88), b1 = _mm512_shuffle_f64x2(t[k + 4], t[k + 6], 0xdd);
    put(k, _mm512_shuffle_f64x2(a0, b0, 0x88));
    put(k + 4, _mm512_shuffle_f64x2(a0, b0, 0xdd));
    put(k + 2, _mm512_shuffle_f64x2(a1, b1, 0x88));
    put(k + 6, _mm512_shuffle_f64x2(a1, b1, 0xdd));
  }
}
// The transpose of `rows` rows of `toRows` elements, at most sixteen of each; rows of both begin a stride apart.
inline void turned(float* to, int64_t toStride, int64_t toRows, const float* from, int64_t stride, int64_t rows) {
  const __mmask16 some = static_cast<__mmask16>((1u << toRows) - 1), there = static_cast<__mmask16>((1u << rows) - 1);
  __m512 v[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++) v[i] = i < rows ? _mm512_maskz_loadu_ps(some, from + i * stride) : _mm512_setzero_ps();
  transposed(v);
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++)
    if (i < toRows) _mm512_mask_storeu_ps(to + i * toStride, there, v[i]);
}
#endif

// to (cols x rows) = the transpose of `from` (rows x cols); rows of both begin a stride apart.
inline void turn(float* to, int64_t toStride, const float* from, int64_t stride, int64_t rows, int64_t cols) {
  constexpr int64_t some = 16;
  for (int64_t j = 0; j < cols; j += some)
    for (int64_t i = 0; i < rows; i += some) {
      const int64_t r = rows - i < some ? rows - i : some, c = cols - j < some ? cols - j : some;
      float* const place = to + j * toStride + i;
      const float* const block = from + i * stride + j;
#if defined(__AVX512F__)
      turned(place, toStride, c, block, stride, r);
#else
      for (int64_t k = 0; k < c; k++)
        for (int64_t l = 0; l < r; l++) place[k * toStride + l] = block[l * stride + k];
#endif
    }
}

}  // namespace
}  // namespace GL_ISA
}  // namespace gl
