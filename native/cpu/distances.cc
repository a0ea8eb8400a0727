// Distances between the rows of two matrices, and the nearest rows. Euclidean ones come from a matrix product,
// |a - b|^2 = |a|^2 + |b|^2 - 2 ab, wherever that leaves enough digits; the others from the kernels of isa/distances.cc.
// And the drivers of t-SNE's loops.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>
#include "cpu/blas.h"
#include "cpu/dtypes.h"
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

// c (m x n) = a (m x d) times b (n x d) transposed, all in C order; BLAS is asked for the transposed product.
void product(double* c, const double* a, int m, const double* b, int n, int d) {
  const double one = 1, zero = 0;
  dgemm_("T", "N", &n, &m, &d, &one, b, &d, a, &d, &zero, c, &n);
}
void product(float* c, const float* a, int m, const float* b, int n, int d) {
  const float one = 1, zero = 0;
  sgemm_("T", "N", &n, &m, &d, &one, b, &d, a, &d, &zero, c, &n);
}

int code(DType t) {
  if (t == DType::Float64) return 0;
  if (t == DType::Float32) return 1;
  if (t == DType::UInt8) return 2;
  throw Error("distances: elements must be float64, float32 or uint8");
}

// Numbers of both commands, in the order of their parameters.
struct Rows {
  int64_t m, n, d;
  DistanceKind kind;
  double p;
  bool root;
  explicit Rows(const Command& c)
      : m(c.param(0)), n(c.param(1)), d(c.param(2)), kind(DistanceKind(c.param(3))), p(c.real(4)), root(c.param(5) != 0) {
    if (std::max({m, n, d}) > std::numeric_limits<int>::max()) throw Error("distances: more than 2147483647 rows or columns");
  }
  double finish(double s) const {
    if (!root) return s;
    return kind == DistanceSquared ? std::sqrt(s) : kind == DistancePower ? std::pow(s, 1 / p) : s;
  }
  bool finishes() const { return root && (kind == DistanceSquared || kind == DistancePower); }
};

// Work of one pair, in elements of a simple loop.
int64_t cost(const Rows& r) { return r.d * (r.kind == DistancePower ? 20 : 1) + 8; }

std::vector<double> squares(const void* a, int64_t n, int64_t d, int type) {
  std::vector<double> s(n);
  const ExactSquare exact = kernels().exactSquare[type];
  const int64_t size = type == 0 ? 8 : type == 1 ? 4 : 1;
  parallelRanges(n, 1, threadsFor(n * d), [&](int64_t i, int64_t end) {
    for (; i < end; i++) s[i] = exact(static_cast<const char*>(a) + i * d * size, nullptr, d);
  });
  return s;
}

// Below this share of |a|^2 + |b|^2 the difference of the product has lost too many digits and is summed up directly.
template <class T> constexpr double kShare = sizeof(T) == 4 ? 0.02 : 1e-3;

template <class T>
void euclidean(T* out, const T* a, const T* b, const Rows& r) {
  const int type = sizeof(T) == 4;
  product(out, a, int(r.m), b, int(r.n), int(r.d));
  const std::vector<double> na = squares(a, r.m, r.d, type), nb = squares(b, r.n, r.d, type);
  const Kernels& k = kernels();
  const double share = kShare<T>;
  parallelRanges(r.m, 1, threadsFor(r.m * r.n * 4), [&](int64_t i, int64_t end) {
    for (; i < end; i++) {
      T* row = out + i * r.n;
      if (k.expandSquare[type](row, r.n, na[i], nb.data(), share, r.root) == 0) continue;
      for (int64_t j = 0; j < r.n; j++) {
        const double s = r.root ? double(row[j]) * double(row[j]) : double(row[j]);
        if (s > share * 1.0001 * (na[i] + nb[j])) continue;
        row[j] = T(r.finish(k.exactSquare[type](a + i * r.d, b + j * r.d, r.d)));
      }
    }
  });
}

constexpr int64_t kQueries = 64;      // rows of a that one task compares with all of b
constexpr int64_t kChunk = 384 << 10;  // bytes of b's rows that stay in the cache meanwhile

int64_t chunkRows(int64_t d, int64_t size) { return std::max<int64_t>(4, kChunk / std::max<int64_t>(1, d * size) / 4 * 4); }

// T: elements, R: results.
template <class T, class R>
void direct(R* out, const T* a, const T* b, const Rows& r, int type) {
  const Distances distances = kernels().distances[type];
  const int64_t chunk = chunkRows(r.d, sizeof(T));
  const int64_t grain = std::max<int64_t>(4, std::min<int64_t>(kQueries, r.m / 8 / 4 * 4));
  parallelRanges(r.m, grain, threadsFor(r.m * r.n * cost(r)), [&](int64_t begin, int64_t end) {
    for (int64_t from = begin; from < end; from += kQueries) {
      const int64_t rows = std::min(kQueries, end - from);
      for (int64_t j = 0; j < r.n; j += chunk)
        distances(out + from * r.n + j, r.n, a + from * r.d, rows, b + j * r.d, std::min(chunk, r.n - j), r.d, r.kind, r.p);
    }
    if (r.finishes())
      for (int64_t i = begin * r.n; i < end * r.n; i++) out[i] = R(r.finish(out[i]));
  });
}

// The k nearest so far of one row, nearest first; of equally near ones, the first.
class Nearest {
 public:
  Nearest(double* distance, int64_t* index, int64_t k) : distance(distance), index(index), k(k) {}
  double worst() const { return filled < k ? INFINITY : distance[k - 1]; }
  bool full() const { return filled == k; }
  void offer(double s, int64_t j) {
    if (!(s < worst() || filled < k) || s != s) return;
    int64_t at = filled < k ? filled++ : k - 1;
    for (; at > 0 && distance[at - 1] > s; at--) distance[at] = distance[at - 1], index[at] = index[at - 1];
    distance[at] = s, index[at] = j;
  }

 private:
  double* distance;
  int64_t* index;
  int64_t k, filled = 0;
};

template <class T, class R>
void nearestDirect(std::vector<Nearest>& best, const T* a, const T* b, const Rows& r, int type) {
  const Distances distances = kernels().distances[type];
  const int64_t chunk = chunkRows(r.d, sizeof(T));
  const int64_t grain = std::max<int64_t>(4, std::min<int64_t>(kQueries, r.m / 8 / 4 * 4));
  parallelRanges(r.m, grain, threadsFor(r.m * r.n * cost(r)), [&](int64_t begin, int64_t end) {
    std::vector<R> found(kQueries * chunk);
    for (int64_t from = begin; from < end; from += kQueries) {
      const int64_t rows = std::min(kQueries, end - from);
      for (int64_t j = 0; j < r.n; j += chunk) {
        const int64_t some = std::min(chunk, r.n - j);
        distances(found.data(), chunk, a + from * r.d, rows, b + j * r.d, some, r.d, r.kind, r.p);
        for (int64_t i = 0; i < rows; i++) {
          Nearest& near = best[from + i];
          const R* s = found.data() + i * chunk;
          for (int64_t l = 0; l < some; l++)
            if (!(double(s[l]) >= near.worst()) || !near.full()) near.offer(s[l], j + l);
        }
      }
    }
  });
}

template <class T, class F>
const F* asFloats(const T* a, int64_t n, std::vector<F>& memory) {
  if constexpr (std::is_same<T, F>::value) return a;
  memory.resize(n);
  std::copy(a, a + n, memory.begin());
  return memory.data();
}

// Products choose the candidates, sums of squares in double precision decide: an error of the product is never larger
// than d times the rounding of one number of the size of |a|^2 + |b|^2.
template <class T, class F>
void nearestEuclidean(std::vector<Nearest>& best, const T* a, const T* b, const Rows& r, int type) {
  constexpr int64_t queries = 512, chunk = 2048;
  const std::vector<double> na = squares(a, r.m, r.d, type), nb = squares(b, r.n, r.d, type);
  const ExactSquare exact = kernels().exactSquare[type];
  const double bound = double(r.d + 16) * std::numeric_limits<F>::epsilon();
  std::vector<F> found(std::min(r.m, queries) * std::min(r.n, chunk)), memoryA, memoryB;
  for (int64_t from = 0; from < r.m; from += queries) {
    const int64_t rows = std::min(queries, r.m - from);
    const F* x = asFloats<T, F>(a + from * r.d, rows * r.d, memoryA);
    for (int64_t j = 0; j < r.n; j += chunk) {
      const int64_t some = std::min(chunk, r.n - j);
      product(found.data(), x, int(rows), asFloats<T, F>(b + j * r.d, some * r.d, memoryB), int(some), int(r.d));
      parallelRanges(rows, 1, threadsFor(rows * some * 2), [&](int64_t i, int64_t end) {
        for (; i < end; i++) {
          Nearest& near = best[from + i];
          const F* s = found.data() + i * some;
          const double square = na[from + i];
          double worst = near.worst();
          for (int64_t l = 0; l < some; l++) {
            const double all = square + nb[j + l];
            if (all - 2 * double(s[l]) - bound * all > worst) continue;
            near.offer(exact(a + (from + i) * r.d, b + (j + l) * r.d, r.d), j + l);
            worst = near.worst();
          }
        }
      });
    }
  }
}

bool byProduct(const Rows& r) { return r.kind == DistanceSquared && r.d >= 16 && r.m * r.n >= 64; }

}  // namespace

// Operand 0 (m x n) = distances between the rows of operands 1 (m x d) and 2 (n x d). Params: m, n, d, DistanceKind, p,
// whether to take the root. Results have the operands' type; of bytes, float64.
void run_distances(Command& c) {
  const Rows r(c);
  const int type = code(c.dtype(1));
  if (type == 2) return direct(c.data<double>(0), c.data<uint8_t>(1), c.data<uint8_t>(2), r, type);
  byFloat("distances", c, [&](auto zero) {
    using T = decltype(zero);
    T* out = c.data<T>(0);
    const T *a = c.data<T>(1), *b = c.data<T>(2);
    if (byProduct(r)) euclidean(out, a, b, r);
    else direct<T, T>(out, a, b, r, type);
  });
}

// Operands 0 (int64) and 1 (float64), m x k: the k nearest rows of operand 3 (n x d) to each row of operand 2 (m x d),
// and their distances. Params as above, then k.
void run_nearest(Command& c) {
  const Rows r(c);
  const int64_t k = c.param(6);
  const int type = code(c.dtype(2));
  std::vector<Nearest> best;
  best.reserve(r.m);
  for (int64_t i = 0; i < r.m; i++) best.emplace_back(c.data<double>(1) + i * k, c.data<int64_t>(0) + i * k, k);
  const auto search = [&](auto zero) {
    using T = decltype(zero);
    using F = typename std::conditional<sizeof(T) == 1, float, T>::type;
    using R = typename std::conditional<sizeof(T) == 1, double, T>::type;
    const T *a = c.data<T>(2), *b = c.data<T>(3);
    if (byProduct(r) || (type == 2 && r.kind == DistanceSquared)) nearestEuclidean<T, F>(best, a, b, r, type);
    else nearestDirect<T, R>(best, a, b, r, type);
  };
  if (type == 0) search(double());
  else if (type == 1) search(float());
  else search(uint8_t());
  for (int64_t i = 0; i < r.m; i++)
    if (!best[i].full())
      throw Error("nearest: row " + std::to_string(i) + " has no " + std::to_string(k) +
                  " rows at a distance that is a number. Is there a NaN in the data? np.isnan(X).any() tells");
  if (r.finishes()) {
    double* s = c.data<double>(1);
    for (int64_t i = 0; i < r.m * k; i++) s[i] = r.finish(s[i]);
  }
}

// Rows of operand 0 = conditional probabilities of operand 1's squared distances, both n x n float64; params: n, the
// entropy that each row has to have.
void run_tsneAffinities(Command& c) {
  const int64_t n = c.param(0);
  double* p = c.data<double>(0);
  const double* d = c.data<double>(1);
  parallelRanges(n, 1, threadsFor(n * n * 400), [&](int64_t i, int64_t end) {
    for (; i < end; i++) kernels().affinities(p + i * n, d + i * n, n, i, c.real(1));
  });
}

// Operand 0 (dims x n) = gradient of the divergence at operand 2 (dims x n) with affinities operand 1 (n x n, sum 1)
// times an exaggeration. Params: n, dims, exaggeration; the sum of the weights comes back as param 3.
void run_tsneForces(Command& c) {
  const int64_t n = c.param(0);
  const int dims = int(c.param(1));
  if (dims < 1 || dims > 3) throw Error("tsneForces: one to three dimensions");
  double* out = c.data<double>(0);
  const double *p = c.data<double>(1), *y = c.data<double>(2);
  std::vector<double> push(n * dims), weight(n);
  parallelRanges(n, 1, threadsFor(n * n * 6), [&](int64_t i, int64_t end) {
    for (; i < end; i++) {
      double near[3];
      kernels().forces(p + i * n, y, n, dims, i, near, push.data() + i * dims, weight.data() + i);
      for (int k = 0; k < dims; k++) out[k * n + i] = near[k];
    }
  });
  double total = 0;
  for (double w : weight) total += w;
  for (int64_t i = 0; i < n; i++)
    for (int k = 0; k < dims; k++) out[k * n + i] = 4 * (c.real(2) * out[k * n + i] - push[i * dims + k] / total);
  c.result(3, total);
}

// Param 2 = sum of p (log p + log(1 + distance^2)) with operands 1 and 2 as above; params: n, dims.
void run_tsneDivergence(Command& c) {
  const int64_t n = c.param(0);
  const int dims = int(c.param(1));
  std::vector<double> rows(n);
  const double *p = c.data<double>(1), *y = c.data<double>(2);
  parallelRanges(n, 1, threadsFor(n * n * 40), [&](int64_t i, int64_t end) {
    for (; i < end; i++) rows[i] = kernels().divergence(p + i * n, y, n, dims, i);
  });
  double total = 0;
  for (double s : rows) total += s;
  c.result(2, total);
}

}  // namespace gl
