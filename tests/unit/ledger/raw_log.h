// A log of encoded records in memory, folded by the ledger as it grows.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/ledger/v1/ledger_service.pb.h"
#include "services/ledger/domain/chain.h"
#include "services/ledger/service.h"
#include "tests/support/memory_state.h"

namespace casehub::ledger {

inline constexpr Municipality kA(330800);
inline constexpr Municipality kB(330700);

inline Uuid CaseId(uint64_t n) { return Uuid::V7(1'764'000'000'000, 0, n); }

inline intake::v1::IntakeEvent Opened(uint64_t n, const std::string& matter = "labour") {
  intake::v1::IntakeEvent event;
  event.set_case_id(CaseId(n).ToString());
  event.mutable_occurred_at()->set_seconds(1'763'000'000);
  event.mutable_case_opened()->set_matter_type(matter);
  return event;
}

class RawLog {
 public:
  RawLog() : signer_(*SignerFromSeed(std::string(32, 'k'))) {
    service_ = MakeLedgerService({[this](Offset offset) { return Read(offset); }, signer_});
  }

  Offset Append(ServiceId by, Municipality municipality, const std::vector<const google::protobuf::Message*>& events,
                std::vector<storage::Settlement> settles = {}) {
    std::vector<std::string> serialized;
    for (const auto* event : events) serialized.push_back(event->SerializeAsString());
    storage::Record record;
    record.service = by;
    record.municipality = municipality;
    record.decided_at = now_;
    record.settles = std::move(settles);
    record.events.assign(serialized.begin(), serialized.end());
    auto bytes = std::make_shared<const std::string>(*storage::EncodeRecord(record));
    const Offset offset = state_.Apply(*service_, record, events);
    entries_[offset] = {offset, now_, std::move(bytes)};
    return offset;
  }
  template <typename Event>
  Offset Append(Municipality municipality, const Event& event) {
    return Append(ServiceId::kIntake, municipality, {&event});
  }
  // Works off due work up to now; the seals recorded.
  std::vector<v1::HeadSealed> RunDue() {
    std::vector<v1::HeadSealed> seals;
    for (auto rows = state_.Due(now_); !rows.empty(); rows = state_.Due(now_)) {
      const runtime::DecideContext context{now_, now_, Uuid(), rows[0].work.municipality};
      auto decision = std::get<runtime::Decision>(service_->React(rows[0], context, state_));
      std::vector<const google::protobuf::Message*> events;
      for (const auto& event : decision.events) {
        events.push_back(event.get());
        seals.push_back(static_cast<const v1::LedgerEvent&>(*event).head_sealed());
      }
      Append(ServiceId::kLedger, context.municipality, events, {{rows[0].id, storage::SettledAs::kDone}});
    }
    return seals;
  }

  absl::StatusOr<storage::LogEntry> Read(Offset offset) {
    ++reads_;
    auto found = entries_.find(offset);
    if (found == entries_.end()) return absl::NotFoundError("nothing at this offset");
    return found->second;
  }
  template <typename Response>
  Response Ask(Municipality municipality, const google::protobuf::Message& request) {
    auto answer = service_->Query(request, {municipality, now_}, state_);
    if (auto* refused = std::get_if<runtime::Refused>(&answer)) {
      refusal_ = refused->reason;
      return {};
    }
    refusal_ = common::v1::REFUSAL_UNSPECIFIED;
    return static_cast<const Response&>(*std::get<runtime::MessagePtr>(answer));
  }
  // All entries of a municipality, as an export has them.
  std::vector<v1::Entry> Export(Municipality municipality) {
    std::vector<v1::Entry> entries;
    v1::ListEntriesRequest request;
    request.set_page_size(7);
    for (;;) {
      const auto page = Ask<v1::ListEntriesResponse>(municipality, request);
      if (page.entries().empty()) return entries;
      entries.insert(entries.end(), page.entries().begin(), page.entries().end());
      request.set_after(entries.back().sequence());
    }
  }

  Instant now_{1'764'000'000'000'000};
  std::shared_ptr<const Signer> signer_;
  std::unique_ptr<runtime::Service> service_;
  testing::MemoryState state_;
  std::map<Offset, storage::LogEntry> entries_;
  common::v1::Refusal refusal_ = common::v1::REFUSAL_UNSPECIFIED;
  uint64_t reads_ = 0;
};

}  // namespace casehub::ledger
