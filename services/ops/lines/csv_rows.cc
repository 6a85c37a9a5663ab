#include "services/ops/lines/csv_rows.h"

#include <algorithm>
#include <utility>

namespace casehub::lines {

std::string& CsvRows::Field() {
  if (!open_) {
    if (used_ == fields_.size()) fields_.emplace_back();
    fields_[used_].clear();
    open_ = true;
  }
  return fields_[used_];
}

void CsvRows::Append(std::string_view text) {
  Field().append(text);
  row_bytes_ += text.size();
}

void CsvRows::EndField() {
  Field();
  ++used_;
  open_ = false;
  state_ = State::kFieldStart;
}

bool CsvRows::EndRow() {
  EndField();
  const bool blank = used_ == 1 && fields_[0].empty() && !quoted_any_;
  const Row row{row_line_, &fields_, used_, quote_misplaced_};
  const bool go_on = blank || take_(row);
  used_ = 0;
  row_bytes_ = 0;
  quoted_any_ = quote_misplaced_ = false;
  row_line_ = line_;
  return go_on || Fail(Fault::kStopped);
}

// Everything but the runs of plain text, which Feed takes as a whole.
bool CsvRows::Step(char c) {
  const bool was_cr = std::exchange(after_cr_, c == '\r');
  const bool newline = c == '\r' || c == '\n';
  if (c == '\n' && was_cr) {  // the second half of CR LF
    if (state_ == State::kQuoted) Append({&c, 1});
    return true;
  }
  if (newline) ++line_;
  if (state_ == State::kQuoted) {
    if (c == dialect_.quote) {
      state_ = State::kQuoteInQuoted;
    } else {
      Append({&c, 1});
    }
    return true;
  }
  if (state_ == State::kQuoteInQuoted && c == dialect_.quote) {
    state_ = State::kQuoted;
    Append({&c, 1});
    return true;
  }
  if (newline) return EndRow();
  if (c == dialect_.separator) {
    EndField();
    return true;
  }
  if (state_ == State::kFieldStart && c == dialect_.quote) {
    Field();
    quoted_any_ = true;
    state_ = State::kQuoted;
    return true;
  }
  if (state_ == State::kQuoteInQuoted || state_ == State::kAfterQuoted) {
    quote_misplaced_ = true;
    state_ = State::kAfterQuoted;
  } else {
    state_ = State::kPlain;
  }
  Append({&c, 1});
  return true;
}

bool CsvRows::Feed(std::string_view text) {
  const char quote = dialect_.quote.value_or('\n');  // a newline is looked for anyway
  const char ends[] = {dialect_.separator, quote, '\r', '\n'};
  for (size_t at = 0; at < text.size();) {
    if (state_ == State::kPlain || state_ == State::kQuoted) {
      const size_t end = std::min(text.find_first_of({ends, sizeof ends}, at), text.size());
      if (end > at) {
        Append(text.substr(at, end - at));
        after_cr_ = false;
        at = end;
        if (row_bytes_ > kRowBytesMax) return Fail(Fault::kTooLong);
        continue;
      }
    }
    if (!Step(text[at++])) return false;
    if (row_bytes_ > kRowBytesMax) return Fail(Fault::kTooLong);
  }
  return true;
}

bool CsvRows::Finish() {
  if (state_ == State::kQuoted) return Fail(Fault::kQuoteOpen);
  if (used_ == 0 && !open_) return true;
  return EndRow();
}

}  // namespace casehub::lines
