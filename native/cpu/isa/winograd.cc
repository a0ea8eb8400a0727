// Winograd's transforms for the gradient of 3 x 3 filters, for one instruction set; see cpu/winograd.h. The points are 0,
// 1, -1, 2, -2 and infinity.
#include <cstring>
#include "cpu/winograd.h"
#include "kernels.h"

namespace gl {
namespace GL_ISA {
namespace {

constexpr int kLanes = 16;
typedef float Lane __attribute__((vector_size(4 * kLanes)));

#pragma GCC diagnostic ignored "-Wpsabi"
GL_FN Lane loaded(const float* p) {
  Lane v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
GL_FN void stored(float* p, Lane v) { std::memcpy(p, &v, sizeof v); }

// Six elements of the input.
GL_FN void ofInput(Lane* t, const Lane* d) {
  const Lane d0 = d[0], d1 = d[1], d2 = d[2], d3 = d[3], d4 = d[4], d5 = d[5];
  const Lane a = d4 - 4 * d2, b = d3 - 4 * d1, c = d4 - d2, e = 2 * (d3 - d1);
  t[0] = 4 * d0 - 5 * d2 + d4;
  t[1] = a + b;
  t[2] = a - b;
  t[3] = c + e;
  t[4] = c - e;
  t[5] = 4 * d1 - 5 * d3 + d5;
}

// Four elements of the result's gradient.
GL_FN void ofResult(Lane* t, const Lane* y) {
  const Lane y0 = y[0], y1 = y[1], y2 = y[2], y3 = y[3];
  const Lane a = y0 + y2, b = y1 + y3, c = y0 + 4 * y2, e = 2 * y1 + 8 * y3;
  t[0] = y0;
  t[1] = a + b;
  t[2] = a - b;
  t[3] = c + e;
  t[4] = c - e;
  t[5] = y3;
}

// Three weights from six sums.
GL_FN void ofSums(Lane* w, const Lane* m) {
  const Lane a = (m[1] + m[2]) / 6, b = (m[2] - m[1]) / 6, c = m[3] + m[4], d = m[3] - m[4];
  w[0] = m[0] / 4 - a + c / 24;
  w[1] = b + d / 12;
  w[2] = c / 6 - a + m[5];
}

// Every tile of an image: Size x Size elements from row 4 i - up and column 4 j - left on, zeros outside, taken to 36 points.
template <int Size, class Transform>
GL_FN void eachTile(const WinogradTiles& g, const float* x, int64_t h, int64_t w, int64_t up, int64_t left, float* to,
                    int64_t point, int64_t tile, Transform&& transform) {
  const int64_t across = g.across();
  for (int64_t k = 0; k < g.tiles(); k++) {
    const int64_t r0 = k / across * 4 - up, c0 = k % across * 4 - left;
    const bool inside = r0 >= 0 && c0 >= 0 && r0 + Size <= h && c0 + Size <= w;
    Lane d[Size], half[6][Size];
    for (int j = 0; j < Size; j++) {
#pragma GCC unroll 6
      for (int i = 0; i < Size; i++) {
        const int64_t r = r0 + i, c = c0 + j;
        d[i] = inside || (r >= 0 && r < h && c >= 0 && c < w) ? loaded(x + (r * w + c) * kLanes) : Lane{};
      }
      Lane column[6];
      transform(column, d);
#pragma GCC unroll 6
      for (int i = 0; i < 6; i++) half[i][j] = column[i];
    }
    for (int i = 0; i < 6; i++) {
      Lane row[6];
      transform(row, half[i]);
#pragma GCC unroll 6
      for (int j = 0; j < 6; j++) stored(to + (6 * i + j) * point + k * tile, row[j]);
    }
  }
}

}  // namespace

void winogradInput(const WinogradTiles& g, const float* x, float* u, int64_t point, int64_t tile) {
  eachTile<6>(g, x, g.h, g.w, g.ph, g.pw, u, point, tile, ofInput);
}

void winogradResult(const WinogradTiles& g, const float* y, float* v, int64_t point, int64_t tile) {
  eachTile<4>(g, y, g.oh, g.ow, 0, 0, v, point, tile, ofResult);
}

void winogradWeights(const float* m, int64_t point, float* weights, int64_t filter) {
  Lane half[3][6], all[9];
  for (int j = 0; j < 6; j++) {
    Lane column[6], some[3];
    for (int i = 0; i < 6; i++) column[i] = loaded(m + (6 * i + j) * point);
    ofSums(some, column);
    for (int i = 0; i < 3; i++) half[i][j] = some[i];
  }
  for (int i = 0; i < 3; i++) ofSums(all + 3 * i, half[i]);
  for (int lane = 0; lane < kLanes; lane++)
    for (int k = 0; k < 9; k++) weights[lane * filter + k] = all[k][lane];
}

}  // namespace GL_ISA
}  // namespace gl
