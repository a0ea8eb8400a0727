// From the code of an element type to its C++ type, for drivers that are written once for all of them.
#pragma once
#include <cstdint>
#include "command.h"
#include "cpu/complex.h"

namespace gl {

// Calls body(T()) with the C++ type of a dtype; bool elements are bytes.
template <class Body>
auto byDType(DType t, Body&& body) {
  switch (t) {
    case DType::Float64: return body(double());
    case DType::Float32: return body(float());
    case DType::Int64: return body(int64_t());
    case DType::Int32: return body(int32_t());
    case DType::Int8: return body(int8_t());
    case DType::Int16: return body(int16_t());
    case DType::UInt16: return body(uint16_t());
    case DType::UInt32: return body(uint32_t());
    case DType::UInt64: return body(uint64_t());
    case DType::Complex128: return body(Complex<double>());
    case DType::Complex64: return body(Complex<float>());
    case DType::UInt8:
    case DType::Bool: break;
  }
  return body(uint8_t());
}

// Calls body(T()) with the C++ type of a command that computes in floating point only.
template <class Body>
void byFloat(const char* caller, const Command& c, Body&& body) {
  if (c.dtype(0) == DType::Float64) body(double());
  else if (c.dtype(0) == DType::Float32) body(float());
  else throw Error(std::string(caller) + ": operands must be float64 or float32");
}

struct Pair {
  uint64_t low, high;
};

// Calls body(U()) with a plain type of an element's size, for code that only moves elements.
template <class Body>
auto bySize(int64_t size, Body&& body) {
  switch (size) {
    case 16: return body(Pair());
    case 8: return body(uint64_t());
    case 4: return body(uint32_t());
    case 2: return body(uint16_t());
    default: return body(uint8_t());
  }
}

}  // namespace gl
