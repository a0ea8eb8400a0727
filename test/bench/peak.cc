// The machine's peaks: of arithmetic, by independent fused multiply-adds in registers on every thread, for both
// precisions; and of memory, by a sum and by c = a + b of arrays that fit in no cache. The best of many short attempts,
// since another process may take a core away. Built by `npm run bench gemm` with -O3 -march=native -fopenmp. Prints
// GFLOP/s and GB/s as "float64 float32 read add".

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

template <typename T>
double gflops() {
  constexpr int bytes = 64, lanes = bytes / sizeof(T), chains = 16;
  typedef T vector __attribute__((vector_size(bytes)));
  const long rounds = 1'000'000;
  double best = 0;
  for (int attempt = 0; attempt < 60; attempt++) {
    int threads = 0;
    T sink = 0;
    const auto begun = std::chrono::steady_clock::now();
#pragma omp parallel reduction(+ : threads, sink)
    {
      vector acc[chains];
      for (int c = 0; c < chains; c++) acc[c] = vector{} + T(c);
      vector x = vector{} + T(0.999999), y = vector{} + T(1e-7);
      for (long i = 0; i < rounds; i++) {
        for (int c = 0; c < chains; c++) acc[c] = acc[c] * x + y;
        asm volatile("" : "+v"(x), "+v"(y));
      }
      for (int c = 0; c < chains; c++) sink += acc[c][0];
      threads += 1;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    const double rate = 2.0 * lanes * chains * rounds * threads / took.count() / 1e9;
    if (sink != sink) return 0;
    if (rate > best) best = rate;
  }
  return best;
}

typedef double eight __attribute__((vector_size(64), aligned(8)));

// Of n numbers, a multiple of 32.
double sumOf(const double* v, long n) {
  eight sums[4] = {};
  for (long i = 0; i < n; i += 32)
    for (int k = 0; k < 4; k++) sums[k] += *reinterpret_cast<const eight*>(v + i + 8 * k);
  return (sums[0] + sums[1] + sums[2] + sums[3])[0];
}

void addPlain(double* c, const double* a, const double* b, long n) {
  for (long i = 0; i < n; i += 8)
    *reinterpret_cast<eight*>(c + i) = *reinterpret_cast<const eight*>(a + i) + *reinterpret_cast<const eight*>(b + i);
}

// Past the caches, so that what is written need not be read first.
void addStreamed(double* c, const double* a, const double* b, long n) {
#if defined(__SSE2__)
  for (long i = 0; i < n; i += 2) _mm_stream_pd(c + i, _mm_add_pd(_mm_loadu_pd(a + i), _mm_loadu_pd(b + i)));
  _mm_sfence();
#else
  addPlain(c, a, b, n);
#endif
}

// GB/s of what `work` reads and writes, on ranges of n numbers for all threads.
template <class Work>
double gigabytes(long n, double bytes, Work work) {
  constexpr long pieces = 64;
  double best = 0;
  for (int attempt = 0; attempt < 20; attempt++) {
    const auto begun = std::chrono::steady_clock::now();
#pragma omp parallel for schedule(static)
    for (long p = 0; p < pieces; p++) work(p * (n / pieces), n / pieces);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    best = std::max(best, bytes * n / took.count() / 1e9);
  }
  return best;
}

int main() {
  const long n = 64 * 160'000;
  std::vector<double> a(n, 1.0), b(n, 2.0), c(n);
  double sums[64] = {};
  const double read = gigabytes(n, 8, [&](long i, long m) { sums[i / m] = sumOf(&a[i], m); });
  const double plain = gigabytes(n, 24, [&](long i, long m) { addPlain(&c[i], &a[i], &b[i], m); });
  const double streamed = gigabytes(n, 24, [&](long i, long m) { addStreamed(&c[i], &a[i], &b[i], m); });
  if (sums[1] != sums[0] || c[1] != 3) return 1;
  std::printf("%.1f %.1f %.1f %.1f\n", gflops<double>(), gflops<float>(), read, std::max(plain, streamed));
}
