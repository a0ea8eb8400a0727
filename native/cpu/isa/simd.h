// One vector register of the instruction set a file is compiled for: Vec<double>, Vec<float>. Only what the hand-written
// kernels need; everything else is left to the compiler's own vectorisation.
#pragma once
#include "kernels.h"
#if defined(__AVX2__) || defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace gl {
namespace GL_ISA {

template <class T> struct Vec;

#if defined(__AVX512F__)

template <> struct Vec<double> {
  static constexpr int lanes = 8;
  __m512d v;
  GL_FN Vec zero() { return {_mm512_setzero_pd()}; }
  GL_FN Vec all(double x) { return {_mm512_set1_pd(x)}; }
  GL_FN Vec load(const double* p) { return {_mm512_loadu_pd(p)}; }
  GL_FN Vec load(const double* p, int n) { return {_mm512_maskz_loadu_pd(__mmask8((1u << n) - 1), p)}; }
  GL_HD inline void store(double* p) const { _mm512_storeu_pd(p, v); }
  GL_HD inline void store(double* p, int n) const { _mm512_mask_storeu_pd(p, __mmask8((1u << n) - 1), v); }
  GL_HD inline void addProduct(Vec a, Vec b) { v = _mm512_fmadd_pd(a.v, b.v, v); }
  GL_HD inline double sum() const { return _mm512_reduce_add_pd(v); }
};
template <> struct Vec<float> {
  static constexpr int lanes = 16;
  __m512 v;
  GL_FN Vec zero() { return {_mm512_setzero_ps()}; }
  GL_FN Vec all(float x) { return {_mm512_set1_ps(x)}; }
  GL_FN Vec load(const float* p) { return {_mm512_loadu_ps(p)}; }
  GL_FN Vec load(const float* p, int n) { return {_mm512_maskz_loadu_ps(__mmask16((1u << n) - 1), p)}; }
  GL_HD inline void store(float* p) const { _mm512_storeu_ps(p, v); }
  GL_HD inline void store(float* p, int n) const { _mm512_mask_storeu_ps(p, __mmask16((1u << n) - 1), v); }
  GL_HD inline void addProduct(Vec a, Vec b) { v = _mm512_fmadd_ps(a.v, b.v, v); }
  GL_HD inline float sum() const { return _mm512_reduce_add_ps(v); }
};

#elif defined(__AVX2__)

// Lanes i < n of a mask for maskload and maskstore.
GL_FN __m256i firstLanes64(int n) { return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3)); }
GL_FN __m256i firstLanes32(int n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
template <> struct Vec<double> {
  static constexpr int lanes = 4;
  __m256d v;
  GL_FN Vec zero() { return {_mm256_setzero_pd()}; }
  GL_FN Vec all(double x) { return {_mm256_set1_pd(x)}; }
  GL_FN Vec load(const double* p) { return {_mm256_loadu_pd(p)}; }
  GL_FN Vec load(const double* p, int n) { return {_mm256_maskload_pd(p, firstLanes64(n))}; }
  GL_HD inline void store(double* p) const { _mm256_storeu_pd(p, v); }
  GL_HD inline void store(double* p, int n) const { _mm256_maskstore_pd(p, firstLanes64(n), v); }
  GL_HD inline void addProduct(Vec a, Vec b) { v = _mm256_fmadd_pd(a.v, b.v, v); }
  GL_HD inline double sum() const {
    __m128d s = _mm_add_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd(v, 1));
    return _mm_cvtsd_f64(_mm_add_sd(s, _mm_unpackhi_pd(s, s)));
  }
};
template <> struct Vec<float> {
  static constexpr int lanes = 8;
  __m256 v;
  GL_FN Vec zero() { return {_mm256_setzero_ps()}; }
  GL_FN Vec all(float x) { return {_mm256_set1_ps(x)}; }
  GL_FN Vec load(const float* p) { return {_mm256_loadu_ps(p)}; }
  GL_FN Vec load(const float* p, int n) { return {_mm256_maskload_ps(p, firstLanes32(n))}; }
  GL_HD inline void store(float* p) const { _mm256_storeu_ps(p, v); }
  GL_HD inline void store(float* p, int n) const { _mm256_maskstore_ps(p, firstLanes32(n), v); }
  GL_HD inline void addProduct(Vec a, Vec b) { v = _mm256_fmadd_ps(a.v, b.v, v); }
  GL_HD inline float sum() const {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_shuffle_ps(s, s, 1)));
  }
};

#else

// Two lanes that the compiler maps onto whatever the machine has.
template <class T> struct Vec {
  static constexpr int lanes = 16 / sizeof(T);
  T v[lanes];
  GL_FN Vec zero() { return all(T(0)); }
  GL_FN Vec all(T x) {
    Vec r;
    for (int i = 0; i < lanes; i++) r.v[i] = x;
    return r;
  }
  GL_FN Vec load(const T* p) {
    Vec r;
    for (int i = 0; i < lanes; i++) r.v[i] = p[i];
    return r;
  }
  GL_FN Vec load(const T* p, int n) {
    Vec r;
    for (int i = 0; i < lanes; i++) r.v[i] = i < n ? p[i] : T(0);
    return r;
  }
  GL_HD inline void store(T* p) const {
    for (int i = 0; i < lanes; i++) p[i] = v[i];
  }
  GL_HD inline void store(T* p, int n) const {
    for (int i = 0; i < n; i++) p[i] = v[i];
  }
  GL_HD inline void addProduct(Vec a, Vec b) {
    for (int i = 0; i < lanes; i++) v[i] += a.v[i] * b.v[i];
  }
  GL_HD inline T sum() const {
    T s = v[0];
    for (int i = 1; i < lanes; i++) s += v[i];
    return s;
  }
};

#endif

}  // namespace GL_ISA
}  // namespace gl
