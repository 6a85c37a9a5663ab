// Several municipalities, each with a log of its own, and the mailboxes between them, in memory. Steps are taken one by
// one, so that a test decides what crosses what.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "casehub/transfer/v1/transfer_service.pb.h"
#include "services/transfer/domain/custody.h"
#include "services/transfer/service.h"
#include "tests/support/memory_state.h"

namespace casehub::transfer {

inline constexpr Municipality kA(330800);
inline constexpr Municipality kB(330700);
inline constexpr Municipality kC(330600);
inline constexpr Municipality kP(330000);

class World {
 public:
  // `superior`: whether kP keeps a log; if not, nobody above does.
  explicit World(bool superior = true);

  // The case is opened at kA, with a part of intake's that says at which hop it was exported.
  const Uuid& case_id() const { return case_id_; }

  // Commands: the name of the refusal, or the events, joined by "+".
  std::string Offer(Municipality at, Municipality to);
  std::string Recall(Municipality at);
  std::string Accept(Municipality at, uint64_t hop);
  std::string Decline(Municipality at, uint64_t hop);
  std::string RequestRuling(Municipality at);
  std::string Rule(uint64_t hop, Municipality custodian);  // at kP
  // kNone: a counterpart outside.
  std::string PaperRuling(Municipality at, Municipality custodian);

  // Intake and evaluation of a municipality record what they owe; true if there was something.
  bool Export(Municipality at);
  // The earliest row of due work, at its time; true if there was one. The timer of an offer counts only with `timers`.
  bool RunDue(Municipality at, bool timers);
  // Takes the next message of a mailbox; true if there was one.
  bool Deliver(Municipality from, Municipality to);
  // A message that was taken before comes again, past the mailbox's own guard. Returns the events.
  std::string DeliverLateCopy(Municipality from, Municipality to, size_t index);
  size_t taken(Municipality from, Municipality to) const;
  // Exports, reactions and mail until nothing moves.
  void Settle();
  // Folds the municipality's log again and compares; the new state takes the place of the old one.
  bool CrashAndReplay(Municipality at);

  v1::CustodyState StateOf(Municipality at) const;
  // By the highest hop of CustodyMoved over all logs.
  Municipality custodian() const { return custodian_; }
  // What is wrong: more than one that acts, or one that acts without custody; empty if all is well.
  std::string Violation() const;
  const std::vector<v1::TransferEvent>& history() const { return history_; }
  bool left() const { return left_; }

 private:
  struct Kept {
    storage::Record header;
    std::vector<runtime::MessagePtr> events;
  };
  struct Site {
    testing::MemoryState state;
    std::deque<Kept> records;
    size_t sent_taken = 0;        // how many of state.sent() are in the mailboxes
    std::vector<ServiceId> owes;  // which still have to export their part of the hop
    uint64_t owed_hop = 0;
  };
  struct Mailbox {
    std::vector<std::string> messages;
    size_t taken = 0;
  };

  std::string Command(Municipality at, const google::protobuf::Message& request);
  std::string Record(Municipality at, runtime::Outcome outcome, std::vector<storage::Settlement> settles = {});
  void Apply(Municipality at, storage::Record header, std::vector<runtime::MessagePtr> events);
  template <typename Event>
  runtime::MessagePtr PartOf(const Site& site, const std::string& state) const;
  void Observe(Municipality at, const v1::TransferEvent& event);
  runtime::DecideContext ContextAt(Municipality at);

  std::unique_ptr<runtime::Service> service_;
  Uuid case_id_;
  Instant now_;
  uint64_t next_id_ = 1;
  std::map<Municipality, Site> sites_;
  std::map<std::pair<Municipality, Municipality>, Mailbox> mail_;
  Municipality custodian_ = kA;
  uint64_t custody_hop_ = 0;
  std::string part_problem_;
  bool left_ = false;  // gone to a counterpart outside
  std::vector<v1::TransferEvent> history_;
};

}  // namespace casehub::transfer
