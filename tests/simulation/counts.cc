#include "tests/simulation/counts.h"

#include <algorithm>
#include <iomanip>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/simulation/expected.h"

namespace casehub::simulation {
namespace {

constexpr std::string_view kNames[] = {
    "record of an earlier epoch skipped",
    "epoch that does not follow skipped",
    "record of a foreign owner skipped",
    "duplicate skipped",
    "record written before the restart point skipped",
    "gap",
    "wrong head",
    "overtaken",
    "overtaken with records pipelined behind",
    "malformed record",
    "evidence: read further than it stands",
    "evidence: another digest",
    "evidence: an owner out of nowhere",
    "two candidates for one epoch",
    "a candidate's record was lost",
    "take-over from another process",
    "take-over with a full overlay",
    "take-over with due work waiting",
    "zombie resumed after its epoch",
    "zombie's record after its epoch",
    "epoch lost with nothing pending",
    "lost tail found while reading",
    "lost tail found at open",
    "stream blocked by what stays unexplained",
    "operator's epoch passed it",
    "a freeze overtook intake",
    "intake overtook a freeze",
    "a parked case overtook a decision",
    "several records decided again at once",
    "pending rows laid on top of another stream's",
    "asked with a barrier what became of a record",
    "barrier for an answer",
    "one proof for several answers",
    "append refused with records pipelined before",
    "crash between append and read-back",
    "crash with rows on their way to the store",
    "crash between decision and append",
    "crash with nothing in flight",
    "loss of power rolled a store back",
    "keyspaces of one store recovered to different records",
    "damaged store restored from a snapshot",
    "damaged store rebuilt from nothing",
    "rebuilt beside the live store and swapped",
    "a store's damage found by a read",
    "a store took no rows, and was asked again",
    "so many rows waited that nothing was folded",
    "answered before the record was folded",
    "repeat before read-back",
    "repeat after read-back",
    "repeat answered by a later owner",
    "request id reused with another body",
    "unknown outcome: it was recorded",
    "unknown outcome: it was not",
    "answer to an earlier attempt",
    "command with nothing to do",
    "refusal proved by a record older than its command",
    "query waited for a position",
    "decision time held against the clock",
    "timer fired",
    "due work had become pointless",
    "message out of order",
    "message repeated",
    "message sent again",
    "several deliveries recorded at once",
    "commands waited for a take-over",
    "recall before the offer left",
    "recall crossing an accept",
    "recall crossing a decline",
    "recall granted by the addressee",
    "recall granted by the superior",
    "open recall sent again to the superior",
    "declined, then offered onward",
    "second decline",
    "silence",
    "late copy of an offer",
    "part of an old hop",
    "custody message ignored",
    "fact for a frozen case",
    "fact for a case that left",
    "case came back to where it was",
    "offered to an origin still pending on an older hop",
    "withdrawn after it moved",
    "case parked after a defect",
    "parked case moved on",
    "ruling asked for after two declines",
    "ruled for another",
    "ruled for the custodian itself",
    "recall at the superior after its ruling",
    "ruling on paper",
    "recalled while a paper is awaited",
    "case left for a counterpart outside",
    "facts held, folded in at a thaw",
    "facts held, part of a new freeze",
    "fact sent on to the custodian",
    "fact sent on by one that lost custody too",
    "fact sent on, held by a frozen custodian",
    "facts held, added to what came back",
    "rated twice",
    "rating slot expired",
    "bad rating opened rectification",
    "rectification reopened by a re-visit",
    "rectification due soon",
    "rectification overdue",
    "review upheld a rating",
    "review set a rating aside",
    "opinion or feedback opened rectification",
    "rating imported",
    "head sealed",
    "referral returned: a party refused",
    "mediation succeeded",
    "mediation failed",
    "term of a mediation missed",
    "term of a mediation extended",
    "parties reminded of the confirmation",
    "confirmation lapsed",
    "fact of a mediation while it was frozen",
    "fact of a mediation sent on to the custodian",
    "dispute accepted again where custody moved",
    "same matter suspected",
    "promise missed",
    "an end or a freeze overtook assignment",
    "a suspension overtook assignment",
    "offer not answered in time",
    "letter issued",
    "practitioner replaced",
    "assigned case closed with its subsidy",
    "subsidy shared by several",
    "lent lawyer assigned",
    "loan returned unused",
};
static_assert(std::size(kNames) == kSituations);

void AddAll(const std::map<std::string, uint64_t>& from, std::map<std::string, uint64_t>* to) {
  for (const auto& [name, number] : from) (*to)[name] += number;
}

void PrintGroup(const char* title, const std::map<std::string, uint64_t>& group, std::ostream& out) {
  out << "\n" << title << "\n";
  for (const auto& [name, number] : group) out << "  " << std::left << std::setw(56) << name << number << "\n";
}

template <typename Names>
void AddMissing(const char* group, const Names& names, const std::map<std::string, uint64_t>& counted,
                std::vector<std::string>* missing) {
  for (const auto& name : names) {
    const auto it = counted.find(std::string(name));
    if (it == counted.end() || it->second == 0) missing->push_back(absl::StrCat(group, ": ", std::string(name)));
  }
}

}  // namespace

std::string_view SituationName(Situation situation) { return kNames[static_cast<size_t>(situation)]; }

void Counts::Add(const Counts& other) {
  seeds += other.seeds;
  events += other.events;
  records += other.records;
  turns += other.turns;
  AddAll(other.faults, &faults);
  AddAll(other.commands, &commands);
  AddAll(other.refusals, &refusals);
  for (size_t i = 0; i < kSituations; ++i) situations[i] += other.situations[i];
}

std::string Counts::Serialize() const {
  std::string text;
  absl::StrAppend(&text, "t\tseeds\t", seeds, "\nt\tevents\t", events, "\nt\trecords\t", records, "\nt\tturns\t", turns,
                  "\n");
  for (const auto& [name, number] : faults) absl::StrAppend(&text, "f\t", name, "\t", number, "\n");
  for (const auto& [name, number] : commands) absl::StrAppend(&text, "c\t", name, "\t", number, "\n");
  for (const auto& [name, number] : refusals) absl::StrAppend(&text, "r\t", name, "\t", number, "\n");
  for (size_t i = 0; i < kSituations; ++i) absl::StrAppend(&text, "s\t", i, "\t", situations[i], "\n");
  return text;
}

Counts Counts::Parse(std::string_view text) {
  Counts counts;
  const std::vector<std::string> lines = absl::StrSplit(std::string(text), '\n', absl::SkipEmpty());
  for (const std::string& line : lines) {
    const std::vector<std::string> parts = absl::StrSplit(line, '\t');
    uint64_t number = 0;
    if (parts.size() != 3 || !absl::SimpleAtoi(parts[2], &number)) continue;
    const std::string& name = parts[1];
    if (parts[0] == "f") counts.faults[name] = number;
    if (parts[0] == "c") counts.commands[name] = number;
    if (parts[0] == "r") counts.refusals[name] = number;
    size_t index = 0;
    if (parts[0] == "s" && absl::SimpleAtoi(name, &index) && index < kSituations) counts.situations[index] = number;
    if (parts[0] != "t") continue;
    if (name == "seeds") counts.seeds = number;
    if (name == "events") counts.events = number;
    if (name == "records") counts.records = number;
    if (name == "turns") counts.turns = number;
  }
  return counts;
}

void Counts::Print(std::ostream& out) const {
  out << seeds << " seeds, " << events << " events in " << records << " records, " << turns << " turns\n";
  PrintGroup("faults", faults, out);
  PrintGroup("commands and queries", commands, out);
  PrintGroup("refusals", refusals, out);
  std::map<std::string, uint64_t> named;
  for (size_t i = 0; i < kSituations; ++i) named[std::string(kNames[i])] = situations[i];
  PrintGroup("situations", named, out);
  out << "\n";
}

std::vector<std::string> Counts::Missing() const {
  std::vector<std::string> missing;
  AddMissing("fault", kExpectedFaults, faults, &missing);
  AddMissing("command", kExpectedCommands, commands, &missing);
  AddMissing("refusal", kExpectedRefusals, refusals, &missing);
  for (size_t i = 0; i < kSituations; ++i) {
    const bool rare =
        std::find(std::begin(kRareSituations), std::end(kRareSituations), kNames[i]) != std::end(kRareSituations);
    if (situations[i] == 0 && !rare) missing.push_back(absl::StrCat("situation: ", std::string(kNames[i])));
  }
  return missing;
}

}  // namespace casehub::simulation
