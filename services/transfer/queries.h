// Answers from applied rows.
#pragma once

#include "services/runtime/service.h"

namespace casehub::transfer {

runtime::QueryResult AnswerQuery(const google::protobuf::Message& request, const runtime::QueryContext& context,
                                 const runtime::StateReader& rows);

}  // namespace casehub::transfer
