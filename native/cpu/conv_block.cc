// Convolution, rectifier and, where wanted, max pooling as one operation in single precision by oneDNN, and its
// gradient. A run of images goes through all of it while it is in the cache, in the library's blocked layout, so what
// lies between is never written to memory; of the pooling only the winners are kept. Where this way does not exist (no
// oneDNN, few products, a layout that we do not know) nothing is written and the caller composes the operations.
#include <cstring>
#include "cpu/onednn.h"
#include "cpu/table.h"
#include "cpu/threads.h"

// list: the sizes of the convolution, then rows and columns of the pooled result.
// convBlock, params: 0 whether a gradient of the input will be wanted; results: 0 whether it was done, 1 the layout.
// Operands: 0 result, 1 input, 2 weights, 3 bias or null, 4 winners (uint8, channels rounded up to 16) or null for no
// pooling, 5 windows of the pooling: rows, then columns, each (begin, end, divisor).
// convBlockGrad, params: 0 the layout; results: 0 whether it was done. Operands: 0, 1, 2 gradients of input, weights and
// bias, each null when it is not wanted, 3 gradient of the result, 4 input, 5 weights, 6 winners, or the result where
// there is no pooling, 7 windows or null.

namespace gl {

#if defined(GL_ONEDNN)

using namespace onednn;

namespace {

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
    pool = {ow, oh * ow, rows, cols, windows, windows + 3 * rows, 1, true, true};
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
    return tasks > 0 && groups == 1 && !empty() && window > 0 && rows * cols > 0 && worthwhile(ConvKind::Forward, *this) &&
           (!gradient || worthwhile(ConvKind::Data, *this)) && library() != nullptr;
  }
};

// The plans for whole runs of images and for the last one; null where one cannot be used.
struct Plans {
  const Plan* whole = nullptr;
  const Plan* last = nullptr;

  Plans(ConvKind kind, const Block& g, bool bias) {
    const Plan& a = planFor(kind, g, g.run, bias);
    const Plan& b = g.n % g.run == 0 ? a : planFor(kind, g, g.n % g.run, bias);
    if (!a.usable || !b.usable || a.block[Result] != b.block[Result]) return;
    if (!library()->memory_desc_equal(a.blocked[Weights], b.blocked[Weights])) return;
    whole = &a, last = &b;
  }
  explicit operator bool() const { return whole != nullptr; }
  int block() const { return whole->block[Result]; }
  const Plan& of(const Block& g, int64_t count) const { return count == g.run ? *whole : *last; }
};

// Blocked planes of `places` elements as plain ones and back; channels beyond the last are zeros.
void toPlain(float* out, const float* x, int64_t count, int64_t channels, int64_t places, int block) {
  const int64_t blocks = (channels + block - 1) / block;
  for (int64_t i = 0; i < count * blocks; i++) {
    const int64_t image = i / blocks, c = i % blocks * block;
    kernels().unlayBlock(out + (image * channels + c) * places, x + i * block * places, std::min<int64_t>(block, channels - c),
                      places, block);
  }
}
void toBlocked(float* out, const float* x, int64_t count, int64_t channels, int64_t places, int block) {
  const int64_t blocks = (channels + block - 1) / block;
  for (int64_t i = 0; i < count * blocks; i++) {
    const int64_t image = i / blocks, c = i % blocks * block;
    kernels().layBlock(out + i * block * places, x + (image * channels + c) * places, std::min<int64_t>(block, channels - c),
                    places, block);
  }
}

bool forward(Command& c) {
  const Block g(c, c.data<double>(5));
  const bool gradient = c.param(0) != 0;
  if (!g.possible(gradient)) return false;
  SingleThreaded alone(g.tasks > 1 || g.threads == 1);
  const float* const bias = c.data<float>(3);
  const Plans plans(ConvKind::Forward, g, bias != nullptr);
  if (!plans || (g.pooled && plans.block() == 0)) return false;
  const Plan& whole = *plans.whole;
  const void* const weights = laid(whole, Weights, c.data<float>(2), RoomWeights);
  const int block = plans.block();
  const int64_t blocks = block == 0 ? 0 : (g.f + block - 1) / block, places = g.rows * g.cols;
  parallelRanges(g.tasks, 1, g.threads, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; t++) {
      const int64_t first = t * g.run, count = std::min(g.run, g.n - first);
      const Plan& plan = plans.of(g, count);
      const void* x = laid(plan, Source, c.data<float>(1) + first * g.c * g.plane, RoomSource);
      float* const out = c.data<float>(0) + first * g.results();
      const bool direct = !g.pooled && !plan.reorder[Result];
      float* const y = direct ? out : reinterpret_cast<float*>(room(RoomResult, plan.bytes[Result]));
      plan.convolution.execute({{DNNL_ARG_SRC, plan.blocked[Source], x},
                                {DNNL_ARG_WEIGHTS, plan.blocked[Weights], weights},
#if DNNL_VERSION_MAJOR >= 3
                                {DNNL_ARG_BIAS, plan.offsets, bias},
#else
                                {DNNL_ARG_BIAS, &plan.offsets, bias},
#endif
                                {DNNL_ARG_DST, plan.blocked[Result], y}});
      if (!g.pooled) {
        kernels().rectify(y, plan.bytes[Result] / sizeof(float));
        if (!direct) unlaid(plan, Result, y, out);
        continue;
      }
      float* const small = reinterpret_cast<float*>(room(RoomPooled, count * blocks * block * places * sizeof(float)));
      uint8_t* const winners = c.data<uint8_t>(4) + first * g.winners();
      for (int64_t i = 0; i < count; i++)
        for (int64_t b = 0; b < blocks; b++) {
          const int64_t at = i * blocks + b;
          kernels().poolBlock(g.pool, y + at * block * g.places, small + at * block * places,
                              winners + i * g.winners() + b * block * places, block);
        }
      toPlain(out, small, count, g.f, places, block);
    }
  });
  c.result(1, block);
  return true;
}

bool backward(Command& c) {
  const Block g(c, c.data<double>(7));
  float *const dx = c.data<float>(0), *const dw = c.data<float>(1), *const db = c.data<float>(2);
  if (!g.possible(dx != nullptr)) return false;
  SingleThreaded alone(g.tasks > 1 || g.threads == 1);
  const Plans weightPlans(ConvKind::Weight, g, false);
  if (!weightPlans) return false;
  const Plans dataPlans = dx == nullptr ? weightPlans : Plans(ConvKind::Data, g, false);
  if (!dataPlans) return false;
  const Plan& whole = *weightPlans.whole;
  const int block = static_cast<int>(c.param(0));
  for (const Plan* p : {weightPlans.whole, weightPlans.last, dataPlans.whole, dataPlans.last})
    if (g.pooled && (block == 0 || p->block[Result] != block)) return false;
  // Without pooling the gradient is laid out once for both, so both have to want it alike.
  if (!g.pooled && dx != nullptr &&
      !(library()->memory_desc_equal(whole.blocked[Result], dataPlans.whole->blocked[Result]) &&
        library()->memory_desc_equal(weightPlans.last->blocked[Result], dataPlans.last->blocked[Result])))
    return false;
  const void* const weights = dx == nullptr ? nullptr : laid(*dataPlans.whole, Weights, c.data<float>(5), RoomWeights);
  const int64_t places = g.rows * g.cols, blocks = g.pooled ? (g.f + block - 1) / block : 0;
  const int64_t floats = whole.bytes[Weights] / sizeof(float), offsets = (g.f + 15) / 16 * 16, each = floats + offsets;
  // Every task has sums of its own, added up in order, so the result depends on the number of threads alone.
  float* const sums = reinterpret_cast<float*>(room(RoomPartial, g.tasks * each * sizeof(float)));
  parallelRanges(g.tasks, 1, g.threads, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; t++) {
      const int64_t first = t * g.run, count = std::min(g.run, g.n - first);
      const Plan &plan = weightPlans.of(g, count), &dataPlan = dataPlans.of(g, count);
      const float* const gradient = c.data<float>(3) + first * g.results();
      float* const offset = sums + t * each + floats;
      std::memset(offset, 0, offsets * sizeof(float));
      const void* y;
      if (g.pooled) {
        float* const small = reinterpret_cast<float*>(room(RoomPooled, count * blocks * block * places * sizeof(float)));
        toBlocked(small, gradient, count, g.f, places, block);
        float* const large = reinterpret_cast<float*>(room(RoomResult, plan.bytes[Result]));
        const uint8_t* const winners = c.data<uint8_t>(6) + first * g.winners();
        for (int64_t i = 0; i < count; i++)
          for (int64_t b = 0; b < blocks; b++) {
            const int64_t at = i * blocks + b;
            kernels().unpoolBlock(g.pool, small + at * block * places, winners + i * g.winners() + b * block * places,
                                  large + at * block * g.places, offset + b * block, block);
          }
        y = large;
      } else {
        float* const masked = reinterpret_cast<float*>(room(RoomPooled, count * g.results() * sizeof(float)));
        kernels().rectifyGrad(masked, gradient, c.data<float>(6) + first * g.results(), offset, count, g.f, places);
        y = laid(plan, Result, masked, RoomResult);
      }
      if (dw != nullptr)
        plan.convolution.execute(
            {{DNNL_ARG_SRC, plan.blocked[Source], laid(plan, Source, c.data<float>(4) + first * g.c * g.plane, RoomSource)},
             {DNNL_ARG_DIFF_DST, plan.blocked[Result], y},
             {DNNL_ARG_DIFF_WEIGHTS, plan.blocked[Weights], sums + t * each}});
      if (dx == nullptr) continue;
      float* const place = dx + first * g.c * g.plane;
      void* const input = dataPlan.reorder[Source] ? room(RoomInput, dataPlan.bytes[Source]) : reinterpret_cast<char*>(place);
      dataPlan.convolution.execute({{DNNL_ARG_DIFF_DST, dataPlan.blocked[Result], y},
                                    {DNNL_ARG_WEIGHTS, dataPlan.blocked[Weights], weights},
                                    {DNNL_ARG_DIFF_SRC, dataPlan.blocked[Source], input}});
      unlaid(dataPlan, Source, input, place);
    }
  });
  for (int64_t t = 1; t < g.tasks; t++)
    for (int64_t i = dw == nullptr ? floats : 0; i < each; i++) sums[i] += sums[t * each + i];
  if (db != nullptr) std::memcpy(db, sums + floats, g.f * sizeof(float));
  if (dw == nullptr) return true;
  if (whole.reorder[Weights]) unlaid(whole, Weights, sums, dw);
  else std::memcpy(dw, sums, whole.bytes[Weights]);
  return true;
}

}  // namespace

void run_convBlock(Command& c) { c.result(0, forward(c)); }
void run_convBlockGrad(Command& c) { c.result(0, backward(c)); }

#else

void run_convBlock(Command& c) { c.result(0, 0); }
void run_convBlockGrad(Command& c) { c.result(0, 0); }

#endif

}  // namespace gl
