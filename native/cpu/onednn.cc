// Convolution in single precision by oneDNN, where the library is installed. It is opened when the first convolution
// needs it, so programs without one do not pay for it. Each batch is cut into runs of images that the pool's threads
// take one after the other; oneDNN itself works on one thread in each. A run is laid out in the blocked form that the
// kernels want while it is in the cache, and back afterwards. Primitives are kept by shape.
#include "cpu/onednn.h"

#if defined(GL_ONEDNN)
#include <dlfcn.h>
#include <omp.h>
#include <array>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include "cpu/threads.h"

namespace gl {
namespace onednn {

namespace {

#define GL_STRING2(x) #x
#define GL_STRING(x) GL_STRING2(x)

std::unique_ptr<const Library> openLibrary() {
  const char* wanted = std::getenv("GRADLAB_ONEDNN");
  if (wanted != nullptr && std::strcmp(wanted, "0") == 0) return nullptr;
  void* const handle = dlopen("libdnnl.so." GL_STRING(DNNL_VERSION_MAJOR), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return nullptr;
  auto lib = std::make_unique<Library>();
#define F(name) \
  if ((lib->name = reinterpret_cast<decltype(&dnnl_##name)>(dlsym(handle, "dnnl_" #name))) == nullptr) return nullptr;
  GL_FUNCTIONS(F)
#undef F
  // Scratch memory is the caller's, so that threads may run one primitive at the same time.
  const bool ready = lib->engine_create(&lib->engine, dnnl_cpu, 0) == dnnl_success &&
                     lib->stream_create(&lib->stream, lib->engine, dnnl_stream_default_flags) == dnnl_success &&
                     lib->primitive_attr_create(&lib->attr) == dnnl_success &&
                     lib->primitive_attr_set_scratchpad_mode(lib->attr, dnnl_scratchpad_mode_user) == dnnl_success;
  return ready ? std::move(lib) : nullptr;
}

}  // namespace

const Library* library() {
  static const std::unique_ptr<const Library> only = openLibrary();
  return only.get();
}

char* room(Room which, size_t bytes) {
  struct Block {
    char* data = nullptr;
    size_t size = 0;
    ~Block() { std::free(data); }
  };
  static thread_local Block blocks[kRooms];
  Block& b = blocks[which];
  if (b.size < bytes) {
    std::free(b.data);
    b.size = (bytes + 4095) & ~size_t(4095);
    b.data = static_cast<char*>(std::aligned_alloc(4096, b.size));
    if (b.data == nullptr) b.size = 0;
  }
  if (b.data == nullptr && bytes > 0) throw std::bad_alloc();
  return b.data;
}

void describe(dnnl_memory_desc_t* to, int ndim, const dnnl_dims_t dims, dnnl_format_tag_t tag) {
#if DNNL_VERSION_MAJOR >= 3
  check(library()->memory_desc_create_with_tag(to, ndim, dims, dnnl_f32, tag));
#else
  check(library()->memory_desc_init_by_tag(to, ndim, dims, dnnl_f32, tag));
#endif
}

namespace {

// The convolution's descriptor with whatever layouts the library likes best; null when it has no kernel.
dnnl_primitive_desc_t chosen(ConvKind kind, const ConvSizes& g, int64_t n, bool bias, dnnl_alg_kind_t algorithm, Plan& plan) {
  const Library& lib = *library();
  const dnnl_dims_t source{n, g.c, g.h, g.w}, result{n, g.f, g.oh, g.ow}, filters{g.f, g.c, g.kh, g.kw},
      grouped{g.groups, g.fg, g.cg, g.kh, g.kw}, channels{g.f};
  const bool many = g.groups > 1;
  describe(&plan.plain[Source], 4, source, dnnl_nchw);
  describe(&plan.plain[Result], 4, result, dnnl_nchw);
  describe(&plan.plain[Weights], many ? 5 : 4, many ? grouped : filters, many ? dnnl_goihw : dnnl_oihw);
  dnnl_memory_desc_t x, w, y, b;
  describe(&x, 4, source, dnnl_format_tag_any);
  describe(&y, 4, result, dnnl_format_tag_any);
  describe(&w, many ? 5 : 4, many ? grouped : filters, dnnl_format_tag_any);
  describe(&b, 1, channels, dnnl_x);
  plan.offsets = b;
  const dnnl_dims_t strides{g.sh, g.sw}, dilates{g.dh - 1, g.dw - 1}, before{g.ph, g.pw};
  // What the windows do not reach counts as negative padding.
  const dnnl_dims_t after{(g.oh - 1) * g.sh + (g.kh - 1) * g.dh + 1 - g.h - g.ph,
                          (g.ow - 1) * g.sw + (g.kw - 1) * g.dw + 1 - g.w - g.pw};
  dnnl_primitive_desc_t made = nullptr, hint = nullptr;
#if DNNL_VERSION_MAJOR >= 3
  const auto forward = [&](dnnl_primitive_desc_t* to) {
    return lib.convolution_forward_primitive_desc_create(to, lib.engine, dnnl_forward_training, algorithm, x, w,
                                                         bias ? b : nullptr, y, strides, dilates, before, after, lib.attr);
  };
  if (kind == ConvKind::Forward) {
    if (forward(&made) != dnnl_success) return nullptr;
  } else {
    if (forward(&hint) != dnnl_success) return nullptr;
    const dnnl_status_t status =
        kind == ConvKind::Data
            ? lib.convolution_backward_data_primitive_desc_create(&made, lib.engine, algorithm, x, w, y, strides, dilates,
                                                                  before, after, hint, lib.attr)
            : lib.convolution_backward_weights_primitive_desc_create(&made, lib.engine, algorithm, x, w, nullptr, y, strides,
                                                                     dilates, before, after, hint, lib.attr);
    lib.primitive_desc_destroy(hint);
    if (status != dnnl_success) return nullptr;
  }
#else
  dnnl_convolution_desc_t desc;
  check(lib.dilated_convolution_forward_desc_init(&desc, dnnl_forward_training, algorithm, &x, &w, bias ? &b : nullptr, &y,
                                                  strides, dilates, before, after));
  if (kind == ConvKind::Forward) {
    if (lib.primitive_desc_create(&made, &desc, lib.attr, lib.engine, nullptr) != dnnl_success) return nullptr;
  } else {
    if (lib.primitive_desc_create(&hint, &desc, lib.attr, lib.engine, nullptr) != dnnl_success) return nullptr;
    check(kind == ConvKind::Data
              ? lib.dilated_convolution_backward_data_desc_init(&desc, algorithm, &x, &w, &y, strides, dilates, before, after)
              : lib.dilated_convolution_backward_weights_desc_init(&desc, algorithm, &x, &w, nullptr, &y, strides, dilates,
                                                                   before, after));
    const dnnl_status_t status = lib.primitive_desc_create(&made, &desc, lib.attr, lib.engine, hint);
    lib.primitive_desc_destroy(hint);
    if (status != dnnl_success) return nullptr;
  }
#endif
  return made;
}

// Channels that lie together in a layout of the form (N, C / block, H, W, block); 0 for any other.
int blockOf(Layout layout, int64_t n, int64_t c, int64_t h, int64_t w) {
  const dnnl_dims_t dims{n, c, h, w};
  for (const int block : {16, 8}) {
    dnnl_memory_desc_t form;
    describe(&form, 4, dims, block == 16 ? dnnl_nChw16c : dnnl_nChw8c);
#if DNNL_VERSION_MAJOR >= 3
    if (library()->memory_desc_equal(form, layout)) return block;
#else
    if (library()->memory_desc_equal(&form, layout)) return block;
#endif
  }
  return 0;
}

void makePlan(ConvKind kind, const ConvSizes& g, int64_t n, bool bias, Plan& plan) {
  const Library& lib = *library();
  dnnl_primitive_desc_t made = nullptr;
  if (kind != ConvKind::Weight && winogradPays(g)) made = chosen(kind, g, n, bias, dnnl_convolution_winograd, plan);
  if (made == nullptr) made = chosen(kind, g, n, bias, dnnl_convolution_direct, plan);
  if (made == nullptr) return;
  // Its plain loops and its im2col are no better than ours.
  const char* name = nullptr;
  check(lib.primitive_desc_query(made, dnnl_query_impl_info_str, 0, &name));
  if (std::strncmp(name, "jit", 3) != 0 && std::strncmp(name, "brg", 3) != 0) {
    lib.primitive_desc_destroy(made);
    return;
  }
  Primitive& p = plan.convolution;
  p.create(made);
  plan.blocked[Source] = p.layout(kind == ConvKind::Data ? dnnl_query_diff_src_md : dnnl_query_src_md);
  plan.blocked[Weights] = p.layout(kind == ConvKind::Weight ? dnnl_query_diff_weights_md : dnnl_query_weights_md);
  plan.blocked[Result] = p.layout(kind == ConvKind::Forward ? dnnl_query_dst_md : dnnl_query_diff_dst_md);
  const Tensor written = kind == ConvKind::Forward ? Result : kind == ConvKind::Data ? Source : Weights;
  for (const Tensor t : {Source, Weights, Result}) {
    plan.bytes[t] = lib.memory_desc_get_size(plan.blocked[t]);
    if (t != Weights) plan.block[t] = blockOf(plan.blocked[t], n, t == Source ? g.c : g.f, t == Source ? g.h : g.oh, t == Source ? g.w : g.ow);
    if (lib.memory_desc_equal(plan.ours(t), plan.blocked[t])) continue;
    const Layout from = t == written ? plan.blocked[t] : plan.ours(t), to = t == written ? plan.ours(t) : plan.blocked[t];
    dnnl_primitive_desc_t desc;
    check(lib.reorder_primitive_desc_create(&desc, from, lib.engine, to, lib.engine, lib.attr));
    plan.reorder[t].create(desc);
  }
  plan.usable = true;
}

}  // namespace

const Plan& planFor(ConvKind kind, const ConvSizes& g, int64_t n, bool bias) {
  using Key = std::array<int64_t, 19>;
  static std::mutex mutex;
  static std::map<Key, std::unique_ptr<Plan>>& plans = *new std::map<Key, std::unique_ptr<Plan>>();
  const Key key{int64_t(kind), n, g.c, g.h, g.w, g.f, g.kh, g.kw, g.oh, g.ow, g.sh, g.sw, g.ph, g.pw, g.dh, g.dw, g.groups,
                bias, omp_get_max_threads()};
  std::lock_guard<std::mutex> lock(mutex);
  std::unique_ptr<Plan>& plan = plans[key];
  if (plan == nullptr) {
    plan = std::make_unique<Plan>();
    makePlan(kind, g, n, bias, *plan);
  }
  return *plan;
}

const void* laid(const Plan& plan, Tensor t, const float* data, Room where) {
  if (!plan.reorder[t]) return data;
  char* to = room(where, plan.bytes[t]);
  plan.reorder[t].execute({{DNNL_ARG_FROM, plan.ours(t), data}, {DNNL_ARG_TO, plan.blocked[t], to}});
  return to;
}

void unlaid(const Plan& plan, Tensor t, const void* data, float* out) {
  if (plan.reorder[t]) plan.reorder[t].execute({{DNNL_ARG_FROM, plan.blocked[t], data}, {DNNL_ARG_TO, plan.ours(t), out}});
}

namespace {

// How many images a task takes: enough to pay for its start, at least two tasks for every thread.
int64_t runOf(const ConvSizes& g, int threads) {
  const int64_t most = std::max<int64_t>(1, g.n / (2 * threads));
  int64_t run = 1;
  while (run * 2 <= most && run * 2 * g.products() <= (int64_t(64) << 20)) run *= 2;
  return run;
}

}  // namespace

bool winogradPays(const ConvSizes& g) {
  return g.kh == 3 && g.kw == 3 && g.sh == 1 && g.sw == 1 && g.dh == 1 && g.dw == 1 &&
         g.groups == 1 && g.c >= 32 && g.f >= 32 && g.places >= 49;
}

bool worthwhile(ConvKind kind, const ConvSizes& g) {
  if (g.n * g.products() < 8192) return false;
  // Channels are padded to vectors of 16 where the layout is blocked.
  return kind != ConvKind::Data || g.cg >= 8;
}

}  // namespace onednn

using namespace onednn;

bool onednnConvolve(ConvKind kind, const ConvSizes& g, float* out, const float* a, const float* b, const float* bias) {
  if (!worthwhile(kind, g) || library() == nullptr) return false;
  const int threads = threadsFor(g.work());
  const int64_t run = threads == 1 ? runOf(g, 1) : runOf(g, threads);
  const int64_t tasks = (g.n + run - 1) / run;
  // A single image leaves the threads to the library.
  SingleThreaded alone(tasks > 1 || threads == 1);
  const Plan& whole = planFor(kind, g, run, bias != nullptr);
  const Plan& last = g.n % run == 0 ? whole : planFor(kind, g, g.n % run, bias != nullptr);
  if (!whole.usable || !last.usable) return false;
  const int64_t image = g.c * g.plane, answer = g.f * g.places;
  // The weights are laid out once, unless the last run wants them otherwise.
  const bool shared = library()->memory_desc_equal(whole.blocked[Weights], last.blocked[Weights]);
  if (!shared) return false;

  if (kind == ConvKind::Weight) {
    const size_t floats = whole.bytes[Weights] / sizeof(float);
    float* const sums = reinterpret_cast<float*>(room(RoomPartial, whole.bytes[Weights] * tasks));
    parallelRanges(tasks, 1, threads, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; t++) {
        const Plan& plan = (t + 1) * run <= g.n ? whole : last;
        const void* x = laid(plan, Source, b + t * run * image, RoomSource);
        const void* y = laid(plan, Result, a + t * run * answer, RoomResult);
        plan.convolution.execute({{DNNL_ARG_SRC, plan.blocked[Source], x},
                                  {DNNL_ARG_DIFF_DST, plan.blocked[Result], y},
                                  {DNNL_ARG_DIFF_WEIGHTS, plan.blocked[Weights], sums + t * floats}});
      }
    });
    for (int64_t t = 1; t < tasks; t++)
      for (size_t i = 0; i < floats; i++) sums[i] += sums[t * floats + i];
    if (whole.reorder[Weights]) unlaid(whole, Weights, sums, out);
    else std::memcpy(out, sums, whole.bytes[Weights]);
    return true;
  }

  const bool forward = kind == ConvKind::Forward;
  const Tensor read = forward ? Source : Result, written = forward ? Result : Source;
  const int64_t in = forward ? image : answer, to = forward ? answer : image;
  const void* const weights = laid(whole, Weights, b, RoomWeights);
  parallelRanges(tasks, 1, threads, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; t++) {
      const Plan& plan = (t + 1) * run <= g.n ? whole : last;
      float* const place = out + t * run * to;
      const void* x = laid(plan, read, a + t * run * in, RoomSource);
      void* y = plan.reorder[written] ? room(RoomResult, plan.bytes[written]) : reinterpret_cast<char*>(place);
      if (forward)
        plan.forward(x, weights, bias, y);
      else
        plan.convolution.execute({{DNNL_ARG_DIFF_DST, plan.blocked[Result], x},
                                  {DNNL_ARG_WEIGHTS, plan.blocked[Weights], weights},
                                  {DNNL_ARG_DIFF_SRC, plan.blocked[Source], y}});
      unlaid(plan, written, y, place);
    }
  });
  return true;
}

}  // namespace gl

#else

namespace gl {

bool onednnConvolve(ConvKind, const ConvSizes&, float*, const float*, const float*, const float*) { return false; }

}  // namespace gl

#endif
