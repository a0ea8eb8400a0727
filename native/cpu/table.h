// The table of kernels that each instruction set fills (cpu/isa/*.cc, compiled once per set) and the drivers use.
#pragma once
#include "command.h"

namespace gl {

// n1 rows of n0 elements. p[0] is the result, p[1].. the operands; s1 and s0 are byte strides of rows and elements.
// Rows are processed in order, so a row stride of 0 on the result accumulates.
using Loop = void (*)(int64_t n1, int64_t n0, char* const* p, const int64_t* s1, const int64_t* s0);

// Folds n elements at byte stride s into *acc (sum: acc + pairwise sum; others: in sequence or order-free).
using Fold = void (*)(void* acc, const char* a, int64_t s, int64_t n);

// Folds m rows of n elements (byte strides s1, s0) into n accumulators, each in row order.
using FoldRows = void (*)(void* acc, const char* a, int64_t s1, int64_t s0, int64_t m, int64_t n);

// Position of the extreme among n elements; the first one wins, the first NaN before all.
using Find = int64_t (*)(const char* a, int64_t s, int64_t n);

// c (m x n, rows cs elements apart) = a (m x k) b (k x n) with element strides; false when the shape is better left to
// BLAS.
using SmallGemm = bool (*)(void* c, const void* a, const void* b, int64_t m, int64_t n, int64_t k, int64_t cs,
                           int64_t as0, int64_t as1, int64_t bs0, int64_t bs1);

// One step of an optimiser on n elements: a[0] the parameter, a[1] its gradient, a[2].. state (null where unused);
// s holds the rule's numbers, beginning with those of StepNumber.
using Step = void (*)(int64_t n, char* const* a, const double* s);
enum StepRule { StepSgd, StepVelocity, StepAdagrad, StepRmsprop, StepAdam, StepAdadelta, kSteps };
enum StepNumber { StepRate, StepDecay, StepSign };
// How a small product is computed. Fused loops, which compute products in parts, take the same way.
enum class GemmForm {
  None,       // left to BLAS
  Outer,      // vectors along the rows of b
  OuterPacked,  // the same, b's rows laid out first
  Inner,      // dot products with b's contiguous columns
  InnerPacked,  // the same, b's columns laid out first
  Across,     // outer of the transposed product, the result transposed
};
constexpr int64_t kGemmScratch = 8192;  // elements of a small operand that may be laid out anew

// Estimated steps of one row of the result by either way: with vectors along the columns every vector takes k steps, dot
// products take a vector of k at a time and some more steps to add up its lanes.
inline GemmForm gemmForm(int64_t m, int64_t n, int64_t k, int64_t as0, int64_t as1, int64_t bs0, int64_t bs1, int lanes) {
  // A small result from long dot products, columns of a contiguous: c' = b' a', vectors along the rows of a'.
  if (n <= 8 && m > n && as0 == 1 && m * n <= kGemmScratch && k >= 8) return GemmForm::Across;
  const int64_t outer = k * ((n + lanes - 1) / lanes), inner = n * ((k + lanes - 1) / lanes + 3);
  if (n <= 16 && as1 == 1 && inner < outer) {
    if (bs0 == 1) return GemmForm::Inner;
    if (n * k <= kGemmScratch && m >= 4) return GemmForm::InnerPacked;
  }
  const bool skinny = k <= 8 || m <= 8;
  if (!skinny && m * n * k > 64 * 64 * 64) return GemmForm::None;
  if (bs1 == 1 || n == 1) return GemmForm::Outer;
  return n * k <= kGemmScratch ? GemmForm::OuterPacked : GemmForm::None;
}

// What happens to the elements of a product before they are stored. x has the product's layout, or the same row for all
// (row 0); s and c are numbers.
enum GemmAfterKind {
  AfterNothing,
  AfterAdd,          // element + x
  AfterAddMaxRight,  // maximum(s, element + x)
  AfterAddMaxLeft,   // maximum(element + x, s)
  AfterDrop,         // where(x <= s, c, element)
  AfterKeep          // where(x > s, element, c)
};
struct GemmAfter {
  GemmAfterKind kind;
  const void* x;
  int64_t row;  // elements
  double s, c;
};

// Parts of the same products, for fused loops. Outer: vectors along contiguous rows of b; `more` adds to what c holds.
// Inner: dot products of contiguous rows of a and contiguous columns of b.
using GemmOuter = void (*)(void* c, const void* a, const void* b, int64_t m, int64_t n, int64_t k, int64_t cs, int64_t as0,
                           int64_t as1, int64_t bs, bool more, const GemmAfter* after);
using GemmInner = void (*)(void* c, const void* a, const void* b, int64_t m, int64_t n, int64_t k, int64_t cs, int64_t as,
                           int64_t bs);

// One factor of a transform's length n taken apart, cpu/isa/fft.cc; and x *= w of n complex numbers.
using FftPass = void (*)(int factor, const double* xr, const double* xi, double* yr, double* yi, const double* wr,
                         const double* wi, int64_t n, int64_t s, const double* root, double* room);
using FftMultiply = void (*)(double* xr, double* xi, const double* wr, const double* wi, int64_t n);

// Softmax of `rows` rows of n contiguous elements, `line` bytes apart, or its logarithm; cpu/isa/rows.cc.
using Softmax = void (*)(void* out, const char* in, int64_t line, int64_t rows, int64_t n, bool log);
// out = (element - centre)^2 of n elements at byte stride s; `one` centre for all, or one for each.
using Squares = void (*)(void* out, const char* a, int64_t s, const void* center, bool one, int64_t n);
// Distances between all of na rows of a and nb of b, d contiguous elements each, into rows of `width` elements: sums of
// powers without the root. Kernels of bytes know DistanceL1 alone, their results are doubles.
enum DistanceKind { DistanceL1, DistanceSquared, DistanceLargest, DistancePower };
using Distances = void (*)(void* out, int64_t width, const void* a, int64_t na, const void* b, int64_t nb, int64_t d,
                           DistanceKind kind, double p);
using ExactSquare = double (*)(const void* a, const void* b, int64_t d);
using ExpandSquare = int64_t (*)(void* row, int64_t n, double na, const double* nb, double share, bool root);
using Affinities = void (*)(double* p, const double* d, int64_t n, int64_t i, double entropy);
using Forces = void (*)(const double* p, const double* y, int64_t n, int dims, int64_t i, double* pull, double* push,
                        double* weight);
using Divergence = double (*)(const double* p, const double* y, int64_t n, int dims, int64_t i);

// c (m x n, rows cs apart) = a (m x k, element strides as0 and as1, one of which is 1) b, added to c's elements when
// `more`. Columns of b lie in panels of Kernels::panelWidth columns, each with all of its rows one after the other; panels
// begin `stride` elements apart.
using PanelGemm = void (*)(void* c, const void* a, const void* panels, int64_t m, int64_t n, int64_t k, int64_t cs,
                           int64_t as0, int64_t as1, int64_t stride, bool more);
// Lays out panel number `panel` of b (k x n, element strides bs0 and bs1), columns beyond n as zeros.
using PackPanel = void (*)(void* to, const void* b, int64_t panel, int64_t k, int64_t n, int64_t bs0, int64_t bs1);

// to (cols x rows) = the transpose of `from` (rows x cols); rows of both begin a stride apart. cpu/isa/turn.h.
using Turn = void (*)(float* to, int64_t toStride, const float* from, int64_t stride, int64_t rows, int64_t cols);

// One time step of a recurrent layer, N examples of H hidden units: what happens between the matrix products. All
// matrices are in C order. Gates stand in PyTorch's order.
enum RecurrentKind { RecurrentTanh, RecurrentRelu, RecurrentLstm, RecurrentGru, kRecurrentKinds };
struct RecurrentStep {
  int64_t rows, size;       // N, H
  // N x parts H. Forward: the inputs' share, replaced by the activated gates. Backward: the activated gates.
  void* gates;
  const void* product;      // forward: N x parts H, the products with the state before
  const void* bias;         // forward: parts H; of the GRU two of them, for the inputs and for the products
  void* out;                // N x H: the new hidden state (not written where it is the gates themselves)
  const void* before;       // N x H: cell state (LSTM) or hidden state (GRU) before the step
  void* cell;               // N x H, LSTM: the new cell state. GRU: the candidate's product, backward replaced by its gradient
  const void* gradient;     // backward: N x H, of the hidden state as an output of the layer
  void* carried;            // backward: N x H, of the hidden state from the steps after; GRU: then the share that passes by
  void* carriedCell;        // backward, LSTM: N x H, of the cell state, from the steps after to the steps before
  void* dgates;             // backward: N x parts H, of the gates before activation
};
// On hidden units begin to end of all rows.
using RecurrentPointwise = void (*)(const RecurrentStep& s, int64_t begin, int64_t end);

// A copy: `stream` leaves nothing in the caches, so that the lines that are written need not be read first; `copy` is
// the plain one, of some hundred bytes or more.
using Stream = void (*)(char* to, const char* from, int64_t bytes);

enum FoldOp { FoldSum, FoldProd, FoldMax, FoldMin, kFolds };

// Normalisation of an array (n, c, s) by the statistics of each of c channels, or with g its gradient; null where a part
// is not wanted. Statistics are computed unless given. cpu/isa/norms.cc.
struct NormCall {
  int64_t n, c, s;
  const void *x, *g, *weight, *bias;
  void *out, *mean, *variance, *dweight, *dbias;
  double eps;
  bool given;
};
using Norm = void (*)(const NormCall& call, int64_t begin, int64_t end);  // a range of channels

// Max pooling of one plane (h, w) to (oh, ow): windows of rows and columns as triples (begin, end, divisor); winners are
// positions in the plane. cpu/isa/pools.cc.
struct PoolPlane {
  int64_t w, oh, ow;
  const double *rows, *cols;
};
using MaxPool = void (*)(const PoolPlane& g, const void* x, void* out, int32_t* winners);

// What surrounds a convolution in a fused block, of planes whose elements are vectors of `block` channels, 16 or 8:
// rectifier and max pooling, its gradient, and the ways between such planes and plain ones. cpu/isa/blocks.cc.
struct BlockedPool {
  int64_t w, plane, oh, ow;     // columns and places of the input, rows and columns of the result
  const double *rows, *cols;    // windows, as those of PoolPlane
  int64_t span, tall;           // the most columns and rows of a window
  bool apart, covering;         // whether windows do not overlap, and leave out no place
};
constexpr int kNoWinner = 255;  // where the rectifier lets nothing through
using PoolBlock = void (*)(const BlockedPool& g, const float* x, float* out, uint8_t* winners, int block);
// Writes dx, adds to the sums of the channels.
using UnpoolBlock = void (*)(const BlockedPool& g, const float* d, const uint8_t* winners, float* dx, float* sums, int block);
// `channels` planes of so many places between the plain and the blocked form; channels beyond them are zeros.
using LayBlock = void (*)(float* to, const float* from, int64_t channels, int64_t places, int block);
// Normalisation between a convolution and its rectifier, of such a plane with numbers for each channel of it: all of them
// in vectors of `block`.
struct BlockedNorm {
  const float *mean, *factor, *offset, *slope;
};
// Sums over the places are added in double: of x, and of the squares of x - mean.
using SumBlock = void (*)(const float* x, int64_t places, double* sums, int block);
using SquareBlock = void (*)(const float* x, const float* mean, int64_t places, double* sums, int block);
// As poolBlock, of (x - mean) factor + offset.
using NormPoolBlock = void (*)(const BlockedPool& g, const BlockedNorm& n, const float* x, float* out, uint8_t* winners,
                               int block);
// Sums over the winners are added in double: of d, and of d (x - mean).
using SumWinners = void (*)(const BlockedPool& g, const BlockedNorm& n, const float* d, const uint8_t* winners, const float* x,
                            double* sums, double* products, int block);
// dx = factor * what goes to the winners - offset - slope (x - mean), and its sums; windows do not overlap, and reach all.
using NormUnpoolBlock = void (*)(const BlockedPool& g, const BlockedNorm& n, const float* d, const uint8_t* winners,
                                 const float* x, float* dx, float* sums, int block);
// The same where dx holds what goes to the winners.
using NormBlockGrad = void (*)(const BlockedNorm& n, const float* x, int64_t places, float* dx, float* sums, int block);
using Rectify = void (*)(float* x, int64_t n);
// dx = g where the result y of the rectifier is positive, else 0; its sums are added by channel.
using RectifyGrad = void (*)(float* dx, const float* g, const float* y, float* sums, int64_t n, int64_t channels, int64_t places);
// c (rows x cols) += a row (null for none), then the rectifier if wanted; and the gradient of that rectifier.
using FinishRows = void (*)(void* c, const void* row, int64_t rows, int64_t cols, bool rectified);
using MaskByResult = void (*)(void* dx, const void* g, const void* y, int64_t n);

// Puts n keys in order; `room` is for 2 n + 256 more. cpu/isa/order.cc; null where there is no such kernel.
using Order = void (*)(int64_t* keys, int64_t n, int64_t* room);

struct Kernels {
  const char* isa;
  int lanes[2];                      // float64, float32 in a register
  Loop loop[kOps][kDTypes];          // by op and loop dtype; nullptr where there is none
  Loop cast[kDTypes][kDTypes];       // [to][from], one operand
  Fold fold[kFolds][kDTypes];
  FoldRows foldRows[kFolds][kDTypes];
  Find argmax[kDTypes], argmin[kDTypes];
  Order order;
  SmallGemm gemm[2];                 // float64, float32
  Stream stream, copy;
  FftPass fftPass;
  FftMultiply fftMultiply;
  Step step[2][kSteps];
  GemmOuter gemmOuter[2];
  GemmInner gemmInner[2];
  Softmax softmax[2];
  Squares squares[2];
  int64_t panelWidth[2];
  PackPanel packPanel[2];
  PanelGemm panelGemm[2];
  Turn turn;
  RecurrentPointwise recurrentForward[2][kRecurrentKinds], recurrentBackward[2][kRecurrentKinds];
  Distances distances[3];            // float64, float32, uint8; cpu/isa/distances.cc
  ExactSquare exactSquare[3];
  ExpandSquare expandSquare[2];
  Affinities affinities;
  Forces forces;
  Divergence divergence;
  Norm norm[2];
  MaxPool maxPool[2];
  PoolBlock poolBlock;
  UnpoolBlock unpoolBlock;
  LayBlock layBlock, unlayBlock;
  SumBlock sumBlock;
  SquareBlock squareBlock;
  NormPoolBlock normPoolBlock;
  SumWinners sumWinners;
  NormUnpoolBlock normUnpoolBlock;
  NormBlockGrad normBlockGrad;
  Rectify rectify;
  RectifyGrad rectifyGrad;
  FinishRows finishRows[2];
  MaskByResult maskByResult[2];
};

// cpu/reduce.cc: n values to begin a fold with.
void foldIdentity(char* out, int64_t n, DType t, FoldOp f);

// cpu/dispatch.cc: the best set this machine runs.
const Kernels& kernels();

struct OpInfo {
  const char* name;
  void (*run)(Command&);
  int inputs;      // of element-wise ops
  bool boolean;    // result is bool whatever the loop's dtype
  int cost;        // relative time per element
};
extern const OpInfo opInfo[kOps];

namespace baseline { void fillLoops(Kernels&); void fillCasts(Kernels&); void fillFolds(Kernels&); void fillOrder(Kernels&); void fillGemm(Kernels&); void fillSteps(Kernels&); void fillFft(Kernels&); void fillRows(Kernels&); void fillNorms(Kernels&); void fillPools(Kernels&); void fillBlocks(Kernels&); void fillRecurrent(Kernels&); }
namespace avx2 { void fillLoops(Kernels&); void fillCasts(Kernels&); void fillFolds(Kernels&); void fillOrder(Kernels&); void fillGemm(Kernels&); void fillSteps(Kernels&); void fillFft(Kernels&); void fillRows(Kernels&); void fillNorms(Kernels&); void fillPools(Kernels&); void fillBlocks(Kernels&); void fillRecurrent(Kernels&); }
namespace avx512 { void fillLoops(Kernels&); void fillCasts(Kernels&); void fillFolds(Kernels&); void fillOrder(Kernels&); void fillGemm(Kernels&); void fillSteps(Kernels&); void fillFft(Kernels&); void fillRows(Kernels&); void fillNorms(Kernels&); void fillPools(Kernels&); void fillBlocks(Kernels&); void fillRecurrent(Kernels&); }

namespace baseline { void fillDistances(Kernels&); }
namespace avx2 { void fillDistances(Kernels&); }
namespace avx512 { void fillDistances(Kernels&); }

// The element types that are compiled once: cpu/integers.cc, cpu/complex.cc, cpu/casts.cc.
void fillIntegers(Kernels&);
void fillComplex(Kernels&);
void fillOtherCasts(Kernels&);

}  // namespace gl
