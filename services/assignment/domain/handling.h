// From the first step of the practitioner to the closed case and its subsidy (life 1, step 8; C9). Pure.
#pragma once

#include "casehub/assignment/v1/assignment_service.pb.h"
#include "services/assignment/domain/decision.h"

namespace casehub::assignment {

EventsOrRefusal DecideRecordStep(const v1::AssignmentState& state, const v1::RecordHandlingStepRequest& request,
                                 const Context& context);
EventsOrRefusal DecideRecordMeeting(const v1::AssignmentState& state, const v1::RecordMeetingRequest& request,
                                    const Context& context);
EventsOrRefusal DecideRecordFileReading(const v1::AssignmentState& state, const v1::RecordFileReadingRequest& request,
                                        const Context& context);
EventsOrRefusal DecideRecordHearing(const v1::AssignmentState& state, const v1::RecordHearingRequest& request,
                                    const Context& context);
EventsOrRefusal DecideSubmitClosingFile(const v1::AssignmentState& state, const v1::SubmitClosingFileRequest& request,
                                        const Context& context);
EventsOrRefusal DecideReturnClosingFile(const v1::AssignmentState& state, const v1::ReturnClosingFileRequest& request,
                                        const Context& context);
// `tariff` is the one in force on the day of the case's first letter, if there is one.
EventsOrRefusal DecideApproveClosingFile(const v1::AssignmentState& state, const v1::ApproveClosingFileRequest& request,
                                         const std::optional<v1::Tariff>& tariff, const Context& context);

}  // namespace casehub::assignment
