// One direction of a recurrent layer over a whole sequence, forward and backward in time. The products with inputs and
// weights that concern all steps at once are matmul's; here is what goes from step to step. A step is one parallel
// region: whoever computes some hidden units multiplies for them and applies the gates to them.
//
// Params: kind (RecurrentKind), T, N, H, 1 when time runs backwards, 1 when the initial state's gradient is wanted.
// Operands of recurrentForward (null where a kind or a call does without):
//   0 gates (T, N, parts H): inputs' share, in and activated out; of the plain RNN the hidden states themselves
//   1 hidden states (T, N, H)   2 weights (parts H, H)   3 initial hidden state (N, H)   4, 5 biases (parts H)
//   6 cell states (LSTM) or the candidate's products (GRU), (T, N, H)   7 initial cell state (N, H)
// Operands of recurrentBackward:
//   0 gradient of the gates   1 gates   2 what the step before left: cell states, of the GRU hidden states   3 weights
//   4 gradient of the hidden states   5 the initial one of 2   6 gradient of the initial hidden state (N, H), always there
//   7 gradient of the cell state: of the last one in, of the initial one out (N, H); GRU: the candidate's products in,
//   their gradient out (T, N, H)
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

namespace {

constexpr int64_t kParts[kRecurrentKinds] = {1, 1, 4, 3};

// Batches up to here read the weights as they lie: laying them out anew takes as long as a few steps.
constexpr int64_t kDirectRows = 4;

// Memory for vectors: on a boundary of 64 bytes, not zeroed.
template <class T> class Room {
 public:
  explicit Room(int64_t n) : block(new char[n * sizeof(T) + 63]) {
    const uintptr_t at = reinterpret_cast<uintptr_t>(block.get());
    first = reinterpret_cast<T*>((at + 63) & ~uintptr_t(63));
  }
  T* data() const { return first; }

 private:
  std::unique_ptr<char[]> block;
  T* first;
};

template <class T> struct Layer {
  const Kernels& k = kernels();
  static constexpr int type = sizeof(T) == 4;
  RecurrentKind kind;
  int64_t steps, rows, size, parts;
  bool backwards, wanted, direct;
  int threads;
  int64_t width = k.panelWidth[type];
  int64_t panels;  // of `size` columns

  explicit Layer(const Command& c) {
    const int64_t kindNumber = c.param(0);
    if (kindNumber < 0 || kindNumber >= kRecurrentKinds) throw Error("recurrent: no kind " + std::to_string(kindNumber));
    kind = static_cast<RecurrentKind>(kindNumber);
    steps = c.param(1);
    rows = c.param(2);
    size = c.param(3);
    backwards = c.param(4) != 0;
    wanted = c.param(5) != 0;
    parts = kParts[kind];
    direct = rows <= kDirectRows;
    threads = threadsFor(rows * parts * size * size / 2);
    panels = (size + width - 1) / width;
  }
  int64_t time(int64_t step) const { return backwards ? steps - 1 - step : step; }
  int64_t state() const { return rows * size; }

  // Panels of `count` matrices k x size, one after the other.
  template <class Of> void pack(T* to, int64_t count, int64_t depth, int64_t bs0, int64_t bs1, Of&& of) const {
    parallelRanges(count * panels, 1, threads, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++)
        k.packPanel[type](to + i * width * depth, of(i / panels), i % panels, depth, size, bs0, bs1);
    });
  }
  template <class Body> void units(Body&& body) const {
    parallelRanges(size, width, threads, std::forward<Body>(body));
  }
};

template <class T>
void forward(Command& c) {
  const Layer<T> l(c);
  const int64_t n = l.rows, h = l.size, all = l.parts * h;
  T* gates = c.data<T>(0);
  T* out = c.data<T>(1);
  const T* weights = c.data<T>(2);
  T* cells = c.data<T>(6);
  std::vector<T> zeros;
  const auto orZeros = [&](const T* a) {
    if (a != nullptr) return a;
    zeros.resize(l.state());
    return static_cast<const T*>(zeros.data());
  };
  const T* hidden = c.data<T>(3);
  // The gates of the GRU take their two biases at different places; elsewhere only the sum matters.
  std::vector<T> bias(2 * all);
  for (int b = 0; b < 2; b++) {
    const T* given = c.data<T>(4 + b);
    T* to = bias.data() + (l.kind == RecurrentGru ? b * all : 0);
    if (given != nullptr)
      for (int64_t j = 0; j < all; j++) to[j] += given[j];
  }
  Room<T> packed(l.direct ? 0 : l.parts * l.panels * l.width * h), product(n * all);
  if (!l.direct) l.pack(packed.data(), l.parts, h, 1, h, [&](int64_t part) { return weights + part * h * h; });

  RecurrentStep s{};
  s.rows = n;
  s.size = h;
  s.product = product.data();
  s.bias = bias.data();
  const RecurrentPointwise pointwise = l.k.recurrentForward[l.type][l.kind];
  const T* before = hidden;
  const T* cellBefore = l.kind == RecurrentLstm ? orZeros(c.data<T>(7)) : nullptr;
  for (int64_t step = 0; step < l.steps; step++) {
    const int64_t t = l.time(step);
    s.gates = gates + t * n * all;
    s.out = out + t * l.state();
    s.cell = cells + t * l.state();
    s.before = l.kind == RecurrentGru ? orZeros(before) : cellBefore;
    l.units([&](int64_t begin, int64_t end) {
      for (int64_t part = 0; part < l.parts; part++) {
        T* to = product.data() + part * h + begin;
        if (before == nullptr) {
          for (int64_t i = 0; i < n; i++) std::memset(to + i * all, 0, (end - begin) * sizeof(T));
        } else if (l.direct) {
          l.k.gemmInner[l.type](to, before, weights + (part * h + begin) * h, n, end - begin, h, all, h, h);
        } else {
          const T* panels = packed.data() + (part * l.panels + begin / l.width) * l.width * h;
          l.k.panelGemm[l.type](to, before, panels, n, end - begin, h, all, h, 1, l.width * h, false);
        }
      }
      pointwise(s, begin, end);
    });
    before = static_cast<const T*>(s.out);
    cellBefore = static_cast<const T*>(s.cell);
  }
}

template <class T>
void backward(Command& c) {
  const Layer<T> l(c);
  const int64_t n = l.rows, h = l.size, all = l.parts * h;
  const bool gru = l.kind == RecurrentGru, lstm = l.kind == RecurrentLstm;
  T* dgates = c.data<T>(0);
  const T* states = c.data<T>(2);
  const T* weights = c.data<T>(3);
  T* carried = c.data<T>(6);
  T* last = c.data<T>(7);
  std::vector<T> zeros;
  const T* initial = c.data<T>(5);
  if (initial == nullptr && (gru || lstm)) {
    zeros.resize(l.state());
    initial = zeros.data();
  }
  Room<T> packed(l.direct ? 0 : l.panels * l.width * all);
  if (!l.direct) l.pack(packed.data(), 1, all, h, 1, [&](int64_t) { return weights; });

  // carried = products' gradients times weights, for units begin to end; `products` of the GRU's candidate lie apart.
  const auto multiply = [&](int64_t t, int64_t begin, int64_t end) {
    const auto add = [&](const T* a, int64_t as, int64_t from, int64_t depth, bool more) {
      if (l.direct)
        l.k.gemmOuter[l.type](carried + begin, a, weights + from * h + begin, n, end - begin, depth, h, as, 1, h, more, nullptr);
      else
        l.k.panelGemm[l.type](carried + begin, a, packed.data() + begin * all + from * l.width, n, end - begin, depth, h, as,
                              1, l.width * all, more);
    };
    const T* d = dgates + t * n * all;
    if (gru) {
      add(d, all, 0, 2 * h, true);
      add(last + t * l.state(), h, 2 * h, h, true);
    } else {
      add(d, all, 0, all, false);
    }
  };

  RecurrentStep s{};
  s.rows = n;
  s.size = h;
  s.carried = carried;
  const RecurrentPointwise pointwise = l.k.recurrentBackward[l.type][l.kind];
  for (int64_t step = l.steps - 1; step >= 0; step--) {
    const int64_t t = l.time(step);
    s.gates = c.data<T>(1) + t * n * all;
    s.gradient = c.data<T>(4) + t * l.state();
    s.dgates = dgates + t * n * all;
    s.before = step == 0 ? initial : states + l.time(step - 1) * l.state();
    if (gru) s.cell = last + t * l.state();
    if (lstm) s.cell = const_cast<T*>(states) + t * l.state(), s.carriedCell = last;
    l.units([&](int64_t begin, int64_t end) {
      if (step < l.steps - 1) {
        multiply(l.time(step + 1), begin, end);
      } else {
        for (int64_t i = 0; i < n; i++) std::memset(carried + i * h + begin, 0, (end - begin) * sizeof(T));
      }
      pointwise(s, begin, end);
    });
  }
  if (l.wanted) l.units([&](int64_t begin, int64_t end) { multiply(l.time(0), begin, end); });
}

}  // namespace

void run_recurrentForward(Command& c) {
  if (c.loop() == DType::Float32) forward<float>(c);
  else forward<double>(c);
}

void run_recurrentBackward(Command& c) {
  if (c.loop() == DType::Float32) backward<float>(c);
  else backward<double>(c);
}

}  // namespace gl
