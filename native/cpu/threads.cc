// The number of threads, ours and OpenBLAS's.
#include "cpu/threads.h"
#include <omp.h>
#include <algorithm>
#include "command.h"
#include "cpu/blas.h"

namespace gl {

namespace {
int count = 1;
// Work below this stays on the calling thread: waking sleeping threads costs some 10 us.
constexpr int64_t kParallelWork = 256 * 1024;
}  // namespace

void initThreads() { setNumThreads(omp_get_max_threads()); }

int numThreads() { return count; }

void setNumThreads(int n) {
  count = std::max(1, n);
  omp_set_num_threads(count);
  openblas_set_num_threads(count);
}

// OpenBLAS's OpenMP flavour asks OpenMP how many threads there are, at every call.
SingleThreaded::SingleThreaded(bool small) : active(small && count > 1) {
  if (active) omp_set_num_threads(1);
}
SingleThreaded::~SingleThreaded() {
  if (active) omp_set_num_threads(count);
}

int threadsFor(int64_t work) {
  if (work < kParallelWork || count == 1) return 1;
  return static_cast<int>(std::min<int64_t>(count, work / (kParallelWork / 2)));
}

}  // namespace gl
