#include <algorithm>

#include "services/legalclock/legal_clock.h"

namespace casehub::legalclock {
namespace {

using enum Policy::Unit;

constexpr std::string_view kVersion = "default-1";

// Ordered by name, because FindPolicy searches by halves.
constexpr Policy kPolicies[] = {
    {"aid.assign", 3, kNaturalDays, "《法律援助法》第四十三条", "Legal Aid Law, article 43", kVersion},
    {"aid.closing_file", 30, kNaturalDays, "《办理法律援助案件程序规定》",
     "Ministry of Justice, rules for handling legal aid cases", kVersion},
    {"aid.decide", 7, kNaturalDays, "《法律援助法》第四十三条", "Legal Aid Law, article 43", kVersion},
    {"aid.file_review", 30, kNaturalDays, "《办理法律援助案件程序规定》",
     "Ministry of Justice, rules for handling legal aid cases", kVersion},
    {"aid.offer", 24, kHours, "无全国性规定,可由各市配置", "no national rule: set by configuration", kVersion},
    {"aid.supplement", 5, kWorkingDays, "《法律援助法》第四十三条(期限由补正通知载明)",
     "Legal Aid Law, article 43 (the span is printed in the notice)", kVersion},
    {"arbitration.accept", 5, kNaturalDays, "《劳动争议调解仲裁法》第二十九条",
     "Labour Dispute Mediation and Arbitration Law, article 29", kVersion},
    {"arbitration.award", 45, kNaturalDays, "《劳动争议调解仲裁法》第四十三条",
     "Labour Dispute Mediation and Arbitration Law, article 43", kVersion, 15},
    {"defence.assign", 3, kNaturalDays, "《法律援助法》第三十六条", "Legal Aid Law, article 36", kVersion},
    {"defence.notify", 3, kNaturalDays, "《法律援助法》第三十六条", "Legal Aid Law, article 36", kVersion},
    {"detainee.forward", 24, kHours, "《法律援助法》第三十九条", "Legal Aid Law, article 39", kVersion},
    {"forensic.accept", 7, kWorkingDays, "司法鉴定行业规则", "practice rule of forensic appraisal", kVersion},
    {"forensic.finish", 30, kWorkingDays, "司法鉴定行业规则", "practice rule of forensic appraisal", kVersion, 30},
    {"hotline.answer", 5, kWorkingDays, "省级热线工作惯例", "provincial practice of the hotline", kVersion},
    {"hotline.hand_over", 1, kWorkingDays, "省级热线工作惯例", "provincial practice of the hotline", kVersion},
    {"hotline.urgent", 1, kHours, "省级热线工作惯例", "provincial practice of the hotline", kVersion},
    {"mediation.confirm", 30, kNaturalDays, "《人民调解法》第三十三条", "People's Mediation Law, article 33", kVersion},
    {"mediation.court_delegated", 30, kNaturalDays, "《最高人民法院关于人民法院特邀调解的规定》第二十七条",
     "Supreme People's Court, rules on invited mediation, article 27", kVersion},
    {"mediation.court_entrusted", 15, kNaturalDays, "《最高人民法院关于人民法院特邀调解的规定》第二十七条",
     "Supreme People's Court, rules on invited mediation, article 27", kVersion},
    {"mediation.court_entrusted_simplified", 7, kNaturalDays, "《最高人民法院关于人民法院特邀调解的规定》第二十七条",
     "Supreme People's Court, rules on invited mediation, article 27", kVersion},
    {"mediation.ordinary", 1, kMonths, "调解工作惯例(法律未作规定)", "practice of mediation (the Act sets no term)",
     kVersion},
    {"notary.issue", 15, kWorkingDays, "《公证法》第三十条", "Notary Law, article 30", kVersion},
    {"objection.decide", 5, kNaturalDays, "《法律援助法》第四十九条", "Legal Aid Law, article 49", kVersion},
    {"petition.finish", 60, kNaturalDays, "《信访工作条例》", "Petition Regulations", kVersion, 30},
    {"petition.forward", 15, kNaturalDays, "《信访工作条例》", "Petition Regulations", kVersion},
    {"rating.rectify", 15, kWorkingDays, "省级评价整改惯例", "provincial practice of rectification", kVersion},
    {"transfer.forward", 1, kWorkingDays, "无全国性规定,可由各市配置", "no national rule: set by configuration",
     kVersion},
    {"transfer.respond", 3, kWorkingDays, "无全国性规定,可由各市配置", "no national rule: set by configuration",
     kVersion},
};

constexpr bool InOrder() {
  for (size_t i = 1; i < std::size(kPolicies); ++i) {
    if (kPolicies[i - 1].name >= kPolicies[i].name) return false;
  }
  return true;
}
static_assert(InOrder());

}  // namespace

absl::Span<const Policy> AllPolicies() { return kPolicies; }

const Policy* FindPolicy(std::string_view name) {
  const auto* it = std::lower_bound(std::begin(kPolicies), std::end(kPolicies), name,
                                    [](const Policy& policy, std::string_view wanted) { return policy.name < wanted; });
  return it != std::end(kPolicies) && it->name == name ? it : nullptr;
}

}  // namespace casehub::legalclock
