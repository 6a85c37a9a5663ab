// Custody of one case in one municipality: the state and what each event does to it (custody.md). Three roles share the
// state, because one municipality may play several at once: origin, addressee, superior.
#pragma once

#include <string_view>
#include <vector>

#include "services/transfer/domain/decision.h"

namespace casehub::transfer {

// The second municipality that declines does so upward: the common superior decides.
inline constexpr uint32_t kDeclinesMax = 2;

inline constexpr std::string_view kWhyRecalled = "recalled";
inline constexpr std::string_view kWhyDeclined = "declined";
inline constexpr std::string_view kWhyRuled = "ruled";
inline constexpr std::string_view kWhySecondDecline = "second_decline";
inline constexpr std::string_view kWhySilence = "silence";
inline constexpr std::string_view kWhyDeclinedTwice = "declined_twice";

// --- state
bool IsCustodian(const v1::CustodyState& state);
bool IsFrozen(const v1::CustodyState& state);
inline bool IsActing(const v1::CustodyState& state) { return IsCustodian(state) && !IsFrozen(state); }
bool IsOffered(const v1::CustodyState& state);
// No common superior keeps a log here: this municipality's own log decides the hop, by a recall or by the paper.
bool AwaitsPaper(const v1::CustodyState& state);
const v1::RulingState* FindRuling(const v1::CustodyState& state, uint64_t hop);
// Who has custody, as far as this municipality knows; empty if it knows nothing.
std::string Custodian(const v1::CustodyState& state);
// The state of a case that was just opened here.
v1::CustodyState OpenedHere(std::string_view case_id, Municipality here);

// --- evolve
void Evolve(const v1::TransferEvent& event, v1::CustodyState* state);
// Adds another service's part of the frozen hop; true if it is news.
bool AddExported(uint64_t hop, ServiceId service, const std::string& part, v1::CustodyState* state);
// Every service that holds state has recorded its part of the frozen hop.
bool AllExported(const v1::CustodyState& state);

// --- messages
struct Outgoing {
  Municipality to;
  v1::TransferMessage message;
};
// What an event makes due for other municipalities, in order, given the state before it.
std::vector<Outgoing> MessagesOf(const v1::CustodyState& before, const v1::TransferEvent& event);

// Services that hold state of a case besides transfer itself, whose own part travels in the offer.
inline constexpr ServiceId kExportingServices[] = {ServiceId::kIntake, ServiceId::kAssignment, ServiceId::kMediation,
                                                   ServiceId::kEvaluation};

}  // namespace casehub::transfer
