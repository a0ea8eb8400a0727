// Runs commands: picks the instruction set once, finds the handler of an op code, turns exceptions into a message.
#include <new>
#include <string>
#include <cstdlib>
#include <cstring>
#include "commands.h"
#include "cpu/products.h"
#include "cpu/table.h"

namespace gl {

#define COMMAND(name) void run_##name(Command& c);
#include "commands.def"

namespace {

// The commands whose codes follow those of ops.def.
const OpInfo commandInfo[] = {
#define COMMAND(name) {#name, run_##name, 0, false, 1},
#include "commands.def"
};
constexpr int kCommands = sizeof commandInfo / sizeof *commandInfo;

Kernels choose() {
  Kernels k{};
  k.isa = "baseline";
  fillIntegers(k), fillComplex(k), fillOtherCasts(k);
#if defined(GL_X86)
  __builtin_cpu_init();
  // GRADLAB_CPU lowers the choice, for tests of the other versions.
  const char* limit = std::getenv("GRADLAB_CPU");
  const bool no512 = limit != nullptr && std::strcmp(limit, "avx512") != 0;
  const bool no2 = no512 && std::strcmp(limit, "avx2") != 0;
  if (!no512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("bmi2")) {
    k.isa = "avx512";
    avx512::fillDistances(k);
    avx512::fillLoops(k), avx512::fillCasts(k), avx512::fillFolds(k), avx512::fillOrder(k), avx512::fillGemm(k), avx512::fillSteps(k), avx512::fillFft(k), avx512::fillRows(k), avx512::fillNorms(k), avx512::fillPools(k), avx512::fillBlocks(k), avx512::fillRecurrent(k);
    return k;
  }
  if (!no2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2")) {
    k.isa = "avx2";
    avx2::fillDistances(k);
    avx2::fillLoops(k), avx2::fillCasts(k), avx2::fillFolds(k), avx2::fillOrder(k), avx2::fillGemm(k), avx2::fillSteps(k), avx2::fillFft(k), avx2::fillRows(k), avx2::fillNorms(k), avx2::fillPools(k), avx2::fillBlocks(k), avx2::fillRecurrent(k);
    return k;
  }
#endif
  baseline::fillDistances(k);
  baseline::fillLoops(k), baseline::fillCasts(k), baseline::fillFolds(k), baseline::fillOrder(k), baseline::fillGemm(k), baseline::fillSteps(k), baseline::fillFft(k), baseline::fillRows(k), baseline::fillNorms(k), baseline::fillPools(k), baseline::fillBlocks(k), baseline::fillRecurrent(k);
  return k;
}

thread_local std::string message;

}  // namespace

const Kernels& kernels() {
  static const Kernels chosen = choose();
  return chosen;
}

const Products& products() {
#if defined(GL_X86)
  static const std::string isa = kernels().isa;
  if (isa == "avx512") return avx512::products;
  if (isa == "avx2") return avx2::products;
#endif
  return baseline::products;
}

const OpInfo opInfo[kOps] = {
#define UNARY(name, set, cost, ...) {#name, runElementwise, 1, false, cost},
#define PREDICATE(name, set, cost, ...) {#name, runElementwise, 1, true, cost},
#define BINARY(name, set, cost, ...) {#name, runElementwise, 2, false, cost},
#define COMPARE(name, set, cost, ...) {#name, runElementwise, 2, true, cost},
#define TERNARY(name, set, cost, ...) {#name, runElementwise, 3, false, cost},
#define REDUCE(name) {#name, runReduce, 1, false, 1},
#define COMMAND(name) {#name, run_##name, 0, false, 1},
#include "ops.def"
};

static const OpInfo& infoOf(int op) { return op < kOps ? opInfo[op] : commandInfo[op - kOps]; }
int opCount() { return kOps + kCommands; }

int run(double* slots) {
  Command c{slots};
  const int op = c.op();
  try {
    if (op < 0 || op >= opCount()) throw Error("run: unknown operation code " + std::to_string(op));
    if (c.ndim() < 0 || c.ndim() > kMaxDims) throw Error(std::string(infoOf(op).name) + ": more than 32 dimensions");
    infoOf(op).run(c);
    return 0;
  } catch (const std::bad_alloc&) {
    message = std::string(infoOf(op).name) + ": out of memory";
  } catch (const std::exception& e) {
    message = e.what();
  }
  return 1;
}

const char* lastError() { return message.c_str(); }
const char* opName(int op) { return infoOf(op).name; }
bool isPredicate(int op) { return infoOf(op).boolean; }
int operandsOf(int op) { return infoOf(op).run == runElementwise ? infoOf(op).inputs : infoOf(op).run == runReduce ? 0 : -1; }

}  // namespace gl
