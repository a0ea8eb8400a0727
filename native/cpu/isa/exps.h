// The exponential and the hyperbolic tangent of float64 in AVX-512 registers, two at a time because one would wait for its
// own results: from a table of sixteen powers of two and a short series. Within 0.7 and 1.1 ulp. What the formula of the
// exponential does not hold for (results near the ends of the range, NaN) is computed one by one by exponential().
#pragma once
#include "cpu/isa/power.h"

namespace gl {
namespace GL_ISA {
namespace {

#if defined(__AVX512F__)

constexpr int kSide = 2;

// Registers side by side, and what is done to each.
struct Side {
  V v[kSide];
  template <class F> GL_FN Side of(F&& f) {
    Side r;
#pragma GCC unroll 2
    for (int k = 0; k < kSide; k++) r.v[k] = f(k);
    return r;
  }
};
GL_FN Side operator+(const Side& a, const Side& b) { return Side::of([&](int k) { return _mm512_add_pd(a.v[k], b.v[k]); }); }
GL_FN Side operator-(const Side& a, const Side& b) { return Side::of([&](int k) { return _mm512_sub_pd(a.v[k], b.v[k]); }); }
GL_FN Side operator*(const Side& a, const Side& b) { return Side::of([&](int k) { return _mm512_mul_pd(a.v[k], b.v[k]); }); }
GL_FN Side all(double x) { return Side::of([&](int) { return same(x); }); }
GL_FN Side sides(const Side& a, const Side& b, const Side& c) {
  return Side::of([&](int k) { return fma3(a.v[k], b.v[k], c.v[k]); });
}
// c - a b
GL_FN Side without(const Side& c, const Side& a, const Side& b) {
  return Side::of([&](int k) { return _mm512_fnmadd_pd(a.v[k], b.v[k], c.v[k]); });
}
template <size_t N> GL_FN Side seriesOf(const double (&c)[N], const Side& x) {
  Side q = all(c[0]);
#pragma GCC unroll 16
  for (size_t i = 1; i < N; i++) q = sides(q, x, all(c[i]));
  return q;
}

// (e^r - 1 - r) / r^2 on |r| <= ln2 / 32, to within 2^-56 of e^r, and to within 2^-58 of e^r - 1.
constexpr double kExpTail[] = {0x1.6c185e26898c4p-10, 0x1.11123aafe4da3p-7, 0x1.555555545e5b0p-5, 0x1.555555548f86ap-3,
                               0x1.0000000000005p-1};
constexpr double kExpM1Tail[] = {0x1.a01b88c9ea980p-13, 0x1.6c181f3b5e019p-10, 0x1.111111108f8afp-7,
                                 0x1.55555554ad4f0p-5, 0x1.5555555555559p-3, 0x1.0000000000003p-1};
// ln2 / 16: in few bits, so that its multiples are exact, and the rest.
constexpr double kStepHigh = 0x1.62e42fefa0000p-5, kStepLow = 0x1.cf79abc9e3b3ap-44, kSteps = 0x1.71547652b82fep+4;

// x = n ln2 / 16 + r + lost: e^x is e^(r + lost) times `scale`, which is 2^(n / 16), whose own loss is `rest`, relative.
GL_FN Side reduced(const Side& x, const Table& roots, const Table& losses, Side& lost, Side& scale, Side& rest) {
  const Side t = sides(x, all(kSteps), all(0x1.8p52)), n = t - all(0x1.8p52);
  const Side high = without(x, n, all(kStepHigh)), r = without(high, n, all(kStepLow));
  lost = without(high - r, n, all(kStepLow));
  const __m512i whole = _mm512_set1_epi64(~int64_t(15));
  scale = Side::of([&](int k) {
    const __m512i i = _mm512_castpd_si512(t.v[k]);
    const __m512i exponent = _mm512_slli_epi64(_mm512_and_epi64(i, whole), 48);
    return _mm512_castsi512_pd(_mm512_add_epi64(_mm512_castpd_si512(roots.at(i)), exponent));
  });
  rest = Side::of([&](int k) { return losses.at(_mm512_castpd_si512(t.v[k])); });
  return r;
}

// body(first element, registers, mask of what there is of the k-th) for all of a row.
template <class Body> GL_FN void eachSide(const double* a, int64_t n, Body&& body) {
  constexpr int64_t lanes = 8;
  for (int64_t i = 0; i < n; i += kSide * lanes) {
    const int64_t left = n - i;
    if (left >= kSide * lanes) {
      body(i, Side::of([&](int k) { return _mm512_loadu_pd(a + i + k * lanes); }), [](int) { return __mmask8(0xff); });
    } else {
      const auto some = [&](int k) {
        const int64_t m = left - k * lanes;
        return m >= lanes ? __mmask8(0xff) : m <= 0 ? __mmask8(0) : static_cast<__mmask8>((1u << m) - 1);
      };
      body(i, Side::of([&](int k) { return _mm512_maskz_loadu_pd(some(k), a + i + k * lanes); }), some);
    }
  }
}

void expRow(double* r, const double* a, int64_t n) {
  const Table roots(kRootHigh), losses(kRootLow);
  eachSide(a, n, [&](int64_t i, const Side& x, auto&& there) __attribute__((always_inline)) {
    Side lost, scale, rest;
    const Side q = reduced(x, roots, losses, lost, scale, rest);
    const Side y = sides(scale, sides(q, sides(q, seriesOf(kExpTail, q), all(1)), rest), scale);
#pragma GCC unroll 2
    for (int k = 0; k < kSide; k++) {
      unsigned rare = _mm512_cmp_pd_mask(_mm512_abs_pd(x.v[k]), same(-Real<double>::expLow), _CMP_NLT_UQ);
      _mm512_mask_storeu_pd(r + i + 8 * k, there(k), y.v[k]);
      if (__builtin_expect(rare != 0, 0)) {
        alignas(64) double from[8];  // the result may be the operand itself
        _mm512_store_pd(from, x.v[k]);
        for (; rare; rare &= rare - 1) r[i + 8 * k + __builtin_ctz(rare)] = exponential(from[__builtin_ctz(rare)]);
      }
    }
  });
}

// (e^2a - 1) / (e^2a + 1), as hyperbolicTangent() has it, with the quotient by way of a reciprocal.
void tanhRow(double* r, const double* a, int64_t n) {
  const Table roots(kRootHigh), losses(kRootLow);
  eachSide(a, n, [&](int64_t i, const Side& x, auto&& there) __attribute__((always_inline)) {
    const Side magnitude =
        Side::of([&](int k) { return _mm512_min_pd(_mm512_abs_pd(x.v[k]), same(Real<double>::tanhMax)); });
    Side lost, scale, rest;
    const Side q = reduced(magnitude + magnitude, roots, losses, lost, scale, rest);
    // e^2a - 1 = high + low
    const Side tail = sides(q * q, seriesOf(kExpM1Tail, q), lost), p = q + tail;
    const Side whole = scale - all(1), high = sides(scale, p, whole);
    const Side low = sides(scale, rest + (tail - (p - q)), sides(scale, p, whole - high));
    const Side d = high + all(2), cut = high - (d - all(2));
    Side y = Side::of([&](int k) { return _mm512_rcp14_pd(d.v[k]); });
    y = sides(y, without(all(1), d, y), y);
    const Side z = high * y;
    const Side v = sides(without(high, z, d) + without(low, z, low + cut), y, z);
#pragma GCC unroll 2
    for (int k = 0; k < kSide; k++) {
      const __m512i sign = _mm512_set1_epi64(std::numeric_limits<int64_t>::min());
      const __m512i bits = _mm512_ternarylogic_epi64(_mm512_castpd_si512(v.v[k]), _mm512_castpd_si512(x.v[k]), sign, 0xd8);
      const __mmask8 nan = _mm512_cmp_pd_mask(x.v[k], x.v[k], _CMP_UNORD_Q);
      _mm512_mask_storeu_pd(r + i + 8 * k, there(k), _mm512_mask_mov_pd(_mm512_castsi512_pd(bits), nan, x.v[k]));
    }
  });
}

#endif

}  // namespace
}  // namespace GL_ISA
}  // namespace gl
