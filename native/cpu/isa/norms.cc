// Normalisation of channels and its gradient for one instruction set. The input is (n, c, s) in C order; a channel's
// statistics run over n and s. Sums are kept in double, the mean is known before deviations are squared.
#include "kernels.h"
#include "cpu/table.h"

namespace gl {
namespace GL_ISA {
namespace {

constexpr int kLanes = 16;

// Sum over a run of contiguous elements of what `term` makes of element i, in lanes that the compiler keeps in registers.
template <class Term>
GL_FN void addRun(double (&lanes)[kLanes], int64_t n, Term term) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (int j = 0; j < kLanes; j++) lanes[j] += term(i + j);
  for (int j = 0; i < n; i++, j++) lanes[j] += term(i);
}

GL_FN double total(double (&lanes)[kLanes]) {
  for (int w = kLanes / 2; w > 0; w /= 2)
    for (int j = 0; j < w; j++) lanes[j] += lanes[j + w];
  return lanes[0];
}

template <class T> GL_FN T or1(const T* a, int64_t i) { return a == nullptr ? T(1) : a[i]; }
template <class T> GL_FN T or0(const T* a, int64_t i) { return a == nullptr ? T(0) : a[i]; }

template <class T> struct Norm {
  const NormCall& call;
  int64_t n, c, s;
  const T *x, *g, *weight, *bias;
  T *out, *mean, *variance, *dweight, *dbias;

  explicit Norm(const NormCall& k)
      : call(k), n(k.n), c(k.c), s(k.s), x(static_cast<const T*>(k.x)), g(static_cast<const T*>(k.g)),
        weight(static_cast<const T*>(k.weight)), bias(static_cast<const T*>(k.bias)), out(static_cast<T*>(k.out)),
        mean(static_cast<T*>(k.mean)), variance(static_cast<T*>(k.variance)), dweight(static_cast<T*>(k.dweight)),
        dbias(static_cast<T*>(k.dbias)) {}

  double inverse(double v) const { return 1 / __builtin_sqrt(v + call.eps); }

  // One channel whose elements come in runs of s.
  void forward(int64_t k) const {
    if (!call.given) {
      double sum[kLanes] = {}, squares[kLanes] = {};
      for (int64_t i = 0; i < n; i++) {
        const T* a = x + (i * c + k) * s;
        addRun(sum, s, [a](int64_t j) { return double(a[j]); });
      }
      const double m = total(sum) / double(n * s);
      for (int64_t i = 0; i < n; i++) {
        const T* a = x + (i * c + k) * s;
        addRun(squares, s, [a, m](int64_t j) { const double d = a[j] - m; return d * d; });
      }
      mean[k] = T(m);
      variance[k] = T(total(squares) / double(n * s));
    }
    const T m = mean[k], f = T(inverse(variance[k]) * or1(weight, k)), b = or0(bias, k);
    for (int64_t i = 0; i < n; i++) {
      const T* a = x + (i * c + k) * s;
      T* to = out + (i * c + k) * s;
      _Pragma("GCC ivdep")
      for (int64_t j = 0; j < s; j++) to[j] = (a[j] - m) * f + b;
    }
  }

  void backward(int64_t k) const {
    const T m = mean[k];
    double sums[kLanes] = {}, products[kLanes] = {};
    for (int64_t i = 0; i < n; i++) {
      const T *a = x + (i * c + k) * s, *h = g + (i * c + k) * s;
      addRun(sums, s, [h](int64_t j) { return double(h[j]); });
      addRun(products, s, [a, h, m](int64_t j) { return double(h[j]) * double(a[j] - m); });
    }
    const double sum = total(sums), product = total(products), r = inverse(variance[k]);
    if (dweight != nullptr) dweight[k] = T(product * r);
    if (dbias != nullptr) dbias[k] = T(sum);
    const double w = or1(weight, k) * r, count = double(n * s);
    // w (g - mean of g - (x - m) r^2 mean of g (x - m)); with given statistics only the first term.
    const T f = T(w), slope = call.given ? T(0) : T(w * r * r * product / count), shift = call.given ? T(0) : T(w * sum / count);
    for (int64_t i = 0; i < n; i++) {
      const T *a = x + (i * c + k) * s, *h = g + (i * c + k) * s;
      T* to = out + (i * c + k) * s;
      _Pragma("GCC ivdep")
      for (int64_t j = 0; j < s; j++) to[j] = f * h[j] - shift - slope * (a[j] - m);
    }
  }

  static constexpr int64_t kColumns = 64;

  // Channels k .. k + width that lie side by side, s = 1.
  void forwardColumns(int64_t k, int64_t width) const {
    double sum[kColumns] = {}, squares[kColumns] = {};
    T m[kColumns], f[kColumns], b[kColumns];
    if (!call.given) {
      for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < width; j++) sum[j] += x[i * c + k + j];
      for (int64_t j = 0; j < width; j++) sum[j] /= double(n);
      for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < width; j++) {
          const double d = x[i * c + k + j] - sum[j];
          squares[j] += d * d;
        }
      for (int64_t j = 0; j < width; j++) mean[k + j] = T(sum[j]), variance[k + j] = T(squares[j] / double(n));
    }
    for (int64_t j = 0; j < width; j++) {
      m[j] = mean[k + j], b[j] = or0(bias, k + j);
      f[j] = T(inverse(variance[k + j]) * or1(weight, k + j));
    }
    for (int64_t i = 0; i < n; i++)
      _Pragma("GCC ivdep")
      for (int64_t j = 0; j < width; j++) out[i * c + k + j] = (x[i * c + k + j] - m[j]) * f[j] + b[j];
  }

  void backwardColumns(int64_t k, int64_t width) const {
    double sum[kColumns] = {}, product[kColumns] = {};
    T m[kColumns], f[kColumns], slope[kColumns], shift[kColumns];
    for (int64_t j = 0; j < width; j++) m[j] = mean[k + j];
    for (int64_t i = 0; i < n; i++)
      for (int64_t j = 0; j < width; j++) {
        const double h = g[i * c + k + j];
        sum[j] += h;
        product[j] += h * double(x[i * c + k + j] - m[j]);
      }
    for (int64_t j = 0; j < width; j++) {
      const double r = inverse(variance[k + j]), w = or1(weight, k + j) * r;
      if (dweight != nullptr) dweight[k + j] = T(product[j] * r);
      if (dbias != nullptr) dbias[k + j] = T(sum[j]);
      f[j] = T(w);
      slope[j] = call.given ? T(0) : T(w * r * r * product[j] / double(n));
      shift[j] = call.given ? T(0) : T(w * sum[j] / double(n));
    }
    for (int64_t i = 0; i < n; i++)
      _Pragma("GCC ivdep")
      for (int64_t j = 0; j < width; j++) {
        const int64_t at = i * c + k + j;
        out[at] = f[j] * g[at] - shift[j] - slope[j] * (x[at] - m[j]);
      }
  }
};

template <class T> void norm(const NormCall& call, int64_t begin, int64_t end) {
  const Norm<T> task(call);
  const bool back = call.g != nullptr;
  if (call.s > 1) {
    for (int64_t k = begin; k < end; k++) back ? task.backward(k) : task.forward(k);
    return;
  }
  for (int64_t k = begin; k < end; k += Norm<T>::kColumns) {
    const int64_t width = end - k < Norm<T>::kColumns ? end - k : Norm<T>::kColumns;
    back ? task.backwardColumns(k, width) : task.forwardColumns(k, width);
  }
}

}  // namespace

void fillNorms(Kernels& k) {
  k.norm[0] = norm<double>;
  k.norm[1] = norm<float>;
}

}  // namespace GL_ISA
}  // namespace gl
