// The step of an optimiser on one parameter. Operands: parameter, gradient, up to three arrays of state (dtype code -1
// where a rule does without); params: the rule, then its numbers.
#include <string>
#include "cpu/table.h"
#include "cpu/threads.h"

namespace gl {

void run_optimizerStep(Command& c) {
  const int64_t rule = c.param(0), n = c.shape(0);
  const int type = static_cast<int>(c.loop());
  if (rule < 0 || rule >= kSteps || type > 1) throw Error("optimizerStep: no rule " + std::to_string(rule));
  const Step step = kernels().step[type][rule];
  const int64_t size = itemSize(c.loop());
  // Sixteen cache lines a grain; three to five arrays pass through memory once.
  parallelRanges(n, 1024 / size, threadsFor(n * 6), [&](int64_t begin, int64_t end) {
    char* p[5];
    for (int k = 0; k < 5; k++) p[k] = c.address(k) == nullptr ? nullptr : c.address(k) + begin * size;
    step(end - begin, p, c.slot + Command::kParam + 1);
  });
}

}  // namespace gl
