// Fourier transforms of one length, prepared once: a plan knows how it takes the length apart and keeps its roots of
// unity. Plans transform sequences of separate real and imaginary parts; how sequences lie in arrays is fft.cc's.
#pragma once
#include <algorithm>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace gl {
namespace fft {

using Numbers = std::unique_ptr<double[]>;
inline Numbers room(int64_t n) { return Numbers(new double[std::max<int64_t>(n, 1)]); }

// Every step-th complex number of a memory; `im` is null for real numbers. Exchanging the parts inverts a transform.
template <class T>
struct Points {
  T *re, *im;
  int64_t step;
};
using Source = Points<const double>;
using Sink = Points<double>;

struct Split {
  double *re, *im;
};

// Two buffers of `size` points. Their parts begin in different cache lines of a page, which power-of-two sizes would
// make one.
constexpr int64_t kSpare = 96;
constexpr int64_t bufferSize(int64_t size) { return 4 * size + kSpare; }
inline void buffers(double* memory, int64_t size, Split* x, Split* y) {
  *x = {memory, memory + size + 24};
  *y = {memory + 2 * size + 48, memory + 3 * size + 72};
}

// exp(-2 pi i j / n) for j = 0, step, 2 step...
void roots(double* re, double* im, int64_t count, int64_t step, int64_t n);

constexpr int64_t kTogether = 16;  // transforms done side by side

class Plan {
 public:
  explicit Plan(int64_t n);

  // The transforms of `b` sequences side by side: point i of sequence j at i * b + j of x. The result is in x; the
  // pointers of x and y may be exchanged.
  void run(Split& x, Split& y, int64_t b) const;

  // One transform from anywhere to anywhere, times scale; missing points of the source are zero. `memory` is room for
  // two buffers of n points, or null.
  void single(const Source& from, int64_t available, const Sink& to, int64_t wanted, double scale, int threads,
              double* memory = nullptr) const;

  const int64_t n;

 private:
  struct Pass {
    int factor;
    int64_t length, s;
    Numbers wr, wi, root;
  };

  void direct(Split& x, Split& y, int64_t b) const;
  void convolution(const Split& x, int64_t b) const;
  void twoRounds(const Source& from, int64_t available, const Sink& to, int64_t wanted, double scale, int threads) const;
  void multiplyRows(const Split& x, const double* wr, const double* wi, int64_t rows, int64_t b) const;

  void makePasses() const;

  // Made when they are first needed: a plan that goes in two rounds may never be.
  mutable std::vector<Pass> passes;
  mutable std::once_flag made;
  std::vector<int64_t> factors;
  int64_t largest = 0;
  // Bluestein: the chirp, and the transform of the longer one.
  std::shared_ptr<const Plan> inner;
  Numbers chirpRe, chirpIm, kernelRe, kernelIm;
  // Two rounds: n = rows * columns, and per row the powers 0..kTogether of its twiddle, and that of whole blocks.
  std::shared_ptr<const Plan> rows, columns;
  Numbers stepRe, stepIm;
  // exp(-2 pi i j / n) as a product: of j modulo kFine, and of the rest.
  static constexpr int64_t kFine = 1024;
  Numbers fineRe, fineIm, coarseRe, coarseIm;
};

// What was made for a length, kept for the next time.
template <class T>
std::shared_ptr<const T> kept(int64_t n) {
  static std::mutex lock;
  static std::list<std::shared_ptr<const T>> recent;
  {
    const std::lock_guard<std::mutex> hold(lock);
    for (auto it = recent.begin(); it != recent.end(); ++it)
      if ((*it)->n == n) {
        recent.splice(recent.begin(), recent, it);
        return recent.front();
      }
  }
  auto fresh = std::make_shared<const T>(n);
  const std::lock_guard<std::mutex> hold(lock);
  recent.push_front(fresh);
  if (recent.size() > 16) recent.pop_back();
  return fresh;
}

}  // namespace fft
}  // namespace gl
