// Two-dimensional convolution (cross-correlation, as in all nets) and its two gradients: windows of a block of images
// laid out as columns, one matrix product per block, blocks shared out among the threads. Single precision goes to
// oneDNN first (onednn.cc), which takes what it does better.
#include <algorithm>
#include <cstring>
#include <vector>
#include "cpu/blas.h"
#include "cpu/conv.h"
#include "cpu/dtypes.h"
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

struct Geometry : ConvSizes {
  int64_t block, blocks;

  explicit Geometry(const Command& command) : ConvSizes(command) {
    // Enough columns for BLAS to work well, few enough for the block to stay in the cache.
    block = std::max<int64_t>(1, std::min<int64_t>(n, 512 / std::max<int64_t>(1, places)));
    blocks = (n + block - 1) / block;
  }
  // A 1x1 window at every place: the image itself is the matrix of columns.
  bool direct() const { return kh == 1 && kw == 1 && sh == 1 && sw == 1 && ph == 0 && pw == 0 && block == 1; }
};

inline void gemm(char ta, char tb, int64_t m, int64_t n, int64_t k, const double* a, int64_t lda, const double* b, int64_t ldb,
                 double beta, double* c, int64_t ldc) {
  const int im = m, in = n, ik = k, ia = lda, ib = ldb, ic = ldc;
  const double one = 1;
  dgemm_(&ta, &tb, &im, &in, &ik, &one, a, &ia, b, &ib, &beta, c, &ic);
}
inline void gemm(char ta, char tb, int64_t m, int64_t n, int64_t k, const float* a, int64_t lda, const float* b, int64_t ldb,
                 float beta, float* c, int64_t ldc) {
  const int im = m, in = n, ik = k, ia = lda, ib = ldb, ic = ldc;
  const float one = 1;
  sgemm_(&ta, &tb, &im, &in, &ik, &one, a, &ia, b, &ib, &beta, c, &ic);
}

// Memory of one thread, kept from call to call: fresh pages would cost more than the work in them.
template <class T, int slot>
T* scratch(int64_t n) {
  static thread_local std::vector<T> memory;
  if (static_cast<int64_t>(memory.size()) < n) memory.resize(n);
  return memory.data();
}

// Columns j of the output whose window column kj lies inside the image: [first, last).
inline void inside(int64_t out, int64_t in, int64_t stride, int64_t shift, int64_t& first, int64_t& last) {
  first = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
  last = in - shift <= 0 ? 0 : (in - shift + stride - 1) / stride;
  first = std::min(first, out);
  last = std::max(first, std::min(last, out));
}

// Windows of `count` images as columns: col is (window, count * places). x points at the group's first channel.
template <class T>
void columns(const Geometry& g, const T* x, int64_t count, T* col) {
  const int64_t width = count * g.places;
  for (int64_t k = 0; k < g.window; k++) {
    const int64_t channel = k / (g.kh * g.kw), ki = k / g.kw % g.kh, kj = k % g.kw;
    int64_t j0, j1;
    inside(g.ow, g.w, g.sw, kj * g.dw - g.pw, j0, j1);
    for (int64_t i = 0; i < count; i++) {
      const T* image = x + (i * g.c + channel) * g.plane;
      T* to = col + k * width + i * g.places;
      for (int64_t r = 0; r < g.oh; r++, to += g.ow) {
        const int64_t row = r * g.sh - g.ph + ki * g.dh;
        if (row < 0 || row >= g.h || j0 == j1) {
          std::fill_n(to, g.ow, T(0));
          continue;
        }
        const T* from = image + row * g.w + kj * g.dw - g.pw;
        std::fill_n(to, j0, T(0));
        if (g.sw == 1) std::memcpy(to + j0, from + j0, (j1 - j0) * sizeof(T));
        else
          for (int64_t j = j0; j < j1; j++) to[j] = from[j * g.sw];
        std::fill(to + j1, to + g.ow, T(0));
      }
    }
  }
}

// The reverse: adds columns to the places of the images that they came from.
template <class T>
void addColumns(const Geometry& g, const T* col, int64_t count, T* x) {
  const int64_t width = count * g.places;
  for (int64_t k = 0; k < g.window; k++) {
    const int64_t channel = k / (g.kh * g.kw), ki = k / g.kw % g.kh, kj = k % g.kw;
    int64_t j0, j1;
    inside(g.ow, g.w, g.sw, kj * g.dw - g.pw, j0, j1);
    for (int64_t i = 0; i < count; i++) {
      T* image = x + (i * g.c + channel) * g.plane;
      const T* from = col + k * width + i * g.places;
      for (int64_t r = 0; r < g.oh; r++, from += g.ow) {
        const int64_t row = r * g.sh - g.ph + ki * g.dh;
        if (row < 0 || row >= g.h) continue;
        T* to = image + row * g.w + kj * g.dw - g.pw;
        if (g.sw == 1)
          for (int64_t j = j0; j < j1; j++) to[j] += from[j];
        else
          for (int64_t j = j0; j < j1; j++) to[j * g.sw] += from[j];
      }
    }
  }
}

// A group's filters over `count` images as one matrix (fg, count * places); the images' own memory when there is one.
template <class T>
const T* outputs(const Geometry& g, const T* y, int64_t count, T* memory) {
  if (count == 1) return y;
  for (int64_t f = 0; f < g.fg; f++)
    for (int64_t i = 0; i < count; i++)
      std::memcpy(memory + (f * count + i) * g.places, y + (i * g.f + f) * g.places, g.places * sizeof(T));
  return memory;
}

// Calls task(block, group, first image, images) for all of them, on the threads.
template <class Task>
void eachBlock(const Geometry& g, Task&& task) {
  const int threads = threadsFor(g.work());
  const int64_t tasks = g.blocks * g.groups;
  // A single block leaves the threads to BLAS.
  SingleThreaded alone(tasks > 1 || threads == 1);
  parallelRanges(tasks, 1, tasks > 1 ? threads : 1, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; t++) {
      const int64_t b = t / g.groups, first = b * g.block;
      task(b, t % g.groups, first, std::min(g.block, g.n - first));
    }
  });
}

// out (N F OH OW), x (N C H W), weight (F C/groups KH KW), bias (F) or null
template <class T>
void forward(const Geometry& g, T* out, const T* x, const T* weight, const T* bias) {
  eachBlock(g, [&](int64_t, int64_t group, int64_t first, int64_t count) {
    const T* image = x + (first * g.c + group * g.cg) * g.plane;
    T* to = out + (first * g.f + group * g.fg) * g.places;
    const int64_t width = count * g.places;
    const T* col = image;
    if (!g.direct()) {
      T* memory = scratch<T, 0>(g.window * width);
      columns(g, image, count, memory);
      col = memory;
    }
    T* product = count == 1 ? to : scratch<T, 1>(g.fg * width);
    if (bias != nullptr)
      for (int64_t f = 0; f < g.fg; f++) std::fill_n(product + f * width, width, bias[group * g.fg + f]);
    gemm('N', 'N', width, g.fg, g.window, col, width, weight + group * g.fg * g.window, g.window, T(bias != nullptr), product,
         width);
    if (count == 1) return;
    for (int64_t f = 0; f < g.fg; f++)
      for (int64_t i = 0; i < count; i++)
        std::memcpy(to + (i * g.f + f) * g.places, product + (f * count + i) * g.places, g.places * sizeof(T));
  });
}

// out (N C H W) = what of `y` (N F OH OW) came from each element of the input.
template <class T>
void data(const Geometry& g, T* out, const T* y, const T* weight) {
  eachBlock(g, [&](int64_t, int64_t group, int64_t first, int64_t count) {
    T* image = out + (first * g.c + group * g.cg) * g.plane;
    const int64_t width = count * g.places;
    const T* from = y + (first * g.f + group * g.fg) * g.places;
    const T* filters = weight + group * g.fg * g.window;
    const T* matrix = outputs(g, from, count, count == 1 ? nullptr : scratch<T, 1>(g.fg * width));
    if (g.direct()) {
      gemm('N', 'T', width, g.window, g.fg, matrix, width, filters, g.window, T(0), image, width);
      return;
    }
    T* col = scratch<T, 0>(g.window * width);
    gemm('N', 'T', width, g.window, g.fg, matrix, width, filters, g.window, T(0), col, width);
    for (int64_t i = 0; i < count; i++) std::fill_n(image + i * g.c * g.plane, g.cg * g.plane, T(0));
    addColumns(g, col, count, image);
  });
}

// out (F C/groups KH KW) = sum over images and places of `y` times the windows of x. Every task adds up its own
// blocks; the tasks' sums are added in order, so the result depends on the number of threads alone.
template <class T>
void weights(const Geometry& g, T* out, const T* y, const T* x) {
  const int threads = threadsFor(g.work());
  const int64_t size = g.f * g.window;
  const int64_t tasks = std::max<int64_t>(1, std::min<int64_t>(g.blocks, threads <= 1 ? 1 : threads * 2));
  std::vector<T> partial((tasks - 1) * size);
  SingleThreaded alone(tasks > 1 || threads == 1);
  parallelRanges(tasks, 1, tasks > 1 ? threads : 1, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; t++) {
      T* sum = t == 0 ? out : partial.data() + (t - 1) * size;
      const int64_t from = g.blocks * t / tasks, to = g.blocks * (t + 1) / tasks;
      for (int64_t b = from; b < to; b++) {
        const int64_t first = b * g.block, count = std::min(g.block, g.n - first), width = count * g.places;
        for (int64_t group = 0; group < g.groups; group++) {
          const T* image = x + (first * g.c + group * g.cg) * g.plane;
          const T* col = image;
          if (!g.direct()) {
            T* memory = scratch<T, 0>(g.window * width);
            columns(g, image, count, memory);
            col = memory;
          }
          const T* matrix = outputs(g, y + (first * g.f + group * g.fg) * g.places, count,
                                    count == 1 ? nullptr : scratch<T, 1>(g.fg * width));
          gemm('T', 'N', g.window, g.fg, width, col, width, matrix, width, b == from ? T(0) : T(1),
               sum + group * g.fg * g.window, g.window);
        }
      }
    }
  });
  for (int64_t t = 1; t < tasks; t++)
    for (int64_t i = 0; i < size; i++) out[i] += partial[(t - 1) * size + i];
}

}  // namespace

// Operands: result, input, weights, bias (null for none).
void run_conv2d(Command& c) {
  const Geometry g(c);
  if (g.empty()) return;
  byFloat("conv2d", c, [&](auto zero) {
    using T = decltype(zero);
    T* const out = c.data<T>(0);
    const T *x = c.data<T>(1), *w = c.data<T>(2), *bias = c.data<T>(3);
    if (g.window == 0) {
      for (int64_t i = 0; i < g.n * g.f; i++) std::fill_n(out + i * g.places, g.places, bias == nullptr ? T(0) : bias[i % g.f]);
      return;
    }
    if constexpr (std::is_same<T, float>::value)
      if (onednnConvolve(ConvKind::Forward, g, out, x, w, bias)) return;
    forward<T>(g, out, x, w, bias);
  });
}

void run_conv2dData(Command& c) {
  const Geometry g(c);
  byFloat("conv2d", c, [&](auto zero) {
    using T = decltype(zero);
    T* const out = c.data<T>(0);
    const T *y = c.data<T>(1), *w = c.data<T>(2);
    if (g.empty() || g.window == 0) {
      std::fill_n(out, g.n * g.c * g.plane, T(0));
      return;
    }
    if constexpr (std::is_same<T, float>::value)
      if (onednnConvolve(ConvKind::Data, g, out, y, w, nullptr)) return;
    data<T>(g, out, y, w);
  });
}

void run_conv2dWeight(Command& c) {
  const Geometry g(c);
  byFloat("conv2d", c, [&](auto zero) {
    using T = decltype(zero);
    T* const out = c.data<T>(0);
    const T *y = c.data<T>(1), *x = c.data<T>(2);
    if (g.empty() || g.window == 0) {
      std::fill_n(out, g.f * g.window, T(0));
      return;
    }
    if constexpr (std::is_same<T, float>::value)
      if (onednnConvolve(ConvKind::Weight, g, out, y, x, nullptr)) return;
    weights<T>(g, out, y, x);
  });
}

}  // namespace gl
