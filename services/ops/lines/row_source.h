// Turns the text of a file into rows: one implementation a format.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "services/ops/lines/row.h"
#include "services/ops/xes/sink.h"

namespace casehub::lines {

// Where rows go. False of any of them stops the reading.
struct RowTaker {
  std::function<bool(const Row&)> row;                                     // an event with its case
  std::function<bool(const Row& of_case, const std::vector<Row>&)> whole;  // a case with its events
  std::function<bool(uint64_t line, const xes::Problem&)> reject;
};

class RowSource {
 public:
  virtual ~RowSource() = default;
  // Text in UTF-8. False: stopped, or fault() says what makes the file unusable.
  virtual bool Feed(std::string_view text) = 0;
  virtual bool Finish() = 0;

  struct Fault {
    uint64_t line = 0;
    Bilingual words;
  };
  const std::optional<Fault>& fault() const { return fault_; }

 protected:
  bool Fail(uint64_t line, Bilingual words) {
    fault_ = Fault{line, std::move(words)};
    return false;
  }

 private:
  std::optional<Fault> fault_;
};

std::unique_ptr<RowSource> MakeCsvSource(const Mapping& mapping, RowTaker taker);
std::unique_ptr<RowSource> MakeJsonSource(const Mapping& mapping, RowTaker taker);

}  // namespace casehub::lines
