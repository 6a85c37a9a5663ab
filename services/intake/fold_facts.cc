#include "services/intake/fold_facts.h"

#include "services/intake/domain/case.h"
#include "services/intake/domain/facts.h"
#include "services/intake/tables.h"

namespace casehub::intake {

void TakeFact(const v1::IntakeEvent& fact, Instant recorded_at, Municipality here, const Uuid& case_id,
              v1::CaseState* row, std::vector<v1::IntakeEvent>* on, runtime::StateWriter& state) {
  switch (WhereFactGoes(*row)) {
    case FactGoes::kIntoTheCase:
      return Evolve(fact, recorded_at, here, row);
    case FactGoes::kOnHold:
      state.Put(tables::HeldKey(here, case_id, row->facts_held()), fact.SerializeAsString());
      return row->set_facts_held(row->facts_held() + 1);
    case FactGoes::kOn:
      return on->push_back(fact);
    case FactGoes::kNowhere:
      return;
  }
}

void SendOn(const std::vector<v1::IntakeEvent>& facts, Municipality here, const v1::CaseState& row,
            runtime::StateWriter& state) {
  const auto custodian = Municipality::Parse(row.frozen_to());
  if (facts.empty() || !custodian) return;
  for (const v1::FactsForwarded& message : Forward(row.case_id(), facts)) state.Send(here, *custodian, message);
}

void ReleaseFacts(Instant recorded_at, Municipality here, const Uuid& case_id, v1::CaseState* row,
                  runtime::StateWriter& state) {
  std::vector<std::string> keys;
  std::vector<v1::IntakeEvent> facts;
  const std::string prefix = tables::HeldPrefix(here, case_id);
  state.Scan(prefix, prefix + std::string(9, '\xff'), [&](std::string_view key, std::string_view value) {
    keys.emplace_back(key);
    facts.emplace_back().ParseFromArray(value.data(), static_cast<int>(value.size()));
    return true;
  });
  for (const std::string& key : keys) state.Delete(key);
  row->set_facts_held(0);
  if (row->status() == v1::CASE_STATUS_MOVED_AWAY) {
    if (!row->moved_outside()) SendOn(facts, here, *row, state);
    return;
  }
  for (const v1::IntakeEvent& fact : facts) Evolve(fact, recorded_at, here, row);
}

}  // namespace casehub::intake
