// Numbers that stand in text, read into float64: what loadtxt, genfromtxt and fromstring begin with; and numbers written
// by a printf format, for savetxt.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include "cpu/table.h"

namespace gl {

namespace {

bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\v' || c == '\f'; }
bool isEnd(char c) { return c == '\n' || c == '\r'; }

// A number that begins at p, and where it ends; nullptr where there is none of the ordinary kind.
const char* readNumber(const char* p, const char* end, double& value) {
  const bool negative = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+')) p++;
  if (p == end) return nullptr;
  if ((*p >= '0' && *p <= '9') || *p == '.') {
    const auto found = std::from_chars(p, end, value);
    if (found.ec != std::errc()) return nullptr;
    if (negative) value = -value;
    return found.ptr;
  }
  // The longer name first.
  static const struct { const char* name; int length; double value; } names[] = {
      {"infinity", 8, std::numeric_limits<double>::infinity()},
      {"inf", 3, std::numeric_limits<double>::infinity()},
      {"nan", 3, std::numeric_limits<double>::quiet_NaN()},
  };
  for (const auto& word : names) {
    if (end - p < word.length) continue;
    int k = 0;
    while (k < word.length && (p[k] | 0x20) == word.name[k]) k++;
    if (k < word.length) continue;
    value = negative ? -word.value : word.value;
    return p + word.length;
  }
  return nullptr;
}

}  // namespace

// Reads lines of numbers between which a delimiter stands, or white space where that is 0. Empty lines and what follows
// a comment sign are skipped. Operands: out (float64), text (bytes). params: bytes, room in out, delimiter, comment sign
// or -1, whether ends of lines count as blanks. results: rows, or -1 where the text is not as plain as that; columns.
void run_readNumbers(Command& c) {
  const char* p = c.data<char>(1);
  const char* const end = p + c.param(0);
  double* out = c.data<double>(0);
  const int64_t room = c.param(1), comment = c.param(3);
  const char delimiter = static_cast<char>(c.param(2));
  const bool oneLine = c.param(4) != 0;
  int64_t rows = 0, columns = -1, found = 0;
  const auto blanks = [&] {
    while (p < end && (isBlank(*p) || (oneLine && isEnd(*p))) && *p != delimiter) p++;
  };
  const auto atEnd = [&] { return p == end || (!oneLine && isEnd(*p)) || (comment >= 0 && *p == static_cast<char>(comment)); };
  c.result(0, -1);
  while (p < end) {
    blanks();
    int64_t here = 0;
    if (!atEnd()) {
      for (;;) {
        if (found == room) return;
        p = readNumber(p, end, out[found]);
        if (p == nullptr) return;
        found++;
        here++;
        const char* const after = p;
        blanks();
        if (atEnd()) break;
        if (delimiter == 0) {
          if (p == after) return;
        } else {
          if (*p != delimiter) return;
          p++;
          blanks();
          if (atEnd()) return;
        }
      }
      if (columns >= 0 && here != columns) return;
      columns = here;
      rows++;
    }
    while (p < end && !(!oneLine && isEnd(*p))) p++;
    if (p < end) p++;
  }
  c.result(0, static_cast<double>(rows));
  c.result(1, static_cast<double>(columns < 0 ? 0 : columns));
}

// Writes elements of a table (float64 or int64) from one on as text while there is room. Operands: out (bytes), table,
// and the format, what stands between columns and what ends a row, each closed by a zero byte. params: elements, columns,
// first element, bytes of room, most bytes that one number takes. results: the next element, bytes written.
void run_writeNumbers(Command& c) {
  char* const out = c.data<char>(0);
  const char* const format = c.data<char>(2);
  const char* const between = c.data<char>(3);
  const char* const ending = c.data<char>(4);
  const int64_t n = c.param(0), columns = c.param(1), room = c.param(3);
  const int64_t lengths[2] = {int64_t(std::strlen(between)), int64_t(std::strlen(ending))};
  const int64_t most = c.param(4) + std::max(lengths[0], lengths[1]) + 1;
  const bool whole = c.dtype(1) == DType::Int64;
  int64_t i = c.param(2), at = 0;
  for (; i < n && at + most <= room; i++) {
    if (whole) {
      at += std::snprintf(out + at, most, format, static_cast<long long>(c.data<int64_t>(1)[i]));
    } else {
      const double x = c.data<double>(1)[i];
      // C prints the sign of NaN.
      at += std::snprintf(out + at, most, format, std::isnan(x) ? std::fabs(x) : x);
    }
    const bool last = (i + 1) % columns == 0;
    std::memcpy(out + at, last ? ending : between, lengths[last]);
    at += lengths[last];
  }
  c.result(0, static_cast<double>(i));
  c.result(1, static_cast<double>(at));
}

}  // namespace gl
