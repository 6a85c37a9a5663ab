#include "services/ops/lines/csv_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace casehub::lines {
namespace {

using Rows = std::vector<std::vector<std::string>>;

struct Read {
  Rows rows;
  std::vector<uint64_t> lines;
  std::vector<bool> misplaced;
  CsvRows::Fault fault = CsvRows::Fault::kNone;
  uint64_t fault_line = 0;
};

// Reads the text in pieces of `piece` bytes.
Read ReadAll(const std::string& text, size_t piece, CsvDialect dialect = {}) {
  Read read;
  CsvRows rows(dialect, [&](const CsvRows::Row& row) {
    read.rows.emplace_back(row.fields->begin(), row.fields->begin() + static_cast<ptrdiff_t>(row.size));
    read.lines.push_back(row.line);
    read.misplaced.push_back(row.quote_misplaced);
    return true;
  });
  bool good = true;
  for (size_t at = 0; good && at < text.size(); at += piece) good = rows.Feed(std::string_view(text).substr(at, piece));
  if (good) good = rows.Finish();
  read.fault = rows.fault();
  read.fault_line = rows.line();
  EXPECT_EQ(good, read.fault == CsvRows::Fault::kNone);
  return read;
}

TEST(CsvRows, ReadsWhatRfc4180Says) {
  struct Row {
    const char* why;
    std::string text;
    Rows rows;
  };
  const Row table[] = {
      {"plain", "a,b\nc,d\n", {{"a", "b"}, {"c", "d"}}},
      {"carriage returns", "a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}},
      {"carriage returns alone", "a,b\rc,d\r", {{"a", "b"}, {"c", "d"}}},
      {"no end of the last row", "a,b\nc,d", {{"a", "b"}, {"c", "d"}}},
      {"quotes", "\"a,1\",\"b\"\"2\",\"c\nd\"\n", {{"a,1", "b\"2", "c\nd"}}},
      {"a quoted carriage return stays", "\"a\r\nb\",c\r\n", {{"a\r\nb", "c"}}},
      {"empty fields", ",,\n\"\",,x\n", {{"", "", ""}, {"", "", "x"}}},
      {"lines with nothing", "a\n\n\r\nb\n", {{"a"}, {"b"}}},
      {"a quoted nothing is a row", "\"\"\nb\n", {{""}, {"b"}}},
      {"a quote inside plain text", "5\" pipe,b\n", {{"5\" pipe", "b"}}},
      {"ends with a separator", "a,b,", {{"a", "b", ""}}},
      {"ends with a closed quote", "a,\"b\"", {{"a", "b"}}},
      {"nothing", "", {}},
      {"Chinese text", "办件,\"王,五\"\n", {{"办件", "王,五"}}},
  };
  for (const Row& row : table) {
    for (const size_t piece : {1, 2, 3, 7, 1000}) EXPECT_EQ(ReadAll(row.text, piece).rows, row.rows) << row.why;
  }
}

TEST(CsvRows, OtherDialects) {
  EXPECT_EQ(ReadAll("a;'b;c';d\n", 1, {';', '\''}).rows, (Rows{{"a", "b;c", "d"}}));
  EXPECT_EQ(ReadAll("\"a\t\"b\"\n", 3, {'\t', std::nullopt}).rows, (Rows{{"\"a", "\"b\""}})) << "quotes are text";
}

TEST(CsvRows, ARowKnowsTheLineItBeginsOn) {
  const Read read = ReadAll("a\n\"b\nc\r\nd\"\n\ne\r\nf", 1);
  EXPECT_EQ(read.lines, (std::vector<uint64_t>{1, 2, 6, 7}));
}

TEST(CsvRows, TextBehindAClosingQuoteIsNoticedAndTheNextRowIsGood) {
  const Read read = ReadAll("\"a\"x,b\nc,d\n", 1);
  EXPECT_EQ(read.misplaced, (std::vector<bool>{true, false}));
}

TEST(CsvRows, AQuoteThatIsNotClosedNamesItsRow) {
  const Read read = ReadAll("a,b\nc,\"d\ne,f\n", 4);
  EXPECT_EQ(read.fault, CsvRows::Fault::kQuoteOpen);
  EXPECT_EQ(read.fault_line, 2u);
  EXPECT_EQ(read.rows.size(), 1u);
}

TEST(CsvRows, ARowHasALimit) {
  const std::string at_limit(CsvRows::kRowBytesMax, 'x');
  EXPECT_EQ(ReadAll(at_limit + "\nb\n", 4096).fault, CsvRows::Fault::kNone);
  EXPECT_EQ(ReadAll(at_limit + "x\nb\n", 4096).fault, CsvRows::Fault::kTooLong);
  std::string open = "\"";
  for (int i = 0; i < 300'000; ++i) open += "a,b\r\n";
  EXPECT_EQ(ReadAll(open, 4096).fault, CsvRows::Fault::kTooLong) << "newlines count too";
}

TEST(CsvRows, TheTakerStopsTheReading) {
  int seen = 0;
  CsvRows rows({}, [&](const CsvRows::Row&) { return ++seen < 2; });
  EXPECT_FALSE(rows.Feed("a\nb\nc\n"));
  EXPECT_EQ(rows.fault(), CsvRows::Fault::kStopped);
  EXPECT_EQ(seen, 2);
}

// Whatever is written by the rules is read back, however it comes in pieces.
TEST(CsvRows, WhatIsWrittenIsReadBack) {
  std::mt19937 random(4180);
  const std::string alphabet[] = {"a", ",", "\"", "\n", "\r", "\r\n", " ", "件", ";"};
  for (int round = 0; round < 2000; ++round) {
    Rows written;
    std::string text;
    const size_t width = 1 + random() % 4;
    for (size_t r = 0, rows = 1 + random() % 5; r < rows; ++r) {
      std::vector<std::string> row;
      for (size_t f = 0; f < width; ++f) {
        std::string field;
        for (size_t n = random() % 6; n > 0; --n) field += alphabet[random() % std::size(alphabet)];
        const bool must_quote = field.find_first_of(",\"\r\n") != field.npos || (width == 1 && field.empty());
        std::string quoted = field;
        if (must_quote || random() % 3 == 0) {
          quoted = "\"";
          for (const char c : field) quoted += c == '"' ? "\"\"" : std::string(1, c);
          quoted += "\"";
        }
        text += (f > 0 ? "," : "") + quoted;
        row.push_back(field);
      }
      text += random() % 2 == 0 ? "\n" : "\r\n";
      written.push_back(std::move(row));
    }
    ASSERT_EQ(ReadAll(text, 1 + random() % 9).rows, written) << text;
  }
}

}  // namespace
}  // namespace casehub::lines
