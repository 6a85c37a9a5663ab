// Text of a file in the encoding its map declares, as UTF-8, block by block. What is not of that encoding is found at
// its line and column, so that a wrong declaration is told apart from a damaged file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "services/ops/lines/mapping.h"

namespace casehub::lines {

class Decoder {
 public:
  explicit Decoder(Encoding encoding);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // Appends the text of the next bytes to `out`; a byte-order mark at the start is left out. False: the bytes at line()
  // and column() are not of the encoding, and `out` holds what stands before them.
  bool Feed(std::string_view bytes, std::string* out);
  // False: the text ended inside a character.
  bool Finish();

  uint64_t line() const { return line_; }      // from 1
  uint64_t column() const { return column_; }  // in characters, from 1

 private:
  bool Convert(std::string_view bytes, std::string* out, size_t* used);
  void Count(std::string_view text);

  void* iconv_;
  std::string carry_;  // the beginning of a character whose rest comes with the next block
  bool started_ = false;
  uint64_t line_ = 1;
  uint64_t column_ = 1;
};

}  // namespace casehub::lines
