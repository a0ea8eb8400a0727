// Recurrent layers for one instruction set: products of a few dozen rows with a matrix that stays the same from step to
// step and is laid out for them once, and the element-wise part of a step, forward and backward.
#include <algorithm>
#include "cpu/isa/simd.h"
#include "cpu/isa/turn.h"
#include "cpu/table.h"

namespace gl {
namespace GL_ISA {
namespace {

// ---- products -------------------------------------------------------------------------------------------------------

// Rows of c that stay in registers, two vectors each: as many as leave room for the operands.
#if defined(__AVX512F__)
constexpr int kTileRows = 12;
#elif defined(__AVX2__)
constexpr int kTileRows = 6;
#else
constexpr int kTileRows = 4;
#endif
template <class T> constexpr int kWidth = 2 * Vec<T>::lanes;

// Down: columns of a lie together and begin `as` apart; else its rows.
template <class T, int Rows, bool Down>
GL_FN void panelTile(T* c, const T* a, const T* b, int64_t k, int64_t cs, int64_t as, int columns, bool more) {
  using V = Vec<T>;
  constexpr int lanes = V::lanes;
  const int left = columns < lanes ? columns : lanes, right = columns - left;
  V sum[Rows][2];
#pragma GCC unroll 16
  for (int r = 0; r < Rows; r++) {
    if (!more) sum[r][0] = V::zero(), sum[r][1] = V::zero();
    else if (right == lanes) sum[r][0] = V::load(c + r * cs), sum[r][1] = V::load(c + r * cs + lanes);
    else {
      sum[r][0] = V::load(c + r * cs, left);
      sum[r][1] = right > 0 ? V::load(c + r * cs + lanes, right) : V::zero();
    }
  }
  for (int64_t q = 0; q < k; q++) {
    const V y0 = V::load(b), y1 = V::load(b + lanes);
#pragma GCC unroll 16
    for (int r = 0; r < Rows; r++) {
      const V x = V::all(Down ? a[q * as + r] : a[r * as + q]);
      sum[r][0].addProduct(x, y0);
      sum[r][1].addProduct(x, y1);
    }
    b += 2 * lanes;
  }
#pragma GCC unroll 16
  for (int r = 0; r < Rows; r++) {
    T* row = c + r * cs;
    if (right == lanes) {
      sum[r][0].store(row);
      sum[r][1].store(row + lanes);
    } else {
      sum[r][0].store(row, left);
      if (right > 0) sum[r][1].store(row + lanes, right);
    }
  }
}

template <class T, int Rows, bool Down>
void panelRows(int rows, T* c, const T* a, const T* b, int64_t k, int64_t cs, int64_t as, int columns, bool more) {
  if (rows == Rows) return panelTile<T, Rows, Down>(c, a, b, k, cs, as, columns, more);
  if constexpr (Rows > 1) panelRows<T, Rows - 1, Down>(rows, c, a, b, k, cs, as, columns, more);
}

template <class T>
void panelGemm(void* to, const void* left, const void* panels, int64_t m, int64_t n, int64_t k, int64_t cs, int64_t as0,
               int64_t as1, int64_t stride, bool more) {
  T* c = static_cast<T*>(to);
  const T* a = static_cast<const T*>(left);
  const T* b = static_cast<const T*>(panels);
  // Tiles of nearly the same height.
  const int64_t tiles = (m + kTileRows - 1) / kTileRows;
  for (int64_t j = 0; j < n; j += kWidth<T>) {
    const int columns = static_cast<int>(std::min<int64_t>(kWidth<T>, n - j));
    for (int64_t i = 0; i < tiles; i++) {
      const int64_t begin = m * i / tiles, rows = m * (i + 1) / tiles - begin;
      T* const at = c + begin * cs + j;
      if (as1 == 1) panelRows<T, kTileRows, false>(static_cast<int>(rows), at, a + begin * as0, b, k, cs, as0, columns, more);
      else panelRows<T, kTileRows, true>(static_cast<int>(rows), at, a + begin, b, k, cs, as1, columns, more);
    }
    b += stride;
  }
}

template <class T>
void packPanel(void* panels, const void* from, int64_t panel, int64_t k, int64_t n, int64_t bs0, int64_t bs1) {
  constexpr int64_t width = kWidth<T>;
  T* to = static_cast<T*>(panels);
  const T* b = static_cast<const T*>(from) + panel * width * bs1;
  const int64_t columns = std::min(width, n - panel * width);
  if (std::is_same<T, float>::value && bs0 == 1) {
    turn(reinterpret_cast<float*>(to), width, reinterpret_cast<const float*>(b), bs1, columns, k);
    if (columns == width) return;
    for (int64_t q = 0; q < k; q++) std::fill(to + q * width + columns, to + (q + 1) * width, T(0));
  } else if (bs0 == 1) {
    // Columns are contiguous: a few rows of the panel at a time, so that their lines stay in the cache.
    constexpr int64_t some = 64 / sizeof(T);
    for (int64_t q = 0; q < k; q += some) {
      const int64_t end = std::min(q + some, k);
      for (int64_t j = 0; j < width; j++)
        for (int64_t p = q; p < end; p++) to[p * width + j] = j < columns ? b[j * bs1 + p] : T(0);
    }
  } else {
    for (int64_t q = 0; q < k; q++)
      for (int64_t j = 0; j < width; j++) to[q * width + j] = j < columns ? b[q * bs0 + j * bs1] : T(0);
  }
}

// ---- between the products -------------------------------------------------------------------------------------------

template <class T, bool Relu>
void vanillaForward(const RecurrentStep& s, int64_t begin, int64_t end) {
  const int64_t h = s.size;
  const T* bias = static_cast<const T*>(s.bias);
  for (int64_t i = 0; i < s.rows; i++) {
    T* gates = static_cast<T*>(s.gates) + i * h;
    const T* product = static_cast<const T*>(s.product) + i * h;
    _Pragma("GCC ivdep")
    for (int64_t j = begin; j < end; j++) {
      const T a = gates[j] + bias[j] + product[j];
      if constexpr (Relu) gates[j] = a > 0 || a != a ? a : T(0);
      else gates[j] = hyperbolicTangent(a);
    }
  }
}

template <class T, bool Relu>
void vanillaBackward(const RecurrentStep& s, int64_t begin, int64_t end) {
  for (int64_t i = 0; i < s.rows; i++) {
    const int64_t at = i * s.size;
    const T* y = static_cast<const T*>(s.gates) + at;
    const T* g = static_cast<const T*>(s.gradient) + at;
    const T* carried = static_cast<const T*>(s.carried) + at;
    T* d = static_cast<T*>(s.dgates) + at;
    _Pragma("GCC ivdep")
    for (int64_t j = begin; j < end; j++) {
      const T dh = carried[j] + g[j];
      if constexpr (Relu) d[j] = y[j] > 0 ? dh : T(0);
      else d[j] = dh * (T(1) - y[j] * y[j]);
    }
  }
}

template <class T>
void lstmForward(const RecurrentStep& s, int64_t begin, int64_t end) {
  const int64_t h = s.size;
  const T* bias = static_cast<const T*>(s.bias);
  for (int64_t r = 0; r < s.rows; r++) {
    T* gates = static_cast<T*>(s.gates) + r * 4 * h;
    const T* product = static_cast<const T*>(s.product) + r * 4 * h;
    const T* before = static_cast<const T*>(s.before) + r * h;
    T* cell = static_cast<T*>(s.cell) + r * h;
    T* out = static_cast<T*>(s.out) + r * h;
    _Pragma("GCC ivdep")
    for (int64_t j = begin; j < end; j++) {
      const T i = logistic(gates[j] + bias[j] + product[j]);
      const T f = logistic(gates[h + j] + bias[h + j] + product[h + j]);
      const T g = hyperbolicTangent(gates[2 * h + j] + bias[2 * h + j] + product[2 * h + j]);
      const T o = logistic(gates[3 * h + j] + bias[3 * h + j] + product[3 * h + j]);
      const T c = f * before[j] + i * g;
      gates[j] = i;
      gates[h + j] = f;
      gates[2 * h + j] = g;
      gates[3 * h + j] = o;
      cell[j] = c;
      out[j] = o * hyperbolicTangent(c);
    }
  }
}

template <class T>
void lstmBackward(const RecurrentStep& s, int64_t begin, int64_t end) {
  const int64_t h = s.size;
  for (int64_t r = 0; r < s.rows; r++) {
    const T* gates = static_cast<const T*>(s.gates) + r * 4 * h;
    const T* before = static_cast<const T*>(s.before) + r * h;
    const T* cell = static_cast<const T*>(s.cell) + r * h;
    const T* gradient = static_cast<const T*>(s.gradient) + r * h;
    const T* carried = static_cast<const T*>(s.carried) + r * h;
    T* carriedCell = static_cast<T*>(s.carriedCell) + r * h;
    T* d = static_cast<T*>(s.dgates) + r * 4 * h;
    _Pragma("GCC ivdep")
    for (int64_t j = begin; j < end; j++) {
      const T i = gates[j], f = gates[h + j], g = gates[2 * h + j], o = gates[3 * h + j];
      const T dh = carried[j] + gradient[j];
      const T t = hyperbolicTangent(cell[j]);
      const T dc = carriedCell[j] + dh * o * (T(1) - t * t);
      d[j] = dc * g * (i * (T(1) - i));
      d[h + j] = dc * before[j] * (f * (T(1) - f));
      d[2 * h + j] = dc * i * (T(1) - g * g);
      d[3 * h + j] = dh * t * (o * (T(1) - o));
      carriedCell[j] = dc * f;
    }
  }
}

template <class T>
void gruForward(const RecurrentStep& s, int64_t begin, int64_t end) {
  const int64_t h = s.size;
  const T* bias = static_cast<const T*>(s.bias);
  const T* inner = bias + 3 * h;
  for (int64_t i = 0; i < s.rows; i++) {
    T* gates = static_cast<T*>(s.gates) + i * 3 * h;
    const T* product = static_cast<const T*>(s.product) + i * 3 * h;
    const T* before = static_cast<const T*>(s.before) + i * h;
    T* cell = static_cast<T*>(s.cell) + i * h;
    T* out = static_cast<T*>(s.out) + i * h;
    _Pragma("GCC ivdep")
    for (int64_t j = begin; j < end; j++) {
      const T r = logistic(gates[j] + bias[j] + (product[j] + inner[j]));
      const T z = logistic(gates[h + j] + bias[h + j] + (product[h + j] + inner[h + j]));
      const T p = product[2 * h + j] + inner[2 * h + j];
      const T n = hyperbolicTangent(gates[2 * h + j] + bias[2 * h + j] + r * p);
      gates[j] = r;
      gates[h + j] = z;
      gates[2 * h + j] = n;
      cell[j] = p;
      out[j] = n + z * (before[j] - n);
    }
  }
}

template <class T>
void gruBackward(const RecurrentStep& s, int64_t begin, int64_t end) {
  const int64_t h = s.size;
  for (int64_t i = 0; i < s.rows; i++) {
    const T* gates = static_cast<const T*>(s.gates) + i * 3 * h;
    const T* before = static_cast<const T*>(s.before) + i * h;
    T* cell = static_cast<T*>(s.cell) + i * h;
    const T* gradient = static_cast<const T*>(s.gradient) + i * h;
    T* carried = static_cast<T*>(s.carried) + i * h;
    T* d = static_cast<T*>(s.dgates) + i * 3 * h;
    _Pragma("GCC ivdep")
    for (int64_t j = begin; j < end; j++) {
      const T r = gates[j], z = gates[h + j], n = gates[2 * h + j];
      const T dh = carried[j] + gradient[j];
      const T dn = dh * (T(1) - z) * (T(1) - n * n);
      d[j] = dn * cell[j] * (r * (T(1) - r));
      d[h + j] = dh * (before[j] - n) * (z * (T(1) - z));
      d[2 * h + j] = dn;
      cell[j] = dn * r;
      carried[j] = dh * z;
    }
  }
}

template <class T>
void fill(Kernels& k, int type) {
  k.panelWidth[type] = kWidth<T>;
  k.packPanel[type] = packPanel<T>;
  k.panelGemm[type] = panelGemm<T>;
  RecurrentPointwise* forward = k.recurrentForward[type];
  RecurrentPointwise* backward = k.recurrentBackward[type];
  forward[RecurrentTanh] = vanillaForward<T, false>;
  forward[RecurrentRelu] = vanillaForward<T, true>;
  forward[RecurrentLstm] = lstmForward<T>;
  forward[RecurrentGru] = gruForward<T>;
  backward[RecurrentTanh] = vanillaBackward<T, false>;
  backward[RecurrentRelu] = vanillaBackward<T, true>;
  backward[RecurrentLstm] = lstmBackward<T>;
  backward[RecurrentGru] = gruBackward<T>;
}

}  // namespace

void fillRecurrent(Kernels& k) {
  k.turn = turn;
  fill<double>(k, 0);
  fill<float>(k, 1);
}

}  // namespace GL_ISA
}  // namespace gl
