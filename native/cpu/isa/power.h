// Powers of real numbers in AVX-512 registers, within 0.6 ulp: log2 of the base from a table of sixteen and a short
// series, as a sum of two float64, times the exponent; then 2 to that. Elements for which this does not hold (bases that
// are negative, zero, infinite or NaN, results near the ends of the range) are computed one by one by power().
#pragma once
#include "cpu/isa/simd.h"

namespace gl {
namespace GL_ISA {
namespace {

#if defined(__AVX512F__)

// -log2(1 + i / 16): a part that can be added to any exponent without rounding, and the rest.
alignas(64) const double kLog2High[16] = {
    0x0.0p+0, -0x1.663f6fac90000p-4, -0x1.5c01a39fbe000p-3, -0x1.fbc16b9026000p-3,
    -0x1.49a784bcd2000p-2, -0x1.91bba891f1000p-2, -0x1.d6753e032f000p-2, -0x1.0c10500d63800p-1,
    -0x1.2b803473f7800p-1, -0x1.49a784bcd1800p-1, -0x1.66a008e478800p-1, -0x1.82809d5be7000p-1,
    -0x1.9d5d9fd501000p-1, -0x1.b74948f553000p-1, -0x1.d053f6d260800p-1, -0x1.e88c6b3626800p-1};
alignas(64) const double kLog2Low[16] = {
    0x0.0p+0, -0x1.3167ccc538261p-44, 0x1.2f0c0bfe9dbecp-44, -0x1.0144751b3314fp-44,
    0x1.1d406db502403p-44, -0x1.c22d2cad415aep-44, 0x1.7c407050799bfp-44, -0x1.532c412ba94dbp-44,
    -0x1.6879fa00b120ap-44, -0x1.c57f2495fb7fap-44, -0x1.979a5db68721dp-46, -0x1.cb6f70109b0f1p-47,
    -0x1.66cccab240e90p-46, -0x1.6d25a5b8a19b2p-44, -0x1.2ce6312ebb81dp-46, -0x1.395510d1e3f81p-44};
// 2^(i / 16), and what rounding lost of it, relative to it.
alignas(64) const double kRootHigh[16] = {
    0x1.0000000000000p+0, 0x1.0b5586cf9890fp+0, 0x1.172b83c7d517bp+0, 0x1.2387a6e756238p+0,
    0x1.306fe0a31b715p+0, 0x1.3dea64c123422p+0, 0x1.4bfdad5362a27p+0, 0x1.5ab07dd485429p+0,
    0x1.6a09e667f3bcdp+0, 0x1.7a11473eb0187p+0, 0x1.8ace5422aa0dbp+0, 0x1.9c49182a3f090p+0,
    0x1.ae89f995ad3adp+0, 0x1.c199bdd85529cp+0, 0x1.d5818dcfba487p+0, 0x1.ea4afa2a490dap+0};
alignas(64) const double kRootLow[16] = {
    0x0.0p+0, 0x1.79aa65d837b6dp-54, -0x1.01b15eaa59348p-55, 0x1.68efde3a8a894p-54,
    0x1.34d754db0abb6p-55, 0x1.59f48a72a4c6dp-55, 0x1.690cebb7aafb0p-56, 0x1.063e1e21c5409p-54,
    -0x1.3b3efbf5e2228p-54, -0x1.b32dcb94da51dp-56, 0x1.db72fc1f0eab4p-55, 0x1.1affc2b91ce27p-56,
    0x1.c1a7792cb3387p-55, 0x1.36eae30af0cb3p-56, 0x1.4a385a63d07a7p-56, -0x1.ff7128fd391f0p-55};

using V = __m512d;

struct Table {
  V low, high;
  explicit Table(const double* t) : low(_mm512_load_pd(t)), high(_mm512_load_pd(t + 8)) {}
  // By the lowest four bits.
  GL_HD inline V at(__m512i i) const { return _mm512_permutex2var_pd(low, i, high); }
};

GL_FN V fma3(V a, V b, V c) { return _mm512_fmadd_pd(a, b, c); }
GL_FN V fms3(V a, V b, V c) { return _mm512_fmsub_pd(a, b, c); }
GL_FN V same(double x) { return _mm512_set1_pd(x); }

template <size_t N> GL_FN V series(const double (&c)[N], V x) {
  V q = same(c[0]);
#pragma GCC unroll 16
  for (size_t i = 1; i < N; i++) q = fma3(q, x, same(c[i]));
  return q;
}

// (log(1 + f) - f + f^2 / 2) / f^3 on |f| <= 1/32, and (2^r - 1) / r on |r| <= 1/32.
constexpr double kLogTail[] = {0x1.750ff012b4492p-4, -0x1.9a5b591a3f9b2p-4, 0x1.c71c4ff7c6c24p-4, -0x1.ffffdb5f8f91ap-4,
                               0x1.24924925c1392p-3, -0x1.555555569d824p-3, 0x1.999999999993ep-3, -0x1.fffffffffff9dp-3,
                               0x1.5555555555555p-2};
constexpr double kRootTail[] = {0x1.ffcd7adfa052bp-17, 0x1.430a4965e8a5dp-13, 0x1.5d87fe7846cfcp-10, 0x1.3b2ab6fb09ae3p-7,
                                0x1.c6b08d704a0c1p-5, 0x1.ebfbdff82c594p-3, 0x1.62e42fefa39efp-1};
// log2(1 + f) / f for the shorter numbers, and the series of the root.
constexpr double kLogShort[] = {-0x1.ecfc52a786498p-3, 0x1.27c699a2b20b2p-2, -0x1.71546fb8b12c7p-2, 0x1.ec7096383a256p-2,
                                -0x1.71547652c4040p-1, 0x1.71547652bef23p+0};
constexpr double kRootShort[] = {0x1.3b2bfa0a5f425p-7, 0x1.c6b3488cf3294p-5, 0x1.ebfbdff78acf0p-3, 0x1.62e42fee460b1p-1};

// a = 2^k m with m in [1, 2), and r = 2^e (1 + i / 16) near 1 / m: f = m r - 1 is exact, and log2 a is
// k - e - log2(1 + i / 16) + log2(1 + f). Returns k - e.
GL_FN V reduceBase(V a, V& f, __m512i& i) {
  const V m = _mm512_getmant_pd(a, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src);
  const V r = _mm512_roundscale_pd(_mm512_rcp14_pd(m), 5 << 4 | _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  f = fms3(m, r, same(1));
  i = _mm512_srli_epi64(_mm512_castpd_si512(r), 48);
  return _mm512_sub_pd(_mm512_getexp_pd(a), _mm512_getexp_pd(r));
}

// The multiple of 1/16 that is nearest to p; the sixteenths beyond a whole number stand in the low bits of i.
GL_FN V nearestSixteenth(V p, __m512i& i) {
  const V shifter = same(0x1.8p48);
  const V t = _mm512_add_pd(p, shifter);
  i = _mm512_castpd_si512(t);
  return _mm512_sub_pd(t, shifter);
}

GL_FN __mmask8 ordinary(V a, V p, double limit) {
  const __m512i beyond = _mm512_sub_epi64(_mm512_castpd_si512(a), _mm512_set1_epi64(1));
  return _mm512_cmplt_epu64_mask(beyond, _mm512_set1_epi64(0x7fefffffffffffff)) &
         _mm512_cmp_pd_mask(_mm512_abs_pd(p), same(limit), _CMP_LT_OQ);
}

// a to the power y; `rest` and `y2` are y log2(e) as a sum.
GL_FN V powerLanes(V a, V y, V y2, V rest, __mmask8& good) {
  const Table high(kLog2High), low(kLog2Low), root(kRootHigh), lost(kRootLow);
  V f;
  __m512i i;
  const V k = reduceBase(a, f, i);
  const V whole = _mm512_add_pd(k, high.at(i));
  // log(1 + f) = l + ll
  const V g = _mm512_mul_pd(f, same(-0.5));
  const V l = fma3(g, f, f);
  V ll = fma3(g, f, _mm512_sub_pd(f, l));
  const V z = _mm512_mul_pd(f, f);
  ll = fma3(_mm512_mul_pd(z, f), series(kLogTail, f), ll);
  // y times (whole + low) + y2 times (l + ll), as p + pl
  const V p1 = _mm512_mul_pd(whole, y), p2 = _mm512_mul_pd(l, y2);
  V pl = fma3(low.at(i), y, fms3(whole, y, p1));
  pl = fma3(ll, y2, fma3(l, rest, _mm512_add_pd(pl, fms3(l, y2, p2))));
  const V sum = _mm512_add_pd(p1, p2);
  pl = _mm512_add_pd(pl, _mm512_sub_pd(p2, _mm512_sub_pd(sum, p1)));
  const V p = _mm512_add_pd(sum, pl);
  good = ordinary(a, p, 1000);
  const V n = nearestSixteenth(p, i);
  const V r = _mm512_add_pd(_mm512_sub_pd(sum, n), pl);
  const V t = root.at(i);
  const V q = fma3(r, series(kRootTail, r), lost.at(i));
  return _mm512_scalef_pd(fma3(t, q, t), n);
}

// The same for what is rounded to float32.
GL_FN V powerLanesShort(V a, V y, __mmask8& good) {
  const Table high(kLog2High), root(kRootHigh);
  V f;
  __m512i i;
  const V k = reduceBase(a, f, i);
  const V p = _mm512_mul_pd(fma3(f, series(kLogShort, f), _mm512_add_pd(k, high.at(i))), y);
  good = ordinary(a, p, 200);
  const V n = nearestSixteenth(p, i);
  const V r = _mm512_sub_pd(p, n);
  const V t = root.at(i);
  return _mm512_scalef_pd(fma3(_mm512_mul_pd(t, r), series(kRootShort, r), t), n);
}

GL_FN V loadLanes(const double* p, __mmask8 m) { return _mm512_mask_loadu_pd(same(1), m, p); }
GL_FN V loadLanes(const float* p, __mmask8 m) {
  return _mm512_cvtps_pd(_mm256_mask_loadu_ps(_mm256_set1_ps(1), m, p));
}
GL_FN void storeLanes(double* p, __mmask8 m, V x) { _mm512_mask_storeu_pd(p, m, x); }
GL_FN void storeLanes(float* p, __mmask8 m, V x) { _mm256_mask_storeu_ps(p, m, _mm512_cvtpd_ps(x)); }

// r = a to the power b, contiguous; Same: b is one number.
template <bool Same, class T>
void powerRow(T* r, const T* a, const T* b, int64_t n) {
  const V log2e = same(0x1.71547652b82fep+0), log2eLow = same(0x1.777d0ffda0d24p-56);
  V y = same(double(*b)), y2 = _mm512_mul_pd(y, log2e), rest = fma3(y, log2eLow, fms3(y, log2e, y2));
  for (int64_t j = 0; j < n; j += 8) {
    const __mmask8 lanes = n - j < 8 ? __mmask8((1u << (n - j)) - 1) : __mmask8(0xff);
    const V x = loadLanes(a + j, lanes);
    if (!Same) {
      y = loadLanes(b + j, lanes);
      if (sizeof(T) == 8) y2 = _mm512_mul_pd(y, log2e), rest = fma3(y, log2eLow, fms3(y, log2e, y2));
    }
    __mmask8 good;
    V v;
    if constexpr (sizeof(T) == 8) v = powerLanes(x, y, y2, rest, good);
    else v = powerLanesShort(x, y, good);
    if (!Same) v = _mm512_mask_mul_pd(v, _mm512_cmp_pd_mask(y, same(2), _CMP_EQ_OQ), x, x);
    const unsigned rare = uint8_t(~good) & lanes;
    T slow[8];  // before the store, because the result may be one of the operands
    if (rare != 0)
      for (int k = 0; k < 8; k++)
        if (rare >> k & 1) slow[k] = power(a[j + k], b[Same ? 0 : j + k]);
    storeLanes(r + j, lanes, v);
    if (rare != 0)
      for (int k = 0; k < 8; k++)
        if (rare >> k & 1) r[j + k] = slow[k];
  }
}

#endif

}  // namespace
}  // namespace GL_ISA
}  // namespace gl
