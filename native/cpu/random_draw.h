// Draws whose parameters are numbers or arrays: checks every parameter before the first draw, then walks the result in
// C order with the parameters broadcast along, as NumPy does. The order of the walk is the order of the stream.
//
//   a0 out (contiguous), a1 state, a2 the waiting normal number of RandomState, a3... parameters (float64 or int64,
//   strides of the command's shape); p0 engine, p1 distribution, p2 whether RandomState draws, p4... what the
//   parameters must satisfy.
//   Results: p7 the number of the parameter that does not, counted from 1, and p8 its value.
#pragma once
#include "command.h"
#include "cpu/random_source.h"

namespace gl {

constexpr int kFirstParameter = 3, kMostParameters = 3, kDemands = 4;

// One parameter each, at the element that is drawn.
struct Args {
  const char* at[kMostParameters];
  double real(int k) const { return *reinterpret_cast<const double*>(at[k]); }
  int64_t whole(int k) const { return *reinterpret_cast<const int64_t*>(at[k]); }
};

inline Waiting* waitingOf(Command& c) { return c.param(2) ? c.data<Waiting>(2) : nullptr; }

// The first parameter element that breaks its demand is reported; false then.
bool parametersHold(Command& c, int parameters);

template <class Distribution, class Out, class S>
void drawInto(Command& c, S& s) {
  constexpr int parameters = Distribution::kParameters;
  const int ndim = c.ndim();
  Out* out = c.data<Out>(0);
  int64_t count = 1;
  bool fixed = true;
  Args args;
  for (int d = 0; d < ndim; d++) count *= c.shape(d);
  for (int k = 0; k < parameters; k++) {
    args.at[k] = c.address(kFirstParameter + k);
    for (int d = 0; d < ndim; d++) fixed = fixed && c.stride(kFirstParameter + k, d) == 0;
  }
  if (fixed) {
    const Distribution draw(args);
    for (int64_t i = 0; i < count; i++) out[i] = static_cast<Out>(draw(s));
    return;
  }
  int64_t index[kMaxDims] = {}, step[kMostParameters][kMaxDims];
  for (int k = 0; k < parameters; k++) {
    for (int d = 0; d < ndim; d++) step[k][d] = 8 * c.stride(kFirstParameter + k, d);
  }
  for (int64_t i = 0; i < count; i++) {
    out[i] = static_cast<Out>(Distribution(args)(s));
    for (int d = ndim - 1; d >= 0; d--) {
      for (int k = 0; k < parameters; k++) args.at[k] += step[k][d];
      if (++index[d] < c.shape(d)) break;
      for (int k = 0; k < parameters; k++) args.at[k] -= step[k][d] * c.shape(d);
      index[d] = 0;
    }
  }
}

}  // namespace gl
