// The pool of threads, and the number of threads, ours and OpenBLAS's. OpenMP's own loops are not used: their threads
// meet at barriers, and when another process keeps a core busy every barrier costs a time slice of the system.
#include "cpu/threads.h"
#include <omp.h>
#if !defined(_WIN32)
#include <pthread.h>
#endif
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>
#include "command.h"
#include "cpu/blas.h"

namespace gl {

namespace {

int count = 1;
// Whether this thread of the program works without others.
thread_local bool alone = false;
// Work below this stays on the calling thread: sharing it with a thread that is awake costs about a microsecond.
constexpr int64_t kParallelWork = 32 * 1024;

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
// How long threads look out for more before they sleep.
constexpr microseconds kWatch(50);
// How long a caller looks out for the last tasks before it sleeps: twice as long as its own took it, within these limits.
// A thread that needs longer has lost its processor.
constexpr microseconds kPatience(8), kMostPatience(1000);
// Waking a sleeping thread takes its caller some 10 us, so what is left to do must be worth it: of one job, or of a
// dense sequence of small ones.
constexpr microseconds kWorthWaking(25);

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Waits for condition() without giving the processor away; false when it took longer than `limit`.
template <class Condition>
bool watch(Clock::duration limit, Condition&& condition) {
  const auto begun = Clock::now();
  do {
    for (int i = 0; i < 32; i++) {
      if (condition()) return true;
      pause();
    }
  } while (Clock::now() - begun < limit);
  return condition();
}

// What is left to claim, in one word so that a claim is one exchange: the number of the job, and the range of tasks
// that nobody has yet. The caller takes from the front, others from the back, so that in a sequence of operations
// on the same array a thread finds its part in its own cache. A thread that comes late with an old word fails at the
// exchange, because the job's number has moved on.
struct Left {
  uint64_t word;
  uint32_t front() const { return (word >> 16) & 0xffff; }
  uint32_t back() const { return word & 0xffff; }
  bool any() const { return front() < back(); }
  static uint64_t pack(uint64_t job, uint32_t front, uint32_t back) {
    return job << 32 | uint64_t(front) << 16 | back;
  }
};
constexpr int64_t kMaxTasks = 0xffff;

class Pool {
 public:
  void run(int64_t tasks, int threads, void (*task)(void*, int64_t), void* context) {
    if (tasks > kMaxTasks || threads <= 1 || tasks <= 1 || busy.exchange(true, std::memory_order_acquire)) {
      for (int64_t i = 0; i < tasks; i++) task(context, i);
      return;
    }
    const SingleThreaded guard(true);
    // A task's call of OpenBLAS must not find another count than its own 1: it would change the count, and with it memory
    // that another task is using.
    if (openblas_get_num_threads() != 1) openblas_set_num_threads(1);
    start(threads - 1);
    this->task.store(task, std::memory_order_relaxed);
    this->context.store(context, std::memory_order_relaxed);
    pending.store(tasks, std::memory_order_relaxed);
    left.store(Left::pack(++job, 0, static_cast<uint32_t>(tasks)));
    const int wanted = static_cast<int>(std::min<int64_t>(threads, tasks)) - 1;
    const auto begun = Clock::now();
    int64_t done = 0;
    if (sleeping.load() == 0) {
      while (claim(true)) done++;
    } else {
      if (begun - ended > kWatch) alone = Clock::duration::zero();
      bool woken = alone > kWorthWaking;
      if (woken) wake(wanted);
      while (claim(true)) {
        done++;
        if (woken || (Clock::now() - begun) / done * (tasks - done) < kWorthWaking) continue;
        wake(wanted);
        woken = true;
      }
      ended = Clock::now();
      alone = woken ? Clock::duration::zero() : alone + (ended - begun);
    }
    const auto complete = [this] { return pending.load(std::memory_order_acquire) == 0; };
    const auto patience = [&]() -> Clock::duration {
      const auto own = 2 * (Clock::now() - begun) / std::max<int64_t>(done, 1);
      return std::max<Clock::duration>(kPatience, std::min<Clock::duration>(own, kMostPatience));
    };
    if (!complete() && !watch(patience(), complete)) {
      // A sleeping caller leaves its core to the thread that has the last task.
      std::unique_lock<std::mutex> lock(mutex);
      waiting = true;
      finished.wait(lock, complete);
      waiting = false;
    }
    std::exception_ptr thrown;
    std::swap(thrown, error);
    busy.store(false, std::memory_order_release);
    if (thrown) std::rethrow_exception(thrown);
  }

  // Ends the threads beyond `n`; those that are missing start when they are first needed.
  void shrink(int n) {
    while (busy.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
    if (static_cast<int>(others.size()) > n) {
      {
        std::lock_guard<std::mutex> lock(mutex);
        limit = n;
      }
      awake.notify_all();
      while (static_cast<int>(others.size()) > n) {
        others.back()->join();
        delete others.back();
        others.pop_back();
      }
    }
    busy.store(false, std::memory_order_release);
  }

  // In the child of a fork only the thread that called it exists.
  void forget() {
    others.clear();
    new (&mutex) std::mutex();
    new (&awake) std::condition_variable();
    new (&finished) std::condition_variable();
    sleeping = 0;
    busy = false;
  }

 private:
  void start(int n) {
    if (static_cast<int>(others.size()) >= n) return;
    limit = n;
    try {
      while (static_cast<int>(others.size()) < n) {
        const int id = static_cast<int>(others.size());
        others.push_back(new std::thread([this, id] { serve(id); }));
      }
    } catch (const std::system_error&) {
      // The system gives no more threads; those that exist do the work.
    }
  }

  void wake(int n) {
    { std::lock_guard<std::mutex> lock(mutex); }
    for (int i = 0; i < n; i++) awake.notify_one();
  }

  // Claims a task and does it; false when none is left.
  bool claim(bool caller) {
    uint64_t seen = left.load();
    for (;;) {
      const Left now{seen};
      if (!now.any()) return false;
      // Valid once the exchange succeeds: a job's fields change only after its last task was claimed and done.
      const auto call = task.load(std::memory_order_relaxed);
      void* const with = context.load(std::memory_order_relaxed);
      const uint32_t front = now.front() + caller, back = now.back() - !caller;
      if (!left.compare_exchange_weak(seen, Left::pack(seen >> 32, front, back))) continue;
      try {
        call(with, caller ? front - 1 : back);
      } catch (...) {
        std::lock_guard<std::mutex> lock(mutex);
        if (!error) error = std::current_exception();
      }
      if (pending.fetch_sub(1, std::memory_order_acq_rel) == 1 && !caller) {
        std::lock_guard<std::mutex> lock(mutex);
        if (waiting) finished.notify_one();
      }
      return true;
    }
  }

  void serve(int id) {
    omp_set_num_threads(1);
    const auto wanted = [this, id] { return Left{left.load()}.any() || id >= limit; };
    while (id < limit) {
      if (claim(false) || watch(kWatch, wanted)) continue;
      std::unique_lock<std::mutex> lock(mutex);
      sleeping.fetch_add(1);
      awake.wait(lock, wanted);
      sleeping.fetch_sub(1);
    }
  }

  std::atomic<uint64_t> left{0};
  std::atomic<void (*)(void*, int64_t)> task{nullptr};
  std::atomic<void*> context{nullptr};
  alignas(64) std::atomic<int64_t> pending{0};
  alignas(64) std::atomic<bool> busy{false};  // somebody's job is in the pool
  std::atomic<int> sleeping{0}, limit{0};
  uint64_t job = 0;
  Clock::time_point ended;           // of the last job that found sleeping threads
  Clock::duration alone{0};          // what such jobs have taken lately without waking anyone
  bool waiting = false;
  std::exception_ptr error;
  std::mutex mutex;
  std::condition_variable awake, finished;
  std::vector<std::thread*> others;
};

// Never destroyed: its threads may sleep in it while the process ends.
Pool& pool() {
  static Pool* const only = [] {
    Pool* p = new Pool;
#if !defined(_WIN32)
    pthread_atfork(nullptr, nullptr, [] { pool().forget(); });
#endif
    return p;
  }();
  return *only;
}

}  // namespace

// A worker that loads the addon leaves the program's number of threads as it is, and the pool to the main thread.
void initThreads() {
  static std::once_flag once;
  bool first = false;
  std::call_once(once, [&first] { first = true; });
  if (first) return setNumThreads(omp_get_max_threads());
  alone = true;
  omp_set_num_threads(1);
}

int numThreads() { return count; }

void setNumThreads(int n) {
  count = std::max(1, n);
  pool().shrink(count - 1);
  omp_set_num_threads(count);
  openblas_set_num_threads(count);
}

// OpenBLAS's OpenMP flavour asks OpenMP how many threads there are, at every call.
SingleThreaded::SingleThreaded(bool small) : active(small && omp_get_max_threads() > 1) {
  if (active) omp_set_num_threads(1);
}
SingleThreaded::~SingleThreaded() {
  if (active) omp_set_num_threads(alone ? 1 : count);
}

int threadsFor(int64_t work) {
  if (work < kParallelWork || count == 1 || alone) return 1;
  return static_cast<int>(std::min<int64_t>(count, work / (kParallelWork / 2)));
}

void parallelTasks(int64_t count, int threads, void (*task)(void* context, int64_t i), void* context) {
  pool().run(count, threads, task, context);
}

}  // namespace gl
