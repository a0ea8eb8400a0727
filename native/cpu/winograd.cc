// Convolution with filters of 3 x 3 by Winograd's transform: images are transformed, multiplied by panels and transformed
// back a few at a time, while they are in the cache. The transforms themselves are in isa/winograd.cc.
#include "cpu/winograd.h"
#include <algorithm>
#include "cpu/onednn.h"
#include "cpu/table.h"

namespace gl {

#if defined(GL_X86) && defined(GL_ONEDNN)

namespace {

constexpr int64_t kPanel = 32;

// Images of a group, and the distances between points: no powers of two, they would all be wanted in the same place of
// the cache.
struct Group {
  int64_t tiles, images, source, result;
  Group(const WinogradTiles& g, int64_t count, int64_t c, int64_t f) : tiles(g.tiles()) {
    images = std::max<int64_t>(1, std::min(count, 32 / tiles));
    source = images * tiles * c + 16;
    result = images * tiles * f + 16;
  }
  float* memory() const {
    return reinterpret_cast<float*>(onednn::room(onednn::RoomScratch, kWinogradPoints * (source + result) * sizeof(float)));
  }
};

int64_t pointOf(int64_t c, int64_t f) { return c * f + 16; }

}  // namespace

bool winogradFits(const WinogradTiles& g, int64_t c, int64_t f) {
  return kernels().panelWidth[1] == kPanel && c % 16 == 0 && f % kPanel == 0 && c >= 32 && c * f <= (1 << 14) &&
         3 * g.oh * g.ow >= 2 * 16 * g.tiles();
}

int64_t winogradLaid(int64_t c, int64_t f) { return kWinogradPoints * pointOf(c, f); }

void winogradLay(float* to, const float* weights, int64_t c, int64_t f, bool back) {
  // Of the products: rows, and columns in panels.
  const int64_t rows = back ? f : c, cols = back ? c : f;
  const int64_t row = back ? c * 9 : 9, col = back ? 9 : c * 9;
  for (int64_t j = 0; j < cols; j += 16)
    for (int64_t q = 0; q < rows; q++)
      avx512::winogradFilters(weights + q * row + j * col, col, back, to + j / kPanel * rows * kPanel + q * kPanel + j % kPanel,
                              pointOf(c, f));
}

void winogradConvolve(const WinogradTiles& g, int64_t images, int64_t c, int64_t f, const float* x, const float* laid,
                      const float* bias, float* y) {
  const Group group(g, images, c, f);
  const int64_t tiles = group.tiles, from = g.h * g.w, to = g.oh * g.ow;
  float *const u = group.memory(), *const m = u + kWinogradPoints * group.source;
  for (int64_t i = 0; i < images; i += group.images) {
    const int64_t now = std::min(group.images, images - i);
    for (int64_t k = 0; k < now; k++)
      for (int64_t b = 0; b < c; b += 16)
        avx512::winogradInput(g, x + ((i + k) * c + b) * from, u + k * tiles * c + b, group.source, c);
    for (int64_t e = 0; e < kWinogradPoints; e++)
      kernels().panelGemm[1](m + e * group.result, u + e * group.source, laid + e * pointOf(c, f), now * tiles, f, c, f, c, 1,
                             c * kPanel, false);
    for (int64_t k = 0; k < now; k++)
      for (int64_t b = 0; b < f; b += 16)
        avx512::winogradResult(g, m + k * tiles * f + b, group.result, f, bias == nullptr ? nullptr : bias + b,
                               y + ((i + k) * f + b) * to);
  }
}

void winogradSums(const WinogradTiles& g, int64_t images, int64_t c, int64_t f, const float* x, const float* dy, float* sums) {
  const Group group(g, images, c, f);
  const int64_t tiles = group.tiles;
  float *const u = group.memory(), *const v = u + kWinogradPoints * group.source;
  for (int64_t i = 0; i < images; i += group.images) {
    const int64_t now = std::min(group.images, images - i), depth = now * tiles;
    for (int64_t k = 0; k < now; k++) {
      for (int64_t b = 0; b < c; b += 16)
        avx512::winogradInput(g, x + ((i + k) * c + b) * g.h * g.w, u + k * tiles * c + b, group.source, c);
      for (int64_t b = 0; b < f; b += 16)
        avx512::winogradResultGrad(g, dy + ((i + k) * f + b) * g.oh * g.ow,
                                   v + b / kPanel * depth * kPanel + k * tiles * kPanel + b % kPanel, group.result, kPanel);
    }
    for (int64_t e = 0; e < kWinogradPoints; e++)
      kernels().panelGemm[1](sums + e * c * f, u + e * group.source, v + e * group.result, c, f, depth, f, 1, c, depth * kPanel,
                             i > 0);
  }
}

void winogradFinish(const float* sums, int64_t c, int64_t f, float* dweights) {
  for (int64_t k = 0; k < c; k++)
    for (int64_t b = 0; b < f; b += 16)
      avx512::winogradFiltersGrad(sums + k * f + b, c * f, dweights + (b * c + k) * 9, c * 9);
}

#else

bool winogradFits(const WinogradTiles&, int64_t, int64_t) { return false; }
int64_t winogradLaid(int64_t, int64_t) { return 0; }
void winogradLay(float*, const float*, int64_t, int64_t, bool) {}
void winogradConvolve(const WinogradTiles&, int64_t, int64_t, int64_t, const float*, const float*, const float*, float*) {}
void winogradSums(const WinogradTiles&, int64_t, int64_t, int64_t, const float*, const float*, float*) {}
void winogradFinish(const float*, int64_t, int64_t, float*) {}

#endif

}  // namespace gl
