// Images in stacks, each with parameters of its own: windows (crop, pad, flip), resizing, rotation, colours. Elements of
// dtype uint8 follow Pillow to the bit (fixed-point resampling, truncation, 8-bit hue); floating point ones follow
// torchvision's tensors. One image after the other is the unit of parallel work.
//
// params 0 to 5: images, channels, H, W of the source, OH, OW of the result; the rest as each command says.
// A pixel's channels lie together (uint8, "HWC") or in planes (floating point, "CHW").
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>
#include "cpu/dtypes.h"
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

struct Images {
  int64_t n, channels, h, w, oh, ow;
  explicit Images(const Command& c)
      : n(c.param(0)), channels(c.param(1)), h(c.param(2)), w(c.param(3)), oh(c.param(4)), ow(c.param(5)) {}
  int64_t size() const { return channels * h * w; }
  int64_t outSize() const { return channels * oh * ow; }

  template <class Body>
  void each(int64_t cost, Body&& body) const {
    parallelRanges(n, 1, threadsFor(n * std::max(size(), outSize()) * cost), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) body(i);
    });
  }
};

// Calls body(T()) for the three types of image elements.
template <class Body>
void byPixel(const Command& c, Body&& body) {
  if (c.dtype(0) == DType::UInt8) body(uint8_t());
  else byFloat("image", c, body);
}

template <class T>
constexpr bool kBytes = std::is_same<T, uint8_t>::value;

inline uint8_t clip8(int v) { return static_cast<uint8_t>(v < 0 ? 0 : v > 255 ? 255 : v); }

// ---------------------------------------------------------------- windows

enum Border { kConstant, kEdge, kReflect, kSymmetric };

// The source index of position i of an axis that goes on beyond its ends; -1 outside a constant border.
inline int64_t beyond(int64_t i, int64_t n, int border) {
  if (i >= 0 && i < n) return i;
  if (border == kConstant) return -1;
  if (border == kEdge || n == 1) return i < 0 ? 0 : n - 1;
  const int64_t period = border == kReflect ? 2 * n - 2 : 2 * n;
  int64_t k = i % period;
  if (k < 0) k += period;
  return k < n ? k : border == kReflect ? period - k : period - 1 - k;
}

// ---------------------------------------------------------------- resampling

enum Filter { kNearest = 0, kBilinear = 2, kBicubic = 3 };

double triangle(double x) {
  x = std::fabs(x);
  return x < 1 ? 1 - x : 0;
}

// Keys' cubic with a = -0.5.
double cubic(double x) {
  constexpr double a = -0.5;
  x = std::fabs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

constexpr int kBits = 32 - 8 - 2;  // of a fixed-point coefficient, so that sums of 8-bit pixels fit 32 bits

// Which source elements make each result element along an axis, and with what weights. The filter widens with the
// scale, so that shrinking averages all it leaves out (antialiasing).
template <class T>
struct Taps {
  using Weight = typename std::conditional<kBytes<T>, int32_t, T>::type;
  int64_t width;
  std::vector<int64_t> from, count;
  std::vector<Weight> weights;

  Taps(int64_t in, int64_t out, int filter) {
    const double scale = static_cast<double>(in) / out, widen = std::max(scale, 1.0);
    const double support = (filter == kBicubic ? 2.0 : 1.0) * widen;
    width = static_cast<int64_t>(std::ceil(support)) * 2 + 1;
    from.resize(out), count.resize(out), weights.assign(out * width, Weight(0));
    std::vector<double> k(width);
    for (int64_t i = 0; i < out; i++) {
      const double center = (i + 0.5) * scale;
      const int64_t begin = std::max<int64_t>(static_cast<int64_t>(center - support + 0.5), 0);
      const int64_t end = std::min<int64_t>(static_cast<int64_t>(center + support + 0.5), in);
      double sum = 0;
      for (int64_t j = 0; j < end - begin; j++) {
        const double x = (j + begin - center + 0.5) * (1 / widen);
        sum += k[j] = filter == kBicubic ? cubic(x) : triangle(x);
      }
      from[i] = begin, count[i] = end - begin;
      for (int64_t j = 0; j < end - begin; j++) {
        const double weight = sum != 0 ? k[j] / sum : k[j];
        if constexpr (kBytes<T>)
          weights[i * width + j] = static_cast<int32_t>(weight * (1 << kBits) + (weight < 0 ? -0.5 : 0.5));
        else
          weights[i * width + j] = static_cast<T>(weight);
      }
    }
  }

  // One result element from source elements `step` apart.
  T at(int64_t i, const T* source, int64_t step) const {
    const Weight* weight = &weights[i * width];
    const T* x = source + from[i] * step;
    if constexpr (kBytes<T>) {
      int32_t sum = 1 << (kBits - 1);
      for (int64_t j = 0; j < count[i]; j++, x += step) sum += *x * weight[j];
      return clip8(sum >> kBits);
    } else {
      T sum = 0;
      for (int64_t j = 0; j < count[i]; j++, x += step) sum += *x * weight[j];
      return sum;
    }
  }
};

// Where result elements come from when nothing is averaged: Pillow takes the nearest centre, torch rounds down.
template <class T>
std::vector<int64_t> nearest(int64_t in, int64_t out) {
  std::vector<int64_t> from(out);
  const double scale = static_cast<double>(in) / out;
  double x = scale * 0.5;
  for (int64_t i = 0; i < out; i++, x += scale) {
    const float below = std::floor(i * (static_cast<float>(in) / out));
    from[i] = std::min<int64_t>(static_cast<int64_t>(kBytes<T> ? x : static_cast<double>(below)), in - 1);
  }
  return from;
}

// The part of an image that starts at `source` (h x w pixels of a plane or of interleaved channels, rows `row` apart).
template <class T>
void resize(const T* source, int64_t row, int64_t h, int64_t w, T* out, int64_t oh, int64_t ow, int64_t step,
            int filter, std::vector<T>& between) {
  if (filter == kNearest) {
    const auto rows = nearest<T>(h, oh), cols = nearest<T>(w, ow);
    for (int64_t i = 0; i < oh; i++)
      for (int64_t j = 0; j < ow; j++)
        for (int64_t k = 0; k < step; k++) *out++ = source[rows[i] * row + cols[j] * step + k];
    return;
  }
  const Taps<T> across(w, ow, filter), down(h, oh, filter);
  between.resize(h * ow * step);
  for (int64_t i = 0; i < h; i++)
    for (int64_t j = 0; j < ow; j++)
      for (int64_t k = 0; k < step; k++)
        between[(i * ow + j) * step + k] = across.at(j, source + i * row + k, step);
  for (int64_t i = 0; i < oh; i++)
    for (int64_t j = 0; j < ow * step; j++) out[i * ow * step + j] = down.at(i, &between[j], ow * step);
}

// ---------------------------------------------------------------- affine maps

// One element at a place of the source, in pixels with centres at halves; false where there is none.
template <class T>
struct Sampler {
  const T* image;
  int64_t h, w, row, step;
  int filter;

  T clipped(int64_t y, int64_t x) const {
    return image[std::clamp<int64_t>(y, 0, h - 1) * row + std::clamp<int64_t>(x, 0, w - 1) * step];
  }
  bool inside(int64_t y, int64_t x) const { return y >= 0 && y < h && x >= 0 && x < w; }
  double zeroed(int64_t y, int64_t x) const { return inside(y, x) ? double(image[y * row + x * step]) : 0; }

  // Pillow: nothing outside the image, its edge repeated inside.
  bool bytes(double x, double y, T& out) const {
    if (x < 0 || x >= w || y < 0 || y >= h) return false;
    const int64_t left = static_cast<int64_t>(std::floor(x - 0.5)), top = static_cast<int64_t>(std::floor(y - 0.5));
    const double dx = x - 0.5 - left, dy = y - 0.5 - top;
    if (filter == kBilinear) {
      const auto along = [&](int64_t r) {
        const double a = clipped(r, left), b = clipped(r, left + 1);
        return a + (b - a) * dx;
      };
      const double upper = along(top), lower = top + 1 < h ? along(top + 1) : upper;
      out = static_cast<T>(upper + (lower - upper) * dy);
      return true;
    }
    const auto mix = [](double p, double q, double r, double s, double d) {
      const double p1 = q, p2 = -p + r, p3 = 2 * (p - q) + r - s, p4 = -p + q - r + s;
      return p1 + d * (p2 + d * (p3 + d * p4));
    };
    const auto along = [&](int64_t r) {
      return mix(clipped(r, left - 1), clipped(r, left), clipped(r, left + 1), clipped(r, left + 2), dx);
    };
    double rows[4];
    rows[0] = along(std::clamp<int64_t>(top - 1, 0, h - 1));
    for (int i = 1; i < 4; i++) rows[i] = top - 1 + i >= 0 && top - 1 + i < h ? along(top - 1 + i) : rows[i - 1];
    const double v = mix(rows[0], rows[1], rows[2], rows[3], dy);
    out = v <= 0 ? T(0) : v >= 255 ? T(255) : static_cast<T>(v);
    return true;
  }

  // torch: the image goes on as zeros.
  double real(double x, double y) const {
    x -= 0.5, y -= 0.5;
    if (filter == kNearest) return zeroed(std::llrint(y), std::llrint(x));
    const int64_t left = static_cast<int64_t>(std::floor(x)), top = static_cast<int64_t>(std::floor(y));
    const double dx = x - left, dy = y - top;
    return (zeroed(top, left) * (1 - dx) + zeroed(top, left + 1) * dx) * (1 - dy) +
           (zeroed(top + 1, left) * (1 - dx) + zeroed(top + 1, left + 1) * dx) * dy;
  }
};

inline int64_t fixed16(double v) { return static_cast<int64_t>(std::floor(v * 65536.0 + 0.5)); }

// ---------------------------------------------------------------- colours

enum Change { kNothing, kBrightness, kContrast, kSaturation, kHue };

inline int grayByte(int r, int g, int b) { return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16; }

// Between `from` (0) and `to` (1), or beyond.
inline uint8_t blend(int from, int to, float factor) {
  const float v = static_cast<float>(from) + factor * static_cast<float>(to - from);
  return v <= 0 ? 0 : v >= 255 ? 255 : static_cast<uint8_t>(v);
}
template <class T>
inline T blend(T from, T to, double factor) {
  return std::clamp<T>(static_cast<T>(factor * to + (1 - factor) * from), T(0), T(1));
}

void turnHue(uint8_t& r, uint8_t& g, uint8_t& b, double by) {
  const int high = std::max({r, g, b}), low = std::min({r, g, b});
  int h = 0, s = 0;
  if (high != low) {
    const float range = static_cast<float>(high - low);
    const float rc = (high - r) / range, gc = (high - g) / range, bc = (high - b) / range;
    const float hue = r == high ? bc - gc : static_cast<float>(g == high ? 2.0 + rc - bc : 4.0 + gc - rc);
    h = clip8(static_cast<int>(static_cast<float>(std::fmod(hue / 6.0 + 1.0, 1.0)) * 255.0));
    s = clip8(static_cast<int>(range / static_cast<float>(high) * 255.0));
  }
  h = (h + static_cast<int>(by * 255)) & 255;
  if (s == 0) {
    r = g = b = static_cast<uint8_t>(high);
    return;
  }
  const float sector = std::floor(static_cast<float>(h) * 6.0f / 255.0f);
  const float f = static_cast<float>(h * 6.0 / 255.0 - sector), fs = static_cast<float>(s / 255.0);
  const uint8_t v = static_cast<uint8_t>(high);
  const uint8_t p = clip8(static_cast<int>(std::round(v * (1.0 - fs))));
  const uint8_t q = clip8(static_cast<int>(std::round(v * (1.0 - fs * f))));
  const uint8_t t = clip8(static_cast<int>(std::round(v * (1.0 - fs * (1.0 - f)))));
  const uint8_t table[6][3] = {{v, t, p}, {q, v, p}, {p, v, t}, {p, q, v}, {t, p, v}, {v, p, q}};
  const uint8_t* rgb = table[static_cast<int>(sector) % 6];
  r = rgb[0], g = rgb[1], b = rgb[2];
}

template <class T>
void turnHue(T& r, T& g, T& b, double by) {
  const T high = std::max({r, g, b}), low = std::min({r, g, b}), range = high - low;
  const T s = range == 0 ? T(0) : range / high, part = range == 0 ? T(1) : range;
  const T rc = (high - r) / part, gc = (high - g) / part, bc = (high - b) / part;
  T h = r == high ? bc - gc : g == high ? 2 + rc - bc : 4 + gc - rc;
  h = std::fmod(h / 6 + 1, T(1)) + static_cast<T>(by);
  h -= std::floor(h);
  const T sector = std::floor(h * 6), f = h * 6 - sector;
  const T p = std::clamp<T>(high * (1 - s), 0, 1), q = std::clamp<T>(high * (1 - s * f), 0, 1);
  const T t = std::clamp<T>(high * (1 - s * (1 - f)), 0, 1);
  const T table[6][3] = {{high, t, p}, {q, high, p}, {p, high, t}, {p, q, high}, {t, p, high}, {high, p, q}};
  const T* rgb = table[static_cast<int>(sector) % 6];
  r = rgb[0], g = rgb[1], b = rgb[2];
}

// One image in place: `pixels` of one or three channels that lie `plane` apart, pixels `step` apart.
template <class T>
struct Colours {
  T* x;
  int64_t pixels, channels, plane, step;

  T gray(int64_t i) const {
    const T *r = x + i * step, *g = r + plane, *b = g + plane;
    if (channels == 1) return *r;
    if constexpr (kBytes<T>) return static_cast<T>(grayByte(*r, *g, *b));
    else return static_cast<T>(0.2989 * *r + 0.587 * *g + 0.114 * *b);
  }

  template <class From>
  void towards(From&& from, double factor) const {
    for (int64_t i = 0; i < pixels; i++) {
      const T base = from(i);
      for (int64_t k = 0; k < channels; k++) {
        T& v = x[i * step + k * plane];
        if constexpr (kBytes<T>) v = blend(int(base), int(v), static_cast<float>(factor));
        else v = blend<T>(base, v, factor);
      }
    }
  }

  void change(int what, double by) const {
    if (what == kBrightness) towards([](int64_t) { return T(0); }, by);
    else if (what == kContrast) {
      double sum = 0;
      for (int64_t i = 0; i < pixels; i++) sum += gray(i);
      const double mean = sum / pixels;
      const T level = static_cast<T>(kBytes<T> ? static_cast<int>(mean + 0.5) : mean);
      towards([level](int64_t) { return level; }, by);
    } else if (what == kSaturation && channels == 3) towards([this](int64_t i) { return gray(i); }, by);
    else if (what == kHue && channels == 3)
      for (int64_t i = 0; i < pixels; i++) turnHue(x[i * step], x[i * step + plane], x[i * step + 2 * plane], by);
  }
};

}  // namespace

// out = a window of each image, perhaps flipped. Operands: out, images, windows (n x 4: top, left, flip left-right, flip
// up-down; windows may reach beyond the image). params 6: border; 7: value of a constant one.
void run_imageWindow(Command& c) {
  const Images g(c);
  const int border = static_cast<int>(c.param(6));
  const double* windows = c.data<double>(2);
  byPixel(c, [&](auto zero) {
    using T = decltype(zero);
    const T fill = static_cast<T>(c.real(7));
    const int64_t step = kBytes<T> ? g.channels : 1, planes = kBytes<T> ? 1 : g.channels;
    g.each(1, [&](int64_t n) {
      const double* window = windows + 4 * n;
      const int64_t top = static_cast<int64_t>(window[0]), left = static_cast<int64_t>(window[1]);
      for (int64_t p = 0; p < planes; p++) {
        const T* source = c.data<T>(1) + (n * planes + p) * g.h * g.w * step;
        T* out = c.data<T>(0) + (n * planes + p) * g.oh * g.ow * step;
        for (int64_t i = 0; i < g.oh; i++) {
          const int64_t row = beyond(top + (window[3] != 0 ? g.oh - 1 - i : i), g.h, border);
          const bool whole = row >= 0 && window[2] == 0 && left >= 0 && left + g.ow <= g.w;
          if (whole) {
            std::memcpy(out, source + (row * g.w + left) * step, g.ow * step * sizeof(T));
            out += g.ow * step;
            continue;
          }
          for (int64_t j = 0; j < g.ow; j++) {
            const int64_t col = beyond(left + (window[2] != 0 ? g.ow - 1 - j : j), g.w, border);
            const T* pixel = row < 0 || col < 0 ? nullptr : source + (row * g.w + col) * step;
            for (int64_t k = 0; k < step; k++) *out++ = pixel == nullptr ? fill : pixel[k];
          }
        }
      }
    });
  });
}

// out = a window of each image at another size. Operands: out, images, windows (n x 4: top, left, height, width, inside
// the image). params 6: filter.
void run_imageResize(Command& c) {
  const Images g(c);
  const int filter = static_cast<int>(c.param(6));
  const double* windows = c.data<double>(2);
  byPixel(c, [&](auto zero) {
    using T = decltype(zero);
    const int64_t step = kBytes<T> ? g.channels : 1, planes = kBytes<T> ? 1 : g.channels;
    g.each(4, [&](int64_t n) {
      std::vector<T> between;
      const double* window = windows + 4 * n;
      const int64_t top = static_cast<int64_t>(window[0]), left = static_cast<int64_t>(window[1]);
      for (int64_t p = 0; p < planes; p++) {
        const T* source = c.data<T>(1) + ((n * planes + p) * g.h * g.w + top * g.w + left) * step;
        resize<T>(source, g.w * step, static_cast<int64_t>(window[2]), static_cast<int64_t>(window[3]),
                  c.data<T>(0) + (n * planes + p) * g.oh * g.ow * step, g.oh, g.ow, step, filter, between);
      }
    });
  });
}

// out(x, y) = image(a x + b y + c, d x + e y + f). Operands: out, images, maps (n x 6). params 6: filter; 7: what
// stands outside the image.
void run_imageAffine(Command& c) {
  const Images g(c);
  const int filter = static_cast<int>(c.param(6));
  const double* maps = c.data<double>(2);
  byPixel(c, [&](auto zero) {
    using T = decltype(zero);
    const T fill = static_cast<T>(c.real(7));
    const int64_t step = kBytes<T> ? g.channels : 1, plane = kBytes<T> ? 1 : g.h * g.w;
    const int64_t outPlane = kBytes<T> ? 1 : g.oh * g.ow;
    g.each(4, [&](int64_t n) {
      const double* m = maps + 6 * n;
      const T* image = c.data<T>(1) + n * g.size();
      T* out = c.data<T>(0) + n * g.outSize();
      for (int64_t i = 0; i < g.oh; i++)
        for (int64_t j = 0; j < g.ow; j++) {
          const double x = m[0] * (j + 0.5) + m[1] * (i + 0.5) + m[2], y = m[3] * (j + 0.5) + m[4] * (i + 0.5) + m[5];
          for (int64_t k = 0; k < g.channels; k++) {
            const Sampler<T> sampler{image + k * plane, g.h, g.w, g.w * step, step, filter};
            T value = fill;
            if constexpr (kBytes<T>) {
              if (filter == kNearest) {
                // Pillow steps in 16 bits after the point.
                const int64_t col = (fixed16(m[2] + m[0] * 0.5 + m[1] * 0.5) + i * fixed16(m[1]) + j * fixed16(m[0])) >> 16;
                const int64_t row = (fixed16(m[5] + m[3] * 0.5 + m[4] * 0.5) + i * fixed16(m[4]) + j * fixed16(m[3])) >> 16;
                if (sampler.inside(row, col)) value = image[(row * g.w + col) * step + k];
              } else sampler.bytes(x, y, value);
            } else {
              value = static_cast<T>(sampler.real(x, y));
              if (fill != 0) {
                // As much of the fill as there is nothing of the image.
                const T one = 1;
                const Sampler<T> mask{&one, g.h, g.w, 0, 0, filter};
                const T there = static_cast<T>(mask.real(x, y));
                value = filter == kNearest ? (there < T(0.5) ? fill : value) : value * there + (1 - there) * fill;
              }
            }
            out[(i * g.ow + j) * step + k * outPlane] = value;
          }
        }
    });
  });
}

// Brightness, contrast, saturation and hue of each image, in place, in an order of its own. Operands: images, changes
// (n x 8: four pairs of what and by how much).
void run_imageColour(Command& c) {
  const Images g(c);
  const double* changes = c.data<double>(1);
  byPixel(c, [&](auto zero) {
    using T = decltype(zero);
    const int64_t pixels = g.h * g.w;
    g.each(16, [&](int64_t n) {
      const Colours<T> image{c.data<T>(0) + n * g.size(), pixels, g.channels, kBytes<T> ? 1 : pixels,
                             kBytes<T> ? g.channels : 1};
      for (int k = 0; k < 4; k++) image.change(static_cast<int>(changes[8 * n + 2 * k]), changes[8 * n + 2 * k + 1]);
    });
  });
}

}  // namespace gl
