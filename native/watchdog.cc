// build/Release/watchdog.node, an addon of its own for the front process of a kernel: a thread that kills a process which
// has not answered in time. JavaScript waits for that answer in a read and can do nothing meanwhile; a worker could,
// and would take ten megabytes. No part of the library.
#include <napi.h>
#include <signal.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;

// One for each thread of JavaScript that asks; it and its thread last as long as the process.
struct Watch {
  std::mutex mutex;
  std::condition_variable changed;
  Clock::time_point deadline = Clock::time_point::max();
  bool running = false;
  int pid = 0;

  // A request that ends leaves the thread asleep until its deadline; only an earlier deadline wakes it.
  void Run() {
    std::unique_lock<std::mutex> lock(mutex);
    for (;;) {
      if (deadline == Clock::time_point::max()) {
        changed.wait(lock);
      } else if (Clock::now() < deadline) {
        changed.wait_until(lock, deadline);
      } else {
        if (running && pid > 0) kill(pid, SIGKILL);
        running = false;
        deadline = Clock::time_point::max();
      }
    }
  }
};

Watch& WatchOf(const Napi::CallbackInfo& info) { return *static_cast<Watch*>(info.Data()); }

// guard(pid): which process answers from now on.
void Guard(const Napi::CallbackInfo& info) {
  Watch& watch = WatchOf(info);
  std::lock_guard<std::mutex> lock(watch.mutex);
  watch.pid = info[0].ToNumber().Int32Value();
}

// begin(milliseconds): unless end() is called by then, the process is killed.
void Begin(const Napi::CallbackInfo& info) {
  Watch& watch = WatchOf(info);
  const auto due = Clock::now() + std::chrono::milliseconds(info[0].ToNumber().Int64Value());
  std::lock_guard<std::mutex> lock(watch.mutex);
  const bool earlier = due < watch.deadline;
  watch.running = true;
  watch.deadline = due;
  if (earlier) watch.changed.notify_one();
}

void End(const Napi::CallbackInfo& info) {
  Watch& watch = WatchOf(info);
  std::lock_guard<std::mutex> lock(watch.mutex);
  watch.running = false;
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  Watch* watch = new Watch;
  std::thread([watch] { watch->Run(); }).detach();
  exports.Set("guard", Napi::Function::New(env, Guard, "guard", watch));
  exports.Set("begin", Napi::Function::New(env, Begin, "begin", watch));
  exports.Set("end", Napi::Function::New(env, End, "end", watch));
  return exports;
}

}  // namespace

NODE_API_MODULE(watchdog, Init)
