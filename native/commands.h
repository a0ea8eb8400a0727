// The operations of ops.def and the commands of commands.def as one list.
#pragma once

namespace gl {

// cpu/dispatch.cc: how many there are.
int opCount();

}  // namespace gl
