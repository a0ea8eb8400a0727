// Distributions whose draws are vectors: every draw fills one row of the result.
//
//   randomMultinomial     a0 out (int64 rows), a1 state, a2 the waiting normal number, a3 number of trials per row
//                         (int64, stride of dimension 0), a4 probabilities per row (float64, stride of dimension 0);
//                         p0 engine, p2 whether RandomState draws, p3 rows, p4 length of a row
//   randomDirichlet       a0 out (float64 rows), a1 state, a2, a3 concentrations; p0, p2, p3, p4 as above
//   randomMultivariateHypergeometric  a0 out (int64 rows, zero), a1 state, a3 colours (int64); p0 engine, p3 rows,
//                         p4 colours, p5 size of the sample, p6 whether to count single items
#include <vector>

#include "cpu/random_discrete.h"

namespace gl {
namespace {

template <class F>
void withRowSource(Command& c, F f) {
  withSource(static_cast<Engine>(c.param(0)), c.address(1), waitingOf(c), f);
}

// The next category takes a binomial share of the trials that are left.
template <class S>
void multinomialRow(S& s, int64_t trials, const double* p, int64_t length, int64_t* out) {
  double rest = 1.0;
  std::fill_n(out, length, 0);
  for (int64_t j = 0; j < length - 1; j++) {
    const double share = p[j] / rest;
    if (trials > 0 && share != 0.0) out[j] = Binomial(trials, share)(s);
    trials -= out[j];
    if (trials <= 0) break;
    rest -= p[j];
  }
  if (trials > 0) out[length - 1] = trials;
}

template <class S>
void dirichletRows(S& s, const double* alpha, int64_t length, int64_t rows, double* out) {
  bool small = !S::kLegacy && length > 0;
  for (int64_t j = 0; j < length; j++) small = small && alpha[j] < 0.1;
  if (small) {
    // Gammas of such small shapes may all be 0; breaking pieces off a stick never divides.
    std::vector<double> after(length);
    double sum = 0;
    for (int64_t j = length - 1; j >= 0; j--) after[j] = sum += alpha[j];
    for (int64_t i = 0; i < rows; i++, out += length) {
      double stick = 1.0;
      for (int64_t j = 0; j < length - 1; j++) {
        const double piece = Beta(alpha[j], after[j + 1])(s);
        out[j] = stick * piece;
        stick *= 1.0 - piece;
      }
      out[length - 1] = stick;
    }
    return;
  }
  std::vector<StandardGamma> gammas;
  for (int64_t j = 0; j < length; j++) gammas.emplace_back(alpha[j]);
  for (int64_t i = 0; i < rows; i++, out += length) {
    double sum = 0;
    for (int64_t j = 0; j < length; j++) sum += out[j] = gammas[j](s);
    const double inverse = 1.0 / sum;
    for (int64_t j = 0; j < length; j++) out[j] *= inverse;
  }
}

// Colour by colour.
template <class S>
void marginalRow(S& s, const int64_t* colours, int64_t length, int64_t total, int64_t sample, int64_t* out) {
  for (int64_t j = 0; sample > 0 && j < length - 1; j++) {
    total -= colours[j];
    out[j] = Hypergeometric(colours[j], total, sample)(s);
    sample -= out[j];
  }
  if (sample > 0) out[length - 1] = sample;
}

}  // namespace

void run_randomMultinomial(Command& c) {
  const int64_t rows = c.param(3), length = c.param(4);
  const int64_t* trials = c.data<int64_t>(3);
  const double* p = c.data<double>(4);
  int64_t* out = c.data<int64_t>(0);
  withRowSource(c, [&](auto& s) {
    for (int64_t i = 0; i < rows; i++) {
      multinomialRow(s, trials[i * c.stride(3, 0)], p + i * c.stride(4, 0), length, out + i * length);
    }
  });
}

void run_randomDirichlet(Command& c) {
  withRowSource(c, [&](auto& s) {
    dirichletRows(s, c.data<double>(3), c.param(4), c.param(3), c.data<double>(0));
  });
}

void run_randomMultivariateHypergeometric(Command& c) {
  const int64_t rows = c.param(3), length = c.param(4);
  const int64_t* colours = c.data<int64_t>(3);
  int64_t* out = c.data<int64_t>(0);
  int64_t total = 0, sample = c.param(5);
  for (int64_t j = 0; j < length; j++) total += colours[j];
  if (total == 0 || sample == 0) return;
  // Of a large sample, draw what stays behind.
  const bool inverse = sample > total / 2;
  if (inverse) sample = total - sample;
  std::vector<int64_t> items;
  if (c.param(6)) {
    items.reserve(total);
    for (int64_t j = 0; j < length; j++) items.insert(items.end(), colours[j], j);
  }
  withRowSource(c, [&](auto& s) {
    for (int64_t i = 0; i < rows; i++, out += length) {
      if (c.param(6)) {
        for (int64_t j = 0; j < sample; j++) {
          std::swap(items[j], items[j + interval(s.bits(), static_cast<uint64_t>(total - j - 1))]);
        }
        for (int64_t j = 0; j < sample; j++) out[items[j]]++;
      } else {
        marginalRow(s, colours, length, total, sample, out);
      }
      if (inverse) {
        for (int64_t j = 0; j < length; j++) out[j] = colours[j] - out[j];
      }
    }
  });
}

}  // namespace gl
