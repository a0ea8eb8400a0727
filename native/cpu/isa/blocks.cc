// What surrounds the products of a layer, for one instruction set: rectifier and max pooling of planes whose elements
// are vectors of channels, the ways between those and plain planes, and bias and rectifier of rows.
#include <cstring>
#include "kernels.h"
#include "cpu/isa/simd.h"
#include "cpu/isa/turn.h"
#include "cpu/table.h"

namespace gl {
namespace GL_ISA {
namespace {

template <class T> GL_FN T rectified(T x) { return maximumOf(T(0), x); }

// Calls body(place, first row, row after the last, first column, column after the last) for every place of the result.
template <class Body> GL_FN void eachWindow(const BlockedPool& g, Body&& body) {
  for (int64_t i = 0; i < g.oh; i++) {
    const int64_t r0 = static_cast<int64_t>(g.rows[3 * i]), r1 = static_cast<int64_t>(g.rows[3 * i + 1]);
    for (int64_t j = 0; j < g.ow; j++)
      body(i * g.ow + j, r0, r1, static_cast<int64_t>(g.cols[3 * j]), static_cast<int64_t>(g.cols[3 * j + 1]));
  }
}

// The channels of a place as the compiler's own vectors, whatever registers they take. They never leave this file, so how
// a function would return them does not matter.
#pragma GCC diagnostic ignored "-Wpsabi"
template <int B> struct Lanes {
  typedef float Float __attribute__((vector_size(4 * B)));
  typedef int32_t Int __attribute__((vector_size(4 * B)));
  typedef uint8_t Byte __attribute__((vector_size(B)));
  typedef double Double __attribute__((vector_size(8 * B)));
};
template <class V, class T> GL_FN V loaded(const T* p) {
  V v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <class V, class T> GL_FN void stored(T* p, V v) { std::memcpy(p, &v, sizeof v); }

// The first of the largest elements of each window wins, NaN before all; what the rectifier drops has no winner. `element`
// gives the channels of place number q.
template <int B, class Element> GL_FN void poolPlane(const BlockedPool& g, float* out, uint8_t* winners, Element&& element) {
  using Float = typename Lanes<B>::Float;
  using Int = typename Lanes<B>::Int;
  using Byte = typename Lanes<B>::Byte;
  const Float zero{};
  eachWindow(g, [&](int64_t at, int64_t r0, int64_t r1, int64_t c0, int64_t c1) {
    Float best = element(r0 * g.w + c0);
    Int winner{};
    for (int64_t r = r0; r < r1; r++)
      for (int64_t q = c0; q < c1; q++) {
        const Float v = element(r * g.w + q);
        const Int better = ~(v <= best) & (best == best);
        best = better ? v : best;
        winner = better ? Int{} + static_cast<int32_t>((r - r0) * g.span + q - c0) : winner;
      }
    stored(out + at * B, Float(zero > best ? zero : best));
    stored(winners + at * B, __builtin_convertvector(Int(best > zero ? winner : Int{} + kNoWinner), Byte));
  });
}

template <int B> void poolBlockOf(const BlockedPool& g, const float* x, float* out, uint8_t* winners) {
  poolPlane<B>(g, out, winners, [&](int64_t q) { return loaded<typename Lanes<B>::Float>(x + q * B); });
}

template <int B>
void normPoolBlockOf(const BlockedPool& g, const BlockedNorm& n, const float* x, float* out, uint8_t* winners) {
  using Float = typename Lanes<B>::Float;
  const Float m = loaded<Float>(n.mean), f = loaded<Float>(n.factor), o = loaded<Float>(n.offset);
  poolPlane<B>(g, out, winners, [&](int64_t q) { return Float((loaded<Float>(x + q * B) - m) * f + o); });
}

// Calls body(place, share of the winner) for every place of every window, then end(whether there is a winner, d).
template <int B, class Body, class End>
GL_FN void eachShare(const BlockedPool& g, const float* d, const uint8_t* winners, Body&& body, End&& end) {
  using Float = typename Lanes<B>::Float;
  using Int = typename Lanes<B>::Int;
  using Byte = typename Lanes<B>::Byte;
  eachWindow(g, [&](int64_t at, int64_t r0, int64_t r1, int64_t c0, int64_t c1) {
    const Int winner = __builtin_convertvector(loaded<Byte>(winners + at * B), Int);
    const Float value = loaded<Float>(d + at * B);
    end(winner == kNoWinner ? Float{} : value);
    for (int64_t r = r0; r < r1; r++)
      for (int64_t q = c0; q < c1; q++)
        body(r * g.w + q, Float(winner == static_cast<int32_t>((r - r0) * g.span + q - c0) ? value : Float{}));
  });
}

template <int B> void unpoolBlockOf(const BlockedPool& g, const float* d, const uint8_t* winners, float* dx, float* sums) {
  using Float = typename Lanes<B>::Float;
  const bool once = g.apart && g.covering;
  if (!once) std::memset(dx, 0, g.plane * B * sizeof(float));
  Float sum = loaded<Float>(sums);
  eachShare<B>(
      g, d, winners,
      [&](int64_t q, Float share) { stored(dx + q * B, once ? share : Float(loaded<Float>(dx + q * B) + share)); },
      [&](Float v) { sum += v; });
  stored(sums, sum);
}

// Some places at a time, so that the lines of both sides stay in the cache.
constexpr int64_t kSome = 16;

template <int B> void layBlockOf(float* to, const float* from, int64_t channels, int64_t places) {
  for (int64_t p = 0; p < places; p += kSome) {
    const int64_t end = p + kSome < places ? p + kSome : places;
#if defined(__AVX512F__)
    if (B == 16 && channels == 16) {
      turned(to + p * B, B, end - p, from + p, places, B);
      continue;
    }
#endif
    for (int64_t c = 0; c < B; c++)
      for (int64_t q = p; q < end; q++) to[q * B + c] = c < channels ? from[c * places + q] : 0.0f;
  }
}

template <int B> void unlayBlockOf(float* to, const float* from, int64_t channels, int64_t places) {
  for (int64_t p = 0; p < places; p += kSome) {
    const int64_t end = p + kSome < places ? p + kSome : places;
#if defined(__AVX512F__)
    if (B == 16) {
      turned(to + p, places, channels, from + p * B, B, end - p);
      continue;
    }
#endif
    for (int64_t c = 0; c < channels; c++)
      for (int64_t q = p; q < end; q++) to[c * places + q] = from[q * B + c];
  }
}

// Adds the sums of term(place) to those of the channels: in single precision for a few places, then in double.
template <int B, class Term> GL_FN void addPlaces(double* sums, int64_t places, Term&& term) {
  using Float = typename Lanes<B>::Float;
  using Double = typename Lanes<B>::Double;
  Double total = loaded<Double>(sums);
  for (int64_t p = 0; p < places; p += 4 * kSome) {
    const int64_t end = p + 4 * kSome < places ? p + 4 * kSome : places;
    // Four sums that do not wait for each other.
    Float a{}, b{}, c{}, d{};
    int64_t q = p;
    for (; q + 4 <= end; q += 4) a += term(q), b += term(q + 1), c += term(q + 2), d += term(q + 3);
    for (; q < end; q++) a += term(q);
    total += __builtin_convertvector(Float((a + b) + (c + d)), Double);
  }
  stored(sums, total);
}

template <int B> void sumBlockOf(const float* x, int64_t places, double* sums) {
  using Float = typename Lanes<B>::Float;
  addPlaces<B>(sums, places, [&](int64_t q) { return loaded<Float>(x + q * B); });
}

template <int B> void squareBlockOf(const float* x, const float* mean, int64_t places, double* sums) {
  using Float = typename Lanes<B>::Float;
  const Float m = loaded<Float>(mean);
  addPlaces<B>(sums, places, [&](int64_t q) {
    const Float d = loaded<Float>(x + q * B) - m;
    return Float(d * d);
  });
}

template <int B>
void sumWinnersOf(const BlockedPool& g, const BlockedNorm& n, const float* d, const uint8_t* winners, const float* x,
                  double* sums, double* products) {
  using Float = typename Lanes<B>::Float;
  using Double = typename Lanes<B>::Double;
  const Float m = loaded<Float>(n.mean);
  Double total = loaded<Double>(sums), ofProducts = loaded<Double>(products);
  Float sum{}, product{};
  int64_t pending = 0;
  const auto flush = [&] {
    total += __builtin_convertvector(sum, Double), ofProducts += __builtin_convertvector(product, Double);
    sum = product = Float{};
    pending = 0;
  };
  eachShare<B>(
      g, d, winners, [&](int64_t q, Float share) { product += share * (loaded<Float>(x + q * B) - m); },
      [&](Float v) {
        if (pending++ == kSome) flush();
        sum += v;
      });
  flush();
  stored(sums, total);
  stored(products, ofProducts);
}

template <int B>
void normUnpoolBlockOf(const BlockedPool& g, const BlockedNorm& n, const float* d, const uint8_t* winners, const float* x,
                       float* dx, float* sums) {
  using Float = typename Lanes<B>::Float;
  const Float m = loaded<Float>(n.mean), f = loaded<Float>(n.factor), s = loaded<Float>(n.offset), l = loaded<Float>(n.slope);
  Float sum = loaded<Float>(sums);
  eachShare<B>(
      g, d, winners,
      [&](int64_t q, Float share) {
        const Float v = f * share - s - l * (loaded<Float>(x + q * B) - m);
        stored(dx + q * B, v);
        sum += v;
      },
      [](Float) {});
  stored(sums, sum);
}

template <int B> void normBlockGradOf(const BlockedNorm& n, const float* x, int64_t places, float* dx, float* sums) {
  using Float = typename Lanes<B>::Float;
  const Float m = loaded<Float>(n.mean), f = loaded<Float>(n.factor), s = loaded<Float>(n.offset), l = loaded<Float>(n.slope);
  Float sum = loaded<Float>(sums);
  for (int64_t q = 0; q < places; q++) {
    const Float v = f * loaded<Float>(dx + q * B) - s - l * (loaded<Float>(x + q * B) - m);
    stored(dx + q * B, v);
    sum += v;
  }
  stored(sums, sum);
}

void sumBlock(const float* x, int64_t places, double* sums, int block) {
  if (block == 16) sumBlockOf<16>(x, places, sums);
  else sumBlockOf<8>(x, places, sums);
}
void squareBlock(const float* x, const float* mean, int64_t places, double* sums, int block) {
  if (block == 16) squareBlockOf<16>(x, mean, places, sums);
  else squareBlockOf<8>(x, mean, places, sums);
}
void normPoolBlock(const BlockedPool& g, const BlockedNorm& n, const float* x, float* out, uint8_t* winners, int block) {
  if (block == 16) normPoolBlockOf<16>(g, n, x, out, winners);
  else normPoolBlockOf<8>(g, n, x, out, winners);
}
void sumWinners(const BlockedPool& g, const BlockedNorm& n, const float* d, const uint8_t* winners, const float* x,
                double* sums, double* products, int block) {
  if (block == 16) sumWinnersOf<16>(g, n, d, winners, x, sums, products);
  else sumWinnersOf<8>(g, n, d, winners, x, sums, products);
}
void normUnpoolBlock(const BlockedPool& g, const BlockedNorm& n, const float* d, const uint8_t* winners, const float* x,
                     float* dx, float* sums, int block) {
  if (block == 16) normUnpoolBlockOf<16>(g, n, d, winners, x, dx, sums);
  else normUnpoolBlockOf<8>(g, n, d, winners, x, dx, sums);
}
void normBlockGrad(const BlockedNorm& n, const float* x, int64_t places, float* dx, float* sums, int block) {
  if (block == 16) normBlockGradOf<16>(n, x, places, dx, sums);
  else normBlockGradOf<8>(n, x, places, dx, sums);
}

void poolBlock(const BlockedPool& g, const float* x, float* out, uint8_t* winners, int block) {
  if (block == 16) poolBlockOf<16>(g, x, out, winners);
  else poolBlockOf<8>(g, x, out, winners);
}
void unpoolBlock(const BlockedPool& g, const float* d, const uint8_t* winners, float* dx, float* sums, int block) {
  if (block == 16) unpoolBlockOf<16>(g, d, winners, dx, sums);
  else unpoolBlockOf<8>(g, d, winners, dx, sums);
}
void layBlock(float* to, const float* from, int64_t channels, int64_t places, int block) {
  if (block == 16) layBlockOf<16>(to, from, channels, places);
  else layBlockOf<8>(to, from, channels, places);
}
void unlayBlock(float* to, const float* from, int64_t channels, int64_t places, int block) {
  if (block == 16) unlayBlockOf<16>(to, from, channels, places);
  else unlayBlockOf<8>(to, from, channels, places);
}

void rectify(float* x, int64_t n) {
  for (int64_t i = 0; i < n; i++) x[i] = rectified(x[i]);
}

void rectifyGrad(float* dx, const float* g, const float* y, float* sums, int64_t n, int64_t channels, int64_t places) {
  using Float = Lanes<16>::Float;
  const Float zero{};
  for (int64_t i = 0; i < n * channels; i++) {
    Float partial{};
    int64_t q = 0;
    for (; q + 16 <= places; q += 16) {
      const Float v = loaded<Float>(y + q) > zero ? loaded<Float>(g + q) : zero;
      stored(dx + q, v);
      partial += v;
    }
    float sum = 0;
    for (; q < places; q++) sum += dx[q] = y[q] > 0 ? g[q] : 0.0f;
    for (int l = 0; l < 16; l++) sum += partial[l];
    sums[i % channels] += sum;
    dx += places, g += places, y += places;
  }
}

template <class T> void finishRows(void* to, const void* from, int64_t rows, int64_t cols, bool wanted) {
  const T* row = static_cast<const T*>(from);
  for (int64_t i = 0; i < rows; i++) {
    T* c = static_cast<T*>(to) + i * cols;
    if (row == nullptr)
      for (int64_t j = 0; j < cols; j++) c[j] = rectified(c[j]);
    else if (wanted)
      for (int64_t j = 0; j < cols; j++) c[j] = rectified(c[j] + row[j]);
    else
      for (int64_t j = 0; j < cols; j++) c[j] += row[j];
  }
}

template <class T> void maskByResult(void* to, const void* gradient, const void* result, int64_t n) {
  T* dx = static_cast<T*>(to);
  const T *g = static_cast<const T*>(gradient), *y = static_cast<const T*>(result);
  for (int64_t i = 0; i < n; i++) dx[i] = y[i] > 0 ? g[i] : T(0);
}

}  // namespace

void fillBlocks(Kernels& k) {
  k.poolBlock = poolBlock;
  k.unpoolBlock = unpoolBlock;
  k.layBlock = layBlock;
  k.unlayBlock = unlayBlock;
  k.sumBlock = sumBlock;
  k.squareBlock = squareBlock;
  k.normPoolBlock = normPoolBlock;
  k.sumWinners = sumWinners;
  k.normUnpoolBlock = normUnpoolBlock;
  k.normBlockGrad = normBlockGrad;
  k.rectify = rectify;
  k.rectifyGrad = rectifyGrad;
  k.finishRows[0] = finishRows<double>;
  k.finishRows[1] = finishRows<float>;
  k.maskByResult[0] = maskByResult<double>;
  k.maskByResult[1] = maskByResult<float>;
}

}  // namespace GL_ISA
}  // namespace gl
