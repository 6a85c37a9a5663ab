#include "services/ops/xes/xes_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "absl/strings/str_cat.h"

namespace casehub::xes {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Writes down what it is given.
class Recorder : public Sink {
 public:
  ingest::v1::LineEvent* BeginEvent() override { return current_.Add(); }
  void EndEvent(uint64_t line, const Problem* problem) override {
    if (problem != nullptr) {
      rejects.push_back(absl::StrCat(line, " ", problem->field, " ", ReasonCode(problem->reason)));
      current_.RemoveLast();
    }
  }
  bool EndTrace(const Trace& trace) override {
    if (trace.problem != nullptr) {
      rejects.push_back(
          absl::StrCat(trace.line, " trace ", trace.problem->field, " ", ReasonCode(trace.problem->reason)));
    } else {
      names.push_back(absl::StrCat(trace.name, " ", current_.size()));
      for (auto& event : current_) events.push_back(event);
      attributes.assign(trace.attributes->begin(), trace.attributes->end());
    }
    current_.Clear();
    return !stop;
  }
  void AbandonTrace() override {
    abandoned = true;
    current_.Clear();
  }
  void Stray(uint64_t line, const Problem& problem) override {
    rejects.push_back(absl::StrCat(line, " stray ", ReasonCode(problem.reason)));
  }

  std::vector<std::string> names, rejects;
  std::vector<ingest::v1::LineEvent> events;
  std::vector<intake::v1::Attribute> attributes;  // of the last trace
  bool abandoned = false;
  bool stop = false;

 private:
  google::protobuf::RepeatedPtrField<ingest::v1::LineEvent> current_;
};

class XesReaderTest : public ::testing::Test {
 protected:
  XesReaderTest() {
    char name[] = "/tmp/casehub-xes-XXXXXX";
    folder_ = mkdtemp(name);
    options_.latest = *ParseRfc3339("2025-01-01T00:00:00Z");
  }
  ~XesReaderTest() override { std::filesystem::remove_all(folder_); }

  std::string Plain(std::string_view text) {
    const std::string path = folder_ + "/log.xes";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  std::string Zipped(std::string_view text) {
    const std::string path = folder_ + "/log.xes.gz";
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, text.data(), text.size());
    gzclose(file);
    return path;
  }
  Result Read(std::string_view text) { return ReadXes(Plain(text), options_, sink_); }

  std::string folder_;
  Options options_;
  Recorder sink_;
};

std::string Event(const std::string& activity, const std::string& time) {
  return absl::StrCat("<event><string key=\"concept:name\" value=\"", activity,
                      "\"/><date key=\"time:timestamp\" value=\"", time, "\"/></event>\n");
}
std::string Trace1(const std::string& name, const std::string& events) {
  return absl::StrCat("<trace>\n<string key=\"concept:name\" value=\"", name, "\"/>\n", events, "</trace>\n");
}
std::string Log(const std::string& traces) {
  return absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log xes.version=\"1.0\">\n", traces, "</log>\n");
}
constexpr char kTime[] = "2020-01-02T03:04:05+01:00";

TEST_F(XesReaderTest, KeepsEveryAttributeInFileOrder) {
  const auto result = Read(Log(R"(<global scope="trace"><string key="concept:name" value="UNKNOWN"/></global>
<string key="of the log" value="x"><int key="nested" value="1"/></string>
<trace><string key="concept:name" value="c1"/><float key="SUM" value="1.50"/>
<event><string key="org:resource" value="560872"/><date key="time:timestamp" value="2014-07-28T00:00:00.5+02:00"/>
<string key="lifecycle:transition" value="complete"/><boolean key="late" value="true"/><id key="i" value="7"/>
<string key="concept:name" value="开庭 &amp; 调解"/><int key="n" value="3"/></event></trace>)"));
  ASSERT_EQ(result.fault, Fault::kNone) << FaultText(result, "f").en;
  EXPECT_EQ(result.traces, 1u);
  EXPECT_EQ(result.events, 1u);
  ASSERT_EQ(sink_.attributes.size(), 2u);
  EXPECT_EQ(sink_.attributes[1].key(), "SUM");
  EXPECT_EQ(sink_.attributes[1].value(), "1.50") << "values stay text";
  EXPECT_EQ(sink_.attributes[1].type(), intake::v1::ATTRIBUTE_TYPE_FLOAT);
  ASSERT_EQ(sink_.events.size(), 1u);
  const auto& event = sink_.events[0];
  EXPECT_EQ(event.activity(), "开庭 & 调解");
  EXPECT_EQ(event.lifecycle(), "complete");
  EXPECT_EQ(event.resource(), "560872");
  EXPECT_EQ(event.occurred_at().seconds(), 1406498400);
  EXPECT_EQ(event.occurred_at().nanos(), 500'000'000);
  std::vector<std::string> keys;
  for (const auto& attribute : event.attributes()) keys.push_back(attribute.key());
  EXPECT_THAT(keys,
              ElementsAre("org:resource", "time:timestamp", "lifecycle:transition", "late", "i", "concept:name", "n"));
}

TEST_F(XesReaderTest, NestedAttributesHaveDottedKeysAndDoNotCountAsTheEventsOwn) {
  const auto result = Read(Log(Trace1(
      "c",
      R"(<event><string key="concept:name" value="a"><string key="concept:name" value="inner"><int key="x" value="1"/></string></string>
<list key="people"><values><string key="name" value="王"/></values></list>
<unknown><string key="lost" value="x"/></unknown><date key="time:timestamp" value="2020-01-02T03:04:05Z"/></event>)")));
  ASSERT_EQ(result.fault, Fault::kNone);
  ASSERT_EQ(sink_.events.size(), 1u);
  EXPECT_EQ(sink_.events[0].activity(), "a");
  std::vector<std::string> keys;
  for (const auto& attribute : sink_.events[0].attributes()) keys.push_back(attribute.key());
  EXPECT_THAT(keys, ElementsAre("concept:name", "concept:name.concept:name", "concept:name.concept:name.x", "people",
                                "people.name", "time:timestamp"));
}

TEST_F(XesReaderTest, ByteOrderMarkNamespacePrefixAndGzip) {
  const std::string text = absl::StrCat("\xEF\xBB\xBF", Log(Trace1("c", Event("a", kTime))));
  EXPECT_EQ(Read(text).fault, Fault::kNone);
  EXPECT_EQ(ReadXes(Zipped(text), options_, sink_).fault, Fault::kNone);
  EXPECT_EQ(
      Read(
          R"(<x:log xmlns:x="http://www.xes-standard.org/"><x:trace><x:string key="concept:name" value="p"/></x:trace></x:log>)")
          .fault,
      Fault::kNone);
  EXPECT_THAT(sink_.names, ElementsAre("c 1", "c 1", "p 0"));
}

TEST_F(XesReaderTest, BadEventsAndTracesAreRejectedWithTheirLineAndTheRestGoesOn) {
  const std::string good = Event("a", kTime);
  const auto result = Read(Log(absl::StrCat(
      Trace1("c1", absl::StrCat(good, "<event><string key=\"concept:name\" value=\"a\"/></event>\n",
                                Event("b", "yesterday"), Event("c", "2999-01-01T00:00:00Z"), Event("", kTime),
                                "<event><date key=\"time:timestamp\" value=\"", kTime, "\"/></event>\n",
                                "<event><string value=\"no key\"/></event>\n", good)),
      "<trace>\n", good, "</trace>\n", Trace1("", good), Trace1(std::string(201, 'n'), ""), good, Trace1("c2", good))));
  ASSERT_EQ(result.fault, Fault::kNone);
  EXPECT_EQ(result.traces, 5u);
  EXPECT_EQ(result.events, 8u + 1 + 1 + 1 + 1);
  EXPECT_THAT(sink_.names, ElementsAre("c1 2", "c2 1"));
  EXPECT_THAT(sink_.rejects, ElementsAre("6 time:timestamp FIELD_MISSING", "7 time:timestamp TIME_INVALID",
                                         "8 time:timestamp TIME_IN_FUTURE", "9 concept:name FIELD_EMPTY",
                                         "10 concept:name FIELD_MISSING", "11 string KEY_MISSING",
                                         "14 trace concept:name FIELD_MISSING", "17 trace concept:name FIELD_EMPTY",
                                         "21 trace concept:name FIELD_TOO_LONG", "24 stray OUTSIDE_TRACE"));
}

TEST_F(XesReaderTest, ATruncatedFileKeepsTheCompleteTraces) {
  const std::string whole = Log(absl::StrCat(Trace1("c1", Event("a", kTime)), Trace1("c2", Event("b", kTime))));
  const auto result = Read(whole.substr(0, whole.size() - 40));
  EXPECT_EQ(result.fault, Fault::kTruncated);
  EXPECT_TRUE(sink_.abandoned);
  EXPECT_THAT(sink_.names, ElementsAre("c1 1"));
  EXPECT_EQ(result.events, 1u);
  EXPECT_THAT(FaultText(result, "/x/log.xes").en, HasSubstr("/x/log.xes, line "));
  EXPECT_THAT(FaultText(result, "/x/log.xes").zh, HasSubstr("/x/log.xes 第 "));
}

TEST_F(XesReaderTest, ATruncatedOrDamagedGzipIsNamed) {
  std::string body;
  for (int i = 0; i < 20'000; ++i)
    absl::StrAppend(&body, Trace1(absl::StrCat("c", i * 7919 % 10007, "-", i), Event("a", kTime)));
  const std::string path = Zipped(Log(body));
  const auto size = std::filesystem::file_size(path);
  std::filesystem::resize_file(path, size * 2 / 3);
  const auto cut = ReadXes(path, options_, sink_);
  EXPECT_EQ(cut.fault, Fault::kTruncated) << FaultText(cut, path).en;
  EXPECT_GT(cut.traces, 1000u);
  EXPECT_GT(cut.line, 1000u);
  EXPECT_EQ(sink_.names.size(), cut.traces);

  const std::string damaged = Zipped(Log(body));
  std::fstream file(damaged, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(size / 2));
  file.write("\xff\xff\xff\xff\xff\xff\xff\xff", 8);
  file.close();
  const auto result = ReadXes(damaged, options_, sink_);
  EXPECT_TRUE(result.fault == Fault::kDamagedCompression || result.fault == Fault::kNotXml)
      << FaultText(result, path).en;
}

TEST_F(XesReaderTest, WhatIsNotXesIsNamed) {
  EXPECT_EQ(Read("").fault, Fault::kEmpty);
  EXPECT_EQ(Read("case,activity\n1,a\n").fault, Fault::kNotXml);
  EXPECT_EQ(Read("{\"a\": 1}").fault, Fault::kNotXml);
  const auto html = Read("<!DOCTYPE html>\n<html><body/></html>");
  EXPECT_EQ(html.fault, Fault::kNotXes);
  EXPECT_EQ(html.line, 2u);
  EXPECT_THAT(FaultText(html, "f").en, HasSubstr("<html>"));
  EXPECT_EQ(Read("<log><trace></log>").fault, Fault::kNotXml);
  EXPECT_EQ(Read("<log><trace><string key=\"concept:name\" value=\"\xff\xfe\"/></trace></log>").fault, Fault::kNotXml)
      << "not UTF-8";
  EXPECT_EQ(ReadXes(folder_ + "/none.xes", options_, sink_).fault, Fault::kCannotOpen);
  EXPECT_EQ(ReadXes(folder_, options_, sink_).fault, Fault::kCannotRead);
}

TEST_F(XesReaderTest, EntityDeclarationsAreRefused) {
  std::string bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE log [\n<!ENTITY a0 \"ha\">\n";
  for (int i = 1; i < 10; ++i) {
    absl::StrAppend(&bomb, "<!ENTITY a", i, " \"");
    for (int n = 0; n < 10; ++n) absl::StrAppend(&bomb, "&a", i - 1, ";");
    absl::StrAppend(&bomb, "\">\n");
  }
  absl::StrAppend(&bomb, "]>\n<log><trace><string key=\"concept:name\" value=\"&a9;\"/></trace></log>");
  const auto result = Read(bomb);
  EXPECT_EQ(result.fault, Fault::kEntityDeclared);
  EXPECT_EQ(result.line, 3u);
  EXPECT_THAT(result.detail, HasSubstr("a0"));
  EXPECT_TRUE(sink_.names.empty());
  EXPECT_EQ(Read("<!DOCTYPE log [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><log>&x;</log>").fault,
            Fault::kEntityDeclared);
  EXPECT_EQ(Read("<!DOCTYPE log [<!ENTITY % p \"x\">]><log/>").fault, Fault::kEntityDeclared);
}

TEST_F(XesReaderTest, DepthTokenAndAttributeLimitsHold) {
  std::string deep = "<log><trace>";
  for (int i = 0; i < 100; ++i) absl::StrAppend(&deep, "<string key=\"k\" value=\"v\">");
  EXPECT_EQ(Read(deep).fault, Fault::kTooDeep);
  std::string skipped = "<log>";
  for (int i = 0; i < 100; ++i) absl::StrAppend(&skipped, "<x>");
  EXPECT_EQ(Read(skipped).fault, Fault::kTooDeep);
  EXPECT_EQ(
      Read(absl::StrCat("<log><trace><string key=\"a\" value=\"", std::string(3 << 20, 'x'), "\"/></trace></log>"))
          .fault,
      Fault::kTokenTooLong);
  EXPECT_EQ(Read(absl::StrCat("<log>", std::string(3 << 20, ' '), "</log>")).fault, Fault::kTokenTooLong);
  std::string many;
  for (int i = 0; i < 1001; ++i) absl::StrAppend(&many, "<int key=\"k", i, "\" value=\"1\"/>");
  EXPECT_EQ(Read(Log(Trace1("c", absl::StrCat("<event>", many, "</event>")))).fault, Fault::kNone);
  EXPECT_THAT(sink_.rejects, ElementsAre("5 int TOO_MANY_ATTRIBUTES"));
}

TEST_F(XesReaderTest, LinesAreRightFarIntoALargeFile) {
  std::string body;
  for (int i = 0; i < 30'000; ++i) absl::StrAppend(&body, Trace1(absl::StrCat("c", i), Event("a", kTime)));
  const auto result = Read(Log(absl::StrCat(body, Trace1("last", Event("a", "never")))));
  ASSERT_EQ(result.fault, Fault::kNone);
  EXPECT_THAT(sink_.rejects, ElementsAre(absl::StrCat(3 + 30'000 * 4 + 2, " time:timestamp TIME_INVALID")));
}

TEST_F(XesReaderTest, TheSinkMayStopIt) {
  sink_.stop = true;
  const auto result = Read(Log(absl::StrCat(Trace1("c1", ""), Trace1("c2", ""))));
  EXPECT_EQ(result.fault, Fault::kStopped);
  EXPECT_THAT(sink_.names, ElementsAre("c1 0"));
  EXPECT_FALSE(sink_.abandoned);
}

}  // namespace
}  // namespace casehub::xes
