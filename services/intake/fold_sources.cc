#include "services/intake/case_rows.h"
#include "services/intake/domain/same_matter.h"
#include "services/intake/domain/sources.h"
#include "services/intake/sources.h"
#include "services/intake/tables.h"

namespace casehub::intake {

using runtime::StateReader;
using runtime::StateWriter;

namespace {

constexpr size_t kCandidatesMax = 32;

v1::SourceState LoadSource(const StateReader& state, Municipality here, const std::string& source) {
  return state.Load<v1::SourceState>(tables::SourceStateKey(here, source)).value_or(v1::SourceState());
}

// By which a case that is opened later finds this one.
void FoldOpened(const v1::IntakeEvent& event, Municipality here, StateWriter& state) {
  const v1::CaseOpened& opened = event.case_opened();
  const Uuid case_id = *Uuid::Parse(event.case_id());
  if (!opened.external_reference().empty()) {
    state.Put(tables::ReferenceKey(here, opened.external_reference(), opened.source_system()),
              std::string(case_id.Bytes()));
  }
  if (!opened.applicant().person_id().empty()) {
    state.Put(tables::PersonKey(here, opened.applicant().person_id()).append(case_id.Bytes()), "1");
  }
}

void FoldSuspected(const v1::IntakeEvent& event, const v1::CaseState& row, Municipality here, StateWriter& state) {
  const v1::SameMatterSuspected& suspected = event.same_matter_suspected();
  v1::SameMatterPair pair;
  pair.set_case_id(event.case_id());
  pair.set_source_system(row.source_system());
  pair.mutable_other()->set_case_id(suspected.other_case_id());
  pair.mutable_other()->set_source_system(suspected.other_source_system());
  pair.mutable_other()->set_rule(suspected.rule());
  *pair.mutable_suspected_at() = event.occurred_at();
  const auto other = Uuid::Parse(suspected.other_case_id());
  if (other) state.Save(tables::SameMatterKey(here, *Uuid::Parse(event.case_id()), *other), pair);
}

// The months that the events of one record fall into, read and written once each.
class Months {
 public:
  Months(Municipality here, const std::string& source, StateWriter& state)
      : here_(here), source_(source), state_(state) {}
  v1::SourceMonth* At(CivilDate day) {
    const uint32_t month = static_cast<uint32_t>(day.year() * 12 + day.month() - 1);
    auto [at, is_new] = months_.try_emplace(month);
    if (is_new) {
      if (auto known = state_.Load<v1::SourceMonth>(tables::SourceMonthKey(here_, source_, month))) {
        at->second = *std::move(known);
      }
    }
    return &at->second;
  }
  void Save() {
    for (const auto& [month, row] : months_) state_.Save(tables::SourceMonthKey(here_, source_, month), row);
  }

 private:
  const Municipality here_;
  const std::string& source_;
  StateWriter& state_;
  std::map<uint32_t, v1::SourceMonth> months_;
};

}  // namespace

void FoldSource(const std::vector<const v1::IntakeEvent*>& events, const v1::CaseState& row, Municipality here,
                StateWriter& state) {
  bool delivered = false;  // something of a source is in these events
  for (const v1::IntakeEvent* event : events) {
    if (event->has_case_opened()) FoldOpened(*event, here, state);
    if (event->has_same_matter_suspected()) FoldSuspected(*event, row, here, state);
    delivered =
        delivered || event->has_case_opened() || event->has_line_event_recorded() || event->has_same_matter_suspected();
  }
  const std::string& source = row.source_system();
  // Where the case came by a transfer its source is that of the municipality that opened it.
  if (!delivered || source.empty() || row.home_municipality() != here.ToString()) return;
  v1::SourceState counted = LoadSource(state, here, source);
  Months months(here, source, state);
  for (const v1::IntakeEvent* event : events) {
    const CivilDate day = DateAt(ToInstant(event->occurred_at()));
    if (event->has_case_opened()) {
      counted.set_cases(counted.cases() + 1);
      months.At(day)->set_cases(months.At(day)->cases() + 1);
    } else if (event->has_line_event_recorded()) {
      // What another municipality sent back was counted when it was delivered.
      if (!event->line_event_recorded().forwarded_from().empty()) continue;
      CountEvent(day, &counted, months.At(day));
    } else if (event->has_same_matter_suspected()) {
      counted.set_same_matters(counted.same_matters() + 1);
    }
  }
  months.Save();
  state.Save(tables::SourceStateKey(here, source), counted);
}

void FoldImportRun(const v1::IntakeEvent& event, Instant recorded_at, Municipality here, StateWriter& state) {
  const v1::ImportRunRecorded& run = event.import_run_recorded();
  const auto run_id = Uuid::Parse(run.run_id());
  if (!run_id) return;
  v1::ImportRun row;
  *row.mutable_run() = run;
  *row.mutable_recorded_at() = ToTimestamp(recorded_at);
  state.Save(tables::ImportRunKey(here, run.source_system(), *run_id), row);
  v1::SourceState source = LoadSource(state, here, run.source_system());
  AddRun(run, &source);
  state.Save(tables::SourceStateKey(here, run.source_system()), source);
  if (run.numbers().empty()) return;
  const std::string key = tables::SourceNumbersKey(here, run.source_system());
  v1::SourceNumbers numbers = state.Load<v1::SourceNumbers>(key).value_or(v1::SourceNumbers());
  *numbers.mutable_ranges() = Union(numbers.ranges(), run.numbers());
  state.Save(key, numbers);
}

void FoldSourceSystem(const std::string& source_system, const std::string& name, Municipality here,
                      StateWriter& state) {
  v1::SourceState source = LoadSource(state, here, source_system);
  source.set_registered(true);
  source.set_name(name);
  state.Save(tables::SourceStateKey(here, source_system), source);
}

std::vector<v1::CaseState> LoadCandidates(const v1::IntakeEvent& event, Municipality here, const StateReader& state) {
  const v1::CaseOpened& opened = event.case_opened();
  std::vector<std::string> ids;
  const auto collect = [&](const std::string& prefix, bool id_in_key) {
    state.Scan(prefix, prefix + '\xff' + '\xff', [&](std::string_view key, std::string_view value) {
      ids.emplace_back(id_in_key ? key.substr(prefix.size()) : value);
      return ids.size() < kCandidatesMax;
    });
  };
  if (!opened.external_reference().empty()) collect(tables::ReferencePrefix(here, opened.external_reference()), false);
  if (!opened.applicant().person_id().empty()) collect(tables::PersonKey(here, opened.applicant().person_id()), true);
  std::vector<v1::CaseState> candidates;
  for (const std::string& bytes : ids) {
    const auto id = Uuid::FromBytes(bytes);
    auto row = id ? LoadCase(state, tables::CaseKey(here, *id)) : std::nullopt;
    if (row) candidates.push_back(*std::move(row));
  }
  return candidates;
}

void AddSuspicions(Municipality here, const StateReader& state, Events* events) {
  if (events->empty() || !events->front().has_case_opened()) return;
  for (v1::IntakeEvent& one : SuspectSameMatter(events->front(), LoadCandidates(events->front(), here, state))) {
    events->push_back(std::move(one));
  }
}

}  // namespace casehub::intake
