// Conversions that have one of the less common integer types or a complex type on a side; the others are in
// isa/casts.cc. A complex number gives up its imaginary part where the result is real.
#include "cpu/plain.h"

namespace gl {

namespace {

using namespace baseline;

template <class T> struct Parts {
  static constexpr bool complex = false;
};
template <class T> struct Parts<Complex<T>> {
  static constexpr bool complex = true;
  using Real = T;
};

template <class To> struct To_ {
  template <class From> static To call(From x) {
    if constexpr (Parts<From>::complex) {
      if constexpr (Parts<To>::complex) return To(typename Parts<To>::Real(x.re), typename Parts<To>::Real(x.im));
      else if constexpr (std::is_same<To, Bool>::value) return Bool(x != From(0, 0));
      else return convert<To>(x.re);
    } else if constexpr (Parts<To>::complex) {
      return To(convert<typename Parts<To>::Real>(x), 0);
    } else {
      return convert<To>(x);
    }
  }
};

template <class To, class From> void setCast(Kernels& k) {
  constexpr int to = Code<To>::value, from = Code<From>::value, plain = Code<Bool>::value;
  if constexpr (to > plain || from > plain) k.cast[to][from] = loop<To_<To>, To, From>;
}

template <class To, class... From> void fillRow(Kernels& k) { (setCast<To, From>(k), ...); }
template <class... T> void fillAll(Kernels& k) { (fillRow<T, T...>(k), ...); }

}  // namespace

void fillOtherCasts(Kernels& k) {
  fillAll<double, float, int64_t, int32_t, uint8_t, Bool, int8_t, int16_t, uint16_t, uint32_t, uint64_t,
          Complex<double>, Complex<float>>(k);
}

}  // namespace gl
