// Runs the continuous distributions of random_continuous.h.
//
//   randomContinuous  operands and parameters as random_draw.h tells; with a float32 loop Generator's draws in single
//                     precision, which four of the distributions have
#include "cpu/random_continuous.h"

namespace gl {
namespace {

// The codes of src/numpy/random/draw.ts, in its order.
#define GL_CONTINUOUS(X) \
  X(StandardUniform) X(StandardNormal) X(StandardExponential) X(InverseExponential) X(StandardGamma) X(Uniform) \
  X(Normal) X(Exponential) X(Gamma) X(Beta) X(Chisquare) X(F) X(NoncentralChisquare) X(NoncentralF) X(Laplace) \
  X(Gumbel) X(Logistic) X(Lognormal) X(Pareto) X(Power) X(Weibull) X(Rayleigh) X(StandardCauchy) X(StandardT) \
  X(Triangular) X(Vonmises) X(Wald)

enum Code {
#define X(name) k##name,
  GL_CONTINUOUS(X)
#undef X
};

template <class Distribution>
void drawDoubles(Command& c) {
  if (!parametersHold(c, Distribution::kParameters)) return;
  withSource(static_cast<Engine>(c.param(0)), c.address(1), waitingOf(c),
             [&](auto& s) { drawInto<Distribution, double>(c, s); });
}

template <class Distribution>
void drawFloats(Command& c) {
  if (!parametersHold(c, Distribution::kParameters)) return;
  if (static_cast<Engine>(c.param(0)) == Engine::Pcg64) {
    Pcg64 g = *c.data<Pcg64>(1);
    ModernFloat<Pcg64> s{g};
    drawInto<Distribution, float>(c, s);
    *c.data<Pcg64>(1) = g;
  } else {
    AnyEngine g = anyEngine(static_cast<Engine>(c.param(0)), c.address(1));
    ModernFloat<AnyEngine> s{g};
    drawInto<Distribution, float>(c, s);
  }
}

}  // namespace

void run_randomContinuous(Command& c) {
  const auto code = static_cast<Code>(c.param(1));
  if (c.loop() == DType::Float32) {
    switch (code) {
      case kStandardUniform: return drawFloats<StandardUniform>(c);
      case kStandardNormal: return drawFloats<StandardNormal>(c);
      case kStandardExponential: return drawFloats<StandardExponential>(c);
      case kInverseExponential: return drawFloats<InverseExponential>(c);
      case kStandardGamma: return drawFloats<GammaOf<float>>(c);
      default: throw Error("randomContinuous: this distribution has no float32 draws");
    }
  }
  switch (code) {
#define X(name) \
  case k##name: return drawDoubles<name>(c);
    GL_CONTINUOUS(X)
#undef X
  }
}

}  // namespace gl
