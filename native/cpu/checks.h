// Labels of classes for native losses.
#pragma once
#include "command.h"

namespace gl {

// Reads n labels, `stride` elements apart, from an operand of any real dtype; throws for one that is no whole number
// from 0 to k - 1, naming it and its example.
void readLabels(const Command& c, int operand, int64_t n, int64_t stride, int64_t k, int64_t* out);

}  // namespace gl
