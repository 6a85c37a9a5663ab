#include "tests/simulation/check_facts.h"

#include "absl/strings/str_cat.h"
#include "casehub/intake/v1/intake_state.pb.h"

namespace casehub::simulation {

using intake::v1::IntakeEvent;
using transfer::v1::TransferEvent;

void FactsHistory::Add(const Judged& judged) {
  const storage::Record& record = *judged.record;
  here_ = record.municipality.ToString();
  if (record.kind == storage::RecordKind::kPark) {
    for (const storage::Subject& subject : record.changes) cases_[subject.id.ToString()].excused = true;
  }
  for (std::string_view bytes : record.events) {
    if (record.service == ServiceId::kIntake) {
      IntakeEvent event;
      if (event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) OnIntake(event);
    } else if (record.service == ServiceId::kTransfer) {
      TransferEvent event;
      if (event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) OnTransfer(event);
    }
  }
}

void FactsHistory::OnIntake(const IntakeEvent& event) {
  Case& one = cases_[event.case_id()];
  if (event.has_case_opened()) {
    one.local[here_].custodian = true;
  } else if (event.has_line_event_recorded()) {
    OnFact(event.line_event_recorded().identity(), event.line_event_recorded().forwarded_from(), &one);
  } else if (event.has_part_exported() && one.local[here_].frozen_hop == event.part_exported().hop()) {
    intake::v1::CaseState part;
    part.ParseFromString(event.part_exported().state());
    const size_t expected = one.frozen[event.part_exported().hop()].size();
    if (part.line_events() != expected) {
      Report("part_of_another_moment",
             absl::StrCat("the part of hop ", event.part_exported().hop(), " of case ", event.case_id(), " counts ",
                          part.line_events(), " facts, ", expected, " were there at the freeze"));
    }
  }
}

void FactsHistory::OnFact(const std::string& identity, const std::string& forwarded_from, Case* one) {
  if (forwarded_from.empty()) {
    one->all.insert(identity);
  } else {
    Facts& sent = one->on_the_way[{forwarded_from, here_}];
    const auto found = sent.find(identity);
    if (found == sent.end()) return Report("fact_out_of_nowhere", absl::StrCat("from ", forwarded_from));
    sent.erase(found);
  }
  Local& local = one->local[here_];
  if (local.frozen_hop > 0) {
    local.held.insert(identity);
    if (!forwarded_from.empty()) context_->Count(Situation::kFactHeldAgain);
  } else if (local.gone) {
    one->on_the_way[{here_, local.custodian_elsewhere}].insert(identity);
    context_->Count(forwarded_from.empty() ? Situation::kFactSentOn : Situation::kFactSentFurther);
  } else {
    local.folded.insert(identity);
  }
}

void FactsHistory::OnTransfer(const TransferEvent& event) {
  Case& one = cases_[event.case_id()];
  Local& local = one.local[here_];
  const auto fold_held = [&](Situation situation) {
    if (!local.held.empty()) context_->Count(situation);
    local.folded.merge(local.held);
  };
  if (event.has_case_frozen()) {
    fold_held(Situation::kFactInNewPart);
    local.frozen_hop = event.case_frozen().hop();
    one.frozen[local.frozen_hop] = local.folded;
  } else if (event.has_case_thawed()) {
    local.frozen_hop = 0;
    fold_held(Situation::kFactFoldedInAtThaw);
  } else if (event.has_custody_learned()) {
    local.frozen_hop = 0;
    local.gone = true;
    local.custodian = false;
    local.custodian_elsewhere = event.custody_learned().custodian();
    one.excused = one.excused || event.custody_learned().outside();
    if (!local.held.empty()) context_->Count(Situation::kFactSentOn);
    one.on_the_way[{here_, local.custodian_elsewhere}].merge(local.held);
  } else if (event.has_custody_moved()) {
    for (auto& [municipality, other] : one.local) other.custodian = false;
    local.custodian = true;
    local.gone = false;
    local.frozen_hop = 0;
    local.folded = one.frozen[event.custody_moved().hop()];
    fold_held(Situation::kFactImported);
  }
}

void FactsHistory::Finish() {
  for (const auto& [id, one] : cases_) {
    if (one.excused) continue;
    for (const auto& [way, facts] : one.on_the_way) {
      if (facts.empty()) continue;
      return Report("fact_lost", absl::StrCat(facts.size(), " facts of case ", id, " left ", way.first, " for ",
                                              way.second, " and never arrived"));
    }
    for (const auto& [municipality, local] : one.local) {
      if (!local.custodian || local.folded == one.all) continue;
      return Report("facts_not_each_once",
                    absl::StrCat("case ", id, " has ", local.folded.size(), " facts in ", municipality, ", ",
                                 local.held.size(), " held, ", one.all.size(), " were delivered"));
    }
  }
}

void FactsHistory::Report(const char* name, const std::string& text) {
  context_->Report(name, absl::StrCat(here_, ": ", text));
}

}  // namespace casehub::simulation
