// Sources of cases and their reconciliation (A7, A8): what their imports report, which running numbers were read, and
// what adds up. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "casehub/ingest/v1/ingest_service.pb.h"
#include "services/intake/domain/contact.h"
#include "services/model/civil_time.h"

namespace casehub::intake {

using NumberRanges = google::protobuf::RepeatedPtrField<v1::NumberRange>;

inline constexpr int kRunRangesMax = 4000;       // of one run
inline constexpr int kSourceRangesMax = 10'000;  // of a source, whatever its runs read

// `known` is the run of that id, `numbers` the running numbers of the runs before.
EventsOrRefusal DecideRecordImportRun(const std::optional<v1::ImportRun>& known, const NumberRanges& numbers,
                                      const ingest::v1::RecordImportRunRequest& request, const Context& context);

// The numbers of both, ascending, ranges that touch joined into one.
NumberRanges Union(const NumberRanges& a, const NumberRanges& b);
// What is missing between the first and the last number.
NumberRanges Gaps(const NumberRanges& numbers);

// A run that ended, added to what its source reported so far.
void AddRun(const v1::ImportRunRecorded& run, v1::SourceState* source);
// An event of the source on that day, which lies in `month`.
void CountEvent(CivilDate day, v1::SourceState* source, v1::SourceMonth* month);

}  // namespace casehub::intake
