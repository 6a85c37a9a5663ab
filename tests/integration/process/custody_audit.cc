#include "tests/integration/process/custody_audit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>

namespace casehub::testing {
namespace {

struct Placed {
  int64_t at;
  const std::string* municipality;
  const LedgerEntry* entry;
};

// All entries in one order: that of each ledger, and between them that of time. One process decided everything, so what
// depends on another municipality's record was decided after it.
std::vector<Placed> Merged(const std::vector<Ledger>& ledgers) {
  std::vector<Placed> entries;
  for (const Ledger& ledger : ledgers) {
    int64_t at = 0;
    for (const LedgerEntry& entry : ledger.entries) {
      at = std::max(at, entry.recorded_at_micros);
      entries.push_back({at, &ledger.municipality, &entry});
    }
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Placed& a, const Placed& b) { return a.at < b.at; });
  return entries;
}

// One attempt at a transfer, from all ledgers.
struct Hop {
  std::string from, to;
  bool offered = false;
  std::set<std::string> parts;         // services that exported theirs
  std::string received_by, upward;     // who got the offer; who gave it up to the superior
  std::string ruled_for;               // by the superior
  std::vector<std::string> decisions;  // records that end it, each with its municipality
  std::vector<std::string> endings;    // of these, what became of custody: moved or thawed
};

class CaseCustody {
 public:
  CaseCustody(std::string case_id, CustodyReport* report) : case_id_(std::move(case_id)), report_(report) {}

  // Entries in the order in which they were decided.
  void Take(const Placed& placed) {
    const std::string& here = *placed.municipality;
    const LedgerEntry& entry = *placed.entry;
    if (entry.service == "transfer") {
      TakeTransfer(here, entry);
    } else if (entry.type == "PartExported") {
      HopOf(entry).parts.insert(entry.service);
      EXPECT_EQ(HopOf(entry).from, here) << At(here, entry);
    } else if (entry.type == "CaseOpened") {
      EXPECT_TRUE(custodian_.empty()) << At(here, entry) << " opened twice";
      custodian_ = acting_ = here;
    } else {
      EXPECT_EQ(acting_, here) << At(here, entry) << " acts";
    }
  }

  void Finish() {
    EXPECT_FALSE(custodian_.empty()) << case_id_;
    EXPECT_EQ(acting_, custodian_) << case_id_ << " is stuck";
    uint64_t expected = 1;
    for (const auto& [number, hop] : hops_) {
      EXPECT_EQ(number, expected++) << case_id_ << " skips a hop";
      EXPECT_EQ(hop.endings.size(), 1u) << Name(number) << ": " << ::testing::PrintToString(hop.endings);
      EXPECT_EQ(hop.decisions.size(), 1u) << Name(number) << ": " << ::testing::PrintToString(hop.decisions);
    }
    report_->hops += hops_.size();
    report_->custodian[case_id_] = custodian_;
  }

 private:
  void TakeTransfer(const std::string& here, const LedgerEntry& entry) {
    Hop& hop = HopOf(entry);
    const uint64_t number = NumberOf(entry);
    if (entry.type == "CaseFrozen") {
      EXPECT_TRUE(hop.from.empty()) << At(here, entry) << " frozen twice";
      if (entry.event.value("binding", false)) {
        // The ruling ended the hop that was frozen; this one carries it out.
        EXPECT_TRUE(acting_.empty() && custodian_ == here) << At(here, entry);
        EXPECT_EQ(hops_[pending_].ruled_for, std::string(entry.event.at("to"))) << At(here, entry);
        hops_[pending_].endings.push_back("ruled for another, in " + here);
      } else {
        EXPECT_EQ(acting_, here) << At(here, entry);
      }
      hop.from = here;
      hop.to = entry.event.at("to");
      acting_.clear();
      pending_ = number;
    } else if (entry.type == "TransferOffered") {
      EXPECT_EQ(pending_, number) << At(here, entry);
      EXPECT_EQ(hop.parts, (std::set<std::string>{"assignment", "evaluation", "intake", "mediation"}))
          << At(here, entry);
      hop.offered = true;
    } else if (entry.type == "OfferReceived") {
      EXPECT_TRUE(hop.offered && hop.to == here && hop.received_by.empty()) << At(here, entry);
      hop.received_by = here;
    } else if (entry.type == "CustodyMoved") {
      EXPECT_TRUE(hop.received_by == here && hop.upward.empty() && acting_.empty()) << At(here, entry);
      EXPECT_EQ(pending_, number) << At(here, entry);
      Decide(here, "accepted", &hop);
      hop.endings.push_back("moved to " + here);
      custodian_ = acting_ = here;
      ++report_->moved;
    } else if (entry.type == "TransferDeclined") {
      EXPECT_TRUE(hop.received_by == here && hop.upward.empty()) << At(here, entry);
      declined_ = number;
      Decide(here, "declined", &hop);
      ++report_->declined;
    } else if (entry.type == "RulingRequested") {
      EXPECT_EQ(declined_, number) << At(here, entry) << " comes with the second decline";
      hop.upward = here;
      hop.decisions.pop_back();  // the decline decides nothing: the superior does
      ++report_->ruling_requested;
    } else if (entry.type == "JurisdictionRuled") {
      EXPECT_TRUE(!hop.upward.empty() && hop.upward != here) << At(here, entry);
      hop.ruled_for = entry.event.at("custodian");
      Decide(here, "ruled", &hop);
      ++report_->ruled;
    } else if (entry.type == "TransferRecalled") {
      EXPECT_TRUE(hop.upward.empty() ? hop.received_by == here : hop.upward != here) << At(here, entry);
      Decide(here, "recalled", &hop);
      ++report_->recalled;
    } else if (entry.type == "CaseThawed") {
      EXPECT_TRUE(hop.from == here && custodian_ == here && acting_.empty()) << At(here, entry);
      EXPECT_EQ(pending_, number) << At(here, entry);
      if (!hop.offered) {
        Decide(here, "recalled early", &hop);
        ++report_->thawed_early;
      }
      hop.endings.push_back("thawed in " + here);
      acting_ = here;
    } else if (entry.type == "CustodyLearned") {
      EXPECT_EQ(hop.from, here) << At(here, entry);
      EXPECT_EQ(hop.endings, std::vector<std::string>{"moved to " + hop.to}) << At(here, entry);
    }
  }

  static void Decide(const std::string& here, const std::string& how, Hop* hop) {
    hop->decisions.push_back(how + " in " + here);
  }
  static uint64_t NumberOf(const LedgerEntry& entry) { return entry.event.at("hop"); }
  Hop& HopOf(const LedgerEntry& entry) { return hops_[NumberOf(entry)]; }
  std::string Name(uint64_t hop) const { return case_id_ + " hop " + std::to_string(hop); }
  std::string At(const std::string& here, const LedgerEntry& entry) const {
    return case_id_ + ": " + here + " " + std::to_string(entry.sequence) + " " + entry.type + " " + entry.event.dump();
  }

  const std::string case_id_;
  CustodyReport* const report_;
  std::map<uint64_t, Hop> hops_;
  std::string custodian_;
  std::string acting_;  // empty: frozen
  uint64_t pending_ = 0;
  uint64_t declined_ = 0;
};

}  // namespace

CustodyReport AuditCustody(const std::vector<Ledger>& ledgers) {
  CustodyReport report;
  std::map<std::string, CaseCustody> cases;
  for (const Placed& placed : Merged(ledgers)) {
    const std::string& id = placed.entry->case_id;
    cases.try_emplace(id, id, &report).first->second.Take(placed);
  }
  for (auto& [id, custody] : cases) custody.Finish();
  return report;
}

}  // namespace casehub::testing
