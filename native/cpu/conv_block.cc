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

bool Plans::inVectors() const {
  for (const Plan* p : {whole, last})
    if (p->block[Source] != 16 || p->block[Result] != 16) return false;
  return true;
}

ConvResult::ConvResult(const Block& g, const float* weights, const float* bias)
    : g(g), bias(bias), plans(ConvKind::Forward, g, bias != nullptr), tiles{g.h, g.w, g.ph, g.pw, g.oh, g.ow} {
  if (!plans) return;
  winograd = winogradPays(g) && plans.inVectors() && winogradFits(tiles, g.c, g.f);
  if (winograd) {
    float* const to = reinterpret_cast<float*>(room(RoomWeights, winogradLaid(g.c, g.f) * sizeof(float)));
    winogradLay(to, weights, g.c, g.f, false);
    laidWeights = to;
  } else {
    laidWeights = laid(*plans.whole, Weights, weights, RoomWeights);
  }
}

void ConvResult::run(int64_t count, const float* x, float* y) const {
  const Plan& plan = of(count);
  const void* const input = laid(plan, Source, x, RoomSource);
  if (winograd)
    winogradConvolve(tiles, count, g.c, g.f, static_cast<const float*>(input), static_cast<const float*>(laidWeights), bias, y);
  else
    plan.forward(input, laidWeights, bias, y);
}

ConvGradients::ConvGradients(const Block& g, int block, const float* x, const float* weights, float* dx, float* dw)
    : g(g), x(x), dx(dx), dw(dw), weightPlans(ConvKind::Weight, g, false),
      dataPlans(dx == nullptr ? weightPlans : Plans(ConvKind::Data, g, false)),
      tiles{g.h, g.w, g.ph, g.pw, g.oh, g.ow}, inputTiles{g.oh, g.ow, 2 - g.ph, 2 - g.pw, g.h, g.w} {
  if (!weightPlans || !dataPlans) return;
  const Plan& whole = *weightPlans.whole;
  for (const Plan* p : {&whole, weightPlans.last, dataPlans.whole, dataPlans.last})
    if (block != 0 && p->block[Result] != block) return;
  // The gradient is laid out once for both, so both have to want it alike.
  if (block == 0 && dx != nullptr &&
      !(library()->memory_desc_equal(whole.blocked[Result], dataPlans.whole->blocked[Result]) &&
        library()->memory_desc_equal(weightPlans.last->blocked[Result], dataPlans.last->blocked[Result])))
    return;
  winograd = winogradPays(g) && weightPlans.inVectors() && winogradFits(tiles, g.c, g.f);
  inputWinograd = dx != nullptr && winogradPays(g) && dataPlans.inVectors() && winogradFits(inputTiles, g.f, g.c);
  if (inputWinograd) {
    float* const to = reinterpret_cast<float*>(room(RoomWeights, winogradLaid(g.c, g.f) * sizeof(float)));
    winogradLay(to, weights, g.c, g.f, true);
    laidWeights = to;
  } else if (dx != nullptr) {
    laidWeights = laid(*dataPlans.whole, Weights, weights, RoomWeights);
  }
  floats = winograd ? kWinogradPoints * g.c * g.f : whole.bytes[Weights] / sizeof(float);
  each = floats + (g.f + 15) / 16 * 16;
  sums = reinterpret_cast<float*>(room(RoomPartial, g.tasks * each * sizeof(float)));
  for (int64_t t = 0; t < g.tasks; t++) std::memset(offsets(t), 0, channels() * sizeof(float));
  possible = true;
}

void ConvGradients::run(int64_t t, const void* y) const {
  const int64_t first = t * g.run, count = std::min(g.run, g.n - first);
  const Plan &plan = weightPlans.of(g, count), &dataPlan = dataPlans.of(g, count);
  if (dw != nullptr) {
    const void* const input = laid(plan, Source, x + first * g.c * g.plane, RoomSource);
    if (winograd)
      winogradSums(tiles, count, g.c, g.f, static_cast<const float*>(input), static_cast<const float*>(y), sums + t * each);
    else
      plan.convolution.execute({{DNNL_ARG_SRC, plan.blocked[Source], input},
                                {DNNL_ARG_DIFF_DST, plan.blocked[Result], y},
                                {DNNL_ARG_DIFF_WEIGHTS, plan.blocked[Weights], sums + t * each}});
  }
  if (dx == nullptr) return;
  float* const place = dx + first * g.c * g.plane;
  void* const input = dataPlan.reorder[Source] ? room(RoomInput, dataPlan.bytes[Source]) : reinterpret_cast<char*>(place);
  if (inputWinograd)
    winogradConvolve(inputTiles, count, g.f, g.c, static_cast<const float*>(y), static_cast<const float*>(laidWeights), nullptr,
                     static_cast<float*>(input));
  else
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
  if (winograd) return winogradFinish(sums, g.c, g.f, dw);
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
  const ConvResult convolution(g, c.data<float>(2), c.data<float>(3));
  if (!convolution || (g.pooled && convolution.block() == 0)) return false;
  const int block = convolution.block();
  const int64_t blocks = block == 0 ? 0 : (g.f + block - 1) / block, places = g.rows * g.cols;
  parallelRanges(g.tasks, 1, g.threads, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; t++) {
      const int64_t first = t * g.run, count = std::min(g.run, g.n - first);
      const Plan& plan = convolution.of(count);
      float* const out = c.data<float>(0) + first * g.results();
      const bool direct = !g.pooled && !plan.reorder[Result];
      float* const y = direct ? out : reinterpret_cast<float*>(room(RoomResult, plan.bytes[Result]));
      convolution.run(count, c.data<float>(1) + first * g.c * g.plane, y);
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
