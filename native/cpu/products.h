// Small products of fused loops with something beside them, for each instruction set; see isa/gemm.cc. Pairs are for
// float64 and float32.
#pragma once
#include <cstdint>

namespace gl {

struct Products {
  // c (m x n, rows cs apart) = a b + x: contiguous rows of a, contiguous columns of b bs apart, rows of x xs apart.
  using InnerAdd = void (*)(void* c, const void* a, const void* b, const void* x, int64_t m, int64_t n, int64_t k, int64_t cs,
                            int64_t as, int64_t bs, int64_t xs);
  InnerAdd innerAdd[2];

  // c = a b for m of 1 to kSumRows rows, and the sums of b's k rows; `more` adds to what both hold.
  using OuterSums = void (*)(void* c, void* sums, const void* a, const void* b, int64_t m, int64_t n, int64_t k, int64_t cs,
                             int64_t as0, int64_t as1, int64_t bs, bool more);
  OuterSums outerSums[2];
};
constexpr int64_t kSumRows = 4;

namespace baseline { extern const Products products; }
namespace avx2 { extern const Products products; }
namespace avx512 { extern const Products products; }

// cpu/dispatch.cc: those of the set that kernels() has.
const Products& products();

}  // namespace gl
