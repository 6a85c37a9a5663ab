// Rows of a CSV text (RFC 4180), fed piece by piece. Also taken: rows that end with LF or CR alone, a last row without
// an end, and quotes inside a field that does not begin with one. Lines with nothing on them are no rows.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace casehub::lines {

struct CsvDialect {
  char separator = ',';
  std::optional<char> quote = '"';
};

class CsvRows {
 public:
  static constexpr size_t kRowBytesMax = 1024 * 1024;

  enum class Fault { kNone, kStopped, kTooLong, kQuoteOpen };
  struct Row {
    uint64_t line = 0;                                 // on which it begins
    const std::vector<std::string>* fields = nullptr;  // the first `size` of them
    size_t size = 0;
    bool quote_misplaced = false;
  };
  // False stops the reading.
  using Take = std::function<bool(const Row&)>;

  CsvRows(CsvDialect dialect, Take take) : dialect_(dialect), take_(std::move(take)) {}

  // False: see fault(), at the row that begins on line().
  bool Feed(std::string_view text);
  bool Finish();
  Fault fault() const { return fault_; }
  uint64_t line() const { return row_line_; }

 private:
  enum class State { kFieldStart, kPlain, kQuoted, kQuoteInQuoted, kAfterQuoted };

  bool Step(char c);
  void Append(std::string_view text);
  void EndField();
  bool EndRow();
  bool Fail(Fault fault) {
    fault_ = fault;
    return false;
  }
  std::string& Field();

  const CsvDialect dialect_;
  const Take take_;
  std::vector<std::string> fields_;  // kept for the next row, so that nothing is allocated per field
  size_t used_ = 0;                  // complete ones
  bool open_ = false;                // fields_[used_] is being read
  State state_ = State::kFieldStart;
  bool quoted_any_ = false;
  bool quote_misplaced_ = false;
  bool after_cr_ = false;
  size_t row_bytes_ = 0;
  uint64_t line_ = 1;
  uint64_t row_line_ = 1;
  Fault fault_ = Fault::kNone;
};

}  // namespace casehub::lines
