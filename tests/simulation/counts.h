// What happened in simulated worlds, by name: faults, commands, refusals, and the rare situations that each clause of
// the design is about. A run over many seeds in which one of them never happened proves nothing about it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace casehub::simulation {

enum class Situation : uint8_t {
  // the effective rule (design 2.2 to 2.4)
  kStaleEpoch,
  kStaleOwnerEpoch,
  kForeignOwner,
  kDuplicate,
  kBehind,
  kGap,
  kWrongHead,
  kOvertaken,
  kOvertakenPipelined,
  kMalformed,
  kReadAhead,
  kDigestEvidence,
  kUnknownOwnerEvidence,
  kCandidateDuel,
  kCandidateLost,
  kTakeOver,
  kTakeOverFullOverlay,
  kTakeOverDueWaiting,
  kZombieResumed,
  kZombieWrote,
  kLostEpochIdle,
  kLostTailRead,
  kLostTailAtOpen,
  kStreamBlocked,
  kOperatorPassed,
  kFreezeOvertookIntake,
  kIntakeOvertookFreeze,
  kParkOvertook,
  // the runtime (design 2.5 to 2.9)
  kRedoDeep,
  kRebased,
  kProbe,
  kBarrier,
  kBarrierShared,
  kAppendRefusedPipelined,
  kCrashBeforeReadBack,
  kCrashWhileWritingBack,
  kCrashBeforeAppend,
  kCrashInEmptyPipeline,
  kRolledBack,
  kRecoveredUnevenly,
  kSnapshotRestored,
  kRebuiltFromNothing,
  kRebuiltLive,
  kStoreFailed,
  kStoreRefused,
  kStoreStalled,
  kAnsweredFirst,
  kRepeatBeforeReadBack,
  kRepeatAfterReadBack,
  kRepeatOfOlderEpoch,
  kIdReused,
  kUnknownWasRecorded,
  kUnknownWasNot,
  kAnswerToEarlierAttempt,
  kNothingToDo,
  kRefusalBehindOlderRecord,
  kQueryWaited,
  kDecisionTimeHeld,
  kTimerFired,
  kDuePointless,
  kMailOutOfOrder,
  kMailRepeated,
  kMailResent,
  kDeliveredBatch,
  kCommandBehindTakeOver,
  // custody (custody.md)
  kRecallBeforeOffer,
  kRecallCrossedAccept,
  kRecallCrossedDecline,
  kRecallGranted,
  kRecallBySuperior,
  kRecallSentAgain,
  kDeclinedOnward,
  kSecondDecline,
  kSilence,
  kLateOffer,
  kOldPart,
  kMessageIgnored,
  kFactWhileFrozen,
  kFactAfterLeaving,
  kCameBack,
  kOriginPendingOnOlderHop,
  kWithdrawnAfterMove,
  kCaseParked,
  kParkedCaseMoved,
  kRulingAsked,
  kRuledForAnother,
  kRuledForItself,
  kRecallAfterRuling,
  kRulingOnPaper,
  kRecallOnPaper,
  kLeftProvince,
  kFactFoldedInAtThaw,
  kFactInNewPart,
  kFactSentOn,
  kFactSentFurther,
  kFactHeldAgain,
  kFactImported,
  // evaluation and ledger
  kRatedTwice,
  kSlotExpired,
  kRectificationOpened,
  kRectificationReopened,
  kRectificationDueSoon,
  kRectificationOverdue,
  kReviewUpheld,
  kRatingSetAside,
  kVoiceRectified,
  kRatingImported,
  kHeadSealed,
  // mediation
  kReferralReturned,
  kMediationSucceeded,
  kMediationFailed,
  kMediationMissed,
  kMediationExtended,
  kConfirmationReminded,
  kConfirmationLapsed,
  kMediationFactHeld,
  kMediationFactSentOn,
  kMediationAcceptedAgain,
  // imports and promises
  kSameMatter,
  kPromiseMissed,
  // assignment
  kEndOvertookAssignment,
  kSuspensionOvertook,
  kOfferTimedOut,
  kLetterIssued,
  kReplaced,
  kAssignedCaseClosed,
  kSubsidyShared,
  kLentLawyerAssigned,
  kLoanReturnedUnused,
  kCount,
};
inline constexpr size_t kSituations = static_cast<size_t>(Situation::kCount);
std::string_view SituationName(Situation situation);

struct Counts {
  uint64_t seeds = 0;
  uint64_t events = 0;   // effective domain events
  uint64_t records = 0;  // in the raw logs
  uint64_t turns = 0;
  std::map<std::string, uint64_t> faults;
  std::map<std::string, uint64_t> commands;
  std::map<std::string, uint64_t> refusals;
  std::array<uint64_t, kSituations> situations{};

  void Add(const Counts& other);
  // Lines `group name number`, for the pipe between a worker and its parent.
  std::string Serialize() const;
  static Counts Parse(std::string_view text);
  void Print(std::ostream& out) const;
  // What should have happened over many seeds and never did, as `group: name`.
  std::vector<std::string> Missing() const;
};

}  // namespace casehub::simulation
