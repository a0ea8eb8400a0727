// Convolution with filters of 3 x 3 and both its gradients by Winograd's transform: from tiles of 4 x 4 of the result and
// those of 6 x 6 of the input that they come from, 36 products instead of 144. Everything is in planes whose elements are
// vectors of 16 channels. Used where registers hold such a vector; the error is some times that of the plain sums.
#pragma once
#include <cstdint>

namespace gl {

// An image of a convolution and its result, which is cut into tiles.
struct WinogradTiles {
  int64_t h, w, ph, pw, oh, ow;
  int64_t down() const { return (oh + 3) / 4; }
  int64_t across() const { return (ow + 3) / 4; }
  int64_t tiles() const { return down() * across(); }
};
constexpr int kWinogradPoints = 36;

// Whether it pays for filters (f, c, 3, 3) on tiles of these images: channels fill vectors and panels, tiles are mostly
// full, and the transformed filters stay in the cache.
bool winogradFits(const WinogradTiles& g, int64_t c, int64_t f);

// Filters (f, c, 3, 3) as `winogradConvolve` wants them; `back` for the gradient of the input, which is a convolution of
// f channels into c.
int64_t winogradLaid(int64_t c, int64_t f);  // how many numbers
void winogradLay(float* to, const float* weights, int64_t c, int64_t f, bool back);
// Images of c channels to images of f, plus a bias unless it is null.
void winogradConvolve(const WinogradTiles& g, int64_t images, int64_t c, int64_t f, const float* x, const float* laid,
                      const float* bias, float* y);
// The sums of products (points, c, f) of the filters' gradient over some images, and the gradient from the sums of all.
void winogradSums(const WinogradTiles& g, int64_t images, int64_t c, int64_t f, const float* x, const float* dy, float* sums);
void winogradFinish(const float* sums, int64_t c, int64_t f, float* dweights);


namespace avx512 {
// Transforms take 16 channels of one image: point e of tile t lies at e * point + t * tile.
void winogradInput(const WinogradTiles& g, const float* x, float* u, int64_t point, int64_t tile);
void winogradResultGrad(const WinogradTiles& g, const float* y, float* v, int64_t point, int64_t tile);
// The result from its points; bias may be null.
void winogradResult(const WinogradTiles& g, const float* m, int64_t point, int64_t tile, const float* bias, float* y);
// 16 filters of one channel, or 16 channels of one filter: the nine weights of each, turned by half a turn or not, lie
// `apart` from the next one's.
void winogradFilters(const float* weights, int64_t apart, bool turned, float* to, int64_t point);
// The gradient of nine weights of 16 filters from their sums of products.
void winogradFiltersGrad(const float* m, int64_t point, float* weights, int64_t apart);
}  // namespace avx512

}  // namespace gl
