// Steps of optimisers for one instruction set: parameter, gradient and state in one pass, in the order of operations of
// torch.optim, so that the numbers are PyTorch's.
#include "kernels.h"
#include "cpu/table.h"

namespace gl {
namespace GL_ISA {
namespace {

// What every rule begins with: the gradient, upside down when maximising, plus weight decay.
template <class T> struct Direction {
  T sign, decay;
  explicit Direction(const double* s) : sign(T(s[StepSign])), decay(T(s[StepDecay])) {}
  GL_HD inline T operator()(T g, T p) const { return sign * g + decay * p; }
};

template <class T> void sgd(int64_t n, char* const* a, const double* s) {
  T* p = reinterpret_cast<T*>(a[0]);
  const T* g = reinterpret_cast<const T*>(a[1]);
  T* v = reinterpret_cast<T*>(a[2]);
  const Direction<T> direction(s);
  const T lr = T(s[StepRate]), mu = T(s[3]), rest = T(s[4]);
  const bool nesterov = s[5] != 0;
  if (v == nullptr) {
    _Pragma("GCC ivdep")
    for (int64_t i = 0; i < n; i++) p[i] -= lr * direction(g[i], p[i]);
  } else if (nesterov) {
    _Pragma("GCC ivdep")
    for (int64_t i = 0; i < n; i++) {
      const T d = direction(g[i], p[i]);
      v[i] = mu * v[i] + rest * d;
      p[i] -= lr * (d + mu * v[i]);
    }
  } else {
    _Pragma("GCC ivdep")
    for (int64_t i = 0; i < n; i++) {
      v[i] = mu * v[i] + rest * direction(g[i], p[i]);
      p[i] -= lr * v[i];
    }
  }
}

// The learning rate inside the velocity, as in v = mu v - lr dx; x += v.
template <class T> void velocity(int64_t n, char* const* a, const double* s) {
  T* p = reinterpret_cast<T*>(a[0]);
  const T* g = reinterpret_cast<const T*>(a[1]);
  T* v = reinterpret_cast<T*>(a[2]);
  const Direction<T> direction(s);
  const T lr = T(s[StepRate]), mu = T(s[3]);
  const bool nesterov = s[5] != 0;
  _Pragma("GCC ivdep")
  for (int64_t i = 0; i < n; i++) {
    const T before = v[i];
    v[i] = mu * before - lr * direction(g[i], p[i]);
    p[i] += nesterov ? (T(1) + mu) * v[i] - mu * before : v[i];
  }
}

template <class T> void adagrad(int64_t n, char* const* a, const double* s) {
  T* p = reinterpret_cast<T*>(a[0]);
  const T* g = reinterpret_cast<const T*>(a[1]);
  T* sum = reinterpret_cast<T*>(a[2]);
  const Direction<T> direction(s);
  const T lr = T(s[StepRate]), eps = T(s[3]);
  _Pragma("GCC ivdep")
  for (int64_t i = 0; i < n; i++) {
    const T d = direction(g[i], p[i]);
    sum[i] += d * d;
    p[i] -= lr * d / (squareRoot(sum[i]) + eps);
  }
}

template <class T> void rmsprop(int64_t n, char* const* a, const double* s) {
  T* p = reinterpret_cast<T*>(a[0]);
  const T* g = reinterpret_cast<const T*>(a[1]);
  T* square = reinterpret_cast<T*>(a[2]);
  T* v = reinterpret_cast<T*>(a[3]);
  T* mean = reinterpret_cast<T*>(a[4]);
  const Direction<T> direction(s);
  const T lr = T(s[StepRate]), eps = T(s[3]), keep = T(s[4]), rest = T(s[5]), mu = T(s[6]);
  _Pragma("GCC ivdep")
  for (int64_t i = 0; i < n; i++) {
    const T d = direction(g[i], p[i]);
    square[i] = keep * square[i] + rest * d * d;
    T spread = square[i];
    if (mean != nullptr) {
      mean[i] = keep * mean[i] + rest * d;
      spread -= mean[i] * mean[i];
    }
    const T update = d / (squareRoot(spread) + eps);
    if (v != nullptr) {
      v[i] = mu * v[i] + update;
      p[i] -= lr * v[i];
    } else {
      p[i] -= lr * update;
    }
  }
}

template <class T> void adam(int64_t n, char* const* a, const double* s) {
  T* p = reinterpret_cast<T*>(a[0]);
  const T* g = reinterpret_cast<const T*>(a[1]);
  T* m = reinterpret_cast<T*>(a[2]);
  T* v = reinterpret_cast<T*>(a[3]);
  T* top = reinterpret_cast<T*>(a[4]);
  const Direction<T> direction(s);
  // s[StepRate] holds lr / (1 - beta1^t), s[7] sqrt(1 - beta2^t), s[8] the factor of decoupled weight decay.
  const T lr = T(s[StepRate]), eps = T(s[3]), b1 = T(s[4]), b2 = T(s[5]), c2 = T(s[7]), shrink = T(s[8]);
  const T r1 = T(1 - s[4]), r2 = T(1 - s[5]);
  if (top == nullptr) {
    _Pragma("GCC ivdep")
    for (int64_t i = 0; i < n; i++) {
      const T d = direction(g[i], p[i]);
      m[i] = m[i] * b1 + r1 * d;
      v[i] = v[i] * b2 + r2 * d * d;
      p[i] = p[i] * shrink - lr * (m[i] / (squareRoot(v[i]) / c2 + eps));
    }
  } else {
    _Pragma("GCC ivdep")
    for (int64_t i = 0; i < n; i++) {
      const T d = direction(g[i], p[i]);
      m[i] = m[i] * b1 + r1 * d;
      v[i] = v[i] * b2 + r2 * d * d;
      top[i] = top[i] > v[i] ? top[i] : v[i];
      p[i] = p[i] * shrink - lr * (m[i] / (squareRoot(top[i]) / c2 + eps));
    }
  }
}

template <class T> void adadelta(int64_t n, char* const* a, const double* s) {
  T* p = reinterpret_cast<T*>(a[0]);
  const T* g = reinterpret_cast<const T*>(a[1]);
  T* square = reinterpret_cast<T*>(a[2]);
  T* moved = reinterpret_cast<T*>(a[3]);
  const Direction<T> direction(s);
  const T lr = T(s[StepRate]), eps = T(s[3]), keep = T(s[4]), rest = T(s[5]);
  _Pragma("GCC ivdep")
  for (int64_t i = 0; i < n; i++) {
    const T d = direction(g[i], p[i]);
    square[i] = keep * square[i] + rest * d * d;
    const T update = squareRoot(moved[i] + eps) / squareRoot(square[i] + eps) * d;
    moved[i] = keep * moved[i] + rest * update * update;
    p[i] -= lr * update;
  }
}

template <class T> void fill(Step* row) {
  row[StepSgd] = sgd<T>;
  row[StepVelocity] = velocity<T>;
  row[StepAdagrad] = adagrad<T>;
  row[StepRmsprop] = rmsprop<T>;
  row[StepAdam] = adam<T>;
  row[StepAdadelta] = adadelta<T>;
}

}  // namespace

void fillSteps(Kernels& k) {
  fill<double>(k.step[0]);
  fill<float>(k.step[1]);
}

}  // namespace GL_ISA
}  // namespace gl
