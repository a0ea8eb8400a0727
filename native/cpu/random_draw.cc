// What parameters of distributions must satisfy, checked over whole arrays before anything is drawn.
#include "cpu/random_draw.h"

namespace gl {
namespace {

// Codes of src/numpy/random/draw.ts. Those without "number" let NaN pass, as NumPy's do.
enum Demand { kAnything, kNotNegative, kPositive, kPositiveNumber, kUpToOne, kAboveZeroUpToOne, kBelowOne, kAboveOne,
              kFromOne, kRate };

// The largest rate whose Poisson draws surely fit into int64.
const double kMostRate = 9223372036854775807.0 - std::sqrt(9223372036854775807.0) * 10;

bool holds(Demand demand, double x) {
  switch (demand) {
    case kAnything: return true;
    case kNotNegative: return std::isnan(x) || !std::signbit(x);
    case kPositive: return !(x <= 0);
    case kPositiveNumber: return x > 0;
    case kUpToOne: return x >= 0 && x <= 1;
    case kAboveZeroUpToOne: return x > 0 && x <= 1;
    case kBelowOne: return x >= 0 && x < 1;
    case kAboveOne: return x > 1;
    case kFromOne: return x >= 1;
    case kRate: return x >= 0 && x <= kMostRate;
  }
  return true;
}

}  // namespace

bool parametersHold(Command& c, int parameters) {
  c.result(7, 0);
  for (int k = 0; k < parameters; k++) {
    const Demand demand = static_cast<Demand>(c.param(kDemands + k));
    if (demand == kAnything) continue;
    const int operand = kFirstParameter + k;
    // Dimensions along which the parameter repeats need one look.
    int64_t size[kMaxDims], step[kMaxDims], index[kMaxDims] = {}, count = 1;
    const int ndim = c.ndim();
    for (int d = 0; d < ndim; d++) {
      step[d] = 8 * c.stride(operand, d);
      size[d] = step[d] == 0 ? 1 : c.shape(d);
      count *= size[d];
    }
    const char* at = c.address(operand);
    const bool whole = c.dtype(operand) == DType::Int64;
    for (int64_t i = 0; i < count; i++) {
      const double x = whole ? static_cast<double>(*reinterpret_cast<const int64_t*>(at))
                             : *reinterpret_cast<const double*>(at);
      if (!holds(demand, x)) {
        c.result(7, k + 1);
        c.result(8, x);
        return false;
      }
      for (int d = ndim - 1; d >= 0; d--) {
        at += step[d];
        if (++index[d] < size[d]) break;
        at -= step[d] * size[d];
        index[d] = 0;
      }
    }
  }
  return true;
}

}  // namespace gl
