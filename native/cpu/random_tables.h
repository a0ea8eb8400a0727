// The ziggurat tables of NumPy's Generator for normal and exponential numbers, and logarithms of factorials. They are
// computed when first used, to the last bit of NumPy's own; nothing else knows how.
#pragma once
#include <cstdint>

namespace gl {

// Layer i of 256: a draw of `Bits` bits below k[i] is accepted at once, w[i] scales it to x, f[i] is the
// density there.
template <class Real, class Bits>
struct Ziggurat {
  Bits k[256];
  Real w[256];
  Real f[256];
};

struct ZigguratTables {
  Ziggurat<double, uint64_t> normal, exponential;
  Ziggurat<float, uint32_t> normalFloat, exponentialFloat;
};

// Where the tail begins.
constexpr double kNormalTail = 3.6541528853610087963519472518;
constexpr double kExponentialTail = 7.6971174701310497140446280481;

const ZigguratTables& zigguratTables();

// log(k!), from a table while that is short.
double logFactorial(int64_t k);

}  // namespace gl
