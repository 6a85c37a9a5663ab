#include "services/ops/casectl/titles.h"

#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "services/ops/casectl/catalogue.h"

namespace casehub::casectl {
namespace {

using Titles = absl::flat_hash_map<std::string_view, const char*>;

constexpr std::string_view kKind = "kind";

const Titles& Fields() {
  static const auto* const titles = new Titles{
      {"case_id", "办件"},
      {"municipality", "市"},
      {kKind, "类别"},
      {"status", "状态"},
      {"etag", "版本"},
      {"channel", "渠道"},
      {"matter_type", "事项"},
      {"source_system", "来源系统"},
      {"external_reference", "来源编号"},
      {"applicant", "申请人"},
      {"particulars", "身份信息"},
      {"identity_kind", "证件类型"},
      {"identity_number", "证件号码"},
      {"phone", "电话"},
      {"address", "地址"},
      {"age_group", "年龄段"},
      {"person_id", "人员标识"},
      {"first_receiver", "首问责任人"},
      {"responsible_office_id", "主责机构"},
      {"responsible_staff_id", "主责人员"},
      {"staff_id", "人员"},
      {"opened_at", "受理时间"},
      {"changed_at", "变更时间"},
      {"contacts", "联系次数"},
      {"calls", "来电次数"},
      {"pending_office_id", "待接收机构"},
      {"question", "咨询内容"},
      {"answer", "答复"},
      {"text", "内容"},
      {"clocks", "时限"},
      {"deadline", "时限"},
      {"policy", "时限规则"},
      {"started_at", "起算时间"},
      {"ended_at", "终止时间"},
      {"due_at", "到期时刻"},
      {"due_date", "末日"},
      {"due", "到期时刻"},
      {"provisional", "暂定"},
      {"policy_version", "规则版本"},
      {"calendar_version", "日历版本"},
      {"frozen", "冻结"},
      {"frozen_to", "转往"},
      {"parked_reason", "暂停原因"},
      {"line_events", "导入事件数"},
      {"home_municipality", "首次受理市"},
      {"competent_municipality", "管辖市"},
      {"attributes", "属性"},
      {"key", "名称"},
      {"value", "值"},
      {"type", "类型"},
      {"escalated", "已升级"},
      {"aid", "法律援助"},
      {"same_matters", "疑似同一事项"},
      {"rule", "依据"},
      {"office_id", "机构"},
      {"parent_office_id", "上级机构"},
      {"name", "名称"},
      {"region_code", "区划代码"},
      {"host", "所在单位"},
      {"valid_from", "生效日期"},
      {"valid_until", "失效日期"},
      {"successor_office_id", "承接机构"},
      {"organisation_code", "统一社会信用代码"},
      {"run_by", "主管单位"},
      {"practitioner_id", "人员编号"},
      {"person", "个人信息"},
      {"licence_number", "执业证号"},
      {"practising_since", "执业起始"},
      {"specialties", "专长"},
      {"amount", "数额"},
      {"unit", "单位"},
      {"extension", "可延长"},
      {"citation", "依据"},
      {"citation_zh", "依据"},
      {"citation_en", "依据(英文)"},
      {"version", "版本"},
      {"steps", "推算过程"},
      {"run", "导入批次"},
      {"run_id", "批次"},
      {"recorded_at", "登记时间"},
      {"complete", "读完"},
      {"counts", "数目"},
      {"rejects", "拒收"},
      {"reason", "原因"},
      {"numbers", "号段"},
      {"first", "起"},
      {"last", "止"},
      {"hop", "转办次序"},
      {"state", "进展"},
      {"from", "转出市"},
      {"to", "转入市"},
      {"custodian", "主办市"},
      {"declines", "拒收次数"},
      {"claim_code", "查询码"},
      {"sequence", "序号"},
      {"hash", "哈希"},
      {"head", "末序号"},
      {"partition", "分区"},
      {"service", "服务"},
      {"offset", "位置"},
      {"position", "位置"},
      {"subject", "对象"},
      {"count", "数目"},
      {"sum", "合计"},
      {"mean", "均值"},
      {"ranked", "参与排名"},
      {"occurred_at", "发生时间"},
  };
  return *titles;
}

const Titles& Values() {
  static const auto* const titles = new Titles{
      {"CASE_STATUS_OPEN", "办理中"},
      {"CASE_STATUS_CLOSED", "已办结"},
      {"CASE_STATUS_WITHDRAWN", "已撤回"},
      {"CASE_STATUS_ARCHIVED", "已归档"},
      {"CASE_STATUS_MOVED_AWAY", "已转出"},
      {"CASE_KIND_CONTACT", "来访登记"},
      {"CASE_KIND_LEGAL_AID", "法律援助"},
      {"CASE_KIND_CONSULTATION", "咨询"},
      {"CASE_KIND_IMPORTED", "外部导入"},
      {"CASE_KIND_DEFENCE", "通知辩护"},
      {"CASE_KIND_MEDIATION", "调解"},
      {"CHANNEL_WINDOW", "窗口"},
      {"CHANNEL_ONLINE", "网络"},
      {"CHANNEL_HOTLINE", "热线"},
      {"CHANNEL_IMPORT", "导入"},
      {"CLOCK_STATUS_RUNNING", "计时中"},
      {"CLOCK_STATUS_MET", "按期"},
      {"CLOCK_STATUS_MISSED", "逾期"},
      {"CLOCK_STATUS_MET_LATE", "逾期完成"},
      {"CLOCK_STATUS_CANCELLED", "已取消"},
      {"CLOCK_STATUS_PAUSED", "中止"},
      {"OFFICE_KIND_CENTRE", "中心"},
      {"OFFICE_KIND_STATION", "工作站"},
      {"OFFICE_KIND_ROOM", "工作室"},
      {"OFFICE_KIND_INSTITUTION", "机构"},
      {"OFFICE_KIND_COMMITTEE", "调解委员会"},
      {"TERM_UNIT_HOURS", "小时"},
      {"TERM_UNIT_NATURAL_DAYS", "日"},
      {"TERM_UNIT_WORKING_DAYS", "工作日"},
      {"TERM_UNIT_MONTHS", "月"},
      {"SAME_MATTER_RULE_EXTERNAL_REFERENCE", "来源编号相同"},
      {"SAME_MATTER_RULE_APPLICANT", "同一申请人、同一事项"},
  };
  return *titles;
}

}  // namespace

std::string FieldTitle(const google::protobuf::FieldDescriptor& field, Language language) {
  if (language == Language::kEnglish) return field.name();
  const auto at = Fields().find(field.name());
  return at == Fields().end() ? field.name() : at->second;
}

std::string ValueTitle(const google::protobuf::EnumValueDescriptor& value, Language language) {
  if (language == Language::kEnglish) return ShortName(value);
  const auto at = Values().find(value.name());
  return at == Values().end() ? ShortName(value) : at->second;
}

}  // namespace casehub::casectl
