// What has to happen at least once when many seeds run.
#pragma once

#include <string_view>

namespace casehub::simulation {

inline constexpr std::string_view kExpectedFaults[] = {
    "append refused: unavailable",
    "append refused: queue full",
    "batch lost",
    "batch late, in order",
    "batch late, overtaken",
    "batch repeated",
    "record dropped",
    "record duplicated",
    "record torn",
    "garbage before a record",
    "offsets left out",
    "tail of the log lost",
    "lost record came back",
    "log not writable for a while",
    "reader slow for a while",
    "process killed",
    "process lost power",
    "process stopped in order",
    "in flight lost with its process",
    "process paused",
    "owner moved",
    "two owners wanted",
    "no owner wanted",
    "clock jumped forward",
    "clock jumped back",
    "night passed",
    "store damaged",
    "store write failed",
    "store read failed",
    "snapshot taken",
    "call lost",
    "reply lost",
    "reply late",
    "mail lost",
    "mail doubled",
    "mail late",
    "acknowledgement lost",
};

inline constexpr std::string_view kExpectedCommands[] = {
    "RegisterContact",   "SubmitAidApplication", "AgreeMaterialList",      "RecordInterview",  "RecordTransferConsent",
    "RegisterCall",      "HandOverToOffice",     "AcknowledgeHandOver",    "AnswerConsultation",
    "ConfirmAnswerDelivered", "WithdrawCase",    "ArchiveCase",            "ImportCase",       "OfferTransfer",
    "RecallTransfer",    "AcceptTransfer",       "DeclineTransfer",        "SubmitRating",     "RegisterOffice",
    "CloseOffice",       "RegisterPractitioner", "LoadCalendar",           "GetCase",          "ListCases",
    "GetTransfer",       "ListTransfers",        "GetRatingSlot",          "GetScores",        "ListOffices",
    "ListEntries",       "GetHead",
};

// Those that services and runtime give; what the edge refuses before it gets here is tested there.
inline constexpr std::string_view kExpectedRefusals[] = {
    "REQUEST_ID_TOO_OLD", "REQUEST_ID_IN_FUTURE", "REQUEST_ID_REUSED", "FIELD_MISSING", "FIELD_INVALID",
    "FIELD_TOO_LONG", "CHECK_DIGIT_WRONG", "REQUEST_TOO_LARGE", "TIME_IN_FUTURE", "PAGE_TOKEN_INVALID",
    "MUNICIPALITY_UNKNOWN", "CASE_UNKNOWN", "OFFICE_UNKNOWN", "TRANSFER_UNKNOWN", "SLOT_UNKNOWN", "CASE_FROZEN",
    "CASE_MOVED", "CASE_CLOSED", "CASE_WITHDRAWN", "CASE_PARKED", "STALE_ETAG", "WRONG_KIND", "STAGE_NOT_REACHED",
    "ALREADY_DONE", "EXTERNAL_REFERENCE_TAKEN", "NOT_THE_RESPONSIBLE_OFFICE", "HAND_OVER_PENDING", "NO_HAND_OVER",
    "OFFICE_CLOSED", "TRANSFER_TO_SELF", "NOT_CUSTODIAN", "DECLINED_TWICE", "NO_OFFER_PENDING", "NOTHING_TO_RECALL",
    "CONSENT_MISSING", "SLOT_USED", "SLOT_EXPIRED", "RATED_SIDE", "GRADE_INVALID", "QUEUE_FULL", "NOT_OWNER",
    "LOG_UNAVAILABLE", "OUTCOME_UNKNOWN", "SHUTTING_DOWN", "DEADLINE_PASSED", "STREAM_BLOCKED", "DEFECT",
};

}  // namespace casehub::simulation
