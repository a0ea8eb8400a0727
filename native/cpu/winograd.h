// The gradient of 3 x 3 filters by Winograd's transform: from tiles of 4 x 4 of the result's gradient and those of 6 x 6 of
// the input that they come from, 36 products instead of 144. Everything is in planes whose elements are vectors of 16
// channels. Used where registers hold such a vector; its error is some times that of the plain sums.
#pragma once
#include <cstdint>

namespace gl {

// A convolution's sizes in tiles: of an image, which has `tiles` of them.
struct WinogradTiles {
  int64_t h, w, ph, pw, oh, ow;
  int64_t down() const { return (oh + 3) / 4; }
  int64_t across() const { return (ow + 3) / 4; }
  int64_t tiles() const { return down() * across(); }
};
constexpr int kWinogradPoints = 36;

namespace avx512 {
// 16 channels of one image's input: point e of tile t goes to u + e * point + t * tile.
void winogradInput(const WinogradTiles& g, const float* x, float* u, int64_t point, int64_t tile);
// The same of the result's gradient.
void winogradResult(const WinogradTiles& g, const float* y, float* v, int64_t point, int64_t tile);
// 16 filters of one input channel: their sums of products m + e * point give nine weights each, `filter` apart.
void winogradWeights(const float* m, int64_t point, float* weights, int64_t filter);
}  // namespace avx512

}  // namespace gl
