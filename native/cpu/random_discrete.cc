// Runs the distributions of counts of random_discrete.h.
//
//   randomDiscrete  operands and parameters as random_draw.h tells; out is int64
#include "cpu/random_discrete.h"

namespace gl {
namespace {

// The codes of src/numpy/random/draw.ts, in its order.
#define GL_DISCRETE(X) \
  X(Binomial) X(NegativeBinomial) X(Poisson) X(Geometric) X(Logseries) X(Zipf) X(Hypergeometric)

enum Code {
#define X(name) k##name,
  GL_DISCRETE(X)
#undef X
};

template <class Distribution>
void drawCounts(Command& c) {
  if (!parametersHold(c, Distribution::kParameters)) return;
  withSource(static_cast<Engine>(c.param(0)), c.address(1), waitingOf(c),
             [&](auto& s) { drawInto<Distribution, int64_t>(c, s); });
}

}  // namespace

void run_randomDiscrete(Command& c) {
  switch (static_cast<Code>(c.param(1))) {
#define X(name) \
  case k##name: return drawCounts<name>(c);
    GL_DISCRETE(X)
#undef X
  }
}

}  // namespace gl
