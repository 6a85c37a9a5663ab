#include "services/ops/lines/time_format.h"

#include <gtest/gtest.h>

namespace casehub::lines {
namespace {

std::string Read(const std::string& spec, const std::string& text, int32_t zone = kChinaOffsetSeconds) {
  const auto format = TimeFormat::Parse(spec);
  if (!format) return "no format";
  const auto moment = format->Read(text, zone);
  return moment ? FormatRfc3339(*moment, kChinaOffsetSeconds) : "no time";
}

TEST(TimeFormat, ReadsWhatLineSystemsWrite) {
  struct Row {
    const char *spec, *text, *expected;
  };
  const Row table[] = {
      {"%Y-%m-%d %H:%M:%S", "2024-05-06 09:30:15", "2024-05-06T09:30:15+08:00"},
      {"%Y/%m/%d %H:%M", "2024/5/6 9:30", "2024-05-06T09:30:00+08:00"},
      {"%Y年%m月%d日", "2024年5月6日", "2024-05-06T00:00:00+08:00"},
      {"%Y%m%d%H%M%S", "20240506093015", "2024-05-06T09:30:15+08:00"},
      {"%Y-%m-%d %H:%M:%S.%f", "2024-05-06 09:30:15.25", "2024-05-06T09:30:15.250+08:00"},
      {"%d.%m.%Y %H:%M %z", "06.05.2024 09:30 +0200", "2024-05-06T15:30:00+08:00"},
      {"%Y-%m-%dT%H:%M:%S%z", "2024-05-06T01:30:15Z", "2024-05-06T09:30:15+08:00"},
      {"rfc3339", "2024-05-06T09:30:00+08:00", "2024-05-06T09:30:00+08:00"},
      {"seconds", "1714959000", "2024-05-06T09:30:00+08:00"},
      {"milliseconds", "1714959000250", "2024-05-06T09:30:00.250+08:00"},
      {"%Y-%m-%d", "2024-02-29", "2024-02-29T00:00:00+08:00"},
      // What does not have the format is no time.
      {"%Y-%m-%d", "2023-02-29", "no time"},
      {"%Y-%m-%d", "2024-13-01", "no time"},
      {"%Y-%m-%d", "2024-00-10", "no time"},
      {"%Y-%m-%d", "24-01-01", "no time"},
      {"%Y-%m-%d", "2024-01-01 ", "no time"},
      {"%Y-%m-%d", "2024-01", "no time"},
      {"%Y-%m-%d", "", "no time"},
      {"%Y-%m-%d %H:%M", "2024-01-01 24:00", "no time"},
      {"%Y-%m-%d %H:%M", "2024-01-01 12:60", "no time"},
      {"%Y-%m-%d %z", "2024-01-01 +8", "no time"},
      {"rfc3339", "2024-05-06T09:30:00", "no time"},
      {"seconds", "-5", "no time"},
      {"seconds", "1e9", "no time"},
  };
  for (const Row& row : table) EXPECT_EQ(Read(row.spec, row.text), row.expected) << row.spec << " " << row.text;
  EXPECT_EQ(Read("%Y-%m-%d", "2024-05-06", 0), "2024-05-06T08:00:00+08:00") << "the zone of the map";
}

TEST(TimeFormat, AFormatNamesADayAndNothingTwice) {
  for (const char* spec : {"", "%Y-%m", "%H:%M", "%q", "%", "%Y-%m-%d %Y", "yyyy-mm-dd", "iso"}) {
    EXPECT_FALSE(TimeFormat::Parse(spec)) << spec;
  }
  EXPECT_TRUE(TimeFormat::Parse("100%% %Y%m%d"));
  EXPECT_EQ(Read("100%% %Y%m%d", "100% 20240506"), "2024-05-06T00:00:00+08:00");
}

TEST(TimeFormat, Zones) {
  EXPECT_EQ(ParseZone("+08:00"), 8 * 3600);
  EXPECT_EQ(ParseZone("-0330"), -(3 * 3600 + 30 * 60));
  EXPECT_EQ(ParseZone("Z"), 0);
  for (const char* text : {"", "8", "+8", "+08:60", "+15:00", "UTC", "+08:00x"}) EXPECT_FALSE(ParseZone(text)) << text;
}

}  // namespace
}  // namespace casehub::lines
