// Loops and folds of the element types that are compiled once, for the baseline: the less common integers (integers.cc)
// and complex numbers (complex.cc). The others have theirs in isa/, for every instruction set.
#pragma once
#include <utility>
#include "kernels.h"
#include "cpu/complex.h"
#include "cpu/table.h"

namespace gl {
namespace GL_ISA {
namespace {

// An array beside a number, for operations of two operands; false for other layouts.
template <class F, class R, class T, class>
bool withNumber(int64_t n, char* r, const char* const* a, const int64_t* s) {
  constexpr int64_t z = sizeof(T);
  if (s[0] != int64_t(sizeof(R))) return false;
  R* rr = reinterpret_cast<R*>(r);
  const T* x = reinterpret_cast<const T*>(a[0]);
  const T* y = reinterpret_cast<const T*>(a[1]);
  if (s[1] == z && s[2] == 0) {
    const T number = *y;
    _Pragma("GCC ivdep")
    for (int64_t j = 0; j < n; j++) rr[j] = F::call(x[j], number);
    return true;
  }
  if (s[1] == 0 && s[2] == z) {
    const T number = *x;
    _Pragma("GCC ivdep")
    for (int64_t j = 0; j < n; j++) rr[j] = F::call(number, y[j]);
    return true;
  }
  return false;
}

template <class F, class R, class... A, size_t... I>
void rows(int64_t n1, int64_t n0, char* const* p, const int64_t* s1, const int64_t* s0, std::index_sequence<I...>) {
  const bool flat = s0[0] == int64_t(sizeof(R)) && ((s0[I + 1] == int64_t(sizeof(A))) && ...);
  for (int64_t i = 0; i < n1; i++) {
    char* r = p[0] + i * s1[0];
    const char* const a[] = {p[I + 1] + i * s1[I + 1]...};
    if (flat) {
      R* rr = reinterpret_cast<R*>(r);
      _Pragma("GCC ivdep")
      for (int64_t j = 0; j < n0; j++) rr[j] = F::call(reinterpret_cast<const A*>(a[I])[j]...);
    } else {
      if constexpr (sizeof...(A) == 2)
        if (withNumber<F, R, A...>(n0, r, a, s0)) continue;
      for (int64_t j = 0; j < n0; j++)
        *reinterpret_cast<R*>(r + j * s0[0]) = F::call(*reinterpret_cast<const A*>(a[I] + j * s0[I + 1])...);
    }
  }
}

template <class F, class R, class... A>
void loop(int64_t n1, int64_t n0, char* const* p, const int64_t* s1, const int64_t* s0) {
  rows<F, R, A...>(n1, n0, p, s1, s0, std::index_sequence_for<A...>());
}

template <class T, class F, class R, class... A> void setLoop(Loop* row) {
  if constexpr (inSet<T>(F::types)) row[Code<T>::value] = loop<F, R, A...>;
}

template <class T> void fillPlainLoops(Kernels& k) {
#define UNARY(name, ...) setLoop<T, F_##name, T, T>(k.loop[op_##name]);
#define PREDICATE(name, ...) setLoop<T, F_##name, Bool, T>(k.loop[op_##name]);
#define BINARY(name, ...) setLoop<T, F_##name, T, T, T>(k.loop[op_##name]);
#define COMPARE(name, ...) setLoop<T, F_##name, Bool, T, T>(k.loop[op_##name]);
#define TERNARY(name, ...) \
  setLoop<T, F_##name, T, typename std::conditional<std::is_same<F_##name, F_where>::value, Bool, T>::type, T, T>( \
      k.loop[op_##name]);
#include "ops.def"
}

template <class T> T elementAt(const char* a, int64_t s, int64_t i) { return *reinterpret_cast<const T*>(a + i * s); }

struct Plus {
  template <class T> static T call(T a, T b) { return T(a + b); }
};
struct Times {
  template <class T> static T call(T a, T b) { return T(a * b); }
};
struct Largest {
  template <class T> static T call(T a, T b) { return maximumOf(a, b); }
};
struct Smallest {
  template <class T> static T call(T a, T b) { return minimumOf(a, b); }
};

template <class T, class F>
void foldPlain(void* acc, const char* a, int64_t s, int64_t n) {
  T r = *static_cast<T*>(acc);
  for (int64_t i = 0; i < n; i++) r = F::call(r, elementAt<T>(a, s, i));
  *static_cast<T*>(acc) = r;
}

template <class T, class F>
void foldRowsPlain(void* acc, const char* a, int64_t s1, int64_t s0, int64_t m, int64_t n) {
  T* out = static_cast<T*>(acc);
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++) out[j] = F::call(out[j], elementAt<T>(a + i * s1, s0, j));
}

template <class T, bool Most>
int64_t findPlain(const char* a, int64_t s, int64_t n) {
  T best = elementAt<T>(a, s, 0);
  if (best != best) return 0;
  int64_t where = 0;
  for (int64_t i = 1; i < n; i++) {
    const T x = elementAt<T>(a, s, i);
    if (x != x) return i;
    if (Most ? x > best : x < best) {
      best = x;
      where = i;
    }
  }
  return where;
}

template <class T> void fillPlain(Kernels& k) {
  fillPlainLoops<T>(k);
  constexpr int c = Code<T>::value;
  k.fold[FoldSum][c] = foldPlain<T, Plus>;
  k.fold[FoldProd][c] = foldPlain<T, Times>;
  k.fold[FoldMax][c] = foldPlain<T, Largest>;
  k.fold[FoldMin][c] = foldPlain<T, Smallest>;
  k.foldRows[FoldSum][c] = foldRowsPlain<T, Plus>;
  k.foldRows[FoldProd][c] = foldRowsPlain<T, Times>;
  k.foldRows[FoldMax][c] = foldRowsPlain<T, Largest>;
  k.foldRows[FoldMin][c] = foldRowsPlain<T, Smallest>;
  k.argmax[c] = findPlain<T, true>;
  k.argmin[c] = findPlain<T, false>;
}

}  // namespace
}  // namespace GL_ISA
}  // namespace gl
