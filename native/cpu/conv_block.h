// What the fused blocks of a convolution share (conv_block.cc, conv_norm.cc): the cut into runs of images, plans for them,
// the ways between blocked and plain planes, and the gradients of the convolution itself.
#pragma once
#include <algorithm>
#include "cpu/onednn.h"
#include "cpu/table.h"
#include "cpu/threads.h"
#include "cpu/winograd.h"

#if defined(GL_ONEDNN)

namespace gl {

// list: the sizes of the convolution, then rows and columns of the pooled result.
struct Block : ConvSizes {
  bool pooled;
  int64_t rows, cols;  // of the result
  BlockedPool pool;
  int threads;
  int64_t run, tasks;

  Block(const Command& command, const double* windows) : ConvSizes(command), pooled(windows != nullptr) {
    rows = static_cast<int64_t>(command.slot[Command::kList + 16]);
    cols = static_cast<int64_t>(command.slot[Command::kList + 17]);
    threads = threadsFor(work());
    // Few enough images that what lies between stays in the cache, at least two tasks for every thread.
    const int64_t most = threads == 1 ? n : std::max<int64_t>(1, n / (2 * threads));
    run = 1;
    while (run * 2 <= most && run * 2 * (f * places + c * plane) * 4 <= (int64_t(1) << 20)) run *= 2;
    tasks = (n + run - 1) / run;
    if (!pooled) return;
    pool = {ow, oh * ow, rows, cols, windows, windows + 3 * rows, 1, 1, true, true};
    for (const double* at : {pool.rows, pool.cols}) {
      const bool across = at == pool.cols;
      const int64_t count = across ? cols : rows, size = across ? ow : oh;
      int64_t end = 0;
      for (int64_t i = 0; i < count; i++, at += 3) {
        if (at[0] < end) pool.apart = false;
        if (at[0] > end) pool.covering = false;
        end = static_cast<int64_t>(at[1]);
        if (across) pool.span = std::max(pool.span, static_cast<int64_t>(at[1] - at[0]));
        else pool.tall = std::max(pool.tall, static_cast<int64_t>(at[1] - at[0]));
      }
      if (end < size) pool.covering = false;
    }
    // Winners are numbered within their windows.
    if (pool.span * pool.tall > kNoWinner) tasks = 0;
  }
  int64_t results() const { return f * rows * cols; }
  // Winners of one image for channels in blocks of 16 or 8.
  int64_t winners() const { return (f + 15) / 16 * 16 * rows * cols; }
  bool possible(bool gradient) const {
    return tasks > 0 && groups == 1 && !empty() && window > 0 && rows * cols > 0 &&
           onednn::worthwhile(ConvKind::Forward, *this) && (!gradient || onednn::worthwhile(ConvKind::Data, *this)) &&
           onednn::library() != nullptr;
  }
};

// The plans for whole runs of images and for the last one; null where one cannot be used.
struct Plans {
  const onednn::Plan* whole = nullptr;
  const onednn::Plan* last = nullptr;

  Plans(ConvKind kind, const Block& g, bool bias) {
    const onednn::Plan& a = onednn::planFor(kind, g, g.run, bias);
    const onednn::Plan& b = g.n % g.run == 0 ? a : onednn::planFor(kind, g, g.n % g.run, bias);
    if (!a.usable || !b.usable || a.block[onednn::Result] != b.block[onednn::Result]) return;
    if (!onednn::library()->memory_desc_equal(a.blocked[onednn::Weights], b.blocked[onednn::Weights])) return;
    whole = &a, last = &b;
  }
  explicit operator bool() const { return whole != nullptr; }
  int block() const { return whole->block[onednn::Result]; }
  const onednn::Plan& of(const Block& g, int64_t count) const { return count == g.run ? *whole : *last; }
  // Whether input and result lie in planes of 16 channels.
  bool inVectors() const;
};

// Blocked planes of `places` elements as plain ones and back; channels beyond the last are zeros.
void toPlain(float* out, const float* x, int64_t count, int64_t channels, int64_t places, int block);
void toBlocked(float* out, const float* x, int64_t count, int64_t channels, int64_t places, int block);

// The convolution of a block, a run of images at a time; results are in the layout of the plan.
class ConvResult {
 public:
  ConvResult(const Block& g, const float* weights, const float* bias);
  explicit operator bool() const { return static_cast<bool>(plans); }
  int block() const { return plans.block(); }
  const onednn::Plan& of(int64_t count) const { return plans.of(g, count); }
  void run(int64_t count, const float* x, float* y) const;

 private:
  const Block& g;
  const float* bias;
  Plans plans;
  WinogradTiles tiles;
  bool winograd = false;
  const void* laidWeights = nullptr;
};

// The gradients of a block's convolution from that of its result, a run of images at a time: of the input and of the
// weights, each null when it is not wanted. Every task has sums of its own, added up in order, so the result depends on
// the number of threads alone.
class ConvGradients {
 public:
  // `block`: the channels that lie together in the result's gradient; 0 for the layout of `of(...)`, whatever it is.
  ConvGradients(const Block& g, int block, const float* x, const float* weights, float* dx, float* dw);
  explicit operator bool() const { return possible; }
  const onednn::Plan& of(int64_t count) const { return weightPlans.of(g, count); }
  // Sums of the task by channel, zeros at first, for its own use: `channels` of them.
  float* offsets(int64_t task) const { return sums + task * each + floats; }
  int64_t channels() const { return each - floats; }
  void run(int64_t task, const void* y) const;
  // Adds up what the tasks found; afterwards offsets(0) are the sums of all.
  void finish() const;

 private:
  const Block& g;
  const float* x;
  float *dx, *dw;
  Plans weightPlans, dataPlans;
  bool possible = false;
  const void* laidWeights = nullptr;
  float* sums = nullptr;
  int64_t floats = 0, each = 0;
  // Of the result for the weights, of the input for its gradient; and which of the two go by Winograd's transform.
  WinogradTiles tiles, inputTiles;
  bool winograd = false, inputWinograd = false;
};

}  // namespace gl

#endif
