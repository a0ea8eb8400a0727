// The Node-API face of the library's addon, and its only file that includes it. One function does the work: run() executes the
// command in the buffer that attach() was given.
#include <napi.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#if defined(__linux__)
#include <sys/mman.h>
#endif
#include "command.h"
#include "commands.h"
#include "cpu/table.h"

namespace {

// One buffer for each thread that loads the addon: workers have commands of their own.
thread_local double* slots = nullptr;
thread_local napi_ref keep = nullptr;

// Called for every operation, hence without the C++ wrapper: returns undefined when done, 1 when it failed.
napi_value Run(napi_env env, napi_callback_info) {
  if (slots != nullptr && gl::run(slots) == 0) return nullptr;
  napi_value code;
  napi_create_int32(env, 1, &code);
  return code;
}

Napi::Value Attach(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  if (info.Length() < 1 || !info[0].IsTypedArray() ||
      info[0].As<Napi::TypedArray>().TypedArrayType() != napi_float64_array ||
      info[0].As<Napi::TypedArray>().ElementLength() < gl::Command::kSlots) {
    Napi::TypeError::New(env, "attach: pass a Float64Array of 1024 elements").ThrowAsJavaScriptException();
    return env.Undefined();
  }
  if (keep != nullptr) napi_delete_reference(env, keep);
  napi_create_reference(env, info[0], 1, &keep);
  slots = info[0].As<Napi::Float64Array>().Data();
  return Napi::Number::New(env, static_cast<double>(reinterpret_cast<uintptr_t>(slots)));
}

// Large blocks in pages of 2 MB, if the system has them: fewer faults when they are first touched, fewer address
// look-ups after. Every block comes by here before its first use.
void useHugePages(void* data, size_t bytes) {
#if defined(__linux__)
  constexpr uintptr_t page = 4096;
  if (bytes < (4u << 20)) return;
  const uintptr_t from = (reinterpret_cast<uintptr_t>(data) + page - 1) & ~(page - 1);
  const uintptr_t to = (reinterpret_cast<uintptr_t>(data) + bytes) & ~(page - 1);
  madvise(reinterpret_cast<void*>(from), to - from, MADV_HUGEPAGE);
#else
  (void)data, (void)bytes;
#endif
}

Napi::Value Address(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  if (info.Length() < 1 || !info[0].IsArrayBuffer()) {
    Napi::TypeError::New(env, "address: pass an ArrayBuffer").ThrowAsJavaScriptException();
    return env.Undefined();
  }
  void* data = info[0].As<Napi::ArrayBuffer>().Data();
  useHugePages(data, info[0].As<Napi::ArrayBuffer>().ByteLength());
  return Napi::Number::New(env, static_cast<double>(reinterpret_cast<uintptr_t>(data)));
}

Napi::Value LastError(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), gl::lastError()); }

Napi::Value Ops(const Napi::CallbackInfo& info) {
  Napi::Object ops = Napi::Object::New(info.Env());
  for (int i = 0; i < gl::opCount(); i++) ops.Set(gl::opName(i), Napi::Number::New(info.Env(), i));
  return ops;
}

Napi::Value Operands(const Napi::CallbackInfo& info) {
  Napi::Array list = Napi::Array::New(info.Env(), gl::opCount());
  for (int i = 0; i < gl::opCount(); i++) list.Set(uint32_t(i), Napi::Number::New(info.Env(), gl::operandsOf(i)));
  return list;
}

Napi::Value Predicates(const Napi::CallbackInfo& info) {
  Napi::Array list = Napi::Array::New(info.Env(), gl::opCount());
  for (int i = 0; i < gl::opCount(); i++) list.Set(uint32_t(i), Napi::Boolean::New(info.Env(), gl::isPredicate(i)));
  return list;
}

Napi::Value SetNumThreads(const Napi::CallbackInfo& info) {
  gl::setNumThreads(info[0].As<Napi::Number>().Int32Value());
  return info.Env().Undefined();
}

Napi::Value GetNumThreads(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), gl::numThreads()); }

Napi::Value Cpu(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), gl::kernels().isa); }

Napi::Object Init(Napi::Env env, Napi::Object exports) {
#if defined(__GLIBC__)
  // Keep freed megabyte blocks in the process: fresh pages cost more than most operations on them.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
  gl::initThreads();
  napi_value run;
  napi_create_function(env, "run", NAPI_AUTO_LENGTH, Run, nullptr, &run);
  exports.Set("run", Napi::Value(env, run));
  exports.Set("attach", Napi::Function::New<Attach>(env, "attach"));
  exports.Set("address", Napi::Function::New<Address>(env, "address"));
  exports.Set("error", Napi::Function::New<LastError>(env, "error"));
  exports.Set("ops", Napi::Function::New<Ops>(env, "ops"));
  exports.Set("operands", Napi::Function::New<Operands>(env, "operands"));
  exports.Set("predicates", Napi::Function::New<Predicates>(env, "predicates"));
  exports.Set("setNumThreads", Napi::Function::New<SetNumThreads>(env, "setNumThreads"));
  exports.Set("getNumThreads", Napi::Function::New<GetNumThreads>(env, "getNumThreads"));
  exports.Set("cpu", Napi::Function::New<Cpu>(env, "cpu"));
  return exports;
}

}  // namespace

NODE_API_MODULE(gradlab, Init)
