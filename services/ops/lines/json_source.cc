#include <nlohmann/json.hpp>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "services/ops/lines/row_source.h"

namespace casehub::lines {
namespace {

using nlohmann::json;

constexpr size_t kLineBytesMax = 16 * 1024 * 1024;
constexpr size_t kDepthMax = 64;

// The values of one line's object, as the map names them, in one pass and with every value as it was delivered.
class LineHandler : public nlohmann::json_sax<json> {
 public:
  explicit LineHandler(const Mapping& mapping) : mapping_(mapping) {
    for (const Scope scope : {Scope::kCase, Scope::kEvent}) {
      const auto& names = mapping.NamesOf(scope);
      for (size_t i = 0; i < names.size(); ++i) columns_[static_cast<int>(scope)][names[i]] = i;
    }
  }

  void Begin(uint64_t line) {
    line_ = line;
    top_.Reset(mapping_);
    top_.line = line;
    events_used_ = 0;
    has_events_ = in_event_ = false;
    path_.clear();
    levels_.clear();
    error_at_.reset();
  }
  // Whether the line is a case with its events.
  bool has_events() const { return has_events_; }
  const Row& top() const { return top_; }
  const std::vector<Row>& events() {
    events_.resize(events_used_);
    return events_;
  }
  size_t error_at() const { return error_at_.value_or(1); }

  bool null() override { return Value(Cell::Kind::kAbsent, ""); }
  bool boolean(bool value) override { return Value(Cell::Kind::kBoolean, value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return Value(Cell::Kind::kInteger, std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return Value(Cell::Kind::kInteger, std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override {
    const bool whole = text.find_first_of(".eE") == text.npos;  // larger than 64 bits
    return Value(whole ? Cell::Kind::kInteger : Cell::Kind::kDecimal, text);
  }
  bool string(string_t& text) override {
    return Value(mapping_.nulls.count(text) > 0 ? Cell::Kind::kAbsent : Cell::Kind::kText, text);
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return Open(false); }
  bool start_array(std::size_t) override { return Open(true); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool key(string_t& name) override {
    path_ = levels_.back().path;
    if (!path_.empty()) path_.push_back('.');
    path_.append(name);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
    error_at_ = position;
    return false;
  }

 private:
  struct Level {
    bool is_list;
    bool is_events;    // the list of the case's events
    bool is_event;     // an object in it
    std::string path;  // of the container itself
    size_t next = 0;   // place of the next element of a list
  };

  // The path of the value that comes now; false: it stands nowhere (the line is no object).
  bool Enter() {
    if (levels_.empty()) return false;
    Level& level = levels_.back();
    if (level.is_list && !level.is_events) {
      path_ = level.path;
      absl::StrAppend(&path_, path_.empty() ? "" : ".", level.next++);
    }
    return true;
  }

  bool Open(bool is_list) {
    if (levels_.size() >= kDepthMax) return false;
    if (levels_.empty()) {
      if (is_list) return false;
      levels_.push_back({false, false, false, ""});
      return true;
    }
    if (levels_.back().is_events) {
      if (is_list) return false;
      if (events_used_ == events_.size()) events_.emplace_back();
      events_[events_used_].Reset(mapping_);
      events_[events_used_++].line = line_;
      in_event_ = true;
      path_.clear();
      levels_.push_back({false, false, true, ""});
      return true;
    }
    Enter();
    if (is_list && !in_event_ && !mapping_.events.empty() && path_ == mapping_.events) {
      if (has_events_) return false;  // twice
      has_events_ = true;
      levels_.push_back({true, true, false, path_});
      return true;
    }
    Put(Cell::Kind::kNested, "");
    levels_.push_back({is_list, false, false, path_});
    return true;
  }

  bool Close() {
    if (levels_.back().is_event) in_event_ = false;
    levels_.pop_back();
    return true;
  }

  bool Value(Cell::Kind kind, const std::string& text) {
    if (!Enter() || levels_.back().is_events) return false;
    return Put(kind, text);
  }

  // False: the name stands twice, and which value holds is anyone's guess.
  bool Put(Cell::Kind kind, const std::string& text) {
    Row& row = in_event_ ? events_[events_used_ - 1] : top_;
    bool named = false;
    for (const Scope scope : {Scope::kCase, Scope::kEvent}) {
      if (in_event_ && scope == Scope::kCase) continue;
      const auto& columns = columns_[static_cast<int>(scope)];
      const auto at = columns.find(path_);
      if (at == columns.end()) continue;
      named = true;
      Cell& cell = row.cells[static_cast<int>(scope)][at->second];
      if (cell.kind != Cell::Kind::kAbsent) return false;
      cell.kind = kind;
      cell.text = kind == Cell::Kind::kAbsent ? "" : text;
    }
    if (named || kind == Cell::Kind::kAbsent || kind == Cell::Kind::kNested) return true;
    if (in_event_ ? mapping_.other_event_attributes
                  : mapping_.other_event_attributes || mapping_.other_case_attributes) {
      row.others.emplace_back(path_, Cell{kind, text});
    }
    return true;
  }

  const Mapping& mapping_;
  absl::flat_hash_map<std::string, size_t> columns_[2];  // by scope
  uint64_t line_ = 0;
  Row top_;
  std::vector<Row> events_;
  size_t events_used_ = 0;
  bool has_events_ = false;
  bool in_event_ = false;
  std::string path_;
  std::vector<Level> levels_;
  std::optional<size_t> error_at_;
};

class JsonSource : public RowSource {
 public:
  JsonSource(const Mapping& mapping, RowTaker taker) : mapping_(mapping), taker_(std::move(taker)), handler_(mapping) {}

  bool Feed(std::string_view text) override {
    while (!text.empty()) {
      const size_t newline = text.find('\n');
      held_.append(text.substr(0, newline));
      if (held_.size() > kLineBytesMax) {
        return Fail(line_, {absl::StrCat("该行超过 ", kLineBytesMax, " 字节"),
                            absl::StrCat("a line is longer than ", kLineBytesMax, " bytes")});
      }
      if (newline == text.npos) return true;
      text.remove_prefix(newline + 1);
      if (!TakeLine()) return false;
    }
    return true;
  }
  bool Finish() override { return TakeLine(); }

 private:
  bool TakeLine() {
    const std::string line = std::exchange(held_, {});
    const uint64_t number = line_++;
    if (line.find_first_not_of(" \t\r") == line.npos) return true;
    handler_.Begin(number);
    if (!json::sax_parse(line, &handler_)) {
      return taker_.reject(number, {"", xes::Reason::kNotJson, absl::StrCat(handler_.error_at())});
    }
    if (handler_.has_events()) return taker_.whole(handler_.top(), handler_.events());
    return taker_.row(handler_.top());
  }

  const Mapping& mapping_;
  const RowTaker taker_;
  LineHandler handler_;
  std::string held_;
  uint64_t line_ = 1;
};

}  // namespace

std::unique_ptr<RowSource> MakeJsonSource(const Mapping& mapping, RowTaker taker) {
  return std::make_unique<JsonSource>(mapping, std::move(taker));
}

}  // namespace casehub::lines
