// What the files that use oneDNN share: its functions, primitives that are kept by shape, and the layouts that a
// convolution of a run of images wants. Only where its header was found; see onednn.cc.
#pragma once
#include "cpu/conv.h"

#if defined(GL_ONEDNN)
#include <oneapi/dnnl/dnnl.h>
#include <cstdint>
#include <string>

namespace gl {
namespace onednn {

// The functions in use. Their types are the header's; the library is the one of the header's major version.
struct Library {
#define GL_FUNCTIONS(F) \
  F(engine_create) F(stream_create) F(memory_create) F(memory_destroy) F(memory_desc_get_size) F(memory_desc_equal) \
  F(primitive_attr_create) F(primitive_attr_set_scratchpad_mode) F(primitive_desc_query) F(primitive_desc_query_md) \
  F(primitive_desc_destroy) F(primitive_create) F(primitive_execute) F(reorder_primitive_desc_create) \
  GL_VERSIONED(F)
#if DNNL_VERSION_MAJOR >= 3
#define GL_VERSIONED(F) \
  F(memory_desc_create_with_tag) F(convolution_forward_primitive_desc_create) \
  F(convolution_backward_data_primitive_desc_create) F(convolution_backward_weights_primitive_desc_create)
#else
#define GL_VERSIONED(F) \
  F(memory_desc_init_by_tag) F(dilated_convolution_forward_desc_init) F(dilated_convolution_backward_data_desc_init) \
  F(dilated_convolution_backward_weights_desc_init) F(primitive_desc_create)
#endif
#define F(name) decltype(&dnnl_##name) name;
  GL_FUNCTIONS(F)
#undef F
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  dnnl_primitive_attr_t attr;
};

// The library, opened at the first call; null where it is not installed or not wanted.
const Library* library();

inline void check(dnnl_status_t status) {
  if (status == dnnl_out_of_memory) throw std::bad_alloc();
  if (status != dnnl_success) throw Error("oneDNN failed with status " + std::to_string(static_cast<int>(status)));
}

#if DNNL_VERSION_MAJOR >= 3
using Layout = const_dnnl_memory_desc_t;
#else
using Layout = const dnnl_memory_desc_t*;
#endif

// Memory of one thread, kept from call to call.
enum Room { RoomSource, RoomResult, RoomScratch, RoomWeights, RoomPartial, RoomPooled, RoomInput, kRooms };
char* room(Room which, size_t bytes);

struct Argument {
  int name;
  Layout layout;
  const void* data;
};

struct Primitive {
  dnnl_primitive_t handle = nullptr;
  dnnl_primitive_desc_t desc = nullptr;
  size_t scratch = 0;

  explicit operator bool() const { return handle != nullptr; }

  Layout layout(dnnl_query_t which) const { return library()->primitive_desc_query_md(desc, which, 0); }

  void create(dnnl_primitive_desc_t made) {
    desc = made;
    scratch = library()->memory_desc_get_size(layout(dnnl_query_scratchpad_md));
    check(library()->primitive_create(&handle, desc));
  }

  template <size_t n>
  void execute(const Argument (&arguments)[n]) const {
    const Library& lib = *library();
    struct Memories {
      dnnl_memory_t m[n + 1];
      size_t count = 0;
      ~Memories() { for (size_t i = 0; i < count; i++) library()->memory_destroy(m[i]); }
    } memories;
    dnnl_exec_arg_t list[n + 1];
    const auto add = [&](const Argument& a) {
      check(lib.memory_create(&memories.m[memories.count], a.layout, lib.engine, const_cast<void*>(a.data)));
      list[memories.count] = {a.name, memories.m[memories.count]};
      memories.count++;
    };
    for (const Argument& a : arguments)
      if (a.data != nullptr) add(a);
    if (scratch > 0) add({DNNL_ARG_SCRATCHPAD, layout(dnnl_query_scratchpad_md), room(RoomScratch, scratch)});
    check(lib.primitive_execute(handle, lib.stream, static_cast<int>(memories.count), list));
  }
};

enum Tensor { Source, Weights, Result, kTensors };

// A convolution of a run of images, and what takes its operands to the layouts it wants, or its result from there.
struct Plan {
  bool usable = false;
  Primitive convolution;
#if DNNL_VERSION_MAJOR >= 3
  dnnl_memory_desc_t plain[kTensors] = {}, offsets = nullptr;
#else
  dnnl_memory_desc_t plain[kTensors], offsets;
#endif
  Layout blocked[kTensors];
  size_t bytes[kTensors];
  int block[kTensors] = {};  // of Source and Result: channels that lie together, 0 where it is not of that form
  Primitive reorder[kTensors];  // null where the layout is ours

  Layout ours(Tensor t) const {
#if DNNL_VERSION_MAJOR >= 3
    return plain[t];
#else
    return &plain[t];
#endif
  }

  // The result of a convolution, everything in the layouts that it wants; bias may be null.
  void forward(const void* x, const void* weights, const void* bias, void* y) const {
#if DNNL_VERSION_MAJOR >= 3
    const Layout row = offsets;
#else
    const Layout row = &offsets;
#endif
    convolution.execute({{DNNL_ARG_SRC, blocked[Source], x},
                         {DNNL_ARG_WEIGHTS, blocked[Weights], weights},
                         {DNNL_ARG_BIAS, row, bias},
                         {DNNL_ARG_DST, blocked[Result], y}});
  }
};

void describe(dnnl_memory_desc_t* to, int ndim, const dnnl_dims_t dims, dnnl_format_tag_t tag);

// The plan for runs of n images, made when it is first asked for.
const Plan& planFor(ConvKind kind, const ConvSizes& g, int64_t n, bool bias);

// An operand in the layout that the convolution wants, and a result back in ours.
const void* laid(const Plan& plan, Tensor t, const float* data, Room where);
void unlaid(const Plan& plan, Tensor t, const void* data, float* out);

bool worthwhile(ConvKind kind, const ConvSizes& g);

// Winograd's transform pays for windows of 3 x 3 over many channels; its error is some 3 times that of the plain sums.
bool winogradPays(const ConvSizes& g);

}  // namespace onednn
}  // namespace gl

#endif
