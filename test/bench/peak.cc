// The machine's arithmetic peak: independent fused multiply-adds in registers, on every thread, for both precisions.
// The best of many short attempts, since another process may take a core away. Built by `npm run bench gemm` with
// -O3 -march=native -fopenmp. Prints GFLOP/s as "float64 float32".

#include <chrono>
#include <cstdio>

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

int main() {
  std::printf("%.1f %.1f\n", gflops<double>(), gflops<float>());
}
