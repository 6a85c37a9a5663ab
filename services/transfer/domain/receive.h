// Every message of the mailboxes, for whichever role it concerns.
#pragma once

#include <variant>

#include "services/transfer/domain/custody.h"

namespace casehub::transfer {

// One that is not for the pending hop is recorded as ignored and changes nothing. `respond_by` is used by offers alone.
std::variant<Events, Broken> Receive(const v1::CustodyState& state, Municipality from,
                                     const v1::TransferMessage& message, const common::v1::Deadline& respond_by,
                                     const Context& context);

}  // namespace casehub::transfer
