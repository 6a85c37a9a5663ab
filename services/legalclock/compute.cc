#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/legalclock/legal_clock.h"
#include "services/model/civil_time.h"
#include "services/model/timestamps.h"

namespace casehub::legalclock {
namespace {

constexpr size_t kSpansNamed = 12;  // in a step of the explanation

// Days first..last, both included.
struct Span {
  absl::CivilDay first;
  absl::CivilDay last;
  int64_t days() const { return last - first + 1; }
};

// The union of the days after `after` that the pauses take away, as disjoint spans in order.
std::vector<Span> PausedAfter(absl::CivilDay after, const std::vector<Pause>& pauses) {
  std::vector<Span> spans;
  for (const Pause& pause : pauses) {
    const Span span{std::max(pause.from, after) + 1, pause.to};
    if (span.first <= span.last) spans.push_back(span);
  }
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.first < b.first; });
  std::vector<Span> merged;
  for (const Span& span : spans) {
    if (!merged.empty() && span.first <= merged.back().last + 1) {
      merged.back().last = std::max(merged.back().last, span.last);
    } else {
      merged.push_back(span);
    }
  }
  return merged;
}

void Extend(std::vector<Span>* spans, absl::CivilDay day) {
  if (!spans->empty() && spans->back().last + 1 == day) {
    spans->back().last = day;
  } else {
    spans->push_back({day, day});
  }
}

// Walks forward over days that are not paused, and remembers what it was asked and what it left out.
class Walk {
 public:
  Walk(absl::CivilDay start, std::vector<Span> paused, const Calendar& calendar)
      : day_(start), paused_(std::move(paused)), calendar_(calendar) {}

  absl::CivilDay day() const { return day_; }
  // To the next day that no pause takes away.
  void Step() {
    ++day_;
    while (next_pause_ < paused_.size() && paused_[next_pause_].first <= day_) {
      const Span& span = paused_[next_pause_++];
      left_out_.push_back(span);
      day_ = span.last + 1;
    }
  }
  bool Works() {
    const int year = static_cast<int>(day_.year());
    if (!calendar_.Loaded(year) && (missing_.empty() || missing_.back() != year)) missing_.push_back(year);
    return calendar_.IsWorkingDay(day_);
  }
  const std::vector<Span>& left_out() const { return left_out_; }
  const std::vector<int>& missing_years() const { return missing_; }

 private:
  absl::CivilDay day_;
  std::vector<Span> paused_;
  const Calendar& calendar_;
  size_t next_pause_ = 0;
  std::vector<Span> left_out_;
  std::vector<int> missing_;
};

std::string Date(absl::CivilDay day) { return absl::FormatCivilTime(day); }

std::string Spans(const std::vector<Span>& spans, const char* to, const char* comma) {
  std::string text;
  for (size_t i = 0; i < spans.size(); ++i) {
    if (i > 0) absl::StrAppend(&text, comma);
    if (i == kSpansNamed) return text + "…";
    absl::StrAppend(&text, Date(spans[i].first));
    if (spans[i].first != spans[i].last) absl::StrAppend(&text, to, Date(spans[i].last));
  }
  return text;
}

int64_t Count(const std::vector<Span>& spans) {
  int64_t days = 0;
  for (const Span& span : spans) days += span.days();
  return days;
}

void Say(Explained* out, std::string zh, std::string en) {
  out->steps_zh.push_back(std::move(zh));
  out->steps_en.push_back(std::move(en));
}

std::string Plural(int64_t n, const char* noun) { return absl::StrCat(n, " ", noun, n == 1 ? "" : "s"); }

std::string TimeOfDay(Instant at) {
  const int64_t seconds = (at.micros - StartOf(CivilDayOf(at)).micros) / kMicrosPerSecond;
  const auto two = [](int64_t n) { return absl::StrCat(absl::Dec(n, absl::kZeroPad2)); };
  return absl::StrCat(Date(CivilDayOf(at)), " ", two(seconds / 3600), ":", two(seconds / 60 % 60), ":",
                      two(seconds % 60));
}

const char* UnitZh(Policy::Unit unit) {
  switch (unit) {
    case Policy::Unit::kHours:
      return "小时";
    case Policy::Unit::kWorkingDays:
      return "个工作日";
    case Policy::Unit::kMonths:
      return "个月";
    case Policy::Unit::kNaturalDays:
      break;
  }
  return "日";
}

const char* UnitEn(Policy::Unit unit) {
  switch (unit) {
    case Policy::Unit::kHours:
      return "hour";
    case Policy::Unit::kWorkingDays:
      return "working day";
    case Policy::Unit::kMonths:
      return "month";
    case Policy::Unit::kNaturalDays:
      break;
  }
  return "day";
}

// The term to count, and the words for how it came to be that long.
int Amount(const Policy& policy, bool extended, Explained* out) {
  if (!extended || policy.extension == 0) return policy.amount;
  const int amount = policy.amount + policy.extension;
  Say(out,
      absl::StrCat("期间 ", policy.amount, " ", UnitZh(policy.unit), ",经批准延长 ", policy.extension, " ",
                   UnitZh(policy.unit), ",共 ", amount, " ", UnitZh(policy.unit)),
      absl::StrCat("The term of ", Plural(policy.amount, UnitEn(policy.unit)), " is extended by ",
                   Plural(policy.extension, UnitEn(policy.unit)), ": ", Plural(amount, UnitEn(policy.unit))));
  return amount;
}

Explained ComputeHours(const Policy& policy, Instant start, bool paused, bool extended) {
  Explained out;
  const int amount = Amount(policy, extended, &out);
  out.due.micros = start.micros + amount * kMicrosPerHour;
  Say(&out, absl::StrCat("自 ", TimeOfDay(start), " 起按小时连续计算"),
      absl::StrCat("Hours run from the instant ", TimeOfDay(start), " without a break"));
  if (paused) Say(&out, "以小时计的期间不因暂停而延长", "A term in hours is not extended by pauses");
  Say(&out, absl::StrCat("期间 ", amount, " 小时,至 ", TimeOfDay(out.due), " 届满,不因休息日顺延"),
      absl::StrCat(Plural(amount, "hour"), " end at ", TimeOfDay(out.due), "; they do not roll over a day off"));
  return out;
}

// Counts working days, and says which days off were passed over and which weekend days counted.
void CountWorkingDays(int amount, Walk* walk, Explained* out) {
  std::vector<Span> off;
  std::vector<Span> made_up;
  for (int counted = 0; counted < amount;) {
    walk->Step();
    if (!walk->Works()) {
      Extend(&off, walk->day());
      continue;
    }
    ++counted;
    const absl::Weekday weekday = absl::GetWeekday(walk->day());
    if (weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday) Extend(&made_up, walk->day());
  }
  if (!off.empty()) {
    Say(out, absl::StrCat("休息日不计入:", Spans(off, " 至 ", "、"), ",共 ", Count(off), " 日"),
        absl::StrCat("Days off are not counted: ", Spans(off, " to ", ", "), ", ", Plural(Count(off), "day")));
  }
  if (!made_up.empty()) {
    Say(out, absl::StrCat("调休上班日计入:", Spans(made_up, " 至 ", "、")),
        absl::StrCat("Make-up working days are counted: ", Spans(made_up, " to ", ", ")));
  }
  Say(out, absl::StrCat("第 ", amount, " 个工作日为 ", Date(walk->day())),
      absl::StrCat("Working day number ", amount, " is ", Date(walk->day())));
}

void CountNaturalDays(int64_t amount, Walk* walk, Explained* out) {
  for (int64_t counted = 0; counted < amount; ++counted) walk->Step();
  Say(out, absl::StrCat("第 ", amount, " 日为 ", Date(walk->day())),
      absl::StrCat("Day number ", amount, " is ", Date(walk->day())));
}

// A month without pauses ends on the corresponding day. Days taken away by pauses are made up for, day by day.
void CountMonths(int months, Walk* walk, Explained* out) {
  const absl::CivilDay start = walk->day();
  const absl::CivilDay end = AddMonths(start, months);
  Say(out, absl::StrCat(months, " 个月后的对应日(无对应日的为月末)为 ", Date(end), ",共 ", end - start, " 日"),
      absl::StrCat("The corresponding day after ", Plural(months, "month"), " (or the last of the month) is ",
                   Date(end), ", ", Plural(end - start, "day")));
  for (absl::CivilDay day = start; day < end; ++day) walk->Step();
  if (walk->day() != end) {
    Say(out, absl::StrCat("计足 ", end - start, " 日为 ", Date(walk->day())),
        absl::StrCat("With the pauses left out they end on ", Date(walk->day())));
  }
}

void RollOver(Walk* walk, Explained* out) {
  const absl::CivilDay last = walk->day();
  if (walk->Works()) {
    Say(out, absl::StrCat(Date(last), " 为工作日,不顺延"), absl::StrCat(Date(last), " is a working day: no roll"));
    return;
  }
  do {
    walk->Step();
  } while (!walk->Works());
  Say(out, absl::StrCat(Date(last), " 为休息日,顺延至其后的工作日 ", Date(walk->day()), "(《民法典》第二百零三条)"),
      absl::StrCat(Date(last), " is a day off: the end moves to the next working day, ", Date(walk->day()),
                   " (Civil Code, article 203)"));
}

void SayPauses(const std::vector<Span>& spans, Explained* out) {
  if (spans.empty()) return;
  Say(out, absl::StrCat("暂停期间不计入:", Spans(spans, " 至 ", "、"), ",共 ", Count(spans), " 日"),
      absl::StrCat("Paused days are not counted: ", Spans(spans, " to ", ", "), ", ", Plural(Count(spans), "day")));
}

}  // namespace

absl::CivilDay CivilDayOf(Instant at) { return DateAt(at); }

Instant StartOf(absl::CivilDay day) { return casehub::StartOf(day); }

Explained Compute(const Policy& policy, Instant start, const std::vector<Pause>& pauses, const Calendar& calendar,
                  bool extended) {
  if (policy.unit == Policy::Unit::kHours) return ComputeHours(policy, start, !pauses.empty(), extended);
  Explained out;
  const absl::CivilDay first = CivilDayOf(start);
  Say(&out, absl::StrCat("起算日 ", Date(first), " 不计入(《民法典》第二百零一条)"),
      absl::StrCat("The start day ", Date(first), " is not counted (Civil Code, article 201)"));
  const int amount = Amount(policy, extended, &out);
  Walk walk(first, PausedAfter(first, pauses), calendar);
  switch (policy.unit) {
    case Policy::Unit::kWorkingDays:
      CountWorkingDays(amount, &walk, &out);
      break;
    case Policy::Unit::kMonths:
      CountMonths(amount, &walk, &out);
      break;
    default:
      CountNaturalDays(amount, &walk, &out);
      break;
  }
  SayPauses(walk.left_out(), &out);
  // Working days end on one already; a term of none may not.
  if (policy.unit != Policy::Unit::kWorkingDays || amount == 0) RollOver(&walk, &out);
  out.due_date = walk.day();
  out.due = StartOf(walk.day() + 1);
  Say(&out, absl::StrCat("截止于 ", Date(walk.day()), " 24:00(东八区)"),
      absl::StrCat("The term ends on ", Date(walk.day()), " at 24:00 (+08:00)"));
  for (int year : walk.missing_years()) {
    out.provisional = true;
    Say(&out, absl::StrCat(year, " 年放假调休通知尚未载入,周末按休息日计算,结果为暂定"),
        absl::StrCat("The notice for ", year, " is not loaded: weekends count as off and the date is provisional"));
  }
  return out;
}

common::v1::Deadline ToDeadline(const Policy& policy, Instant start, const Explained& explained,
                                const Calendar& calendar, bool extended) {
  common::v1::Deadline deadline;
  deadline.set_policy(std::string(policy.name));
  *deadline.mutable_started_at() = ToTimestamp(start);
  *deadline.mutable_due_at() = ToTimestamp(explained.due);
  if (explained.due_date) deadline.set_due_date(Date(*explained.due_date));
  deadline.set_provisional(explained.provisional);
  deadline.set_policy_version(std::string(policy.version));
  deadline.set_calendar_version(calendar.version());
  deadline.set_extended(extended);
  return deadline;
}

common::v1::Explanation ToExplanation(const Explained& explained) {
  common::v1::Explanation explanation;
  for (const std::string& step : explained.steps_zh) explanation.add_steps_zh(step);
  for (const std::string& step : explained.steps_en) explanation.add_steps_en(step);
  return explanation;
}

absl::CivilDay WorkingDaysBefore(absl::CivilDay day, int days, const Calendar& calendar) {
  int left = calendar.IsWorkingDay(day) ? 1 : 0;
  while (left < days) {
    --day;
    if (calendar.IsWorkingDay(day)) ++left;
  }
  return day;
}

}  // namespace casehub::legalclock
