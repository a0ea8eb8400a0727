// When and how loops are spread over threads.
#pragma once
#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace gl {

int numThreads();

// Threads worth using for `work` units (elements times relative cost); 1 below the size where waking them pays.
int threadsFor(int64_t work);

// While it lives, BLAS and LAPACK calls of this thread work on one thread when `small` is true: their own idea of when
// threads pay costs more than the work on small matrices. The pool's threads always call them so.
class SingleThreaded {
 public:
  explicit SingleThreaded(bool small);
  ~SingleThreaded();
  SingleThreaded(const SingleThreaded&) = delete;
  SingleThreaded& operator=(const SingleThreaded&) = delete;

 private:
  bool active;
};

// Calls task(context, i) for i in 0..count on the calling thread and on those of up to threads - 1 others that come in
// time: threads claim one index after the other, so one that is slow to wake, or that the system gave to another
// process, holds up nothing but what it has claimed. Within a task, and while another thread of the program uses the
// pool, everything runs on the caller. An exception of a task is thrown here when all claimed ones are done.
void parallelTasks(int64_t count, int threads, void (*task)(void* context, int64_t i), void* context);

// Pieces per thread: enough that a late thread leaves little undone, few enough that claiming them costs nothing.
constexpr int kPieces = 4;

// Calls body(begin, end) on disjoint ranges that cover 0..n; ranges begin at multiples of `grain`. Which ranges there
// are depends on the arguments alone, never on the scheduling.
template <class Body>
void parallelRanges(int64_t n, int64_t grain, int threads, Body&& body) {
  if (threads <= 1 || n <= grain) {
    body(int64_t(0), n);
    return;
  }
  struct Ranges {
    int64_t n, grain, blocks, pieces;
    typename std::remove_reference<Body>::type* body;
    static void run(void* self, int64_t i) {
      const Ranges& r = *static_cast<Ranges*>(self);
      const int64_t begin = r.blocks * i / r.pieces * r.grain;
      const int64_t end = std::min(r.blocks * (i + 1) / r.pieces * r.grain, r.n);
      (*r.body)(begin, end);
    }
  };
  const int64_t blocks = (n + grain - 1) / grain;
  Ranges ranges{n, grain, blocks, std::min<int64_t>(blocks, threads * kPieces), &body};
  parallelTasks(ranges.pieces, threads, Ranges::run, &ranges);
}

}  // namespace gl
