#include "services/ops/lines/mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace casehub::lines {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kWhole[] = R"(
encoding: gb18030
separator: ";"
quote: "'"
row_order: any
no_value: ["", "NULL", NaN, "-"]
case:
  key: [机构, 编号]
  channel: {column: 渠道, values: {电话: hotline, 窗口: window}}
  matter_type: {constant: mediation}
  office: 机构
  applicant: {name: 姓名, identity_number: 证件, identity_kind: passport}
  running_number: 流水
  attributes:
    - 区县
    - {column: 金额, key: amount, type: decimal}
    - {column: 立案日, type: date, format: "%Y/%m/%d"}
event:
  id: 事件号
  activity: 环节
  time: {columns: [日期, 时间], format: "%Y-%m-%d %H:%M", zone: "+09:00"}
  lifecycle: {constant: complete}
  resource: 经办人
  attributes: others
)";

Mapping Good(const std::string& text) {
  auto read = ParseMapping(text, "map.yaml");
  if (const auto* wrong = std::get_if<Bilingual>(&read)) ADD_FAILURE() << wrong->en;
  return std::get<Mapping>(std::move(read));
}

TEST(Mapping, ReadsEveryKey) {
  const Mapping map = Good(kWhole);
  EXPECT_EQ(map.encoding, Encoding::kGb18030);
  EXPECT_EQ(map.separator, ';');
  EXPECT_EQ(map.quote, '\'');
  EXPECT_TRUE(map.any_order);
  EXPECT_EQ(map.nulls, (std::set<std::string>{"", "NULL", "NaN", "-"}));
  EXPECT_THAT(map.NamesOf(Scope::kCase),
              ElementsAre("机构", "编号", "渠道", "姓名", "证件", "流水", "区县", "金额", "立案日"));
  EXPECT_THAT(map.key, ElementsAre(0, 1));
  EXPECT_EQ(map.channel.column, 2);
  EXPECT_EQ(map.channel.values.at("电话"), "hotline");
  EXPECT_EQ(map.matter_type.constant, "mediation");
  EXPECT_EQ(map.office.column, 0);
  EXPECT_EQ(map.applicant.identity_kind, common::v1::IDENTITY_KIND_PASSPORT);
  EXPECT_EQ(map.running_number, 5);
  ASSERT_EQ(map.case_attributes.size(), 3u);
  EXPECT_EQ(map.case_attributes[0].key, "区县");
  EXPECT_EQ(map.case_attributes[1].key, "amount");
  EXPECT_EQ(map.case_attributes[1].type, intake::v1::ATTRIBUTE_TYPE_FLOAT);
  EXPECT_EQ(map.case_attributes[2].format->spec(), "%Y/%m/%d");
  EXPECT_THAT(map.NamesOf(Scope::kEvent), ElementsAre("事件号", "环节", "日期", "时间", "经办人"));
  EXPECT_EQ(map.time.zone_seconds, 9 * 3600);
  EXPECT_TRUE(map.other_event_attributes);
}

TEST(Mapping, JsonIsTakenAndWhatIsLeftOutHasADefault) {
  const Mapping map = Good(R"({"case": {"key": "id"}, "event": {"activity": "what", "time": "when"}})");
  EXPECT_EQ(map.encoding, Encoding::kUtf8);
  EXPECT_EQ(map.separator, ',');
  EXPECT_EQ(map.quote, '"');
  EXPECT_TRUE(map.header);
  EXPECT_FALSE(map.any_order);
  EXPECT_EQ(map.nulls, std::set<std::string>{""});
  EXPECT_EQ(map.time.format->spec(), "rfc3339");
  EXPECT_EQ(map.time.zone_seconds, kChinaOffsetSeconds);
}

// Each thing that can be wrong: the file, the line, the key, and what to do, in both languages.
TEST(Mapping, WhatIsWrongNamesTheKeyAndWhatToDo) {
  const std::string event = "event: {activity: a, time: t}\n";
  const std::string the_case = "case: {key: k}\n";
  struct Row {
    std::string text;
    const char *en, *zh;
  };
  const Row table[] = {
      {event, "map.yaml: case is missing: say under case.key", "case 缺失"},
      {the_case, "map.yaml: event is missing", "event 缺失"},
      {"case: {office: o}\n" + event, "case.key is missing: say which columns", "case.key 缺失"},
      {"case: {key: []}\n" + event, "line 1: case.key must be a column or a list", "case.key 应为列名"},
      {"case: {key: [k, k]}\n" + event, "case.key names a column twice", "case.key 中的列重复"},
      {the_case + event + "colour: red\n", "line 3: colour is no key of the map: here are encoding",
       "colour 不是可用的键"},
      {"case: {key: k, colour: red}\n" + event, "case.colour is no key of the map: here are key", "case.colour"},
      {the_case + "event: {activity: a, time: t, when: t}\n", "event.when is no key", "event.when"},
      {the_case + the_case + event, "case stands there twice", "case 重复"},
      {"encoding: latin1\n" + the_case + event, "encoding must be utf-8, gb18030 or gbk", "encoding 应为"},
      {"separator: \"::\"\n" + the_case + event, "separator must be one ASCII character", "separator 应为一个 ASCII"},
      {"quote: \",\"\n" + the_case + event, "quote cannot be the separator too", "quote 不能与 separator 相同"},
      {"header: maybe\n" + the_case + event, "header must be yes or no", "header 应为 yes 或 no"},
      {"header: no\n" + the_case + event, "columns is missing: with header: no", "columns 缺失"},
      {"columns: [a]\n" + the_case + event, "columns is for files with header: no", "columns 仅在"},
      {"header: no\ncolumns: [a, a]\n" + the_case + event, "columns has a twice", "columns 中 a 重复"},
      {"row_order: sorted\n" + the_case + event, "row_order must be grouped", "row_order 应为"},
      {"no_value: NaN\n" + the_case + event, "no_value must be a list", "no_value 应为列表"},
      {"no_value: [NULL]\n" + the_case + event, "no_value needs quotes around NULL", "须加引号"},
      {"case: {key: k, channel: {constant: pigeon}}\n" + event, "case.channel has no channel pigeon",
       "没有渠道 pigeon"},
      {"case: {key: k, channel: {column: c, values: {x: post}}}\n" + event, "has no channel post", "没有渠道 post"},
      {"case: {key: k, office: {column: c, constant: d}}\n" + event, "case.office needs either", "case.office 应写"},
      {"case: {key: k, office: {constant: d, values: {a: b}}}\n" + event, "case.office.values is for a column",
       "只用于 column"},
      {"case: {key: k, applicant: {phone: p}}\n" + event, "case.applicant has no name", "case.applicant 缺少 name"},
      {"case: {key: k, applicant: {name: n, identity_kind: paper}}\n" + event, "has no kind paper: there are resident",
       "没有类型 paper"},
      {"case: {key: k, attributes: [{column: a, type: money}]}\n" + event,
       "line 1: case.attributes[0].type has no type money: there are string, integer, decimal", "没有类型 money"},
      {"case: {key: k, attributes: [a, {column: b, key: a}]}\n" + event,
       "case.attributes[1] has the target a a second time", "的目标 a 重复"},
      {"case: {key: k, attributes: [{type: id}]}\n" + event, "case.attributes[0] has no column", "缺少 column"},
      {"case: {key: k, attributes: [{column: a, format: \"%Y%m%d\"}]}\n" + event, "is for type: date only",
       "只用于 type: date"},
      {"case: {key: k, attributes: all}\n" + event, "case.attributes must be a list, or the word others", "应为列表"},
      {the_case + "event: {time: t}\n", "event.activity is missing", "event.activity 缺失"},
      {the_case + "event: {activity: a}\n", "event.time is missing", "event.time 缺失"},
      {the_case + "event: {activity: a, time: {format: rfc3339}}\n", "event.time needs either column or columns",
       "event.time 应写"},
      {the_case + "event: {activity: a, time: {column: t, format: yyyy}}\n", "event.time.format is no format: yyyy",
       "不是可用的格式"},
      {the_case + "event: {activity: a, time: {column: t, format: \"%Y%m%d\", zone: CST}}\n",
       "event.time.zone must be a zone", "应为时区"},
      {the_case + "event: {activity: a, time: {column: t, zone: \"+08:00\"}}\n", "event.time.zone is not needed",
       "多余"},
      {the_case + "event: [a]\n", "event must be a group of KEY: VALUE", "event 应为一组"},
      {"case: {key: k\n", "line ", "不是有效的 YAML 或 JSON"},
      {"just text", "must be a group of KEY: VALUE", "应为一组"},
      {"", "must be a group of KEY: VALUE", "应为一组"},
  };
  for (const Row& row : table) {
    const auto read = ParseMapping(row.text, "map.yaml");
    const auto* wrong = std::get_if<Bilingual>(&read);
    ASSERT_NE(wrong, nullptr) << row.text;
    EXPECT_THAT(wrong->en, HasSubstr("map.yaml")) << row.text;
    EXPECT_THAT(wrong->en, HasSubstr(row.en)) << row.text;
    EXPECT_THAT(wrong->zh, HasSubstr(row.zh)) << row.text;
  }
}

TEST(Mapping, AFileThatIsNotThereIsNamed) {
  const auto read = ReadMapping("/nowhere/map.yaml");
  ASSERT_TRUE(std::holds_alternative<Bilingual>(read));
  EXPECT_THAT(std::get<Bilingual>(read).en, HasSubstr("/nowhere/map.yaml"));
}

TEST(Mapping, TheNativeFormNeedsNone) {
  const Mapping map = NativeMapping();
  EXPECT_EQ(map.events, "events");
  EXPECT_TRUE(map.any_order);
  EXPECT_TRUE(map.other_case_attributes);
}

}  // namespace
}  // namespace casehub::lines
