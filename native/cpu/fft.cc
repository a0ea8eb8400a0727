// Fourier transforms (np.fft): complex, real to complex and back, of any length, along one axis of a stack. Lengths of
// small factors are taken apart by the passes of isa/fft.cc; long ones in two rounds of short transforms that stay in
// the cache; lengths with a large prime factor become a convolution (Bluestein). Plans are kept for the next call.
#include <algorithm>
#include <cmath>
#include <list>
#include <memory>
#include <mutex>
#include <vector>
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

using Numbers = std::unique_ptr<double[]>;
Numbers room(int64_t n) { return Numbers(new double[std::max<int64_t>(n, 1)]); }

// Every step-th complex number of a memory; `im` is null for real numbers. Exchanging the parts inverts a transform.
template <class T>
struct Points {
  T *re, *im;
  int64_t step;
};
using Source = Points<const double>;
using Sink = Points<double>;

struct Split {
  double *re, *im;
};

// Two buffers of `size` points. Their parts begin in different cache lines of a page, which power-of-two sizes would
// make one.
constexpr int64_t kSpare = 96;
constexpr int64_t bufferSize(int64_t size) { return 4 * size + kSpare; }
inline void buffers(double* memory, int64_t size, Split* x, Split* y) {
  *x = {memory, memory + size + 24};
  *y = {memory + 2 * size + 48, memory + 3 * size + 72};
}

// cos and sin of 2 pi k / n, by way of an angle of at most pi / 4.
void unitRoot(int64_t k, int64_t n, double* c, double* s) {
  const int64_t quarter = 4 * k / n, r = 4 * k - quarter * n;
  const bool near = 2 * r <= n;
  const double angle = 1.57079632679489661923 * (static_cast<double>(near ? r : n - r) / static_cast<double>(n));
  const double x = near ? std::cos(angle) : std::sin(angle), y = near ? std::sin(angle) : std::cos(angle);
  switch (quarter & 3) {
    case 0: *c = x, *s = y; return;
    case 1: *c = -y, *s = x; return;
    case 2: *c = -x, *s = -y; return;
    default: *c = y, *s = -x;
  }
}

// exp(-2 pi i j / n) for j = 0, step, 2 step...
void roots(double* re, double* im, int64_t count, int64_t step, int64_t n) {
  for (int64_t j = 0; j < count; j++) {
    unitRoot(static_cast<int64_t>(static_cast<__int128>(j) * step % n), n, re + j, im + j);
    im[j] = -im[j];
  }
}

// Eights, fours and twos first: after them the inner loops of the other passes run over whole vectors.
std::vector<int64_t> factorsOf(int64_t n) {
  std::vector<int64_t> f;
  int twos = 0;
  while (n % 2 == 0) n /= 2, twos++;
  while (twos > 4 || twos == 3) f.push_back(8), twos -= 3;
  while (twos >= 2) f.push_back(4), twos -= 2;
  if (twos == 1) f.push_back(2);
  for (int64_t p = 3; p * p <= n; p += 2)
    while (n % p == 0) f.push_back(p), n /= p;
  if (n > 1) f.push_back(n);
  return f;
}

// Relative time of a transform, per all its points.
double costOf(int64_t n) {
  double cost = 0;
  for (const int64_t f : factorsOf(n)) cost += f <= 8 ? 2.0 + 0.25 * f : 1.2 * f;
  return cost * n;
}

// The cheapest length of small factors that is at least n.
int64_t smoothLength(int64_t n) {
  int64_t best = 1;
  while (best < n) best *= 2;
  double cost = costOf(best);
  for (int64_t f5 = 1; f5 < 2 * n; f5 *= 5)
    for (int64_t f3 = f5; f3 < 2 * n; f3 *= 3) {
      int64_t m = f3;
      while (m < n) m *= 2;
      if (m % 8 == 0 && costOf(m) < cost) best = m, cost = costOf(m);
    }
  return best;
}

constexpr int64_t kLong = 131072;    // from here on a single transform goes in two rounds
constexpr int64_t kTogether = 16;    // transforms done side by side
constexpr int64_t kOwnPrime = 64;    // larger factors are never taken apart by definition

class Plan {
 public:
  explicit Plan(int64_t n);

  // The transforms of `b` sequences side by side: point i of sequence j at i * b + j of x. The result is in x; the
  // pointers of x and y may be exchanged.
  void run(Split& x, Split& y, int64_t b) const;

  // One transform from anywhere to anywhere, times scale; missing points of the source are zero. `memory` is room for
  // two buffers of n points, or null.
  void single(const Source& from, int64_t available, const Sink& to, int64_t wanted, double scale, int threads,
              double* memory = nullptr) const;

  const int64_t n;

 private:
  struct Pass {
    int factor;
    int64_t length, s;
    Numbers wr, wi, root;
  };

  void direct(Split& x, Split& y, int64_t b) const;
  void convolution(const Split& x, int64_t b) const;
  void twoRounds(const Source& from, int64_t available, const Sink& to, int64_t wanted, double scale, int threads) const;
  void multiplyRows(const Split& x, const double* wr, const double* wi, int64_t rows, int64_t b) const;

  void makePasses() const;

  // Made when they are first needed: a plan that goes in two rounds may never be.
  mutable std::vector<Pass> passes;
  mutable std::once_flag made;
  std::vector<int64_t> factors;
  int64_t largest = 0;
  // Bluestein: the chirp, and the transform of the longer one.
  std::shared_ptr<const Plan> inner;
  Numbers chirpRe, chirpIm, kernelRe, kernelIm;
  // Two rounds: n = rows * columns, and per row the powers 0..kTogether of its twiddle, and that of whole blocks.
  std::shared_ptr<const Plan> rows, columns;
  Numbers stepRe, stepIm;
  // exp(-2 pi i j / n) as a product: of j modulo kFine, and of the rest.
  static constexpr int64_t kFine = 1024;
  Numbers fineRe, fineIm, coarseRe, coarseIm;
};

// What was made for a length, kept for the next time.
template <class T>
std::shared_ptr<const T> kept(int64_t n) {
  static std::mutex lock;
  static std::list<std::shared_ptr<const T>> recent;
  {
    const std::lock_guard<std::mutex> hold(lock);
    for (auto it = recent.begin(); it != recent.end(); ++it)
      if ((*it)->n == n) {
        recent.splice(recent.begin(), recent, it);
        return recent.front();
      }
  }
  auto fresh = std::make_shared<const T>(n);
  const std::lock_guard<std::mutex> hold(lock);
  recent.push_front(fresh);
  if (recent.size() > 16) recent.pop_back();
  return fresh;
}

std::shared_ptr<const Plan> planFor(int64_t n) { return kept<Plan>(n); }

Plan::Plan(int64_t length) : n(length) {
  factors = factorsOf(n);
  for (const int64_t f : factors) largest = std::max(largest, f);
  const int64_t padded = largest > 8 ? smoothLength(2 * n - 1) : 0;
  if (largest > kOwnPrime || (padded > 0 && 2.5 * costOf(padded) < costOf(n))) {
    inner = planFor(padded);
    chirpRe = room(n), chirpIm = room(n);
    kernelRe = room(padded), kernelIm = room(padded);
    std::fill_n(kernelRe.get(), padded, 0.0);
    std::fill_n(kernelIm.get(), padded, 0.0);
    // exp(-i pi k^2 / n): the square modulo 2 n is exact.
    int64_t square = 0;
    for (int64_t k = 0; k < n; k++) {
      double c, s;
      unitRoot(square, 2 * n, &c, &s);
      chirpRe[k] = c, chirpIm[k] = -s;
      kernelRe[k] = c / padded, kernelIm[k] = s / padded;
      if (k > 0) kernelRe[padded - k] = kernelRe[k], kernelIm[padded - k] = kernelIm[k];
      square = (square + 2 * k + 1) % (2 * n);
    }
    const Sink kernel{kernelRe.get(), kernelIm.get(), 1};
    inner->single({kernel.re, kernel.im, 1}, padded, kernel, padded, 1, 1);
    return;
  }
  if (n >= kLong) {
    // The factors in two groups of about equal product.
    int64_t a = 1;
    const double half = std::sqrt(static_cast<double>(n));
    for (const int64_t f : factors)
      if (a * f <= half * 1.5) a *= f;
    if (a >= 16 && n / a >= 16 && n / a <= 64 * a) {
      rows = planFor(a);
      columns = planFor(n / a);
      stepRe = room(a * kTogether), stepIm = room(a * kTogether);
      const int64_t coarse = (n + kFine - 1) / kFine;
      fineRe = room(kFine), fineIm = room(kFine), coarseRe = room(coarse), coarseIm = room(coarse);
      roots(fineRe.get(), fineIm.get(), kFine, 1, n);
      roots(coarseRe.get(), coarseIm.get(), coarse, kFine, n);
      for (int64_t k = 0; k < a; k++) roots(stepRe.get() + k * kTogether, stepIm.get() + k * kTogether, kTogether, k, n);
    }
  }
}

void Plan::makePasses() const {
  int64_t rest = n, s = 1;
  for (const int64_t f : factors) {
    Pass p{static_cast<int>(f), rest, s, nullptr, nullptr, nullptr};
    const int64_t m = rest / f;
    p.wr = room((f - 1) * m), p.wi = room((f - 1) * m);
    for (int64_t k = 1; k < f; k++) roots(p.wr.get() + (k - 1) * m, p.wi.get() + (k - 1) * m, m, k, rest);
    if (f > 8) {
      p.root = room(2 * f);
      for (int64_t k = 0; k < f; k++) unitRoot(k, f, p.root.get() + 2 * k, p.root.get() + 2 * k + 1);
    }
    passes.push_back(std::move(p));
    rest = m;
    s *= f;
  }
}

void Plan::direct(Split& x, Split& y, int64_t b) const {
  std::call_once(made, [this] { makePasses(); });
  const Numbers scratch = largest > 8 ? room(2 * largest * kTogether) : nullptr;
  for (const Pass& p : passes) {
    kernels().fftPass(p.factor, x.re, x.im, y.re, y.im, p.wr.get(), p.wi.get(), p.length, p.s * b, p.root.get(),
                      scratch.get());
    std::swap(x, y);
  }
}

void Plan::multiplyRows(const Split& x, const double* wr, const double* wi, int64_t count, int64_t b) const {
  if (b == 1) {
    kernels().fftMultiply(x.re, x.im, wr, wi, count);
    return;
  }
  for (int64_t i = 0; i < count; i++) {
    const double c = wr[i], s = wi[i];
    double *re = x.re + i * b, *im = x.im + i * b;
    for (int64_t j = 0; j < b; j++) {
      const double u = re[j] * c - im[j] * s;
      im[j] = re[j] * s + im[j] * c;
      re[j] = u;
    }
  }
}

void Plan::convolution(const Split& x, int64_t b) const {
  const int64_t m = inner->n;
  const Numbers memory = room(bufferSize(m * b));
  Split u, v;
  buffers(memory.get(), m * b, &u, &v);
  multiplyRows(x, chirpRe.get(), chirpIm.get(), n, b);
  std::copy_n(x.re, n * b, u.re);
  std::copy_n(x.im, n * b, u.im);
  std::fill(u.re + n * b, u.re + m * b, 0.0);
  std::fill(u.im + n * b, u.im + m * b, 0.0);
  if (b == 1 && inner->rows) {
    inner->single({u.re, u.im, 1}, m, {u.re, u.im, 1}, m, 1, numThreads());
    multiplyRows(u, kernelRe.get(), kernelIm.get(), m, 1);
    inner->single({u.im, u.re, 1}, m, {u.im, u.re, 1}, m, 1, numThreads());
  } else {
    inner->run(u, v, b);
    multiplyRows(u, kernelRe.get(), kernelIm.get(), m, b);
    std::swap(u.re, u.im);
    std::swap(v.re, v.im);
    inner->run(u, v, b);
    std::swap(u.re, u.im);
  }
  std::copy_n(u.re, n * b, x.re);
  std::copy_n(u.im, n * b, x.im);
  multiplyRows(x, chirpRe.get(), chirpIm.get(), n, b);
}

void Plan::run(Split& x, Split& y, int64_t b) const {
  if (inner) convolution(x, b);
  else direct(x, y, b);
}

void load(const Source& from, int64_t available, const Split& x, int64_t n) {
  for (int64_t i = 0; i < available; i++) x.re[i] = from.re[i * from.step];
  if (from.im) {
    for (int64_t i = 0; i < available; i++) x.im[i] = from.im[i * from.step];
  } else {
    std::fill_n(x.im, available, 0.0);
  }
  std::fill(x.re + available, x.re + n, 0.0);
  std::fill(x.im + available, x.im + n, 0.0);
}

void store(const Split& x, const Sink& to, int64_t wanted, double scale) {
  for (int64_t i = 0; i < wanted; i++) {
    to.re[i * to.step] = x.re[i] * scale;
    to.im[i * to.step] = x.im[i] * scale;
  }
}

void Plan::single(const Source& from, int64_t available, const Sink& to, int64_t wanted, double scale, int threads,
                  double* memory) const {
  if (rows) return twoRounds(from, available, to, wanted, scale, threads);
  const Numbers own = memory == nullptr ? room(bufferSize(n)) : nullptr;
  Split x, y;
  buffers(memory == nullptr ? own.get() : memory, n, &x, &y);
  load(from, available, x, n);
  run(x, y, 1);
  store(x, to, wanted, scale);
}

// With n = n1 n2, point j1 n2 + j2 goes to k1 + n1 k2: transforms of the columns j2, twiddles w^(j2 k1), transforms of
// the rows k1, kTogether of them at a time.
void Plan::twoRounds(const Source& from, int64_t available, const Sink& to, int64_t wanted, double scale,
                     int threads) const {
  const int64_t n1 = rows->n, n2 = columns->n;
  const Numbers between = room(2 * n);
  double *tr = between.get(), *ti = tr + n;
  parallelRanges(n2, kTogether, threads, [&](int64_t begin, int64_t end) {
    const int64_t size = n1 * kTogether;
    const Numbers memory = room(bufferSize(size));
    for (int64_t j = begin; j < end; j += kTogether) {
      const int64_t b = std::min(kTogether, end - j);
      Split x, y;
      buffers(memory.get(), size, &x, &y);
      for (int64_t i = 0; i < n1; i++) {
        const int64_t at = i * n2 + j, count = std::clamp<int64_t>(available - at, 0, b);
        double *re = x.re + i * b, *im = x.im + i * b;
        for (int64_t q = 0; q < count; q++) re[q] = from.re[(at + q) * from.step];
        if (from.im)
          for (int64_t q = 0; q < count; q++) im[q] = from.im[(at + q) * from.step];
        else
          std::fill_n(im, count, 0.0);
        std::fill(re + count, re + b, 0.0);
        std::fill(im + count, im + b, 0.0);
      }
      rows->run(x, y, b);
      for (int64_t k = 0; k < n1; k++) {
        const int64_t at = j * k % n, lo = at % kFine, hi = at / kFine;
        const double c = fineRe[lo] * coarseRe[hi] - fineIm[lo] * coarseIm[hi];
        const double s = fineRe[lo] * coarseIm[hi] + fineIm[lo] * coarseRe[hi];
        const double *ur = stepRe.get() + k * kTogether, *ui = stepIm.get() + k * kTogether;
        const double *re = x.re + k * b, *im = x.im + k * b;
        double *outRe = tr + k * n2 + j, *outIm = ti + k * n2 + j;
        for (int64_t q = 0; q < b; q++) {
          const double wr = ur[q] * c - ui[q] * s, wi = ui[q] * c + ur[q] * s;
          outRe[q] = re[q] * wr - im[q] * wi;
          outIm[q] = re[q] * wi + im[q] * wr;
        }
      }
    }
  });
  parallelRanges(n1, kTogether, threads, [&](int64_t begin, int64_t end) {
    const int64_t size = n2 * kTogether;
    const Numbers memory = room(bufferSize(size));
    for (int64_t k = begin; k < end; k += kTogether) {
      const int64_t b = std::min(kTogether, end - k);
      Split x, y;
      buffers(memory.get(), size, &x, &y);
      for (int64_t q = 0; q < b; q++) {
        const double *re = tr + (k + q) * n2, *im = ti + (k + q) * n2;
        for (int64_t j = 0; j < n2; j++) x.re[j * b + q] = re[j], x.im[j * b + q] = im[j];
      }
      columns->run(x, y, b);
      for (int64_t i = 0; i < n2; i++) {
        const int64_t at = k + n1 * i, count = std::clamp<int64_t>(wanted - at, 0, b);
        const double *re = x.re + i * b, *im = x.im + i * b;
        for (int64_t q = 0; q < count; q++) {
          to.re[(at + q) * to.step] = re[q] * scale;
          to.im[(at + q) * to.step] = im[q] * scale;
        }
      }
    }
  });
}

// ---------------------------------------------------------------- stacks

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
  const auto plan = planFor(halved ? t.n / 2 : t.n);
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
