// Fourier transforms (np.fft) of the sequences along one axis of a stack: complex, real to complex and back, of any
// length, several at a time where that reads memory in rows. The transforms themselves are plans (fft_plan.h).
#include <algorithm>
#include "cpu/fft_plan.h"
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

using namespace fft;

// Memory of the three kinds of element that transforms see; complex numbers lie as pairs.
struct Stack {
  const Command& c;
  int k;
  double* base;
  int width;      // doubles per element
  int64_t along;  // stride along the axis, in elements

  Stack(const Command& command, int operand, int64_t stride)
      : c(command), k(operand), base(command.data<double>(operand)),
        width(command.dtype(operand) == DType::Complex128 ? 2 : 1), along(stride) {}

  double* sequence(int64_t i) const {
    int64_t at = 0;
    for (int d = c.ndim() - 1; d >= 0; d--) {
      at += i % c.shape(d) * c.stride(k, d);
      i /= c.shape(d);
    }
    return base + at * width;
  }
};

struct Task {
  int64_t n, available, wanted;
  double scale;
  bool inverse;
};

// Where b sequences begin.
struct Starts {
  double* at[kTogether];
  Starts(const Stack& stack, int64_t first, int64_t b) {
    for (int64_t q = 0; q < b; q++) at[q] = stack.sequence(first + q);
  }
  // Whether they begin side by side, so that each of their points is a row of memory.
  bool rows(int64_t b, int width) const {
    for (int64_t q = 1; q < b; q++)
      if (at[q] != at[0] + q * width) return false;
    return true;
  }
};

// b sequences side by side.
void loadTogether(const Stack& from, int64_t first, int64_t b, const Task& t, const Split& x) {
  const Starts p(from, first, b);
  const int64_t step = from.along * from.width;
  const bool rows = p.rows(b, from.width);
  for (int64_t i = 0; i < t.available; i++) {
    double *re = x.re + i * b, *im = x.im + i * b;
    if (from.width == 2 && rows) {
      const double* row = p.at[0] + i * step;
      for (int64_t q = 0; q < b; q++) re[q] = row[2 * q], im[q] = row[2 * q + 1];
    } else if (from.width == 2) {
      for (int64_t q = 0; q < b; q++) re[q] = p.at[q][i * step], im[q] = p.at[q][i * step + 1];
    } else {
      for (int64_t q = 0; q < b; q++) re[q] = p.at[q][i * step], im[q] = 0;
    }
  }
  std::fill(x.re + t.available * b, x.re + t.n * b, 0.0);
  std::fill(x.im + t.available * b, x.im + t.n * b, 0.0);
}

void complexToComplex(const Plan& plan, const Stack& in, const Stack& out, const Task& t, int64_t first, int64_t b,
                      double* memory, int threads) {
  if (b == 1) {
    const double* p = in.sequence(first);
    double* q = out.sequence(first);
    Source from{p, in.width == 2 ? p + 1 : nullptr, in.along * in.width};
    Sink to{q, q + 1, 2 * out.along};
    if (t.inverse && !from.im) {
      // A real sequence: the inverse is the conjugate of the transform.
      plan.single(from, t.available, to, t.wanted, t.scale, threads, memory);
      for (int64_t i = 0; i < t.wanted; i++) to.im[i * to.step] = -to.im[i * to.step];
      return;
    }
    if (t.inverse) std::swap(from.re, from.im), std::swap(to.re, to.im);
    plan.single(from, t.available, to, t.wanted, t.scale, threads, memory);
    return;
  }
  const int64_t size = t.n * b;
  Split x, y;
  buffers(memory, size, &x, &y);
  loadTogether(in, first, b, t, x);
  if (t.inverse) std::swap(x.re, x.im), std::swap(y.re, y.im);
  plan.run(x, y, b);
  if (t.inverse) std::swap(x.re, x.im);
  const Starts p(out, first, b);
  const int64_t step = 2 * out.along;
  const bool rows = p.rows(b, 2);
  for (int64_t i = 0; i < t.wanted; i++) {
    const double *re = x.re + i * b, *im = x.im + i * b;
    if (rows) {
      double* row = p.at[0] + i * step;
      for (int64_t q = 0; q < b; q++) row[2 * q] = re[q] * t.scale, row[2 * q + 1] = im[q] * t.scale;
      continue;
    }
    for (int64_t q = 0; q < b; q++) {
      p.at[q][i * step] = re[q] * t.scale;
      p.at[q][i * step + 1] = im[q] * t.scale;
    }
  }
}

// Twiddles of a real transform of even length n: w^k for k = 0..n/2.
struct RealRoots {
  const int64_t n;
  Numbers re, im;
  explicit RealRoots(int64_t length) : n(length), re(room(n / 2 + 1)), im(room(n / 2 + 1)) {
    roots(re.get(), im.get(), n / 2 + 1, 1, n);
  }
};

// Even lengths: the even and odd points are the parts of a complex sequence of half the length.
void realToComplex(const Plan& plan, const RealRoots& w, const Stack& in, const Stack& out, const Task& t, int64_t first,
                   int64_t b, double* memory, int threads) {
  const int64_t h = t.n / 2, size = h * b;
  Split x, y;
  buffers(memory, size, &x, &y);
  for (int64_t q = 0; q < b; q++) {
    const double* p = in.sequence(first + q);
    const int64_t pairs = t.available / 2, step = in.along;
    for (int64_t i = 0; i < pairs; i++) x.re[i * b + q] = p[2 * i * step], x.im[i * b + q] = p[(2 * i + 1) * step];
    for (int64_t i = pairs; i < h; i++) x.re[i * b + q] = x.im[i * b + q] = 0;
    if (t.available % 2 == 1) x.re[pairs * b + q] = p[2 * pairs * step];
  }
  if (b == 1) plan.single({x.re, x.im, 1}, h, {x.re, x.im, 1}, h, 1, threads);
  else plan.run(x, y, b);
  for (int64_t q = 0; q < b; q++) {
    double* p = out.sequence(first + q);
    const int64_t step = 2 * out.along;
    for (int64_t k = 0; k < t.wanted; k++) {
      const int64_t u = (k == h ? 0 : k) * b + q, v = (k == 0 ? 0 : h - k) * b + q;
      const double er = 0.5 * (x.re[u] + x.re[v]), ei = 0.5 * (x.im[u] - x.im[v]);
      const double or_ = 0.5 * (x.im[u] + x.im[v]), oi = 0.5 * (x.re[v] - x.re[u]);
      p[k * step] = (er + w.re[k] * or_ - w.im[k] * oi) * t.scale;
      p[k * step + 1] = (ei + w.re[k] * oi + w.im[k] * or_) * t.scale;
    }
  }
}

// All points of the transform of real sequences: the second half repeats the first, conjugate.
void mirroredTransform(const Plan& plan, const RealRoots& w, const Stack& in, const Stack& out, Task t, int64_t first,
                       int64_t b, double* memory, int threads) {
  const int64_t wanted = t.wanted;
  t.wanted = std::min(wanted, t.n / 2 + 1);
  realToComplex(plan, w, in, out, t, first, b, memory, threads);
  const int64_t step = 2 * out.along;
  for (int64_t q = 0; q < b; q++) {
    double* p = out.sequence(first + q);
    for (int64_t k = t.wanted; k < wanted; k++) {
      p[k * step] = p[(t.n - k) * step];
      p[k * step + 1] = t.inverse ? p[(t.n - k) * step + 1] : 0 - p[(t.n - k) * step + 1];
    }
    if (t.inverse)
      for (int64_t k = 0; k < t.wanted; k++) p[k * step + 1] = 0 - p[k * step + 1];
  }
}

void complexToReal(const Plan& plan, const RealRoots& w, const Stack& in, const Stack& out, const Task& t, int64_t first,
                   int64_t b, double* memory, int threads) {
  const int64_t h = t.n / 2, size = h * b;
  Split x, y;
  buffers(memory, size, &x, &y);
  for (int64_t q = 0; q < b; q++) {
    const double* p = in.sequence(first + q);
    const int64_t step = in.along * in.width;
    const auto re = [&](int64_t k) { return k < t.available ? p[k * step] : 0.0; };
    const auto im = [&](int64_t k) { return in.width == 2 && k < t.available ? p[k * step + 1] : 0.0; };
    // The imaginary parts of the first and the middle point do not count.
    x.re[q] = re(0) + re(h), x.im[q] = re(0) - re(h);
    for (int64_t k = 1; k < h; k++) {
      const double ar = re(k), ai = im(k), br = re(h - k), bi = -im(h - k);
      const double dr = ar - br, di = ai - bi;
      // i (a - b) conj(w)
      const double or_ = dr * w.re[k] + di * w.im[k], oi = di * w.re[k] - dr * w.im[k];
      x.re[k * b + q] = ar + br - oi;
      x.im[k * b + q] = ai + bi + or_;
    }
  }
  std::swap(x.re, x.im), std::swap(y.re, y.im);
  if (b == 1) plan.single({x.re, x.im, 1}, h, {x.re, x.im, 1}, h, 1, threads);
  else plan.run(x, y, b);
  std::swap(x.re, x.im);
  for (int64_t q = 0; q < b; q++) {
    double* p = out.sequence(first + q);
    const int64_t pairs = t.wanted / 2;
    for (int64_t i = 0; i < pairs; i++) {
      p[2 * i * out.along] = x.re[i * b + q] * t.scale;
      p[(2 * i + 1) * out.along] = x.im[i * b + q] * t.scale;
    }
    if (t.wanted % 2 == 1) p[2 * pairs * out.along] = x.re[pairs * b + q] * t.scale;
  }
}

// Odd lengths: the whole spectrum, of which the other half is the conjugate.
void oddComplexToReal(const Plan& plan, const Stack& in, const Stack& out, const Task& t, int64_t first, double* memory,
                      int threads) {
  const double* p = in.sequence(first);
  double *q = out.sequence(first), *re = memory, *im = memory + t.n;
  const int64_t step = in.along * in.width;
  for (int64_t k = 0; k <= t.n / 2; k++) {
    re[k] = k < t.available ? p[k * step] : 0;
    im[k] = k > 0 && k < t.available && in.width == 2 ? p[k * step + 1] : 0;
    if (k > 0) re[t.n - k] = re[k], im[t.n - k] = -im[k];
  }
  plan.single({im, re, 1}, t.n, {im, re, 1}, t.n, 1, threads);
  for (int64_t i = 0; i < t.wanted; i++) q[i * out.along] = re[i] * t.scale;
}

}  // namespace

// Operand 0 the result, 1 the input, both float64 or complex128; the shape and the strides are those of the other axes.
// Parameters: length, points available and wanted along the axis, strides of result and input along it, 0 for complex
// to complex, 1 for real to complex, 2 for complex to real, whether the sign is that of the inverse, the scale.
void run_fft(Command& c) {
  const Task t{c.param(0), c.param(1), c.param(2), c.real(7), c.param(6) != 0};
  const int64_t kind = c.param(5);
  const Stack out(c, 0, c.param(3)), in(c, 1, c.param(4));
  int64_t count = 1;
  for (int d = 0; d < c.ndim(); d++) count *= c.shape(d);
  if (count == 0 || t.n == 0) return;
  // Of a real sequence half a transform is enough.
  const bool mirrored = kind == 0 && in.width == 1 && t.n % 2 == 0;
  const bool halved = mirrored || (kind != 0 && t.n % 2 == 0);
  const auto plan = kept<Plan>(halved ? t.n / 2 : t.n);
  const auto w = halved ? kept<RealRoots>(t.n) : nullptr;
  // Several at a time: rows of memory when the sequences lie across it, else only where a single one is too short.
  const bool across = in.along != 1 || out.along != 1;
  const int64_t together = kind == 2 && !halved ? 1 : across ? (t.n <= 512 ? kTogether : t.n <= 16384 ? 8 : 1) : t.n < 64 ? 8 : 1;
  const int64_t b = std::min(together, count);
  const int64_t groups = (count + b - 1) / b;
  const int threads = threadsFor(static_cast<int64_t>(t.n * 16) * count);
  parallelRanges(groups, 1, groups > 1 ? threads : 1, [&](int64_t begin, int64_t end) {
    const Numbers memory = room(bufferSize(t.n * b));
    const int inside = groups > 1 ? 1 : threads;
    for (int64_t g = begin; g < end; g++) {
      const int64_t first = g * b, n = std::min(b, count - first);
      if (mirrored) mirroredTransform(*plan, *w, in, out, t, first, n, memory.get(), inside);
      else if (halved && kind == 1) realToComplex(*plan, *w, in, out, t, first, n, memory.get(), inside);
      else if (halved) complexToReal(*plan, *w, in, out, t, first, n, memory.get(), inside);
      else if (kind == 2) oddComplexToReal(*plan, in, out, t, first, memory.get(), inside);
      else complexToComplex(*plan, in, out, t, first, n, memory.get(), inside);
    }
  });
}

}  // namespace gl
