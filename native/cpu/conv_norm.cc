// Convolution, normalisation by the batch's statistics, rectifier and max pooling as one operation in single precision,
// and its gradient. The convolution's result is kept in blocked planes, its statistics are taken from each run of images
// while that is in the cache, and whatever follows is done on the way to the pooled result. Where this way does not exist
// nothing is written and the caller composes the operations; see conv_block.cc.
#include <cmath>
#include <cstring>
#include <vector>
#include "cpu/conv_block.h"

// list: as of convBlock.
// convNorm, params: 0 whether a gradient of the input will be wanted, 1 eps; results: 0 whether it was done, 1 the layout.
// Operands: 0 result, 1 input, 2 weights, 3 bias or null, 4 winners (uint8, channels rounded up to 16), 5 numbers
// (float64): rows of Numbers with one for each channel, then the windows of the pooling; 6 room for the convolution's
// result (channels rounded up to 16).
// convNormGrad, params: 0 the layout, 1 eps; results: 0 whether it was done. Operands: 0, 1 gradients of input and weights,
// each null when it is not wanted, 2 gradient of the result, 3 input, 4 weights, 5 winners, 6 numbers, 7 the convolution's
// result.

namespace gl {

#if defined(GL_ONEDNN)

using namespace onednn;

namespace {

// Mean and variance are written by convNorm, the gradients of weight, bias and the convolution's bias by convNormGrad.
enum Numbers { Mean, Variance, Weight, Bias, WeightGrad, BiasGrad, ConvBiasGrad, kNumbers };

// Numbers of the channels, with room for whole blocks of 16.
struct ByChannel {
  std::vector<float> mean, factor, offset, slope;
  explicit ByChannel(const Block& g) {
    for (std::vector<float>* a : {&mean, &factor, &offset, &slope}) a->resize((g.f + 15) / 16 * 16);
  }
  // Those of channels k and after.
  BlockedNorm from(int64_t k) const { return {mean.data() + k, factor.data() + k, offset.data() + k, slope.data() + k}; }
};

struct NormedBlock : Block {
  double* numbers;
  double eps;
  NormedBlock(const Command& c, int k) : Block(c, windowsOf(c, k)), numbers(c.data<double>(k)), eps(c.real(1)) {}

  static const double* windowsOf(const Command& c, int k) { return c.data<double>(k) + kNumbers * ConvSizes(c).f; }
  double* row(Numbers which) const { return numbers + which * f; }
  int64_t padded() const { return (f + 15) / 16 * 16; }
  double elements() const { return static_cast<double>(n * places); }
  double inverse(int64_t k) const { return 1 / std::sqrt(row(Variance)[k] + eps); }

  // Calls body(image, block) for the images of a task.
  template <class Body> void each(int64_t task, int64_t blocks, Body&& body) const {
    const int64_t first = task * run, end = std::min(first + run, n);
    for (int64_t i = first; i < end; i++)
      for (int64_t b = 0; b < blocks; b++) body(i, b);
  }
};

// Sums of every task, then of all in the order of the tasks.
struct Sums {
  int64_t width;
  std::vector<double> all;
  Sums(const NormedBlock& g) : width(g.padded()), all(width * g.tasks) {}
  double* of(int64_t task) { return all.data() + task * width; }
};

bool forward(Command& c) {
  const NormedBlock g(c, 5);
  if (!g.possible(c.param(0) != 0)) return false;
  SingleThreaded alone(g.tasks > 1 || g.threads == 1);
  const ConvResult convolution(g, c.data<float>(2), c.data<float>(3));
  if (!convolution || convolution.block() == 0) return false;
  const int block = convolution.block();
  const int64_t blocks = (g.f + block - 1) / block, image = blocks * block * g.places;
  float* const kept = c.data<float>(6);
  Sums sums(g), squares(g);
  parallelRanges(g.tasks, 1, g.threads, [&](int64_t begin, int64_t end) {
    std::vector<float> mean(g.padded());
    for (int64_t t = begin; t < end; t++) {
      const int64_t first = t * g.run, count = std::min(g.run, g.n - first);
      convolution.run(count, c.data<float>(1) + first * g.c * g.plane, kept + first * image);
      g.each(t, blocks, [&](int64_t i, int64_t b) {
        kernels().sumBlock(kept + i * image + b * block * g.places, g.places, sums.of(t) + b * block, block);
      });
      for (int64_t k = 0; k < g.f; k++) mean[k] = static_cast<float>(sums.of(t)[k] / static_cast<double>(count * g.places));
      g.each(t, blocks, [&](int64_t i, int64_t b) {
        kernels().squareBlock(kept + i * image + b * block * g.places, mean.data() + b * block, g.places,
                              squares.of(t) + b * block, block);
      });
    }
  });
  ByChannel by(g);
  for (int64_t k = 0; k < g.f; k++) {
    double sum = 0, square = 0;
    for (int64_t t = 0; t < g.tasks; t++) sum += sums.of(t)[k];
    const double mean = sum / g.elements();
    // Deviations from each task's own mean, as it was rounded, and that mean's deviation from the mean of all.
    for (int64_t t = 0; t < g.tasks; t++) {
      const double count = static_cast<double>(std::min(g.run, g.n - t * g.run) * g.places), own = sums.of(t)[k] / count;
      const double off = own - static_cast<float>(own);
      square += squares.of(t)[k] + count * ((own - mean) * (own - mean) - off * off);
    }
    g.row(Mean)[k] = mean;
    g.row(Variance)[k] = std::max(0.0, square / g.elements());
    by.mean[k] = static_cast<float>(mean);
    by.factor[k] = static_cast<float>(g.inverse(k) * g.row(Weight)[k]);
    by.offset[k] = static_cast<float>(g.row(Bias)[k]);
  }
  const int64_t places = g.rows * g.cols;
  parallelRanges(g.tasks, 1, g.threads, [&](int64_t begin, int64_t end) {
    float* const small = reinterpret_cast<float*>(room(RoomPooled, blocks * block * places * sizeof(float)));
    for (int64_t t = begin; t < end; t++)
      g.each(t, blocks, [&](int64_t i, int64_t b) {
        const int64_t k = b * block;
        kernels().normPoolBlock(g.pool, by.from(k), kept + i * image + k * g.places, small + k * places,
                                c.data<uint8_t>(4) + i * g.winners() + k * places, block);
        if (b == blocks - 1) toPlain(c.data<float>(0) + i * g.results(), small, 1, g.f, places, block);
      });
  });
  c.result(1, block);
  return true;
}

bool backward(Command& c) {
  const NormedBlock g(c, 6);
  float* const dx = c.data<float>(0);
  const int block = static_cast<int>(c.param(0));
  if (!g.possible(dx != nullptr)) return false;
  SingleThreaded alone(g.tasks > 1 || g.threads == 1);
  const ConvGradients gradients(g, block, c.data<float>(3), c.data<float>(4), dx, c.data<float>(1));
  if (!gradients) return false;
  const int64_t places = g.rows * g.cols, blocks = (g.f + block - 1) / block, image = blocks * block * g.places;
  const float* const kept = c.data<float>(7);
  ByChannel by(g);
  for (int64_t k = 0; k < g.f; k++) by.mean[k] = static_cast<float>(g.row(Mean)[k]);
  // The gradient of the result for a block of channels.
  const auto given = [&](int64_t i, int64_t k) {
    float* const small = reinterpret_cast<float*>(room(RoomPooled, block * places * sizeof(float)));
    kernels().layBlock(small, c.data<float>(2) + i * g.results() + k * places, std::min<int64_t>(block, g.f - k), places, block);
    return small;
  };
  const auto winners = [&](int64_t i, int64_t k) { return c.data<uint8_t>(5) + i * g.winners() + k * places; };
  Sums sums(g), products(g);
  parallelRanges(g.tasks, 1, g.threads, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; t++)
      g.each(t, blocks, [&](int64_t i, int64_t b) {
        const int64_t k = b * block;
        kernels().sumWinners(g.pool, by.from(k), given(i, k), winners(i, k), kept + i * image + k * g.places, sums.of(t) + k,
                             products.of(t) + k, block);
      });
  });
  for (int64_t k = 0; k < g.f; k++) {
    double sum = 0, product = 0;
    for (int64_t t = 0; t < g.tasks; t++) sum += sums.of(t)[k], product += products.of(t)[k];
    const double r = g.inverse(k), w = g.row(Weight)[k] * r;
    g.row(WeightGrad)[k] = product * r;
    g.row(BiasGrad)[k] = sum;
    by.factor[k] = static_cast<float>(w);
    by.offset[k] = static_cast<float>(w * sum / g.elements());
    by.slope[k] = static_cast<float>(w * r * r * product / g.elements());
  }
  parallelRanges(g.tasks, 1, g.threads, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; t++) {
      const int64_t first = t * g.run, count = std::min(g.run, g.n - first);
      float* const large = reinterpret_cast<float*>(room(RoomResult, gradients.of(count).bytes[Result]));
      g.each(t, blocks, [&](int64_t i, int64_t b) {
        const int64_t k = b * block;
        float *const to = large + (i - first) * image + k * g.places, *const offsets = gradients.offsets(t) + k;
        const float* const x = kept + i * image + k * g.places;
        if (g.pool.apart && g.pool.covering) {
          kernels().normUnpoolBlock(g.pool, by.from(k), given(i, k), winners(i, k), x, to, offsets, block);
        } else {
          float unused[16] = {};
          kernels().unpoolBlock(g.pool, given(i, k), winners(i, k), to, unused, block);
          kernels().normBlockGrad(by.from(k), x, g.places, to, offsets, block);
        }
      });
      gradients.run(t, large);
    }
  });
  gradients.finish();
  for (int64_t k = 0; k < g.f; k++) g.row(ConvBiasGrad)[k] = gradients.offsets(0)[k];
  return true;
}

}  // namespace

void run_convNorm(Command& c) { c.result(0, forward(c)); }
void run_convNormGrad(Command& c) { c.result(0, backward(c)); }

#else

void run_convNorm(Command& c) { c.result(0, 0); }
void run_convNormGrad(Command& c) { c.result(0, 0); }

#endif

}  // namespace gl
