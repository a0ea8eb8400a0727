// Distances between rows for one instruction set: sums over |a - b|, (a - b)^2 and their relatives, several rows at a
// time, so that what is loaded is used more than once. And the two loops of t-SNE that look at all pairs.
#include <cstring>
#include "kernels.h"
#include "cpu/table.h"

namespace gl {
namespace GL_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int kBytes = 64, kRowsA = 4, kRowsB = 4;
#elif defined(__AVX2__)
constexpr int kBytes = 32, kRowsA = 4, kRowsB = 2;
#else
constexpr int kBytes = 16, kRowsA = 4, kRowsB = 2;
#endif

// A register in the compiler's own vector types, with the integers of the same size for absolute values.
template <class T> struct Lanes;
template <> struct Lanes<double> {
  typedef double Real __attribute__((vector_size(kBytes)));
  typedef int64_t Bits __attribute__((vector_size(kBytes)));
  static constexpr int64_t kNoSign = INT64_MAX;
};
template <> struct Lanes<float> {
  typedef float Real __attribute__((vector_size(kBytes)));
  typedef int32_t Bits __attribute__((vector_size(kBytes)));
  static constexpr int32_t kNoSign = INT32_MAX;
};
template <class T> using Reg = typename Lanes<T>::Real;
template <class T> constexpr int kLanes = kBytes / int(sizeof(T));

template <class T> GL_FN Reg<T> load(const T* p) {
  Reg<T> r;
  std::memcpy(&r, p, sizeof(r));
  return r;
}
template <class T> GL_FN Reg<T> absolutes(Reg<T> x) {
  return Reg<T>(typename Lanes<T>::Bits(x) & Lanes<T>::kNoSign);
}

// What a pair of elements adds, and how the lanes come together. A difference of zeros must add nothing.
template <class T> struct SumOfAbsolutes {
  GL_FN void add(Reg<T>& s, Reg<T> d) { s += absolutes<T>(d); }
  GL_FN T join(T a, T b) { return a + b; }
};
template <class T> struct SumOfSquares {
  GL_FN void add(Reg<T>& s, Reg<T> d) { s += d * d; }
  GL_FN T join(T a, T b) { return a + b; }
};
template <class T> struct Largest {
  // NaN takes the place of any number and keeps it.
  GL_FN void add(Reg<T>& s, Reg<T> d) {
    const Reg<T> x = absolutes<T>(d);
    s = (x > s) | (x != x) ? x : s;
  }
  GL_FN T join(T a, T b) { return maximumOf(a, b); }
};

template <class T, class Sum>
GL_FN T joined(Reg<T> s) {
  T lane[kLanes<T>];
  std::memcpy(lane, &s, sizeof(s));
  for (int step = kLanes<T> / 2; step > 0; step /= 2)
    for (int i = 0; i < step; i++) lane[i] = Sum::join(lane[i], lane[i + step]);
  return lane[0];
}

// RA rows of a against RB rows of b.
template <class T, class Sum, int RA, int RB>
void tile(T* out, int64_t width, const T* a, const T* b, int64_t d) {
  Reg<T> s[RA][RB] = {};
  int64_t t = 0;
  for (; t + kLanes<T> <= d; t += kLanes<T>) {
    Reg<T> x[RA];
    for (int i = 0; i < RA; i++) x[i] = load(a + i * d + t);
    for (int j = 0; j < RB; j++) {
      const Reg<T> y = load(b + j * d + t);
      for (int i = 0; i < RA; i++) Sum::add(s[i][j], x[i] - y);
    }
  }
  if (t < d) {
    // The end of the rows, filled up with zeros.
    Reg<T> x[RA] = {};
    for (int i = 0; i < RA; i++) std::memcpy(&x[i], a + i * d + t, (d - t) * sizeof(T));
    for (int j = 0; j < RB; j++) {
      Reg<T> y = {};
      std::memcpy(&y, b + j * d + t, (d - t) * sizeof(T));
      for (int i = 0; i < RA; i++) Sum::add(s[i][j], x[i] - y);
    }
  }
  for (int i = 0; i < RA; i++)
    for (int j = 0; j < RB; j++) out[i * width + j] = joined<T, Sum>(s[i][j]);
}

template <class T, class Sum>
void block(T* out, int64_t width, const T* a, int64_t na, const T* b, int64_t nb, int64_t d) {
  int64_t i = 0;
  for (; i + kRowsA <= na; i += kRowsA) {
    int64_t j = 0;
    for (; j + kRowsB <= nb; j += kRowsB) tile<T, Sum, kRowsA, kRowsB>(out + i * width + j, width, a + i * d, b + j * d, d);
    for (; j < nb; j++) tile<T, Sum, kRowsA, 1>(out + i * width + j, width, a + i * d, b + j * d, d);
  }
  for (; i < na; i++) {
    int64_t j = 0;
    for (; j + kRowsB <= nb; j += kRowsB) tile<T, Sum, 1, kRowsB>(out + i * width + j, width, a + i * d, b + j * d, d);
    for (; j < nb; j++) tile<T, Sum, 1, 1>(out + i * width + j, width, a + i * d, b + j * d, d);
  }
}

template <class T>
void powers(T* out, int64_t width, const T* a, int64_t na, const T* b, int64_t nb, int64_t d, double p) {
  constexpr int64_t room = 256;
  for (int64_t i = 0; i < na; i++)
    for (int64_t j = 0; j < nb; j++) {
      double term[room], s = 0;
      for (int64_t t = 0; t < d; t += room) {
        const int64_t n = d - t < room ? d - t : room;
        _Pragma("GCC ivdep")
        for (int64_t k = 0; k < n; k++) term[k] = power(absolute(double(a[i * d + t + k]) - double(b[j * d + t + k])), p);
        for (int64_t k = 0; k < n; k++) s += term[k];
      }
      out[i * width + j] = T(s);
    }
}

template <class T>
void distances(void* out, int64_t width, const void* a, int64_t na, const void* b, int64_t nb, int64_t d,
               DistanceKind kind, double p) {
  T* r = static_cast<T*>(out);
  const T *x = static_cast<const T*>(a), *y = static_cast<const T*>(b);
  switch (kind) {
    case DistanceL1: return block<T, SumOfAbsolutes<T>>(r, width, x, na, y, nb, d);
    case DistanceSquared: return block<T, SumOfSquares<T>>(r, width, x, na, y, nb, d);
    case DistanceLargest: return block<T, Largest<T>>(r, width, x, na, y, nb, d);
    case DistancePower: return powers<T>(r, width, x, na, y, nb, d, p);
  }
}

// Bytes: exact sums of |a - b|, which the instruction for sums of absolute differences makes four times as fast as
// single precision. Results are doubles.
template <int R>
void byteRows(double* out, int64_t width, const uint8_t* a, const uint8_t* b, int64_t d) {
  constexpr int64_t room = 1 << 20;  // 32 bits hold the sum of as many
  int64_t total[R] = {};
  for (int64_t t = 0; t < d; t += room) {
    const int64_t n = d - t < room ? d - t : room;
    for (int i = 0; i < R; i++) {
      const uint8_t *x = a + i * d + t, *y = b + t;
      int32_t s = 0;
      for (int64_t k = 0; k < n; k++) s += __builtin_abs(int(x[k]) - int(y[k]));
      total[i] += s;
    }
  }
  for (int i = 0; i < R; i++) out[i * width] = double(total[i]);
}
void byteDistances(void* out, int64_t width, const void* a, int64_t na, const void* b, int64_t nb, int64_t d, DistanceKind,
                   double) {
  double* r = static_cast<double*>(out);
  const uint8_t *x = static_cast<const uint8_t*>(a), *y = static_cast<const uint8_t*>(b);
  int64_t i = 0;
  for (; i + 4 <= na; i += 4)
    for (int64_t j = 0; j < nb; j++) byteRows<4>(r + i * width + j, width, x + i * d, y + j * d, d);
  for (; i < na; i++)
    for (int64_t j = 0; j < nb; j++) byteRows<1>(r + i * width + j, width, x + i * d, y + j * d, d);
}

// Sum of (a - b)^2 in double precision, whatever the elements; b null: of a^2.
template <class T>
double exact(const void* a, const void* b, int64_t d) {
  const T *x = static_cast<const T*>(a), *y = static_cast<const T*>(b);
  constexpr int lanes = 16;
  double s[lanes] = {};
  int64_t t = 0;
  if (y == nullptr) {
    for (; t + lanes <= d; t += lanes)
      for (int l = 0; l < lanes; l++) s[l] += double(x[t + l]) * double(x[t + l]);
    for (; t < d; t++) s[t % lanes] += double(x[t]) * double(x[t]);
  } else {
    for (; t + lanes <= d; t += lanes)
      for (int l = 0; l < lanes; l++) {
        const double e = double(x[t + l]) - double(y[t + l]);
        s[l] += e * e;
      }
    for (; t < d; t++) {
      const double e = double(x[t]) - double(y[t]);
      s[t % lanes] += e * e;
    }
  }
  for (int step = lanes / 2; step > 0; step /= 2)
    for (int l = 0; l < step; l++) s[l] += s[l + step];
  return s[0];
}

// c = na + nb - 2 c along a row of products; how many of them lie below share * (na + nb), where too few digits are left.
template <class T>
int64_t expand(void* row, int64_t n, double na, const double* nb, double share, bool root) {
  T* c = static_cast<T*>(row);
  int64_t few = 0;
  const T x = T(na), limit = T(share);
  if (root) {
    for (int64_t j = 0; j < n; j++) {
      const T all = x + T(nb[j]), s = all - 2 * c[j];
      few += !(s > limit * all);
      c[j] = squareRoot(s > 0 ? s : T(0));
    }
  } else {
    for (int64_t j = 0; j < n; j++) {
      const T all = x + T(nb[j]), s = all - 2 * c[j];
      few += !(s > limit * all);
      c[j] = s;
    }
  }
  return few;
}

// ---------------------------------------------------------------------------------------------------------------- t-SNE

// The row of conditional probabilities p(j|i) ~ exp(-d_ij beta) whose entropy is log(perplexity); d holds squared
// distances, i is the row's own place.
void affinities(double* p, const double* d, int64_t n, int64_t i, double entropy) {
  double nearest = INFINITY;
  for (int64_t j = 0; j < n; j++)
    if (j != i && d[j] < nearest) nearest = d[j];
  double beta = 1, low = 0, high = INFINITY, mean = 0;
  for (int64_t j = 0; j < n; j++) mean += d[j] - nearest;
  mean = (mean + nearest) / double(n);
  if (mean > 0) beta = 1 / mean;
  for (int step = 0; step < 200; step++) {
    _Pragma("GCC ivdep")
    for (int64_t j = 0; j < n; j++) p[j] = exponential((nearest - d[j]) * beta);
    p[i] = 0;
    constexpr int lanes = 8;
    double s[lanes] = {}, t[lanes] = {};
    for (int64_t j = 0; j < n; j++) {
      s[j % lanes] += p[j];
      t[j % lanes] += p[j] * (d[j] - nearest);
    }
    double total = 0, weighted = 0;
    for (int l = 0; l < lanes; l++) total += s[l], weighted += t[l];
    const double h = std::log(total) + beta * weighted / total;
    const double miss = h - entropy;
    if (std::fabs(miss) < 1e-10 || step == 199) {
      for (int64_t j = 0; j < n; j++) p[j] /= total;
      return;
    }
    if (miss > 0) {
      low = beta;
      beta = std::isinf(high) ? beta * 2 : (beta + high) / 2;
    } else {
      high = beta;
      beta = (beta + low) / 2;
    }
  }
}

// One point against all, with weights w = 1 / (1 + distance^2): pull = sum p w (y_i - y_j), push = sum w^2 (y_i - y_j),
// and the sum of the weights. y holds the coordinates one after the other.
template <int Dims>
void forcesIn(const double* p, const double* y, int64_t n, int64_t i, double* pull, double* push, double* weight) {
  typedef Reg<double> R;
  constexpr int lanes = kLanes<double>;
  R at[Dims], near[Dims] = {}, far[Dims] = {}, sum = {};
  for (int k = 0; k < Dims; k++) at[k] = R{} + y[k * n + i];
  const auto step = [&](const double* q, const double* const* z, R mask) {
    R e[Dims], one = R{} + 1.0, square = one;
    for (int k = 0; k < Dims; k++) {
      e[k] = at[k] - load(z[k]);
      square += e[k] * e[k];
    }
    const R w = mask / square;
    const R a = load(q) * w, b = w * w;
    for (int k = 0; k < Dims; k++) {
      near[k] += a * e[k];
      far[k] += b * e[k];
    }
    sum += w;
  };
  int64_t j = 0;
  const double* z[Dims];
  for (; j + lanes <= n; j += lanes) {
    for (int k = 0; k < Dims; k++) z[k] = y + k * n + j;
    step(p + j, z, R{} + 1.0);
  }
  if (j < n) {
    double q[lanes] = {}, rest[Dims][lanes] = {}, mask[lanes] = {};
    std::memcpy(q, p + j, (n - j) * sizeof(double));
    for (int k = 0; k < Dims; k++) {
      std::memcpy(rest[k], y + k * n + j, (n - j) * sizeof(double));
      z[k] = rest[k];
    }
    for (int64_t l = 0; l < n - j; l++) mask[l] = 1;
    step(q, z, load<double>(mask));
  }
  for (int k = 0; k < Dims; k++) {
    pull[k] = joined<double, SumOfSquares<double>>(near[k]);
    push[k] = joined<double, SumOfSquares<double>>(far[k]);
  }
  *weight = joined<double, SumOfSquares<double>>(sum) - 1;  // without the point itself
}
void forces(const double* p, const double* y, int64_t n, int dims, int64_t i, double* pull, double* push, double* weight) {
  if (dims == 1) forcesIn<1>(p, y, n, i, pull, push, weight);
  else if (dims == 2) forcesIn<2>(p, y, n, i, pull, push, weight);
  else forcesIn<3>(p, y, n, i, pull, push, weight);
}

// sum over j of p_ij (log p_ij + log(1 + distance^2)), of which the divergence is made.
double divergence(const double* p, const double* y, int64_t n, int dims, int64_t i) {
  constexpr int64_t room = 256;
  double term[room], s = 0;
  for (int64_t t = 0; t < n; t += room) {
    const int64_t m = n - t < room ? n - t : room;
    _Pragma("GCC ivdep")
    for (int64_t k = 0; k < m; k++) {
      double square = 1;
      for (int c = 0; c < dims; c++) {
        const double e = y[c * n + i] - y[c * n + t + k];
        square += e * e;
      }
      const double q = p[t + k];
      term[k] = q > 0 ? q * logarithm(q * square) : 0;
    }
    for (int64_t k = 0; k < m; k++) s += term[k];
  }
  return s;
}

}  // namespace

void fillDistances(Kernels& k) {
  k.distances[0] = distances<double>, k.distances[1] = distances<float>, k.distances[2] = byteDistances;
  k.exactSquare[0] = exact<double>, k.exactSquare[1] = exact<float>, k.exactSquare[2] = exact<uint8_t>;
  k.expandSquare[0] = expand<double>, k.expandSquare[1] = expand<float>;
  k.affinities = affinities;
  k.forces = forces;
  k.divergence = divergence;
}

}  // namespace GL_ISA
}  // namespace gl
