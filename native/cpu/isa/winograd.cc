// Winograd's transforms for filters of 3 x 3, for one instruction set; see cpu/winograd.h.
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

// The points beside 0 and infinity are a, -a, b and -b; these lose less to rounding than 1 and 2 would.
constexpr float a = 0.625f, b = 1.5f, a2 = a * a, b2 = b * b, a3 = a * a2, b3 = b * b2;
constexpr float scale0 = 1 / (a2 * b2), scaleA = 1 / (2 * a2 * (a2 - b2)), scaleB = 1 / (2 * b2 * (b2 - a2));

// Six elements of the input.
GL_FN void ofInput(Lane* t, const Lane* d) {
  const Lane d0 = d[0], d1 = d[1], d2 = d[2], d3 = d[3], d4 = d[4], d5 = d[5];
  const Lane evenA = d4 - b2 * d2, oddA = a * (d3 - b2 * d1), evenB = d4 - a2 * d2, oddB = b * (d3 - a2 * d1);
  t[0] = a2 * b2 * d0 - (a2 + b2) * d2 + d4;
  t[1] = evenA + oddA;
  t[2] = evenA - oddA;
  t[3] = evenB + oddB;
  t[4] = evenB - oddB;
  t[5] = a2 * b2 * d1 - (a2 + b2) * d3 + d5;
}

// Four elements of the result's gradient.
GL_FN void ofResult(Lane* t, const Lane* y) {
  const Lane y0 = y[0], y1 = y[1], y2 = y[2], y3 = y[3];
  const Lane evenA = y0 + a2 * y2, oddA = a * y1 + a3 * y3, evenB = y0 + b2 * y2, oddB = b * y1 + b3 * y3;
  t[0] = y0;
  t[1] = evenA + oddA;
  t[2] = evenA - oddA;
  t[3] = evenB + oddB;
  t[4] = evenB - oddB;
  t[5] = y3;
}

// Four elements of the result from six points.
GL_FN void toResult(Lane* y, const Lane* m) {
  const Lane evenA = m[1] + m[2], oddA = m[1] - m[2], evenB = m[3] + m[4], oddB = m[3] - m[4];
  y[0] = m[0] + evenA + evenB;
  y[1] = a * oddA + b * oddB;
  y[2] = a2 * evenA + b2 * evenB;
  y[3] = a3 * oddA + b3 * oddB + m[5];
}

// Three weights.
GL_FN void ofFilter(Lane* t, const Lane* w) {
  const Lane evenA = scaleA * (w[0] + a2 * w[2]), oddA = scaleA * a * w[1];
  const Lane evenB = scaleB * (w[0] + b2 * w[2]), oddB = scaleB * b * w[1];
  t[0] = scale0 * w[0];
  t[1] = evenA + oddA;
  t[2] = evenA - oddA;
  t[3] = evenB + oddB;
  t[4] = evenB - oddB;
  t[5] = w[2];
}

// Three weights from six sums.
GL_FN void ofSums(Lane* w, const Lane* m) {
  const Lane evenA = scaleA * (m[1] + m[2]), oddA = scaleA * (m[1] - m[2]);
  const Lane evenB = scaleB * (m[3] + m[4]), oddB = scaleB * (m[3] - m[4]);
  w[0] = scale0 * m[0] + evenA + evenB;
  w[1] = a * oddA + b * oddB;
  w[2] = a2 * evenA + b2 * evenB + m[5];
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

void winogradResultGrad(const WinogradTiles& g, const float* y, float* v, int64_t point, int64_t tile) {
  eachTile<4>(g, y, g.oh, g.ow, 0, 0, v, point, tile, ofResult);
}

void winogradResult(const WinogradTiles& g, const float* m, int64_t point, int64_t tile, const float* bias, float* y) {
  const int64_t across = g.across();
  const Lane offset = bias == nullptr ? Lane{} : loaded(bias);
  for (int64_t k = 0; k < g.tiles(); k++) {
    const int64_t r0 = k / across * 4, c0 = k % across * 4;
    const float* const at = m + k * tile;
    Lane half[4][6];
    for (int j = 0; j < 6; j++) {
      Lane column[6], some[4];
#pragma GCC unroll 6
      for (int i = 0; i < 6; i++) column[i] = loaded(at + (6 * i + j) * point);
      toResult(some, column);
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++) half[i][j] = some[i];
    }
    const int64_t rows = g.oh - r0 < 4 ? g.oh - r0 : 4, cols = g.ow - c0 < 4 ? g.ow - c0 : 4;
    for (int64_t i = 0; i < rows; i++) {
      Lane row[4];
      toResult(row, half[i]);
      float* const to = y + ((r0 + i) * g.ow + c0) * kLanes;
      for (int64_t j = 0; j < cols; j++) stored(to + j * kLanes, row[j] + offset);
    }
  }
}

void winogradFilters(const float* weights, int64_t apart, bool turned, float* to, int64_t point) {
  Lane all[9], half[6][3];
  for (int k = 0; k < 9; k++)
    for (int lane = 0; lane < kLanes; lane++) all[k][lane] = weights[lane * apart + (turned ? 8 - k : k)];
  for (int j = 0; j < 3; j++) {
    const Lane column[3] = {all[j], all[3 + j], all[6 + j]};
    Lane some[6];
    ofFilter(some, column);
    for (int i = 0; i < 6; i++) half[i][j] = some[i];
  }
  for (int i = 0; i < 6; i++) {
    Lane row[6];
    ofFilter(row, half[i]);
    for (int j = 0; j < 6; j++) stored(to + (6 * i + j) * point, row[j]);
  }
}

void winogradFiltersGrad(const float* m, int64_t point, float* weights, int64_t apart) {
  Lane half[3][6], all[9];
  for (int j = 0; j < 6; j++) {
    Lane column[6], some[3];
    for (int i = 0; i < 6; i++) column[i] = loaded(m + (6 * i + j) * point);
    ofSums(some, column);
    for (int i = 0; i < 3; i++) half[i][j] = some[i];
  }
  for (int i = 0; i < 3; i++) ofSums(all + 3 * i, half[i]);
  for (int lane = 0; lane < kLanes; lane++)
    for (int k = 0; k < 9; k++) weights[lane * apart + k] = all[k][lane];
}

}  // namespace GL_ISA
}  // namespace gl
