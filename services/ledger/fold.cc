#include "services/ledger/fold.h"

#include "casehub/ledger/v1/ledger_events.pb.h"
#include "services/ledger/domain/chain.h"
#include "services/ledger/tables.h"

namespace casehub::ledger {
namespace {

void StartTimer(Municipality municipality, Instant moved_at, tables::Sealing* sealing, runtime::StateWriter& rows) {
  sealing->timer = rows.AddDue({moved_at.micros + kSealAfterMicros}, {tables::kSealHead, municipality, {}});
}

// The head moved: a seal will be due, if none is yet.
void DueSeal(Municipality municipality, uint64_t sequence, Instant moved_at, runtime::StateWriter& rows) {
  tables::Sealing sealing = tables::LoadSealing(rows, municipality);
  bool changed = false;
  if (!sealing.timer) {
    StartTimer(municipality, moved_at, &sealing, rows);
    changed = true;
  }
  if (!sealing.rush && sequence - sealing.sequence >= kSealEntriesMax) {
    sealing.rush = rows.AddDue(kImmediately, {tables::kSealHead, municipality, {}});
    changed = true;
  }
  if (changed) rows.Put(tables::SealingKey(municipality), tables::EncodeSealing(sealing));
}

// Entries of one case that follow one another in a record.
struct Run {
  std::string_view case_text;
  uint16_t count = 0;
};

void PutRun(Municipality municipality, const Run& run, uint64_t last, runtime::StateWriter& rows) {
  if (run.count == 0) return;
  const auto case_id = Uuid::Parse(run.case_text);
  if (case_id) rows.Put(tables::CaseEntryKey(municipality, *case_id, last), tables::EncodeCount(run.count));
}

void FoldEntries(const runtime::AppliedRecord& record, runtime::StateWriter& rows) {
  const storage::Record& header = *record.header;
  const std::string municipality = header.municipality.ToString();
  EntryFields fields;
  fields.municipality = municipality;
  fields.service = ServiceName(header.service);
  fields.recorded_at = TimeOf(header.decided_at);
  std::optional<Head> head;  // read when the record turns out to have an entry
  tables::EntryBlock block;
  block.offset = record.offset;
  Run run;
  for (size_t i = 0; i < header.events.size(); ++i) {
    const auto view = ViewOf(header.service, header.events[i]);
    if (!view) continue;
    if (!head) head = tables::LoadHead(rows, header.municipality);
    if (view->case_id != run.case_text) {
      PutRun(header.municipality, run, head->sequence, rows);
      run = {view->case_id, 0};
    }
    fields.sequence = ++head->sequence;
    fields.case_id = view->case_id;
    fields.type = view->type;
    fields.occurred_at = view->occurred_at;
    fields.data = header.events[i];
    head->hash = HashEntry(fields, head->hash);
    block.items.push_back({static_cast<uint16_t>(i), head->hash});
    ++run.count;
  }
  if (!head) return;
  PutRun(header.municipality, run, head->sequence, rows);
  rows.Put(tables::EntryKey(header.municipality, head->sequence), tables::EncodeEntryBlock(block));
  rows.Put(tables::HeadKey(header.municipality), tables::EncodeHead(*head));
  DueSeal(header.municipality, head->sequence, header.decided_at, rows);
}

void FoldSeal(const v1::HeadSealed& seal, Instant recorded_at, runtime::StateWriter& rows) {
  const auto municipality = Municipality::Parse(seal.municipality());
  if (!municipality) return;
  rows.Save(tables::SealKey(*municipality, seal.sequence()), seal);
  tables::Sealing sealing = tables::LoadSealing(rows, *municipality);
  if (sealing.timer) rows.CancelDue(*sealing.timer);
  if (sealing.rush) rows.CancelDue(*sealing.rush);
  sealing = {seal.sequence(), std::nullopt, std::nullopt};
  // Entries that came between the decision to seal and its record wait for the next one.
  if (tables::LoadHead(rows, *municipality).sequence > seal.sequence()) {
    StartTimer(*municipality, recorded_at, &sealing, rows);
  }
  rows.Put(tables::SealingKey(*municipality), tables::EncodeSealing(sealing));
}

}  // namespace

void Fold(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& rows) {
  if (record.header->service == ServiceId::kLedger) {
    const auto& event = static_cast<const v1::LedgerEvent&>(*record.events[event_index]);
    if (event.has_head_sealed()) FoldSeal(event.head_sealed(), record.header->decided_at, rows);
    return;
  }
  // A record is taken whole with its first event, so that the head is read and written once.
  if (event_index == 0) FoldEntries(record, rows);
}

}  // namespace casehub::ledger
