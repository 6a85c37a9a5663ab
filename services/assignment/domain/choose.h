// Who is offered a case (C7): hard constraints, then priority, specialty, distance and fair rotation. Pure.
//
// The order of the candidates does not matter: the same roster, loads and case give the same choice and the same
// explanation, byte for byte, so that every choice can be repeated from the log.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "casehub/assignment/v1/assignment_state.pb.h"
#include "services/model/civil_time.h"

namespace casehub::assignment {

inline constexpr uint32_t kDefaultCapacity = 10;  // cases at one time, where the roster says nothing
inline constexpr size_t kVillagesMax = 5;         // of one counsel, in principle (F2)
inline constexpr int kRelatedYearsMin = 3;        // Legal Aid Law 26
inline constexpr int kShownMax = 16;              // candidates of either kind in an explanation

bool SamePractitioner(const v1::PractitionerRef& a, const v1::PractitionerRef& b);

// A practitioner and what stands against it now.
struct Candidate {
  v1::RosterEntry entry;
  std::string lent_from;    // municipality; empty: our own
  std::string region_code;  // of its office
  bool office_open = true;  // and, of a lent one, the loan is out and its time not over
  uint32_t in_hand = 0;
  std::set<std::string> villages;  // of the roster and of the letters in force
  uint32_t offers = 0;             // in the civil year
  std::optional<Instant> last_offer_at;

  v1::PractitionerRef ref() const;
  uint32_t capacity() const { return entry.capacity() == 0 ? kDefaultCapacity : entry.capacity(); }
};

struct Choosing {
  v1::CaseNeeds needs;
  std::vector<v1::Barred> barred;  // conflicts, co-defendants' counsel, who was replaced or asked before
  CivilDate today;
  bool villages_overridden = false;          // a reason was given for more than five
  std::optional<v1::PractitionerRef> named;  // by the command
};

// The first rule that excludes the candidate from the case; unspecified if none does.
v1::ChoiceRule Excluded(const Choosing& choosing, const Candidate& candidate);

struct Choice {
  std::optional<v1::PractitionerRef> chosen;
  v1::ChoiceExplanation explanation;
};
// Where somebody is named, that one or nobody: the constraints hold, but who did not accept may be asked again.
Choice Choose(const Choosing& choosing, const std::vector<Candidate>& candidates);

// The rule that excludes most; unspecified where nobody is excluded.
v1::ChoiceRule MostExcluding(const v1::ChoiceExplanation& explanation);
// The one rule that excludes the named one; unspecified if it is not among the excluded.
v1::ChoiceRule RuleAgainst(const v1::ChoiceExplanation& explanation, const v1::PractitionerRef& ref);

}  // namespace casehub::assignment
