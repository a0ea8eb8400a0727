// Conversions between element types for one instruction set.
#include "kernels.h"
#include "cpu/table.h"

namespace gl {
namespace GL_ISA {
namespace {

template <class To, class From>
void cast(int64_t n1, int64_t n0, char* const* p, const int64_t* s1, const int64_t* s0) {
  const bool flat = s0[0] == sizeof(To) && s0[1] == sizeof(From);
  for (int64_t i = 0; i < n1; i++) {
    char* r = p[0] + i * s1[0];
    const char* a = p[1] + i * s1[1];
    if (flat) {
      if (std::is_same<To, From>::value && n0 >= 1024) {
        __builtin_memmove(r, a, n0 * sizeof(To));
        continue;
      }
      To* rr = reinterpret_cast<To*>(r);
      const From* aa = reinterpret_cast<const From*>(a);
      _Pragma("GCC ivdep")
      for (int64_t j = 0; j < n0; j++) rr[j] = convert<To>(aa[j]);
    } else {
      for (int64_t j = 0; j < n0; j++)
        *reinterpret_cast<To*>(r + j * s0[0]) = convert<To>(*reinterpret_cast<const From*>(a + j * s0[1]));
    }
  }
}

template <class To> void fillRow(Loop* row) {
  row[0] = cast<To, double>;
  row[1] = cast<To, float>;
  row[2] = cast<To, int64_t>;
  row[3] = cast<To, int32_t>;
  row[4] = cast<To, uint8_t>;
  row[5] = cast<To, Bool>;
}

}  // namespace

void fillCasts(Kernels& k) {
  fillRow<double>(k.cast[0]);
  fillRow<float>(k.cast[1]);
  fillRow<int64_t>(k.cast[2]);
  fillRow<int32_t>(k.cast[3]);
  fillRow<uint8_t>(k.cast[4]);
  fillRow<Bool>(k.cast[5]);
}

}  // namespace GL_ISA
}  // namespace gl
