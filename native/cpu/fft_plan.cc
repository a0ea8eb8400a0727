// How lengths are taken apart: small factors by the passes of isa/fft.cc; long ones in two rounds of short transforms
// that stay in the cache; lengths with a large prime factor as a convolution (Bluestein).
#include "cpu/fft_plan.h"
#include <cmath>
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {
namespace fft {

namespace {

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

constexpr int64_t kLong = 131072;  // from here on a single transform goes in two rounds
constexpr int64_t kOwnPrime = 64;  // larger factors are never taken apart by definition

std::shared_ptr<const Plan> planFor(int64_t n) { return kept<Plan>(n); }

}  // namespace

void roots(double* re, double* im, int64_t count, int64_t step, int64_t n) {
  for (int64_t j = 0; j < count; j++) {
    unitRoot(static_cast<int64_t>(static_cast<__int128>(j) * step % n), n, re + j, im + j);
    im[j] = -im[j];
  }
}

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

namespace {

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

}  // namespace

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

}  // namespace fft
}  // namespace gl
