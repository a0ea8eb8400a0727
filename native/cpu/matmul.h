// Products of matrices for commands that do more than multiply; see matmul.cc.
#pragma once
#include <cstdint>

namespace gl {

struct Matrix {
  int64_t rows, cols, s0, s1;  // element strides
};

// What is done to a product's result as soon as a part of it is there, by the thread that computed it: body(first row,
// rows, first column, columns), once for every element.
class Finish {
 public:
  template <class Body>
  explicit Finish(const Body& body)
      : self(&body), call([](const void* self, int64_t i, int64_t rows, int64_t j, int64_t cols) {
          (*static_cast<const Body*>(self))(i, rows, j, cols);
        }) {}
  void part(int64_t i, int64_t rows, int64_t j, int64_t cols) const { call(self, i, rows, j, cols); }

 private:
  const void* self;
  void (*call)(const void*, int64_t, int64_t, int64_t, int64_t);
};

// c (rows of a x columns of b, C order) = a b, finished part by part.
template <class T>
void multiply(T* c, const T* a, const T* b, const Matrix& ma, const Matrix& mb, const Finish& finish);

}  // namespace gl
