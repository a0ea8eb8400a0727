// Convolution, rectifier and, where wanted, max pooling as one operation in single precision by oneDNN, and its
// gradient. A run of images goes through all of it while it is in the cache, in the library's blocked layout, so what
// lies between is never written to memory; of the pooling only the winners are kept. Where this way does not exist (no
// oneDNN, few products, a layout that we do not know) nothing is written and the caller composes the operations.
#include <cstring>
#include "cpu/conv_block.h"

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

void convolveRun(const Plan& plan, const float* x, const void* weights, const float* bias, float* y) {
  plan.forward(laid(plan, Source, x, RoomSource), weights, bias, y);
}

ConvGradients::ConvGradients(const Block& g, int block, const float* x, const float* weights, float* dx, float* dw)
    : g(g), x(x), dx(dx), dw(dw), weightPlans(ConvKind::Weight, g, false),
      dataPlans(dx == nullptr ? weightPlans : Plans(ConvKind::Data, g, false)) {
  if (!weightPlans || !dataPlans) return;
  const Plan& whole = *weightPlans.whole;
  for (const Plan* p : {&whole, weightPlans.last, dataPlans.whole, dataPlans.last})
    if (block != 0 && p->block[Result] != block) return;
  // The gradient is laid out once for both, so both have to want it alike.
  if (block == 0 && dx != nullptr &&
      !(library()->memory_desc_equal(whole.blocked[Result], dataPlans.whole->blocked[Result]) &&
        library()->memory_desc_equal(weightPlans.last->blocked[Result], dataPlans.last->blocked[Result])))
    return;
  if (dx != nullptr) laidWeights = laid(*dataPlans.whole, Weights, weights, RoomWeights);
  tiles = {g.h, g.w, g.ph, g.pw, g.oh, g.ow};
  winograd = dw != nullptr && transformable();
  floats = winograd ? kWinogradPoints * g.c * g.f : whole.bytes[Weights] / sizeof(float);
  each = floats + (g.f + 15) / 16 * 16;
  sums = reinterpret_cast<float*>(room(RoomPartial, g.tasks * each * sizeof(float)));
  for (int64_t t = 0; t < g.tasks; t++) std::memset(offsets(t), 0, channels() * sizeof(float));
  possible = true;
}

bool ConvGradients::transformable() const {
  const Plan &whole = *weightPlans.whole, &last = *weightPlans.last;
  for (const Plan* p : {&whole, &last})
    if (p->block[Source] != 16 || p->block[Result] != 16) return false;
  // Tiles should be mostly full.
  return kernels().panelWidth[1] == 32 && winogradPays(g) && g.c % 16 == 0 && g.f % 32 == 0 &&
         3 * g.places >= 2 * 16 * tiles.tiles();
}

void ConvGradients::transformed(float* to, int64_t images, const float* x, const float* y) const {
#if defined(GL_X86)
  const Kernels& kernel = kernels();
  const int64_t count = tiles.tiles(), panels = g.f / 32;
  // So many images that their transforms stay in the cache with the sums.
  const int64_t some = std::max<int64_t>(1, std::min(images, 32 / count));
  // A distance between points that is no power of two: they would all be wanted in the same place of the cache.
  const int64_t uPoint = some * count * g.c + 16, vPoint = some * count * g.f + 16;
  float* const u = reinterpret_cast<float*>(room(RoomScratch, kWinogradPoints * (uPoint + vPoint) * sizeof(float)));
  float* const v = u + kWinogradPoints * uPoint;
  for (int64_t i = 0; i < images; i += some) {
    const int64_t now = std::min(some, images - i), depth = now * count;
    for (int64_t k = 0; k < now; k++) {
      for (int64_t b = 0; b < g.c; b += 16)
        avx512::winogradInput(tiles, x + (i + k) * g.c * g.plane + b * g.plane, u + k * count * g.c + b, uPoint, g.c);
      for (int64_t b = 0; b < g.f; b += 16)
        avx512::winogradResult(tiles, y + (i + k) * g.f * g.places + b * g.places,
                               v + b / 32 * depth * 32 + k * count * 32 + b % 32, vPoint, 32);
    }
    for (int64_t e = 0; e < kWinogradPoints; e++)
      kernel.panelGemm[1](to + e * g.c * g.f, u + e * uPoint, v + e * vPoint, g.c, panels * 32, depth, g.f, 1, g.c, depth * 32, i > 0);
  }
#else
  (void)to, (void)images, (void)x, (void)y;
#endif
}

void ConvGradients::run(int64_t t, const void* y) const {
  const int64_t first = t * g.run, count = std::min(g.run, g.n - first);
  const Plan &plan = weightPlans.of(g, count), &dataPlan = dataPlans.of(g, count);
  if (dw != nullptr) {
    const void* const input = laid(plan, Source, x + first * g.c * g.plane, RoomSource);
    if (winograd)
      transformed(sums + t * each, count, static_cast<const float*>(input), static_cast<const float*>(y));
    else
      plan.convolution.execute({{DNNL_ARG_SRC, plan.blocked[Source], input},
                                {DNNL_ARG_DIFF_DST, plan.blocked[Result], y},
                                {DNNL_ARG_DIFF_WEIGHTS, plan.blocked[Weights], sums + t * each}});
  }
  if (dx == nullptr) return;
  float* const place = dx + first * g.c * g.plane;
  void* const input = dataPlan.reorder[Source] ? room(RoomInput, dataPlan.bytes[Source]) : reinterpret_cast<char*>(place);
  dataPlan.convolution.execute({{DNNL_ARG_DIFF_DST, dataPlan.blocked[Result], y},
                                {DNNL_ARG_WEIGHTS, dataPlan.blocked[Weights], laidWeights},
                                {DNNL_ARG_DIFF_SRC, dataPlan.blocked[Source], input}});
  unlaid(dataPlan, Source, input, place);
}

void ConvGradients::finish() const {
  parallelRanges(each, 1024, threadsFor(g.tasks * each), [&](int64_t begin, int64_t end) {
    for (int64_t t = 1; t < g.tasks; t++)
      for (int64_t i = dw == nullptr ? std::max(begin, floats) : begin; i < end; i++) sums[i] += sums[t * each + i];
  });
  if (dw == nullptr) return;
#if defined(GL_X86)
  if (winograd) {
    for (int64_t k = 0; k < g.c; k++)
      for (int64_t b = 0; b < g.f; b += 16)
        avx512::winogradWeights(sums + k * g.f + b, g.c * g.f, dw + (b * g.c + k) * 9, g.c * 9);
    return;
  }
#endif
  const Plan& whole = *weightPlans.whole;
  if (whole.reorder[Weights]) unlaid(whole, Weights, sums, dw);
  else std::memcpy(dw, sums, whole.bytes[Weights]);
}

namespace {

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
      float* const out = c.data<float>(0) + first * g.results();
      const bool direct = !g.pooled && !plan.reorder[Result];
      float* const y = direct ? out : reinterpret_cast<float*>(room(RoomResult, plan.bytes[Result]));
      convolveRun(plan, c.data<float>(1) + first * g.c * g.plane, weights, bias, y);
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
  float *const dx = c.data<float>(0), *const db = c.data<float>(2);
  const int block = static_cast<int>(c.param(0));
  if (!g.possible(dx != nullptr) || (g.pooled && block == 0)) return false;
  SingleThreaded alone(g.tasks > 1 || g.threads == 1);
  const ConvGradients gradients(g, g.pooled ? block : 0, c.data<float>(4), c.data<float>(5), dx, c.data<float>(1));
  if (!gradients) return false;
  const int64_t places = g.rows * g.cols, blocks = g.pooled ? (g.f + block - 1) / block : 0;
  parallelRanges(g.tasks, 1, g.threads, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; t++) {
      const int64_t first = t * g.run, count = std::min(g.run, g.n - first);
      const Plan& plan = gradients.of(count);
      const float* const gradient = c.data<float>(3) + first * g.results();
      float* const offset = gradients.offsets(t);
      if (!g.pooled) {
        float* const masked = reinterpret_cast<float*>(room(RoomPooled, count * g.results() * sizeof(float)));
        kernels().rectifyGrad(masked, gradient, c.data<float>(6) + first * g.results(), offset, count, g.f, places);
        gradients.run(t, laid(plan, Result, masked, RoomResult));
        continue;
      }
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
      gradients.run(t, large);
    }
  });
  gradients.finish();
  if (db != nullptr) std::memcpy(db, gradients.offsets(0), g.f * sizeof(float));
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
