// The less common integer types: loops and folds.
#include "cpu/plain.h"

namespace gl {

void fillIntegers(Kernels& k) {
  using namespace baseline;
  fillPlain<int8_t>(k);
  fillPlain<int16_t>(k);
  fillPlain<uint16_t>(k);
  fillPlain<uint32_t>(k);
  fillPlain<uint64_t>(k);
}

}  // namespace gl
