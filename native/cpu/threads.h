// When and how loops are spread over threads.
#pragma once
#include <cstdint>

namespace gl {

int numThreads();

// Threads worth using for `work` units (elements times relative cost); 1 below the size where waking them pays.
int threadsFor(int64_t work);

// While it lives, BLAS and LAPACK work on one thread when `small` is true: their own idea of when threads pay costs
// more than the work on small matrices.
class SingleThreaded {
 public:
  explicit SingleThreaded(bool small);
  ~SingleThreaded();
  SingleThreaded(const SingleThreaded&) = delete;
  SingleThreaded& operator=(const SingleThreaded&) = delete;

 private:
  bool active;
};

// Calls body(begin, end) on disjoint ranges that cover 0..n; ranges begin at multiples of `grain`.
template <class Body>
void parallelRanges(int64_t n, int64_t grain, int threads, Body&& body) {
  if (threads <= 1 || n <= grain) {
    body(int64_t(0), n);
    return;
  }
  const int64_t blocks = (n + grain - 1) / grain;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int t = 0; t < threads; t++) {
    const int64_t begin = blocks * t / threads * grain;
    const int64_t end = t + 1 == threads ? n : blocks * (t + 1) / threads * grain;
    if (begin < end) body(begin, end < n ? end : n);
  }
}

}  // namespace gl
