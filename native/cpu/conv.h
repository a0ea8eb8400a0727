// The sizes of a convolution, and its two ways: im2col with matrix products (conv.cc), and oneDNN (onednn.cc).
#pragma once
#include <algorithm>
#include "command.h"

namespace gl {

enum class ConvKind { Forward, Data, Weight };

// list: N C H W F KH KW OH OW, strides, paddings and dilations of rows and columns, groups.
struct ConvSizes {
  int64_t n, c, h, w, f, kh, kw, oh, ow, sh, sw, ph, pw, dh, dw, groups;
  int64_t cg, fg, plane, places, window;

  explicit ConvSizes(const Command& command) {
    const double* s = command.slot + Command::kList;
    int64_t* const field[] = {&n, &c, &h, &w, &f, &kh, &kw, &oh, &ow, &sh, &sw, &ph, &pw, &dh, &dw, &groups};
    for (int i = 0; i < 16; i++) *field[i] = static_cast<int64_t>(s[i]);
    cg = c / groups, fg = f / groups;
    plane = h * w, places = oh * ow, window = cg * kh * kw;
  }
  bool empty() const { return n == 0 || f == 0 || places == 0; }
  // Products of one image, and of all.
  int64_t products() const { return f * places * window; }
  int64_t work() const { return n * products() / 2; }
};

// The three operations by oneDNN, `bias` (of Forward) may be null; false when the library is not there or has nothing
// better than im2col for these sizes: then nothing has been written.
bool onednnConvolve(ConvKind kind, const ConvSizes& g, float* out, const float* a, const float* b, const float* bias);

}  // namespace gl
