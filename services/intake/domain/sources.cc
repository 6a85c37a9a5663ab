#include "services/intake/domain/sources.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"

namespace casehub::intake {

using R = common::v1::Refusal;

namespace {

constexpr int kReasonsMax = 64;
constexpr size_t kReasonBytesMax = 64;

std::optional<Refused> CheckRejects(const ingest::v1::RecordImportRunRequest& request) {
  if (request.rejects_size() > kReasonsMax) return RefuseTooMany("rejects", kReasonsMax);
  uint64_t events = 0;
  for (int i = 0; i < request.rejects_size(); ++i) {
    const std::string field = absl::StrCat("rejects[", i, "].reason");
    if (auto refusal = CheckText(field, request.rejects(i).reason(), kReasonBytesMax, true)) return refusal;
    events += request.rejects(i).events();
  }
  if (events == request.counts().rejected()) return std::nullopt;
  return Refuse(R::REFUSAL_IMPORT_COUNTS_DISAGREE,
                {{"read", absl::StrCat(request.counts().rejected())}, {"accounted", absl::StrCat(events)}});
}

std::optional<Refused> CheckNumbers(const NumberRanges& ranges) {
  if (ranges.size() > kRunRangesMax) return RefuseTooMany("numbers", kRunRangesMax);
  for (int i = 0; i < ranges.size(); ++i) {
    if (ranges[i].first() > ranges[i].last() || (i > 0 && ranges[i].first() <= ranges[i - 1].last())) {
      return RefuseField(absl::StrCat("numbers[", i, "]"), Phrase::PHRASE_NUMBER_RANGES);
    }
  }
  return std::nullopt;
}

std::optional<Refused> CheckRun(const ingest::v1::RecordImportRunRequest& request, const Context& context) {
  if (auto refusal = CheckText("source_system", request.source_system(), 64, true)) return refusal;
  const auto run_id = Uuid::Parse(request.run_id());
  if (!run_id || run_id->version() != 7) return RefuseField("run_id", Phrase::PHRASE_RUN_ID);
  const v1::ImportCounts& counts = request.counts();
  const uint64_t accounted = counts.events_new() + counts.duplicates() + counts.already_present() + counts.rejected();
  if (accounted != counts.events_read()) {
    return Refuse(R::REFUSAL_IMPORT_COUNTS_DISAGREE,
                  {{"read", absl::StrCat(counts.events_read())}, {"accounted", absl::StrCat(accounted)}});
  }
  if (auto refusal = CheckRejects(request)) return refusal;
  if (auto refusal = CheckNumbers(request.numbers())) return refusal;
  if (!request.has_started_at()) return std::nullopt;
  return CheckNotInFuture("started_at", request.started_at(), context.now);
}

}  // namespace

EventsOrRefusal DecideRecordImportRun(const std::optional<v1::ImportRun>& known, const NumberRanges& numbers,
                                      const ingest::v1::RecordImportRunRequest& request, const Context& context) {
  if (auto refusal = CheckRun(request, context)) return *std::move(refusal);
  if (Union(numbers, request.numbers()).size() > kSourceRangesMax) {
    return Refuse(R::REFUSAL_NOT_A_RUNNING_NUMBER,
                  {{"source_system", request.source_system()}, {"limit", absl::StrCat(kSourceRangesMax)}});
  }
  v1::IntakeEvent event = NewEvent("", context.received_at);
  auto* run = event.mutable_import_run_recorded();
  run->set_source_system(request.source_system());
  run->set_run_id(request.run_id());
  run->set_complete(request.complete());
  *run->mutable_counts() = request.counts();
  *run->mutable_rejects() = request.rejects();
  *run->mutable_numbers() = request.numbers();
  *run->mutable_started_at() = request.has_started_at() ? request.started_at() : ToTimestamp(context.received_at);
  if (!known) return Events{std::move(event)};
  // A run says what it counted once; a repeat without its start has no other one.
  if (!request.has_started_at()) *run->mutable_started_at() = known->run().started_at();
  if (google::protobuf::util::MessageDifferencer::Equals(known->run(), *run)) return Events();
  return Refuse(R::REFUSAL_IMPORT_RUN_DIFFERS, {{"run_id", request.run_id()}});
}

NumberRanges Union(const NumberRanges& a, const NumberRanges& b) {
  std::vector<v1::NumberRange> all(a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  std::sort(all.begin(), all.end(), [](const auto& one, const auto& other) { return one.first() < other.first(); });
  NumberRanges joined;
  for (const v1::NumberRange& range : all) {
    v1::NumberRange* last = joined.empty() ? nullptr : &joined[joined.size() - 1];
    const bool touches = last != nullptr && (range.first() <= last->last() || range.first() - last->last() == 1);
    if (touches) {
      last->set_last(std::max(last->last(), range.last()));
    } else {
      *joined.Add() = range;
    }
  }
  return joined;
}

NumberRanges Gaps(const NumberRanges& numbers) {
  NumberRanges gaps;
  for (int i = 1; i < numbers.size(); ++i) {
    v1::NumberRange* gap = gaps.Add();
    gap->set_first(numbers[i - 1].last() + 1);
    gap->set_last(numbers[i].first() - 1);
  }
  return gaps;
}

void AddRun(const v1::ImportRunRecorded& run, v1::SourceState* source) {
  source->set_runs(source->runs() + 1);
  if (!run.complete()) source->set_incomplete_runs(source->incomplete_runs() + 1);
  const v1::ImportCounts& more = run.counts();
  v1::ImportCounts* sum = source->mutable_reported();
  sum->set_cases_read(sum->cases_read() + more.cases_read());
  sum->set_events_read(sum->events_read() + more.events_read());
  sum->set_cases_new(sum->cases_new() + more.cases_new());
  sum->set_events_new(sum->events_new() + more.events_new());
  sum->set_duplicates(sum->duplicates() + more.duplicates());
  sum->set_already_present(sum->already_present() + more.already_present());
  sum->set_rejected(sum->rejected() + more.rejected());
  for (const v1::RejectCount& reject : run.rejects()) {
    auto* rejects = source->mutable_rejects();
    const auto at = std::find_if(rejects->begin(), rejects->end(),
                                 [&](const auto& one) { return one.reason() == reject.reason(); });
    if (at != rejects->end()) {
      at->set_events(at->events() + reject.events());
    } else {
      *rejects->Add() = reject;
    }
  }
  std::sort(source->mutable_rejects()->begin(), source->mutable_rejects()->end(),
            [](const auto& one, const auto& other) { return one.reason() < other.reason(); });
}

void CountEvent(CivilDate day, v1::SourceState* source, v1::SourceMonth* month) {
  source->set_events(source->events() + 1);
  const std::string date = FormatDate(day);
  if (source->first_day().empty() || date < source->first_day()) source->set_first_day(date);
  if (date > source->last_day()) source->set_last_day(date);
  auto* days = month->mutable_events_on();
  while (days->size() < day.day()) days->Add(0);
  (*days)[day.day() - 1] += 1;
}

}  // namespace casehub::intake
