// The natural logarithm of float64 in AVX-512 registers, within 0.9 ulp: from a table of sixteen and a short series, with
// no division. Elements for which this does not hold (negative, zero, subnormal, infinite or NaN) are computed one by one
// by logarithm().
#pragma once
#include "cpu/isa/power.h"

namespace gl {
namespace GL_ISA {
namespace {

#if defined(__AVX512F__)

// -log(1 + i / 16): a part of so few bits that a multiple of Real<double>::ln2hi can be added without rounding, and the
// rest.
alignas(64) const double kLogHigh[16] = {
    0x0.0p+0, -0x1.f0a30c0000000p-5, -0x1.e27076e000000p-4, -0x1.5ff3070c00000p-3,
    -0x1.c8ff7c7800000p-3, -0x1.1675caba00000p-2, -0x1.4618bc2200000p-2, -0x1.739d7f6c00000p-2,
    -0x1.9f323ecc00000p-2, -0x1.c8ff7c7a00000p-2, -0x1.f128f5fa00000p-2, -0x1.0be72e4200000p-1,
    -0x1.1e85f5e700000p-1, -0x1.307d733500000p-1, -0x1.41d8fe8400000p-1, -0x1.52a2d26600000p-1};
alignas(64) const double kLogLow[16] = {
    0x0.0p+0, -0x1.162a6617cc971p-37, -0x1.57972f4f54400p-35, 0x1.86c2c378c1df6p-35,
    -0x1.a9a21ac25d81fp-35, -0x1.74c1c07398fabp-35, 0x1.d09ec17a42642p-37, 0x1.0bfe58c76ceb0p-36,
    0x1.9ed03525ca264p-40, 0x1.597794f689f84p-36, -0x1.e0dd966b90762p-35, -0x1.4aa0ada625eedp-35,
    -0x1.0340f7b16697dp-39, 0x1.de83c094debc1p-38, -0x1.9cab99192f30cp-35, 0x1.0e9544620dd44p-35};
// (log(1 + f) - f) / f^2 on |f| <= 1/32.
constexpr double kLogRest[] = {0x1.c7d6d6880307cp-4, -0x1.006683c32b3a0p-3, 0x1.24923a9363f54p-3, -0x1.5555454f53a61p-3,
                               0x1.9999999a5415cp-3, -0x1.0000000066907p-2, 0x1.555555555554ap-2, -0x1.ffffffffffff3p-2};

void logRow(double* r, const double* a, int64_t n) {
  using R = Real<double>;
  const Table high(kLogHigh), low(kLogLow);
  constexpr int64_t lanes = 8, side = 2;
  // Bits of normal numbers above zero, counted from the smallest.
  const __m512i first = _mm512_set1_epi64(0x0010000000000000), count = _mm512_set1_epi64(0x7fe0000000000000);
  const auto some = [&](int64_t i, __mmask8 there) {
    const V x = _mm512_mask_loadu_pd(same(1), there, a + i);
    __mmask8 rare = _mm512_cmpge_epu64_mask(_mm512_sub_epi64(_mm512_castpd_si512(x), first), count);
    V f;
    __m512i place;
    const V k = reduceBase(x, f, place);
    const V whole = fma3(k, same(R::ln2hi), high.at(place));
    const V rest = fma3(_mm512_mul_pd(f, f), series(kLogRest, f), fma3(k, same(R::ln2lo), low.at(place)));
    // The result may be the operand itself.
    alignas(64) double from[lanes];
    if (rare) _mm512_store_pd(from, x);
    _mm512_mask_storeu_pd(r + i, there, _mm512_add_pd(whole, _mm512_add_pd(f, rest)));
    for (; rare; rare &= rare - 1) {
      const int j = __builtin_ctz(rare);
      r[i + j] = logarithm(from[j]);
    }
  };
  int64_t i = 0;
  for (; i + side * lanes <= n; i += side * lanes) {
#pragma GCC unroll 2
    for (int64_t k = 0; k < side; k++) some(i + k * lanes, 0xff);
  }
  for (; i < n; i += lanes) some(i, n - i < lanes ? static_cast<__mmask8>((1u << (n - i)) - 1) : __mmask8(0xff));
}

#endif

}  // namespace
}  // namespace GL_ISA
}  // namespace gl
