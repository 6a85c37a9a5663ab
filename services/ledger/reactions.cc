#include "services/ledger/reactions.h"

#include <utility>

#include "casehub/ledger/v1/ledger_events.pb.h"
#include "services/ledger/domain/seal.h"
#include "services/ledger/tables.h"
#include "services/runtime/dispatch.h"

namespace casehub::ledger {

runtime::Outcome ReactTo(const runtime::DueRow& row, const Signer& signer, const runtime::DecideContext& context,
                         const runtime::StateReader& rows) {
  if (row.work.kind != tables::kSealHead) {
    return runtime::Defect{"due work of the ledger of an unknown kind", std::nullopt};
  }
  const Head head = tables::LoadHead(rows, context.municipality);
  if (head.sequence <= tables::LoadSealing(rows, context.municipality).sequence) return runtime::Decision();
  const EntryTime now = TimeOf(context.now);
  v1::LedgerEvent event;
  event.mutable_occurred_at()->set_seconds(now.seconds);
  event.mutable_occurred_at()->set_nanos(now.nanos);
  v1::HeadSealed* seal = event.mutable_head_sealed();
  seal->set_municipality(context.municipality.ToString());
  seal->set_sequence(head.sequence);
  seal->set_head(std::string(Bytes(head.hash)));
  seal->set_key_id(signer.key_id());
  *seal->mutable_sealed_at() = event.occurred_at();
  seal->set_signature(signer.Sign(SealBytes(*seal)));
  if (seal->signature().empty()) return runtime::Defect{"the head could not be signed", std::nullopt};
  return runtime::Recorded(std::vector<v1::LedgerEvent>{std::move(event)});
}

}  // namespace casehub::ledger
