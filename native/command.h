// What crosses the boundary: the command buffer's slots, element types and op codes. Host code only; the TypeScript
// side writes the same slots in src/backend/command.ts.
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>

namespace gl {

enum class DType : int {
  Float64, Float32, Int64, Int32, UInt8, Bool, Int8, Int16, UInt16, UInt32, UInt64, Complex128, Complex64
};
constexpr int kDTypes = 13;
constexpr int kMaxDims = 32;
constexpr int kMaxOperands = 8;

constexpr int64_t kItemSize[kDTypes] = {8, 4, 8, 4, 1, 1, 1, 2, 2, 4, 8, 16, 8};
constexpr int64_t kMaxItemSize = 16;
inline int64_t itemSize(DType t) { return kItemSize[static_cast<int>(t)]; }

enum Op : int {
#define OP(name, ...) op_##name,
#define UNARY OP
#define PREDICATE OP
#define BINARY OP
#define COMPARE OP
#define TERNARY OP
#define REDUCE OP
#define COMMAND OP
#include "ops.def"
#undef OP
  kOps
};

// Failures that a user should read; the text crosses the boundary as it is.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One operation, as the TypeScript side wrote it. Every slot is a double.
struct Command {
  double* slot;

  static constexpr int kSlots = 1024, kOp = 0, kLoop = 1, kNdim = 2, kParam = 4, kOperand = 16, kShape = 32,
                       kStride = 64, kList = 512;

  int op() const { return static_cast<int>(slot[kOp]); }
  DType loop() const { return static_cast<DType>(static_cast<int>(slot[kLoop])); }
  int ndim() const { return static_cast<int>(slot[kNdim]); }
  int64_t param(int k) const { return static_cast<int64_t>(slot[kParam + k]); }
  double real(int k) const { return slot[kParam + k]; }
  void result(int k, double value) { slot[kParam + k] = value; }

  char* address(int k) const { return reinterpret_cast<char*>(static_cast<uintptr_t>(slot[kOperand + 2 * k])); }
  template <class T>
  T* data(int k) const { return reinterpret_cast<T*>(address(k)); }
  DType dtype(int k) const { return static_cast<DType>(static_cast<int>(slot[kOperand + 2 * k + 1])); }
  int64_t shape(int d) const { return static_cast<int64_t>(slot[kShape + d]); }
  // In elements.
  int64_t stride(int k, int d) const { return static_cast<int64_t>(slot[kStride + 32 * k + d]); }
};

// Handlers. Element-wise and reducing ops share one each; every COMMAND(name) of ops.def has its own.
void runElementwise(Command& c);
void runReduce(Command& c);
#define COMMAND(name) void run_##name(Command& c);
#include "ops.def"

// cpu/dispatch.cc: 0, or 1 with lastError() set.
int run(double* slots);
const char* lastError();
const char* opName(int op);
int operandsOf(int op);  // inputs of an element-wise op, 0 of a reduction, -1 of any other command
bool isPredicate(int op);  // bool whatever the operands

// cpu/threads.cc
void initThreads();
int numThreads();
void setNumThreads(int n);

}  // namespace gl
