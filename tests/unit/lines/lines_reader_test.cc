// Files as they come: what of them reaches the sink, and what is said about the rest.
#include "services/ops/lines/lines_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/support/test_folder.h"

namespace casehub::lines {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Says in one line what came: "case(facts){attributes}: event event | …".
class Collector : public xes::Sink {
 public:
  ingest::v1::LineEvent* BeginEvent() override {
    event_.Clear();
    return &event_;
  }
  void EndEvent(uint64_t line, const xes::Problem* problem) override {
    if (problem != nullptr) return Reject(line, *problem);
    absl::StrAppend(&events_, events_.empty() ? "" : " ", event_.activity());
    if (!event_.event_id().empty()) absl::StrAppend(&events_, "#", event_.event_id());
    for (const auto& attribute : event_.attributes()) {
      absl::StrAppend(&events_, ";", attribute.key(), "=", attribute.value(), "/", static_cast<int>(attribute.type()));
    }
    times.push_back(FormatRfc3339({event_.occurred_at().seconds(), event_.occurred_at().nanos()}, kChinaOffsetSeconds));
    last = event_;
  }
  bool EndTrace(const xes::Trace& trace) override {
    if (trace.problem != nullptr) {
      Reject(trace.line, *trace.problem);
    } else {
      std::string attributes;
      for (const auto& attribute : *trace.attributes) {
        absl::StrAppend(&attributes, attributes.empty() ? "" : ";", attribute.key(), "=", attribute.value());
      }
      cases.push_back(absl::StrCat(trace.name, "{", attributes, "}: ", events_));
      facts.push_back(*trace.facts);
      numbers.push_back(trace.running_number.value_or(0));
    }
    events_.clear();
    return cases.size() < stop_after;
  }
  void AbandonTrace() override {
    events_.clear();
    ++abandoned;
  }
  void Stray(uint64_t line, const xes::Problem& problem) override { Reject(line, problem); }

  std::vector<std::string> cases, rejects, times;
  std::vector<ingest::v1::ImportCaseRequest> facts;
  std::vector<uint64_t> numbers;
  ingest::v1::LineEvent last;
  int abandoned = 0;
  size_t stop_after = SIZE_MAX;

 private:
  void Reject(uint64_t line, const xes::Problem& problem) {
    rejects.push_back(absl::StrCat(line, " ", problem.field, " ", xes::ReasonCode(problem.reason)));
    EXPECT_NE(xes::ReasonText(problem).zh, "");
    EXPECT_NE(xes::ReasonText(problem).en, "");
  }
  ingest::v1::LineEvent event_;
  std::string events_;
};

class LinesReader : public ::testing::Test {
 protected:
  Result Read(const std::string& bytes, const std::string& map, Format format = Format::kCsv) {
    const auto path = folder_.path() / "file";
    std::ofstream(path, std::ios::binary) << bytes;
    return ReadFile(path, map, format);
  }
  Result ReadFile(const std::string& path, const std::string& map, Format format = Format::kCsv) {
    Mapping mapping = NativeMapping();
    if (!map.empty()) {
      auto read = ParseMapping(map, "map.yaml");
      if (const auto* wrong = std::get_if<Bilingual>(&read)) ADD_FAILURE() << wrong->en;
      mapping = std::get<Mapping>(std::move(read));
    }
    EXPECT_FALSE(CheckMapFor(format, mapping));
    return ReadLines(path, format, mapping, *ParseRfc3339("2026-01-01T00:00:00Z"), sink_);
  }
  std::string Fault(const Result& result) { return result.fault ? result.fault->en : ""; }

  const host::TestFolder folder_;
  Collector sink_;
};

const std::string kMap = R"(
case: {key: id, attributes: [district]}
event: {activity: step, time: {column: at, format: "%Y-%m-%d %H:%M"}, attributes: [{column: fee, type: decimal}]}
)";
const std::string kHead = "id,district,step,at,fee\n";

TEST_F(LinesReader, RowsOfACaseAreItsEvents) {
  const Result result = Read(kHead +
                                 "A,east,filed,2024-05-06 09:30,1.50\nA,east,decided,2024-05-07 10:00,\n"
                                 "B,west,filed,2024-05-06 09:31,-2e3\n",
                             kMap);
  EXPECT_EQ(Fault(result), "");
  EXPECT_FALSE(result.stopped);
  EXPECT_THAT(sink_.cases,
              ElementsAre("A{district=east}: filed;fee=1.50/4 decided", "B{district=west}: filed;fee=-2e3/4"));
  EXPECT_THAT(sink_.times,
              ElementsAre("2024-05-06T09:30:00+08:00", "2024-05-07T10:00:00+08:00", "2024-05-06T09:31:00+08:00"));
  EXPECT_THAT(sink_.rejects, IsEmpty());
}

TEST_F(LinesReader, WhatARowCannotBeIsRejectedAndTheRestGoesOn) {
  const Result result = Read(kHead +
                                 "A,east,filed,2024-05-06 09:30\n"            // 2: ragged
                                 "A,east,filed,2024-05-06 09:30,1,2\n"        // 3: ragged
                                 ",east,filed,2024-05-06 09:30,1\n"           // 4: no case
                                 "A,east,,2024-05-06 09:30,1\n"               // 5: no activity
                                 "A,east,filed,06/05/2024,1\n"                // 6: another format
                                 "A,east,filed,,1\n"                          // 7: no time
                                 "A,east,filed,2026-05-06 09:30,1\n"          // 8: in the future
                                 "A,east,filed,2024-05-06 09:30,NaN\n"        // 9: a bare NaN is no number
                                 "A,east,filed,2024-05-06 09:30,\"1,200\"\n"  // 10: no number
                                 "\"A\"x,east,filed,2024-05-06 09:30,1\n"     // 11: text behind a quote
                                 "A,east,kept,2024-05-06 09:30,1\n"           // 12
                                 "B,east,kept,2024-05-06 09:30,1\n"           // 13
                                 "A,east,late,2024-05-06 09:30,1\n",          // 14: not grouped
                             kMap);
  EXPECT_EQ(Fault(result), "");
  EXPECT_THAT(sink_.rejects,
              ElementsAre("2 fee ROW_RAGGED", "3 fee ROW_RAGGED", "4 id FIELD_MISSING", "5 step FIELD_MISSING",
                          "6 at TIME_INVALID", "7 at FIELD_MISSING", "8 at TIME_IN_FUTURE", "9 fee NUMBER_INVALID",
                          "10 fee NUMBER_INVALID", "11 id QUOTE_MISPLACED", "14 id CASE_NOT_GROUPED"));
  EXPECT_THAT(sink_.cases, ElementsAre("A{district=east}: kept;fee=1/4", "B{district=east}: kept;fee=1/4"));
}

TEST_F(LinesReader, ANaNThatIsDeclaredIsNoValue) {
  Read(kHead + "A,NaN,filed,2024-05-06 09:30,NaN\n", "no_value: [NaN]\n" + kMap);
  EXPECT_THAT(sink_.cases, ElementsAre("A{}: filed"));
  EXPECT_THAT(sink_.rejects, IsEmpty());
}

TEST_F(LinesReader, RowsInAnyOrderComeTogether) {
  Read(kHead +
           "A,e,a1,2024-05-06 09:30,\nB,e,b1,2024-05-06 09:30,\nA,e,a2,2024-05-06 09:30,\nB,e,b2,2024-05-06 09:30,\n",
       "row_order: any\n" + kMap);
  EXPECT_THAT(sink_.cases, ::testing::UnorderedElementsAre("A{district=e}: a1 a2", "B{district=e}: b1 b2"));
  EXPECT_THAT(sink_.rejects, IsEmpty());
}

TEST_F(LinesReader, ChineseTablesInTheirEncoding) {
  // 编号,环节,时间,经办人 / 甲1,受理,2024-05-06 09:30,王五
  const std::string gb =
      "\xB1\xE0\xBA\xC5,\xBB\xB7\xBD\xDA,\xCA\xB1\xBC\xE4,\xBE\xAD\xB0\xEC\xC8\xCB\r\n"
      "\xBC\xD7"
      "1,\xCA\xDC\xC0\xED,2024-05-06 09:30,\xCD\xF5\xCE\xE5\r\n";
  const std::string map =
      "case: {key: 编号}\nevent: {activity: 环节, time: {column: 时间, format: \"%Y-%m-%d %H:%M\"}, resource: "
      "经办人}\n";
  const Result good = Read(gb, "encoding: gb18030\n" + map);
  EXPECT_EQ(Fault(good), "");
  EXPECT_THAT(sink_.cases, ElementsAre("甲1{}: 受理"));
  EXPECT_EQ(sink_.last.resource(), "王五");

  const Result wrong = Read(gb, map);
  EXPECT_THAT(Fault(wrong), HasSubstr("file, line 1: column 1: is not UTF-8 text: declare the encoding"));
  EXPECT_THAT(wrong.fault->zh, HasSubstr("第 1 行"));
  EXPECT_EQ(sink_.cases.size(), 1u);
}

TEST_F(LinesReader, AWrongEncodingInTheMiddleKeepsWhatWasComplete) {
  const Result result =
      Read(kHead + "A,e,a,2024-05-06 09:30,\nB,e,b,2024-05-06 09:30,\nC,\xBC\xD7,c,2024-05-06 09:30,\n", kMap);
  EXPECT_THAT(Fault(result), HasSubstr("line 4: column 3"));
  EXPECT_THAT(sink_.cases, ElementsAre("A{district=e}: a")) << "B may go on behind the fault";
  EXPECT_EQ(sink_.abandoned, 1);
}

TEST_F(LinesReader, TheHeaderIsChecked) {
  const Result missing = Read("id,district,step,at\nA,e,f,2024-05-06 09:30\n", kMap);
  EXPECT_THAT(Fault(missing),
              HasSubstr("has no column fee, which the map map.yaml uses: its columns are id, district, step, at"));
  EXPECT_THAT(Fault(Read("id,district,step,at,fee,step\n", kMap)), HasSubstr("line 1: the header has step twice"));
  EXPECT_THAT(Fault(Read("", kMap)), HasSubstr("the file is empty"));
  EXPECT_THAT(Fault(Read("\n\n", kMap)), HasSubstr("has no header"));
  EXPECT_EQ(Fault(Read(kHead, kMap)), "") << "no rows is no fault";
  EXPECT_THAT(sink_.cases, IsEmpty());
}

TEST_F(LinesReader, ATableWithoutAHeaderHasItsColumnsNamed) {
  Read("A,e,filed,2024-05-06 09:30,1\n", "header: no\ncolumns: [id, district, step, at, fee]\n" + kMap);
  EXPECT_THAT(sink_.cases, ElementsAre("A{district=e}: filed;fee=1/4"));
}

TEST_F(LinesReader, ColumnsThatAreNotNamedCanBeTakenToo) {
  Read("id,step,at,x,y\nA,filed,2024-05-06T09:30:00Z,1,\n",
       "case: {key: id}\nevent: {activity: step, time: at, attributes: others}\n");
  EXPECT_THAT(sink_.cases, ElementsAre("A{}: filed;x=1/1"));
}

TEST_F(LinesReader, ACaseHasItsFacts) {
  const std::string map = R"(
case:
  key: [office, id]
  channel: {column: channel, values: {tel: hotline, web: online}}
  matter_type: {constant: permit}
  office: office
  applicant: {name: who, phone: phone}
  running_number: n
event: {id: eid, activity: step, time: at}
)";
  Read(
      "office,id,channel,who,phone,n,eid,step,at\n"
      "o/1,A,tel,王五,123,007,e1,filed,2024-05-06T09:30:00Z\n"
      "o/1,B,pigeon,,,8,e2,filed,2024-05-06T09:30:00Z\n"
      "o/1,C,,,,x,e3,filed,2024-05-06T09:30:00Z\n",
      map);
  EXPECT_THAT(sink_.cases, ElementsAre("o%2F1/A{}: filed#e1"));
  const auto& facts = sink_.facts[0];
  EXPECT_EQ(facts.channel(), common::v1::CHANNEL_HOTLINE);
  EXPECT_EQ(facts.matter_type(), "permit");
  EXPECT_EQ(facts.office_id(), "o/1");
  EXPECT_EQ(facts.applicant().particulars().name(), "王五");
  EXPECT_EQ(facts.applicant().particulars().identity_kind(), common::v1::IDENTITY_KIND_UNSPECIFIED);
  EXPECT_EQ(sink_.numbers[0], 7u);
  EXPECT_THAT(sink_.rejects, ElementsAre("3 channel VALUE_UNKNOWN", "4 n NUMBER_INVALID"));
}

TEST_F(LinesReader, JsonLinesWithTheirEvents) {
  const Result result = Read(
      "{\"case\":\"A\",\"district\":\"east\",\"events\":[{\"activity\":\"filed\",\"time\":\"2024-05-06T09:30:00+08:"
      "00\","
      "\"fee\":1.50,\"id\":\"e1\"},{\"activity\":\"decided\",\"time\":\"2024-05-07T09:30:00+08:00\",\"urgent\":true,"
      "\"by\":{\"name\":\"x\"}}]}\n"
      "\n"
      "{\"case\":\"B\",\"activity\":\"called\",\"time\":\"2024-05-06T09:30:00+08:00\",\"n\":12345678901234567890123}\n"
      "{\"case\":\"C\",\"events\":[]}\n",
      "", Format::kJsonLines);
  EXPECT_EQ(Fault(result), "");
  EXPECT_THAT(sink_.cases, ElementsAre("A{district=east}: filed#e1;fee=1.50/4 decided;urgent=true/5;by.name=x/1",
                                       "C{}: ", "B{}: called;n=12345678901234567890123/3"))
      << "a case that is one line needs not wait for the end";
}

TEST_F(LinesReader, LinesThatAreNoObjectsAreRejected) {
  const std::string good = "{\"case\":\"A\",\"activity\":\"x\",\"time\":\"2024-05-06T09:30:00Z\"}\n";
  Read(good +
           "not "
           "json\n[1]\n{\"case\":\"B\"\n{\"case\":\"C\",\"case\":\"D\",\"activity\":\"x\",\"time\":\"2024-05-06T09:30:"
           "00Z\"}\n" +
           "{\"case\":{\"a\":1},\"activity\":\"x\",\"time\":\"2024-05-06T09:30:00Z\"}\n" +
           "{\"case\":\"E\",\"activity\":null,\"time\":\"2024-05-06T09:30:00Z\"}\n" +
           "{\"case\":\"F\",\"events\":[1]}\n" + "{\"case\":\"G\",\"activity\":\"x\",\"time\":\"2024-05-06\"}\n" +
           "{\"events\":[{\"activity\":\"x\",\"time\":\"2024-05-06T09:30:00Z\"}]}\n",
       "", Format::kJsonLines);
  EXPECT_THAT(sink_.rejects,
              ::testing::UnorderedElementsAre("2  LINE_INVALID", "3  LINE_INVALID", "4  LINE_INVALID",
                                              "5  LINE_INVALID", "6 case VALUE_NESTED", "7 activity FIELD_MISSING",
                                              "8  LINE_INVALID", "9 time TIME_INVALID", "10 case FIELD_MISSING"));
  EXPECT_THAT(sink_.cases, ::testing::Contains("A{}: x"));
}

TEST_F(LinesReader, JsonLinesByAMap) {
  const std::string map = R"(
events: record.steps
case: {key: record.no, attributes: [{column: record.area, key: district}, {column: record.tags.1, key: tag}]}
event: {activity: name, time: {column: at.ms, format: milliseconds}, attributes: [{column: fee, type: integer}]}
)";
  Read(
      "{\"record\":{\"no\":7,\"steps\":[{\"name\":\"filed\",\"at\":{\"ms\":1714959000000},\"fee\":3}],"
      "\"tags\":[\"x\",\"y\"],\"area\":\"east\"}}\n",
      map, Format::kJsonLines);
  EXPECT_THAT(sink_.cases, ElementsAre("7{district=east;tag=y}: filed;fee=3/3"));
  EXPECT_THAT(sink_.times, ElementsAre("2024-05-06T09:30:00+08:00"));
}

TEST_F(LinesReader, GzipIsReadAndATruncatedOneEndsAtWholeCases) {
  std::string text = kHead;
  for (int i = 0; i < 5000; ++i) absl::StrAppend(&text, "c", i, ",e,filed,2024-05-06 09:30,", i, "\n");
  const std::string path = folder_.path() / "file.gz";
  gzFile out = gzopen(path.c_str(), "wb");
  gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  gzclose(out);
  EXPECT_EQ(Fault(ReadFile(path, kMap)), "");
  EXPECT_EQ(sink_.cases.size(), 5000u);

  sink_.cases.clear();
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  const Result cut = ReadFile(path, kMap);
  EXPECT_THAT(Fault(cut), HasSubstr("the file ends early"));
  EXPECT_LT(sink_.cases.size(), 5000u);
  sink_.cases.clear();
  EXPECT_THAT(Fault(ReadFile(path, "row_order: any\n" + kMap)), HasSubstr("the file ends early"));
  EXPECT_THAT(sink_.cases, IsEmpty()) << "any case may go on";
}

TEST_F(LinesReader, AnUnclosedQuoteKeepsWhatWasComplete) {
  const Result result =
      Read(kHead + "A,e,a,2024-05-06 09:30,\nB,e,b,2024-05-06 09:30,\nC,\"e,c,2024-05-06 09:30,\n", kMap);
  EXPECT_THAT(Fault(result), HasSubstr("line 4: the file ends early: a quote of this row is not closed"));
  EXPECT_THAT(sink_.cases, ElementsAre("A{district=e}: a"));
}

TEST_F(LinesReader, TheSinkStopsTheReading) {
  sink_.stop_after = 1;
  const Result result =
      Read(kHead + "A,e,a,2024-05-06 09:30,\nB,e,b,2024-05-06 09:30,\nC,e,c,2024-05-06 09:30,\n", kMap);
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(Fault(result), "");
  EXPECT_EQ(sink_.cases.size(), 1u);
}

TEST(CheckMapFor, SaysWhatATableHasNot) {
  const auto with = [](const std::string& text) { return std::get<Mapping>(ParseMapping(text, "m")); };
  const std::string event = "\nevent: {activity: a, time: t}";
  EXPECT_TRUE(CheckMapFor(Format::kCsv, with("events: e\ncase: {key: k}" + event)));
  EXPECT_TRUE(CheckMapFor(Format::kCsv, with("case: {key: k, attributes: others}" + event)));
  EXPECT_FALSE(CheckMapFor(Format::kJsonLines, with("events: e\ncase: {key: k, attributes: others}" + event)));
}

}  // namespace
}  // namespace casehub::lines
